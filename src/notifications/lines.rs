//! Notifications as JSON Lines: bytes in, notifications out.

use jiff::Timestamp;

use super::wire::{self, NotANotification};
use crate::domain::events::notification::Notification;

/// What a line was; empty ones are nothing.
pub type Read = Result<Notification, WrongLine>;

/// A line that is no notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {number}: {why}")]
pub struct WrongLine {
    /// Its number in the file or stream, from 1.
    pub number: u64,
    /// What is wrong with it.
    pub why: NotANotification,
}

/// Cuts bytes into lines, however they arrive.
#[derive(Debug, Default)]
pub struct Lines {
    held: Vec<u8>,
    ended: u64,
    /// The line is too long already: what is left of it is dropped.
    skipping: bool,
}

impl Lines {
    /// Takes bytes; returns what the lines were that they end.
    pub fn push(&mut self, bytes: &[u8], now: Timestamp) -> Vec<Read> {
        let mut read = Vec::new();
        let mut parts = bytes.split(|byte| *byte == b'\n').peekable();
        while let Some(part) = parts.next() {
            // No more than one line of the largest size is
            // ever held, however long the line is (fault W06).
            if self.held.len() + part.len() > wire::LARGEST {
                self.held.clear();
                self.skipping = true;
            }
            if !self.skipping {
                self.held.extend_from_slice(part);
            }
            if parts.peek().is_some() {
                read.extend(self.end(now));
            }
        }
        read
    }

    /// The end of the line, or of all.
    pub fn end(&mut self, now: Timestamp) -> Option<Read> {
        self.ended += 1;
        let wrong = |why| WrongLine { number: self.ended, why };
        if std::mem::take(&mut self.skipping) {
            return Some(Err(wrong(NotANotification)));
        }
        let line = std::mem::take(&mut self.held);
        // Windows editors begin a file with a byte order mark.
        let text = line.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&line).trim_ascii();
        (!text.is_empty()).then(|| wire::read(text, now).map_err(wrong))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str =
        r#"{"session_id":"0b8f6a52-3c1e-4f6b-9d0a-2e5c7a914d33","topic":"resource_update"}"#;

    #[test]
    fn lines_are_read_wherever_the_bytes_are_cut() {
        let text = format!("\u{feff}{LINE}\r\n\n  \nnonsense\n{LINE}\n{LINE}");
        for size in [1, 7, 64, 1_000] {
            let (mut lines, now) = (Lines::default(), Timestamp::UNIX_EPOCH);
            let mut read: Vec<Read> =
                text.as_bytes().chunks(size).flat_map(|part| lines.push(part, now)).collect();
            let good: Vec<bool> = read.iter().map(Result::is_ok).collect();
            assert_eq!(good, [true, false, true], "cut every {size}");
            let wrong = read.iter().find_map(|line| line.as_ref().err()).unwrap();
            assert_eq!(wrong.number, 4, "empty lines count");
            read.extend(lines.end(now));
            assert_eq!(read.len(), 4, "the last line has no end");
            assert!(lines.end(now).is_none());
        }
    }

    #[test]
    fn a_line_without_end_is_dropped_and_the_next_one_read() {
        let (mut lines, now) = (Lines::default(), Timestamp::UNIX_EPOCH);
        for _ in 0..1_000 {
            assert!(lines.push(&[b'x'; 1_000], now).is_empty());
            assert!(lines.held.len() <= wire::LARGEST);
        }
        let read = lines.push(format!("\n{LINE}\n").as_bytes(), now);
        assert_eq!(read.iter().map(Result::is_ok).collect::<Vec<_>>(), [false, true]);
    }
}
