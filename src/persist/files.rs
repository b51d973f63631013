//! Modes, locks and moving aside: the store's files as files.

use std::fs::{self, DirBuilder, File, TryLockError};
use std::io::{ErrorKind, Read, Seek, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::Access;
use rustix::io::Errno;
use rustix::process::geteuid;

use super::PersistError;
use crate::regular_file;

/// Files that SQLite has beside a store while it is open.
const COMPANIONS: [&str; 2] = ["wal", "shm"];
/// How the name of a store begins that is not whole yet.
pub(super) const TEMPORARY: &str = ".store-";
/// So many bytes a small change needs, in the write-ahead log and the journal.
const ROOM: usize = 64 * 1024;
/// Behind the name of a damaged store, before its number.
const DAMAGED: &str = "damaged-";

fn not_writable(path: &Path, why: &std::io::Error) -> PersistError {
    PersistError::NotWritable(format!("{}: {why}", path.display()))
}

/// A network or user-space file system may have no locks, and says so in several ways.
fn not_locked(path: &Path, why: &std::io::Error) -> PersistError {
    let number = why.raw_os_error().map(Errno::from_raw_os_error);
    match number {
        Some(Errno::NOLCK | Errno::OPNOTSUPP | Errno::NOSYS | Errno::INVAL) => {
            PersistError::NoLocks(format!("{}: {why}", path.display()))
        }
        _ => not_writable(path, why),
    }
}

/// Makes the folder (0700) where there is none, and narrows the store's modes where they are wider.
/// SQLite gives its other files the store's mode. What is no regular file is refused (fault F02).
pub(super) fn prepare(path: &Path) -> Result<(), PersistError> {
    if let Some(folder) = path.parent() {
        let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
        made.map_err(|why| not_writable(folder, &why))?;
        narrow_folder(folder);
    }
    let beside = ["wal", "shm", "lock", "watchlist"].map(|name| beside(path, name));
    for file in std::iter::once(path.to_path_buf()).chain(beside) {
        match fs::symlink_metadata(&file) {
            Ok(about) if about.is_file() => narrow(&about, &file)?,
            Ok(about) => {
                let what = if about.is_symlink() { "a link" } else { "no regular file" };
                return Err(PersistError::Foreign(format!("{} is {what}", file.display())));
            }
            Err(why) if why.kind() == ErrorKind::NotFound => {}
            Err(why) => return Err(not_writable(&file, &why)),
        }
    }
    Ok(())
}

/// Makes a store: `fill` makes it under another name (0600), and it gets its own when it is whole.
/// So a store of ours is never empty, however many processes make one at once: the first wins. One
/// that is damaged is moved aside only then; returns its new name.
pub(super) fn make(
    path: &Path,
    in_place_of_damaged: bool,
    fill: impl FnOnce(&Path) -> Result<(), PersistError>,
) -> Result<Option<PathBuf>, PersistError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let made = tempfile::Builder::new().prefix(TEMPORARY).tempfile_in(folder);
    let made = made.map_err(|why| not_writable(folder, &why))?;
    if let Err(why) = fill(made.path()) {
        // SQLite removes these only where it can close the store.
        for companion in COMPANIONS {
            let _none = fs::remove_file(beside(made.path(), companion));
        }
        return Err(why);
    }
    let there = path.exists();
    let orphans = !there && COMPANIONS.iter().any(|name| beside(path, name).exists());
    let aside = if orphans || (in_place_of_damaged && there) {
        Some(move_aside(path)?).filter(|_| there)
    } else {
        None
    };
    // Never over another: two processes may make the first store at once.
    match made.persist_noclobber(path) {
        Ok(_made) => {}
        Err(other) if other.error.kind() == ErrorKind::AlreadyExists => return Ok(aside),
        Err(other) => return Err(not_writable(path, &other.error)),
    }
    // The name is on the disk only with its folder (fault F06).
    let synced = File::open(folder).and_then(|folder| folder.sync_all());
    synced.map_err(|why| not_writable(folder, &why)).map(|()| aside)
}

/// Whether a change could be written now, so that an idle store tells of a full or read-only disk.
/// The file system is asked, which writes nothing; one with hardly any room is tried with as much
/// as a change needs, in a file without a name.
pub(super) fn can_write(path: &Path) -> Result<(), PersistError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    for place in [folder, path] {
        rustix::fs::access(place, Access::WRITE_OK)
            .map_err(|why| not_writable(place, &why.into()))?;
    }
    let about = rustix::fs::statvfs(folder).map_err(|why| not_writable(folder, &why.into()))?;
    if about.f_bavail.saturating_mul(about.f_frsize) >= ROOM as u64 {
        return Ok(());
    }
    let tried = tempfile::tempfile_in(folder).and_then(|mut file| file.write_all(&vec![0; ROOM]));
    tried.map_err(|why| not_writable(folder, &why))
}

/// By its mode and its file system.
pub(super) fn may_be_written(path: &Path) -> bool {
    rustix::fs::access(path, Access::WRITE_OK).is_ok()
}

/// A store of ours is never empty: somebody, or a failing disk, has emptied it.
pub(super) fn is_empty(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|about| about.is_file() && about.len() == 0)
}

/// Copies of the list, not sealed, that earlier builds left when they changed the schema.
pub(super) fn copies(path: &Path) -> Vec<PathBuf> {
    let mut copies = numbered(path, "before-schema-");
    copies.sort_by_key(|copy| fs::metadata(copy).and_then(|about| about.modified()).ok());
    copies.reverse();
    copies
}

/// Damaged stores that were moved aside.
pub(super) fn moved_aside(path: &Path) -> Vec<PathBuf> {
    numbered(path, DAMAGED)
}

/// Files beside the store whose names end in a number behind these words, with their companions.
fn numbered(path: &Path, words: &str) -> Vec<PathBuf> {
    let begins = beside(path, words);
    let begins = begins.file_name().unwrap_or_default().to_string_lossy();
    let Some(folder) = path.parent().and_then(|folder| fs::read_dir(folder).ok()) else {
        return Vec::new();
    };
    let named = folder.flatten().filter(|file| {
        let name = file.file_name().to_string_lossy().into_owned();
        let number = name.strip_prefix(&*begins);
        let number = number.map(|n| n.trim_end_matches("-wal").trim_end_matches("-shm"));
        number.is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
    });
    named.map(|file| file.path()).collect()
}

/// The sealed journal has the list: nothing of it is left in the clear beside it.
pub(super) fn remove_copies(path: &Path) {
    for copy in copies(path) {
        if let Err(why) = fs::remove_file(&copy) {
            tracing::warn!(copy = %copy.display(), %why, "an old copy cannot be removed");
        }
    }
}

fn narrow(about: &fs::Metadata, path: &Path) -> Result<(), PersistError> {
    // Its mode may have been changed since it was made (fault F03).
    if about.permissions().mode() & 0o077 != 0 {
        let narrowed = fs::set_permissions(path, fs::Permissions::from_mode(0o600));
        narrowed.map_err(|why| not_writable(path, &why))?;
    }
    Ok(())
}

/// The program's own folder, by its name: another one, or one that a link leads to, is somebody's who
/// chose its mode. The files in it are narrow all the same.
fn narrow_folder(folder: &Path) {
    if folder.file_name().is_none_or(|name| name != "branchwatch") {
        return;
    }
    let ours = |about: &fs::Metadata| about.is_dir() && about.uid() == geteuid().as_raw();
    let about = fs::symlink_metadata(folder).ok().filter(ours);
    if about.is_some_and(|about| about.permissions().mode() & 0o077 != 0) {
        // A file system that is read-only is told by what is written next.
        let _kept = fs::set_permissions(folder, fs::Permissions::from_mode(0o700));
    }
}

/// Which file stands under a name, whatever its name is later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FileId {
    device: u64,
    inode: u64,
}

impl FileId {
    fn from(about: &fs::Metadata) -> Self {
        Self { device: about.dev(), inode: about.ino() }
    }

    pub(super) fn of(path: &Path) -> Result<Self, PersistError> {
        fs::metadata(path).map(|about| Self::from(&about)).map_err(|why| not_writable(path, &why))
    }

    pub(super) fn stands_at(&self, path: &Path) -> bool {
        fs::symlink_metadata(path).is_ok_and(|about| Self::from(&about) == *self)
    }
}

/// The lock beside a store, held until it is dropped.
#[derive(Debug)]
pub(super) struct StoreLock {
    file: File,
    path: PathBuf,
}

impl StoreLock {
    /// False: its file is gone, so that another process can hold another lock by the same name.
    pub(super) fn stands(&self) -> bool {
        self.file.metadata().is_ok_and(|about| FileId::from(&about).stands_at(&self.path))
    }
}

impl Drop for StoreLock {
    fn drop(&mut self) {
        // To close the file is not enough: a child that was just started holds a copy of it
        // until it runs its own program, and with the copy the lock.
        let _unlocked = self.file.unlock();
    }
}

/// Takes the lock beside the store, with this process's number in it.
pub(super) fn lock(path: &Path) -> Result<StoreLock, PersistError> {
    let path = beside(path, "lock");
    let mut options = regular_file::options();
    // Until the lock is taken, the number in it is another process's.
    options.create(true).truncate(false).write(true).mode(0o600);
    let opened = regular_file::open(&path, &options);
    let mut file = opened.map_err(|why| not_writable(&path, &why))?;
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
        Err(TryLockError::Error(why)) => return Err(not_locked(&path, &why)),
    }
    let number = std::process::id().to_string();
    let written = file
        .rewind()
        .and_then(|()| file.set_len(0))
        .and_then(|()| file.write_all(number.as_bytes()));
    written.map_err(|why| not_writable(&path, &why))?;
    Ok(StoreLock { file, path })
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
    // Bounded: a loop of damage must not fill the disk without a word.
    for number in 1..1_000 {
        let aside = beside(path, &format!("{DAMAGED}{number}"));
        let taken = |name: &&str| beside(&aside, name).exists();
        if aside.exists() || COMPANIONS.iter().any(taken) {
            continue;
        }
        // They go first: beside a new store SQLite would take them for its own, also where the
        // store itself was removed.
        for companion in COMPANIONS {
            let from = beside(path, companion);
            if from.exists() {
                let moved = fs::rename(&from, beside(&aside, companion));
                moved.map_err(|why| not_writable(&from, &why))?;
            }
        }
        if path.exists() {
            fs::rename(path, &aside).map_err(|why| not_writable(path, &why))?;
        }
        return Ok(aside);
    }
    Err(PersistError::Damaged(String::from("there are too many damaged copies beside it already")))
}

#[cfg(test)]
mod tests {
    use super::*;

    // F14
    #[test]
    fn a_file_system_without_locks_is_told_apart_from_one_that_cannot_be_written() {
        let told = |number: Errno| {
            not_locked(Path::new("store.db-lock"), &std::io::Error::from(number)).to_string()
        };
        for none in [Errno::NOLCK, Errno::OPNOTSUPP, Errno::NOTSUP, Errno::NOSYS, Errno::INVAL] {
            assert!(told(none).contains("without locks: store.db-lock"), "{none}");
        }
        for other in [Errno::IO, Errno::NOSPC, Errno::ROFS] {
            assert!(told(other).contains("cannot be written"), "{other}");
        }
    }

    #[test]
    fn a_lock_that_was_dropped_is_free_while_a_child_still_has_a_copy_of_its_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.db");
        let held = lock(&path).unwrap();
        let copy = held.file.try_clone().unwrap();
        assert!(matches!(lock(&path), Err(PersistError::Locked(_))));
        drop(held);
        let _again = lock(&path).unwrap();
        drop(copy);
    }
}
