//! Stage: our derived step of a session, one pure function (product.md 3, contract 7.6).

use jiff::Timestamp;

use crate::domain::assessment::cause;
use crate::domain::assessment::rules::{PassRule, Rules};
use crate::domain::assessment::stage_kind::{Phase, StageKind};
use crate::domain::brief::Brief;
use crate::domain::brief::letter::LetterBrief;
use crate::domain::brief::result::ResultBrief;
use crate::domain::server_text::ServerText;
use crate::domain::session::wire_enum::{ErrorCode, SessionState};
use crate::domain::watchlist::watched::{PollFailure, WatchedSession};

pub use crate::domain::assessment::cause::Verdict;

/// The derived step; the table of product.md 3, top down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// 404 on a session seen before.
    Gone,
    /// 404 on a session never seen.
    NotFound,
    NotFetched,
    /// Its answers were erased at that time, because they are kept no longer.
    Erased(Timestamp),
    /// State EXPIRED, with what had been captured by others than the relying business.
    Expired {
        /// Requirements supplied, or resources when there is no configuration.
        captured: usize,
    },
    Done(Verdict),
    /// A check not DONE, or a task PENDING.
    ChecksRunning,
    /// An IBV resource or a first visit within `at_counter_within`; since when.
    AtCounter {
        /// Start of this visit as far as it is known.
        since: Timestamp,
    },
    /// Visited, requirements open, and an answer says that nothing came for `turned_away_after`.
    TurnedAway {
        /// Last activity seen.
        silent_since: Timestamp,
        /// The last answer that knows of no later one.
        silent_until: Timestamp,
    },
    /// Visited, none of the two above.
    Visited,
    /// An END_USER resource, none from IBV.
    AtHome,
    /// No visit, letter set or not known.
    AwaitingVisit,
    /// No visit, and the API says there is no letter.
    LetterNotSet,
    /// Any other state: its raw text, or nothing where the answer has no state.
    Unknown(Option<ServerText>),
}

impl Stage {
    /// The stage without what it carries.
    #[must_use]
    pub const fn kind(&self) -> StageKind {
        match self {
            Self::Gone => StageKind::Gone,
            Self::NotFound => StageKind::NotFound,
            Self::NotFetched => StageKind::NotFetched,
            Self::Erased(_) => StageKind::Erased,
            Self::Expired { .. } => StageKind::Expired,
            Self::Done(Verdict::Approve) => StageKind::Approve,
            Self::Done(Verdict::Reject) => StageKind::Reject,
            Self::Done(Verdict::Refer) => StageKind::Refer,
            Self::ChecksRunning => StageKind::ChecksRunning,
            Self::AtCounter { .. } => StageKind::AtCounter,
            Self::TurnedAway { .. } => StageKind::TurnedAway,
            Self::Visited => StageKind::Visited,
            Self::AtHome => StageKind::AtHome,
            Self::AwaitingVisit => StageKind::AwaitingVisit,
            Self::LetterNotSet => StageKind::LetterNotSet,
            Self::Unknown(_) => StageKind::Unknown,
        }
    }

    /// How far it is, whatever it is called.
    #[must_use]
    pub const fn phase(&self) -> Phase {
        self.kind().phase()
    }
}

/// A stage, and when it may change by the passing of time alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StageAt {
    /// The stage at the given time.
    pub stage: Stage,
    /// The next moment at which time alone may make it another; `None`: only an answer can.
    pub changes_at: Option<Timestamp>,
}

/// The stage of a session at `now` under `rules`.
#[must_use]
pub fn derive(watched: &WatchedSession, rules: &Rules, now: Timestamp) -> StageAt {
    let fixed = |stage| StageAt { stage, changes_at: None };
    let brief = &watched.brief;
    // The contract has this 409 for calls that change a session; told here, it is as final.
    let refused = watched.poll.last_failure.as_deref();
    let is_expiry =
        |f: &PollFailure| (f.status, &f.code) == (Some(409), &Some(ErrorCode::SessionExpired));
    if refused.is_some_and(is_expiry) {
        return fixed(Stage::Expired { captured: captured(brief) });
    }
    let Some(result) = &brief.result else {
        return fixed(match (watched.storage.erased_at.get(), brief.missing_since()) {
            (Some(at), _) => Stage::Erased(at),
            (None, Some(_)) => Stage::NotFound,
            (None, None) => Stage::NotFetched,
        });
    };
    // Before the state: what was there last may say ONGOING for ever.
    if brief.missing_since().is_some() {
        return fixed(Stage::Gone);
    }
    match &result.state {
        Some(SessionState::Expired) => fixed(Stage::Expired { captured: captured(brief) }),
        Some(SessionState::Completed) => fixed(Stage::Done(verdict(result, &rules.pass))),
        Some(SessionState::Ongoing) => ongoing(watched, result, rules, now),
        Some(SessionState::Unknown(text)) => fixed(Stage::Unknown(Some(text.clone()))),
        None => fixed(Stage::Unknown(None)),
    }
}

/// How a session stands by the pass rule (product.md 3); an unknown value never passes.
#[must_use]
pub fn verdict(result: &ResultBrief, rule: &PassRule) -> Verdict {
    cause::verdict(&cause::causes(result, rule))
}

/// Requirements supplied; without a configuration, resources not from the relying business.
fn captured(brief: &Brief) -> usize {
    match (&brief.configuration, &brief.result) {
        (Some(_), _) => brief.covered.supplied,
        (None, Some(result)) => result.captured,
        (None, None) => 0,
    }
}

fn ongoing(
    watched: &WatchedSession,
    result: &ResultBrief,
    rules: &Rules,
    now: Timestamp,
) -> StageAt {
    let fixed = |stage| StageAt { stage, changes_at: None };
    // Before the visit: in-branch checks come when the clerk has finished (contract 7.6).
    if result.checks_running {
        return fixed(Stage::ChecksRunning);
    }
    // The first visit shows in a notification alone, never in an answer (contract 7.6).
    let told = watched.brief.visit_notified_at();
    let visits: Vec<Timestamp> = watched.brief.times.visits().chain(told).collect();
    if let Some(&last) = visits.iter().max() {
        return visited(watched, visits, last, rules, now);
    }
    fixed(if result.from_branch {
        Stage::Visited
    } else if result.from_home {
        Stage::AtHome
    } else if matches!(watched.brief.letter, LetterBrief::NotSet(_)) {
        Stage::LetterNotSet
    } else {
        Stage::AwaitingVisit
    })
}

fn visited(
    watched: &WatchedSession,
    mut visits: Vec<Timestamp>,
    last: Timestamp,
    rules: &Rules,
    now: Timestamp,
) -> StageAt {
    let leaves_at = last.saturating_add(rules.at_counter_within).unwrap_or(Timestamp::MAX);
    if now < leaves_at {
        visits.sort_unstable();
        let mut since = last;
        for &time in visits.iter().rev() {
            // A longer gap is an earlier visit: the same person came back.
            if since.duration_since(time) > rules.at_counter_within {
                break;
            }
            since = time;
        }
        return StageAt { stage: Stage::AtCounter { since }, changes_at: Some(leaves_at) };
    }
    let fixed = |stage| StageAt { stage, changes_at: None };
    let covered = &watched.brief.covered;
    // Nobody was turned away who brought all that was wanted.
    let open = covered.supplied < covered.of;
    let silent_at = last.saturating_add(rules.turned_away_after).unwrap_or(Timestamp::MAX);
    // Our own silence says nothing of the applicant: only an answer after that time does. So no
    // time alone ever makes this stage.
    let answered = last_answer(watched).map(|answered| answered.min(now));
    match answered.filter(|answered| open && *answered >= silent_at) {
        Some(silent_until) => fixed(Stage::TurnedAway { silent_since: last, silent_until }),
        None => fixed(Stage::Visited),
    }
}

/// When Yoti last answered for the session result; an answer that says nothing new counts too.
fn last_answer(watched: &WatchedSession) -> Option<Timestamp> {
    watched.brief.fetched_at().max(watched.poll.last_ok.get())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fixture as f;
    use crate::domain::session::Session;
    use crate::domain::session::extra::UnknownValue;
    use crate::domain::session::parts::{Answers, Letter};
    use crate::domain::session::profile::{FrameworkCompliance, IdentityProfile, SchemeCompliance};
    use crate::domain::session::wire_enum::{
        CheckState, CheckType, IdentityProfileOutcome, Recommendation, RequirementType, SourceType,
    };

    fn stage(watched: &WatchedSession) -> Stage {
        derive(watched, &Rules::default(), f::now()).stage
    }

    fn judged_by(session: &Session, rule: &PassRule) -> Verdict {
        super::verdict(&f::brief(session), rule)
    }

    fn of(session: Session) -> WatchedSession {
        let requirements = vec![
            f::requirement("a", RequirementType::IdDocument, &["PASSPORT"]),
            f::requirement("b", RequirementType::SupplementaryDocument, &["UTILITY_BILL"]),
        ];
        f::watched(Some(session), Some(f::configuration(requirements)), None)
    }

    fn with(minutes_ago: &[i64], source: &SourceType) -> WatchedSession {
        let mut session = f::session(SessionState::Ongoing);
        for (place, minutes) in minutes_ago.iter().enumerate() {
            let kind = if place == 0 { "PASSPORT" } else { "UTILITY_BILL" };
            let at = f::minutes_ago(*minutes);
            session.resources.push(f::document(&place.to_string(), kind, source.clone(), at));
        }
        of(session)
    }

    fn answers(watched: &WatchedSession, change: impl FnOnce(&mut Answers)) -> WatchedSession {
        let mut watched = watched.clone();
        watched.revise(change);
        watched
    }

    #[test]
    fn the_table_of_stages_holds_from_the_top_down() {
        let awaiting = with(&[], &SourceType::Ibv);
        let missing = |w: &WatchedSession| answers(w, |a| a.missing_since = Some(f::now()));
        let none = f::watched(None, None, None);
        assert_eq!(stage(&none), Stage::NotFetched);
        assert_eq!(stage(&missing(&none)), Stage::NotFound);
        assert_eq!(stage(&missing(&awaiting)), Stage::Gone);
        assert_eq!(stage(&awaiting), Stage::AwaitingVisit);
        let not_set = answers(&awaiting, |a| a.letter = Letter::NotSet(f::now()));
        assert_eq!(stage(&not_set), Stage::LetterNotSet);
        assert_eq!(stage(&with(&[3], &SourceType::EndUser)), Stage::AtHome);
        assert_eq!(
            stage(&with(&[6, 3], &SourceType::Ibv)),
            Stage::AtCounter { since: f::minutes_ago(6) }
        );
        assert_eq!(stage(&with(&[20], &SourceType::Ibv)), Stage::Visited);
        assert_eq!(
            stage(&with(&[50], &SourceType::Ibv)),
            Stage::TurnedAway { silent_since: f::minutes_ago(50), silent_until: f::now() }
        );
        let all_supplied = with(&[60, 50], &SourceType::Ibv);
        assert_eq!(stage(&all_supplied), Stage::Visited, "nothing is open any more");
        let notified = answers(&awaiting, |a| a.visit_notified_at = Some(f::minutes_ago(2)));
        assert_eq!(stage(&notified), Stage::AtCounter { since: f::minutes_ago(2) });
        let expired = of(Session {
            state: Some(SessionState::Expired),
            ..awaiting.answers().unwrap().session().unwrap().clone()
        });
        assert_eq!(stage(&expired), Stage::Expired { captured: 0 });
        let other = of(f::session(SessionState::from_wire("PAUSED")));
        assert_eq!(stage(&other), Stage::Unknown(Some("PAUSED".into())));
    }

    #[test]
    fn a_session_has_expired_where_yoti_says_so_by_its_code_and_not_by_a_text() {
        let failed = |status, code, summary: &str| {
            let mut watched = with(&[], &SourceType::Ibv);
            let (status, summary) = (Some(status), summary.to_owned());
            watched.poll.last_failure =
                Some(Box::new(PollFailure { status, code, summary, at: f::now() }));
            stage(&watched)
        };
        let expired = Some(ErrorCode::SessionExpired);
        assert_eq!(failed(409, expired.clone(), "409"), Stage::Expired { captured: 0 });
        assert_eq!(failed(404, expired, "404 SESSION_EXPIRED"), Stage::AwaitingVisit);
        assert_eq!(failed(409, None, "409 SESSION_EXPIRED"), Stage::AwaitingVisit);
    }

    #[test]
    fn a_check_or_a_task_under_way_means_checks_running() {
        let mut session = f::session(SessionState::Ongoing);
        let mut check = f::check("c", None);
        check.state = Some(CheckState::Pending);
        session.checks.push(check);
        assert_eq!(stage(&of(session.clone())), Stage::ChecksRunning);
        session.checks[0].state = Some(CheckState::InternalError);
        assert_eq!(stage(&of(session)), Stage::AwaitingVisit, "nothing more can come of it");
    }

    #[test]
    fn a_stage_says_when_time_alone_will_change_it() {
        let rules = Rules::default();
        let at = |watched: &WatchedSession| derive(watched, &rules, f::now()).changes_at;
        assert_eq!(at(&with(&[3], &SourceType::Ibv)), Some(f::minutes_ago(3 - 15)));
        assert_eq!(at(&with(&[20], &SourceType::Ibv)), None, "only an answer can tell");
        assert_eq!(at(&with(&[50], &SourceType::Ibv)), None);
        assert_eq!(at(&with(&[], &SourceType::Ibv)), None);
    }

    #[test]
    fn no_silence_is_concluded_from_longer_than_the_last_answer() {
        let later = |minutes| f::now() + jiff::SignedDuration::from_mins(minutes);
        let visited = with(&[20], &SourceType::Ibv);
        let stage = |watched: &WatchedSession, now| derive(watched, &Rules::default(), now).stage;
        assert_eq!(stage(&visited, later(600)), Stage::Visited, "offline: nobody has answered");
        let mut answered = visited;
        answered.poll.last_ok = later(24).into();
        assert_eq!(stage(&answered, later(600)), Stage::Visited, "an answer before that time");
        answered.poll.last_ok = later(25).into();
        let turned_away =
            Stage::TurnedAway { silent_since: f::minutes_ago(20), silent_until: later(25) };
        assert_eq!(stage(&answered, later(600)), turned_away);
        let notified = answers(&with(&[], &SourceType::Ibv), |a| {
            a.visit_notified_at = Some(f::minutes_ago(2));
        });
        assert_eq!(stage(&notified, later(600)), Stage::Visited, "nothing was asked since");
    }

    #[test]
    fn completed_is_no_verdict_and_an_unknown_value_never_passes() {
        use Recommendation as R;
        let unknown = R::from_wire("ESCALATE");
        for (values, verdict) in [
            (vec![], Verdict::Refer),
            (vec![Some(R::Approve), Some(R::Approve)], Verdict::Approve),
            (vec![Some(R::Approve), Some(R::Reject)], Verdict::Reject),
            (vec![Some(R::Approve), Some(R::NotAvailable)], Verdict::Refer),
            (vec![Some(R::Consider)], Verdict::Refer),
            (vec![Some(R::Approve), Some(unknown)], Verdict::Refer),
            (vec![Some(R::Approve), None], Verdict::Refer),
        ] {
            let mut session = f::session(SessionState::Completed);
            session.checks = values.iter().map(|value| f::check("c", value.clone())).collect();
            assert_eq!(judged_by(&session, &PassRule::All), verdict, "{values:?}");
            session.advanced_identity_profile = Some(IdentityProfile {
                result: Some(IdentityProfileOutcome::Aborted),
                ..IdentityProfile::default()
            });
            assert_eq!(judged_by(&session, &PassRule::All), Verdict::Reject);
        }
    }

    #[test]
    fn what_nobody_can_read_or_knows_anywhere_in_the_answer_is_for_a_person_to_look_at() {
        let mut good = f::session(SessionState::Completed);
        good.checks.push(f::check("c", Some(Recommendation::Approve)));
        let judged = |change: fn(&mut Session)| {
            let mut session = good.clone();
            change(&mut session);
            judged_by(&session, &PassRule::All)
        };
        let profile = |result: &str, met: Option<bool>| IdentityProfile {
            result: Some(IdentityProfileOutcome::from_wire(result)),
            compliance: vec![FrameworkCompliance {
                schemes: vec![SchemeCompliance {
                    requirements_met: met,
                    ..SchemeCompliance::default()
                }],
                ..FrameworkCompliance::default()
            }],
            ..IdentityProfile::default()
        };
        assert_eq!(judged(|_| {}), Verdict::Approve);
        assert_eq!(judged(|s| s.unreadable_checks = 1), Verdict::Refer);
        assert_eq!(judged(|s| s.checks[0].state = Some(CheckState::Pending)), Verdict::Refer);
        assert_eq!(judged(|s| s.checks[0].state = None), Verdict::Refer);
        let unknown = |s: &mut Session| {
            s.unknown.push(UnknownValue { pointer: "/state".into(), value: "NEW".into() });
        };
        assert_eq!(judged(unknown), Verdict::Refer);
        for (profile, verdict) in [
            (profile("DONE", Some(true)), Verdict::Approve),
            (profile("DONE", None), Verdict::Approve),
            (profile("DONE", Some(false)), Verdict::Refer),
            (profile("PAUSED", Some(true)), Verdict::Refer),
            (profile("ABORTED", None), Verdict::Reject),
        ] {
            let mut session = good.clone();
            session.advanced_identity_profile = Some(profile);
            assert_eq!(judged_by(&session, &PassRule::All), verdict);
        }
    }

    #[test]
    fn a_check_of_an_unknown_type_never_passes_by_itself() {
        let mut session = f::session(SessionState::Completed);
        let mut check = f::check("c", Some(Recommendation::Approve));
        check.check_type = Some(CheckType::from_wire("AURA_READING"));
        session.checks.push(check);
        assert_eq!(judged_by(&session, &PassRule::All), Verdict::Refer);
        let named = PassRule::Listed(vec![CheckType::from_wire("AURA_READING")]);
        assert_eq!(judged_by(&session, &named), Verdict::Approve, "the operator named it");
    }

    #[test]
    fn a_listed_rule_wants_each_listed_type_and_looks_at_others_for_reject_only() {
        let listed = PassRule::Listed(vec![CheckType::IbvVisualReview]);
        let mut session = f::session(SessionState::Completed);
        session.checks.push(f::check("c", Some(Recommendation::Approve)));
        let mut other = f::check("d", Some(Recommendation::Consider));
        other.check_type = Some(CheckType::WatchlistScreening);
        session.checks.push(other);
        assert_eq!(judged_by(&session, &listed), Verdict::Approve);
        assert_eq!(judged_by(&session, &PassRule::All), Verdict::Refer);
        let absent = PassRule::Listed(vec![CheckType::Liveness]);
        assert_eq!(judged_by(&session, &absent), Verdict::Refer);
    }
}
