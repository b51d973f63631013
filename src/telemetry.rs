//! The log: JSON lines in the state folder, or in a file of the operator's choice.
//!
//! Owns the file's mode and size, and what goes to standard error instead. Never standard output;
//! no event may carry a secret, a personal value, a whole session ID or a server's text.

use std::fs::{DirBuilder, File, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, FileExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::EnvFilter;

use crate::regular_file;

/// A file grows to this size (fault F10).
const LARGEST: u64 = 10 * 1024 * 1024;
/// Older files kept: `log.1` … `log.4`.
const KEPT: u32 = 4;

/// Where the lines of the log go, by flags and folders.
#[derive(Debug)]
pub enum LogPlace<'a> {
    /// `-`
    StandardError,
    /// Plain lines for whoever watches a command (`-v`).
    Verbose,
    File(&'a Path),
    /// The log of those who named none, made with its first line.
    Folder(&'a Path),
}

/// Starts logging. Only our own events, so that no library writes a URL.
///
/// # Errors
/// When the file cannot be opened.
pub fn install(place: &LogPlace<'_>, level: LevelFilter) -> io::Result<()> {
    // RUST_LOG is not read: it could let a library write a URL with its signature (fault S02).
    let filter = EnvFilter::new(format!("off,branchwatch={level}"));
    let log = tracing_subscriber::fmt().with_env_filter(filter);
    // A second logger in one process (tests) changes nothing.
    let _installed = match place {
        LogPlace::StandardError => log.json().with_writer(io::stderr).try_init(),
        // No colours: standard error may be a file (fault T10).
        LogPlace::Verbose => {
            log.compact().with_ansi(false).with_target(false).with_writer(io::stderr).try_init()
        }
        LogPlace::File(path) => {
            log.json().with_writer(Mutex::new(Rotating::open(path)?)).try_init()
        }
        LogPlace::Folder(folder) => {
            log.json().with_writer(Mutex::new(Usual::In(usual(folder)))).try_init()
        }
    };
    Ok(())
}

/// The log in the state folder.
#[must_use]
pub fn usual(folder: &Path) -> PathBuf {
    folder.join("branchwatch.log")
}

/// The log in the state folder, which is made when there is something to write.
enum Usual {
    In(PathBuf),
    Open(Rotating),
    Without,
}

impl Usual {
    fn opened(path: &Path) -> io::Result<Rotating> {
        let folder = regular_file::folder_of(path);
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        Rotating::open(path)
    }
}

impl Write for Usual {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Self::In(path) = self {
            *self = Self::opened(path).map_or(Self::Without, Self::Open);
        }
        match self {
            Self::Open(log) => log.write(bytes),
            Self::In(_) | Self::Without => Ok(bytes.len()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Takes these texts out of a log and its older files. Their places are written over, so that a
/// process that goes on logging into the file is not disturbed. Returns how many places there were.
///
/// # Errors
/// When a file that is there cannot be read or written.
pub fn take_out(path: &Path, texts: &[String]) -> io::Result<usize> {
    let mut places = 0;
    for path in std::iter::once(path.to_path_buf()).chain((1..=KEPT).map(|n| older(path, n))) {
        let file = match regular_file::open(&path, regular_file::options().write(true)) {
            Err(why) if why.kind() == io::ErrorKind::NotFound => continue,
            other => other?,
        };
        let mut bytes = Vec::new();
        (&file).read_to_end(&mut bytes)?;
        for text in texts {
            let found = bytes.windows(text.len().max(1)).enumerate();
            let found: Vec<usize> =
                found.filter(|(_, window)| *window == text.as_bytes()).map(|(at, _)| at).collect();
            for at in found {
                // Here too: a text may be a part of one before it.
                let Some(covered) = bytes.get_mut(at..at + text.len()) else { continue };
                covered.fill(b'x');
                file.write_all_at(covered, u64::try_from(at).unwrap_or(u64::MAX))?;
                places += 1;
            }
        }
        file.sync_data()?;
    }
    Ok(places)
}

/// A file that starts anew when it is full.
struct Rotating {
    path: PathBuf,
    file: File,
    size: u64,
}

/// For the owner alone, and never through a link that was planted at its place (fault F02).
fn opened(path: &Path) -> io::Result<File> {
    let in_words =
        |why: io::Error| io::Error::new(why.kind(), format!("{}: {why}", path.display()));
    let mut options = regular_file::options();
    let options = options.create(true).append(true).mode(0o600);
    let file = regular_file::open(path, options).map_err(in_words)?;
    if regular_file::is_foreign(file.metadata()?.uid()) {
        return Err(in_words(io::Error::other("belongs to another user, who could read it")));
    }
    // One that was there may be open to others.
    file.set_permissions(Permissions::from_mode(0o600)).map_err(in_words)?;
    Ok(file)
}

/// The name of an older file: `log` → `log.1`.
fn older(path: &Path, number: u32) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{number}"));
    PathBuf::from(name)
}

impl Rotating {
    fn open(path: &Path) -> io::Result<Self> {
        let file = opened(path)?;
        let size = file.metadata()?.len();
        Ok(Self { path: path.to_path_buf(), file, size })
    }

    fn rotate(&mut self) -> io::Result<()> {
        for number in (1..KEPT).rev() {
            let from = older(&self.path, number);
            if from.exists() {
                std::fs::rename(from, older(&self.path, number + 1))?;
            }
        }
        std::fs::rename(&self.path, older(&self.path, 1))?;
        self.file = opened(&self.path)?;
        self.size = 0;
        Ok(())
    }
}

impl Write for Rotating {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // Before writing, so that no record stands in two files.
        if self.size + bytes.len() as u64 > LARGEST {
            self.rotate()?;
        }
        self.file.write_all(bytes)?;
        self.size += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_out_is_in_no_file_and_a_process_that_logs_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let mut log = Rotating::open(&path).unwrap();
        log.write_all(b"first id-1 id-2\n").unwrap();
        log.rotate().unwrap();
        log.write_all(b"second id-1\n").unwrap();
        assert_eq!(take_out(&path, &[String::from("id-1")]).unwrap(), 2);
        log.write_all(b"third\n").unwrap();
        assert_eq!(std::fs::read(older(&path, 1)).unwrap(), b"first xxxx id-2\n");
        assert_eq!(std::fs::read(&path).unwrap(), b"second xxxx\nthird\n");
    }

    // F02, F03
    #[test]
    fn a_log_is_for_the_owner_alone_and_goes_through_no_link() {
        let folder = tempfile::tempdir().unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let path = folder.path().join("log");
        std::fs::write(&path, "here before\n").unwrap();
        std::fs::set_permissions(&path, Permissions::from_mode(0o666)).unwrap();
        Rotating::open(&path).unwrap().write_all(b"second\n").unwrap();
        assert_eq!(mode(&path), 0o600);
        assert_eq!(std::fs::read(&path).unwrap(), b"here before\nsecond\n");

        let (link, target) = (folder.path().join("link"), folder.path().join("target"));
        for there in [false, true] {
            if there {
                std::fs::write(&target, "id-1").unwrap();
                std::fs::set_permissions(&target, Permissions::from_mode(0o644)).unwrap();
            }
            let _again = std::fs::remove_file(&link);
            std::os::unix::fs::symlink(&target, &link).unwrap();
            let why = Rotating::open(&link).err().unwrap().to_string();
            assert!(why.contains("link: a link, which is not followed"), "{why}");
            assert_eq!(target.exists(), there);
        }
        assert!(take_out(&link, &[String::from("id-1")]).is_err());
        assert_eq!((std::fs::read(&target).unwrap(), mode(&target)), (b"id-1".to_vec(), 0o644));
        let why = Rotating::open(Path::new("/dev/null")).err().unwrap().to_string();
        assert!(why.contains("not a regular file"), "{why}");
    }

    #[test]
    fn the_usual_log_is_made_with_its_first_line_and_fails_nobody() {
        let folder = tempfile::tempdir().unwrap();
        let path = usual(&folder.path().join("state"));
        let mut log = Usual::In(path.clone());
        assert!(!path.exists());
        log.write_all(b"one\n").unwrap();
        log.write_all(b"two\n").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"one\ntwo\n");
        let mut none = Usual::In(usual(&path));
        none.write_all(b"one\n").unwrap();
        assert!(matches!(none, Usual::Without), "its folder is a file");
    }

    // F10
    #[test]
    fn a_flood_keeps_a_bounded_number_of_bounded_files() {
        let folder = tempfile::tempdir().unwrap();
        let mut log = Rotating::open(&folder.path().join("log")).unwrap();
        let line = vec![b'x'; 1024 * 1024];
        for _ in 0..60 {
            log.write_all(&line).unwrap();
        }
        let files: Vec<u64> = std::fs::read_dir(folder.path())
            .unwrap()
            .map(|file| file.unwrap().metadata().unwrap().len())
            .collect();
        assert_eq!(files.len(), 5);
        assert!(files.iter().all(|&size| size <= LARGEST));
    }

    // F02
    #[test]
    fn a_log_of_another_user_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        Rotating::open(&path).unwrap().write_all(b"ours\n").unwrap();
        // A file of another owner can only be made by root; `regular_file` has who is one.
        if rustix::process::geteuid().is_root() {
            std::os::unix::fs::lchown(&path, Some(65_534), None).unwrap();
            let why = Rotating::open(&path).err().unwrap().to_string();
            assert!(why.contains("belongs to another user"), "{why}");
            assert_eq!(std::fs::read(&path).unwrap(), b"ours\n");
        }
    }
}
