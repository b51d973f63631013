//! What the operator sets and does for herself: notes, privacy, pause, the past, the bell.

pub mod annotations;
pub mod bell;
pub mod config;
pub mod handover;
pub mod layout_settings;
pub(crate) mod pause;
pub(crate) mod portal;
pub(crate) mod privacy;
pub(crate) mod report;
pub(crate) mod restore;
pub(crate) mod time_travel;
