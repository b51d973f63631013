//! Parts of the model: its settings, panes of rows, the open input line, a tree's memory.

use std::collections::BTreeSet;
use std::ops::Range;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::app::list::cursor::state::Cursor;
use crate::app::list::filter::Offers;
use crate::app::text::text_field::TextField;
use crate::app::text::words::left;
use crate::app::view::{HelpRow, Rows, TreePath};
use crate::config::options::General;
use crate::domain::assessment::rules::Rules;

/// What does not change while the dashboard runs.
#[derive(Clone, Debug)]
pub struct ModelSettings {
    pub profile: String,
    /// `DEMO`, `SANDBOX`, `LIVE`.
    pub badge: String,
    /// The badge is that of a live environment.
    pub live: bool,
    /// First digits of the SDK ID, for the wide header.
    pub sdk_short: String,
    /// Thresholds and the pass rule.
    pub rules: Rules,
    /// What the configuration file has before all sections.
    pub general: General,
    pub time_zone: TimeZone,
    /// Glyphs of ASCII only.
    pub ascii: bool,
    /// From the keymap in force.
    pub help: Vec<HelpRow>,
    /// Seconds of the model's clock in one of the operator's: 1, except in `demo`.
    pub clock_speed: f64,
}

impl ModelSettings {
    /// A time that the operator is given (to read a message,
    /// to look at what is revealed), in the model's clock.
    pub(crate) fn for_operator(&self, span: SignedDuration) -> SignedDuration {
        SignedDuration::try_from_secs_f64(span.as_secs_f64() * self.clock_speed).unwrap_or(span)
    }

    /// What is left until then of a time that the operator was given: `4m 12s`.
    pub(crate) fn left_for_operator(&self, until: Timestamp, now: Timestamp) -> String {
        let span = until.duration_since(now).as_secs_f64() / self.clock_speed;
        let span = SignedDuration::try_from_secs_f64(span).unwrap_or_default();
        left(now + span, now)
    }
}

/// A pane of rows with its cursor.
#[derive(Debug)]
pub(crate) struct RowPane<T> {
    pub(crate) rows: Vec<T>,
    pub(crate) cursor: usize,
    pub(crate) offset: usize,
}

impl<T> Default for RowPane<T> {
    fn default() -> Self {
        Self { rows: Vec::new(), cursor: 0, offset: 0 }
    }
}

impl<T> RowPane<T> {
    pub(crate) fn view<'a>(
        &'a self,
        height: usize,
        shift: usize,
        notice: &'a [String],
    ) -> Rows<'a, T> {
        let window = window(self.rows.len(), self.cursor, self.offset, height);
        let selected = (!self.rows.is_empty()).then(|| self.cursor.min(self.rows.len() - 1));
        Rows { rows: &self.rows, selected, window, shift, notice }
    }
}

/// The rows of so many that fit, the cursor among them.
pub(crate) fn window(rows: usize, cursor: usize, offset: usize, height: usize) -> Range<usize> {
    let cursor = cursor.min(rows.saturating_sub(1));
    let least = (cursor + 1).saturating_sub(height);
    let start = offset.clamp(least.min(cursor), cursor).min(rows.saturating_sub(height));
    start..(start + height).min(rows)
}

/// The open filter or find line.
#[derive(Debug)]
pub(crate) struct InputLine {
    pub(crate) filter: bool,
    pub(crate) field: TextField,
    /// What the filter was before.
    pub(crate) before: String,
    /// The cursor before: it stays on its session while that is listed.
    pub(crate) cursor: Cursor,
    /// The first row of the window before.
    pub(crate) offset: usize,
    /// The name under which the list is to be saved, while that is typed.
    pub(crate) naming: Option<Naming>,
    /// What Tab offers, and which of it was put in last.
    pub(crate) offers: Option<(Offers, usize)>,
    /// How many filters back the arrows have gone, and what had been typed.
    pub(crate) back: Option<(usize, String)>,
}

/// A name being typed, and why it was not taken.
#[derive(Clone, Debug, Default)]
pub(crate) struct Naming {
    pub(crate) field: TextField,
    pub(crate) error: Option<String>,
}

/// Folding and cursor of one session's tree.
#[derive(Clone, Debug, Default)]
pub(crate) struct TreeMemory {
    pub(crate) expanded: BTreeSet<TreePath>,
    pub(crate) selected: TreePath,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::window;

    proptest! {
        #[test]
        fn the_window_holds_the_cursor_and_is_as_full_as_it_can_be(
            rows in 0_usize..500, cursor in 0_usize..500, offset in 0_usize..500, height in 0_usize..80,
        ) {
            let seen = window(rows, cursor, offset, height);
            prop_assert!(seen.end <= rows);
            prop_assert_eq!(seen.len(), rows.min(height));
            if rows > 0 && height > 0 {
                prop_assert!(seen.contains(&cursor.min(rows - 1)));
            }
        }
    }
}
