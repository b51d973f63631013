//! Colours and signs as the terminal and the operator want them.
//!
//! Owns the reading of `--color`, `--theme`, `--ascii`, and of what the environment says of the
//! terminal.

use super::args::{Colour, Global};
use super::exit::Failure;
use crate::config::{self, ConfigError, Environment};
use crate::theme::{ColourDepth, Look, Themes};

/// A look, and the themes it can change to.
pub(super) struct Chosen {
    pub(super) look: Look,
    pub(super) themes: Themes,
}

/// The look in this theme; without one, in the terminal's own colours.
pub(super) fn of(global: &Global, theme: Option<&str>) -> Result<Chosen, Failure> {
    let look = terminal(global);
    let themes = Themes::read(&config::own_themes(), look.depth);
    let look = match theme {
        Some(name) => look.with(themes.get(name).map_err(ConfigError::from)?),
        None => look,
    };
    Ok(Chosen { look, themes })
}

fn terminal(global: &Global) -> Look {
    let environment = Environment::of_process();
    let depth = match global.color {
        Colour::Never => ColourDepth::None,
        Colour::Auto if environment.get("NO_COLOR").is_some() => ColourDepth::None,
        Colour::Auto | Colour::Always => {
            let term = environment.get("TERM").unwrap_or_default();
            match environment.get("COLORTERM") {
                Some("truecolor" | "24bit") => ColourDepth::TrueColor,
                _ if term.contains("256color") => ColourDepth::Ansi256,
                _ => ColourDepth::Ansi16,
            }
        }
    };
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(|name| environment.get(name));
    let utf8 = locale.is_none_or(|name| {
        let name = name.to_ascii_lowercase();
        name.contains("utf-8") || name.contains("utf8")
    });
    Look::new(depth, global.ascii || !utf8)
}
