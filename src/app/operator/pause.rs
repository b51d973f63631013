//! `p`: this screen stands still, and what is behind it goes on (product.md 8).
//!
//! Polling, saving, bells and other processes never stop for it.

pub(crate) mod state;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::app::operator::pause::state::Paused;
use jiff::Timestamp;

use crate::app::action::Action;
use crate::app::effect::Effect;
use crate::app::list::cursor;
use crate::app::model::Model;
use crate::app::operator::bell;
use crate::app::status::digest;
use crate::app::text::words::{self, age};
use crate::app::view::{Cell, Tone};
use crate::domain::session::ids::SessionId;
use crate::domain::watchlist::command::OperatorCommand;
use crate::domain::watchlist::snapshot::{SessionTable, Snapshot};
use crate::domain::watchlist::watched::WatchedSession;

impl Model {
    /// `❚❚ paused 3m · 7 changes waiting`, instead of the state of the connection.
    pub(crate) fn paused_words(&self) -> Option<Cell> {
        let paused = self.paused.as_ref()?;
        let span = age(self.clock.duration_since(self.times.frozen.since?));
        let waiting = match paused.waiting.values().sum::<usize>() + paused.removed {
            0 => String::new(),
            n => format!(" · {} waiting", words::count(n, "change")),
        };
        Some(Cell::new(format!("❚❚ paused {span}{waiting}"), Tone::Notice))
    }
}

/// `p`: stands still, or shows what waits.
pub(crate) fn toggle(model: &mut Model) {
    if model.paused.is_some() {
        resume(model);
        return;
    }
    model.times.frozen.since = Some(model.clock);
    model.paused = Some(Box::new(Paused {
        // A second list goes on behind the screen, so that
        // bells, counters and the end of the pause are right.
        live: model.sessions.clone(),
        latest: None,
        waiting: HashMap::new(),
        removed: 0,
        own: HashSet::new(),
        asked: HashMap::new(),
    }));
    let shows = model.times.keys.after("; ", Action::Pause, "shows what waits");
    model.set_message(format!("this screen is paused, polling continues{shows}"), Tone::Plain);
}

fn resume(model: &mut Model) {
    let Some(paused) = model.paused.take() else { return };
    let Paused { mut live, latest, waiting, .. } = *paused;
    model.times.frozen = words::Frozen::default();
    let now = model.clock;
    live.arrange_as(&model.sessions, now);
    model.sessions = live;
    if let Some(latest) = latest {
        model.health = Arc::clone(&latest.health);
        let changed: Vec<SessionId> = waiting.into_keys().collect();
        model.name_newest(&changed);
        digest::take_in(model, &latest, !changed.is_empty());
    }
    model.set_message("resumed: this screen shows the latest again", Tone::Plain);
    cursor::settle(model);
    model.rebuild(true);
    model.refresh_words();
}

/// A snapshot while the screen stands still. False: it does not.
pub(crate) fn take_in(model: &mut Model, snapshot: &Arc<Snapshot>) -> bool {
    let Some(mut paused) = model.paused.take() else { return false };
    let watched = paused.live.watched();
    let changed = paused.live.renew(&snapshot.sessions, &model.settings.rules, model.clock);
    // The bell never stands still: somebody may wait at a counter.
    bell::heard(model, paused.live.take_alarms());
    paused.latest = Some(Arc::clone(snapshot));
    model.annotations.archived = snapshot.archived.clone();
    // Only where some went: to look for them walks the whole list.
    if paused.live.watched() < watched {
        let live = &paused.live;
        let gone = model.sessions.all_watched().filter(|shown| live.item(shown.id()).is_none());
        paused.removed = gone.filter(|shown| !paused.own.contains(&shown.id())).count();
    }
    let mut shown: Vec<SessionId> = changed.clone();
    shown.extend(paused.own.iter().filter(|id| paused.live.item(**id).is_none()));
    show(model, &mut paused, &shown);
    for id in changed {
        match waits(model, &paused, id) {
            0 => paused.waiting.remove(&id),
            n => paused.waiting.insert(id, n),
        };
    }
    model.paused = Some(paused);
    model.refresh_words();
    true
}

/// How many changes of a session the screen does not show.
fn waits(model: &Model, paused: &Paused, id: SessionId) -> usize {
    let (Some(live), shown) = (paused.live.item(id), model.sessions.item(id)) else { return 0 };
    let Some(shown) = shown else { return 1 };
    let (before, now) = (&shown.session.brief, &live.session.brief);
    // A timeline that is full keeps its length.
    let other = usize::from(before.last_seen() != now.last_seen());
    now.number.saturating_sub(before.number).max(other)
}

/// Shows of these what the operator did to them, and all of those that were asked for.
fn show(model: &mut Model, paused: &mut Paused, ids: &[SessionId]) {
    let Some(since) = model.times.frozen.since.filter(|_| !model.in_past()) else { return };
    let (mut table, mut relisted) = (model.sessions.table().clone(), Vec::new());
    let mut replaced = false;
    for id in ids {
        let asked = paused.asked.get(id).copied();
        if asked.is_none() && !paused.own.contains(id) {
            continue;
        }
        let live = paused.live.item(*id).map(|item| Arc::clone(&item.session));
        let shown = table.get(*id).map(Arc::clone);
        match (shown, live) {
            (Some(shown), Some(live)) => {
                let next = if asked.is_some() { live.clone() } else { kept(&shown, &live) };
                if let Some(at) = asked {
                    model.times.frozen.anew.insert(*id, model.clock);
                    if answered(&live) > Some(at) {
                        paused.asked.remove(id);
                    }
                }
                replaced |= table.replace(next);
            }
            (None, None) => {}
            (_, live) => relisted.push((*id, live)),
        }
    }
    if !relisted.is_empty() {
        let gone: HashSet<SessionId> = relisted.iter().map(|(id, _)| *id).collect();
        let stay = table.iter().filter(|session| !gone.contains(&session.id())).map(Arc::clone);
        let back = relisted.into_iter().filter_map(|(_, live)| live);
        table = SessionTable::from_entries(stay.chain(back).collect::<Vec<_>>());
    } else if !replaced {
        return;
    }
    model.sessions.renew(&table, &model.settings.rules, since);
    // What they ring for has rung already.
    model.sessions.take_alarms();
    cursor::settle(model);
    model.rebuild(true);
    model.dirty = true;
}

/// When the last request for a session ended, well or not.
fn answered(session: &WatchedSession) -> Option<Timestamp> {
    let failed = session.poll.last_failure.as_ref().map(|failure| failure.at);
    session.poll.last_ok.get().max(failed)
}

/// A session as it is shown, with what the operator keeps for it now.
fn kept(shown: &Arc<WatchedSession>, live: &WatchedSession) -> Arc<WatchedSession> {
    if shown.own == live.own && shown.entry == live.entry {
        return Arc::clone(shown);
    }
    let (own, entry) = (Arc::clone(&live.own), Arc::clone(&live.entry));
    Arc::new(WatchedSession { entry, own, ..WatchedSession::clone(shown) })
}

/// `r`: what is known of the session is shown at once, and the answer as soon as it comes.
pub(crate) fn asked(model: &mut Model, id: SessionId) {
    let Some(mut paused) = model.paused.take() else { return };
    let last = paused.live.item(id).and_then(|item| answered(&item.session));
    paused.asked.insert(id, last.map_or(model.clock, |last| last.max(model.clock)));
    show(model, &mut paused, &[id]);
    paused.waiting.remove(&id);
    model.paused = Some(paused);
}

/// What the operator does while the screen stands still is shown.
pub(crate) fn note(model: &mut Model, effects: &[Effect]) {
    let Some(paused) = &mut model.paused else { return };
    for effect in effects {
        let Effect::Command(command) = effect else { continue };
        match command {
            OperatorCommand::Keep(changes) => paused.own.extend(changes.iter().map(|(id, _)| *id)),
            OperatorCommand::Add(entries) => paused.own.extend(entries.iter().map(|e| e.id)),
            OperatorCommand::Remove(ids) => paused.own.extend(ids),
            OperatorCommand::Refresh(_)
            | OperatorCommand::RefreshAll
            | OperatorCommand::Interval(_)
            | OperatorCommand::Focus { .. }
            | OperatorCommand::Looked
            | OperatorCommand::Arrange(_) => {}
        }
    }
}

/// Time goes on for the bell.
pub(crate) fn tick(model: &mut Model) {
    let Some(mut paused) = model.paused.take() else { return };
    if paused.live.wake(&model.settings.rules, model.clock) {
        bell::heard(model, paused.live.take_alarms());
    }
    model.paused = Some(paused);
}
