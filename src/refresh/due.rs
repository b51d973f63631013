//! When a part of a session is due, by its stage and by when it was last answered: pure.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::Settings;
use crate::domain::assessment::attention::Assessment;
use crate::domain::assessment::reason::Reason;
use crate::domain::assessment::stage_kind::Phase;
use crate::domain::session::parts::Part;
use crate::domain::watchlist::watched::WatchedSession;

/// A session that is gone is looked at again so long after it was found gone, then no more: it may
/// have been a fault at Yoti's (contract 9.4).
const GONE_LOOKS: [SignedDuration; 2] =
    [SignedDuration::from_hours(1), SignedDuration::from_hours(1 + 24)];

/// How long each part has to wait; `None`: it is not asked any more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waits {
    pub session: Option<Duration>,
    pub configuration: Option<Duration>,
    pub letter: Option<Duration>,
}

/// How often a session is asked for, by its stage; `None`: not any more.
#[must_use]
pub fn interval(assessment: &Assessment, selected: bool, settings: &Settings) -> Option<Duration> {
    let soon = assessment.findings.iter().any(|finding| finding.reason == Reason::DueSoon);
    let ordinary = match assessment.stage.phase() {
        Phase::Missing | Phase::Erased => return None,
        Phase::Completed | Phase::Expired => return settings.done.map(unsigned),
        Phase::Live => settings.at_counter,
        Phase::Visited => settings.due_today,
        Phase::Waiting | Phase::Unfetched | Phase::Unknown if soon => settings.due_today,
        Phase::Waiting | Phase::Unfetched | Phase::Unknown => settings.awaiting,
    };
    let chosen = if selected { ordinary.min(settings.selected) } else { ordinary };
    Some(unsigned(chosen))
}

/// How often another part than the session result is asked for; `None`: not any more, since nothing
/// of it changes after the session's end.
pub(super) fn rarely(
    part: Part,
    watched: &WatchedSession,
    settings: &Settings,
) -> Option<Duration> {
    let usual = unsigned(settings.configuration);
    // A letter that is set seldom changes; one that is not yet set is what the stage waits for.
    let set = part == Part::Letter && watched.brief.letter.is_set();
    let often = if set { usual.saturating_mul(4) } else { usual };
    (!watched.brief.has_ended()).then_some(often)
}

/// When each part is due next, by when it was last answered. `every` is the session result's
/// interval, `now` the time by the clock of the answers, which runs at `settings.clock_speed`.
pub(super) fn waits(
    watched: &WatchedSession,
    every: Option<Duration>,
    settings: &Settings,
    now: Timestamp,
) -> Waits {
    if watched.storage.erased_at.get().is_some() {
        // What is kept no longer is not fetched again by itself.
        return Waits::default();
    }
    let brief = &watched.brief;
    if let Some(since) = brief.missing_since() {
        let next = gone_look(since, watched.poll.last_ok.get().unwrap_or(since));
        let session = next.map(|at| real(at.duration_since(now), settings));
        return Waits { session, ..Waits::default() };
    }
    let left = |answered: Option<Timestamp>, every: Duration| {
        let Some(at) = answered else { return Duration::ZERO };
        let age = now.duration_since(at);
        // A clock that was put back does not make an answer younger than it is.
        if age.is_negative() { Duration::ZERO } else { every.saturating_sub(real(age, settings)) }
    };
    // An answer that said nothing new moves `last_ok` alone; it counts, or a start asks all again.
    let answered =
        brief.fetched_at().map(|at| watched.poll.last_ok.get().map_or(at, |last| last.max(at)));
    let configured = brief.configuration.as_ref().map(|known| known.fetched_at.at());
    let part = |part, answered: Option<Timestamp>| match rarely(part, watched, settings) {
        Some(every) => Some(left(answered, every)),
        // After the end nothing changes, but what was never asked for is asked for once.
        None => answered.is_none().then_some(Duration::ZERO),
    };
    Waits {
        session: every.map(|every| left(answered, every)),
        configuration: part(Part::Configuration, configured),
        letter: part(Part::Letter, brief.letter.fetched_at()),
    }
}

/// When a session that is gone since then, and was last looked at so late, is looked at again.
pub(super) fn gone_look(since: Timestamp, last: Timestamp) -> Option<Timestamp> {
    GONE_LOOKS
        .into_iter()
        .filter_map(|after| since.saturating_add(after).ok())
        .find(|at| *at > last)
}

/// A span of the clock that answers are dated by in real time.
pub(super) fn real(span: SignedDuration, settings: &Settings) -> Duration {
    // Requests go out in real time, also where the demo's clock runs faster.
    Duration::try_from_secs_f64(span.as_secs_f64() / settings.clock_speed).unwrap_or_default()
}

/// A signed span as a real one; nothing shorter than a second (product.md 5).
#[must_use]
pub fn unsigned(span: SignedDuration) -> Duration {
    Duration::try_from(span).unwrap_or_default().max(Duration::from_secs(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fixture as f;
    use crate::domain::session::Session;
    use crate::domain::session::answer::Answer;
    use crate::domain::session::parts::Letter;
    use crate::domain::session::wire_enum::SessionState;

    fn result(state: SessionState, fetched_at: Timestamp) -> std::sync::Arc<Answer<Session>> {
        let answer = f::answer(f::session(state));
        std::sync::Arc::new(Answer { fetched_at, ..Answer::clone(&answer) })
    }

    fn minutes(number: u64) -> Duration {
        Duration::from_mins(number)
    }

    // C01
    #[test]
    fn each_part_waits_from_its_last_answer_and_what_was_never_answered_is_due_at_once() {
        let (settings, now) = (Settings::default(), f::now());
        let every = Some(minutes(15));
        let mut watched = WatchedSession::new(f::entry());
        let at_once = Some(Duration::ZERO);
        let all = Waits { session: at_once, configuration: at_once, letter: at_once };
        assert_eq!(waits(&watched, every, &settings, now), all);
        let ago = |number| now - SignedDuration::from_mins(number);
        watched.revise(|answers| {
            answers.session = Some(result(SessionState::Ongoing, ago(20)));
            answers.letter = Letter::NotSet(ago(5));
        });
        watched.poll.last_ok = ago(1).into();
        let expected =
            Waits { session: Some(minutes(14)), letter: Some(minutes(10)), configuration: at_once };
        assert_eq!(waits(&watched, every, &settings, now), expected);
        watched.poll.last_ok = (now + SignedDuration::from_hours(3)).into();
        assert_eq!(waits(&watched, every, &settings, now).session, at_once, "the clock went back");
    }

    #[test]
    fn of_a_session_that_has_ended_only_what_was_never_answered_is_asked_for() {
        let (settings, now) = (Settings::default(), f::now());
        let mut watched = WatchedSession::new(f::entry());
        watched.revise(|answers| {
            answers.session = Some(result(SessionState::Completed, now));
            answers.letter = Letter::NotSet(now);
        });
        let expected = Waits { configuration: Some(Duration::ZERO), ..Waits::default() };
        assert_eq!(waits(&watched, None, &settings, now), expected);
    }

    #[test]
    fn a_session_in_a_state_that_is_not_known_goes_on_being_asked_with_all_its_parts() {
        let (settings, now) = (Settings::default(), f::now());
        let asked = |state| {
            let mut watched = WatchedSession::new(f::entry());
            watched.revise(|answers| {
                answers.session = Some(result(state, now));
                answers.letter = Letter::NotSet(now);
            });
            [Part::Configuration, Part::Letter].map(|part| rarely(part, &watched, &settings))
        };
        let usual = Some(unsigned(settings.configuration));
        assert_eq!(asked(SessionState::Ongoing), [usual; 2]);
        assert_eq!(asked(SessionState::from_wire("PAUSED")), [usual; 2]);
        assert_eq!(asked(SessionState::Completed), [None; 2]);
        assert_eq!(asked(SessionState::Expired), [None; 2]);
    }

    #[test]
    fn a_session_that_is_gone_is_looked_at_after_an_hour_and_a_day_and_no_more() {
        let since = f::now();
        let after = |hours| since + SignedDuration::from_hours(hours);
        assert_eq!(gone_look(since, since), Some(after(1)));
        assert_eq!(gone_look(since, since + SignedDuration::from_mins(10)), Some(after(1)));
        assert_eq!(gone_look(since, after(1)), Some(after(25)));
        assert_eq!(gone_look(since, after(25)), None);
    }
}
