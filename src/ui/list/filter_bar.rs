//! The filter being typed: five lines at the bottom (product.md 4.3).

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span, Text};
use unicode_width::UnicodeWidthStr;

use crate::app::text::text_field::TextField;
use crate::app::view::{InputView, QueryError, Tone};
use crate::theme::{Look, Role};
use crate::ui::widgets::text::{fit, put_cursor, shifted};

const PROMPT: &str = " / ";
const LANGUAGE: [&str; 2] = [
    "   fields: ref session state stage check result reason doc source provider",
    "           branch tag note due seen changed docs is    : = != < > ! \"…\" ( ) or",
];
const FIELDS: &str =
    "   fields, such as stage:turned  result:reject  due<24h  is:new; Tab completes";
const KEYS: [(&str, &str); 5] = [
    ("Enter", "apply"),
    ("Esc", "cancel"),
    ("ctrl-s", "save as view"),
    ("↑↓", "history"),
    ("Tab", "complete"),
];
const NAME_KEYS: [(&str, &str); 2] = [("Enter", "save"), ("Esc", "back to the filter")];
const NAME: &str = "   name of the view: ";

pub(crate) fn draw(frame: &mut Frame<'_>, area: Rect, input: &InputView<'_>, look: Look) {
    let width = usize::from(area.width);
    let (hits, of) = input.hits;
    let sign = if input.error.is_some() { "✗" } else { "✓" };
    let result = format!("  {hits} of {of}  {sign} ");
    let room = width.saturating_sub(PROMPT.width() + result.width());
    let cursor = input.field.before_cursor().width();
    // A text that is too long is seen from where the cursor is still in sight.
    let hidden = (cursor + 1).saturating_sub(room);
    let text = shifted(&input.field.text(), hidden);
    let tone = if input.error.is_some() { Tone::Bad } else { Tone::Good };
    let mut lines = vec![
        Line::from(Span::styled(rule(width, look), look.role(Role::Border))),
        Line::from(vec![
            Span::styled(PROMPT, look.role(Role::Key)),
            Span::raw(fit(&text, room, look)),
            Span::styled(look.text(&result), look.tone(tone)),
        ]),
    ];
    if let Some((name, error)) = input.naming {
        draw_name(frame, area, lines, name, error, look);
        return;
    }
    lines.extend(match (&input.error, input.offers) {
        (_, Some((texts, chosen))) => offered(texts, chosen, width, look),
        (Some(why), None) => pointed(why, &input.field.text(), hidden, width, look),
        (None, None) => {
            let lines = match &input.hint {
                Some(hint) => [(format!("   {hint}"), Tone::Notice), (FIELDS.into(), Tone::Dim)],
                None => LANGUAGE.map(|line| (line.to_owned(), Tone::Dim)),
            };
            lines.map(|(line, tone)| {
                Line::from(Span::styled(fit(&line, width, look), look.tone(tone)))
            })
        }
    });
    lines.push(keys(&KEYS, look));
    frame.render_widget(Text::from(lines), area);
    let column = PROMPT.width() + cursor.saturating_sub(hidden);
    put_cursor(frame, area, column, 1);
}

/// The filter above, and below it the name under which it is saved.
fn draw_name(
    frame: &mut Frame<'_>,
    area: Rect,
    mut lines: Vec<Line<'_>>,
    name: &TextField,
    error: Option<&str>,
    look: Look,
) {
    let width = usize::from(area.width);
    let room = width.saturating_sub(NAME.width());
    let hidden = (name.before_cursor().width() + 1).saturating_sub(room);
    lines.push(Line::from(vec![
        Span::styled(NAME, look.role(Role::Key)),
        Span::raw(fit(&shifted(&name.text(), hidden), room, look)),
    ]));
    let (words, tone) = match error {
        Some(why) => (why, Tone::Bad),
        None => ("saves filter, order and columns", Tone::Dim),
    };
    lines.push(Line::from(Span::styled(fit(&format!("   {words}"), width, look), look.tone(tone))));
    lines.push(keys(&NAME_KEYS, look));
    frame.render_widget(Text::from(lines), area);
    let column = NAME.width() + name.before_cursor().width().saturating_sub(hidden);
    put_cursor(frame, area, column, 2);
}

fn rule(width: usize, look: Look) -> String {
    look.border(false).horizontal_top.repeat(width)
}

/// A sign under the character that is wrong, and below it what is wrong.
fn pointed(
    why: &QueryError,
    text: &str,
    hidden: usize,
    width: usize,
    look: Look,
) -> [Line<'static>; 2] {
    let before: String = text.chars().take(why.at).collect();
    let column = PROMPT.width() + before.width().saturating_sub(hidden);
    let style = look.tone(Tone::Bad);
    let under = format!("{}^", " ".repeat(column.min(width.saturating_sub(1))));
    [
        Line::from(Span::styled(fit(&under, width, look), style)),
        Line::from(Span::styled(fit(&format!("   {}", why.what), width, look), style)),
    ]
}

/// As many offers as fit into two lines, the chosen one among them.
fn offered(texts: &[String], chosen: usize, width: usize, look: Look) -> [Line<'static>; 2] {
    let mut lines: Vec<(usize, Vec<Span<'static>>)> = Vec::new();
    let indent = "   ";
    for (place, text) in texts.iter().enumerate() {
        let piece = format!("{text}  ");
        let fits = lines.last().is_some_and(|(used, _)| used + piece.width() <= width);
        if !fits {
            if lines.len() >= 2 && place > chosen {
                break;
            }
            lines.push((indent.width(), vec![Span::raw(indent)]));
        }
        let style = if place == chosen { look.role(Role::Focus) } else { look.tone(Tone::Dim) };
        if let Some((used, spans)) = lines.last_mut() {
            *used += piece.width();
            spans.push(Span::styled(look.text(&piece), style));
        }
    }
    let first = lines.len().saturating_sub(2);
    let mut shown = lines.into_iter().skip(first).map(|(_, spans)| Line::from(spans));
    [shown.next().unwrap_or_default(), shown.next().unwrap_or_default()]
}

fn keys(keys: &[(&str, &str)], look: Look) -> Line<'static> {
    let mut spans = vec![Span::raw(" ")];
    for (key, word) in keys {
        spans.push(Span::styled(look.text(key), look.role(Role::Key)));
        spans.push(Span::styled(format!(" {word}   "), look.tone(Tone::Dim)));
    }
    Line::from(spans)
}
