//! What the configuration lets the operator do beside watching.

use crate::app::dialogs::programs::state::Program;
use crate::app::layout::Proportions;
use crate::app::list::views::View;
use crate::app::model::Model;
use crate::app::operator::bell;
use crate::app::operator::bell::state::AlarmSettings;
use crate::app::text::keys::Keys;
use crate::app::view::{HelpRow, Tone};

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
    /// From the new keymap.
    pub help: Vec<HelpRow>,
    /// Names of the themes.
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

/// The most options that a message names.
const NAMED: usize = 3;

/// Takes a configuration that was read again, or says why the one before stays.
pub(crate) fn reconfigured(model: &mut Model, read: Result<Box<Reconfigured>, String>) {
    let config = match read {
        Ok(config) => *config,
        Err(why) => {
            let why = why.split_whitespace().collect::<Vec<_>>().join(" ");
            return model.set_message(format!("config not changed: {why}"), Tone::Bad);
        }
    };
    model.times.keys = Keys::new(&config.help);
    model.settings.help = config.help;
    model.offer_themes(config.themes);
    model.privacy.config = config.operator;
    model.saved_views.configured = config.views;
    if let Some(alarms) = config.alarms {
        bell::reconfigured(model, alarms);
    }
    if let Some(proportions) = config.proportions {
        model.layout_settings.proportions = proportions;
    }
    let named = config.at_next_start.iter().take(NAMED).map(String::as_str);
    let mut later = named.collect::<Vec<_>>().join(", ");
    if config.at_next_start.len() > NAMED {
        later.push_str(", …");
    }
    model.dirty = true;
    if later.is_empty() {
        model.set_message("config read again", Tone::Good);
    } else {
        let text = format!("config read again; only a restart changes {later}");
        model.set_message(text, Tone::Notice);
    }
}
