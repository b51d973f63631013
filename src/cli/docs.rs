//! The parts of `docs/` that are made of declarations: keys, commands, topics, JSON outputs. In a page
//! each stands between `<!-- made: NAME -->` and `<!-- end -->`.

use std::path::Path;

use serde_json::Value;

use super::grammar::{EXAMPLES, GROUPS, grammar};
use super::topic::TOPICS;
use crate::keymap::Keymap;

const BEGINS: &str = "<!-- made: ";
const ENDS: &str = "<!-- end -->";

/// A page with what is made of declarations made anew.
fn made_anew(page: &str) -> String {
    let mut parts = page.split(BEGINS);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once(" -->").unwrap();
        let (_, after) = rest.split_once(ENDS).unwrap();
        out += &format!("{BEGINS}{name} -->\n{}\n{ENDS}{after}", made(name).trim_end());
    }
    out
}

fn made(name: &str) -> String {
    let topic = TOPICS.iter().find(|topic| name.strip_prefix("help ") == Some(topic.name));
    match (name, topic) {
        (_, Some(topic)) => format!("```text\n{}```", topic.text),
        ("keys", _) => keys(),
        ("commands", _) => commands(),
        ("json", _) => outputs(),
        _ => panic!("nothing is made of {name}"),
    }
}

/// A cell of a table: `|` would end it.
fn cell(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}

fn keys() -> String {
    let rows = Keymap::shipped().unwrap().help_rows();
    let mut text = String::new();
    let mut section = "";
    for row in rows {
        if row.section != section {
            section = row.section;
            text +=
                &format!("\n## {section}\n\n| Keys | Action | Name in `[keys]` |\n|---|---|---|\n");
        }
        let keys = row.keys.split(' ').filter(|key| !key.is_empty());
        let keys: Vec<String> = keys.map(|key| format!("`{}`", cell(key))).collect();
        let spec = row.action.spec();
        text += &format!("| {} | {} | `{}` |\n", keys.join(" "), cell(spec.words), spec.name);
    }
    text
}

fn commands() -> String {
    let grammar = grammar();
    let mut text = String::new();
    for (group, names) in GROUPS {
        text += &format!("\n## {group}\n");
        for name in names {
            let command = grammar.find_subcommand(name).unwrap();
            let about = command.get_about().map(ToString::to_string).unwrap_or_default();
            text += &format!("\n### branchwatch {name}\n\n{about}.\n\n```console\n");
            let (_, examples) = EXAMPLES.iter().find(|(of, _)| of == name).unwrap();
            for (line, what) in *examples {
                text += &format!("# {what}\n$ {line}\n");
            }
            text += "```\n";
            let own = command.get_arguments().filter(|argument| {
                !argument.is_global_set()
                    && !argument.is_positional()
                    && argument.get_id() != "help"
            });
            let rows: Vec<String> = own.map(option).collect();
            if !rows.is_empty() {
                text += &format!("\n| Option | |\n|---|---|\n{}", rows.concat());
            }
        }
    }
    let global = grammar.get_arguments().filter(|argument| argument.is_global_set());
    let rows: String = global.map(option).collect();
    text + &format!("\n## Options of several commands\n\n| Option | |\n|---|---|\n{rows}")
}

fn option(argument: &clap::Arg) -> String {
    let flag = argument.get_long().map(|long| format!("--{long}")).unwrap_or_default();
    let value = argument.get_value_names().filter(|_| argument.get_action().takes_values());
    let value = value.and_then(|names| names.first()).map(|name| format!(" {name}"));
    let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
    format!("| `{}` | {} |\n", cell(&(flag + &value.unwrap_or_default())), cell(&help))
}

/// What each JSON output has at its top, from its schema.
fn outputs() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/schema");
    let mut files: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    let mut text = String::new();
    for file in files {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        if name.starts_with("config.") {
            continue;
        }
        let schema: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
        let title = schema["title"].as_str().unwrap();
        text += &format!("\n## {name}\n\n`{title}`\n\n| Field | Type | |\n|---|---|---|\n");
        let of = if schema["type"] == "array" { &schema["items"] } else { &schema };
        for (field, about) in of["properties"].as_object().into_iter().flatten() {
            let words = about["description"].as_str().unwrap_or_default();
            text += &format!("| `{field}` | {} | {} |\n", kind(about), cell(words));
        }
    }
    text
}

fn kind(about: &Value) -> String {
    match &about["type"] {
        Value::String(kind) => kind.clone(),
        Value::Array(kinds) => {
            kinds.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" or ")
        }
        _ if about["const"] != Value::Null => format!("always `{}`", about["const"]),
        _ if about["enum"] != Value::Null => "one of several words".to_owned(),
        _ => "see the schema".to_owned(),
    }
}

/// A page that differs is written anew, so that the next run passes.
#[test]
fn the_pages_say_what_is_declared() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    let mut rewritten = Vec::new();
    let mut parts = 0;
    for page in std::fs::read_dir(folder).unwrap() {
        let page = page.unwrap().path();
        if page.extension().is_none_or(|ending| ending != "md") {
            continue;
        }
        let text = std::fs::read_to_string(&page).unwrap();
        parts += text.matches(BEGINS).count();
        let made = made_anew(&text);
        if made != text {
            std::fs::write(&page, made).unwrap();
            rewritten.push(page);
        }
    }
    assert!(rewritten.is_empty(), "run the test again: {rewritten:?}");
    assert!(parts >= 6, "{parts} parts");
}

/// Each page is in the summary, and what a page points to is there.
#[test]
fn no_page_is_lost_and_no_link_leads_nowhere() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    let summary = std::fs::read_to_string(folder.join("SUMMARY.md")).unwrap();
    for page in std::fs::read_dir(&folder).unwrap() {
        let page = page.unwrap().path();
        if page.extension().is_none_or(|ending| ending != "md") {
            continue;
        }
        let name = page.file_name().unwrap().to_string_lossy().into_owned();
        assert!(name == "SUMMARY.md" || summary.contains(&format!("({name})")), "{name}");
        let text = std::fs::read_to_string(&page).unwrap();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let file = link.split('#').next().unwrap_or_default();
            let is_there =
                file.is_empty() || file.starts_with("http") || folder.join(file).exists();
            assert!(is_there, "{name}: {link}");
        }
    }
}
