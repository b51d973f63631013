//! A media's bytes decoded for the screen.

use crate::app::text::hidden::Picture;

/// A small picture of bounded cost, whatever the bytes are.
#[cfg(feature = "images")]
pub(super) fn decoded(bytes: &[u8]) -> Result<Picture, String> {
    /// Sides of the picture that is kept for the screen.
    const SIDE: u32 = 640;
    /// The largest sides and the most memory of a picture that is decoded.
    // A small file may unpack to gigabytes (fault A20).
    const LARGEST: (u32, u64) = (12_000, 128 * 1024 * 1024);
    let reader = image::ImageReader::new(std::io::Cursor::new(bytes)).with_guessed_format();
    let mut reader = reader.map_err(|_why| "this is not a picture that can be shown".to_owned())?;
    let mut limits = image::Limits::default();
    // Set before decoding: the sides are read from the file, and memory would be taken for them.
    limits.max_image_width = Some(LARGEST.0);
    limits.max_image_height = Some(LARGEST.0);
    limits.max_alloc = Some(LARGEST.1);
    reader.limits(limits);
    let whole = reader
        .decode()
        .map_err(|_why| "the picture cannot be read, or is too large to be shown".to_owned())?;
    let mut small = whole.thumbnail(SIDE, SIDE).into_rgb8();
    // The whole picture is wiped; what stays is the
    // small one, until the dialog is closed (fault S07).
    drop(zeroize::Zeroizing::new(whole.into_bytes()));
    let (width, height) = small.dimensions();
    let rgb = zeroize::Zeroizing::new(std::mem::take(&mut small).into_raw());
    Picture::new(width as usize, height as usize, rgb)
        .ok_or_else(|| "the picture is empty".to_owned())
}

/// A build without the decoder: the dialog does not ask for it.
#[cfg(not(feature = "images"))]
pub(super) fn decoded(_bytes: &[u8]) -> Result<Picture, String> {
    Err("this build cannot show pictures".to_owned())
}

#[cfg(test)]
#[cfg(feature = "images")]
mod tests {
    use image::{ImageFormat, RgbImage};

    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = std::io::Cursor::new(Vec::new());
        RgbImage::new(width, height).write_to(&mut bytes, ImageFormat::Png).unwrap();
        bytes.into_inner()
    }

    #[test]
    fn a_picture_is_made_small_and_what_is_none_is_said() {
        assert_eq!(decoded(&png(1280, 640)).unwrap().size(), (640, 320));
        let whole = png(8, 8);
        for bytes in [b"no picture".as_slice(), b"", whole.get(..40).unwrap(), &png(13_000, 1)] {
            assert!(decoded(bytes).is_err());
        }
    }
}
