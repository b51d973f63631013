//! What could be meant by a filter that nothing fits.
//!
//! It looks at the filter and at Yoti's words, never at a session.

use super::fields::{self, TextField, typed, vocabulary};
use super::{Condition, Expr, Needle, Query, folded};
use crate::domain::assessment::stage_kind::StageKind;
use crate::domain::nearest::nearest;

/// Fields whose values are Yoti's and few.
const CLOSED: [TextField; 4] =
    [TextField::Check, TextField::Result, TextField::State, TextField::Source];

impl Query {
    /// True when a word is looked for in all that a session says.
    pub(crate) fn has_words(&self) -> bool {
        self.0.has(&|condition| matches!(condition, Condition::Word(_)))
    }

    /// `reject`, for the first word that is near to one that sessions hold, and none itself;
    /// `due<24h` for the bare name of a field.
    pub(crate) fn meant(&self) -> Option<String> {
        self.0.meant()
    }
}

impl Expr {
    fn meant(&self) -> Option<String> {
        match self {
            Self::All(parts) | Self::Any(parts) | Self::Same(_, parts) => {
                parts.iter().find_map(Self::meant)
            }
            Self::Not(_) => None,
            Self::Is(condition) => condition.meant(),
        }
    }
}

impl Condition {
    fn meant(&self) -> Option<String> {
        if let Self::Word(word) = self
            && let Needle::Text(_, wanted) = &word.needle
            && let Some(field) = fields::of(wanted)
        {
            return Some(fields::example(field));
        }
        let (needle, known): (_, Vec<String>) = match self {
            Self::Word(word) => {
                let yotis = CLOSED.into_iter().flat_map(vocabulary).map(folded::folded);
                let ours = StageKind::ALL.map(|kind| folded::folded(&typed(kind)));
                (&word.needle, ours.into_iter().chain(yotis).collect())
            }
            Self::Text { field, value, .. } => {
                (value, vocabulary(*field).into_iter().map(folded::folded).collect())
            }
            Self::Stage { .. }
            | Self::Span { .. }
            | Self::Never(_)
            | Self::Passed
            | Self::Docs { .. }
            | Self::Flagged(..) => return None,
        };
        let Needle::Text(_, wanted) = needle else { return None };
        // The word is right, no session has it now: nothing else was meant.
        if known.iter().any(|text| text.contains(wanted.as_str())) {
            return None;
        }
        let words = known.iter().flat_map(|text| text.split(' ')).filter(|word| word.len() > 3);
        nearest(wanted, words).map(str::to_owned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_told_and_a_word_of_its_own_is_not() {
        for (text, meant) in [
            ("regect", Some("reject")),
            ("dbs turnd", Some("turned")),
            ("result:aprove", Some("approve")),
            ("check:livenes", None),
            ("check:livness", Some("liveness")),
            ("due", Some("due<24h")),
            ("reject Docs", Some("docs<2")),
            ("tag", Some("tag:…")),
            ("due<24h", None),
            ("reject", None),
            ("dbs-2291", None),
            ("ref:regect", None),
            ("!regect", None),
        ] {
            assert_eq!(Query::parse(text).unwrap().meant().as_deref(), meant, "{text}");
        }
    }
}
