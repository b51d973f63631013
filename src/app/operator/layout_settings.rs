//! How the operator has fitted the screen while it runs: column widths, header, known themes, the
//! palette's history.

pub mod state;

use crate::app::layout::{self, Areas, Proportions};
use crate::app::model::Model;
use crate::app::view::Tone;
use crate::config::options::ListShare;

/// Hundredths of the width that one key press gives or takes.
const STEP: u16 = 5;

impl Model {
    /// The same, with these shares and breakpoints at the start.
    #[must_use]
    pub const fn with_proportions(mut self, proportions: Proportions) -> Self {
        self.layout_settings.proportions = proportions;
        self
    }

    /// Where everything stands: `layout::fitted` for this size, focus and choice.
    #[must_use]
    pub fn areas(&self) -> Areas {
        let areas =
            layout::fitted(self.size, self.focus, self.zoomed, self.layout_settings.proportions);
        let filtering = self.input.as_ref().is_some_and(|input| input.filter);
        if filtering { areas.with_filter_bar() } else { areas }
    }

    /// The themes that `theme NAME` in the palette can name.
    pub fn offer_themes(&mut self, names: Vec<String>) {
        self.layout_settings.themes = names;
    }
}

/// `<` and `>`: the list takes less or more of the width.
pub(crate) fn resize(model: &mut Model, wider: bool) {
    let share = model.layout_settings.proportions.list;
    let share = if wider { share + STEP } else { share.saturating_sub(STEP) };
    model.layout_settings.proportions.list = ListShare::clamped(share);
    let share = model.layout_settings.proportions.list;
    model.set_message(format!("the list takes {share}% of the width"), Tone::Plain);
}

/// `ctrl-e`: the header keeps one line, with badge, state of the connection and attention count.
pub(crate) fn header(model: &mut Model) {
    model.layout_settings.proportions.low_header ^= true;
}
