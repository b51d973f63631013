//! Whether a session is shown, and when time alone may change that.
//!
//! Owns what each field holds. Must never build a row; texts are compared as received.

use jiff::{SignedDuration, Timestamp};

use super::fields::TextField;
use super::{Condition, DocsHow, Expr, How, Needle, Query, TimeField, fuzzy};
use crate::app::facts::Facts;
use crate::app::words::StageKind;
use crate::domain::watched::WatchedSession;

/// What a query looks at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Subject<'a> {
    pub(crate) session: &'a WatchedSession,
    pub(crate) facts: &'a Facts,
    pub(crate) now: Timestamp,
}

impl Query {
    /// True when the session is shown.
    pub(crate) fn holds(&self, subject: &Subject<'_>) -> bool {
        self.0.holds(subject)
    }

    /// The next moment at which time alone may change that; the stage's own moments aside.
    pub(crate) fn changes_at(&self, subject: &Subject<'_>) -> Option<Timestamp> {
        self.0.changes_at(subject)
    }

    /// False when time alone, the stage's own moments aside, changes nothing for any session.
    pub(crate) fn is_timed(&self) -> bool {
        self.0.is_timed()
    }
}

impl Expr {
    fn holds(&self, subject: &Subject<'_>) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|part| part.holds(subject)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(subject)),
            Self::Not(inner) => !inner.holds(subject),
            Self::Same(thing, parts) => {
                thing.any(subject.session, |part| parts.iter().all(|one| one.holds_of(part)))
            }
            Self::Is(condition) => condition.holds(subject),
        }
    }

    fn changes_at(&self, subject: &Subject<'_>) -> Option<Timestamp> {
        match self {
            Self::All(parts) | Self::Any(parts) => {
                parts.iter().filter_map(|part| part.changes_at(subject)).min()
            }
            Self::Not(inner) => inner.changes_at(subject),
            Self::Same(..) => None,
            Self::Is(condition) => condition.turns_at(subject).filter(|at| *at > subject.now),
        }
    }

    fn is_timed(&self) -> bool {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().any(Self::is_timed),
            Self::Not(inner) => inner.is_timed(),
            Self::Same(..) => false,
            Self::Is(condition) => {
                matches!(condition, Condition::Span { .. } | Condition::Passed)
            }
        }
    }
}

impl Condition {
    fn holds(&self, subject: &Subject<'_>) -> bool {
        let Subject { session, facts, now } = *subject;
        match self {
            Self::Word(word) => is_named(session, word),
            Self::Name(needle) => [TextField::Ref, TextField::Tag, TextField::Session]
                .into_iter()
                .any(|field| any_text(field, session, &mut |text| needle.is_in(text))),
            Self::Text { field, how, value } => {
                let found = any_text(*field, session, &mut |text| value.fits(*how, text));
                found != (*how == How::Differs)
            }
            Self::Stage { kinds, .. } => kinds & facts.kind.bit() != 0,
            Self::Span { field, less, seconds } => field.of(subject).is_some_and(|at| {
                let span = field.span(at, now);
                let limit = SignedDuration::from_secs(*seconds);
                if *less { span < limit } else { span > limit }
            }),
            Self::Never(field) => field.of(subject).is_none(),
            Self::Passed => facts.due.is_some_and(|at| at < now),
            Self::Docs { how, supplied, of } => {
                let (have, all) = facts.docs(session);
                if session.configuration().is_none() {
                    return *how == DocsHow::IsNot;
                }
                let same = have == *supplied && of.is_none_or(|of| of == all);
                match how {
                    DocsHow::Is => same,
                    DocsHow::IsNot => !same,
                    DocsHow::Less => have < *supplied,
                    DocsHow::More => have > *supplied,
                }
            }
        }
    }

    /// The first moment at which it is, or is no longer, what it was before.
    fn turns_at(&self, subject: &Subject<'_>) -> Option<Timestamp> {
        let instant = SignedDuration::from_nanos(1);
        match self {
            Self::Span { field, less, seconds } => {
                let at = field.of(subject)?;
                let limit = SignedDuration::from_secs(*seconds);
                // Strictly less, strictly more: one of the two turns a little after the limit.
                let (turns, later) = match field {
                    TimeField::Due => (at.checked_sub(limit).ok()?, *less),
                    TimeField::Seen | TimeField::Changed => (at.checked_add(limit).ok()?, !less),
                };
                if later { turns.checked_add(instant).ok() } else { Some(turns) }
            }
            Self::Passed => subject.facts.due?.checked_add(instant).ok(),
            _ => None,
        }
    }
}

impl TimeField {
    /// The moment that counts: the deadline, the last good answer, the last change.
    fn of(self, subject: &Subject<'_>) -> Option<Timestamp> {
        match self {
            Self::Due => subject.facts.due,
            Self::Seen => subject.session.poll.last_ok,
            Self::Changed => last_change(subject.session),
        }
    }

    /// Left to a deadline, passed since the others.
    fn span(self, at: Timestamp, now: Timestamp) -> SignedDuration {
        match self {
            Self::Due => at.duration_since(now),
            Self::Seen | Self::Changed => now.duration_since(at),
        }
    }
}

/// When the newest change happened.
pub(crate) fn last_change(session: &WatchedSession) -> Option<Timestamp> {
    session.timeline.last().map(|event| event.at)
}

impl Needle {
    fn is_in(&self, text: &str) -> bool {
        match self {
            Self::Text(_, lower) => fuzzy::contains(text, lower),
            Self::Pattern(pattern) => pattern.is_match(text),
        }
    }

    pub(super) fn fits(&self, how: How, text: &str) -> bool {
        match (self, how) {
            (Self::Text(_, lower), How::Equals | How::Differs) => fuzzy::equals(text, lower),
            _ => self.is_in(text),
        }
    }

    /// Whether a stage is meant: `turned_away`, `turned-away?` and `turned away` are one.
    pub(super) fn is_stage(&self, how: How, kind: StageKind) -> bool {
        let fits = match self {
            Self::Pattern(pattern) => pattern.is_match(kind.words()),
            Self::Text(text, _) => {
                let (words, wanted) = (plain(kind.words()), plain(text));
                if how == How::Holds { words.contains(&wanted) } else { words == wanted }
            }
        };
        fits != (how == How::Differs)
    }
}

/// Lower case, without what separates words.
fn plain(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// A bare word: fuzzily in the reference or a tag, or a part of the session ID.
fn is_named(session: &WatchedSession, word: &str) -> bool {
    let entry = &session.entry;
    entry.reference.as_deref().is_some_and(|text| fuzzy::holds(text, word))
        || entry.tags.iter().any(|tag| fuzzy::holds(tag, word))
        || fuzzy::contains(id_text(session, &mut [0; 36]), word)
}

fn id_text<'a>(session: &WatchedSession, buffer: &'a mut [u8; 36]) -> &'a str {
    session.id().uuid().as_hyphenated().encode_lower(buffer)
}

type Test<'a> = dyn FnMut(&str) -> bool + 'a;

/// True when one of a field's texts passes.
pub(super) fn any_text(field: TextField, session: &WatchedSession, test: &mut Test<'_>) -> bool {
    let entry = &session.entry;
    match field {
        TextField::Ref => entry.reference.as_deref().is_some_and(test),
        TextField::Session => test(id_text(session, &mut [0; 36])),
        TextField::Tag => entry.tags.iter().any(|tag| test(tag)),
        TextField::Note => !session.own.note.is_empty() && test(&session.own.note),
        TextField::Branch => session.instructions().is_some_and(|letter| {
            let branch = letter.branch.iter();
            let texts = branch.flat_map(|b| [&b.name, &b.fad_code, &b.post_code]).flatten();
            texts.into_iter().any(|text| test(text.as_raw()))
        }),
        TextField::Provider => session.configuration().is_some_and(|configuration| {
            let sources = configuration.requirements.iter().flat_map(|r| &r.allowed_sources);
            let providers = sources.filter_map(|s| s.allowed_providers.as_ref()).flatten();
            providers.into_iter().any(|text| test(text.as_raw()))
        }),
        TextField::State => {
            let state = session.session().and_then(|answer| answer.state.as_ref());
            state.is_some_and(|state| test(state.as_raw()))
        }
        _ => {
            field.thing().is_some_and(|thing| thing.any(session, |part| part.any_text(field, test)))
        }
    }
}
