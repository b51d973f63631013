//! What may be typed at the cursor: names of fields, and values of a field that are known.
//!
//! A server's text is offered only where it is harmless as it stands, a reference or a tag only
//! where it is shown whole while labels are masked.

use std::collections::BTreeSet;

use super::fields::{self, FIELDS, FLAGS, Field, TextField};
use super::print::{is_simple, quoted};
use super::subject::any_text;
use crate::domain::assessment::stage_kind::StageKind;
use crate::domain::watchlist::labels::SafeLabels;
use crate::domain::watchlist::watched::WatchedSession;

/// The most offers that are kept.
const MOST: usize = 50;
/// The longest value that is offered, in columns.
const LONGEST: usize = 40;

/// Where what is offered begins, as a character of the text, and the offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Offers {
    pub(crate) from: usize,
    pub(crate) texts: Vec<String>,
}

/// The offers for a text that ends at the cursor; none where nothing known begins like that.
pub(crate) fn offers<'a>(
    before: &str,
    sessions: impl Iterator<Item = &'a WatchedSession>,
    labels: &SafeLabels,
) -> Option<Offers> {
    let from = token_start(before);
    let token: String = before.chars().skip(from).collect();
    let sign = token.find([':', '=', '<', '>']);
    let (from, texts) = match sign {
        None => (from, names(&token)),
        Some(at) => {
            let (name, rest) = token.split_at_checked(at)?;
            let value = rest.get(1..)?;
            let from = from + name.chars().count() + 1;
            let compared = rest.starts_with(['<', '>']);
            let field = fields::of(name.trim_end_matches('!'))?;
            (from, values(field, compared, value.trim_start_matches('"'), sessions, labels))
        }
    };
    (!texts.is_empty()).then_some(Offers { from, texts })
}

/// Where the word at the end begins, its `!` left out.
fn token_start(before: &str) -> usize {
    let (mut start, mut in_quotes) = (0, false);
    for (place, c) in before.chars().enumerate() {
        match c {
            '"' => in_quotes = !in_quotes,
            _ if in_quotes => {}
            '(' | ')' => start = place + 1,
            c if c.is_whitespace() => start = place + 1,
            '!' if start == place => start = place + 1,
            _ => {}
        }
    }
    start
}

/// Names that begin like this, each with the sign that it takes.
fn names(start: &str) -> Vec<String> {
    let start = start.to_lowercase();
    let fits = FIELDS.iter().filter(|(name, _)| name.starts_with(&start));
    fits.map(|(name, field)| {
        let sign = if matches!(field, Field::Time(_)) { '<' } else { ':' };
        format!("{name}{sign}")
    })
    .collect()
}

fn values<'a>(
    field: Field,
    compared: bool,
    start: &str,
    sessions: impl Iterator<Item = &'a WatchedSession>,
    labels: &SafeLabels,
) -> Vec<String> {
    let known: Vec<String> = match (field, compared) {
        (Field::Time(_), true) => ["10m", "1h", "24h", "48h", "7d"].map(str::to_owned).to_vec(),
        (Field::Time(super::TimeField::Due), false) => {
            ["none", "passed"].map(str::to_owned).to_vec()
        }
        (Field::Time(_), false) => vec!["never".to_owned()],
        (Field::Flag, false) => FLAGS.map(|(word, _)| word.to_owned()).to_vec(),
        (Field::Stage, false) => StageKind::ALL.map(fields::typed).to_vec(),
        (Field::Text(field), false) => texts(field, sessions, labels),
        _ => Vec::new(),
    };
    let start = start.to_lowercase();
    let begins = |text: &&String| text.trim_start_matches('"').to_lowercase().starts_with(&start);
    known.iter().filter(begins).take(MOST).cloned().collect()
}

/// Yoti's words, then what the sessions hold.
fn texts<'a>(
    field: TextField,
    sessions: impl Iterator<Item = &'a WatchedSession>,
    labels: &SafeLabels,
) -> Vec<String> {
    let mut found = BTreeSet::new();
    let mut add = |text: &str| {
        // What is offered is put in as it is: one that was cut or escaped would match nothing.
        let harmless = crate::text::shown_str(text, LONGEST) == text && !text.is_empty();
        if harmless {
            found.insert(value(text));
        }
        false
    };
    for text in fields::vocabulary(field) {
        add(text);
    }
    // A session ID is pasted, a note is read: neither is chosen from a list.
    if !matches!(field, TextField::Session | TextField::Note) {
        for session in sessions {
            any_text(field, session, &mut |text| {
                // Tab must not tell what the list masks.
                let shown = match field {
                    TextField::Ref => labels.shows_reference(session),
                    TextField::Tag => labels.shows_tag(text),
                    TextField::Session
                    | TextField::State
                    | TextField::Check
                    | TextField::Result
                    | TextField::Reason
                    | TextField::Doc
                    | TextField::Source
                    | TextField::Provider
                    | TextField::Branch
                    | TextField::Note => true,
                };
                shown && add(text)
            });
        }
    }
    found.into_iter().collect()
}

/// A value as it has to be typed.
fn value(text: &str) -> String {
    let mut typed = String::new();
    if is_simple(text) || quoted(&mut typed, text).is_err() { text.to_owned() } else { typed }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::app::list::filter::Query;
    use crate::domain::fixture as f;
    use crate::domain::session::wire_enum::SessionState;

    fn offered(before: &str) -> Option<(usize, Vec<String>)> {
        let mut tagged = f::watched(Some(f::session(SessionState::Ongoing)), None, None);
        let mut entry = f::entry();
        entry.tags = vec!["jane".into(), "chased".into(), "call back".into(), "a\u{202e}b".into()];
        entry.reference = Some("jane.doe@example.com".into());
        tagged.entry = Arc::new(entry);
        let labels =
            SafeLabels::new(None, ["chased", "call back", "a\u{202e}b"].map(str::to_owned));
        let offers = offers(before, std::iter::once(&tagged), &labels);
        offers.map(|offers| (offers.from, offers.texts))
    }

    #[test]
    fn names_values_and_what_the_sessions_hold_are_offered_where_they_belong() {
        let table: [(&str, usize, &[&str]); 12] = [
            ("sta", 0, &["state:", "stage:"]),
            ("dbs !ta", 5, &["tag:"]),
            ("(du", 1, &["due<"]),
            ("stage:turn", 6, &["turned_away"]),
            ("stage:done", 6, &["done_approve", "done_reject", "done_refer"]),
            ("result=a", 7, &["APPROVE"]),
            ("tag:", 4, &["\"call back\"", "chased"]),
            ("tag!=\"ca", 5, &["\"call back\""]),
            ("due<2", 4, &["24h"]),
            ("due:", 4, &["none", "passed"]),
            ("i", 0, &["is:"]),
            ("is:n", 3, &["new", "noted"]),
        ];
        for (before, from, texts) in table {
            let texts = texts.iter().map(|text| (*text).to_owned()).collect();
            assert_eq!(offered(before), Some((from, texts)), "{before}");
        }
        for before in ["zzz", "nofield:x", "tag:\"call back\" zz", "docs:", "ref:"] {
            assert_eq!(offered(before), None, "{before}");
        }
    }

    #[test]
    fn every_stage_that_is_offered_is_understood() {
        for kind in StageKind::ALL {
            assert!(Query::parse(&format!("stage={}", fields::typed(kind))).is_ok(), "{kind:?}");
        }
    }
}
