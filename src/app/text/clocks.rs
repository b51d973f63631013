//! Two of the three clocks in words: the session deadline with its drift, and the evidence's end.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::app::detail::timeline::DERIVED;
use crate::app::list::item::Item;
use crate::app::text::words::{self, TimeForm, Times, long};
use crate::app::view::{Cell, TimelineRow, Tone, TreeNode, TreeView};
use crate::domain::assessment::attention::{self, Assessment, Finding};
use crate::domain::assessment::reason::Reason;
use crate::domain::assessment::rules::Rules;
use crate::domain::assessment::stage::Stage;
use crate::domain::session::evidence;
use crate::domain::watchlist::watched::WatchedSession;

impl Times {
    /// A deadline to the minute: `14:30`, `26 Dec 14:30Z`. The year stands only where it is far off.
    pub(crate) fn minute(&self, at: Timestamp) -> String {
        let zone = self.zone_shown();
        let (then, now) = (at.to_zoned_datetime(zone.clone()), self.now.to_zoned_datetime(zone));
        let far = at.duration_since(self.now).abs() > SignedDuration::from_hours(24 * 180);
        let form = match (then.date() == now.date(), far) {
            (true, _) => "%H:%M",
            (false, true) => "%Y-%m-%d",
            (false, false) => "%d %b %H:%M",
        };
        let utc = if self.form == TimeForm::Utc && !far { "Z" } else { "" };
        format!("{}{utc}", then.strftime(form))
    }

    /// A day in the zone that is shown: `5 Dec`.
    pub(crate) fn day(&self, at: Timestamp) -> String {
        at.to_zoned_datetime(self.zone_shown()).strftime("%-d %b").to_string()
    }

    fn zone_shown(&self) -> TimeZone {
        match self.form {
            TimeForm::Utc => TimeZone::UTC,
            TimeForm::Age | TimeForm::Local => self.zone.clone(),
        }
    }
}

/// The DUE column: time to the deadline, or the deadline itself where times are asked for, with `±`
/// once it has drifted; of a session that has ended, how long or until when its evidence is kept.
pub(crate) fn due(item: &Item, found: &Assessment, rules: &Rules, times: &Times) -> Cell {
    let Some(deadline) = found.deadline else {
        return kept(&item.session, &found.stage, rules, times);
    };
    // By the finding, not by the time left: one place decides what soon is.
    let soon = found.findings.iter().any(|finding| finding.reason == Reason::DueSoon);
    let tone = if soon { Tone::Warn } else { Tone::Plain };
    let mark = if deadline.derived && item.drift.get().is_some() { "±" } else { "" };
    if times.form != TimeForm::Age {
        return Cell::new(format!("{}{mark}", times.minute(deadline.at)), tone);
    }
    if deadline.at < times.now {
        return Cell::new(format!("passed{mark}"), tone);
    }
    Cell::new(format!("{}{mark}", attention::span(deadline.at.duration_since(times.now))), tone)
}

fn kept(session: &WatchedSession, stage: &Stage, rules: &Rules, times: &Times) -> Cell {
    let none = Cell::new("—", Tone::Dim);
    if !stage.phase().has_ended() {
        return none;
    }
    let Some(until) = evidence::kept_until(session, rules.retention.resources_ttl) else {
        return none;
    };
    let left = until.duration_since(times.now);
    match left.as_hours() {
        // With a question mark: the ttl is what we were told, not what Yoti did.
        ..0 => Cell::new("purged?", Tone::Dim),
        hours if times.form != TimeForm::Age => {
            let tone = if hours < 48 { Tone::Warn } else { Tone::Dim };
            Cell::new(format!("kept to {}", times.day(until)), tone)
        }
        hours @ 0..48 => Cell::new(format!("kept {hours}h"), Tone::Warn),
        hours => Cell::new(format!("kept {}d", hours / 24), Tone::Dim),
    }
}

/// A finding in words. Where times are asked for, the deadline is one too.
pub(crate) fn told(finding: &Finding, found: &Assessment, times: &Times) -> String {
    match found.deadline.filter(|_| finding.reason == Reason::DueSoon) {
        Some(deadline) if times.form != TimeForm::Age => {
            let how = if deadline.derived { " (derived)" } else { "" };
            let is = if deadline.at < times.now { "was" } else { "is" };
            format!("the deadline {is} {}{how}", times.minute(deadline.at))
        }
        _ => long(&finding.text),
    }
}

/// The media nodes say until when they are kept: `kept until ≈ 23 Oct`.
pub(crate) fn mark_media(
    view: &mut TreeView,
    session: &WatchedSession,
    rules: &Rules,
    times: &Times,
) {
    let Some(until) = evidence::kept_until(session, rules.retention.resources_ttl) else { return };
    let word = if until < times.now { "purged ≈" } else { "kept until ≈" };
    let said = Cell::new(format!("{word} {}", times.day(until)), Tone::Dim);
    view.roots.iter_mut().for_each(|root| mark(root, &said));
}

fn mark(node: &mut TreeNode, said: &Cell) {
    if node.step.key == "media id" && node.status.text.is_empty() {
        node.status = said.clone();
    }
    node.children.iter_mut().for_each(|child| mark(child, said));
}

/// The deadline's row of the timeline says how it drifted.
pub(crate) fn note_drift(
    rows: &mut [TimelineRow],
    found: &Assessment,
    drift: Option<SignedDuration>,
) {
    let row = rows.iter_mut().find(|row| row.origin == DERIVED);
    let (Some(row), Some(moved)) = (row, drift) else { return };
    if found.deadline.is_some_and(|deadline| deadline.derived) {
        let way = if moved.is_negative() { "earlier" } else { "later" };
        let by = words::span(moved);
        row.what = Cell::new(format!("{} (moved {by} {way})", row.what.text), Tone::Notice);
    }
}
