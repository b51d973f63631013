//! The kinds of events, and their words.

use crate::domain::assessment::reason::Reason;

macro_rules! event_kinds {
    ($($(#[doc = $doc:literal])* $kind:ident $word:literal $(begins $reason:ident)?;)*) => {
        /// Kinds of events, by the words that `--events` takes.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum EventKind {
            $($(#[doc = $doc])* $kind,)*
        }

        impl EventKind {
            /// All, in the order of the help.
            pub const ALL: &[Self] = &[$(Self::$kind),*];

            /// Its word: stable, lower case.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$kind => $word,)* }
            }

            /// The finding that begins with it.
            #[must_use]
            pub fn reason(self) -> Option<Reason> {
                match self { $(Self::$kind => [$(Reason::$reason)?].into_iter().next(),)* }
            }
        }
    };
}

event_kinds! {
    // What became true.
    AtCounter "at_counter" begins AtCounter;
    Visit "visit";
    TurnedAway "turned_away" begins TurnedAway;
    Approve "approve";
    Reject "reject" begins Rejected;
    Refer "refer" begins Refer;
    Expired "expired";
    DueToday "due_today" begins DueSoon;
    Stale "stale" begins Stale;
    // What an answer or a notification told.
    FirstAnswer "first_answer";
    State "state";
    Resource "resource";
    Task "task";
    Check "check";
    Requirement "requirement";
    Letter "letter";
    IdentityProfile "identity_profile";
    Gone "gone";
    Back "back";
    Notified "notified";
    Other "other";
    // The watch-list, the connection and the local store.
    Added "added";
    Removed "removed";
    Connection "connection";
    /// The local store cannot be written or read, was altered, or is in order again.
    Store "store";
}

impl EventKind {
    /// The kind of this word; `-` is as good as `_`.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        let word = word.trim().to_ascii_lowercase().replace('-', "_");
        Self::ALL.iter().copied().find(|kind| kind.word() == word)
    }
}
