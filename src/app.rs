//! What the operator sees and can do, as plain data and one pure update function (invariant I2).
//!
//! Owns the model. Must never do I/O, read a clock, or know ratatui, crossterm or tokio.

pub mod action;
pub mod effect;
pub mod event;
pub mod layout;
mod model;
pub mod overlay;
pub mod text_field;
pub mod view;

pub use model::{Model, ModelSettings, update};
