//! The keys in force, for words that name one.

use std::sync::Arc;

use crate::app::action::{Action, HelpRow};

/// The first key of each action; of none, where lines are printed and no key is pressed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Keys(Arc<[(Action, String)]>);

impl Keys {
    pub(crate) fn new(help: &[HelpRow]) -> Self {
        let first = |row: &HelpRow| {
            let key = row.keys.split(' ').next().filter(|key| !key.is_empty())?;
            Some((row.action, key.to_owned()))
        };
        Self(help.iter().filter_map(first).collect())
    }

    /// As printed: `e`, `ctrl-d`; `None`: it has none.
    pub(crate) fn of(&self, action: Action) -> Option<&str> {
        self.0.iter().find(|(known, _)| *known == action).map(|(_, key)| key.as_str())
    }

    /// `r tries now`; `None` without a key.
    pub(crate) fn hint(&self, action: Action, what: &str) -> Option<String> {
        self.of(action).map(|key| format!("{key} {what}"))
    }

    /// [`Keys::hint`] with something before it; empty without a key.
    pub(crate) fn after(&self, before: &str, action: Action, what: &str) -> String {
        self.of(action).map_or_else(String::new, |key| format!("{before}{key} {what}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_goes_with_its_key() {
        let row = |keys: &str, action| HelpRow { keys: keys.to_owned(), section: "", action };
        let keys = Keys::new(&[row("ctrl-r R", Action::Refresh), row("", Action::Pause)]);
        assert_eq!(keys.hint(Action::Refresh, "tries").as_deref(), Some("ctrl-r tries"));
        assert_eq!(keys.after("; ", Action::Refresh, "tries"), "; ctrl-r tries");
        assert_eq!(keys.hint(Action::Pause, "resumes"), None);
        assert_eq!(keys.after("; ", Action::Pause, "resumes"), "");
    }
}
