//! The footer as data: tabs, and the keys in force with the words for what they do.

use crate::app::action::{Action, Mode};
use crate::app::dialogs::by_use::of_pane;
use crate::app::layout::Area;
use crate::app::model::Model;
use crate::app::view::{Cell, Pane};

/// A key with what it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// As printed: `e`, `ctrl-d`.
    pub key: String,
    /// `export`
    pub word: &'static str,
    pub action: Action,
}

impl Hint {
    fn new(key: &str, word: &'static str, action: Action) -> Self {
        Self { key: key.to_owned(), word, action }
    }

    /// Columns with the blanks behind it.
    fn width(&self) -> usize {
        crate::text::width(&self.key) + 1 + crate::text::width(self.word) + 2
    }
}

/// The lines below the panes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Footer {
    /// In the place of the tabs, where a message has no line of its own.
    pub said: Option<Cell>,
    /// `3 marked  `, before the first hint; empty: none.
    pub marked: String,
    /// Lines of hints, each one column from the left.
    pub lines: Vec<Vec<Hint>>,
}

/// The tabs: `[1 Sessions]`, ` 2 Tree `; where they have no room, the others by their numbers alone.
fn tabs(focus: Pane, room: usize) -> [(String, Pane); Pane::ALL.len()] {
    let named = |pane: Pane| {
        let text = format!("{} {}", pane.number(), pane.name());
        let text = if pane == focus { format!("[{text}]") } else { format!(" {text} ") };
        (text, pane)
    };
    let tabs = Pane::ALL.map(named);
    if tabs.iter().map(|(text, _)| crate::text::width(text)).sum::<usize>() <= room {
        return tabs;
    }
    let shorter =
        |text, pane: Pane| if pane == focus { text } else { format!(" {} ", pane.number()) };
    tabs.map(|(text, pane)| (shorter(text, pane), pane))
}

impl Model {
    /// The first key of an action in the keymap in force; `None`: it has none.
    #[must_use]
    pub fn key(&self, action: Action) -> Option<&str> {
        self.times.keys.of(action)
    }

    /// `r refresh, `: a hint with what stands behind it; empty without a key.
    #[must_use]
    pub fn hint(&self, action: Action, what: &str, behind: &str) -> String {
        let hint = self.times.keys.hint(action, what);
        hint.map_or_else(String::new, |hint| format!("{hint}{behind}"))
    }

    /// What can be done with an alert.
    pub(crate) fn alert_keys(&self) -> String {
        let keys = &self.times.keys;
        let hints = [
            keys.hint(Action::Acknowledge, "ack"),
            keys.hint(Action::Snooze, "snooze"),
            keys.hint(Action::Enter, "go"),
        ];
        hints.into_iter().flatten().collect::<Vec<_>>().join(" · ")
    }

    /// The tabs with their panes, one column from the left.
    #[must_use]
    pub fn tabs(&self) -> [(String, Pane); Pane::ALL.len()] {
        tabs(self.focus, usize::from(self.areas().footer.w).saturating_sub(1))
    }

    /// The footer, unless a line is being typed there.
    #[must_use]
    pub fn footer(&self) -> Footer {
        let areas = self.areas();
        // A dialog may lie over the message's own line, and its tabs lead nowhere.
        let here = areas.ticker.is_none() || self.dialog.is_some();
        let said = self.message().filter(|_| here).cloned();
        let marked = match self.marked() {
            0 => String::new(),
            n => format!("{n} marked  "),
        };
        let lines = broken(self.hints(), areas.footer, crate::text::width(&marked));
        Footer { said, marked, lines }
    }

    /// What the footer runs at a place, counted from its own corner.
    pub(crate) fn footer_action(&self, x: u16, y: u16) -> Option<Action> {
        let footer = self.footer();
        let x = usize::from(x);
        if y == 0 {
            let tabs = self.tabs().into_iter().filter(|_| footer.said.is_none());
            let tabs = tabs.map(|(text, pane)| (crate::text::width(&text), pane));
            return at(x, 1, tabs).map(Pane::action);
        }
        let line = footer.lines.get(usize::from(y - 1))?;
        // The number of marked rows stands before the first line of hints alone.
        let before = if y == 1 { 1 + crate::text::width(&footer.marked) } else { 1 };
        at(x, before, line.iter().map(|hint| (hint.width(), hint.action)))
    }

    /// What Enter does with what is typed.
    fn enter_word(&self) -> &'static str {
        if self.privacy.locked.is_some() {
            return "unlock";
        }
        let of_input = || match &self.input {
            Some(input) if input.naming.is_some() => "save",
            Some(input) if !input.filter => "find",
            Some(_) | None => "apply",
        };
        self.enter_in_dialog().unwrap_or_else(of_input)
    }

    /// The keys that are told, most useful first; those without a key are left out.
    fn hints(&self) -> Vec<Hint> {
        if self.mode() == Mode::Text {
            return vec![
                Hint::new("Enter", self.enter_word(), Action::Enter),
                Hint::new("Esc", "cancel", Action::Back),
            ];
        }
        if self.dialog.is_some() {
            // Its frame says what else it takes; the panes' keys do nothing here.
            let back = self.key(Action::Back).map(|key| Hint::new(key, "close", Action::Back));
            return back.into_iter().collect();
        }
        let pane = self.focus;
        let in_list = pane == Pane::List;
        let of_list = LIST.iter().filter(|_| in_list);
        let all = of_pane(pane).iter().chain(COMMON).chain(of_list).chain(MORE);
        let mut told: Vec<Action> = Vec::new();
        all.filter(|action| !in_list || **action != Action::Back)
            .filter(|action| {
                let new = !told.contains(action);
                told.push(**action);
                new
            })
            .filter_map(|action| {
                let word = match (action, pane) {
                    (Action::Toggle, Pane::Tree) => "fold",
                    (Action::Find, pane) if pane != Pane::List => "find",
                    (action, _) => action.spec().short,
                };
                let hint = |key: &str| Hint::new(key, word, *action);
                self.key(*action).filter(|_| !word.is_empty()).map(hint)
            })
            .collect()
    }
}

/// What is worth telling everywhere.
const COMMON: &[Action] =
    &[Action::Export, Action::Refresh, Action::Pause, Action::Palette, Action::Help];

/// Likewise in the list, after that.
const LIST: &[Action] = &[
    Action::NextAttention,
    Action::Toggle,
    Action::Views,
    Action::CopyMenu,
    Action::Zoom,
    Action::WideColumns,
    Action::MarkRange,
];

const MORE: &[Action] = &[
    Action::CopyMenu,
    Action::Zoom,
    Action::TimeForm,
    Action::Json,
    Action::Back,
    Action::Quit,
    Action::Changes,
    Action::Portal,
    Action::Letter,
    Action::Note,
    Action::Tags,
    Action::Add,
    Action::Archive,
    Action::Undo,
    Action::RefreshAll,
    Action::Privacy,
    Action::Bell,
    Action::Mouse,
    Action::ApiLog,
    Action::Charts,
];

/// Breaks hints into the lines below the tabs; what has no room
/// falls away, but never the help, which has all the others.
fn broken(hints: Vec<Hint>, footer: Area, marked: usize) -> Vec<Vec<Hint>> {
    let (width, mut room) = (usize::from(footer.w), usize::from(footer.h).saturating_sub(1));
    let mut lines = vec![Vec::new()];
    let mut used = 1 + marked;
    let mut help = hints.iter().find(|hint| hint.action == Action::Help).cloned();
    for hint in hints {
        if hint.action == Action::Help {
            help = None;
        }
        // Its place is held until it has been put in: it must fit behind the last that fits.
        let kept = help.as_ref().filter(|_| room <= 1).map_or(0, Hint::width);
        if used + hint.width() + kept > width {
            if room <= 1 {
                break;
            }
            room -= 1;
            lines.push(Vec::new());
            used = 1;
        }
        used += hint.width();
        if let Some(line) = lines.last_mut() {
            line.push(hint);
        }
    }
    if let (Some(help), Some(line)) = (help, lines.last_mut()) {
        line.push(help);
    }
    lines
}

/// The one of some things side by side, each of a width, that stands at a column.
fn at<T>(x: usize, from: usize, things: impl IntoIterator<Item = (usize, T)>) -> Option<T> {
    let mut end = from;
    if x < from {
        return None;
    }
    let mut placed = things.into_iter().map(|(width, thing)| {
        end += width;
        (end, thing)
    });
    placed.find(|(end, _)| x < *end).map(|(_, thing)| thing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tabs_are_whole_or_give_way_to_their_numbers() {
        for focus in Pane::ALL {
            for room in 59..120 {
                let tabs = tabs(focus, room);
                let width: usize = tabs.iter().map(|(text, _)| crate::text::width(text)).sum();
                assert!(width <= room, "{room}: {tabs:?}");
                let named = tabs.iter().filter(|(text, pane)| text.contains(pane.name())).count();
                assert!(named == Pane::ALL.len() || (named == 1 && room < 80), "{room}: {tabs:?}");
            }
        }
    }
}
