//! Small figures that are always there in a large window: what ended in the last day, and how busy
//! asking is.

pub mod state;

use jiff::Timestamp;

use crate::app::effect::Effect;
use crate::app::layout::LayoutShape;
use crate::app::model::Model;
use crate::app::operator::bell::state::Alarm;
use crate::app::status::metrics::state::Metrics;
use crate::app::view::Pane;
use crate::domain::assessment::attention;
use crate::domain::assessment::reason::Reason;
use crate::domain::assessment::stage_kind::{Phase, StageKind};
use crate::domain::assessment::stats::{self};
use crate::domain::events::call::Traffic;

/// Counted anew after so many seconds, and after fewer when sessions stand otherwise than then.
// Counting goes through all sessions: not at every tick.
const AGAIN: i64 = 60;
const SOON: i64 = 5;
/// Requests are asked for after so many seconds.
const TRAFFIC: i64 = 10;
/// Columns and rows inside the alerts pane from which the figures have room.
const ROOM: (u16, usize) = (80, 8);
/// Lines that they take there, with the one that sets them apart.
const LINES: usize = 2;

impl Model {
    /// What ended in the last day, where the alerts pane has room for it.
    #[must_use]
    pub fn metrics(&self) -> Option<Metrics> {
        let area = self.areas().pane(Pane::Alerts)?;
        let room = area.w >= ROOM.0 && area.inner_rows() >= ROOM.1;
        let wide = self.areas().shape == LayoutShape::Wide && !self.zoomed;
        self.metrics.counted.map(|(_, metrics)| metrics).filter(|_| room && wide)
    }

    /// Lines of the alerts pane that are not for alerts.
    pub(crate) fn metrics_lines(&self) -> usize {
        if self.metrics().is_some() { LINES } else { 0 }
    }

    /// Requests in each ten seconds, oldest first, and what the budget allows in them.
    #[must_use]
    pub fn requests(&self) -> (&[u32], u32) {
        (&self.metrics.requests.0, self.metrics.requests.1)
    }
}

pub(crate) fn tick(model: &mut Model) -> Option<Effect> {
    if model.paused.is_some() {
        return None;
    }
    let now = model.times.now;
    let over = |at: Option<Timestamp>, seconds: i64| {
        // Either way: the time machine sets this clock back.
        at.is_none_or(|at| now.duration_since(at).as_secs().abs() >= seconds)
    };
    let tally = model.sessions.tally();
    let standing = [StageKind::Approve, StageKind::Reject, StageKind::Refer, StageKind::TurnedAway]
        .map(|kind| tally.of(kind));
    let after = if standing == model.metrics.standing { AGAIN } else { SOON };
    if model.areas().shape == LayoutShape::Wide
        && over(model.metrics.counted.map(|(at, _)| at), after)
    {
        model.metrics.standing = standing;
        let metrics = counted(model);
        model.dirty |= model.metrics.counted.is_none_or(|(_, known)| known != metrics);
        model.metrics.counted = Some((now, metrics));
    }
    (has_bars(model) && over(model.metrics.asked_at, TRAFFIC)).then(|| {
        model.metrics.asked_at = Some(now);
        Effect::Traffic
    })
}

/// The header has its third line, where the requests stand.
fn has_bars(model: &Model) -> bool {
    model.areas().header.h > 2
}

/// The requests of the last minutes.
pub(crate) fn told(model: &mut Model, traffic: &Traffic) {
    let requests = (traffic.per_ten_seconds.clone(), traffic.budget_per_ten_seconds);
    model.dirty |= has_bars(model) && model.metrics.requests != requests;
    model.metrics.requests = requests;
}

/// Only sessions that ended, and those that were turned away, are looked at closely.
fn counted(model: &Model) -> Metrics {
    let now = model.times.now;
    let mut metrics = Metrics::default();
    for item in model.sessions.by_urgency() {
        let kind = item.summary.kind;
        if kind.phase() == Phase::Completed {
            let done = stats::done_at(&item.session);
            stats::count(&mut metrics.completed, done, now);
            stats::count(&mut metrics.rejected, done.filter(|_| kind == StageKind::Reject), now);
        } else if kind == StageKind::TurnedAway {
            let found = attention::assess(&item.session, &model.settings.rules, now);
            let finding = found.findings.iter().find(|f| f.reason == Reason::TurnedAway);
            stats::count(&mut metrics.turned_away, finding.and_then(|finding| finding.since), now);
        }
    }
    // Who came back since: the session has another stage now, and only this log tells of it.
    for entry in model.bell.log().filter(|entry| entry.alarm == Alarm::TurnedAway) {
        let item = model.sessions.item(entry.id);
        if item.is_none_or(|item| item.summary.kind != StageKind::TurnedAway) {
            stats::count(&mut metrics.turned_away, Some(entry.at), now);
        }
    }
    metrics
}
