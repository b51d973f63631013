//! The files of the audit log: the one that is written, and the full ones beside it.

use std::fs::{self, DirBuilder, File, TryLockError};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use aws_lc_rs::digest::{Context, SHA256};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::line::HEAD;
use crate::regular_file;
use crate::text::hex;

/// The file that is written.
pub(super) const NAME: &str = "audit.jsonl";
/// Another process appends within milliseconds; one that is stopped must not hold up this one.
const LOCK_PAUSE: Duration = Duration::from_millis(2);
const LOCK_TRIES: u32 = 5_000;
/// A line is shorter; after damage a longer one is found by reading all.
const TAIL: u64 = 64 * 1024;
/// When a file was full, in its name; the names are in the order of time.
const STAMP: &str = "%Y%m%dT%H%M%SZ";

/// To read: one that is written, or a full one.
pub(super) fn open(path: &Path) -> io::Result<File> {
    regular_file::open(path, &regular_file::options())
}

/// The last line of a file, without its end.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct LastLine {
    pub(super) text: Vec<u8>,
    /// False: whoever wrote it was cut short.
    pub(super) ended: bool,
}

/// The file that is written, locked against other processes.
#[derive(Debug)]
pub(super) struct LogFile {
    file: File,
    path: PathBuf,
    pub(super) length: u64,
}

impl Drop for LogFile {
    fn drop(&mut self) {
        // To close the file is not enough: a child that was just started holds a copy of it
        // until it runs its own program, and with the copy the lock.
        let _unlocked = self.file.unlock();
    }
}

impl LogFile {
    /// Waits for other processes; made where there is none.
    pub(super) fn locked(path: &Path) -> io::Result<Self> {
        if let Some(folder) = path.parent() {
            DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        }
        loop {
            let mut options = regular_file::options();
            let file = regular_file::open(path, options.create(true).append(true).mode(0o600))?;
            let about = file.metadata()?;
            if regular_file::is_foreign(about.uid()) {
                return Err(io::Error::other("it belongs to another user, who could change it"));
            }
            if about.permissions().mode() & 0o077 != 0 {
                file.set_permissions(fs::Permissions::from_mode(0o600))?;
            }
            lock(&file)?;
            let about = file.metadata()?;
            let stands = fs::symlink_metadata(path)
                .is_ok_and(|now| (now.dev(), now.ino()) == (about.dev(), about.ino()));
            let log = Self { file, path: path.to_path_buf(), length: about.len() };
            // Else it was full: another process has moved it aside meanwhile.
            if stands {
                return Ok(log);
            }
        }
    }

    /// False: written by an earlier version, or by somebody else.
    pub(super) fn has_head(&mut self) -> io::Result<bool> {
        self.file.rewind()?;
        let mut head = Vec::new();
        Read::by_ref(&mut self.file).take(HEAD.len() as u64).read_to_end(&mut head)?;
        Ok(head == HEAD.as_bytes())
    }

    /// `None`: the file is empty.
    pub(super) fn last_line(&mut self) -> io::Result<Option<LastLine>> {
        let mut tail = self.from(self.length.saturating_sub(TAIL))?;
        if self.length > TAIL && !tail.iter().rev().skip(1).any(|byte| *byte == b'\n') {
            tail = self.from(0)?;
        }
        if tail.is_empty() {
            return Ok(None);
        }
        let (text, ended) = match tail.strip_suffix(b"\n") {
            Some(text) => (text, true),
            None => (tail.as_slice(), false),
        };
        let text = text.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
        Ok(Some(LastLine { text: text.to_vec(), ended }))
    }

    fn from(&mut self, place: u64) -> io::Result<Vec<u8>> {
        self.file.seek(SeekFrom::Start(place))?;
        let mut bytes = Vec::new();
        self.file.read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// On the disk when it returns.
    pub(super) fn append(&mut self, lines: &str) -> io::Result<()> {
        if let Err(why) = self.file.write_all(lines.as_bytes()) {
            // A full disk has taken a part: what was refused must not look like a line that was cut.
            let _as_it_was = self.file.set_len(self.length);
            return Err(why);
        }
        // On the disk before anything is shown: a crash must not take the line and leave the look (I8).
        self.file.sync_data()?;
        if self.length == 0 {
            // The name of a new file is on the disk only with its folder (fault F06).
            File::open(regular_file::folder_of(&self.path))?.sync_all()?;
        }
        Ok(())
    }

    /// Under a name of its own beside it; what is written next begins a new file.
    pub(super) fn move_aside(self, now: Timestamp) -> io::Result<()> {
        fs::rename(&self.path, free_name(regular_file::folder_of(&self.path), now)?)
    }
}

#[expect(clippy::disallowed_methods, reason = "it waits in real time, on a thread that may block")]
fn lock(file: &File) -> io::Result<()> {
    for _ in 0..LOCK_TRIES {
        match file.try_lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::WouldBlock) => sleep(LOCK_PAUSE),
            Err(TryLockError::Error(why)) => return Err(why),
        }
    }
    Err(io::Error::other("another process has locked it for 10 s"))
}

/// When the file of this name was full; `None`: it is none of the log's.
pub(super) fn stamp(name: &str) -> Option<Timestamp> {
    let stamp = name.strip_prefix("audit-")?.strip_suffix(".jsonl")?;
    let at = TimeZone::UTC.to_timestamp(DateTime::strptime(STAMP, stamp).ok()?).ok()?;
    (named(at) == name).then_some(at)
}

fn named(at: Timestamp) -> String {
    format!("audit-{}.jsonl", at.strftime(STAMP))
}

/// The names of the full files, the oldest first.
pub(super) fn full_files(folder: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if stamp(&name).is_some() {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

/// Later than all others, also where the clock was set back.
fn free_name(folder: &Path, now: Timestamp) -> io::Result<PathBuf> {
    let newest = full_files(folder)?.pop().and_then(|name| stamp(&name));
    let after = newest.map(|at| at.checked_add(SignedDuration::from_secs(1)));
    let after = after.transpose().map_err(io::Error::other)?;
    Ok(folder.join(named(after.map_or(now, |after| after.max(now)))))
}

/// The SHA-256 of a whole file, as it stands in the head of the next.
pub(super) fn file_sum(path: &Path) -> io::Result<String> {
    let mut reader = BufReader::new(open(path)?);
    let mut context = Context::new(&SHA256);
    loop {
        let bytes = reader.fill_buf()?;
        if bytes.is_empty() {
            return Ok(hex(context.finish().as_ref()));
        }
        context.update(bytes);
        let read = bytes.len();
        reader.consume(read);
    }
}
