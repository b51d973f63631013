//! Modes, locks and moving aside: the store's files as files.
//!
//! Owns 0600 in 0700 under any umask, and the lock that only one dashboard can hold.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::PersistError;

fn not_writable(path: &Path, why: &std::io::Error) -> PersistError {
    PersistError::NotWritable(format!("{}: {why}", path.display()))
}

/// Makes the folder (0700) and an empty store file (0600) where there are none; narrows the modes
/// where they are wider. SQLite gives its other files the store's mode.
pub(super) fn prepare(path: &Path) -> Result<(), PersistError> {
    if let Some(folder) = path.parent() {
        let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
        made.map_err(|why| not_writable(folder, &why))?;
    }
    let file = OpenOptions::new().create(true).append(true).mode(0o600).open(path);
    let file = file.map_err(|why| not_writable(path, &why))?;
    narrow(&file, path)
}

fn narrow(file: &File, path: &Path) -> Result<(), PersistError> {
    let about = file.metadata().map_err(|why| not_writable(path, &why))?;
    if about.permissions().mode() & 0o077 != 0 {
        let narrowed = file.set_permissions(fs::Permissions::from_mode(0o600));
        narrowed.map_err(|why| not_writable(path, &why))?;
    }
    Ok(())
}

/// Takes the lock beside the store, with this process's number in it; it is held until dropped.
pub(super) fn lock(path: &Path) -> Result<File, PersistError> {
    let path = beside(path, "lock");
    let options = OpenOptions::new()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .mode(0o600)
        .open(&path);
    let mut file = options.map_err(|why| not_writable(&path, &why))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut holder = String::new();
            // Who holds it is only a courtesy.
            let _length = Read::by_ref(&mut file).take(20).read_to_string(&mut holder);
            let holder = holder.trim();
            let number = !holder.is_empty() && holder.bytes().all(|b| b.is_ascii_digit());
            let who = if number { format!(" (process {holder})") } else { String::new() };
            return Err(PersistError::Locked(who));
        }
        Err(TryLockError::Error(why)) => return Err(not_writable(&path, &why)),
    }
    let number = std::process::id().to_string();
    let written = file
        .rewind()
        .and_then(|()| file.set_len(0))
        .and_then(|()| file.write_all(number.as_bytes()));
    written.map_err(|why| not_writable(&path, &why))?;
    Ok(file)
}

/// `store.db` → `store.db-NAME`, in the same folder.
pub(super) fn beside(path: &Path, name: &str) -> PathBuf {
    let mut file = path.file_name().unwrap_or_default().to_owned();
    file.push("-");
    file.push(name);
    path.with_file_name(file)
}

/// Moves a damaged store and its companions aside; returns the new name.
pub(super) fn move_aside(path: &Path) -> Result<PathBuf, PersistError> {
    for number in 1..1_000 {
        let aside = beside(path, &format!("damaged-{number}"));
        if aside.exists() {
            continue;
        }
        fs::rename(path, &aside).map_err(|why| not_writable(path, &why))?;
        for companion in ["wal", "shm"] {
            let from = beside(path, companion);
            if from.exists() {
                // Kept with it; without the store's own file they say nothing.
                let _moved = fs::rename(&from, beside(&aside, companion));
            }
        }
        return Ok(aside);
    }
    Err(PersistError::Damaged(String::from("too many damaged copies stand beside it already")))
}
