//! What the operator sees and can do, as plain data and one pure update function (invariant I2).
//!
//! Owns the model. Must never do I/O, read a clock, or know ratatui, crossterm or tokio.

mod act;
pub mod action;
pub mod detail;
pub mod dialogs;
pub mod effect;
pub mod event;
mod find;
pub mod layout;
pub mod list;
mod model;
mod motion;
mod mouse;
mod moves;
pub mod operator;
mod panes;
mod redraw;
pub mod status;
pub mod text;
mod update;
pub mod view;

pub use crate::app::operator::privacy::state::Lock;
pub use model::{Model, ModelSettings};
pub(crate) use status::connection::is_down;
pub(crate) use text::words::stage as stage_words;
pub use update::update;
