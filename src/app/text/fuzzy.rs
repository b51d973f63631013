//! How well a command matches what was typed: `nucleo`'s ranking, over its name, keys and words.

use nucleo_matcher::pattern::{Atom, AtomKind, CaseMatching, Normalization};
use nucleo_matcher::{Config, Matcher, Utf32Str};

/// What was typed, word by word.
pub(crate) struct Typed {
    words: Vec<String>,
    matcher: Matcher,
}

impl Typed {
    pub(crate) fn new(text: &str) -> Self {
        let mut config = Config::DEFAULT;
        config.prefer_prefix = true;
        let words = text.split_whitespace().map(str::to_owned).collect();
        Self { words, matcher: Matcher::new(config) }
    }

    /// The more, the better; `None`: a word of it is found nowhere. The letters of a word may stand
    /// apart in a name, and only together in a description, where else any letters are found.
    pub(crate) fn score(&mut self, name: &str, keys: &str, description: &str) -> Option<u32> {
        let Self { words, matcher } = self;
        let mut score = |word: &str, text: &str, kind| {
            let atom = Atom::new(word, CaseMatching::Ignore, Normalization::Smart, kind, false);
            atom.score(Utf32Str::new(text, &mut Vec::new()), matcher).map(u32::from)
        };
        let of_word = |word: &String| {
            // A key is as good as a name that is nothing else.
            let key = keys.split(' ').find(|key| key.eq_ignore_ascii_case(word));
            let named = [Some(name), key].into_iter().flatten();
            let named = named.filter_map(|text| score(word, text, AtomKind::Fuzzy)).max();
            named.max(score(word, description, AtomKind::Substring).map(|score| score / 2))
        };
        words.iter().map(of_word).sum()
    }
}

/// The places of those that match, best first: the least key, and of equal ones the earlier place.
pub(crate) fn ranked<K: Ord>(keys: impl Iterator<Item = Option<K>>) -> Vec<usize> {
    let mut found: Vec<(K, usize)> =
        keys.enumerate().filter_map(|(place, key)| Some((key?, place))).collect();
    found.sort_unstable();
    found.into_iter().map(|(_, place)| place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn score(name: &str, typed: &str) -> Option<u32> {
        Typed::new(typed).score(name, "e ctrl-e", "Export the marked sessions")
    }

    #[test]
    fn names_come_before_letters_apart_and_these_before_descriptions() {
        let falling = ["export-many", "exports", "an-export", "x-e-x-p-o-r-t", "many"];
        let scores = falling.map(|name| score(name, "export"));
        assert!(scores.iter().all(Option::is_some), "{scores:?}");
        assert!(scores.is_sorted_by(|a, b| a >= b), "{scores:?}");
        assert!(
            scores[1] > scores[2] && scores[2] > scores[3] && scores[3] > scores[4],
            "{scores:?}"
        );
    }

    #[test]
    fn every_word_is_found_in_name_keys_or_words() {
        assert!(score("many", "mny MARKED").is_some());
        assert_eq!(score("many", "many nothing"), None);
        assert_eq!(score("many", "exsesn"), None, "letters apart in a description");
        let of_key = |keys| Typed::new("Ctrl-E").score("bell", keys, "Bell on and off");
        assert!(of_key("e ctrl-e") > score("many", "export") && of_key("b").is_none());
    }
}
