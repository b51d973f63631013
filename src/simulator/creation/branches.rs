//! Invented branches: who is where, and which are near a post code (contract 1.2 #18, 7.4).
//!
//! No name, code or post code of theirs belongs to a real branch.

use std::sync::LazyLock;

use serde_json::{Value, json};

use crate::simulator::evidence::person::seed;
use crate::simulator::http::answer::Reply;
use crate::simulator::json::text;

/// FAD code, name, post code, latitude and longitude in hundredths of a degree.
type BranchRow = (String, String, String, i32, i32);

static BRANCHES: LazyLock<Vec<BranchRow>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../../assets/branches.json")).unwrap_or_default()
});

/// How many the lookup gives.
const NEAREST: usize = 10;

fn written((fad_code, name, post_code, latitude, longitude): &BranchRow) -> Value {
    json!({
        "type": "UK_POST_OFFICE", "fad_code": fad_code, "name": name,
        "address": format!("1 Sample Street, {name}"), "post_code": post_code,
        "location": {
            "latitude": f64::from(*latitude) / 100.0, "longitude": f64::from(*longitude) / 100.0,
        },
    })
}

/// One of the first four, for the letter that a scenario sets itself.
pub(crate) fn one(pick: usize) -> Value {
    BRANCHES.get(pick % 4).map_or(Value::Null, written)
}

/// Everything about a branch, for what a client left out.
pub(crate) fn by_code(fad_code: &str) -> Option<Value> {
    let found = BRANCHES.iter().find(|branch| branch.0.eq_ignore_ascii_case(fad_code));
    found.map(written)
}

/// `POST /lookup/uk-post-office`: the ten nearest to an invented place that follows from the text.
pub(crate) fn lookup(body: &[u8]) -> Reply {
    let Ok(value) = serde_json::from_slice::<Value>(body) else {
        return Reply::payload("", "must be valid JSON");
    };
    let text = text(&value, "/search_string").unwrap_or_default();
    let plain = |text: &str| {
        let kept = text.chars().filter(|c| c.is_alphanumeric());
        kept.flat_map(char::to_uppercase).collect::<String>()
    };
    let wanted = plain(text);
    if wanted.is_empty() {
        return Reply::payload("search_string", "must not be blank");
    }
    let here = BRANCHES.iter().find(|branch| plain(&branch.2) == wanted);
    let (latitude, longitude) = match here {
        Some(branch) => (branch.3, branch.4),
        // By the text itself, so that the same search gives the same branches each time.
        None => {
            let mut dice = fastrand::Rng::with_seed(seed(&wanted));
            (dice.i32(5050..5600), dice.i32(-350..120))
        }
    };
    let mut sorted: Vec<&BranchRow> = BRANCHES.iter().collect();
    // No sphere: for an invented map the order is all that matters.
    sorted.sort_by_key(|branch| (branch.3 - latitude).pow(2) + (branch.4 - longitude).pow(2));
    let nearest: Vec<Value> = sorted.into_iter().take(NEAREST).map(written).collect();
    Reply::json(200, &json!({ "branches": nearest }))
}
