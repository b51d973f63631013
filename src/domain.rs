//! The session model and everything derived from it: pure values and pure functions.
//!
//! Owns the nouns of the contract (session, check, resource, requirement, letter) and ours
//! (stage, coverage, attention, change, snapshot). Must never do I/O, read a clock, know serde,
//! tokio, ratatui, or any other room. Time is always an argument.

pub mod assessment;
pub mod brief;
pub mod events;
#[cfg(test)]
pub(crate) mod fixture;
pub mod harmless;
pub mod json_text;
pub mod nearest;
pub mod packed_time;
pub mod personal;
pub mod secret;
pub mod server_text;
pub mod session;
pub mod shape;
pub mod span;
pub mod watchlist;
