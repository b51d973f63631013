//! The figures of the header and the pace of requests: pure, time is an argument.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

const LATENCIES: usize = 100;
/// Failures are counted over this time.
const ERROR_SPAN: Duration = Duration::from_mins(15);
/// The rate shown is over this time.
const RATE_SPAN: Duration = Duration::from_secs(10);
/// After a 429 the rate recovers by a tenth of the full rate in this time (fault A02).
const RECOVERY: Duration = Duration::from_secs(10);
/// Tens of seconds for which requests are counted: ten minutes.
const TENS: usize = 60;

/// The pace of requests, and the header's figures.
#[derive(Debug)]
pub struct Meter {
    max_rps: f64,
    /// The share of `max_rps` after the last 429, and when that was.
    share: (f64, Instant),
    sent: VecDeque<Instant>,
    latencies: VecDeque<u32>,
    errors: VecDeque<Instant>,
    /// Requests in each ten seconds since `begun`, by the number of the ten seconds, oldest first.
    tens: VecDeque<(u64, u32)>,
    begun: Instant,
}

impl Meter {
    /// A meter with this many requests a second at most; never less than one in a hundred seconds.
    #[must_use]
    pub fn new(max_rps: f64, now: Instant) -> Self {
        Self {
            max_rps: max_rps.max(0.01),
            share: (1.0, now),
            sent: VecDeque::new(),
            latencies: VecDeque::new(),
            errors: VecDeque::new(),
            tens: VecDeque::new(),
            begun: now,
        }
    }

    /// The share of the budget in force after 429s, between nothing and one.
    #[must_use]
    pub fn share(&self, now: Instant) -> f64 {
        let steps = now.duration_since(self.share.1).as_secs_f64() / RECOVERY.as_secs_f64();
        (self.share.0 + 0.1 * steps).min(1.0)
    }

    /// The earliest time for the next request, with `ramp` of the budget. Requests are spaced
    /// evenly, so any window of a second holds at most `max_rps` of them.
    #[must_use]
    pub fn next_slot(&self, now: Instant, ramp: f64) -> Instant {
        let rate = (self.max_rps * self.share(now) * ramp).max(0.01);
        match self.sent.back() {
            // From the last request, not from a bucket: saved-up
            // turns would burst after a pause (fault R01).
            Some(&last) => (last + Duration::from_secs_f64(1.0 / rate)).max(now),
            None => now,
        }
    }

    /// Counts a request that goes out now.
    pub fn sent(&mut self, now: Instant) {
        self.sent.push_back(now);
        while self.sent.front().is_some_and(|&t| now.duration_since(t) > RATE_SPAN) {
            self.sent.pop_front();
        }
        let ten = self.ten(now);
        match self.tens.back_mut() {
            Some((last, count)) if *last == ten => *count += 1,
            _ => self.tens.push_back((ten, 1)),
        }
        if self.tens.len() > TENS {
            self.tens.pop_front();
        }
    }

    fn ten(&self, now: Instant) -> u64 {
        now.duration_since(self.begun).as_secs() / 10
    }

    /// Requests in each ten seconds of the last ten minutes, oldest first.
    #[must_use]
    pub fn sent_by_ten_seconds(&self, now: Instant) -> Vec<u32> {
        let last = self.ten(now);
        let first = (last + 1).saturating_sub(TENS as u64);
        let count = |ten| self.tens.iter().find(|(known, _)| *known == ten).map_or(0, |t| t.1);
        (first..=last).map(count).collect()
    }

    /// A good answer came after this time.
    pub fn on_success(&mut self, latency: Duration) {
        self.latencies.push_back(u32::try_from(latency.as_millis()).unwrap_or(u32::MAX));
        if self.latencies.len() > LATENCIES {
            self.latencies.pop_front();
        }
    }

    /// Counts a failure for the header's figure.
    pub fn on_failure(&mut self, now: Instant) {
        self.errors.push_back(now);
        // Bounded: a storm of failures must not grow memory.
        if self.errors.len() > 10_000 {
            self.errors.pop_front();
        }
    }

    /// A 429: half the rate.
    pub fn slow_down(&mut self, now: Instant) {
        // Halved at once and recovered in steps (fault A02).
        self.share = ((self.share(now) / 2.0).max(0.05), now);
    }

    /// Median and 95th percentile of the latencies, in milliseconds.
    #[must_use]
    pub fn latency(&self) -> Option<(u32, u32)> {
        let mut sorted: Vec<u32> = self.latencies.iter().copied().collect();
        sorted.sort_unstable();
        let at = |share: usize| sorted.get((sorted.len() * share / 100).min(sorted.len() - 1));
        (!sorted.is_empty()).then(|| Some((*at(50)?, *at(95)?))).flatten()
    }

    /// Requests a second over the last ten seconds, times ten.
    #[must_use]
    pub fn rate_x10(&self, now: Instant) -> u32 {
        // A count over ten seconds is the rate times ten already.
        let recent = self.sent.iter().filter(|&&t| now.duration_since(t) <= RATE_SPAN).count();
        u32::try_from(recent).unwrap_or(u32::MAX)
    }

    /// The budget in force, with `ramp` of it after an outage, times ten.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to u32::MAX")]
    pub fn budget_x10(&self, now: Instant, ramp: f64) -> u32 {
        (self.max_rps * self.share(now) * ramp * 10.0).round() as u32
    }

    /// Failures in the last 15 minutes.
    #[must_use]
    pub fn errors(&mut self, now: Instant) -> u32 {
        while self.errors.front().is_some_and(|&t| now.duration_since(t) > ERROR_SPAN) {
            self.errors.pop_front();
        }
        u32::try_from(self.errors.len()).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // R01
    #[test]
    fn no_window_of_a_second_holds_more_than_the_budget() {
        let start = Instant::now();
        for rps in [0.5, 1.0, 3.0, 5.0, 7.5] {
            let mut meter = Meter::new(rps, start);
            let mut now = start;
            let mut times = Vec::new();
            while times.len() < 60 {
                now = meter.next_slot(now, 1.0);
                meter.sent(now);
                times.push(now);
            }
            for &from in &times {
                let second = Duration::from_secs(1) - Duration::from_nanos(100);
                let held = times.iter().filter(|&&t| t >= from && t < from + second).count();
                assert!(f64::from(u32::try_from(held).unwrap()) <= rps.max(1.0).ceil());
            }
        }
    }

    // A02
    #[test]
    fn a_429_halves_the_rate_and_it_comes_back_by_tenths() {
        let start = Instant::now();
        let mut meter = Meter::new(10.0, start);
        meter.slow_down(start);
        assert_eq!(meter.budget_x10(start, 1.0), 50);
        assert_eq!(meter.budget_x10(start + Duration::from_secs(10), 1.0), 60);
        meter.slow_down(start);
        assert_eq!(meter.budget_x10(start, 1.0), 25);
        assert_eq!(meter.budget_x10(start + Duration::from_secs(200), 1.0), 100);
    }

    #[test]
    fn latency_is_median_and_95th_percentile() {
        let mut meter = Meter::new(1.0, Instant::now());
        assert_eq!(meter.latency(), None);
        for ms in 1..=100 {
            meter.on_success(Duration::from_millis(ms));
        }
        assert_eq!(meter.latency(), Some((51, 96)));
    }

    #[test]
    fn requests_are_counted_by_ten_seconds_for_ten_minutes() {
        let start = Instant::now();
        let mut meter = Meter::new(5.0, start);
        for second in [0, 3, 9, 10, 35] {
            meter.sent(start + Duration::from_secs(second));
        }
        assert_eq!(meter.sent_by_ten_seconds(start + Duration::from_secs(41)), [3, 1, 0, 1, 0]);
        let later = meter.sent_by_ten_seconds(start + Duration::from_secs(615));
        assert_eq!((later.len(), later.first(), later.get(1)), (60, Some(&0), Some(&1)));
    }
}
