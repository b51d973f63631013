//! The times of a brief. Many of them are one and the same moment, that of an answer, so that each
//! stands once in a list, and one byte says which it is.

use jiff::Timestamp;

use crate::domain::packed_time::PackedTime;

/// The most times of activity in a branch that a brief keeps: the newest.
pub const MOST_VISITS: usize = 200;

/// What happened at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeOf {
    /// Yoti said that there is no such session.
    Missing,
    /// The first visit, as a notification told it.
    VisitNotified,
    /// The first resource came from a branch.
    FirstVisit,
    /// The first media was uploaded.
    FirstUpload,
    /// The latest time of a check.
    LastCheck,
    /// The latest time of a resource or a check.
    LastActivity,
    FirstSeen,
    LastSeen,
    LastAt,
    NewestSession,
    NewestConfiguration,
    NewestLetter,
    Changed,
    LetterSeen,
    VisitSeen,
    Completed,
    CompletedSeen,
    ExpiredSeen,
    GoneSeen,
}

/// How many kinds of times there are.
const KINDS: usize = TimeOf::GoneSeen as usize + 1;

/// All times of a brief but those of fetching.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct BriefTimes {
    /// For each kind its place in the list, counted from 1; 0: there is none.
    places: [u8; KINDS],
    /// So many of the list are times of activity in a branch, oldest first.
    visits: u8,
    list: Box<[PackedTime]>,
}

impl BriefTimes {
    /// With these times of activity in a branch, oldest first.
    pub(super) fn with_visits(mut visits: Vec<Timestamp>) -> Self {
        visits.sort_unstable();
        visits.dedup();
        visits.drain(..visits.len().saturating_sub(MOST_VISITS));
        let list: Box<[PackedTime]> = visits.into_iter().map(PackedTime::from).collect();
        Self { places: [0; KINDS], visits: u8::try_from(list.len()).unwrap_or(u8::MAX), list }
    }

    pub(super) fn set(&mut self, what: TimeOf, time: Option<Timestamp>) {
        let place = time.map(|time| self.place(time.into()));
        if let Some(slot) = self.places.get_mut(what as usize) {
            *slot = place.unwrap_or(0);
        }
    }

    fn place(&mut self, time: PackedTime) -> u8 {
        let known = self.list.iter().position(|known| *known == time);
        let place = known.unwrap_or_else(|| {
            let mut list = std::mem::take(&mut self.list).into_vec();
            list.push(time);
            self.list = list.into_boxed_slice();
            self.list.len() - 1
        });
        // There are fewer than 255: so many visits, and one of each kind.
        u8::try_from(place + 1).unwrap_or(0)
    }

    /// When that happened; `None`: never, as far as is known.
    #[must_use]
    pub fn get(&self, what: TimeOf) -> Option<Timestamp> {
        let place = self.places.get(what as usize)?.checked_sub(1)?;
        self.list.get(usize::from(place)).map(|time| time.at())
    }

    /// The newest times at which something came from a branch, oldest first.
    pub fn visits(&self) -> impl Iterator<Item = Timestamp> {
        self.list.iter().take(usize::from(self.visits)).map(|time| time.at())
    }

    /// As it is stored: the places, how many visits, the list.
    #[must_use]
    pub fn parts(&self) -> (&[u8], u8, &[PackedTime]) {
        (&self.places, self.visits, &self.list)
    }

    /// From what is stored; kinds that this build does not know are left out.
    #[must_use]
    pub fn of_parts(stored: &[u8], visits: u8, list: Vec<PackedTime>) -> Self {
        let mut places = [0; KINDS];
        places.iter_mut().zip(stored).for_each(|(place, stored)| *place = *stored);
        Self { places, visits, list: list.into_boxed_slice() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_time_stands_once_and_a_flood_of_visits_leaves_room_for_all_others() {
        let second = |n: i64| Timestamp::from_second(n).unwrap();
        let mut times = BriefTimes::with_visits((0..500).map(second).collect());
        assert_eq!(times.visits().collect::<Vec<_>>(), (300..500).map(second).collect::<Vec<_>>());
        times.set(TimeOf::Missing, Some(second(499)));
        times.set(TimeOf::GoneSeen, Some(second(900)));
        times.set(TimeOf::LastAt, Some(second(900)));
        times.set(TimeOf::LastSeen, None);
        assert_eq!(times.list.len(), MOST_VISITS + 1);
        let of = [TimeOf::Missing, TimeOf::GoneSeen, TimeOf::LastAt, TimeOf::LastSeen];
        let told = [Some(second(499)), Some(second(900)), Some(second(900)), None];
        assert_eq!(of.map(|what| times.get(what)), told);
        assert!(MOST_VISITS + KINDS < usize::from(u8::MAX));
    }
}
