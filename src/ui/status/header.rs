//! The header: whose sessions these are, how the connection stands, how many need the operator.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span, Text};
use unicode_width::UnicodeWidthStr;

use crate::app::Model;
use crate::app::view::{Cell, HeaderView, Tone};
use crate::domain::assessment::rules::PassRule;
use crate::text::count;
use crate::theme::{Look, Role};
use crate::ui::widgets::sparkline;
use crate::ui::widgets::text::fit;

/// Bars of requests beside the budget, ten seconds each.
const BUDGET_BARS: usize = 12;

pub(crate) fn draw(frame: &mut Frame<'_>, area: Rect, model: &Model, look: Look) {
    let header = model.header();
    let width = usize::from(area.width);
    let badge = Span::styled(
        format!(" {} ", look.text(&header.badge)),
        look.role(if header.live { Role::LiveBadge } else { Role::Badge }),
    );
    let connection = header.connection.clone().unwrap_or_else(|| crate::app::view::Cell::plain(""));
    let attention = if header.attention == 0 {
        Span::styled("quiet", look.tone(Tone::Dim))
    } else {
        let text = format!("! {}", crate::text::need_attention(header.attention));
        Span::styled(text, look.tone(Tone::Warn))
    };
    let one_line = area.height == 1;
    let mut left = vec![
        Span::raw(" "),
        badge,
        Span::raw(" "),
        Span::styled(look.text(&header.profile), look.role(Role::Title)),
    ];
    if one_line {
        left.push(Span::raw("  "));
        left.push(attention.clone());
    }
    // WRITES and lowered privacy stay at any width: an operator must see that they are in force.
    let kept = rights(&mut left, model, one_line, look);
    let mut right = vec![Span::styled(look.text(&connection.text), look.tone(connection.tone))];
    if let Some(ok) = &header.last_ok {
        right.push(Span::styled(
            format!(" {} {}", look.text("·"), look.text(&ok.text)),
            look.tone(Tone::Dim),
        ));
    }
    if let Some(latency) = &header.latency {
        right.push(Span::styled(format!(" {} {latency}", look.text("·")), look.tone(Tone::Dim)));
    }
    right.push(Span::raw(" "));
    let wide = |spans: &[Span<'_>]| spans.iter().map(|span| span.content.width()).sum::<usize>();
    // Drop what may be dropped, from the least to the most important.
    while right.len() > 2 && wide(&left) + wide(&right) + 2 > width {
        right.remove(right.len() - 2);
    }
    while left.len() > kept && !one_line && wide(&left) + wide(&right) + 2 > width {
        left.pop();
    }
    // The name of the profile yields, then the words of the connection: two pieces never touch.
    let name = look.text(&header.profile);
    let over = (wide(&left) + wide(&right) + 1).saturating_sub(width);
    if let Some(span) = left.iter_mut().find(|span| over > 0 && span.content == name) {
        let room = name.width().saturating_sub(over);
        span.content = if room < 3 { "".into() } else { fit(&name, room, look).into() };
    }
    let over = (wide(&left) + wide(&right) + 1).saturating_sub(width);
    if let Some(span) = right.first_mut().filter(|_| over > 0) {
        let room = span.content.width().saturating_sub(over);
        span.content = fit(&span.content, room, look).into();
    }
    let gap = width.saturating_sub(wide(&left) + wide(&right));
    left.push(Span::raw(" ".repeat(gap)));
    left.extend(right);
    let mut lines = vec![Line::from(left)];
    if !one_line {
        lines.push(Line::from(second(attention, &header, width, look)));
    }
    if area.height > 2 {
        lines.push(third(model, header.budget, header.notifications, look));
    }
    frame.render_widget(Text::from(lines), area);
}

/// Who needs the operator, what is under way, and figures
/// that add up to the whole list; as much of it as fits.
fn second(
    attention: Span<'static>,
    header: &HeaderView,
    width: usize,
    look: Look,
) -> Vec<Span<'static>> {
    let mut line = Figures { spans: vec![Span::raw(" "), attention], width, look };
    if let Some(warning) = &header.warning {
        line.put_cut("  ", warning);
    }
    for cell in header.progress.iter().chain(&header.asides) {
        if !line.put(" · ", cell, 0) {
            return line.spans;
        }
    }
    let watched = Cell::plain(format!("{} watched", header.watched));
    if !line.put(" · ", &watched, 0) {
        return line.spans;
    }
    let mut before = ": ";
    for counter in &header.counters {
        if !line.put(before, &counter.whole, 0) {
            break;
        }
        before = " · ";
        let mut opening = " (";
        for part in &counter.parts {
            // The closing bracket has its place.
            if !line.put(opening, part, 1) {
                break;
            }
            opening = ", ";
        }
        if opening == ", " {
            line.spans.push(Span::raw(")"));
        }
    }
    line.spans
}

/// Pieces of a line that has room for so many columns.
struct Figures {
    spans: Vec<Span<'static>>,
    width: usize,
    look: Look,
}

impl Figures {
    /// As much of it as there is room for: what is wrong is said at any width.
    fn put_cut(&mut self, before: &str, cell: &Cell) {
        let used: usize = self.spans.iter().map(|span| span.content.width()).sum();
        let text = self.look.text(&cell.text);
        let room = self.width.saturating_sub(used + before.width());
        let text = if text.width() > room { fit(&text, room, self.look) } else { text };
        self.put(before, &Cell::new(text, cell.tone), 0);
    }

    /// False: there is no room for it, with so many columns kept free behind it.
    fn put(&mut self, before: &str, cell: &Cell, free: usize) -> bool {
        let (before, text) = (self.look.text(before), self.look.text(&cell.text));
        let used: usize = self.spans.iter().map(|span| span.content.width()).sum();
        if used + before.width() + text.width() + free > self.width {
            return false;
        }
        self.spans.push(Span::raw(before));
        self.spans.push(Span::styled(text, self.look.tone(cell.tone)));
        true
    }
}

/// Budget, notifications, application, pass rule.
fn third(
    model: &Model,
    budget: Option<String>,
    notified: Option<Cell>,
    look: Look,
) -> Line<'static> {
    let (requests, most) = model.requests();
    // The newest stand at the right, as in the charts.
    let newest = requests.len().saturating_sub(BUDGET_BARS);
    let bars = sparkline::signs(requests.iter().skip(newest).copied(), most, look);
    let budget = budget.map(|budget| format!(" budget {budget}")).unwrap_or_default();
    let sdk = format!("   sdk {}", model.settings().sdk_short);
    let rule = match &model.settings().rules.pass {
        PassRule::All => "every check must be APPROVE".to_owned(),
        PassRule::Listed(types) => {
            format!("{} must be APPROVE", count(types.len(), "check type"))
        }
    };
    let mut spans = vec![
        Span::styled(budget, look.tone(Tone::Dim)),
        Span::styled(format!(" {bars}"), look.tone(Tone::Active)),
    ];
    if let Some(notified) = notified {
        spans.push(Span::styled(
            format!("   {}", look.text(&notified.text)),
            look.tone(notified.tone),
        ));
    }
    let rest = look.text(&format!("{sdk}…   pass rule: {rule}"));
    spans.push(Span::styled(rest, look.tone(Tone::Dim)));
    Line::from(spans)
}

/// What is allowed and what is shown. What shows more than usual is never dropped: it stands beside
/// the badge. Returns how many pieces of the line must stay.
fn rights(left: &mut Vec<Span<'static>>, model: &Model, one_line: bool, look: Look) -> usize {
    let privacy = model.privacy();
    let quiet = privacy.tone == Tone::Dim;
    let writes = model.permissions().any();
    if !one_line {
        if !writes {
            left.push(Span::styled("  READ-ONLY", look.tone(Tone::Dim)));
        }
        if quiet {
            left.push(Span::styled(format!("  {}", privacy.text), look.tone(Tone::Dim)));
        }
        if model.bell() {
            left.push(Span::styled("  bell on", look.tone(Tone::Dim)));
        }
    }
    let mut kept = 3;
    if writes {
        left.insert(2, Span::styled(" WRITES ", look.tone(Tone::Warn)));
        kept += 1;
    }
    if !quiet {
        left.insert(2, Span::styled(format!(" {} ", privacy.text), look.tone(privacy.tone)));
        kept += 1;
    }
    kept
}
