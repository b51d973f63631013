//! A media's bytes decoded for the screen.

use crate::app::text::hidden::Picture;

/// A small picture of bounded cost, whatever the bytes are.
#[cfg(feature = "images")]
pub(super) fn decoded(bytes: &[u8]) -> Result<Picture, String> {
    use image::ImageDecoder;
    /// Sides of the picture that is kept for the screen.
    const SIDE: u32 = 640;
    /// The most pixels and the most memory of a picture that is decoded.
    // A small file may unpack to gigabytes (fault A20).
    const LARGEST: (u64, u64) = (40_000_000, 64 * 1024 * 1024);
    let reader = image::ImageReader::new(std::io::Cursor::new(bytes)).with_guessed_format();
    let mut reader = reader.map_err(|_why| "this is not a picture that can be shown".to_owned())?;
    let mut limits = image::Limits::default();
    limits.max_alloc = Some(LARGEST.1);
    reader.limits(limits.clone());
    let unreadable = |_why| "the picture cannot be read, or is too large to be shown".to_owned();
    let mut decoder = reader.into_decoder().map_err(unreadable)?;
    // Asked before decoding: the sides are read from the file, and memory would be taken for them.
    let (columns, rows) = decoder.dimensions();
    if u64::from(columns) * u64::from(rows) > LARGEST.0 {
        return Err("the picture is too large to be shown".to_owned());
    }
    limits.reserve(decoder.total_bytes()).map_err(unreadable)?;
    decoder.set_limits(limits).map_err(unreadable)?;
    let whole = image::DynamicImage::from_decoder(decoder).map_err(unreadable)?;
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
    use image::{GrayImage, ImageFormat, RgbImage};

    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = std::io::Cursor::new(Vec::new());
        RgbImage::new(width, height).write_to(&mut bytes, ImageFormat::Png).unwrap();
        bytes.into_inner()
    }

    // A20
    #[test]
    fn a_picture_of_too_many_pixels_or_bytes_is_not_decoded() {
        let grey = |width, height| {
            let mut bytes = std::io::Cursor::new(Vec::new());
            GrayImage::new(width, height).write_to(&mut bytes, ImageFormat::Png).unwrap();
            bytes.into_inner()
        };
        // 40 MP and more in 38 MiB; 24 MP in 69 MiB; a long one that is small enough.
        for (bytes, why) in [
            (grey(8_001, 5_000), Some("the picture is too large")),
            (png(6_000, 4_000), Some("cannot be read, or is too large")),
            (grey(13_000, 1), None),
        ] {
            let told = decoded(&bytes).err();
            assert_eq!(told.is_some(), why.is_some(), "{told:?}");
            assert!(told.unwrap_or_default().contains(why.unwrap_or_default()));
        }
    }

    #[test]
    fn a_picture_is_made_small_and_what_is_none_is_said() {
        assert_eq!(decoded(&png(1280, 640)).unwrap().size(), (640, 320));
        let whole = png(8, 8);
        for bytes in [b"no picture".as_slice(), b"", whole.get(..40).unwrap()] {
            assert!(decoded(bytes).is_err());
        }
    }
}
