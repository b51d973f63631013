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

use super::key::{Vault, checksum, is_sealed};
use super::list_record::ListRecord;
use super::{PersistError, files, header};
use crate::domain::watchlist::storage::StoreFault;
use crate::regular_file;

/// The first word of the first line.
const MAGIC: &str = "branchwatch-watchlist-1";
/// How the name of a journal begins that is not whole yet.
pub(super) const TEMPORARY: &str = ".watchlist-";
/// Stands where a record of no session has only a version to tell.
const END: &str = "-";
/// Begins the body of a removal; base64 never begins with it.
const REMOVED: char = '-';
/// The last record ends within so many bytes of the end; a longer one is found by reading all.
const TAIL: u64 = 64 * 1024;
/// A journal below this length is not worth writing anew, in bytes.
const SMALL: u64 = 64 * 1024;

/// What a record says of its session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum JournalBody {
    /// The list's entry with the operator's part.
    Kept(Vec<u8>),
    /// Off the list. A body too: else whoever can write the file could purge sessions.
    /// Earlier builds wrote none here.
    Removed(Vec<u8>),
}

/// One change of the list, a line of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct JournalRecord {
    /// The store's version of the change.
    pub(super) version: u64,
    /// Names the session without telling its ID.
    pub(super) whose: String,
    pub(super) body: JournalBody,
}

impl JournalRecord {
    pub(super) fn kept(
        store: &str,
        vault: &Vault,
        version: u64,
        record: &ListRecord,
    ) -> Result<Self, PersistError> {
        let whose = vault.name(&record.entry.id.to_string());
        let text = serde_json::to_vec(record).unwrap_or_default();
        let body = vault.close(ListRecord::place(store, version), &text);
        let body = JournalBody::Kept(body.map_err(PersistError::sealing)?);
        Ok(Self { version, whose, body })
    }

    pub(super) fn removed(
        store: &str,
        vault: &Vault,
        version: u64,
        whose: String,
    ) -> Result<Self, PersistError> {
        let body = vault.close(removed_place(store, version, &whose), b"");
        let body = JournalBody::Removed(body.map_err(PersistError::sealing)?);
        Ok(Self { version, whose, body })
    }

    /// Of its line, about, in bytes.
    pub(super) fn length(&self) -> u64 {
        let (JournalBody::Kept(body) | JournalBody::Removed(body)) = &self.body;
        // Four characters for three bytes.
        u64::try_from(body.len() / 3 * 4 + 60).unwrap_or(0)
    }

    pub(super) const fn is_removal(&self) -> bool {
        matches!(self.body, JournalBody::Removed(_))
    }

    fn line(&self) -> String {
        let body = match &self.body {
            JournalBody::Kept(body) => STANDARD_NO_PAD.encode(body),
            JournalBody::Removed(body) => format!("{REMOVED}{}", STANDARD_NO_PAD.encode(body)),
        };
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
        let body = match body.strip_prefix(REMOVED) {
            Some(body) => JournalBody::Removed(STANDARD_NO_PAD.decode(body).ok()?),
            None => JournalBody::Kept(STANDARD_NO_PAD.decode(body).ok()?),
        };
        let version = version.parse().ok().filter(|version: &u64| *version <= header::HIGHEST)?;
        Some(Self { version, whose: whose.to_owned(), body })
    }

    /// What it says, where this store has sealed it for this place; `None`: off the list.
    fn open(&self, store: &str, vault: &Vault) -> Result<Option<ListRecord>, StoreFault> {
        match &self.body {
            JournalBody::Kept(body) => {
                let text = vault.open(ListRecord::place(store, self.version), body)?;
                let record: ListRecord =
                    serde_json::from_slice(&text).map_err(|_unreadable| StoreFault::Altered)?;
                // Under the name of another session it would speak for that.
                let named = vault.name(&record.entry.id.to_string()) == self.whose;
                if named { Ok(Some(record)) } else { Err(StoreFault::Altered) }
            }
            JournalBody::Removed(body) if body.is_empty() && matches!(vault, Vault::Plain) => {
                Ok(None)
            }
            JournalBody::Removed(body) => {
                vault.open(removed_place(store, self.version, &self.whose), body).map(|_none| None)
            }
        }
    }
}

fn removed_place(store: &str, version: u64, whose: &str) -> String {
    format!("{store} watchlist {version} removed {whose}")
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

/// The last word on a session; `None`: it is off the list.
#[derive(Debug)]
pub(super) struct LastWord<K = ListRecord> {
    pub(super) version: u64,
    pub(super) kept: Option<K>,
}

/// What could be read of the file, and is this store's.
#[derive(Debug)]
pub(super) struct JournalContents<K = ListRecord> {
    /// `None`: the first line is damaged or missing.
    pub(super) head: Option<JournalHead>,
    /// Of each session, also of those off the list.
    pub(super) records: BTreeMap<String, LastWord<K>>,
    /// Lines that were altered or cut, or that this store has not sealed.
    pub(super) damaged: usize,
    /// Of these, the last line that a crash has cut: 1 or 0.
    pub(super) cut: usize,
    /// Removals that an earlier build wrote without a seal, or somebody else.
    pub(super) unsealed: Vec<JournalRecord>,
    /// The highest version that was read.
    pub(super) last: u64,
    /// It is of a store that had a key.
    pub(super) is_sealed: bool,
}

impl<K> Default for JournalContents<K> {
    fn default() -> Self {
        Self {
            head: None,
            records: BTreeMap::new(),
            damaged: 0,
            cut: 0,
            unsealed: Vec::new(),
            last: 0,
            is_sealed: false,
        }
    }
}

impl<K> JournalContents<K> {
    fn add(&mut self, record: JournalRecord, opened: Result<Option<K>, StoreFault>) {
        let (JournalBody::Kept(body) | JournalBody::Removed(body)) = &record.body;
        self.is_sealed |= is_sealed(body);
        let kept = match opened {
            Ok(kept) => kept,
            Err(_) if body.is_empty() => {
                // The end that an earlier build wrote says nothing: only a change is of use.
                self.unsealed.extend(Some(record).filter(|record| record.whose != END));
                return;
            }
            Err(_) => {
                self.damaged += 1;
                return;
            }
        };
        self.last = self.last.max(record.version);
        if record.whose == END {
            return;
        }
        let newer = |known: &LastWord<K>| known.version <= record.version;
        if self.records.get(&record.whose).is_none_or(newer) {
            self.records.insert(record.whose, LastWord { version: record.version, kept });
        }
    }
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

    /// Beside a store that was moved aside.
    pub(super) fn move_beside(&self, aside: &Path) -> Result<(), PersistError> {
        let moved = std::fs::rename(&self.0, files::beside(aside, "watchlist"));
        moved.map_err(|why| self.failed(&why))
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

    /// All that can be read and is this store's. A line that is not costs its own record alone.
    pub(super) fn read(&self, store: &str, vault: &Vault) -> Result<JournalContents, PersistError> {
        self.read_as(store, vault, |record| record)
    }

    /// As [`Journal::read`], with no more of each record than is needed: all of a long list at once
    /// takes memory that is not given back.
    pub(super) fn read_as<K>(
        &self,
        store: &str,
        vault: &Vault,
        of: impl Fn(ListRecord) -> K,
    ) -> Result<JournalContents<K>, PersistError> {
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
            if let Some(head) = head {
                contents.is_sealed |= !head.keyring.is_empty();
                contents.head = Some(head);
            } else if let Some(record) = text.and_then(JournalRecord::of) {
                let opened = record.open(store, vault).map(|kept| kept.map(&of));
                contents.add(record, opened);
            } else if line != b"\n" {
                contents.damaged += 1;
                contents.cut = usize::from(!line.ends_with(b"\n"));
            }
        }
        let other = contents.head.as_ref().is_some_and(|head| head.store != store);
        if other && matches!(vault, Vault::Plain) {
            // No seal tells them from ours.
            (contents.records, contents.last) = (BTreeMap::new(), 0);
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
        vault: &Vault,
        records: impl Iterator<Item = &'a JournalRecord>,
        last: u64,
    ) -> Result<u64, PersistError> {
        let end = JournalRecord::removed(&head.store, vault, last, END.to_owned())?;
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
    use std::sync::Arc;

    use super::super::key::DataKey;
    use super::*;
    use crate::domain::session::ids::SessionId;
    use crate::domain::watchlist::watched::{WatchEntry, WatchedSession};

    fn session(n: u128, reference: &str) -> ListRecord {
        let id = SessionId::new(uuid::Uuid::from_u128(n));
        let entry = WatchEntry::new(id, jiff::Timestamp::UNIX_EPOCH);
        let entry = WatchEntry { reference: Some(reference.to_owned()), ..entry };
        ListRecord::of(&WatchedSession::new(entry))
    }

    struct Made {
        folder: tempfile::TempDir,
        vault: Vault,
        whole: String,
    }

    impl Made {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let journal = Journal::beside(&folder.path().join("store.db"));
            let vault = Vault::Sealed(Arc::new(DataKey::generate().unwrap()));
            let record =
                |n, session: &ListRecord| JournalRecord::kept("s", &vault, n, session).unwrap();
            let head = JournalHead { store: "s".into(), keyring: vec![("k".into(), vec![1, 2])] };
            let gone = JournalRecord::removed("s", &vault, 2, "c".into()).unwrap();
            let first = [record(1, &session(1, "one")), gone];
            journal.rewrite(&head, &vault, first.iter(), 2).unwrap();
            journal
                .append(&[record(3, &session(2, "two")), record(4, &session(1, "three"))])
                .unwrap();
            assert_eq!(journal.last(), Some(4));
            let whole = std::fs::read_to_string(&journal.0).unwrap();
            Self { folder, vault, whole }
        }

        fn journal(&self) -> Journal {
            Journal::beside(&self.folder.path().join("store.db"))
        }

        fn read(&self, bytes: &[u8]) -> JournalContents {
            std::fs::write(&self.journal().0, bytes).unwrap();
            self.journal().read("s", &self.vault).unwrap()
        }

        fn reference(&self, read: &JournalContents, n: u128) -> Option<String> {
            let id = SessionId::new(uuid::Uuid::from_u128(n));
            let word = read.records.get(&self.vault.name(&id.to_string()))?;
            word.kept.as_ref()?.entry.reference.clone()
        }
    }

    #[test]
    fn a_flipped_bit_a_cut_and_half_a_line_cost_one_record_each_and_are_counted() {
        let made = Made::new();
        let read = made.read(made.whole.as_bytes());
        assert_eq!((read.head.is_some(), read.damaged, read.last), (true, 0, 4));
        assert_eq!(made.reference(&read, 1).as_deref(), Some("three"));
        for bit in 0..made.whole.len() * 8 {
            let mut flipped = made.whole.clone().into_bytes();
            flipped[bit / 8] ^= 1 << (bit % 8);
            let read = made.read(&flipped);
            let told = read.damaged > 0 || read.head.is_none();
            assert!(told && read.damaged <= 2, "bit {bit}: {}", read.damaged);
        }
        let read = made.read(&made.whole.as_bytes()[..made.whole.len() - 5]);
        assert_eq!((read.damaged, read.cut, made.journal().last()), (1, 1, None));
        let fifth = JournalRecord::kept("s", &made.vault, 5, &session(3, "four")).unwrap();
        made.journal().append(&[fifth]).unwrap();
        let read = made.journal().read("s", &made.vault).unwrap();
        assert_eq!((read.damaged, read.cut, read.last, read.records.len()), (1, 0, 5, 4));
    }

    #[test]
    fn a_line_that_was_forged_for_another_session_another_version_or_as_a_removal_says_nothing() {
        let made = Made::new();
        let lines: Vec<&str> = made.whole.lines().collect();
        let forged = |version: &str, whose: &str, body: &str| {
            let text = format!("{version} {whose} {body}");
            format!("{}{text} {}\n", made.whole, checksum(text.as_bytes()))
        };
        for line in &lines[1..] {
            let mut words = line.split(' ');
            let mut word = || words.next().unwrap();
            let (version, whose, body) = (word(), word(), word());
            for other in &lines[1..] {
                let mut words = other.split(' ').skip(1);
                let (other, its) = (words.next().unwrap(), words.next().unwrap());
                let tried = [
                    forged("9", other, body),
                    forged(version, if other == whose { "d" } else { other }, body),
                    forged("9", other, "-"),
                    forged("9", other, &format!("-{its}")),
                    forged("9", other, its.trim_start_matches('-')),
                    forged(&u64::MAX.to_string(), END, "-"),
                ];
                for text in tried {
                    let read = made.read(text.as_bytes());
                    assert_eq!(read.last, 4, "{text}");
                    assert_eq!(made.reference(&read, 1).as_deref(), Some("three"), "{text}");
                    assert_eq!(made.reference(&read, 2).as_deref(), Some("two"), "{text}");
                    assert!(read.damaged + read.unsealed.len() <= 1, "{text}");
                }
            }
        }
    }

    #[test]
    fn a_longer_journal_than_twice_its_first_length_is_worth_writing_anew() {
        let made = Made::new();
        let length = made.whole.len() as u64;
        assert!(!made.journal().is_long(length), "a short one never is");
        let long = made.whole.repeat(usize::try_from(2 * SMALL / length + 2).unwrap());
        std::fs::write(made.journal().0, &long).unwrap();
        assert!(made.journal().is_long(length));
        assert!(!made.journal().is_long(long.len() as u64 / 2));
    }
}
