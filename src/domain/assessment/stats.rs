//! Figures for the charts: what ended when, and how long the steps took.
//!
//! Times are Yoti's own where an answer has them, else those of our looking.

use jiff::{SignedDuration, Timestamp};

use crate::domain::assessment::rules::Rules;
use crate::domain::assessment::stage::{Verdict, verdict};
use crate::domain::brief::times::TimeOf;
use crate::domain::session::wire_enum::SessionState;
use crate::domain::watchlist::watched::WatchedSession;

/// Hours that are looked back.
pub const HOURS: usize = 24;

/// The middle of several spans.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Median {
    /// The span in the middle; of an even number the earlier of the two.
    pub span: SignedDuration,
    pub of: usize,
}

/// What the charts show, beside the stages.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Stats {
    /// COMPLETED in each of the last 24 hours, oldest first, the last ending now.
    pub completed: [u32; HOURS],
    /// Of these, those that are REJECT by the pass rule.
    pub rejected: [u32; HOURS],
    /// From our first sight of the letter to the first branch visit. The API does not tell when a
    /// letter was set, so a letter older than our watching counts from then.
    pub letter_to_visit: Option<Median>,
    /// From the first branch visit to the last check.
    pub visit_to_done: Option<Median>,
}

/// Counts what ended and how long the steps took, over these sessions.
#[must_use]
pub fn stats<'a>(
    sessions: impl Iterator<Item = &'a WatchedSession>,
    rules: &Rules,
    now: Timestamp,
) -> Stats {
    let mut stats = Stats::default();
    let (mut waits, mut visits) = (Vec::new(), Vec::new());
    for watched in sessions {
        let visit = watched.brief.first_visit();
        waits.extend(span(watched.brief.times.get(TimeOf::LetterSeen), visit));
        let Some(done) = done_at(watched) else { continue };
        visits.extend(span(visit, Some(done)));
        count(&mut stats.completed, Some(done), now);
        let rejected = watched.brief.result.as_ref().map(|result| verdict(result, &rules.pass));
        if rejected == Some(Verdict::Reject) {
            count(&mut stats.rejected, Some(done), now);
        }
    }
    stats.letter_to_visit = median(waits);
    stats.visit_to_done = median(visits);
    stats
}

/// When a COMPLETED session ended: its last check, else when the state was seen to change.
#[must_use]
pub fn done_at(watched: &WatchedSession) -> Option<Timestamp> {
    let result = watched.brief.result.as_ref()?;
    if result.state != Some(SessionState::Completed) {
        return None;
    }
    let times = &watched.brief.times;
    times.get(TimeOf::LastCheck).or_else(|| times.get(TimeOf::Completed))
}

/// From one moment to a later one; `None` where either is not known, or they are the other way round.
pub(crate) fn span(from: Option<Timestamp>, to: Option<Timestamp>) -> Option<SignedDuration> {
    let (from, to) = (from?, to?);
    // The moments come from two clocks, ours and Yoti's: a span below zero is none.
    (to > from).then(|| to.duration_since(from))
}

/// Which of the hours, the oldest being 0; `None`: earlier, or not yet.
fn hour(at: Timestamp, now: Timestamp) -> Option<usize> {
    let ago = now.duration_since(at);
    let hours = usize::try_from(ago.as_hours()).ok().filter(|_| !ago.is_negative())?;
    (HOURS - 1).checked_sub(hours)
}

/// One more in the hour of that moment, where it is one of these hours.
pub fn count(hours: &mut [u32; HOURS], at: Option<Timestamp>, now: Timestamp) {
    let hour = at.and_then(|at| hour(at, now));
    if let Some(figure) = hour.and_then(|hour| hours.get_mut(hour)) {
        *figure += 1;
    }
}

pub(crate) fn median(mut spans: Vec<SignedDuration>) -> Option<Median> {
    spans.sort_unstable();
    // The median, not the mean: one visit that took weeks would hide all others.
    let span = *spans.get(spans.len().checked_sub(1)? / 2)?;
    Some(Median { span, of: spans.len() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::events::change::{ChangeKind, Origin, TimelineEvent};
    use crate::domain::fixture as f;
    use crate::domain::session::wire_enum::{Recommendation, SourceType};

    /// Letter seen, visited and done so many minutes ago.
    fn lived(letter: i64, visit: i64, done: i64, verdict: Recommendation) -> WatchedSession {
        let mut session = f::session(SessionState::Completed);
        let at = f::minutes_ago(visit);
        session.resources.push(f::document("r", "PASSPORT", SourceType::Ibv, at));
        let mut check = f::check("c", Some(verdict));
        check.last_updated = Some(f::minutes_ago(done));
        session.checks.push(check);
        let mut watched = f::watched(Some(session), None, None);
        watched.happened(vec![TimelineEvent {
            at: f::minutes_ago(letter),
            seen_at: f::minutes_ago(letter),
            source: None,
            what: ChangeKind::LetterSet { branch: None, documents: 3 },
            origin: Origin::Observed,
        }]);
        watched
    }

    fn of(sessions: &[WatchedSession]) -> Stats {
        stats(sessions.iter(), &Rules::default(), f::now())
    }

    #[test]
    fn an_end_counts_in_its_hour_and_only_for_a_day() {
        for (minutes, hour) in [
            (0, Some(23)),
            (59, Some(23)),
            (60, Some(22)),
            (24 * 60 - 1, Some(0)),
            (24 * 60, None),
            (-5, None),
        ] {
            let stats = of(&[lived(9_000, 8_000, minutes, Recommendation::Reject)]);
            let mut wanted = [0; HOURS];
            if let Some(hour) = hour {
                wanted[hour] = 1;
            }
            assert_eq!((stats.completed, stats.rejected), (wanted, wanted), "{minutes} min ago");
        }
    }

    #[test]
    fn only_a_reject_counts_as_one() {
        let stats = of(&[
            lived(300, 200, 10, Recommendation::Approve),
            lived(300, 200, 10, Recommendation::NotAvailable),
            lived(300, 200, 10, Recommendation::Reject),
        ]);
        assert_eq!((stats.completed[23], stats.rejected[23]), (3, 1));
    }

    #[test]
    fn medians_take_the_middle_and_say_of_how_many() {
        let minutes = |minutes| SignedDuration::from_mins(minutes);
        let stats = of(&[
            lived(300, 200, 190, Recommendation::Approve),
            lived(250, 200, 180, Recommendation::Approve),
            lived(900, 200, 100, Recommendation::Approve),
            // A letter first seen after the visit says nothing of the wait.
            lived(50, 200, 195, Recommendation::Approve),
        ]);
        assert_eq!(stats.letter_to_visit, Some(Median { span: minutes(100), of: 3 }));
        assert_eq!(stats.visit_to_done, Some(Median { span: minutes(10), of: 4 }));
        assert_eq!(of(&[]), Stats::default());
    }

    #[test]
    fn who_has_not_ended_is_no_completion_but_may_have_a_visit() {
        let mut watched = lived(300, 200, 10, Recommendation::Approve);
        let mut session = f::session(SessionState::Ongoing);
        session.resources = watched.answers().unwrap().session().unwrap().resources.clone();
        watched.revise(|answers| answers.session = Some(f::answer(session)));
        let stats = of(&[watched]);
        assert_eq!(stats.completed, [0; HOURS]);
        assert_eq!((stats.letter_to_visit.map(|m| m.of), stats.visit_to_done), (Some(1), None));
    }
}
