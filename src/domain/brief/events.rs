//! What the list needs of a session's timeline.

use jiff::{SignedDuration, Timestamp};

use crate::domain::brief::times::{BriefTimes, TimeOf};
use crate::domain::events::change::{ChangeKind, ShortChange, TimelineEvent};
use crate::domain::session::parts::Part;
use crate::domain::session::wire_enum::{SessionState, SourceType};

/// A letter that is first seen this soon after the first answer
/// was there already: letters are asked for after all results.
const FIRST_LOOK: SignedDuration = SignedDuration::from_hours(1);

/// What the list needs of a session's timeline: `…_at` is when it happened, `…_seen` when that was
/// learned by this program or another.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct EventsBrief {
    pub number: usize,
    pub first_seen: Option<Timestamp>,
    pub last_seen: Option<Timestamp>,
    /// The latest time at which an event happened, which need not be that of the last one.
    pub last_at: Option<Timestamp>,
    pub last: Option<ShortChange>,
    /// The newest of each part of the answers, the first response aside.
    pub newest: Newest,
    /// When the newest change happened; what the first answers told is none.
    pub changed_at: Option<Timestamp>,
    pub letter_seen: Option<Timestamp>,
    /// The first visit, by a notification or by a resource from a branch.
    pub visit_seen: Option<Timestamp>,
    /// When the state last became COMPLETED, as far as that is known.
    pub completed_at: Option<Timestamp>,
    pub completed_seen: Option<Timestamp>,
    pub expired_seen: Option<Timestamp>,
    pub gone_seen: Option<Timestamp>,
}

/// When something new was last learned of each part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Newest {
    pub session: Option<Timestamp>,
    pub configuration: Option<Timestamp>,
    pub letter: Option<Timestamp>,
}

impl EventsBrief {
    pub(super) fn of(timeline: &[TimelineEvent]) -> Self {
        let seen = |test: &dyn Fn(&TimelineEvent) -> bool| {
            timeline.iter().find(|event| test(event)).map(|event| event.seen_at)
        };
        let newest =
            |test: &dyn Fn(&TimelineEvent) -> bool| timeline.iter().rev().find(|event| test(event));
        let newest_seen = |test: &dyn Fn(&TimelineEvent) -> bool| newest(test).map(|e| e.seen_at);
        let became = |event: &TimelineEvent, state| {
            let ChangeKind::State { to, .. } = &event.what else { return false };
            *to == Some(state)
        };
        let completed = newest(&|event| became(event, SessionState::Completed));
        let of_part = |part| {
            newest_seen(&|event: &TimelineEvent| {
                event.what.spec().part == part && event.what != ChangeKind::FirstSeen
            })
        };
        Self {
            number: timeline.len(),
            first_seen: timeline.first().map(|event| event.seen_at),
            last_seen: timeline.last().map(|event| event.seen_at),
            last_at: timeline.iter().map(|event| event.at).max(),
            last: timeline.last().map(|event| event.what.spec().short),
            newest: Newest {
                session: of_part(Part::Session),
                configuration: of_part(Part::Configuration),
                letter: of_part(Part::Letter),
            },
            changed_at: changed_at(timeline),
            letter_seen: seen(&|event| matches!(event.what, ChangeKind::LetterSet { .. })),
            visit_seen: seen(&is_visit),
            completed_at: completed.map(|event| event.at),
            completed_seen: completed.map(|event| event.seen_at),
            expired_seen: newest_seen(&|event| became(event, SessionState::Expired)),
            gone_seen: newest_seen(&|event| event.what == ChangeKind::Gone),
        }
    }

    /// Each time with its kind.
    const fn times(&mut self) -> [(TimeOf, &mut Option<Timestamp>); 13] {
        [
            (TimeOf::FirstSeen, &mut self.first_seen),
            (TimeOf::LastSeen, &mut self.last_seen),
            (TimeOf::LastAt, &mut self.last_at),
            (TimeOf::NewestSession, &mut self.newest.session),
            (TimeOf::NewestConfiguration, &mut self.newest.configuration),
            (TimeOf::NewestLetter, &mut self.newest.letter),
            (TimeOf::Changed, &mut self.changed_at),
            (TimeOf::LetterSeen, &mut self.letter_seen),
            (TimeOf::VisitSeen, &mut self.visit_seen),
            (TimeOf::Completed, &mut self.completed_at),
            (TimeOf::CompletedSeen, &mut self.completed_seen),
            (TimeOf::ExpiredSeen, &mut self.expired_seen),
            (TimeOf::GoneSeen, &mut self.gone_seen),
        ]
    }

    pub(super) fn put_into(mut self, times: &mut BriefTimes) {
        for (what, time) in self.times() {
            times.set(what, *time);
        }
    }

    /// Of times that [`EventsBrief::put_into`] was given.
    pub(super) fn out_of(times: &BriefTimes, number: usize, last: Option<ShortChange>) -> Self {
        let mut events = Self { number, last, ..Self::default() };
        for (what, time) in events.times() {
            *time = times.get(what);
        }
        events
    }
}

impl Newest {
    /// When something new was last learned of any part.
    #[must_use]
    pub fn of_all(&self) -> Option<Timestamp> {
        self.session.max(self.configuration).max(self.letter)
    }
}

fn is_visit(event: &TimelineEvent) -> bool {
    let visit =
        matches!(event.what, ChangeKind::FirstBranchVisit | ChangeKind::ResourceAdded { .. });
    visit && event.source == Some(SourceType::Ibv)
}

fn changed_at(timeline: &[TimelineEvent]) -> Option<Timestamp> {
    let first = timeline.first()?.seen_at;
    let is_letter = |event: &TimelineEvent| event.what.spec().part == Part::Letter;
    let newer = |event: &&TimelineEvent| event.seen_at > first;
    let newest = timeline.iter().rev().find(|event| newer(event) && !is_letter(event));
    let later = |event: &&TimelineEvent| event.seen_at.duration_since(first) > FIRST_LOOK;
    let mut letters = timeline.iter().filter(|event| is_letter(event));
    let set = letters.next().filter(later);
    let changed = letters.next_back().or(set);
    newest.into_iter().chain(changed).map(|event| event.at).max()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::events::change::Origin;
    use crate::domain::fixture as f;

    #[test]
    fn what_the_first_answers_told_is_no_change() {
        let event = |what, minutes| TimelineEvent {
            at: f::minutes_ago(minutes),
            seen_at: f::minutes_ago(minutes),
            source: None,
            what,
            origin: Origin::Observed,
        };
        let letter = || ChangeKind::LetterSet { branch: None, documents: 1 };
        let table = [
            (vec![event(ChangeKind::FirstSeen, 90)], None),
            (vec![event(ChangeKind::FirstSeen, 90), event(ChangeKind::Other, 90)], None),
            (vec![event(ChangeKind::FirstSeen, 90), event(letter(), 80)], None),
            (vec![event(ChangeKind::FirstSeen, 90), event(letter(), 20)], Some(20)),
            (
                vec![event(ChangeKind::FirstSeen, 90), event(letter(), 80), event(letter(), 70)],
                Some(70),
            ),
            (vec![event(ChangeKind::FirstSeen, 90), event(ChangeKind::Other, 30)], Some(30)),
        ];
        for (timeline, changed) in table {
            assert_eq!(changed_at(&timeline), changed.map(f::minutes_ago));
        }
    }
}
