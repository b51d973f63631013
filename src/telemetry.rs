//! The log: JSON lines in a file of the operator's choice, and nothing unless asked for.
//!
//! Owns the file's mode and size, and what goes to standard error instead. Never standard output;
//! no event may carry a secret, a personal value or a server's text.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::EnvFilter;

/// A file grows to this size (fault F10).
const LARGEST: u64 = 10 * 1024 * 1024;
/// Older files kept: `log.1` … `log.4`.
const KEPT: u32 = 4;

/// Starts logging where a file is named, `-` being standard error; without one, `verbose` (how many
/// times `-v` was given) says on standard error in plain lines what is done, twice with details.
/// Only our own events, so that no library writes a URL.
///
/// # Errors
/// When the file cannot be opened.
pub fn install(file: Option<&Path>, level: Option<LevelFilter>, verbose: u8) -> io::Result<()> {
    let usual = if verbose > 1 { LevelFilter::DEBUG } else { LevelFilter::INFO };
    let level = level.unwrap_or(usual);
    // RUST_LOG is not read: it could let a library write a URL with its signature (fault S02).
    let filter = EnvFilter::new(format!("off,branchwatch={level}"));
    let log = tracing_subscriber::fmt().with_env_filter(filter);
    // A second logger in one process (tests) changes nothing.
    let _installed = match file {
        Some(path) if path.as_os_str() == "-" => log.json().with_writer(io::stderr).try_init(),
        Some(path) => log.json().with_writer(Mutex::new(Rotating::open(path)?)).try_init(),
        None if verbose > 0 => {
            // No colours: standard error may be a file (fault T10).
            log.compact().with_ansi(false).with_target(false).with_writer(io::stderr).try_init()
        }
        None => return Ok(()),
    };
    Ok(())
}

/// A file that starts anew when it is full.
struct Rotating {
    path: PathBuf,
    file: File,
    size: u64,
}

fn opened(path: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).append(true).mode(0o600).open(path)
}

impl Rotating {
    fn open(path: &Path) -> io::Result<Self> {
        let file = opened(path)?;
        let size = file.metadata()?.len();
        Ok(Self { path: path.to_path_buf(), file, size })
    }

    fn named(&self, number: u32) -> PathBuf {
        let mut name = self.path.as_os_str().to_owned();
        name.push(format!(".{number}"));
        PathBuf::from(name)
    }

    fn rotate(&mut self) -> io::Result<()> {
        for number in (1..KEPT).rev() {
            let older = self.named(number);
            if older.exists() {
                std::fs::rename(older, self.named(number + 1))?;
            }
        }
        std::fs::rename(&self.path, self.named(1))?;
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
}
