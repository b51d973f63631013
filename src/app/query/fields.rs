//! The fields of the filter language: their names.
//!
//! Owns the list. What a field holds stands in `eval`.

use super::TimeField;

/// A field by what it can be compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Stage,
    Text(TextField),
    Time(TimeField),
    Docs,
}

/// A field of one or several texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TextField {
    /// The operator's reference.
    Ref,
    /// The session ID.
    Session,
    /// Yoti's state.
    State,
    /// Types of checks, or of those requested while there are none.
    Check,
    /// Recommendations of checks.
    Result,
    /// Reasons of checks.
    Reason,
    /// Types and countries of the documents supplied.
    Doc,
    /// Sources of what was supplied.
    Source,
    /// Providers that may supply a requirement.
    Provider,
    /// Name, FAD code and post code of the letter's branch.
    Branch,
    /// The operator's tags.
    Tag,
    /// The operator's note.
    Note,
}

/// Every field by its name, in the order of the help.
pub(super) const FIELDS: [(&str, Field); 17] = [
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
];

/// The field of a name, whatever its case.
pub(super) fn of(name: &str) -> Option<Field> {
    FIELDS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, field)| *field)
}

/// The name of a field.
pub(super) fn name(field: Field) -> &'static str {
    FIELDS.iter().find(|(_, known)| *known == field).map_or("", |(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::nearest::nearest_start;

    #[test]
    fn every_field_has_one_name_and_a_misspelt_one_its_nearest() {
        for (known, field) in FIELDS {
            assert_eq!((of(known), name(field)), (Some(field), known));
            assert_eq!(of(&known.to_uppercase()), Some(field));
        }
        let names = || FIELDS.map(|(name, _)| name);
        for (wrong, right) in [("stge", "stage"), ("tags", "tag"), ("reference", "ref")] {
            assert_eq!(nearest_start(wrong, names()), Some(right), "{wrong}");
        }
    }
}
