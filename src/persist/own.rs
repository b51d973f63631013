//! What the operator keeps for a session, as columns and back.

use std::sync::Arc;

use jiff::Timestamp;
use rusqlite::{Row, Transaction, params};
use serde::{Deserialize, Serialize};

use crate::domain::assessment::reason::Reason;
use crate::domain::watchlist::annotations::{
    Acknowledged, AnnotationChange, Annotations, Made, OwnAction,
};

type Sql<T> = Result<T, rusqlite::Error>;

/// The columns of [`read`], in its order.
pub(super) const COLUMNS: &str = "note, pinned, archived_at, acknowledged_at, acknowledged, snoozed_until, looked_at, own_history";

// Stable words, not the enum's own names: stored rows outlive a renaming.
const REASONS: [(&str, Reason); 6] = [
    ("at_counter", Reason::AtCounter),
    ("turned_away", Reason::TurnedAway),
    ("rejected", Reason::Rejected),
    ("due_soon", Reason::DueSoon),
    ("refer", Reason::Refer),
    ("stale", Reason::Stale),
];

#[derive(Serialize, Deserialize)]
pub(super) struct Stored {
    at: Timestamp,
    kind: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    texts: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    by: Option<String>,
}

fn words(reasons: &[Reason]) -> Vec<String> {
    let word = |reason: &Reason| REASONS.iter().find(|(_, known)| known == reason);
    reasons.iter().filter_map(word).map(|(word, _)| (*word).to_owned()).collect()
}

fn reasons<'a>(words: impl Iterator<Item = &'a str>) -> Vec<Reason> {
    let reason = |word: &str| REASONS.iter().find(|(known, _)| *known == word);
    words.filter_map(reason).map(|(_, reason)| *reason).collect()
}

/// An own action in its stored form.
pub(super) fn stored(action: &OwnAction) -> Stored {
    let flag = |on: &bool| vec![on.to_string()];
    let (kind, texts) = match &action.what {
        AnnotationChange::Note(text) => ("note", vec![text.clone()]),
        AnnotationChange::Tags(tags) => ("tags", tags.clone()),
        AnnotationChange::Pinned(on) => ("pinned", flag(on)),
        AnnotationChange::Archived(on) => ("archived", flag(on)),
        AnnotationChange::Acknowledged(Some(reasons)) => ("acknowledged", words(reasons)),
        AnnotationChange::Acknowledged(None) => ("unacknowledged", Vec::new()),
        AnnotationChange::Snoozed(until) => {
            ("snoozed", until.iter().map(Timestamp::to_string).collect())
        }
        AnnotationChange::LookedAt(until) => {
            ("looked", until.iter().map(Timestamp::to_string).collect())
        }
    };
    let by = action.made.by.as_deref().map(str::to_owned);
    Stored { at: action.made.at, kind: kind.to_owned(), texts, by }
}

/// An own action from its stored form, where it can be read.
pub(super) fn revived(stored: Stored) -> Option<OwnAction> {
    let first = stored.texts.first().map(String::as_str);
    let on = first == Some("true");
    let what = match stored.kind.as_str() {
        "note" => AnnotationChange::Note(first?.to_owned()),
        "tags" => AnnotationChange::Tags(stored.texts),
        "pinned" => AnnotationChange::Pinned(on),
        "archived" => AnnotationChange::Archived(on),
        "acknowledged" => {
            AnnotationChange::Acknowledged(Some(reasons(stored.texts.iter().map(String::as_str))))
        }
        "unacknowledged" => AnnotationChange::Acknowledged(None),
        "snoozed" => AnnotationChange::Snoozed(first.and_then(|at| at.parse().ok())),
        "looked" => AnnotationChange::LookedAt(first.and_then(|at| at.parse().ok())),
        _ => return None,
    };
    Some(OwnAction { made: Made { at: stored.at, by: stored.by.map(Arc::from) }, what })
}

/// Reads [`COLUMNS`], the first of which stands at `first`.
pub(super) fn read(row: &Row<'_>, first: usize) -> Sql<Annotations> {
    let time = |column: usize| -> Sql<Option<Timestamp>> {
        let text: Option<String> = row.get(first + column)?;
        Ok(text.and_then(|text| text.parse().ok()))
    };
    let why: String = row.get(first + 4)?;
    let history: String = row.get(first + 7)?;
    Ok(Annotations {
        note: row.get(first)?,
        pinned: row.get(first + 1)?,
        archived_at: time(2)?,
        acknowledged: time(3)?
            .map(|at| Acknowledged { at, reasons: reasons(why.split_whitespace()) }),
        snoozed_until: time(5)?,
        looked_at: time(6)?,
        history: history_of(&history),
    })
}

fn history_of(text: &str) -> Vec<OwnAction> {
    let stored: Vec<Stored> = serde_json::from_str(text).unwrap_or_default();
    stored.into_iter().filter_map(revived).collect()
}

/// Writes what is kept for the session at this position.
pub(super) fn put(transaction: &Transaction<'_>, position: i64, own: &Annotations) -> Sql<()> {
    let time = |at: Option<Timestamp>| at.map(|at| at.to_string());
    let acknowledged = own.acknowledged.as_ref();
    let history: Vec<Stored> = own.history.iter().map(stored).collect();
    let history = match history.as_slice() {
        [] => String::new(),
        some => serde_json::to_string(some).unwrap_or_default(),
    };
    transaction
        .prepare_cached(
            "UPDATE session SET note = ?2, pinned = ?3, archived_at = ?4, acknowledged_at = ?5,
                 acknowledged = ?6, snoozed_until = ?7, looked_at = ?8, own_history = ?9
             WHERE position = ?1",
        )?
        .execute(params![
            position,
            own.note,
            own.pinned,
            time(own.archived_at),
            time(acknowledged.map(|known| known.at)),
            acknowledged.map_or_else(String::new, |known| words(&known.reasons).join(" ")),
            time(own.snoozed_until),
            time(own.looked_at),
            history,
        ])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_action_keeps_its_operator_and_an_older_one_has_none() {
        let older = r#"{"at":"2026-10-16T12:00:00Z","kind":"note","texts":["x"]}"#;
        let older = revived(serde_json::from_str(older).unwrap()).unwrap();
        assert_eq!(older.made.by, None);
        let made = Made { by: Some("jane".into()), ..older.made };
        let action = OwnAction { made, ..older };
        let text = serde_json::to_string(&stored(&action)).unwrap();
        assert_eq!(revived(serde_json::from_str(&text).unwrap()), Some(action));
    }
}
