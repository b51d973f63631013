//! A session as it stood at an earlier moment, as far as the last answers and the timeline tell.
//!
//! Older answers are not kept: what was removed or replaced since then cannot come back, and a part
//! of which the time is not known stays as it is.

use std::sync::Arc;

use jiff::Timestamp;

use crate::domain::brief::result::last_activity;
use crate::domain::events::change::{ChangeKind, TimelineEvent};
use crate::domain::session::Session;
use crate::domain::session::answer::Answer;
use crate::domain::session::check::Check;
use crate::domain::session::configuration::RequiredResource;
use crate::domain::session::parts::{Answers, Letter, Part};
use crate::domain::session::resource::{Media, Resource, Task};
use crate::domain::session::wire_enum::SessionState;
use crate::domain::watchlist::annotations::{Annotations, Personal};
use crate::domain::watchlist::open_session::OpenSession;
use crate::domain::watchlist::watched::{PollState, WatchedSession};

/// The session as it stood at `at`. Polling has no past: ages and failures are left out. What the
/// operator keeps beside it is that of now, but for acknowledgements and looks that came later.
#[must_use]
pub fn as_of(session: &OpenSession, at: Timestamp) -> WatchedSession {
    let timeline = session.timeline.iter().filter(|event| event.at <= at).cloned().collect();
    let mut then = unchanged_since(session, at);
    then.learn(Arc::new(answers(session, at)), Arc::new(timeline));
    then
}

/// As [`as_of`], of a session to which nothing has happened since then: its detail is not needed.
#[must_use]
pub fn unchanged_since(session: &WatchedSession, at: Timestamp) -> WatchedSession {
    WatchedSession {
        own: Arc::new(annotations(&session.own, at)),
        // A later look has seen more than there was then.
        personal: Personal {
            looked_at: session.personal.looked_at.get().map(|looked| looked.min(at)).into(),
        },
        poll: PollState::default(),
        ..session.clone()
    }
}

/// The latest moment before `at` at which something happened to one of these sessions.
pub fn moment_before<'a>(
    timelines: impl Iterator<Item = &'a [TimelineEvent]>,
    at: Timestamp,
) -> Option<Timestamp> {
    moments(timelines).filter(|moment| *moment < at).max()
}

/// The earliest moment after `at` at which something happened to one of these sessions.
pub fn moment_after<'a>(
    timelines: impl Iterator<Item = &'a [TimelineEvent]>,
    at: Timestamp,
) -> Option<Timestamp> {
    moments(timelines).filter(|moment| *moment > at).min()
}

fn moments<'a>(
    timelines: impl Iterator<Item = &'a [TimelineEvent]>,
) -> impl Iterator<Item = Timestamp> {
    timelines.flatten().map(|event| event.at)
}

fn annotations(own: &Annotations, at: Timestamp) -> Annotations {
    let mut own = own.clone();
    own.acknowledged = own.acknowledged.filter(|known| known.at <= at);
    own.history.retain(|action| action.made.at <= at);
    own
}

fn answers(watched: &OpenSession, at: Timestamp) -> Answers {
    let now = &watched.answers;
    // Before it all: an empty session, and not one whose parts have no time.
    if began(watched).is_some_and(|began| at < began) {
        return Answers::default();
    }
    let session = now.session.as_ref().map(|answer| {
        let value = session(&answer.value, &watched.timeline, at);
        // The text is that of the last answer, not of then.
        Arc::new(Answer { value, raw: Arc::from(""), fetched_at: answer.fetched_at })
    });
    // While nothing has happened since, the states of today are those of then.
    let later = watched.session().and_then(last_activity).is_some_and(|last| last > at);
    let configuration = now.configuration.as_ref().map(|answer| {
        if !later {
            return Arc::clone(answer);
        }
        let mut answer = (**answer).clone();
        answer.value.requirements.iter_mut().for_each(forget_states);
        Arc::new(answer)
    });
    Answers {
        session,
        configuration,
        letter: letter(&now.letter, &watched.timeline, at),
        missing_since: now.missing_since.filter(|since| *since <= at),
        visit_notified_at: now.visit_notified_at.filter(|visit| *visit <= at),
    }
}

/// How far a requirement had got is told without a time.
fn forget_states(requirement: &mut RequiredResource) {
    requirement.state = None;
    requirement.assessments.iter_mut().for_each(|assessment| assessment.state = None);
    requirement.requested_tasks.iter_mut().for_each(|task| task.state = None);
}

/// The earliest moment that anything tells of.
fn began(watched: &OpenSession) -> Option<Timestamp> {
    let seen = watched.timeline.iter().map(|event| event.at);
    let session = watched.session();
    let resources = session.into_iter().flat_map(|session| &session.resources);
    let checks = session.into_iter().flat_map(|session| &session.checks);
    let made = resources.filter_map(|r| r.created_at).chain(checks.filter_map(|c| c.created));
    seen.chain(made).min()
}

fn session(now: &Session, timeline: &[TimelineEvent], at: Timestamp) -> Session {
    let mut then = now.clone();
    then.resources.retain(|resource| by(resource.created_at, at));
    for resource in &mut then.resources {
        rewind_resource(resource, at);
    }
    then.checks.retain(|check| by(check.created.or(check.last_updated), at));
    for check in &mut then.checks {
        rewind_check(check, at);
    }
    // What has no time stays: nothing says that it was not there.
    then.media.retain(|media| by(media.created, at));
    then.state = state(now, timeline, at);
    if then.state != now.state {
        // What an end brings was not there before it.
        then.identity_profile = None;
        then.advanced_identity_profile = None;
        then.identity_profile_preview = None;
        then.advanced_identity_profile_preview = None;
        then.unknown.clear();
    }
    then
}

/// Not later than that, or at a time that is not told.
fn by(moment: Option<Timestamp>, at: Timestamp) -> bool {
    moment.is_none_or(|moment| moment <= at)
}

/// The state told last until then, else the one that the first later change came from. A session
/// first seen when it had ended was ONGOING while things still happened to it.
fn state(now: &Session, timeline: &[TimelineEvent], at: Timestamp) -> Option<SessionState> {
    let mut told = None;
    for event in timeline {
        let ChangeKind::State { from, to } = &event.what else { continue };
        if event.at <= at {
            told = Some(to.clone());
        } else {
            return told.unwrap_or_else(|| from.clone());
        }
    }
    let state = told.unwrap_or_else(|| now.state.clone());
    let ended = matches!(state, Some(SessionState::Completed | SessionState::Expired));
    if ended && last_activity(now).is_some_and(|last| last > at) {
        return Some(SessionState::Ongoing);
    }
    state
}

fn rewind_resource(resource: &mut Resource, at: Timestamp) {
    resource.media.retain(|media| by(media.created, at));
    resource.tasks.retain(|task| by(task.created, at));
    for task in &mut resource.tasks {
        rewind_task(task, at);
    }
    if !by(resource.last_updated, at) {
        let made = resource.media.iter().filter_map(|media| media.created);
        let worked = resource.tasks.iter().filter_map(|task| task.last_updated.or(task.created));
        resource.last_updated = made.chain(worked).chain(resource.created_at).max();
    }
}

fn rewind_task(task: &mut Task, at: Timestamp) {
    if by(task.last_updated, at) {
        return;
    }
    task.state = None;
    task.last_updated = task.created;
    task.recommendation = None;
    task.reason = None;
    task.reason_detail = None;
    // A task generates its checks when it ends.
    task.generated_checks.clear();
    task.generated_media.retain(|media: &Media| media.created.is_some_and(|made| made <= at));
}

/// Of a check that was changed later, only that it had begun is known.
fn rewind_check(check: &mut Check, at: Timestamp) {
    if by(check.last_updated, at) {
        return;
    }
    check.state = None;
    check.report = None;
    check.last_updated = check.created;
    check.generated_media.clear();
    check.generated_profile = None;
    check.media.clear();
}

/// The letter as the last answer before that moment told it. Only the newest letter is kept: what an
/// earlier one said is not known.
fn letter(now: &Letter, timeline: &[TimelineEvent], at: Timestamp) -> Letter {
    let told = || timeline.iter().filter(|event| event.what.spec().part == Part::Letter);
    let Some(newest) = told().map(|event| event.at).max() else {
        // Of a store that an older build wrote: it kept no event where there was no letter.
        return match now {
            Letter::NotSet(since) => Letter::NotSet((*since).min(at)),
            Letter::Set(_) | Letter::NotKnown => now.clone(),
        };
    };
    match told().filter(|event| event.at <= at).max_by_key(|event| event.at) {
        Some(event) if event.what == ChangeKind::LetterNotSet => Letter::NotSet(event.at),
        Some(_) if newest <= at => now.clone(),
        Some(_) | None => Letter::NotKnown,
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::domain::assessment::attention;
    use crate::domain::assessment::rules::Rules;
    use crate::domain::assessment::stage::{self, Stage};
    use crate::domain::events::change::between;
    use crate::domain::fixture as f;
    use crate::domain::session::wire_enum::{
        Recommendation, RequirementState, RequirementType, SourceType,
    };

    fn as_of(session: &WatchedSession, at: Timestamp) -> WatchedSession {
        super::as_of(&OpenSession::owned(session.clone()).unwrap(), at)
    }

    fn stage(session: &WatchedSession, at: Timestamp) -> Stage {
        stage::derive(&as_of(session, at), &Rules::default(), at).stage
    }

    /// Seen with a first document 300 minutes ago, a second 200, checks and the end 100.
    fn lived() -> WatchedSession {
        let step = |minutes| f::minutes_ago(minutes);
        let mut first = f::session(SessionState::Ongoing);
        first.resources.push(f::document("p", "PASSPORT", SourceType::Ibv, step(300)));
        let mut second = first.clone();
        second.resources.push(f::document("b", "UTILITY_BILL", SourceType::Ibv, step(200)));
        let mut last = second.clone();
        last.state = Some(SessionState::Completed);
        let mut check = f::check("c", Some(Recommendation::Reject));
        check.created = Some(step(100));
        check.last_updated = Some(step(100));
        last.checks.push(check);
        let mut watched = f::watched(None, None, Some(f::letter(&[])));
        let mut answers = (*watched.answers().unwrap()).clone();
        let mut timeline = Vec::new();
        for (session, minutes) in [(first, 299), (second, 199), (last, 99)] {
            let mut next = answers.clone();
            next.session = Some(f::answer(session));
            timeline.extend(between(&answers, &next, step(minutes)));
            answers = next;
        }
        watched.answered(answers);
        watched.happened(timeline);
        watched
    }

    #[test]
    fn a_session_walks_back_through_what_it_was() {
        let lived = lived();
        let at = |minutes| f::minutes_ago(minutes);
        assert!(matches!(stage(&lived, f::now()), Stage::Done(_)));
        assert!(matches!(stage(&lived, at(195)), Stage::AtCounter { .. }));
        assert!(matches!(stage(&lived, at(150)), Stage::Visited));
        assert_eq!(stage(&lived, at(301)), Stage::NotFetched);
        let then = as_of(&lived, at(250));
        let session = then.answers().unwrap().session().unwrap();
        assert_eq!((session.resources.len(), session.checks.len()), (1, 0));
        assert_eq!(session.state, Some(SessionState::Ongoing));
        assert!(then.timeline().unwrap().iter().all(|event| event.at <= at(250)));
        assert_eq!(then.timeline().unwrap().len(), 2, "first seen and the first document");
        assert!(
            then.answers().unwrap().session.as_ref().unwrap().raw.is_empty(),
            "no text of then is kept"
        );
    }

    #[test]
    fn a_session_first_seen_at_its_end_was_ongoing_before_its_checks() {
        let mut lived = lived();
        lived.happened(
            between(&Answers::default(), lived.answers().unwrap(), f::now()).into_iter().collect(),
        );
        assert!(matches!(stage(&lived, f::minutes_ago(195)), Stage::AtCounter { .. }));
        assert!(matches!(stage(&lived, f::minutes_ago(90)), Stage::Done(_)));
    }

    #[test]
    fn a_check_that_was_changed_later_had_only_begun() {
        let mut lived = lived();
        let mut session = lived.answers().unwrap().session().unwrap().clone();
        session.checks[0].created = Some(f::minutes_ago(130));
        let mut answers = (*lived.answers().unwrap()).clone();
        answers.session = Some(f::answer(session));
        lived.answered(answers);
        let then = as_of(&lived, f::minutes_ago(120));
        let check = &then.answers().unwrap().session().unwrap().checks[0];
        assert!(check.report.is_none() && check.state.is_none());
        assert_eq!(stage(&lived, f::minutes_ago(120)), Stage::ChecksRunning);
    }

    #[test]
    fn the_letter_and_the_acknowledgement_of_later_are_not_there_yet() {
        let mut lived = lived();
        let mut timeline = lived.timeline().unwrap().to_vec();
        timeline.extend(between(
            &Answers::default(),
            &Answers { letter: lived.answers().unwrap().letter.clone(), ..Answers::default() },
            f::minutes_ago(50),
        ));
        lived.happened(timeline);
        let reasons = Vec::new();
        lived.own = Arc::new(Annotations {
            acknowledged: Some(crate::domain::watchlist::annotations::Acknowledged {
                at: f::minutes_ago(40),
                reasons,
            }),
            ..Annotations::default()
        });
        let then = as_of(&lived, f::minutes_ago(60));
        assert_eq!(then.answers().unwrap().letter, Letter::NotKnown);
        assert!(then.own.acknowledged.is_none());
        let now = as_of(&lived, f::now());
        assert!(
            matches!(now.answers().unwrap().letter, Letter::Set(_))
                && now.own.acknowledged.is_some()
        );
    }

    #[test]
    fn a_letter_that_is_not_set_now_was_not_set_then() {
        let mut waiting = f::watched(Some(f::session(SessionState::Ongoing)), None, None);
        let mut answers = (*waiting.answers().unwrap()).clone();
        // Said again by the last answer, as by each before it.
        answers.letter = Letter::NotSet(f::now());
        waiting.happened(between(&Answers::default(), &answers, f::minutes_ago(300)));
        waiting.answered(answers);
        for minutes in [0, 10, 299] {
            assert_eq!(stage(&waiting, f::minutes_ago(minutes)), Stage::LetterNotSet, "{minutes}");
        }
        assert_eq!(stage(&waiting, f::minutes_ago(301)), Stage::NotFetched);
    }

    /// Letters are asked for after results: between the first result and the first answer about the
    /// letter the screen could not say that it was not set.
    #[test]
    fn before_a_letter_was_set_the_stage_is_the_one_that_the_screen_said() {
        let first = f::watched(Some(f::session(SessionState::Ongoing)), None, None);
        let result = (*first.answers().unwrap()).clone();
        let not_set = Answers { letter: Letter::NotSet(f::minutes_ago(290)), ..result.clone() };
        let set = Answers { letter: Letter::Set(f::answer(f::letter(&[]))), ..result.clone() };
        let steps = [(Answers::default(), result, 300), (not_set.clone(), set.clone(), 100)];
        let mut timeline = Vec::new();
        for (before, after, minutes) in [
            (&steps[0].0, &steps[0].1, 300),
            (&steps[0].1, &not_set, 290),
            (&steps[1].0, &steps[1].1, 100),
        ] {
            timeline.extend(between(before, after, f::minutes_ago(minutes)));
        }
        let mut lived = first;
        lived.answered(set);
        lived.happened(timeline);
        for (minutes, said) in [
            (301, Stage::NotFetched),
            (295, Stage::AwaitingVisit),
            (290, Stage::LetterNotSet),
            (101, Stage::LetterNotSet),
            (100, Stage::AwaitingVisit),
        ] {
            assert_eq!(stage(&lived, f::minutes_ago(minutes)), said, "{minutes}");
        }
    }

    #[test]
    fn an_applicant_was_turned_away_then_if_the_screen_could_say_so_then() {
        let mut session = f::session(SessionState::Ongoing);
        let at = f::minutes_ago(100);
        session.resources.push(f::document("r", "PASSPORT", SourceType::Ibv, at));
        let asked = f::configuration(vec![
            f::requirement("a", RequirementType::IdDocument, &["PASSPORT"]),
            f::requirement("b", RequirementType::SupplementaryDocument, &["UTILITY_BILL"]),
        ]);
        let visited = f::watched(Some(session), Some(asked), None);
        assert!(matches!(stage(&visited, f::minutes_ago(40)), Stage::TurnedAway { .. }));
        assert_eq!(stage(&visited, f::minutes_ago(60)), Stage::Visited);
        let deadline = |at| attention::assess(&as_of(&visited, at), &Rules::default(), at).deadline;
        assert_eq!(deadline(f::minutes_ago(60)), deadline(f::now()), "it does not move");
    }

    #[test]
    fn how_far_a_requirement_had_got_is_not_known_before_the_last_activity() {
        let mut lived = lived();
        let mut requirement = f::requirement("r", RequirementType::IdDocument, &["PASSPORT"]);
        requirement.state = Some(RequirementState::Complete);
        let mut answers = (*lived.answers().unwrap()).clone();
        answers.configuration = Some(f::answer(f::configuration(vec![requirement])));
        lived.answered(answers);
        let state = |minutes| {
            let then = as_of(&lived, f::minutes_ago(minutes));
            then.answers().unwrap().configuration().unwrap().requirements[0].state.clone()
        };
        assert_eq!((state(90), state(150)), (Some(RequirementState::Complete), None));
    }

    #[test]
    fn moments_are_those_of_the_timelines() {
        let lived = lived();
        let timeline = lived.timeline().unwrap();
        let one = || std::iter::once(timeline);
        assert_eq!(moment_before(one(), f::now()), Some(f::minutes_ago(99)));
        assert_eq!(moment_before(one(), f::minutes_ago(300)), None);
        assert_eq!(moment_after(one(), f::minutes_ago(300)), Some(f::minutes_ago(299)));
        assert_eq!(moment_after(one(), f::now() - SignedDuration::from_mins(99)), None);
    }
}
