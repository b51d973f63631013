//! Specimen pictures and files: real JPEG, PNG, PDF and JSON, nobody's face, nobody's name.
//!
//! Everything follows from ids.

use image::{ExtendedColorType, ImageEncoder, Rgb, RgbImage};
use serde_json::Value;

use super::pdf;
use super::person::Person;

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

/// A media in an answer, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// `IMAGE`, `JSON`, …
    pub(crate) kind: String,
    /// The key that holds it: `document_fields`, `raw_results`, …
    role: String,
    document_type: String,
    country: String,
}

/// Looks for a media in an answer. What stands below `generated_media` counts last: it has no role.
pub(crate) fn find(answer: &Value, id: &str) -> Option<Found> {
    let none = Found {
        kind: String::new(),
        role: String::new(),
        document_type: "PASSPORT".to_owned(),
        country: "GBR".to_owned(),
    };
    // Twice: only its place in a document tells what a generated media is.
    search(answer, &none, id, false).or_else(|| search(answer, &none, id, true))
}

fn search(value: &Value, around: &Found, id: &str, generated: bool) -> Option<Found> {
    match value {
        Value::Object(map) => {
            let text = |key: &str| map.get(key).and_then(Value::as_str).map(str::to_owned);
            let kind = text("type").filter(|_| map.get("id").and_then(Value::as_str) == Some(id));
            if let Some(kind) = kind {
                return Some(Found { kind, ..around.clone() });
            }
            let document_type =
                text("document_type").unwrap_or_else(|| around.document_type.clone());
            let country = text("issuing_country").unwrap_or_else(|| around.country.clone());
            map.iter().filter(|(key, _)| generated || *key != "generated_media").find_map(
                |(key, value)| {
                    let role = if key == "media" { around.role.clone() } else { key.clone() };
                    let (document_type, country) = (document_type.clone(), country.clone());
                    let around = Found { kind: String::new(), role, document_type, country };
                    search(value, &around, id, generated)
                },
            )
        }
        Value::Array(list) => list.iter().find_map(|value| search(value, around, id, generated)),
        _ => None,
    }
}

pub(crate) fn content(found: &Found, person: &Person, id: &str) -> (&'static str, Vec<u8>) {
    match found.kind.as_str() {
        "IMAGE" => match found.role.as_str() {
            "document_id_photo" | "id_photo" => ("image/png", picture(id, Shape::Portrait, true)),
            "image" => ("image/jpeg", picture(id, Shape::Portrait, false)),
            _ => ("image/jpeg", picture(id, Shape::Card, false)),
        },
        "PDF" => ("application/pdf", pdf::document(&paper(found, id))),
        "JSON" => ("application/json", fields(found, person, id).to_string().into_bytes()),
        _ => ("application/octet-stream", binary(id)),
    }
}

fn fields(found: &Found, person: &Person, id: &str) -> Value {
    match found.role.as_str() {
        "document_fields" | "expanded_document_fields" | "generated_media" => {
            person.document(&found.document_type, &found.country)
        }
        "raw_results" => person.watchlist(id),
        "identity_profile_report" => person.identity_report(),
        "lookup_profile" => person.share_code(false),
        "returned_profile" => person.share_code(true),
        _ => person.profile(),
    }
}

fn paper(found: &Found, id: &str) -> Vec<String> {
    let kind = &found.document_type;
    let mark: String = id.chars().take(8).collect();
    vec![
        format!("SPECIMEN {kind} ({})", found.country),
        format!("Reference {mark}. Nothing in this file is real."),
    ]
}

/// Bytes that look like nothing: a face scan or a token.
fn binary(id: &str) -> Vec<u8> {
    let mut bytes = b"SPECIMEN\0".to_vec();
    let mut dice = fastrand::Rng::with_seed(seed(id));
    bytes.extend(std::iter::repeat_with(|| dice.u8(..)).take(2_048));
    bytes
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Card,
    Portrait,
}

/// A card with lines, or a head without a face; and the word SPECIMEN.
fn picture(id: &str, shape: Shape, png: bool) -> Vec<u8> {
    let mut dice = fastrand::Rng::with_seed(seed(id));
    let (width, height) = if shape == Shape::Card { (420, 260) } else { (260, 320) };
    let tint = [dice.u8(120..220), dice.u8(120..220), dice.u8(120..220)];
    let mut card = RgbImage::from_fn(width, height, |x, y| {
        let stripe = if (x + 2 * y) % 40 < 20 { 12 } else { 0 };
        Rgb(tint.map(|channel| channel.saturating_add(stripe)))
    });
    match shape {
        Shape::Card => {
            rectangle(&mut card, 24, 60, (110, 140), [235, 235, 235]);
            for line in 0..5 {
                let length = dice.u32(120..240);
                rectangle(&mut card, 150, 70 + line * 26, (length, 8), [70, 70, 80]);
            }
            write_word(&mut card, "SPECIMEN", 24, 18, 5);
        }
        Shape::Portrait => {
            disc(&mut card, 130, 150, 62, 78, [235, 235, 235]);
            disc(&mut card, 130, 330, 110, 100, [235, 235, 235]);
            write_word(&mut card, "SPECIMEN", 12, 18, 5);
        }
    }
    let mut bytes = Vec::new();
    let colours = ExtendedColorType::Rgb8;
    let written = if png {
        image::codecs::png::PngEncoder::new(&mut bytes).write_image(
            card.as_raw(),
            width,
            height,
            colours,
        )
    } else {
        image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 80).write_image(
            card.as_raw(),
            width,
            height,
            colours,
        )
    };
    // Empty rather than half a picture.
    if written.is_err() {
        bytes.clear();
    }
    bytes
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

fn write_word(card: &mut RgbImage, word: &str, left: u32, top: u32, scale: u32) {
    let mut x = left;
    for letter in word.chars() {
        let rows = LETTERS.iter().find(|(known, _)| *known == letter).map_or([0; 7], |l| l.1);
        for (row, bits) in (0_u32..).zip(rows) {
            for column in (0..5_u32).filter(|column| bits >> (4 - column) & 1 == 1) {
                let (left, top) = (x + column * scale, top + row * scale);
                rectangle(card, left, top, (scale, scale), [150, 30, 40]);
            }
        }
        x += 6 * scale;
    }
}

/// A seed from a text.
pub(crate) fn seed(text: &str) -> u64 {
    // FNV-1a: the standard library's hasher may change with its version, and pictures with it.
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_picture_is_real_and_the_same_for_the_same_id() {
        for (shape, png, size) in
            [(Shape::Card, false, (420, 260)), (Shape::Portrait, true, (260, 320))]
        {
            let bytes = picture("a", shape, png);
            let read = image::load_from_memory(&bytes).unwrap();
            assert_eq!((read.width(), read.height()), size);
            assert_eq!(picture("a", shape, png), bytes);
            assert_ne!(picture("b", shape, png), bytes);
        }
    }

    #[test]
    fn a_media_is_found_with_its_role_and_document() {
        let answer = json!({ "resources": { "id_documents": [{
            "document_type": "NATIONAL_ID", "issuing_country": "FRA",
            "tasks": [{ "generated_media": [{ "id": "m", "type": "JSON" }, { "id": "n", "type": "JSON" }] }],
            "document_fields": { "media": { "id": "m", "type": "JSON" } },
        }] } });
        let found = find(&answer, "m").unwrap();
        assert_eq!(
            (found.role.as_str(), found.document_type.as_str()),
            ("document_fields", "NATIONAL_ID")
        );
        assert_eq!(find(&answer, "n").unwrap().role, "generated_media");
        assert_eq!(find(&answer, "x"), None);
    }
}
