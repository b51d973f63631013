//! Specimen pictures: nobody's face, the same for the same seed.

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::{Rgb, RgbImage};

/// Rows of a 5x7 letter, the leftmost pixel in bit 4.
const LETTERS: &[(char, [u8; 7])] = &[
    ('S', [0x0f, 0x10, 0x10, 0x0e, 0x01, 0x01, 0x1e]),
    ('P', [0x1e, 0x11, 0x11, 0x1e, 0x10, 0x10, 0x10]),
    ('E', [0x1f, 0x10, 0x10, 0x1e, 0x10, 0x10, 0x1f]),
    ('C', [0x0e, 0x11, 0x10, 0x10, 0x10, 0x11, 0x0e]),
    ('I', [0x0e, 0x04, 0x04, 0x04, 0x04, 0x04, 0x0e]),
    ('M', [0x11, 0x1b, 0x15, 0x15, 0x11, 0x11, 0x11]),
    ('N', [0x11, 0x19, 0x15, 0x13, 0x11, 0x11, 0x11]),
];

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Motif {
    Card,
    Portrait,
}

/// A card with lines, or a head without a face; and the word SPECIMEN.
pub(super) fn picture(seed: u64, shape: Motif, png: bool) -> (&'static str, Vec<u8>) {
    let mut dice = fastrand::Rng::with_seed(seed);
    let (width, height) = if shape == Motif::Card { (420, 260) } else { (260, 320) };
    let tint = [dice.u8(120..220), dice.u8(120..220), dice.u8(120..220)];
    let mut card = RgbImage::from_fn(width, height, |x, y| {
        let stripe = if (x + 2 * y) % 40 < 20 { 12 } else { 0 };
        Rgb(tint.map(|channel| channel.saturating_add(stripe)))
    });
    match shape {
        Motif::Card => {
            rectangle(&mut card, 24, 60, (110, 140), [235, 235, 235]);
            for line in 0..5 {
                let length = dice.u32(120..240);
                rectangle(&mut card, 150, 70 + line * 26, (length, 8), [70, 70, 80]);
            }
            write_specimen(&mut card, 24);
        }
        Motif::Portrait => {
            disc(&mut card, 130, 150, 62, 78, [235, 235, 235]);
            disc(&mut card, 130, 330, 110, 100, [235, 235, 235]);
            write_specimen(&mut card, 12);
        }
    }
    let mut bytes = Vec::new();
    let written = if png {
        card.write_with_encoder(PngEncoder::new(&mut bytes))
    } else {
        card.write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, 80))
    };
    // Empty rather than half a picture.
    if written.is_err() {
        bytes.clear();
    }
    (if png { "image/png" } else { "image/jpeg" }, bytes)
}

/// Whether an uploaded picture can be decoded.
pub(super) fn readable(bytes: &[u8]) -> bool {
    image::load_from_memory(bytes).is_ok()
}

fn dot(card: &mut RgbImage, x: u32, y: u32, colour: [u8; 3]) {
    if x < card.width() && y < card.height() {
        card.put_pixel(x, y, Rgb(colour));
    }
}

fn rectangle(card: &mut RgbImage, left: u32, top: u32, size: (u32, u32), colour: [u8; 3]) {
    for y in top..top + size.1 {
        for x in left..left + size.0 {
            dot(card, x, y, colour);
        }
    }
}

fn disc(card: &mut RgbImage, cx: i32, cy: i32, rx: i32, ry: i32, colour: [u8; 3]) {
    for y in cy - ry..=cy + ry {
        for x in cx - rx..=cx + rx {
            let inside = (x - cx).pow(2) * ry.pow(2) + (y - cy).pow(2) * rx.pow(2);
            if let (true, Ok(x), Ok(y)) =
                (inside <= rx.pow(2) * ry.pow(2), u32::try_from(x), u32::try_from(y))
            {
                dot(card, x, y, colour);
            }
        }
    }
}

fn write_specimen(card: &mut RgbImage, left: u32) {
    for (place, letter) in (0_u32..).zip("SPECIMEN".chars()) {
        let rows = LETTERS.iter().find(|(known, _)| *known == letter).map_or([0; 7], |l| l.1);
        for (row, bits) in (0_u32..).zip(rows) {
            for column in (0..5_u32).filter(|column| bits >> (4 - column) & 1 == 1) {
                let (left, top) = (left + 30 * place + 5 * column, 18 + 5 * row);
                rectangle(card, left, top, (5, 5), [150, 30, 40]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_real_and_the_same_for_the_same_seed() {
        for (shape, png, size) in
            [(Motif::Card, false, (420, 260)), (Motif::Portrait, true, (260, 320))]
        {
            let (kind, bytes) = picture(7, shape, png);
            assert_eq!(kind.ends_with("png"), png);
            let read = image::load_from_memory(&bytes).unwrap();
            assert_eq!((read.width(), read.height()), size);
            assert_eq!(picture(7, shape, png).1, bytes);
            assert_ne!(picture(8, shape, png).1, bytes);
        }
    }
}
