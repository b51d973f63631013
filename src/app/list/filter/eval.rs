//! Whether a session is shown, and when time alone may change that.

use jiff::{SignedDuration, Timestamp};

use super::fields::Flag;
use super::subject::{Subject, any_text};
use super::{Condition, DocsHow, Expr, How, Needle, Query, TimeField, folded, same};
use crate::domain::assessment::stage_kind::StageKind;
use crate::domain::brief::times::TimeOf;

impl Query {
    /// True when the session is shown.
    pub(crate) fn holds(&self, subject: &Subject<'_>) -> bool {
        self.0.holds(subject)
    }

    /// The next moment at which time alone may change that; the stage's own moments aside.
    pub(crate) fn changes_at(&self, subject: &Subject<'_>) -> Option<Timestamp> {
        self.0.changes_at(subject)
    }

    /// True when marking a session may show or hide it.
    pub(crate) fn asks_for_marks(&self) -> bool {
        self.0.has(&|condition| matches!(condition, Condition::Flagged(Flag::Marked, _)))
    }

    /// False when time alone, the stage's own moments aside, changes nothing for any session.
    pub(crate) fn is_timed(&self) -> bool {
        let timed =
            |condition: &Condition| matches!(condition, Condition::Span { .. } | Condition::Passed);
        self.0.has(&timed)
    }
}

impl Expr {
    fn holds(&self, subject: &Subject<'_>) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|part| part.holds(subject)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(subject)),
            Self::Not(inner) => !inner.holds(subject),
            Self::Same(thing, parts) => same::one_is(*thing, parts, subject),
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

    /// One of its conditions is so.
    pub(super) fn has(&self, test: &dyn Fn(&Condition) -> bool) -> bool {
        match self {
            Self::All(parts) | Self::Any(parts) | Self::Same(_, parts) => {
                parts.iter().any(|part| part.has(test))
            }
            Self::Not(inner) => inner.has(test),
            Self::Is(condition) => test(condition),
        }
    }
}

impl Condition {
    fn holds(&self, subject: &Subject<'_>) -> bool {
        let Subject { session, summary, now, .. } = *subject;
        match self {
            Self::Word(word) => word.holds(subject),
            Self::Flagged(flag, wanted) => flag.holds(subject) == *wanted,
            Self::Text { field, how, value } => {
                let found = any_text(*field, session, &mut |text| value.fits(*how, text));
                found != (*how == How::Differs)
            }
            Self::Stage { kinds, .. } => kinds & summary.kind.bit() != 0,
            Self::Span { field, less, seconds } => field.of(subject).is_some_and(|at| {
                let span = field.span(at, now);
                let limit = SignedDuration::from_secs(*seconds);
                if *less { span < limit } else { span > limit }
            }),
            Self::Never(field) => field.of(subject).is_none(),
            Self::Passed => summary.due.get().is_some_and(|at| at < now),
            Self::Docs { how, supplied, of } => {
                // Nobody knows how many there are to be: 0 of 0 would look like an answer.
                if session.brief.configuration.is_none() {
                    return *how == DocsHow::IsNot;
                }
                let covered = &session.brief.covered;
                let have = covered.supplied;
                let same = have == *supplied && of.is_none_or(|of| of == covered.of);
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
            Self::Passed => subject.summary.due.get()?.checked_add(instant).ok(),
            _ => None,
        }
    }
}

impl Flag {
    fn holds(self, subject: &Subject<'_>) -> bool {
        let Subject { session, summary, now, .. } = *subject;
        let snoozed = session.own.snoozed_until.is_some_and(|until| until > now);
        match self {
            Self::Attention => summary.needs_attention(),
            Self::Changed => subject.changed,
            Self::New => subject.new,
            Self::Stale => summary.stale,
            Self::Acked => summary.is_hushed() && !snoozed,
            Self::Snoozed => snoozed,
            Self::Pinned => summary.pinned,
            Self::Noted => !session.own.note.is_empty(),
            Self::Marked => subject.marks.contains(&session.id()),
        }
    }
}

impl TimeField {
    /// The moment that counts: the deadline, the last good answer, the last change.
    fn of(self, subject: &Subject<'_>) -> Option<Timestamp> {
        match self {
            Self::Due => subject.summary.due.get(),
            Self::Seen => subject.session.poll.last_ok.get(),
            Self::Changed => subject.session.brief.times.get(TimeOf::Changed),
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

impl Needle {
    pub(super) fn is_in(&self, text: &str) -> bool {
        match self {
            Self::Text(_, wanted) => folded::contains(text, wanted),
            Self::Pattern(pattern) => pattern.is_match(text),
        }
    }

    pub(super) fn fits(&self, how: How, text: &str) -> bool {
        match (self, how) {
            (Self::Text(_, wanted), How::Equals | How::Differs) => folded::equals(text, wanted),
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

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::sync::Arc;

    use super::*;
    use crate::app::list::filter::tests::{each, full, subject};
    use crate::app::list::summary::SessionSummary;
    use crate::domain::assessment::reason::Reason;
    use crate::domain::assessment::rules::Rules;
    use crate::domain::fixture as f;
    use crate::domain::watchlist::annotations::Acknowledged;
    use crate::domain::watchlist::watched::WatchedSession;

    #[test]
    fn flags_say_what_the_operator_and_the_list_know() {
        let mut session = full();
        let both = |session: &WatchedSession, flag: &str, is: bool| {
            each(session, &[(&format!("is:{flag}"), is), (&format!("is!={flag}"), !is)]);
        };
        for (flag, is) in [
            ("new", true),
            ("noted", true),
            ("pinned", false),
            ("attention", true),
            ("acked", false),
            ("snoozed", false),
            ("stale", false),
            ("changed", false),
            ("marked", false),
        ] {
            both(&session, flag, is);
        }
        session.personal.looked_at = f::now().into();
        let own = Arc::make_mut(&mut session.own);
        own.note.clear();
        own.pinned = true;
        own.snoozed_until = Some(f::now() + SignedDuration::from_hours(1));
        for (flag, is) in [
            ("new", false),
            ("noted", false),
            ("pinned", true),
            ("attention", false),
            ("acked", false),
            ("snoozed", true),
        ] {
            both(&session, flag, is);
        }
        let own = Arc::make_mut(&mut session.own);
        own.snoozed_until = None;
        let reasons = vec![Reason::TurnedAway];
        own.acknowledged = Some(Acknowledged { at: f::now(), reasons });
        both(&session, "acked", true);
        let marks = HashSet::from([session.id()]);
        let summary = SessionSummary::of(&session, &Rules::default(), f::now());
        let query = Query::parse("is:marked").unwrap();
        assert!(query.asks_for_marks());
        assert!(query.holds(&subject(&session, &summary, &marks, f::now())));
    }
}
