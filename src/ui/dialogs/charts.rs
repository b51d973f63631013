//! The charts over the panes, drawn with ratatui's widgets.
//!
//! Every figure is also there as a number: colour and shape only repeat it.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::symbols::{Marker, bar};
use ratatui::text::{Line, Span, Text};
use ratatui::widgets::{Axis, Bar, BarChart, BarGroup, Chart, Dataset, GraphType, Sparkline};

use crate::app::dialogs::charts::state::ChartsDialog;
use crate::app::view::Tone;
use crate::theme::{Look, Role};
use crate::ui::widgets::dialog_frame::open;
use crate::ui::widgets::text::fit;

/// Eighths of a bar in ASCII: there are only empty, half and full.
const ASCII_BARS: bar::Set<'static> = bar::Set {
    full: "#",
    seven_eighths: "#",
    three_quarters: "#",
    five_eighths: "=",
    half: "=",
    three_eighths: "-",
    one_quarter: "-",
    one_eighth: ".",
    empty: " ",
};

pub(crate) fn draw(frame: &mut Frame<'_>, whole: Rect, charts: &ChartsDialog, look: Look) {
    let (width, height) = (whole.width.saturating_sub(4), whole.height.saturating_sub(2));
    let inner =
        open(frame, whole, width, height, "Charts", "updated once a minute · Esc closes", look);
    let budget = if inner.height >= 30 { 6 } else { 3 };
    let [upper, words, below] =
        Layout::vertical([Constraint::Min(4), Constraint::Length(4), Constraint::Length(budget)])
            .areas(inner);
    let [left, _gap, right] = Layout::horizontal([
        Constraint::Percentage(44),
        Constraint::Length(2),
        Constraint::Min(10),
    ])
    .areas(upper);
    funnel(frame, left, charts, look);
    hours(frame, right, charts, look);
    said(frame, words, charts, look);
    requests(frame, below, charts, look);
    if look.ascii {
        plain(frame.buffer_mut(), inner, look);
    }
}

/// A title over what is left of the area.
fn titled(frame: &mut Frame<'_>, area: Rect, title: &str, look: Look) -> Rect {
    let [head, rest] = Layout::vertical([Constraint::Length(1), Constraint::Min(0)]).areas(area);
    let text = fit(title, usize::from(head.width), look);
    frame.render_widget(Span::styled(text, look.role(Role::Title)), head);
    rest
}

fn funnel(frame: &mut Frame<'_>, area: Rect, charts: &ChartsDialog, look: Look) {
    let title = format!("{} by stage", crate::text::count(charts.watched, "session"));
    let area = titled(frame, area, &title, look);
    let most = charts.funnel.iter().map(|(_, count)| *count).max().unwrap_or(0);
    let digits = most.to_string().len();
    // Where there is no room for all, the steps that nobody stands at go first.
    let room = usize::from(area.height);
    let all = charts.funnel.len() <= room;
    let steps = charts.funnel.iter().filter(|(_, count)| all || *count > 0).take(room);
    let bars: Vec<Bar<'_>> = steps
        .map(|(stage, count)| {
            let label = format!("{}{count:>digits$}", fit(&stage.text, 15, look));
            let value = u64::try_from(*count).unwrap_or(u64::MAX);
            // The number stands with the label, where no bar covers it.
            Bar::with_label(Line::from(label), value).text_value("").style(look.tone(stage.tone))
        })
        .collect();
    let chart = BarChart::default()
        .data(BarGroup::default().bars(&bars))
        .direction(ratatui::layout::Direction::Horizontal)
        .bar_width(1)
        .bar_gap(0)
        .max(u64::try_from(most).unwrap_or(u64::MAX).max(1))
        .bar_set(bars_of(look));
    frame.render_widget(chart, area);
}

const fn bars_of(look: Look) -> bar::Set<'static> {
    if look.ascii { ASCII_BARS } else { bar::NINE_LEVELS }
}

fn hours(frame: &mut Frame<'_>, area: Rect, charts: &ChartsDialog, look: Look) {
    let area = titled(frame, area, "completed and REJECT per hour", look);
    let points = |figures: &[u32]| -> Vec<(f64, f64)> {
        (0_u32..).zip(figures).map(|(hour, count)| (f64::from(hour), f64::from(*count))).collect()
    };
    let (completed, rejected) = (points(&charts.completed), points(&charts.rejected));
    let most = charts.completed.iter().copied().max().unwrap_or(0).max(1);
    let dim = look.tone(Tone::Dim);
    let line = |name: &'static str, data, marker, style: Style| {
        Dataset::default()
            .name(name)
            .data(data)
            .marker(marker)
            .graph_type(GraphType::Line)
            .style(style)
    };
    let chart = Chart::new(vec![
        line("completed", &completed, Marker::Braille, look.tone(Tone::Good)),
        // Another marker too: the two lines differ without colours.
        line("REJECT", &rejected, Marker::Dot, look.tone(Tone::Bad)),
    ])
    .x_axis(Axis::default().style(dim).bounds([0.0, 23.0]).labels(["24h ago", "12h ago", "now"]))
    .y_axis(
        Axis::default()
            .style(dim)
            .bounds([0.0, f64::from(most)])
            .labels(["0".to_owned(), most.to_string()]),
    );
    frame.render_widget(chart, area);
}

fn said(frame: &mut Frame<'_>, area: Rect, charts: &ChartsDialog, look: Look) {
    let width = usize::from(area.width);
    let mut lines = vec![Line::default()];
    lines.extend(charts.said.iter().map(|(label, text)| {
        Line::from(vec![
            Span::styled(fit(label, 33, look), look.tone(Tone::Dim)),
            Span::raw(fit(text, width.saturating_sub(33), look)),
        ])
    }));
    frame.render_widget(Text::from(lines), area);
}

fn requests(frame: &mut Frame<'_>, area: Rect, charts: &ChartsDialog, look: Look) {
    // The last but one: the newest ten seconds are not over.
    let now = charts.traffic.iter().rev().nth(1).copied().unwrap_or(0);
    let title = format!("requests in 10 s: {now} · full height is the budget of {}", charts.budget);
    let area = titled(frame, area, &title, look);
    // The newest stand at the right, where there is no room for all.
    let surplus = charts.traffic.len().saturating_sub(usize::from(area.width));
    let data = charts.traffic.iter().skip(surplus).map(|count| u64::from(*count));
    let sparkline = Sparkline::default()
        .data(data.collect::<Vec<_>>())
        .max(u64::from(charts.budget).max(1))
        .bar_set(bars_of(look))
        .style(look.tone(Tone::Active));
    frame.render_widget(sparkline, area);
}

/// With `--ascii`: what the widgets draw in other signs, in ASCII.
fn plain(buffer: &mut Buffer, area: Rect, look: Look) {
    for position in area.positions() {
        let Some(cell) = buffer.cell_mut(position) else { continue };
        let sign = match cell.symbol() {
            symbol if symbol.is_ascii() => continue,
            "│" => "|".to_owned(),
            "─" => "-".to_owned(),
            "└" | "┌" | "┐" | "┘" | "├" | "┤" => "+".to_owned(),
            "•" => "x".to_owned(),
            "\u{2800}" => " ".to_owned(),
            symbol if symbol.starts_with(|c| ('\u{2800}'..='\u{28ff}').contains(&c)) => {
                "*".to_owned()
            }
            symbol => look.text(symbol),
        };
        cell.set_symbol(&sign);
    }
}
