//! What an operator can ask for: one table, from which keymap, help, palette and footer are made.

use crate::app::motion::{Distance, Motion};

/// How keys are read now; the model says it, the keymap obeys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Every key is an action.
    Keys,
    /// A text field is open: printable keys are text, the rest edits, moves, accepts or leaves.
    Text,
}

/// What the table says of an action.
#[derive(Debug)]
pub struct Spec {
    /// For `[keys]`, the palette and `help keys`.
    pub name: &'static str,
    /// Its keys unless `[keys]` replaces them: `j`, `G`, `ctrl-d`, `space`, `f1`.
    pub keys: &'static [&'static str],
    /// Where the keys mean this, before what they mean elsewhere; empty: everywhere.
    pub panes: &'static [Pane],
    flags: &'static [Flag],
    /// The section of the help.
    pub section: &'static str,
    /// What it does, in the help and the palette.
    pub words: &'static str,
    /// The word in the footer; empty: it is not there.
    pub short: &'static str,
}

/// What holds for an action only where the table says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flag {
    /// Works while the screen shows the past: it changes nothing, asks nobody, takes nothing away.
    Past,
    /// Is about the whole screen; every other action is about the session under the cursor, and is
    /// refused when that row was removed before the key was pressed.
    Screen,
}

macro_rules! actions {
    ($($section:literal {$(
        $action:ident $name:literal [$($key:literal)* $(@ $pane:ident)*] [$($flag:ident)*]
            $words:literal $(/ $short:literal)?;
    )*})*) => {
        /// One thing to do. `keymap` makes them from keys; `app::act` carries them out.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Action {$($(
            $action,
        )*)*}

        impl Action {
            pub const ALL: &[Self] = &[$($(Self::$action,)*)*];

            /// Its line in the table.
            #[must_use]
            pub const fn spec(self) -> &'static Spec {
                match self {$($(
                    Self::$action => &Spec {
                        name: $name,
                        keys: &[$($key),*],
                        panes: &[$(Pane::$pane),*],
                        flags: &[$(Flag::$flag),*],
                        section: $section,
                        words: $words,
                        short: concat!($($short)?),
                    },
                )*)*}
            }
        }
    };
}

// Section of the help { action, name [keys @pane] [flags] words / word in the footer; }
actions! {
    "Move" {
        Down "down" ["j" "down"] [Past] "One line down";
        Up "up" ["k" "up"] [Past] "One line up";
        Top "top" ["g" "home"] [Past Screen] "First line";
        Bottom "bottom" ["G" "end"] [Past] "Last line";
        HalfPageDown "half-page-down" ["ctrl-d"] [Past] "Half a page down";
        HalfPageUp "half-page-up" ["ctrl-u"] [Past] "Half a page up";
        PageDown "page-down" ["pagedown" "ctrl-f"] [Past] "A page down";
        PageUp "page-up" ["pageup" "ctrl-b"] [Past] "A page up";
        Left "left" ["h" "left"] [Past Screen] "Tree: fold, or parent; tables: left";
        Right "right" ["l" "right"] [Past Screen]
            "Tree: unfold, or first child; tables: right";
        Toggle "toggle" ["space"] [Past]
            "Tree: fold; list: mark; dialog: change" / "mark";
        FoldAll "fold-all" ["-"] [Past Screen] "Tree: fold all" / "fold all";
        UnfoldAll "unfold-all" ["="] [Past Screen] "Tree: unfold all" / "unfold all";
        NextPane "next-pane" ["tab"] [Past] "Next pane" / "pane";
        PreviousPane "previous-pane" ["backtab"] [Past] "Previous pane";
        Pane1 "pane-1" ["1"] [Past Screen] "Sessions";
        Pane2 "pane-2" ["2"] [Past] "Tree of required resources";
        Pane3 "pane-3" ["3"] [Past] "Checks";
        Pane4 "pane-4" ["4"] [Past] "Timeline";
        Pane5 "pane-5" ["5"] [Past] "Alerts";
        Pane6 "pane-6" ["6"] [Past] "Letter";
        Pane7 "pane-7" ["7"] [Past] "JSON as received";
        Pane8 "pane-8" ["8"] [Past] "Notes";
        Enter "enter" ["enter"] [Past] "Open what is selected; in a dialog: accept" / "open";
        Back "back" ["esc"] [Past Screen] "Go back one step, clear the filter, close" / "back";
        Zoom "zoom" ["z"] [Past Screen] "Zoom the pane and back" / "zoom";
        NextSession "next-session" ["J"] [Past] "Next session, staying in this pane" / "session";
        PreviousSession "previous-session" ["K"] [Past] "Previous session, staying in this pane";
        NextAttention "next-attention" ["!"] [Past] "Next session that needs attention" / "next";
        ChosenSession "chosen-session" ["'"] [Past Screen]
            "Go to the row of the chosen session" / "go there";
        NextTab "next-tab" ["]"] [Past] "Next pane of this session";
        PreviousTab "previous-tab" ["["] [Past] "Previous pane of this session";
        NextChange "next-change" ["."] []
            "Next session with unseen changes" / "change";
        PreviousChange "previous-change" [","] []
            "Previous session with unseen changes";
        ListNarrower "list-narrower" ["<"] [Past Screen] "Make the list narrower";
        ListWider "list-wider" [">"] [Past Screen] "Make the list wider";
    }
    "Find" {
        Find "find" ["/"] [Past Screen] "Filter the list; in other panes find" / "filter";
        NextHit "next-hit" ["n"] [Past] "Next hit";
        PreviousHit "previous-hit" ["N"] [Past] "Previous hit";
        Views "views" ["f"] [Past Screen] "Views: filter, order and columns together" / "views";
        SaveView "save-view" ["ctrl-s"] [Past Screen]
            "Save filter, order and columns as a view";
        ForgetView "forget-view" ["delete"] [Past Screen] "In the views: delete one that was saved";
        Follow "follow" ["F"] [Screen] "Follow the newest change until you move";
        SortPicker "sort" ["s"] [Past Screen] "Pick the order of the list" / "sort";
        ReverseSort "reverse-sort" ["S"] [Past Screen] "Reverse the order of the list";
        WideColumns "wide-columns" ["w"] [Past Screen]
            "All columns of the list, or as many as fit" / "wide";
        ColumnPicker "columns" ["W"] [Past Screen] "Pick the columns of the list";
        MarkRange "mark-range" ["v" @List] [Past]
            "List: begin a range of marks, then mark it" / "range";
        MarkAll "mark-all" ["ctrl-a"] [Past Screen] "Mark all that the filter shows";
        ClearMarks "clear-marks" ["ctrl-\\" "ctrl-4"] [Past Screen] "Clear all marks";
    }
    "Refresh" {
        Refresh "refresh" ["r"] [] "Refresh this session now" / "refresh";
        RefreshAll "refresh-all" ["R" "ctrl-r"] [Screen]
            "Refresh all, within the request budget" / "all";
        Pause "pause" ["p"] [Screen] "Freeze the screen, or show what changed" / "pause";
    }
    "Export" {
        Export "export" ["e"] []
            "Export this session: JSON, CSV, Markdown" / "export";
        ExportMany "export-many" ["E"] [Screen] "Export the marked sessions, else all filtered";
        Handover "handover" ["H"] [Screen]
            "Handover for the next shift: the last 8 hours";
        CopyMenu "copy-menu" ["y"] [] "Copy menu" / "copy";
        CopyId "copy-id" ["Y"] [Past] "Copy the session ID at once";
    }
    "Look" {
        Json "json" ["i"] [Past] "JSON as received, secrets removed" / "json";
        Letter "letter" ["L"] [] "Letter: details, save or open the PDF" / "letter";
        View "view" ["v"] [] "Tree: media, shown or saved";
        Portal "portal" ["o"] [Past]
            "Open in the portal (over SSH: copy the link)" / "portal";
        Reveal "reveal" ["V"] [Past] "Show this session's labels for 20 seconds";
        TimeForm "time-form" ["t"] [Past Screen] "Times as age, local, UTC" / "time";
        ApiLog "api-log" ["@"] [Past Screen]
            "API log: the last calls, results and retries" / "log";
        Charts "charts" ["C"] [Past Screen]
            "Charts: stages, results, medians, requests" / "charts";
        Report "report" ["ctrl-y"] []
            "Copy the unknown values of this session";
        Changes "changes" ["d"] [] "What changed since you last looked" / "diff";
        // No key: it takes the marks of all changes away at once.
        Seen "seen" [] [Screen] "Mark all changes as seen; u undoes";
        StepBack "step-back" ["{"] [Past Screen]
            "Time machine: a step back; Esc returns to now";
        StepForward "step-forward" ["}"] [Past Screen]
            "Time machine: a step forward, up to now";
    }
    "At Yoti" {
        // No keys: what changes something at Yoti must not be hit by accident.
        SessionDelete "session-delete" [] []
            "Delete the session at Yoti (--allow-writes)";
        LetterSend "letter-send" [] [] "Send the letter's e-mail again (--allow-writes)";
    }
    "Program" {
        Privacy "privacy" ["P"] [Past Screen]
            "Privacy: masked, partial, or off for 5 minutes" / "privacy";
        LockNow "lock-now" ["ctrl-x"] [Past Screen] "Lock the screen now" / "lock";
        Palette "palette" [":" "ctrl-p"] [Past]
            "Command palette: every action by name" / "cmd";
        Header "header" ["ctrl-e"] [Past Screen] "Switch between one-line and full header";
        Programs "programs" ["x"] []
            "Your own programs, for this session";
        Suspend "suspend" ["ctrl-z"] [Past Screen] "Suspend; fg in the shell resumes";
        Bell "bell" ["b"] [Past Screen] "Bell on and off" / "bell";
        Mouse "mouse" ["M"] [Past Screen] "Mouse on and off: click, wheel, heads, footer" / "mouse";
        Help "help" ["?" "f1"] [Past] "Help; type to search" / "help";
        Redraw "redraw" ["ctrl-l"] [Past Screen] "Redraw the screen";
        Quit "quit" ["q"] [Past Screen] "Close what is open, else quit" / "quit";
        QuitNow "quit-now" ["ctrl-c" "Q"] [Past Screen] "Leave an input, else quit at once";
    }
    "Own notes" {
        Note "note" ["c"] [] "Note" / "note";
        Tags "tags" ["T"] [] "Tags" / "tags";
        Acknowledge "acknowledge" ["a"] [] "Acknowledge" / "ack";
        AcknowledgeAll "acknowledge-all" ["A"] [Screen] "Acknowledge all shown (asks)";
        Snooze "snooze" ["S" @Alerts] [] "Snooze, in the alerts pane" / "snooze";
        Pin "pin" ["B"] [] "Pin or unpin; pinned rows stay at the top" / "pin";
        Add "add" ["+"] [Screen] "Add sessions: paste, type, file" / "add";
        Archive "archive" ["D"] []
            "Archive: off the list, history kept; u undoes" / "archive";
        Undo "undo" ["u"] [Screen] "Undo the last local change" / "undo";
    }
}

impl Action {
    /// The action of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|action| action.spec().name == name)
    }

    /// How it moves a cursor, if it does.
    pub(crate) fn motion(self) -> Option<Motion> {
        MOTIONS.iter().find(|(action, _)| *action == self).map(|(_, motion)| *motion)
    }

    pub(crate) fn works_in_past(self) -> bool {
        self.spec().flags.contains(&Flag::Past)
    }

    pub(crate) fn is_about_a_session(self) -> bool {
        !self.spec().flags.contains(&Flag::Screen)
    }
}

const MOTIONS: [(Action, Motion); 8] = [
    (Action::Down, Motion::Down(Distance::Line)),
    (Action::Up, Motion::Up(Distance::Line)),
    (Action::Top, Motion::First),
    (Action::Bottom, Motion::Last),
    (Action::HalfPageDown, Motion::Down(Distance::HalfPage)),
    (Action::HalfPageUp, Motion::Up(Distance::HalfPage)),
    (Action::PageDown, Motion::Down(Distance::Page)),
    (Action::PageUp, Motion::Up(Distance::Page)),
];

/// The panes, by their numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Pane {
    #[default]
    List,
    /// 2: required resources.
    Tree,
    Checks,
    /// 4: observed changes.
    Timeline,
    /// 5: sessions that need attention.
    Alerts,
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

    /// Its number in the tabs, from 1 to 8.
    #[must_use]
    pub const fn number(self) -> u8 {
        self as u8 + 1
    }

    /// The action that moves the focus there.
    #[must_use]
    pub const fn action(self) -> Action {
        match self {
            Self::List => Action::Pane1,
            Self::Tree => Action::Pane2,
            Self::Checks => Action::Pane3,
            Self::Timeline => Action::Pane4,
            Self::Alerts => Action::Pane5,
            Self::Letter => Action::Pane6,
            Self::Json => Action::Pane7,
            Self::Notes => Action::Pane8,
        }
    }

    /// Its name in titles, tabs and the help.
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
    pub section: &'static str,
    pub action: Action,
}
