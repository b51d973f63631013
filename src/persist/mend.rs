//! A new store in the place of one that is damaged or empty.
//!
//! Nothing is mended that another process holds.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, TransactionBehavior};

use super::{PersistError, files, rows, schema};
use crate::domain::watchlist::watched::WatchedSession;

/// A new store in the place of a damaged one, with what can be saved of the watch-list, and what to
/// say of it. Only for who has the lock: another process may have mended it in between.
pub(super) fn mended(path: &Path) -> Result<(Connection, Option<String>), PersistError> {
    let what = match schema::connect(path) {
        Err(PersistError::Damaged(_)) if files::is_empty(path) => "empty",
        Err(PersistError::Damaged(_)) => "damaged",
        other => return other.map(|sound| (sound, None)),
    };
    let of_itself = salvage(path);
    let copies = files::copies(path).into_iter().map(|copy| (salvage(&copy), Some(copy)));
    // An old copy of the list is better than none: entries that are too many are easily taken off.
    let held = |(list, _): &(Vec<WatchedSession>, _)| !list.is_empty();
    let (list, copy) =
        std::iter::once((of_itself, None)).chain(copies).find(held).unwrap_or_default();
    // Kept, not deleted: it may be all that is left of somebody's notes.
    let aside = files::move_aside(path)?;
    schema::make(path)?;
    let mut connection = schema::connect(path)?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for session in &list {
        rows::put_entry(&transaction, &session.entry)?;
        // No seal: of a damaged file only the list is taken, and answers are fetched again.
        rows::put_known(&transaction, session, None)?;
    }
    transaction.commit()?;
    let from = copy.map_or_else(|| "it".to_owned(), |copy| format!("the copy {}", copy.display()));
    let warning = format!(
        "the local store was {what} and is now {}; recovered from {from}: {} of the watch-list, \
         whose data is fetched again",
        aside.display(),
        crate::text::count(list.len(), "session")
    );
    Ok((connection, Some(warning)))
}

/// The lock for mending: nobody else may hold the store,
/// or mend it at the same time. Who mends it is soon done.
#[expect(clippy::disallowed_methods, reason = "the store is opened in real time, and blocks")]
pub(super) fn turn(path: &Path) -> Option<files::StoreLock> {
    // Two seconds: a lock that is held longer is a running dashboard's.
    for _ in 0..20 {
        match files::lock(path) {
            Ok(lock) => return Some(lock),
            Err(_held) => std::thread::sleep(Duration::from_millis(100)),
        }
    }
    None
}

/// What can still be read of the watch-list of a damaged store, with the operator's part.
fn salvage(path: &Path) -> Vec<WatchedSession> {
    // An empty file is opened by nobody: SQLite would take what lies beside it for its own.
    if files::is_empty(path) {
        return Vec::new();
    }
    let Ok(connection) = Connection::open(path) else { return Vec::new() };
    // What cannot be read is left: the copies are asked next.
    let listed = rows::list(&connection).unwrap_or_default();
    listed.into_iter().map(|(_, watched)| watched).collect()
}
