//! Fault W02: whether the time that the receiver takes to judge a secret tells anything of it. Right
//! secrets and wrong ones of the same length, in the order of chance; Welch's t of their times.

use std::hint::black_box;
use std::time::Instant;

use axum::http::{HeaderMap, HeaderValue, header::AUTHORIZATION};
use branchwatch::notifications::auth::Credential;

use crate::measure::{Figure, Goal, ROUNDS};

/// Of one round, both kinds together.
const SAMPLES: usize = 1_000_000;
/// Different ones that are sent.
const COPIES: usize = 1_024;
/// Times above this share of all are the machine's own interruptions.
const CROPPED: usize = 95;
/// From here on two kinds of times differ.
const LIMIT: f64 = 4.5;

pub(crate) fn figures() -> Vec<Figure> {
    let mut dice = fastrand::Rng::with_seed(2);
    let kinds = [
        (false, "receiver: |t| of the times for right and wrong secrets", Goal::AtMost(LIMIT)),
        (true, "the same where all are wrong: what the machine does itself", Goal::None),
    ];
    let mut figure = |(control, what, goal): (bool, &str, Goal)| {
        let rounds = (0..ROUNDS).map(|_| t(&mut dice, control).abs()).collect();
        Figure { name: "W02", what: what.to_owned(), goal, unit: "", rounds }
    };
    kinds.into_iter().map(&mut figure).collect()
}

fn carrying(secret: u128) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let value = HeaderValue::from_str(&format!("Bearer {secret:032x}")).unwrap();
    headers.append(AUTHORIZATION, value);
    headers
}

fn mean_and_variance(times: &[f64]) -> (f64, f64) {
    let count = times.len() as f64;
    let mean = times.iter().sum::<f64>() / count;
    (mean, times.iter().map(|time| (time - mean).powi(2)).sum::<f64>() / (count - 1.0))
}

/// Welch's t of the times that wrong and right secrets take. As a control the "right" ones may be
/// wrong too: then it says what the machine does by itself.
fn t(dice: &mut fastrand::Rng, control: bool) -> f64 {
    let right = dice.u128(..);
    let credential = Credential::parse(&format!("bearer {right:032x}")).unwrap();
    // In the order of chance, so that no place in memory belongs to one kind.
    let sent: Vec<(bool, HeaderMap)> = (0..COPIES)
        .map(|_| {
            let kind = dice.bool();
            (kind, carrying(if kind && !control { right } else { dice.u128(..) }))
        })
        .collect();
    let (mut wrong, mut rights) = (Vec::with_capacity(SAMPLES), Vec::with_capacity(SAMPLES));
    for _ in 0..SAMPLES {
        let (kind, headers) = sent.get(dice.usize(..COPIES)).unwrap();
        // Read before the time is taken, so that it is not fetched within it.
        black_box(credential.admits(headers));
        let begun = Instant::now();
        black_box(credential.admits(black_box(headers)));
        let took = begun.elapsed().as_nanos() as f64;
        if *kind { rights.push(took) } else { wrong.push(took) }
    }
    let mut all: Vec<f64> = [wrong.as_slice(), rights.as_slice()].concat();
    all.sort_unstable_by(f64::total_cmp);
    let longest = *all.get(SAMPLES * CROPPED / 100).unwrap();
    let [(wrong, of_wrong, wrongs), (right, of_right, rights)] =
        [wrong, rights].map(|mut times| {
            times.retain(|time| *time <= longest);
            let (mean, variance) = mean_and_variance(&times);
            (mean, variance, times.len() as f64)
        });
    (wrong - right) / (of_wrong / wrongs + of_right / rights).sqrt()
}
