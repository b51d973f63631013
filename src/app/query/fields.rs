//! The fields of the filter language: their names, and the nearest one to a misspelt name.
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

/// The one of these whose start is the fewest keystrokes away, of equals the one that is as a whole.
pub(crate) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known.into_iter().min_by_key(|candidate| distance(name, candidate))
}

/// Letters of `a` to put in, take out or replace for the nearest start of `b`, and for all of it.
/// Bounded: a long name is as far as its start.
fn distance(a: &str, b: &str) -> (usize, usize) {
    let a: Vec<char> = a.chars().take(64).flat_map(char::to_lowercase).collect();
    let b: Vec<char> = b.chars().take(64).flat_map(char::to_lowercase).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut corner = i;
        let mut left = i + 1;
        let mut next = vec![left];
        for (y, above) in b.iter().zip(row.iter().skip(1)) {
            let changed = corner + usize::from(x != y);
            left = changed.min(above + 1).min(left + 1);
            corner = *above;
            next.push(left);
        }
        row = next;
    }
    let start = row.iter().min().copied().unwrap_or_default();
    (start, row.last().copied().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_has_one_name_and_a_misspelt_one_its_nearest() {
        for (known, field) in FIELDS {
            assert_eq!((of(known), name(field)), (Some(field), known));
            assert_eq!(of(&known.to_uppercase()), Some(field));
        }
        let names = || FIELDS.map(|(name, _)| name);
        for (wrong, right) in [("stge", "stage"), ("tags", "tag"), ("reference", "ref")] {
            assert_eq!(nearest(wrong, names()), Some(right), "{wrong}");
        }
    }
}
