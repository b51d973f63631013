//! How much is shown, and whether the screen is locked.

use jiff::Timestamp;

use crate::app::operator::config::state::OperatorConfig;

#[derive(Debug)]
pub(crate) struct PrivacyState {
    pub(crate) config: OperatorConfig,
    /// Masked again at this time.
    pub(crate) off_until: Option<Timestamp>,
    /// Hidden again at this time.
    pub(crate) revealed_until: Option<Timestamp>,
    pub(crate) last_key: Timestamp,
    pub(crate) locked: Option<Lock>,
}

/// A locked screen: since when, and whether it is being unlocked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lock {
    pub since: Timestamp,
    /// A key was pressed: Enter unlocks now.
    pub asked: bool,
}

impl PrivacyState {
    pub(crate) fn new(now: Timestamp) -> Self {
        Self {
            config: OperatorConfig::default(),
            off_until: None,
            revealed_until: None,
            last_key: now,
            locked: None,
        }
    }
}
