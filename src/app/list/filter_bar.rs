//! The line at the bottom in which a filter, or a text to find, is typed.

use crate::app::action::Action;
use crate::app::find::find;
use crate::app::list::arrange;
use crate::app::list::cursor::settle;
use crate::app::list::filter::{self, Offers, Query, QueryError};
use crate::app::list::saved_views;
use crate::app::model::{InputLine, Model, Naming};
use crate::app::text::text_field::{self, TextField};
use crate::app::view::{InputView, Pane, Tone};

/// Filters of this run that the arrows go back to.
const REMEMBERED: usize = 100;

impl Model {
    /// The open filter or find line.
    #[must_use]
    pub fn input(&self) -> Option<InputView<'_>> {
        let input = self.input.as_ref()?;
        let offers = input.offers.as_ref();
        Some(InputView {
            filter: input.filter,
            field: &input.field,
            naming: input.naming.as_ref().map(|n| (&n.field, n.error.as_deref())),
            hits: (self.sessions.len(), self.sessions.watched()),
            hint: if input.filter { self.no_match() } else { None },
            error: error(input),
            offers: offers.map(|(offers, chosen)| (offers.texts.as_slice(), *chosen)),
        })
    }
}

impl Model {
    /// Where the filter hides all sessions: what could be meant, in one sentence.
    pub(crate) fn no_match(&self) -> Option<String> {
        if self.sessions.len() > 0 || self.sessions.watched() == 0 {
            return None;
        }
        let filter = self.sessions.filter();
        Some(match filter.meant() {
            Some(word) => format!("nothing matches; did you mean {word}?"),
            None if filter.has_words() => {
                "nothing matches; a word is part of any reference, tag, note, stage or check"
                    .to_owned()
            }
            None => "nothing matches".to_owned(),
        })
    }
}

/// Opens the line: a filter in the list, a text to find in other panes.
pub(crate) fn open(model: &mut Model) {
    let filter = model.focus == Pane::List;
    let text = if filter { model.filter_text.clone() } else { model.find.clone() };
    let field = TextField::new(&text);
    model.input = Some(InputLine {
        filter,
        field,
        before: text,
        cursor: model.cursor,
        offset: model.offset,
        naming: None,
        offers: None,
        back: None,
    });
}

/// `ctrl-s`: asks for the name under which the list is saved; opens the line where it is closed.
pub(crate) fn ask_name(model: &mut Model) {
    if model.input.is_none() {
        model.focus = Pane::List;
        open(model);
    }
    let Some(input) = model.input.as_mut().filter(|input| input.filter) else { return };
    if let Some(why) = error(input) {
        model.set_message(format!("not saved: {}", why.what), Tone::Bad);
        return;
    }
    let name = model.view_name().unwrap_or_default().to_owned();
    if let Some(input) = &mut model.input {
        input.naming = Some(Naming { field: TextField::new(&name), error: None });
        input.offers = None;
    }
}

/// What is wrong with the filter being typed.
pub(crate) fn error(input: &InputLine) -> Option<QueryError> {
    input.filter.then(|| Query::parse(&input.field.text()).err()).flatten()
}

/// A key or a paste in the open line. A filter that is understood is in force at once.
pub(crate) fn typed(model: &mut Model, change: impl FnOnce(&mut TextField)) {
    model.dirty = true;
    let Some(input) = &mut model.input else { return };
    if let Some(naming) = &mut input.naming {
        change(&mut naming.field);
        return;
    }
    change(&mut input.field);
    input.offers = None;
    input.back = None;
    refilter(model);
}

fn refilter(model: &mut Model) {
    let Some(input) = model.input.as_ref().filter(|input| input.filter) else { return };
    let (text, cursor) = (input.field.text(), input.cursor);
    // Half a condition is no error yet: the last list that was understood stays.
    if let Ok(filter) = Query::parse(&text) {
        arrange::put_in_force(model, text, filter, cursor);
    }
}

pub(crate) fn clear(model: &mut Model) {
    arrange::put_in_force(model, String::new(), Query::default(), model.cursor);
}

/// An action while the line is open.
pub(crate) fn act(model: &mut Model, action: Action) {
    if action == Action::SaveView {
        ask_name(model);
        return;
    }
    let Some(mut input) = model.input.take() else { return };
    if input.naming.is_some() {
        name_act(model, input, action);
        return;
    }
    match action {
        Action::Enter => {
            if !input.filter {
                model.find = input.field.text();
                find(model, true);
            } else if let Some(why) = error(&input) {
                model.set_message(why.what, Tone::Bad);
                model.input = Some(input);
            } else {
                remember(&mut model.filters, input.field.text());
            }
        }
        Action::Back | Action::QuitNow | Action::Quit => {
            if input.filter {
                let filter = Query::parse(&input.before).unwrap_or_default();
                let changed = *model.sessions.filter() != filter;
                arrange::put_in_force(model, input.before, filter, input.cursor);
                if changed {
                    model.cursor = input.cursor;
                    model.offset = input.offset;
                    settle(model);
                }
            }
        }
        Action::Up | Action::Down if input.filter => {
            recall(&mut input, &model.filters, action == Action::Up);
            model.input = Some(input);
            refilter(model);
        }
        Action::NextPane | Action::PreviousPane if input.filter => {
            complete(model, &mut input, action == Action::NextPane);
            model.input = Some(input);
            refilter(model);
        }
        _ => model.input = Some(input),
    }
}

/// An action while the name of a view is typed.
fn name_act(model: &mut Model, mut input: InputLine, action: Action) {
    match (action, &mut input.naming) {
        (Action::Enter, Some(naming)) => match saved_views::save(model, &naming.field.text()) {
            Ok(()) => {
                remember(&mut model.filters, input.field.text());
                return;
            }
            Err(why) => naming.error = Some(why),
        },
        (Action::Back | Action::QuitNow | Action::Quit, _) => input.naming = None,
        _ => {}
    }
    model.input = Some(input);
}

/// Keeps a filter for the arrows.
pub(crate) fn remember(filters: &mut Vec<String>, text: String) {
    if !text.trim().is_empty() {
        text_field::remember(filters, text, REMEMBERED);
    }
}

/// Up: an older filter; down: a newer one, at last what was typed.
fn recall(input: &mut InputLine, filters: &[String], older: bool) {
    let (back, typed) = match input.back.take() {
        Some((back, typed)) => (back, typed),
        None => (0, input.field.text()),
    };
    let back = if older { (back + 1).min(filters.len()) } else { back.saturating_sub(1) };
    let recalled = back.checked_sub(1).and_then(|n| filters.iter().rev().nth(n));
    input.field = TextField::new(recalled.unwrap_or(&typed));
    input.offers = None;
    input.back = (back > 0).then_some((back, typed));
}

/// Puts in the first offer for the word at the cursor, then the next or the one before.
fn complete(model: &Model, input: &mut InputLine, forward: bool) {
    let (offers, chosen) = match input.offers.take() {
        Some((offers, chosen)) => {
            let len = offers.texts.len();
            let step = if forward { 1 } else { len.saturating_sub(1) };
            (Some(offers), (chosen + step) % len.max(1))
        }
        None => {
            // Of all sessions: what is typed so far has already filtered those that are listed.
            let sessions = model.sessions.by_urgency().map(|item| &*item.session);
            (filter::offers(&input.field.before_cursor(), sessions, &model.times.labels), 0)
        }
    };
    let Some(Offers { from, texts }) = offers else { return };
    if let Some(text) = texts.get(chosen) {
        input.field.replace_from(from, text);
    }
    input.offers = Some((Offers { from, texts }, chosen));
}
