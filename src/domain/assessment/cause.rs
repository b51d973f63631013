//! What stands between a COMPLETED session and a pass, in Yoti's own words.

use crate::domain::assessment::rules::PassRule;
use crate::domain::brief::result::{CheckBrief, ProfileBrief, ResultBrief};
use crate::domain::server_text::ServerText;
use crate::domain::session::extra::UnknownValue;
use crate::domain::session::wire_enum::{CheckState, CheckType, Recommendation};

/// How a COMPLETED session stands by the pass rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// At least one check, and all that the rule names are APPROVE.
    Approve,
    /// Any REJECT, or an identity profile ABORTED.
    Reject,
    Refer,
}

/// One thing that a pass rule cannot let through; borrowed from the brief that it stands in.
#[derive(Clone, Copy, Debug)]
pub enum Cause<'a> {
    /// A check that is not a pass.
    Check(&'a CheckBrief),
    /// An identity profile that is not met.
    Profile(&'a ProfileBrief),
    /// The pass rule names this type, and no check is of it.
    Absent(&'a CheckType),
    /// COMPLETED, and nothing was checked that could be a pass.
    NoChecks,
    /// The pass rule names no type at all.
    EmptyRule,
    /// So many elements of `checks` could not be read.
    Unreadable(usize),
    /// So many checks are more than a brief holds.
    LeftOut(usize),
    /// A value that this build does not know.
    Unknown(&'a UnknownValue),
}

/// All causes, the most severe first; none: it passes.
#[must_use]
pub fn causes<'a>(result: &'a ResultBrief, rule: &'a PassRule) -> Vec<Cause<'a>> {
    let mut found: Vec<Cause<'a>> = match rule {
        PassRule::All => of_all(result),
        PassRule::Listed(types) => {
            let listed = |check: &&CheckBrief| {
                check.check_type.as_ref().is_some_and(|kind| types.contains(kind))
            };
            // A REJECT counts whatever the rule names: the
            // rule says what must pass, not what may fail.
            let failed =
                |check: &&CheckBrief| check.rejects() || listed(check) && !check.is_approved();
            let absent = types
                .iter()
                .filter(|kind| !result.checks.iter().any(|c| c.check_type.as_ref() == Some(kind)));
            let checks = result.checks.iter().filter(failed).map(Cause::Check);
            let aborted = result.profiles.iter().filter(|profile| profile.is_aborted());
            let aborted = aborted.map(Cause::Profile);
            let empty = types.is_empty().then_some(Cause::EmptyRule);
            checks.chain(aborted).chain(absent.map(Cause::Absent)).chain(empty).collect()
        }
    };
    found.sort_by_key(Cause::severity);
    found
}

fn of_all(result: &ResultBrief) -> Vec<Cause<'_>> {
    // What nobody knows is for a person to look at (contract 11, rule 5).
    let failed = |check: &&CheckBrief| !(check.is_approved() && check.is_of_known_type());
    let checks = result.checks.iter().filter(failed).map(Cause::Check);
    let unmet = result.profiles.iter().filter(|profile| !profile.is_met()).map(Cause::Profile);
    let unreadable = result.unreadable_checks;
    let left_out = Some(result.checks_left_out).filter(|number| *number > 0).map(Cause::LeftOut);
    // COMPLETED says nothing of pass or fail (contract 3.1): without a check nothing has passed.
    let none = (result.checks.is_empty() && unreadable == 0).then_some(Cause::NoChecks);
    let unreadable = (unreadable > 0).then_some(Cause::Unreadable(unreadable));
    let unknown = result.unknown.iter().map(Cause::Unknown);
    let checks = checks.chain(unmet).chain(none);
    checks.chain(unreadable).chain(left_out).chain(unknown).collect()
}

/// The verdict that these causes make.
#[must_use]
pub fn verdict(causes: &[Cause<'_>]) -> Verdict {
    match causes {
        [] => Verdict::Approve,
        all if all.iter().any(Cause::rejects) => Verdict::Reject,
        _ => Verdict::Refer,
    }
}

/// The causes of this verdict in one line: the first, and how many more.
#[must_use]
pub fn in_one_line(causes: &[Cause<'_>], verdict: Verdict) -> ServerText {
    let of_verdict: Vec<&Cause<'_>> =
        causes.iter().filter(|cause| cause.rejects() == (verdict == Verdict::Reject)).collect();
    let first = of_verdict.first().map(|cause| cause.text()).unwrap_or_default();
    let more = match of_verdict.len() {
        0 | 1 => String::new(),
        all => format!(", +{} more", all - 1),
    };
    format!("{first}{more}").into()
}

impl Cause<'_> {
    /// It makes the session a REJECT, whatever else stands in the answer.
    #[must_use]
    pub fn rejects(&self) -> bool {
        match self {
            Self::Check(check) => check.rejects(),
            Self::Profile(profile) => profile.is_aborted(),
            _ => false,
        }
    }

    fn severity(&self) -> u8 {
        match self {
            Self::Check(_) if self.rejects() => 0,
            Self::Profile(..) if self.rejects() => 1,
            Self::Check(_) | Self::Absent(_) => 2,
            Self::Profile(..) => 3,
            // Less than a named check: the operator can look that one up.
            Self::NoChecks | Self::EmptyRule | Self::Unreadable(_) | Self::LeftOut(_) => 4,
            Self::Unknown(_) => 5,
        }
    }

    /// The cause with Yoti's own values: `ID_DOCUMENT_FACE_MATCH: REJECT, DIFFERENT_PERSON`.
    fn text(&self) -> String {
        match self {
            Self::Check(check) => of_check(check),
            Self::Profile(profile) => of_profile(profile),
            Self::Absent(kind) => format!("{}: not among the checks", kind.as_raw()),
            Self::NoChecks => "COMPLETED without any check".to_owned(),
            Self::EmptyRule => "the pass rule names no check".to_owned(),
            Self::Unreadable(1) => "1 check could not be read".to_owned(),
            Self::Unreadable(number) => format!("{number} checks could not be read"),
            Self::LeftOut(1) => "1 more check than the list holds".to_owned(),
            Self::LeftOut(number) => format!("{number} more checks than the list holds"),
            Self::Unknown(value) => {
                format!("{}: unknown value: {}", value.pointer, value.value.as_raw())
            }
        }
    }
}

fn of_check(check: &CheckBrief) -> String {
    let kind = check.check_type.as_ref().map_or("check without a type", |kind| kind.as_raw());
    let advice = check.recommendation.as_ref().map(Recommendation::as_raw);
    let reason = check.reason.as_ref();
    let state = check.state.as_ref();
    let mut parts: Vec<String> = advice.map(str::to_owned).into_iter().collect();
    parts.extend(reason.map(|reason| reason.as_raw().to_owned()));
    match state {
        Some(CheckState::Done) if advice.is_none() => parts.push("no recommendation".to_owned()),
        Some(CheckState::Done) => {}
        Some(state) => parts.push(state.as_raw().to_owned()),
        None => parts.push("no state".to_owned()),
    }
    if check.is_approved() && !check.is_of_known_type() {
        parts.push("unknown type".to_owned());
    }
    format!("{kind}: {}", parts.join(", "))
}

fn of_profile(profile: &ProfileBrief) -> String {
    let name = if profile.advanced { "advanced identity profile" } else { "identity profile" };
    let result = profile.result.as_ref().map_or("no result", |result| result.as_raw());
    let mut parts = vec![result.to_owned()];
    parts.extend(profile.reason_code.as_ref().map(|code| code.as_raw().to_owned()));
    parts.extend(profile.unmet.iter().map(|kind| {
        let kind = kind.as_ref().map_or("scheme", ServerText::as_raw);
        format!("{kind} requirements not met")
    }));
    format!("{name}: {}", parts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::brief::bounds::MOST;
    use crate::domain::fixture as f;
    use crate::domain::session::Session;
    use crate::domain::session::check::{Check, Report};
    use crate::domain::session::profile::{
        FrameworkCompliance, IdentityProfile, ProfileFailure, SchemeCompliance,
    };
    use crate::domain::session::wire_enum::{IdentityProfileOutcome, SessionState};

    fn check(kind: &str, advice: Option<&str>, reason: Option<&str>) -> Check {
        Check {
            check_type: Some(CheckType::from_wire(kind)),
            report: Some(Report {
                recommendation: advice.map(Recommendation::from_wire),
                reason: reason.map(ServerText::from),
                ..Report::default()
            }),
            ..f::check("c", None)
        }
    }

    fn profile(result: &str, code: Option<&str>) -> IdentityProfile {
        IdentityProfile {
            result: Some(IdentityProfileOutcome::from_wire(result)),
            failure: code.map(|code| ProfileFailure {
                reason_code: Some(code.into()),
                ..ProfileFailure::default()
            }),
            ..IdentityProfile::default()
        }
    }

    fn told(session: &Session, rule: &PassRule) -> (Verdict, String) {
        let brief = f::brief(session);
        let causes = causes(&brief, rule);
        let verdict = verdict(&causes);
        (verdict, super::in_one_line(&causes, verdict).as_raw().to_owned())
    }

    fn completed(checks: Vec<Check>) -> Session {
        Session { checks, ..f::session(SessionState::Completed) }
    }

    #[test]
    fn a_rejection_names_its_check_and_reason_and_counts_the_others() {
        let face = check("ID_DOCUMENT_FACE_MATCH", Some("REJECT"), Some("DIFFERENT_PERSON"));
        let good = check("ID_DOCUMENT_TEXT_DATA_CHECK", Some("APPROVE"), None);
        let seen = check("LIVENESS", Some("NOT_AVAILABLE"), Some("PICTURE_TOO_DARK"));
        let one = completed(vec![good, seen, face.clone()]);
        let text = "ID_DOCUMENT_FACE_MATCH: REJECT, DIFFERENT_PERSON";
        assert_eq!(told(&one, &PassRule::All), (Verdict::Reject, text.to_owned()));
        let mut three = completed(vec![face.clone(), face]);
        three.identity_profile = Some(profile("ABORTED", None));
        let more = format!("{text}, +2 more");
        assert_eq!(told(&three, &PassRule::All), (Verdict::Reject, more));
    }

    #[test]
    fn an_aborted_profile_names_its_kind_and_code() {
        let mut session = completed(vec![check("LIVENESS", Some("APPROVE"), None)]);
        session.identity_profile =
            Some(profile("ABORTED", Some("MANDATORY_DOCUMENT_NOT_PROVIDED")));
        let text = "identity profile: ABORTED, MANDATORY_DOCUMENT_NOT_PROVIDED";
        assert_eq!(told(&session, &PassRule::All), (Verdict::Reject, text.to_owned()));
        session.advanced_identity_profile = session.identity_profile.take();
        assert_eq!(told(&session, &PassRule::All).1, format!("advanced {text}"));
    }

    #[test]
    fn what_is_to_be_looked_at_is_named_whatever_it_is() {
        let failed = Check {
            state: Some(CheckState::InternalError),
            report: None,
            ..check("LIVENESS", None, None)
        };
        let unknown = check("AURA_READING", Some("APPROVE"), None);
        for (checks, text) in [
            (vec![], "COMPLETED without any check"),
            (vec![failed], "LIVENESS: INTERNAL_ERROR"),
            (vec![check("LIVENESS", None, None)], "LIVENESS: no recommendation"),
            (vec![check("LIVENESS", Some("CONSIDER"), Some("X"))], "LIVENESS: CONSIDER, X"),
            (vec![unknown], "AURA_READING: APPROVE, unknown type"),
        ] {
            assert_eq!(told(&completed(checks), &PassRule::All), (Verdict::Refer, text.to_owned()));
        }
        let mut unmet = completed(vec![check("LIVENESS", Some("APPROVE"), None)]);
        let scheme = SchemeCompliance {
            scheme_type: Some("DBS".into()),
            requirements_met: Some(false),
            ..SchemeCompliance::default()
        };
        let compliance =
            vec![FrameworkCompliance { schemes: vec![scheme], ..FrameworkCompliance::default() }];
        unmet.identity_profile = Some(IdentityProfile { compliance, ..profile("DONE", None) });
        let text = "identity profile: DONE, DBS requirements not met";
        assert_eq!(told(&unmet, &PassRule::All), (Verdict::Refer, text.to_owned()));
    }

    #[test]
    fn under_a_listed_rule_only_what_it_names_and_rejections_count() {
        let liveness = CheckType::from_wire("LIVENESS");
        let listed = PassRule::Listed(vec![liveness]);
        let other = check("ID_DOCUMENT_FACE_MATCH", Some("NOT_AVAILABLE"), None);
        let absent = completed(vec![other.clone()]);
        let text = "LIVENESS: not among the checks";
        assert_eq!(told(&absent, &listed), (Verdict::Refer, text.to_owned()));
        let passed = completed(vec![other, check("LIVENESS", Some("APPROVE"), None)]);
        assert_eq!(told(&passed, &listed), (Verdict::Approve, String::new()));
        let empty = PassRule::Listed(Vec::new());
        assert_eq!(told(&passed, &empty).1, "the pass rule names no check");
    }

    #[test]
    fn no_rejection_is_lost_among_more_checks_than_a_brief_holds_and_none_passes_unseen() {
        let good = check("LIVENESS", Some("APPROVE"), None);
        let mut checks = vec![good.clone(); MOST];
        for text in ["1 more check than the list holds", "2 more checks than the list holds"] {
            checks.push(good.clone());
            let found = told(&completed(checks.clone()), &PassRule::All);
            assert_eq!(found, (Verdict::Refer, text.to_owned()));
        }
        checks.push(check("ID_DOCUMENT_FACE_MATCH", Some("REJECT"), None));
        let text = "ID_DOCUMENT_FACE_MATCH: REJECT";
        assert_eq!(told(&completed(checks), &PassRule::All), (Verdict::Reject, text.to_owned()));
    }
}
