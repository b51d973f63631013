//! Specimen pictures and made-up fields: real JPEG and JSON, nobody's face, nobody's name.
//!
//! Owns the content of media (contract 3.6, 10). Everything follows from the media's id.

use image::{ExtendedColorType, ImageEncoder, Rgb, RgbImage};
use serde_json::{Value, json};

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

/// Content type and bytes of a media of this kind, standing at this key of the session result.
pub(super) fn content(kind: &str, role: &str, id: &str) -> (&'static str, Vec<u8>) {
    match kind {
        "IMAGE" => ("image/jpeg", picture(id)),
        "PDF" => ("application/pdf", b"%PDF-1.4\n% SPECIMEN\n".to_vec()),
        "JSON" => ("application/json", fields(role, id).to_string().into_bytes()),
        _ => ("application/octet-stream", id.as_bytes().to_vec()),
    }
}

/// A card with stripes and the word SPECIMEN.
fn picture(id: &str) -> Vec<u8> {
    let mut dice = fastrand::Rng::with_seed(seed(id));
    let (width, height) = (420_u32, 260_u32);
    let tint = [dice.u8(120..220), dice.u8(120..220), dice.u8(120..220)];
    let mut card = RgbImage::from_fn(width, height, |x, y| {
        let stripe = if (x + 2 * y) % 40 < 20 { 12 } else { 0 };
        Rgb(tint.map(|channel| channel.saturating_add(stripe)))
    });
    for y in 60..200 {
        for x in 24..134 {
            card.put_pixel(x, y, Rgb([235, 235, 235]));
        }
    }
    for line in 0..5 {
        let length = dice.u32(120..240);
        for x in 150..150 + length {
            for y in 70 + line * 26..78 + line * 26 {
                card.put_pixel(x, y, Rgb([70, 70, 80]));
            }
        }
    }
    write_word(&mut card, "SPECIMEN", (24, 18), 5);
    let mut bytes = Vec::new();
    let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 80);
    let written = encoder.write_image(card.as_raw(), width, height, ExtendedColorType::Rgb8);
    if written.is_err() {
        bytes.clear();
    }
    bytes
}

fn write_word(card: &mut RgbImage, word: &str, (left, top): (u32, u32), scale: u32) {
    let mut x = left;
    for letter in word.chars() {
        let rows = LETTERS.iter().find(|(known, _)| *known == letter).map_or([0; 7], |l| l.1);
        for (row, bits) in (0_u32..).zip(rows) {
            for column in 0..5_u32 {
                if bits >> (4 - column) & 1 == 0 {
                    continue;
                }
                for dy in 0..scale {
                    for dx in 0..scale {
                        let (px, py) = (x + column * scale + dx, top + row * scale + dy);
                        if px < card.width() && py < card.height() {
                            card.put_pixel(px, py, Rgb([150, 30, 40]));
                        }
                    }
                }
            }
        }
        x += 6 * scale;
    }
}

fn fields(role: &str, id: &str) -> Value {
    let mut dice = fastrand::Rng::with_seed(seed(id));
    let given = ["Avery", "Blake", "Casey", "Devon", "Ellis", "Frankie"];
    let family = ["Sampleton", "Mockford", "Testwell", "Trialby", "Specimen"];
    let given = given.get(dice.usize(..given.len())).copied().unwrap_or("Avery");
    let family = family.get(dice.usize(..family.len())).copied().unwrap_or("Specimen");
    let mark: String = id.chars().take(8).collect();
    let birth = format!("19{:02}-{:02}-{:02}", dice.u8(50..99), dice.u8(1..13), dice.u8(1..28));
    let person = json!({
        "full_name": format!("{given} {family}-{mark}"), "given_names": given,
        "family_name": format!("{family}-{mark}"), "date_of_birth": birth,
        "structured_postal_address": {
            "address_format": 1, "building_number": dice.u8(1..99).to_string(),
            "address_line1": "1 Sample Street", "town_city": "Exampleton",
            "postal_code": "EX1 1AA", "country_iso": "GBR", "country": "United Kingdom",
        },
    });
    if role != "document_fields" {
        return person;
    }
    let mut document = person;
    if let Some(map) = document.as_object_mut() {
        map.insert("document_type".to_owned(), json!("PASSPORT"));
        map.insert("issuing_country".to_owned(), json!("GBR"));
        map.insert("document_number".to_owned(), json!(format!("SPEC{:05}", dice.u32(..100_000))));
        map.insert("expiration_date".to_owned(), json!("2031-05-04"));
    }
    document
}

fn seed(id: &str) -> u64 {
    id.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_a_real_jpeg_and_the_same_for_the_same_id() {
        let (kind, bytes) = content("IMAGE", "pages", "a");
        assert_eq!(kind, "image/jpeg");
        let picture = image::load_from_memory(&bytes).unwrap();
        assert_eq!((picture.width(), picture.height()), (420, 260));
        assert_eq!(content("IMAGE", "pages", "a").1, bytes);
        assert_ne!(content("IMAGE", "pages", "b").1, bytes);
    }
}
