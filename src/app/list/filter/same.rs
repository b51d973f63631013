//! Conditions that belong together: side by side, what is said of a check is said of one check.

use super::fields::TextField;
use super::part::{Part, Thing};
use super::subject::Subject;
use super::word::Reach;
use super::{Condition, Expr, How, single};

/// Fields of a check or a resource.
const OF_THINGS: [TextField; 5] =
    [TextField::Check, TextField::Result, TextField::Reason, TextField::Doc, TextField::Source];

/// Whether one check (or resource) of the session meets all conditions. A word may match the session
/// itself instead; in a session without checks (or resources), every condition may.
pub(super) fn one_is(thing: Thing, parts: &[Expr], subject: &Subject<'_>) -> bool {
    let open: Vec<&Expr> = parts.iter().filter(|part| !part.is_said(subject, Reach::Way)).collect();
    let one = |part: Part<'_>| open.iter().all(|wanted| wanted.holds_of(part, subject));
    open.is_empty()
        || thing.any(subject.session, one)
        || open.iter().all(|part| part.is_said(subject, Reach::All))
}

const fn is_word(condition: &Condition) -> bool {
    matches!(condition, Condition::Word(_))
}

impl Expr {
    /// Whether this one is so; what is no text of it is not.
    fn holds_of(&self, part: Part<'_>, subject: &Subject<'_>) -> bool {
        match self {
            Self::All(parts) | Self::Same(_, parts) => {
                parts.iter().all(|one| one.holds_of(part, subject))
            }
            Self::Any(parts) => parts.iter().any(|one| one.holds_of(part, subject)),
            Self::Not(inner) => !inner.holds_of(part, subject),
            Self::Is(Condition::Text { field, how, value }) => {
                let found = part.any_text(*field, &mut |text: &str| value.fits(*how, text));
                found != (*how == How::Differs)
            }
            Self::Is(Condition::Word(word)) => {
                word.is_of(part) || word.is_said(subject, Reach::Way)
            }
            Self::Is(_) => false,
        }
    }

    /// True where it is words alone and the session says them, whatever its checks.
    fn is_said(&self, subject: &Subject<'_>, reach: Reach) -> bool {
        match self {
            Self::All(parts) | Self::Same(_, parts) => {
                parts.iter().all(|one| one.is_said(subject, reach))
            }
            Self::Any(parts) => parts.iter().any(|one| one.is_said(subject, reach)),
            Self::Is(Condition::Word(word)) => word.is_said(subject, reach),
            Self::Not(_) | Self::Is(_) => false,
        }
    }

    /// What all of it is about, if that is one kind of thing.
    fn about(&self) -> Option<Thing> {
        match self {
            Self::Same(thing, _) => Some(*thing),
            Self::All(parts) | Self::Any(parts) => {
                let first = parts.first()?.about();
                first.filter(|_| parts.iter().all(|part| part.about() == first))
            }
            // A word that is not wanted is wanted nowhere in the session.
            Self::Not(inner) => inner.about().filter(|_| !inner.has(&is_word)),
            Self::Is(Condition::Text { field, .. }) => field.thing(),
            Self::Is(Condition::Word(_)) => Some(Thing::Check),
            Self::Is(_) => None,
        }
    }

    /// True when it asks for something, and not only for the lack of it.
    fn asks(&self) -> bool {
        match self {
            Self::All(parts) | Self::Same(_, parts) => parts.iter().any(Self::asks),
            Self::Any(parts) => parts.iter().all(Self::asks),
            Self::Not(inner) => !inner.asks(),
            Self::Is(condition) => !matches!(condition, Condition::Text { how: How::Differs, .. }),
        }
    }

    fn names(&self, wanted: TextField) -> bool {
        self.has(&|c| matches!(c, Condition::Text { field, .. } if *field == wanted))
    }

    fn asks_of(&self, thing: Thing) -> bool {
        self.about() == Some(thing) && self.asks()
    }

    /// Both ask for the same field.
    fn repeats(&self, other: &Self) -> bool {
        self.asks() && other.asks() && self.shares_a_field(other)
    }

    fn shares_a_field(&self, other: &Self) -> bool {
        OF_THINGS.into_iter().any(|field| self.names(field) && other.names(field))
    }
}

/// Puts together what is said of one thing, each in the place of its first.
///
/// A field that is asked for again is another thing's: `check:face check:liveness` is of two checks.
/// What is not wanted is not wanted of the one before, else of the first; where its field is asked
/// for too, or no field is, of none at all: `check:face !check:liveness`. Words join the check that is
/// named: `face reject` is one check.
pub(super) fn together(parts: Vec<Expr>) -> Vec<Expr> {
    [Thing::Check, Thing::Resource].into_iter().fold(parts, |parts, thing| {
        let names = |part: &&Expr| OF_THINGS.into_iter().any(|field| part.names(field));
        let asked = parts.iter().filter(|part| part.asks_of(thing)).filter(names);
        let asked: Vec<Expr> = asked.cloned().collect();
        let joins = |part: &Expr| {
            part.asks_of(thing)
                || (part.about() == Some(thing)
                    && !asked.is_empty()
                    && !asked.iter().any(|other| other.shares_a_field(part)))
        };
        paired(parts, thing, joins)
    })
}

fn paired(parts: Vec<Expr>, thing: Thing, joins: impl Fn(&Expr) -> bool) -> Vec<Expr> {
    let mut out: Vec<Expr> = Vec::with_capacity(parts.len());
    // Where the thing stands that is being told of.
    let mut place = None;
    for part in parts {
        if !joins(&part) {
            out.push(part);
            continue;
        }
        match place.and_then(|place| out.get_mut(place)) {
            Some(Expr::Same(_, told)) if !told.iter().any(|one| part.repeats(one)) => {
                told.push(part);
            }
            _ => {
                place = Some(out.len());
                out.push(Expr::Same(thing, vec![part]));
            }
        }
    }
    out.into_iter().map(alone).collect()
}

/// One condition needs no company.
fn alone(part: Expr) -> Expr {
    match part {
        Expr::Same(thing, told) => single(told).unwrap_or_else(|told| Expr::Same(thing, told)),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use crate::app::list::filter::tests::each;
    use crate::domain::fixture as f;
    use crate::domain::session::wire_enum::{CheckType, Recommendation, SessionState, SourceType};

    #[test]
    fn conditions_side_by_side_are_of_one_check_or_one_document() {
        let mut session = f::session(SessionState::Completed);
        session.checks.push(f::check("l", Some(Recommendation::Approve)));
        session.checks.push(f::check("f", Some(Recommendation::Reject)));
        session.checks[0].check_type = Some(CheckType::Liveness);
        session.checks[1].check_type = Some(CheckType::IdDocumentFaceMatch);
        session.checks[1].report.as_mut().unwrap().reason = Some("FACE_NOT_MATCH".into());
        session.resources.push(f::document("p", "PASSPORT", SourceType::Ibv, f::minutes_ago(9)));
        session.resources.push(f::document("b", "BILL", SourceType::EndUser, f::minutes_ago(9)));
        each(
            &f::watched(Some(session), None, None),
            &[
                ("check:face result:reject", true),
                ("check:face and reason:not_match result:reject", true),
                ("check:liveness result:reject", false),
                ("result:reject ref!=x check:liveness", false),
                ("check:liveness (result:reject or result:consider)", false),
                ("check:face (result:reject or result:consider)", true),
                ("doc:passport source:ibv", true),
                ("doc:passport source:end_user", false),
                // Not of that check; alone, of none.
                ("check:face !result:approve", true),
                ("check:liveness !result:approve", false),
                ("check:liveness result!=approve", false),
                ("!result:approve check:face", true),
                ("!result:approve", false),
                ("check:face !reason:not_match", false),
                ("!(check:liveness result:reject)", true),
                ("!(check:face result:reject)", false),
                // A field that is asked for again is of another, and one that is not wanted of none.
                ("check:face check:liveness", true),
                ("check:face result:reject check:liveness result:approve", true),
                ("check:face result:approve check:liveness result:reject", false),
                ("check:face !check:liveness", false),
                ("check:face !check:watchlist", true),
                ("doc:passport doc:bill", true),
                // Each for itself.
                ("check:liveness or result:reject", true),
            ],
        );
    }

    #[test]
    fn what_was_asked_for_and_has_no_result_is_not_approved() {
        let mut configuration = f::configuration(Vec::new());
        configuration.requested_checks.push(CheckType::Liveness);
        let session = f::session(SessionState::Ongoing);
        let watched = f::watched(Some(session), Some(configuration), None);
        each(
            &watched,
            &[("check:liveness !result:approve", true), ("check:liveness result:approve", false)],
        );
    }
}
