//! A bare word of a filter: all that a session says of itself, or one of its checks.

use super::fields::{TextField, typed};
use super::part::{Part, Thing};
use super::subject::{Subject, any_text, id_text};
use super::{Condition, Needle};
use crate::domain::assessment::stage_kind::{Phase, StageKind};
use crate::domain::session::wire_enum::Recommendation;

/// A word, a text in quotes or a pattern, with the stages that it names.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Word {
    pub(super) needle: Needle,
    /// Stages whose name holds it, as bits.
    stages: u16,
    /// The same without the verdict in a name, which is one about checks.
    ways: u16,
}

/// How much of a stage's name counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// With its verdict, as in `done: REJECT`.
    All,
    /// Without its verdict, as in `done`.
    Way,
}

/// Texts of the session as a whole.
const OF_SESSION: [TextField; 8] = [
    TextField::Ref,
    TextField::Tag,
    TextField::Note,
    TextField::State,
    TextField::Doc,
    TextField::Source,
    TextField::Provider,
    TextField::Branch,
];

const OF_CHECK: [TextField; 3] = [TextField::Check, TextField::Result, TextField::Reason];

impl Word {
    pub(super) fn condition(needle: Needle) -> Condition {
        let bits = |names: &dyn Fn(StageKind) -> [String; 2]| {
            let fits = |kind: &&StageKind| names(**kind).iter().any(|name| needle.is_in(name));
            StageKind::ALL.iter().filter(fits).fold(0, |bits, kind| bits | kind.bit())
        };
        let stages = bits(&|kind| [kind.words().to_owned(), typed(kind)]);
        let ways = bits(&|kind| {
            let name = kind.words();
            let way = name.split_once(':').map_or(name, |(way, _verdict)| way);
            [way.to_owned(), typed(kind)]
                .map(|name| if kind.phase() == Phase::Completed { way.to_owned() } else { name })
        });
        Condition::Word(Self { needle, stages, ways })
    }

    /// The session or one of its checks says it.
    pub(super) fn holds(&self, subject: &Subject<'_>) -> bool {
        self.is_said(subject, Reach::All)
            || Thing::Check.any(subject.session, |part| self.is_of(part))
    }

    /// The session says it, whatever its checks.
    pub(super) fn is_said(&self, subject: &Subject<'_>, reach: Reach) -> bool {
        let stages = if reach == Reach::All { self.stages } else { self.ways };
        let in_text = |field| any_text(field, subject.session, &mut |text| self.needle.is_in(text));
        let buffer = &mut [0; 36];
        let id = id_text(subject.session, buffer);
        let begins = match &self.needle {
            // From its beginning: a few hex digits stand somewhere in nearly every ID.
            Needle::Text(_, wanted) => id.starts_with(wanted.as_str()),
            Needle::Pattern(pattern) => pattern.is_match(id),
        };
        stages & subject.summary.kind.bit() != 0 || begins || OF_SESSION.into_iter().any(in_text)
    }

    /// A check says it. One that is neither APPROVE nor REJECT is one to refer.
    pub(super) fn is_of(&self, part: Part<'_>) -> bool {
        let test = &mut |text: &str| self.needle.is_in(text);
        let refer = |part: Part<'_>| match part {
            Part::Check(check) => check.recommendation.as_ref().is_some_and(|advice| {
                !matches!(advice, Recommendation::Approve | Recommendation::Reject)
            }),
            Part::Requested(_) | Part::Resource(_) => false,
        };
        OF_CHECK.into_iter().any(|field| part.any_text(field, &mut *test))
            || (refer(part) && test("refer"))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::app::list::filter::tests::{each, full, holds};
    use crate::domain::fixture as f;
    use crate::domain::session::wire_enum::{CheckType, Recommendation, SessionState};

    #[test]
    fn a_word_is_a_part_of_anything_that_the_session_says() {
        each(
            &full(),
            &[
                ("dbs-22", true),
                ("DBS", true),
                ("dbs2291", false),
                ("team", true),
                ("monday", true),
                ("00000000-0000", true),
                ("c3cae", false),
                ("turned", true),
                ("turned_away", true),
                ("away?", true),
                ("ongoing", true),
                ("completed", false),
                ("visual_review", true),
                ("\"visual review\"", true),
                ("blurry", true),
                ("not_avail", true),
                ("refer", true),
                ("passport", true),
                ("ibv", true),
                ("post_office", true),
                ("neots", true),
                ("\"st neots\"", true),
                ("PE19", true),
                ("dbs blurry urgent", true),
                ("dbs blurry chased", false),
                ("!chased", true),
                ("!blurry", false),
                ("re:/^dbs-\\d+$/", true),
                ("re:/^\\d{3}$/", false),
                ("\"or\"", true),
                ("\"and\"", false),
            ],
        );
    }

    #[test]
    fn every_stage_is_found_by_each_of_its_names() {
        let mut session = f::session(SessionState::Completed);
        session.checks.push(f::check("c", Some(Recommendation::Reject)));
        let rejected = f::watched(Some(session), None, None);
        for (text, shown) in
            [("reject", true), ("done", true), ("done_reject", true), ("done reject", true)]
        {
            assert_eq!(holds(text, &rejected), shown, "{text}");
        }
        each(&f::watched(None, None, None), &[("not_fetched", true), ("\"not fetched\"", true)]);
        each(&rejected, &[("approve", false), ("refer", false)]);
    }

    #[test]
    fn words_about_checks_hold_of_one_check() {
        let mut session = f::session(SessionState::Completed);
        session.checks.push(f::check("l", Some(Recommendation::Reject)));
        session.checks.push(f::check("f", Some(Recommendation::Approve)));
        session.checks.push(f::check("t", Some(Recommendation::NotAvailable)));
        session.checks[0].check_type = Some(CheckType::Liveness);
        session.checks[0].report.as_mut().unwrap().reason = Some("PRESENTATION_ATTACK".into());
        session.checks[1].check_type = Some(CheckType::IdDocumentFaceMatch);
        session.checks[2].check_type = Some(CheckType::IdDocumentTextData);
        let mut watched = f::watched(Some(session), None, None);
        Arc::make_mut(&mut watched.entry).reference = Some("dbs-7".into());
        each(
            &watched,
            &[
                ("face", true),
                ("reject", true),
                ("liveness reject", true),
                ("reject attack dbs", true),
                // The stage is done: REJECT, and no face match was rejected.
                ("face reject", false),
                ("face approve", true),
                ("face attack", false),
                ("text refer", true),
                ("face refer", false),
                ("done face", true),
                ("done reject", true),
                ("dbs-7 face", true),
                ("dbs-8 face", false),
                ("face (reject or refer)", false),
                ("text (reject or refer)", true),
                ("face or attack", true),
                ("face !attack", false),
                ("check:face reject", false),
                ("reject check:liveness", true),
                ("dbs !result:reject", false),
                ("dbs result!=approve", false),
                ("result:approve dbs face", true),
                ("result:reject face", false),
            ],
        );
    }
}
