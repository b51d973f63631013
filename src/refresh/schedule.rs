//! Who is asked next, and what: pure, time is an argument.

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};
use std::time::Duration;

use tokio::time::Instant;

use super::due::Waits;
use super::track::Slot;
pub use super::track::{PollJob, Track};
use crate::domain::session::ids::SessionId;
use crate::domain::session::parts::Part;

/// Which sessions may be picked now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Candidates {
    Anybody,
    /// Those that the operator asked for or a notification named, and nobody else (`listen`).
    Hinted,
    /// One to find out whether the service answers again: rather one that answered before.
    Probe,
}

/// Every tenth request goes to those that nobody looks at (fault R05); of the others, every second
/// to what is looked at first and every second to hints first, so that a flood of hints leaves half
/// of the budget to the visible rows (fault W09).
const RESERVED: u32 = 10;
/// As long as a session was never looked at, of each twelve requests five go to what is looked at
/// and two to hints first; first looks take the rest. So visible rows keep their 40 %, and a list is
/// known once its number could have been asked for with 58 % of the requests.
const FIRST_LOOK_TURNS: u32 = 12;
/// A session is looked at at most once in this time, however many notifications come (fault W03).
const HINT_WINDOW: Duration = Duration::from_secs(2);
/// A session is asked at most once in this time, however often the operator presses (fault R07).
const COALESCE: Duration = Duration::from_secs(1);

/// The schedule of all sessions.
#[derive(Debug, Default)]
pub struct Schedule {
    tracks: HashMap<SessionId, Track>,
    queue: BTreeSet<(Instant, SessionId)>,
    hints: BTreeSet<(Instant, SessionId)>,
    /// Sessions that were never answered: their results go before everything of the others.
    first_looks: HashSet<SessionId>,
    first_queue: BTreeSet<(Instant, SessionId)>,
    asked: VecDeque<SessionId>,
    selected: Option<SessionId>,
    visible: Vec<SessionId>,
    picks: u32,
}

impl Schedule {
    /// Takes a session in, each part after its wait. `first`: Yoti was never heard of it.
    pub fn add(&mut self, id: SessionId, waits: Waits, now: Instant, first: bool) {
        // A track that is there has keys in the queues: they would point to nothing.
        self.forget(id);
        let slot = |wait: Option<Duration>| Slot::due(wait.map(|wait| now + wait));
        let track = Track {
            session: slot(waits.session),
            configuration: slot(waits.configuration),
            letter: slot(waits.letter),
            ..Track::default()
        };
        self.tracks.insert(id, track);
        if first {
            self.first_looks.insert(id);
        }
        self.enqueue(id);
    }

    /// Yoti has answered for this session.
    pub fn seen(&mut self, id: SessionId) {
        self.dequeue(id);
        self.first_looks.remove(&id);
        self.enqueue(id);
    }

    /// How many sessions wait for Yoti's first answer.
    #[must_use]
    pub fn first_looks(&self) -> usize {
        self.first_looks.len()
    }

    /// Drops a session from every queue.
    pub fn forget(&mut self, id: SessionId) {
        self.dequeue(id);
        self.tracks.remove(&id);
        self.first_looks.remove(&id);
        self.asked.retain(|other| *other != id);
    }

    /// How a session stands; `None`: it is not on the schedule.
    #[must_use]
    pub fn track(&self, id: SessionId) -> Option<&Track> {
        self.tracks.get(&id)
    }

    /// How many sessions have a next poll: the finished have none, though their letter may be due.
    #[must_use]
    pub fn polled(&self) -> usize {
        self.tracks.values().filter(|track| track.interval.is_some()).count()
    }

    fn dequeue(&mut self, id: SessionId) {
        let Some(track) = self.tracks.get(&id) else { return };
        if let Some((due, _)) = track.next() {
            self.queue.remove(&(due, id));
        }
        if let Some(due) = track.session.due {
            self.first_queue.remove(&(due, id));
        }
        if let Some(at) = track.hinted {
            self.hints.remove(&(at, id));
        }
    }

    /// A running session waits outside, so that the queues' heads are always free to go.
    fn enqueue(&mut self, id: SessionId) {
        let Some(track) = self.tracks.get(&id).filter(|track| !track.running) else { return };
        if let Some((due, _)) = track.next() {
            self.queue.insert((due, id));
        }
        if let Some(due) = track.session.due.filter(|_| self.first_looks.contains(&id)) {
            self.first_queue.insert((due, id));
        }
        if let Some(at) = track.hinted {
            self.hints.insert((at, id));
        }
    }

    /// Changes a track and keeps the queue in step.
    pub fn change(&mut self, id: SessionId, change: impl FnOnce(&mut Track)) {
        self.dequeue(id);
        if let Some(track) = self.tracks.get_mut(&id) {
            change(track);
        }
        self.enqueue(id);
    }

    /// What the operator looks at.
    pub fn focus(&mut self, selected: Option<SessionId>, visible: Vec<SessionId>) {
        self.selected = selected;
        self.visible = visible;
    }

    /// The session under the cursor.
    #[must_use]
    pub const fn selected(&self) -> Option<SessionId> {
        self.selected
    }

    /// True for the session under the cursor.
    #[must_use]
    pub fn is_selected(&self, id: SessionId) -> bool {
        self.selected == Some(id)
    }

    /// The operator asks for one now; it is due at once, also when it is not asked any more.
    pub fn ask(&mut self, id: SessionId, now: Instant) {
        let Some(track) = self.tracks.get(&id) else { return };
        let at = track.asked_at.map_or(now, |last| (last + COALESCE).max(now));
        self.change(id, |track| {
            track.hasten(at);
            // Who presses refresh wants to see what is still required, too.
            track.configuration.due = track.configuration.due.map(|due| due.min(at));
        });
        if !self.asked.contains(&id) {
            self.asked.push_back(id);
        }
    }

    /// The operator asks for all: each is due at once and asked for as the budget allows.
    pub fn ask_all(&mut self, now: Instant, whom: impl Iterator<Item = SessionId>) {
        for id in whom {
            self.change(id, |track| track.hasten(now));
            if !self.asked.contains(&id) {
                self.asked.push_back(id);
            }
        }
    }

    /// A notification says that something happened to this session: it is looked at sooner, also
    /// when it is not asked any more. Hints that wait already are one.
    pub fn hint(&mut self, id: SessionId, now: Instant) {
        let Some(track) = self.tracks.get(&id).filter(|track| track.hinted.is_none()) else {
            return;
        };
        let at = track.asked_at.map_or(now, |last| (last + HINT_WINDOW).max(now));
        self.change(id, |track| track.hinted = Some(at));
    }

    /// Takes the next job that is due.
    pub fn pick(&mut self, now: Instant, whom: Candidates) -> Option<PollJob> {
        // The operator's wish comes before every share of
        // the budget; during an outage it is the probe.
        if let Some(at) = self.asked.iter().position(|id| self.ready(*id, now)) {
            // A session that failed before may fail for a
            // reason of its own and would tell nothing of Yoti.
            let id = self.asked.remove(at)?;
            return self.take_result(id, now).map(|job| PollJob { asked: true, ..job });
        }
        match whom {
            Candidates::Hinted => return self.hinted(now).and_then(|id| self.take(id, now)),
            Candidates::Probe => {
                let due = self.queue.iter().take_while(|(due, _)| *due <= now).map(|(_, id)| *id);
                let healthy = |id: &SessionId| {
                    self.tracks.get(id).is_some_and(|track| track.session.failures == 0)
                };
                let ready = |id: &SessionId| self.ready(*id, now);
                let id =
                    due.clone().filter(ready).find(healthy).or_else(|| due.clone().find(ready));
                return self.take(id?, now);
            }
            Candidates::Anybody => {}
        }
        // Counted only here: a wish or a probe takes no turn from the shares below.
        self.picks = self.picks.wrapping_add(1);
        if let Some((_, first)) = self.first_queue.first().filter(|(due, _)| *due <= now) {
            let id = self.beside_first_looks(now).unwrap_or(*first);
            return self.take_result(id, now);
        }
        let looked_at = || self.looked_at(now, |id| self.due(id));
        let chosen = match self.picks % RESERVED {
            0 => None,
            pick if pick % 2 == 0 => self.hinted(now).or_else(looked_at),
            _ => looked_at().or_else(|| self.hinted(now)),
        };
        let longest_due = || {
            let due = self.queue.iter().take_while(|(due, _)| *due <= now);
            due.map(|(_, id)| *id).find(|id| self.ready(*id, now))
        };
        let chosen = chosen.or_else(longest_due).or_else(|| self.hinted(now))?;
        self.take(chosen, now)
    }

    /// Who goes before a session that was never looked at: only session results are asked for then.
    fn beside_first_looks(&self, now: Instant) -> Option<SessionId> {
        let unseen = |id| self.result_due(id).filter(|_| self.first_looks.contains(&id));
        self.looked_at(now, unseen).or_else(|| match self.picks % FIRST_LOOK_TURNS {
            0 | 2 | 4 | 7 | 9 => self.looked_at(now, |id| self.result_due(id)),
            5 | 11 => self.hinted(now),
            _ => None,
        })
    }

    /// The session under the cursor, or the visible one that has waited longest, by `since`.
    fn looked_at(
        &self,
        now: Instant,
        since: impl Fn(SessionId) -> Option<Instant>,
    ) -> Option<SessionId> {
        let looked_at = self.selected.iter().chain(&self.visible).copied();
        let due = looked_at.filter_map(|id| since(id).filter(|at| *at <= now).zip(Some(id)));
        // The cursor first, whatever waits longer (fault R06): it is what the operator reads.
        due.min_by_key(|(at, id)| (!self.is_selected(*id), *at)).map(|(_, id)| id)
    }

    /// The hint that has waited longest.
    fn hinted(&self, now: Instant) -> Option<SessionId> {
        self.hints.first().filter(|(at, _)| *at <= now).map(|(_, id)| *id)
    }

    fn ready(&self, id: SessionId, now: Instant) -> bool {
        self.due(id).is_some_and(|due| due <= now)
    }

    /// When anything of a session may be asked for; `None` while a request for it runs.
    fn due(&self, id: SessionId) -> Option<Instant> {
        let track = self.tracks.get(&id).filter(|track| !track.running)?;
        track.next().map(|(due, _)| due).into_iter().chain(track.hinted).min()
    }

    /// When its session result may be asked for.
    fn result_due(&self, id: SessionId) -> Option<Instant> {
        let track = self.tracks.get(&id).filter(|track| !track.running)?;
        track.session.due.into_iter().chain(track.hinted).min()
    }

    /// What is due of it: the session result first where a notification named it.
    fn take(&mut self, id: SessionId, now: Instant) -> Option<PollJob> {
        let track = self.tracks.get(&id)?;
        let hinted = track.hinted.is_some_and(|at| at <= now);
        let part = if hinted { Part::Session } else { track.next()?.1 };
        self.take_part(id, part, now)
    }

    fn take_result(&mut self, id: SessionId, now: Instant) -> Option<PollJob> {
        self.take_part(id, Part::Session, now)
    }

    /// A running session leaves the queues, so that their heads are always free to go.
    fn take_part(&mut self, id: SessionId, part: Part, now: Instant) -> Option<PollJob> {
        self.dequeue(id);
        let track = self.tracks.get_mut(&id)?;
        track.slot(part).due = None;
        if part == Part::Session {
            // Hints that come while the request runs are followed
            // after it: it may have been answered before.
            track.hinted = None;
            track.asked_at = Some(now);
        }
        track.running = true;
        Some(PollJob { id, part, asked: false })
    }

    /// A job has ended: its part is due again at `due`, or not any more.
    pub fn ended(&mut self, job: PollJob, due: Option<Instant>) {
        if let Some(track) = self.tracks.get_mut(&job.id) {
            track.running = false;
            let slot = track.slot(job.part);
            // What was asked for while it ran stays.
            slot.due = match (slot.due, due) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (a, b) => a.or(b),
            };
        }
        self.enqueue(job.id);
    }

    /// Nothing of this session is asked any more (404, or its end).
    pub fn stop(&mut self, id: SessionId) {
        self.change(id, |track| {
            for part in [Part::Session, Part::Configuration, Part::Letter] {
                track.drop_part(part);
            }
            track.interval = None;
        });
    }

    /// Asks for the configuration at `at` or earlier.
    pub fn hasten_configuration(&mut self, id: SessionId, at: Instant) {
        self.change(id, |track| {
            let due = track.configuration.due;
            track.configuration.due = Some(due.map_or(at, |due| due.min(at)));
        });
    }

    /// Brings forward to `now` what is due next.
    pub fn hasten_first(&mut self, now: Instant) {
        if let Some(&(_, id)) = self.queue.first().filter(|(due, _)| *due > now) {
            self.change(id, |track| track.hasten(now));
        }
    }

    /// The next moment at which something is due.
    #[must_use]
    pub fn next_due(&self) -> Option<Instant> {
        self.queue.first().map(|(due, _)| *due).into_iter().chain(self.next_hint()).min()
    }

    /// The next moment at which a hint may be followed.
    #[must_use]
    pub fn next_hint(&self) -> Option<Instant> {
        self.hints.first().map(|(at, _)| *at)
    }

    /// True while the operator's wish is open.
    #[must_use]
    pub fn has_asked(&self) -> bool {
        !self.asked.is_empty()
    }

    /// After an outage: what is overdue is spread over one interval each (fault R01).
    pub fn spread_overdue(&mut self, now: Instant, dice: &mut fastrand::Rng) {
        let overdue: Vec<SessionId> =
            self.queue.iter().take_while(|(due, _)| *due <= now).map(|(_, id)| *id).collect();
        for id in overdue {
            // What is on the screen is fresh again first.
            if self.selected == Some(id) || self.visible.contains(&id) {
                continue;
            }
            self.change(id, |track| {
                let within = track.interval.unwrap_or(Duration::from_mins(1));
                let mut later = || now + within.mul_f64(dice.f64());
                for slot in [&mut track.session, &mut track.configuration, &mut track.letter] {
                    if slot.due.is_some_and(|due| due <= now) {
                        slot.due = Some(later());
                    }
                }
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: u128) -> SessionId {
        SessionId::new(uuid::Uuid::from_u128(n))
    }

    /// On the schedule, its result due at that time.
    fn session_only(schedule: &mut Schedule, n: u128, due: Instant) {
        let waits = Waits { session: Some(Duration::ZERO), ..Waits::default() };
        schedule.add(id(n), waits, due, false);
    }

    fn all_due(schedule: &mut Schedule, n: u128, now: Instant, first: bool) {
        let at_once = Some(Duration::ZERO);
        let waits = Waits { session: at_once, configuration: at_once, letter: at_once };
        schedule.add(id(n), waits, now, first);
    }

    // R06
    #[test]
    fn the_cursor_comes_first_then_what_is_visible_then_the_longest_due() {
        let now = Instant::now();
        let mut schedule = Schedule::default();
        for n in 1..=5 {
            session_only(
                &mut schedule,
                n,
                now - Duration::from_secs(10 - u64::try_from(n).unwrap()),
            );
        }
        schedule.focus(Some(id(5)), vec![id(3), id(4), id(5)]);
        let order: Vec<SessionId> = std::iter::from_fn(|| schedule.pick(now, Candidates::Anybody))
            .map(|job| job.id)
            .collect();
        assert_eq!(order, [id(5), id(3), id(4), id(1), id(2)]);
    }

    #[test]
    fn a_session_is_never_asked_twice_at_once_and_its_parts_follow_each_other() {
        let now = Instant::now();
        let mut schedule = Schedule::default();
        all_due(&mut schedule, 1, now, false);
        let first = schedule.pick(now, Candidates::Anybody).unwrap();
        assert_eq!(first.part, Part::Session);
        assert_eq!(schedule.pick(now, Candidates::Anybody), None);
        schedule.ended(first, Some(now + Duration::from_mins(1)));
        assert_eq!(schedule.pick(now, Candidates::Anybody).unwrap().part, Part::Configuration);
    }

    #[test]
    fn results_of_sessions_never_seen_go_before_configurations_and_letters_of_all() {
        let now = Instant::now();
        let mut schedule = Schedule::default();
        for n in 1..=40 {
            all_due(&mut schedule, n, now, n > 20);
        }
        schedule.focus(Some(id(1)), (1..=5).map(id).collect());
        let mut parts = Vec::new();
        while let Some(job) = schedule.pick(now, Candidates::Anybody) {
            schedule.seen(job.id);
            schedule.ended(job, None);
            parts.push((job.part, job.id > id(20)));
        }
        let last = parts.iter().rposition(|(part, first)| *first && *part == Part::Session);
        let other = parts.iter().position(|(part, _)| *part != Part::Session);
        assert!(last < other, "{parts:?}");
        assert_eq!((parts.len(), schedule.first_looks()), (3 * 40, 0));
    }

    // R06
    #[test]
    fn visible_rows_keep_their_share_of_a_first_look_and_take_turns() {
        let start = Instant::now();
        let mut schedule = Schedule::default();
        // The configurations of those that are seen have been due for long: they wait.
        let long_ago = start - Duration::from_mins(5);
        (1..=10).for_each(|n| all_due(&mut schedule, n, long_ago, false));
        (11..=1_010).for_each(|n| all_due(&mut schedule, n, start, true));
        // The last two were never looked at either.
        schedule.focus(None, (1..=10).chain(1_009..=1_010).map(id).collect());
        let mut picked: HashMap<SessionId, usize> = HashMap::new();
        let mut order = Vec::new();
        for step in 0..1_200 {
            let now = start + Duration::from_millis(200 * step);
            let job = schedule.pick(now, Candidates::Anybody).unwrap();
            assert_eq!(job.part, Part::Session);
            schedule.seen(job.id);
            let known = job.id <= id(10);
            schedule.ended(job, known.then_some(now + Duration::from_secs(1)));
            *picked.entry(job.id).or_default() += 1;
            order.push(job.id);
        }
        assert_eq!(order[..2], [id(1_009), id(1_010)], "what the screen lacks comes first");
        let seen: Vec<usize> = (1..=10).map(|n| picked[&id(n)]).collect();
        // Of the first twelve one turn went to what the screen lacked.
        assert_eq!(seen.iter().sum::<usize>(), 5 * 100 - 1);
        assert!(seen.iter().all(|times| (49..=50).contains(times)), "in turn: {seen:?}");
        assert_eq!(schedule.first_looks(), 1_000 - (1_200 - 499));
    }

    // R05
    #[test]
    fn every_tenth_pick_goes_to_those_nobody_looks_at() {
        let now = Instant::now();
        let mut schedule = Schedule::default();
        for n in 1..=30 {
            session_only(&mut schedule, n, now);
        }
        schedule.focus(None, (20..=30).map(id).collect());
        let mut others = 0;
        for _ in 0..100 {
            let job = schedule.pick(now, Candidates::Anybody).unwrap();
            others += usize::from(job.id < id(20));
            schedule.ended(job, Some(now));
        }
        assert_eq!(others, 10);
    }

    // R07
    #[test]
    fn pressing_refresh_again_and_again_is_one_request_a_second() {
        let start = Instant::now();
        let mut schedule = Schedule::default();
        session_only(&mut schedule, 1, start + Duration::from_mins(15));
        let mut requests = 0;
        for step in 0..50_u64 {
            let now = start + Duration::from_millis(100 * step);
            schedule.ask(id(1), now);
            if let Some(job) = schedule.pick(now, Candidates::Hinted) {
                requests += 1;
                schedule.ended(job, Some(now + Duration::from_mins(15)));
            }
        }
        assert_eq!(requests, 5);
    }

    // W03
    #[test]
    fn a_thousand_notifications_of_one_session_are_one_look_in_two_seconds() {
        let start = Instant::now();
        let mut schedule = Schedule::default();
        session_only(&mut schedule, 1, start + Duration::from_mins(15));
        let mut looks = Vec::new();
        for step in 0..1_000_u64 {
            let now = start + Duration::from_millis(10 * step);
            schedule.hint(id(1), now);
            if let Some(job) = schedule.pick(now, Candidates::Anybody) {
                assert_eq!((job.part, job.asked), (Part::Session, false));
                looks.push(now);
                // Hints that come while it runs are followed after it.
                schedule.hint(id(1), now);
                schedule.ended(job, Some(now + Duration::from_mins(15)));
            }
        }
        assert_eq!(looks.len(), 5, "ten seconds of them");
        assert!(looks.windows(2).all(|pair| pair[1] - pair[0] >= HINT_WINDOW));
    }

    // W09
    #[test]
    fn a_flood_of_hints_leaves_visible_rows_half_of_the_picks_and_the_rest_their_tenth() {
        let now = Instant::now();
        let mut schedule = Schedule::default();
        for n in 1..=300 {
            session_only(&mut schedule, n, now);
        }
        schedule.focus(None, (1..=20).map(id).collect());
        let mut picked = [0; 3];
        for step in 0..1_000_u64 {
            let at = now + Duration::from_secs(step);
            (200..=300).for_each(|n| schedule.hint(id(n), at));
            let job = schedule.pick(at, Candidates::Anybody).unwrap();
            let class = [id(21), id(200)].iter().filter(|from| job.id >= **from).count();
            picked[class] += 1;
            schedule.ended(job, Some(at));
        }
        assert!(picked[0] >= 400, "visible rows keep 40 %: {picked:?}");
        assert!(picked[1] >= 50, "nobody starves: {picked:?}");
        assert!(picked[2] >= 350, "hints are followed: {picked:?}");
    }

    #[test]
    fn a_hint_is_followed_for_a_session_that_has_ended() {
        let now = Instant::now();
        let mut schedule = Schedule::default();
        all_due(&mut schedule, 1, now, false);
        schedule.stop(id(1));
        schedule.hint(id(1), now);
        schedule.hint(id(2), now);
        assert_eq!((schedule.hints.len(), schedule.next_due()), (1, Some(now)));
        let job = schedule.pick(now, Candidates::Hinted).unwrap();
        schedule.ended(job, None);
        assert_eq!((schedule.hints.len(), schedule.pick(now, Candidates::Anybody)), (0, None));
        schedule.hint(id(1), now);
        schedule.forget(id(1));
        assert_eq!(schedule.hints.len(), 0);
    }

    #[test]
    fn what_is_stopped_is_never_picked_but_can_be_asked_for() {
        let now = Instant::now();
        let mut schedule = Schedule::default();
        all_due(&mut schedule, 1, now, false);
        schedule.stop(id(1));
        assert_eq!(schedule.pick(now, Candidates::Anybody), None);
        schedule.ask(id(1), now);
        assert!(schedule.pick(now, Candidates::Anybody).is_some_and(|job| job.asked));
    }
}
