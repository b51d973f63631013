//! Standard output is data, standard error is talk.

use std::io::{IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use super::exit::Failure;
use crate::runtime::shutdown::while_writing;
use crate::text;

pub(super) fn data(text: &str) -> Result<(), Failure> {
    while_writing(|| {
        let mut out = std::io::stdout().lock();
        out.write_all(text.as_bytes())?;
        // At once: whoever reads events line by line must not wait for a full buffer.
        out.flush()
    })?;
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
    // Much of what is said repeats what others wrote: a file, a flag, an error of the system's.
    let text = text::shown_lines(text);
    let _unheard = while_writing(|| writeln!(std::io::stderr().lock(), "{text}"));
}

/// Columns of text, the last one as long as it is; every cell has been made safe before.
pub(super) fn table(rows: &[Vec<String>]) -> String {
    aligned(rows, &widths(rows))
}

/// [`table`] in lines of at most `width` columns: the widest column is cut first.
pub(super) fn table_within(rows: &[Vec<String>], width: usize) -> String {
    let mut widths = widths(rows);
    let gaps = 2 * widths.len().saturating_sub(1);
    let over = (widths.iter().sum::<usize>() + gaps).saturating_sub(width);
    for _ in 0..over {
        // Of equally wide ones the last.
        if let Some(widest) = widths.iter_mut().max() {
            *widest = widest.saturating_sub(1).max(1);
        }
    }
    aligned(rows, &widths)
}

/// The columns of the terminal that standard output is, if it is one.
pub(super) fn terminal_width() -> Option<usize> {
    let (columns, _) = std::io::stdout().is_terminal().then(crossterm::terminal::size)?.ok()?;
    (columns > 0).then_some(usize::from(columns))
}

fn widths(rows: &[Vec<String>]) -> Vec<usize> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| text::width(cell)).max()
    };
    (0..columns).map(|column| width(column).unwrap_or(0)).collect()
}

fn aligned(rows: &[Vec<String>], widths: &[usize]) -> String {
    let mut table = String::new();
    for row in rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(widths) {
            let used = text::width(cell);
            if used > *width {
                let cell = text::shown_str(cell, *width);
                line.push_str(&cell);
                line.extend(std::iter::repeat_n(' ', width.saturating_sub(text::width(&cell)) + 2));
                continue;
            }
            line.push_str(cell);
            line.extend(std::iter::repeat_n(' ', width - used + 2));
        }
        table.push_str(line.trim_end());
        table.push('\n');
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_for_a_terminal_fits_it_and_cuts_the_widest_column_first() {
        let row = |cells: [&str; 3]| cells.map(str::to_owned).to_vec();
        let rows = [row(["REF", "STAGE", "REASON"]), row(["dbs-1", "refer", "a long reason"])];
        assert_eq!(table_within(&rows, 80), table(&rows));
        assert_eq!(table_within(&rows, 22), "REF    STAGE  REASON\ndbs-1  refer  a long …\n");
        for width in 7..40 {
            let table = table_within(&rows, width);
            assert!(table.lines().all(|line| text::width(line) <= width), "{width}\n{table}");
        }
    }
}
