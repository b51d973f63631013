//! Which of the operator's own labels (reference, tags, note) may be shown whole while they are
//! masked (product.md 8, "Masked fails closed").
//!
//! Whatever is not known to be harmless is hidden: a name in capitals, in small letters or in
//! another script looks like no name to a program.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use regex::Regex;

use crate::domain::personal::{Privacy, hidden};
use crate::domain::watchlist::watched::WatchedSession;

/// So many references with the same beginning make it the list's own word.
const SHARED_BY: usize = 5;
/// A run of more letters may be a name.
// JANE SMITH, jane smith and 李小龍 were shown whole by rules that looked for names.
const LONGEST_RUN: usize = 5;
/// What stands in the place of a hidden reference, before the beginning of the session's ID.
const HIDDEN: &str = "▒▒▒";

/// The program's own tag, of a session that a notification put on the watch-list.
pub const LEARNED_TAG: &str = "learned";

/// What the operator has said to be harmless.
#[derive(Clone, Debug, Default)]
pub struct SafeLabels {
    reference: Option<Regex>,
    tags: Arc<BTreeSet<String>>,
}

impl PartialEq for SafeLabels {
    fn eq(&self, other: &Self) -> bool {
        let pattern = |labels: &Self| labels.reference.as_ref().map(|p| p.as_str().to_owned());
        pattern(self) == pattern(other) && self.tags == other.tags
    }
}

impl Eq for SafeLabels {}

impl SafeLabels {
    /// `reference` has to match a whole reference. Tags are compared without regard to case.
    #[must_use]
    pub fn new(reference: Option<Regex>, tags: impl IntoIterator<Item = String>) -> Self {
        let tags = tags.into_iter().map(|tag| tag.to_lowercase()).collect();
        Self { reference, tags: Arc::new(tags) }
    }

    /// Whether the reference of this session is shown whole while labels are masked.
    #[must_use]
    pub fn shows_reference(&self, session: &WatchedSession) -> bool {
        let Some(text) = session.entry.reference.as_deref() else { return true };
        let matched = self.reference.as_ref().and_then(|pattern| pattern.find(text));
        // The whole reference: a pattern that fits a part of it says nothing of the rest.
        matched.is_some_and(|found| found.len() == text.len())
            || is_identifier(text, session.shared_prefix)
    }

    /// Whether this tag is shown whole while labels are masked.
    #[must_use]
    pub fn shows_tag(&self, tag: &str) -> bool {
        tag == LEARNED_TAG || is_identifier(tag, false) || self.tags.contains(&tag.to_lowercase())
    }

    /// Whether something of what the operator keeps for this session is masked.
    #[must_use]
    pub fn hides_some(&self, session: &WatchedSession) -> bool {
        let tags = &session.entry.tags;
        !self.shows_reference(session)
            || !session.own.note.is_empty()
            || tags.iter().any(|tag| !self.shows_tag(tag))
    }

    /// The reference; a hidden one with the beginning of the session's ID, which tells rows apart.
    /// Without one that beginning alone.
    #[must_use]
    pub fn name(&self, session: &WatchedSession, privacy: Privacy) -> String {
        let short = session.id().short();
        match session.entry.reference.as_deref() {
            None => short,
            Some(text) if !privacy.hides() || self.shows_reference(session) => text.to_owned(),
            Some(text) if privacy == Privacy::Partial => {
                format!("{} {short}", hidden(text, privacy))
            }
            // The ID's beginning tells rows apart without telling who it is.
            Some(_) => format!("{HIDDEN} {short}"),
        }
    }

    /// The reference alone, for where the ID stands beside it.
    #[must_use]
    pub fn reference(&self, session: &WatchedSession, privacy: Privacy) -> Option<String> {
        let text = session.entry.reference.as_deref()?;
        let whole = !privacy.hides() || self.shows_reference(session);
        Some(if whole { text.to_owned() } else { hidden(text, privacy) })
    }

    /// A tag, whole or as it is hidden.
    #[must_use]
    pub fn tag(&self, tag: &str, privacy: Privacy) -> String {
        let whole = !privacy.hides() || self.shows_tag(tag);
        if whole { tag.to_owned() } else { hidden(tag, privacy) }
    }

    /// The tags of a session, in their order.
    #[must_use]
    pub fn tags(&self, session: &WatchedSession, privacy: Privacy) -> Vec<String> {
        session.entry.tags.iter().map(|tag| self.tag(tag, privacy)).collect()
    }

    /// A file's name without its ending: of a reference only letters, digits, `.`, `_`, `-` survive;
    /// one that is masked, or of which nothing survives, gives way to the ID (fault F09).
    #[must_use]
    pub fn file_stem(&self, session: &WatchedSession) -> String {
        let reference = session.entry.reference.as_deref().unwrap_or_default();
        let plain = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        // No slash and no dots in front: a reference must not lead out of the folder (fault F09).
        let safe: String = reference.chars().filter(plain).take(60).collect();
        // A leading dot hides a file, and a leading dash is an option to many programs.
        let safe = safe.trim_start_matches(['.', '-']);
        if safe.is_empty() || !self.shows_reference(session) {
            session.id().to_string()
        } else {
            safe.to_owned()
        }
    }
}

/// A note, which may speak of anybody: whole only where everything is shown.
#[must_use]
pub fn note(text: &str, privacy: Privacy) -> String {
    if text.is_empty() { String::new() } else { hidden(text, privacy) }
}

/// Letters, digits and `-_./#`, at least one digit, and no run of letters that may be a name, except
/// those at whose end a beginning stops that other references share.
#[must_use]
pub fn is_identifier(text: &str, shared_prefix: bool) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | '#');
    text.chars().all(plain)
        && text.chars().any(|c| c.is_ascii_digit())
        && (shared_prefix || long_runs(text).next().is_none())
}

/// Beginnings of the text that end with a run of too many letters.
fn long_runs(text: &str) -> impl Iterator<Item = &str> {
    let runs = text.split_inclusive(|c: char| !c.is_ascii_alphabetic());
    let ends = runs.scan(0, |end, run| {
        *end += run.len();
        let letters = run.trim_end_matches(|c: char| !c.is_ascii_alphabetic());
        Some((*end - (run.len() - letters.len()), letters.len()))
    });
    ends.filter(|(_, letters)| *letters > LONGEST_RUN).filter_map(|(end, _)| text.get(..end))
}

/// Beginnings that many references of a list share.
#[derive(Debug, Default)]
pub struct SharedPrefixes<'a>(HashMap<&'a str, usize>);

impl<'a> SharedPrefixes<'a> {
    /// Counts the beginnings of these references.
    pub fn of(references: impl Iterator<Item = &'a str>) -> Self {
        let mut counts = HashMap::new();
        for text in references.filter(|text| is_long(text) && is_identifier(text, true)) {
            for beginning in long_runs(text) {
                *counts.entry(beginning).or_default() += 1;
            }
        }
        Self(counts)
    }

    /// Whether the reference has runs of many letters, and others share each of them.
    #[must_use]
    pub fn covers(&self, reference: &str) -> bool {
        let shared = |run: &str| self.0.get(run).is_some_and(|count| *count >= SHARED_BY);
        is_long(reference) && long_runs(reference).all(shared)
    }
}

/// Whether other references have to be asked if this one may be shown.
#[must_use]
pub fn is_long(reference: &str) -> bool {
    // Of 100,000 references it is asked at each start.
    let mut run = 0;
    reference.bytes().any(|byte| {
        run = if byte.is_ascii_alphabetic() { run + 1 } else { 0 };
        run > LONGEST_RUN
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fixture;
    use crate::domain::session::ids::SessionId;
    use crate::domain::watchlist::snapshot::SessionTable;

    fn named(n: u128, reference: &str) -> WatchedSession {
        fixture::named(SessionId::new(uuid::Uuid::from_u128(n)), Some(reference))
    }

    #[test]
    fn only_what_looks_like_an_identifier_is_shown_whole() {
        let labels = SafeLabels::default();
        for (text, shown) in [
            ("dbs-2291", true),
            ("DBS/2291#4", true),
            ("2291", true),
            ("case_0042.b", true),
            ("JANE SMITH", false),
            ("jane smith", false),
            ("Jane Smith", false),
            ("李小龍", false),
            ("李小龍-77", false),
            ("smith-jane", false),
            ("o'neill 77", false),
            ("johnson-1", false),
            ("2291-johnson", false),
            ("jane@example.org", false),
            ("", false),
        ] {
            assert_eq!(labels.shows_reference(&named(1, text)), shown, "{text}");
            assert_eq!(labels.shows_tag(text), shown, "{text}");
        }
    }

    #[test]
    fn a_hidden_label_keeps_what_tells_rows_apart() {
        let labels = SafeLabels::default();
        let jane = named(0x1c3c_ae90 << 96, "Jane Smith");
        assert_eq!(labels.name(&jane, Privacy::Masked), "▒▒▒ 1c3cae90");
        assert_eq!(labels.name(&jane, Privacy::Partial), "J▒▒▒ S▒▒▒ 1c3cae90");
        assert_eq!(labels.name(&jane, Privacy::Off), "Jane Smith");
        assert_eq!(labels.name(&named(1, "dbs-1"), Privacy::Masked), "dbs-1");
        assert_eq!(labels.file_stem(&jane), jane.id().to_string());
        assert_eq!(labels.file_stem(&named(1, "../dbs/1")), "dbs1");
        assert_eq!(note("call Jane 77", Privacy::Masked), "▒▒▒▒▒▒");
    }

    #[test]
    fn the_profile_says_which_more_are_harmless() {
        let pattern = Regex::new("[a-z]+ desk").unwrap();
        let labels = SafeLabels::new(Some(pattern), ["Chased".to_owned()]);
        assert!(labels.shows_reference(&named(1, "north desk")));
        assert!(!labels.shows_reference(&named(1, "north desk of Jane")), "the whole of it");
        assert!(labels.shows_tag("chased") && !labels.shows_tag("jane"));
    }

    #[test]
    fn a_long_word_is_shown_where_five_references_begin_with_it() {
        let shown = |references: &[&str]| -> Vec<bool> {
            let listed = references.iter().zip(1..).map(|(text, n)| Arc::new(named(n, text)));
            let table = SessionTable::from_entries(listed);
            table.iter().map(|session| SafeLabels::default().shows_reference(session)).collect()
        };
        let four = ["customer-1", "customer-2", "customer-3", "customer-4"];
        assert_eq!(shown(&four), [false; 4]);
        let five = [&four[..], &["customer-5", "customer-johnson-6", "customer"]].concat();
        assert_eq!(shown(&five), [true, true, true, true, true, false, false]);
    }
}
