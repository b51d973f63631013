//! What the answers of a session are with an observation taken in.

use std::sync::Arc;

use jiff::Timestamp;

use crate::domain::session::configuration::Configuration;
use crate::domain::session::equal_but_for_clocks;
use crate::domain::session::observation::Observation;
use crate::domain::session::parts::{Answers, Letter};

/// The answers with an observation taken in, and its time. They come in the order of asking, because
/// a session has one request at a time; their times are no order: the machine's clock may be put
/// back between two of them.
pub(super) fn taken_in(held: &Answers, observation: Observation) -> (Answers, Timestamp) {
    let mut answers = held.clone();
    let at = match observation {
        Observation::Session(answer) => {
            let at = answer.fetched_at;
            answers.session = Some(Arc::new(answer));
            // An answer outweighs an earlier 404: it may
            // have been a fault of Yoti's (contract 9.4).
            answers.missing_since = None;
            at
        }
        Observation::Configuration(answer) => {
            let at = answer.fetched_at;
            answers.configuration = Some(Arc::new(answer));
            at
        }
        Observation::Letter(answer) => {
            let at = answer.fetched_at;
            answers.letter = Letter::of(answer);
            at
        }
        // Of these the times alone are kept, in the brief.
        Observation::Unchanged(answer) => answer.fetched_at,
        Observation::LetterNotSet(at) => {
            answers.letter = Letter::NotSet(at);
            at
        }
        Observation::Missing(at) => {
            // Since the first time: the late looks at it are counted from there.
            answers.missing_since.get_or_insert(at);
            at
        }
    };
    (answers, at)
}

/// Equal but for clocks: the ttl of a session or configuration and the times of fetching.
pub(super) fn same_content(a: &Answers, b: &Answers) -> bool {
    let session = match (&a.session, &b.session) {
        (Some(a), Some(b)) => Arc::ptr_eq(a, b) || equal_but_for_clocks(a, b),
        (a, b) => a.is_none() && b.is_none(),
    };
    let configuration = match (&a.configuration, &b.configuration) {
        (Some(a), Some(b)) => {
            let clocks_aside =
                // The ttl counts down between any two answers; compared, each poll would be news.
                |c: &Configuration| Configuration { client_session_token_ttl: None, ..c.clone() };
            Arc::ptr_eq(a, b) || clocks_aside(&a.value) == clocks_aside(&b.value)
        }
        (a, b) => a.is_none() && b.is_none(),
    };
    let letter = match (&a.letter, &b.letter) {
        (Letter::Set(a), Letter::Set(b)) => a.raw == b.raw,
        (Letter::NotSet(_), Letter::NotSet(_)) | (Letter::NotKnown, Letter::NotKnown) => true,
        _ => false,
    };
    session
        && configuration
        && letter
        && a.missing_since == b.missing_since
        && a.visit_notified_at == b.visit_notified_at
}
