//! One event in, effects out: the only function that changes the model (I2).

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::app::act::act;
use crate::app::dialogs::export::{self, exported};
use crate::app::dialogs::{self, add, api_log, charts, yoti};
use crate::app::effect::Effect;
use crate::app::event::{Event, Outcome};
use crate::app::list::{cursor, filter_bar, follow, saved_views};
use crate::app::model::Model;
use crate::app::mouse;
use crate::app::operator::{bell, config, pause, privacy, restore, time_travel};
use crate::app::status::{digest, metrics};
use crate::domain::watchlist::command::OperatorCommand;
use crate::domain::watchlist::snapshot::Snapshot;

/// A message stays this long, in seconds.
const MESSAGE_SHOWN: SignedDuration = SignedDuration::from_secs(8);

/// Carries out one event, and what it leads to: a row of the palette or a click stands for another
/// event. Pure: time comes with [`Event::Tick`] alone.
pub fn update(model: &mut Model, event: Event) -> Vec<Effect> {
    let mut effects = carry_out(model, event);
    while let Some(event) = model.then.take() {
        effects.extend(carry_out(model, event));
    }
    effects
}

fn carry_out(model: &mut Model, event: Event) -> Vec<Effect> {
    if let Some(effects) = privacy::before(model, &event) {
        return effects;
    }
    let mut effects = match event {
        Event::Tick(now) => {
            tick(model, now);
            digest::tick(model);
            let mut effects = vec![privacy::tick(model), dialogs::tick(model)];
            effects.push(rested(model));
            effects.push(bell::tick(model).into_iter().chain(metrics::tick(model)).collect());
            effects.concat()
        }
        Event::Snapshot(snapshot) => {
            take_in(model, &snapshot);
            Vec::new()
        }
        Event::Resize(columns, rows) => {
            model.size = (columns, rows);
            model.dirty = true;
            Vec::new()
        }
        Event::Traffic(traffic) => {
            api_log::told(model, &traffic);
            charts::told(model, &traffic);
            metrics::told(model, &traffic);
            Vec::new()
        }
        Event::Details(read) => {
            time_travel::details(model, read);
            Vec::new()
        }
        Event::Reconfigured(read) => config::reconfigured(model, read),
        Event::Done(outcome) => done(model, outcome),
        Event::Paste(text) => pasted(model, &text),
        Event::Mouse(mouse) => mouse::moused(model, mouse),
        Event::Edit(edit) if model.dialog.is_some() => {
            dialogs::typed(model, edit);
            Vec::new()
        }
        Event::Edit(edit) => {
            filter_bar::typed(model, |field| field.edit(edit));
            Vec::new()
        }
        Event::Action(action) => {
            model.dirty = true;
            let looks = digest::key(model);
            let before = model.selected;
            let mut effects = act(model, action);
            follow::moved(model, before);
            effects.extend(looks);
            effects
        }
    };
    follow(model, &mut effects);
    pause::note(model, &effects);
    effects
}

fn pasted(model: &mut Model, text: &str) -> Vec<Effect> {
    if model.dialog.is_some() {
        dialogs::pasted(model, text);
    } else if !add::offer(model, text) {
        filter_bar::typed(model, |field| field.paste(text));
    }
    Vec::new()
}

/// Offsets follow cursors, and the refresh task learns what is looked at.
fn follow(model: &mut Model, effects: &mut Vec<Effect>) {
    model.rewrap();
    let starts = [
        model.checks().window.start,
        model.timeline().window.start,
        model.alerts().window.start,
        model.letter().window.start,
        model.json().window.start,
        model.notes().window.start,
    ];
    [
        model.checks.offset,
        model.timeline.offset,
        model.alerts.offset,
        model.letter.offset,
        model.json.offset,
        model.annotations.notes.offset,
    ] = starts;
    model.tree_offset = model.tree_window().start;
    let visible =
        model.list_window().filter_map(|row| model.sessions.at(row)).map(|i| i.session.id());
    let looked_at = (model.selected, visible.collect::<Vec<_>>());
    // Only where it is another: else each event would tell the refresh task again.
    if model.focus_sent.as_ref() != Some(&looked_at) {
        let (selected, visible) = looked_at.clone();
        effects.push(Effect::Command(OperatorCommand::Focus { selected, visible }));
        model.focus_sent = Some(looked_at);
    }
    effects.extend(saved_views::kept(model));
    effects.extend(time_travel::unread(model));
}

fn tick(model: &mut Model, now: Timestamp) {
    model.clock = now;
    if model.past.is_none() {
        model.times.now = now;
    }
    let shown_for = model.settings.for_operator(MESSAGE_SHOWN);
    if model.message.as_ref().is_some_and(|said| now.duration_since(said.at) >= shown_for) {
        model.message = None;
        model.dirty = true;
    }
    if model.past.is_none() {
        restore::note(model);
    }
    pause::tick(model);
    let stands = model.past.is_some() || model.paused.is_some();
    if !stands && model.sessions.wake(&model.settings.rules, now) {
        cursor::settle(model);
        let alarms = model.sessions.take_alarms();
        bell::heard(model, alarms);
        model.dirty = true;
    }
    model.refresh_words();
}

/// The cursor has rested on a chosen session for a tick: the operator has looked.
fn rested(model: &mut Model) -> Vec<Effect> {
    let Some(id) = model.cursor.session() else { return Vec::new() };
    if model.in_past() || !std::mem::replace(&mut model.resting, true) {
        return Vec::new();
    }
    if model.sessions.look_at(id) {
        model.rebuild(false);
        model.dirty = true;
    }
    digest::rest(model).into_iter().collect()
}

fn take_in(model: &mut Model, snapshot: &Arc<Snapshot>) {
    if pause::take_in(model, snapshot) || time_travel::take_in(model, snapshot) {
        return;
    }
    model.health = Arc::clone(&snapshot.health);
    let rules = &model.settings.rules;
    let changed = model.sessions.renew(&snapshot.sessions, rules, model.times.now);
    model.name_newest(&changed);
    model.annotations.archived = snapshot.archived.clone();
    digest::take_in(model, snapshot, !changed.is_empty());
    let alarms = model.sessions.take_alarms();
    bell::heard(model, alarms);
    cursor::settle(model);
    follow::newest(model, &changed);
    if model.selected.is_none() || changed.iter().any(|id| Some(*id) == model.selected) {
        model.resting = false;
    }
    model.refresh_words();
    if changed.iter().any(|id| Some(*id) == model.selected) {
        model.dirty = true;
    }
}

/// What came of an effect, and what it leads to.
fn done(model: &mut Model, outcome: Outcome) -> Vec<Effect> {
    match outcome {
        Outcome::Done { session, result } => yoti::done(model, session, result),
        Outcome::Exported { path, measured } => {
            let (text, tone) = exported(&path, &measured);
            model.set_message(text, tone);
        }
        Outcome::Measured(serial, measured) => export::measured(model, serial, measured),
        Outcome::Next(effect) => return vec![*effect],
        Outcome::ListRead(outcome) => add::read(model, outcome),
        Outcome::PrivacyLowered(privacy) => privacy::lowered(model, privacy),
        Outcome::Revealed(id) => privacy::revealed(model, id),
        Outcome::LastExports(id, last) => yoti::last_exports(model, id, last),
        Outcome::LetterFetched(id, path) => return yoti::letter_fetched(model, id, &path),
        Outcome::Contact(id, contact) => yoti::contact(model, id, contact),
        Outcome::Picture { id, media, picture, size } => {
            yoti::picture(model, id, &media, picture, size);
        }
        Outcome::Changed(id, result) => {
            yoti::done(model, Some(id), result);
            return vec![Effect::Command(OperatorCommand::Refresh(id))];
        }
    }
    Vec::new()
}
