//! What stands in the list, in which order and columns, and what is marked there.
//!
//! Owns which action is whose.

use crate::app::action::Action;
use crate::app::dialogs::pickers;
use crate::app::effect::Effect;
use crate::app::list::{filter_bar, marks};
use crate::app::model::Model;

/// The actions of these rooms; `None`: it is another's.
pub(crate) fn act(model: &mut Model, action: Action) -> Option<Vec<Effect>> {
    match action {
        Action::Views => pickers::open_views(model),
        Action::SaveView => filter_bar::ask_name(model),
        Action::SortPicker => pickers::open_sort(model),
        Action::ReverseSort => pickers::reverse(model),
        Action::WideColumns => pickers::toggle_wide(model),
        Action::ColumnPicker => pickers::open_columns(model),
        Action::MarkRange => marks::range(model),
        Action::MarkAll => marks::all(model),
        Action::ClearMarks => marks::clear(model),
        _ => return None,
    }
    Some(Vec::new())
}
