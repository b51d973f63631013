//! The lines below: what changed or was done last, tabs, keys, the text to find being typed.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span, Text};
use unicode_width::UnicodeWidthStr;

use crate::app::Model;
use crate::app::action::Action;
use crate::app::view::{InputView, Tone};
use crate::theme::{Look, Role};
use crate::ui::list::filter_bar;
use crate::ui::widgets::text::{cell, fit, put_cursor};

/// The message, unless the footer has it, else the newest change of any session.
pub(crate) fn ticker(frame: &mut Frame<'_>, area: Rect, model: &Model, look: Look) {
    let width = usize::from(area.width).saturating_sub(1);
    // What the operator did comes before what happened by itself.
    let message = model.message().filter(|_| model.dialog().is_none());
    let said = message.or(model.digest()).cloned().or_else(|| model.ticker());
    if let Some(said) = said {
        let line = Line::from(vec![Span::raw(" "), cell(&said, width, look)]);
        frame.render_widget(Text::from(line), area);
    }
}

pub(crate) fn draw(frame: &mut Frame<'_>, area: Rect, model: &Model, look: Look) {
    if let Some(input) = model.input() {
        if input.filter {
            filter_bar::draw(frame, area, &input, look);
        } else {
            draw_find(frame, area, &input, model, look);
        }
        return;
    }
    let footer = model.footer();
    let first = match &footer.said {
        Some(said) => {
            let room = usize::from(area.width).saturating_sub(1);
            Line::from(vec![Span::raw(" "), cell(said, room, look)])
        }
        None => tabs(model, look),
    };
    let mut lines = vec![first];
    for (number, hints) in footer.lines.iter().enumerate() {
        let mut spans = vec![Span::raw(" ")];
        if number == 0 {
            spans.push(Span::styled(footer.marked.clone(), look.role(Role::Mark)));
        }
        for hint in hints {
            spans.push(Span::styled(look.text(&hint.key), look.role(Role::Key)));
            spans.push(Span::styled(format!(" {}  ", hint.word), look.tone(Tone::Dim)));
        }
        lines.push(Line::from(spans));
    }
    frame.render_widget(Text::from(lines), area);
}

fn tabs(model: &Model, look: Look) -> Line<'static> {
    let tab = |(text, pane)| {
        let focus = pane == model.focus();
        Span::styled(text, if focus { look.role(Role::Focus) } else { look.tone(Tone::Dim) })
    };
    let spans = std::iter::once(Span::raw(" ")).chain(model.tabs().map(tab));
    Line::from(spans.collect::<Vec<_>>())
}

/// A text to find in a pane.
fn draw_find(frame: &mut Frame<'_>, area: Rect, input: &InputView<'_>, model: &Model, look: Look) {
    let hits = [Action::NextHit, Action::PreviousHit].map(|action| model.key(action));
    let hits = hits.into_iter().flatten().collect::<Vec<_>>().join(" ");
    let then = if hits.is_empty() { hits } else { format!(", then {hits}") };
    let width = usize::from(area.width);
    let prompt = " / find: ";
    let room = width.saturating_sub(prompt.width());
    let lines = vec![
        Line::from(vec![
            Span::styled(prompt, look.role(Role::Key)),
            Span::raw(fit(&input.field.text(), room, look)),
        ]),
        Line::from(Span::styled(
            fit(&format!(" Enter finds{then} · Esc cancel"), width, look),
            look.tone(Tone::Dim),
        )),
    ];
    frame.render_widget(Text::from(lines), area);
    let column = prompt.width() + input.field.before_cursor().width();
    put_cursor(frame, area, column, 0);
}
