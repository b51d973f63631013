//! Colours and signs as the terminal and the operator want them.

use super::args::{Colour, Global};
use super::exit::Failure;
use crate::config::value::Pictures;
use crate::config::{self, ConfigError, Environment};
use crate::theme::{AUTO, ColourDepth, Ground, Look, ThemeError, Themes};
use crate::ui::widgets::picture::Graphics;

/// A look, and the themes it can change to.
pub(super) struct Chosen {
    pub(super) look: Look,
    pub(super) themes: Themes,
    /// The terminal is to be asked for its ground, once it is ours.
    pub(super) asks_ground: bool,
}

/// The look in this theme.
pub(super) fn of(global: &Global, theme: &str) -> Result<Chosen, Failure> {
    let look = terminal(global);
    let mut themes = Themes::read(&config::own_themes(), look.depth);
    let chosen = themes.choose(theme, look).map_err(|why| match why {
        ThemeError::Unknown { .. } if global.options.0.contains_key("--theme") => {
            Failure::Usage(format!("--theme: {why}"))
        }
        why => ConfigError::from(why).into(),
    });
    let look = chosen?;
    if theme != AUTO {
        return Ok(Chosen { look, themes, asks_ground: false });
    }
    let environment = Environment::of_process();
    let variable = |name: &str| environment.get(name);
    Ok(match told_ground(variable) {
        Some(ground) => Chosen { look: themes.settle(ground, look), themes, asks_ground: false },
        None => Chosen { look, themes, asks_ground: may_ask(look.depth, variable) },
    })
}

/// The ground that `COLORFGBG` tells: `15;0`, `0;default;15`, numbers of the sixteen colours.
fn told_ground<'a>(variable: impl Fn(&str) -> Option<&'a str>) -> Option<Ground> {
    match variable("COLORFGBG")?.rsplit(';').next()?.parse().ok()? {
        0..=6 | 8 => Some(Ground::Dark),
        7 | 9..=15 => Some(Ground::Light),
        _ => None,
    }
}

/// Over SSH the answer may take longer than anybody waits for
/// a screen; with sixteen colours it would change nothing.
fn may_ask<'a>(depth: ColourDepth, variable: impl Fn(&str) -> Option<&'a str>) -> bool {
    let local = ["SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY"].iter().all(|n| variable(n).is_none());
    local && matches!(depth, ColourDepth::TrueColor | ColourDepth::Ansi256)
}

fn terminal(global: &Global) -> Look {
    let environment = Environment::of_process();
    let depth = match global.color {
        Colour::Never => ColourDepth::None,
        // For `auto` alone: a flag says more than the environment.
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
    Look::new(depth, ascii(global))
}

/// Of lines of text: no colours.
pub(super) fn plain(global: &Global) -> Look {
    Look::new(ColourDepth::None, ascii(global))
}

fn ascii(global: &Global) -> bool {
    let environment = Environment::of_process();
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(|name| environment.get(name));
    // Without a locale UTF-8 is taken for granted; with another one, signs would be garbled (C07).
    let utf8 = locale.is_none_or(|name| {
        let name = name.to_ascii_lowercase();
        name.contains("utf-8") || name.contains("utf8")
    });
    global.ascii || !utf8
}

/// The graphics for pictures: what was chosen, else what the environment says of the terminal. It
/// is never asked: some do not answer, and the answer would be taken for keys.
pub(super) fn graphics(choice: Pictures, look: Look) -> Option<Graphics> {
    match choice {
        Pictures::Kitty => Some(Graphics::Kitty),
        Pictures::Sixel => Some(Graphics::Sixel),
        Pictures::Iterm2 => Some(Graphics::Iterm2),
        Pictures::HalfBlocks => None,
        Pictures::Auto if look.ascii || look.depth == ColourDepth::None => None,
        Pictures::Auto => {
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
    use super::{ColourDepth, Graphics, Ground, guessed, may_ask, told_ground};

    #[test]
    fn the_ground_is_told_by_a_variable_or_asked_of_a_local_terminal_of_many_colours() {
        for (value, ground) in [
            ("15;0", Some(Ground::Dark)),
            ("0;15", Some(Ground::Light)),
            ("0;default;7", Some(Ground::Light)),
            ("12;8", Some(Ground::Dark)),
            ("15;default", None),
            ("", None),
        ] {
            let told = told_ground(|name| (name == "COLORFGBG").then_some(value));
            assert_eq!(told, ground, "{value}");
        }
        let over = |set: &'static str| move |name: &str| (name == set).then_some("x");
        assert!(may_ask(ColourDepth::Ansi256, over("TERM")));
        assert!(!may_ask(ColourDepth::Ansi16, over("TERM")));
        assert!(!may_ask(ColourDepth::None, over("TERM")));
        assert!(!may_ask(ColourDepth::TrueColor, over("SSH_CONNECTION")));
        assert!(!may_ask(ColourDepth::TrueColor, over("SSH_TTY")));
    }

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
