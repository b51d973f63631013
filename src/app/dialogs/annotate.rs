//! The dialogs of the operator's own things: note, tags, snooze, acknowledging all that is shown.
//!
//! Each is bound to the sessions that were meant when its key was pressed, and acts on Enter only
//! after it has been drawn.

pub(crate) mod state;

use std::collections::{BTreeMap, BTreeSet};

use crate::app::dialogs::annotate::state::{OwnDialog, OwnKind, words};
use jiff::SignedDuration;

use crate::app::action::Action;
use crate::app::dialogs::overlay::Overlay;
use crate::app::effect::Effect;
use crate::app::list::sessions::Item;
use crate::app::model::Model;
use crate::app::operator::annotations::state::OwnOverlay;
use crate::app::operator::annotations::{acknowledgement, items, keep, targets, whom};
use crate::app::text::text_field::TextField;
use crate::app::view::Tone;
use crate::domain::personal::Privacy;
use crate::domain::session::ids::SessionId;
use crate::domain::watchlist::annotations::AnnotationChange;

/// Its labels are not masked now.
fn shown(model: &Model, item: &Item) -> bool {
    model.times.openness.of(item.session.id()) == Privacy::Off
}

fn open(model: &mut Model, ids: Vec<SessionId>, kind: OwnKind) -> Vec<Effect> {
    if !ids.is_empty() {
        let whom = whom(model, &ids);
        model.overlay =
            Some(Overlay::Own(OwnOverlay::Dialog(OwnDialog { ids, whom, kind, drawn: false })));
    }
    Vec::new()
}

pub(crate) fn open_note(model: &mut Model) -> Vec<Effect> {
    let ids = targets(model);
    let notes: BTreeSet<&str> =
        items(model, &ids).map(|item| item.session.own.note.as_str()).collect();
    let masked = |item: &Item| !item.session.own.note.is_empty() && !shown(model, item);
    let hidden = items(model, &ids).any(masked);
    // Several notes at once begin empty, equal ones with their text.
    let one = notes.len() == 1 && !hidden;
    let text = if one { notes.first().copied().unwrap_or_default() } else { "" };
    let field = TextField::new(text);
    open(model, ids, OwnKind::Note { field, hidden })
}

pub(crate) fn open_tags(model: &mut Model) -> Vec<Effect> {
    let ids = targets(model);
    let masked = items(model, &ids).any(|item| !shown(model, item));
    let in_the_open = |tag: &str| !masked || model.times.labels.shows_tag(tag);
    let mut sets = items(model, &ids).map(|item| &item.session.entry.tags);
    let first = sets.next().cloned().unwrap_or_default();
    let rest: Vec<&Vec<String>> = sets.collect();
    let common: Vec<String> = first
        .into_iter()
        .filter(|tag| in_the_open(tag) && rest.iter().all(|tags| tags.contains(tag)))
        .collect();
    let mut uses: BTreeMap<&str, usize> = BTreeMap::new();
    for item in model.sessions.by_urgency() {
        let tags = item.session.entry.tags.iter();
        // Tab must not tell what the list masks.
        for tag in tags.filter(|tag| model.times.labels.shows_tag(tag)) {
            *uses.entry(tag).or_default() += 1;
        }
    }
    let mut in_use: Vec<(&str, usize)> = uses.into_iter().collect();
    in_use.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let in_use = in_use.into_iter().map(|(tag, _)| tag.to_owned()).collect();
    let mut text = common.join(" ");
    if !text.is_empty() {
        text.push(' ');
    }
    let field = TextField::new(&text);
    open(model, ids, OwnKind::Tags { field, common, in_use })
}

pub(crate) fn open_snooze(model: &mut Model) -> Vec<Effect> {
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
    open(model, ids, OwnKind::Snooze(choices, 0))
}

pub(crate) fn open_all(model: &mut Model) -> Vec<Effect> {
    let shown = (0..model.sessions.len()).filter_map(|row| model.sessions.at(row));
    let ids: Vec<SessionId> = shown
        .filter(|item| item.changed || item.summary.attention)
        .map(|item| item.session.id())
        .collect();
    if ids.is_empty() {
        model.set_message("nothing to acknowledge", Tone::Good);
    }
    open(model, ids, OwnKind::AcknowledgeAll)
}

/// Keys while one is open; the caller has taken it out of the model.
pub(crate) fn act(model: &mut Model, mut dialog: OwnDialog, action: Action) -> Vec<Effect> {
    if action == Action::Enter && dialog.drawn {
        return accepted(model, &dialog);
    }
    let completed = dialog.completions().first().map(|tag| (*tag).to_owned());
    match (&mut dialog.kind, action) {
        (OwnKind::Tags { field, .. }, Action::NextPane) => {
            if let Some(tag) = completed {
                let before = field.before_cursor();
                let typed = before.rsplit([' ', ',']).next().unwrap_or_default();
                let word = typed.trim_start_matches('#').len();
                field.paste(&format!("{} ", tag.get(word..).unwrap_or_default()));
            }
        }
        (OwnKind::Snooze(choices, selected), Action::Down | Action::NextPane) => {
            *selected = (*selected + 1).min(choices.len().saturating_sub(1));
        }
        (OwnKind::Snooze(_, selected), Action::Up | Action::PreviousPane) => {
            *selected = selected.saturating_sub(1);
        }
        _ => {}
    }
    model.overlay = Some(Overlay::Own(OwnOverlay::Dialog(dialog)));
    Vec::new()
}

fn accepted(model: &mut Model, dialog: &OwnDialog) -> Vec<Effect> {
    let whom = &dialog.whom;
    let all =
        |change: &AnnotationChange| dialog.ids.iter().map(|id| (*id, change.clone())).collect();
    match &dialog.kind {
        OwnKind::Note { field, hidden } => {
            let text = field.text().trim().to_owned();
            // The masked note was not in the field: an empty one is no wish to delete it.
            if text.is_empty() && *hidden {
                model.set_message(
                    format!("nothing typed: the note for {whom} is unchanged"),
                    Tone::Notice,
                );
                return Vec::new();
            }
            let what = if text.is_empty() { "note removed from" } else { "note for" };
            keep(model, &format!("{what} {whom}"), all(&AnnotationChange::Note(text)))
        }
        OwnKind::Tags { field, common, .. } => {
            let typed = words(&field.text());
            let retagged = items(model, &dialog.ids).map(|item| {
                // Tags that were not in the field stay: nobody struck them out.
                let own = item.session.entry.tags.iter().filter(|tag| !common.contains(tag));
                let tags: BTreeSet<String> = own.chain(&typed).cloned().collect();
                (item.session.id(), AnnotationChange::Tags(tags.into_iter().collect()))
            });
            let changes = retagged.collect();
            keep(model, &format!("tags of {whom}"), changes)
        }
        OwnKind::Snooze(choices, selected) => {
            let Some((word, until)) = choices.get(*selected) else { return Vec::new() };
            let what = if *word == "tomorrow" { "until tomorrow" } else { word };
            let change = AnnotationChange::Snoozed(Some(*until));
            keep(model, &format!("snoozed {whom}, {what}"), all(&change))
        }
        OwnKind::AcknowledgeAll => {
            let changes =
                items(model, &dialog.ids).flat_map(|item| acknowledgement(model, item)).collect();
            keep(model, &format!("acknowledged {whom}"), changes)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn tags_are_words_without_their_sign() {
        assert_eq!(words(" #b a,a;  c\u{202e} "), ["a", "b", "c<U+202E>"].map(str::to_owned));
        assert!(words("  ,").is_empty());
    }
}
