//! The model: skeleton.
//!
//! Owns the state of the screen. Must never do I/O or read a clock.

use std::ops::Range;
use std::path::PathBuf;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::app::action::Mode;
use crate::app::effect::Effect;
use crate::app::event::Event;
use crate::app::layout::{self, Areas};
use crate::app::overlay::Overlay;
use crate::app::view::{
    AlertRow, Cell, CheckRow, HeaderView, HelpRow, InputView, LabelRow, ListRow, Pane, Rows,
    TimelineRow, TreeView,
};
use crate::domain::ids::SessionId;
use crate::domain::rules::Rules;

/// What does not change while the dashboard runs.
#[derive(Clone, Debug)]
pub struct ModelSettings {
    /// Profile name.
    pub profile: String,
    /// `DEMO`, `SANDBOX`, `LIVE`.
    pub badge: String,
    /// The badge is that of a live environment.
    pub live: bool,
    /// First digits of the SDK id, for the wide header.
    pub sdk_short: String,
    /// Thresholds and the pass rule.
    pub rules: Rules,
    /// Where exports go when the operator names no other place.
    pub export_dir: PathBuf,
    /// For local times.
    pub time_zone: TimeZone,
    /// Glyphs of ASCII only.
    pub ascii: bool,
    /// The export dialog begins masked.
    pub masked: bool,
    /// From the keymap in force.
    pub help: Vec<HelpRow>,
}

/// Everything that the screen shows; see `update`.
#[derive(Debug)]
pub struct Model {
    settings: ModelSettings,
    size: (u16, u16),
    focus: Pane,
    tree: TreeView,
    dirty: bool,
}

/// Carries out one event. Pure: time comes with [`Event::Tick`] alone.
pub fn update(model: &mut Model, event: Event) -> Vec<Effect> {
    let _ = event;
    model.dirty = true;
    Vec::new()
}

impl Model {
    /// A model before the first snapshot.
    #[must_use]
    pub fn new(settings: ModelSettings, size: (u16, u16), now: Timestamp) -> Self {
        let _ = now;
        Self { settings, size, focus: Pane::List, tree: TreeView::default(), dirty: true }
    }
    /// True when what is on the screen is not what the model says.
    #[must_use]
    pub const fn needs_draw(&self) -> bool {
        self.dirty
    }
    /// [`Model::needs_draw`], and takes note that the next frame is being drawn. Call it once for
    /// each frame: a dialog acts on Enter only after it has been drawn.
    pub fn take_dirty(&mut self) -> bool {
        std::mem::take(&mut self.dirty)
    }
    /// The settings given at the start.
    #[must_use]
    pub const fn settings(&self) -> &ModelSettings {
        &self.settings
    }
    /// Columns and rows.
    #[must_use]
    pub const fn size(&self) -> (u16, u16) {
        self.size
    }
    /// How keys are to be read.
    #[must_use]
    pub fn mode(&self) -> Mode {
        Mode::Keys
    }
    /// The pane with the focus.
    #[must_use]
    pub const fn focus(&self) -> Pane {
        self.focus
    }
    /// The focused pane has the whole body.
    #[must_use]
    pub fn zoomed(&self) -> bool {
        false
    }
    /// Where everything stands: `layout::areas` for this size and focus.
    #[must_use]
    pub fn areas(&self) -> Areas {
        layout::areas(self.size, self.focus, self.zoomed())
    }
    /// The header.
    #[must_use]
    pub fn header(&self) -> HeaderView {
        HeaderView::default()
    }
    /// Title of a pane without its number: `Tree dbs-2291 · 2/3 supplied`; ` ≈` where stale.
    #[must_use]
    pub fn title(&self, pane: Pane) -> String {
        pane.name().to_owned()
    }
    /// Rows of the list after filtering.
    #[must_use]
    pub fn list_len(&self) -> usize {
        0
    }
    /// Indices of the rows that fit on the screen.
    #[must_use]
    pub fn list_window(&self) -> Range<usize> {
        0..0
    }
    /// Builds the rows asked for, and only those.
    #[must_use]
    pub fn list_rows(&self, window: Range<usize>) -> Vec<ListRow> {
        let _ = window;
        Vec::new()
    }
    /// Index of the row under the cursor.
    #[must_use]
    pub fn list_selected(&self) -> Option<usize> {
        None
    }
    /// Instead of rows when there are none: nothing watched, filtered away.
    #[must_use]
    pub fn list_notice(&self) -> Vec<String> {
        Vec::new()
    }
    /// Why the selected row needs attention or is stale, in words; when all is quiet, that.
    #[must_use]
    pub fn line_under_list(&self) -> Option<Cell> {
        None
    }
    /// The session under the cursor.
    #[must_use]
    pub fn selected(&self) -> Option<SessionId> {
        None
    }
    /// Its reference or short id.
    #[must_use]
    pub fn selected_name(&self) -> Option<String> {
        None
    }
    /// The resource tree of the selected session.
    #[must_use]
    pub const fn tree(&self) -> &TreeView {
        &self.tree
    }
    /// Its checks.
    #[must_use]
    pub fn checks(&self) -> Rows<'_, CheckRow> {
        Rows { rows: &[], selected: None, window: 0..0, shift: 0, notice: &[] }
    }
    /// Its timeline, oldest first.
    #[must_use]
    pub fn timeline(&self) -> Rows<'_, TimelineRow> {
        Rows { rows: &[], selected: None, window: 0..0, shift: 0, notice: &[] }
    }
    /// Sessions with findings, most urgent first.
    #[must_use]
    pub fn alerts(&self) -> Rows<'_, AlertRow> {
        Rows { rows: &[], selected: None, window: 0..0, shift: 0, notice: &[] }
    }
    /// The letter.
    #[must_use]
    pub fn letter(&self) -> Rows<'_, LabelRow> {
        Rows { rows: &[], selected: None, window: 0..0, shift: 0, notice: &[] }
    }
    /// The session result, pretty printed; safe text.
    #[must_use]
    pub fn json(&self) -> Rows<'_, Cell> {
        Rows { rows: &[], selected: None, window: 0..0, shift: 0, notice: &[] }
    }
    /// The newest change of any session: `09:24:12 dbs-2291 + ID_DOCUMENT …`.
    #[must_use]
    pub fn ticker(&self) -> Option<Cell> {
        None
    }
    /// What lies over the panes.
    #[must_use]
    pub fn overlay(&self) -> Option<&Overlay> {
        None
    }
    /// The open filter or find line.
    #[must_use]
    pub fn input(&self) -> Option<InputView<'_>> {
        None
    }
    /// What was done or went wrong just now; goes by itself.
    #[must_use]
    pub fn message(&self) -> Option<&Cell> {
        None
    }
}
