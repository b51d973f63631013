//! Rows of the store as somebody else wrote them: a line of the input names a column, and what stands
//! there now. The store is opened and read like any other, once sealed and once not.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use branchwatch::api::wire;
use branchwatch::domain::events::change::{ChangeKind, Origin, TimelineEvent};
use branchwatch::domain::session::answer::Answer;
use branchwatch::domain::session::ids::SessionId;
use branchwatch::domain::session::parts::Answers;
use branchwatch::domain::watchlist::annotations::AnnotationChange;
use branchwatch::domain::watchlist::outbox::OutboxMessage;
use branchwatch::domain::watchlist::storage::StoreFault;
use branchwatch::domain::watchlist::watched::{WatchEntry, WatchedSession};
use branchwatch::persist::key::{KEY_LENGTH, StoreKey};
use branchwatch::persist::location::Location;
use branchwatch::persist::{PersistError, SharedPersistence};
use rusqlite::Connection;
use rusqlite::types::Value;
use tempfile::TempDir;

use super::NOW;

/// A line with this name is added to the second copy of the list.
const SECOND_COPY: &str = "watchlist";

/// Makes a column's value of bytes: STRICT tables take no other kind.
type Made = fn(&[u8]) -> Value;

/// Each column that is read.
const COLUMNS: &[(&str, Made)] = &[
    ("header.store", text),
    ("header.body", blob),
    ("keyring.recipient", text),
    ("keyring.wrapped", blob),
    ("session.position", number),
    ("session.id", text),
    ("session.version", number),
    ("session.body", blob),
    ("answer.session", number),
    ("answer.part", text),
    ("answer.version", number),
    ("answer.body", blob),
    ("event.session", number),
    ("event.number", number),
    ("event.body", blob),
    ("state.name", text),
    ("state.version", number),
    ("state.body", blob),
    ("post.number", number),
    ("post.session", text),
    ("post.kind", text),
    ("post.version", number),
    ("post.body", blob),
];

fn text(bytes: &[u8]) -> Value {
    Value::Text(String::from_utf8_lossy(bytes).into_owned())
}

/// A body that is not sealed has a 0 in front; as text it would be no line to edit.
fn blob(bytes: &[u8]) -> Value {
    let mark: &[u8] = if bytes.starts_with(b"{") { &[0] } else { &[] };
    Value::Blob([mark, bytes].concat())
}

fn number(bytes: &[u8]) -> Value {
    Value::Integer(String::from_utf8_lossy(bytes).trim().parse().unwrap_or(0))
}

/// What is stored, and the files of it.
struct Stored {
    sealed: bool,
    truth: Vec<WatchedSession>,
    folder: TempDir,
}

fn location(folder: &Path, sealed: bool) -> Location {
    let key = || StoreKey::new(&[7; KEY_LENGTH], &[8; KEY_LENGTH]);
    Location::new(&folder.join("store.db"), sealed.then(key).flatten())
}

fn session(n: u128) -> WatchedSession {
    let id = SessionId::new(uuid::Uuid::from_u128(n));
    let raw = format!(r#"{{"session_id":"{id}","state":"COMPLETED"}}"#);
    let value = wire::session(&raw, id).unwrap();
    let answer = Answer { value, raw: raw.into(), fetched_at: NOW };
    let entry = WatchEntry { reference: Some(format!("dbs-{n}")), ..WatchEntry::new(id, NOW) };
    let mut watched = WatchedSession::new(entry);
    watched.answered(Answers { session: Some(Arc::new(answer)), ..Answers::default() });
    let (what, origin) = (ChangeKind::FirstSeen, Origin::Observed);
    watched.happened(vec![TimelineEvent { at: NOW, seen_at: NOW, source: None, what, origin }]);
    watched.keep(&AnnotationChange::Note(format!("note {n}")), NOW);
    watched
}

impl Stored {
    /// Two sessions, with something in each table.
    fn new(sealed: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let open = |exclusive| location(folder.path(), sealed).open(exclusive).unwrap().persistence;
        let mut truth: Vec<WatchedSession> = vec![session(1), session(2)];
        let mut holder = open(true);
        let entries: Vec<WatchEntry> = truth.iter().map(|one| one.entry.as_ref().clone()).collect();
        holder.add(&entries).unwrap();
        holder.save(&truth.iter().cloned().map(Arc::new).collect::<Vec<_>>()).unwrap();
        holder.set_state("last_look", "now").unwrap();
        let pinned = AnnotationChange::Pinned(true);
        let left = OutboxMessage::Kept(truth[0].id(), pinned.clone(), NOW.into());
        open(false).post(&[left]).unwrap();
        truth[0].keep(&pinned, NOW);
        drop(holder);
        Self { sealed, truth, folder }
    }

    fn copied(&self) -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        for file in fs::read_dir(self.folder.path()).unwrap() {
            let file = file.unwrap();
            fs::copy(file.path(), folder.path().join(file.file_name())).unwrap();
        }
        folder
    }

    fn open(&self, folder: &Path, exclusive: bool) -> Option<Box<dyn SharedPersistence>> {
        told(location(folder, self.sealed).open(exclusive)).map(|opened| opened.persistence)
    }

    /// Reads all that is there, and the same again after the process that mends it.
    fn read(&self, folder: &Path) {
        for exclusive in [false, true, true] {
            let Some(mut store) = self.open(folder, exclusive) else { continue };
            let _state = told(store.state("last_look"));
            let _posts = told(store.posts(0));
            let _through = told(store.read_through());
            let (briefs, sessions) = (told(store.briefs()), told(store.load()));
            let (Some(briefs), Some(sessions)) = (briefs, sessions) else { continue };
            assert_eq!(ids(&briefs), ids(&sessions));
            if self.sealed {
                self.nothing_is_believed(&sessions);
            }
        }
    }

    /// What was not sealed with the key is not shown as true, and nothing is lost.
    fn nothing_is_believed(&self, sessions: &[WatchedSession]) {
        for one in sessions {
            let fault = one.storage.fault;
            let Some(known) = self.truth.iter().find(|known| known.id() == one.id()) else {
                assert!(fault.is_some() || one.entry.unverified, "{} was never added", one.id());
                continue;
            };
            let (known_answers, answers) = (known.answers().unwrap(), one.answers().unwrap());
            let raw = |answers: &Answers| answers.session.as_ref().map(|one| Arc::clone(&one.raw));
            assert!(answers.session.is_none() || raw(answers) == raw(known_answers), "{one:?}");
            assert!(answers.configuration.is_none(), "{one:?}");
            if fault.is_none_or(StoreFault::is_damage) {
                assert_eq!((&one.entry, &one.own.note), (&known.entry, &known.own.note));
            }
        }
        for known in &self.truth {
            assert!(sessions.iter().any(|one| one.id() == known.id()), "{} is lost", known.id());
        }
    }
}

fn ids(sessions: &[WatchedSession]) -> Vec<SessionId> {
    sessions.iter().map(WatchedSession::id).collect()
}

/// An error has words that no row can act with.
fn told<T>(result: Result<T, PersistError>) -> Option<T> {
    result
        .inspect_err(|why| {
            let why = why.to_string();
            assert!(!why.is_empty() && !why.contains(char::is_control), "{why:?}");
        })
        .ok()
}

/// Puts the values of the input into the store's file and its second copy.
fn write(folder: &Path, bytes: &[u8]) {
    let sql = Connection::open(folder.join("store.db")).unwrap();
    sql.pragma_update(None, "foreign_keys", "OFF").unwrap();
    sql.pragma_update(None, "synchronous", "OFF").unwrap();
    for line in bytes.split(|byte| *byte == b'\n').take(8) {
        let Some(space) = line.iter().position(|byte| *byte == b' ') else { continue };
        let (name, value) = (&line[..space], &line[space + 1..]);
        if name == SECOND_COPY.as_bytes() {
            let path: PathBuf = folder.join("store.db-watchlist");
            let copy = fs::read(&path).unwrap();
            fs::write(&path, [&copy, value, b"\n"].concat()).unwrap();
        }
        let Some((name, made)) = COLUMNS.iter().find(|known| known.0.as_bytes() == name) else {
            continue;
        };
        let (table, column) = name.split_once('.').unwrap();
        let first = format!("SELECT {column} FROM {table} LIMIT 1");
        let text =
            format!("UPDATE OR REPLACE {table} SET {column} = ?1 WHERE {column} = ({first})");
        // A constraint of the schema refuses some.
        let _refused = sql.execute(&text, [made(value)]);
    }
}

/// Rows of the store: they are read or refused, and in a sealed store nothing of them is believed.
pub(crate) fn rows(bytes: &[u8]) {
    static STORED: OnceLock<[Stored; 2]> = OnceLock::new();
    for stored in STORED.get_or_init(|| [Stored::new(false), Stored::new(true)]) {
        let folder = stored.copied();
        write(folder.path(), bytes);
        stored.read(folder.path());
    }
}
