//! The JSON schema, the template and the reference, made of the declared options.

use serde_json::{Map, Value as Json, json};

use super::option::{ConfigOption, SectionInfo};
use super::options::{SECTIONS, of_file};
use crate::text;

/// Columns before the words of the template.
const CODE: usize = 26;
/// Columns of the reference: those of the smallest terminal in common use.
const WIDE: usize = 80;

/// The option that is a table, and is written as one.
const KEYS: &str = "keys";

/// The JSON schema of the file, for editors.
#[must_use]
pub fn schema() -> String {
    let mut schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "branchwatch configuration",
    });
    for section in of_file() {
        let content = object(section);
        match (section.names(), schema.get_mut("properties")) {
            ((table, None), Some(properties)) => put(properties, table, content),
            ((table, Some(_)), Some(properties)) => {
                let named = json!({ "type": "object", "additionalProperties": content });
                put(properties, table, named);
            }
            // What stands before all sections comes first.
            (_, None) => {
                let content = content.as_object().into_iter().flatten();
                content.for_each(|(key, value)| put(&mut schema, key, value.clone()));
            }
        }
    }
    format!("{schema:#}\n")
}

/// What an option does, and what is in force where nothing is given.
fn described(option: &ConfigOption) -> String {
    let otherwise = option.otherwise.map(|words| format!("; default: {words}"));
    format!("{}{}", option.doc.trim(), otherwise.unwrap_or_default())
}

fn put(object: &mut Json, key: &str, value: Json) {
    if let Json::Object(object) = object {
        object.insert(key.to_owned(), value);
    }
}

fn object(section: &SectionInfo) -> Json {
    let property = |option: &ConfigOption| {
        let mut schema = (option.schema)();
        put(&mut schema, "description", json!(described(option)));
        if let Some(default) = option.default.and_then(|text| text.parse::<toml::Value>().ok()) {
            put(&mut schema, "default", json!(default));
        }
        (option.key.to_owned(), schema)
    };
    let mut object = json!({
        "type": "object",
        "description": section.doc.trim(),
        "additionalProperties": false,
        "properties": section.options.iter().map(property).collect::<Map<_, _>>(),
    });
    let needed = section.options.iter().filter(|option| option.is_needed());
    let needed: Vec<&str> = needed.map(|option| option.key).collect();
    if !needed.is_empty() {
        put(&mut object, "required", json!(needed));
    }
    object
}

/// The template of `config init`: what a section has by default is written out, what stands before
/// all sections or in one of several is commented out.
#[must_use]
pub fn template() -> String {
    let mut text = "# branchwatch configuration. Every value is optional.\n\
                    # The program never writes this file. Check it with: branchwatch config check\n"
        .to_owned();
    for section in of_file() {
        let head = format!("[{}]", section.table);
        text += &match section.table {
            "" => "\n".to_owned(),
            _ => format!("\n{head:CODE$} # {}\n", section.doc.trim()),
        };
        let plain = !section.table.is_empty() && section.names().1.is_none();
        for option in section.options.iter().filter(|option| option.key != KEYS) {
            let Some(value) = option.set.or(option.example).or(option.default) else { continue };
            let written = option.set.is_some() || (plain && option.example.is_none());
            let line = format!("{}{} = {value}", if written { "" } else { "# " }, option.key);
            text += &format!("{line:CODE$} # {}\n", described(option));
        }
    }
    for option in of_file().flat_map(|section| section.options).filter(|option| option.key == KEYS)
    {
        let line = option.example.unwrap_or_default().trim_matches(['{', ' ', '}']);
        text += &format!("\n{:CODE$} # {}\n# {line}\n", format!("[{KEYS}]"), option.doc.trim());
    }
    text
}

/// `help configuration`.
#[must_use]
pub fn reference() -> String {
    let mut text = "CONFIGURATION\n\n  \
        A flag takes precedence over the environment, the profile, the config\n  \
        file and the default. config show --origin prints where each value in\n  \
        force comes from, config init a template, config schema a JSON schema\n  \
        for editors.\n"
        .to_owned();
    for section in SECTIONS {
        let head = match section.names() {
            ("" | super::option::FLAGS, _) => String::new(),
            (table, Some(_)) => format!("[{table}.NAME]  "),
            (table, None) => format!("[{table}]  "),
        };
        let about = format!("{head}{}", section.doc.trim());
        text += &format!("\n  {}\n", text::wrapped(&about, WIDE - 2).join("\n  "));
        for option in section.options {
            let part = |name: &str, value: Option<String>| {
                value.map(|value| format!(". {name}: {value}")).unwrap_or_default()
            };
            let default = option.default.or(option.otherwise).filter(|text| *text != "\"\"");
            let words = format!(
                "{}{}{}{}",
                option.doc.trim(),
                part("Default", default.map(str::to_owned)),
                part("Flag", option.long_flag().map(|(flag, _)| flag.to_owned())),
                part("Environment", Some(option.env.join(", ")).filter(|names| !names.is_empty())),
            );
            for (number, words) in text::wrapped(&words, WIDE - 24).into_iter().enumerate() {
                let key = if number == 0 { option.key } else { "" };
                text += &format!("    {key:19} {words}\n");
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Environment, Flags, resolve};

    /// `docs/configuration.md`
    fn page() -> String {
        let cell = |text: &str| text.trim().replace('|', "\\|");
        let code = |text: &str| format!("`{}`", cell(text));
        let mut text = "# Configuration\n\n\
            A flag takes precedence over the environment, the environment over the profile, the \
            profile over the rest of the config file, and that over the default. \
            `branchwatch config show --origin` prints where each value in force comes from, \
            `branchwatch config init` a template with all options, `branchwatch config schema` a \
            JSON schema for editors. The program never writes the file itself.\n\n\
            A running dashboard reads the file again when it changes: keys, views, theme, programs, \
            bell and layout take effect at once. A message names what only a restart changes, or \
            says what is wrong with the file.\n\n\
            This page is generated from the options.\n"
            .to_owned();
        for section in SECTIONS {
            let head = match section.names() {
                ("", _) => "Before all sections".to_owned(),
                (super::super::option::FLAGS, _) => "Only flags and variables".to_owned(),
                (table, Some(_)) => format!("[{table}.NAME]"),
                (table, None) => format!("[{table}]"),
            };
            text += &format!(
                "\n## {head}\n\n{}.\n\n| Option | Meaning | Default | Flag | Variables |\n\
                 |---|---|---|---|---|\n",
                section.doc.trim()
            );
            for option in section.options {
                let default = option.default.map(code);
                let default = default.or_else(|| option.otherwise.map(cell)).unwrap_or_default();
                let flag = option.flag.map(code).unwrap_or_default();
                let variables: Vec<String> = option.env.iter().map(|name| code(name)).collect();
                text += &format!(
                    "| {} | {} | {default} | {flag} | {} |\n",
                    code(option.key),
                    cell(option.doc),
                    variables.join(", ")
                );
            }
        }
        text
    }

    /// A file that differs is written anew, so that the next run passes.
    #[test]
    fn template_schema_and_page_are_made_of_the_options() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let made = [
            ("assets/config.example.toml", template()),
            ("assets/schema/config.schema.json", schema()),
            ("docs/configuration.md", page()),
        ];
        let differs = |(name, made): &(&str, String)| {
            let same = std::fs::read_to_string(folder.join(name)).is_ok_and(|text| text == *made);
            (!same).then(|| std::fs::write(folder.join(name), made).unwrap()).is_some()
        };
        let anew: Vec<_> = made.iter().filter(|file| differs(file)).map(|(name, _)| name).collect();
        assert!(anew.is_empty(), "written anew from the options, run the test again: {anew:?}");
    }

    /// Resolves a configuration file, its views, programs and keys too.
    fn resolves(text: &str) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        std::fs::write(&path, text).unwrap();
        let flags = Flags { config: Some(path), ..Flags::default() };
        if let Err(why) = resolve(&flags, &Environment::default()) {
            panic!("{why}\n{text}");
        }
    }

    #[test]
    fn what_the_pages_show_of_the_file_is_accepted() {
        let docs = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
        let mut blocks = 0;
        for page in std::fs::read_dir(docs).unwrap() {
            let page = page.unwrap().path();
            if page.extension().is_some_and(|ending| ending == "md") {
                let text = std::fs::read_to_string(page).unwrap();
                for block in text.split("```toml").skip(1) {
                    resolves(block.split("```").next().unwrap());
                    blocks += 1;
                }
            }
        }
        assert!(blocks >= 4, "{blocks} blocks");
    }

    #[test]
    fn every_option_has_a_line_in_the_template_that_can_be_taken_as_it_is() {
        let template = template();
        let taken = template.lines().map(|line| {
            line.strip_prefix("# ").filter(|line| line.contains(" = ")).unwrap_or(line)
        });
        let taken: Vec<&str> = taken.collect();
        // Only one of key_file and key_command may be there.
        let used = taken.iter().copied().filter(|line| !line.starts_with("key_command"));
        resolves(&used.collect::<Vec<_>>().join("\n"));
        let table: toml::Table = toml::from_str(&taken.join("\n")).unwrap();
        for section in of_file() {
            let (name, named) = section.names();
            let table = [Some(name).filter(|name| !name.is_empty()), named]
                .into_iter()
                .flatten()
                .fold(&table, |table, name| table[name].as_table().unwrap());
            for option in section.options {
                let value = table.get(option.key);
                assert!(value.is_some(), "{}.{}", section.table, option.key);
            }
        }
    }

    #[test]
    fn the_reference_names_every_option_with_its_default_variables_and_flag() {
        let text = reference();
        for option in SECTIONS.iter().flat_map(|section| section.options) {
            assert!(text.contains(&format!("    {} ", option.key)), "{}", option.key);
            for word in option.env.iter().copied().chain(option.long_flag().map(|(flag, _)| flag)) {
                assert!(text.contains(word), "{word}");
            }
        }
    }
}
