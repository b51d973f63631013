//! The layers of values: flags over the environment over the profile over the file over defaults.
//!
//! Where the strictest value is in force, `value` says so of its type.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use toml::de::DeTable;
use toml::{Table, Value as Toml};

use super::environment::Environment;
use super::option::{ConfigOption, FLAGS, Layers, Section};
use super::options::of_file;
use super::value::Value;
use super::{ConfigError, Shown, Source};
use crate::api::key::holds_key;
use crate::domain::nearest::nearest;
use crate::regular_file;

/// So many bytes a config file may have: with every option and its comment it has some 20 kB.
const LARGEST: u64 = 1 << 20;

/// The flags of the command line that the configuration is made of.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    /// `--config`
    pub config: Option<PathBuf>,
    /// `--offline`
    pub offline: bool,
    /// Those of options, by their names: `--theme`.
    pub options: BTreeMap<&'static str, String>,
}

pub(super) struct File {
    pub(super) path: PathBuf,
    text: String,
    pub(super) table: Table,
}

impl File {
    /// Reads it, and refuses keys and types that no option has. A misspelt key is never ignored.
    pub(super) fn read(path: &Path, must_exist: bool) -> Result<Self, ConfigError> {
        // The usual name for no file at all.
        let none = path == Path::new("/dev/null");
        // It names programs that are run, and where the key is (fault F02).
        let ours = || regular_file::ours(path);
        let read = || regular_file::named(path, LARGEST).and_then(|bytes| ours().map(|()| bytes));
        let read = if none { Ok(Vec::new()) } else { read() };
        let read = read.and_then(|bytes| {
            String::from_utf8(bytes).map_err(|_bytes| std::io::Error::other("not UTF-8"))
        });
        let text = match read {
            Ok(text) => text,
            Err(why) if why.kind() == std::io::ErrorKind::NotFound && !must_exist => String::new(),
            Err(cause) => return Err(ConfigError::Unreadable { path: path.to_path_buf(), cause }),
        };
        // Before it is parsed: the parser's error quotes the line.
        if holds_key(&text) {
            let place = format!("the config file {}", path.display());
            return Err(ConfigError::KeyMaterial { place, belongs: "the path of a key file" });
        }
        let text = text.trim_start_matches('\u{feff}').to_owned();
        let table =
            toml::from_str(&text).map_err(|why| ConfigError::wrong(path, &why.to_string()))?;
        let file = Self { path: path.to_path_buf(), text, table };
        for section in of_file() {
            match section.names() {
                ("", _) => file.check(&[], section.options)?,
                (table, None) => file.check(&[table], section.options)?,
                (table, Some(_)) => {
                    for name in file.table(&[table])?.into_iter().flat_map(Table::keys) {
                        file.check(&[table, name], section.options)?;
                    }
                }
            }
        }
        Ok(file)
    }

    /// The names of its profiles, views, ….
    pub(super) fn names(&self, table: &str) -> Vec<String> {
        let table = self.get(&[table]).and_then(Toml::as_table);
        table.into_iter().flat_map(Table::keys).cloned().collect()
    }

    fn get(&self, keys: &[&str]) -> Option<&Toml> {
        let (last, tables) = keys.split_last()?;
        let mut table = &self.table;
        for name in tables {
            table = table.get(*name)?.as_table()?;
        }
        table.get(*last)
    }

    fn table(&self, keys: &[&str]) -> Result<Option<&Table>, ConfigError> {
        match self.get(keys) {
            None => Ok(Some(&self.table).filter(|_| keys.is_empty())),
            Some(Toml::Table(table)) => Ok(Some(table)),
            Some(_) => Err(self.wrong(keys, "expected a table")),
        }
    }

    fn check(&self, tables: &[&str], options: &[ConfigOption]) -> Result<(), ConfigError> {
        // The top has sections beside its options.
        let sections = of_file().map(|section| section.names().0).filter(|_| tables.is_empty());
        let known: Vec<&str> = options.iter().map(|option| option.key).chain(sections).collect();
        for (key, value) in self.table(tables)?.into_iter().flatten() {
            let keys = [tables, &[key]].concat();
            if let Some(option) = options.iter().find(|option| option.key == key) {
                fits(value, &(option.schema)()).map_err(|why| self.wrong(&keys, &why))?;
            } else if !known.contains(&key.as_str()) {
                return Err(self.unknown(&keys, &known));
            }
        }
        Ok(())
    }

    fn unknown(&self, keys: &[&str], known: &[&str]) -> ConfigError {
        let key = keys.last().copied().unwrap_or_default();
        let quoted = known.iter().filter(|key| !key.is_empty()).map(|key| format!("`{key}`"));
        let expected: Vec<String> = quoted.collect();
        let meant = nearest(key, known.iter().copied());
        let meant = meant.map(|meant| format!("\ndid you mean `{meant}`?")).unwrap_or_default();
        self.wrong(keys, &format!("unknown field, expected one of {}{meant}", expected.join(", ")))
    }

    /// What is wrong with a value of the file, with its place, or that of its table.
    pub(super) fn wrong(&self, keys: &[&str], why: &str) -> ConfigError {
        let table = || place(&self.text, keys.split_last()?.1);
        let at = self.place(keys).or_else(table).map(|at| format!("{at}: ")).unwrap_or_default();
        let cause = format!("{at}{} (file): {why}", name(keys));
        ConfigError::wrong(&self.path, &cause)
    }

    /// `line 3, column 1` of a key, where the file has it.
    pub(super) fn place(&self, keys: &[&str]) -> Option<String> {
        place(&self.text, keys)
    }
}

/// `refresh.at_counter`; a key of a profile alone.
fn name(keys: &[&str]) -> String {
    match keys {
        ["profiles", _, key] => (*key).to_owned(),
        _ => keys.join("."),
    }
}

/// The text of a flag or variable: as it is where a string may stand, else as the file has it.
fn typed(text: &str, option: &ConfigOption) -> Toml {
    let string = Toml::String(text.to_owned());
    match fits(&string, &(option.schema)()) {
        Ok(()) => string,
        Err(_) => text.parse().unwrap_or(string),
    }
}

/// Whether a value has the type that a schema wants.
fn fits(value: &Toml, schema: &serde_json::Value) -> Result<(), String> {
    if let Some(choices) = schema.get("anyOf").or_else(|| schema.get("oneOf")) {
        let choices = choices.as_array().into_iter().flatten();
        let mut found = choices.map(|schema| fits(value, schema));
        return match found.next() {
            Some(Err(why)) if !found.any(|found| found.is_ok()) => Err(why),
            _ => Ok(()),
        };
    }
    let (kind, fits) = match schema.get("type").and_then(serde_json::Value::as_str) {
        None | Some("string") => ("a string", value.is_str()),
        Some("boolean") => ("true or false", value.is_bool()),
        Some("integer") => ("a whole number", value.is_integer()),
        Some("number") => ("a number", value.is_integer() || value.is_float()),
        Some("array") => ("a list", value.is_array()),
        Some(_) => ("a table", value.is_table()),
    };
    if !fits {
        return Err(format!("expected {kind}"));
    }
    let inner = schema.get("items").or_else(|| schema.get("additionalProperties"));
    let values = value.as_array().into_iter().flatten();
    let mut values = values.chain(value.as_table().into_iter().flatten().map(|(_, value)| value));
    inner.map_or(Ok(()), |schema| values.try_for_each(|value| self::fits(value, schema)))
}

/// `line 3, column 1` of the last of these keys, each in the table of the one before it.
fn place(text: &str, keys: &[&str]) -> Option<String> {
    let (last, tables) = keys.split_last()?;
    // Parsed once more: a `Table` does not know where its keys stand.
    let root = DeTable::parse(text).ok()?;
    let mut table = root.get_ref();
    for name in tables {
        table = table.get(*name)?.get_ref().as_table()?;
    }
    let (key, _) = table.get_key_value(*last)?;
    let before = text.get(..key.span().start)?;
    let (line, start) = (before.split('\n').count(), before.rsplit('\n').next()?);
    Some(format!("line {line}, column {}", start.chars().count() + 1))
}

/// Reads sections out of the layers.
pub(super) struct Reader<'a> {
    pub(super) flags: &'a Flags,
    pub(super) environment: &'a Environment,
    pub(super) file: &'a File,
    /// What stands in the place of a default that is found out.
    usual: BTreeMap<&'static str, (String, Source)>,
    /// The table of the section that is read.
    tables: Vec<String>,
    /// What was found, for `config show`, with its keys in the file.
    found: Vec<(Vec<String>, Shown)>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(flags: &'a Flags, environment: &'a Environment, file: &'a File) -> Self {
        let (usual, tables, found) = (BTreeMap::new(), Vec::new(), Vec::new());
        Self { flags, environment, file, usual, tables, found }
    }

    /// What an option is where nothing is given.
    pub(super) fn usually(&mut self, key: &'static str, value: String, source: Source) {
        self.usual.insert(key, (value, source));
    }

    /// A section; of those that have names, this one.
    pub(super) fn section<S: Section>(&mut self, named: &str) -> Result<S, ConfigError> {
        self.tables = match S::INFO.names() {
            (table, Some(_)) => vec![table.to_owned(), named.to_owned()],
            ("" | FLAGS, None) => Vec::new(),
            (table, None) => vec![table.to_owned()],
        };
        S::read(self)
    }

    /// All sections that have names, in the order of these. `config show` has only the names.
    pub(super) fn sections<S: Section>(&mut self) -> Result<Vec<(String, S)>, ConfigError> {
        let ((table, _), found) = (S::INFO.names(), self.found.len());
        let names = self.file.names(table).into_iter();
        let sections: Vec<(String, S)> = names
            .map(|name| self.section::<S>(&name).map(|section| (name, section)))
            .collect::<Result<_, ConfigError>>()?;
        self.found.truncate(found);
        let names: Vec<&str> = sections.iter().map(|(name, _)| name.as_str()).collect();
        self.show(table, names.join(", "), Source::File);
        Ok(sections)
    }

    /// A line of `config show`, in place of what was found under the key.
    pub(super) fn show(&mut self, key: &str, value: impl std::fmt::Display, source: Source) {
        let shown = Shown { key: key.to_owned(), value: value.to_string(), source };
        match self.found.iter_mut().find(|(_, line)| line.key == key) {
            Some((_, line)) => *line = shown,
            None if shown.value.is_empty() => {}
            None => self.found.push((vec![key.to_owned()], shown)),
        }
    }

    pub(super) fn hide(&mut self, key: &str) {
        self.found.retain(|(_, line)| line.key != key);
    }

    /// Where a value came from.
    pub(super) fn source(&self, key: &str) -> Source {
        let line = self.found.iter().find(|(_, line)| line.key == key);
        line.map_or(Source::File, |(_, line)| line.source.clone())
    }

    /// What is wrong with a value, given or missing.
    pub(super) fn wrong(&self, key: &str, why: impl Into<String>) -> ConfigError {
        match self.found.iter().find(|(_, line)| line.key == key) {
            Some((keys, line)) => self.wrong_at(keys, line.source.clone(), why.into()),
            None => {
                let keys: Vec<String> = key.split('.').map(str::to_owned).collect();
                self.wrong_at(&keys, Source::File, why.into())
            }
        }
    }

    fn wrong_at(&self, keys: &[String], source_of: Source, why: String) -> ConfigError {
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        match source_of {
            Source::File => self.file.wrong(&keys, &why),
            _ => ConfigError::Value { key: name(&keys), source_of, why },
        }
    }

    /// What is given for an option, the first of which counts.
    fn given(&self, option: &ConfigOption, keys: &[String]) -> Vec<(Toml, Source)> {
        let flag = option.long_flag().and_then(|(flag, _)| {
            Some((typed(self.flags.options.get(flag)?, option), Source::Flag(flag)))
        });
        let variable = option.env.iter().find_map(|variable| {
            Some((typed(self.environment.get(variable)?, option), Source::Environment(variable)))
        });
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        let file = self.file.get(&keys).map(|value| (value.clone(), Source::File));
        let given: Vec<_> = flag.into_iter().chain(variable).chain(file).collect();
        if !given.is_empty() {
            return given;
        }
        let usual = self.usual.get(option.key).cloned();
        let usual = usual.map(|(text, source)| (Toml::String(text), source));
        let default = || Some((option.default?.parse().ok()?, Source::Default));
        usual.or_else(default).into_iter().collect()
    }

    pub(super) fn shown(self) -> Vec<Shown> {
        self.found.into_iter().map(|(_, line)| line).collect()
    }
}

impl Layers for Reader<'_> {
    type Error = ConfigError;

    fn value<T: Value>(&mut self, option: &'static ConfigOption) -> Result<T, ConfigError> {
        let mut keys = self.tables.clone();
        keys.push(option.key.to_owned());
        let mut best: Option<(T, Source)> = None;
        for (given, source) in self.given(option, &keys) {
            let value = fits(&given, &T::schema())
                .and_then(|()| T::read(&given))
                .map_err(|why| self.wrong_at(&keys, source.clone(), why))?;
            let goes_on = value.strictness().is_some();
            // Where the strictest counts, no layer loosens what another one says.
            if best.as_ref().is_none_or(|(best, _)| value.strictness() > best.strictness()) {
                best = Some((value, source));
            }
            if !goes_on {
                break;
            }
        }
        let Some((value, source)) = best else {
            let absent = T::ABSENT.map(|absent| absent());
            return absent.ok_or_else(|| self.wrong_at(&keys, Source::File, "is missing".into()));
        };
        let key = name(&keys.iter().map(String::as_str).collect::<Vec<_>>());
        let line = Shown { key, value: value.show(), source };
        // `read_only` stands in the profile too, and is one line.
        let known = self.found.iter().any(|(_, known)| known.key == line.key);
        if !known && !line.value.is_empty() {
            self.found.push((keys, line));
        }
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_of_a_flag_has_the_type_of_its_option() {
        let options = || of_file().flat_map(|section| section.options);
        let of = |key| options().find(|option| option.key == key).unwrap();
        assert_eq!(typed("true", of("mouse")), Toml::Boolean(true));
        assert_eq!(typed("2", of("max_rps")), Toml::Integer(2));
        assert_eq!(typed("true", of("theme")), Toml::String("true".into()));
        let wrong = typed("perhaps", of("mouse"));
        assert!(fits(&wrong, &(of("mouse").schema)()).is_err());
    }

    #[test]
    fn a_key_is_found_in_its_section_however_it_is_written() {
        let text = "theme = \"x\"\n[refresh]\ndone = \"off\"\n[keys]\n  \"done\" = []\nexport=[\"e\"]\n\
                    [profiles.a]\nsdk_id = \"x\"\n[profiles.\"my b.ank\"]\n'sdk_id' = \"y\"\n";
        for (keys, at) in [
            (&["keys", "done"][..], Some("line 5, column 3")),
            (&["refresh", "done"], Some("line 3, column 1")),
            (&["keys", "export"], Some("line 6, column 1")),
            (&["theme"], Some("line 1, column 1")),
            (&["keys", "theme"], None),
            (&["export"], None),
            (&["profiles", "a", "sdk_id"], Some("line 8, column 1")),
            (&["profiles", "my b.ank", "sdk_id"], Some("line 10, column 1")),
        ] {
            assert_eq!(place(text, keys).as_deref(), at, "{keys:?}");
        }
        let text = "theme = \"é\"\r\nrefresh = { done = \"off\", 'awaiting' = \"x\" }\n\
                    layout.\"list\" = 5\n# tree = 1\nprofiles.\"my bank\".auth = \"\"\"\nsdk_id = 1\n\"\"\"\n";
        for (keys, at) in [
            (&["refresh", "done"][..], Some("line 2, column 13")),
            (&["refresh", "awaiting"], Some("line 2, column 27")),
            (&["layout", "list"], Some("line 3, column 8")),
            (&["layout", "tree"], None),
            (&["profiles", "my bank", "auth"], Some("line 5, column 20")),
            (&["profiles", "my bank", "sdk_id"], None),
        ] {
            assert_eq!(place(text, keys).as_deref(), at, "{keys:?}");
        }
    }
}
