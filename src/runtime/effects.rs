//! Carrying out what `app::update` wants done; results come back as events (I4).
//!
//! Nothing here is awaited by the event loop.

use std::io::Read;
use std::sync::Arc;

use tokio::sync::{mpsc, watch};

use super::clipboard::{self, Clipboard};
pub use super::exports::ExportOrigin;
use super::exports::{self, Job};
use super::program;
use super::services::Services;
use crate::app::action::Action;
use crate::app::dialogs::yoti::state::YotiReply;
use crate::app::effect::{CopySource, Effect, ExportRequest};
use crate::app::event::{Event, Outcome};
use crate::app::operator::bell::state::Desktop;
use crate::app::operator::requests::state::OperatorRequest;
use crate::clock::Clock;
use crate::domain::watchlist::snapshot::Snapshot;
use crate::refresh::Command;
use crate::runtime::requests::RequestRunner;

/// The longest list that the add dialog reads.
// A wrong path, such as a device's, must not be read without end.
const LARGEST_LIST: u64 = 64 * 1024 * 1024;
/// The largest text for a terminal's clipboard; many terminals drop more.
const LARGEST_COPY: usize = 72 * 1024;

/// Carries out what `app::update` returned, off the event loop.
pub struct Effects {
    commands: mpsc::Sender<Command>,
    snapshots: watch::Receiver<Arc<Snapshot>>,
    origin: ExportOrigin,
    clock: Arc<dyn Clock>,
    services: Services,
    results: mpsc::UnboundedSender<Event>,
    inbox: Option<mpsc::UnboundedReceiver<Event>>,
}

/// What the loop itself has to do for an effect.
#[derive(Debug, PartialEq, Eq)]
pub enum Immediate {
    None,
    /// Write this to the clipboard; its name for the message.
    Copy(&'static str, String),
    /// Stop until the shell says to go on.
    Suspend,
    /// The bell, and a note for the desktop.
    Ring(Option<(Desktop, String)>),
    Mouse(bool),
    Theme(String),
    Redraw,
    Quit,
}

impl Effects {
    /// Effects that speak to the refresh task and read the newest snapshot.
    #[must_use]
    pub fn new(
        commands: mpsc::Sender<Command>,
        snapshots: watch::Receiver<Arc<Snapshot>>,
        origin: ExportOrigin,
        clock: Arc<dyn Clock>,
    ) -> Self {
        // Bounded by what the operator can start: one result for each export.
        let (results, inbox) = mpsc::unbounded_channel();
        let services = Services::default();
        Self { commands, snapshots, origin, clock, services, results, inbox: Some(inbox) }
    }

    /// The same, with what the operator's hands reach.
    #[must_use]
    pub fn with_services(self, services: Services) -> Self {
        Self { services, ..self }
    }

    /// Each of these signals suspends the program, as the key does.
    pub fn suspend_at(&self, mut stops: tokio::signal::unix::Signal) {
        let results = self.results.clone();
        tokio::spawn(async move {
            while stops.recv().await.is_some() {
                if results.send(Event::Action(Action::Suspend)).is_err() {
                    break;
                }
            }
        });
    }

    /// Where results arrive; can be taken once.
    pub fn inbox(&mut self) -> mpsc::UnboundedReceiver<Event> {
        self.inbox.take().unwrap_or_else(|| mpsc::unbounded_channel().1)
    }

    /// Starts one effect; what takes time answers as an event later.
    #[must_use]
    pub fn start(&self, effect: Effect) -> Immediate {
        match effect {
            Effect::Refresh(id) => self.command(Command::Refresh(id)),
            Effect::RefreshAll => self.command(Command::RefreshAll),
            Effect::Interval(every) => self.command(Command::Interval(every)),
            Effect::Focus { selected, visible } => {
                self.command(Command::Focus { selected, visible });
            }
            Effect::Export(request) => self.blocking(request, |job| job.write()),
            Effect::Handover(path) => self.hand_over(path),
            Effect::Measure(serial, request) => {
                self.blocking(request, move |job| Outcome::Measured(serial, job.measure()));
            }
            Effect::Copy { what, text } => return self.copy(what, text),
            Effect::Keep(changes) => self.command(Command::Keep(changes)),
            Effect::Looked => self.command(Command::Looked),
            Effect::Arrange(arrangement) => self.command(Command::Arrange(arrangement)),
            Effect::Add(entries) => self.command(Command::Add(entries)),
            Effect::Remove(ids) => self.command(Command::Remove(ids)),
            Effect::ReadList(path) => self.read_list(path),
            Effect::Traffic => self.traffic(),
            Effect::Request(request) => return self.request(request),
            Effect::Suspend => return Immediate::Suspend,
            Effect::Ring(note) => return Immediate::Ring(note),
            Effect::Mouse(on) => return Immediate::Mouse(on),
            Effect::Theme(name) => return Immediate::Theme(name),
            Effect::Redraw => return Immediate::Redraw,
            Effect::Quit => return Immediate::Quit,
        }
        Immediate::None
    }

    /// Never waits: a queue that is full gets the command a little later.
    fn command(&self, command: Command) {
        if let Err(mpsc::error::TrySendError::Full(command)) = self.commands.try_send(command) {
            let commands = self.commands.clone();
            tokio::spawn(async move {
                // The refresh task has ended: so will the program.
                let _ended = commands.send(command).await;
            });
        }
    }

    /// Reads a list for the add dialog on a blocking thread.
    fn read_list(&self, path: std::path::PathBuf) {
        let results = self.results.clone();
        tokio::task::spawn_blocking(move || {
            let mut text = String::new();
            let read = std::fs::File::open(&path)
                .and_then(|file| file.take(LARGEST_LIST).read_to_string(&mut text));
            let outcome = match read {
                Ok(_) => Ok(text),
                Err(why) => Err(format!("{}: {why}", path.display())),
            };
            let _unheard = results.send(Event::Done(Outcome::ListRead(outcome)));
        });
    }

    /// Asks the refresh task for its calls. One question at a time is all that the task answers.
    fn traffic(&self) {
        // Of its own for each question, so that an answer that comes late is nobody's.
        let (to, mut told) = mpsc::channel(1);
        self.command(Command::Traffic(to));
        let results = self.results.clone();
        tokio::spawn(async move {
            if let Some(traffic) = told.recv().await {
                let _unheard = results.send(Event::Traffic(traffic));
            }
        });
    }

    /// To where copied text goes.
    fn put(&self, what: &'static str, text: String) -> Immediate {
        match &self.services.clipboard {
            Clipboard::Terminal => return Immediate::Copy(what, text),
            Clipboard::Off => {
                let why = "nothing is copied: clipboard = \"off\"".to_owned();
                self.tell(Outcome::CopyFailed(why));
            }
            Clipboard::Program(words) => {
                clipboard::hand(words.clone(), what, text, self.results.clone());
            }
        }
        Immediate::None
    }

    fn copy(&self, what: &'static str, source: CopySource) -> Immediate {
        let text = match source {
            CopySource::Text(text) => Ok(text),
            CopySource::Export(request) => self.job(request).text(),
        };
        match text {
            Ok(text) if text.len() <= LARGEST_COPY => self.put(what, text),
            Ok(text) => {
                let kib = text.len() / 1024;
                let why =
                    format!("{what} has {kib} KiB, too much for the clipboard: export it instead");
                self.tell(Outcome::CopyFailed(why));
                Immediate::None
            }
            Err(why) => {
                self.tell(Outcome::CopyFailed(why));
                Immediate::None
            }
        }
    }

    fn tell(&self, outcome: Outcome) {
        // The loop holds the other end for as long as it runs.
        let _unheard = self.results.send(Event::Done(outcome));
    }

    /// What the operator's hands reach. The line in the audit log is written here and now: it is
    /// short, and what waits for it must not come before it.
    fn request(&self, request: OperatorRequest) -> Immediate {
        match request {
            // Written first: nothing personal is shown before its line stands in the log (I8).
            OperatorRequest::Permit { deed, session, permit } => {
                let ids: Vec<_> = session.into_iter().collect();
                let written = self.services.audit.append(self.clock.now(), deed, &ids, "");
                self.tell(written.map_or_else(Outcome::Refused, |()| Outcome::Permitted(permit)));
            }
            OperatorRequest::LastExports(id) => {
                let (audit, results) = (self.services.audit.clone(), self.results.clone());
                tokio::task::spawn_blocking(move || {
                    let told = YotiReply::LastExports(id, audit.last_exports(id));
                    let _unheard = results.send(Event::Done(Outcome::Yoti(told)));
                });
            }
            OperatorRequest::Portal(link) => {
                return match self.services.opener.open(link, "the portal", self.results.clone()) {
                    Immediate::Copy(what, text) => self.put(what, text),
                    rest => rest,
                };
            }
            OperatorRequest::Run { name, run } => program::start(name, run, self.results.clone()),
            request => {
                let runner = RequestRunner {
                    services: self.services.clone(),
                    now: self.clock.now(),
                    results: self.results.clone(),
                };
                let commands = self.commands.clone();
                tokio::spawn(async move {
                    if let Some(changed) = runner.run(request).await {
                        // The refresh task has ended: so will the program.
                        let _ended = commands.send(Command::Refresh(changed)).await;
                    }
                });
            }
        }
        Immediate::None
    }

    fn job(&self, request: ExportRequest) -> Job {
        Job {
            request,
            // Cloned at once: a borrow that is held would keep the store from publishing.
            snapshot: Arc::clone(&self.snapshots.borrow()),
            origin: self.origin.clone(),
            now: self.clock.now(),
            audit: self.services.audit.clone(),
        }
    }

    /// Makes and writes the handover on a blocking thread.
    fn hand_over(&self, path: std::path::PathBuf) {
        let world = (Arc::clone(&self.snapshots.borrow()), self.origin.clone());
        let (now, results) = (self.clock.now(), self.results.clone());
        tokio::task::spawn_blocking(move || {
            let outcome = exports::hand_over(&path, &world.0, &world.1, now);
            let _unheard = results.send(Event::Done(outcome));
        });
    }

    /// Makes and writes files on a blocking thread.
    fn blocking(&self, request: ExportRequest, work: impl FnOnce(Job) -> Outcome + Send + 'static) {
        let (job, results) = (self.job(request), self.results.clone());
        tokio::task::spawn_blocking(move || {
            let _unheard = results.send(Event::Done(work(job)));
        });
    }
}
