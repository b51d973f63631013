//! Which session needs the operator, and why, in words: small pure linters (product.md 3).

use jiff::{SignedDuration, Timestamp};

use crate::domain::assessment::deadline::{self, Deadline};
use crate::domain::assessment::reason::Reason;
use crate::domain::assessment::rules::Rules;
use crate::domain::assessment::stage::{self, Stage, Verdict};
use crate::domain::assessment::{cause, stats};
use crate::domain::server_text::ServerText;
use crate::domain::watchlist::watched::WatchedSession;

/// One reason for which a session needs the operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub reason: Reason,
    /// The cause in one sentence, with Yoti's own values where it has some.
    pub text: ServerText,
    /// Since when it is so, as far as the answers tell.
    pub since: Option<Timestamp>,
}

impl Finding {
    /// The operator should look; an applicant at a counter is news.
    #[must_use]
    pub fn asks(&self) -> bool {
        self.reason != Reason::AtCounter
    }
}

/// Why findings ask for nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suppression {
    /// The operator acknowledged them, at that time.
    Acknowledged(Timestamp),
    /// The operator snoozed them, until then.
    Snoozed(Timestamp),
}

/// Stage, deadline, staleness and findings of one session at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assessment {
    pub stage: Stage,
    /// Deadline while ONGOING (or not fetched with an override); `None` otherwise.
    pub deadline: Option<Deadline>,
    /// The last `stale_after` requests for this session failed, and its end is not known.
    pub stale: bool,
    /// It waits for its next request for longer than it should. Our own lateness, so no finding.
    pub late: bool,
    /// Most urgent first.
    pub findings: Vec<Finding>,
    /// Why the findings ask for nobody, if they do not.
    pub hush: Option<Suppression>,
    /// Next moment at which time alone may change any of this.
    pub changes_at: Option<Timestamp>,
}

/// Stage and findings of one session at a moment.
#[must_use]
pub fn assess(watched: &WatchedSession, rules: &Rules, now: Timestamp) -> Assessment {
    let at = stage::derive(watched, rules, now);
    let deadline = deadline(watched, &at.stage);
    // Its own requests failed. Our silence alone is no finding: nobody at a branch has changed.
    let stale = !at.stage.phase().is_over() && watched.poll.failures >= rules.stale_after;
    let late_at = late_at(watched, &at.stage, rules).filter(|_| !stale);
    let soon_at = deadline.and_then(|d| d.at.saturating_sub(rules.due_soon).ok());
    let due_soon = soon_at.is_some_and(|soon| soon <= now);
    // In the order of urgency: the first is the one that the list names.
    let findings = [
        turned_away(&at.stage, watched, rules),
        rejected(&at.stage, watched, rules),
        due_soon.then_some(deadline).flatten().map(|d| due(d, soon_at, now)),
        refer(&at.stage, watched, rules),
        stale.then(|| stale_finding(watched)),
        at_counter(&at.stage, now),
    ];
    let findings: Vec<Finding> = findings.into_iter().flatten().collect();
    let snoozed = watched.own.snoozed_until;
    let later = |time: &Timestamp| *time > now;
    let changes_at = [at.changes_at, late_at, soon_at, deadline.map(|d| d.at), snoozed];
    Assessment {
        stage: at.stage,
        deadline,
        stale,
        late: late_at.is_some_and(|at| at <= now),
        hush: hush(watched, &findings, now),
        findings,
        changes_at: changes_at.into_iter().flatten().filter(later).min(),
    }
}

impl Assessment {
    /// True when the operator should look: anything but an applicant
    /// at a counter, unless that was acknowledged or snoozed.
    #[must_use]
    pub fn needs_operator(&self) -> bool {
        self.hush.is_none() && self.alert().is_some()
    }

    /// The finding that its row among the alerts names, acknowledged or not.
    #[must_use]
    pub fn alert(&self) -> Option<&Finding> {
        self.findings.iter().find(|finding| finding.asks())
    }

    /// The data is older than it should be, whatever the cause: for those who read it elsewhere.
    #[must_use]
    pub const fn is_old(&self) -> bool {
        self.stale || self.late
    }
}

/// An acknowledgement holds for its reasons, and until something new is learned; one of staleness
/// until the next good answer.
fn hush(watched: &WatchedSession, findings: &[Finding], now: Timestamp) -> Option<Suppression> {
    let own = &watched.own;
    if let Some(until) = own.snoozed_until.filter(|until| *until > now) {
        return Some(Suppression::Snoozed(until));
    }
    let known = own.acknowledged.as_ref()?;
    // By when it was learned, not by when it happened: an event may be told late.
    let news = watched.brief.last_seen().is_some_and(|seen| seen > known.at);
    let answered = watched.poll.last_ok.get().is_some_and(|at| at > known.at);
    let covered = |finding: &Finding| {
        known.reasons.contains(&finding.reason) && !(finding.reason == Reason::Stale && answered)
    };
    let holds = !news && findings.iter().filter(|finding| finding.asks()).all(covered);
    holds.then_some(Suppression::Acknowledged(known.at))
}

/// Nothing once the session has ended.
fn deadline(watched: &WatchedSession, stage: &Stage) -> Option<Deadline> {
    if stage.phase().is_over() { None } else { deadline::of(watched) }
}

/// From when on a session that is polled has waited too long for its next request.
fn late_at(watched: &WatchedSession, stage: &Stage, rules: &Rules) -> Option<Timestamp> {
    let (interval, last_ok) = (watched.poll.interval.get()?, watched.poll.last_ok.get()?);
    if stage.phase().is_over() {
        return None;
    }
    let patience = interval.saturating_mul(i32::try_from(rules.stale_after).unwrap_or(i32::MAX));
    let at = last_ok.saturating_add(patience).unwrap_or(Timestamp::MAX);
    // Late once more than that has passed: the moment after.
    at.checked_add(SignedDuration::from_nanos(1)).ok()
}

fn at_counter(stage: &Stage, now: Timestamp) -> Option<Finding> {
    let Stage::AtCounter { since } = stage else { return None };
    let text = format!("at a counter for {}", span(now.duration_since(*since)));
    Some(Finding { reason: Reason::AtCounter, text: text.into(), since: Some(*since) })
}

fn turned_away(stage: &Stage, watched: &WatchedSession, rules: &Rules) -> Option<Finding> {
    let Stage::TurnedAway { silent_since, silent_until } = stage else { return None };
    let covered = &watched.brief.covered;
    let missing = match &*covered.missing {
        [] => String::new(),
        [one] => format!("; missing: {}", one.as_raw()),
        [one, two] => format!("; missing: {}, {}", one.as_raw(), two.as_raw()),
        // Two lines under the list: the tree has all of them.
        [first, more @ ..] => format!("; missing: {}, +{} more", first.as_raw(), more.len()),
    };
    let text = format!(
        "{} of {} supplied, then nothing for {}{missing}",
        covered.supplied,
        covered.of,
        span(silent_until.duration_since(*silent_since))
    );
    let since = silent_since.checked_add(rules.turned_away_after).ok();
    Some(Finding { reason: Reason::TurnedAway, text: text.into(), since })
}

fn rejected(stage: &Stage, watched: &WatchedSession, rules: &Rules) -> Option<Finding> {
    (*stage == Stage::Done(Verdict::Reject)).then(|| Finding {
        reason: Reason::Rejected,
        text: causes(watched, rules, Verdict::Reject),
        since: stats::done_at(watched),
    })
}

fn causes(watched: &WatchedSession, rules: &Rules, verdict: Verdict) -> ServerText {
    let result = watched.brief.result.as_ref();
    let causes = result.map(|result| cause::causes(result, &rules.pass));
    cause::in_one_line(&causes.unwrap_or_default(), verdict)
}

fn due(deadline: Deadline, since: Option<Timestamp>, now: Timestamp) -> Finding {
    let left = deadline.at.duration_since(now);
    let how = if deadline.derived { " (derived)" } else { "" };
    let text = if left.is_negative() {
        format!("the deadline passed {} ago{how}", span(-left))
    } else {
        format!("the deadline is in {}{how}", span(left))
    };
    Finding { reason: Reason::DueSoon, text: text.into(), since }
}

fn refer(stage: &Stage, watched: &WatchedSession, rules: &Rules) -> Option<Finding> {
    let text = match stage {
        Stage::Done(Verdict::Refer) => causes(watched, rules, Verdict::Refer),
        Stage::Unknown(Some(state)) => format!("unknown state: {}", state.as_raw()).into(),
        Stage::Unknown(None) => "the response has no session state".into(),
        Stage::Done(Verdict::Approve | Verdict::Reject)
        | Stage::Gone
        | Stage::NotFound
        | Stage::NotFetched
        | Stage::Erased(_)
        | Stage::Expired { .. }
        | Stage::ChecksRunning
        | Stage::AtCounter { .. }
        | Stage::TurnedAway { .. }
        | Stage::Visited
        | Stage::AtHome
        | Stage::AwaitingVisit
        | Stage::LetterNotSet => return None,
    };
    Some(Finding { reason: Reason::Refer, text, since: stats::done_at(watched) })
}

fn stale_finding(watched: &WatchedSession) -> Finding {
    let poll = &watched.poll;
    let why = poll.last_failure.as_ref().map(|failure| format!(" ({})", failure.summary));
    let failed = match poll.failures {
        1 => "the last request failed".to_owned(),
        failures => format!("the last {failures} requests failed"),
    };
    let text = format!("{failed}{}", why.unwrap_or_default());
    let since = poll.last_failure.as_ref().map(|failure| failure.at);
    Finding { reason: Reason::Stale, text: text.into(), since }
}

/// A span in at most two units: `41s`, `6m`, `12h 32m`, `6d 12h`. Negative spans are `0s`.
#[must_use]
pub fn span(duration: SignedDuration) -> String {
    let seconds = duration.as_secs().max(0);
    let (minutes, hours, days) = (seconds / 60, seconds / 3_600, seconds / 86_400);
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3_600 => format!("{minutes}m"),
        // Two units: a third would change at every look and tell nobody more.
        3_600..86_400 => format!("{hours}h {}m", minutes % 60),
        _ => format!("{days}d {}h", hours % 24),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fixture as f;
    use crate::domain::session::Session;
    use crate::domain::session::wire_enum::{
        Recommendation, RequirementType, SessionState, SourceType,
    };
    use crate::domain::watchlist::watched::{PollFailure, PollState, WatchEntry};

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
        entry.deadline = hour.into();
        watched.entry = std::sync::Arc::new(entry);
        assert_eq!(assessed(&watched).deadline, Some(Deadline { at: hour, derived: false }));
        assert!(assessed(&watched).findings.iter().any(|x| x.reason == Reason::DueSoon));
        let done = f::watched(Some(f::session(SessionState::Completed)), None, None);
        assert_eq!(assessed(&done).deadline, None);
    }

    fn failing(mut watched: WatchedSession, failures: u32) -> WatchedSession {
        watched.poll = PollState {
            interval: SignedDuration::from_mins(1).into(),
            last_ok: f::minutes_ago(1).into(),
            failures,
            last_failure: Some(Box::new(PollFailure {
                status: Some(503),
                code: None,
                summary: "503".into(),
                at: f::minutes_ago(0),
            })),
            next_due: None.into(),
        };
        watched
    }

    #[test]
    fn a_session_is_stale_where_its_own_requests_fail_and_never_once_it_has_ended() {
        let of = |state| f::watched(Some(f::session(state)), None, None);
        for (failures, stale) in [(0, false), (2, false), (3, true)] {
            let found = assessed(&failing(of(SessionState::Ongoing), failures));
            assert_eq!(found.stale, stale, "{failures} failures");
            assert_eq!(found.needs_operator(), stale);
        }
        let found = assessed(&failing(of(SessionState::Ongoing), 3));
        assert_eq!(found.findings[0].text.as_raw(), "the last 3 requests failed (503)");
        let never_answered = failing(f::watched(None, None, None), 3);
        assert!(assessed(&never_answered).stale);
        let mut gone = of(SessionState::Ongoing);
        gone.revise(|answers| answers.missing_since = Some(f::minutes_ago(2)));
        let ended = [of(SessionState::Completed), of(SessionState::Expired), gone];
        for over in ended {
            let mut over = failing(over, 9);
            over.poll.last_ok = f::minutes_ago(900).into();
            let found = assessed(&over);
            assert!(!found.stale && !found.late, "{:?}", found.stage);
        }
    }

    // V01
    #[test]
    fn our_own_lateness_is_no_finding() {
        let mut watched =
            failing(f::watched(Some(f::session(SessionState::Ongoing)), None, None), 0);
        for (minutes, late) in [(3, false), (4, true), (900, true)] {
            watched.poll.last_ok = f::minutes_ago(minutes).into();
            let found = assessed(&watched);
            assert_eq!((found.late, found.stale), (late, false), "{minutes} min");
            assert!(found.findings.is_empty(), "{minutes} min");
        }
        watched.poll.last_ok = f::minutes_ago(3).into();
        let late_at = assessed(&watched).changes_at.unwrap();
        assert!(late_at > f::now(), "the moment itself is not late");
        assert!(assess(&watched, &Rules::default(), late_at).late);
        watched.poll.interval = None.into();
        assert!(!assessed(&watched).late, "not polled any more");
    }

    #[test]
    fn an_applicant_at_a_counter_is_news_and_stands_behind_what_asks() {
        let mut session = f::session(SessionState::Ongoing);
        session.resources.push(f::document("r", "PASSPORT", SourceType::Ibv, f::minutes_ago(3)));
        let watched = f::watched(Some(session), None, None);
        let found = assessed(&watched);
        assert_eq!(found.findings[0].reason, Reason::AtCounter);
        assert!(!found.needs_operator());
        let mut soon = watched;
        let deadline = (f::now() + SignedDuration::from_hours(2)).into();
        soon.entry = std::sync::Arc::new(WatchEntry { deadline, ..f::entry() });
        let reasons: Vec<Reason> = assessed(&soon).findings.iter().map(|f| f.reason).collect();
        assert_eq!(reasons, [Reason::DueSoon, Reason::AtCounter]);
    }

    #[test]
    fn a_finding_names_its_cause_in_yotis_words() {
        let mut check = f::check("c", Some(Recommendation::Reject));
        check.report.as_mut().unwrap().reason = Some("DIFFERENT_PERSON".into());
        let mut done = f::session(SessionState::Completed);
        done.checks.push(check);
        let text = |session: Session| {
            assessed(&f::watched(Some(session), None, None)).findings[0].text.as_raw().to_owned()
        };
        assert_eq!(text(done), "IBV_VISUAL_REVIEW_CHECK: REJECT, DIFFERENT_PERSON");
        assert_eq!(text(f::session(SessionState::Completed)), "COMPLETED without any check");
        let paused = f::session(SessionState::from_wire("PAUSED"));
        assert_eq!(text(paused), "unknown state: PAUSED");
        let mut visited = f::session(SessionState::Ongoing);
        visited.resources.push(f::document("r", "PASSPORT", SourceType::Ibv, f::minutes_ago(50)));
        let asked = f::configuration(vec![
            f::requirement("a", RequirementType::IdDocument, &["PASSPORT"]),
            f::requirement("b", RequirementType::SupplementaryDocument, &["UTILITY_BILL"]),
        ]);
        let visited = f::watched(Some(visited), Some(asked), None);
        assert_eq!(
            assessed(&visited).findings[0].text.as_raw(),
            "1 of 2 supplied, then nothing for 50m; missing: UTILITY_BILL"
        );
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
