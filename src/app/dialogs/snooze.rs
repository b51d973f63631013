//! `S` in the alerts pane: no alerts until then.

pub(crate) mod state;

use jiff::SignedDuration;

use crate::app::action::Action;
use crate::app::dialogs::dialog::{CLOSE, Dialog, Flow, RowCursor};
use crate::app::dialogs::snooze::state::SnoozeDialog;
use crate::app::model::Model;
use crate::app::operator::annotations::{keep, same_for_all, subject, targets};
use crate::domain::watchlist::annotations::AnnotationChange;

pub(crate) fn open(model: &mut Model) {
    let now = model.times.now;
    let later = |hours| now.saturating_add(SignedDuration::from_hours(hours)).unwrap_or(now);
    let today = now.to_zoned_datetime(model.times.zone.clone());
    // Tomorrow is when the shift begins: at 08:00.
    let tomorrow = today
        .tomorrow()
        .and_then(|day| day.with().hour(8).minute(0).second(0).subsec_nanosecond(0).build())
        .map_or_else(|_| later(24), |day| day.timestamp());
    let choices = vec![("1 hour", later(1)), ("4 hours", later(4)), ("tomorrow", tomorrow)];
    let ids = targets(model);
    if !ids.is_empty() {
        let subject = subject(model, &ids);
        model.open(SnoozeDialog { ids, subject, choices, selected: 0 });
    }
}

impl Dialog for SnoozeDialog {
    fn act(&mut self, model: &mut Model, action: Action) -> Flow {
        if action != Action::Enter {
            return Flow::Ignored;
        }
        let Some((word, until)) = self.choices.get(self.selected) else { return CLOSE };
        let what = if *word == "tomorrow" { "until tomorrow" } else { word };
        let changes = same_for_all(&self.ids, &AnnotationChange::Snoozed(Some(*until)));
        Flow::Close(keep(model, &format!("snoozed {}, {what}", self.subject), changes))
    }

    fn cursor(&mut self) -> Option<RowCursor<'_>> {
        Some(RowCursor { at: &mut self.selected, rows: self.choices.len() })
    }
}
