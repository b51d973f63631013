//! What the configuration lets the operator do beside watching, also once it was read again.

pub mod state;

use crate::app::effect::Effect;
use crate::app::model::Model;
use crate::app::operator::bell;
use crate::app::operator::config::state::Reconfigured;
use crate::app::text::keys::Keys;
use crate::app::view::Tone;

/// The most options that a message names.
const NAMED: usize = 3;

/// Takes a configuration that was read again, or says why the one before stays.
pub(crate) fn reconfigured(
    model: &mut Model,
    read: Result<Box<Reconfigured>, String>,
) -> Vec<Effect> {
    let config = match read {
        Ok(config) => *config,
        Err(why) => {
            let why = why.split_whitespace().collect::<Vec<_>>().join(" ");
            model.set_message(format!("config not changed: {why}"), Tone::Bad);
            return Vec::new();
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
    Vec::new()
}
