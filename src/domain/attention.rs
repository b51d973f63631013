//! Which session needs the operator, and why, in words: small pure linters (product.md 3).
//!
//! Owns the linters. Must never decide what is drawn.

use jiff::{SignedDuration, Timestamp};

use crate::domain::coverage;
use crate::domain::rules::Rules;
use crate::domain::stage::{self, Stage, Verdict};
use crate::domain::stats;
use crate::domain::watched::WatchedSession;

/// Why a session needs attention; the order of the variants is the order of urgency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// An applicant is at a counter now (shown first, but needs no action).
    AtCounter,
    /// Visited, then silence.
    TurnedAway,
    /// Done with a REJECT.
    Rejected,
    /// Deadline within `due_soon`.
    DueSoon,
    /// Done, to be looked at.
    Refer,
    /// The data is old or polling fails.
    Stale,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Its kind.
    pub reason: Reason,
    /// One sentence in our own words, without any server text.
    pub text: String,
    /// Since when it is so, as far as the answers tell.
    pub since: Option<Timestamp>,
}

/// The session deadline as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadline {
    /// When.
    pub at: Timestamp,
    /// True when worked out from a ttl; false when the watch-list says it.
    pub derived: bool,
}

/// Why findings ask for nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hush {
    /// The operator acknowledged them, at that time.
    Acknowledged(Timestamp),
    /// The operator snoozed them, until then.
    Snoozed(Timestamp),
}

/// Stage, deadline, staleness and findings of one session at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assessment {
    /// The stage.
    pub stage: Stage,
    /// Deadline while ONGOING (or not fetched with an override); `None` otherwise.
    pub deadline: Option<Deadline>,
    /// Last good answer older than `stale_after` intervals, or that many failures.
    pub stale: bool,
    /// Most urgent first.
    pub findings: Vec<Finding>,
    /// Why the findings ask for nobody, if they do not.
    pub hush: Option<Hush>,
    /// Next moment at which time alone may change any of this.
    pub changes_at: Option<Timestamp>,
}

/// Assesses one session.
#[must_use]
pub fn assess(watched: &WatchedSession, rules: &Rules, now: Timestamp) -> Assessment {
    let at = stage::derive(watched, rules, now);
    let deadline = deadline(watched, &at.stage);
    let (stale, stale_at) = staleness(watched, rules, now);
    let soon_at = deadline.and_then(|d| d.at.saturating_sub(rules.due_soon).ok());
    let due_soon = soon_at.is_some_and(|soon| soon <= now);
    let findings = [
        at_counter(&at.stage, now),
        turned_away(&at.stage, watched, (rules, now)),
        rejected(&at.stage, watched),
        due_soon.then_some(deadline).flatten().map(|d| due(d, soon_at, now)),
        refer(&at.stage, watched),
        stale.then(|| stale_finding(watched, stale_at)),
    ];
    let findings: Vec<Finding> = findings.into_iter().flatten().collect();
    let snoozed = watched.own.snoozed_until;
    let later = |time: &Timestamp| *time > now;
    let changes_at = [at.changes_at, stale_at, soon_at, deadline.map(|d| d.at), snoozed];
    Assessment {
        stage: at.stage,
        deadline,
        stale,
        hush: hush(watched, &findings, now),
        findings,
        changes_at: changes_at.into_iter().flatten().filter(later).min(),
    }
}

impl Assessment {
    /// True when the operator should look: anything but an applicant at a counter, unless that was
    /// acknowledged or snoozed.
    #[must_use]
    pub fn needs_operator(&self) -> bool {
        self.hush.is_none() && self.findings.iter().any(asks)
    }
}

fn asks(finding: &Finding) -> bool {
    finding.reason != Reason::AtCounter
}

/// An acknowledgement holds for its reasons, and until something new is learned; one of staleness
/// until the next good answer.
fn hush(watched: &WatchedSession, findings: &[Finding], now: Timestamp) -> Option<Hush> {
    let own = &watched.own;
    if let Some(until) = own.snoozed_until.filter(|until| *until > now) {
        return Some(Hush::Snoozed(until));
    }
    let known = own.acknowledged.as_ref()?;
    let news = watched.timeline.last().is_some_and(|event| event.seen_at > known.at);
    let answered = watched.poll.last_ok.is_some_and(|at| at > known.at);
    let covered = |finding: &Finding| {
        known.reasons.contains(&finding.reason) && !(finding.reason == Reason::Stale && answered)
    };
    let holds = !news && findings.iter().filter(|finding| asks(finding)).all(covered);
    holds.then_some(Hush::Acknowledged(known.at))
}

/// The watch-list's deadline, else the fetch time plus the ttl of the session result, else of the
/// configuration while there is no result (product.md 2.4). Nothing once the session has ended.
fn deadline(watched: &WatchedSession, stage: &Stage) -> Option<Deadline> {
    if matches!(stage, Stage::Gone | Stage::NotFound | Stage::Expired { .. } | Stage::Done(_)) {
        return None;
    }
    if let Some(at) = watched.entry.deadline {
        return Some(Deadline { at, derived: false });
    }
    let answers = &watched.answers;
    let (fetched_at, ttl) = match (&answers.session, &answers.configuration) {
        (Some(answer), _) => (answer.fetched_at, answer.value.client_session_token_ttl?),
        (None, Some(answer)) => (answer.fetched_at, answer.value.client_session_token_ttl?),
        (None, None) => return None,
    };
    let at = fetched_at.saturating_add(SignedDuration::from_secs(ttl)).ok()?;
    Some(Deadline { at, derived: true })
}

/// Whether the data is stale, and when it will be if nothing is heard.
fn staleness(watched: &WatchedSession, rules: &Rules, now: Timestamp) -> (bool, Option<Timestamp>) {
    let poll = &watched.poll;
    let Some(interval) = poll.interval else { return (false, None) };
    if poll.failures >= rules.stale_after {
        return (true, None);
    }
    let Some(last_ok) = poll.last_ok else { return (false, None) };
    let patience = interval.saturating_mul(i32::try_from(rules.stale_after).unwrap_or(i32::MAX));
    let at = last_ok.saturating_add(patience).unwrap_or(Timestamp::MAX);
    // Stale once more than that has passed: the moment after.
    (at < now, at.checked_add(SignedDuration::from_nanos(1)).ok())
}

fn at_counter(stage: &Stage, now: Timestamp) -> Option<Finding> {
    let Stage::AtCounter { since } = stage else { return None };
    let text =
        format!("the applicant is at a counter, for {} so far", span(now.duration_since(*since)));
    Some(Finding { reason: Reason::AtCounter, text, since: Some(*since) })
}

fn turned_away(
    stage: &Stage,
    watched: &WatchedSession,
    (rules, now): (&Rules, Timestamp),
) -> Option<Finding> {
    let Stage::TurnedAway { silent_since } = stage else { return None };
    let (supplied, all) = coverage::derive(watched).counts();
    let text = format!(
        "visited, {supplied} of {all} supplied, then nothing for {}: perhaps turned away",
        span(now.duration_since(*silent_since))
    );
    let since = silent_since.checked_add(rules.turned_away_after).ok();
    Some(Finding { reason: Reason::TurnedAway, text, since })
}

fn rejected(stage: &Stage, watched: &WatchedSession) -> Option<Finding> {
    (*stage == Stage::Done(Verdict::Reject)).then(|| Finding {
        reason: Reason::Rejected,
        text: String::from("a check recommends REJECT, or the identity profile was aborted"),
        since: stats::done_at(watched),
    })
}

fn due(deadline: Deadline, since: Option<Timestamp>, now: Timestamp) -> Finding {
    let left = deadline.at.duration_since(now);
    let how = if deadline.derived { " (derived)" } else { "" };
    let text = if left.is_negative() {
        format!("the deadline passed {} ago{how}", span(-left))
    } else {
        format!("the deadline is in {}{how}", span(left))
    };
    Finding { reason: Reason::DueSoon, text, since }
}

fn refer(stage: &Stage, watched: &WatchedSession) -> Option<Finding> {
    let text = match stage {
        Stage::Done(Verdict::Refer) => "done, but the pass rule is not met: look at the checks",
        Stage::Unknown(_) => "the session state is not one that this program knows",
        _ => return None,
    };
    let since = stats::done_at(watched);
    Some(Finding { reason: Reason::Refer, text: text.to_owned(), since })
}

fn stale_finding(watched: &WatchedSession, since: Option<Timestamp>) -> Finding {
    let failures = watched.poll.failures;
    let text = match &watched.poll.last_failure {
        Some(failure) if failures > 0 => {
            format!("stale: {failures} tries failed ({})", failure.summary)
        }
        _ => String::from("stale: no answer for longer than expected"),
    };
    let since = since.or_else(|| watched.poll.last_failure.as_ref().map(|failure| failure.at));
    Finding { reason: Reason::Stale, text, since }
}

/// A span in at most two units: `41s`, `6m`, `12h 32m`, `6d 12h`. Negative spans are `0s`.
#[must_use]
pub fn span(duration: SignedDuration) -> String {
    let seconds = duration.as_secs().max(0);
    let (minutes, hours, days) = (seconds / 60, seconds / 3_600, seconds / 86_400);
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3_600 => format!("{minutes}m"),
        3_600..86_400 => format!("{hours}h {}m", minutes % 60),
        _ => format!("{days}d {}h", hours % 24),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fixture as f;
    use crate::domain::watched::{PollFailure, PollState};
    use crate::domain::wire_enum::SessionState;

    fn assessed(watched: &WatchedSession) -> Assessment {
        assess(watched, &Rules::default(), f::now())
    }

    #[test]
    fn the_deadline_is_derived_from_the_result_unless_the_watch_list_says_it() {
        let mut watched = f::watched(
            Some(f::session(SessionState::Ongoing)),
            Some(f::configuration(vec![])),
            None,
        );
        let six_days = f::now() + SignedDuration::from_hours(6 * 24);
        assert_eq!(assessed(&watched).deadline, Some(Deadline { at: six_days, derived: true }));
        let only = f::watched(None, Some(f::configuration(vec![])), None);
        let hour = f::now() + SignedDuration::from_hours(1);
        assert_eq!(assessed(&only).deadline, Some(Deadline { at: hour, derived: true }));
        let mut entry = f::entry();
        entry.deadline = Some(hour);
        watched.entry = std::sync::Arc::new(entry);
        assert_eq!(assessed(&watched).deadline, Some(Deadline { at: hour, derived: false }));
        assert!(assessed(&watched).findings.iter().any(|x| x.reason == Reason::DueSoon));
        let done = f::watched(Some(f::session(SessionState::Completed)), None, None);
        assert_eq!(assessed(&done).deadline, None);
    }

    #[test]
    fn a_row_is_stale_after_three_intervals_or_three_failures() {
        let mut watched = f::watched(Some(f::session(SessionState::Ongoing)), None, None);
        watched.poll.interval = Some(SignedDuration::from_mins(1));
        for (minutes, failures, stale) in [(3, 0, false), (4, 0, true), (1, 2, false), (1, 3, true)]
        {
            watched.poll.last_ok = Some(f::minutes_ago(minutes));
            watched.poll.failures = failures;
            let at = f::minutes_ago(0);
            watched.poll.last_failure =
                Some(PollFailure { status: Some(503), summary: "503".into(), at });
            assert_eq!(assessed(&watched).stale, stale, "{minutes} min, {failures} failures");
        }
        assert!(assessed(&watched).findings[0].text.contains("503"));
        watched.poll = PollState { last_ok: Some(f::minutes_ago(3)), ..watched.poll.clone() };
        watched.poll.failures = 0;
        let changes_at = assessed(&watched).changes_at.unwrap();
        assert!(
            !assessed(&watched).stale && changes_at > f::now(),
            "the moment itself is not late"
        );
        assert!(assess(&watched, &Rules::default(), changes_at).stale);
        watched.poll.interval = None;
        assert!(!assessed(&watched).stale, "what is not polled any more is not stale");
    }

    #[test]
    fn spans_have_at_most_two_units() {
        for (seconds, text) in [
            (-5, "0s"),
            (41, "41s"),
            (60, "1m"),
            (3_599, "59m"),
            (45_120, "12h 32m"),
            (561_600, "6d 12h"),
        ] {
            assert_eq!(span(SignedDuration::from_secs(seconds)), text);
        }
    }
}
