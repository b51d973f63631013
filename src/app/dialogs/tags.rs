//! `T`: tags, for the sessions that were meant when the key was pressed.

pub(crate) mod state;

use std::collections::BTreeMap;

use crate::app::action::Action;
use crate::app::dialogs::dialog::{Dialog, Flow, STAY};
use crate::app::dialogs::tags::state::{TagsDialog, words};
use crate::app::model::Model;
use crate::app::operator::annotations::{items, keep, labels_shown, subject, targets};
use crate::app::text::text_field::TextField;
use crate::domain::watchlist::annotations::AnnotationChange;

pub(crate) fn open(model: &mut Model) {
    let ids = targets(model);
    let masked = items(model, &ids).any(|item| !labels_shown(model, item));
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
    let (field, subject) = (TextField::new(&text), subject(model, &ids));
    if !ids.is_empty() {
        model.open(TagsDialog { ids, subject, field, common, in_use });
    }
}

impl Dialog for TagsDialog {
    fn act(&mut self, model: &mut Model, action: Action) -> Flow {
        match action {
            Action::Enter => {
                let typed = words(&self.field.text());
                let retagged = items(model, &self.ids).filter_map(|item| {
                    // Tags that were not in the field stay: nobody struck them out.
                    let before = &item.session.entry.tags;
                    let own = before.iter().filter(|tag| !self.common.contains(tag));
                    let after: Vec<String> = own.chain(&typed).cloned().collect();
                    Some((item.session.id(), AnnotationChange::tags(before, &after)?))
                });
                let changes = retagged.collect();
                Flow::Close(keep(model, &format!("tags of {}", self.subject), changes))
            }
            Action::NextPane => {
                let tag = self.completions().first().map(|tag| (*tag).to_owned());
                let before = self.field.before_cursor();
                let typed = before.rsplit([' ', ',']).next().unwrap_or_default();
                let word = typed.trim_start_matches('#').len();
                if let Some(rest) = tag.as_ref().and_then(|tag| tag.get(word..)) {
                    self.field.paste(&format!("{rest} "));
                }
                STAY
            }
            _ => Flow::Ignored,
        }
    }

    fn typing(&self) -> Option<&'static str> {
        Some("save")
    }

    fn field(&mut self) -> Option<&mut TextField> {
        Some(&mut self.field)
    }
}
