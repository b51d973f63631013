//! What happened: everything that reaches `app::update`.
//!
//! Time comes in as [`Event::Tick`] only (invariant I2).

use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;

use crate::app::action::Action;
use crate::app::effect::Effect;
use crate::app::operator::config::state::Reconfigured;
use crate::app::text::hidden::{Hidden, Picture};
use crate::app::text::text_field::Edit;
use crate::domain::events::audit_action::LastExports;
use crate::domain::events::call::Traffic;
use crate::domain::personal::Privacy;
use crate::domain::session::ids::{MediaId, SessionId};
use crate::domain::watchlist::snapshot::Snapshot;
use crate::domain::watchlist::watched::WatchedSession;

/// One thing that happened, for `app::update`.
#[derive(Clone, Debug)]
pub enum Event {
    /// The operator asked for something.
    Action(Action),
    /// A key of an open text field.
    Edit(Edit),
    /// Text pasted from the terminal; never keys (fault T13).
    Paste(String),
    /// The mouse, while it is on.
    Mouse(Mouse),
    /// A newer state of the world.
    Snapshot(Arc<Snapshot>),
    /// The time, once a second.
    Tick(Timestamp),
    /// The terminal's size in columns and rows.
    Resize(u16, u16),
    /// The calls made to Yoti, asked for by [`crate::app::effect::Effect::Traffic`].
    Traffic(Traffic),
    /// What [`crate::app::effect::Effect::ReadDetails`] asked for, or why it cannot be read.
    Details(Result<Vec<WatchedSession>, String>),
    /// The configuration was read again, or why it cannot be used.
    Reconfigured(Result<Box<Reconfigured>, String>),
    /// Something asked for by an effect has ended.
    Done(Outcome),
}

/// The mouse at a column and a row of the window, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mouse {
    pub at: (u16, u16),
    pub did: MouseDid,
}

/// What the mouse did; all else that mice do means nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MouseDid {
    /// The left button went down.
    Click,
    /// The wheel turned away from the hand.
    WheelUp,
    /// The wheel turned towards the hand.
    WheelDown,
}

/// What an export comes to.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Measured {
    pub files: usize,
    /// Bytes in all of them.
    pub bytes: usize,
    pub masked: usize,
    pub stale: usize,
    /// Sessions left out, because nothing was fetched.
    pub left_out: usize,
    /// Reckoned from the first sessions of many.
    pub about: bool,
    /// Why nothing can be made, in our words.
    pub error: Option<String>,
}

/// What came of an effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// What was done, or why it was not, in our words. With a session it is for the dialog that is
    /// bound to it, as long as that is open.
    Done { session: Option<SessionId>, result: Result<String, String> },
    Exported {
        /// The file, or the folder of several.
        path: PathBuf,
        /// How many files, values hidden, bytes.
        measured: Measured,
    },
    /// What an export would come to, for that question of the dialog.
    Measured(u64, Measured),
    /// The next effect: an export is copied once its line is in the audit log; the clipboard is cleared.
    Next(Box<Effect>),
    /// A list for the add dialog, or why it cannot be read.
    ListRead(Result<String, String>),
    /// The line is in the audit log: so much may be shown.
    PrivacyLowered(Privacy),
    /// The line is in the audit log: the labels of this session may be shown.
    Revealed(SessionId),
    /// When the session was last exported; `None`: nobody knows.
    LastExports(SessionId, Option<LastExports>),
    /// The letter lies in this file, for the desktop to open.
    LetterFetched(SessionId, PathBuf),
    /// The recipient of the letter.
    Contact(SessionId, Vec<(&'static str, Hidden)>),
    Picture {
        id: SessionId,
        media: MediaId,
        picture: Picture,
        /// Bytes of the whole, of which this is a smaller one.
        size: usize,
    },
    /// Yoti has changed the session: what was done, and whether that stands in the audit log.
    Changed(SessionId, Result<String, String>),
}

impl From<Result<String, String>> for Outcome {
    fn from(result: Result<String, String>) -> Self {
        Self::Done { session: None, result }
    }
}

impl From<Effect> for Outcome {
    fn from(next: Effect) -> Self {
        Self::Next(Box::new(next))
    }
}
