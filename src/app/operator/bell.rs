//! The bell: what rings, when, and what a desktop is told.

pub mod state;

use crate::app::effect::Effect;
use crate::app::list::rows;
use crate::app::model::Model;
use crate::app::operator::bell::state::{Alarm, AlarmSettings, Alert, Entry};
use crate::app::text::words::{Openness, Times};
use crate::app::view::{AlertMark, AlertRow, Cell, Pane, Tone};
use crate::domain::session::ids::SessionId;
use crate::domain::watchlist::watched::WatchedSession;

// Bounded: a day of a large list rings often.
const KEPT: usize = 200;
/// The longest reference in a note, in columns.
const LONGEST: usize = 40;

impl Model {
    /// The same, with what the configuration says of the bell.
    #[must_use]
    pub fn with_alarms(mut self, settings: AlarmSettings) -> Self {
        reconfigured(&mut self, settings);
        self
    }

    /// An alert in words, while its session is on the list.
    #[must_use]
    pub fn alert_row(&self, alert: &Alert) -> Option<AlertRow> {
        let session = &self.sessions.item(alert.id)?.session;
        match alert.over {
            Some(entry) => Some(over_row(entry, session, &self.times)),
            None => rows::alert_row(session, &self.settings.rules, &self.times),
        }
    }

    /// Whether the bell rings: `b` turns it off and on.
    #[must_use]
    pub const fn bell(&self) -> bool {
        self.bell.on
    }
}

/// Takes what the configuration says of the bell; what has rung stays.
pub(crate) fn reconfigured(model: &mut Model, settings: AlarmSettings) {
    let which = settings.bell.filter(|which| !which.is_empty());
    model.bell.on = which.is_some();
    model.bell.which = which.unwrap_or_else(|| Alarm::ALL.to_vec());
    model.bell.desktop = settings.desktop;
}

/// `b`: turns the bell on or off, and says for what it rings.
pub(crate) fn toggle(model: &mut Model) {
    model.bell.on ^= true;
    // What happened while it was off must not ring when it is turned on.
    model.bell.waiting.clear();
    let words: Vec<&str> = model.bell.which.iter().map(|alarm| alarm.words()).collect();
    let text = if model.bell.on {
        format!("bell on: {}", words.join(", "))
    } else {
        "bell off".to_owned()
    };
    model.set_message(text, Tone::Plain);
}

/// Takes note of what has become of sessions.
pub(crate) fn heard(model: &mut Model, alarms: Vec<(SessionId, Alarm)>) {
    let at = model.clock;
    let bell = &mut model.bell;
    for (id, alarm) in alarms {
        bell.log.push_back(Entry { at, id, alarm });
        if bell.on && bell.which.contains(&alarm) {
            bell.waiting.push((id, alarm));
        }
    }
    let surplus = bell.log.len().saturating_sub(KEPT);
    bell.log.drain(..surplus);
}

/// The log's entries that hold no more: below the alerts, newest first.
pub(crate) fn over(model: &Model) -> Vec<Alert> {
    let shown = |entry: &&Entry| model.times.frozen.since.is_none_or(|since| entry.at <= since);
    let gone = |entry: &&Entry| {
        let item = model.sessions.item(entry.id);
        item.is_some_and(|item| !entry.alarm.stands(&item.summary))
    };
    let alert = |entry: &Entry| Alert { id: entry.id, mark: AlertMark::Over, over: Some(*entry) };
    if model.in_past() {
        // The log is of this run, not of then.
        return Vec::new();
    }
    model.bell.log().filter(shown).filter(gone).map(alert).collect()
}

/// An entry of the log that holds no more, in words.
pub(crate) fn over_row(entry: Entry, session: &WatchedSession, times: &Times) -> AlertRow {
    let (glyph, _) = rows::of_reason(entry.alarm.reason());
    AlertRow {
        id: entry.id,
        at: times.of_day(entry.at),
        glyph: (glyph, Tone::Dim),
        name: Cell::new(times.name(session, LONGEST), Tone::Dim),
        why: Cell::new(entry.alarm.words(), Tone::Dim),
        shown_in: Pane::List,
        mark: AlertMark::Over,
    }
}

/// Once a second: rings for all that has happened.
pub(crate) fn tick(model: &mut Model) -> Option<Effect> {
    let rung = std::mem::take(&mut model.bell.waiting);
    if rung.is_empty() {
        return None;
    }
    let note = model.bell.desktop.map(|desktop| (desktop, note(model, &rung)));
    Some(Effect::Ring(note))
}

/// `dbs-2263: REJECT`, or `2 REJECT, 1 turned away?`.
fn note(model: &Model, rung: &[(SessionId, Alarm)]) -> String {
    let names = match rung {
        // Not while the screen is locked: a desktop shows its notes to whoever sits there.
        [(id, alarm)] if model.privacy.locked.is_none() => {
            // Masked whatever the screen shows: a note stays
            // on the desktop longer than a revealed label.
            let masked = Times { openness: Openness::default(), ..model.times.clone() };
            let item = model.sessions.item(*id);
            item.map(|item| format!("{}: {}", masked.name(&item.session, LONGEST), alarm.words()))
        }
        _ => None,
    };
    names.unwrap_or_else(|| {
        let count = |alarm: Alarm| rung.iter().filter(|(_, known)| *known == alarm).count();
        let counted = Alarm::ALL.into_iter().map(|alarm| (count(alarm), alarm.words()));
        let said = counted.filter(|(n, _)| *n > 0).map(|(n, words)| format!("{n} {words}"));
        said.collect::<Vec<_>>().join(", ")
    })
}
