//! The terminal's answer to the question for its ground (OSC 11), as the keys that crossterm takes
//! it for.
//!
//! A key that is pressed meanwhile is never taken for it.

use crossterm::event::{Event as Input, KeyCode, KeyEventKind, KeyModifiers};

use crate::theme::Ground;

/// Asks for the colour of the ground. BEL, not ST: some terminals end their answer as the question
/// ends, and one with ST wrongly.
pub const QUESTION: &[u8] = b"\x1b]11;?\x07";

/// How the answer begins, behind ESC ].
const BEGINNING: &str = "11;";
/// More than any terminal says of one colour.
const LONGEST: usize = 64;

/// What has come of the answer so far. It may come late, and then it must not act as keys either.
#[derive(Debug, Default)]
pub struct TerminalAnswer {
    part: Part,
    text: String,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Part {
    #[default]
    Expected,
    Text,
    /// ESC came apart from the `\` that ends the answer.
    Escape,
    Whole,
}

impl TerminalAnswer {
    /// Whether a terminal's event is part of the answer, which is taken in then.
    pub fn takes(&mut self, event: &Input) -> bool {
        let Input::Key(key) = event else { return false };
        if key.kind == KeyEventKind::Release || self.part == Part::Whole {
            return false;
        }
        let alt = key.modifiers.contains(KeyModifiers::ALT);
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        let next = match (self.part, key.code) {
            (Part::Expected, KeyCode::Char(']')) if alt => Some(Part::Text),
            (Part::Text, KeyCode::Char('\\')) if alt => Some(Part::Whole),
            (Part::Text, KeyCode::Char('g')) if control => Some(Part::Whole),
            (Part::Text, KeyCode::Esc) => Some(Part::Escape),
            (Part::Escape, KeyCode::Char('\\')) => Some(Part::Whole),
            (Part::Text, KeyCode::Char(sign)) if !alt && !control && self.may_go_on(sign) => {
                self.text.push(sign);
                Some(Part::Text)
            }
            _ => None,
        };
        if next.is_none() {
            // Somebody pressed Alt-]: the answer is still to come.
            self.text.clear();
        }
        self.part = next.unwrap_or_default();
        next.is_some()
    }

    fn may_go_on(&self, sign: char) -> bool {
        let beginning = BEGINNING.chars().nth(self.text.len());
        let of_colour = sign.is_ascii_alphanumeric() || ":/#,.".contains(sign);
        beginning.map_or(of_colour && self.text.len() < LONGEST, |expected| expected == sign)
    }

    /// What the terminal has answered.
    #[must_use]
    pub fn ground(&self) -> Option<Ground> {
        let whole = self.part == Part::Whole;
        let colour = self.text.strip_prefix(BEGINNING).filter(|_| whole)?;
        let colour = xterm_color::Color::parse(colour.as_bytes()).ok()?;
        let part = |part: u16| f64::from(part) / f64::from(u16::MAX);
        Some(Ground::of([part(colour.red), part(colour.green), part(colour.blue)]))
    }

    /// Whether nothing more will come.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.part == Part::Whole
    }
}

#[cfg(test)]
mod tests {
    use crossterm::event::KeyEvent;

    use super::*;

    fn key(code: KeyCode, modifiers: KeyModifiers) -> Input {
        Input::Key(KeyEvent::new(code, modifiers))
    }

    fn begin() -> Input {
        key(KeyCode::Char(']'), KeyModifiers::ALT)
    }

    fn typed(text: &str) -> impl Iterator<Item = Input> {
        text.chars().map(|sign| key(KeyCode::Char(sign), KeyModifiers::NONE))
    }

    #[test]
    fn an_answer_is_taken_whole_in_each_of_its_forms() {
        let bel = vec![key(KeyCode::Char('g'), KeyModifiers::CONTROL)];
        let st = vec![key(KeyCode::Char('\\'), KeyModifiers::ALT)];
        let apart = vec![key(KeyCode::Esc, KeyModifiers::NONE)];
        let apart = apart.into_iter().chain(typed("\\")).collect();
        for end in [bel, st, apart] {
            for (text, ground) in [
                ("11;rgb:1c1c/1c1c/1c1c", Some(Ground::Dark)),
                ("11;rgb:FFFF/FFFF/F0F0", Some(Ground::Light)),
                ("11;rgba:ffff/ffff/ffff/ffff", Some(Ground::Light)),
                ("11;#002b36", Some(Ground::Dark)),
                ("11;no", None),
            ] {
                let mut answer = TerminalAnswer::default();
                let events = std::iter::once(begin()).chain(typed(text)).chain(end.clone());
                assert!(events.into_iter().all(|event| answer.takes(&event)), "{text}");
                assert_eq!((answer.is_whole(), answer.ground()), (true, ground), "{text}");
                assert!(!typed("j").any(|event| answer.takes(&event)), "keys go on");
            }
        }
    }

    #[test]
    fn a_key_is_no_answer_and_the_answer_is_known_behind_it() {
        let mut answer = TerminalAnswer::default();
        assert!(!typed("jk:11;q").any(|event| answer.takes(&event)));
        assert!(answer.takes(&begin()), "Alt-] by the operator");
        assert!(!typed("j").any(|event| answer.takes(&event)));
        let whole = std::iter::once(begin()).chain(typed("11;rgb:0/0/0"));
        let whole = whole.chain([key(KeyCode::Char('g'), KeyModifiers::CONTROL)]);
        assert!(whole.into_iter().all(|event| answer.takes(&event)));
        assert_eq!(answer.ground(), Some(Ground::Dark));
    }
}
