//! The copy menu.

use crate::app::effect::Effect;
use crate::domain::session::ids::SessionId;

/// One thing that can be copied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopyItem {
    /// `session id`
    pub what: &'static str,
    /// Its text, or what it will hold.
    pub preview: String,
    /// It may name a person.
    pub personal: bool,
    /// What copies it when it is chosen.
    pub copy: Effect,
}

/// The copy menu; bound to one session when it opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopyDialog {
    pub id: SessionId,
    /// Its reference or short id.
    pub name: String,
    pub items: Vec<CopyItem>,
    /// Index into `items`.
    pub selected: usize,
    /// Enter was pressed on a personal item: again, and it is copied.
    pub asked: bool,
}
