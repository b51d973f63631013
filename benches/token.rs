//! Fault W02: whether the time that the receiver takes to judge a secret tells anything of it.
//! Right secrets and wrong ones of the same length, in the order of chance; Welch's t of their
//! times. Run: cargo bench --bench token. Ends with 1 where the median |t| is 4.5 or more.
#![expect(
    clippy::cast_precision_loss,
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "figures of a benchmark"
)]

use std::hint::black_box;
use std::process::ExitCode;
use std::time::Instant;

use axum::http::{HeaderMap, HeaderValue, header::AUTHORIZATION};
use branchwatch::notifications::auth::Credential;

/// Of one round, both kinds together.
const SAMPLES: usize = 1_000_000;
/// The machine has its moods: the median round counts.
const ROUNDS: usize = 5;
/// Different ones that are sent.
const COPIES: usize = 1_024;
/// Times above this share of all are the machine's own interruptions.
const CROPPED: usize = 95;
const LIMIT: f64 = 4.5;

fn carrying(secret: u128) -> Option<HeaderMap> {
    let mut headers = HeaderMap::new();
    headers.append(AUTHORIZATION, HeaderValue::from_str(&format!("Bearer {secret:032x}")).ok()?);
    Some(headers)
}

fn mean_and_variance(times: &[f64]) -> (f64, f64) {
    let count = times.len() as f64;
    let mean = times.iter().sum::<f64>() / count;
    (mean, times.iter().map(|time| (time - mean).powi(2)).sum::<f64>() / (count - 1.0))
}

/// Welch's t of the times that wrong and right secrets take. As a control the "right" ones may be
/// wrong too: then it says what the machine does by itself.
fn t(dice: &mut fastrand::Rng, control: bool) -> Option<f64> {
    let right = dice.u128(..);
    let credential = Credential::parse(&format!("bearer {right:032x}")).ok()?;
    // In the order of chance, so that no place in memory belongs to one kind.
    let mut sent = Vec::with_capacity(COPIES);
    for _ in 0..COPIES {
        let kind = usize::from(dice.bool());
        let secret = if kind == 1 && !control { right } else { dice.u128(..) };
        sent.push((kind, carrying(secret)?));
    }
    let mut times = [Vec::with_capacity(SAMPLES), Vec::with_capacity(SAMPLES)];
    for _ in 0..SAMPLES {
        let (kind, headers) = &sent[dice.usize(..COPIES)];
        // Read before the time is taken, so that it is not fetched within it.
        black_box(credential.admits(headers));
        let begun = Instant::now();
        black_box(credential.admits(black_box(headers)));
        times[*kind].push(begun.elapsed().as_nanos() as f64);
    }
    let mut all: Vec<f64> = times.concat();
    all.sort_unstable_by(f64::total_cmp);
    let longest = all[SAMPLES * CROPPED / 100];
    let [(wrong, of_wrong), (right, of_right)] = times.each_mut().map(|times| {
        times.retain(|time| *time <= longest);
        mean_and_variance(times)
    });
    let [wrongs, rights] = times.each_ref().map(|times| times.len() as f64);
    let t = (wrong - right) / (of_wrong / wrongs + of_right / rights).sqrt();
    println!("wrong {wrong:.2} ns, right {right:.2} ns, t = {t:.2} (control: {control})");
    Some(t)
}

fn main() -> ExitCode {
    let mut dice = fastrand::Rng::with_seed(2);
    let mut rounds: Vec<f64> = Vec::new();
    for _ in 0..ROUNDS {
        t(&mut dice, true);
        rounds.extend(t(&mut dice, false));
    }
    rounds.sort_unstable_by(f64::total_cmp);
    let median = rounds[ROUNDS / 2];
    println!("median of {ROUNDS} rounds of {SAMPLES} samples: t = {median:.2}, limit {LIMIT}");
    if median.abs() < LIMIT { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
