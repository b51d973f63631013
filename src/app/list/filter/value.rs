//! From the value of a field to a condition, and the words for a value that cannot be one.

use super::fields::{self, FLAGS, Field};
use super::{Condition, DocsHow, How, Needle, QueryError, TimeField};
use crate::domain::assessment::stage_kind::StageKind;
use crate::domain::nearest::suggestion;
use crate::domain::span::parse_span;

pub(super) type Parsed<T> = Result<T, QueryError>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Op {
    Text(How),
    Less,
    More,
}

pub(super) fn wrong(at: usize, what: impl Into<String>) -> QueryError {
    QueryError { at, what: what.into() }
}

pub(super) fn stage(how: How, value: Needle, at: usize) -> Parsed<Condition> {
    let fits = |kind: &&StageKind| value.is_stage(how, **kind);
    let kinds = StageKind::ALL.iter().filter(fits).fold(0, |bits, kind| bits | kind.bit());
    if kinds == 0 {
        let typed = match &value {
            Needle::Text(text, _) => text.as_str(),
            Needle::Pattern(_) => "",
        };
        let names = StageKind::ALL.map(fields::typed);
        let hint = suggestion(typed, names.iter().map(String::as_str));
        return Err(wrong(at, format!("no such stage; {hint}")));
    }
    Ok(Condition::Stage { how, value, kinds })
}

pub(super) fn time(
    field: TimeField,
    op: Op,
    value: &str,
    sign_at: usize,
    at: usize,
) -> Parsed<Condition> {
    let name = fields::name(Field::Time(field));
    let words = if field == TimeField::Due { "due:none or due:passed" } else { field.never() };
    match op {
        Op::Less | Op::More => {
            let seconds = parse_span(value).map(|span| span.as_secs());
            let seconds =
                seconds.map_err(|_why| wrong(at, "expected a duration such as 90m, 24h or 7d"))?;
            Ok(Condition::Span { field, less: op == Op::Less, seconds })
        }
        Op::Text(How::Differs) => {
            Err(wrong(sign_at, format!("{name} takes < or > and a duration such as 24h")))
        }
        Op::Text(_) if value.eq_ignore_ascii_case(field.never()) => Ok(Condition::Never(field)),
        Op::Text(_) if field == TimeField::Due && value.eq_ignore_ascii_case("passed") => {
            Ok(Condition::Passed)
        }
        Op::Text(_) if parse_span(value).is_ok() => {
            Err(wrong(sign_at, format!("expected < or > here: {name}<{value}")))
        }
        Op::Text(_) => {
            Err(wrong(at, format!("{name} takes < or > and a duration such as 24h, or {words}")))
        }
    }
}

pub(super) fn flag(op: Op, value: &str, at: usize) -> Parsed<Condition> {
    let wanted = match op {
        Op::Text(How::Differs) => false,
        Op::Text(How::Holds | How::Equals) => true,
        Op::Less | Op::More => return Err(wrong(at, "expected : or != after is")),
    };
    let found = FLAGS.iter().find(|(word, _)| word.eq_ignore_ascii_case(value));
    let hint = || suggestion(value, FLAGS.map(|(word, _)| word));
    let (_, flag) = found.ok_or_else(|| wrong(at, format!("unknown value for is:; {}", hint())))?;
    Ok(Condition::Flagged(*flag, wanted))
}

pub(super) fn docs(op: Op, value: &str, at: usize) -> Parsed<Condition> {
    let expected = || wrong(at, "expected how many are supplied, such as 2 or 2/3");
    let (supplied, of) = match value.split_once('/') {
        Some((supplied, of)) => (supplied, Some(of.parse().map_err(|_number| expected())?)),
        None => (value, None),
    };
    let supplied = supplied.parse().map_err(|_number| expected())?;
    let how = match op {
        Op::Text(How::Differs) => DocsHow::IsNot,
        Op::Text(_) => DocsHow::Is,
        Op::Less => DocsHow::Less,
        Op::More => DocsHow::More,
    };
    if of.is_some() && matches!(op, Op::Less | Op::More) {
        return Err(wrong(at, "expected only a number after < or >"));
    }
    Ok(Condition::Docs { how, supplied, of })
}
