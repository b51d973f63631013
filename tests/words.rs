//! The words that people read: labels, messages, help texts, documents.

#![expect(clippy::expect_used, reason = "a text that cannot be read fails the test")]

use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;

/// Phrases that a native reader stumbled over. Small letters; a blank is any white space.
const ODD: &[&str] = &[
    ", of these",
    ", what happened since",
    "all beside each other",
    "all ids and choices",
    "and not written",
    "anew",
    "answers as usual",
    "as it came",
    "as the budget allows",
    "as you like",
    "ask nobody",
    "asks for nobody",
    "asks nobody",
    "at at",
    "beyond this machine",
    "but for a masked",
    "by itself",
    "c4.toml is right",
    "can only be done now",
    "config.toml is right",
    "declared options",
    "different ends",
    "due to be asked",
    "each look at",
    "enter keep",
    "expected such as",
    "first letters shown; p goes on",
    "for you alone",
    "give back",
    "given back",
    "gives back",
    "goes on by the verdict",
    "goes sideways",
    "how far sessions came",
    "how long at most",
    "how long to try",
    "hundredths of",
    "in a hurry",
    "is asked less and less",
    "is no answer",
    "is no span of time",
    "is no terminal",
    "is the file right",
    "is told",
    "keep the file to yourself",
    "keeps it, an empty one",
    "kept no longer",
    "known a key",
    "let yoti send",
    "lets go",
    "letters may stand apart",
    "lines go anywhere",
    "look around (no key",
    "looked at at once",
    "make it quicker",
    "mend what",
    "more pictures",
    "never ask at the terminal",
    "no addresses in it",
    "no command holds",
    "no such word after",
    "nobody",
    "none yet",
    "none: kept",
    "none: nothing fits",
    "not known here",
    "nothing of it",
    "of what is stored",
    "of whom",
    "one of both",
    "only sessions that it holds for",
    "out of time",
    "pass on what it receives",
    "pass the tests",
    "reckoning",
    "refuses the flag",
    "rings nothing",
    "say only what went wrong",
    "say the rest",
    "signs and lines of",
    "stand in their place",
    "stands first",
    "stands twice",
    "take both from the same place",
    "taken away",
    "taken back",
    "taken over into",
    "takes no pattern",
    "takes the two faces",
    "the answer as received",
    "the other way round",
    "timeout is over",
    "to be looked at",
    "to one key or several",
    "told as json",
    "typed blindly",
    "undone:",
    "until a signal",
    "what is to happen",
    "what the menu says",
    "what was altered is not taken",
    "what was waited for",
    "whatever the configuration says",
    "which is not told",
    "who may notify",
    "who needs you",
    "whom it is for",
    "whose signatures",
    "worked out here",
    "you say which",
];

/// A number before one of these goes through `text::count`, or it says `1 files`.
const COUNTED: &str = "answers|arguments|attempts|calls|changes|check types|checks|documents|\
                       events|files|findings|frames|lines|notifications|pages|requests|responses|\
                       rows|sessions|values";

/// Where the number is never one, or belongs to another word.
const MANY: &[&str] = &[
    // One has its own sentence.
    "the last {failures} requests failed",
    "{number} checks could not be read",
    "{number} more checks than the list holds",
    "{number} stored responses cannot be read",
    "{name} matches {} sessions",
    "0 of {all} sessions match",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() { below(&path, found) } else { found.push(path) }
    }
}

/// The literals of a source, tests and comments left out, with continued lines joined.
fn literals(source: &str) -> Vec<String> {
    let code = source.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let token =
        Regex::new(r##"(?s)//[^\n]*|'(?:\\.[^']*|[^'\\])'|r#"(.*?)"#|"((?:[^"\\]|\\.)*)""##);
    let joined = Regex::new(r"\\\n\s*").expect("a pattern");
    token
        .expect("a pattern")
        .captures_iter(code)
        .filter_map(|found| found.get(1).or_else(|| found.get(2)))
        .map(|text| joined.replace_all(text.as_str(), "").into_owned())
        .collect()
}

/// Every text that people read, with the file that it is in.
fn texts() -> Vec<(PathBuf, String)> {
    let mut paths = Vec::new();
    below(&root().join("src"), &mut paths);
    let mut texts: Vec<(PathBuf, String)> = Vec::new();
    for path in paths.into_iter().filter(|path| !path.ends_with("tests.rs")) {
        let source = fs::read_to_string(&path).expect("a source");
        texts.extend(literals(&source).into_iter().map(|text| (path.clone(), text)));
        // The help of a flag is its comment.
        let help = path.components().any(|part| part.as_os_str() == "args");
        if help || path.ends_with("cli/args.rs") {
            texts.push((path, source));
        }
    }
    let mut paths = Vec::new();
    below(&root().join("assets"), &mut paths);
    paths.retain(|path| {
        let ending = path.extension().unwrap_or_default();
        ending == "toml" || ending == "json" || ending == "service"
    });
    paths.extend(
        ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "ARCHITECTURE.md"]
            .map(|name| root().join(name)),
    );
    let mut pages = Vec::new();
    below(&root().join("docs"), &mut pages);
    pages.push(root().join("benches/README.md"));
    pages.retain(|path| path.extension().is_some_and(|ending| ending == "md"));
    paths.extend(pages);
    texts.extend(paths.into_iter().map(|path| {
        let text = fs::read_to_string(&path).expect("a text");
        // What a scenario makes up is data; its title is read.
        let title = |text: &str| text.lines().next().unwrap_or_default().to_owned();
        let made_up = path.starts_with(root().join("assets/scenarios"));
        let text = if made_up { title(&text) } else { text };
        (path, text)
    }));
    texts
}

/// True when no word goes on at either end of the phrase.
fn whole(text: &str, phrase: &str) -> bool {
    let joins = |at: Option<char>| at.is_some_and(char::is_alphanumeric);
    text.match_indices(phrase).any(|(at, _)| {
        let (before, rest) = text.split_at(at);
        let after = rest.strip_prefix(phrase).unwrap_or_default();
        !joins(before.chars().next_back()) && !joins(after.chars().next())
    })
}

#[test]
fn no_odd_phrase_comes_back() {
    let texts = texts();
    assert!(texts.len() > 2_000, "the literals are found");
    let mut findings = Vec::new();
    for (path, text) in &texts {
        let text = text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
        for odd in ODD {
            if text.contains(odd) && whole(&text, odd) {
                let text: String = text.chars().take(120).collect();
                findings.push(format!("{}: {odd:?} in {text:?}", path.display()));
            }
        }
    }
    assert!(findings.is_empty(), "say it in plain words:\n{}", findings.join("\n"));
}

#[test]
fn a_number_agrees_with_its_noun() {
    let bare = Regex::new(&format!(r"\{{[a-z_]*\}} (more |new |known |stored )?({COUNTED})\b"));
    let bare = bare.expect("a pattern");
    let mut findings = Vec::new();
    for (path, text) in texts().iter().filter(|(path, _)| path.starts_with(root().join("src"))) {
        let in_simulator = path.starts_with(root().join("src/simulator"));
        let is_help = text.contains("\nuse ");
        let allowed = MANY.iter().any(|many| text.contains(many));
        if !in_simulator && !is_help && !allowed && bare.is_match(text) {
            findings.push(format!("{}: {text:?}", path.display()));
        }
    }
    assert!(findings.is_empty(), "1 files; use text::count:\n{}", findings.join("\n"));
}
