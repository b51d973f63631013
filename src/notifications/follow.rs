//! Where lines of notifications come from: standard input, a file that grows and is rotated, a Unix
//! socket.

use std::fs::Metadata;
use std::io;
use std::os::fd::AsFd;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::fs::File;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncSeekExt, SeekFrom};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::lines::{Lines, Read};
use crate::clock::Clock;
use crate::regular_file;

/// A followed file is looked at this often.
// Looked at again and again, not watched by the system: that holds through every rotation.
const LOOK: Duration = Duration::from_millis(250);
/// Writers at a socket at once.
// Bounded: each has a buffer of its own.
const WRITERS: usize = 16;
const PART: usize = 16 * 1024;

/// Where lines of notifications come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LineOrigin {
    /// `-`
    Input,
    /// `FILE`
    File(PathBuf),
    /// `unix:PATH`
    Socket(PathBuf),
}

impl LineOrigin {
    /// `-`, `unix:PATH`, or a file's name.
    #[must_use]
    pub fn named(text: &str) -> Self {
        match text.strip_prefix("unix:") {
            _ if text == "-" => Self::Input,
            Some(path) => Self::Socket(PathBuf::from(path)),
            None => Self::File(PathBuf::from(text)),
        }
    }
}

impl std::fmt::Display for LineOrigin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Input => f.write_str("standard input"),
            Self::File(path) | Self::Socket(path) => path.display().fmt(f),
        }
    }
}

/// Reads to the end, and with `follow` on and on: a file through rotation (another file under its
/// name, or a shorter one), a socket from one writer after the other. Waits while `out` is full.
///
/// # Errors
/// When it cannot be opened or read.
pub async fn read<C: Clock + Clone>(
    origin: &LineOrigin,
    follow: bool,
    clock: &C,
    out: &mpsc::Sender<Read>,
) -> io::Result<()> {
    match origin {
        LineOrigin::Input => {
            let input = std::fs::File::from(io::stdin().as_fd().try_clone_to_owned()?);
            drain(File::from_std(input), clock, out).await
        }
        LineOrigin::File(path) if follow => followed(path, clock, out).await,
        LineOrigin::File(path) => drain(File::open(path).await?, clock, out).await,
        LineOrigin::Socket(path) => socket(path, follow, clock, out).await,
    }
}

/// Hands lines over; false when nobody takes them any more.
async fn give(read: impl IntoIterator<Item = Read>, out: &mpsc::Sender<Read>) -> bool {
    for line in read {
        if out.send(line).await.is_err() {
            return false;
        }
    }
    true
}

async fn drain<C: Clock>(
    mut from: impl AsyncRead + Unpin,
    clock: &C,
    out: &mpsc::Sender<Read>,
) -> io::Result<()> {
    let mut lines = Lines::default();
    let (_length, taken) = pump(&mut from, &mut lines, clock, out).await?;
    if taken {
        give(lines.end(clock.now()), out).await;
    }
    Ok(())
}

/// Reads to the end, or until nobody takes lines any more: bytes read, and whether somebody does.
async fn pump<C: Clock>(
    from: &mut (impl AsyncRead + Unpin),
    lines: &mut Lines,
    clock: &C,
    out: &mpsc::Sender<Read>,
) -> io::Result<(u64, bool)> {
    let mut part = vec![0; PART];
    let mut all = 0;
    loop {
        let length = from.read(&mut part).await?;
        let bytes = part.get(..length).unwrap_or_default();
        all += length as u64;
        if length == 0 {
            return Ok((all, true));
        }
        if !give(lines.push(bytes, clock.now()), out).await {
            return Ok((all, false));
        }
    }
}

/// A file under a name that may become another's.
struct Followed<'a, C> {
    path: &'a Path,
    file: File,
    at: u64,
    lines: Lines,
    clock: &'a C,
    out: &'a mpsc::Sender<Read>,
}

async fn followed<C: Clock>(path: &Path, clock: &C, out: &mpsc::Sender<Read>) -> io::Result<()> {
    let file = File::open(path).await?;
    let mut followed = Followed { path, file, at: 0, lines: Lines::default(), clock, out };
    while !out.is_closed() {
        // Looked up before the rest is read: what was written until it was moved is not lost.
        let named = tokio::fs::metadata(path).await.ok();
        followed.rest().await?;
        if followed.turn(named).await? {
            continue;
        }
        tokio::select! {
            () = out.closed() => {}
            () = tokio::time::sleep(LOOK) => {}
        }
    }
    Ok(())
}

impl<C: Clock> Followed<'_, C> {
    async fn rest(&mut self) -> io::Result<()> {
        self.at += pump(&mut self.file, &mut self.lines, self.clock, self.out).await?.0;
        Ok(())
    }

    /// To the beginning of another file under the name, or of this one when it was cut short.
    async fn turn(&mut self, named: Option<Metadata>) -> io::Result<bool> {
        let about = self.file.metadata().await?;
        let moved = named.is_some_and(|n| (n.dev(), n.ino()) != (about.dev(), about.ino()));
        // Shorter than what was read: it was cut to nothing and written anew (copy and truncate).
        if !moved && about.len() >= self.at {
            return Ok(false);
        }
        if moved {
            // It may be away again; the next look finds the next one.
            let Ok(next) = File::open(self.path).await else { return Ok(false) };
            self.file = next;
        } else {
            self.file.seek(SeekFrom::Start(0)).await?;
        }
        self.at = 0;
        // The last line of the old file may have no line break.
        give(self.lines.end(self.clock.now()), self.out).await;
        // Lines are counted from the beginning of this file.
        self.lines = Lines::default();
        Ok(true)
    }
}

async fn socket<C: Clock + Clone>(
    path: &Path,
    follow: bool,
    clock: &C,
    out: &mpsc::Sender<Read>,
) -> io::Result<()> {
    let bound = Bound::at(path).await?;
    if !follow {
        return drain(bound.listener.accept().await?.0, clock, out).await;
    }
    let mut writers = JoinSet::new();
    loop {
        tokio::select! {
            () = out.closed() => return Ok(()),
            Some(_ended) = writers.join_next(), if !writers.is_empty() => {}
            accepted = bound.listener.accept(), if writers.len() < WRITERS => {
                // On a task of its own: one that is silent holds up nobody.
                let (stream, clock, out) = (accepted?.0, clock.clone(), out.clone());
                writers.spawn(async move { drain(stream, &clock, &out).await });
            }
        }
    }
}

/// A socket that only its owner may write to, and that is gone when dropped.
struct Bound {
    listener: UnixListener,
    path: PathBuf,
}

impl Bound {
    async fn at(path: &Path) -> io::Result<Self> {
        let left_over = std::fs::symlink_metadata(path);
        if left_over.is_ok_and(|about| about.file_type().is_socket()) {
            // Of a process that has ended; where one answers, the place is taken.
            if UnixStream::connect(path).await.is_ok() {
                return Err(io::ErrorKind::AddrInUse.into());
            }
            std::fs::remove_file(path)?;
        }
        // Made under another name in a folder of its own, so that nobody else ever reaches it.
        let folder = regular_file::folder_of(path);
        let private = tempfile::Builder::new().prefix(".branchwatch-").tempdir_in(folder)?;
        let made = private.path().join("s");
        let listener = UnixListener::bind(&made)?;
        std::fs::set_permissions(&made, std::fs::Permissions::from_mode(0o600))?;
        if path.exists() {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        std::fs::rename(&made, path)?;
        Ok(Self { listener, path: path.to_path_buf() })
    }
}

impl Drop for Bound {
    fn drop(&mut self) {
        // Somebody else may have removed it.
        let _gone = std::fs::remove_file(&self.path);
    }
}
