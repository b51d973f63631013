//! What is left behind by a panic: version, place and the functions that led there, and nothing that
//! a function was given.

use std::backtrace::Backtrace;
use std::fs::{DirBuilder, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

static FOLDER: OnceLock<PathBuf> = OnceLock::new();

/// From now on a panic leaves `crash.txt` in this folder; only the last one is kept.
pub(crate) fn report_in(folder: &Path) {
    let _known = FOLDER.set(folder.to_path_buf());
}

/// The file of a panic at this place; `None`: none is kept, or it cannot be written.
pub(crate) fn report(place: &str) -> Option<PathBuf> {
    let folder = FOLDER.get()?;
    // As the audit log in it, for the owner alone (fault F03).
    DirBuilder::new().recursive(true).mode(0o700).create(folder).ok()?;
    let path = folder.join("crash.txt");
    // Never through a link, which could lead to another file (fault F02).
    let _none = std::fs::remove_file(&path);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path).ok()?;
    let thread = std::thread::current();
    let text = format!(
        "branchwatch {}, {} {}\ninternal fault{place}\nthread: {}\n\n{}\n",
        env!("CARGO_PKG_VERSION"),
        std::env::consts::OS,
        std::env::consts::ARCH,
        thread.name().unwrap_or("-"),
        Backtrace::force_capture()
    );
    file.write_all(text.as_bytes()).ok().map(|()| path)
}
