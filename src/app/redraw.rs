//! What is made anew when time passes or the model has changed: words with ages, alerts, the message.

use std::hash::{DefaultHasher, Hash, Hasher};

use crate::app::list::rows;
use crate::app::model::Model;
use crate::app::operator::bell::{self, state::Alert};
use crate::app::text::words::TimeForm;
use crate::app::view::{Cell, Message, Pane, Tone};
use crate::domain::session::ids::SessionId;
use crate::text::change_words;

/// The most alerts that the pane lists.
const ALERTS: usize = 500;

impl Model {
    /// Below the panes, until the next message or for some seconds.
    pub(crate) fn set_message(&mut self, text: impl Into<String>, tone: Tone) {
        let said = Cell::new(text, tone);
        self.message = Some(Message { said, at: self.clock, of_dialog: false });
        self.dirty = true;
    }

    /// Times in this form from now on.
    pub(crate) fn show_times(&mut self, form: TimeForm) {
        self.times.form = form;
        self.set_message(format!("times: {}", form.name()), Tone::Plain);
        self.rebuild(true);
        self.refresh_words();
    }

    /// Everything whose words depend on the time; the screen is drawn again only when one is another.
    pub(crate) fn refresh_words(&mut self) {
        self.rebuild(false);
        self.relist_alerts();
        // An idle screen is not drawn again, so something has to say whether a word has changed. The
        // digest of the rows that are seen is kept, not the rows.
        let mut hasher = DefaultHasher::new();
        (self.header(), self.list_rows(self.list_window())).hash(&mut hasher);
        let timeline = self.timeline();
        timeline.rows.get(timeline.window.clone()).hash(&mut hasher);
        (self.line_under_list(usize::MAX), self.tree.stale).hash(&mut hasher);
        let shown = hasher.finish();
        if shown != self.shown {
            self.shown = shown;
            self.dirty = true;
        }
    }

    /// The line below the panes names the change that was learned last.
    pub(crate) fn name_newest(&mut self, changed: &[SessionId]) {
        for id in changed {
            let Some(item) = self.sessions.item(*id) else { continue };
            let timeline = item.session.timeline().filter(|_| item.changed);
            let Some(event) = timeline.and_then(<[_]>::last) else { continue };
            let name = self.times.name(&item.session, 30);
            let what = change_words(event);
            let time = self.times.of_day(event.seen_at);
            self.ticker = Some(Cell::new(format!("▸ {time} {name}  {}", what.line), what.tone));
        }
    }

    /// The cursor stays on its alert. Before the operator has gone there it stays at the top.
    fn relist_alerts(&mut self) {
        let touched = self.focus == Pane::Alerts || self.alerts.cursor > 0;
        let under = self.alerts.rows.get(self.alerts.cursor).filter(|_| touched);
        let under = under.map(|row| (row.id, row.mark));
        self.alerts.rows = rows::alerts(&self.sessions, ALERTS);
        self.alerts.rows.extend(bell::over(self));
        let same = |row: &Alert| Some((row.id, row.mark)) == under;
        if let Some(place) = self.alerts.rows.iter().position(same) {
            self.alerts.cursor = place;
        }
    }
}
