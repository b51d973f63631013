//! A query as text: the shortest form that is read back as the same query.

use std::fmt;

use jiff::SignedDuration;

use super::fields::{self, FLAGS, Field, KEYWORDS};
use super::word::Word;
use super::{Condition, DocsHow, Expr, How, Needle, Query, TimeField};
use crate::domain::span::exact;

impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All(parts) | Self::Same(_, parts) => {
                joined(f, parts, " ", |part| matches!(part, Self::Any(_)))
            }
            Self::Any(parts) => joined(f, parts, " or ", |_part| false),
            Self::Not(inner) => match **inner {
                Self::All(_) | Self::Any(_) | Self::Same(..) => write!(f, "!({inner})"),
                Self::Not(_) | Self::Is(_) => write!(f, "!{inner}"),
            },
            Self::Is(condition) => write!(f, "{condition}"),
        }
    }
}

fn joined(
    f: &mut fmt::Formatter<'_>,
    parts: &[Expr],
    between: &str,
    in_brackets: impl Fn(&Expr) -> bool,
) -> fmt::Result {
    for (place, part) in parts.iter().enumerate() {
        if place > 0 {
            f.write_str(between)?;
        }
        if in_brackets(part) { write!(f, "({part})") } else { write!(f, "{part}") }?;
    }
    Ok(())
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Word(word) => write!(f, "{word}"),
            Self::Text { field, how, value } => {
                write!(f, "{}{}{value}", fields::name(Field::Text(*field)), how.sign())
            }
            Self::Stage { how, value, .. } => write!(f, "stage{}{value}", how.sign()),
            Self::Span { field, less, seconds } => {
                let sign = if *less { '<' } else { '>' };
                write!(
                    f,
                    "{}{sign}{}",
                    fields::name(Field::Time(*field)),
                    exact(SignedDuration::from_secs(*seconds))
                )
            }
            Self::Never(field) => {
                write!(f, "{}:{}", fields::name(Field::Time(*field)), field.never())
            }
            Self::Passed => f.write_str("due:passed"),
            Self::Docs { how, supplied, of } => {
                let sign = match how {
                    DocsHow::Is => ":",
                    DocsHow::IsNot => "!=",
                    DocsHow::Less => "<",
                    DocsHow::More => ">",
                };
                write!(f, "docs{sign}{supplied}")?;
                of.map_or(Ok(()), |of| write!(f, "/{of}"))
            }
            Self::Flagged(flag, wanted) => {
                let word =
                    FLAGS.iter().find(|(_, known)| known == flag).map_or("", |(word, _)| word);
                write!(f, "is{}{word}", if *wanted { ":" } else { "!=" })
            }
        }
    }
}

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.needle {
            // Without quotes it would be read back as a word of ours.
            Needle::Text(text, _) if KEYWORDS.iter().any(|k| text.eq_ignore_ascii_case(k)) => {
                quoted(f, text)
            }
            needle => write!(f, "{needle}"),
        }
    }
}

impl How {
    pub(super) const fn sign(self) -> &'static str {
        match self {
            Self::Holds => ":",
            Self::Equals => "=",
            Self::Differs => "!=",
        }
    }
}

impl TimeField {
    /// The word for "there is none".
    pub(super) const fn never(self) -> &'static str {
        match self {
            Self::Due => "none",
            Self::Seen | Self::Changed => "never",
        }
    }
}

impl fmt::Display for Needle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text, _) if is_simple(text) => f.write_str(text),
            Self::Text(text, _) => quoted(f, text),
            Self::Pattern(pattern) => {
                write!(f, "re:/{}/", pattern.as_str().replace('/', "\\/"))
            }
        }
    }
}

/// True for a value that is read without quotes.
pub(super) fn is_simple(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || "-_.,@+#".contains(c))
}

pub(super) fn quoted(f: &mut impl fmt::Write, text: &str) -> fmt::Result {
    f.write_char('"')?;
    for c in text.chars() {
        if matches!(c, '"' | '\\') {
            f.write_char('\\')?;
        }
        f.write_char(c)?;
    }
    f.write_char('"')
}
