//! The store's file as SQLite: how a connection is set up, and the schema, migrated step by step.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

use super::header::Header;
use super::key::fingerprint;
use super::{PersistError, files, schema4};

/// The schema of this build's stores.
pub const SCHEMA: usize = MIGRATIONS.len();

/// Applied in order, each once; never changed after a release.
const MIGRATIONS: &[&str] = &[
    include_str!("../../assets/migrations/sqlite/0001_first.sql"),
    include_str!("../../assets/migrations/sqlite/0002_own.sql"),
    include_str!("../../assets/migrations/sqlite/0003_post.sql"),
    include_str!("../../assets/migrations/sqlite/0004_sealed.sql"),
    include_str!("../../assets/migrations/sqlite/0005_sealed_store.sql"),
];

/// Marks our files for SQLite and file(1): `bwst`.
const APPLICATION: i32 = 0x6277_7374;

/// WAL is the file's, not the connection's.
pub(super) fn set_up(connection: &Connection) -> Result<(), rusqlite::Error> {
    // Two writers meet for moments only: waiting is better than an error (fault D07).
    connection.busy_timeout(Duration::from_secs(5))?;
    // What was acknowledged survives a power cut (fault D02).
    connection.pragma_update(None, "synchronous", "FULL")?;
    // Deleted rows are overwritten: by default their bytes stay in the file (fault S08).
    connection.pragma_update(None, "secure_delete", "ON")?;
    connection.pragma_update(None, "foreign_keys", "ON")?;
    // The schema has none: one that somebody put there could undo what is acknowledged.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false)?;
    Ok(())
}

/// A new store, whole on the disk; `fill` puts into it what it begins with. Returns where a damaged
/// one in its place is now.
pub(super) fn make(
    path: &Path,
    in_place_of_damaged: bool,
    fill: impl FnOnce(&mut Connection) -> Result<(), PersistError>,
) -> Result<Option<PathBuf>, PersistError> {
    files::make(path, in_place_of_damaged, |new| {
        let mut connection = open(new)?;
        fill(&mut connection)?;
        connection.close().map_err(|(_still_open, why)| PersistError::from(why))
    })
}

/// A file of the newest schema, or an error. Damage within it is found when it is read, and by
/// [`sound`].
pub(super) fn connect(path: &Path) -> Result<Connection, PersistError> {
    if files::is_empty(path) {
        return Err(PersistError::Damaged(String::from("the file is empty")));
    }
    open(path)
}

/// An error where this build cannot read it as it stands.
pub(super) fn is_readable(connection: &Connection) -> Result<(), PersistError> {
    ours(connection)?;
    let (found, known) = (version(connection)?, newest());
    match found.cmp(&known) {
        Ordering::Equal => Ok(()),
        Ordering::Greater => Err(PersistError::Newer { found, known }),
        Ordering::Less => Err(PersistError::Other(format!(
            "it has schema {found}, and must be opened once where it can be written"
        ))),
    }
}

fn version(connection: &Connection) -> Result<u32, rusqlite::Error> {
    connection.query_row("PRAGMA user_version", [], |row| row.get(0))
}

fn newest() -> u32 {
    u32::try_from(MIGRATIONS.len()).unwrap_or(u32::MAX)
}

fn open(path: &Path) -> Result<Connection, PersistError> {
    // Not made here: an empty file would be taken for a damaged store.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE;
    let mut connection = Connection::open_with_flags(path, flags)?;
    set_up(&connection)?;
    ours(&connection)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    if connection.is_readonly("main")? && files::may_be_written(path) {
        let why = "its file header says that it cannot be written";
        return Err(PersistError::Damaged(String::from(why)));
    }
    migrate(&mut connection)?;
    if objects(&connection)? != OBJECTS {
        let why = "its tables, indexes or triggers are not those that belong there";
        return Err(PersistError::Damaged(String::from(why)));
    }
    Ok(connection)
}

/// [`objects`] of this build's schema: making one to compare with takes longer than to open a store.
const OBJECTS: &str = "2e9ad6814339a9d309566eb124b0ac9ba100fdf6c86875b2f07070a27a203e4e";

/// A digest over kind, name and text of all that stands in a schema.
fn objects(connection: &Connection) -> Result<String, rusqlite::Error> {
    let mut query = connection.prepare("SELECT type, name, ifnull(sql, '') FROM sqlite_schema")?;
    let rows = query.query_map([], |row| Ok([row.get(0)?, row.get(1)?, row.get(2)?]))?;
    let all = rows.collect::<Result<BTreeSet<[String; 3]>, _>>()?;
    Ok(fingerprint(format!("{all:?}").as_bytes()))
}

/// Nothing is done to another program's database.
fn ours(connection: &Connection) -> Result<(), PersistError> {
    let number = |pragma: &str| -> Result<i64, rusqlite::Error> {
        connection.query_row(&format!("PRAGMA {pragma}"), [], |row| row.get(0))
    };
    let (application, version) = (number("application_id")?, number("user_version")?);
    let has = |what: &str| -> Result<bool, rusqlite::Error> {
        let text = format!("SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE {what})");
        connection.query_row(&text, [], |row| row.get(0))
    };
    let known = match application {
        // Builds up to schema 4 set none.
        0 if version == 0 => !has("true")?,
        0 => has("name = 'session'")? && has("name = 'answer'")?,
        other => other == i64::from(APPLICATION),
    };
    if known {
        return Ok(());
    }
    Err(PersistError::Foreign(String::from("it is the database of another program")))
}

/// Whether anything was ever put into it.
pub(super) fn holds_any(connection: &Connection) -> Result<bool, rusqlite::Error> {
    let text = "SELECT EXISTS (SELECT 1 FROM session) OR EXISTS (SELECT 1 FROM state)
                OR EXISTS (SELECT 1 FROM post)";
    connection.query_row(text, [], |row| row.get(0))
}

/// What is wrong with the file; reads all of it, and compares the indexes with their tables.
pub(super) fn sound(connection: &Connection) -> Result<(), PersistError> {
    let says: String = connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if says == "ok" { Ok(()) } else { Err(PersistError::Damaged(says)) }
}

fn migrate(connection: &mut Connection) -> Result<(), PersistError> {
    let (found, known) = (version(connection)?, newest());
    if found > known {
        // Untouched: an older build would write rows that the newer one cannot trust (fault D08).
        return Err(PersistError::Newer { found, known });
    }
    if found == known {
        return Ok(());
    }
    // Another process may have done it in between: look again inside the transaction.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found = version(&transaction)?;
    for migration in MIGRATIONS.iter().skip(usize::try_from(found).unwrap_or(usize::MAX)) {
        transaction.execute_batch(migration)?;
    }
    if found < known {
        moved(&transaction)?;
    }
    transaction.pragma_update(None, "user_version", known)?;
    transaction.pragma_update(None, "application_id", APPLICATION)?;
    transaction.commit()?;
    Ok(())
}

/// Each store has a name of its own: rows of one are not read in another.
fn moved(transaction: &Transaction<'_>) -> Result<(), PersistError> {
    let header = Header::new(uuid::Uuid::new_v4().to_string());
    schema4::move_to_new_tables(transaction, header)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_store_has_the_objects_that_belong_there() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection).unwrap();
        assert_eq!(objects(&connection).unwrap(), OBJECTS, "after another migration it is another");
    }
}
