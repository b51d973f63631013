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
    /// A small picture with something to see, as a file.
    fn file(format: ImageFormat) -> Vec<u8> {
        let mut bytes = std::io::Cursor::new(Vec::new());
        let picture = GrayImage::from_fn(64, 48, |x, y| image::Luma([(x * y).to_le_bytes()[0]]));
        picture.write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    // A20
    #[test]
    fn a_file_that_is_cut_or_has_flipped_bits_is_a_picture_or_none_and_no_panic() {
        for format in [ImageFormat::Png, ImageFormat::Jpeg] {
            let whole = file(format);
            assert_eq!(decoded(&whole).unwrap().size(), (640, 480));
            for sixteenths in 0..16 {
                let cut = whole.get(..whole.len() * sixteenths / 16).unwrap();
                let (columns, rows) = decoded(cut).map_or((1, 1), |picture| picture.size());
                assert!(columns > 0 && rows > 0);
            }
            for seed in 0..100 {
                let mut random = fastrand::Rng::with_seed(seed);
                let mut flipped = whole.clone();
                for _ in 0..random.usize(1..8) {
                    let at = random.usize(..flipped.len());
                    flipped[at] ^= 1 << random.u8(..8);
                }
                let (columns, rows) = decoded(&flipped).map_or((1, 1), |picture| picture.size());
                assert!((1..=640).contains(&columns) && (1..=640).contains(&rows));
            }
        }
    }

    // A20
    #[test]
    fn sides_of_65535_are_refused_before_memory_is_taken_for_them() {
        let mut png = file(ImageFormat::Png);
        png[16..24].copy_from_slice(&[0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff]);
        let mut sum = flate2::Crc::new();
        sum.update(&png[12..29]);
        png[29..33].copy_from_slice(&sum.sum().to_be_bytes());
        let mut jpeg = file(ImageFormat::Jpeg);
        let frame = jpeg.windows(2).position(|marker| marker == [0xff, 0xc0]).unwrap();
        jpeg[frame + 5..frame + 9].fill(0xff);
        for (bytes, why) in [(png, "the picture is too large"), (jpeg, "too large to be shown")] {
            let told = decoded(&bytes).err().unwrap();
            assert!(told.contains(why), "{told}");
        }
    }

    // A20
    #[test]
    fn of_a_file_that_is_two_things_the_picture_is_shown_and_other_kinds_are_refused() {
        let two = [file(ImageFormat::Png), b"PK\x03\x04\x14\0\0\0 a.html <script>".to_vec()];
        assert_eq!(decoded(&two.concat()).unwrap().size(), (640, 480));
        let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";
        for other in [
            b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;"
                .as_slice(),
            b"RIFF\x1a\0\0\0WEBPVP8L\x0d\0\0\0/\0\0\0\x10\x07\x10\x11\x11\x88\x88\xfe\x07\0",
            svg,
            b"PK\x03\x04\x14\0\0\0",
            b"%PDF-1.7",
        ] {
            assert!(decoded(other).is_err(), "{}", String::from_utf8_lossy(other));
        }
    }
}
