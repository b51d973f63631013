//! What the operator does for herself: note, tags, pin, archive, acknowledge, snooze, undo.
//!
//! Everything ends in an `Effect`: the store's one writer carries it out, and the next snapshot
//! shows it. Nothing here ever reaches Yoti.

pub mod state;

use crate::app::action::Action;
use crate::app::effect::Effect;
use crate::app::layout::Area;
use crate::app::list::marks;
use crate::app::list::sessions::Item;
use crate::app::model::Model;
use crate::app::operator::annotations::state::{Change, Undo};
use crate::app::text::words;
use crate::app::view::{LabelRow, Pane, Rows, Tone};
use crate::domain::assessment::reason::Reason;
use crate::domain::session::ids::SessionId;
use crate::domain::watchlist::annotations::AnnotationChange;
use crate::domain::watchlist::command::OperatorCommand;

/// So many actions can be undone.
const UNDO: usize = 20;

impl Model {
    /// Where notes, tags and the like go, for the panes and dialogs that show them.
    pub(crate) fn who_sees_labels(&self) -> &'static str {
        if self.health.shared { "shared with all" } else { "stays on this machine" }
    }

    /// The rows of the notes pane, with which of them fit.
    #[must_use]
    pub fn notes(&self) -> Rows<'_, LabelRow> {
        let height = self.areas().pane(Pane::Notes).map_or(0, Area::inner_rows);
        self.annotations.notes.view(height, 0, &[])
    }
}

/// The sessions that a key acts on: the marked ones if there are any, else the selected one.
pub(crate) fn targets(model: &Model) -> Vec<SessionId> {
    if model.marked() > 0 {
        let marks = model.sessions.marks().iter().copied();
        let mut marked: Vec<SessionId> =
            marks.filter(|id| model.sessions.item(*id).is_some()).collect();
        marked.sort_unstable();
        return marked;
    }
    // In the alerts the row under the cursor is meant, not the session of the other panes.
    let alert = model.alerts.rows.get(model.alerts.cursor).map(|row| row.id);
    let one = if model.focus == Pane::Alerts { alert } else { model.selected };
    one.into_iter().collect()
}

/// `dbs-1`, or `3 sessions`.
pub(crate) fn subject(model: &Model, ids: &[SessionId]) -> String {
    match ids {
        [one] => {
            let item = model.sessions.item(*one);
            item.map_or_else(|| one.short(), |item| model.times.name(&item.session, 40))
        }
        many => words::count(many.len(), "session"),
    }
}

pub(crate) fn items<'a>(model: &'a Model, ids: &'a [SessionId]) -> impl Iterator<Item = &'a Item> {
    ids.iter().filter_map(|id| model.sessions.item(*id))
}

/// Its labels are not masked now.
pub(crate) fn labels_shown(model: &Model, item: &Item) -> bool {
    !model.times.openness.of(item.session.id()).hides()
}

/// The same change for each of these.
pub(crate) fn same_for_all(ids: &[SessionId], change: &AnnotationChange) -> Vec<Change> {
    ids.iter().map(|id| (*id, change.clone())).collect()
}

/// What a change would have to be followed by to be undone.
fn inverse(item: &Item, change: &AnnotationChange) -> AnnotationChange {
    let own = &item.session.own;
    match change {
        AnnotationChange::Note(_) => AnnotationChange::Note(own.note.clone()),
        AnnotationChange::Tags { added, removed } => {
            let has = |tag: &&String| item.session.entry.tags.contains(tag);
            AnnotationChange::Tags {
                added: removed.iter().filter(has).cloned().collect(),
                removed: added.iter().filter(|tag| !has(tag)).cloned().collect(),
            }
        }
        AnnotationChange::Pinned(_) => AnnotationChange::Pinned(own.pinned),
        AnnotationChange::Archived(archived) => AnnotationChange::Archived(!archived),
        AnnotationChange::Acknowledged(_) => AnnotationChange::Acknowledged(
            own.acknowledged.as_ref().map(|known| known.reasons.clone()),
        ),
        AnnotationChange::Snoozed(_) => AnnotationChange::Snoozed(own.snoozed_until),
        AnnotationChange::LookedAt(_) => {
            AnnotationChange::LookedAt(item.session.personal.looked_at.get())
        }
    }
}

/// Has changes carried out, can undo them as one, and says so.
pub(crate) fn keep(model: &mut Model, what: &str, changes: Vec<Change>) -> Vec<Effect> {
    if changes.is_empty() {
        return Vec::new();
    }
    let undone = |(id, change): &Change| Some((*id, inverse(model.sessions.item(*id)?, change)));
    let mut back: Vec<Change> = changes.iter().filter_map(undone).collect();
    // The other way round: of two changes to one session the first was made to what there was.
    back.reverse();
    remember(model, Undo { what: what.to_owned(), back: OperatorCommand::Keep(back) });
    let archived = changes.iter().all(|(_, change)| *change == AnnotationChange::Archived(true));
    let undoes = if archived { "brings back" } else { "undoes" };
    let hint = model.times.keys.after("; ", Action::Undo, undoes);
    model.set_message(format!("{what}{hint}"), Tone::Good);
    vec![Effect::Command(OperatorCommand::Keep(changes))]
}

pub(crate) fn remember(model: &mut Model, undo: Undo) {
    model.annotations.undo.push(undo);
    let surplus = model.annotations.undo.len().saturating_sub(UNDO);
    model.annotations.undo.drain(..surplus);
}

pub(crate) fn undo(model: &mut Model) -> Vec<Effect> {
    let Some(undo) = model.annotations.undo.pop() else {
        model.set_message("nothing to undo", Tone::Notice);
        return Vec::new();
    };
    model.set_message(format!("undid: {}", undo.what), Tone::Good);
    if let OperatorCommand::Keep(changes) = &undo.back {
        let back =
            |(id, change): &Change| (*change == AnnotationChange::Archived(false)).then_some(*id);
        model.returns = changes.iter().find_map(back);
    }
    vec![Effect::Command(undo.back)]
}

/// The same change for each target.
fn each(
    model: &mut Model,
    what: &str,
    change: impl Fn(&Item) -> Option<AnnotationChange>,
) -> Vec<Effect> {
    let ids = targets(model);
    let changes: Vec<Change> =
        items(model, &ids).filter_map(|item| Some((item.session.id(), change(item)?))).collect();
    let ids: Vec<SessionId> = changes.iter().map(|(id, _)| *id).collect();
    let what = format!("{what} {}", subject(model, &ids));
    keep(model, &what, changes)
}

/// Pins all targets, or lets them go when all are pinned.
pub(crate) fn pin(model: &mut Model) -> Vec<Effect> {
    let ids = targets(model);
    // All the same way: some pinned and some let go would leave a list that nobody wanted.
    let pinned = !items(model, &ids).all(|item| item.session.own.pinned);
    let what = if pinned { "pinned" } else { "unpinned" };
    each(model, what, |_| Some(AnnotationChange::Pinned(pinned)))
}

pub(crate) fn archive(model: &mut Model) -> Vec<Effect> {
    let effects = each(model, "archived", |_| Some(AnnotationChange::Archived(true)));
    marks::clear(model);
    effects
}

/// What an acknowledgement of a session consists of; nothing where nothing asks and nothing changed.
pub(crate) fn acknowledgement(model: &Model, item: &Item) -> Vec<Change> {
    let found = model.times.assess(&item.session, &model.settings.rules);
    let reasons: Vec<Reason> = found.findings.iter().map(|finding| finding.reason).collect();
    let id = item.session.id();
    let asks = item.summary.needs_attention();
    let seen = item.session.brief.last_seen();
    let asked = asks.then_some((id, AnnotationChange::Acknowledged(Some(reasons))));
    let looked = item.changed.then_some((id, AnnotationChange::LookedAt(seen)));
    asked.into_iter().chain(looked).collect()
}

pub(crate) fn acknowledge(model: &mut Model) -> Vec<Effect> {
    let ids = targets(model);
    let changes: Vec<Change> =
        items(model, &ids).flat_map(|item| acknowledgement(model, item)).collect();
    if changes.is_empty() {
        let what = format!("nothing to acknowledge for {}", subject(model, &ids));
        model.set_message(what, Tone::Notice);
        return Vec::new();
    }
    let what = format!("acknowledged {}", subject(model, &ids));
    keep(model, &what, changes)
}
