//! Privacy and the lock: how much is shown, for how long, and to whom.
//!
//! Everything that shows more waits for its line in the audit log; everything that shows less
//! happens at once.

pub(crate) mod state;

use jiff::{SignedDuration, Timestamp};

use crate::app::action::Action;
use crate::app::detail::json;
use crate::app::effect::Effect;
use crate::app::event::Event;
use crate::app::list::sessions::Item;
use crate::app::model::Model;
use crate::app::operator::privacy::state::Lock;
use crate::app::text::words::Openness;
use crate::app::view::{Cell, Tone};
use crate::domain::personal::Privacy;
use crate::domain::session::ids::SessionId;

// A screen that is left unmasked is masked again by itself (fault S10).
const OFF: SignedDuration = SignedDuration::from_secs(5 * 60);
/// One session is revealed for so long.
pub(crate) const REVEALED: SignedDuration = SignedDuration::from_secs(20);

impl Model {
    /// The lock, when the screen is locked: nothing but header and lock is to be drawn.
    #[must_use]
    pub const fn lock(&self) -> Option<Lock> {
        self.privacy.locked
    }

    /// How much is shown, for the header.
    #[must_use]
    pub fn privacy(&self) -> Cell {
        let revealed = self.times.openness.revealed.is_some();
        match (self.times.openness.privacy, self.privacy.off_until) {
            (Privacy::Off, Some(until)) => {
                let left = self.settings.left_for_operator(until, self.clock);
                Cell::new(format!("UNMASKED {left}"), Tone::Bad)
            }
            (Privacy::Off, None) => Cell::new("UNMASKED", Tone::Bad),
            (Privacy::Partial, _) => Cell::new("PARTIAL", Tone::Warn),
            (Privacy::Masked, _) if revealed => {
                let until = self.privacy.revealed_until.unwrap_or(self.clock);
                let left = self.settings.left_for_operator(until, self.clock);
                Cell::new(format!("REVEALED {left}"), Tone::Warn)
            }
            (Privacy::Masked, _) => Cell::new("MASKED", Tone::Dim),
        }
    }
}

/// Masked → partial → off for five minutes → masked.
pub(crate) fn next(model: &mut Model) -> Vec<Effect> {
    let lower = match model.times.openness.privacy {
        Privacy::Masked => Privacy::Partial,
        Privacy::Partial => Privacy::Off,
        Privacy::Off => {
            close(model);
            model.set_message("masked", Tone::Plain);
            return Vec::new();
        }
    };
    vec![Effect::LowerPrivacy(lower)]
}

/// `privacy WORD` in the palette.
///
/// # Errors
/// Says which words there are.
pub(crate) fn to(model: &mut Model, word: &str) -> Result<Vec<Effect>, String> {
    let lower = match word {
        "masked" | "on" => {
            close(model);
            model.set_message("masked", Tone::Plain);
            return Ok(Vec::new());
        }
        "partial" => Privacy::Partial,
        "off" => Privacy::Off,
        _ => return Err("expected masked, partial or off".to_owned()),
    };
    Ok(vec![Effect::LowerPrivacy(lower)])
}

pub(crate) fn reveal(model: &mut Model) -> Vec<Effect> {
    let Some(item) = model.item() else { return Vec::new() };
    let id = item.session.id();
    if !hides(model, item) {
        let name = model.times.name(&item.session, 40);
        model.set_message(format!("nothing is hidden for {name}"), Tone::Plain);
        return Vec::new();
    }
    vec![Effect::Reveal(id)]
}

/// The screen hides something of this session.
fn hides(model: &Model, item: &Item) -> bool {
    let privacy = model.times.openness.of(item.session.id());
    let (session, labels) = (&item.session, &model.times.labels);
    privacy.hides()
        && (labels.hides_some(session)
            // What was not read may have something to hide.
            || item.opened().is_none_or(|session| json::hides(&session, privacy)))
}

/// Locks the screen: nothing that was open or shown stays.
pub(crate) fn lock(model: &mut Model) -> Vec<Effect> {
    // Dropped, not hidden: an open picture or contact profile is wiped with its dialog.
    model.dialog = None;
    model.input = None;
    model.message = None;
    close(model);
    model.privacy.locked = Some(Lock { since: model.clock, asked: false });
    vec![Effect::Redraw]
}

/// The line is written: show more of all.
pub(crate) fn lowered(model: &mut Model, privacy: Privacy) {
    // A screen that was locked meanwhile stays masked.
    if model.privacy.locked.is_some() {
        return;
    }
    model.times.openness.privacy = privacy;
    let until = model.clock + model.settings.for_operator(OFF);
    model.privacy.off_until = (!privacy.hides()).then_some(until);
    let (said, next) = match privacy {
        Privacy::Off => ("unmasked for 5 minutes", "masks again"),
        Privacy::Partial | Privacy::Masked => ("first letters shown", "shows everything"),
    };
    let next = model.times.keys.after("; ", Action::Privacy, next);
    model.set_message(format!("{said}{next}"), Tone::Warn);
    model.rebuild(true);
    model.dirty = true;
}

/// The line is written: show the labels of one session for a time.
pub(crate) fn revealed(model: &mut Model, id: SessionId) {
    if model.privacy.locked.is_some() {
        return;
    }
    model.times.openness.revealed = Some(id);
    model.privacy.revealed_until = Some(model.clock + model.settings.for_operator(REVEALED));
    model.rebuild(true);
    model.dirty = true;
}

fn close(model: &mut Model) {
    model.times.openness = Openness::default();
    model.privacy.off_until = None;
    model.privacy.revealed_until = None;
    // Its words were made with what was shown until now.
    model.ticker = None;
    model.rebuild(true);
    model.dirty = true;
}

/// What is over by now, and the lock.
pub(crate) fn tick(model: &mut Model) -> Vec<Effect> {
    let now = model.clock;
    let over = |until: Option<Timestamp>| until.is_some_and(|until| now >= until);
    let mut effects = Vec::new();
    if over(model.privacy.off_until) {
        close(model);
        model.set_message("masked again", Tone::Plain);
        // Drawn anew as a whole: nothing of what was shown may stay in a cell of the terminal.
        effects.push(Effect::Redraw);
    } else if over(model.privacy.revealed_until) {
        model.times.openness.revealed = None;
        model.privacy.revealed_until = None;
        model.rebuild(true);
        effects.push(Effect::Redraw);
    }
    if model.privacy.off_until.is_some() || model.privacy.revealed_until.is_some() {
        model.dirty = true;
    }
    let idle = now.duration_since(model.privacy.last_key);
    let lock_after = model.settings.general.lock_after.0;
    let due = lock_after.is_some_and(|after| idle >= model.settings.for_operator(after));
    if due && model.privacy.locked.is_none() {
        effects.extend(lock(model));
    }
    effects
}

/// Takes note of a key, and keeps it while the screen is locked:
/// then one key asks, and Enter unlocks. Ctrl-c still quits.
pub(crate) fn before(model: &mut Model, event: &Event) -> Option<Vec<Effect>> {
    if !matches!(event, Event::Action(_) | Event::Edit(_) | Event::Paste(_) | Event::Mouse(_)) {
        return None;
    }
    // Keys alone keep the screen open, not snapshots: what counts is that somebody is there.
    model.privacy.last_key = model.clock;
    let lock = model.privacy.locked?;
    model.dirty = true;
    match event {
        // Who cannot unlock can still quit, and see nothing.
        Event::Action(Action::QuitNow) => return Some(vec![Effect::Quit]),
        Event::Action(Action::Suspend) => return Some(vec![Effect::Suspend]),
        Event::Action(Action::Enter) if lock.asked => {
            model.privacy.locked = None;
            return Some(vec![Effect::Redraw]);
        }
        _ => model.privacy.locked = Some(Lock { asked: true, ..lock }),
    }
    Some(Vec::new())
}
