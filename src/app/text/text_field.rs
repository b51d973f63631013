//! One line of text that the operator types: a filter, a search, a file name.

/// A key in a text field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edit {
    Insert(char),
    Backspace,
    Delete,
    Left,
    Right,
    Home,
    End,
    /// Delete the word to the left.
    DeleteWord,
    /// Delete all to the left.
    Clear,
}

/// The longest text kept, in characters; a paste is cut there.
pub const LONGEST: usize = 1_024;

/// A text with a cursor.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct TextField {
    before: Vec<char>,
    after: Vec<char>,
}

/// Keeps what was typed for the arrows, newest last and each once, at most so many.
pub(crate) fn remember(history: &mut Vec<String>, text: String, most: usize) {
    history.retain(|known| *known != text);
    history.push(text);
    let surplus = history.len().saturating_sub(most);
    history.drain(..surplus);
}

impl TextField {
    /// A field with a text, the cursor behind it.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let mut field = Self::default();
        field.paste(text);
        field
    }

    /// The whole text, on both sides of the cursor.
    #[must_use]
    pub fn text(&self) -> String {
        self.before.iter().chain(self.after.iter().rev()).collect()
    }

    /// The text before the cursor; its display width is the cursor's column.
    #[must_use]
    pub fn before_cursor(&self) -> String {
        self.before.iter().collect()
    }

    /// True when nothing has been typed; a blank is something.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.before.is_empty() && self.after.is_empty()
    }

    /// Puts text in at the cursor, as text only.
    pub fn paste(&mut self, text: &str) {
        for character in text.trim_end_matches(['\r', '\n']).chars() {
            // A line break in a paste must not act as Enter,
            // nor glue two words together (fault T13).
            let character = if character.is_whitespace() { ' ' } else { character };
            self.insert(character);
        }
    }

    /// Takes one key; one that has nothing to act on changes nothing.
    pub fn edit(&mut self, edit: Edit) {
        match edit {
            Edit::Insert(character) => self.insert(character),
            Edit::Backspace => drop(self.before.pop()),
            Edit::Delete => drop(self.after.pop()),
            Edit::Left => self.after.extend(self.before.pop()),
            Edit::Right => self.before.extend(self.after.pop()),
            Edit::Home => self.after.extend(self.before.drain(..).rev()),
            Edit::End => self.before.extend(self.after.drain(..).rev()),
            Edit::DeleteWord => self.delete_word(),
            Edit::Clear => self.before.clear(),
        }
    }

    /// Puts a text in the place of what stands between a character and the cursor.
    pub(crate) fn replace_from(&mut self, from: usize, text: &str) {
        self.before.truncate(from);
        self.paste(text);
    }

    fn insert(&mut self, character: char) {
        let room = self.before.len() + self.after.len() < LONGEST;
        if room && !character.is_control() && !is_format(character) {
            self.before.push(character);
        }
    }

    fn delete_word(&mut self) {
        while self.before.last().is_some_and(|c| c.is_whitespace()) {
            self.before.pop();
        }
        while self.before.last().is_some_and(|c| !c.is_whitespace()) {
            self.before.pop();
        }
    }
}

/// Direction marks, zero-width characters and tags: they change how a text looks, not what it says.
const fn is_format(character: char) -> bool {
    matches!(
        character,
        '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}'
            | '\u{E0000}'..='\u{E0FFF}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_edit_at_the_cursor() {
        let mut field = TextField::new("stage:gone tag");
        field.edit(Edit::DeleteWord);
        assert_eq!(field.text(), "stage:gone ");
        field.edit(Edit::Home);
        field.edit(Edit::Insert('!'));
        field.edit(Edit::Delete);
        field.edit(Edit::Right);
        field.edit(Edit::Backspace);
        assert_eq!((field.before_cursor().as_str(), field.text().as_str()), ("!", "!age:gone "));
        field.edit(Edit::End);
        field.edit(Edit::Left);
        field.edit(Edit::Clear);
        assert_eq!(field.text(), " ");
    }

    #[test]
    fn a_paste_is_text_only_and_bounded() {
        let mut field = TextField::default();
        field.paste("a\u{1b}[31m\nb\u{202e}\tc\r\n");
        assert_eq!(field.text(), "a[31m b c");
        field.paste(&"x".repeat(5_000));
        assert_eq!(field.text().chars().count(), LONGEST);
    }
}
