//! Which actions matter most in a pane.

use crate::app::action::{Action, HelpRow, Pane};

/// Every action of the keymap, as help and palette show them: the pane's own first under its name,
/// then the rest by section, the keys that move last.
pub(crate) fn by_use(help: &[HelpRow], pane: Pane) -> Vec<HelpRow> {
    // Finding and the next session are everywhere; only in the list are they its own.
    let everywhere = |action: &&Action| pane != Pane::List && EVERYWHERE.contains(action);
    let all = || of_pane(pane).iter().chain(also_of_pane(pane));
    let own = || all().filter(|action| !everywhere(action)).chain(all().filter(everywhere));
    let row = |action| help.iter().find(|row| row.action == action);
    let of_pane = own().filter_map(|action| row(*action)).cloned();
    let of_pane = of_pane.map(|row| HelpRow { section: pane.name(), ..row });
    let mut rest: Vec<HelpRow> =
        help.iter().filter(|row| !own().any(|action| *action == row.action)).cloned().collect();
    rest.sort_by_key(|row| row.section == MOVE);
    of_pane.chain(rest).collect()
}

const EVERYWHERE: [Action; 4] =
    [Action::Find, Action::NextSession, Action::NextHit, Action::PreviousHit];

/// The section of the keys that move the cursor or the panes.
pub(crate) const MOVE: &str = "Move";

/// Of a pane's own actions those that the footer has no room for.
const fn also_of_pane(pane: Pane) -> &'static [Action] {
    match pane {
        Pane::List => &[
            Action::Views,
            Action::NextAttention,
            Action::NextChange,
            Action::PreviousChange,
            Action::Toggle,
            Action::MarkRange,
            Action::MarkAll,
            Action::ClearMarks,
            Action::Export,
            Action::ExportMany,
            Action::ReverseSort,
            Action::WideColumns,
            Action::ColumnPicker,
            Action::SaveView,
            Action::Follow,
        ],
        Pane::Tree => &[Action::View, Action::NextHit, Action::PreviousHit],
        Pane::Checks | Pane::Json => &[Action::NextHit, Action::PreviousHit, Action::CopyMenu],
        Pane::Timeline => &[
            Action::TimeForm,
            Action::StepBack,
            Action::StepForward,
            Action::NextHit,
            Action::PreviousHit,
        ],
        Pane::Alerts => &[Action::AcknowledgeAll, Action::NextHit, Action::PreviousHit],
        Pane::Letter => &[Action::Letter, Action::LetterSend],
        Pane::Notes => &[Action::Acknowledge, Action::Archive],
    }
}

/// What is worth telling in a pane before all else.
pub(crate) const fn of_pane(pane: Pane) -> &'static [Action] {
    match pane {
        Pane::List => &[Action::Enter, Action::Find, Action::SortPicker],
        Pane::Tree => {
            &[Action::Toggle, Action::UnfoldAll, Action::FoldAll, Action::Find, Action::NextSession]
        }
        Pane::Notes => &[Action::Note, Action::Tags, Action::Pin, Action::Undo],
        Pane::Alerts => &[Action::Enter, Action::Acknowledge, Action::Snooze, Action::Find],
        Pane::Checks => &[Action::Enter, Action::Find, Action::NextSession],
        Pane::Timeline | Pane::Letter | Pane::Json => &[Action::Find, Action::NextSession],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn help() -> Vec<HelpRow> {
        let row = |action: &Action| {
            let section = action.spec().section;
            HelpRow { keys: String::new(), action: *action, section }
        };
        Action::ALL.iter().map(row).collect()
    }

    #[test]
    fn what_only_a_pane_has_stands_first() {
        let help = help();
        for (pane, first) in [
            (Pane::List, [Action::Enter, Action::Find]),
            (Pane::Tree, [Action::Toggle, Action::UnfoldAll]),
            (Pane::Timeline, [Action::TimeForm, Action::StepBack]),
            (Pane::Letter, [Action::Letter, Action::LetterSend]),
            (Pane::Json, [Action::CopyMenu, Action::Find]),
        ] {
            let rows = by_use(&help, pane);
            let actions: Vec<Action> = rows.iter().take(2).map(|row| row.action).collect();
            assert_eq!(actions, first, "{pane:?}");
        }
    }

    #[test]
    fn a_name_stands_before_those_that_go_on_with_it() {
        let help = help();
        for pane in Pane::ALL {
            let rows = by_use(&help, pane);
            let names: Vec<&str> = rows.iter().map(|row| row.action.spec().name).collect();
            for (place, name) in names.iter().enumerate() {
                let longer = names.iter().position(|n| n.starts_with(&format!("{name}-")));
                assert!(longer.is_none_or(|longer| longer > place), "{name} in {pane:?}");
            }
        }
    }
}
