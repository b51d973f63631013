//! The model: everything that the screen shows, and the reading of it.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use std::sync::Arc;

use jiff::Timestamp;

use crate::app::detail::tree_moves;
use crate::app::dialogs::open::OpenDialog;
use crate::app::event::Event;
use crate::app::list::columns::ColumnSet;
use crate::app::list::cursor::state::{Cursor, Drawn};
use crate::app::list::rows::{self, HeaderProfile};
use crate::app::list::saved_views::state::SavedViews;
use crate::app::list::sessions::{Item, Sessions};
use crate::app::operator::annotations::state::AnnotationsState;
use crate::app::operator::bell::state::{Alert, Bell};
use crate::app::operator::layout_settings::state::LayoutSettings;
use crate::app::operator::pause::state::Paused;
use crate::app::operator::privacy::state::PrivacyState;
use crate::app::operator::time_travel::state::{PastDetails, TimeTravel};
pub use crate::app::panes::ModelSettings;
pub(crate) use crate::app::panes::{InputLine, Naming, RowPane, TreeMemory, window};
use crate::app::status::connection;
use crate::app::status::digest::state::DigestState;
use crate::app::status::metrics::state::MetricsState;
use crate::app::text::keys::Keys;
use crate::app::text::words::{self, Frozen, Openness, TimeForm, Times};
use crate::app::view::{
    AlertMark, Cell, CheckRow, HeaderView, LabelRow, Message, Pane, Rows, TimelineRow, Tone,
    TreePath, TreeView,
};
use crate::domain::session::ids::SessionId;
use crate::domain::watchlist::open_session::OpenSession;
use crate::domain::watchlist::snapshot::Health;

/// Everything that the screen shows; changed by [`crate::app::update()`] alone.
#[expect(clippy::struct_excessive_bools, reason = "each is a state of its own")]
#[derive(Debug)]
pub struct Model {
    pub(crate) settings: ModelSettings,
    pub(crate) size: (u16, u16),
    pub(crate) times: Times,
    /// The last tick. `times.now` is the moment that is shown: another one in the past.
    pub(crate) clock: Timestamp,
    pub(crate) past: Option<TimeTravel>,
    pub(crate) past_details: PastDetails,
    pub(crate) paused: Option<Box<Paused>>,
    pub(crate) sessions: Sessions,
    pub(crate) health: Arc<Health>,
    pub(crate) focus: Pane,
    pub(crate) zoomed: bool,
    pub(crate) cursor: Cursor,
    /// The session that the cursor stands on: what the other panes show.
    pub(crate) selected: Option<SessionId>,
    /// The row of the cursor when the list last had it.
    pub(crate) row: usize,
    /// The first row of the window.
    pub(crate) offset: usize,
    pub(crate) drawn: Drawn,
    /// The cursor goes to this session as soon as it is back on the list.
    pub(crate) returns: Option<SessionId>,
    pub(crate) shift: usize,
    pub(crate) columns: ColumnSet,
    pub(crate) saved_views: SavedViews,
    /// Columns of the list that are scrolled out of sight to the left.
    pub(crate) first_column: usize,
    /// Where a range of marks began that is still being drawn.
    pub(crate) range_from: Option<SessionId>,
    pub(crate) filter_text: String,
    /// Filters that were kept, oldest first.
    pub(crate) filters: Vec<String>,
    pub(crate) tree: TreeView,
    pub(crate) tree_offset: usize,
    pub(crate) trees: HashMap<SessionId, TreeMemory>,
    pub(crate) checks: RowPane<CheckRow>,
    pub(crate) checks_open: BTreeSet<String>,
    pub(crate) checks_summary: String,
    pub(crate) timeline: RowPane<TimelineRow>,
    pub(crate) alerts: RowPane<Alert>,
    pub(crate) letter: RowPane<LabelRow>,
    pub(crate) json: RowPane<Cell>,
    pub(crate) annotations: AnnotationsState,
    pub(crate) digest: DigestState,
    /// Session, revision and widths of wrapped text that the panes were built from.
    pub(crate) built: Option<(SessionId, u64, [usize; 2])>,
    pub(crate) dialog: Option<OpenDialog>,
    /// Enter counts: it has been on the screen, or need not have been.
    pub(crate) dialog_drawn: bool,
    pub(crate) layout_settings: LayoutSettings,
    pub(crate) privacy: PrivacyState,
    pub(crate) bell: Bell,
    pub(crate) metrics: MetricsState,
    pub(crate) input: Option<InputLine>,
    pub(crate) find: String,
    pub(crate) message: Option<Message>,
    /// What the event at hand leads to: carried out after it.
    pub(crate) then: Option<Event>,
    pub(crate) ticker: Option<Cell>,
    pub(crate) resting: bool,
    pub(crate) focus_sent: Option<(Option<SessionId>, Vec<SessionId>)>,
    pub(crate) notice: Vec<String>,
    pub(crate) dirty: bool,
    pub(crate) shown: u64,
}

impl Model {
    /// A model before the first snapshot.
    #[must_use]
    pub fn new(settings: ModelSettings, size: (u16, u16), now: Timestamp) -> Self {
        let times = Times {
            form: TimeForm::default(),
            zone: settings.time_zone.clone(),
            now,
            openness: Openness { privacy: settings.general.privacy, ..Openness::default() },
            labels: settings.rules.labels.clone(),
            keys: Keys::new(&settings.help),
            ahead: settings.for_operator(words::AHEAD),
            frozen: Frozen::default(),
        };
        let fitting = LayoutSettings { mouse: settings.general.mouse, ..LayoutSettings::default() };
        Self {
            settings,
            size,
            times,
            clock: now,
            past: None,
            past_details: PastDetails::default(),
            paused: None,
            sessions: Sessions::default(),
            health: Arc::default(),
            focus: Pane::List,
            zoomed: false,
            cursor: Cursor::FIRST,
            selected: None,
            row: 0,
            offset: 0,
            drawn: Drawn::default(),
            returns: None,
            shift: 0,
            columns: ColumnSet::Auto,
            saved_views: SavedViews::default(),
            first_column: 0,
            range_from: None,
            filter_text: String::new(),
            filters: Vec::new(),
            tree: TreeView::default(),
            tree_offset: 0,
            trees: HashMap::new(),
            checks: RowPane::default(),
            checks_open: BTreeSet::new(),
            checks_summary: String::new(),
            timeline: RowPane::default(),
            alerts: RowPane::default(),
            letter: RowPane::default(),
            json: RowPane::default(),
            annotations: AnnotationsState::default(),
            digest: DigestState::default(),
            built: None,
            dialog: None,
            dialog_drawn: false,
            layout_settings: fitting,
            privacy: PrivacyState::new(now),
            bell: Bell::default(),
            metrics: MetricsState::default(),
            input: None,
            find: String::new(),
            message: None,
            then: None,
            ticker: None,
            resting: false,
            focus_sent: None,
            notice: Vec::new(),
            dirty: true,
            shown: 0,
        }
    }

    /// True when what is on the screen is not what the model says.
    #[must_use]
    pub const fn needs_draw(&self) -> bool {
        self.dirty
    }

    /// [`Model::needs_draw`], and takes note that the next frame is being drawn. Call it once for
    /// each frame: a dialog acts on Enter only after it has been drawn.
    pub fn take_dirty(&mut self) -> bool {
        self.note_drawn();
        self.dialog_drawn = true;
        std::mem::take(&mut self.dirty)
    }

    /// The settings given at the start.
    #[must_use]
    pub const fn settings(&self) -> &ModelSettings {
        &self.settings
    }

    /// Columns and rows of the window.
    #[must_use]
    pub const fn size(&self) -> (u16, u16) {
        self.size
    }

    /// The pane with the focus.
    #[must_use]
    pub const fn focus(&self) -> Pane {
        self.focus
    }

    /// The focused pane has the whole body.
    #[must_use]
    pub const fn zoomed(&self) -> bool {
        self.zoomed
    }

    /// The header of the moment that is shown, which may be a past one.
    #[must_use]
    pub fn header(&self) -> HeaderView {
        let profile = HeaderProfile {
            name: &self.settings.profile,
            badge: &self.settings.badge,
            live: self.settings.live,
        };
        let mut header = rows::header(&self.sessions, &self.health, &self.times, &profile);
        header.connection = self.paused_words().or(header.connection);
        if let Some(past) = self.past_words() {
            header = HeaderView { last_ok: None, latency: None, warning: None, ..header };
            // What is asked for now says nothing of then.
            header.progress.clear();
            header.connection = Some(past);
        }
        header
    }

    /// Title of a pane without its number, and the summary at its right.
    #[must_use]
    pub fn title(&self, pane: Pane) -> (String, String) {
        let name = self.selected_name().unwrap_or_default();
        let down = connection::is_down(&self.health);
        let stands = |row: &&Alert| row.mark != AlertMark::Over;
        let stale = if self.in_past() {
            " ◀"
        } else if down || self.item().is_some_and(|item| item.summary.stale) {
            " ≈"
        } else {
            ""
        };
        let past = if self.in_past() { " ◀" } else { "" };
        match pane {
            Pane::List => self.list_title(),
            Pane::Tree => (format!("Tree {name}{stale}"), self.tree.summary.clone()),
            Pane::Checks => (format!("Checks {name}{stale}"), self.checks_summary.clone()),
            Pane::Timeline => {
                (format!("Timeline {name}{past}"), format!("t {}", self.times.form.name()))
            }
            Pane::Alerts => {
                let shown = self.alerts.rows.iter().filter(stands).count();
                let tally = self.sessions.tally();
                let all = (tally.attention + tally.hushed).max(shown);
                let (number, of) = (words::figure(shown), words::figure(all));
                let number = if shown < all { format!("{number} of {of}") } else { number };
                (format!("Alerts {number}"), self.alert_keys())
            }
            Pane::Letter => (format!("Letter {name}"), String::new()),
            Pane::Notes => (format!("Notes {name}"), self.who_sees_labels().to_owned()),
            Pane::Json => {
                (format!("JSON {name}{stale}"), "as received, secrets removed".to_owned())
            }
        }
    }

    /// The selected session with its detail; says so where that is still being read.
    pub(crate) fn opened(&mut self) -> Option<OpenSession> {
        let opened = self.item()?.opened();
        if opened.is_none() {
            self.set_message("the stored responses are being read; try again", Tone::Notice);
        }
        opened
    }

    pub(crate) fn item(&self) -> Option<&Item> {
        self.sessions.item(self.selected?)
    }

    /// The session under the cursor.
    #[must_use]
    pub const fn selected(&self) -> Option<SessionId> {
        self.selected
    }

    /// Its reference or short id.
    #[must_use]
    pub fn selected_name(&self) -> Option<String> {
        self.item().map(|item| self.times.name(&item.session, 40))
    }

    /// The resource tree of the selected session.
    #[must_use]
    pub const fn tree(&self) -> &TreeView {
        &self.tree
    }

    /// Its nodes that are not folded away, from the top down.
    #[must_use]
    pub fn tree_paths(&self) -> Vec<TreePath> {
        tree_moves::visible(&self.tree)
    }

    /// Which of these are on the screen, counted from the top.
    #[must_use]
    pub fn tree_window(&self) -> Range<usize> {
        let visible = self.tree_paths();
        let at = visible.iter().position(|path| *path == self.tree.selected).unwrap_or(0);
        window(visible.len(), at, self.tree_offset, self.rows_in(Pane::Tree, 0))
    }

    pub(crate) fn rows_in(&self, pane: Pane, head: usize) -> usize {
        self.areas().pane(pane).map_or(0, |area| area.inner_rows().saturating_sub(head))
    }

    /// The checks of the selected session, or what was requested.
    #[must_use]
    pub fn checks(&self) -> Rows<'_, CheckRow> {
        self.checks.view(self.rows_in(Pane::Checks, 1), self.shift, &self.notice)
    }

    /// The timeline of the selected session, oldest first.
    #[must_use]
    pub fn timeline(&self) -> Rows<'_, TimelineRow> {
        self.timeline.view(self.rows_in(Pane::Timeline, 0), self.shift, &self.notice)
    }

    /// Sessions with findings, most urgent first.
    #[must_use]
    pub fn alerts(&self) -> Rows<'_, Alert> {
        let other = self.metrics_lines() + self.alert_detail().len();
        self.alerts.view(self.rows_in(Pane::Alerts, other), self.shift, &[])
    }

    /// The whole text of the alert under the cursor, below the alerts while they have the focus.
    #[must_use]
    pub fn alert_detail(&self) -> Vec<String> {
        let area = self.areas().pane(Pane::Alerts).filter(|_| self.focus == Pane::Alerts);
        let last = self.alerts.rows.len().saturating_sub(1);
        let alert = self.alerts.rows.get(self.alerts.cursor.min(last));
        let alert = alert.and_then(|alert| self.alert_row(alert));
        let (Some(area), Some(alert)) = (area, alert) else { return Vec::new() };
        let text = format!("{}: {}", alert.name.text, alert.why.text);
        let mut lines = crate::text::wrapped(&text, usize::from(area.w.saturating_sub(4)));
        // The list keeps at least half of the pane.
        lines.truncate(area.inner_rows() / 2);
        lines
    }

    /// The letter of the selected session, its text wrapped.
    #[must_use]
    pub fn letter(&self) -> Rows<'_, LabelRow> {
        self.letter.view(self.rows_in(Pane::Letter, 0), self.shift, &self.notice)
    }

    /// The session result, pretty printed; safe text.
    #[must_use]
    pub fn json(&self) -> Rows<'_, Cell> {
        let notice = self.past_notice().unwrap_or(&self.notice);
        self.json.view(self.rows_in(Pane::Json, 0), self.shift, notice)
    }

    /// The newest change of any session: `09:24:12 dbs-2291 + ID_DOCUMENT …`.
    #[must_use]
    pub fn ticker(&self) -> Option<Cell> {
        self.ticker.clone().filter(|_| !self.in_past())
    }

    /// What lies over the panes.
    #[must_use]
    pub const fn dialog(&self) -> Option<&OpenDialog> {
        self.dialog.as_ref()
    }

    /// Opens a dialog over the panes.
    pub(crate) fn open(&mut self, dialog: impl Into<OpenDialog>) {
        self.dialog = Some(dialog.into());
        self.dialog_drawn = false;
    }

    /// The same for one that takes nothing away: keys may be typed ahead of its first frame.
    pub(crate) fn open_at_once(&mut self, dialog: impl Into<OpenDialog>) {
        self.open(dialog);
        self.dialog_drawn = true;
    }

    /// What was done or went wrong just now; goes by itself.
    #[must_use]
    pub fn message(&self) -> Option<&Cell> {
        self.message.as_ref().map(|message| &message.said)
    }
}
