//! The session model and everything derived from it: pure values and pure functions.
//!
//! Owns the nouns of the contract (session, check, resource, requirement, letter) and ours
//! (stage, coverage, attention, change, snapshot). Must never do I/O, read a clock, know serde,
//! tokio, ratatui, or any other room. Time is always an argument.

pub mod arrangement;
pub mod as_of;
pub mod attention;
pub mod call;
pub mod cause;
pub mod change;
pub mod check;
pub mod configuration;
pub mod coverage;
pub mod deed;
pub mod device;
pub mod evidence;
#[cfg(test)]
pub(crate) mod fixture;
pub mod funnel;
pub mod happening;
pub mod harmless;
pub mod ids;
pub mod instructions;
pub mod json_text;
pub mod labels;
pub mod ledger;
pub mod media_list;
pub mod nearest;
pub mod notification;
pub mod own;
pub mod personal;
pub mod post;
pub mod profile;
pub mod requested;
pub mod resource;
pub mod rules;
pub mod secret;
pub mod server_text;
pub mod session;
pub mod shape;
pub mod share;
pub mod snapshot;
pub mod span;
pub mod stage;
pub mod stats;
pub mod supported;
pub mod watched;
pub mod watchlist;
pub mod wire_enum;
