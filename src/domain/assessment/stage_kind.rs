//! What a stage is called and how far it is: the one declaration of each.

/// How far a stage is, whatever it is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    Unfetched,
    /// No visit to a branch has begun.
    Waiting,
    /// There was a visit, and more may come.
    Visited,
    /// Something happens at this moment, at a branch or at Yoti.
    Live,
    Completed,
    Expired,
    /// Yoti has no such session.
    Missing,
    /// What was stored of it is erased.
    Erased,
    Unknown,
}

macro_rules! stages {
    ($($kind:ident $phase:ident $words:literal $figure:literal $file:literal)+) => {
        /// A stage without what it carries: what counters and filters speak of.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum StageKind {
            $($kind,)+
        }

        impl StageKind {
            /// All, from the first step to the last.
            pub const ALL: [Self; [$(Self::$kind),+].len()] = [$(Self::$kind),+];

            /// How far it is, whatever it is called.
            #[must_use]
            pub const fn phase(self) -> Phase {
                match self { $(Self::$kind => Phase::$phase,)+ }
            }

            /// In a list, and as filters are typed.
            #[must_use]
            pub const fn words(self) -> &'static str {
                match self { $(Self::$kind => $words,)+ }
            }

            /// Behind a number, as in a counter.
            #[must_use]
            pub const fn figure(self) -> &'static str {
                match self { $(Self::$kind => $figure,)+ }
            }

            /// In files: stable, lower case.
            #[must_use]
            pub const fn file_name(self) -> &'static str {
                match self { $(Self::$kind => $file,)+ }
            }
        }
    };
}

stages! {
    NotFetched Unfetched "not fetched yet" "not fetched" "not_fetched"
    LetterNotSet Waiting "letter not set" "letter not set" "letter_not_set"
    AwaitingVisit Waiting "awaiting visit" "awaiting visit" "awaiting_visit"
    AtHome Waiting "at home" "at home" "at_home"
    AtCounter Live "at counter" "at counter" "at_counter"
    TurnedAway Visited "turned away?" "turned away?" "turned_away"
    Visited Visited "visited" "visited" "visited"
    ChecksRunning Live "checks running" "checks running" "checks_running"
    Approve Completed "done: APPROVE" "APPROVE" "done_approve"
    Reject Completed "done: REJECT" "REJECT" "done_reject"
    Refer Completed "done: refer" "refer" "done_refer"
    Expired Expired "expired" "expired" "expired"
    Gone Missing "gone" "gone" "gone"
    NotFound Missing "not found" "not found" "not_found"
    Erased Erased "erased" "erased" "erased"
    Unknown Unknown "unknown" "unknown" "unknown"
}

impl StageKind {
    /// Its place in a set of stages.
    #[must_use]
    pub const fn bit(self) -> u16 {
        1 << self as u16
    }
}

impl Phase {
    /// The session runs and may change.
    #[must_use]
    pub const fn is_ongoing(self) -> bool {
        matches!(self, Self::Waiting | Self::Visited | Self::Live)
    }

    /// The session was answered to its end.
    #[must_use]
    pub const fn has_ended(self) -> bool {
        matches!(self, Self::Completed | Self::Expired)
    }

    /// Nothing of it can change any more.
    #[must_use]
    pub const fn is_over(self) -> bool {
        self.has_ended() || matches!(self, Self::Missing | Self::Erased)
    }
}
