//! Which of the known words a misspelt one was meant to be.
//!
//! Owns the one measure of nearness, for keys of files and names of actions.

/// The known word that is the fewest slips away from `word`, if it is near at all.
#[must_use]
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let slips = |candidate: &&str| slips(word, candidate);
    let best = known.into_iter().min_by_key(slips)?;
    (slips(&best) <= 1 + word.chars().count() / 3).then_some(best)
}

/// Letters to put in, leave out or replace to make one word of the other; two that changed places
/// count once.
fn slips(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    let mut last = None;
    for (number, letter) in one.chars().enumerate() {
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
    row.last().copied().unwrap_or_default()
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
        assert_eq!((slips("exprot", "export"), slips("", "abc"), slips("abc", "abc")), (1, 3, 0));
    }
}
