//! The write-ahead log as SQLite's file format describes it: whether its end was cut by a crash, or
//! damaged. SQLite takes both for the end and says nothing (fault D05).

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

/// What stands before the first frame of the log.
pub(super) const HEADER: usize = 32;
/// What stands before the page in each frame.
pub(super) const FRAME: usize = 24;
/// SQLite's usual size of a page, which every store of ours has.
pub(super) const PAGE: usize = 4_096;

/// Two running sums over pairs of words.
#[derive(Clone, Copy)]
struct Sums {
    big_endian: bool,
    one: u32,
    two: u32,
}

impl Sums {
    fn add(&mut self, bytes: &[u8]) {
        for pair in bytes.chunks_exact(8) {
            let (one, two) = pair.split_at(4);
            self.one = self.one.wrapping_add(self.word(one)).wrapping_add(self.two);
            self.two = self.two.wrapping_add(self.word(two)).wrapping_add(self.one);
        }
    }

    fn word(&self, bytes: &[u8]) -> u32 {
        let bytes: [u8; 4] = bytes.try_into().unwrap_or_default();
        if self.big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) }
    }
}

fn number(bytes: &[u8], at: usize) -> u32 {
    let bytes = bytes.get(at..at + 4).and_then(|bytes| bytes.try_into().ok());
    u32::from_be_bytes(bytes.unwrap_or_default())
}

/// How many pages of the log are lost to damage. `None`: it is whole, missing, or was cut within
/// its last page, as a crash does. Only for who has the lock: others write to it.
pub(super) fn damage(path: &Path) -> Option<usize> {
    let mut file = BufReader::new(File::open(path).ok()?);
    let mut header = [0; HEADER];
    file.read_exact(&mut header).ok()?;
    let mut sums = Sums { big_endian: number(&header, 0) & 1 == 1, one: 0, two: 0 };
    sums.add(header.get(..24)?);
    if (sums.one, sums.two) != (number(&header, 24), number(&header, 28)) {
        // Then nothing in it counts, and nothing in its header can be relied upon.
        let length = file.get_ref().metadata().ok()?.len();
        let frames = usize::try_from(length).ok()?.saturating_sub(HEADER) / (FRAME + PAGE);
        return (frames > 0).then_some(frames);
    }
    let size =
        usize::try_from(number(&header, 8)).ok().filter(|size| (512..=65_536).contains(size))?;
    let mut broken = false;
    let mut frame = vec![0; FRAME + size];
    let mut lost = 0;
    while file.read_exact(&mut frame).is_ok() {
        // Frames of an earlier round of the log stay behind the end of this one.
        let salt = frame.get(8..16) == header.get(16..24);
        if broken {
            lost += usize::from(salt);
            continue;
        }
        sums.add(frame.get(..8)?);
        sums.add(frame.get(FRAME..)?);
        let fits = (sums.one, sums.two) == (number(&frame, 16), number(&frame, 20));
        if !fits && !salt {
            return None;
        }
        // The sums go on from frame to frame: one that fits and has another salt was altered.
        broken = !fits || !salt;
    }
    (broken && lost > 0).then_some(lost + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::Connection;

    #[test]
    fn a_flipped_bit_is_told_apart_from_a_cut_and_from_a_whole_log() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.db");
        let connection = Connection::open(&path).unwrap();
        connection.pragma_update(None, "journal_mode", "WAL").unwrap();
        connection.execute_batch("CREATE TABLE t (x)").unwrap();
        for n in 0..20 {
            connection.execute("INSERT INTO t VALUES (?1)", [n]).unwrap();
        }
        let log = folder.path().join("t.db-wal");
        let whole = std::fs::read(&log).unwrap();
        let copy = folder.path().join("copy");
        let damage_of = |bytes: &[u8]| {
            std::fs::write(&copy, bytes).unwrap();
            damage(&copy)
        };
        assert_eq!(damage_of(&whole), None);
        assert_eq!(damage_of(&whole[..whole.len() - 100]), None, "a crash within the last page");
        assert_eq!(damage_of(b""), None);
        let inner = (HEADER..whole.len() - 4_200).step_by(211);
        let of_a_frame = (HEADER..HEADER + FRAME).chain(20_632..20_632 + FRAME);
        for at in (0..HEADER).chain(of_a_frame).chain(inner) {
            let mut flipped = whole.clone();
            flipped[at] ^= 4;
            assert!(damage_of(&flipped).is_some(), "at {at}");
        }
    }
}
