//! The filter language: which sessions are shown (product.md 5).
//!
//! ```text
//! query = all { "or" all }          all  = one { one }            one = ( "!" | "not" ) one
//! one   = "(" query ")" | word | "…" | re:/…/ | field op value    op  = : = != < >
//! ```

mod complete;
mod eval;
mod fields;
mod folded;
mod hint;
mod parse;
mod part;
mod print;
mod same;
mod subject;
mod value;
mod word;

pub(crate) use complete::{Offers, offers};
use fields::{Flag, TextField};
use part::Thing;
use regex::Regex;
pub(crate) use subject::Subject;
use word::Word;

/// What is wrong with a text, and at which character.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueryError {
    /// The character, counted from 0; the length of the text when something is missing at its end.
    pub at: usize,
    /// One sentence: what is wrong and what was expected.
    pub what: String,
}

/// A filter that was understood.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Query(Expr);

#[derive(Clone, Debug, PartialEq)]
enum Expr {
    /// All hold; without any: everything is shown.
    All(Vec<Expr>),
    Any(Vec<Expr>),
    Not(Box<Expr>),
    /// One thing of the session is all of this.
    Same(Thing, Vec<Expr>),
    Is(Condition),
}

#[derive(Clone, Debug, PartialEq)]
enum Condition {
    /// A bare word, several in quotes, or a pattern.
    Word(Word),
    Text {
        field: TextField,
        how: How,
        value: Needle,
    },
    /// One of these stages, as bits.
    Stage {
        how: How,
        value: Needle,
        kinds: u16,
    },
    /// Less or more than so many seconds: to the deadline,
    /// since the last answer, since the last change.
    Span {
        field: TimeField,
        less: bool,
        seconds: i64,
    },
    /// Nothing to count from: no deadline, never answered, never changed.
    Never(TimeField),
    Passed,
    /// So many requirements supplied, of so many.
    Docs {
        how: DocsHow,
        supplied: usize,
        of: Option<usize>,
    },
    /// It is so, or with `false` it is not.
    Flagged(Flag, bool),
}

/// How a text is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum How {
    /// `:` the value is a part of it.
    Holds,
    /// `=` the value is all of it.
    Equals,
    /// `!=` no value of the field is that.
    Differs,
}

/// How a number is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum DocsHow {
    Is,
    IsNot,
    Less,
    More,
}

/// A field that is a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TimeField {
    Due,
    Seen,
    Changed,
}

/// What is looked for in a text, without regard to case.
#[derive(Clone, Debug)]
enum Needle {
    // As typed, for printing, and folded once: it is compared with the texts of every session.
    Text(String, String),
    Pattern(Regex),
}

impl Needle {
    fn text(text: &str) -> Self {
        Self::Text(text.to_owned(), folded::folded(text))
    }
}

impl PartialEq for Needle {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Text(a, _), Self::Text(b, _)) => a == b,
            // A `Regex` has no equality of its own.
            (Self::Pattern(a), Self::Pattern(b)) => a.as_str() == b.as_str(),
            _ => false,
        }
    }
}

impl Default for Query {
    fn default() -> Self {
        Self(Expr::All(Vec::new()))
    }
}

impl Query {
    /// Reads a query; an empty one shows everything.
    ///
    /// # Errors
    /// The first thing that is wrong, and where.
    pub(crate) fn parse(text: &str) -> Result<Self, QueryError> {
        parse::parse(text).map(Self)
    }

    pub(crate) fn and(self, other: Self) -> Self {
        Self(Expr::all(vec![self.0, other.0]))
    }

    /// The tags that stand in it.
    pub(crate) fn tags(&self) -> Vec<String> {
        let mut tags = Vec::new();
        self.0.add_tags(&mut tags);
        tags
    }

    /// True when everything is shown.
    pub(crate) fn is_empty(&self) -> bool {
        matches!(&self.0, Expr::All(all) if all.is_empty())
    }
}

impl Expr {
    fn add_tags(&self, tags: &mut Vec<String>) {
        match self {
            Self::All(parts) | Self::Any(parts) | Self::Same(_, parts) => {
                for part in parts {
                    part.add_tags(tags);
                }
            }
            Self::Not(part) => part.add_tags(tags),
            Self::Is(Condition::Text { field: TextField::Tag, value, .. }) => {
                if let Needle::Text(typed, _) = value {
                    tags.push(typed.clone());
                }
            }
            Self::Is(_) => {}
        }
    }

    /// All of these; nested ones and single ones are lifted, so that a query has one form.
    fn all(parts: Vec<Self>) -> Self {
        let mut flat = Vec::with_capacity(parts.len());
        for part in parts {
            match part {
                Self::All(inner) => flat.extend(inner.into_iter().flat_map(Self::side_by_side)),
                other => flat.extend(other.side_by_side()),
            }
        }
        single(same::together(flat)).unwrap_or_else(Self::All)
    }

    /// As they were written.
    fn side_by_side(self) -> Vec<Self> {
        match self {
            Self::Same(_, parts) => parts,
            other => vec![other],
        }
    }

    /// Any of these, likewise.
    fn any(parts: Vec<Self>) -> Self {
        let mut flat = Vec::with_capacity(parts.len());
        for part in parts {
            match part {
                Self::Any(inner) => flat.extend(inner),
                other => flat.push(other),
            }
        }
        single(flat).unwrap_or_else(Self::Any)
    }
}

/// The only one, or all.
fn single(mut parts: Vec<Expr>) -> Result<Expr, Vec<Expr>> {
    match (parts.pop(), parts.is_empty()) {
        (Some(only), true) => Ok(only),
        (Some(last), false) => {
            parts.push(last);
            Err(parts)
        }
        (None, _) => Err(parts),
    }
}

#[cfg(test)]
mod tests;
