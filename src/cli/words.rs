//! The words of the plain output: stages, spans, texts of Yoti's made safe.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::app::stage_words;
use crate::domain::assessment::attention;
use crate::domain::assessment::stage::Stage;
use crate::domain::events::change::TimelineEvent;
use crate::domain::server_text::ServerText;
use crate::text::change_words;
use crate::text::shown;

/// Columns of a server's text in a line.
const WIDE: usize = 80;

pub(super) fn safe(text: &ServerText) -> String {
    shown(text, WIDE)
}

pub(super) fn maybe(text: Option<&ServerText>) -> String {
    text.map(safe).unwrap_or_default()
}

pub(super) fn span(span: jiff::SignedDuration) -> String {
    attention::span(span)
}

/// A moment in the zone of the operator, to the second, with its offset.
pub(super) fn time(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned_datetime(zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

/// The stage in the words of the screens.
pub(super) fn stage(stage: &Stage, now: Timestamp) -> String {
    stage_words(stage, now).text
}

/// What happened, in one line.
pub(super) fn event(event: &TimelineEvent) -> String {
    let source = event.source.as_ref().map(|source| format!(" from {}", safe(&source.text())));
    format!("{}{}", change_words(event).line, source.unwrap_or_default())
}
