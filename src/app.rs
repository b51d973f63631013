//! What the operator sees and can do, as plain data and one pure update function (invariant I2).
//!
//! Owns the model. Must never do I/O, read a clock, or know ratatui, crossterm or tokio.

pub mod action;
mod arrange;
mod call_log;
mod charts;
mod checks;
mod clocks;
pub mod columns;
mod connection;
pub mod desk;
mod dialogs;
pub mod effect;
pub mod event;
mod export_dialog;
mod facts;
mod filter_bar;
mod find;
mod guard;
pub mod hands;
pub mod hidden;
mod json;
pub mod layout;
mod letter;
mod list;
mod marks;
mod model;
mod moves;
pub mod news;
mod order;
pub mod overlay;
pub mod own;
mod parts;
mod pickers;
mod query;
mod rebuild;
mod report;
mod rows;
mod sessions;
mod shelf;
mod sort;
mod tally;
pub mod text_field;
mod timeline;
mod tree;
mod tree_moves;
mod update;
pub mod view;
pub mod views;
mod words;

pub use guard::Lock;
pub use model::{Model, ModelSettings};
pub(crate) use timeline::happened;
pub use update::update;
pub(crate) use words::stage as stage_words;
