//! Meanings to styles, signs to characters.
//!
//! Owns colours and their degradation. Colour only repeats what a word says: without colours
//! nothing is lost.

use ratatui::style::{Color, Modifier, Style};
use ratatui::symbols::border;

use crate::app::view::{Glyph, Tone};

/// What the terminal can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColourDepth {
    /// 16 million colours.
    TrueColor,
    /// 256 colours.
    Ansi256,
    /// The terminal's own 16 colours.
    Ansi16,
    /// None: bold, underlined, reversed.
    None,
}

/// How things look.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// Colours.
    pub depth: ColourDepth,
    /// Signs and lines of ASCII only.
    pub ascii: bool,
}

/// Parts of the screen that are no data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Border of a pane.
    Border,
    /// Border of the pane with the focus.
    Focus,
    /// Title of a pane.
    Title,
    /// Column heads, labels.
    Head,
    /// The row under the cursor.
    Cursor,
    /// The row under the cursor of a pane without the focus.
    CursorElsewhere,
    /// The environment badge.
    Badge,
    /// The badge of a live environment.
    LiveBadge,
    /// A key in the footer.
    Key,
    /// A hit, a marked row.
    Mark,
}

impl Look {
    /// A look.
    #[must_use]
    pub const fn new(depth: ColourDepth, ascii: bool) -> Self {
        Self { depth, ascii }
    }

    /// One colour in its three forms.
    const fn colour(self, rgb: (u8, u8, u8), indexed: u8, own: Color) -> Option<Color> {
        match self.depth {
            ColourDepth::TrueColor => Some(Color::Rgb(rgb.0, rgb.1, rgb.2)),
            ColourDepth::Ansi256 => Some(Color::Indexed(indexed)),
            ColourDepth::Ansi16 => Some(own),
            ColourDepth::None => None,
        }
    }

    fn fg(self, rgb: (u8, u8, u8), indexed: u8, own: Color) -> Style {
        self.colour(rgb, indexed, own).map_or_else(Style::new, |colour| Style::new().fg(colour))
    }

    /// The style of a meaning.
    #[must_use]
    pub fn tone(self, tone: Tone) -> Style {
        match tone {
            Tone::Plain => Style::new(),
            Tone::Dim if self.depth == ColourDepth::None => {
                Style::new().add_modifier(Modifier::DIM)
            }
            Tone::Dim => self.fg((138, 145, 153), 245, Color::DarkGray),
            Tone::Good => self.fg((126, 192, 120), 114, Color::Green),
            Tone::Bad => {
                self.fg((235, 110, 110), 203, Color::LightRed).add_modifier(Modifier::BOLD)
            }
            Tone::Warn => self.fg((236, 178, 84), 215, Color::Yellow).add_modifier(Modifier::BOLD),
            Tone::Notice => self.fg((214, 150, 220), 176, Color::Magenta),
            Tone::Active => self.fg((100, 190, 235), 81, Color::Cyan).add_modifier(Modifier::BOLD),
            Tone::Changed => self.fg((240, 214, 120), 222, Color::Yellow),
            Tone::Strong => Style::new().add_modifier(Modifier::BOLD),
        }
    }

    /// The style of a part of the screen.
    #[must_use]
    pub fn role(self, role: Role) -> Style {
        let plain = self.depth == ColourDepth::None;
        match role {
            Role::Border => self.fg((90, 98, 108), 240, Color::DarkGray),
            Role::Focus => self.fg((110, 170, 230), 75, Color::Blue).add_modifier(Modifier::BOLD),
            Role::Title => Style::new().add_modifier(Modifier::BOLD),
            Role::Head => self.tone(Tone::Dim),
            Role::Cursor => match self.colour((44, 62, 84), 237, Color::DarkGray) {
                Some(colour) if self.depth != ColourDepth::Ansi16 => Style::new().bg(colour),
                _ => Style::new().add_modifier(Modifier::REVERSED),
            },
            Role::CursorElsewhere => match self.colour((36, 42, 50), 235, Color::Black) {
                Some(colour) if self.depth != ColourDepth::Ansi16 => Style::new().bg(colour),
                _ => Style::new().add_modifier(Modifier::UNDERLINED),
            },
            Role::Badge if plain => Style::new().add_modifier(Modifier::REVERSED | Modifier::BOLD),
            Role::Badge => {
                self.fg((16, 20, 26), 16, Color::Black).bg(Color::Cyan).add_modifier(Modifier::BOLD)
            }
            Role::LiveBadge if plain => {
                Style::new().add_modifier(Modifier::REVERSED | Modifier::BOLD)
            }
            Role::LiveBadge => self
                .fg((255, 255, 255), 231, Color::White)
                .bg(Color::Red)
                .add_modifier(Modifier::BOLD),
            Role::Key => self.fg((130, 175, 220), 110, Color::Blue).add_modifier(Modifier::BOLD),
            Role::Mark => self.tone(Tone::Changed),
        }
    }

    /// A sign of one column.
    #[must_use]
    pub const fn glyph(self, glyph: Glyph) -> &'static str {
        match (glyph, self.ascii) {
            (Glyph::Blank, _) => " ",
            (Glyph::Approve, false) => "✓",
            (Glyph::Approve, true) => "v",
            (Glyph::Reject, false) => "✗",
            (Glyph::Reject, true) => "x",
            (Glyph::Refer, _) => "?",
            (Glyph::NotYet, false) => "·",
            (Glyph::NotYet, true) => ".",
            (Glyph::Missing, false) => "○",
            (Glyph::Missing, true) => "o",
            (Glyph::Present, false) => "●",
            (Glyph::Present, true) => "*",
            (Glyph::AtCounter, false) => "▲",
            (Glyph::AtCounter, true) => "A",
            (Glyph::TurnedAway, _) => "!",
            (Glyph::DueSoon, false) => "◔",
            (Glyph::DueSoon, true) => "T",
            (Glyph::Stale, false) => "≈",
            (Glyph::Stale, true) => "~",
            (Glyph::Changed, false) => "Δ",
            (Glyph::Changed, true) => "+",
        }
    }

    /// The lines of a border; thick around the focus, so that colour is not needed to see it.
    #[must_use]
    pub const fn border(self, focus: bool) -> border::Set<'static> {
        if self.ascii {
            let line = if focus { "=" } else { "-" };
            let side = if focus { "#" } else { "|" };
            return border::Set {
                top_left: "+",
                top_right: "+",
                bottom_left: "+",
                bottom_right: "+",
                vertical_left: side,
                vertical_right: side,
                horizontal_top: line,
                horizontal_bottom: line,
            };
        }
        if focus { border::THICK } else { border::PLAIN }
    }

    /// A text in the characters that may be used: with `--ascii` our own signs become ASCII.
    #[must_use]
    pub fn text(self, text: &str) -> String {
        if !self.ascii {
            return text.to_owned();
        }
        text.chars()
            .map(|c| match c {
                '●' => '*',
                '◌' | '○' => 'o',
                '◐' => '%',
                '✓' | '▼' | '↓' => 'v',
                '✗' | '×' => 'x',
                '·' => '.',
                '—' | '–' => '-',
                '…' | '≈' => '~',
                '→' | '▸' => '>',
                '▲' | '↑' => '^',
                '❚' => '=',
                'Δ' => '+',
                c if c.is_ascii() => c,
                _ => '?',
            })
            .collect()
    }
}
