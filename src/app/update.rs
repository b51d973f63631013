//! One event in, effects out: the only function that changes the model (I2).

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::app::action::Action;
use crate::app::dialogs::confirm::state::What;
use crate::app::dialogs::export::{self, exported};
use crate::app::dialogs::{
    self, acknowledge, add, api_log, changes, charts, confirm, copy, handover, help, letter, media,
    note, palette, picker, programs, snooze, tags, yoti,
};
use crate::app::effect::Effect;
use crate::app::event::{Event, Outcome};
use crate::app::find::find;
use crate::app::list::{arrange, cursor, filter_bar, follow, marks, saved_views};
use crate::app::model::Model;
use crate::app::mouse;
use crate::app::moves;
use crate::app::operator::{
    annotations, bell, config, layout_settings, pause, portal, privacy, report, restore,
    time_travel,
};
use crate::app::status::{digest, metrics};
use crate::app::view::{Pane, Tone};
use crate::domain::shape::Format;
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
    if model.message.as_ref().is_some_and(|(_, at)| now.duration_since(*at) >= shown_for) {
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

fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    // These two work whatever is open.
    if action == Action::Redraw || action == Action::Suspend {
        return run(model, action);
    }
    if model.dialog.is_some() {
        return dialogs::act(model, action);
    }
    if model.input.is_some() {
        filter_bar::act(model, action);
        return Vec::new();
    }
    if action.is_about_a_session() && !cursor::choose_drawn(model) {
        model.set_message("that session was removed meanwhile", Tone::Notice);
        return Vec::new();
    }
    if model.in_past() && !action.works_in_past() {
        time_travel::refuse(model);
        return Vec::new();
    }
    run(model, action)
}

/// Carries out an action. It names every one: the compiler asks for a new action here.
#[warn(clippy::wildcard_enum_match_arm)]
#[expect(clippy::too_many_lines, reason = "a line for each action")]
fn run(model: &mut Model, action: Action) -> Vec<Effect> {
    match action {
        Action::Redraw => return vec![Effect::Redraw],
        Action::Suspend => return vec![Effect::Suspend],
        Action::Quit | Action::QuitNow => return vec![Effect::Quit],
        Action::Refresh => return refresh(model),
        Action::RefreshAll => {
            model.set_message("refreshing all, within the request budget", Tone::Plain);
            return vec![Effect::Command(OperatorCommand::RefreshAll)];
        }
        Action::CopyId => return copy_id(model),
        Action::Export => return export::open(model, false, Format::default()),
        Action::ExportMany => return export::open(model, true, Format::default()),
        Action::Privacy => return privacy::next(model),
        Action::Reveal => return privacy::reveal(model),
        Action::LockNow => return privacy::lock(model),
        Action::Letter => letter::open(model),
        Action::View if model.focus == Pane::Tree => media::open(model),
        Action::View => no_view(model),
        Action::SessionDelete => return confirm::open(model, What::DeleteSession),
        Action::LetterSend => return confirm::open(model, What::SendLetter),
        Action::Portal => return portal::portal(model),
        Action::Mouse => return mouse::toggle(model),
        Action::Report => return report::report(model),
        Action::ApiLog => return api_log::open(model),
        Action::Charts => return charts::open(model),
        Action::Pin => return annotations::pin(model),
        Action::Archive => return annotations::archive(model),
        Action::Undo => return annotations::undo(model),
        Action::Acknowledge => return annotations::acknowledge(model),
        Action::AcknowledgeAll => acknowledge::open(model),
        Action::Note => note::open(model),
        Action::Tags => tags::open(model),
        Action::Snooze => snooze::open(model),
        Action::Add => add::open(model),
        Action::Seen => return digest::seen(model),
        Action::Changes => changes::open(model),
        Action::NextChange => digest::walk(model, true),
        Action::PreviousChange => digest::walk(model, false),
        Action::Pause => pause::toggle(model),
        Action::Bell => bell::toggle(model),
        Action::Handover => handover::open(model),
        Action::CopyMenu => copy::open(model),
        Action::Help => help::open(model),
        Action::Palette => palette::open(model),
        Action::Programs => programs::open(model),
        Action::TimeForm => model.show_times(model.times.form.next()),
        Action::StepBack => time_travel::step(model, true),
        Action::StepForward => time_travel::step(model, false),
        Action::Back if model.in_past() => time_travel::leave(model),
        Action::Back => back(model),
        Action::Find => filter_bar::open(model),
        Action::NextHit => find(model, true),
        Action::PreviousHit => find(model, false),
        Action::Views => picker::open_views(model),
        Action::SaveView => filter_bar::ask_name(model),
        // Only in the list of views.
        Action::ForgetView => {}
        Action::SortPicker => picker::open_sort(model),
        Action::ReverseSort => arrange::reverse(model),
        Action::WideColumns => arrange::toggle_wide(model),
        Action::ColumnPicker => picker::open_columns(model),
        Action::Follow => follow::toggle(model),
        Action::MarkRange => marks::range(model),
        Action::MarkAll => marks::all(model),
        Action::ClearMarks => marks::clear(model),
        Action::ListNarrower => layout_settings::resize(model, false),
        Action::ListWider => layout_settings::resize(model, true),
        Action::Header => layout_settings::header(model),
        Action::Zoom => model.zoomed = !model.zoomed,
        Action::Pane1 => model.focus = Pane::List,
        Action::Pane2 => model.focus = Pane::Tree,
        Action::Pane3 => model.focus = Pane::Checks,
        Action::Pane4 => model.focus = Pane::Timeline,
        Action::Pane5 => model.focus = Pane::Alerts,
        Action::Pane6 => model.focus = Pane::Letter,
        Action::Pane7 => model.focus = Pane::Json,
        Action::Pane8 => model.focus = Pane::Notes,
        Action::Json => moves::toggle_pane(model, Pane::Json),
        Action::NextPane => moves::step_pane(model, 1),
        Action::PreviousPane => moves::step_pane(model, -1),
        Action::NextTab => moves::step_tab(model, 1),
        Action::PreviousTab => moves::step_tab(model, -1),
        Action::NextSession => cursor::move_row(model, 1),
        Action::PreviousSession => cursor::move_row(model, -1),
        Action::NextAttention => moves::next_attention(model),
        Action::ChosenSession => cursor::to_chosen(model),
        Action::Enter => moves::enter(model),
        Action::Toggle => moves::toggle(model),
        Action::Left => moves::left(model),
        Action::Right => moves::right(model),
        Action::FoldAll => moves::fold_all(model),
        Action::UnfoldAll => moves::unfold_all(model),
        Action::Down
        | Action::Up
        | Action::Top
        | Action::Bottom
        | Action::HalfPageDown
        | Action::HalfPageUp
        | Action::PageDown
        | Action::PageUp => moves::travel(model, action),
    }
    Vec::new()
}

/// `v`: in the tree the media, elsewhere nothing yet.
fn no_view(model: &mut Model) {
    let tree = model.key(Action::Pane2).map(|key| format!(" ({key})")).unwrap_or_default();
    model.set_message(format!("go to a media item in the tree{tree} to view it"), Tone::Plain);
}

fn refresh(model: &mut Model) -> Vec<Effect> {
    let Some(id) = model.selected else { return Vec::new() };
    let name = model.selected_name().unwrap_or_default();
    model.set_message(format!("refreshing {name}"), Tone::Plain);
    pause::asked(model, id);
    vec![Effect::Command(OperatorCommand::Refresh(id))]
}

fn copy_id(model: &Model) -> Vec<Effect> {
    let ids: Vec<String> = annotations::targets(model).iter().map(ToString::to_string).collect();
    let what = match ids.as_slice() {
        [] => return Vec::new(),
        [_] => "session ID",
        _ => "session IDs",
    };
    vec![Effect::Copy { what, text: ids.join("\n"), personal: false }]
}

/// One step back: a range of marks, the zoom, the pane, the filter, the marks.
fn back(model: &mut Model) {
    if model.range_from.take().is_some() {
        model.set_message("no range", Tone::Plain);
    } else if model.zoomed {
        model.zoomed = false;
    } else if model.focus != Pane::List {
        model.focus = Pane::List;
    } else if !model.filter_text.is_empty() {
        filter_bar::clear(model);
    } else {
        marks::clear(model);
    }
}
