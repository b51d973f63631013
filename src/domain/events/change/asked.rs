//! What differs in what is asked for, between two answers of `GET …/configuration`.

use super::{ChangeKind, Log};
use crate::domain::server_text::ServerText;
use crate::domain::session::configuration::{Assessment, Configuration, RequiredResource};

impl Log {
    pub(super) fn configuration(&mut self, before: &Configuration, after: &Configuration) {
        let (was, is) = (&before.requested_checks, &after.requested_checks);
        for (some, others, asked) in [(is, was, true), (was, is, false)] {
            for kind in some.iter().filter(|kind| !others.contains(kind)) {
                self.seen(ChangeKind::CheckAskedFor { check_type: kind.as_raw().into(), asked });
            }
        }
        // One id may stand several times in an answer.
        let mut left: Vec<&RequiredResource> = before.requirements.iter().collect();
        for requirement in &after.requirements {
            let known = left.iter().position(|old| old.id == requirement.id);
            let was = known.map(|place| left.remove(place));
            self.requirement(was, requirement);
        }
        for gone in left {
            self.seen(ChangeKind::RequirementRemoved { requirement_type: kind_of(gone) });
        }
    }

    /// What of a requirement is another; of a new one that it is there says all.
    fn requirement(&mut self, was: Option<&RequiredResource>, is: &RequiredResource) {
        if was.is_none_or(|was| was.state != is.state) {
            let state = is.state.as_ref().map_or("", |s| s.as_raw());
            self.seen(ChangeKind::Requirement {
                requirement_type: kind_of(is),
                state: state.into(),
            });
        }
        let Some(was) = was else { return };
        let mut left: Vec<&Assessment> = was.assessments.iter().collect();
        for assessment in &is.assessments {
            let same = |old: &&Assessment| {
                (&old.check_type, &old.scheme) == (&assessment.check_type, &assessment.scheme)
            };
            let known = left.iter().position(same).map(|place| left.remove(place));
            if known.is_none_or(|old| old.state != assessment.state) {
                self.seen(ChangeKind::Assessment {
                    check_type: assessment.check_type.as_raw().into(),
                    state: assessment.state.as_ref().map_or("", |s| s.as_raw()).into(),
                    requirement_type: kind_of(is),
                });
            }
        }
        for (kind, left) in &is.attempts_remaining {
            if was.attempts_remaining.iter().any(|(old, was)| old == kind && was != left) {
                let left = usize::try_from(*left).unwrap_or(0);
                self.seen(ChangeKind::AttemptsLeft { kind: kind.clone(), left });
            }
        }
    }
}

fn kind_of(requirement: &RequiredResource) -> ServerText {
    requirement.requirement_type.as_ref().map_or("", |kind| kind.as_raw()).into()
}
