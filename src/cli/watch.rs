//! `watch`: the refresh task and the store without a screen, one event on each line.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use tokio::sync::{mpsc, watch};

use super::args::{Global, Watch};
use super::exit::{self, Failure};
use super::output::{data, talk};
use super::{list, named, setup, store};
use crate::api::SessionApi;
use crate::app::is_down;
use crate::app::list::views::View;
use crate::app::text::narration::{self, Needing};
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::desk::SharedStore;
use crate::domain::assessment::attention::assess;
use crate::domain::assessment::reason::Reason;
use crate::domain::assessment::rules::Rules;
use crate::domain::brief::letter::LetterBrief;
use crate::domain::events::event_kind::EventKind;
use crate::domain::events::session_event::{EventDetector, SessionEvent};
use crate::domain::nearest::nearest;
use crate::domain::personal::Privacy;
use crate::domain::session::ids::SessionId;
use crate::domain::session::wire_enum::SessionState;
use crate::domain::watchlist::snapshot::Snapshot;
use crate::domain::watchlist::watched::WatchedSession;
use crate::export::{DocumentOrigin, event};
use crate::notifications::receiver::Receiver;
use crate::persist;
use crate::refresh::{Command, Settings};
use crate::runtime::engine::{Engine, LoadedStore};
use crate::runtime::{self, Ending, alerts, receiver, shutdown};
use crate::text;

pub(super) async fn run(global: &Global, args: &Watch) -> Result<u8, Failure> {
    // Before anything else: a signal from now on ends it cleanly.
    let ended = shutdown::reason();
    let config = setup::config(global)?;
    let printer = EventPrinter {
        rules: config.rules.clone(),
        profile: config.profile.clone(),
        environment: config.environment.clone(),
        privacy: setup::privacy(&config)?,
        zone: config.zone.clone(),
        receiver: config.notifications.as_ref().map(Receiver::new).transpose()?,
        alert_command: config.alert_command.clone(),
        shared: store::shared(global, &config)?,
        ids: named::ids(global, &config, &args.ids)?,
        ..EventPrinter::of(global, args)?
    };
    if global.no_state && printer.ids.is_empty() {
        return Err(Failure::Usage("with --no-state, name the sessions: watch ID...".to_owned()));
    }
    let client = setup::client_unless_offline(global, &config)?;
    let settings = config.refresh.clone();
    if global.no_state {
        let ids = printer.ids.iter();
        let new = ids.map(|id| setup::unknown(*id, SystemClock.now()));
        let held = LoadedStore::of(persist::in_memory(new.collect()), None)?;
        return printer.watch(held, client, SystemClock, settings, ended).await;
    }
    let held = setup::held(&config, config.refresh.online)?;
    printer.watch(held, client, SystemClock, settings, ended).await
}

/// The demo as lines, with `--a11y`.
pub(super) async fn demo<A: SessionApi, C: Clock + Clone>(
    global: &Global,
    config: &Config,
    held: LoadedStore,
    api: A,
    clock: C,
    receiver: Receiver,
    arrivals: mpsc::Receiver<Command>,
) -> Result<u8, Failure> {
    let ended = shutdown::reason();
    let printer = EventPrinter::of(global, &Watch::default())?;
    let printer = EventPrinter {
        receiver: Some(receiver),
        arrivals: Some(arrivals),
        privacy: config.general.privacy,
        zone: config.zone.clone(),
        ..printer
    };
    printer.watch(held, api, clock, config.refresh.clone(), ended).await
}

/// What is told, of whom, and how.
struct EventPrinter {
    json: bool,
    quiet: bool,
    /// One summary first, then only what is new.
    aloud: bool,
    /// Empty: all of the list.
    ids: Vec<SessionId>,
    kinds: Vec<EventKind>,
    view: View,
    rules: Rules,
    profile: String,
    environment: String,
    privacy: Privacy,
    zone: TimeZone,
    receiver: Option<Receiver>,
    alert_command: Option<alerts::AlertCommand>,
    /// Sessions that come and go without the operator: the demo's.
    arrivals: Option<mpsc::Receiver<Command>>,
    shared: Option<Box<SharedStore>>,
}

impl EventPrinter {
    /// As the flags say, of all sessions, in the demo's words.
    fn of(global: &Global, args: &Watch) -> Result<Self, Failure> {
        let kinds = args.events.iter().map(|word| kind(word)).collect::<Result<_, _>>()?;
        Ok(Self {
            json: args.jsonl,
            quiet: global.quiet,
            aloud: global.a11y && !args.jsonl,
            ids: Vec::new(),
            kinds,
            view: list::filter(&global.filter)?,
            rules: Rules::default(),
            profile: "demo".to_owned(),
            environment: "demo".to_owned(),
            privacy: Privacy::default(),
            zone: TimeZone::system(),
            receiver: None,
            alert_command: None,
            arrivals: None,
            shared: None,
        })
    }

    async fn watch<A: SessionApi, C: Clock + Clone>(
        mut self,
        held: LoadedStore,
        yoti: A,
        clock: C,
        settings: Settings,
        ended: impl Future<Output = Ending>,
    ) -> Result<u8, Failure> {
        for id in &self.ids {
            setup::on_list(held.known.iter().find(|session| session.id() == *id), *id)?;
        }
        let rules = self.rules.clone();
        let settings = Settings { shared: self.shared.is_some(), ..settings };
        let mut engine = Engine::start(held, yoti, clock.clone(), settings, rules);
        engine.shares(self.shared.take(), &clock);
        if let Some(receiver) = self.receiver.clone() {
            let commands = engine.commands.clone();
            receiver::start(receiver, commands, clock.clone(), engine.stopping());
        }
        if let Some(arrivals) = self.arrivals.take() {
            tokio::spawn(runtime::forward(arrivals, engine.commands.clone()));
        }
        if let Some(program) = self.alert_command.clone() {
            alerts::start(program, &engine, clock.clone(), self.rules.clone());
        }
        let told = self.lines(&engine, &clock, ended).await;
        // Whatever ended it: what was learned is saved.
        if !engine.end().await {
            return Ok(exit::FAULT);
        }
        match told? {
            Ending::Signal(number) => Ok(128_u8.saturating_add(number)),
            Ending::Fault => Ok(exit::FAULT),
            Ending::Quit | Ending::TerminalGone => Ok(exit::OK),
        }
    }

    async fn lines(
        &self,
        engine: &Engine,
        clock: &impl Clock,
        ended: impl Future<Output = Ending>,
    ) -> Result<Ending, Failure> {
        let mut snapshots = engine.snapshots.clone();
        let mut ended = std::pin::pin!(ended);
        let first = Arc::clone(&snapshots.borrow_and_update());
        self.begin(&first);
        if self.aloud && !first.sessions.is_empty() {
            tokio::select! {
                biased;
                ending = &mut ended => return Ok(ending),
                () = first_look(&mut snapshots) => {}
                () = tokio::time::sleep(FIRST_LOOK) => {}
            }
        }
        let first = Arc::clone(&snapshots.borrow_and_update());
        let mut detector = if self.aloud && !first.sessions.is_empty() {
            data(&self.summary(&first, clock.now()))?;
            EventDetector::new(&first, self.rules.clone(), clock.now())
        } else {
            engine.detector(self.rules.clone())
        };
        let mut before = first;
        loop {
            let now = clock.now();
            let snapshot = Arc::clone(&snapshots.borrow_and_update());
            let told = detector.observe(&snapshot, now);
            let told = if self.aloud { news(told, &before) } else { told };
            before = Arc::clone(&snapshot);
            for happening in told {
                if self.wants(&happening, now) {
                    data(&self.line(&happening, now))?;
                }
            }
            tokio::select! {
                biased;
                ending = &mut ended => return Ok(ending),
                changed = snapshots.changed() => if changed.is_err() { return Ok(Ending::Fault) },
                () = tokio::time::sleep(detector.pause(now)) => {}
            }
        }
    }

    /// A word to a person; a program reads events alone.
    fn begin(&self, snapshot: &Snapshot) {
        if self.json || self.quiet || (self.aloud && !snapshot.sessions.is_empty()) {
            return;
        }
        talk(&match (self.ids.len(), snapshot.sessions.len()) {
            (0, 0) => {
                "Nothing on the watch-list yet. Add sessions: branchwatch add ID...".to_owned()
            }
            (0, all) => format!("watching {}; ctrl-c ends", crate::text::count(all, "session")),
            (some, all) => {
                let all = crate::text::count(all, "session");
                format!("watching {some} of {all}; ctrl-c ends")
            }
        });
    }

    fn wants(&self, happening: &SessionEvent, now: Timestamp) -> bool {
        if !self.kinds.is_empty() && !self.kinds.contains(&happening.kind) {
            return false;
        }
        happening.session.as_ref().is_none_or(|session| self.is_about(session, now))
    }

    fn is_about(&self, session: &Arc<WatchedSession>, now: Timestamp) -> bool {
        (self.ids.is_empty() || self.ids.contains(&session.id()))
            && self.view.holds(session, &self.rules, now)
    }

    /// `24 sessions, 9 need attention: …`
    fn summary(&self, snapshot: &Snapshot, now: Timestamp) -> String {
        let mut needing = Needing::new();
        let (mut all, mut unseen) = (0, 0);
        for session in snapshot.sessions.iter().filter(|session| self.is_about(session, now)) {
            all += 1;
            unseen += usize::from(waits_for_first_look(session));
            let found = assess(session, &self.rules, now);
            if let Some(finding) = found.findings.first().filter(|_| found.needs_operator()) {
                let name = narration::name(session, &self.rules.labels, self.privacy);
                needing.entry(finding.reason).or_default().push(name);
            }
        }
        let counted = text::count(all, "session");
        let counted = match unseen {
            0 => counted,
            unseen => format!("{counted}, {unseen} not fetched yet"),
        };
        narration::summary(&counted, &needing, NAMED) + "\n"
    }

    fn line(&self, happening: &SessionEvent, now: Timestamp) -> String {
        if !self.json {
            return format!(
                "{}\n",
                narration::line(happening, &self.rules.labels, self.privacy, &self.zone)
            );
        }
        let origin = DocumentOrigin {
            profile: &self.profile,
            environment: &self.environment,
            rules: &self.rules,
            now,
        };
        event(happening, &origin, self.privacy)
    }
}

/// The summary waits no longer for first responses.
const FIRST_LOOK: Duration = Duration::from_secs(10);
/// The summary names so many sessions for each reason.
const NAMED: usize = 5;

fn waits_for_first_look(session: &WatchedSession) -> bool {
    session.poll.last_ok.get().is_none() && session.poll.last_failure.is_none()
}

/// Some of what its stage is worked out from was never answered.
fn is_known_in_part(session: &WatchedSession) -> bool {
    let brief = &session.brief;
    let ongoing = brief.state() == Some(&SessionState::Ongoing);
    session.poll.last_failure.is_none()
        && ongoing
        && (brief.configuration.is_none() || brief.letter == LetterBrief::NotKnown)
}

/// Until each session has been asked for once, or nobody can be asked.
async fn first_look(snapshots: &mut watch::Receiver<Arc<Snapshot>>) {
    let over = |snapshot: &Arc<Snapshot>| {
        let open =
            |session: &WatchedSession| waits_for_first_look(session) || is_known_in_part(session);
        is_down(&snapshot.health) || !snapshot.sessions.iter().any(|session| open(session))
    };
    // Where nothing is published any more, the loop behind this ends.
    let _gone = snapshots.wait_for(over).await;
}

/// What is news to somebody who listens, what needs attention first. Of a first response only that
/// is: the rest of it happened long before, and so did a letter of which nothing was known.
fn news(told: Vec<SessionEvent>, before: &Snapshot) -> Vec<SessionEvent> {
    let id = |happening: &SessionEvent| happening.session.as_ref().map(|session| session.id());
    let first = told.iter().filter(|happening| happening.kind == EventKind::FirstAnswer);
    let first: Vec<SessionId> = first.filter_map(id).collect();
    let asks = |kind: EventKind| {
        let reason = kind.reason().is_some_and(|reason| reason != Reason::AtCounter);
        reason || matches!(kind, EventKind::Connection | EventKind::Store)
    };
    let letter = |id| before.sessions.get(id).map(|known| &known.brief.letter);
    let old = |happening: &SessionEvent| {
        id(happening).is_some_and(|id| {
            let found =
                happening.kind == EventKind::Letter && letter(id) == Some(&LetterBrief::NotKnown);
            found || first.contains(&id)
        })
    };
    let told = told.into_iter().filter(|happening| asks(happening.kind) || !old(happening));
    let (mut before, after): (Vec<_>, Vec<_>) = told.partition(|happening| asks(happening.kind));
    before.extend(after);
    before
}

fn kind(word: &str) -> Result<EventKind, Failure> {
    EventKind::named(word).ok_or_else(|| {
        let words = || EventKind::ALL.iter().map(|kind| kind.word());
        let known = words().collect::<Vec<_>>().join(", ");
        let near = nearest(&word.to_ascii_lowercase(), words());
        let near = near.map(|near| format!(" did you mean {near}?")).unwrap_or_default();
        let word = crate::text::shown_str(word, 40);
        Failure::Usage(format!("--events: no event named {word};{near} known: {known}"))
    })
}
