//! A store that somebody, or a failing disk, has changed: what is altered, swapped, put back or
//! taken away is told or refused, never believed, and nothing acknowledged is lost in silence.
//!
//! `BRANCHWATCH_TEST_ROUNDS=1000` makes the loops long.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a failed set-up fails the test"
)]
#![expect(clippy::disallowed_methods, reason = "a child process lives in real time")]

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use branchwatch::api::wire;
use branchwatch::domain::events::change::{ChangeKind, Origin, TimelineEvent};
use branchwatch::domain::session::answer::Answer;
use branchwatch::domain::session::ids::SessionId;
use branchwatch::domain::session::parts::Answers;
use branchwatch::domain::watchlist::annotations::AnnotationChange;
use branchwatch::domain::watchlist::outbox::OutboxMessage;
use branchwatch::domain::watchlist::snapshot::Health;
use branchwatch::domain::watchlist::storage::StoreFault;
use branchwatch::domain::watchlist::watched::{WatchEntry, WatchedSession};
use branchwatch::persist::key::{KEY_LENGTH, StoreKey};
use branchwatch::persist::location::Location;
use branchwatch::persist::{PersistError, SavedSessions, SharedPersistence, WriterEvent, writer};
use branchwatch::store::Store;
use jiff::{SignedDuration, Timestamp};
use rusqlite::Connection;
use rusqlite::types::Value;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

#[path = "store_safety/file_header.rs"]
mod file_header;
#[path = "store_safety/labels.rs"]
mod labels;
#[path = "store_safety/second_copy.rs"]
mod second_copy;

const SESSIONS: u128 = 4;

fn rounds(short: usize) -> usize {
    std::env::var("BRANCHWATCH_TEST_ROUNDS").ok().and_then(|n| n.parse().ok()).unwrap_or(short)
}

fn id(n: u128) -> SessionId {
    SessionId::new(uuid::Uuid::from_u128(0x1c3c_ae90 + n * 0x1_0000_0001))
}

fn at(minutes: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes)
}

fn location(folder: &Path) -> Location {
    let key = StoreKey::new(&[7; KEY_LENGTH], &[8; KEY_LENGTH]);
    Location::new(&folder.join("store.db"), key)
}

fn held(folder: &Path) -> Box<dyn SharedPersistence> {
    location(folder).open(true).unwrap().persistence
}

fn session(n: u128, state: &str, minute: i64) -> WatchedSession {
    let raw = format!(r#"{{"session_id":"{}","state":"{state}"}}"#, id(n));
    let value = wire::session(&raw, id(n)).unwrap();
    let answer = Answer { value, raw: raw.into(), fetched_at: at(minute) };
    let entry = WatchEntry { reference: Some(format!("dbs-{n}")), ..WatchEntry::new(id(n), at(0)) };
    let mut watched = WatchedSession::new(entry);
    watched.answered(Answers { session: Some(Arc::new(answer)), ..Answers::default() });
    let event = |minute| TimelineEvent {
        at: at(minute),
        seen_at: at(minute),
        source: None,
        what: ChangeKind::FirstSeen,
        origin: Origin::Observed,
    };
    watched.happened(vec![event(1), event(2)]);
    watched.poll.last_ok = at(minute).into();
    watched.keep(&AnnotationChange::Note(format!("note {n}")), at(3));
    watched
}

/// A sealed store of four rejected sessions, with something in each table.
struct Made {
    folder: TempDir,
    /// The files as they were before the last answers came.
    before: TempDir,
    truth: Vec<WatchedSession>,
}

fn copy(from: &Path, to: &Path) {
    for file in fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
}

fn copied(from: &Path) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    copy(from, folder.path());
    folder
}

fn made() -> Made {
    let folder = tempfile::tempdir().unwrap();
    let mut store = held(folder.path());
    let all = |state, minute| (0..SESSIONS).map(move |n| Arc::new(session(n, state, minute)));
    store.add(&all("ONGOING", 1).map(|s| s.entry.as_ref().clone()).collect::<Vec<_>>()).unwrap();
    store.save(&all("ONGOING", 1).collect::<Vec<_>>()).unwrap();
    store.set_state("last_look", "then").unwrap();
    drop(store);
    let before = copied(folder.path());
    let mut store = held(folder.path());
    let truth: Vec<Arc<WatchedSession>> = all("COMPLETED", 9).collect();
    store.save(&truth).unwrap();
    store.set_state("last_look", "now").unwrap();
    drop(store);
    // Left by a process beside a holder.
    let holder = held(folder.path());
    let mut beside = location(folder.path()).open(false).unwrap().persistence;
    let change = AnnotationChange::Pinned(true);
    beside.post(&[OutboxMessage::Kept(id(0), change.clone(), at(10).into())]).unwrap();
    drop((beside, holder));
    let mut truth: Vec<WatchedSession> = truth.iter().map(|s| WatchedSession::clone(s)).collect();
    truth[0].keep(&change, at(10));
    Made { folder, before, truth }
}

#[test]
fn an_older_row_that_is_put_back_while_a_command_runs_is_told_when_it_is_read_again() {
    let made = made();
    let mut command = location(made.folder.path()).open(false).unwrap().persistence;
    let fault =
        |store: &mut dyn SharedPersistence| store.load_named(&[id(1)]).unwrap()[0].storage.fault;
    assert_eq!(fault(command.as_mut()), None);
    // What it writes itself is no reason for doubt, and hides nothing.
    for minute in [20, 21] {
        command.learn(&[Arc::new(session(2, "COMPLETED", minute))]).unwrap();
        command.post(&[OutboxMessage::Asked(Some(id(2)))]).unwrap();
        assert_eq!(fault(command.as_mut()), None);
    }
    let open = |folder: &TempDir| Connection::open(folder.path().join("store.db")).unwrap();
    let whose = id(1).to_string();
    let older: (i64, Vec<u8>) = open(&made.before)
        .query_row("SELECT version, body FROM session WHERE id = ?1", [&whose], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .unwrap();
    let put_back = "UPDATE session SET version = ?2, body = ?3 WHERE id = ?1";
    open(&made.folder).execute(put_back, (&whose, older.0, older.1)).unwrap();
    assert_eq!(fault(command.as_mut()), Some(StoreFault::Older));
    command.learn(&[Arc::new(session(2, "COMPLETED", 22))]).unwrap();
    assert_eq!(fault(command.as_mut()), Some(StoreFault::Older), "it stays told");
}

/// What was found in a store that was changed: nothing untrue, and whatever is missing is told.
/// Returns whether anything was told.
fn nothing_untrue(truth: &[WatchedSession], folder: &Path, what: &str) -> bool {
    let mut told = false;
    // A command first, then the holder, which puts right what it can; then it is as it stays.
    for exclusive in [false, true, true] {
        let opened = location(folder).open(exclusive).expect(what);
        told |= opened.warning.is_some();
        let mut store = opened.persistence;
        let briefs = store.briefs().expect(what);
        let loaded = store.load().expect(what);
        let state = store.state("last_look").unwrap();
        assert!(state.as_deref().is_none_or(|state| state == "now"), "{what}: {state:?}");
        told |= store.trouble().is_some();
        for one in &loaded {
            match truth.iter().find(|known| known.id() == one.id()) {
                Some(known) => nothing_untrue_of(known, one, told, what),
                None => {
                    assert!(one.storage.fault.is_some(), "{what}: {} was never added", one.id());
                }
            }
        }
        for one in briefs.iter().filter(|one| one.storage.fault.is_none()) {
            let known = truth.iter().find(|known| known.id() == one.id());
            let known = &known.expect("told above").brief;
            let nothing = told && one.brief.result.is_none();
            assert!(nothing || one.brief == *known, "{what}: {:?}", one.brief);
        }
        for known in truth {
            assert!(loaded.iter().any(|one| one.id() == known.id()), "{what}: {} lost", known.id());
        }
    }
    told
}

fn nothing_untrue_of(known: &WatchedSession, one: &WatchedSession, told: bool, what: &str) {
    if let Some(answer) = &one.answers().unwrap().session {
        let known = known.answers().unwrap().session.as_ref().unwrap();
        assert_eq!((&answer.raw, answer.fetched_at), (&known.raw, known.fetched_at), "{what}");
    }
    let whole = one.answers().unwrap().session().is_some()
        && one.timeline().unwrap().len() == known.timeline().unwrap().len();
    assert!(whole || one.storage.fault.is_some() || told, "{what}: missing in silence");
    assert!(
        one.timeline().unwrap().iter().all(|event| known.timeline().unwrap().contains(event)),
        "{what}"
    );
    // Without its key nothing but the ID is shown.
    if one.storage.fault.is_none_or(StoreFault::is_damage) {
        assert_eq!((&one.entry, &one.own.note), (&known.entry, &known.own.note), "{what}");
    }
}

/// Places in an order alone are left out: they are bound to nothing.
const TABLES: [(&str, &[&str]); 7] = [
    ("header", &["store", "body"]),
    ("keyring", &["recipient", "wrapped"]),
    ("session", &["id", "version", "body"]),
    ("answer", &["session", "part", "version", "body"]),
    ("event", &["session", "number", "body"]),
    ("state", &["name", "version", "body"]),
    ("post", &["session", "kind", "version", "body"]),
];

fn values(connection: &Connection, table: &str, column: &str) -> Vec<Value> {
    let text = format!("SELECT {column} FROM {table}");
    let mut query = connection.prepare(&text).unwrap();
    query.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
}

/// Other values in the place of one.
fn others(value: &Value, column: &[Value]) -> Vec<Value> {
    let mut others: Vec<Value> =
        column.iter().filter(|other| *other != value).take(2).cloned().collect();
    let made = match value {
        Value::Integer(n) => vec![Value::Integer(n + 1), Value::Integer(n - 1), Value::Integer(0)],
        Value::Text(text) => {
            let altered = text.replacen(['0', 'e', 'a'], "b", 1);
            vec![Value::Text(altered), Value::Text(String::new())]
        }
        Value::Blob(bytes) => {
            let mut flipped = bytes.clone();
            let middle = flipped.len() / 2;
            flipped[middle] ^= 1;
            let mut plain = bytes.clone();
            plain[0] = 0;
            let forged = br#"{"session_id":"x","state":"COMPLETED","recommendation":"APPROVE"}"#;
            vec![
                Value::Blob(flipped),
                Value::Blob(plain),
                Value::Blob([&[0], forged.as_slice()].concat()),
                Value::Blob(bytes[..middle].to_vec()),
                Value::Blob(Vec::new()),
            ]
        }
        Value::Null | Value::Real(_) => Vec::new(),
    };
    others.extend(made.into_iter().filter(|other| other != value));
    others
}

// S09
#[test]
fn a_field_that_was_altered_or_swapped_is_never_believed() {
    let made = made();
    let connection = Connection::open(made.folder.path().join("store.db")).unwrap();
    let mut told = 0;
    let mut tried = 0;
    let mut silent = Vec::new();
    for (table, columns) in TABLES {
        for column in columns {
            let all = values(&connection, table, column);
            assert!(!all.is_empty(), "{table} has a row");
            for (row, value) in all.iter().enumerate().take(2) {
                for other in others(value, &all) {
                    let copy = copied(made.folder.path());
                    let attacked = Connection::open(copy.path().join("store.db")).unwrap();
                    attacked.pragma_update(None, "foreign_keys", "OFF").unwrap();
                    let text = format!(
                        "UPDATE OR REPLACE {table} SET {column} = ?1 WHERE {column} = ?2 AND rowid IN
                         (SELECT rowid FROM {table} LIMIT 1 OFFSET {row})"
                    );
                    let text = if matches!(table, "keyring" | "state") {
                        format!("UPDATE OR REPLACE {table} SET {column} = ?1 WHERE {column} = ?2")
                    } else {
                        text
                    };
                    let done = attacked.execute(&text, (&other, value));
                    drop(attacked);
                    if done.is_ok() {
                        let what = format!("{table}.{column} row {row}");
                        if nothing_untrue(&made.truth, copy.path(), &what) {
                            told += 1;
                        } else if table != "keyring" {
                            // The second copy has the key too.
                            silent.push(format!(
                                "{what} {:.60} {:.60}",
                                format!("{value:?}"),
                                format!("{other:?}")
                            ));
                        }
                        tried += 1;
                    }
                }
            }
        }
    }
    assert!(tried > 100 && told > 100, "{told} of {tried}");
    assert_eq!(silent, [""; 0], "{told} of {tried} were told");
}

#[test]
fn an_id_that_table_and_index_spell_differently_is_told_and_nothing_is_lost() {
    let made = made();
    let bytes = fs::read(made.folder.path().join("store.db")).unwrap();
    let whose = id(1).to_string();
    let places = bytes.windows(whose.len()).enumerate();
    let places: Vec<usize> =
        places.filter(|(_, window)| *window == whose.as_bytes()).map(|(place, _)| place).collect();
    let spelled = |folder: &Path| -> Vec<String> {
        let store = Connection::open(folder.join("store.db")).unwrap();
        let read = |text: &str| -> Vec<String> {
            let mut query = store.prepare(text).unwrap();
            let ids = query.query_map([], |row| row.get(0)).unwrap();
            ids.map(Result::unwrap).collect()
        };
        let table = read("SELECT id FROM session NOT INDEXED ORDER BY position");
        [table, read("SELECT id FROM session ORDER BY id")].concat()
    };
    let truth = spelled(made.folder.path());
    let mut read = 0;
    for place in places {
        let copy = copied(made.folder.path());
        let mut altered = bytes.clone();
        altered[place] = if altered[place] == b'7' { b'8' } else { b'7' };
        fs::write(copy.path().join("store.db"), altered).unwrap();
        // Else it stands where a page has no row any more, and nobody reads it.
        if spelled(copy.path()) != truth {
            read += 1;
            assert!(nothing_untrue(&made.truth, copy.path(), &format!("byte {place}")), "{place}");
        }
    }
    assert_eq!(read, 2, "in the table and in its index");
}

#[test]
fn a_row_that_was_taken_away_is_told() {
    let made = made();
    for (table, _) in TABLES {
        let copy = copied(made.folder.path());
        let attacked = Connection::open(copy.path().join("store.db")).unwrap();
        attacked.execute(&format!("DELETE FROM {table}"), []).unwrap();
        drop(attacked);
        let told = nothing_untrue(&made.truth, copy.path(), table);
        // The second copy has the key too.
        assert_eq!(told, table != "keyring", "{table}");
        let mut store = held(copy.path());
        let loaded = store.load().unwrap();
        let fault = |one: &WatchedSession| one.storage.fault;
        let all = |faults: &[Option<StoreFault>]| {
            assert!(loaded.iter().all(|one| faults.contains(&fault(one))), "{table}");
        };
        match table {
            "session" | "answer" | "event" => all(&[Some(StoreFault::Removed)]),
            "header" | "keyring" | "state" | "post" => {
                all(&[None]);
                let whole = |s: &&WatchedSession| s.answers().unwrap().session().is_some();
                assert_eq!(loaded.iter().filter(whole).count(), made.truth.len(), "{table}");
            }
            other => panic!("{other}: what must happen?"),
        }
        let state = store.state("last_look").unwrap();
        assert_eq!(state.is_none(), table == "state", "{table}: {state:?}");
        let pinned = loaded.iter().find(|one| one.id() == id(0)).unwrap().own.pinned;
        assert!(pinned, "{table}: what was left for the holder stands in its row too");
    }
    let copy = copied(made.folder.path());
    let attacked = Connection::open(copy.path().join("store.db")).unwrap();
    attacked.execute("DELETE FROM session WHERE id = ?1", [id(2).to_string()]).unwrap();
    drop(attacked);
    let mut store = location(copy.path()).open(false).unwrap().persistence;
    let loaded = store.load().unwrap();
    let fault = |n| loaded.iter().find(|s| s.id() == id(n)).unwrap().storage.fault;
    assert_eq!(fault(2), Some(StoreFault::Removed), "told by session");
    // One in 256 shares its group, and is doubted with it.
    let others: Vec<_> = [0, 1, 3].into_iter().map(fault).collect();
    assert!(others.contains(&None), "{others:?}");
    assert!(others.iter().all(|fault| matches!(fault, None | Some(StoreFault::Older))));
}

#[test]
fn an_older_copy_of_a_row_or_of_all_rows_of_a_session_is_not_believed() {
    let made = made();
    let old = made.before.path().join("store.db");
    for (what, work) in [
        ("an answer", "REPLACE INTO answer SELECT * FROM old.answer WHERE session = 2"),
        (
            "a session's row",
            "UPDATE session SET (version, body) =
             (SELECT version, body FROM old.session o WHERE o.id = session.id) WHERE position = 2",
        ),
        (
            "a session",
            "UPDATE session SET (version, body) =
             (SELECT version, body FROM old.session o WHERE o.id = session.id) WHERE position = 2;
             REPLACE INTO answer SELECT * FROM old.answer WHERE session = 2;
             REPLACE INTO event SELECT * FROM old.event WHERE session = 2",
        ),
        ("the header", "REPLACE INTO header SELECT * FROM old.header"),
        ("a state", "REPLACE INTO state SELECT * FROM old.state"),
    ] {
        let copy = copied(made.folder.path());
        let attacked = Connection::open(copy.path().join("store.db")).unwrap();
        attacked.execute("ATTACH ?1 AS old", [old.to_str().unwrap()]).unwrap();
        attacked.execute_batch(work).unwrap();
        drop(attacked);
        let mut store = location(copy.path()).open(false).unwrap().persistence;
        let named = store.load_named(&[id(1)]).unwrap().remove(0);
        assert!(
            named.answers().unwrap().session().is_none() || what == "a state",
            "{what}: an old answer was believed"
        );
        drop(store);
        let told = nothing_untrue(&made.truth, copy.path(), what);
        assert!(told, "{what}");
    }
}

#[test]
fn a_store_that_was_sealed_cannot_be_made_one_that_never_was() {
    let made = made();
    let copy = copied(made.folder.path());
    let attacked = Connection::open(copy.path().join("store.db")).unwrap();
    let plain = br#"{"version":900,"epoch":1,"sessions":1,"taken":0,"journal":0,"journal_length":0,"digest":[]}"#;
    let body = |text: &[u8]| [&[0_u8], text].concat();
    attacked.execute("UPDATE header SET body = ?1", [body(plain)]).unwrap();
    attacked.execute("DELETE FROM keyring", []).unwrap();
    let row = format!(
        r#"{{"entry":{{"id":"{}","reference":"forged","tags":[],"added_at":"2026-01-01T00:00:00Z","deadline":null,"resources_ttl":null}},"manifest":{{"answers":{{"session":{{"version":7,"fetched_at":"2026-01-01T00:00:00Z"}}}},"generation":0,"events":0}}}}"#,
        id(1)
    );
    attacked
        .execute("UPDATE session SET body = ?1 WHERE position = 2", [body(row.as_bytes())])
        .unwrap();
    let answer = format!(r#"{{"session_id":"{}","state":"EXPIRED"}}"#, id(1));
    attacked
        .execute(
            "UPDATE answer SET version = 7, body = ?1 WHERE session = 2",
            [body(answer.as_bytes())],
        )
        .unwrap();
    drop(attacked);
    nothing_untrue(&made.truth, copy.path(), "unsealed");
}

/// A small generator: the same flips in each run.
fn next(seed: &mut u64) -> u64 {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    *seed >> 33
}

/// Of a store of schema 4: its file, and what opens it.
fn of_schema_4(folder: &Path) -> Location {
    let key = StoreKey::new(&[1; KEY_LENGTH], &[7; KEY_LENGTH]);
    Location::new(&folder.join("store.db"), key)
}

/// At most it says that an older store was sealed only now.
fn only_sealed(warning: Option<&str>) -> bool {
    warning
        .is_none_or(|it| it.starts_with("the local store was not encrypted") && !it.contains(';'))
}

/// The child of the migration story: opens an older store, which is taken over.
#[test]
fn child_that_takes_an_older_store_over_until_it_is_killed() {
    let Ok(folder) = std::env::var("BRANCHWATCH_TEST_OLDER") else { return };
    println!("begins");
    of_schema_4(Path::new(&folder)).open(true).unwrap();
    println!("is done");
}

// D09
#[test]
fn an_older_store_is_whole_however_early_the_process_that_takes_it_over_is_killed() {
    let (mut cut, mut done) = (0, 0);
    let mut seed = 4_711;
    for round in 0..rounds(16) {
        let folder = tempfile::tempdir().unwrap();
        let golden = include_bytes!("golden/store-schema-4.db");
        fs::write(folder.path().join("store.db"), golden).unwrap();
        let mut child = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "child_that_takes_an_older_store_over_until_it_is_killed"])
            .arg("--nocapture")
            .env("BRANCHWATCH_TEST_OLDER", folder.path())
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        assert!(lines.any(|line| line.unwrap().contains("begins")), "round {round}");
        std::thread::sleep(std::time::Duration::from_micros(next(&mut seed) % 40_000));
        child.kill().unwrap();
        child.wait().unwrap();
        let was_done = lines.map_while(Result::ok).any(|line| line.contains("is done"));
        (cut, done) = (cut + usize::from(!was_done), done + usize::from(was_done));
        let opened = of_schema_4(folder.path()).open(true).unwrap();
        assert!(only_sealed(opened.warning.as_deref()), "round {round}");
        let mut store = opened.persistence;
        let loaded = store.load().unwrap();
        assert_eq!(store.trouble(), None, "round {round}");
        let known: Vec<_> = loaded.iter().filter_map(|it| it.entry.reference.as_deref()).collect();
        let noted = loaded.iter().filter(|it| it.own.note == "rings back").count();
        let answered = loaded.iter().filter(|it| it.brief.result.is_some()).count();
        assert_eq!((loaded.len(), noted, answered), GOLDEN, "round {round}: {known:?}");
    }
    println!("{cut} cut off and {done} whole migrations, none mixed");
}

/// Cut off right before and right after the commit with which a store gets its first key.
// D09
#[cfg(debug_assertions)]
#[test]
fn a_store_that_gets_its_first_key_is_whole_on_both_sides_of_the_commit() {
    for (place, sealed) in [("before sealing", false), ("after sealing", true)] {
        let folder = tempfile::tempdir().unwrap();
        let golden = include_bytes!("golden/store-schema-4.db");
        fs::write(folder.path().join("store.db"), golden).unwrap();
        let output = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "child_that_takes_an_older_store_over_until_it_is_killed"])
            .arg("--nocapture")
            .env("BRANCHWATCH_TEST_OLDER", folder.path())
            .env("BRANCHWATCH_TEST_PANIC", place)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(said.contains("begins") && !said.contains("is done"), "{place}: {said}");
        let recipients = |sql: &Connection| -> i64 {
            sql.query_row("SELECT count(*) FROM keyring", [], |row| row.get(0)).unwrap()
        };
        let sql = Connection::open(folder.path().join("store.db")).unwrap();
        assert_eq!(recipients(&sql) > 0, sealed, "{place}");
        drop(sql);
        let opened = of_schema_4(folder.path()).open(true).unwrap();
        assert!(only_sealed(opened.warning.as_deref()), "{place}");
        assert!(folder.path().join("store.db-watchlist").exists(), "{place}");
        let mut store = opened.persistence;
        let loaded = store.load().unwrap();
        let noted = loaded.iter().filter(|it| it.own.note == "rings back").count();
        let answered = loaded.iter().filter(|it| it.brief.result.is_some()).count();
        assert_eq!((loaded.len(), noted, answered), GOLDEN, "{place}");
        assert_eq!(store.trouble(), None, "{place}");
    }
}

/// Sessions in the golden store of schema 4, those with a note of its own, and those with answers.
const GOLDEN: (usize, usize, usize) = (4, 1, 2);

// D05
#[test]
fn single_bits_that_flip_in_store_or_journal_lose_no_entry() {
    let made = made();
    let mut seed = 11;
    for round in 0..rounds(120) {
        let copy = copied(made.folder.path());
        let file = copy.path().join(["store.db", "store.db-watchlist"][round % 2]);
        let mut bytes = fs::read(&file).unwrap();
        let bit = usize::try_from(next(&mut seed)).unwrap() % (bytes.len() * 8);
        bytes[bit / 8] ^= 1 << (bit % 8);
        fs::write(&file, bytes).unwrap();
        nothing_untrue(&made.truth, copy.path(), &format!("{} bit {bit}", file.display()));
    }
}

// D05
#[test]
fn a_bit_that_flips_in_the_write_ahead_log_is_told_and_loses_no_acknowledged_session() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = held(folder.path());
    let entries: Vec<WatchEntry> = (0..30).map(|n| WatchEntry::new(id(n), at(0))).collect();
    for entry in &entries {
        store.add(std::slice::from_ref(entry)).unwrap();
    }
    // As after kill -9: the log is not written back.
    let killed = copied(folder.path());
    drop(store);
    let log = fs::metadata(killed.path().join("store.db-wal")).unwrap().len();
    assert!(log > 100_000);
    let mut seed = 5;
    let mut silent = 0;
    // By who holds the store, and by a command that comes before any holder.
    for exclusive in [true, false].repeat(rounds(20)) {
        let copy = copied(killed.path());
        let path = copy.path().join("store.db-wal");
        let mut bytes = fs::read(&path).unwrap();
        let length = bytes.len();
        let bit = usize::try_from(next(&mut seed)).unwrap() % (length * 8);
        bytes[bit / 8] ^= 1 << (bit % 8);
        fs::write(&path, bytes).unwrap();
        let opened = location(copy.path()).open(exclusive).unwrap();
        let mut store = opened.persistence;
        assert_eq!(store.load().unwrap().len(), 30, "bit {bit}");
        // In the last page it looks like a crash while it was written.
        let last = bit / 8 >= length - 4_120;
        assert!(last || opened.warning.is_some(), "bit {bit} in silence");
        silent += usize::from(opened.warning.is_none());
    }
    assert!(silent < rounds(20) / 2, "{silent}");
}

/// The holder of the kill story: takes in what others leave, and saves without a pause.
#[test]
fn child_that_holds_the_store_until_it_is_killed() {
    let Ok(folder) = std::env::var("BRANCHWATCH_TEST_HELD") else { return };
    let mut store = held(Path::new(&folder));
    let mut known = store.load().unwrap();
    println!("holds it");
    let mut taken = 0;
    for minute in 1.. {
        let (left, last) = store.posts(taken).unwrap();
        for message in left {
            match message {
                OutboxMessage::Added(entry) => {
                    match known.iter_mut().find(|it| it.id() == entry.id) {
                        Some(one) => {
                            one.entry = Arc::new(entry.over(&one.entry));
                        }
                        None => known.push(WatchedSession::new(entry)),
                    }
                }
                OutboxMessage::Kept(id, change, made) => {
                    if let Some(one) = known.iter_mut().find(|it| it.id() == id) {
                        one.keep(&change, made);
                    }
                }
                OutboxMessage::Removed(id) => known.retain(|it| it.id() != id),
                OutboxMessage::Asked(_) | OutboxMessage::Told(_) => {}
            }
        }
        for one in &mut known {
            one.poll.last_ok = at(minute).into();
        }
        store.save(&known.iter().cloned().map(Arc::new).collect::<Vec<_>>()).unwrap();
        store.taken(last).unwrap();
        taken = last;
    }
}

/// What another process was told is done: the reference and the note of each session.
type Acknowledged = BTreeMap<u128, (String, String)>;

/// Adds, renames, removes and notes beside the holder until that is killed. Returns how many
/// changes were acknowledged.
fn changes_beside_a_holder(folder: &Path, round: usize, truth: &mut Acknowledged) -> usize {
    let mut holder = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child_that_holds_the_store_until_it_is_killed", "--nocapture"])
        .env("BRANCHWATCH_TEST_HELD", folder)
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(holder.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().contains("holds it")), "round {round}");
    let mut seed = u64::try_from(round).unwrap() + 77;
    next(&mut seed);
    let life = std::time::Duration::from_millis(next(&mut seed) % 40);
    let killer = std::thread::spawn(move || {
        std::thread::sleep(life);
        assert!(holder.try_wait().unwrap().is_none(), "round {round}: the holder has failed");
        holder.kill().unwrap();
        holder.wait().unwrap();
    });
    let mut acknowledged = 0;
    while !killer.is_finished() {
        let n = u128::from(next(&mut seed) % 12);
        let mut store = location(folder).open(false).unwrap().persistence;
        let known = truth.contains_key(&n);
        let words = format!("{round} {acknowledged}");
        match next(&mut seed) % 4 {
            0 if known => {
                assert_eq!(store.remove(&[id(n)]).unwrap(), 1, "round {round}: {n} was there");
                truth.remove(&n);
            }
            1 if known => {
                let change = AnnotationChange::Note(words.clone());
                let made = at(i64::try_from(acknowledged).unwrap());
                store.post(&[OutboxMessage::Kept(id(n), change, made.into())]).unwrap();
                truth.get_mut(&n).unwrap().1 = words;
            }
            _ => {
                // Later than whatever was added before.
                let minute = i64::try_from(round * 1_000 + acknowledged).unwrap();
                let entry = WatchEntry::new(id(n), at(minute));
                let entry = WatchEntry { reference: Some(words.clone()), ..entry };
                store.add(&[entry]).unwrap();
                truth.entry(n).or_default().0 = words;
            }
        }
        acknowledged += 1;
    }
    killer.join().unwrap();
    acknowledged
}

// T05, D01
#[test]
fn what_others_were_told_is_done_survives_that_the_holder_is_killed_at_any_moment() {
    let (mut kills, mut acknowledged) = (0, 0);
    while kills < rounds(12) {
        let folder = tempfile::tempdir().unwrap();
        let mut truth = Acknowledged::new();
        for _ in 0..20.min(rounds(12) - kills) {
            acknowledged += changes_beside_a_holder(folder.path(), kills, &mut truth);
            let opened = location(folder.path()).open(kills % 2 == 0).unwrap();
            assert_eq!(opened.warning, None, "round {kills}");
            let mut store = opened.persistence;
            let loaded = store.load().unwrap();
            assert_eq!(store.trouble(), None, "round {kills}");
            let found: Acknowledged = (0..12)
                .filter_map(|n| {
                    let one = loaded.iter().find(|it| it.id() == id(n))?;
                    let reference = one.entry.reference.clone().unwrap_or_default();
                    Some((n, (reference, one.own.note.clone())))
                })
                .collect();
            assert_eq!(found, truth, "round {kills}");
            kills += 1;
        }
    }
    println!("{kills} kills of the holder, {acknowledged} acknowledged changes, none lost");
}

// D05
#[test]
fn damage_to_pages_costs_the_rows_on_them_and_the_message_says_how_many_came_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = held(folder.path());
    let all: Vec<Arc<WatchedSession>> =
        (0..60).map(|n| Arc::new(session(n, "ONGOING", 1))).collect();
    store.add(&all.iter().map(|s| s.entry.as_ref().clone()).collect::<Vec<_>>()).unwrap();
    store.save(&all).unwrap();
    drop(store);
    let whole = fs::read(folder.path().join("store.db")).unwrap();
    let pages = whole.len() / 4_096;
    for page in 0..pages {
        let copy = copied(folder.path());
        let mut bytes = whole.clone();
        bytes[page * 4_096..(page + 1) * 4_096].fill(0xa5);
        fs::write(copy.path().join("store.db"), bytes).unwrap();
        let opened = location(copy.path()).open(true).unwrap();
        let mut store = opened.persistence;
        let loaded = store.load().unwrap();
        let told = opened.warning.or_else(|| store.trouble());
        assert_eq!(loaded.len(), 60, "page {page}: {told:?}");
        let answered = loaded.iter().filter(|s| s.answers().unwrap().session().is_some()).count();
        // Without the file's header, its schema or a page within a tree all rows are found.
        let of_rows = page > 0 && whole[page * 4_096] == 0x0d;
        assert!(of_rows || answered == 60, "page {page}: {answered} responses; {told:?}");
        if answered < 60 {
            assert!(told.is_some(), "page {page}: {answered} in silence");
        }
        if page > 2
            && let Some(told) = told.filter(|told| told.contains("recovered"))
        {
            assert!(told.contains("60 sessions of the watch-list"), "{told}");
        }
    }
}

#[test]
fn without_the_second_copy_all_comes_back_while_name_and_key_are_on_a_page_else_the_ids() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = held(folder.path());
    let all: Vec<Arc<WatchedSession>> =
        (0..30).map(|n| Arc::new(session(n, "ONGOING", 1))).collect();
    store.add(&all.iter().map(|s| s.entry.as_ref().clone()).collect::<Vec<_>>()).unwrap();
    store.save(&all).unwrap();
    drop(store);
    let second = fs::read_to_string(folder.path().join("store.db-watchlist")).unwrap();
    let mut words = second.split([' ', ':']).skip(1);
    let (name, recipient) = (words.next().unwrap(), words.next().unwrap());
    let whole = fs::read(folder.path().join("store.db")).unwrap();
    let page_with = |text: &str| {
        let has = |page: &[u8]| page.windows(text.len()).any(|part| part == text.as_bytes());
        whole.chunks(4_096).position(has).unwrap()
    };
    for (page, answers) in [(0, 30), (page_with(name), 0), (page_with(recipient), 0)] {
        let copy = copied(folder.path());
        let mut bytes = whole.clone();
        bytes[page * 4_096..(page + 1) * 4_096].fill(0xa5);
        fs::write(copy.path().join("store.db"), bytes).unwrap();
        fs::remove_file(copy.path().join("store.db-watchlist")).unwrap();
        let without_key = Location::new(&copy.path().join("store.db"), None);
        drop(without_key.open(true));
        let aside = copy.path().join("store.db-damaged-1");
        assert!(!aside.exists(), "page {page}: who has no key makes nothing anew");
        let mut opened = location(copy.path()).open(true).unwrap();
        assert!(opened.warning.is_some_and(|told| told.contains("30 sessions of the watch-list")));
        let loaded = opened.persistence.load().unwrap();
        assert_eq!(loaded.len(), 30, "page {page}");
        let answered = loaded.iter().filter(|s| s.answers().unwrap().session().is_some());
        assert_eq!(answered.count(), answers, "page {page}");
        let named = loaded.iter().filter(|session| session.entry.reference.is_some());
        assert_eq!(named.count(), answers, "page {page}");
        drop(loaded);
        let body: Vec<u8> = Connection::open(copy.path().join("store.db"))
            .unwrap()
            .query_row("SELECT body FROM session LIMIT 1", [], |row| row.get(0))
            .unwrap();
        assert_eq!(body[0], 1, "page {page}: sealed");
    }
}

// F02
#[test]
fn what_stands_in_the_stores_place_and_is_none_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let foreign = Connection::open(&path).unwrap();
    foreign.execute_batch("CREATE TABLE addresses (name TEXT)").unwrap();
    drop(foreign);
    let before = fs::read(&path).unwrap();
    let refused = location(folder.path()).open(true).unwrap_err();
    assert!(matches!(refused, PersistError::Foreign(_)), "{refused}");
    assert_eq!(fs::read(&path).unwrap(), before);
    fs::remove_file(&path).unwrap();
    let target: PathBuf = folder.path().join("precious");
    fs::write(&target, "precious").unwrap();
    std::os::unix::fs::symlink(&target, &path).unwrap();
    let refused = location(folder.path()).open(true).unwrap_err();
    assert!(matches!(&refused, PersistError::Foreign(why) if why.contains("link")), "{refused}");
    assert_eq!(fs::read_to_string(&target).unwrap(), "precious");
    fs::remove_file(&path).unwrap();
    let made = std::process::Command::new("mkfifo").arg(&path).status().unwrap();
    assert!(made.success());
    let refused = location(folder.path()).open(true).unwrap_err();
    assert!(matches!(refused, PersistError::Foreign(_)), "{refused}");
}

// D10
#[tokio::test(start_paused = true)]
async fn a_store_that_is_removed_under_its_holder_is_noticed_within_10_s_and_made_anew() {
    for round in 0..rounds(8) {
        let mut seed = u64::try_from(round).unwrap() + 5;
        next(&mut seed);
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let mut store = held(&data);
        let known: Vec<WatchedSession> =
            (1..=1 + u128::from(next(&mut seed) % 5)).map(|n| session(n, "ONGOING", 1)).collect();
        let entries: Vec<WatchEntry> = known.iter().map(|one| (*one.entry).clone()).collect();
        store.add(&entries).unwrap();
        store.save(&known.iter().cloned().map(Arc::new).collect::<Vec<_>>()).unwrap();
        // With all details at hand, or with none: they are in the file alone.
        let at_hand = next(&mut seed).is_multiple_of(2);
        let begun = if at_hand { store.load() } else { store.briefs() };
        let (mut state, reader) = Store::new(begun.unwrap());
        let saved = SavedSessions::of(state.snapshot());
        let cancel = CancellationToken::new();
        let (told, mut hears) = tokio::sync::mpsc::unbounded_channel();
        let tells = move |what| drop(told.send(what));
        let task = tokio::spawn(writer(store, saved, reader, tells, cancel.clone()));
        // Half of the times something is on its way to the file.
        let noted = known[0].id();
        if next(&mut seed).is_multiple_of(2) {
            state.keep(&[(noted, AnnotationChange::Note("rang".into()))], at(2));
            state.publish(Health::default(), Vec::new());
            tokio::task::yield_now().await;
        }
        let removed: &[&str] = match round % 4 {
            0 => &["store.db"],
            1 => &["store.db", "store.db-watchlist"],
            2 => &["store.db-lock"],
            _ => &[],
        };
        for name in removed {
            fs::remove_file(data.join(name)).unwrap();
        }
        if removed.is_empty() {
            // A save that is under way puts files into it meanwhile.
            while fs::remove_dir_all(&data).is_err_and(|why| why.kind() != ErrorKind::NotFound) {}
        }
        let begun = tokio::time::Instant::now();
        let mut said: Vec<String> = Vec::new();
        loop {
            match hears.recv().await.unwrap() {
                WriterEvent::Trouble(Some(trouble)) => said.push(trouble),
                WriterEvent::Trouble(None) => break,
                WriterEvent::Saved(_) => {}
            }
            assert!(said.len() < 5, "round {round}: it is not saved again: {said:?}");
        }
        // A save that was under way may have met something else first.
        let what = said.iter().any(|trouble| trouble.contains("removed or replaced"));
        assert!(what || said.first().is_some_and(|it| it.contains("not saved")), "{said:?}");
        assert!(begun.elapsed() < std::time::Duration::from_secs(10), "round {round}");
        state.keep(&[(noted, AnnotationChange::Pinned(true))], at(3));
        state.publish(Health::default(), Vec::new());
        cancel.cancel();
        task.await.unwrap();
        let loaded = location(&data).open(false).unwrap().persistence.load().unwrap();
        let expected: Vec<_> = state.snapshot().sessions.iter().collect();
        assert_eq!(loaded.len(), expected.len(), "round {round}");
        for (one, held) in loaded.iter().zip(expected) {
            assert_eq!((&one.entry, &one.own), (&held.entry, &held.own), "round {round}");
            let known = known.iter().find(|known| known.id() == one.id()).unwrap();
            assert_eq!(one.detail, known.detail, "round {round}, at hand: {at_hand}");
        }
    }
}
