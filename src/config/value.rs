//! What the value of an option may be: how the file writes it, what its schema says, how
//! `config show` prints it.
//!
//! What a value means beside others is for `resolve`.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;

use jiff::SignedDuration;
use serde_json::{Value as Json, json};
use toml::Value as Toml;
use uuid::Uuid;

use crate::domain::assessment::rules::PassRule;
use crate::domain::nearest::suggestion;
use crate::domain::personal::Privacy;
use crate::domain::session::wire_enum::CheckType;
use crate::domain::span::{exact, parse_span};
use crate::hub::MemberRole;

/// The value of an option.
pub trait Value: Sized {
    /// What it is where it may be left out without a default.
    const ABSENT: Option<fn() -> Self> = None;
    const OPTIONAL: bool = Self::ABSENT.is_some();
    /// The words that it may be, where it is one of several.
    const CHOICES: &[&str] = &[];

    /// What the JSON schema says of it.
    fn schema() -> Json;

    /// Reads a value of the schema's type.
    fn read(given: &Toml) -> Result<Self, String>;

    /// As `config show` prints it; empty: it is not printed.
    fn show(&self) -> String;

    /// Of the values given the one with the most of it is in force; `None`: the first.
    fn strictness(&self) -> Option<f64> {
        None
    }
}

impl<T: Value> Value for Option<T> {
    const ABSENT: Option<fn() -> Self> = Some(|| None);

    fn schema() -> Json {
        T::schema()
    }

    fn read(given: &Toml) -> Result<Self, String> {
        T::read(given).map(Some)
    }

    fn show(&self) -> String {
        self.as_ref().map(T::show).unwrap_or_default()
    }
}

impl<T: Value> Value for Vec<T> {
    const ABSENT: Option<fn() -> Self> = Some(Vec::new);

    fn schema() -> Json {
        json!({ "type": "array", "items": T::schema() })
    }

    fn read(given: &Toml) -> Result<Self, String> {
        given.as_array().into_iter().flatten().map(T::read).collect()
    }

    fn show(&self) -> String {
        if self.is_empty() { String::new() } else { array(self.iter().map(T::show)) }
    }
}

/// A value, or the word `off`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OrOff<T>(pub Option<T>);

impl<T: Value> Value for OrOff<T> {
    fn schema() -> Json {
        json!({ "anyOf": [{ "enum": ["off"] }, T::schema()] })
    }

    fn read(given: &Toml) -> Result<Self, String> {
        if given.as_str() == Some("off") {
            return Ok(Self(None));
        }
        T::read(given).map(|value| Self(Some(value))).map_err(|why| format!("{why}, or \"off\""))
    }

    fn show(&self) -> String {
        self.0.as_ref().map_or_else(|| "off".to_owned(), T::show)
    }
}

/// Values of one TOML type that have a common text form.
macro_rules! plain {
    ($($kind:ty: $schema:tt, $given:ident => $read:expr, $show:expr;)+) => {$(
        impl Value for $kind {
            fn schema() -> Json {
                json!($schema)
            }

            fn read($given: &Toml) -> Result<Self, String> {
                $read
            }

            fn show(&self) -> String {
                let show: fn(&Self) -> String = $show;
                show(self)
            }
        }
    )+};
}

fn text(given: &Toml) -> &str {
    given.as_str().unwrap_or_default()
}

/// A list as the file has it.
fn array(texts: impl Iterator<Item = String>) -> String {
    list(&texts.collect::<Vec<_>>()).to_string()
}

fn list(texts: &[String]) -> Toml {
    Toml::Array(texts.iter().cloned().map(Toml::String).collect())
}

fn words(given: &Toml) -> Vec<String> {
    given.as_array().into_iter().flatten().map(|word| text(word).to_owned()).collect()
}

plain! {
    String: { "type": "string" }, given => Ok(text(given).to_owned()), Self::clone;
    bool: { "type": "boolean" }, given => Ok(given.as_bool() == Some(true)), Self::to_string;
    u32: { "type": "integer", "minimum": 0, "maximum": u32::MAX },
        given => whole(given, 0, Self::MAX), Self::to_string;
    PathBuf: { "type": "string" },
        given => Ok(at_home(text(given))), |path| path.display().to_string();
    Uuid: { "type": "string" }, given => Self::try_parse(text(given).trim()).map_err(|_text| {
        "is not a UUID: expected a UUID such as 1c3cae90-1769-43a9-8554-d85f2e7cdb0f, from Yoti Hub"
            .to_owned()
    }), Self::to_string;
    SocketAddr: { "type": "string" }, given => text(given).parse().map_err(|_text| {
        "expected an address and a port, such as \"127.0.0.1:8750\"".to_owned()
    }), Self::to_string;
    SignedDuration: { "type": "string", "pattern": "^([0-9]+[smhd])+$" },
        given => match parse_span(text(given))? {
            span if span < Self::from_secs(1) => Err("must be at least 1s".to_owned()),
            span => Ok(span),
        }, |span| exact(*span);
    PassRule: { "oneOf": [
        { "enum": ["all"] },
        { "type": "array", "minItems": 1, "items": { "type": "string" } },
    ] },
        given => match (given.as_str(), words(given)) {
            (Some("all"), _) => Ok(Self::All),
            (Some(_), _) => Err("expected \"all\" or a list of check types".to_owned()),
            (None, types) if types.is_empty() => Err("the list is empty".to_owned()),
            (None, types) => {
                Ok(Self::Listed(types.iter().map(|name| CheckType::from_wire(name)).collect()))
            }
        }, |rule| match rule {
            Self::All => "all".to_owned(),
            Self::Listed(types) => array(types.iter().map(|kind| kind.as_raw().to_owned())),
        };
    ProgramLine: { "type": "array", "minItems": 1, "items": { "type": "string" } },
        given => Ok(Self(words(given))), |line| match line.0.split_first() {
            Some((program, arguments)) => {
                format!("{program} and {}", crate::text::count(arguments.len(), "argument"))
            }
            None => String::new(),
        };
    Chords: { "type": "object", "additionalProperties": { "oneOf": [
        { "type": "string" },
        { "type": "array", "items": { "type": "string" } },
    ] } },
        given => Ok(Self(given.as_table().into_iter().flatten().map(|(action, chords)| {
            let one = chords.as_str().map(|chord| vec![chord.to_owned()]);
            (action.clone(), one.unwrap_or_else(|| words(chords)))
        }).collect())), |keys| {
            let keys = keys.0.iter().map(|(action, chords)| (action.clone(), list(chords)));
            Toml::Table(keys.collect()).to_string()
        };
    Breakpoints: { "type": "array", "minItems": 2, "maxItems": 2,
        "items": { "type": "integer", "minimum": 80, "maximum": 65_535 } },
        given => {
            let read = |width| whole(width, 80, u32::from(u16::MAX)).ok()?.try_into().ok();
            let widths = given.as_array().into_iter().flatten().map(read);
            match widths.collect::<Option<Vec<u16>>>().as_deref() {
                Some(&[columns, wide]) if columns < wide => Ok(Self { columns, wide }),
                _ => Err("expected two widths, the second larger, from 80 up, such as [100, 160]"
                    .to_owned()),
            }
        }, |widths| format!("[{}, {}]", widths.columns, widths.wide);
    Clipboard: { "type": "string" },
        given => match text(given).split_whitespace().collect::<Vec<_>>().as_slice() {
            [] => Err("expected \"osc52\", \"off\", or a program such as \"wl-copy\"".to_owned()),
            ["osc52"] => Ok(Self::Terminal),
            ["off"] => Ok(Self::Off),
            // No shell, so no quotes either: a program with blanks in its arguments needs a script.
            words => Ok(Self::Program(words.iter().map(|word| (*word).to_owned()).collect())),
        }, |clipboard| match clipboard {
            Self::Terminal => "osc52".to_owned(),
            Self::Off => "off".to_owned(),
            Self::Program(words) => words.join(" "),
        };
}

fn whole(given: &Toml, least: u32, most: u32) -> Result<u32, String> {
    let number = given.as_integer().and_then(|number| u32::try_from(number).ok());
    let fits = number.filter(|number| (least..=most).contains(number));
    fits.ok_or_else(|| format!("expected {least} to {most}"))
}

/// A program and its arguments, as they are: no shell reads them. Arguments may hold what is
/// nobody's business, and are not printed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProgramLine(pub Vec<String>);

/// The keys of each action that the operator binds otherwise.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chords(pub BTreeMap<String, Vec<String>>);

/// From how many columns on panes are side by side, and from how many all of them are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Breakpoints {
    pub columns: u16,
    pub wide: u16,
}

/// Where copied text goes.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Clipboard {
    /// To the terminal, which may or may not take it: none answers.
    #[default]
    Terminal,
    Off,
    /// To the standard input of this program, with its arguments.
    Program(Vec<String>),
}

/// A share of the width or height.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Percent<const LEAST: u16, const MOST: u16>(pub u16);

impl<const LEAST: u16, const MOST: u16> Percent<LEAST, MOST> {
    pub(crate) fn clamped(share: u16) -> u16 {
        share.clamp(LEAST, MOST)
    }
}

impl<const LEAST: u16, const MOST: u16> Value for Percent<LEAST, MOST> {
    fn schema() -> Json {
        json!({ "type": "integer", "minimum": LEAST, "maximum": MOST })
    }

    fn read(given: &Toml) -> Result<Self, String> {
        let share = whole(given, LEAST.into(), MOST.into());
        let share = share.map_err(|why| format!("{why} (percent)"))?;
        Ok(Self(u16::try_from(share).unwrap_or(MOST)))
    }

    fn show(&self) -> String {
        self.0.to_string()
    }
}

/// Requests per second. Politeness is the owner's to lower, not to raise.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate(pub f64);

impl Value for Rate {
    fn schema() -> Json {
        json!({ "type": "number", "exclusiveMinimum": 0, "maximum": 1000 })
    }

    fn read(given: &Toml) -> Result<Self, String> {
        let number =
            given.to_string().parse().ok().filter(|number| *number > 0.0 && *number <= 1_000.0);
        number.map(Self).ok_or_else(|| "must be more than 0, and 1000 at most".to_owned())
    }

    fn show(&self) -> String {
        self.0.to_string()
    }

    fn strictness(&self) -> Option<f64> {
        Some(-self.0)
    }
}

macro_rules! choices {
    ($($kind:ident $(($strictness:ident))?: $($variant:ident = $word:literal),+;)+) => {$(
        impl Value for $kind {
            const CHOICES: &[&str] = &[$($word),+];

            fn schema() -> Json {
                json!({ "enum": Self::CHOICES })
            }

            fn read(given: &Toml) -> Result<Self, String> {
                match text(given) {
                    $($word => Ok(Self::$variant),)+
                    other => {
                        Err(format!("there is no {other:?}; {}", suggestion(other, Self::CHOICES.iter().copied())))
                    }
                }
            }

            fn show(&self) -> String {
                match self {
                    $(Self::$variant => $word.to_owned(),)+
                }
            }

            $(fn $strictness(&self) -> Option<f64> {
                // Declared from the strictest on.
                Some(-f64::from(*self as u8))
            })?
        }
    )+};
}

choices! {
    Privacy (strictness): Masked = "mask", Partial = "partial", Off = "off";
    Pictures: Auto = "auto", Kitty = "kitty", Sixel = "sixel", Iterm2 = "iterm2",
        HalfBlocks = "half-blocks";
    Alarm: Reject = "reject", TurnedAway = "turned_away", DueToday = "due_today";
    Desktop: Osc9 = "osc9", Osc777 = "osc777";
    Scheme: Signature = "signature", Bearer = "bearer";
    MemberRole: Poller = "poller", Desk = "desk", Viewer = "viewer";
}

/// How the picture of a media is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pictures {
    /// As the terminal's names in the environment tell.
    Auto,
    Kitty,
    Sixel,
    /// iTerm2's graphics.
    Iterm2,
    /// Two pixels to a cell, in every terminal.
    HalfBlocks,
}

/// What the bell can ring for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Alarm {
    /// A session ended in REJECT.
    Reject,
    /// An applicant was perhaps turned away.
    TurnedAway,
    DueToday,
}

/// How a desktop is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Desktop {
    /// OSC 9: `text`.
    Osc9,
    /// OSC 777: `notify;title;text`.
    Osc777,
}

/// How requests prove whose they are (contract 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    Signature,
    Bearer,
}

/// A path with `~` for the home folder.
pub(super) fn at_home(path: &str) -> PathBuf {
    let below = PathBuf::from(path);
    match (below.strip_prefix("~"), etcetera::home_dir()) {
        (Ok(below), Ok(home)) => home.join(below),
        _ => below,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_of_a_list_is_what_the_file_takes() {
        fn again<T: Value>(text: &str) {
            let given = |text: &str| {
                let table: toml::Table = toml::from_str(&format!("x = {text}")).unwrap();
                table.get("x").unwrap().clone()
            };
            let shown = T::read(&given(text)).unwrap().show();
            let read = T::read(&given(&shown)).unwrap().show();
            assert_eq!((shown.as_str(), read.as_str()), (text, text));
        }
        again::<Vec<String>>(r#"["chased", "two words"]"#);
        again::<Vec<Alarm>>(r#"["reject", "due_today"]"#);
        again::<Breakpoints>("[90, 140]");
        again::<PassRule>(r#"["ID_DOCUMENT_AUTHENTICITY"]"#);
        again::<Chords>(r#"{ export = ["e", "alt-e"], help = ["Z"] }"#);
    }

    #[test]
    fn two_words_are_reserved_for_the_clipboard_and_anything_else_is_a_program() {
        let read = |text: &str| Clipboard::read(&Toml::String(text.to_owned()));
        let program = |words: &[&str]| {
            Ok(Clipboard::Program(words.iter().map(|word| (*word).to_owned()).collect()))
        };
        assert_eq!(read(" osc52 "), Ok(Clipboard::Terminal));
        assert_eq!(read("off"), Ok(Clipboard::Off));
        assert_eq!(read("wl-copy"), program(&["wl-copy"]));
        assert_eq!(read("xclip -sel c"), program(&["xclip", "-sel", "c"]));
        assert!(read("  ").is_err());
    }
}
