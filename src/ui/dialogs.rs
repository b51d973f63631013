//! What lies over the panes, drawn.

pub(crate) mod add;
pub(crate) mod annotate;
pub(crate) mod api_log;
pub(crate) mod charts;
pub(crate) mod export;
pub(crate) mod handover;
pub(crate) mod lock;
pub(crate) mod overlay;
pub(crate) mod palette;
pub(crate) mod pickers;
pub(crate) mod yoti;
