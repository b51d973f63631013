//! What lies over the panes: help, the export dialog, the copy menu.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use crate::app::Model;
use crate::app::dialogs::overlay::{CopyMenu, HelpOverlay, Overlay};
use crate::app::view::{Glyph, Tone};
use crate::theme::{Look, Role};
use crate::ui::dialogs::{annotate, api_log, charts, export, handover, palette, pickers, yoti};
use crate::ui::widgets::dialog_frame::open;
use crate::ui::widgets::pane::{self, Bar};
use crate::ui::widgets::picture::Shown;
use crate::ui::widgets::text::fit;

/// Draws it; returns the picture in it.
pub(crate) fn draw<'a>(
    frame: &mut Frame<'_>,
    whole: Rect,
    model: &'a Model,
    look: Look,
) -> Option<Shown<'a>> {
    match model.overlay() {
        None => {}
        Some(Overlay::Help(help)) => draw_help(frame, whole, help, look),
        Some(Overlay::Export(dialog)) => export::draw(frame, whole, dialog, model, look),
        Some(Overlay::Handover(dialog)) => handover::draw(frame, whole, dialog, look),
        Some(Overlay::Yoti(dialog)) => {
            return yoti::draw(frame, whole, dialog, model, look);
        }
        Some(Overlay::Copy(menu)) => draw_copy(frame, whole, menu, look),
        Some(Overlay::Charts(charts)) => charts::draw(frame, whole, charts, look),
        Some(Overlay::Own(overlay)) => annotate::draw(frame, whole, overlay, model, look),
        Some(Overlay::Palette(palette)) => palette::draw(frame, whole, palette, look),
        Some(Overlay::Calls(log)) => api_log::draw(frame, whole, log, model, look),
        Some(Overlay::Pick(picker)) => pickers::draw(frame, whole, picker, model, look),
    }
    None
}

fn draw_help(frame: &mut Frame<'_>, whole: Rect, help: &HelpOverlay, look: Look) {
    let inner = open(
        frame,
        whole,
        84,
        HelpOverlay::height(whole.height),
        "Help: type to search",
        "Enter runs it, Esc closes",
        look,
    );
    let width = usize::from(inner.width);
    let search = help.search.text();
    let found = format!("{} of {} keys", help.rows.len(), help.total);
    let room = width.saturating_sub(8 + found.width());
    let mut lines = vec![
        Line::from(vec![
            Span::styled("search: ", look.tone(Tone::Dim)),
            Span::raw(fit(&search, room, look)),
            Span::styled(found, look.tone(Tone::Dim)),
        ]),
        Line::default(),
    ];
    let rows = HelpOverlay::page(whole.height);
    let mut section = "";
    let mut bar = None;
    for (number, row) in help.rows.iter().enumerate().skip(help.first).take(rows) {
        let head = if row.section == section { "" } else { row.section };
        section = row.section;
        let line = Line::from(vec![
            Span::styled(fit(head, 10, look), look.tone(Tone::Dim)),
            Span::styled(fit(&row.keys, 16, look), look.role(Role::Key)),
            Span::raw(fit(row.action.spec().words, width.saturating_sub(26), look)),
        ]);
        if number == help.selected {
            bar = Some(Bar { line: lines.len(), focus: true });
        }
        lines.push(line);
    }
    while lines.len() < 2 + rows {
        lines.push(Line::default());
    }
    lines.extend(legend(look));
    pane::lines(frame, inner, lines, bar, look);
    let column = u16::try_from(8 + help.search.before_cursor().width()).unwrap_or(u16::MAX);
    frame.set_cursor_position(Position::new(
        inner.x.saturating_add(column).min(inner.right()),
        inner.y,
    ));
}

/// The way of a session, and what may end it early.
const PATH: [&str; 2] = [
    "letter not set → awaiting visit → at counter → checks running → done",
    "also: at home · visited · turned away? · expired · gone · not found",
];

/// The signs and the stages.
fn legend(look: Look) -> [Line<'static>; HelpOverlay::LEGEND as usize] {
    let sign = |glyph: Glyph, word: &str| format!("{} {word}   ", look.glyph(glyph));
    let signs = [
        (Glyph::Approve, "APPROVE"),
        (Glyph::Reject, "REJECT"),
        (Glyph::Refer, "refer"),
        (Glyph::NotYet, "not yet"),
        (Glyph::Missing, "missing"),
    ];
    let more = [
        (Glyph::AtCounter, "at counter"),
        (Glyph::TurnedAway, "turned away?"),
        (Glyph::DueSoon, "due soon"),
        (Glyph::Stale, "stale"),
        (Glyph::Changed, "changed"),
    ];
    let own = [
        (Glyph::Pinned, "pinned"),
        (Glyph::Noted, "noted"),
        (Glyph::Acknowledged, "acknowledged"),
        (Glyph::Snoozed, "snoozed"),
    ];
    let moved = Span::raw(look.text("± derived deadline moved"));
    let line = |signs: &[(Glyph, &str)]| {
        Line::from(signs.iter().map(|(glyph, word)| sign(*glyph, word)).collect::<String>())
    };
    let dim = |text: &str| Line::from(Span::styled(look.text(text), look.tone(Tone::Dim)));
    [
        Line::default(),
        line(&signs),
        line(&more),
        line(&own) + moved,
        Line::from(look.text(PATH[0])),
        Line::from(look.text(PATH[1])),
        dim("Stage is derived here; state, recommendation and reason are Yoti's words."),
        dim("More: branchwatch help stages · filters · keys · privacy"),
    ]
}

fn draw_copy(frame: &mut Frame<'_>, whole: Rect, menu: &CopyMenu, look: Look) {
    let height = u16::try_from(menu.items.len()).unwrap_or(8) + 3;
    let title = format!("Copy {}", menu.name);
    let inner = open(frame, whole, 70, height, &title, "Enter copies, Esc closes", look);
    let width = usize::from(inner.width);
    let lines: Vec<Line<'_>> = menu
        .items
        .iter()
        .map(|item| {
            Line::from(vec![
                Span::styled(fit(item.what, 14, look), look.role(Role::Key)),
                Span::raw(fit(&item.preview, width.saturating_sub(14), look)),
            ])
        })
        .collect();
    let bar = (menu.selected < lines.len()).then_some(Bar { line: menu.selected, focus: true });
    pane::lines(frame, inner, lines, bar, look);
}
