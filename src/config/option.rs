//! What an option is, and `options!`, which makes a section of the file of its declarations: the
//! struct, how it is read, and what schema, template, reference and flags are made from.

use serde_json::Value as Json;

use super::value::Value;

/// An option as it is declared.
#[derive(Debug)]
pub struct ConfigOption {
    /// Its key in its section.
    pub key: &'static str,
    pub doc: &'static str,
    /// As the file would have it, in TOML.
    pub default: Option<&'static str>,
    /// What is in force where nothing is given, in words.
    pub otherwise: Option<&'static str>,
    /// TOML that the template shows commented out.
    pub example: Option<&'static str>,
    /// TOML that the template sets.
    pub set: Option<&'static str>,
    /// Variables of the environment, the first of which that is set counts.
    pub env: &'static [&'static str],
    /// `-p --profile NAME`
    pub flag: Option<&'static str>,
    pub schema: fn() -> Json,
    /// The words that it may be, where it is one of several.
    pub choices: &'static [&'static str],
    /// It may be left out though it has no default.
    pub optional: bool,
}

impl ConfigOption {
    pub(super) const fn is_needed(&self) -> bool {
        self.default.is_none() && self.otherwise.is_none() && !self.optional
    }

    /// `p`
    pub(crate) fn short_flag(&self) -> Option<char> {
        self.flag?.strip_prefix('-')?.chars().next().filter(|letter| *letter != '-')
    }

    /// The name of its flag and of the flag's value: `--profile`, `NAME`.
    pub(crate) fn long_flag(&self) -> Option<(&'static str, &'static str)> {
        let flag = self.flag?;
        flag.get(flag.find("--")?..)?.split_once(' ')
    }
}

/// A section as it is declared.
#[derive(Debug)]
pub struct SectionInfo {
    /// `refresh`; `profiles.sandbox` where each has a name; empty before all sections; [`FLAGS`].
    pub table: &'static str,
    pub doc: &'static str,
    pub options: &'static [ConfigOption],
}

/// The section of what stands on the command line and in the environment alone.
pub(super) const FLAGS: &str = "--";

impl SectionInfo {
    /// `refresh`, or `profiles` and the name in the template.
    pub(super) fn names(&self) -> (&'static str, Option<&'static str>) {
        self.table.split_once('.').map_or((self.table, None), |(table, name)| (table, Some(name)))
    }
}

/// A section, read as a whole.
pub(super) trait Section: Sized {
    const INFO: SectionInfo;

    fn read<L: Layers>(layers: &mut L) -> Result<Self, L::Error>;
}

/// The declared defaults; what is found out is empty.
pub(super) struct Declared;

impl Layers for Declared {
    type Error = String;

    fn value<T: Value>(&mut self, option: &'static ConfigOption) -> Result<T, String> {
        match (option.default, T::ABSENT) {
            (None, Some(absent)) => Ok(absent()),
            (default, _) => {
                let value = default.unwrap_or("\"\"").parse::<toml::Value>();
                T::read(&value.map_err(|why| why.to_string())?)
            }
        }
    }
}

/// What values are read from: files and flags, or the declaration alone.
pub(super) trait Layers {
    type Error;

    fn value<T: Value>(&mut self, option: &'static ConfigOption) -> Result<T, Self::Error>;
}

macro_rules! options {
    ($(
        $(#[doc = $about:literal])+
        struct $name:ident in $table:literal {$(
            $(#[doc = $doc:literal])+
            $key:ident: $kind:ty $(= $default:tt)? $(, $word:ident $value:tt)*;
        )+}
    )+) => {
        $(
            $(#[doc = $about])+
            #[derive(Clone, Debug, PartialEq)]
            pub struct $name {
                $(pub $key: $kind,)+
            }

            impl $name {
                /// The declared defaults; what is found out is empty.
                pub fn usual() -> Result<Self, String> {
                    Self::read(&mut Declared)
                }
            }

            impl Section for $name {
                const INFO: SectionInfo = SectionInfo {
                    table: $table,
                    doc: concat!($($about),+),
                    options: &[$(options!(
                        @option $key, $kind, concat!($($doc),+) $(, default $default)? $(, $word $value)*
                    )),+],
                };

                fn read<L: Layers>(layers: &mut L) -> Result<Self, L::Error> {
                    Ok(Self {$(
                        $key: {
                            const OPTION: &ConfigOption = &options!(
                                @option $key, $kind, "" $(, default $default)? $(, $word $value)*
                            );
                            layers.value(OPTION)?
                        },
                    )+})
                }
            }
        )+

        /// All sections in the order of the file.
        pub const SECTIONS: &[SectionInfo] = &[$($name::INFO),+];
    };
    (@option $key:ident, $kind:ty, $doc:expr $(, $word:ident $value:tt)*) => {
        ConfigOption {
            key: stringify!($key),
            doc: $doc,
            schema: <$kind as Value>::schema,
            choices: <$kind as Value>::CHOICES,
            optional: <$kind as Value>::OPTIONAL,
            $($word: options!(@$word $value),)*
            ..ConfigOption {
                key: "", doc: "", default: None, otherwise: None, example: None, set: None,
                env: &[], flag: None, schema: <$kind as Value>::schema, choices: &[], optional: false,
            }
        }
    };
    (@env $variables:tt) => { &$variables };
    (@flag $flag:literal) => { Some($flag) };
    (@otherwise $words:literal) => { Some($words) };
    (@$toml:ident $value:tt) => { Some(stringify!($value)) };
}

pub(super) use options;
