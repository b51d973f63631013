//! Where each pane stands for a window of a given size: pure arithmetic (product.md 4.2).

use crate::app::view::Pane;

/// A rectangle of cells; x and y from the top left corner, 0-based.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Area {
    pub x: u16,
    pub y: u16,
    pub w: u16,
    pub h: u16,
}

impl Area {
    /// A rectangle: its corner, then width and height.
    #[must_use]
    pub const fn new(x: u16, y: u16, w: u16, h: u16) -> Self {
        Self { x, y, w, h }
    }

    /// Rows inside a border of one cell.
    #[must_use]
    pub const fn inner_rows(self) -> usize {
        self.h.saturating_sub(2) as usize
    }
}

/// The four shapes of the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LayoutShape {
    /// Below 60x16: a message only.
    TooSmall,
    /// Up to 99 columns: one pane with tabs.
    OnePane,
    /// 100–159: list left, tree over checks right, timeline below.
    Columns,
    /// 160 and more: wide list, tree, checks, timeline, alerts.
    Wide,
}

/// Everything's place. Areas do not overlap and lie inside the window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Areas {
    pub shape: LayoutShape,
    /// Header lines: 1, 2, or 3 when wide and high.
    pub header: Area,
    /// The panes that are drawn, each with its border.
    pub panes: Vec<(Pane, Area)>,
    /// One line with the newest change or a message.
    pub ticker: Option<Area>,
    /// Tabs and hints, 2 rows (3 when wide and high); the filter line takes it while open.
    pub footer: Area,
}

impl Areas {
    /// The area of a pane, if it is on the screen.
    #[must_use]
    pub fn pane(&self, pane: Pane) -> Option<Area> {
        self.panes.iter().find(|(known, _)| *known == pane).map(|(_, area)| *area)
    }

    /// With the filter bar open: it takes the bottom five lines, also from the panes.
    #[must_use]
    pub(crate) fn with_filter_bar(mut self) -> Self {
        let bottom = self.footer.y.saturating_add(self.footer.h);
        let top = bottom.saturating_sub(FILTER_BAR);
        if self.shape == LayoutShape::TooSmall {
            return self;
        }
        self.footer = Area { y: top, h: bottom.saturating_sub(top), ..self.footer };
        // The bar covers its line.
        self.ticker = None;
        for (_, area) in &mut self.panes {
            area.h = area.h.min(top.saturating_sub(area.y));
        }
        self
    }
}

/// Lines of the filter bar.
const FILTER_BAR: u16 = 5;

/// The smallest window that is drawn.
pub const SMALLEST: (u16, u16) = (60, 16);

/// What the operator may choose of the layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proportions {
    /// The list's share of the width, in percent.
    pub list: u16,
    /// The tree's share of the height of tree and checks, in percent.
    pub tree: u16,
    /// The timeline's share of the height, in percent.
    pub timeline: u16,
    /// From so many columns on, panes stand beside each other.
    pub columns_from: u16,
    /// From so many columns on, the list is wide and alerts stand below.
    pub wide_from: u16,
    /// The header keeps one line.
    pub low_header: bool,
}

impl Default for Proportions {
    fn default() -> Self {
        Self {
            list: 55,
            tree: 50,
            timeline: 25,
            columns_from: 100,
            wide_from: 160,
            low_header: false,
        }
    }
}

/// Lays a window out. `focus` decides which pane is shown
/// where only one fits; `zoomed` gives it the whole body.
#[must_use]
pub fn fitted(size: (u16, u16), focus: Pane, zoomed: bool, proportions: Proportions) -> Areas {
    let (width, height) = size;
    if width < SMALLEST.0 || height < SMALLEST.1 {
        return too_small(width, height);
    }
    let shape = if width < proportions.columns_from {
        LayoutShape::OnePane
    } else if width < proportions.wide_from {
        LayoutShape::Columns
    } else {
        LayoutShape::Wide
    };
    let big = shape == LayoutShape::Wide && height >= 40;
    let one = shape == LayoutShape::OnePane;
    let header_rows = if proportions.low_header {
        1
    } else if big {
        3
    } else if height >= if one { 20 } else { 22 } {
        2
    } else {
        1
    };
    let has_ticker = height >= if one { 24 } else { 30 };
    let has_timeline = !one && height >= 26;
    let footer_rows = if big { 3 } else { 2 };
    let ticker_rows = u16::from(has_ticker);
    let body_rows = height.saturating_sub(header_rows + footer_rows + ticker_rows);
    let body = Area::new(0, header_rows, width, body_rows);
    let after = header_rows + body_rows;
    let panes = if one || zoomed {
        vec![(focus, body)]
    } else {
        tiled(body, shape, proportions, focus, has_timeline)
    };
    Areas {
        shape,
        header: Area::new(0, 0, width, header_rows),
        panes,
        ticker: has_ticker.then(|| Area::new(0, after, width, 1)),
        footer: Area::new(0, after + ticker_rows, width, footer_rows),
    }
}

fn too_small(width: u16, height: u16) -> Areas {
    Areas {
        shape: LayoutShape::TooSmall,
        header: Area::new(0, 0, width, height),
        panes: Vec::new(),
        ticker: None,
        footer: Area::new(0, height, width, 0),
    }
}

/// List on the left, the detail on the right, timeline (and alerts, when wide) below. A pane that
/// has no place of its own takes the right column while it has the focus.
fn tiled(
    body: Area,
    shape: LayoutShape,
    shares: Proportions,
    focus: Pane,
    has_timeline: bool,
) -> Vec<(Pane, Area)> {
    let wide = shape == LayoutShape::Wide;
    let of = |whole: u16, share: u16| whole.saturating_mul(share) / 100;
    let lower_rows =
        if has_timeline { of(body.h, shares.timeline).clamp(5, (body.h / 2).max(5)) } else { 0 };
    let upper_rows = body.h.saturating_sub(lower_rows);
    let list_columns = of(body.w, shares.list);
    let right_columns = body.w.saturating_sub(list_columns);
    let list = Area::new(0, body.y, list_columns, upper_rows);
    let right = Area::new(list_columns, body.y, right_columns, upper_rows);
    let mut panes = vec![(Pane::List, list)];
    let has_place = match focus {
        Pane::List | Pane::Tree | Pane::Checks => true,
        Pane::Timeline => has_timeline,
        Pane::Alerts => has_timeline && wide,
        Pane::Letter | Pane::Json | Pane::Notes => false,
    };
    if has_place {
        let tree_rows = upper_rows.saturating_mul(shares.tree).div_ceil(100);
        let tree_rows = tree_rows.clamp(4, upper_rows.saturating_sub(4).max(4));
        panes.push((Pane::Tree, Area { h: tree_rows, ..right }));
        let below = Area { y: right.y + tree_rows, h: upper_rows - tree_rows, ..right };
        panes.push((Pane::Checks, below));
    } else {
        panes.push((focus, right));
    }
    if has_timeline {
        let y = body.y + upper_rows;
        let columns = if wide { list_columns } else { body.w };
        panes.push((Pane::Timeline, Area::new(0, y, columns, lower_rows)));
        if wide {
            panes.push((Pane::Alerts, Area::new(list_columns, y, right_columns, lower_rows)));
        }
    }
    panes
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PANES: [Pane; 8] = Pane::ALL;

    fn areas(size: (u16, u16), focus: Pane, zoomed: bool) -> Areas {
        fitted(size, focus, zoomed, Proportions::default())
    }

    #[test]
    fn the_breakpoints_are_those_of_the_design() {
        for (size, shape) in [
            ((59, 40), LayoutShape::TooSmall),
            ((60, 15), LayoutShape::TooSmall),
            ((60, 16), LayoutShape::OnePane),
            ((99, 50), LayoutShape::OnePane),
            ((100, 30), LayoutShape::Columns),
            ((159, 30), LayoutShape::Columns),
            ((160, 16), LayoutShape::Wide),
        ] {
            assert_eq!(areas(size, Pane::List, false).shape, shape, "{size:?}");
        }
    }

    #[test]
    fn a_low_window_drops_ticker_then_timeline_then_the_second_header_line() {
        let at = |height| {
            let areas = areas((120, height), Pane::List, false);
            (areas.ticker.is_some(), areas.pane(Pane::Timeline).is_some(), areas.header.h)
        };
        assert_eq!(at(30), (true, true, 2));
        assert_eq!(at(29), (false, true, 2));
        assert_eq!(at(25), (false, false, 2));
        assert_eq!(at(21), (false, false, 1));
    }

    proptest! {
        #[test]
        fn areas_never_overlap_nor_leave_the_window_and_the_focus_is_on_the_screen(
            width in 0u16..320, height in 0u16..120, focus in 0usize..8, zoomed: bool, filtering: bool,
            list in 30_u16..=80, low_header: bool, tree in 20_u16..=80, timeline in 10_u16..=50,
            columns_from in 80u16..200, more in 1u16..100,
        ) {
            // The filter bar is that of the list.
            let focus = if filtering { 0 } else { focus };
            let wide_from = columns_from + more;
            let proportions = Proportions { list, tree, timeline, columns_from, wide_from, low_header };
            let areas = fitted((width, height), PANES[focus], zoomed, proportions);
            let areas = if filtering { areas.with_filter_bar() } else { areas };
            let mut all: Vec<Area> = areas.panes.iter().map(|(_, area)| *area).collect();
            all.extend([areas.header, areas.footer]);
            all.extend(areas.ticker);
            for (number, a) in all.iter().enumerate() {
                prop_assert!(a.x + a.w <= width && a.y + a.h <= height);
                for b in all.iter().skip(number + 1) {
                    let apart = a.x + a.w <= b.x || b.x + b.w <= a.x
                        || a.y + a.h <= b.y || b.y + b.h <= a.y;
                    prop_assert!(apart, "{a:?} {b:?}");
                }
            }
            if areas.shape != LayoutShape::TooSmall {
                prop_assert!(areas.pane(PANES[focus]).is_some_and(|area| area.inner_rows() >= 2));
            }
        }
    }
}
