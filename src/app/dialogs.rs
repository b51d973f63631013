//! Help and the copy menu: opening, moving, typing, accepting.
//!
//! A dialog is bound to the session that was under the cursor when its key was pressed (fault V04),
//! and acts on Enter only after it has been drawn (T14).

pub(crate) mod add;
pub(crate) mod annotate;
pub(crate) mod api_log;
pub(crate) mod by_use;
pub(crate) mod charts;
pub(crate) mod commands;
pub mod confirm;
pub(crate) mod export;
pub(crate) mod handover;
pub(crate) mod letter;
pub(crate) mod media;
pub mod overlay;
pub(crate) mod palette;
pub(crate) mod pickers;
pub mod programs;
pub mod yoti;

use std::cmp::Reverse;

use crate::app::action::Action;
use crate::app::dialogs::by_use::by_use;
use crate::app::dialogs::overlay::{CopyItem, CopyMenu, HelpOverlay, Overlay};
use crate::app::effect::{CopySource, Effect, ExportRequest};
use crate::app::event::Event;
use crate::app::model::{Model, window};
use crate::app::operator::annotations;
use crate::app::text::fuzzy::Typed;
use crate::app::text::text_field::TextField;
use crate::app::view::HelpRow;
use crate::domain::session::ids::SessionId;
use crate::domain::shape::Format;

/// A key or a paste goes to the open text field, if there is one.
pub(crate) fn typed(model: &mut Model, change: impl FnOnce(&mut TextField)) {
    match &mut model.overlay {
        Some(Overlay::Help(help)) => {
            change(&mut help.search);
            search(model);
        }
        Some(Overlay::Export(dialog)) => {
            if let Some(field) = dialog.field() {
                change(field);
            }
        }
        Some(Overlay::Handover(dialog)) => {
            dialog.error = None;
            change(&mut dialog.file);
        }
        Some(Overlay::Yoti(hand)) => {
            if let Some(field) = hand.field() {
                change(field);
            }
        }
        Some(Overlay::Palette(palette)) => palette::typed(palette, change),
        Some(Overlay::Calls(log)) if log.typing => {
            change(&mut log.search);
            let names = api_log::Names { sessions: &model.sessions, times: &model.times };
            api_log::typed(log, names);
        }
        Some(Overlay::Own(_)) => annotations::typed(model, change),
        Some(_) => {}
        None => {
            if let Some(input) = &mut model.input {
                change(match &mut input.naming {
                    Some(naming) => &mut naming.field,
                    None => &mut input.field,
                });
            }
        }
    }
    model.dirty = true;
}

pub(crate) fn open_help(model: &mut Model) {
    let rows = by_use(&model.settings.help, model.focus);
    let total = rows.len();
    let search = TextField::default();
    let help = HelpOverlay { search, rows, total, selected: 0, first: 0 };
    model.overlay = Some(Overlay::Help(help));
}

fn search(model: &mut Model) {
    let all = by_use(&model.settings.help, model.focus);
    if let Some(Overlay::Help(help)) = &mut model.overlay {
        let mut typed = Typed::new(&help.search.text());
        let score = |row: HelpRow| {
            let spec = row.action.spec();
            let words = format!("{} {}", spec.words, row.section);
            typed.score(spec.name, &row.keys, &words).map(|score| (score, row))
        };
        let mut ranked: Vec<(u32, HelpRow)> = all.into_iter().filter_map(score).collect();
        ranked.sort_by_key(|(score, _)| Reverse(*score));
        help.rows = ranked.into_iter().map(|(_, row)| row).collect();
        (help.selected, help.first) = (0, 0);
    }
}

/// What can be copied of the selected session, or of all that are marked: a line each.
pub(crate) fn open_copy(model: &mut Model) {
    let ids = annotations::targets(model);
    let text = |what: &'static str, line: &dyn Fn(SessionId) -> Option<String>| {
        let lines: Vec<String> = ids.iter().filter_map(|id| line(*id)).collect();
        let preview = match lines.as_slice() {
            [first, rest @ ..] if !rest.is_empty() => format!("{first} and {} more", rest.len()),
            _ => lines.concat(),
        };
        CopyItem { what, preview, source: CopySource::Text(lines.join("\n")) }
    };
    let name = |id| Some(model.times.name(&model.sessions.item(id)?.session, 40));
    let line = |id| {
        let session = &model.sessions.item(id)?.session;
        let stage = model.times.assess(session, &model.settings.rules).stage;
        let stage = crate::app::text::words::stage(&stage, model.times.now).text;
        Some(format!("{} {id} {stage}", name(id)?))
    };
    let mut items = vec![
        text("session ID", &|id| Some(id.to_string())),
        text("reference", &name),
        text("line", &line),
        text("portal link", &|id| model.portal_link(id)),
    ];
    items.retain(|item| !item.preview.is_empty());
    let (id, name) = match ids.as_slice() {
        [] => return,
        [id] => (*id, name(*id).unwrap_or_default()),
        [first, ..] => (*first, format!("{} marked", ids.len())),
    };
    if ids.len() == 1 {
        items.extend(exports(id));
    }
    model.overlay = Some(Overlay::Copy(CopyMenu { id, name, items, selected: 0, drawn: false }));
}

/// The exports of one session that fit on a clipboard.
fn exports(id: SessionId) -> [CopyItem; 2] {
    [
        CopyItem {
            what: "masked JSON",
            preview: "the export, masked".to_owned(),
            source: CopySource::Export(ExportRequest::masked(id, Format::Json)),
        },
        CopyItem {
            what: "Markdown",
            preview: "a summary for people, masked".to_owned(),
            source: CopySource::Export(ExportRequest::masked(id, Format::Markdown)),
        },
    ]
}

/// What an open overlay asks for once a second.
pub(crate) fn tick(model: &mut Model) -> Vec<Effect> {
    match model.overlay {
        Some(Overlay::Calls(_)) => vec![Effect::Traffic],
        Some(Overlay::Charts(_)) => charts::tick(model),
        _ => Vec::new(),
    }
}

pub(crate) fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    let Some(overlay) = model.overlay.take() else { return Vec::new() };
    match overlay {
        Overlay::Calls(log) => api_log::act(model, log, action),
        Overlay::Yoti(hand) => yoti::act(model, *hand, action),
        Overlay::Charts(shown) => charts::act(model, shown, action),
        Overlay::Own(overlay) => annotations::overlay_act(model, overlay, action),
        _ if matches!(action, Action::Back | Action::Quit | Action::QuitNow) => Vec::new(),
        Overlay::Palette(palette) => palette::act(model, palette, action),
        Overlay::Help(help) => help_act(model, help, action),
        Overlay::Copy(menu) => copy_act(model, menu, action),
        Overlay::Export(dialog) => export::act(model, dialog, action),
        Overlay::Handover(dialog) => handover::act(model, dialog, action),
        Overlay::Pick(picker) => pickers::act(model, picker, action),
    }
}

pub(crate) fn moved(selected: usize, len: usize, action: Action) -> usize {
    let last = len.saturating_sub(1);
    match action {
        Action::Down | Action::NextPane => (selected + 1).min(last),
        Action::Up | Action::PreviousPane => selected.saturating_sub(1),
        Action::PageDown | Action::HalfPageDown => (selected + 10).min(last),
        Action::PageUp | Action::HalfPageUp => selected.saturating_sub(10),
        Action::Top => 0,
        Action::Bottom => last,
        _ => selected,
    }
}

fn help_act(model: &mut Model, mut help: HelpOverlay, action: Action) -> Vec<Effect> {
    if action == Action::Help {
        return Vec::new();
    }
    if action == Action::Enter {
        let chosen = help.rows.get(help.selected).map(|row| row.action);
        model.then = chosen.map(Event::Action);
        return Vec::new();
    }
    let (page, len) = (HelpOverlay::page(model.size.1), help.rows.len());
    let down = |rows: usize, by: usize| (rows + by).min(len.saturating_sub(1));
    (help.selected, help.first) = match action {
        Action::PageDown => (down(help.selected, page), down(help.first, page)),
        Action::PageUp => (help.selected.saturating_sub(page), help.first.saturating_sub(page)),
        action => (moved(help.selected, len, action), help.first),
    };
    help.first = window(len, help.selected, help.first, page).start;
    model.overlay = Some(Overlay::Help(help));
    Vec::new()
}

fn copy_act(model: &mut Model, mut menu: CopyMenu, action: Action) -> Vec<Effect> {
    if action == Action::Enter && menu.drawn {
        let chosen = menu.items.get(menu.selected);
        return chosen
            .map(|item| Effect::Copy { what: item.what, text: item.source.clone() })
            .into_iter()
            .collect();
    }
    menu.selected = moved(menu.selected, menu.items.len(), action);
    model.overlay = Some(Overlay::Copy(menu));
    Vec::new()
}
