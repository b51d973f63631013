//! Opening files in folders where somebody else may have planted a link or a pipe, and removing what
//! our own writes left there.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::fs::OFlags;
use rustix::io::Errno;
use rustix::process::geteuid;

/// A temporary file that is older than this belongs to no process.
const LEFTOVER: Duration = Duration::from_hours(1);
/// So many letters and digits `tempfile` puts behind the beginning of a name.
const RANDOM: usize = 6;

/// To read, following no link and waiting for no pipe: those planted at the place would take what is
/// written elsewhere, or wait for ever (fault F02). The caller adds what else it wants.
#[must_use]
pub(crate) fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).custom_flags((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed());
    options
}

/// Opens it with such [`options`].
///
/// # Errors
/// When it cannot be opened, or is no regular file.
pub(crate) fn open(path: &Path, options: &OpenOptions) -> io::Result<File> {
    let file = options.open(path).map_err(|why| match Errno::from_io_error(&why) {
        Some(Errno::LOOP) => io::Error::other("a link, which is not followed"),
        _ => why,
    })?;
    if file.metadata()?.is_file() { Ok(file) } else { Err(io::Error::other("not a regular file")) }
}

/// All of a file that the operator has named. A link to it is followed, as distributions have them;
/// a pipe would hold up the start, and `/dev/zero` has no end.
///
/// # Errors
/// When it cannot be read, is no regular file, or has more than so many bytes.
pub(crate) fn named(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let flags = OFlags::NONBLOCK.bits().cast_signed();
    let file = File::options().read(true).custom_flags(flags).open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("not a regular file"));
    }
    let mut bytes = Vec::new();
    // One more than may be there, rather than its length: it may grow meanwhile.
    file.take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(io::Error::other(format!("larger than {} MiB", most >> 20)));
    }
    Ok(bytes)
}

/// The folder that a path lies in.
#[must_use]
pub(crate) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Refuses a file that somebody other than us and root can change, or replace by another.
///
/// # Errors
/// Says what is wrong, and what mends it. Those of the file are passed on.
pub(crate) fn ours(path: &Path) -> io::Result<()> {
    let real = path.canonicalize()?;
    let (file, folder) = (real.metadata()?, folder_of(&real).metadata()?);
    let refuse = |why: &str| Err(io::Error::other(why.to_owned()));
    if is_foreign(file.uid()) {
        return refuse("belongs to another user, who can change it");
    }
    if file.mode() & ALL_WRITE != 0 {
        return refuse("can be changed by anybody; run: chmod o-w FILE");
    }
    if is_open_folder(folder.mode()) {
        return refuse("can be replaced by anybody: all may write into its folder");
    }
    Ok(())
}

/// Mode bits: everybody may write, and nobody may remove what is another's.
const ALL_WRITE: u32 = 0o002;
const STICKY: u32 = 0o1000;

/// Whether everybody can replace a file in a folder of this mode. With the sticky bit, as in `/tmp`,
/// others replace no file of ours.
#[must_use]
pub(crate) const fn is_open_folder(mode: u32) -> bool {
    mode & ALL_WRITE != 0 && mode & STICKY == 0
}

/// Whether a file of this owner can be changed by somebody other than us and root.
#[must_use]
pub(crate) fn is_foreign(owner: u32) -> bool {
    owner != 0 && owner != geteuid().as_raw()
}

/// Deletes the temporary files and folders that our cut-off writes left in a folder, with names that
/// begin like these. Younger ones may be in use. Returns how many there were.
pub(crate) fn remove_leftovers(folder: &Path, beginnings: &[&str]) -> usize {
    let left = temporary(folder, beginnings);
    left.iter().filter_map(|path| remove_if_old(path)).count()
}

/// What is in a folder under names that begin like these and that `tempfile` has made up.
pub(crate) fn temporary(folder: &Path, beginnings: &[&str]) -> Vec<PathBuf> {
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let named = files.filter(|file| {
        let name = file.file_name();
        let name = name.to_string_lossy();
        beginnings.iter().any(|begins| name.strip_prefix(begins).is_some_and(is_random))
    });
    named.map(|file| file.path()).collect()
}

fn remove_if_old(path: &Path) -> Option<()> {
    let about = path.symlink_metadata().ok()?;
    let age = about.modified().ok()?.elapsed().ok()?;
    if about.uid() != geteuid().as_raw() || age <= LEFTOVER {
        None
    } else if about.is_dir() {
        // A bundle.
        std::fs::remove_dir_all(path).ok()
    } else {
        about.is_file().then(|| std::fs::remove_file(path).ok())?
    }
}

/// What `tempfile` makes up, and SQLite's files beside it. Anything longer is the operator's own.
fn is_random(rest: &str) -> bool {
    let made_up = rest.trim_end_matches("-wal").trim_end_matches("-shm");
    made_up.len() == RANDOM && made_up.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;

    // F13
    #[test]
    fn a_named_file_is_read_whole_or_refused_whatever_stands_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("file"), vec![b'x'; 1 << 20]).unwrap();
        std::fs::write(path("large"), vec![b'x'; (1 << 20) + 1]).unwrap();
        std::os::unix::fs::symlink(path("file"), path("link")).unwrap();
        std::os::unix::fs::symlink("/dev/zero", path("zero")).unwrap();
        rustix::fs::mkfifoat(rustix::fs::CWD, path("pipe"), rustix::fs::Mode::RUSR).unwrap();
        let read = |name: &str| named(&path(name), 1 << 20).map_err(|why| why.to_string());
        for name in ["file", "link"] {
            assert_eq!(read(name).map(|bytes| bytes.len()), Ok(1 << 20), "{name}");
        }
        assert_eq!(read("large"), Err("larger than 1 MiB".to_owned()));
        for name in ["zero", "pipe", "."] {
            assert_eq!(read(name), Err("not a regular file".to_owned()), "{name}");
        }
        assert!(read("none").is_err());
    }

    // F01, F02
    #[test]
    fn who_owns_a_file_beside_us_and_root_is_foreign() {
        let us = geteuid().as_raw();
        assert_eq!([us, 0, us + 1].map(is_foreign), [false, false, true]);
    }

    // F05
    #[test]
    fn only_old_temporary_files_of_ours_are_removed() {
        let folder = tempfile::tempdir().unwrap();
        let now = folder.path().metadata().unwrap().modified().unwrap();
        let old = now.checked_sub(LEFTOVER * 2).unwrap();
        let make = |name: &str, time: SystemTime| {
            let file = File::create(folder.path().join(name)).unwrap();
            file.set_modified(time).unwrap();
        };
        for name in [".ours-Ab3dE6", ".ours-Ab3dE6-wal", ".ours-notes.txt", ".ours-", "dbs.json"] {
            make(name, old);
        }
        make(".ours-Young1", now);
        make(".ours-Future", now + LEFTOVER);
        std::os::unix::fs::symlink("dbs.json", folder.path().join(".ours-Link11")).unwrap();
        std::fs::create_dir(folder.path().join(".ours-Folder")).unwrap();
        let bundle = folder.path().join(".other-Bundle");
        std::fs::create_dir(&bundle).unwrap();
        File::create(bundle.join("session.json")).unwrap();
        File::open(&bundle).unwrap().set_modified(old).unwrap();
        assert_eq!(remove_leftovers(folder.path(), &[".ours-", ".other-"]), 3);
        let mut left: Vec<_> = std::fs::read_dir(folder.path())
            .unwrap()
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .collect();
        left.sort();
        assert_eq!(
            left,
            [
                ".ours-",
                ".ours-Folder",
                ".ours-Future",
                ".ours-Link11",
                ".ours-Young1",
                ".ours-notes.txt",
                "dbs.json"
            ]
        );
        assert_eq!(remove_leftovers(&folder.path().join("none"), &[".ours-"]), 0);
    }
}
