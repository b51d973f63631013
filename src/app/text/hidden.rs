//! Personal data while it is on the screen: it cannot be printed, and is wiped when dropped.
//!
//! They live in an open dialog and nowhere else.

use std::sync::Arc;

use zeroize::Zeroizing;

/// A text that does not print itself.
#[derive(Clone)]
pub struct Hidden(Arc<Zeroizing<String>>);

impl Hidden {
    /// Takes a text, which is wiped when its last copy is dropped.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(Arc::new(Zeroizing::new(text)))
    }

    /// The text, for the one place that draws it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Hidden {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Hidden")
    }
}

impl PartialEq for Hidden {
    fn eq(&self, other: &Self) -> bool {
        // By address: whether this is the same value, without a look at what it says.
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Hidden {}

/// A small picture, three bytes a pixel, that does not print itself.
#[derive(Clone)]
pub struct Picture {
    width: usize,
    height: usize,
    rgb: Arc<Zeroizing<Vec<u8>>>,
}

impl Picture {
    /// A picture of so many rows and columns; `None` when the bytes are not as many.
    #[must_use]
    pub fn new(width: usize, height: usize, rgb: Zeroizing<Vec<u8>>) -> Option<Self> {
        let fits = width > 0 && height > 0 && rgb.len() == width * height * 3;
        fits.then(|| Self { width, height, rgb: Arc::new(rgb) })
    }

    /// Columns and rows, in pixels.
    #[must_use]
    pub const fn size(&self) -> (usize, usize) {
        (self.width, self.height)
    }

    /// The mean colour of one field of a grid laid over the picture.
    #[must_use]
    pub fn field(&self, x: usize, y: usize, columns: usize, rows: usize) -> [u8; 3] {
        let span = |at: usize, of: usize, size: usize| {
            let from = (at * size / of.max(1)).min(size - 1);
            from..((at + 1) * size / of.max(1)).clamp(from + 1, size)
        };
        let mut sum = [0_usize; 3];
        let mut count = 0;
        for row in span(y, rows, self.height) {
            for column in span(x, columns, self.width) {
                let at = (row * self.width + column) * 3;
                let Some(pixel) = self.rgb.get(at..at + 3) else { continue };
                for (sum, part) in sum.iter_mut().zip(pixel) {
                    *sum += usize::from(*part);
                }
                count += 1;
            }
        }
        sum.map(|sum| u8::try_from(sum / count.max(1)).unwrap_or(u8::MAX))
    }
}

impl std::fmt::Debug for Picture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Picture({}x{})", self.width, self.height)
    }
}

impl PartialEq for Picture {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.rgb, &other.rgb)
    }
}

impl Eq for Picture {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_hidden_does_not_print_itself() {
        assert_eq!(format!("{:?}", Hidden::new("Amina".into())), "Hidden");
        let picture = Picture::new(2, 1, Zeroizing::new(vec![7; 6])).unwrap();
        assert_eq!(format!("{picture:?}"), "Picture(2x1)");
        assert!(Picture::new(2, 2, Zeroizing::new(vec![7; 6])).is_none());
    }

    #[test]
    fn a_field_is_the_mean_of_its_pixels() {
        let rgb = [[0, 0, 0], [100, 0, 0], [0, 200, 0], [100, 200, 0]].concat();
        let picture = Picture::new(2, 2, Zeroizing::new(rgb)).unwrap();
        assert_eq!(picture.field(0, 0, 1, 1), [50, 100, 0]);
        assert_eq!(picture.field(1, 1, 2, 2), [100, 200, 0]);
        assert_eq!(picture.field(9, 9, 10, 10), [100, 200, 0]);
    }
}
