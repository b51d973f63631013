//! Colours and signs as the terminal and the operator want them.
//!
//! Owns the reading of `--color`, `--theme`, `--ascii`, and of what the environment says of the
//! terminal.

use super::args::{Colour, Global};
use super::exit::Failure;
use crate::config::{self, ConfigError, Environment, PictureChoice};
use crate::theme::{ColourDepth, Look, Themes};
use crate::ui::graphics::Graphics;

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

/// The graphics for pictures: what was chosen, else what the environment says of the terminal. It
/// is never asked: some do not answer, and the answer would be taken for keys.
pub(super) fn graphics(choice: PictureChoice, look: Look) -> Option<Graphics> {
    match choice {
        PictureChoice::Kitty => Some(Graphics::Kitty),
        PictureChoice::Sixel => Some(Graphics::Sixel),
        PictureChoice::Iterm2 => Some(Graphics::Iterm2),
        PictureChoice::HalfBlocks => None,
        PictureChoice::Auto if look.ascii || look.depth == ColourDepth::None => None,
        PictureChoice::Auto => {
            let environment = Environment::of_process();
            guessed(|name| environment.get(name))
        }
    }
}

fn guessed<'a>(variable: impl Fn(&str) -> Option<&'a str>) -> Option<Graphics> {
    let (term, program) =
        (variable("TERM").unwrap_or_default(), variable("TERM_PROGRAM").unwrap_or_default());
    // A multiplexer passes graphics on only when it was told to.
    if ["tmux", "screen"].iter().any(|name| term.starts_with(name)) || variable("TMUX").is_some() {
        return None;
    }
    match (term, program) {
        ("xterm-kitty" | "xterm-ghostty", _) | (_, "ghostty") => Some(Graphics::Kitty),
        _ if variable("KITTY_WINDOW_ID").is_some() => Some(Graphics::Kitty),
        (_, "iTerm.app" | "WezTerm") => Some(Graphics::Iterm2),
        (term, _) if ["foot", "mlterm", "yaft"].iter().any(|name| term.starts_with(name)) => {
            Some(Graphics::Sixel)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Graphics, guessed};

    #[test]
    fn the_terminals_names_tell_its_graphics_and_a_multiplexer_has_none() {
        let of = |pairs: &[(&str, &'static str)]| {
            guessed(|name| pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| *value))
        };
        for (pairs, graphics) in [
            (&[("TERM", "xterm-kitty")][..], Some(Graphics::Kitty)),
            (&[("TERM", "xterm-256color"), ("KITTY_WINDOW_ID", "1")], Some(Graphics::Kitty)),
            (&[("TERM_PROGRAM", "ghostty")], Some(Graphics::Kitty)),
            (&[("TERM_PROGRAM", "WezTerm")], Some(Graphics::Iterm2)),
            (&[("TERM", "foot-extra")], Some(Graphics::Sixel)),
            (&[("TERM", "tmux-256color"), ("KITTY_WINDOW_ID", "1")], None),
            (&[("TERM", "xterm-kitty"), ("TMUX", "/x")], None),
            (&[("TERM", "xterm-256color")], None),
            (&[], None),
        ] {
            assert_eq!(of(pairs), graphics, "{pairs:?}");
        }
    }
}
