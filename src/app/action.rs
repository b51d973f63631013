//! What an operator can ask for, each with its name.
//!
//! Owns [`Action`]. Names stand in the keymap file, the help and the README.

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
    /// Go to a pane by its number, 1 to 7.
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
}
