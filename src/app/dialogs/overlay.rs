//! What lies over the panes: help, the export dialog, the copy menu, pickers.

use std::sync::Arc;

use jiff::Timestamp;

use crate::app::dialogs::export::state::ExportDialog;
use crate::app::dialogs::handover::state::HandoverDialog;
use crate::app::dialogs::palette::state::PaletteOverlay;
use crate::app::dialogs::yoti::state::YotiDialog;
use crate::app::effect::CopySource;
use crate::app::operator::annotations::state::OwnOverlay;
use crate::app::text::text_field::TextField;
use crate::app::view::{Cell, HelpRow};
use crate::domain::assessment::stats::HOURS;
use crate::domain::events::call::Call;
use crate::domain::session::ids::SessionId;

/// The one overlay that is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Overlay {
    /// `?`
    Help(HelpOverlay),
    /// `e`
    Export(Box<ExportDialog>),
    /// `H`: the file of the handover.
    Handover(HandoverDialog),
    /// `y`
    Copy(CopyMenu),
    /// Letter, media, the question before a change.
    Yoti(Box<YotiDialog>),
    /// Note, tags, snooze, add, changes.
    Own(OwnOverlay),
    /// `:`
    Palette(PaletteOverlay),
    /// `@`
    Calls(CallsOverlay),
    /// `C`
    Charts(ChartsOverlay),
    /// `s`, `W`, `f`
    Pick(Picker),
}

/// What is picked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PickerKind {
    Programs,
    /// The order of the list: one of them.
    Sort,
    /// Its columns: any of them.
    Columns,
    /// Filter, order and columns together: one of them.
    Views,
}

/// A list to pick from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picker {
    pub kind: PickerKind,
    pub rows: Vec<PickRow>,
    /// Index into `rows`.
    pub selected: usize,
}

/// One line of a picker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PickRow {
    /// `due ▲`
    pub name: String,
    /// What it means; safe text.
    pub words: String,
    pub on: bool,
}

/// Help: type to search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HelpOverlay {
    pub search: TextField,
    /// Rows that match: the pane's own first, the keys that move last.
    pub rows: Vec<HelpRow>,
    pub total: usize,
    /// Index into `rows`.
    pub selected: usize,
    /// The first row on the screen.
    pub first: usize,
}

impl HelpOverlay {
    /// Lines below the rows: signs and stages.
    pub const LEGEND: u16 = 8;

    /// Lines of its box on a screen of so many.
    #[must_use]
    pub fn height(screen: u16) -> u16 {
        screen.saturating_sub(4).clamp(14, 40)
    }

    /// Rows that such a box holds, below the search and above the legend.
    #[must_use]
    pub fn page(screen: u16) -> usize {
        usize::from(Self::height(screen).saturating_sub(4 + Self::LEGEND))
    }
}

/// One thing that can be copied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopyItem {
    /// `session id`
    pub what: &'static str,
    /// Its text, or what it will hold.
    pub preview: String,
    /// Where the text comes from.
    pub source: CopySource,
}

/// The copy menu; bound to one session when it opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopyMenu {
    pub id: SessionId,
    /// Its reference or short id.
    pub name: String,
    pub items: Vec<CopyItem>,
    /// Index into `items`.
    pub selected: usize,
    /// It has been on the screen: Enter acts only then.
    pub drawn: bool,
}

/// One call in the API log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallRow {
    /// Its number; the cursor follows it.
    pub number: u64,
    pub time: String,
    /// HTTP status.
    pub status: Cell,
    /// `182ms`.
    pub took: String,
    /// `GET`.
    pub method: &'static str,
    /// The whole path, without a query.
    pub path: String,
    /// The path with a reference in the place of the session's ID.
    pub named: String,
    /// Of a failure, to quote to Yoti.
    pub request_id: Option<String>,
    /// What went wrong, when it is tried again.
    pub note: Cell,
}

/// The API log: newest first, filtered by what is typed.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct CallsOverlay {
    /// All that are kept, newest first.
    pub calls: Vec<Arc<Call>>,
    /// Those that hold what is typed.
    pub rows: Vec<CallRow>,
    pub search: TextField,
    /// The filter is being typed.
    pub typing: bool,
    /// Index into `rows`.
    pub selected: usize,
    /// The calls have come at least once.
    pub told: bool,
}

/// The charts, as they were counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChartsOverlay {
    pub counted_at: Timestamp,
    /// Stages in the order of a session's way, with the sessions that stand there.
    pub funnel: Vec<(Cell, usize)>,
    pub watched: usize,
    /// COMPLETED in each of the last 24 hours, oldest first.
    pub completed: [u32; HOURS],
    /// REJECT likewise.
    pub rejected: [u32; HOURS],
    /// Labels and figures in words: the medians with their counts.
    pub said: Vec<(&'static str, String)>,
    /// Requests in each ten seconds, oldest first.
    pub traffic: Vec<u32>,
    /// What the budget allows in ten seconds.
    pub budget: u32,
}
