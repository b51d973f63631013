//! What the operator's hands reach outside the model: the audit log, the portal.
//!
//! Owns the wishes as plain data. `runtime` carries them out, and writes a line in the audit log
//! before anything personal is shown.

use jiff::SignedDuration;

use crate::app::effect::Effect;
use crate::app::model::Model;
use crate::app::update::say;
use crate::app::view::Tone;
use crate::domain::deed::Deed;
use crate::domain::ids::SessionId;
use crate::domain::personal::Privacy;

/// What the configuration says of it.
#[derive(Clone, Debug, Default)]
pub struct DeskSettings {
    /// The portal's address with `{session_id}` in it, checked.
    pub portal_url: Option<String>,
    /// The screen is locked after so long without a key; `None`: never.
    pub lock_after: Option<SignedDuration>,
}

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Write a line in the audit log; when it is there, do what waits for it.
    Permit {
        /// For the line.
        deed: Deed,
        /// For the line.
        session: Option<SessionId>,
        /// What waits.
        permit: Permit,
    },
    /// Open this address, which the configuration's template and an id make.
    Portal(String),
}

/// What waits for its line in the audit log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permit {
    /// This much privacy.
    Privacy(Privacy),
    /// The labels of this session.
    Reveal(SessionId),
}

impl Model {
    /// The same, with what the configuration says of the operator's hands.
    #[must_use]
    pub fn with_desk(mut self, desk: DeskSettings) -> Self {
        self.guard.settings = desk;
        self
    }

    /// The session's address in the portal, if one is configured.
    pub(crate) fn portal_link(&self, id: SessionId) -> Option<String> {
        let template = self.guard.settings.portal_url.as_ref()?;
        Some(template.replace("{session_id}", &id.to_string()))
    }
}

pub(crate) fn portal(model: &mut Model) -> Vec<Effect> {
    let Some(id) = model.selected else { return Vec::new() };
    match model.portal_link(id) {
        Some(link) => vec![Effect::Desk(Wish::Portal(link))],
        None => {
            let text = "no portal address: set portal_url in the profile of the configuration";
            say(model, text, Tone::Notice);
            Vec::new()
        }
    }
}
