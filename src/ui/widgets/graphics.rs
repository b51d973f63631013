//! Pictures in the terminal's own graphics: Kitty, Sixel, iTerm2.

use image::{DynamicImage, RgbImage};
use ratatui::Frame;
use ratatui::layout::{Rect, Size};
use ratatui_image::Image;
use ratatui_image::protocol::Protocol;
use ratatui_image::protocol::iterm2::Iterm2;
use ratatui_image::protocol::kitty::Kitty;
use ratatui_image::protocol::sixel::Sixel;

use super::picture::{Graphics, Shown, coarse};
use crate::app::text::hidden::Picture;

/// Of the last picture in Kitty's graphics; one id, so that a new one takes the place of the old.
const KITTY_ID: u32 = 0x0062_7261;

/// Draws the open picture in the terminal's graphics.
#[derive(Default)]
pub struct Pictures {
    how: Option<Graphics>,
    /// The picture, where it stands, whether it is clear, and its encoded form.
    held: Option<(Picture, Rect, bool, Protocol)>,
}

impl Pictures {
    /// In these graphics; `None`: half-blocks are all there is.
    #[must_use]
    pub const fn new(how: Option<Graphics>) -> Self {
        Self { how, held: None }
    }

    /// The terminal has graphics: the size of its cells matters.
    #[must_use]
    pub const fn any(&self) -> bool {
        self.how.is_some()
    }

    /// Draws over the half-blocks. `cell`: pixels of one cell, across and down. True: the terminal
    /// keeps the picture beside its cells, and it has to be taken from there.
    pub fn over(
        &mut self,
        frame: &mut Frame<'_>,
        shown: Option<Shown<'_>>,
        cell: Option<(u16, u16)>,
    ) -> bool {
        let (Some(how), Some(shown), Some(cell)) = (self.how, shown, cell) else {
            // Dropped with the dialog: nothing of a person's picture outlives it (fault S07).
            self.held = None;
            return false;
        };
        let same = self.held.as_ref().is_some_and(|(picture, area, clear, _)| {
            (picture, *area, *clear) == (shown.picture, shown.area, shown.clear)
        });
        // Encoding takes long: once for a picture, not once a frame.
        if !same {
            self.held = encoded(how, &shown, cell)
                .map(|form| (shown.picture.clone(), shown.area, shown.clear, form));
        }
        let Some((_, area, _, form)) = &self.held else { return false };
        frame.render_widget(Image::new(form), *area);
        // Kitty alone keeps pictures in a store of its
        // own; the others are overwritten as cells (T15).
        how == Graphics::Kitty
    }
}

/// As large as fits into the area, its sides in proportion; `None` when it cannot be encoded.
fn encoded(how: Graphics, shown: &Shown<'_>, cell: (u16, u16)) -> Option<Protocol> {
    let (wide, high) = shown.picture.size();
    let (across, down) = (usize::from(cell.0.max(1)), usize::from(cell.1.max(1)));
    let room = (usize::from(shown.area.width) * across, usize::from(shown.area.height) * down);
    let (width, height) = fitted(wide, high, room)?;
    // Pixelated it is a grid of few fields, each reckoned once.
    let (columns, rows) =
        if shown.clear { (width, height) } else { coarse(wide, high, width, height) };
    let places = (0..rows).flat_map(|y| (0..columns).map(move |x| (x, y)));
    let fields: Vec<[u8; 3]> =
        places.map(|(x, y)| shown.picture.field(x, y, columns, rows)).collect();
    let mut pixels = RgbImage::new(u32::try_from(width).ok()?, u32::try_from(height).ok()?);
    for (x, y, pixel) in pixels.enumerate_pixels_mut() {
        let (x, y) = (usize::try_from(x).ok()?, usize::try_from(y).ok()?);
        let at = (y * rows / height) * columns + x * columns / width;
        pixel.0 = fields.get(at).copied().unwrap_or_default();
    }
    let cells = |pixels: usize, of: usize| u16::try_from(pixels.div_ceil(of)).ok();
    let size = Size::new(cells(width, across)?, cells(height, down)?);
    let image = DynamicImage::from(pixels);
    match how {
        Graphics::Kitty => {
            Kitty::new(image, size, KITTY_ID, false, false).ok().map(Protocol::Kitty)
        }
        Graphics::Sixel => Sixel::new(image, size, false).ok().map(Protocol::Sixel),
        Graphics::Iterm2 => Iterm2::new(image, size, false).ok().map(Protocol::ITerm2),
    }
}

/// The largest size in proportion that the room has, and no larger than four times the picture.
fn fitted(wide: usize, high: usize, room: (usize, usize)) -> Option<(usize, usize)> {
    let room = (room.0.min(wide * 4), room.1.min(high * 4));
    let by_width = (room.0, room.0 * high / wide.max(1));
    let (width, height) =
        if by_width.1 <= room.1 { by_width } else { (room.1 * wide / high.max(1), room.1) };
    (width > 0 && height > 0).then_some((width, height))
}

#[cfg(test)]
mod tests {
    use ratatui::Terminal;
    use ratatui::backend::TestBackend;
    use zeroize::Zeroizing;

    use super::*;

    fn drawn(how: Option<Graphics>, clear: bool, pictures: &mut Pictures) -> String {
        let rgb = (0..=255_u8).flat_map(|n| [n, 255 - n, n ^ 0x55]).collect();
        let picture = Picture::new(16, 16, Zeroizing::new(rgb)).unwrap();
        pictures.how = how;
        let mut terminal = Terminal::new(TestBackend::new(20, 10)).unwrap();
        let area = Rect::new(1, 1, 18, 8);
        let frame = terminal
            .draw(|frame| {
                let shown = Some(Shown { picture: &picture, area, clear });
                let kept = pictures.over(frame, shown, Some((8, 16)));
                assert_eq!(kept, how == Some(Graphics::Kitty), "who keeps pictures of its own");
            })
            .unwrap();
        frame.buffer.content().iter().map(|cell| cell.symbol().to_owned()).collect()
    }

    #[test]
    fn each_protocol_sends_its_own_form_and_a_terminal_without_one_gets_nothing() {
        for (how, mark) in [
            (Graphics::Kitty, "\x1b_G"),
            (Graphics::Sixel, "\x1bP"),
            (Graphics::Iterm2, "\x1b]1337;File="),
        ] {
            let mut pictures = Pictures::default();
            let clear = drawn(Some(how), true, &mut pictures);
            assert!(clear.contains(mark), "{how:?}");
            let coarse = drawn(Some(how), false, &mut Pictures::default());
            assert!(clear != coarse, "{how:?}: pixelated is another picture");
        }
        assert!(!drawn(None, true, &mut Pictures::default()).contains('\x1b'));
    }

    // T15, S07
    #[test]
    fn nothing_is_held_once_the_dialog_is_closed() {
        let mut pictures = Pictures::default();
        drawn(Some(Graphics::Sixel), true, &mut pictures);
        assert!(pictures.held.is_some());
        let mut terminal = Terminal::new(TestBackend::new(20, 10)).unwrap();
        terminal.draw(|frame| assert!(!pictures.over(frame, None, Some((8, 16))))).unwrap();
        assert!(pictures.held.is_none());
    }

    #[test]
    fn a_picture_keeps_its_proportions_and_its_room() {
        assert_eq!(fitted(100, 50, (80, 80)), Some((80, 40)));
        assert_eq!(fitted(50, 100, (80, 80)), Some((40, 80)));
        assert_eq!(fitted(10, 10, (800, 800)), Some((40, 40)));
        assert_eq!(fitted(10, 10, (0, 8)), None);
    }
}
