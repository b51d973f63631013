//! The second copy of the watch-list, with what the operator keeps: a file of records, one a line,
//! each sealed and with a checksum.
//!
//! A record is on the disk before its change is acknowledged. It is written under SQLite's lock for
//! writers, so that two processes never write it at once.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use super::key::checksum;
use super::{PersistError, files};
use crate::regular_file;

/// The first word of the first line.
const MAGIC: &str = "branchwatch-watchlist-1";
/// How the name of a journal begins that is not whole yet.
pub(super) const TEMPORARY: &str = ".watchlist-";
/// Stands where a record of no session has only a version to tell.
const END: &str = "-";
/// The last record ends within so many bytes of the end; a longer one is found by reading all.
const TAIL: u64 = 64 * 1024;
/// A journal below this length is not worth writing anew, in bytes.
const SMALL: u64 = 64 * 1024;

/// One change of the list, a line of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct JournalRecord {
    /// The store's version of the change.
    pub(super) version: u64,
    /// Names the session without telling its ID.
    pub(super) whose: String,
    /// The list's entry with the operator's part, as a body; `None`: off the list.
    pub(super) body: Option<Vec<u8>>,
}

impl JournalRecord {
    fn line(&self) -> String {
        let body = self.body.as_ref().map_or_else(|| "-".to_owned(), |b| STANDARD_NO_PAD.encode(b));
        let text = format!("{} {} {body}", self.version, self.whose);
        format!("{text} {}\n", checksum(text.as_bytes()))
    }

    fn of(line: &str) -> Option<Self> {
        let (text, sum) = line.rsplit_once(' ')?;
        if checksum(text.as_bytes()) != sum {
            return None;
        }
        let mut words = text.splitn(3, ' ');
        let (version, whose, body) = (words.next()?, words.next()?, words.next()?);
        let body = if body == "-" { None } else { Some(STANDARD_NO_PAD.decode(body).ok()?) };
        Some(Self { version: version.parse().ok()?, whose: whose.to_owned(), body })
    }
}

/// What the first line says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct JournalHead {
    pub(super) store: String,
    /// The data key, wrapped for each application's key: it must outlive the store's file.
    pub(super) keyring: Vec<(String, Vec<u8>)>,
}

impl JournalHead {
    fn line(&self) -> String {
        let key = |(name, wrapped): &(String, Vec<u8>)| {
            format!(" {name}:{}", STANDARD_NO_PAD.encode(wrapped))
        };
        let text =
            format!("{MAGIC} {}{}", self.store, self.keyring.iter().map(key).collect::<String>());
        format!("{text} {}\n", checksum(text.as_bytes()))
    }

    fn of(line: &str) -> Option<Self> {
        let (text, sum) = line.rsplit_once(' ')?;
        let mut words = text.split(' ');
        if words.next() != Some(MAGIC) || checksum(text.as_bytes()) != sum {
            return None;
        }
        let store = words.next()?.to_owned();
        let key = |word: &str| {
            let (name, wrapped) = word.split_once(':')?;
            Some((name.to_owned(), STANDARD_NO_PAD.decode(wrapped).ok()?))
        };
        Some(Self { store, keyring: words.filter_map(key).collect() })
    }
}

/// What could be read of the file.
#[derive(Debug, Default)]
pub(super) struct JournalContents {
    /// `None`: the first line is damaged or missing.
    pub(super) head: Option<JournalHead>,
    /// The last record of each session, also of those off the list.
    pub(super) records: BTreeMap<String, JournalRecord>,
    /// Lines that were altered or cut.
    pub(super) damaged: usize,
    /// The highest version that was read.
    pub(super) last: u64,
}

/// The file beside the store.
#[derive(Clone, Debug)]
pub(super) struct Journal(PathBuf);

impl Journal {
    pub(super) fn beside(store: &Path) -> Self {
        Self(files::beside(store, "watchlist"))
    }

    pub(super) fn exists(&self) -> bool {
        self.0.symlink_metadata().is_ok()
    }

    pub(super) fn remove(&self) -> Result<(), PersistError> {
        match std::fs::remove_file(&self.0) {
            Err(why) if why.kind() != io::ErrorKind::NotFound => Err(self.failed(&why)),
            _ => Ok(()),
        }
    }

    fn opened(&self, append: bool) -> io::Result<File> {
        regular_file::open(&self.0, regular_file::options().append(append))
    }

    fn failed(&self, why: &io::Error) -> PersistError {
        PersistError::NotWritable(format!("{}: {why}", self.0.display()))
    }

    /// The version of the last record; `None`: the file is missing or its end is damaged.
    pub(super) fn last(&self) -> Option<u64> {
        let mut file = self.opened(false).ok()?;
        let length = file.metadata().ok()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(TAIL))).ok()?;
        let mut tail = Vec::new();
        file.read_to_end(&mut tail).ok()?;
        let tail = tail.strip_suffix(b"\n")?;
        let line = tail.rsplit(|byte| *byte == b'\n').next()?;
        let line = str::from_utf8(line).ok()?;
        JournalRecord::of(line).map(|record| record.version)
    }

    /// The first line, without the others: a long list is not read for its key.
    pub(super) fn head(&self) -> Option<JournalHead> {
        let mut line = String::new();
        BufReader::new(self.opened(false).ok()?.take(TAIL)).read_line(&mut line).ok()?;
        JournalHead::of(line.strip_suffix('\n')?)
    }

    /// All that can be read. A damaged line costs its own record alone.
    pub(super) fn read(&self) -> Result<JournalContents, PersistError> {
        let mut contents = JournalContents::default();
        if !self.exists() {
            return Ok(contents);
        }
        let mut lines = BufReader::new(self.opened(false).map_err(|why| self.failed(&why))?);
        let mut line = Vec::new();
        let mut first = true;
        loop {
            line.clear();
            if lines.read_until(b'\n', &mut line).map_err(|why| self.failed(&why))? == 0 {
                break;
            }
            let text = line.strip_suffix(b"\n").and_then(|line| str::from_utf8(line).ok());
            let head = text.filter(|_| first).and_then(JournalHead::of);
            first = false;
            if head.is_some() {
                contents.head = head;
            } else if let Some(record) = text.and_then(JournalRecord::of) {
                contents.last = contents.last.max(record.version);
                if record.whose == END {
                    continue;
                }
                match contents.records.get(&record.whose) {
                    Some(known) if known.version > record.version => {}
                    _ => drop(contents.records.insert(record.whose.clone(), record)),
                }
            } else if line != b"\n" {
                contents.damaged += 1;
            }
        }
        Ok(contents)
    }

    /// Adds records, and waits until they are on the disk.
    pub(super) fn append(&self, records: &[JournalRecord]) -> Result<(), PersistError> {
        let text: String = records.iter().map(JournalRecord::line).collect();
        let append = || {
            let mut file = self.opened(true)?;
            // A crash may have cut the last line: the next one must not be lost with it.
            let mut last = [b'\n'];
            if file.seek(SeekFrom::End(-1)).is_ok() {
                file.read_exact(&mut last)?;
            }
            let begin = if last == [b'\n'] { "" } else { "\n" };
            file.write_all(format!("{begin}{text}").as_bytes())?;
            file.sync_data()
        };
        append().map_err(|why| self.failed(&why))
    }

    /// A new file in the place of the old one; returns its length.
    /// It ends with the last version of the store that it is up to date with.
    pub(super) fn rewrite<'a>(
        &self,
        head: &JournalHead,
        records: impl Iterator<Item = &'a JournalRecord>,
        last: u64,
    ) -> Result<u64, PersistError> {
        let end = JournalRecord { version: last, whose: END.to_owned(), body: None };
        let folder = self.0.parent().unwrap_or(Path::new("."));
        let write = || {
            let mut file = tempfile::Builder::new().prefix(TEMPORARY).tempfile_in(folder)?;
            let mut to = io::BufWriter::new(file.as_file_mut());
            to.write_all(head.line().as_bytes())?;
            for record in records {
                to.write_all(record.line().as_bytes())?;
            }
            to.write_all(end.line().as_bytes())?;
            to.flush()?;
            drop(to);
            file.as_file().sync_all()?;
            let length = file.as_file().metadata()?.len();
            file.persist(&self.0).map_err(|why| why.error)?;
            File::open(folder)?.sync_all()?;
            Ok(length)
        };
        write().map_err(|why| self.failed(&why))
    }

    /// Whether it is worth writing anew: at twice the length that it had then.
    pub(super) fn is_long(&self, then: u64) -> bool {
        self.0.metadata().is_ok_and(|about| about.len() > 2 * then.max(SMALL))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(version: u64, whose: &str, body: &[u8]) -> JournalRecord {
        JournalRecord { version, whose: whose.to_owned(), body: Some(body.to_vec()) }
    }

    #[test]
    fn a_flipped_bit_a_cut_and_half_a_line_cost_one_record_each_and_are_counted() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::beside(&folder.path().join("store.db"));
        let head = JournalHead { store: "s".into(), keyring: vec![("k".into(), vec![1, 2])] };
        journal.rewrite(&head, [record(1, "a", b"one")].iter(), 1).unwrap();
        journal.append(&[record(2, "b", b"two"), record(3, "a", b"three")]).unwrap();
        assert_eq!(journal.last(), Some(3));
        let whole = std::fs::read(&journal.0).unwrap();
        let read = journal.read().unwrap();
        assert_eq!((read.head, read.damaged, read.last), (Some(head), 0, 3));
        assert_eq!(read.records["a"], record(3, "a", b"three"));
        for bit in 0..whole.len() * 8 {
            let mut flipped = whole.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            std::fs::write(&journal.0, &flipped).unwrap();
            let read = journal.read().unwrap();
            let told = read.damaged > 0 || read.head.is_none();
            assert!(told && read.damaged <= 2, "bit {bit}: {}", read.damaged);
        }
        std::fs::write(&journal.0, &whole[..whole.len() - 5]).unwrap();
        assert_eq!(journal.last(), None);
        journal.append(&[record(4, "c", b"four")]).unwrap();
        let read = journal.read().unwrap();
        assert_eq!((read.damaged, read.last, read.records.len()), (1, 4, 3));
    }
}
