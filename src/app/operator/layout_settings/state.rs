//! How the screen is laid out.

use crate::app::layout::Proportions;

#[derive(Clone, Debug, Default)]
pub(crate) struct LayoutSettings {
    pub(crate) themes: Vec<String>,
    pub(crate) history: Vec<String>,
    pub(crate) proportions: Proportions,
    /// The cursor follows the newest change.
    pub(crate) following: bool,
    /// The terminal tells of the mouse.
    pub(crate) mouse: bool,
}
