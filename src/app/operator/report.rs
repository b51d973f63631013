//! `report`: the values of the session under the cursor that this build does not know, to send to
//! whoever maintains it.

use crate::app::effect::Effect;
use crate::app::list::item::Item;
use crate::app::model::Model;
use crate::app::text::words::server;
use crate::app::view::Tone;
use crate::domain::session::extra::{Drift, UnknownValue};

/// Copies the sample, or says that there is nothing to report.
pub(crate) fn report(model: &mut Model) -> Vec<Effect> {
    let Some(session) = model.item().and_then(Item::opened) else { return Vec::new() };
    let mut found = Vec::new();
    // Places and values of enums alone: the rest of an answer is personal.
    let mut take = |of: &str, unknown: &[UnknownValue], drift: &[Drift]| {
        found.extend(unknown.iter().map(|u| format!("{of} {} = {}", u.pointer, server(&u.value))));
        found.extend(drift.iter().map(|d| format!("{of} {}: {}", d.pointer, d.found)));
    };
    if let Some(session) = session.session() {
        take("session", &session.unknown, &session.drift);
    }
    if let Some(configuration) = session.configuration() {
        take("configuration", &configuration.unknown, &configuration.drift);
    }
    if let Some(letter) = session.instructions() {
        take("letter", &letter.unknown, &letter.drift);
    }
    if found.is_empty() {
        model.set_message("every value of this session is known", Tone::Good);
        return Vec::new();
    }
    let text = format!("branchwatch {}: {}", env!("CARGO_PKG_VERSION"), found.join("; "));
    // Bounded: it is pasted into a ticket, and some terminals drop a long clipboard.
    let text = crate::text::shown_str(&text, 8_000);
    vec![Effect::Copy { what: "values not known", text, personal: false }]
}
