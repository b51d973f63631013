//! How long the answers and events of a session are kept in the local store.
//!
//! Personal data is not kept for longer than Yoti keeps the evidence, as far as that is known; the
//! operator's own part of a session stays until the session is removed.

use jiff::{SignedDuration, Timestamp};

use crate::domain::assessment::deadline::{self, Deadline};
use crate::domain::session::evidence;
use crate::domain::watchlist::watched::WatchedSession;

/// What is kept of a session that is gone is kept for so long after it was found gone.
const AFTER_GONE: SignedDuration = SignedDuration::from_hours(30 * 24);
/// This machine's clock is believed for so long after all answers of a store are over.
const ALONE: SignedDuration = SignedDuration::from_hours(30 * 24);

/// What the operator is told where nothing is erased, because the clock is not believed.
pub const NOT_ERASED: &str = "responses whose retention time is over are not erased yet: this \
    machine's clock is far ahead of Yoti's last response; they are erased after Yoti has answered \
    once and its time is known";

/// The rule for all sessions of a profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// How long Yoti keeps the evidence after the first upload, where an entry does not say it: the
    /// API does not tell how long that is.
    pub resources_ttl: Option<SignedDuration>,
    /// How long answers are kept after the last good one, where the end of the evidence is
    /// not known to the operator.
    pub keep_answers: SignedDuration,
}

impl Default for Retention {
    fn default() -> Self {
        Self { resources_ttl: None, keep_answers: SignedDuration::from_hours(90 * 24) }
    }
}

impl Retention {
    /// When the answers and events of a session are to be erased; `None`: there are none.
    #[must_use]
    pub fn erase_at(&self, watched: &WatchedSession, now: Timestamp) -> Option<Timestamp> {
        let brief = &watched.brief;
        let parts = [
            brief.fetched_at(),
            brief.configuration.as_ref().map(|configuration| configuration.fetched_at.at()),
            brief.letter.fetched_at().filter(|_| brief.letter.is_set()),
        ];
        let heard = brief.last_seen();
        // A session of which nothing is held has nothing that could be erased.
        let held = parts.into_iter().flatten().max().or(heard)?;
        let last = watched.poll.last_ok.get().map_or(held, |at| at.max(held));
        let after_last = last.saturating_add(self.keep_answers).unwrap_or(Timestamp::MAX);
        let evidence = evidence::kept_until(watched, self.resources_ttl);
        // What still runs is fetched anew in any case, whatever was said of its evidence.
        let usual = evidence.filter(|_| is_over(watched, now)).unwrap_or(after_last);
        let gone = brief.missing_since().and_then(|since| since.checked_add(AFTER_GONE).ok());
        Some(gone.map_or(usual, |gone| gone.min(usual)))
    }

    /// Whether this machine's clock is believed without Yoti's time, by when Yoti answered last.
    /// Yoti refuses what is signed by a wrong clock, so that the clock was right then. By one that
    /// was set years ahead since, all answers are over at once.
    #[must_use]
    pub fn believes(&self, now: Timestamp, answered: Option<Timestamp>) -> bool {
        let longest = self.keep_answers.saturating_add(ALONE);
        answered.is_some_and(|at| now.duration_since(at) <= longest)
    }

    /// Whether the time for which its answers and events are kept is over.
    #[must_use]
    pub fn is_over(&self, watched: &WatchedSession, now: Timestamp) -> bool {
        self.erase_at(watched, now).is_some_and(|at| at <= now)
    }
}

/// It has ended, as Yoti said or by its deadline, or Yoti does not have it.
fn is_over(watched: &WatchedSession, now: Timestamp) -> bool {
    let passed = |deadline: Deadline| deadline.at <= now;
    watched.brief.has_ended()
        || watched.brief.missing_since().is_some()
        || deadline::of(watched).is_some_and(passed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fixture as f;
    use crate::domain::session::parts::Answers;
    use crate::domain::session::wire_enum::SessionState;
    use crate::domain::session::wire_enum::SourceType;

    const DAY: SignedDuration = SignedDuration::from_hours(24);

    fn session(state: SessionState, uploaded: bool) -> WatchedSession {
        let mut session = f::session(state);
        if uploaded {
            let document = f::document("r", "PASSPORT", SourceType::Ibv, f::minutes_ago(60));
            session.resources.push(document);
        }
        f::watched(Some(session), None, None)
    }

    #[test]
    fn answers_are_kept_as_long_as_the_evidence_else_so_long_after_the_last_good_answer() {
        let rule = Retention { resources_ttl: Some(DAY * 7), keep_answers: DAY * 3 };
        let answered = f::answer(f::session(SessionState::Completed)).fetched_at;
        let done = session(SessionState::Completed, true);
        let upload = f::minutes_ago(60);
        assert_eq!(rule.erase_at(&done, f::now()), Some(upload + DAY * 7));
        assert!(!rule.is_over(&done, upload + DAY * 6) && rule.is_over(&done, upload + DAY * 7));
        let nothing_uploaded = session(SessionState::Completed, false);
        assert_eq!(rule.erase_at(&nothing_uploaded, f::now()), Some(answered + DAY * 3));
        let not_told = Retention { resources_ttl: None, ..rule };
        assert_eq!(not_told.erase_at(&done, f::now()), Some(answered + DAY * 3));
        let mut asked_later = done;
        asked_later.poll.last_ok = (answered + DAY).into();
        assert_eq!(not_told.erase_at(&asked_later, f::now()), Some(answered + DAY * 4));
    }

    #[test]
    fn a_session_that_still_runs_is_not_erased_by_what_was_said_of_its_evidence() {
        let rule =
            Retention { resources_ttl: Some(SignedDuration::from_mins(1)), ..<_>::default() };
        let runs = session(SessionState::Ongoing, true);
        let answered = runs.answers().unwrap().session.as_ref().unwrap().fetched_at;
        assert_eq!(rule.erase_at(&runs, f::now()), Some(answered + DAY * 90));
        assert!(rule.is_over(&session(SessionState::Completed, true), f::now()));
        // Its deadline ends it, also where nobody has asked since.
        let deadline = deadline::of(&runs).unwrap().at;
        assert_eq!(rule.erase_at(&runs, deadline), evidence::kept_until(&runs, rule.resources_ttl));
    }

    #[test]
    fn a_clock_is_not_believed_that_is_further_ahead_of_the_last_answer_than_the_retention() {
        let rule = Retention { keep_answers: DAY * 3, ..<_>::default() };
        assert!(rule.believes(f::now() + DAY * 33, Some(f::now())));
        assert!(!rule.believes(f::now() + DAY * 34, Some(f::now())));
        assert!(rule.believes(f::now() - DAY * 400, Some(f::now())), "behind it nothing is over");
        assert!(!rule.believes(f::now(), None), "Yoti has never answered");
    }

    // A16
    #[test]
    fn what_is_gone_is_kept_for_thirty_days_and_what_is_erased_is_not_erased_again() {
        let rule = Retention::default();
        let mut gone = session(SessionState::Completed, false);
        gone.revise(|answers| answers.missing_since = Some(f::now()));
        assert_eq!(rule.erase_at(&gone, f::now()), Some(f::now() + DAY * 30));
        gone.erase(f::now() + DAY * 30);
        assert_eq!(rule.erase_at(&gone, f::now() + DAY * 31), None);
        assert_eq!(
            (gone.answers().unwrap(), gone.timeline().unwrap().len()),
            (&Answers::default(), 0)
        );
    }
}
