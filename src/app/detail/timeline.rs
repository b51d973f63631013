//! The timeline of the open session.

use jiff::Timestamp;

use crate::app::text::words::{Times, wire};
use crate::app::view::{Cell, TimelineRow, Tone};
use crate::domain::assessment::attention::Assessment;
use crate::domain::assessment::deadline::Deadline;
use crate::domain::events::change::{self, Origin, TimelineEvent};
use crate::domain::watchlist::open_session::OpenSession;
use crate::text::change_words;

/// The origin of a deadline that was worked out, and of no other row.
pub(crate) const DERIVED: &str = "derived";

/// Observed changes and the deadline, in order of time.
pub(crate) fn timeline(
    session: &OpenSession,
    assessment: &Assessment,
    times: &Times,
    looked_at: Option<Timestamp>,
) -> Vec<TimelineRow> {
    let events = change::by_time(&session.timeline);
    let deadline = assessment.deadline.map(|deadline| {
        let place = events.partition_point(|event| event.at <= deadline.at);
        (place, deadline_row(deadline, times))
    });
    let row = |event: &TimelineEvent| {
        let what = change_words(event);
        TimelineRow {
            time: times.past(event.at),
            source: Cell::new(source_of(event), Tone::Dim),
            what: Cell::new(what.line, what.tone),
            origin: match event.origin {
                Origin::Api => "api",
                Origin::Observed => "seen",
                Origin::Notification => "notification",
                Origin::Local => "local",
            }
            .to_owned(),
            changed: Some(event.seen_at) > looked_at,
        }
    };
    let mut rows: Vec<TimelineRow> = events.into_iter().map(row).collect();
    if let Some((place, row)) = deadline {
        rows.insert(place, row);
    }
    rows
}

fn deadline_row(deadline: Deadline, times: &Times) -> TimelineRow {
    TimelineRow {
        time: times.moment(deadline.at),
        source: Cell::plain(""),
        what: Cell::new("session deadline", Tone::Dim),
        origin: if deadline.derived { DERIVED } else { "local" }.to_owned(),
        changed: false,
    }
}

fn source_of(event: &TimelineEvent) -> String {
    event.source.as_ref().map_or_else(|| "YOTI".to_owned(), |source| wire(source.as_raw()))
}
