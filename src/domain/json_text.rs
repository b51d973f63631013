//! The one scanner over the bytes of an answer: checks it, cuts members out of it, puts other
//! values into it, lays it out over lines. Everything that it keeps, it keeps as text, numbers too.

mod laid_out;
mod mended;

use std::collections::HashSet;

pub use laid_out::laid_out;
pub use mended::mended;

/// The deepest nesting taken in (fault A10).
const MAX_DEPTH: usize = 64;

/// Why a text is not taken in; in our words, without any of the text.
pub type Refusal = &'static str;

const OBJECT: u8 = b'{';
const OBJECT_END: u8 = b'}';
const LIST: u8 = b'[';
const NOT_JSON: Refusal = "the response is not JSON";

/// Where the scanner stands: before a value.
pub struct TextPlace<'a> {
    /// JSON pointer of the value.
    pub pointer: &'a str,
    /// Its key, where it is an object's.
    pub key: Option<&'a str>,
}

/// What becomes of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It stays, text for text; what is below it is asked about too.
    Keep,
    /// It goes, with its key. Elements of lists and the root cannot be cut and stay.
    Cut,
    /// This text stands instead.
    Replace(String),
}

/// A text in which every value has met its fate. Without cuts and replacements it is the same text.
///
/// # Errors
/// Says what is wrong with the text: not JSON, no object or list, a key twice, too deep.
pub fn rewritten(text: &str, fate: impl FnMut(&TextPlace<'_>) -> Fate) -> Result<String, Refusal> {
    Ok(scanned(text, false, fate)?.out)
}

/// What came of a text.
struct Scanned {
    out: String,
    /// JSON pointers of what stands twice.
    twice: HashSet<String>,
}

fn scanned(
    text: &str,
    mends: bool,
    fate: impl FnMut(&TextPlace<'_>) -> Fate,
) -> Result<Scanned, Refusal> {
    let mut scanner = Scanner {
        text,
        at: 0,
        out: String::with_capacity(text.len()),
        copied: 0,
        muted: false,
        pointer: String::new(),
        depth: 0,
        mends,
        twice: HashSet::new(),
        fate,
    };
    scanner.blank();
    if !matches!(scanner.peek(), Some(OBJECT | LIST)) {
        // A scalar is JSON, and still no answer.
        scanner.value()?;
        return Err("the response is not an object");
    }
    scanner.value()?;
    scanner.blank();
    if scanner.peek().is_some() {
        return Err(NOT_JSON);
    }
    scanner.flush(text.len());
    Ok(Scanned { out: scanner.out, twice: scanner.twice })
}

/// A text without the members whose key `cut` names.
pub fn without(text: &str, cut: impl Fn(&str) -> bool) -> Result<String, Refusal> {
    rewritten(text, |place| if place.key.is_some_and(&cut) { Fate::Cut } else { Fate::Keep })
}

/// A text that is written in the place of a part.
struct Instead {
    begin: usize,
    end: usize,
    text: String,
}

struct Scanner<'a, F> {
    text: &'a str,
    at: usize,
    out: String,
    /// Up to here the text is in `out`, or was cut.
    copied: usize,
    /// Within what is cut or replaced: nothing is written, and nobody decides about members.
    muted: bool,
    pointer: String,
    depth: usize,
    /// What cannot be read is replaced instead of refused.
    mends: bool,
    twice: HashSet<String>,
    fate: F,
}

impl<'a, F: FnMut(&TextPlace<'_>) -> Fate> Scanner<'a, F> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn blank(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn expect(&mut self, byte: u8) -> Result<(), Refusal> {
        if self.peek() != Some(byte) {
            return Err(NOT_JSON);
        }
        self.at += 1;
        Ok(())
    }

    /// Writes what is kept up to a place.
    fn flush(&mut self, end: usize) {
        self.out.push_str(self.text.get(self.copied..end).unwrap_or_default());
        self.copied = end;
    }

    /// Reads a value of which nothing is written.
    fn passed_over(&mut self) -> Result<(), Refusal> {
        self.muted = true;
        self.value()?;
        self.muted = false;
        self.copied = self.at;
        Ok(())
    }

    fn value(&mut self) -> Result<(), Refusal> {
        match self.peek() {
            Some(OBJECT) => self.deeper(Self::object),
            Some(LIST) => self.deeper(Self::list),
            Some(b'"') => self.string(),
            Some(_) => self.scalar(),
            None => Err(NOT_JSON),
        }
    }

    fn deeper(&mut self, inner: fn(&mut Self) -> Result<(), Refusal>) -> Result<(), Refusal> {
        // This scanner and the parser behind it recurse:
        // without a bound the stack would end (fault A10).
        if self.depth >= MAX_DEPTH {
            return Err("the response is nested too deeply");
        }
        self.depth += 1;
        self.at += 1;
        inner(self)?;
        self.depth -= 1;
        Ok(())
    }

    /// A value that has a place: it is kept or replaced.
    fn placed(&mut self, fate: Fate) -> Result<(), Refusal> {
        let Fate::Replace(instead) = fate else { return self.value() };
        self.flush(self.at);
        self.passed_over()?;
        self.out.push_str(&instead);
        Ok(())
    }

    fn ask(&mut self, key: Option<&str>) -> Fate {
        if self.muted {
            return Fate::Keep; // it goes anyway
        }
        (self.fate)(&TextPlace { pointer: &self.pointer, key })
    }

    fn object(&mut self) -> Result<(), Refusal> {
        // Two values under one key are two answers: readers differ in which one counts (fault A09).
        let mut seen = HashSet::new();
        let (mut kept, mut from) = (false, self.at);
        self.blank();
        if self.peek() == Some(OBJECT_END) {
            self.at += 1;
            return Ok(());
        }
        loop {
            self.blank();
            let (raw, instead) = self.mended_string()?;
            let key = unescaped(instead.as_ref().map_or(raw, |instead| &instead.text))?;
            self.blank();
            self.expect(b':')?;
            self.blank();
            let outer = self.pointer.len();
            self.pointer.push('/');
            // As RFC 6901 has it, so that a pointer leads to one place only.
            if key.contains(['~', '/']) {
                self.pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
            } else {
                self.pointer.push_str(&key);
            }
            // By the key as it is meant: a secret with escapes in its name is a secret.
            let fate = self.ask(Some(&key));
            if fate == Fate::Cut {
                self.flush(from);
                self.passed_over()?;
            } else {
                kept = true;
                self.write_instead(instead);
                self.placed(fate)?;
            }
            if !seen.insert(key) {
                if !self.mends {
                    return Err("the response has one key twice");
                }
                self.twice.insert(self.pointer.clone());
            }
            self.pointer.truncate(outer);
            from = self.at;
            self.blank();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(OBJECT_END) => break,
                _ => return Err(NOT_JSON),
            }
            if !kept {
                // The comma belonged to a member that is gone.
                from = self.at;
                self.copied = self.at;
            }
        }
        self.at += 1;
        Ok(())
    }

    fn list(&mut self) -> Result<(), Refusal> {
        self.blank();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(());
        }
        for number in 0_usize.. {
            self.blank();
            let outer = self.pointer.len();
            self.pointer.push_str(&format!("/{number}"));
            let fate = self.ask(None);
            self.placed(fate)?;
            self.pointer.truncate(outer);
            self.blank();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => break,
                _ => return Err(NOT_JSON),
            }
        }
        self.at += 1;
        Ok(())
    }

    /// A string that is a value.
    fn string(&mut self) -> Result<(), Refusal> {
        let (_, instead) = self.mended_string()?;
        self.write_instead(instead);
        Ok(())
    }

    /// The inside of a string as it is written, and its replacement if an escape in it is broken.
    fn mended_string(&mut self) -> Result<(&'a str, Option<Instead>), Refusal> {
        let begin = self.at + 1;
        let raw = self.raw_string()?;
        let meant = self.mends.then(|| mended::string(raw)).filter(|meant| *meant != raw);
        let end = self.at - 1;
        Ok((raw, meant.map(|text| Instead { begin, end, text: text.into_owned() })))
    }

    /// The inside of a string, as it is written.
    fn raw_string(&mut self) -> Result<&'a str, Refusal> {
        self.expect(b'"')?;
        let begin = self.at;
        loop {
            match self.peek() {
                Some(b'"') => break,
                // Only skipped here: which escapes there are is looked at where the text is needed.
                Some(b'\\') => self.at += 2,
                Some(0..=0x1f) | None => return Err(NOT_JSON),
                Some(_) => self.at += 1,
            }
        }
        let end = self.at;
        self.at += 1;
        self.text.get(begin..end).ok_or(NOT_JSON)
    }

    fn write_instead(&mut self, instead: Option<Instead>) {
        if let Some(Instead { begin, end, text }) = instead.filter(|_| !self.muted) {
            self.flush(begin);
            self.out.push_str(&text);
            self.copied = end;
        }
    }

    /// A number, `true`, `false` or `null`.
    fn scalar(&mut self) -> Result<(), Refusal> {
        let begin = self.at;
        while let Some(b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'+' | b'-' | b'.') = self.peek() {
            self.at += 1;
        }
        let word = self.text.get(begin..self.at).unwrap_or_default();
        let good = matches!(word, "true" | "false" | "null") || is_number(word);
        if good {
            return Ok(());
        }
        if !self.mends || word.is_empty() {
            return Err(NOT_JSON);
        }
        self.write_instead(Some(Instead { begin, end: self.at, text: "null".to_owned() }));
        Ok(())
    }
}

/// `-12.50e+3`, as RFC 8259 has it.
fn is_number(word: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let word = word.strip_prefix('-').unwrap_or(word);
    let (mantissa, exponent) = match word.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (word, None),
    };
    let (whole, part) = match mantissa.split_once('.') {
        Some((whole, part)) => (whole, Some(part)),
        None => (mantissa, None),
    };
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && part.is_none_or(digits)
        && exponent.is_none_or(|e| digits(e.strip_prefix(['+', '-']).unwrap_or(e)))
}

/// A string's inside as it is meant.
fn unescaped(raw: &str) -> Result<String, Refusal> {
    let mut meant = String::with_capacity(raw.len());
    let mut rest = raw.chars();
    while let Some(c) = rest.next() {
        if c != '\\' {
            meant.push(c);
            continue;
        }
        meant.push(match rest.next() {
            Some(c @ ('"' | '\\' | '/')) => c,
            Some('b') => '\u{8}',
            Some('f') => '\u{c}',
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some('u') => {
                let first = unit(&mut rest)?;
                let mut units = vec![first];
                if (0xd800..0xdc00).contains(&first) {
                    let second = (rest.next(), rest.next());
                    if second != (Some('\\'), Some('u')) {
                        return Err(NOT_JSON);
                    }
                    units.push(unit(&mut rest)?);
                }
                let mut chars = char::decode_utf16(units);
                // A lone surrogate is no text (fault A11).
                chars.next().and_then(Result::ok).ok_or(NOT_JSON)?
            }
            _ => return Err(NOT_JSON),
        });
    }
    Ok(meant)
}

fn unit(rest: &mut std::str::Chars<'_>) -> Result<u16, Refusal> {
    let digits: String = rest.by_ref().take(4).collect();
    code_unit(&digits).ok_or(NOT_JSON)
}

/// The code unit that four hexadecimal digits mean.
fn code_unit(digits: &str) -> Option<u16> {
    let good = digits.len() == 4 && digits.bytes().all(|b| b.is_ascii_hexdigit());
    u16::from_str_radix(digits, 16).ok().filter(|_| good)
}
