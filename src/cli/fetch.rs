//! `fetch`: ask Yoti once for sessions of the watch-list, and print what changed.
//!
//! Several sessions are asked for at once, and saved together. Not by the refresh task: that one
//! asks for ever, and by a schedule of its own.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use super::args::Global;
use super::ask::{self, Asker};
use super::exit::{self, Failure};
use super::output::{data, warn};
use super::progress::Progress;
use super::{named, setup, words};
use crate::api::{ApiError, Retry};
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::domain::assessment::stage;
use crate::domain::events::change::{TimelineEvent, by_time};
use crate::domain::session::ids::SessionId;
use crate::domain::watchlist::outbox::OutboxMessage;
use crate::domain::watchlist::watched::WatchedSession;
use crate::persist::{PersistError, SharedPersistence};
use crate::runtime::shutdown;
use crate::store::{Observation, Store};

/// So many sessions are saved together: one commit for all of them.
const BATCH: usize = 64;
/// What was fetched is saved after this time at the latest, and told.
const SAVED_WITHIN: Duration = Duration::from_secs(1);

pub(super) async fn fetch(global: &Global, texts: &[String], timeout: &str) -> Result<u8, Failure> {
    let config = setup::config(global)?;
    let wait = setup::timeout(timeout)?;
    let ids = named::ids(global, &config, texts)?;
    // Before the store is opened: without a key nothing is touched.
    let asker = Asker::new(&config)?;
    let store = setup::store(global, &config)?;
    Fetching::begin(global, &config, store, &ids)?.run(asker, wait).await
}

/// The same for sessions that were just added.
pub(super) async fn added(
    global: &Global,
    config: &Config,
    store: Box<dyn SharedPersistence>,
    ids: &[SessionId],
    wait: Duration,
) -> Result<u8, Failure> {
    let asker = Asker::new(config)?;
    Fetching::begin(global, config, store, ids)?.run(asker, wait).await
}

/// What Yoti said of a session.
struct FetchReply {
    /// Its place among those that were named.
    place: usize,
    id: SessionId,
    told: Result<Vec<Observation>, ApiError>,
    at: Timestamp,
}

/// What is said of one session when its turn has come.
enum Line {
    Data(String),
    Warning(String),
}

/// What became of one session.
struct FetchEnd {
    place: usize,
    code: u8,
    line: Line,
    /// With what was learned, to be saved.
    session: Option<Arc<WatchedSession>>,
}

impl FetchEnd {
    fn failed(place: usize, failure: &Failure) -> Self {
        let line = Line::Warning(failure.to_string());
        Self { place, code: failure.code(), line, session: None }
    }
}

/// A command that is under way.
struct Fetching<'a> {
    config: &'a Config,
    store: Box<dyn SharedPersistence>,
    progress: Progress,
    /// Those that are to be asked for yet, by their places, the next one last.
    open: Vec<(usize, SessionId)>,
    all: usize,
    /// Answered and not saved yet.
    unsaved: Vec<FetchReply>,
    /// When they are saved at the latest.
    due: Instant,
    /// By place: said in the order in which the sessions were named, whoever answers first.
    lines: BTreeMap<usize, Line>,
    /// The place of the one that is said next.
    next: usize,
    codes: BTreeSet<u8>,
    /// What was said of the store.
    trouble: Option<String>,
}

impl<'a> Fetching<'a> {
    fn begin(
        global: &Global,
        config: &'a Config,
        mut store: Box<dyn SharedPersistence>,
        ids: &[SessionId],
    ) -> Result<Self, Failure> {
        let listed = store.listed_named(ids)?;
        let listed: HashMap<SessionId, &WatchedSession> =
            listed.iter().map(|session| (session.id(), session)).collect();
        let mut begun = Self {
            config,
            store,
            progress: Progress::on_terminal(global.quiet),
            open: Vec::new(),
            all: ids.len(),
            unsaved: Vec::new(),
            due: Instant::now(),
            lines: BTreeMap::new(),
            next: 0,
            codes: BTreeSet::new(),
            trouble: None,
        };
        for (place, id) in ids.iter().enumerate().rev() {
            match setup::on_list(listed.get(id).copied(), *id) {
                Ok(()) => begun.open.push((place, *id)),
                Err(failure) => begun.ends(FetchEnd::failed(place, &failure)),
            }
        }
        Ok(begun)
    }

    fn ends(&mut self, end: FetchEnd) {
        self.codes.insert(end.code);
        self.lines.insert(end.place, end.line);
    }

    async fn run(mut self, asker: Asker, wait: Duration) -> Result<u8, Failure> {
        let ended = self.ask_all(asker, wait).await;
        self.progress.done();
        // Whatever ended it: what is saved is told.
        let told = std::mem::take(&mut self.lines).into_values().try_for_each(say);
        let ended = ended?;
        told?;
        Ok(ended.unwrap_or_else(|| exit::of_several(&self.codes)))
    }

    /// Until all have answered; with a code where something else has ended it.
    async fn ask_all(&mut self, asker: Asker, wait: Duration) -> Result<Option<u8>, Failure> {
        // From now on a signal ends it when what was fetched is saved.
        let mut signal = std::pin::pin!(shutdown::signal());
        let (asker, places) = (Arc::new(asker), self.places());
        let mut deadline = ask::within(wait);
        let mut running = JoinSet::new();
        let ended = loop {
            while running.len() < places
                && let Some((place, id)) = self.open.pop()
            {
                running.spawn(asked(Arc::clone(&asker), place, id, deadline));
            }
            let waited = !self.unsaved.is_empty() && self.due <= Instant::now();
            if waited || self.unsaved.len() >= BATCH || running.is_empty() {
                self.keep()?;
                self.tell()?;
            }
            if running.is_empty() {
                return Ok(None);
            }
            if self.all > 1 {
                let answered = self.all - self.open.len() - running.len();
                self.progress.say(&format!("refreshing, {} of {}", answered + 1, self.all));
            }
            tokio::select! {
                biased;
                number = &mut signal => break 128_u8.saturating_add(number),
                Some(ended) = running.join_next() => match ended {
                    Ok(reply) => {
                        // `--timeout` holds for each session: a long list would run out of one for
                        // all. Where Yoti does not answer it is one for all.
                        let error = reply.told.as_ref().err();
                        if error.is_none_or(|error| error.retry() == Retry::Never) {
                            deadline = ask::within(wait);
                        }
                        self.answered(reply);
                    }
                    Err(_panicked) => break exit::FAULT,
                },
                () = sleep_until(self.due), if !self.unsaved.is_empty() => {}
            }
        };
        while let Some(Ok(reply)) = running.try_join_next() {
            self.answered(reply);
        }
        drop(running);
        self.keep()?;
        Ok(Some(ended))
    }

    /// So many sessions are asked for at once: where few requests are let, more of them would only
    /// wait for each other until their time is over.
    fn places(&self) -> usize {
        let refresh = &self.config.refresh;
        let useful = (1..refresh.concurrency)
            .find(|most| u32::try_from(*most).is_ok_and(|most| f64::from(most) >= refresh.max_rps));
        useful.unwrap_or(refresh.concurrency)
    }

    fn answered(&mut self, reply: FetchReply) {
        if self.unsaved.is_empty() {
            self.due = Instant::now() + SAVED_WITHIN;
        }
        self.unsaved.push(reply);
    }

    /// Saves what has been answered, in one go.
    fn keep(&mut self) -> Result<(), Failure> {
        let replies = std::mem::take(&mut self.unsaved);
        if replies.is_empty() {
            return Ok(());
        }
        let ids: Vec<SessionId> = replies.iter().map(|reply| reply.id).collect();
        let known = self.store.details(&ids)?;
        self.say_unreadable();
        let (mut store, _reader) = Store::new(known);
        let ends: Vec<FetchEnd> =
            replies.into_iter().map(|reply| ended(&mut store, reply, self.config)).collect();
        let learned: Vec<Arc<WatchedSession>> =
            ends.iter().filter_map(|end| end.session.clone()).collect();
        // Kept before it is told: a reader that goes away costs nothing.
        match self.store.learn(&learned) {
            // What was fetched is shown all the same.
            Err(why @ PersistError::Sealed) => self.warn(&format!("warning: {why}")),
            other => other?,
        }
        for end in ends {
            self.ends(end);
        }
        // A running dashboard learns it too.
        let asked = ids.into_iter().map(|id| OutboxMessage::Asked(Some(id)));
        Ok(self.store.post(&asked.collect::<Vec<_>>())?)
    }

    /// Which answers cannot be read, each once.
    fn say_unreadable(&mut self) {
        let trouble = self.store.trouble();
        if trouble == self.trouble {
            return;
        }
        if let Some(trouble) = &trouble {
            self.warn(&format!("warning: {trouble}"));
        }
        self.trouble = trouble;
    }

    fn warn(&mut self, text: &str) {
        self.progress.done();
        warn(text);
    }

    /// What is known of the first ones, up to one that has not answered.
    fn tell(&mut self) -> Result<(), Failure> {
        while let Some(line) = self.lines.remove(&self.next) {
            self.progress.done();
            self.next += 1;
            say(line)?;
        }
        Ok(())
    }
}

/// The session with what was said of it, and the line that tells it.
fn ended(store: &mut Store, reply: FetchReply, config: &Config) -> FetchEnd {
    let FetchReply { place, id, told, at } = reply;
    let observed = match told {
        Ok(observed) => observed,
        Err(error) => {
            let line = Line::Warning(format!("{id}: {error}"));
            return FetchEnd { place, code: exit::of_api(&error), line, session: None };
        }
    };
    let before = store.snapshot().sessions.get(id).map_or(0, |s| s.brief.number);
    for observation in observed {
        store.observe(id, observation);
    }
    let snapshot = store.snapshot();
    let Some(session) = snapshot.sessions.get(id) else {
        // Another process has taken it off the list meanwhile.
        let gone = setup::not_refreshed(snapshot.archived.get(id).map(|session| &**session), id);
        return FetchEnd::failed(place, &gone);
    };
    let line = Line::Data(text(session, before, config));
    let mut kept = WatchedSession::clone(session);
    kept.poll.last_ok = at.into();
    FetchEnd { place, code: exit::OK, line, session: Some(Arc::new(kept)) }
}

async fn asked(asker: Arc<Asker>, place: usize, id: SessionId, deadline: Instant) -> FetchReply {
    let told = asker.ask(id, deadline).await;
    FetchReply { place, id, told, at: SystemClock.now() }
}

fn say(line: Line) -> Result<(), Failure> {
    match line {
        Line::Data(text) => data(&text),
        Line::Warning(text) => {
            warn(&text);
            Ok(())
        }
    }
}

/// The stage, and what is new in the timeline.
fn text(session: &WatchedSession, before: usize, config: &Config) -> String {
    let now = SystemClock.now();
    let stage = stage::derive(session, &config.rules, now).stage;
    let mut text = format!("{}  {}\n", session.id(), words::stage(&stage, now));
    for event in news(session, before) {
        text += &format!("  {}  {}\n", words::time(event.at, &config.zone), words::event(event));
    }
    if session.brief.number == before {
        text += "  nothing new\n";
    }
    text
}

/// What was learned behind so many events, in the order in which it happened.
fn news(session: &WatchedSession, before: usize) -> Vec<&TimelineEvent> {
    by_time(session.timeline().and_then(|timeline| timeline.get(before..)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::events::change::{ChangeKind, Origin};
    use crate::domain::watchlist::watched::WatchEntry;

    #[test]
    fn what_is_new_is_told_in_the_order_in_which_it_happened() {
        let at = Timestamp::from_second;
        let event = |second| TimelineEvent {
            at: at(second).unwrap(),
            seen_at: at(99).unwrap(),
            source: None,
            what: ChangeKind::FirstSeen,
            origin: Origin::Api,
        };
        let id = SessionId::new(uuid::Uuid::from_u128(1));
        let mut session = WatchedSession::new(WatchEntry::new(id, Timestamp::UNIX_EPOCH));
        session.happened([50, 30, 10, 20].map(event).into());
        let seconds = |before| -> Vec<i64> {
            news(&session, before).iter().map(|event| event.at.as_second()).collect()
        };
        assert_eq!(seconds(1), [10, 20, 30]);
        assert_eq!(seconds(4), [0; 0]);
    }
}
