//! Bytes for a terminal that may not read: what it does not take is kept, and no write waits.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::OpenOptionsExt;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::{OFlags, Timespec};
use rustix::termios::{QueueSelector, tcflush, ttyname};
use tokio::time::Instant;

/// Ends a sequence that was cut: CAN for most, ST for those that hold a text.
const CANCEL: &[u8] = b"\x18\x1b\\";

/// A terminal has this time, twice, to take the last bytes.
const PATIENCE: Duration = Duration::from_millis(150);

/// A write of this size to a terminal that says that it is ready does not wait.
const SMALL: usize = 256;

/// So much is kept at most for a terminal that does not read. A frame is drawn only on one that has
/// taken everything, so this is for copied text and the like.
const MOST: usize = 512 * 1024;

/// Writes to a terminal without ever waiting for it.
#[derive(Debug)]
pub(super) struct TerminalWriter {
    to: File,
    /// The descriptor is shared, so that a write may wait.
    waits: bool,
    pending: Vec<u8>,
}

impl TerminalWriter {
    /// Opens the terminal that is standard output once more. Only on a descriptor of our own may
    /// writes be told not to wait: the one that we were given is the shell's too.
    pub(super) fn open() -> io::Result<Self> {
        let name = ttyname(io::stdout(), Vec::new());
        let name =
            name.as_ref().map_or(OsStr::new("/dev/tty"), |n| OsStr::from_bytes(n.to_bytes()));
        let flags = (OFlags::NONBLOCK | OFlags::NOCTTY).bits().cast_signed();
        let own = |path: &OsStr| File::options().write(true).custom_flags(flags).open(path);
        match own(name).or_else(|_not_ours| own(OsStr::new("/dev/tty"))) {
            Ok(to) => Ok(Self::of(to)),
            // A terminal of another user, without a controlling terminal: `su` in a script.
            Err(_neither) => {
                let to = File::from(io::stdout().as_fd().try_clone_to_owned()?);
                Ok(Self { waits: true, ..Self::of(to) })
            }
        }
    }

    pub(super) const fn of(to: File) -> Self {
        Self { to, waits: false, pending: Vec::new() }
    }

    /// Writes, and keeps what the terminal does not take now; an error where that is too much, or
    /// where the terminal is gone.
    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.is_behind() && self.pending.len().saturating_add(bytes.len()) > MOST {
            return Err(io::Error::new(io::ErrorKind::WouldBlock, "the terminal does not read"));
        }
        self.pending.extend_from_slice(bytes);
        self.catch_up()
    }

    /// Writes of what was kept as much as the terminal takes now.
    pub(super) fn catch_up(&mut self) -> io::Result<()> {
        while !self.pending.is_empty() {
            let most = if self.waits { SMALL } else { MOST };
            if self.waits && !self.is_ready(Duration::ZERO) {
                return Ok(());
            }
            let part = self.pending.get(..most).unwrap_or(&self.pending);
            match self.to.write(part) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(length) => drop(self.pending.drain(..length)),
                Err(why) if why.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(why) if why.kind() == io::ErrorKind::Interrupted => {}
                Err(why) => return Err(why),
            }
        }
        Ok(())
    }

    /// True while the terminal has not taken all that was written.
    pub(super) const fn is_behind(&self) -> bool {
        !self.pending.is_empty()
    }

    /// Writes these bytes as the last ones, without what was kept. Waits for the terminal for a
    /// moment only; false where it did not take them.
    pub(super) fn end(mut self, last: &[u8]) -> bool {
        let cut = self.is_behind();
        self.pending.clear();
        if cut {
            self.pending.extend_from_slice(CANCEL);
        }
        self.pending.extend_from_slice(last);
        if self.caught_up() {
            return true;
        }
        // What the system holds for it, the terminal did not read until now: it makes room.
        let _dropped = tcflush(&self.to, QueueSelector::OFlush);
        self.caught_up()
    }

    fn caught_up(&mut self) -> bool {
        let until = Instant::now() + PATIENCE;
        while self.catch_up().is_ok() {
            let left = until.saturating_duration_since(Instant::now());
            if !self.is_behind() || left.is_zero() {
                break;
            }
            self.is_ready(left);
        }
        !self.is_behind()
    }

    /// Whether the terminal takes bytes, waiting at most so long for it.
    fn is_ready(&self, wait: Duration) -> bool {
        let wait = Timespec::try_from(wait).ok();
        poll(&mut [PollFd::new(&self.to, PollFlags::OUT)], wait.as_ref()).is_ok_and(|n| n > 0)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use portable_pty::{MasterPty, PtySize, native_pty_system};

    use super::*;

    /// A terminal that reads nothing by itself, and what writes to it.
    fn terminal() -> (Box<dyn MasterPty + Send>, TerminalWriter) {
        let pair = native_pty_system().openpty(PtySize::default()).unwrap();
        let path = pair.master.tty_name().unwrap();
        let flags = (OFlags::NONBLOCK | OFlags::NOCTTY).bits().cast_signed();
        let to = File::options().write(true).custom_flags(flags).open(path).unwrap();
        (pair.master, TerminalWriter::of(to))
    }

    fn bytes(length: usize) -> Vec<u8> {
        (0..length).map(|at| b'a' + u8::try_from(at % 26).unwrap()).collect()
    }

    // T07
    #[test]
    fn what_a_terminal_does_not_take_is_kept_in_bounds_and_written_in_order() {
        let (master, mut writer) = terminal();
        let all = bytes(MOST / 2);
        for _ in 0..10 {
            let _too_much = writer.write(&all);
            assert!(writer.is_behind(), "the system takes some, not all");
        }
        assert!(writer.pending.len() <= MOST);
        assert!(writer.write(&all).is_err(), "it is told that nothing more is kept");
        let mut read = vec![0; 4096];
        let mut seen = Vec::new();
        let mut from = master.try_clone_reader().unwrap();
        while writer.is_behind() {
            let length = from.read(&mut read).unwrap();
            seen.extend_from_slice(&read[..length]);
            writer.catch_up().unwrap();
        }
        assert!(seen.len() > all.len());
        let orderly = seen.chunks(all.len()).all(|part| part == &all[..part.len()]);
        assert!(orderly, "bytes are lost or in another order");
    }

    // T02
    #[test]
    fn the_end_waits_for_a_moment_only_and_its_bytes_come_last() {
        let (master, mut writer) = terminal();
        writer.write(&bytes(MOST)).unwrap();
        // Until no room comes any more: the system moves what it holds on by itself.
        while writer.is_ready(Duration::from_millis(50)) {
            writer.catch_up().unwrap();
        }
        assert!(writer.is_behind());
        let told = writer.end(b"the end");
        assert!(told, "there is no room for the last bytes");
        let mut seen = Vec::new();
        let mut read = vec![0; 4096];
        let mut from = master.try_clone_reader().unwrap();
        while !seen.ends_with(b"the end") {
            let length = from.read(&mut read).unwrap();
            seen.extend_from_slice(&read[..length]);
        }
        assert!(seen.ends_with(&[CANCEL, b"the end"].concat()), "the cut sequence is cancelled");
    }

    #[test]
    fn a_terminal_that_is_gone_is_an_error() {
        let (master, mut writer) = terminal();
        drop(master);
        assert!(writer.write(b"x").is_err());
    }
}
