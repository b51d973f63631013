//! Meanings to styles, signs to characters.
//!
//! Owns colours and their degradation. Colour only repeats what a word says: without colours
//! nothing is lost.

mod palette;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use ratatui::symbols::border;

pub use palette::{AUTO, Ground, Palette, SHIPPED, ThemeError, Themes};

use crate::app::view::{Glyph, Tone};

/// What the terminal can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColourDepth {
    TrueColor,
    Ansi256,
    /// The terminal's own 16 colours.
    Ansi16,
    /// None: bold, underlined, reversed.
    None,
}

/// How things look: colours, glyphs and their degradation.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    pub depth: ColourDepth,
    /// Signs and lines of ASCII only.
    pub ascii: bool,
    pub palette: &'static Palette,
}

/// Parts of the screen that are no data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Border,
    /// Border of the pane with the focus.
    Focus,
    Title,
    Head,
    /// The row under the cursor.
    Cursor,
    /// The row under the cursor of a pane without the focus.
    CursorElsewhere,
    Badge,
    /// The badge of a live environment.
    LiveBadge,
    /// A key in the footer.
    Key,
    /// A hit, a marked row.
    Mark,
    /// The ground of the whole screen while it shows the past.
    Past,
}

/// Signs that a word stands beside, the bars of charts
/// among them: what may have a hue where words may not.
const fn is_sign(sign: char) -> bool {
    matches!(
        sign,
        '✓' | '✗' | '○' | '●' | '◌' | '◐' | '◔' | '▲' | '≈' | 'Δ' | '❚' | '▾' | '▸'
            | '\u{2580}'..='\u{259f}'
            | '\u{2800}'..='\u{28ff}'
    )
}

impl Look {
    /// A look in the terminal's own colours; without any, in none.
    #[must_use]
    pub fn new(depth: ColourDepth, ascii: bool) -> Self {
        Self { depth, ascii, palette: palette::terminal(depth) }
    }

    /// The same in another theme; without colours nothing changes.
    #[must_use]
    pub fn with(self, palette: &'static Palette) -> Self {
        // NO_COLOR is the operator's word, and no theme overrules it.
        if self.depth == ColourDepth::None { self } else { Self { palette, ..self } }
    }

    /// The style of a meaning.
    #[must_use]
    pub fn tone(self, tone: Tone) -> Style {
        self.palette.tones.get(tone as usize).copied().unwrap_or_default()
    }

    /// The style of a part of the screen.
    #[must_use]
    pub fn role(self, role: Role) -> Style {
        self.palette.roles.get(role as usize).copied().unwrap_or_default()
    }

    /// Makes one bar of the cells of a line: one ground, and where the cursor has an ink of its own
    /// or reverses, one ink. Reversed span by span, each colour of the line would become a ground.
    pub fn lay_bar(self, buffer: &mut Buffer, line: Rect, cursor: Role) {
        let style = self.role(cursor);
        for position in line.positions() {
            let Some(cell) = buffer.cell_mut(position) else { continue };
            if style.fg.is_some() || style.add_modifier.contains(Modifier::REVERSED) {
                cell.fg = style.fg.unwrap_or(Color::Reset);
                cell.bg = style.bg.unwrap_or(Color::Reset);
                cell.modifier = style.add_modifier;
            } else {
                cell.bg = style.bg.unwrap_or(cell.bg);
                cell.modifier |= style.add_modifier;
            }
        }
    }

    /// Where a theme keeps its hues for signs, words get the terminal's own ink: no hue and no DIM
    /// is legible in all the palettes that people use.
    pub fn keep_words_plain(self, buffer: &mut Buffer) {
        if !self.palette.hues_on_signs {
            return;
        }
        for cell in &mut buffer.content {
            let sign = cell.symbol().chars().next().filter(|sign| !sign.is_ascii());
            let lined = sign.is_some_and(|sign| ('\u{2500}'..='\u{257f}').contains(&sign));
            if !sign.is_some_and(is_sign) {
                cell.fg = Color::Reset;
            }
            if !lined {
                cell.modifier.remove(Modifier::DIM);
            }
        }
    }

    /// Paints the theme's ground behind all that has no colour of its own.
    pub fn paint_ground(self, buffer: &mut Buffer) {
        let Style { fg, bg, .. } = self.palette.ground;
        for cell in &mut buffer.content {
            if let (Some(fg), Color::Reset) = (fg, cell.fg) {
                cell.fg = fg;
            }
            if let (Some(bg), Color::Reset) = (bg, cell.bg) {
                cell.bg = bg;
            }
        }
    }

    /// The past's ground behind all that has none of its own; a theme without grounds turns the
    /// screen over, bars and badges with it.
    pub fn paint_past(self, buffer: &mut Buffer) {
        let past = self.role(Role::Past);
        for cell in &mut buffer.content {
            if past.add_modifier.contains(Modifier::REVERSED) {
                cell.fg = Color::Reset;
                cell.modifier.toggle(Modifier::REVERSED);
            } else if cell.bg == Color::Reset {
                cell.set_style(past);
            }
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
            (Glyph::Pinned, false) => "↑",
            (Glyph::Pinned, true) => "^",
            (Glyph::Noted, false) => "¶",
            (Glyph::Noted, true) => "\"",
            (Glyph::Acknowledged, _) => "a",
            (Glyph::Snoozed, _) => "z",
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

    /// Double lines: the past is shown.
    #[must_use]
    pub const fn past_border(self, focus: bool) -> border::Set<'static> {
        if self.ascii { self.border(focus) } else { border::DOUBLE }
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
                '→' | '▸' | '›' => '>',
                '‹' | '◀' => '<',
                '▲' | '↑' => '^',
                '❚' => '=',
                'Δ' | '±' => '+',
                c if c.is_ascii() => c,
                _ => '?',
            })
            .collect()
    }
}
