//! From text to query, in one pass from left to right.

use regex::RegexBuilder;

use super::fields::{self, FIELDS, Field};
use super::value::{Op, Parsed, docs, flag, stage, time, wrong};
use super::word::Word;
use super::{Condition, Expr, How, Needle, QueryError};
use crate::domain::nearest::suggestion;

/// Brackets and `!` within each other.
// The reader calls itself for each: thousands of brackets in a paste would overflow the stack.
const DEEPEST: usize = 32;
/// Bytes that a compiled pattern may take.
// A short pattern can compile to megabytes: `(\w{99}){99}`.
const LARGEST_PATTERN: usize = 256 * 1024;

pub(super) fn parse(text: &str) -> Parsed<Expr> {
    let mut reader = Reader { text: text.chars().collect(), at: 0, depth: 0 };
    let expr = reader.any()?;
    match reader.peek() {
        None => Ok(expr),
        Some(_) => Err(wrong(reader.at, "this ) has no matching (")),
    }
}

struct Reader {
    text: Vec<char>,
    at: usize,
    depth: usize,
}

/// A value as it was written.
enum Value {
    Plain(String),
    Quoted(String),
    Pattern(Needle),
}

impl Reader {
    fn peek(&self) -> Option<char> {
        self.text.get(self.at).copied()
    }

    fn starts_with(&self, wanted: &str) -> bool {
        let rest = self.text.get(self.at..).unwrap_or_default();
        wanted.chars().enumerate().all(|(place, c)| rest.get(place) == Some(&c))
    }

    fn take(&mut self, wanted: &str) -> bool {
        let found = self.starts_with(wanted);
        if found {
            self.at += wanted.chars().count();
        }
        found
    }

    fn take_while(&mut self, fits: impl Fn(char) -> bool) -> String {
        let taken: String =
            self.text.iter().skip(self.at).copied().take_while(|c| fits(*c)).collect();
        self.at += taken.chars().count();
        taken
    }

    fn skip_blanks(&mut self) {
        self.take_while(char::is_whitespace);
    }

    /// A word of ours, whole: `or`, `not`.
    fn keyword(&mut self, word: &str) -> bool {
        let here = self.at;
        let found = self.take_while(|c| !ends_word(c)).eq_ignore_ascii_case(word)
            // `or:x` is a field that nobody knows, not our word: the error must say so.
            && !matches!(self.peek(), Some(':' | '=' | '<' | '>'));
        if !found {
            self.at = here;
        }
        found
    }

    fn any(&mut self) -> Parsed<Expr> {
        let mut parts = Vec::new();
        loop {
            let all = self.all()?;
            let empty = matches!(&all, Expr::All(none) if none.is_empty());
            let here = self.at;
            let more = self.keyword("or");
            if empty && (more || !parts.is_empty()) {
                return Err(wrong(here, "or needs a condition on both sides"));
            }
            parts.push(all);
            if !more {
                return Ok(Expr::any(parts));
            }
        }
    }

    fn all(&mut self) -> Parsed<Expr> {
        let mut parts = Vec::new();
        loop {
            self.skip_blanks();
            let here = self.at;
            let ends = self.peek().is_none_or(|c| c == ')') || self.keyword("or");
            if ends {
                self.at = here;
                return Ok(Expr::all(parts));
            }
            if !self.keyword("and") {
                parts.push(self.one()?);
            }
        }
    }

    fn one(&mut self) -> Parsed<Expr> {
        self.skip_blanks();
        let here = self.at;
        if self.depth >= DEEPEST {
            return Err(wrong(here, "too many nested brackets"));
        }
        self.depth += 1;
        let expr = if self.take("!") || self.keyword("not") {
            self.skip_blanks();
            if self.peek().is_none_or(|c| c == ')') {
                return Err(wrong(self.at, "expected a condition after !, such as !tag:chased"));
            }
            Expr::Not(Box::new(self.one()?))
        } else if self.take("(") {
            let inner = self.any()?;
            if matches!(&inner, Expr::All(none) if none.is_empty()) {
                return Err(wrong(self.at, "expected a condition inside the brackets"));
            }
            if !self.take(")") {
                return Err(wrong(self.at, "expected ) for the ( at the start of this group"));
            }
            inner
        } else {
            let condition = self.condition()?;
            if self.peek().is_some_and(|c| !c.is_whitespace() && !matches!(c, '(' | ')')) {
                return Err(wrong(self.at, "expected a blank"));
            }
            Expr::Is(condition)
        };
        self.depth -= 1;
        Ok(expr)
    }

    fn condition(&mut self) -> Parsed<Condition> {
        if self.peek() == Some('"') {
            return self.quoted().map(|text| Word::condition(Needle::text(&text)));
        }
        if self.starts_with("re:/") {
            return self.pattern().map(Word::condition);
        }
        let here = self.at;
        let name = self.take_while(|c| !ends_word(c));
        let name = match self.peek() {
            // `tag!=x`: the ! belongs to the sign, not to the name.
            Some('=') => match name.strip_suffix('!') {
                Some(shorter) => {
                    self.at -= 1;
                    shorter.to_owned()
                }
                None => name,
            },
            _ => name,
        };
        let sign_at = self.at;
        match self.op() {
            None => Ok(Word::condition(Needle::text(&name))),
            Some(_) if name.is_empty() => {
                Err(wrong(here, format!("expected a field before this sign: {}", names())))
            }
            Some(op) => match fields::of(&name) {
                None => Err(unknown_field(here, &name)),
                Some(field) => self.compared(field, op, sign_at),
            },
        }
    }

    fn op(&mut self) -> Option<Op> {
        let signs = [
            (":", Op::Text(How::Holds)),
            ("=", Op::Text(How::Equals)),
            ("!=", Op::Text(How::Differs)),
            ("<", Op::Less),
            (">", Op::More),
        ];
        signs.into_iter().find(|(sign, _)| self.take(sign)).map(|(_, op)| op)
    }

    fn compared(&mut self, field: Field, op: Op, sign_at: usize) -> Parsed<Condition> {
        let here = self.at;
        let name = fields::name(field);
        let value = self.value(name)?;
        match field {
            Field::Flag => flag(op, &value.plain(here, name)?, here),
            Field::Time(field) => time(field, op, &value.plain(here, name)?, sign_at, here),
            Field::Docs => docs(op, &value.plain(here, name)?, here),
            Field::Text(field) => {
                let how = op.of_text(name, sign_at)?;
                Ok(Condition::Text { field, how, value: value.needle() })
            }
            Field::Stage => {
                let how = op.of_text(name, sign_at)?;
                stage(how, value.needle(), here)
            }
        }
    }

    fn value(&mut self, name: &str) -> Parsed<Value> {
        if self.peek() == Some('"') {
            return self.quoted().map(Value::Quoted);
        }
        if self.starts_with("re:/") {
            return self.pattern().map(Value::Pattern);
        }
        let here = self.at;
        let text = self.take_while(|c| !c.is_whitespace() && !matches!(c, '(' | ')' | '"'));
        if text.is_empty() {
            return Err(wrong(here, format!("expected a value for {name}")));
        }
        Ok(Value::Plain(text))
    }

    fn quoted(&mut self) -> Parsed<String> {
        let here = self.at;
        self.take("\"");
        let mut text = String::new();
        while let Some(c) = self.peek() {
            self.at += 1;
            match c {
                '"' => return Ok(text),
                '\\' => {
                    text.extend(self.peek());
                    self.at += 1;
                }
                c => text.push(c),
            }
        }
        Err(wrong(here, "expected a closing \" for this one"))
    }

    fn pattern(&mut self) -> Parsed<Needle> {
        let here = self.at;
        self.take("re:/");
        let starts = self.at;
        let mut text = String::new();
        while let Some(c) = self.peek() {
            self.at += 1;
            match c {
                '/' => return pattern(&text, starts),
                '\\' => {
                    let next = self.peek();
                    self.at += 1;
                    if next != Some('/') {
                        text.push('\\');
                    }
                    text.extend(next);
                }
                c => text.push(c),
            }
        }
        Err(wrong(here, "expected a closing / for this pattern"))
    }
}

const fn ends_word(c: char) -> bool {
    c.is_whitespace() || matches!(c, '(' | ')' | '"' | ':' | '=' | '<' | '>')
}

impl Op {
    fn of_text(self, name: &str, at: usize) -> Parsed<How> {
        match self {
            Self::Text(how) => Ok(how),
            Self::Less | Self::More => {
                Err(wrong(at, format!("{name} is text: expected : or = or !=")))
            }
        }
    }
}

impl Value {
    fn needle(self) -> Needle {
        match self {
            Self::Plain(text) | Self::Quoted(text) => Needle::text(&text),
            Self::Pattern(pattern) => pattern,
        }
    }

    fn plain(self, at: usize, name: &str) -> Parsed<String> {
        match self {
            Self::Plain(text) | Self::Quoted(text) => Ok(text),
            Self::Pattern(_) => Err(wrong(at, format!("{name} does not accept a pattern"))),
        }
    }
}

fn pattern(text: &str, at: usize) -> Parsed<Needle> {
    let made = RegexBuilder::new(text)
        .case_insensitive(true)
        .size_limit(LARGEST_PATTERN)
        .dfa_size_limit(LARGEST_PATTERN)
        .nest_limit(50)
        .build();
    made.map(Needle::Pattern).map_err(|why| match why {
        regex::Error::CompiledTooBig(_) => wrong(at, "this pattern is too large"),
        other => {
            // The last line says what is wrong, the others draw it for a wider screen.
            let text = other.to_string();
            let last = text.lines().last().unwrap_or_default().trim();
            let what = last.trim_start_matches("error: ");
            wrong(at, format!("this pattern cannot be read: {what}"))
        }
    })
}

fn names() -> String {
    FIELDS.map(|(name, _)| name).join(" ")
}

fn unknown_field(at: usize, name: &str) -> QueryError {
    let hint = suggestion(name, FIELDS.map(|(name, _)| name));
    wrong(at, format!("no such field; {hint} (a word with : = < > needs quotes)"))
}
