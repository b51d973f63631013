//! The help over the panes: keys, signs, stages.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use crate::app::dialogs::help::state::HelpDialog;
use crate::app::view::{Glyph, Tone};
use crate::theme::{Look, Role};
use crate::ui::widgets::dialog_frame::open;
use crate::ui::widgets::pane::{self, Bar};
use crate::ui::widgets::text::{fit, put_cursor, search_line};

pub(crate) fn draw(frame: &mut Frame<'_>, whole: Rect, help: &HelpDialog, look: Look) {
    let inner = open(
        frame,
        whole,
        84,
        HelpDialog::height(whole.height),
        "Help: type to search",
        "Enter runs it, Esc closes",
        look,
    );
    let width = usize::from(inner.width);
    let search = help.search.text();
    let found = format!("{} of {} keys", help.rows.len(), help.total);
    let label = Span::styled("search: ", look.tone(Tone::Dim));
    let mut lines = vec![search_line(label, &search, found, width, look), Line::default()];
    let rows = HelpDialog::page(whole.height);
    let mut section = "";
    let mut bar = None;
    for (number, row) in help.rows.iter().enumerate().skip(help.first).take(rows) {
        // Found rows are in the order of the match: a head would stand at every other one.
        let head = if row.section == section || !search.is_empty() { "" } else { row.section };
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
    put_cursor(frame, inner, 8 + help.search.before_cursor().width(), 0);
}

/// The way of a session, and what may end it early.
const PATH: [&str; 2] = [
    "letter not set → awaiting visit → at counter → checks running → done",
    "also: at home · visited · turned away? · expired · gone · not found",
];

/// The signs and the stages.
fn legend(look: Look) -> [Line<'static>; HelpDialog::LEGEND as usize] {
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
