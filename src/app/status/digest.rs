//! What changed since the operator last looked: the digest, the walk from change to change.

pub mod state;

use jiff::{SignedDuration, Timestamp};

use crate::app::action::Action;
use crate::app::effect::Effect;
use crate::app::list::cursor::{edge, select_row};
use crate::app::model::Model;
use crate::app::operator::annotations;
use crate::app::operator::annotations::state::Change;
use crate::app::text::words::count;
use crate::app::view::{Cell, Tone};
use crate::domain::assessment::stage_kind::StageKind;
use crate::domain::watchlist::annotations::AnnotationChange;
use crate::domain::watchlist::command::OperatorCommand;
use crate::domain::watchlist::snapshot::Snapshot;

/// The cursor of the last look moves this often while the operator works.
const LOOKS: SignedDuration = SignedDuration::from_secs(30);
/// The digest goes by itself after this long.
const DIGEST: SignedDuration = SignedDuration::from_mins(10);

impl Model {
    /// `since you last looked (17:58 yesterday): 5 completed (4 ✓ 1 ✗) · …`, until it is put away.
    #[must_use]
    pub fn digest(&self) -> Option<&Cell> {
        self.digest.shown.as_ref().filter(|_| !self.digest.closed && !self.in_past())
    }

    /// A time of day with its day where that is not today: `17:58`, `17:58 yesterday`.
    #[must_use]
    pub fn time_of_day(&self, at: Timestamp) -> String {
        let then = at.to_zoned_datetime(self.times.zone.clone());
        let today = self.times.now.to_zoned_datetime(self.times.zone.clone()).date();
        let time = then.strftime("%H:%M");
        if then.date() == today {
            time.to_string()
        } else if today.yesterday().is_ok_and(|day| day == then.date()) {
            format!("{time} yesterday")
        } else if today.tomorrow().is_ok_and(|day| day == then.date()) {
            format!("{time} tomorrow")
        } else {
            format!("{time} on {}", then.strftime("%d %b"))
        }
    }
}

/// Takes in a snapshot: the first one tells the last look, each with changes may add to the digest.
pub(crate) fn take_in(model: &mut Model, snapshot: &Snapshot, changed: bool) {
    if model.digest.begun.is_none() {
        model.digest.begun = Some(model.clock);
        model.digest.since = snapshot.last_look;
    } else if !changed {
        return;
    }
    let (Some(since), false) = (model.digest.since, model.digest.closed) else { return };
    let digest = digest(model, since);
    if digest != model.digest.shown {
        model.digest.shown = digest;
        model.dirty = true;
    }
}

/// The digest goes by itself.
pub(crate) fn tick(model: &mut Model) {
    let begun = model.digest.begun.unwrap_or(model.clock);
    if model.digest.shown.is_some() && model.clock.duration_since(begun) >= DIGEST {
        close(model);
    }
}

fn close(model: &mut Model) {
    model.dirty |= model.digest().is_some();
    model.digest.closed = true;
}

/// A key was pressed: the operator looks.
pub(crate) fn key(model: &mut Model) -> Option<Effect> {
    let now = model.clock;
    // The store publishes anew at each telling: not one for every key.
    let told = model.digest.told.is_some_and(|told| now.duration_since(told) < LOOKS);
    (!told).then(|| {
        model.digest.told = Some(now);
        Effect::Command(OperatorCommand::Looked)
    })
}

/// The cursor rests on this session: its changes have been looked at.
pub(crate) fn rest(model: &mut Model) -> Option<Effect> {
    let item = model.item()?;
    let (id, newest) = (item.session.id(), item.session.brief.last_seen()?);
    // The snapshot with this look comes later: until then each tick would tell it again.
    if item.session.personal.looked_at.get() >= Some(newest)
        || model.digest.resting == Some((id, newest))
    {
        return None;
    }
    model.digest.resting = Some((id, newest));
    let looked = AnnotationChange::LookedAt(Some(newest));
    Some(Effect::Command(OperatorCommand::Keep(vec![(id, looked)])))
}

fn digest(model: &Model, since: Timestamp) -> Option<Cell> {
    let (mut completed, mut approve, mut reject) = (0, 0, 0);
    let (mut visits, mut expired, mut gone, mut turned_away) = (0, 0, 0, 0);
    for item in model.sessions.by_urgency() {
        let session = &item.session;
        if item.summary.kind == StageKind::TurnedAway {
            turned_away += 1;
        }
        // A session added since then brings its whole past with it: that is no news.
        let events = session.brief.events();
        if events.first_seen.is_none_or(|first| first > since) {
            continue;
        }
        let fresh = |seen: Option<Timestamp>| seen.is_some_and(|seen| seen > since);
        gone += usize::from(fresh(events.gone_seen));
        expired += usize::from(fresh(events.expired_seen));
        visits += usize::from(fresh(events.visit_seen));
        if fresh(events.completed_seen) {
            let kind = item.summary.kind;
            approve += usize::from(kind == StageKind::Approve);
            reject += usize::from(kind == StageKind::Reject);
            completed += 1;
        }
    }
    let mut parts = Vec::new();
    if completed > 0 {
        // What Yoti has deleted since counts as open to review too.
        let refer = completed - approve - reject;
        let verdicts = [(approve, '✓'), (reject, '✗'), (refer, '?')];
        let verdicts: Vec<String> = verdicts
            .iter()
            .filter(|(n, _)| *n > 0)
            .map(|(n, sign)| format!("{n} {sign}"))
            .collect();
        parts.push(format!("{completed} completed ({})", verdicts.join(" ")));
    }
    if visits > 0 {
        parts.push(count(visits, "first visit"));
    }
    let tally = model.sessions.tally();
    for (number, word) in [
        (turned_away, "turned away?"),
        (tally.passed, "past the deadline"),
        (tally.due_soon, "due soon"),
        (expired, "expired"),
        (gone, "gone"),
    ] {
        if number > 0 {
            parts.push(format!("{number} {word}"));
        }
    }
    if parts.is_empty() {
        return None;
    }
    let when = model.time_of_day(since);
    let keys = &model.times.keys;
    let seen = keys.of(Action::Palette).map(|key| format!("{key}seen marks all"));
    let hints = [
        keys.hint(Action::NextChange, "next change"),
        keys.hint(Action::PreviousChange, "previous"),
        seen,
    ];
    let hints = hints.into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let text = format!("since you last looked ({when}): {}   {hints}", parts.join(" · "));
    Some(Cell::new(text, Tone::Changed))
}

/// `:seen`: every change has been looked at.
pub(crate) fn seen(model: &mut Model) -> Vec<Effect> {
    close(model);
    let changed = model.sessions.by_urgency().filter(|item| item.changed);
    let changes: Vec<Change> = changed
        .filter_map(|item| {
            let newest = item.session.brief.last_seen()?;
            Some((item.session.id(), AnnotationChange::LookedAt(Some(newest))))
        })
        .collect();
    if changes.is_empty() {
        model.set_message("no changes since you last looked", Tone::Good);
        return Vec::new();
    }
    let what = format!("looked at {}", count(changes.len(), "changed session"));
    annotations::keep(model, &what, changes)
}

/// The next or previous session with changes, staying in this pane.
pub(crate) fn walk(model: &mut Model, forward: bool) {
    close(model);
    let len = model.sessions.len();
    let edge = edge(model, forward);
    let row = model.row_in_window();
    // From outside the window its edge counts too.
    let start = row.unwrap_or(if forward { edge + len.saturating_sub(1) } else { edge + 1 });
    let step = |by: usize| if forward { start + by } else { start + len - by } % len.max(1);
    let changed = |row: usize| model.sessions.at(row).is_some_and(|item| item.changed);
    let next = (1..=len).map(step).find(|row| changed(*row));
    match next {
        Some(row) => select_row(model, row),
        None => model.set_message("no changes since you last looked", Tone::Good),
    }
}
