//! Where the work of effects runs, off the event loop; what came of it comes back as an event (I4).

use std::io::Read;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::{mpsc, watch};
use tokio::task::spawn_blocking;

use super::clipboard::{self, Clipboard, PersonalCopy};
pub use super::exports::ExportOrigin;
use super::exports::{self, RequestedExport};
use super::services::Services;
use super::terminal::Surface;
use crate::app::action::Action;
use crate::app::effect::ExportRequest;
use crate::app::event::{Event, Outcome};
use crate::clock::Clock;
use crate::domain::events::audit_action::AuditAction;
use crate::domain::personal::Privacy;
use crate::domain::session::ids::SessionId;
use crate::domain::watchlist::snapshot::Snapshot;
use crate::refresh::Command;

/// The longest list that the add dialog reads.
// A wrong path, such as a device's, must not be read without end.
const LARGEST_LIST: u64 = 64 * 1024 * 1024;

/// Work for a blocking thread.
type Work = Box<dyn FnOnce() -> Outcome + Send>;

/// Carries out what `app::update` returned, off the event loop.
pub struct Effects {
    commands: mpsc::Sender<Command>,
    snapshots: watch::Receiver<Arc<Snapshot>>,
    origin: ExportOrigin,
    clock: Arc<dyn Clock>,
    services: Arc<Services>,
    logged: mpsc::UnboundedSender<Work>,
    results: mpsc::UnboundedSender<Event>,
    inbox: Option<mpsc::UnboundedReceiver<Event>>,
    /// Personal values that the clipboard was given.
    personal: Option<PersonalCopy>,
}

impl Effects {
    /// Effects that speak to the refresh task and read the newest snapshot.
    #[must_use]
    pub fn new(
        commands: mpsc::Sender<Command>,
        snapshots: watch::Receiver<Arc<Snapshot>>,
        origin: ExportOrigin,
        clock: Arc<dyn Clock>,
        services: Services,
    ) -> Self {
        // Bounded by what the operator can start: one result for each.
        let (results, inbox) = mpsc::unbounded_channel();
        let (logged, mut waiting) = mpsc::unbounded_channel::<Work>();
        let to = results.clone();
        tokio::spawn(async move {
            while let Some(work) = waiting.recv().await {
                let Ok(outcome) = spawn_blocking(work).await else { continue };
                // The loop may have ended.
                let _unheard = to.send(Event::Done(outcome));
            }
        });
        let (services, inbox) = (Arc::new(services), Some(inbox));
        Self {
            commands,
            snapshots,
            origin,
            clock,
            services,
            logged,
            results,
            inbox,
            personal: None,
        }
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
    pub(super) fn inbox(&mut self) -> mpsc::UnboundedReceiver<Event> {
        self.inbox.take().unwrap_or_else(|| mpsc::unbounded_channel().1)
    }

    pub(super) fn services(&self) -> Arc<Services> {
        Arc::clone(&self.services)
    }

    pub(super) fn now(&self) -> jiff::Timestamp {
        self.clock.now()
    }

    /// Comes out of the inbox, behind what is in it.
    pub(super) fn tell(&self, event: Event) {
        // The loop holds the other end for as long as it runs.
        let _unheard = self.results.send(event);
    }

    /// Waits elsewhere for what comes of it.
    pub(super) fn spawn(&self, work: impl Future<Output = Outcome> + Send + 'static) {
        let results = self.results.clone();
        tokio::spawn(async move { results.send(Event::Done(work.await)) });
    }

    /// Asks for one session, whose dialog is told why it was not done.
    pub(super) fn ask(
        &self,
        id: SessionId,
        work: impl Future<Output = Result<Outcome, String>> + Send + 'static,
    ) {
        let failed = move |why| Outcome::Done { session: Some(id), result: Err(why) };
        self.spawn(async move { work.await.unwrap_or_else(failed) });
    }

    fn blocking(&self, work: impl FnOnce() -> Outcome + Send + 'static) {
        let results = self.results.clone();
        spawn_blocking(move || {
            crate::panic_site::at("job", &());
            results.send(Event::Done(work()))
        });
    }

    /// One after another, so that what was asked for first is logged and shown first.
    fn in_turn(&self, work: impl FnOnce() -> Outcome + Send + 'static) {
        // The task that takes it lives as long as the loop.
        let _ended = self.logged.send(Box::new(work));
    }

    /// Never waits: a queue that is full gets the command a little later.
    pub(super) fn command(&self, command: Command) {
        if let Err(mpsc::error::TrySendError::Full(command)) = self.commands.try_send(command) {
            let commands = self.commands.clone();
            tokio::spawn(async move {
                // The refresh task has ended: so will the program.
                let _ended = commands.send(command).await;
            });
        }
    }

    /// Asks the refresh task for its calls. One question at a time is all that the task answers.
    pub(super) fn traffic(&self) {
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

    /// Reads a list for the add dialog.
    pub(super) fn read_list(&self, path: PathBuf) {
        self.blocking(move || {
            let mut text = String::new();
            let read = std::fs::File::open(&path)
                .and_then(|file| file.take(LARGEST_LIST).read_to_string(&mut text));
            let why = |why| format!("{}: {why}", path.display());
            Outcome::ListRead(read.map(|_| text).map_err(why))
        });
    }

    /// Reads the details of sessions for the screen.
    pub(super) fn read_details(&self, ids: Vec<SessionId>) {
        let (details, results) = (Arc::clone(&self.services.details), self.results.clone());
        spawn_blocking(move || results.send(Event::Details(details.read(&ids))));
    }

    pub(super) fn lower_privacy(&self, to: Privacy) {
        self.log_first(AuditAction::PrivacyLowered, None, Outcome::PrivacyLowered(to));
    }

    pub(super) fn reveal(&self, id: SessionId) {
        self.log_first(AuditAction::Revealed, Some(id), Outcome::Revealed(id));
    }

    /// Shows `shown` when its line stands in the audit log (I8).
    fn log_first(&self, deed: AuditAction, session: Option<SessionId>, shown: Outcome) {
        let (services, now) = (self.services(), self.now());
        self.in_turn(move || {
            let ids: Vec<SessionId> = session.into_iter().collect();
            services
                .audit
                .append(now, deed, &ids, "")
                .map_or_else(|why| Err(why).into(), |()| shown)
        });
    }

    pub(super) fn last_exports(&self, id: SessionId) {
        let services = self.services();
        self.blocking(move || Outcome::LastExports(id, services.audit.last_exports(id)));
    }

    /// To where copied text goes. Personal values are cleared from there later.
    pub(super) fn copy<S: Surface>(
        &mut self,
        what: &'static str,
        text: String,
        personal: bool,
        surface: &mut S,
    ) {
        let outcome = match &self.services.clipboard {
            _ if text.len() > clipboard::LARGEST => clipboard::not_copied("it is too long"),
            Clipboard::Terminal => match surface.copy(&text) {
                // OSC 52: the terminal does not tell whether it took it.
                Ok(()) => {
                    self.personal = personal.then(|| PersonalCopy::new(text, self.results.clone()));
                    Ok(clipboard::in_words("sent to the terminal's clipboard", what, personal))
                        .into()
                }
                Err(why) => clipboard::not_copied(&why.to_string()),
            },
            Clipboard::Off => clipboard::not_copied("clipboard = \"off\""),
            Clipboard::Program(words) => {
                let words = words.clone();
                self.personal =
                    personal.then(|| PersonalCopy::new(text.clone(), self.results.clone()));
                return self.spawn(clipboard::hand_over(words, what, text, personal));
            }
        };
        self.tell(Event::Done(outcome));
    }

    /// Where it was given personal values, and nothing of ours since.
    pub(super) fn clear_clipboard<S: Surface>(&mut self, surface: &mut S) {
        let Some(personal) = self.personal.take() else { return };
        match &self.services.clipboard {
            Clipboard::Terminal => {
                let cleared = clipboard::cleared_terminal(surface);
                self.tell(Event::Done(cleared));
            }
            Clipboard::Program(words) => self.spawn(clipboard::clear(words.clone(), personal)),
            Clipboard::Off => {}
        }
    }

    /// The same before the program ends, which no program may hold up.
    pub(super) async fn clear_clipboard_at_end<S: Surface>(&mut self, surface: &mut S) {
        let Some(personal) = self.personal.take() else { return };
        match &self.services.clipboard {
            Clipboard::Terminal => drop(clipboard::cleared_terminal(surface)),
            Clipboard::Program(words) => {
                let clear = clipboard::clear(words.clone(), personal);
                let _too_slow = tokio::time::timeout(clipboard::AT_END, clear).await;
            }
            Clipboard::Off => {}
        }
    }

    fn job(&self, request: ExportRequest) -> RequestedExport {
        RequestedExport {
            request,
            // Cloned at once: a borrow that is held would keep the store from publishing.
            snapshot: Arc::clone(&self.snapshots.borrow()),
            origin: self.origin.clone(),
            now: self.now(),
            audit: self.services.audit.clone(),
            details: Arc::clone(&self.services.details),
        }
    }

    pub(super) fn copy_export(&self, what: &'static str, request: ExportRequest) {
        let job = self.job(request);
        self.in_turn(move || job.copyable(what));
    }

    pub(super) fn export(&self, request: ExportRequest) {
        let job = self.job(request);
        self.blocking(move || job.write());
    }

    pub(super) fn measure(&self, serial: u64, request: ExportRequest) {
        let job = self.job(request);
        self.blocking(move || Outcome::Measured(serial, job.measure()));
    }

    /// Makes and writes the handover.
    pub(super) fn hand_over(&self, path: PathBuf) {
        let (snapshot, origin) = (Arc::clone(&self.snapshots.borrow()), self.origin.clone());
        let now = self.now();
        self.blocking(move || exports::hand_over(&path, &snapshot, &origin, now));
    }
}
