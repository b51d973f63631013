//! What each action does: the one match over all of them.

use crate::app::action::Action;
use crate::app::dialogs::confirm::state::What;
use crate::app::dialogs::{
    self, acknowledge, add, api_log, changes, charts, confirm, copy, export, handover, help,
    letter, media, note, palette, picker, programs, snooze, tags,
};
use crate::app::effect::Effect;
use crate::app::find::find;
use crate::app::list::{arrange, cursor, filter_bar, follow, marks};
use crate::app::model::Model;
use crate::app::mouse;
use crate::app::moves;
use crate::app::operator::{
    annotations, bell, layout_settings, pause, portal, privacy, report, time_travel,
};
use crate::app::status::digest;
use crate::app::view::{Pane, Tone};
use crate::domain::shape::Format;
use crate::domain::watchlist::command::OperatorCommand;

/// An action goes to the dialog or the field that is open; else the screen carries it out, unless it
/// needs a session that is gone or may not act in the past.
pub(super) fn act(model: &mut Model, action: Action) -> Vec<Effect> {
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
