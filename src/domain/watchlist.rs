//! What the program keeps of each session on the watch-list.

pub mod annotations;
pub mod command;
pub mod detail;
pub mod detail_source;
pub mod labels;
pub mod list_changes;
pub mod list_layout;
pub mod open_session;
pub mod outbox;
pub mod snapshot;
pub mod storage;
pub mod unsent;
pub mod watched;
