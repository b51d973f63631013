//! Three pollers and two desks in virtual time, with lines that are cut, slow or lose answers,
//! processes that stand still, and clocks that differ: what all of them did is looked at afterwards.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use branchwatch::clock::{Clock, TokioClock};
use branchwatch::domain::session::ids::SessionId;
use branchwatch::hub::lease::SHARDS;
use branchwatch::hub::memory::{LineFaults, MemoryHub, MemoryStore};
use branchwatch::hub::slots::Slots;
use branchwatch::hub::{
    Beat, Holding, Hub, HubAction, HubBatch, HubChange, HubCursor, HubError, HubReply, MemberRole,
    Shard,
};
use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};
use tokio::time::{Instant, sleep, timeout};
use uuid::Uuid;

use crate::{DESK, POLLER, action, add, id, list, member, observation, sealed};

const SESSIONS: u128 = 64;
const MAX_RPS: f64 = 10.0;
/// With faults, and after them.
const TROUBLED: Duration = Duration::from_mins(2);
const HEALED: Duration = Duration::from_secs(30);

/// A request to Yoti.
struct Request {
    poller: usize,
    session: SessionId,
    from: Instant,
    until: Instant,
}

/// What is common to all in one run.
struct Run {
    started: Instant,
    rng: RefCell<Rng>,
    requests: RefCell<Vec<Request>>,
    stop: Cell<bool>,
}

impl Run {
    fn millis(&self, range: std::ops::Range<u64>) -> Duration {
        Duration::from_millis(self.rng.borrow_mut().u64(range))
    }

    fn troubled(&self) -> bool {
        self.started.elapsed() < TROUBLED
    }
}

struct Poller<'a> {
    number: usize,
    run: &'a Run,
    hub: MemoryHub,
    clock: TokioClock,
    /// How far its own clock is ahead.
    skew: SignedDuration,
    holding: RefCell<Option<Holding>>,
    /// How far the server's clock is ahead of its own.
    offset: Cell<Option<SignedDuration>>,
    asked: RefCell<BTreeMap<u128, Instant>>,
    /// Stands still until then, as a process that is stopped.
    frozen: Cell<Option<Instant>>,
}

impl Poller<'_> {
    fn wall(&self) -> Timestamp {
        self.clock.now() + self.skew
    }

    /// After each wait: a process that is stopped goes on where it was.
    async fn thaw(&self) {
        while let Some(until) = self.frozen.take() {
            tokio::time::sleep_until(until).await;
        }
    }

    fn held(&self) -> Vec<Shard> {
        let holding = self.holding.borrow();
        let holding = holding.iter().flat_map(|h| h.trusted(Instant::now(), self.wall()));
        holding.map(|lease| lease.shard).collect()
    }

    async fn beat(&self) {
        let mut wanted = 0;
        while !self.run.stop.get() {
            let (sent, sent_wall) = (Instant::now(), self.wall());
            let done = self.hub.take(wanted).await;
            self.thaw().await;
            match done {
                Ok(beat) => {
                    wanted = beat.wanted();
                    self.confirmed(beat, sent, sent_wall).await;
                }
                Err(HubError::NotJoined) => {
                    let _tried_again_later = self.hub.join(&member(MemberRole::Poller)).await;
                }
                // Trust ends without a word.
                Err(_) => {}
            }
            sleep(Duration::from_millis(1_500)).await;
            self.thaw().await;
        }
    }

    async fn confirmed(&self, mut beat: Beat, sent: Instant, sent_wall: Timestamp) {
        // A slow answer tells little of the server's clock.
        if sent.elapsed() < Duration::from_millis(200) {
            self.offset.set(Some(beat.offset(sent_wall, self.wall())));
        }
        let wanted = usize::from(beat.wanted());
        let surplus = beat.leases.split_off(wanted.min(beat.leases.len()));
        *self.holding.borrow_mut() = Some(Holding::confirmed(&beat, sent, sent_wall));
        if !surplus.is_empty() {
            // Running requests end first.
            sleep(Duration::from_secs(1)).await;
            self.thaw().await;
            let surplus: Vec<Shard> = surplus.iter().map(|lease| lease.shard).collect();
            let _runs_out_otherwise = self.hub.free(&surplus).await;
        }
    }

    async fn ask(&self) {
        let slots = Slots::new(MAX_RPS);
        let mut used = i64::MIN / 2;
        while !self.run.stop.get() {
            let Some(offset) = self.offset.get() else {
                sleep(Duration::from_millis(100)).await;
                continue;
            };
            let now = self.wall() + offset;
            used = used.max(slots.at(now) - 1);
            let Some((slot, begins)) = slots.next(used, &self.held()) else {
                sleep(Duration::from_millis(100)).await;
                continue;
            };
            let wait = Duration::try_from(begins.duration_since(now)).unwrap_or_default();
            sleep(wait).await;
            self.thaw().await;
            used = slot;
            // Both were true before the wait.
            let held = self.held();
            if slots.usable(self.wall() + offset, &held) == Some(slot) {
                self.request(&held).await;
                self.thaw().await;
            }
        }
    }

    async fn request(&self, held: &[Shard]) {
        let from = Instant::now();
        let mine = (1..=SESSIONS).filter(|n| held.contains(&Shard::of(id(*n))));
        // Who was not asked for longest.
        let mut asked = self.asked.take();
        let n = mine.min_by_key(|n| asked.get(n).copied()).unwrap();
        asked.insert(n, from);
        self.asked.replace(asked);
        let holding = self.holding.borrow().clone().unwrap();
        let leases = holding.trusted(from, self.wall()).to_vec();
        // It may be slow now and then, but ends within what trust is shorter than the lease.
        let slow = self.run.rng.borrow_mut().u8(..10) == 0;
        sleep(self.run.millis(if slow { 500..1_000 } else { 20..60 })).await;
        let request = Request { poller: self.number, session: id(n), from, until: Instant::now() };
        self.run.requests.borrow_mut().push(request);
        self.thaw().await;
        let at = self.wall() + self.offset.get().unwrap_or_default();
        let observations = vec![observation(n, at, &format!("{} {at}", self.number))];
        let batch = HubBatch { leases, observations };
        let _lost_or_fenced = self.hub.publish(&batch).await;
    }

    /// Cuts, slows and stops it, and lets it be.
    async fn trouble(&self) {
        while self.run.troubled() {
            sleep(self.run.millis(500..8_000)).await;
            let kind = self.run.rng.borrow_mut().u8(..6);
            let good = LineFaults::default();
            let faults = match kind {
                0 => LineFaults { cut: true, ..good },
                1 => LineFaults { loses_answers: true, ..good },
                2 => LineFaults { delay: self.run.millis(10..4_000), ..good },
                3 => {
                    self.frozen.set(Some(Instant::now() + self.run.millis(100..20_000)));
                    good
                }
                _ => good,
            };
            self.hub.set_faults(faults);
            sleep(self.run.millis(100..15_000)).await;
            self.hub.set_faults(good);
        }
    }
}

/// Writes notes, each after having read the one before, until it is known what became of it.
async fn write(run: &Run, hub: &MemoryHub, name: &str) -> Vec<(HubAction, i64)> {
    let mut written = Vec::new();
    let mut count = 0;
    while run.troubled() {
        count += 1;
        let kind = run.rng.borrow_mut().u8(..4);
        let faults =
            LineFaults { loses_answers: kind == 0, cut: kind == 1, ..LineFaults::default() };
        hub.set_faults(LineFaults::default());
        let n = 1 + run.rng.borrow_mut().u128(..4);
        let was = list(hub).await.remove(&id(n)).map(|row| row.labels.note_version);
        sleep(run.millis(0..300)).await;
        let note = Some(sealed(&format!("{name} {count}")));
        let action = action(n, HubChange::Note(note), was);
        hub.set_faults(faults);
        let mut reply = hub.keep(&action).await;
        hub.set_faults(LineFaults::default());
        while let Err(HubError::Away(_)) = reply {
            sleep(run.millis(0..1_000)).await;
            reply = hub.keep(&action).await;
        }
        if let HubReply::Done(version) | HubReply::Known(version) = reply.unwrap() {
            written.push((action, version));
        }
    }
    written
}

/// Follows the feed, without its wakes half of the time.
async fn follow(run: &Run, hub: &MemoryHub) -> BTreeMap<SessionId, (i64, i64)> {
    let mut seen: BTreeMap<SessionId, (i64, i64)> = BTreeMap::new();
    let mut cursor = HubCursor::default();
    // A last time when all others have ended.
    while run.started.elapsed() < TROUBLED + HEALED + Duration::from_mins(1) {
        let deaf = run.rng.borrow_mut().bool();
        hub.set_faults(LineFaults { deaf, ..LineFaults::default() });
        let _lost = timeout(Duration::from_secs(15), hub.woken()).await;
        let page = hub.pull(&cursor).await.unwrap();
        for row in page.rows {
            let before = seen.insert(row.id, (row.version, row.epoch));
            let fits =
                before.is_none_or(|(version, epoch)| version < row.version && epoch <= row.epoch);
            assert!(fits, "a version or an epoch went back");
        }
        cursor = page.next;
    }
    seen
}

fn check_requests(run: &Run, seed: u64) {
    let mut requests = run.requests.borrow_mut();
    requests.sort_by_key(|request| request.from);
    for (n, request) in requests.iter().enumerate() {
        let later = &requests[n..];
        let many =
            later.iter().take_while(|r| r.from < request.from + Duration::from_secs(1)).count();
        assert!(
            f64::from(u32::try_from(many).unwrap()) <= MAX_RPS + 1.0,
            "seed {seed}: {many} in a second"
        );
        let two = later.iter().take_while(|r| r.from < request.until);
        let two =
            two.filter(|r| r.session == request.session && r.poller != request.poller).count();
        assert_eq!(two, 0, "seed {seed}: {} was asked by two at once", request.session);
    }
    let healed = run.started + TROUBLED + Duration::from_secs(15);
    let last = requests.iter().filter(|request| request.from > healed);
    let asked: BTreeSet<Shard> = last.map(|request| Shard::of(request.session)).collect();
    let all: BTreeSet<Shard> = (1..=SESSIONS).map(|n| Shard::of(id(n))).collect();
    assert_eq!(asked, all, "seed {seed}: shards were left alone");
    assert_eq!(all.len(), usize::from(SHARDS), "there is a session in each");
}

/// Each note was written by someone who had seen the one before.
fn check_notes(written: Vec<(HubAction, i64)>, seed: u64) {
    let mut last: BTreeMap<SessionId, i64> = BTreeMap::new();
    let mut names: BTreeSet<Uuid> = BTreeSet::new();
    let mut written = written;
    written.sort_by_key(|(_, version)| *version);
    assert!(written.len() > 50, "seed {seed}: notes were written");
    for (action, version) in written {
        let before = last.insert(action.session.unwrap(), version).unwrap_or_default();
        assert_eq!(action.was, Some(before), "seed {seed}: a note was lost");
        assert!(names.insert(action.action), "seed {seed}: an action was carried out twice");
    }
}

async fn run(seed: u64) {
    let clock = TokioClock::starting_at("2026-10-16T09:00:00Z".parse().unwrap());
    let store = MemoryStore::new(clock);
    let run = Run {
        started: Instant::now(),
        rng: RefCell::new(Rng::with_seed(seed)),
        requests: RefCell::default(),
        stop: Cell::new(false),
    };
    let pollers = [0, 1, 2].map(|number| Poller {
        number,
        run: &run,
        hub: store.connect("poller", POLLER),
        clock,
        skew: SignedDuration::from_mins(60 * (i64::try_from(number).unwrap() - 1)),
        holding: RefCell::default(),
        offset: Cell::default(),
        asked: RefCell::default(),
        frozen: Cell::default(),
    });
    let desks = ["anna", "ben", "reader"].map(|name| store.connect(name, DESK));
    add(&desks[0], 1..=SESSIONS).await;
    let all = pollers.iter().map(async |p| tokio::join!(p.beat(), p.ask(), p.trouble()));
    let (_, anna, ben, seen, ()) = tokio::join!(
        futures::future::join_all(all),
        write(&run, &desks[0], "anna"),
        write(&run, &desks[1], "ben"),
        follow(&run, &desks[2]),
        async {
            sleep(TROUBLED + HEALED).await;
            run.stop.set(true);
        },
    );
    check_requests(&run, seed);
    check_notes([anna, ben].concat(), seed);
    let now = list(&desks[2]).await;
    let now: BTreeMap<_, _> = now.iter().map(|(id, row)| (*id, (row.version, row.epoch))).collect();
    assert_eq!(seen, now, "seed {seed}: the reader missed something");
}

#[tokio::test(start_paused = true)]
async fn no_session_is_asked_by_two_at_once_and_no_note_is_lost_over_seeds() {
    let seeds = std::env::var("BRANCHWATCH_TEST_ROUNDS").ok().and_then(|n| n.parse().ok());
    for seed in 0..seeds.unwrap_or(20) {
        run(seed).await;
    }
}
