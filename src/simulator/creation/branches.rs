//! Invented branches: who is where, and which are near a post code (contract 1.2 #18, 7.4).
//!
//! No name, code or post code here belongs to a real branch.

use serde_json::{Value, json};

use crate::simulator::evidence::media;
use crate::simulator::http::answer::Answer;

/// FAD code, name, post code, latitude and longitude in hundredths of a degree.
const BRANCHES: &[(&str, &str, &str, i32, i32)] = &[
    ("9990017", "Exampleton", "EX1 1AA", 5150, -10),
    ("9990028", "Sampleford", "SA2 2BB", 5163, -42),
    ("0090039", "Mockbridge", "MO3 3CC", 5245, -190),
    ("9990040", "Trialby", "TR4 4DD", 5348, -224),
    ("0040037", "Contractham", "CO5 5EE", 5190, 90),
    ("99900A1", "Specimen Hill", "SP6 6FF", 5138, -236),
    ("9990062", "Dummyford", "DU7 7GG", 5041, -351),
    ("9990073", "Placeholder Green", "PL8 8HH", 5295, -115),
    ("9990084", "Testbury", "TE9 9JJ", 5380, -155),
    ("9990095", "Fictionwick", "FI1 2KK", 5497, -161),
    ("9990106", "Nowhere St Mock", "NO2 3LL", 5595, -319),
    ("9990117", "Inventon-on-Sea", "IN3 4MM", 5082, -14),
    ("9990128", "Upper Imaginary", "UP4 5NN", 5220, 12),
    ("9990139", "Lower Imaginary", "LO5 6PP", 5219, 14),
    ("9990140", "Makebelieve", "MA6 7QQ", 5268, 95),
    ("9990151", "Standin Parva", "ST7 8RR", 5277, -203),
    ("9990162", "Standin Magna", "ST7 9SS", 5279, -201),
    ("9990173", "Prototype Cross", "PR8 1TT", 5376, -270),
    ("9990184", "Draftington", "DR9 2UU", 5145, -98),
    ("9990195", "Pretendale", "PR1 3VV", 5414, -202),
    ("9990206", "Simulacrum", "SI2 4WW", 5175, -122),
    ("9990217", "Notown", "NO3 5XX", 5206, -281),
    ("9990228", "Facsimile Bay", "FA4 6YY", 5131, 111),
    ("9990239", "Replica-under-Edge", "RE5 7ZZ", 5163, -237),
];

/// How many the lookup gives.
const NEAREST: usize = 10;

type Branch = (&'static str, &'static str, &'static str, i32, i32);

fn written((fad_code, name, post_code, latitude, longitude): Branch) -> Value {
    json!({
        "type": "UK_POST_OFFICE", "fad_code": fad_code, "name": name,
        "address": format!("1 Sample Street, {name}"), "post_code": post_code,
        "location": {
            "latitude": f64::from(latitude) / 100.0, "longitude": f64::from(longitude) / 100.0,
        },
    })
}

/// One of the first four, for the letter that a scenario sets itself.
pub(crate) fn one(pick: usize) -> Value {
    BRANCHES.get(pick % 4).copied().map_or(Value::Null, written)
}

/// Everything about a branch, for what a client left out.
pub(crate) fn by_code(fad_code: &str) -> Option<Value> {
    let found = BRANCHES.iter().find(|branch| branch.0.eq_ignore_ascii_case(fad_code));
    found.copied().map(written)
}

/// `POST /lookup/uk-post-office`: the ten nearest to an invented place that follows from the text.
pub(crate) fn lookup(body: &[u8]) -> Answer {
    let Ok(value) = serde_json::from_slice::<Value>(body) else {
        return Answer::payload("", "must be valid JSON");
    };
    let text = value.get("search_string").and_then(Value::as_str).unwrap_or_default();
    let plain = |text: &str| {
        let kept = text.chars().filter(|c| c.is_alphanumeric());
        kept.flat_map(char::to_uppercase).collect::<String>()
    };
    let wanted = plain(text);
    if wanted.is_empty() {
        return Answer::payload("search_string", "must not be blank");
    }
    let here = BRANCHES.iter().find(|branch| plain(branch.2) == wanted);
    let (latitude, longitude) = match here {
        Some(branch) => (branch.3, branch.4),
        // By the text itself, so that the same search gives the same branches each time.
        None => {
            let mut dice = fastrand::Rng::with_seed(media::seed(&wanted));
            (dice.i32(5050..5600), dice.i32(-350..120))
        }
    };
    let mut sorted = BRANCHES.to_vec();
    // No sphere: for an invented map the order is all that matters.
    sorted.sort_by_key(|branch| (branch.3 - latitude).pow(2) + (branch.4 - longitude).pow(2));
    let nearest: Vec<Value> = sorted.into_iter().take(NEAREST).map(written).collect();
    Answer::json(200, &json!({ "branches": nearest }))
}
