//! The add dialog as cells.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span, Text};

use crate::app::dialogs::add::state::{AddDialog, AddLine, AddVerdict};
use crate::app::view::Tone;
use crate::theme::{Look, Role};
use crate::ui::widgets::dialog_frame::open;
use crate::ui::widgets::text::{fit, put_cursor, windowed};

const VERDICT: usize = 18;

pub(crate) fn draw(frame: &mut Frame<'_>, whole: Rect, dialog: &AddDialog, look: Look) {
    let height = whole.height.saturating_sub(4).clamp(12, 30);
    let title = "Add sessions to the watch-list";
    let inner = open(frame, whole, 78, height, title, "paste works here", look);
    let width = usize::from(inner.width);
    let dim = |text: &str| Line::from(Span::styled(fit(text, width, look), look.tone(Tone::Dim)));
    let mut lines = vec![
        dim("Paste session IDs, links, CSV, cells of a spreadsheet, or JSON."),
        dim("Nothing is added until you press Enter."),
        Line::default(),
    ];
    let room = usize::from(inner.height).saturating_sub(lines.len() + 5);
    let end = dialog.lines.len().saturating_sub(dialog.up).max(room.min(dialog.lines.len()));
    let first = end.saturating_sub(room);
    let shown = dialog.lines.get(first..end).unwrap_or_default();
    lines.extend(shown.iter().map(|line| row(line, width, look)));
    // The line being typed follows the pasted ones.
    let line = lines.len();
    let (field, x) = windowed(&dialog.field, width.saturating_sub(VERDICT + 3));
    let (sign, tone) = dialog.typed.first().map_or((String::new(), Tone::Dim), verdict);
    lines.push(Line::from(vec![
        Span::styled("> ", look.role(Role::Key)),
        Span::raw(fit(&field, width.saturating_sub(VERDICT + 3), look)),
        Span::raw(" "),
        Span::styled(fit(&sign, VERDICT, look), look.tone(tone)),
    ]));
    while lines.len() + 4 < usize::from(inner.height) {
        lines.push(Line::default());
    }
    lines.push(Line::from(fit(&dialog.summary(), width, look)));
    let mut cursor = (2 + x, line);
    match (&dialog.error, &dialog.file) {
        (error, Some(file)) => {
            let (text, x) = windowed(file, width.saturating_sub(6));
            cursor = (6 + x, usize::from(inner.height).saturating_sub(2));
            let why = error.clone().unwrap_or_default();
            lines.push(Line::from(Span::styled(fit(&why, width, look), look.tone(Tone::Bad))));
            lines.push(Line::from(vec![
                Span::styled("file: ", look.role(Role::Key)),
                Span::raw(fit(&text, width.saturating_sub(6), look)),
            ]));
            lines.push(dim("Enter opens it · Esc back to the lines"));
        }
        (_, None) => {
            let why = dialog.last_wrong().map(|(line, why)| format!("line {line}: {why}"));
            let why = fit(&why.unwrap_or_default(), width, look);
            lines.push(Line::from(Span::styled(why, look.tone(Tone::Bad))));
            lines.push(Line::default());
            let enter = enter(dialog);
            lines.push(dim(&format!("{enter}Esc cancels · ctrl-o opens a file")));
        }
    }
    frame.render_widget(Text::from(lines), inner);
    put_cursor(frame, inner, cursor.0, cursor.1);
}

/// What Enter does: `Enter adds 2 and fetches them once · `.
fn enter(dialog: &AddDialog) -> String {
    let updates = match dialog.updating() {
        0 => String::new(),
        number => format!("updates {number}"),
    };
    let adds = match dialog.adding() {
        0 => String::new(),
        1 => "adds 1 and fetches it once".to_owned(),
        number => format!("adds {number} and fetches them once"),
    };
    match (adds.is_empty(), updates.is_empty()) {
        (true, true) => String::new(),
        (false, false) => format!("Enter {adds}, {updates} · "),
        _ => format!("Enter {adds}{updates} · "),
    }
}

fn verdict(line: &AddLine) -> (String, Tone) {
    match &line.verdict {
        AddVerdict::New => ("✓ new".to_owned(), Tone::Good),
        AddVerdict::Archived => ("✓ archived, back".to_owned(), Tone::Good),
        AddVerdict::Updated => ("✓ updated".to_owned(), Tone::Good),
        AddVerdict::Watched => ("= watched".to_owned(), Tone::Dim),
        AddVerdict::Twice => ("= twice".to_owned(), Tone::Dim),
        // The one wrong line that is common, in words that fit.
        AddVerdict::Bad(why) if why.contains("UUID") => ("✗ not a UUID".to_owned(), Tone::Bad),
        AddVerdict::Bad(why) => (format!("✗ {why}"), Tone::Bad),
    }
}

fn row(line: &AddLine, width: usize, look: Look) -> Line<'static> {
    let (sign, tone) = verdict(line);
    Line::from(vec![
        Span::raw("  "),
        Span::raw(fit(&line.text, width.saturating_sub(VERDICT + 3), look)),
        Span::raw(" "),
        Span::styled(fit(&sign, VERDICT, look), look.tone(tone)),
    ])
}
