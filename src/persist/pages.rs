//! The rows of a damaged file from its raw pages, as SQLite's file format describes them: neither
//! the file's header nor its trees are needed. A sealed row is believed where it opens at its place.

use std::collections::BTreeMap;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;

use rusqlite::types::Value;

use super::files;
use super::journal::JournalHead;
use super::key::is_sealed;
use super::wal::{FRAME, HEADER, PAGE};

/// First byte of a page with rows of a table.
const LEAF: u8 = 0x0d;
/// First byte of a page with the entries of an index, or the rows of a table without numbers.
const INDEX_LEAF: u8 = 0x0a;
/// An entry up to this length stands on its page as a whole.
const SHORT: usize = (PAGE - 12) * 64 / 255 - 23;
/// No row of ours is longer.
const LONGEST: usize = 1 << 26;

/// The pages of a store, the newest ones from its write-ahead log.
pub(super) struct Pages {
    file: File,
    log: Option<File>,
    count: u32,
    /// Where a page stands in the log.
    logged: BTreeMap<u32, u64>,
}

impl Pages {
    pub(super) fn of(path: &Path) -> Option<Self> {
        let file = File::open(path).ok()?;
        let length = file.metadata().ok()?.len();
        let log = File::open(files::beside(path, "wal")).ok();
        let logged = log.as_ref().and_then(logged).unwrap_or_default();
        let last = logged.last_key_value().map_or(0, |(page, _)| *page);
        let count = u32::try_from(length / PAGE as u64).unwrap_or(u32::MAX).max(last);
        Some(Self { file, log, count, logged })
    }

    fn page(&self, number: u32) -> Option<Vec<u8>> {
        let mut page = vec![0; PAGE];
        match (self.logged.get(&number), &self.log) {
            (Some(place), Some(log)) => log.read_exact_at(&mut page, *place).ok()?,
            _ => {
                let place = u64::from(number.checked_sub(1)?) * PAGE as u64;
                self.file.read_exact_at(&mut page, place).ok()?;
            }
        }
        Some(page)
    }

    /// Does `work` for each row that can be read, with its number.
    pub(super) fn each_row(&self, mut work: impl FnMut(i64, &[Value])) {
        self.each_cell(LEAF, |page, at| {
            if let Some((number, values)) = self.row(page, at) {
                work(number, &values);
            }
        });
    }

    /// The same for the rows of tables that have no numbers, and the entries of indexes, where they
    /// are as short as all of ours.
    pub(super) fn each_entry(&self, mut work: impl FnMut(&[Value])) {
        self.each_cell(INDEX_LEAF, |page, at| {
            let entry = varint(page, at).and_then(|(length, at)| {
                let length = usize::try_from(length).ok().filter(|length| *length <= SHORT)?;
                values(page.get(at..at + length)?)
            });
            if let Some(values) = entry {
                work(&values);
            }
        });
    }

    /// Does `work` for each page of a kind and each place of a cell on it.
    fn each_cell(&self, kind: u8, mut work: impl FnMut(&[u8], usize)) {
        for number in 1..=self.count {
            let Some(page) = self.page(number) else { continue };
            // Before the first page stands the header of the file.
            let begin = if number == 1 { 100 } else { 0 };
            if page.get(begin) != Some(&kind) {
                continue;
            }
            let count = usize::try_from(unsigned(&page, begin + 3, 2).unwrap_or(0)).unwrap_or(0);
            for cell in 0..count {
                let place = unsigned(&page, begin + 8 + 2 * cell, 2);
                if let Some(place) = place.and_then(|place| usize::try_from(place).ok()) {
                    work(&page, place);
                }
            }
        }
    }

    /// The name and the wrapped keys of a store whose header cannot be read and whose journal is gone.
    /// Whoever has planted others there has not wrapped a key that ours opens.
    pub(super) fn names(&self) -> Option<JournalHead> {
        let (mut name, mut keyring) = (None, Vec::new());
        self.each_row(|_number, values| {
            if let [Value::Null, Value::Text(store), Value::Blob(_header)] = values {
                name = Some(store.clone());
            }
        });
        self.each_entry(|values| {
            if let [Value::Text(recipient), Value::Blob(wrapped)] = values {
                keyring.push((recipient.clone(), wrapped.clone()));
            }
        });
        Some(JournalHead { store: name?, keyring })
    }

    /// A session's row that is sealed: the store had a key once.
    pub(super) fn has_sealed(&self) -> bool {
        let mut found = false;
        self.each_row(|_number, values| {
            if let [Value::Null, Value::Text(_), Value::Integer(_), Value::Blob(body)] = values {
                found |= is_sealed(body);
            }
        });
        found
    }

    fn row(&self, page: &[u8], at: usize) -> Option<(i64, Vec<Value>)> {
        let (length, at) = varint(page, at)?;
        let (number, at) = varint(page, at)?;
        let length = usize::try_from(length).ok().filter(|length| *length <= LONGEST)?;
        // So much of a long row stands on its page; the rest on pages that name the next one.
        let (most, least) = (PAGE - 35, (PAGE - 12) * 32 / 255 - 23);
        let local = if length <= most {
            length
        } else {
            let fitting = least + (length - least) % (PAGE - 4);
            if fitting <= most { fitting } else { least }
        };
        let mut row = page.get(at..at + local)?.to_vec();
        let mut next = unsigned(page, at + local, 4);
        while row.len() < length {
            let page = self.page(u32::try_from(next?).ok()?)?;
            next = unsigned(&page, 0, 4);
            row.extend(page.get(4..)?.iter().take(length - row.len()));
        }
        Some((number, values(&row)?))
    }
}

/// The last place of each page among what was committed to the log.
fn logged(log: &File) -> Option<BTreeMap<u32, u64>> {
    let mut header = [0; HEADER];
    log.read_exact_at(&mut header, 0).ok()?;
    let (mut committed, mut open) = (BTreeMap::new(), BTreeMap::new());
    let mut place = HEADER as u64;
    let mut frame = [0; FRAME];
    while log.read_exact_at(&mut frame, place).is_ok() {
        // Behind the end of this round stand pages of an earlier one.
        if frame.get(8..16) != header.get(16..24) {
            break;
        }
        open.insert(u32::try_from(unsigned(&frame, 0, 4)?).ok()?, place + FRAME as u64);
        if unsigned(&frame, 4, 4)? != 0 {
            committed.append(&mut open);
        }
        place += (FRAME + PAGE) as u64;
    }
    Some(committed)
}

fn unsigned(bytes: &[u8], at: usize, length: usize) -> Option<u64> {
    let bytes = bytes.get(at..at.checked_add(length)?)?;
    Some(bytes.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte)))
}

/// A number of seven bits a byte, and where it ends.
fn varint(bytes: &[u8], at: usize) -> Option<(i64, usize)> {
    let mut number: u64 = 0;
    for place in at..at + 8 {
        let byte = *bytes.get(place)?;
        number = number << 7 | u64::from(byte & 0x7f);
        if byte < 0x80 {
            return Some((number.cast_signed(), place + 1));
        }
    }
    number = number << 8 | u64::from(*bytes.get(at + 8)?);
    Some((number.cast_signed(), at + 9))
}

/// The columns of a row, in their order.
fn values(row: &[u8]) -> Option<Vec<Value>> {
    let (head, mut at) = varint(row, 0)?;
    let head = usize::try_from(head).ok()?;
    let (mut place, mut values) = (head, Vec::new());
    while at < head {
        let (kind, next) = varint(row, at)?;
        at = next;
        let kind = usize::try_from(kind).ok()?;
        let length = match kind {
            0 | 8 | 9 => 0,
            1..=4 => kind,
            5 => 6,
            6 => 8,
            12.. => (kind - 12) / 2,
            _ => return None,
        };
        let bytes = row.get(place..place.checked_add(length)?)?;
        place += length;
        values.push(match kind {
            0 => Value::Null,
            8 | 9 => Value::Integer(i64::from(kind == 9)),
            1..=6 => {
                let number = unsigned(bytes, 0, length)?.cast_signed();
                let unused = 64 - 8 * u32::try_from(length).ok()?;
                Value::Integer(number << unused >> unused)
            }
            even if even % 2 == 0 => Value::Blob(bytes.to_vec()),
            _ => Value::Text(String::from_utf8(bytes.to_vec()).ok()?),
        });
    }
    Some(values)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::Connection;

    #[test]
    fn every_row_is_read_as_sqlite_wrote_it_from_file_and_log_without_the_files_header() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.db");
        let connection = Connection::open(&path).unwrap();
        connection.pragma_update(None, "journal_mode", "WAL").unwrap();
        connection.execute_batch("CREATE TABLE t (a INTEGER, b TEXT, c BLOB)").unwrap();
        let mut written = Vec::new();
        let numbers = [0, 1, -1, 127, -129, 70_000, -9_000_000, 1 << 40, i64::MIN, i64::MAX];
        for round in 0..60 {
            let text = "x".repeat(round * 97);
            let bytes = vec![7_u8; round * 211];
            let number = numbers[round % numbers.len()];
            connection
                .execute("INSERT INTO t VALUES (?1, ?2, ?3)", (number, &text, &bytes))
                .unwrap();
            let row = vec![Value::Integer(number), Value::Text(text), Value::Blob(bytes)];
            written.push((i64::try_from(round).unwrap() + 1, row));
            if round == 30 {
                connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
            }
        }
        let changed = (i64::from(5), vec![Value::Null, Value::Text("new".into()), Value::Null]);
        connection
            .execute("UPDATE t SET a = NULL, b = 'new', c = NULL WHERE rowid = 5", [])
            .unwrap();
        written[4] = changed;
        let copy = folder.path().join("copy.db");
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[..100].fill(0xa5);
        std::fs::write(&copy, bytes).unwrap();
        std::fs::copy(files::beside(&path, "wal"), files::beside(&copy, "wal")).unwrap();
        let mut read = Vec::new();
        Pages::of(&copy).unwrap().each_row(|number, values| {
            if values.len() == 3 {
                read.push((number, values.to_vec()));
            }
        });
        read.sort_by_key(|(number, _)| *number);
        assert!(read == written, "{} of {} rows", read.len(), written.len());
    }
}
