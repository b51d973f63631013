//! What the configuration lets the operator do beside watching.

use crate::app::dialogs::programs::state::Program;

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
