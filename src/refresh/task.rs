//! The loop: waits for answers, commands and due times, and keeps store and header true.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::ask::ask;
use super::at_hand::{AtHand, DetailReading};
use super::backoff::RetryBudget;
use super::breaker::Breaker;
use super::calls::Ended;
use super::due::{interval, waits};
use super::hints::Hints;
use super::meter::Meter;
use super::schedule::{Candidates, PollJob, Schedule};
use super::shards::Sharing;
use super::{Command, Settings};
use crate::api::SessionApi;
use crate::clock::Clock;
use crate::domain::assessment::attention::assess;
use crate::domain::assessment::rules::Rules;
use crate::domain::events::call::CallLog;
use crate::domain::events::ledger::Ledger;
use crate::domain::session::answer::Fingerprint;
use crate::domain::session::ids::SessionId;
use crate::domain::watchlist::command::OperatorCommand;
use crate::domain::watchlist::outbox::OutboxMessage;
use crate::domain::watchlist::storage::Storage;
use crate::domain::watchlist::watched::{PollState, WatchedSession};
use crate::store::Store;

/// What is kept no longer is erased this often.
const ERASE: Duration = Duration::from_hours(1);
/// The same while this waits for Yoti's time, and soon after the start, when it is known.
pub(super) const ERASE_SOON: Duration = Duration::from_mins(1);
/// Poll times and figures are published at most this often.
pub(super) const PUBLISH: Duration = Duration::from_secs(1);

/// When what is kept no longer is looked for next.
pub(super) struct Erasing {
    pub(super) at: Instant,
    /// It stays until Yoti has told its time.
    pub(super) waits: bool,
}

pub(super) struct Task<A, C> {
    pub(super) api: Arc<A>,
    pub(super) store: Store,
    pub(super) clock: C,
    pub(super) settings: Settings,
    pub(super) rules: Rules,
    pub(super) schedule: Schedule,
    pub(super) breaker: Breaker,
    pub(super) meter: Meter,
    pub(super) retries: RetryBudget,
    pub(super) dice: fastrand::Rng,
    pub(super) running: JoinSet<Ended>,
    /// Details that are being read, for the operator or a notification.
    pub(super) reading: JoinSet<DetailReading>,
    pub(super) at_hand: AtHand,
    /// Sessions whose briefs are to be made anew, the next one last.
    pub(super) outdated: Vec<SessionId>,
    /// How polling goes for those that are published next.
    pub(super) polls: HashMap<SessionId, PollState>,
    pub(super) touched: HashSet<SessionId>,
    pub(super) last_ok: Option<Timestamp>,
    /// Yoti has answered this process.
    pub(super) reached: bool,
    pub(super) slowed_until: Option<Instant>,
    pub(super) store_trouble: Option<String>,
    pub(super) store_damage: Option<String>,
    /// While it follows: there is no process that asks.
    pub(super) nobody_polls: bool,
    /// Why the last detail could not be read.
    pub(super) unreadable: Option<String>,
    /// The word for the connection that the log told last.
    pub(super) logged: &'static str,
    pub(super) publish_at: Instant,
    pub(super) erasing: Erasing,
    pub(super) heard: bool,
    pub(super) calls: CallLog,
    pub(super) hints: Hints,
    /// To the process that asks, while that is another one.
    pub(super) relay: Option<mpsc::Sender<Vec<OutboxMessage>>>,
    /// How the list is shared with other machines, where it is.
    pub(super) sharing: Option<Sharing>,
    pub(super) shared_trouble: Option<String>,
}

impl<A: SessionApi, C: Clock> Task<A, C> {
    pub(super) fn new(api: A, store: Store, clock: C, settings: Settings, rules: Rules) -> Self {
        let now = Instant::now();
        let mut task = Self {
            api: Arc::new(api),
            store,
            clock,
            schedule: Schedule::default(),
            breaker: Breaker::default(),
            meter: Meter::new(settings.max_rps, now),
            retries: RetryBudget::default(),
            // A seed, so that tests in virtual time see the same spread each run.
            dice: fastrand::Rng::with_seed(settings.seed),
            running: JoinSet::new(),
            reading: JoinSet::new(),
            at_hand: AtHand::default(),
            outdated: Vec::new(),
            polls: HashMap::new(),
            touched: HashSet::new(),
            last_ok: None,
            reached: false,
            slowed_until: None,
            store_trouble: None,
            store_damage: None,
            nobody_polls: false,
            unreadable: None,
            logged: "",
            publish_at: now,
            erasing: Erasing { at: now + ERASE_SOON, waits: false },
            heard: false,
            calls: CallLog::default(),
            hints: Hints::default(),
            relay: None,
            sharing: settings.shared.then(Sharing::default),
            shared_trouble: None,
            settings,
            rules,
        };
        let tally = task.store.snapshot().health.notified;
        task.hints.ledger = Ledger::resumed(tally);
        let known: Vec<Arc<WatchedSession>> =
            task.store.snapshot().sessions.iter().map(Arc::clone).collect();
        for watched in known {
            task.schedule_session(&watched, now);
        }
        task.outdated = task.outdated();
        task
    }

    /// Puts a session on the schedule, by when each part was last answered.
    pub(super) fn schedule_session(&mut self, watched: &WatchedSession, now: Instant) {
        let id = watched.id();
        if !self.may_ask(id) {
            return;
        }
        let every = interval(&self.assessed(watched), false, &self.settings);
        let waits = waits(watched, every, &self.settings, self.clock.now());
        // One that Yoti says is not there was looked at, though it has no answer.
        let first = watched.brief.result.is_none() && watched.brief.missing_since().is_none();
        self.schedule.add(id, waits, now, first);
        let poll =
            PollState { interval: every.map(|e| self.shown(e)).into(), ..watched.poll.clone() };
        self.schedule.change(id, |track| track.interval = every);
        self.polls.insert(id, poll);
        self.touched.insert(id);
    }

    pub(super) fn assessed(
        &self,
        watched: &WatchedSession,
    ) -> crate::domain::assessment::attention::Assessment {
        assess(watched, &self.rules, self.clock.now())
    }

    /// A real span in the time that the clock shows (the demo's runs faster).
    pub(super) fn shown(&self, span: Duration) -> SignedDuration {
        SignedDuration::try_from_secs_f64(span.as_secs_f64() * self.settings.clock_speed)
            .unwrap_or(SignedDuration::MAX)
    }

    pub(super) fn shown_at(&self, at: Instant) -> Timestamp {
        let wait = self.shown(at.saturating_duration_since(Instant::now()));
        self.clock.now().saturating_add(wait).unwrap_or(Timestamp::MAX)
    }

    pub(super) async fn run(
        mut self,
        mut commands: mpsc::Receiver<Command>,
        cancelled: CancellationToken,
    ) {
        // What is known of the store before anything is asked is in the first snapshot.
        self.apply_waiting(&mut commands);
        self.publish();
        loop {
            let wake = self.wake_at();
            // Biased: the end first; then answers, which free a place; then the operator; the
            // timer last, since what it would start is started below in any case. Every arm is
            // cancel-safe: nothing is taken out of its source before its arm is chosen.
            tokio::select! {
                biased;
                () = cancelled.cancelled() => break,
                Some(ended) = self.running.join_next(), if !self.running.is_empty() => {
                    // A task that panicked has no answer; the hook
                    // ends the program on its own (fault T01).
                    if let Ok(ended) = ended {
                        self.answered(ended);
                    }
                }
                Some(read) = self.reading.join_next(), if !self.reading.is_empty() => {
                    self.has_read(read);
                }
                command = commands.recv() => match command {
                    Some(command) => self.apply(command),
                    None => break,
                },
                () = tokio::time::sleep_until(wake) => {}
            }
            // All that waits is done before asking, so that a focus steers the very next request.
            self.apply_waiting(&mut commands);
            self.start_what_is_due();
            self.renew_briefs();
            if Instant::now() >= self.erasing.at {
                self.erasing.at = Instant::now() + ERASE;
                self.erase(Instant::now());
            }
            if Instant::now() >= self.publish_at {
                self.publish();
            }
        }
        // What was said before the end is done: a note, a notification.
        self.apply_waiting(&mut commands);
        while let Some(read) = self.reading.join_next().await {
            self.has_read(read);
        }
        self.publish();
    }

    fn apply_waiting(&mut self, commands: &mut mpsc::Receiver<Command>) {
        while let Ok(command) = commands.try_recv() {
            self.apply(command);
        }
    }

    /// False: nothing is asked, by choice or because another process does.
    pub(super) const fn asks(&self) -> bool {
        self.settings.online && !self.settings.following
    }

    /// The next moment at which this loop has something to do.
    fn wake_at(&self) -> Instant {
        let now = Instant::now();
        // Woken now and then though nothing is due: the ledger settles with time alone.
        // A follower is woken more often, to find out that no response comes any more.
        let mut wake = now + Duration::from_secs(if self.settings.following { 10 } else { 60 });
        if self.heard || !self.touched.is_empty() {
            wake = wake.min(self.publish_at);
        }
        if !self.asks() || self.running.len() >= self.settings.concurrency {
            return wake;
        }
        let Some(shared) = self.slot(now) else { return wake };
        let slot = self.meter.next_slot(now, self.breaker.ramp(now)).max(self.held_until(now));
        let slot = slot.max(shared);
        if self.schedule.has_asked() {
            // A millisecond at least: a wish whose session is still running would spin.
            wake = wake.min(slot.max(now + Duration::from_millis(1)));
        }
        let due = if self.settings.sweep { Schedule::next_due } else { Schedule::next_hint };
        if let Some(due) = due(&self.schedule) {
            wake = wake.min(due.max(slot));
        }
        wake
    }

    /// Nothing is sent before this: a wait that the API asked for, or the next probe.
    pub(super) fn held_until(&self, now: Instant) -> Instant {
        let probe = self.breaker.state().map(|(_, _, probe_at)| probe_at);
        self.slowed_until.into_iter().chain(probe).fold(now, Instant::max)
    }

    fn start_what_is_due(&mut self) {
        loop {
            let now = Instant::now();
            let probing = self.breaker.state().is_some();
            // One probe at a time while nobody answers (fault R04).
            let places = if probing { 1 } else { self.settings.concurrency };
            if !self.asks()
                || self.running.len() >= places
                || self.meter.next_slot(now, self.breaker.ramp(now)) > now
                || self.held_until(now) > now
                || self.slot(now).is_none_or(|slot| slot > now)
            {
                return;
            }
            let whom = match probing {
                true => Candidates::Probe,
                false if self.settings.sweep => Candidates::Anybody,
                false => Candidates::Hinted,
            };
            let Some(job) = self.schedule.pick(now, whom) else { return };
            self.start(job, probing, now);
        }
    }

    fn start(&mut self, job: PollJob, probe: bool, now: Instant) {
        self.meter.sent(now);
        self.use_slot(now);
        self.retries.earn();
        self.heard = true;
        let api = Arc::clone(&self.api);
        let (asked_at, known) = (self.clock.now(), self.fingerprint(job));
        self.running.spawn(async move {
            let begun = Instant::now();
            let told = ask(&*api, job, known, asked_at).await;
            Ended { job, probe, asked_at, took: begun.elapsed(), told, read: None }
        });
    }

    /// What tells an answer that says nothing new; `None`: it is taken in whatever it says.
    fn fingerprint(&self, job: PollJob) -> Option<Fingerprint> {
        let watched = self.store.watched(job.id)?;
        // What the operator looks at has the times of its last answer in every pane, and what the
        // store lost is there again.
        let whole = self.schedule.is_selected(job.id) || watched.storage != Storage::default();
        watched.brief.fingerprint(job.part).filter(|_| !whole)
    }

    pub(super) fn poll_state(&mut self, id: SessionId, change: impl FnOnce(&mut PollState)) {
        let shown = || self.store.watched(id).map(|watched| watched.poll.clone());
        change(self.polls.entry(id).or_insert_with(|| shown().unwrap_or_default()));
        self.touched.insert(id);
    }

    fn apply(&mut self, command: Command) {
        crate::panic_site::at("command", &command);
        let now = Instant::now();
        // The API log asks again and again while it is open: that is no news for a snapshot.
        self.heard |= !matches!(command, Command::Traffic(_));
        if command.shows_at_once() {
            self.publish_at = now;
        }
        match command {
            Command::Operator(command) => self.operator(command, now),
            Command::Saved(version) => {
                self.at_hand.saved(version);
                self.shed();
            }
            Command::StoreTrouble(trouble) => self.store_trouble = trouble,
            Command::StoreDamage(damage) => self.store_damage = damage,
            Command::StoreFaults(faults) => self.store.doubt(&faults),
            Command::NobodyPolls(nobody) => self.nobody_polls = nobody,
            Command::Notified(told) => self.notified(&told, now),
            Command::Receiving(how) => self.hints.receiving = how,
            Command::AlertTrouble(trouble) => self.hints.alert_trouble = trouble,
            Command::Follow(list) => self.follow(list, now),
            Command::Kept(changes, made) => self.keep(&changes, &made, now),
            Command::Relay(to) => self.stands_by(to),
            Command::TakeOver(list, to) => self.take_over(list, &to, now),
            Command::Share(to) => self.share(to),
            Command::Shards(news) => self.take_shards(news),
            Command::Merge(news) => self.merge(news, now),
            Command::SharedTrouble(trouble) => self.shared_trouble = trouble,
            Command::Traffic(to) => self.tell_traffic(&to),
            Command::Flush(to) => {
                self.publish();
                // Who waited may have gone.
                let _gone = to.try_send(self.store.snapshot().version);
            }
        }
    }

    fn operator(&mut self, command: OperatorCommand, now: Instant) {
        match command {
            OperatorCommand::Refresh(id) => self.ask_for(Some(id), now),
            OperatorCommand::RefreshAll => self.ask_for(None, now),
            OperatorCommand::Interval(every) => self.pace(every, now),
            OperatorCommand::Focus { selected, visible } => self.focus(selected, visible, now),
            OperatorCommand::Add(entries) => self.add(entries, now),
            OperatorCommand::Remove(ids) => self.remove(&ids),
            OperatorCommand::Keep(changes) => self.keep(&changes, &self.made_now(), now),
            OperatorCommand::Looked => self.store.looked(self.clock.now()),
            OperatorCommand::Arrange(arrangement) => self.store.arrange(arrangement),
        }
    }
}
