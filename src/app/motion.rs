//! How far a key moves a cursor, in a pane or in a dialog.

/// How far a move goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Distance {
    Line,
    HalfPage,
    Page,
}

/// Where a move leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Motion {
    First,
    Last,
    Down(Distance),
    Up(Distance),
}

impl Motion {
    /// Among so many rows.
    pub(crate) fn target(self, at: usize, len: usize, page: usize) -> usize {
        let last = len.saturating_sub(1);
        let page = page.max(1);
        let rows = |distance| match distance {
            Distance::Line => 1,
            Distance::HalfPage => page.div_ceil(2),
            Distance::Page => page,
        };
        match self {
            Self::First => 0,
            Self::Last => last,
            Self::Down(distance) => at.saturating_add(rows(distance)).min(last),
            Self::Up(distance) => at.saturating_sub(rows(distance)).min(last),
        }
    }
}
