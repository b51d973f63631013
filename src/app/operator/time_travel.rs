//! The time machine: the whole screen as it stood at an earlier moment (product.md 4.1, `{` `}`).

pub(crate) mod state;

use std::mem;
use std::sync::Arc;

use crate::app::operator::time_travel::state::{Errand, PastDetails, TimeTravel, Waiting};
use crate::domain::brief::times::TimeOf;
use jiff::Timestamp;
use jiff::civil::{DateTime, Time};

use crate::app::action::Action;
use crate::app::effect::Effect;
use crate::app::list::cursor;
use crate::app::list::sessions::Sessions;
use crate::app::model::Model;
use crate::app::text::words::{Times, age};
use crate::app::view::{Cell, Pane, Tone};
use crate::domain::assessment::as_of::{as_of, moment_after, moment_before, unchanged_since};
use crate::domain::watchlist::snapshot::{SessionTable, Snapshot};
use crate::domain::watchlist::watched::WatchedSession;
use crate::text::count;

impl Model {
    /// The screen shows an earlier moment, not now.
    #[must_use]
    pub const fn in_past(&self) -> bool {
        self.past.is_some()
    }

    /// `◀ 08:55:10 (46m ago)`, instead of the state of the connection.
    pub(crate) fn past_words(&self) -> Option<Cell> {
        self.past.as_ref()?;
        let at = self.times.now;
        let real = Times { now: self.clock, ..self.times.clone() };
        let ago = age(self.clock.duration_since(at));
        Some(Cell::new(format!("◀ {} ({ago} ago)", real.of_day(at)), Tone::Warn))
    }

    /// What the line under the list says meanwhile.
    pub(crate) fn past_advice(&self) -> Option<Cell> {
        self.past.as_ref()?;
        let keys = &self.times.keys;
        let ways = [
            keys.hint(Action::StepBack, "back"),
            keys.hint(Action::StepForward, "forward"),
            keys.hint(Action::Back, "now"),
        ];
        let ways: Vec<String> = ways.into_iter().flatten().collect();
        let text = format!("◀ the past · {} · only the last responses are kept", ways.join(", "));
        Some(Cell::new(text, Tone::Warn))
    }

    /// Why a pane has no text of then.
    pub(crate) fn past_notice(&self) -> Option<&[String]> {
        self.past.as_ref().map(|past| past.notice.as_slice())
    }
}

/// Says that this is done in the present alone.
pub(crate) fn refuse(model: &mut Model) {
    let words = model.past_words().map(|cell| cell.text).unwrap_or_default();
    let back = model.times.keys.after("; ", Action::Back, "returns");
    model.set_message(format!("{words}: not available in the past{back}"), Tone::Notice);
}

/// The most sessions whose details are read for the past.
const MOST_READ: usize = 2_000;

/// To the next moment at which something happened: to any session in the list and the alerts, in
/// the other panes to the selected one.
pub(crate) fn step(model: &mut Model, back: bool) {
    let at = if model.past.is_some() { model.times.now } else { model.clock };
    let only = match model.focus {
        Pane::List | Pane::Alerts => None,
        _ => model.selected,
    };
    let watched = live(model).all_watched().filter(|s| only.is_none_or(|id| s.id() == id));
    let (mut opened, mut unread, mut earlier) = (Vec::new(), Vec::new(), None);
    for session in watched {
        let last = session.brief.times.get(TimeOf::LastAt);
        match model.past_details.opened(session) {
            Some(open) => opened.push(open.timeline),
            // All of its events were before: the last one is known without them.
            None if last < Some(at) => earlier = earlier.max(last),
            None if model.past_details.lacks(session) => unread.push(Arc::clone(session)),
            None => {}
        }
    }
    if !unread.is_empty() {
        return read_first(model, &unread, Errand::Step { back });
    }
    let timelines = opened.iter().map(|timeline| timeline.as_slice());
    let moment =
        if back { moment_before(timelines, at).max(earlier) } else { moment_after(timelines, at) };
    match moment.filter(|moment| *moment <= model.clock) {
        Some(moment) => go(model, moment),
        None if back => model.set_message("nothing earlier is known", Tone::Notice),
        None if model.past.is_some() => leave(model),
        None => model.set_message("already at the present", Tone::Plain),
    }
}

fn live(model: &Model) -> &Sessions {
    model.past.as_ref().map_or(&model.sessions, |past| &past.live)
}

/// Has the details of these read, and goes there then.
fn read_first(model: &mut Model, unread: &[Arc<WatchedSession>], errand: Errand) {
    if unread.len() > MOST_READ {
        let many = format!(
            "not shown: {} changed since then, and at most {MOST_READ} are read",
            count(unread.len(), "session")
        );
        return model.set_message(many, Tone::Notice);
    }
    let briefs = unread.iter().map(|session| (session.id(), Arc::clone(&session.brief)));
    let waiting = Waiting { errand, briefs: briefs.collect(), asked: false };
    model.past_details.waiting = Some(waiting);
    model.set_message("reading the past…", Tone::Plain);
}

/// What has to be read for the past and has not been asked for.
pub(crate) fn unread(model: &mut Model) -> Option<Effect> {
    let Some(waiting) = &mut model.past_details.waiting else { return open_session(model) };
    if std::mem::replace(&mut waiting.asked, true) {
        return None;
    }
    Some(Effect::ReadDetails(waiting.briefs.keys().copied().collect()))
}

/// The cursor of the past stands on a session whose detail was not needed so far.
fn open_session(model: &mut Model) -> Option<Effect> {
    model.past.as_ref()?;
    let session = live(model).item(model.selected?).map(|item| Arc::clone(&item.session))?;
    if !model.past_details.lacks(&session) {
        return None;
    }
    let briefs = std::iter::once((session.id(), Arc::clone(&session.brief))).collect();
    let errand = Errand::To(model.times.now);
    model.past_details.waiting = Some(Waiting { errand, briefs, asked: true });
    Some(Effect::ReadDetails(vec![session.id()]))
}

/// The details that the past needed, or why they cannot be read.
pub(crate) fn details(model: &mut Model, read: Result<Vec<WatchedSession>, String>) {
    let read = match read {
        Ok(read) => read,
        Err(why) => {
            if model.past.is_some() {
                // Not asked for again while the past is shown: it would fail at each key.
                model.past_details.take_in(Vec::new());
            } else {
                model.past_details = PastDetails::default();
            }
            return model.set_message(format!("the past cannot be read: {why}"), Tone::Warn);
        }
    };
    model.message = None;
    match model.past_details.take_in(read) {
        Some(Errand::Step { back }) => step(model, back),
        Some(Errand::To(at)) => go(model, at),
        None => {}
    }
}

/// To a time that was typed: `09:15` is the last time that a clock showed it here.
///
/// # Errors
/// Says what was expected, or that the time has not come.
pub(crate) fn jump(model: &mut Model, text: &str) -> Result<(), String> {
    let expected = || "expected a time such as 09:15 or 2026-10-16 09:15".to_owned();
    let here = model.clock.to_zoned_datetime(model.times.zone.clone());
    let at = if let Ok(time) = text.parse::<Time>() {
        let today = here.date().to_datetime(time);
        // A time later than now was yesterday's: the past has no other.
        let last = if today > here.datetime() { today.yesterday().ok() } else { Some(today) };
        last.ok_or_else(expected)?
    } else {
        text.parse::<DateTime>().map_err(|_why| expected())?
    };
    let at = model.times.zone.to_timestamp(at).map_err(|_why| expected())?;
    if at > model.clock {
        return Err("that time is in the future".to_owned());
    }
    go(model, at);
    Ok(())
}

fn go(model: &mut Model, at: Timestamp) {
    let mut unread = Vec::new();
    let then = live(model).all_watched().map(|session| {
        let open = model.past_details.opened(session);
        let is_open = model.selected == Some(session.id());
        let needed = is_open || session.brief.last_moment() > Some(at);
        if needed && model.past_details.lacks(session) {
            unread.push(Arc::clone(session));
        }
        Arc::new(open.map_or_else(|| unchanged_since(session, at), |open| as_of(&open, at)))
    });
    let then: Vec<Arc<WatchedSession>> = then.collect();
    if !unread.is_empty() {
        return read_first(model, &unread, Errand::To(at));
    }
    let table = SessionTable::from_entries(then);
    let mut sessions = Sessions::default();
    // Before they come: filter and order are kept, and nothing is sorted twice.
    sessions.arrange_as(&model.sessions, at);
    sessions.renew(&table, &model.settings.rules, at);
    let shown = mem::replace(&mut model.sessions, sessions);
    if model.past.is_none() {
        let mut notice = vec!["Past responses are not stored, only the last one.".to_owned()];
        notice.extend(model.times.keys.hint(Action::Back, "returns to now."));
        model.past = Some(TimeTravel { live: shown, notice });
    }
    settle(model, at);
}

/// Back to now, with the filter and the order that were chosen meanwhile.
pub(crate) fn leave(model: &mut Model) {
    let Some(past) = model.past.take() else { return };
    model.past_details = PastDetails::default();
    let now = model.clock;
    let mut live = past.live;
    live.arrange_as(&model.sessions, now);
    // A paused screen comes back as it stood.
    if model.paused.is_none() {
        live.wake(&model.settings.rules, now);
    }
    model.sessions = live;
    settle(model, now);
    model.set_message("back to now", Tone::Plain);
}

fn settle(model: &mut Model, at: Timestamp) {
    model.times.now = at;
    cursor::settle(model);
    model.rebuild(true);
    model.refresh_words();
    model.dirty = true;
}

/// A snapshot while the past is shown: it goes on behind it. False: the screen is of now.
pub(crate) fn take_in(model: &mut Model, snapshot: &Snapshot) -> bool {
    let Some(past) = &mut model.past else { return false };
    // Behind the past the present goes on, so that coming back shows it at once.
    past.live.renew(&snapshot.sessions, &model.settings.rules, model.clock);
    model.health = Arc::clone(&snapshot.health);
    model.annotations.archived = snapshot.archived.clone();
    true
}
