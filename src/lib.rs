//! branchwatch: a terminal dashboard that watches Yoti In-Branch Verification sessions.
//!
//! The rooms, from the wire to the screen; `ARCHITECTURE.md` has the flow and the invariants.
//!
//! - [`domain`] the session model and what is derived from it, pure
//! - [`text`] the one function that makes a server's text harmless
//! - [`clock`] the only place that reads the time
//! - [`api`] the signed HTTP client and the wire format
//! - [`refresh`] the background task: who is asked next
//! - [`notifications`] the receiver of notifications
//! - [`store`] the one writer of the [`domain::watchlist::snapshot::Snapshot`]
//! - [`persist`] the watch-list and last answers on disk
//! - [`hub`] the store that several machines share
//! - [`export`] a session as a file
//! - [`simulator`] an API that speaks the contract, on loopback
//! - [`config`] defaults, file, environment, flags
//! - [`app`] the model and its update function, pure
//! - [`import`] the reading of lines that name sessions
//! - [`reasons`] what Yoti's codes mean, and what to do next
//! - [`keymap`] keys to actions · [`theme`] roles to styles · [`ui`] model to cells
//! - [`runtime`] the terminal and the event loop · [`cli`] the commands
//! - [`telemetry`] the log file

#[cfg(windows)]
compile_error!("branchwatch does not run on Windows itself: build and run it inside WSL");

pub mod api;
pub mod app;
pub mod audit;
pub mod cli;
pub mod clock;
pub mod config;
pub mod desk;
pub mod domain;
pub mod export;
pub mod hub;
pub mod import;
pub mod keymap;
pub mod notifications;
mod panic_site;
pub mod persist;
pub mod reasons;
pub mod refresh;
mod regular_file;
pub mod runtime;
pub mod simulator;
pub mod store;
mod stream_guard;
pub mod telemetry;
pub mod text;
pub mod theme;
pub mod ui;
