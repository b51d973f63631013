//! What changed since the operator last looked: the digest, the walk from change to change, the
//! difference of one session.

pub mod state;

use jiff::{SignedDuration, Timestamp};

use crate::app::action::Action;
use crate::app::detail::timeline;
use crate::app::dialogs::overlay::Overlay;
use crate::app::effect::Effect;
use crate::app::list::cursor::{edge, move_row, select_row};
use crate::app::list::sessions::Item;
use crate::app::model::Model;
use crate::app::operator::annotations;
use crate::app::operator::annotations::state::{Change, OwnOverlay};
use crate::app::status::digest::state::ChangesOverlay;
use crate::app::text::words::{StageKind, count};
use crate::app::view::{Cell, Tone};
use crate::domain::events::change::ChangeKind;
use crate::domain::session::wire_enum::SessionState;
use crate::domain::session::wire_enum::SourceType;
use crate::domain::watchlist::annotations::AnnotationChange;
use crate::domain::watchlist::snapshot::Snapshot;

/// The cursor of the last look moves this often while the operator works.
const LOOKS: SignedDuration = SignedDuration::from_secs(30);
/// The digest goes by itself after this long.
const DIGEST: SignedDuration = SignedDuration::from_mins(10);

impl Model {
    /// `since you last looked (17:58 yesterday): 5 completed (4 ✓ 1 ✗) · …`, until it is put away.
    #[must_use]
    pub fn digest(&self) -> Option<&Cell> {
        self.own.news.digest.as_ref().filter(|_| !self.own.news.closed && !self.in_past())
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
    if model.own.news.begun.is_none() {
        model.own.news.begun = Some(model.clock);
        model.own.news.since = snapshot.last_look;
    } else if !changed {
        return;
    }
    let (Some(since), false) = (model.own.news.since, model.own.news.closed) else { return };
    let digest = digest(model, since);
    if digest != model.own.news.digest {
        model.own.news.digest = digest;
        model.dirty = true;
    }
}

/// The digest goes by itself.
pub(crate) fn tick(model: &mut Model) {
    let begun = model.own.news.begun.unwrap_or(model.clock);
    if model.own.news.digest.is_some() && model.clock.duration_since(begun) >= DIGEST {
        close(model);
    }
}

fn close(model: &mut Model) {
    model.dirty |= model.digest().is_some();
    model.own.news.closed = true;
}

/// A key was pressed: the operator looks.
pub(crate) fn key(model: &mut Model) -> Option<Effect> {
    let now = model.clock;
    // The store publishes anew at each telling: not one for every key.
    let told = model.own.news.told.is_some_and(|told| now.duration_since(told) < LOOKS);
    (!told).then(|| {
        model.own.news.told = Some(now);
        Effect::Looked
    })
}

/// The cursor rests on this session: its changes have been looked at.
pub(crate) fn rest(model: &mut Model) -> Option<Effect> {
    let item = model.item()?;
    let (id, newest) = (item.session.id(), item.session.timeline.last()?.seen_at);
    // The snapshot with this look comes later: until then each tick would tell it again.
    if item.session.own.looked_at >= Some(newest) || model.own.news.resting == Some((id, newest)) {
        return None;
    }
    model.own.news.resting = Some((id, newest));
    Some(Effect::Keep(vec![(id, AnnotationChange::LookedAt(Some(newest)))]))
}

fn digest(model: &Model, since: Timestamp) -> Option<Cell> {
    let (mut approve, mut reject, mut refer) = (0, 0, 0);
    let (mut visits, mut expired, mut gone, mut turned_away) = (0, 0, 0, 0);
    for item in model.sessions.by_urgency() {
        let session = &item.session;
        if item.summary.kind == StageKind::TurnedAway {
            turned_away += 1;
        }
        // A session added since then brings its whole past with it: that is no news.
        let known = session.timeline.first().is_some_and(|first| first.seen_at <= since);
        let fresh = session.timeline.iter().rev().take_while(|event| event.seen_at > since);
        for event in fresh.filter(|_| known) {
            gone += usize::from(event.what == ChangeKind::Gone);
            match event.what.new_state() {
                Some(SessionState::Completed) => match item.summary.kind {
                    StageKind::Approve => approve += 1,
                    StageKind::Reject => reject += 1,
                    _ => refer += 1,
                },
                Some(SessionState::Expired) => expired += 1,
                Some(SessionState::Ongoing | SessionState::Unknown(_)) | None => {}
            }
        }
        visits += usize::from(known && first_visit(item).is_some_and(|at| at > since));
    }
    let completed = approve + reject + refer;
    let mut parts = Vec::new();
    if completed > 0 {
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
    let due = model.sessions.tally().due_soon;
    for (number, word) in
        [(turned_away, "turned away?"), (due, "due soon"), (expired, "expired"), (gone, "gone")]
    {
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
            let newest = item.session.timeline.last()?.seen_at;
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

/// When the first visit was learned of: by a notification, or by the first resource from a counter.
fn first_visit(item: &Item) -> Option<Timestamp> {
    let visit = |what: &ChangeKind| {
        matches!(what, ChangeKind::FirstBranchVisit | ChangeKind::ResourceAdded { .. })
    };
    let timeline = &item.session.timeline;
    let first = timeline
        .iter()
        .find(|event| visit(&event.what) && event.source == Some(SourceType::Ibv))?;
    Some(first.seen_at)
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

pub(crate) fn open(model: &mut Model) {
    let Some(item) = model.item() else { return };
    let since = if item.changed { item.looked_at } else { item.before };
    let found = model.times.assess(&item.session, &model.settings.rules);
    let rows = match since {
        Some(_) => timeline::timeline(&item.session, &found, &model.times, since),
        None => Vec::new(),
    };
    let rows = rows.into_iter().filter(|row| row.changed).collect();
    let name = model.times.name(&item.session, 40);
    let since = since.map_or_else(String::new, |at| format!("since {}", model.time_of_day(at)));
    model.overlay =
        Some(Overlay::Own(OwnOverlay::Changes(ChangesOverlay { name, since, rows, down: 0 })));
}

/// Keys while the difference is open.
pub(crate) fn overlay_act(model: &mut Model, mut overlay: ChangesOverlay, action: Action) {
    let last = overlay.rows.len().saturating_sub(1);
    match action {
        Action::Enter | Action::Changes => return,
        Action::Down => overlay.down = (overlay.down + 1).min(last),
        Action::Up => overlay.down = overlay.down.saturating_sub(1),
        Action::PageDown | Action::HalfPageDown => overlay.down = (overlay.down + 10).min(last),
        Action::PageUp | Action::HalfPageUp => overlay.down = overlay.down.saturating_sub(10),
        Action::NextSession | Action::PreviousSession => {
            let by = if action == Action::NextSession { 1 } else { -1 };
            move_row(model, by);
            open(model);
            return;
        }
        _ => {}
    }
    model.overlay = Some(Overlay::Own(OwnOverlay::Changes(overlay)));
}
