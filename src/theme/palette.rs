//! Theme files and what becomes of them in a terminal with fewer colours.

use std::collections::BTreeMap;
use std::str::FromStr;
use std::sync::OnceLock;

use ratatui::style::{Color, Modifier, Style};
use serde::Deserialize;

use super::{ColourDepth, Look, Role};
use crate::app::view::Tone;

/// Themes that ship, by name: the files of `assets/themes`, listed by `build.rs`.
pub const SHIPPED: &[(&str, &str)] = &include!(concat!(env!("OUT_DIR"), "/themes.rs"));

/// The default theme: the terminal's own colours, or `dark` or `light` where its ground is known.
pub const AUTO: &str = "auto";

/// What the terminal's ground is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ground {
    /// White is more legible on it than black.
    Dark,
    /// Black is more legible on it than white.
    Light,
}

impl Ground {
    /// Of a colour's red, green and blue, each up to 1.
    #[must_use]
    pub fn of(colour: [f64; 3]) -> Self {
        let [red, green, blue] = colour.map(|part| {
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        });
        // Where the contrast with white and with black is the same (WCAG).
        let luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
        if (luminance + 0.05).powi(2) < 1.05 * 0.05 { Self::Dark } else { Self::Light }
    }
}

/// The terminal's own colours; without any, none.
pub(super) fn terminal(depth: ColourDepth) -> &'static Palette {
    static OWN: OnceLock<[Palette; 2]> = OnceLock::new();
    let read = |name, depth| {
        let text = SHIPPED.iter().find(|(known, _)| *known == name).map_or("", |(_, text)| *text);
        // What ships can be read: held by a test.
        palette(name, text, depth).unwrap_or_default()
    };
    let [colours, none] = OWN
        .get_or_init(|| [read("terminal", ColourDepth::Ansi16), read("mono", ColourDepth::None)]);
    if depth == ColourDepth::None { none } else { colours }
}

/// Every tone with its name in a theme.
pub(super) const TONES: [(&str, Tone); 9] = [
    ("plain", Tone::Plain),
    ("dim", Tone::Dim),
    ("good", Tone::Good),
    ("bad", Tone::Bad),
    ("warn", Tone::Warn),
    ("notice", Tone::Notice),
    ("active", Tone::Active),
    ("changed", Tone::Changed),
    ("strong", Tone::Strong),
];

/// Every role with its name in a theme.
pub(super) const ROLES: [(&str, Role); 11] = [
    ("border", Role::Border),
    ("focus", Role::Focus),
    ("title", Role::Title),
    ("head", Role::Head),
    ("cursor", Role::Cursor),
    ("cursor_elsewhere", Role::CursorElsewhere),
    ("badge", Role::Badge),
    ("live_badge", Role::LiveBadge),
    ("key", Role::Key),
    ("mark", Role::Mark),
    ("past", Role::Past),
];

/// Why a theme cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ThemeError {
    #[error("no theme named {name:?}; known: {known}")]
    Unknown {
        name: String,
        /// Comma separated.
        known: String,
    },
    #[error("theme {name}: {why}")]
    Wrong {
        name: String,
        /// What is wrong, with the line where there is one.
        why: String,
    },
}

/// The styles of one theme, for one depth.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Palette {
    pub(super) tones: [Style; TONES.len()],
    pub(super) roles: [Style; ROLES.len()],
    /// What is painted behind everything that has no colour of its own.
    pub(super) ground: Style,
    /// Hues are for signs; words have the terminal's own ink.
    pub(super) hues_on_signs: bool,
}

/// The themes that can be chosen, shipped and the operator's own, for one depth. They live as long
/// as the program: each is read once.
#[derive(Clone, Debug)]
pub struct Themes {
    known: Vec<(String, Result<&'static Palette, ThemeError>)>,
    /// The name of the one that was chosen last.
    chosen: String,
    /// The terminal's ground, where that is known.
    ground: Option<Ground>,
}

impl Themes {
    /// Reads them. An operator's theme that has the name of a shipped one takes its place; one that
    /// is wrong is an error only when it is chosen.
    #[must_use]
    pub fn read(own: &[(String, String)], depth: ColourDepth) -> Self {
        let shipped = SHIPPED.iter().map(|(name, text)| (*name, *text));
        let own_texts = own.iter().map(|(name, text)| (name.as_str(), text.as_str()));
        let terminal = terminal(depth);
        let mut known = vec![(AUTO.to_owned(), Ok(terminal))];
        for (name, text) in shipped.chain(own_texts).filter(|(name, _)| *name != AUTO) {
            // Leaked once for each theme, so that a look is copied like a number.
            let palette = palette(name, text, depth).map(|palette| &*Box::leak(Box::new(palette)));
            known.retain(|(other, _)| other != name);
            known.push((name.to_owned(), palette));
        }
        Self { known, chosen: AUTO.to_owned(), ground: None }
    }

    /// The look in the theme of this name.
    pub fn choose(&mut self, name: &str, look: Look) -> Result<Look, ThemeError> {
        let palette = self.get(name)?;
        name.clone_into(&mut self.chosen);
        Ok(look.with(palette))
    }

    /// Takes other themes in place of these, and returns the look in `theme`, else in the one that
    /// was chosen. On an error these stay.
    pub fn replace(
        &mut self,
        others: Self,
        theme: Option<&str>,
        look: Look,
    ) -> Result<Look, ThemeError> {
        let mut themes = others;
        if let Some(ground) = self.ground {
            themes.settle(ground, look);
        }
        let look = themes.choose(theme.unwrap_or(&self.chosen), look)?;
        *self = themes;
        Ok(look)
    }

    /// Their names, `auto` first, and each before those that hold it: `light`, `gruvbox-light`.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.known.iter().map(|(name, _)| name.clone()).collect();
        // Shorter names first, so that typing `light` meets `light` before `gruvbox-light`.
        names.sort_by(|one, other| {
            let key = |name: &String| (name != AUTO, name.len());
            key(one).cmp(&key(other)).then_with(|| one.cmp(other))
        });
        names
    }

    /// From now on `auto` is the theme for this ground, in inks alone: the ground is the terminal's.
    /// Returns the look in it. With sixteen colours or none it is the terminal's own anyway.
    pub fn settle(&mut self, ground: Ground, look: Look) -> Look {
        self.ground = Some(ground);
        let name = match ground {
            Ground::Dark => "dark",
            Ground::Light => "light",
        };
        let Some(palette) = self.get(name).ok().filter(|_| !shallow(look.depth)) else {
            return look;
        };
        // The ground stays the terminal's: painting over
        // it would look patched beside other programs.
        let palette = Palette { ground: Style::new(), ..palette.clone() };
        let palette: &'static Palette = Box::leak(Box::new(palette));
        if let Some((_, auto)) = self.known.iter_mut().find(|(known, _)| known == AUTO) {
            *auto = Ok(palette);
        }
        look.with(palette)
    }

    /// The palette of a name; the error names the known ones, or says what is wrong with its file.
    pub fn get(&self, name: &str) -> Result<&'static Palette, ThemeError> {
        match self.known.iter().find(|(known, _)| known == name) {
            Some((_, palette)) => palette.clone(),
            None => Err(ThemeError::Unknown {
                name: name.chars().filter(|c| !c.is_control()).take(60).collect(),
                known: self.names().join(", "),
            }),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Hues {
    Words,
    Signs,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ThemeFile {
    #[serde(default)]
    base: Option<String>,
    #[serde(default)]
    ground: Option<String>,
    #[serde(default)]
    hues: Option<Hues>,
    #[serde(default)]
    tone: BTreeMap<String, Paint>,
    #[serde(default)]
    role: BTreeMap<String, Paint>,
}

/// A colour alone, or with the rest.
#[derive(Clone, Deserialize)]
#[serde(
    untagged,
    expecting = "expected a colour such as \"#5fc3d7\" or \"cyan\", or a table of fg, bg, own, bold, dim, underline, reversed"
)]
enum Paint {
    Colour(String),
    Full(Full),
}

#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(clippy::struct_excessive_bools, reason = "the keys of a theme file")]
struct Full {
    fg: Option<String>,
    bg: Option<String>,
    /// The terminal's colour where it has only sixteen.
    own: Option<String>,
    bold: bool,
    dim: bool,
    underline: bool,
    reversed: bool,
}

/// Reads one theme for a depth.
///
/// # Errors
/// Says which name or colour is wrong.
pub(super) fn palette(name: &str, text: &str, depth: ColourDepth) -> Result<Palette, ThemeError> {
    let wrong = |why: String| ThemeError::Wrong { name: name.to_owned(), why };
    let file: ThemeFile =
        toml::from_str(text).map_err(|why| wrong(why.to_string().trim_end().to_owned()))?;
    let base = match file.base.as_deref() {
        Some(base) if base != name => base,
        _ => "terminal",
    };
    let base = if name == "terminal" {
        Palette::default()
    } else {
        let known = SHIPPED.iter().find(|(known, _)| *known == base);
        let (base, text) = known.ok_or_else(|| wrong(format!("no shipped theme named {base}")))?;
        palette(base, text, depth)?
    };
    let mut made = base.clone();
    // Hues that were chosen for a ground say nothing of the terminal's own sixteen.
    let chosen = !shallow(depth) || file.ground.is_none();
    if let Some(hues) = file.hues.filter(|hues| chosen || *hues == Hues::Signs) {
        made.hues_on_signs = hues == Hues::Signs;
    }
    if let (Some(ground), false) = (&file.ground, shallow(depth)) {
        made.ground = Style::new().bg(colour(ground, depth).map_err(wrong)?);
    }
    for (key, paint) in &file.tone {
        let at = TONES.iter().position(|(known, _)| known == key);
        let slot = at.and_then(|at| made.tones.get_mut(at));
        let slot = slot.ok_or_else(|| wrong(format!("no tone named {key}")))?;
        *slot = style(paint, depth, *slot).map_err(|why| wrong(format!("tone {key}: {why}")))?;
    }
    for (key, paint) in &file.role {
        let at = ROLES.iter().position(|(known, _)| known == key);
        let slot = at.and_then(|at| made.roles.get_mut(at));
        let slot = slot.ok_or_else(|| wrong(format!("no role named {key}")))?;
        *slot = style(paint, depth, *slot).map_err(|why| wrong(format!("role {key}: {why}")))?;
    }
    if !shallow(depth) && made.ground.bg.is_some() {
        made.ground.fg = made.tones.first().and_then(|plain| plain.fg);
    }
    Ok(made)
}

/// Depths in which a ground of one's own would be a guess.
const fn shallow(depth: ColourDepth) -> bool {
    matches!(depth, ColourDepth::Ansi16 | ColourDepth::None)
}

/// A paint over the base theme's style. With sixteen colours a colour by numbers would be a guess:
/// `own`, else the base theme's stands for it.
fn style(paint: &Paint, depth: ColourDepth, base: Style) -> Result<Style, String> {
    let full = match paint {
        Paint::Colour(fg) => Full { fg: Some(fg.clone()), ..Full::default() },
        Paint::Full(full) => full.clone(),
    };
    let mut style = Style::new();
    for (on, modifier) in [
        (full.bold, Modifier::BOLD),
        (full.dim, Modifier::DIM),
        (full.underline, Modifier::UNDERLINED),
        (full.reversed, Modifier::REVERSED),
    ] {
        if on {
            style = style.add_modifier(modifier);
        }
    }
    let fg = full.fg.as_deref().map(|fg| colour(fg, depth)).transpose()?;
    let bg = full.bg.as_deref().map(|bg| colour(bg, depth)).transpose()?;
    let own = full.own.as_deref().map(|own| colour(own, depth)).transpose()?;
    let numbers = |colour: &Option<Color>| matches!(colour, Some(Color::Rgb(..)));
    if depth == ColourDepth::Ansi16 && (numbers(&fg) || numbers(&bg)) {
        let bold = style.add_modifier - Modifier::UNDERLINED;
        let kept = base.add_modifier(bold);
        return Ok(own.map_or(kept, |own| kept.fg(own)));
    }
    style.fg = fg;
    style.bg = bg;
    Ok(style)
}

/// Reads a colour; with 256 colours the nearest of them.
fn colour(text: &str, depth: ColourDepth) -> Result<Color, String> {
    let read = match text {
        "default" => Ok(Color::Reset),
        text => Color::from_str(text),
    };
    match read.map_err(|_text| {
        format!("{text:?} is not a colour: expected #rrggbb or a name such as cyan")
    })? {
        Color::Rgb(r, g, b) if depth == ColourDepth::Ansi256 => {
            Ok(Color::Indexed(nearest(r, g, b)))
        }
        colour => Ok(colour),
    }
}

/// What the colours 16 to 255 are.
pub(super) fn indexed(index: u8) -> (u8, u8, u8) {
    const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    let step = |place: u8| STEPS.get(usize::from(place % 6)).copied().unwrap_or(0);
    match index.checked_sub(16) {
        Some(cube) if index < 232 => (step(cube / 36), step(cube / 6), step(cube)),
        _ => {
            let gray = 8 + 10 * index.saturating_sub(232);
            (gray, gray, gray)
        }
    }
}

fn nearest(red: u8, green: u8, blue: u8) -> u8 {
    let apart = |one: u8, other: u8| u32::from(one.abs_diff(other)).pow(2);
    let distance = |index: &u8| {
        let known = indexed(*index);
        apart(red, known.0) + apart(green, known.1) + apart(blue, known.2)
    };
    (16..=255).min_by_key(distance).unwrap_or(16)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn luminance(colour: Color) -> Option<f64> {
        let (r, g, b) = match colour {
            Color::Rgb(r, g, b) => (r, g, b),
            Color::Indexed(index) => indexed(index),
            _ => return None,
        };
        let linear = |part: u8| {
            let part = f64::from(part) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        Some(0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b))
    }

    fn contrast(a: Color, b: Color) -> Option<f64> {
        let (a, b) = (luminance(a)?, luminance(b)?);
        Some((a.max(b) + 0.05) / (a.min(b) + 0.05))
    }

    /// Pairs of text and ground that fall short of WCAG AA. A text stands on the theme's ground, on
    /// the cursor's two grounds, or, where it has one, on its own; borders and titles on the theme's.
    fn faint(palette: &Palette) -> Vec<String> {
        let role = |role: Role| palette.roles[role as usize];
        let plain = palette.tones[0];
        let mut pairs = Vec::new();
        // A bar with one ink of its own is a pair of its own.
        let bars = [role(Role::Cursor), role(Role::CursorElsewhere)];
        let bars = bars.into_iter().filter(|bar| bar.fg.is_none());
        let grounds: Vec<Style> =
            [palette.ground, role(Role::Past)].into_iter().chain(bars).collect();
        let texts = TONES.iter().map(|(name, tone)| (*name, palette.tones[*tone as usize]));
        let roles = ROLES.iter().map(|(name, r)| (*name, role(*r)));
        for (name, style) in texts.chain(roles) {
            let Some(text) = style.fg.or(plain.fg) else { continue };
            match style.bg {
                Some(own) => pairs.push((name, text, own)),
                // No cursor ever stands on a border or a title.
                None if ["border", "focus", "title"].contains(&name) => {
                    let grounds = [palette.ground.bg, role(Role::Past).bg];
                    pairs.extend(grounds.into_iter().flatten().map(|ground| (name, text, ground)));
                }
                None => pairs.extend(grounds.iter().filter_map(|g| Some((name, text, g.bg?)))),
            }
        }
        assert!(pairs.len() > 30, "{} pairs", pairs.len());
        pairs
            .into_iter()
            .filter_map(|(name, text, ground)| {
                let ratio = contrast(text, ground).unwrap();
                (ratio < 4.5).then(|| format!("{name}: {text} on {ground} is {ratio:.2}"))
            })
            .collect()
    }

    #[test]
    fn every_pair_of_every_theme_with_colours_of_its_own_reaches_wcag_aa() {
        let mut checked = 0;
        for (name, text) in SHIPPED {
            if ["terminal", "mono"].contains(name) {
                continue;
            }
            for depth in [ColourDepth::TrueColor, ColourDepth::Ansi256] {
                let found = faint(&palette(name, text, depth).unwrap());
                assert!(found.is_empty(), "{name} {depth:?}: {found:#?}");
                checked += 1;
            }
            let spoiled = text.replacen("\ndim = ", "\ndim = \"#777777\"\n#", 1);
            let found = faint(&palette(name, &spoiled, ColourDepth::TrueColor).unwrap());
            assert!(!found.is_empty(), "{name}: a faint colour is noticed");
        }
        assert_eq!(checked, 2 * (SHIPPED.len() - 2));
    }

    #[test]
    fn a_theme_names_every_tone_and_role_and_keeps_to_the_depth() {
        for (name, text) in SHIPPED {
            let file: ThemeFile = toml::from_str(text).unwrap();
            assert_eq!((file.tone.len(), file.role.len()), (TONES.len(), ROLES.len()), "{name}");
            for depth in [ColourDepth::Ansi256, ColourDepth::Ansi16] {
                let made = palette(name, text, depth).unwrap();
                for style in made.tones.iter().chain(&made.roles).chain([&made.ground]) {
                    for colour in [style.fg, style.bg].into_iter().flatten() {
                        assert!(!matches!(colour, Color::Rgb(..)), "{name} {depth:?}");
                        let indexed = matches!(colour, Color::Indexed(_));
                        assert!(!indexed || depth == ColourDepth::Ansi256, "{name} {depth:?}");
                    }
                }
            }
        }
        for (place, (_, tone)) in TONES.iter().enumerate() {
            assert_eq!(*tone as usize, place);
        }
        for (place, (_, role)) in ROLES.iter().enumerate() {
            assert_eq!(*role as usize, place);
        }
    }

    #[test]
    fn an_operators_theme_builds_on_a_shipped_one_and_is_refused_by_name() {
        let own = "base = \"dark\"\n[tone]\ngood = \"#00ff00\"\n";
        let files = [
            ("mine".to_owned(), own.to_owned()),
            ("bad".to_owned(), "[tone]\ngreen = \"#00ff00\"\n".to_owned()),
            ("worse".to_owned(), "[tone]\ngood = \"greenish\"\n".to_owned()),
        ];
        let themes = Themes::read(&files, ColourDepth::TrueColor);
        let mine = themes.get("mine").unwrap();
        assert_eq!(mine.tones[Tone::Good as usize].fg, Some(Color::Rgb(0, 255, 0)));
        assert_eq!(mine.tones[Tone::Bad as usize], themes.get("dark").unwrap().tones[3]);
        let said = |name: &str| themes.get(name).unwrap_err().to_string();
        assert!(said("bad").contains("no tone named green"));
        assert!(said("worse").contains("greenish"));
        assert!(said("drak").contains("colour-blind-safe") && said("drak").contains("mine"));
    }
}
