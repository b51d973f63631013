//! What the configuration lets the operator do beside watching.

use crate::app::dialogs::programs::state::Program;
use crate::app::layout::Proportions;
use crate::app::list::views::View;
use crate::app::operator::bell::state::AlarmSettings;
use crate::app::view::HelpRow;

/// The portal, the operator's own programs, and what may be changed.
#[derive(Clone, Debug, Default)]
pub struct OperatorConfig {
    /// The portal's address with `{session_id}` in it, checked.
    pub portal_url: Option<String>,
    /// What may be changed at Yoti.
    pub permissions: Permissions,
    pub programs: Vec<Program>,
}

/// What may be changed at Yoti: the command line and the profile both say so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Permissions {
    pub delete: bool,
    /// The letter's e-mail may be sent again.
    pub email: bool,
}

impl Permissions {
    /// Whether anything at Yoti may be changed.
    #[must_use]
    pub const fn any(self) -> bool {
        self.delete || self.email
    }
}

/// What of a configuration that was read again takes effect at once.
#[derive(Clone, Debug, Default)]
pub struct Reconfigured {
    pub help: Vec<HelpRow>,
    pub themes: Vec<String>,
    pub operator: OperatorConfig,
    pub views: Vec<View>,
    /// `None`: as before, so that what the operator has turned on or off stays.
    pub alarms: Option<AlarmSettings>,
    /// `None`: as before, so that a width that the operator has chosen stays.
    pub proportions: Option<Proportions>,
    /// Options that are another and take effect at the next start.
    pub at_next_start: Vec<String>,
}
