//! A folder for letters that are opened: for the owner alone, and gone with the program.

use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::process::geteuid;
use tempfile::TempDir;

use crate::regular_file;

const PREFIX: &str = "branchwatch-";

/// Removed when it is dropped; after `kill -9` the next start removes it.
#[derive(Debug)]
pub struct PrivateFolder {
    folder: TempDir,
    /// Held as long as the process lives, however it ends: so the others know that it is in use.
    _lock: File,
}

impl PrivateFolder {
    /// In memory where the system has such a place of ours alone, so that a letter leaves nothing on
    /// the disk (fault S07); else within our own folder, never in a shared one (fault F11).
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn make(runtime_dir: Option<&Path>, own: &Path) -> io::Result<Self> {
        match runtime_dir.filter(|place| is_ours_alone(place)) {
            Some(place) => Self::within(place),
            None => {
                let place = own.join("opened");
                DirBuilder::new().recursive(true).mode(0o700).create(&place)?;
                Self::within(&place)
            }
        }
    }

    fn within(place: &Path) -> io::Result<Self> {
        remove_what_is_left(place);
        // Another start may take it for a leftover before it is locked: then once more.
        for _ in 0..10 {
            let mode = fs::Permissions::from_mode(0o700);
            let folder =
                tempfile::Builder::new().prefix(PREFIX).permissions(mode).tempdir_in(place)?;
            let lock = File::open(folder.path())?;
            if lock.try_lock().is_ok() && folder.path().is_dir() {
                return Ok(Self { folder, _lock: lock });
            }
        }
        Err(io::Error::other("it is removed again and again"))
    }

    /// Where this process puts the letters that it opens.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.folder.path()
    }
}

fn is_ours_alone(place: &Path) -> bool {
    fs::metadata(place).is_ok_and(|about| {
        let others = about.permissions().mode() & 0o077;
        about.is_dir() && about.uid() == geteuid().as_raw() && others == 0
    })
}

/// The folders of processes that have ended without removing them.
fn remove_what_is_left(place: &Path) {
    let left = regular_file::temporary(place, &[PREFIX]).into_iter().filter(|path| {
        let ours = |about: fs::Metadata| about.is_dir() && about.uid() == geteuid().as_raw();
        path.symlink_metadata().is_ok_and(ours)
    });
    let removed: Vec<PathBuf> = left.filter(|path| is_removed(path)).collect();
    if !removed.is_empty() {
        tracing::info!(removed = removed.len(), "folders of letters that were opened: deleted");
    }
}

/// Locked while it is removed, so that who has just made it makes another.
fn is_removed(path: &Path) -> bool {
    File::open(path)
        .is_ok_and(|folder| folder.try_lock().is_ok() && fs::remove_dir_all(path).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    // F11, S07
    #[test]
    fn a_letter_is_opened_from_a_folder_of_ours_alone_and_never_from_a_shared_one() {
        let home = tempfile::tempdir().unwrap();
        let (runtime, own) = (home.path().join("run"), home.path().join("state/branchwatch"));
        fs::create_dir(&runtime).unwrap();
        for (of_runtime, in_runtime) in [(0o700, true), (0o750, false), (0o1777, false)] {
            mode(&runtime, of_runtime);
            let made = PrivateFolder::make(Some(&runtime), &own).unwrap();
            assert_eq!(made.path().starts_with(&runtime), in_runtime, "{of_runtime:o}");
            let place = if in_runtime { runtime.clone() } else { own.join("opened") };
            assert_eq!(made.path().parent(), Some(&*place));
            for folder in [made.path(), &place] {
                let mode = fs::metadata(folder).unwrap().permissions().mode();
                assert_eq!(mode & 0o777, 0o700, "{}", folder.display());
            }
            let path = made.path().to_path_buf();
            drop(made);
            assert!(!path.exists());
        }
        let none = PrivateFolder::make(None, &own).unwrap();
        assert!(none.path().starts_with(&own));
    }

    // S07
    #[test]
    fn what_a_killed_process_left_is_removed_at_the_next_start_and_what_is_in_use_stays() {
        let own = tempfile::tempdir().unwrap();
        let killed = PrivateFolder::make(None, own.path()).unwrap();
        let runs = PrivateFolder::make(None, own.path()).unwrap();
        for folder in [&killed, &runs] {
            fs::write(folder.path().join("letter.pdf"), "%PDF").unwrap();
        }
        // As after kill -9: the lock is gone, the folder is not.
        let PrivateFolder { folder, _lock: lock } = killed;
        let left = folder.keep();
        drop(lock);
        let notes = own.path().join("opened/branchwatch-notes");
        fs::create_dir(&notes).unwrap();
        let next = PrivateFolder::make(None, own.path()).unwrap();
        assert!(!left.exists(), "the letter of a killed process");
        assert!(runs.path().join("letter.pdf").exists() && next.path().exists());
        assert!(notes.exists(), "what is not ours");
    }
}
