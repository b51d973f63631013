//! How the screen is laid out.

use crate::app::layout::Proportions;
use crate::domain::personal::Privacy;

#[derive(Clone, Debug, Default)]
pub(crate) struct Fitting {
    pub(crate) themes: Vec<String>,
    pub(crate) history: Vec<String>,
    pub(crate) proportions: Proportions,
    /// The cursor follows the newest change.
    pub(crate) following: bool,
    /// The terminal tells of the mouse.
    pub(crate) mouse: bool,
}

/// How the screen is fitted at the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Fit {
    pub mouse: bool,
    /// Shares and breakpoints; `<` and `>` start from them.
    pub proportions: Proportions,
    /// How much is shown at the start; more than masked has its line in the audit log.
    pub privacy: Privacy,
}
