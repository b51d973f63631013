//! Carrying out what `app::update` wants done; results come back as events (I4).
//!
//! Owns the spawning of work. Nothing here is awaited by the event loop.

use std::sync::Arc;

use tokio::sync::{mpsc, watch};

use crate::app::effect::{CopySource, Effect, ExportRequest};
use crate::app::event::{Event, Outcome};
use crate::clock::Clock;
use crate::domain::ids::SessionId;
use crate::domain::rules::Rules;
use crate::domain::snapshot::Snapshot;
use crate::export::{self, Contents, Existing, Origin};
use crate::refresh::Command;

/// The largest text for a terminal's clipboard; many terminals drop more.
const LARGEST_COPY: usize = 72 * 1024;

/// What an export says of its making.
#[derive(Clone, Debug)]
pub struct ExportOrigin {
    /// Profile name.
    pub profile: String,
    /// Environment.
    pub environment: String,
    /// For the derived parts.
    pub rules: Rules,
}

/// Carries effects out.
pub struct Effects {
    commands: mpsc::Sender<Command>,
    snapshots: watch::Receiver<Arc<Snapshot>>,
    origin: ExportOrigin,
    clock: Arc<dyn Clock>,
    results: mpsc::UnboundedSender<Event>,
    inbox: Option<mpsc::UnboundedReceiver<Event>>,
}

/// What the loop itself has to do for an effect.
#[derive(Debug, PartialEq, Eq)]
pub enum Rest {
    /// Nothing more.
    None,
    /// Write this to the clipboard; its name for the message.
    Copy(&'static str, String),
    /// Draw everything anew.
    Redraw,
    /// Leave.
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
        Self { commands, snapshots, origin, clock, results, inbox: Some(inbox) }
    }

    /// Where results arrive; can be taken once.
    pub fn inbox(&mut self) -> mpsc::UnboundedReceiver<Event> {
        self.inbox.take().unwrap_or_else(|| mpsc::unbounded_channel().1)
    }

    /// Starts one effect.
    #[must_use]
    pub fn start(&self, effect: Effect) -> Rest {
        match effect {
            Effect::Refresh(id) => self.command(Command::Refresh(id)),
            Effect::RefreshAll => self.command(Command::RefreshAll),
            Effect::SetPaused(paused) => self.command(Command::SetPaused(paused)),
            Effect::Focus { selected, visible } => {
                self.command(Command::Focus { selected, visible });
            }
            Effect::Export(request) => self.export(request),
            Effect::Copy { what, text } => return self.copy(what, text),
            Effect::Traffic => self.traffic(),
            Effect::Redraw => return Rest::Redraw,
            Effect::Quit => return Rest::Quit,
        }
        Rest::None
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

    /// Asks the refresh task for its calls. One question at a time is all that the task answers.
    fn traffic(&self) {
        let (to, mut told) = mpsc::channel(1);
        self.command(Command::Traffic(to));
        let results = self.results.clone();
        tokio::spawn(async move {
            if let Some(traffic) = told.recv().await {
                let _unheard = results.send(Event::Traffic(traffic));
            }
        });
    }

    fn copy(&self, what: &'static str, source: CopySource) -> Rest {
        let text = match source {
            CopySource::Text(text) => Ok(text),
            CopySource::Export(id) => self.text(id, Contents::default()),
        };
        match text {
            Ok(text) if text.len() <= LARGEST_COPY => Rest::Copy(what, text),
            Ok(text) => {
                let kib = text.len() / 1024;
                let why =
                    format!("{what} has {kib} KiB, too much for the clipboard: export it with e");
                self.tell(Outcome::CopyFailed(why));
                Rest::None
            }
            Err(why) => {
                self.tell(Outcome::CopyFailed(why));
                Rest::None
            }
        }
    }

    fn tell(&self, outcome: Outcome) {
        // The loop holds the other end for as long as it runs.
        let _unheard = self.results.send(Event::Done(outcome));
    }

    fn text(&self, id: SessionId, contents: Contents) -> Result<String, String> {
        let snapshot = Arc::clone(&self.snapshots.borrow());
        made(&snapshot, id, contents, &self.origin, self.clock.now()).map(|made| made.text)
    }

    /// Makes and writes the file on a blocking thread.
    fn export(&self, request: ExportRequest) {
        let snapshot = Arc::clone(&self.snapshots.borrow());
        let (origin, now) = (self.origin.clone(), self.clock.now());
        let results = self.results.clone();
        tokio::task::spawn_blocking(move || {
            let id = request.id;
            let contents = Contents {
                shape: request.shape,
                masked: request.masked,
                timeline: request.timeline,
                configuration: request.configuration,
            };
            let outcome = made(&snapshot, id, contents, &origin, now).and_then(|document| {
                export::write(&request.path, &document.text, Existing::NextFree)
                    .map(|path| Outcome::Exported {
                        id,
                        path,
                        masked: document.masked_paths.len(),
                        bytes: document.text.len(),
                    })
                    .map_err(|why| why.to_string())
            });
            let outcome = outcome.unwrap_or_else(|message| Outcome::ExportFailed { id, message });
            let _unheard = results.send(Event::Done(outcome));
        });
    }
}

fn made(
    snapshot: &Snapshot,
    id: SessionId,
    contents: Contents,
    origin: &ExportOrigin,
    now: jiff::Timestamp,
) -> Result<export::Document, String> {
    let session = snapshot.sessions.get(id).ok_or("the session is no longer on the watch-list")?;
    let origin = Origin {
        profile: &origin.profile,
        environment: &origin.environment,
        rules: &origin.rules,
        now,
    };
    export::document(session, contents, &origin).map_err(|why| why.to_string())
}
