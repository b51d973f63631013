//! A store that can be read and not written: on a read-only file system, or another user's.

use std::fmt::Write;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use super::{PersistError, files, schema};

/// Opens it to read. Nothing is written beside it.
pub(super) fn connect(path: &Path) -> Result<Connection, PersistError> {
    let shared = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    match schema::is_readable(&shared) {
        // Nobody writes it, and the index of its write-ahead log cannot be made beside it.
        Err(PersistError::NotWritable(_)) => {}
        other => return other.map(|()| shared),
    }
    let logged = fs::metadata(files::beside(path, "wal")).is_ok_and(|log| log.len() > 0);
    let alone = if logged {
        // What was written last stands in the log alone. Without other users of the file its index
        // can be held in memory.
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
        let alone = Connection::open_with_flags_and_vfs(path, flags, "unix-none")?;
        alone.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
        alone
    } else {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
        Connection::open_with_flags(unchanging(path), flags)?
    };
    schema::is_readable(&alone).map(|()| alone)
}

/// The address of a file that nobody changes: SQLite then needs no other file beside it.
fn unchanging(path: &Path) -> String {
    let mut address = String::from("file:");
    for byte in path.as_os_str().as_bytes() {
        if byte.is_ascii_alphanumeric() || b"/-_.~".contains(byte) {
            address.push(char::from(*byte));
        } else {
            let _never_fails = write!(address, "%{byte:02X}");
        }
    }
    address + "?immutable=1"
}
