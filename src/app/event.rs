//! What happened: everything that reaches `app::update`.
//!
//! Time comes in as [`Event::Tick`] only (invariant I2).

use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;

use crate::app::action::Action;
use crate::app::dialogs::yoti::state::YotiReply;
use crate::app::operator::requests::state::Permit;
use crate::app::text::text_field::Edit;
use crate::domain::events::call::Traffic;
use crate::domain::watchlist::snapshot::Snapshot;

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

/// How an effect ended, for the message or the dialog that waits for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Exported {
        /// The file, or the folder of several.
        path: PathBuf,
        /// How many files, values hidden, bytes.
        measured: Measured,
    },
    /// An export failed: what happened and what to do, in our words.
    ExportFailed(String),
    /// What an export would come to, for that question of the dialog.
    Measured(u64, Measured),
    /// A list for the add dialog, or why it cannot be read.
    ListRead(Result<String, String>),
    /// The line is in the audit log: what waited for it may be done.
    Permitted(Permit),
    /// What came of a dialog that reaches Yoti.
    Yoti(YotiReply),
    /// Something was not done: why, in our words.
    Refused(String),
    /// Something was done: what, in our words.
    Said(String),
    /// Text is in a clipboard: what, in our words.
    Copied(&'static str),
    /// Text was sent to the terminal (OSC 52), which does not tell whether it took it.
    CopySent(&'static str),
    CopyFailed(String),
}
