//! The store's file as SQLite: how a connection is set up, and the schema, migrated step by step.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::{PersistError, files};

/// Applied in order, each once; never changed after a release.
const MIGRATIONS: &[&str] = &[
    include_str!("../../assets/migrations/sqlite/0001_first.sql"),
    include_str!("../../assets/migrations/sqlite/0002_own.sql"),
    include_str!("../../assets/migrations/sqlite/0003_post.sql"),
    include_str!("../../assets/migrations/sqlite/0004_sealed.sql"),
];

/// WAL is the file's, not the connection's.
pub(super) fn set_up(connection: &Connection) -> Result<(), rusqlite::Error> {
    // Two writers meet for moments only: waiting is better than an error (fault D07).
    connection.busy_timeout(Duration::from_secs(5))?;
    // What was acknowledged survives a power cut (fault D02).
    connection.pragma_update(None, "synchronous", "FULL")?;
    // Deleted rows are overwritten: by default their bytes stay in the file (fault S08).
    connection.pragma_update(None, "secure_delete", "ON")?;
    connection.pragma_update(None, "foreign_keys", "ON")
}

/// A new store, whole on the disk.
pub(super) fn make(path: &Path) -> Result<(), PersistError> {
    files::make(path, |new| {
        let connection = open(new)?;
        connection.close().map_err(|(_still_open, why)| PersistError::from(why))
    })
}

/// A sound file of the newest schema, or an error.
pub(super) fn connect(path: &Path) -> Result<Connection, PersistError> {
    if files::is_empty(path) {
        return Err(PersistError::Damaged(String::from("the file is empty")));
    }
    open(path)
}

fn open(path: &Path) -> Result<Connection, PersistError> {
    // Not made here: an empty file would be taken for a damaged store.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE;
    let mut connection = Connection::open_with_flags(path, flags)?;
    set_up(&connection)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // Damage is to be found at the start, not at a later write (fault D05).
    let sound: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if sound != "ok" {
        return Err(PersistError::Damaged(sound));
    }
    migrate(&mut connection, path)?;
    // A file of another program, or one whose tables are gone, is as good as damaged.
    connection
        .prepare("SELECT position, id, last_ok FROM session")
        .map(drop)
        .map_err(|why| PersistError::Damaged(why.to_string()))?;
    Ok(connection)
}

fn migrate(connection: &mut Connection, path: &Path) -> Result<(), PersistError> {
    let version = |connection: &Connection| {
        connection.query_row("PRAGMA user_version", [], |row| row.get::<_, u32>(0))
    };
    let known = u32::try_from(MIGRATIONS.len()).unwrap_or(u32::MAX);
    let found = version(connection)?;
    if found > known {
        // Untouched: an older build would write rows that the newer one cannot trust (fault D08).
        return Err(PersistError::Newer { found, known });
    }
    if found == known {
        return Ok(());
    }
    // A copy first: a migration cannot be taken back (fault D08).
    if found > 0 {
        copy(connection, &files::beside(path, &format!("{}{known}", files::BEFORE)))?;
    }
    // Another process may have done it in between: look again inside the transaction.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found = version(&transaction)?;
    for migration in MIGRATIONS.iter().skip(usize::try_from(found).unwrap_or(usize::MAX)) {
        transaction.execute_batch(migration)?;
    }
    transaction.pragma_update(None, "user_version", known)?;
    transaction.commit()?;
    Ok(())
}

/// A copy of all but the answers, which can be fetched again and may not be sealed yet.
fn copy(connection: &Connection, to: &Path) -> Result<(), rusqlite::Error> {
    connection.backup("main", to, None::<fn(rusqlite::backup::Progress)>)?;
    let copy = Connection::open(to)?;
    copy.execute_batch(
        "PRAGMA secure_delete = ON; PRAGMA journal_mode = DELETE; DELETE FROM answer",
    )
}
