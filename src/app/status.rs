//! What the lines above and below the panes say: connection, figures, keys.

pub(crate) mod connection;
pub mod digest;
pub mod footer;
pub mod metrics;
