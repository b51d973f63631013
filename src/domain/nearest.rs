//! Which of the known words a misspelt one was meant to be.

/// The known word that is the fewest slips away from `word`, if it is near at all.
#[must_use]
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let whole = |candidate: &&str| slips(word, candidate).1;
    let best = known.into_iter().min_by_key(whole)?;
    // A third of the letters: beyond that a guess is no help.
    (whole(&best) <= 1 + word.chars().count() / 3).then_some(best)
}

/// A question for a misspelt word, where a known one is near, else the choices. For words that may
/// be typed in part: `turned` is near `turned away?`, `tags` and `reference` near `tag` and `ref`.
#[must_use]
pub fn suggestion<'a>(
    word: &str,
    known: impl IntoIterator<Item = &'a str, IntoIter: Clone>,
) -> String {
    let known = known.into_iter();
    let lower = word.to_lowercase();
    // Three letters at least: everything begins with one of them.
    let begins = |candidate: &&str| candidate.len() >= 3 && lower.starts_with(*candidate);
    let near = known.clone().min_by_key(|candidate| slips(word, candidate));
    let allowed = word.chars().count() / 3;
    let near = near.filter(|best| !word.is_empty() && slips(word, best).0 <= allowed);
    match near.or_else(|| known.clone().find(begins)) {
        Some(meant) => format!("did you mean {meant}?"),
        None => format!("choose from: {}", known.collect::<Vec<_>>().join(", ")),
    }
}

/// Letters to put in, leave out or replace to make of `one` the nearest
/// start of `other`, and all of it; two that changed places count once, and
/// case not at all. Bounded: of a long word only the first 64 letters count.
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
        for (word, said) in [
            ("Turned", "did you mean turned away?"),
            ("stge", "did you mean stage?"),
            ("tags", "did you mean tag?"),
            ("reference", "did you mean ref?"),
        ] {
            let known = ["tag", "ref", "stage", "turned away"];
            assert_eq!(suggestion(word, known), said);
        }
        for far in ["foo", "nope", "x", ""] {
            let said = suggestion(far, ["gone", "docs", "done"]);
            assert_eq!(said, "choose from: gone, docs, done", "{far}");
        }
    }
}
