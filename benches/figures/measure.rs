//! How a figure is measured and shown.

use std::time::Instant;

/// Each figure is measured so many times; the median counts.
pub(crate) const ROUNDS: usize = 7;

/// Over the columns of [`Figure::line`].
pub(crate) const HEAD: &str = "      figure                                                                 goal     median  (least – most)";

/// What is promised of a figure.
#[derive(Clone, Copy)]
pub(crate) enum Goal {
    AtMost(f64),
    /// Shown only: it has no goal.
    None,
}

/// A figure with the rounds in which it was measured.
pub(crate) struct Figure {
    /// As in the design: `f2`.
    pub(crate) name: &'static str,
    pub(crate) what: String,
    pub(crate) goal: Goal,
    /// `ms`, `µs`, `B`; a ratio has none.
    pub(crate) unit: &'static str,
    pub(crate) rounds: Vec<f64>,
}

impl Figure {
    pub(crate) fn line(&self) -> String {
        let mut rounds = self.rounds.clone();
        rounds.sort_unstable_by(f64::total_cmp);
        let at = |place: usize| rounds.get(place).copied().unwrap_or(f64::NAN);
        let (least, median, most) = (at(0), at(rounds.len() / 2), at(rounds.len() - 1));
        let unit = if self.unit.is_empty() { String::new() } else { format!(" {}", self.unit) };
        let (goal, meets) = match self.goal {
            Goal::AtMost(limit) => (format!("≤ {}{unit}", short(limit)), median <= limit),
            Goal::None => (String::new(), true),
        };
        let sign = if meets { "" } else { "  not met" };
        let Self { name, what, .. } = self;
        let (median, spread) = (short(median), format!("({} – {})", short(least), short(most)));
        format!("{name:<5} {what:<65} {goal:>10} {median:>8}{unit}  {spread}{sign}")
    }
}

/// Three digits that count.
fn short(number: f64) -> String {
    match number.abs() {
        0.0..1.0 => format!("{number:.3}"),
        1.0..10.0 => format!("{number:.2}"),
        10.0..100.0 => format!("{number:.1}"),
        _ => format!("{number:.0}"),
    }
}

/// Seconds that one of `count` runs takes.
pub(crate) fn time(count: u32, mut run: impl FnMut()) -> f64 {
    let begun = Instant::now();
    (0..count).for_each(|_| run());
    begun.elapsed().as_secs_f64() / f64::from(count)
}

/// Seconds that a run takes, once for each round. The first is not counted: it fills the caches.
pub(crate) fn times(count: u32, mut run: impl FnMut()) -> Vec<f64> {
    time(count, &mut run);
    (0..ROUNDS).map(|_| time(count, &mut run)).collect()
}

/// What one takes beside another: both in each round, so that the machine's moods meet both.
pub(crate) fn ratios(mut one: impl FnMut() -> f64, mut other: impl FnMut() -> f64) -> Vec<f64> {
    let mut ratio = || one() / other();
    ratio();
    (0..ROUNDS).map(|_| ratio()).collect()
}

/// The same in another unit: `scaled(seconds, 1e3)` are milliseconds.
pub(crate) fn scaled(rounds: &[f64], factor: f64) -> Vec<f64> {
    rounds.iter().map(|round| round * factor).collect()
}
