//! The filter of the list: which sessions are shown.
//!
//! Owns the small language of this version: bare words (reference, session id, tags) and the fields
//! `stage:` and `state:`, each with `!` for not; all must hold. Must never look at anything that
//! changes with time alone but the stage.

use crate::app::words::StageKind;
use crate::domain::watched::WatchedSession;

/// A filter that was understood.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(crate) struct Filter {
    terms: Vec<Term>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Term {
    not: bool,
    field: Field,
    needle: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Any,
    Stage,
    State,
}

impl Filter {
    /// Reads a filter.
    ///
    /// # Errors
    /// Says which word is wrong, and what would be right.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let terms = text.split_whitespace().map(Term::parse).collect::<Result<_, _>>()?;
        Ok(Self { terms })
    }

    /// True when everything is shown.
    pub(crate) const fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// True when a session is shown.
    pub(crate) fn matches(&self, session: &WatchedSession, stage: StageKind) -> bool {
        self.terms.iter().all(|term| term.matches(session, stage) != term.not)
    }
}

impl Term {
    fn parse(word: &str) -> Result<Self, String> {
        let (not, rest) = word.strip_prefix('!').map_or((false, word), |rest| (true, rest));
        let (field, needle) = match rest.split_once(':') {
            Some(("stage", value)) => (Field::Stage, plain(value)),
            Some(("state", value)) => (Field::State, value.to_lowercase()),
            Some((name, _)) => {
                return Err(format!("no field {name}: here are stage: and state:, or bare words"));
            }
            None => (Field::Any, rest.to_lowercase()),
        };
        if needle.is_empty() && field == Field::Any {
            return Err(String::from("! needs a word after it"));
        }
        Ok(Self { not, field, needle })
    }

    fn matches(&self, session: &WatchedSession, stage: StageKind) -> bool {
        match self.field {
            Field::Stage => plain(stage.words()).contains(&self.needle),
            Field::State => session
                .session()
                .and_then(|answer| answer.state.as_ref())
                .is_some_and(|state| contains(state.as_raw(), &self.needle)),
            Field::Any => self.matches_name(session),
        }
    }

    fn matches_name(&self, session: &WatchedSession) -> bool {
        let entry = &session.entry;
        entry.reference.as_deref().is_some_and(|reference| contains(reference, &self.needle))
            || entry.tags.iter().any(|tag| contains(tag, &self.needle))
            || contains(uuid_text(session, &mut [0; 36]), &self.needle)
    }
}

fn uuid_text<'a>(session: &WatchedSession, buffer: &'a mut [u8; 36]) -> &'a str {
    session.id().uuid().as_hyphenated().encode_lower(buffer)
}

/// Lower case, without what separates words: `turned_away`, `turned-away?` and `turned away` are one.
fn plain(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Whether a text holds a needle (lower case), without regard to case; no allocation for ASCII.
fn contains(text: &str, needle: &str) -> bool {
    if text.is_ascii() {
        let (text, needle) = (text.as_bytes(), needle.as_bytes());
        needle.is_empty()
            || text.windows(needle.len()).any(|window| window.eq_ignore_ascii_case(needle))
    } else {
        text.to_lowercase().contains(needle)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::fixture;

    #[test]
    fn words_and_fields_all_have_to_hold() {
        let session = fixture::entry(1, "DBS-2291", &["Team-A"]);
        for (text, shown) in [
            ("", true),
            ("dbs", true),
            ("2291 team-a", true),
            ("2291 team-b", false),
            ("!chased", true),
            ("!dbs", false),
            ("00000001", true),
            ("stage:awaiting", true),
            ("stage:awaiting_visit", true),
            ("!stage:awaiting", false),
            ("stage:done", false),
            ("state:ongoing", false),
        ] {
            let filter = Filter::parse(text).unwrap();
            assert_eq!(filter.matches(&session, StageKind::AwaitingVisit), shown, "{text}");
        }
    }

    #[test]
    fn a_wrong_field_is_named() {
        assert!(Filter::parse("due:24h").unwrap_err().contains("no field due"));
        assert!(Filter::parse("!").is_err());
    }
}
