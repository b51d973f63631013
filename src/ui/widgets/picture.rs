//! A picture as half-blocks: two pixels to a cell.
//!
//! Pixelated means a few fields only, so that no face can be recognised.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Color, Style};

use crate::app::text::hidden::Picture;
use crate::theme::{ColourDepth, Look};

/// Fields across a pixelated picture.
// Eight fields across: hair and light can be told, a face cannot.
const COARSE: usize = 8;
/// From dark to light.
const SHADES: [&str; 10] = [" ", ".", ":", "-", "=", "+", "*", "#", "%", "@"];

/// A terminal's own way of drawing pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Graphics {
    Kitty,
    Sixel,
    /// iTerm2's protocol.
    Iterm2,
}

/// A picture that is open, and where it stands.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a> {
    pub picture: &'a Picture,
    pub area: Rect,
    /// As it is, not pixelated.
    pub clear: bool,
}

/// The fields of a pixelated picture, no more than it has
/// pixels on the screen: few enough that no face can be recognised.
pub(crate) fn coarse(wide: usize, high: usize, columns: usize, rows: usize) -> (usize, usize) {
    (COARSE.min(columns), (COARSE * high).div_ceil(wide).clamp(1, rows))
}

pub(crate) fn draw(frame: &mut Frame<'_>, Shown { picture, area, clear }: Shown<'_>, look: Look) {
    let (wide, high) = picture.size();
    let (columns, rows) = (usize::from(area.width), usize::from(area.height) * 2);
    if columns == 0 || rows == 0 {
        return;
    }
    // As large as fits, its sides in proportion; a cell is two pixels high.
    let columns = columns.min((rows * wide).div_ceil(high)).max(1);
    let rows = rows.min((columns * high).div_ceil(wide)).max(2);
    let (across, down) = coarse(wide, high, columns, rows);
    let pixel = |x: usize, y: usize| {
        if clear {
            return picture.field(x, y, columns, rows);
        }
        picture.field(x * across / columns, y * down / rows, across, down)
    };
    for row in 0..rows / 2 {
        for column in 0..columns {
            let (upper, lower) = (pixel(column, row * 2), pixel(column, row * 2 + 1));
            let place = (
                area.x.saturating_add(u16::try_from(column).unwrap_or(u16::MAX)),
                area.y.saturating_add(u16::try_from(row).unwrap_or(u16::MAX)),
            );
            let Some(cell) = frame.buffer_mut().cell_mut(place) else { continue };
            match (colour(upper, look), colour(lower, look)) {
                (Some(upper), Some(lower)) if !look.ascii => {
                    cell.set_symbol("▀").set_style(Style::new().fg(upper).bg(lower));
                }
                _ => {
                    let light = usize::midpoint(shade(upper), shade(lower));
                    cell.set_symbol(SHADES.get(light * SHADES.len() / 256).unwrap_or(&" "));
                }
            }
        }
    }
}

fn shade([red, green, blue]: [u8; 3]) -> usize {
    // The eye's weights: green is the lightest of the three.
    (usize::from(red) * 3 + usize::from(green) * 6 + usize::from(blue)) / 10
}

/// The nearest colour that the terminal has; none of the sixteen will do.
fn colour([red, green, blue]: [u8; 3], look: Look) -> Option<Color> {
    let step = |part: u8| part / 43;
    match look.depth {
        ColourDepth::TrueColor => Some(Color::Rgb(red, green, blue)),
        ColourDepth::Ansi256 => {
            Some(Color::Indexed(16 + 36 * step(red) + 6 * step(green) + step(blue)))
        }
        ColourDepth::Ansi16 | ColourDepth::None => None,
    }
}
