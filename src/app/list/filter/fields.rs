//! The fields of the filter language: their names, and the words that their values have.

use super::TimeField;
use crate::domain::assessment::stage_kind::StageKind;
use crate::domain::session::wire_enum::{CheckType, Recommendation, SessionState, SourceType};

/// A field by what it can be compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Stage,
    Text(TextField),
    Time(TimeField),
    Docs,
    Flag,
}

/// What `is:` asks for: what the operator did with a session, and what the list knows of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flag {
    Attention,
    Changed,
    New,
    Stale,
    Acked,
    Snoozed,
    Pinned,
    Noted,
    Marked,
}

pub(super) const FLAGS: [(&str, Flag); 9] = [
    ("attention", Flag::Attention),
    ("changed", Flag::Changed),
    ("new", Flag::New),
    ("stale", Flag::Stale),
    ("acked", Flag::Acked),
    ("snoozed", Flag::Snoozed),
    ("pinned", Flag::Pinned),
    ("noted", Flag::Noted),
    ("marked", Flag::Marked),
];

/// A field of one or several texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TextField {
    Ref,
    Session,
    State,
    /// Types of checks, or of those requested while there are none.
    Check,
    Result,
    Reason,
    /// Types and countries of the documents supplied.
    Doc,
    /// Sources of what was supplied.
    Source,
    /// Providers that may supply a requirement.
    Provider,
    /// Name, FAD code and post code of the letter's branch.
    Branch,
    Tag,
    Note,
}

/// Every field by its name, in the order of the help.
pub(super) const FIELDS: [(&str, Field); 18] = [
    ("ref", Field::Text(TextField::Ref)),
    ("session", Field::Text(TextField::Session)),
    ("state", Field::Text(TextField::State)),
    ("stage", Field::Stage),
    ("check", Field::Text(TextField::Check)),
    ("result", Field::Text(TextField::Result)),
    ("reason", Field::Text(TextField::Reason)),
    ("doc", Field::Text(TextField::Doc)),
    ("source", Field::Text(TextField::Source)),
    ("provider", Field::Text(TextField::Provider)),
    ("branch", Field::Text(TextField::Branch)),
    ("tag", Field::Text(TextField::Tag)),
    ("note", Field::Text(TextField::Note)),
    ("due", Field::Time(TimeField::Due)),
    ("seen", Field::Time(TimeField::Seen)),
    ("changed", Field::Time(TimeField::Changed)),
    ("docs", Field::Docs),
    ("is", Field::Flag),
];

/// The field of a name, whatever its case.
pub(super) fn of(name: &str) -> Option<Field> {
    FIELDS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, field)| *field)
}

/// The name of a field.
pub(super) fn name(field: Field) -> &'static str {
    FIELDS.iter().find(|(_, known)| *known == field).map_or("", |(name, _)| name)
}

/// How a condition on a field looks.
pub(super) fn example(field: Field) -> String {
    let name = name(field);
    match field {
        Field::Time(_) => format!("{name}<24h"),
        Field::Docs => format!("{name}<2"),
        Field::Flag => format!("{name}:new"),
        Field::Stage | Field::Text(_) => format!("{name}:…"),
    }
}

/// `turned_away`, `done_approve`: read as the stage, and without quotes.
pub(super) fn typed(kind: StageKind) -> String {
    let words = kind.words().to_lowercase();
    words
        .split(|c: char| !c.is_alphanumeric())
        .filter(|w| !w.is_empty())
        .collect::<Vec<_>>()
        .join("_")
}

/// Yoti's words for a field, where it has such.
pub(super) fn vocabulary(field: TextField) -> Vec<&'static str> {
    match field {
        TextField::State => SessionState::KNOWN.iter().map(SessionState::as_raw).collect(),
        TextField::Result => Recommendation::KNOWN.iter().map(Recommendation::as_raw).collect(),
        TextField::Check => CheckType::KNOWN.iter().map(CheckType::as_raw).collect(),
        TextField::Source => SourceType::KNOWN.iter().map(SourceType::as_raw).collect(),
        TextField::Ref
        | TextField::Session
        | TextField::Reason
        | TextField::Doc
        | TextField::Provider
        | TextField::Branch
        | TextField::Tag
        | TextField::Note => Vec::new(),
    }
}

/// Words of the language, which are looked for only in quotes.
pub(super) const KEYWORDS: [&str; 3] = ["and", "or", "not"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_has_one_name() {
        for (known, field) in FIELDS {
            assert_eq!((of(known), name(field)), (Some(field), known));
            assert_eq!(of(&known.to_uppercase()), Some(field));
        }
    }
}
