//! The kinds of events, and their words.

/// Kinds of events, by the words that `--events` takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EventKind {
    // What became true.
    AtCounter,
    Visit,
    TurnedAway,
    Approve,
    Reject,
    Refer,
    Expired,
    DueToday,
    Stale,
    // What an answer or a notification told.
    FirstAnswer,
    State,
    Resource,
    Task,
    Check,
    Requirement,
    Letter,
    IdentityProfile,
    Gone,
    Back,
    Notified,
    Other,
    // The watch-list, the connection and the local store.
    Added,
    Removed,
    Connection,
    /// The local store cannot be written or read, was altered, or is in order again.
    Store,
}

impl EventKind {
    /// All, in the order of the help.
    pub const ALL: [Self; 25] = [
        Self::AtCounter,
        Self::Visit,
        Self::TurnedAway,
        Self::Approve,
        Self::Reject,
        Self::Refer,
        Self::Expired,
        Self::DueToday,
        Self::Stale,
        Self::FirstAnswer,
        Self::State,
        Self::Resource,
        Self::Task,
        Self::Check,
        Self::Requirement,
        Self::Letter,
        Self::IdentityProfile,
        Self::Gone,
        Self::Back,
        Self::Notified,
        Self::Other,
        Self::Added,
        Self::Removed,
        Self::Connection,
        Self::Store,
    ];

    /// Its word: stable, lower case.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::AtCounter => "at_counter",
            Self::Visit => "visit",
            Self::TurnedAway => "turned_away",
            Self::Approve => "approve",
            Self::Reject => "reject",
            Self::Refer => "refer",
            Self::Expired => "expired",
            Self::DueToday => "due_today",
            Self::Stale => "stale",
            Self::FirstAnswer => "first_answer",
            Self::State => "state",
            Self::Resource => "resource",
            Self::Task => "task",
            Self::Check => "check",
            Self::Requirement => "requirement",
            Self::Letter => "letter",
            Self::IdentityProfile => "identity_profile",
            Self::Gone => "gone",
            Self::Back => "back",
            Self::Notified => "notified",
            Self::Other => "other",
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Connection => "connection",
            Self::Store => "store",
        }
    }

    /// The kind of this word; `-` is as good as `_`.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        let word = word.trim().to_ascii_lowercase().replace('-', "_");
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}
