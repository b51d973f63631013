//! The help over the panes.

use crate::app::text::text_field::TextField;
use crate::app::view::HelpRow;

/// Help: type to search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HelpDialog {
    pub search: TextField,
    /// Rows that match: the pane's own first, the keys that move last.
    pub rows: Vec<HelpRow>,
    pub total: usize,
    /// Index into `rows`.
    pub selected: usize,
    /// The first row on the screen.
    pub first: usize,
}

impl HelpDialog {
    /// Lines below the rows: signs and stages.
    pub const LEGEND: u16 = 8;

    /// Lines of its box on a screen of so many.
    #[must_use]
    pub fn height(screen: u16) -> u16 {
        screen.saturating_sub(4).clamp(14, 40)
    }

    /// Rows that such a box holds, below the search and above the legend.
    #[must_use]
    pub fn page(screen: u16) -> usize {
        usize::from(Self::height(screen).saturating_sub(4 + Self::LEGEND))
    }
}
