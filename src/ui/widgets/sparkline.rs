//! Figures in a row of signs, each with its sum as a number.

use ratatui::style::Style;
use ratatui::symbols::bar::NINE_LEVELS as BARS;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use crate::app::status::metrics::state::Metrics;
use crate::app::view::Tone;
use crate::theme::Look;

/// What stands for nothing, then for the least to the most.
const BLOCKS: [&str; 8] = [
    BARS.one_eighth,
    BARS.one_quarter,
    BARS.three_eighths,
    BARS.half,
    BARS.five_eighths,
    BARS.three_quarters,
    BARS.seven_eighths,
    BARS.full,
];
const ASCII: [&str; 5] = ["_", ".", "-", "=", "#"];

/// One sign for each figure; full is `most`.
pub(crate) fn signs(figures: impl IntoIterator<Item = u32>, most: u32, look: Look) -> String {
    let signs: &[&str] = if look.ascii { &ASCII } else { &BLOCKS };
    let steps = u64::try_from(signs.len().saturating_sub(1)).unwrap_or(u64::MAX);
    let sign = |figure: u32| {
        let height = u64::from(figure) * steps;
        // Rounded up: one is never drawn as nothing.
        let step = height.div_ceil(u64::from(most.max(1))).min(steps);
        usize::try_from(step).ok().and_then(|step| signs.get(step)).copied().unwrap_or(" ")
    };
    figures.into_iter().map(sign).collect()
}

/// `metrics (24h)  completed 9 ▁▂▅▃  rejects 1 ▁▁▁▂  turned away 1 ▁▁▂▁`
pub(crate) fn metrics(metrics: &Metrics, width: usize, look: Look) -> Line<'static> {
    let series = [
        ("completed", metrics.completed, Tone::Good),
        ("rejects", metrics.rejected, Tone::Bad),
        ("turned away", metrics.turned_away, Tone::Warn),
    ];
    let head = " metrics (24h)";
    let label = |name: &str, hours: &[u32]| format!("  {name} {} ", hours.iter().sum::<u32>());
    let labels: usize = series.iter().map(|(name, hours, _)| label(name, hours).width()).sum();
    let room = width.saturating_sub(head.width() + labels) / series.len();
    // As many bars as there is room for, each of as many hours.
    let hours_each = [1, 2, 3].into_iter().find(|each| 24 / each <= room).unwrap_or(4);
    let mut spans = vec![Span::styled(head, look.tone(Tone::Dim))];
    for (name, hours, tone) in series {
        let bars: Vec<u32> = hours.chunks(hours_each).map(|some| some.iter().sum()).collect();
        let most = bars.iter().copied().max().unwrap_or_default();
        spans.push(Span::styled(label(name, &hours), look.tone(Tone::Dim)));
        let style: Style = look.tone(if most == 0 { Tone::Dim } else { tone });
        spans.push(Span::styled(signs(bars, most, look), style));
    }
    Line::from(spans)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theme::ColourDepth;

    #[test]
    fn the_least_figure_is_seen_and_the_most_is_full() {
        let (plain, ascii) =
            (Look::new(ColourDepth::None, false), Look::new(ColourDepth::None, true));
        assert_eq!(signs([0, 1, 4, 8], 8, plain), "▁▂▅█");
        assert_eq!(signs([0, 1, 100], 50, plain), "▁▂█");
        assert_eq!(signs([0, 0], 0, plain), "▁▁");
        assert_eq!(signs([0, 1, 2, 3, 4], 4, ascii), "_.-=#");
    }
}
