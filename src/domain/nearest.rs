//! Which of the known words a misspelt one was meant to be.
//!
//! Owns the one measure of nearness, for keys of files and names of actions.

/// The known word that is the fewest slips away from `word`, if it is near at all.
#[must_use]
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let whole = |candidate: &&str| slips(word, candidate).1;
    let best = known.into_iter().min_by_key(whole)?;
    (whole(&best) <= 1 + word.chars().count() / 3).then_some(best)
}

/// The known word whose start is the fewest slips away from `word`, however far; of equals the one
/// that is nearer as a whole. For what may be typed in part.
#[must_use]
pub fn nearest_start<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known.into_iter().min_by_key(|candidate| slips(word, candidate))
}

/// Letters to put in, leave out or replace to make of `one` the nearest start of `other`, and all
/// of it; two that changed places count once, and case not at all. Bounded: of a long word only the
/// first 64 letters count.
fn slips(one: &str, other: &str) -> (usize, usize) {
    let letters = |word: &str| word.chars().take(64).flat_map(char::to_lowercase).collect();
    let (one, other): (Vec<char>, Vec<char>) = (letters(one), letters(other));
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    let mut last = None;
    for (number, letter) in one.into_iter().enumerate() {
        let mut next = vec![number + 1];
        let get = |row: &[usize], place: usize| row.get(place).copied().unwrap_or(usize::MAX / 2);
        for (place, wanted) in other.iter().enumerate() {
            let replaced = get(&row, place) + usize::from(letter != *wanted);
            let mut least = replaced.min(get(&row, place + 1) + 1).min(get(&next, place) + 1);
            let swapped =
                place > 0 && last == Some(*wanted) && other.get(place - 1) == Some(&letter);
            if swapped {
                least = least.min(get(&before, place - 1) + 1);
            }
            next.push(least);
        }
        before = std::mem::replace(&mut row, next);
        last = Some(letter);
    }
    let start = row.iter().min().copied().unwrap_or_default();
    (start, row.last().copied().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_its_word_and_another_word_finds_none() {
        let known = ["at_counter", "awaiting", "done", "export", "export-many"];
        for (word, meant) in [
            ("at_countre", "at_counter"),
            ("exprot", "export"),
            ("dnoe", "done"),
            ("awaitng", "awaiting"),
        ] {
            assert_eq!(nearest(word, known), Some(meant));
        }
        assert_eq!(nearest("weather", known), None);
        assert_eq!(slips("exprot", "export"), (1, 1));
        assert_eq!((slips("", "abc"), slips("abc", "abc")), ((0, 3), (0, 0)));
        assert_eq!(nearest("turned", ["turned away?"]), None);
        assert_eq!(nearest_start("Turned", ["done", "turned away?"]), Some("turned away?"));
    }
}
