//! What several panes and dialogs draw with.

pub(crate) mod dialog_frame;
#[cfg(feature = "images")]
pub mod graphics;
pub(crate) mod pane;
pub mod picture;
pub(crate) mod sparkline;
pub(crate) mod text;

/// Without the feature `images` no picture is decoded, so there is none to draw.
#[cfg(not(feature = "images"))]
pub mod graphics {
    use ratatui::Frame;

    use super::picture::{Graphics, Shown};

    /// Has nothing that it could draw.
    #[derive(Debug)]
    pub struct Pictures;

    impl Pictures {
        /// Whatever graphics the terminal has.
        #[must_use]
        pub const fn new(_how: Option<Graphics>) -> Self {
            Self
        }

        /// No size of a cell is ever needed.
        #[must_use]
        pub const fn any(&self) -> bool {
            false
        }

        /// Leaves the frame as it is.
        pub const fn over(
            &mut self,
            _frame: &mut Frame<'_>,
            _shown: Option<Shown<'_>>,
            _cell: Option<(u16, u16)>,
        ) -> bool {
            false
        }
    }
}
