//! The charts: how many stand where, what ended when, how long the steps took, how busy asking is.

pub(crate) mod state;

use jiff::Timestamp;

use crate::app::action::Action;
use crate::app::dialogs::charts::state::ChartsDialog;
use crate::app::dialogs::dialog::{CLOSE, Dialog, Flow};
use crate::app::dialogs::open::OpenDialog;
use crate::app::effect::Effect;
use crate::app::model::Model;
use crate::app::text::words::stage_tone;
use crate::app::view::Cell;
use crate::domain::assessment::attention::span;
use crate::domain::assessment::stage_kind::StageKind;
use crate::domain::assessment::stats::{self, Median, Stats};
use crate::domain::events::call::Traffic;

/// Counted anew after this many seconds.
const AGAIN: i64 = 60;

/// Opens the charts; the requests come with [`Effect::Traffic`].
pub(crate) fn open(model: &mut Model) -> Vec<Effect> {
    model.open_at_once(counted(model, model.times.now));
    vec![Effect::Traffic]
}

/// The requests of the last minutes.
pub(crate) fn told(model: &mut Model, traffic: &Traffic) {
    if let Some(OpenDialog::Charts(charts)) = &mut model.dialog {
        charts.traffic.clone_from(&traffic.per_ten_seconds);
        charts.budget = traffic.budget_per_ten_seconds;
        model.dirty = true;
    }
}

impl Dialog for ChartsDialog {
    fn act(&mut self, _: &mut Model, action: Action) -> Flow {
        if action == Action::Charts { CLOSE } else { Flow::Ignored }
    }

    /// Nothing until a minute has passed.
    fn tick(&mut self, model: &mut Model) -> Vec<Effect> {
        let now = model.times.now;
        if now.duration_since(self.counted_at).as_secs().abs() < AGAIN {
            return Vec::new();
        }
        let traffic = std::mem::take(&mut self.traffic);
        *self = Self { traffic, ..counted(model, now) };
        model.dirty = true;
        vec![Effect::Traffic]
    }
}

fn counted(model: &Model, now: Timestamp) -> ChartsDialog {
    let all = model.sessions.by_urgency().map(|item| &*item.session);
    let stats = stats::stats(all, &model.settings.rules, now);
    let tally = model.sessions.tally();
    // On no way yet, or on none that is known.
    let outside = |kind: &StageKind| {
        use StageKind::{Erased, NotFetched, NotFound, Unknown};
        matches!(kind, NotFetched | NotFound | Erased | Unknown)
    };
    let step = |kind: &StageKind| (Cell::new(kind.words(), stage_tone(*kind)), tally.of(*kind));
    ChartsDialog {
        counted_at: now,
        said: said(&stats, &model.times.of_day(now)),
        funnel: StageKind::ALL.iter().filter(|kind| !outside(kind)).map(step).collect(),
        watched: model.sessions.watched(),
        completed: stats.completed,
        rejected: stats.rejected,
        traffic: Vec::new(),
        budget: 0,
    }
}

fn said(stats: &Stats, at: &str) -> Vec<(&'static str, String)> {
    let median = |median: Option<Median>| {
        median.map_or_else(
            || "no session with both yet".to_owned(),
            |median| format!("{}  (median of {})", span(median.span), median.of),
        )
    };
    let today: u32 = stats.completed.iter().sum();
    let rejected: u32 = stats.rejected.iter().sum();
    vec![
        ("letter first seen → first visit", median(stats.letter_to_visit)),
        ("first visit → last check", median(stats.visit_to_done)),
        ("last 24 h", format!("{today} completed, {rejected} of them REJECT; updated {at}")),
    ]
}
