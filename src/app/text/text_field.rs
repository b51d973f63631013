//! One line of text that the operator types: a filter, a search, a file name.
//!
//! `tui-input` moves and deletes; what may stand in the text is decided here alone: pasted newlines
//! become blanks (fault T13), every other character that is not printable is left out.

use tui_input::Input;
/// A key in a text field.
pub use tui_input::InputRequest as Edit;

/// The longest text kept, in characters; a paste is cut there.
pub const LONGEST: usize = 1_024;

/// A text with a cursor.
#[derive(Clone, Debug, Default)]
pub struct TextField(Input);

impl PartialEq for TextField {
    fn eq(&self, other: &Self) -> bool {
        (self.0.value(), self.0.cursor()) == (other.0.value(), other.0.cursor())
    }
}

impl Eq for TextField {}

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
        self.0.value().to_owned()
    }

    /// The text before the cursor; its display width is the cursor's column.
    #[must_use]
    pub fn before_cursor(&self) -> String {
        self.0.value().chars().take(self.0.cursor()).collect()
    }

    /// True when nothing has been typed; a blank is something.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.value().is_empty()
    }

    /// Puts text in at the cursor, as text only.
    pub fn paste(&mut self, text: &str) {
        let room = LONGEST.saturating_sub(self.0.value().chars().count());
        let text = text.trim_end_matches(['\r', '\n']).chars();
        let text = text.map(|c| if c.is_whitespace() { ' ' } else { c });
        let mut before = self.before_cursor();
        before.extend(text.filter(|c| !c.is_control() && !crate::text::is_unseen(*c)).take(room));
        self.replace_before(&before);
    }

    /// Takes one key; one that has nothing to act on changes nothing.
    pub fn edit(&mut self, edit: Edit) {
        match edit {
            Edit::InsertChar(character) => self.paste(character.encode_utf8(&mut [0; 4])),
            // To the blank before it, as in a shell; `tui-input` stops within `stage:gone`.
            Edit::DeletePrevWord => {
                let before = self.before_cursor();
                let word = before.trim_end().trim_end_matches(|c: char| !c.is_whitespace());
                self.replace_before(word);
            }
            other => {
                self.0.handle(other);
            }
        }
    }

    /// Puts a text in the place of what stands between a character and the cursor.
    pub(crate) fn replace_from(&mut self, from: usize, text: &str) {
        let before: String = self.before_cursor().chars().take(from).collect();
        self.replace_before(&before);
        self.paste(text);
    }

    fn replace_before(&mut self, before: &str) {
        let after: String = self.0.value().chars().skip(self.0.cursor()).collect();
        let text = format!("{before}{after}");
        self.0 = Input::new(text).with_cursor(before.chars().count());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_edit_at_the_cursor() {
        let mut field = TextField::new("stage:gone tag");
        field.edit(Edit::DeletePrevWord);
        assert_eq!(field.text(), "stage:gone ");
        field.edit(Edit::GoToStart);
        field.edit(Edit::InsertChar('!'));
        field.edit(Edit::DeleteNextChar);
        field.edit(Edit::GoToNextChar);
        field.edit(Edit::DeletePrevChar);
        assert_eq!((field.before_cursor().as_str(), field.text().as_str()), ("!", "!age:gone "));
        field.edit(Edit::GoToEnd);
        field.edit(Edit::GoToPrevChar);
        field.edit(Edit::DeleteFromStart);
        assert_eq!(field.text(), " ");
    }

    #[test]
    fn words_and_whole_characters_are_passed_and_deleted() {
        let mut field = TextField::new("tag:late and e\u{301}");
        field.edit(Edit::DeletePrevChar);
        assert_eq!(field.text(), "tag:late and ", "a letter with its accent");
        field.edit(Edit::GoToPrevWord);
        assert_eq!(field.before_cursor(), "tag:late ");
        field.edit(Edit::DeleteTillEnd);
        field.edit(Edit::GoToStart);
        field.edit(Edit::DeleteNextWord);
        assert!(!field.text().starts_with("tag"), "{}", field.text());
        field.edit(Edit::GoToNextWord);
        field.edit(Edit::InsertChar('\u{202e}'));
        field.edit(Edit::InsertChar('\t'));
        assert!(!field.text().contains(['\u{202e}', '\t']));
    }

    // T13
    #[test]
    fn a_paste_is_text_only_and_bounded() {
        let mut field = TextField::default();
        field.paste("a\u{1b}[31m\nb\u{202e}\tc\r\n");
        assert_eq!(field.text(), "a[31m b c");
        field.paste(&"x".repeat(5_000));
        assert_eq!(field.text().chars().count(), LONGEST);
    }
}
