//! How much a brief takes of what a server sent: hostile answers must not grow memory.

use crate::domain::server_text::ServerText;
use crate::domain::session::wire_enum::WireValue;

/// The most elements that a brief keeps of one list.
pub const MOST: usize = 256;
/// The most bytes that a brief keeps of one text.
pub const LONGEST: usize = 200;
/// The most bytes that a brief keeps of all its texts together.
const ALL: usize = 4_096;

/// What is left for the texts of one brief. Values of Yoti's that this build knows cost nothing.
#[derive(Debug)]
pub(crate) struct Budget {
    left: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self { left: ALL }
    }
}

impl Budget {
    /// The text, cut where it is too long or too much has been kept.
    pub(crate) fn text(&mut self, text: &ServerText) -> ServerText {
        let raw = text.as_raw();
        let cut = raw.floor_char_boundary(LONGEST.min(self.left));
        self.left -= cut;
        ServerText::from(raw.get(..cut).unwrap_or_default())
    }

    /// A wire value; the text of an unknown one is cut like any other, and no known value is ever so
    /// long that a cut could make one.
    pub(crate) fn value<T: WireValue + Clone>(&mut self, value: &T) -> T {
        if !value.is_new() {
            return value.clone();
        }
        let cut = self.text(&ServerText::from(value.raw()));
        // What is left of it may spell a value that is known: nothing at all does not.
        let kept = T::of_wire(cut.as_raw());
        if kept.is_new() { kept } else { T::of_wire("") }
    }

    /// The first elements of a list.
    pub(crate) fn list<T, U>(
        &mut self,
        all: impl Iterator<Item = T>,
        mut kept: impl FnMut(T, &mut Self) -> U,
    ) -> Vec<U> {
        all.take(MOST).map(|one| kept(one, self)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::session::wire_enum::Recommendation;

    #[test]
    fn texts_are_cut_between_characters_and_all_together_are_bounded() {
        let mut budget = Budget::default();
        let long = ServerText::from("ß".repeat(500));
        assert_eq!(budget.text(&long).as_raw(), "ß".repeat(100));
        let total: usize = (0..100).map(|_| budget.text(&long).as_raw().len()).sum();
        assert_eq!(total, ALL - LONGEST);
        assert!(budget.text(&"more".into()).is_empty());
    }

    #[test]
    fn what_is_cut_never_becomes_a_value_that_is_known() {
        let known = Recommendation::Approve;
        for left in 0..20 {
            let mut budget = Budget { left };
            let cut = budget.value(&Recommendation::from_wire("APPROVED BY NOBODY"));
            assert!(cut.is_unknown(), "{left}: {cut:?}");
            assert_eq!(budget.value(&known), known);
        }
    }
}
