//! The dialog for tags.

use std::collections::BTreeSet;

use crate::app::text::text_field::TextField;
use crate::domain::session::ids::SessionId;
use crate::text::shown_str;

/// The longest tag, in characters.
pub(crate) const LONGEST_TAG: usize = 30;

/// `T`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagsDialog {
    pub(crate) ids: Vec<SessionId>,
    /// In words: `dbs-1`, `3 sessions`.
    pub subject: String,
    pub field: TextField,
    /// Tags that all of them had when it opened, and that may be shown; others stay.
    pub(crate) common: Vec<String>,
    /// Tags in use anywhere, most used first.
    pub(crate) in_use: Vec<String>,
}

impl TagsDialog {
    /// Tags in use that go on where the word at the cursor stops.
    #[must_use]
    pub fn completions(&self) -> Vec<&str> {
        let typed = words(&self.field.text());
        let before = self.field.before_cursor();
        let word = before.rsplit([' ', ',']).next().unwrap_or_default().trim_start_matches('#');
        self.in_use
            .iter()
            .map(String::as_str)
            .filter(|tag| tag.starts_with(word) && *tag != word && !typed.iter().any(|t| t == tag))
            .collect()
    }
}

/// Words as tags: without `#`, sorted, each once.
pub(crate) fn words(text: &str) -> Vec<String> {
    let words = text.split([' ', ',', ';']).map(|word| word.trim_start_matches('#'));
    let tags: BTreeSet<String> =
        words.filter(|word| !word.is_empty()).map(|word| shown_str(word, LONGEST_TAG)).collect();
    tags.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn tags_are_words_without_their_sign() {
        assert_eq!(words(" #b a,a;  c\u{202e} "), ["a", "b", "c<U+202E>"].map(str::to_owned));
        assert!(words("  ,").is_empty());
    }
}
