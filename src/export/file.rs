//! Writing a document: whole or not at all, for the owner alone, never over something else.

use std::fs::{DirBuilder, File};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::{Existing, ExportError};
use crate::domain::shape::Format;
use crate::domain::watchlist::labels::SafeLabels;
use crate::domain::watchlist::watched::WatchedSession;
use crate::regular_file;

/// The most names that [`Existing::NextFree`] tries.
// Bounded: a folder that takes every name must not keep the program busy for ever.
const NAMES: u32 = 10_000;

/// `dbs-2291_20261016T092731Z.json`: of a reference only letters,
/// digits, `.`, `_`, `-` survive; a reference that is masked, or
/// of which nothing survives, gives way to the id (fault F09).
#[must_use]
pub fn file_name(session: &WatchedSession, labels: &SafeLabels, now: Timestamp) -> String {
    named(session, labels, now, Format::Json)
}

/// `sessions_20261016T092731Z.csv`: several sessions in one file.
#[must_use]
pub fn list_name(now: Timestamp, format: Format) -> String {
    format!("sessions_{}.{}", now.strftime("%Y%m%dT%H%M%SZ"), format.ending())
}

/// [`file_name`] with the ending of another format.
pub(super) fn named(
    session: &WatchedSession,
    labels: &SafeLabels,
    now: Timestamp,
    format: Format,
) -> String {
    let name = labels.file_stem(session);
    format!("{name}_{}.{}", now.strftime("%Y%m%dT%H%M%SZ"), format.ending())
}

/// How the name of a file begins that is not whole yet.
pub const TEMPORARY: &str = ".branchwatch-";

/// Writes text to a file: whole or not at all, mode 0600, through a temporary file in the same
/// folder; a missing folder is made with mode 0700. Returns the path written.
pub fn write(path: &Path, text: &str, existing: Existing) -> Result<PathBuf, ExportError> {
    write_bytes(path, text.as_bytes(), existing)
}

/// [`write()`] for what is no text: a letter, a picture.
pub fn write_bytes(path: &Path, bytes: &[u8], existing: Existing) -> Result<PathBuf, ExportError> {
    let io = |cause| ExportError::Io { path: path.to_path_buf(), cause };
    let folder = folder_for(path)?;
    // Asked early, for the message; what counts is that
    // the name is taken without replacing (fault F04).
    if existing == Existing::Refuse && path.symlink_metadata().is_ok() {
        return Err(ExportError::Exists(path.to_path_buf()));
    }
    let mut file = tempfile::Builder::new()
        .prefix(TEMPORARY)
        .permissions(std::fs::Permissions::from_mode(0o600))
        // In the target's folder: a rename works within
        // one file system alone, and /tmp is shared (F11).
        .tempfile_in(folder)
        .map_err(io)?;
    file.write_all(bytes).map_err(io)?;
    // On the disk before it has its name: a power cut
    // leaves the old file or the new one (fault F06).
    file.as_file().sync_all().map_err(io)?;
    let written = match existing {
        Existing::Replace => {
            file.persist(path).map_err(|why| io(why.error))?;
            path.to_path_buf()
        }
        Existing::Refuse => match file.persist_noclobber(path) {
            Ok(_file) => path.to_path_buf(),
            Err(why) if why.error.kind() == std::io::ErrorKind::AlreadyExists => {
                return Err(ExportError::Exists(path.to_path_buf()));
            }
            Err(why) => return Err(io(why.error)),
        },
        // Taken by making it, not by looking: two processes never get the same name (fault F12).
        Existing::NextFree => next_free(path, file)?,
    };
    // The rename itself is on the disk only with the folder (fault F06).
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(io)?;
    Ok(written)
}

/// The folder that the path lies in; a missing one is made, for the owner alone.
pub(super) fn folder_for(path: &Path) -> Result<&Path, ExportError> {
    let folder = regular_file::folder_of(path);
    let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.map_err(|cause| ExportError::Io { path: path.to_path_buf(), cause })?;
    Ok(folder)
}

fn next_free(path: &Path, mut file: tempfile::NamedTempFile) -> Result<PathBuf, ExportError> {
    for number in 1..NAMES {
        let target = numbered(path, number);
        match file.persist_noclobber(&target) {
            Ok(_file) => return Ok(target),
            Err(why) if why.error.kind() == std::io::ErrorKind::AlreadyExists => file = why.file,
            Err(why) => return Err(ExportError::Io { path: target, cause: why.error }),
        }
    }
    Err(ExportError::Exists(path.to_path_buf()))
}

/// The first of these names that nothing has yet, for a folder.
pub(super) fn free(path: &Path) -> Result<PathBuf, ExportError> {
    let mut names = (1..NAMES).map(|number| numbered(path, number));
    let free = names.find(|name| name.symlink_metadata().is_err());
    free.ok_or_else(|| ExportError::Exists(path.to_path_buf()))
}

/// `name.json`, `name-2.json`, `name-3.json`, ….
fn numbered(path: &Path, number: u32) -> PathBuf {
    if number == 1 {
        return path.to_path_buf();
    }
    let mut name = path.file_stem().unwrap_or_default().to_owned();
    name.push(format!("-{number}"));
    if let Some(ending) = path.extension() {
        name.push(".");
        name.push(ending);
    }
    path.with_file_name(name)
}
