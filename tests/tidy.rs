//! The rules of `ARCHITECTURE.md` that a compiler does not hold: who may use whom, how files open,
//! how long they are, that assets can be read; and which tests hold the faults of `SECURITY.md`.

#![expect(clippy::expect_used, reason = "a source that cannot be read fails the test")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use regex::{Captures, Regex};

/// A room and the rooms that it may use. A room may always use itself; `domain` is open to all.
const LAYERS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("text", &[]),
    ("clock", &[]),
    ("api", &["text", "clock", "regular_file"]),
    ("stream_guard", &[]),
    ("panic_site", &[]),
    ("regular_file", &[]),
    ("simulator", &["text", "clock", "stream_guard", "api::signing", "api::wire", "api::key"]),
    ("store", &[]),
    ("notifications", &["clock", "text", "stream_guard", "regular_file", "api::key"]),
    (
        "refresh",
        &[
            "clock",
            "store",
            "hub::lease",
            "hub::slots",
            "panic_site",
            "api::SessionApi",
            "api::ApiError",
            "api::ApiErrorKind",
            "api::Retry",
        ],
    ),
    ("persist", &["clock", "text", "panic_site", "regular_file", "api::wire", "api::ApiErrorKind"]),
    ("hub", &["text", "clock", "persist::key"]),
    (
        "desk",
        &[
            "clock",
            "text",
            "hub",
            "refresh",
            "persist::brief_text",
            "persist::key",
            "persist::reread",
        ],
    ),
    ("export", &["text", "regular_file", "audit::AuditLog"]),
    ("import", &["text"]),
    ("reasons", &[]),
    ("audit", &["text", "regular_file"]),
    ("app", &["text", "reasons", "import", "config::options", "config::value"]),
    ("keymap", &["app::action", "app::event", "app::text::text_field"]),
    ("theme", &["app::view"]),
    ("ui", &["app", "text", "theme", "keymap"]),
];

/// Words that must not stand in the code of a room.
const BANNED: &[(&str, &[&str])] = &[
    ("domain", &["serde_json", "tokio", "ratatui", "crossterm", "reqwest", "std::fs", "std::net"]),
    ("text", &["serde", "tokio", "ratatui", "crossterm", "std::fs"]),
    ("reasons", &["tokio", "ratatui", "crossterm", "reqwest", "std::fs"]),
    ("app", &["tokio", "ratatui", "crossterm", "std::fs", "reqwest", "rusqlite", "Timestamp::now"]),
    ("ui", &["tokio", "reqwest", "rusqlite", "std::fs", "Timestamp::now", "as_raw("]),
    ("theme", &["tokio", "reqwest", "std::fs", "as_raw("]),
    ("cli", &["as_raw(", "persist::sqlite", "persist::memory"]),
    ("runtime", &["persist::sqlite", "persist::memory"]),
    ("store", &["serde", "reqwest", "rusqlite", "ratatui", "std::fs"]),
    ("refresh", &["reqwest", "rusqlite", "ratatui", "std::fs"]),
    ("notifications", &["reqwest", "rusqlite", "ratatui", "crossterm"]),
    ("hub", &["reqwest", "rusqlite", "ratatui", "crossterm", "std::fs", "Timestamp::now"]),
    ("desk", &["reqwest", "rusqlite", "ratatui", "crossterm", "std::fs", "Timestamp::now"]),
    ("export", &["reqwest", "rusqlite", "ratatui"]),
    ("persist", &["reqwest", "ratatui", "axum"]),
];

struct Source {
    path: PathBuf,
    text: String,
}

impl Source {
    /// The room: the first path segment below `src`.
    fn room(&self) -> String {
        let below = self.path.strip_prefix(root().join("src")).expect("below src");
        let first = below.components().next().expect("a file").as_os_str().to_string_lossy();
        first.trim_end_matches(".rs").to_owned()
    }

    /// The code without comments and without the tests at its end.
    fn code(&self) -> Vec<(usize, &str)> {
        let mut lines = Vec::new();
        for (number, line) in self.text.lines().enumerate() {
            if line.starts_with("#[cfg(test)]") {
                break;
            }
            let code = line.trim_start();
            if !code.starts_with("//") {
                lines.push((number + 1, line));
            }
        }
        lines
    }

    /// The code; a `use` over several lines is one line.
    fn statements(&self) -> String {
        let code = self.code().iter().map(|(_, line)| *line).collect::<Vec<_>>().join("\n");
        code.replace("::{\n", "::{").replace(",\n", ",")
    }

    fn length(&self) -> usize {
        self.text.lines().take_while(|line| !line.starts_with("#[cfg(test)]")).count()
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![root().join(folder)];
    while let Some(folder) = open.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for entry in entries {
            let path = entry.expect("a folder entry").path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|e| e == ending) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn sources(folder: &str) -> Vec<Source> {
    files(folder, "rs")
        .into_iter()
        .map(|path| {
            let text = fs::read_to_string(&path).expect("a readable source");
            Source { path, text }
        })
        .collect()
}

fn report(what: &str, findings: &[String]) {
    assert!(findings.is_empty(), "{what}:\n{}", findings.join("\n"));
}

/// Paths such as `api::wire` that a line uses through `crate::`.
fn used_paths(line: &str) -> Vec<String> {
    line.split("crate::")
        .skip(1)
        .flat_map(|rest| {
            let head: String = rest
                .chars()
                .take_while(|c| c.is_alphanumeric() || matches!(c, '_' | ':'))
                .collect();
            let head = head.trim_end_matches(':').to_owned();
            let group = rest.get(head.len()..).and_then(|r| r.strip_prefix("::{"));
            match group.and_then(|g| g.split('}').next()) {
                Some(names) => names
                    .split(',')
                    .map(str::trim)
                    .filter(|name| !name.is_empty())
                    .map(|name| format!("{head}::{name}"))
                    .collect(),
                None => vec![head],
            }
        })
        .collect()
}

/// The most files of a folder that may use each other in a circle. They come down, never up.
const CIRCLES: &[(&str, usize)] = &[
    ("app", 0),
    ("config", 0),
    ("domain", 0),
    ("refresh", 3),
    ("runtime", 0),
    ("simulator", 0),
    ("ui", 0),
];
/// The same where nothing else is said.
const CIRCLE: usize = 9;

/// The modules that a file uses, by their files.
fn uses(source: &Source, here: &str, modules: &BTreeSet<String>) -> BTreeSet<String> {
    let parent = here.rsplit_once("::").map_or("", |(parent, _)| parent);
    let above = source.statements().replace("super::", &format!("crate::{parent}::"));
    let paths = above.lines().flat_map(used_paths);
    let file_of = |mut path: String| loop {
        if modules.contains(&path) {
            return Some(path);
        }
        path.truncate(path.rfind("::")?);
    };
    paths.filter_map(file_of).filter(|path| path != here).collect()
}

/// All modules that one leads to.
fn reached<'a>(
    from: &'a String,
    arrows: &'a BTreeMap<String, BTreeSet<String>>,
) -> BTreeSet<&'a String> {
    let (mut found, mut open) = (BTreeSet::new(), vec![from]);
    while let Some(at) = open.pop() {
        open.extend(arrows.get(at).into_iter().flatten().filter(|to| found.insert(*to)));
    }
    found
}

#[test]
fn files_that_use_each_other_in_a_circle_become_fewer() {
    let sources = sources("src");
    let name = |source: &Source| {
        let below = source.path.strip_prefix(root().join("src")).expect("below src");
        below.with_extension("").to_string_lossy().replace('/', "::")
    };
    let modules: BTreeSet<String> = sources.iter().map(name).collect();
    let arrows: BTreeMap<String, BTreeSet<String>> =
        sources.iter().map(|s| (name(s), uses(s, &name(s), &modules))).collect();
    let all: BTreeMap<&String, BTreeSet<&String>> =
        arrows.keys().map(|m| (m, reached(m, &arrows))).collect();
    assert!(arrows.values().map(BTreeSet::len).sum::<usize>() > 1_000, "arrows were found");
    let mut findings = BTreeSet::new();
    for (module, found) in &all {
        let circle = found.iter().filter(|to| all.get(**to).is_some_and(|f| f.contains(module)));
        let circle: Vec<&str> = circle.map(|to| to.as_str()).collect();
        let folder = module.split("::").next().unwrap_or_default();
        let most =
            CIRCLES.iter().find(|(name, _)| *name == folder).map_or(CIRCLE, |(_, most)| *most);
        if circle.len() > most {
            findings.insert(format!(
                "{} files, at most {most}: {}",
                circle.len(),
                circle.join(", ")
            ));
        }
    }
    report("circles of files (see ARCHITECTURE.md)", &findings.into_iter().collect::<Vec<_>>());
}

#[test]
fn a_room_uses_only_the_rooms_that_it_may() {
    let mut findings = Vec::new();
    let sources = sources("src");
    assert!(sources.len() > 30, "the sources were found");
    for source in &sources {
        let room = source.room();
        let Some((_, allowed)) = LAYERS.iter().find(|(name, _)| *name == room) else { continue };
        for line in source.statements().lines() {
            for path in used_paths(line) {
                let fits = path == room
                    || path.starts_with(&format!("{room}::"))
                    || path == "domain"
                    || path.starts_with("domain::")
                    || allowed.iter().any(|a| path == *a || path.starts_with(&format!("{a}::")));
                if !fits {
                    findings.push(format!("{}: {room} uses {path}", source.path.display()));
                }
            }
        }
    }
    report("layers broken (see ARCHITECTURE.md)", &findings);
}

#[test]
fn a_room_does_not_know_what_it_must_not_know() {
    let mut findings = Vec::new();
    for source in sources("src") {
        let room = source.room();
        for (_, words) in BANNED.iter().filter(|(name, _)| *name == room) {
            for (number, line) in source.code() {
                for word in words.iter().filter(|word| line.contains(**word)) {
                    findings.push(format!("{}:{number}: {room} has {word}", source.path.display()));
                }
            }
        }
    }
    report("words that a room must not have", &findings);
}

/// What the model keeps for a part of the app; what acts on the model stands beside it.
#[test]
fn a_state_never_uses_the_model() {
    let states = sources("src/app").into_iter().filter(|s| s.path.ends_with("state.rs"));
    let states: Vec<Source> = states.collect();
    assert!(states.len() > 20, "the states were found");
    let findings = states.iter().flat_map(|source| {
        let uses = source.code().into_iter().filter(|(_, line)| {
            line.contains("app::model") || line.contains("&mut Model") || line.contains("&Model")
        });
        uses.map(|(number, _)| format!("{}:{number}", source.path.display())).collect::<Vec<_>>()
    });
    report("states that use the model", &findings.collect::<Vec<_>>());
}

/// Doc comments of at most four words; the number may only fall.
const SHORT_DOCS: usize = 209;
/// Functions with a tuple for a parameter; the number may only fall.
const TUPLE_PARAMETERS: usize = 13;

/// `rustc`'s `missing_docs` asks for docs on each field too, and then gets its name again.
#[test]
fn public_items_have_docs_and_docs_say_more_than_the_name() {
    let mut findings = Vec::new();
    let mut short = 0;
    for source in sources("src") {
        let lines: Vec<&str> =
            source.text.lines().take_while(|line| !line.starts_with("#[cfg(test)]")).collect();
        for (number, line) in lines.iter().enumerate() {
            let line = line.trim_start();
            if let Some(doc) = line.strip_prefix("///") {
                short += usize::from(doc.split_whitespace().count() <= 4 && doc.ends_with('.'));
            }
            let Some(item) = line.strip_prefix("pub ") else { continue };
            let item = item.trim_start_matches("const ").trim_start_matches("async ");
            let asked = ["fn ", "struct ", "enum ", "trait "].iter().any(|k| item.starts_with(k));
            let mut above = lines[..number].iter().rev().map(|line| line.trim());
            let first = above.find(|line| !line.starts_with("#[") && !line.ends_with(']'));
            let documented = |line: &str| line.starts_with("///") || line.starts_with("$(#[");
            if asked && !first.is_some_and(documented) {
                findings.push(format!("{}:{}", source.path.display(), number + 1));
            }
        }
    }
    report("public items without docs", &findings);
    assert_eq!(
        short, SHORT_DOCS,
        "doc comments of at most four words: lower the number, never raise it"
    );
}

/// The parameters of each function: what stands in the first round brackets after its name.
fn signatures(code: &str) -> impl Iterator<Item = &str> {
    code.match_indices("fn ").filter_map(|(at, _)| {
        let code = code.get(at..)?;
        let mut depth = 0_usize;
        let mut begin = None;
        // The brackets of `Fn(…)` among the generic parameters are not those of the function.
        let mut generic = 0_i32;
        let mut last = ' ';
        for (place, c) in code.char_indices() {
            match c {
                '<' if begin.is_none() => generic += 1,
                '>' if begin.is_none() && last != '-' => generic -= 1,
                '(' if generic == 0 => {
                    depth += 1;
                    begin.get_or_insert(place + 1);
                }
                ')' if generic == 0 => {
                    depth = depth.checked_sub(1)?;
                    if depth == 0 {
                        return code.get(begin?..place);
                    }
                }
                '{' | ';' if begin.is_none() => return None,
                _ => {}
            }
            last = c;
        }
        None
    })
}

#[test]
fn functions_that_take_a_tuple_become_fewer() {
    let mut found = Vec::new();
    for source in sources("src") {
        let code: Vec<&str> = source.code().into_iter().map(|(_, line)| line).collect();
        let code = code.join("\n");
        let tuples = signatures(&code).filter(|parameters| {
            [": (", ": &(", ": &mut ("].iter().any(|t| parameters.contains(t))
        });
        found.extend(tuples.map(|p| format!("{}: {p}", source.path.display())));
    }
    let count = found.len();
    assert_eq!(count, TUPLE_PARAMETERS, "lower the number, never raise it:\n{}", found.join("\n"));
}

/// Type names that stand in several files; the number may only fall.
const REPEATED_TYPES: usize = 16;
/// Type names that say nothing to who does not know this house: `ARCHITECTURE.md` has the words.
const DIALECT: &[&str] = &[
    "Hand",
    "Hands",
    "Wish",
    "Desk",
    "Evidence",
    "Shelf",
    "Guard",
    "News",
    "Gauges",
    "Herald",
    "Deed",
    "Happening",
    "Teller",
    "Whom",
    "Life",
    "Post",
    "Rest",
    "Facts",
    "Tally",
    "Fitting",
];

#[test]
fn a_type_name_stands_once_and_is_of_the_field() {
    let mut places: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for source in sources("src") {
        for (number, line) in source.code() {
            let mut words = line.split_whitespace().skip_while(|word| word.starts_with("pub"));
            let kind = words.next().unwrap_or_default();
            if !["struct", "enum", "trait", "type"].contains(&kind) {
                continue;
            }
            let name = words.next().unwrap_or_default();
            let name: String = name.chars().take_while(|c| c.is_alphanumeric()).collect();
            // An associated type has the name that its trait gives it.
            if name.is_empty() || kind == "type" && line.starts_with(' ') {
                continue;
            }
            let place = format!("{}:{number}", source.path.display());
            places.entry(name).or_default().push(place);
        }
    }
    let dialect = places.iter().filter(|(name, _)| DIALECT.contains(&name.as_str()));
    let dialect: Vec<String> =
        dialect.map(|(name, places)| format!("{name}: {places:?}")).collect();
    report("types with a word of a dialect", &dialect);
    let repeated: Vec<String> = places
        .iter()
        .filter(|(_, places)| places.len() > 1)
        .map(|(name, places)| format!("{name}: {}", places.join(" ")))
        .collect();
    let list = repeated.join("\n");
    assert_eq!(repeated.len(), REPEATED_TYPES, "lower the number, never raise it:\n{list}");
}

/// What is declared once for all of the program: a new one must be asked for by the compiler.
// Not `Action`: a dialog takes a few and leaves the rest to the screen; `app::act` names each.
const DECLARED_ONCE: [&str; 13] = [
    "AnnotationChange",
    "ChangeKind",
    "Column",
    "Connection",
    "Effect",
    "ExportField",
    "Format",
    "Outage",
    "Privacy",
    "Reason",
    "Stage",
    "StageKind",
    "TextField",
];

#[test]
fn no_match_passes_over_what_is_declared_once() {
    let declared = DECLARED_ONCE.map(|name| format!("{name}::"));
    let of_itself = |head: &str| {
        head.strip_prefix("impl ")
            .and_then(|head| head.strip_suffix(" {"))
            .is_some_and(|head| DECLARED_ONCE.contains(&head.rsplit(' ').next().unwrap_or(head)))
    };
    let mut findings = Vec::new();
    for source in sources("src") {
        let code = source.code();
        for (at, (number, line)) in code.iter().enumerate() {
            let depth = |line: &str| line.len() - line.trim_start().len();
            let caught = line.split("=>").next().unwrap_or_default().trim();
            let caught = caught.trim_start_matches("ref ");
            let catches_all =
                line.contains("=>") && caught.chars().all(|c| c.is_ascii_lowercase() || c == '_');
            // The arms above it, up to the head of the match.
            let mut arms = code[..at].iter().rev().map(|(_, above)| *above);
            let mut arms =
                arms.by_ref().take_while(|above| above.is_empty() || depth(above) >= depth(line));
            // In the impl of the enum itself.
            let own = code[..at].iter().rfind(|(_, above)| above.starts_with("impl"));
            let own = own.is_some_and(|(_, head)| of_itself(head));
            let names = |arm: &str| {
                let arm = arm.trim_start_matches([' ', '(', '&', '|']);
                let arm = arm.strip_prefix("Some(").unwrap_or(arm);
                own && arm.starts_with("Self::")
                    || declared.iter().any(|name| arm.starts_with(name))
            };
            if catches_all && arms.any(|arm| depth(arm) == depth(line) && names(arm)) {
                findings.push(format!("{}:{number}: {}", source.path.display(), line.trim()));
            }
        }
    }
    report("matches that a new variant would slip through", &findings);
}

#[test]
fn every_file_opens_with_what_it_is() {
    let all = || ["src", "tests", "benches"].into_iter().flat_map(sources);
    let path = |source: Source| source.path.display().to_string();
    let bare: Vec<String> =
        all().filter(|source| !source.text.starts_with("//! ")).map(path).collect();
    report("files that do not open with //!", &bare);
    // A rule of ownership in each of 400 heads is one that nobody keeps true.
    let owns = |source: &Source| {
        let mut head = source.text.lines().take_while(|line| line.starts_with("//!"));
        head.any(|line| line.contains("Owns ") || line.contains("Must never"))
    };
    let rooms = root().join("src");
    let claims: Vec<String> = all()
        .filter(|source| source.path.parent() != Some(&*rooms) && owns(source))
        .map(path)
        .collect();
    report("only the root of a room says what it owns and must never do", &claims);
}

#[test]
fn no_file_has_grown_past_its_job() {
    let findings: Vec<String> = sources("src")
        .iter()
        .filter(|source| source.length() > 400)
        .map(|source| format!("{}: {} lines", source.path.display(), source.length()))
        .collect();
    report("files of more than 400 lines without their tests", &findings);
    let main = fs::read_to_string(root().join("src/main.rs")).expect("main.rs");
    assert!(main.lines().count() <= 40, "main.rs stays under 40 lines");
}

#[test]
fn nothing_is_left_over() {
    let mut findings = Vec::new();
    for source in ["src", "tests", "benches"].iter().flat_map(|folder| sources(folder)) {
        if source.path.ends_with("tests/tidy.rs") {
            continue;
        }
        for (number, line) in source.text.lines().enumerate() {
            for word in ["todo!(", "unimplemented!(", "FIXME", "#[ignore", "#[allow(", "#![allow("]
            {
                // What a test needs from outside the repository is shown; .ci/run runs it.
                let needs = line.trim_start().starts_with("#[ignore = \"needs ");
                if line.contains(word) && !needs {
                    findings.push(format!("{}:{}: {word}", source.path.display(), number + 1));
                }
            }
        }
    }
    report("left-overs", &findings);
}

#[test]
fn every_asset_can_be_read() {
    let tables = files("assets", "toml");
    assert!(tables.len() >= 10, "themes, scenarios, example configuration");
    for path in tables {
        let text = fs::read_to_string(&path).expect("a readable asset");
        let parsed: Result<toml::Table, _> = toml::from_str(&text);
        assert!(parsed.is_ok(), "{}: {:?}", path.display(), parsed.err());
    }
    for path in files("assets", "json") {
        let text = fs::read_to_string(&path).expect("a readable asset");
        let parsed: Result<serde_json::Value, _> = serde_json::from_str(&text);
        assert!(parsed.is_ok(), "{}: {:?}", path.display(), parsed.err());
    }
}

/// What changed is seen where one snapshot is one thing: a frame with its size in its name, or one
/// text.
#[test]
fn a_snapshot_holds_one_frame() {
    let paths = files("tests", "snap");
    assert!(paths.len() > 200, "the snapshots are found");
    let mut findings = Vec::new();
    for path in paths {
        let text = fs::read_to_string(&path).expect("a snapshot");
        let text = text.splitn(3, "---\n").last().expect("a text below the head");
        let name = path.file_stem().expect("a name").to_string_lossy();
        let rows = name.split_once('@').and_then(|(_, size)| size.split_once('x'));
        let fits = match rows {
            Some((_, rows)) => {
                let drawn = text.lines().filter(|line| line.starts_with('|')).count();
                rows.parse() == Ok(drawn)
            }
            // A help text scrolls; a second one would stand below a line of its own.
            None => text.lines().count() <= 80 && !text.contains("\n== "),
        };
        if !fits {
            findings.push(path.display().to_string());
        }
    }
    report("snapshots of more than one frame", &findings);
}

#[test]
fn migrations_are_numbered_without_a_hole() {
    let names: Vec<String> = files("assets/migrations/sqlite", "sql")
        .iter()
        .map(|path| path.file_name().expect("a name").to_string_lossy().into_owned())
        .collect();
    assert!(!names.is_empty(), "there are migrations");
    for (place, name) in names.iter().enumerate() {
        assert!(name.starts_with(&format!("{:04}_", place + 1)), "{name} is number {}", place + 1);
    }
}

/// The files that read the operator's labels as they are: to keep, find, count and sort them, to ask
/// `domain::watchlist::labels` about them, or to let the operator edit what is shown.
const READ_LABELS: &[&str] = &[
    "src/app/list/item.rs",
    "src/app/operator/annotations.rs",
    "src/app/dialogs/note.rs",
    "src/app/dialogs/tags.rs",
    "src/app/detail/notes.rs",
    "src/app/dialogs/confirm.rs",
    "src/app/list/filter/complete.rs",
    "src/app/list/filter/eval.rs",
    "src/app/list/filter/subject.rs",
    "src/app/list/rows.rs",
    "src/app/list/sort.rs",
    "src/cli/local.rs",
    "src/cli/named.rs",
    "src/domain/assessment/funnel.rs",
    "src/domain/watchlist/labels.rs",
    "src/domain/watchlist/snapshot.rs",
    "src/export/csv.rs",
    "src/export/document.rs",
    "src/export/markdown.rs",
    // Sealed there.
    "src/desk/connection.rs",
    "src/desk/incoming.rs",
    "src/desk/rows.rs",
    "src/hub/memory/state.rs",
    "src/hub/postgres/calls.rs",
    "src/import.rs",
    "src/persist/prefixes.rs",
];

#[test]
fn labels_are_read_where_it_is_known_that_they_may_be_masked() {
    let labels = ["entry.reference", "entry.tags", "own.note.", "own.note,", "own.note)"];
    let mut findings = Vec::new();
    for source in sources("src") {
        let below = source.path.strip_prefix(root()).expect("below the root").to_owned();
        if READ_LABELS.iter().any(|known| below == Path::new(known)) {
            continue;
        }
        for (number, line) in source.code() {
            if labels.iter().any(|label| line.contains(label)) && !below.ends_with("tests.rs") {
                findings.push(format!("{}:{number}: {}", below.display(), line.trim()));
            }
        }
    }
    report("labels read as they are (ask domain::labels what may be shown)", &findings);
}

// W02
/// How long a refusal takes must not tell how much of the secret was right.
#[test]
fn the_receivers_secret_is_compared_in_constant_time_alone() {
    let sources = sources("src/notifications");
    let code = || sources.iter().flat_map(|s| s.code().into_iter().map(move |line| (s, line)));
    let compared = |line: &str| line.contains("==") || line.contains("!=");
    let findings = code().filter(|(_, (_, line))| line.contains("digest") && compared(line));
    let findings: Vec<String> = findings
        .map(|(source, (number, _))| format!("{}:{number}", source.path.display()))
        .collect();
    report("digests of secrets that are not compared in constant time", &findings);
    let constant =
        code().filter(|(_, (_, line))| line.contains("verify_slices_are_equal(")).count();
    assert_eq!(constant, 1, "Credential::admits compares by verify_slices_are_equal");
}

/// Tests by the ID of the row of `SECURITY.md` that they hold.
type RowTests = BTreeMap<String, BTreeSet<String>>;

/// Names of tests in one cell of the table.
const NAMED: usize = 3;

/// `raw::a_test`. A file that every folder has says nothing: there the folder's name counts.
fn test_name(path: &Path, test: &str) -> String {
    let stem = path.file_stem();
    let folder = path.parent().and_then(Path::file_name);
    let common = stem.is_some_and(|stem| stem == "main" || stem == "tests");
    let file = if common { folder } else { stem };
    format!("{}::{test}", file.expect("a name").to_string_lossy())
}

/// The tests with tags such as `// T02, T07` above them; comments and attributes may stand between.
/// A tag that is not above a test is a finding.
fn tagged_tests(findings: &mut Vec<String>) -> RowTests {
    let tag = Regex::new(r"^// ([A-Z][0-9]{2}(?:, [A-Z][0-9]{2})*)$").expect("a pattern");
    let function = Regex::new(r"^(?:async )?fn (\w+)\(").expect("a pattern");
    let mut tests = RowTests::new();
    for source in ["tests", "src"].into_iter().flat_map(sources) {
        let lines: Vec<&str> = source.text.lines().map(str::trim_start).collect();
        for (number, line) in (1..).zip(&lines) {
            let Some(ids) = tag.captures(line) else { continue };
            let mut is_test = false;
            let below = lines.iter().skip(number).find(|line| {
                is_test |= line.starts_with("#[test") || line.starts_with("#[tokio::test");
                !line.starts_with("//") && !line.starts_with("#[")
            });
            let Some(test) = below.filter(|_| is_test).and_then(|line| function.captures(line))
            else {
                findings.push(format!("{}:{number}: no test below", source.path.display()));
                continue;
            };
            for id in ids[1].split(", ") {
                let name = test_name(&source.path, &test[1]);
                tests.entry(id.to_owned()).or_default().insert(name);
            }
        }
    }
    tests
}

/// What the last cell of a row says of its tests.
fn named(tests: &BTreeSet<String>) -> String {
    let names: Vec<&str> = tests.iter().take(NAMED).map(String::as_str).collect();
    let more = match tests.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(", and {more} more"),
    };
    names.join(", ") + &more
}

/// The rows of the tables of a page.
fn table_rows(page: &str) -> Vec<Vec<String>> {
    let text = fs::read_to_string(root().join(page)).expect(page);
    let row = |line: &str| {
        let cells = line.strip_prefix("| ")?.strip_suffix(" |")?.split(" | ");
        Some(cells.map(str::to_owned).collect())
    };
    text.lines().filter_map(row).collect()
}

/// What was measured last, by the ID of the row that promises it: from the tables of `cargo bench`
/// and of the fuzz targets. What is measured and stands in neither is a finding.
fn last_figures(findings: &mut Vec<String>) -> BTreeMap<String, Vec<String>> {
    let mut figures: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut add = |id: &str, told| figures.entry(id.to_owned()).or_default().push(told);
    let (benches, fuzzed) = (table_rows("benches/README.md"), table_rows("fuzz/README.md"));
    let main = fs::read_to_string(root().join("benches/figures/main.rs")).expect("the figures");
    for found in Regex::new(r#""([A-Z][0-9]{2})""#).expect("a pattern").captures_iter(&main) {
        let mut measured = false;
        for row in &benches {
            if let [id, _, goal, figure] = row.as_slice()
                && *id == found[1]
                && !goal.is_empty()
            {
                add(id, format!("{figure}; goal {goal}"));
                measured = true;
            }
        }
        if !measured {
            findings.push(format!("{}: measured, and not in benches/README.md", &found[1]));
        }
    }
    for target in files("fuzz/fuzz_targets", "rs") {
        let name = format!("`{}`", target.file_stem().expect("a name").to_string_lossy());
        match fuzzed.iter().find(|row| row.first() == Some(&name)).map(Vec::as_slice) {
            Some([_, _, ids, inputs, .., faults]) => {
                for id in ids.split(", ") {
                    add(id, format!("{inputs} inputs to {name}, faults: {faults}"));
                }
            }
            _ => findings.push(format!("{name}: a target, and not in fuzz/README.md")),
        }
    }
    figures
}

/// A table that differs is written anew, so that the next run passes.
#[test]
fn each_fault_is_held_by_tests_or_says_why_it_is_not() {
    let path = root().join("SECURITY.md");
    let text = fs::read_to_string(&path).expect("SECURITY.md");
    let mut findings = Vec::new();
    let mut tests = tagged_tests(&mut findings);
    let mut figures = last_figures(&mut findings);
    let row = r"(?m)^\| ([A-Z][0-9]{2}) \| ([^|]+) \| ([^|]*) \|.*$";
    let made = Regex::new(row).expect("a pattern").replace_all(&text, |found: &Captures<'_>| {
        let (id, promise, cell) = (&found[1], &found[2], &found[3]);
        let cell = match tests.remove(id) {
            Some(tests) => named(&tests),
            None => {
                if cell.strip_prefix("not held: ").is_none_or(str::is_empty) {
                    findings.push(format!("{id}: without a test its cell is `not held: reason`"));
                }
                cell.to_owned()
            }
        };
        let figure = figures.remove(id).unwrap_or_default().join("; ");
        format!("| {id} | {promise} | {cell} | {figure} |")
    });
    let made = made.into_owned();
    if made != text {
        fs::write(&path, &made).expect("a table that can be written");
    }
    findings.extend(tests.keys().map(|id| format!("{id}: a tag and no row")));
    findings.extend(figures.keys().map(|id| format!("{id}: a figure and no row")));
    report("rows of SECURITY.md, the tags above tests, and what is measured", &findings);
    assert!(made == text, "SECURITY.md was written anew from the tags: run the test again");
}
