//! Yoti's portal, opened by the desktop, and what the configuration lets the operator do.

use crate::app::effect::Effect;
use crate::app::model::Model;
use crate::app::operator::config::state::{OperatorConfig, Permissions};
use crate::app::view::Tone;
use crate::domain::session::ids::SessionId;

impl Model {
    /// The same, with what the configuration lets the operator do.
    #[must_use]
    pub fn with_operator_config(mut self, config: OperatorConfig) -> Self {
        self.privacy.config = config;
        self
    }

    /// What may be changed at Yoti, for the header.
    #[must_use]
    pub const fn permissions(&self) -> Permissions {
        self.privacy.config.permissions
    }

    /// The session's address in the portal, if one is configured.
    pub(crate) fn portal_link(&self, id: SessionId) -> Option<String> {
        let template = self.privacy.config.portal_url.as_ref()?;
        Some(template.replace("{session_id}", &id.to_string()))
    }
}

pub(crate) fn portal(model: &mut Model) -> Vec<Effect> {
    let Some(id) = model.selected else { return Vec::new() };
    match model.portal_link(id) {
        Some(target) => vec![Effect::Open { what: "the portal", target }],
        None => {
            let text = "no portal address: set portal_url in the profile (config file)";
            model.set_message(text, Tone::Notice);
            Vec::new()
        }
    }
}
