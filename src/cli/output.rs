//! Standard output is data, standard error is talk.
//!
//! Owns writing to both; a reader that went away is no fault.

use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};

use super::exit::Failure;

/// Writes data.
pub(super) fn data(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(())
}

/// `--quiet`: only what went wrong is said.
static QUIET: AtomicBool = AtomicBool::new(false);

/// From now on only what went wrong is said.
pub(super) fn be_quiet() {
    QUIET.store(true, Ordering::Relaxed);
}

/// Says something to a person, unless they want quiet. Nobody listening is no failure.
pub(super) fn talk(text: &str) {
    if !QUIET.load(Ordering::Relaxed) {
        warn(text);
    }
}

/// Says what went wrong, or what somebody must know.
pub(super) fn warn(text: &str) {
    let mut err = std::io::stderr().lock();
    let _unheard = writeln!(err, "{text}");
}

/// Columns of text, the last one as long as it is; every cell has been made safe before.
pub(super) fn table(rows: &[Vec<String>]) -> String {
    use unicode_width::UnicodeWidthStr;
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns)
        .map(|column| {
            rows.iter().filter_map(|row| row.get(column)).map(|c| c.width()).max().unwrap_or(0)
        })
        .collect();
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            line.push_str(cell);
            line.extend(std::iter::repeat_n(' ', width.saturating_sub(cell.width()) + 2));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}
