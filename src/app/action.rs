//! What an operator can ask for, each with its name.
//!
//! Owns [`Action`], the panes it speaks of and its line in the help. Names stand in the keymap file, the help and the README.

/// How keys are read now; the model says it, the keymap obeys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Every key is an action.
    Keys,
    /// A text field is open: printable keys are text, the rest edits, moves, accepts or leaves.
    Text,
}

/// One thing to do. `keymap` makes them from keys; `app::update` carries them out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Action {
    /// One line down.
    Down,
    /// One line up.
    Up,
    /// First line.
    Top,
    /// Last line.
    Bottom,
    /// Half a page down.
    HalfPageDown,
    /// Half a page up.
    HalfPageUp,
    /// A page down.
    PageDown,
    /// A page up.
    PageUp,
    /// Fold, or go to the parent.
    Left,
    /// Unfold, or go to the first child.
    Right,
    /// Fold or unfold; in the list: mark.
    Toggle,
    /// Fold all.
    FoldAll,
    /// Unfold all.
    UnfoldAll,
    /// Next pane.
    NextPane,
    /// Previous pane.
    PreviousPane,
    /// Go to a pane by its number, 1 to 8.
    Pane(u8),
    /// Go in; in the checks pane: open the breakdown.
    Enter,
    /// Go back one step, clear the filter, close.
    Back,
    /// Zoom the pane and back.
    Zoom,
    /// Next session, staying in this pane.
    NextSession,
    /// Previous session, staying in this pane.
    PreviousSession,
    /// Next session that needs attention.
    NextAttention,
    /// To the row of the chosen session.
    ChosenSession,
    /// The next pane that is about one session.
    NextTab,
    /// The previous pane that is about one session.
    PreviousTab,
    /// Filter the list; in other panes find.
    Find,
    /// Next hit.
    NextHit,
    /// Previous hit.
    PreviousHit,
    /// Refresh this session.
    Refresh,
    /// Refresh all.
    RefreshAll,
    /// Pause or resume.
    Pause,
    /// Export the selected session.
    Export,
    /// Export the marked sessions, else all filtered.
    ExportMany,
    /// The letter: details, PDF, whom it is for.
    Letter,
    /// In the tree: the media.
    View,
    /// Delete the session at Yoti (asks).
    SessionDelete,
    /// Send the letter again (asks).
    LetterSend,
    /// Open the session in the portal.
    Portal,
    /// Masked, partial, off for five minutes.
    Privacy,
    /// Show this session's labels for twenty seconds.
    Reveal,
    /// Lock the screen at once.
    LockNow,
    /// Copy menu.
    CopyMenu,
    /// Copy the session id at once.
    CopyId,
    /// JSON as received, secrets removed.
    Json,
    /// Age, local, UTC.
    TimeForm,
    /// Help.
    Help,
    /// Close an overlay, else quit.
    Quit,
    /// Leave an input, else quit at once.
    QuitNow,
    /// Draw everything anew.
    Redraw,
    /// Note.
    Note,
    /// Tags.
    Tags,
    /// Pin, or let go.
    Pin,
    /// Off the watch-list.
    Archive,
    /// Undo the last local change.
    Undo,
    /// Acknowledge.
    Acknowledge,
    /// Acknowledge all that is shown.
    AcknowledgeAll,
    /// Asks for nobody for a while.
    Snooze,
    /// Add sessions.
    Add,
    /// In the add dialog: read a file.
    OpenFile,
    /// Next session with changes.
    NextChange,
    /// Previous session with changes.
    PreviousChange,
    /// What changed since the last look.
    Changes,
    /// All changes have been looked at.
    Seen,
    /// Clear all marks of the list.
    ClearMarks,
    /// Begin a range of marks, then mark it.
    MarkRange,
    /// Mark all that the filter shows.
    MarkAll,
    /// The command palette.
    Palette,
    /// The list takes less of the width.
    ListNarrower,
    /// The list takes more of the width.
    ListWider,
    /// The header in one line, and back.
    Header,
    /// The screen as it stood when something happened before.
    StepBack,
    /// The same, forward; after the last moment, now.
    StepForward,
    /// The cursor follows the newest change.
    Follow,
    /// The operator's own programs.
    Programs,
    /// Stop the program until the shell continues it.
    Suspend,
    /// The API log.
    ApiLog,
    /// The charts.
    Charts,
    /// Copy the values that this build does not know.
    Report,
    /// Write the handover.
    Handover,
    /// Pick a view: filter, order and columns.
    Views,
    /// Save the list's filter, order and columns as a view.
    SaveView,
    /// Forget a view that was saved.
    ForgetView,
    /// Pick the order of the list.
    SortPicker,
    /// Reverse the order of the list.
    ReverseSort,
    /// All columns of the list, or as many as fit.
    WideColumns,
    /// Pick the columns of the list.
    ColumnPicker,
    /// The mouse, or not.
    Mouse,
    /// The bell, or not.
    Bell,
}

/// The panes, by their numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Pane {
    /// 1: the sessions.
    #[default]
    List,
    /// 2: required resources.
    Tree,
    /// 3: checks.
    Checks,
    /// 4: observed changes.
    Timeline,
    /// 5: sessions that need attention.
    Alerts,
    /// 6: the letter.
    Letter,
    /// 7: the answer as received, secrets removed.
    Json,
    /// 8: note, tags, acknowledgements, own actions.
    Notes,
}

impl Pane {
    /// All, in the order of their numbers.
    pub const ALL: [Self; 8] = [
        Self::List,
        Self::Tree,
        Self::Checks,
        Self::Timeline,
        Self::Alerts,
        Self::Letter,
        Self::Json,
        Self::Notes,
    ];

    /// 1 to 8.
    #[must_use]
    pub const fn number(self) -> u8 {
        self as u8 + 1
    }

    /// For titles and tabs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::List => "Sessions",
            Self::Tree => "Tree",
            Self::Checks => "Checks",
            Self::Timeline => "Timeline",
            Self::Alerts => "Alerts",
            Self::Letter => "Letter",
            Self::Json => "JSON",
            Self::Notes => "Notes",
        }
    }
}

/// One line of the help, made from the keymap in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HelpRow {
    /// The chords, as the operator would name them: `ctrl-d`, `j ↓`.
    pub keys: String,
    /// The action's name in the keymap file.
    pub name: String,
    /// What it does.
    pub description: String,
    /// Heading it stands under.
    pub section: String,
    /// The word in the footer.
    pub short: Option<String>,
    /// What Enter runs.
    pub action: Action,
}
