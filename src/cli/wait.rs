//! `wait`: block until a condition holds for sessions, and end with a code that says how.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use tokio::time::{Instant, sleep_until};

use super::args::{Global, Wait};
use super::exit::{self, Failure};
use super::output::{data, warn};
use super::progress::Progress;
use super::{ask, named, setup, show, words};
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::domain::assessment::stage::{self, Stage};
use crate::domain::brief::result::CheckBrief;
use crate::domain::session::ids::SessionId;
use crate::domain::session::wire_enum::{CheckState, CheckType, Recommendation, SourceType};
use crate::domain::watchlist::command::OperatorCommand;
use crate::domain::watchlist::outbox::OutboxMessage;
use crate::domain::watchlist::snapshot::{Connection, SessionTable, Snapshot};
use crate::domain::watchlist::watched::WatchedSession;
use crate::persist::{self, PersistError, SharedPersistence};
use crate::refresh::{NotFound, Settings};
use crate::runtime::engine::{Engine, LoadedStore};
use crate::runtime::shutdown;

#[derive(Clone, Debug, PartialEq, Eq)]
enum Until {
    Completed,
    FirstVisit,
    Resource,
    Check(CheckType),
}

impl Until {
    fn read(text: &str) -> Result<Self, String> {
        match text.split_once('=') {
            None if text == "completed" => Ok(Self::Completed),
            None if text == "first-visit" => Ok(Self::FirstVisit),
            None if text == "resource" => Ok(Self::Resource),
            Some(("check", name)) if !name.trim().is_empty() => {
                Ok(Self::Check(CheckType::from_wire(&name.trim().to_ascii_uppercase())))
            }
            _ => Err("--until: completed, first-visit, resource or check=TYPE, such as \
                      check=ID_DOCUMENT_FACE_MATCH"
                .to_owned()),
        }
    }
}

/// How waiting for one session has ended.
struct WaitEnd {
    code: u8,
    says: String,
}

pub(super) async fn run(global: &Global, args: &Wait) -> Result<u8, Failure> {
    let signal = shutdown::signal();
    let until = Until::read(&args.until).map_err(Failure::Usage)?;
    let deadline = ask::within(setup::timeout(&args.timeout)?);
    let config = setup::config(global)?;
    let ids = named::ids(global, &config, &args.ids)?;
    let client = setup::client(&config)?;
    let mut store = (!global.no_state).then(|| setup::store(global, &config)).transpose()?;
    let known = known(store.as_deref_mut(), &ids)?;
    let mut keeper = Keeper::new(store);
    // Of its own: a dashboard on the same store goes on polling, and neither waits for the other.
    let held = LoadedStore::of(persist::in_memory(known), None)?;
    let rules = config.rules.clone();
    let engine = Engine::start(held, client, SystemClock, settings(&config), rules);
    // Nobody waits for an answer from the store.
    let _ends = engine.commands.send(OperatorCommand::RefreshAll.into()).await;
    let mut snapshots = engine.snapshots.clone();
    let mut ended: BTreeMap<SessionId, u8> = BTreeMap::new();
    let mut progress = Progress::on_terminal(global.quiet);
    let mut signal = std::pin::pin!(signal);
    let stopped = loop {
        let snapshot = Arc::clone(&snapshots.borrow_and_update());
        let news = news(&ids, &ended, &snapshot, &until, &config);
        // Kept before it is told; what cannot be saved now is tried again, and said at the end.
        if !news.is_empty() || keeper.due <= Instant::now() {
            let _said_at_the_end = keeper.keep(&snapshot);
        }
        if let Err(why) = tell(news, &mut ended) {
            break Some(Err(why));
        }
        if let Some(refused) = refused(&snapshot) {
            warn(&format!("branchwatch: {refused}; more: branchwatch doctor"));
            break Some(Ok(exit::REFUSED));
        }
        let open = ids.iter().filter(|id| !ended.contains_key(id)).count();
        if open == 0 {
            break None;
        }
        progress.say(&format!("waiting for {open} of {}", ids.len()));
        tokio::select! {
            biased;
            number = &mut signal => break Some(Ok(128_u8.saturating_add(number))),
            () = sleep_until(deadline) => break Some(Ok(late(&snapshot, &ended, &config))),
            () = sleep_until(keeper.due) => {}
            changed = snapshots.changed() => if changed.is_err() { break Some(Ok(exit::FAULT)) },
        }
    };
    progress.done();
    if !engine.end().await {
        return Ok(exit::FAULT);
    }
    if let Err(why) = keeper.end(global, &config, &snapshots.borrow().clone()) {
        warn(&format!("warning: {why}"));
    }
    stopped.unwrap_or_else(|| Ok(exit::of_several(&ended.into_values().collect())))
}

/// The sessions as the local store knows them; those that are not on its list begin with nothing.
fn known(
    store: Option<&mut dyn SharedPersistence>,
    ids: &[SessionId],
) -> Result<Vec<WatchedSession>, PersistError> {
    let stored = store.map_or_else(|| Ok(Vec::new()), |store| setup::load_named(store, ids))?;
    let now = SystemClock.now();
    let mut stored: HashMap<SessionId, WatchedSession> =
        stored.into_iter().map(|session| (session.id(), session)).collect();
    let as_if_found = |mut session: WatchedSession| {
        Arc::make_mut(&mut session.own).archived_at = None;
        // What Yoti did not know once may be there by now (case 14).
        session.revise(|answers| answers.missing_since = None);
        session
    };
    let mut begin =
        |id: &SessionId| stored.remove(id).map_or_else(|| setup::unknown(*id, now), as_if_found);
    Ok(ids.iter().map(&mut begin).collect())
}

/// Whoever waits looks: each is asked as often as the one under the dashboard's cursor. A session
/// can be read only a moment after it was made, so one that is not found is asked for again.
fn settings(config: &Config) -> Settings {
    let usual = config.refresh.clone();
    let often = usual.selected;
    let not_found =
        NotFound { span: SignedDuration::from_mins(1), again: SignedDuration::from_secs(2) };
    Settings { at_counter: often, due_today: often, awaiting: often, not_found, ..usual }
}

/// The sessions that have just ended.
fn news(
    ids: &[SessionId],
    ended: &BTreeMap<SessionId, u8>,
    snapshot: &Snapshot,
    until: &Until,
    config: &Config,
) -> Vec<(SessionId, WaitEnd)> {
    let open = ids.iter().filter(|id| !ended.contains_key(id));
    let news = |id: &SessionId| Some((*id, judged(snapshot.sessions.get(*id)?, until, config)?));
    open.filter_map(news).collect()
}

/// Says of each how it has ended, and remembers its code.
fn tell(
    news: Vec<(SessionId, WaitEnd)>,
    ended: &mut BTreeMap<SessionId, u8>,
) -> Result<(), Failure> {
    for (id, WaitEnd { code, says }) in news {
        data(&format!("{id}  {says}\n"))?;
        ended.insert(id, code);
    }
    Ok(())
}

/// How waiting for a session ends, by what it is now; `None`: go on waiting.
fn judged(session: &WatchedSession, until: &Until, config: &Config) -> Option<WaitEnd> {
    let now = SystemClock.now();
    let stage = stage::derive(session, &config.rules, now).stage;
    let end = show::code(&stage);
    let says = words::stage(&stage, now);
    if *until == Until::Completed {
        return is_over(&stage).then_some(WaitEnd { code: end, says });
    }
    if let Some((code, says)) = holds(session, until, &config.zone) {
        return Some(WaitEnd { code, says });
    }
    // A 400 is never retried (contract 9.4): waiting on would be for nothing.
    let bad = session.poll.last_failure.as_ref().filter(|failure| failure.status == Some(400));
    if let Some(failure) = bad {
        return Some(WaitEnd { code: exit::FAILED, says: failure.summary.clone() });
    }
    let says = format!("{says}, and the condition was never met");
    let code = if end == exit::OK { exit::FAILED } else { end };
    is_over(&stage).then_some(WaitEnd { code, says })
}

/// Whether what is waited for has come, with its code.
fn holds(session: &WatchedSession, until: &Until, zone: &TimeZone) -> Option<(u8, String)> {
    let result = session.brief.result.as_ref()?;
    match until {
        Until::Completed => None,
        Until::FirstVisit => {
            let at = session.brief.first_visit()?;
            Some((exit::OK, format!("first branch visit at {}", words::time(at, zone))))
        }
        Until::Resource => {
            let by_applicant =
                |source: Option<&SourceType>| source != Some(&SourceType::RelyingBusiness);
            let resource = result.resources.iter().find(|r| by_applicant(r.source.as_ref()))?;
            let kind = resource.document_type.as_ref();
            let kind = kind.map_or_else(|| words::safe(&resource.container), words::safe);
            Some((exit::OK, format!("supplied: {kind}")))
        }
        Until::Check(kind) => {
            let of_kind = |check: &&CheckBrief| {
                check.check_type.as_ref() == Some(kind) && check.state == Some(CheckState::Done)
            };
            let checks: Vec<_> = result.checks.iter().filter(of_kind).collect();
            let said = checks.iter().map(|check| match &check.recommendation {
                Some(Recommendation::Approve) => (0, "APPROVE".to_owned()),
                Some(Recommendation::Reject) => (2, "REJECT".to_owned()),
                Some(other) => (1, words::safe(&other.text())),
                None => (1, "no recommendation".to_owned()),
            });
            let (worst, word) = said.max_by_key(|(weight, _)| *weight)?;
            let code = match worst {
                0 => exit::OK,
                1 => exit::REFER,
                _ => exit::REJECT,
            };
            Some((code, format!("{}: {word}", words::safe(&kind.text()))))
        }
    }
}

const fn is_over(stage: &Stage) -> bool {
    stage.phase().is_over() || matches!(stage, Stage::Unknown(Some(_)))
}

/// The key is refused: no session will ever answer.
fn refused(snapshot: &Snapshot) -> Option<String> {
    match &snapshot.health.connection {
        Connection::Refused { status, .. } => {
            return Some(format!("Yoti refuses the key ({status})"));
        }
        Connection::AppNotFound => {
            return Some("key and SDK ID do not belong together (APP_NOT_FOUND)".to_owned());
        }
        Connection::ClockSkew(_) => {
            return Some("Yoti refuses the signature: this machine's clock is off".to_owned());
        }
        Connection::Starting
        | Connection::Live
        | Connection::Offline { .. }
        | Connection::Unavailable { .. }
        | Connection::Slowed { .. }
        | Connection::Disabled
        | Connection::Following
        | Connection::Silent { .. }
        | Connection::NoHolder => {}
    }
    let mut failures = snapshot.sessions.iter().filter_map(|s| s.poll.last_failure.as_ref());
    let refusal = failures.find(|failure| matches!(failure.status, Some(401 | 403)))?;
    Some(format!("Yoti refuses: {}", refusal.summary))
}

/// Out of time: 5 where Yoti knows none of those that are left,
/// 6 where it never answered, else 124 as timeout(1) says it, and how each stands.
fn late(snapshot: &Snapshot, ended: &BTreeMap<SessionId, u8>, config: &Config) -> u8 {
    let mut left = snapshot.sessions.iter().filter(|s| !ended.contains_key(&s.id())).peekable();
    let not_found = |s: &Arc<WatchedSession>| {
        let failure = s.poll.last_failure.as_ref();
        s.brief.result.is_none() && failure.is_some_and(|failure| failure.status == Some(404))
    };
    if left.peek().is_some() && left.all(not_found) {
        warn("branchwatch: Yoti had no such session (404) before --timeout expired");
        return exit::NOT_FOUND;
    }
    let failure = snapshot.sessions.iter().find_map(|s| s.poll.last_failure.as_ref());
    match (snapshot.health.last_ok, failure) {
        (None, Some(failure)) => {
            warn(&format!("branchwatch: Yoti cannot be reached: {}", failure.summary));
            exit::UNREACHABLE
        }
        _ => {
            let now = SystemClock.now();
            for session in snapshot.sessions.iter().filter(|s| !ended.contains_key(&s.id())) {
                let stage = stage::derive(session, &config.rules, now).stage;
                warn(&format!("{}  still {}", session.id(), words::stage(&stage, now)));
            }
            warn("branchwatch: timeout (--timeout)");
            exit::LATE
        }
    }
}

fn has_answered(session: &WatchedSession, since: Timestamp) -> bool {
    session.poll.last_ok.get().is_some_and(|at| at >= since)
}

/// What was learned is saved after this time at the latest.
const KEPT_WITHIN: Duration = Duration::from_secs(10);

/// Saves what is learned of sessions on the watch-list; the verdict stands without it. Notes that
/// were made meanwhile stay too.
struct Keeper {
    /// `None`: nothing is kept (`--no-state`).
    store: Option<Box<dyn SharedPersistence>>,
    begun: Timestamp,
    saved: SessionTable,
    /// When it is to save again.
    due: Instant,
}

impl Keeper {
    fn new(store: Option<Box<dyn SharedPersistence>>) -> Self {
        let (begun, saved) = (SystemClock.now(), SessionTable::default());
        Self { store, begun, saved, due: ask::within(KEPT_WITHIN) }
    }

    /// Saves what has changed since the last time.
    fn keep(&mut self, snapshot: &Snapshot) -> Result<(), PersistError> {
        self.due = ask::within(KEPT_WITHIN);
        let Some(store) = &mut self.store else { return Ok(()) };
        let changed = snapshot.sessions.since(&self.saved).changed.into_iter();
        let answered = changed.filter(|session| has_answered(session, self.begun));
        store.learn(&answered.map(Arc::clone).collect::<Vec<_>>())?;
        self.saved = snapshot.sessions.clone();
        Ok(())
    }

    fn end(mut self, global: &Global, config: &Config, snapshot: &Snapshot) -> Result<(), Failure> {
        if self.keep(snapshot).is_err() {
            // Another file may stand in its place by now.
            self.store = Some(setup::store(global, config)?);
            self.keep(snapshot)?;
        }
        let Some(store) = &mut self.store else { return Ok(()) };
        // A running dashboard learns it too.
        let asked = snapshot.sessions.iter().filter(|session| has_answered(session, self.begun));
        let asked = asked.map(|session| OutboxMessage::Asked(Some(session.id())));
        Ok(store.post(&asked.collect::<Vec<_>>())?)
    }
}
