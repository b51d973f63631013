//! How far sessions came, and how long the steps took, all together and in groups.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::domain::assessment::rules::Rules;
use crate::domain::assessment::stage::{self, Stage, Verdict};
use crate::domain::assessment::stage_kind::Phase;
use crate::domain::assessment::stats::{self, Median};
use crate::domain::brief::letter::BranchBrief;
use crate::domain::brief::times::TimeOf;
use crate::domain::server_text::ServerText;
use crate::domain::watchlist::watched::WatchedSession;

/// The steps of a session, each with how many came so far.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Funnel {
    pub sessions: usize,
    /// The letter is set, or was passed by.
    pub letter_set: usize,
    pub visited: usize,
    pub completed: usize,
    /// Of these, by the pass rule.
    pub approved: usize,
    /// Of these, REJECT.
    pub rejected: usize,
    /// Of these, to be looked at.
    pub referred: usize,
    pub expired: usize,
    pub ongoing: usize,
    /// Deleted, purged, or never there.
    pub gone: usize,
    /// Nothing is stored of them any more.
    pub erased: usize,
    /// From our first sight of the letter to the first branch visit.
    pub letter_to_visit: Option<Median>,
    /// From the first branch visit to the last check.
    pub visit_to_done: Option<Median>,
}

/// By what sessions are put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// The branch on the letter.
    Branch,
    /// The operator's tags: a session counts for each.
    Tag,
    /// Types of the documents supplied: a session counts for each.
    Document,
}

/// Put on the list since then, or something happened since then.
#[must_use]
pub fn since(watched: &WatchedSession, from: Timestamp) -> bool {
    watched.entry.added_at >= from || watched.brief.last_seen().is_some_and(|seen| seen >= from)
}

/// Counts how far each of these sessions came.
#[must_use]
pub fn funnel(sessions: &[&WatchedSession], rules: &Rules, now: Timestamp) -> Funnel {
    let mut sum = Funnel { sessions: sessions.len(), ..Funnel::default() };
    let (mut waits, mut visits) = (Vec::new(), Vec::new());
    for watched in sessions {
        let visit = watched.brief.first_visit();
        let done = stats::done_at(watched);
        // A visit needs a letter: one that is no longer there was set all the same.
        sum.letter_set += usize::from(watched.brief.letter.is_set() || visit.is_some());
        sum.visited += usize::from(visit.is_some());
        let stage = stage::derive(watched, rules, now).stage;
        match stage.phase() {
            Phase::Completed => sum.completed += 1,
            Phase::Expired => sum.expired += 1,
            Phase::Missing => sum.gone += 1,
            // How far it came is no longer known.
            Phase::Erased => sum.erased += 1,
            Phase::Unfetched | Phase::Unknown | Phase::Waiting | Phase::Visited | Phase::Live => {
                sum.ongoing += 1;
            }
        }
        if let Stage::Done(verdict) = stage {
            match verdict {
                Verdict::Approve => sum.approved += 1,
                Verdict::Reject => sum.rejected += 1,
                Verdict::Refer => sum.referred += 1,
            }
        }
        waits.extend(stats::span(watched.brief.times.get(TimeOf::LetterSeen), visit));
        visits.extend(stats::span(visit, done));
    }
    sum.letter_to_visit = stats::median(waits);
    sum.visit_to_done = stats::median(visits);
    sum
}

/// The groups by name, those without any last under `None`.
#[must_use]
pub fn groups<'a>(
    sessions: &[&'a WatchedSession],
    by: Group,
) -> Vec<(Option<ServerText>, Vec<&'a WatchedSession>)> {
    let mut groups: BTreeMap<String, Vec<&'a WatchedSession>> = BTreeMap::new();
    let mut without = Vec::new();
    for watched in sessions {
        let mut names = names(watched, by);
        names.sort_unstable();
        // Two passports of one session are one session of that group.
        names.dedup();
        if names.is_empty() {
            without.push(*watched);
        }
        for name in names {
            groups.entry(name).or_default().push(watched);
        }
    }
    let named = groups.into_iter().map(|(name, group)| (Some(ServerText::from(&*name)), group));
    let rest = (!without.is_empty()).then_some((None, without));
    named.chain(rest).collect()
}

fn names(watched: &WatchedSession, by: Group) -> Vec<String> {
    let raw = |text: &ServerText| text.as_raw().to_owned();
    match by {
        Group::Branch => {
            let parts = |branch: &BranchBrief| {
                let parts = [branch.fad_code.as_ref(), branch.name.as_ref()];
                parts.into_iter().flatten().map(raw).collect::<Vec<_>>().join(" ")
            };
            watched
                .brief
                .letter
                .branch()
                .map(parts)
                .into_iter()
                .filter(|name| !name.is_empty())
                .collect()
        }
        Group::Tag => watched.entry.tags.clone(),
        Group::Document => {
            let resources = watched.brief.result.as_ref().map_or(&[][..], |r| &r.resources);
            resources.iter().filter_map(|r| r.document_type.as_ref().map(raw)).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fixture as f;
    use crate::domain::session::wire_enum::{Recommendation, SessionState, SourceType};

    fn visited(state: SessionState, verdict: Option<Recommendation>) -> WatchedSession {
        let mut session = f::session(state);
        let at = f::minutes_ago(200);
        session.resources.push(f::document("r", "PASSPORT", SourceType::Ibv, at));
        session.resources.push(f::document("s", "UTILITY_BILL", SourceType::Ibv, at));
        session.checks.extend(verdict.map(|verdict| f::check("c", Some(verdict))));
        f::watched(Some(session), None, None)
    }

    #[test]
    fn every_session_ends_in_one_place_and_steps_never_grow_from_one_to_the_next() {
        let all = [
            visited(SessionState::Completed, Some(Recommendation::Approve)),
            visited(SessionState::Completed, Some(Recommendation::Reject)),
            visited(SessionState::Completed, None),
            visited(SessionState::Expired, None),
            visited(SessionState::Ongoing, None),
            f::watched(None, None, None),
        ];
        let all: Vec<&WatchedSession> = all.iter().collect();
        let sum = funnel(&all, &Rules::default(), f::now());
        assert_eq!((sum.sessions, sum.letter_set, sum.visited, sum.completed), (6, 5, 5, 3));
        assert_eq!((sum.approved, sum.rejected, sum.referred), (1, 1, 1));
        assert_eq!((sum.expired, sum.ongoing, sum.gone), (1, 2, 0));
    }

    #[test]
    fn a_session_counts_once_in_each_group_that_it_belongs_to() {
        let mut tagged = visited(SessionState::Ongoing, None);
        tagged.entry = std::sync::Arc::new(crate::domain::watchlist::watched::WatchEntry {
            tags: vec!["a".to_owned(), "b".to_owned()],
            ..f::entry()
        });
        let bare = f::watched(None, None, None);
        let all = [&tagged, &bare];
        let sizes = |by: Group| -> Vec<(String, usize)> {
            let named = |name: Option<ServerText>| {
                name.map_or_else(|| "-".to_owned(), |name| name.as_raw().to_owned())
            };
            groups(&all, by).into_iter().map(|(name, all)| (named(name), all.len())).collect()
        };
        let pairs = |pairs: &[(&str, usize)]| -> Vec<(String, usize)> {
            pairs.iter().map(|(name, n)| ((*name).to_owned(), *n)).collect()
        };
        let untagged = usize::from(bare.entry.tags.is_empty());
        assert_eq!(untagged, 1, "the fixture has no tags");
        assert_eq!(sizes(Group::Tag), pairs(&[("a", 1), ("b", 1), ("-", 1)]));
        assert_eq!(
            sizes(Group::Document),
            pairs(&[("PASSPORT", 1), ("UTILITY_BILL", 1), ("-", 1)])
        );
        assert_eq!(sizes(Group::Branch), pairs(&[("-", 2)]));
    }
}
