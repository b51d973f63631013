//! What can still be read of a damaged store, row by row: a damaged page costs the rows on it.

use rusqlite::{Connection, OptionalExtension};

/// Does `work` for each row that can be found, and goes on past those that fail.
pub(super) fn each_row(
    connection: &Connection,
    table: &str,
    mut work: impl FnMut(i64) -> Result<(), rusqlite::Error>,
) {
    let next = |operator, order| {
        format!(
            "SELECT rowid FROM {table} WHERE rowid {operator} ?1 ORDER BY rowid {order} LIMIT 1"
        )
    };
    let (up, down) = (next(">", ""), next("<", "DESC"));
    let look = |text: &str, at: i64| -> Result<Option<i64>, rusqlite::Error> {
        connection.prepare_cached(text)?.query_row([at], |row| row.get(0)).optional()
    };
    let (mut last, mut step): (i64, i64) = (0, 0);
    // Numbers beyond this are not given to rows of ours.
    while step < 1 << 40 {
        match look(&up, last.saturating_add(step)) {
            Ok(None) => break,
            Ok(Some(found)) => {
                // The jump over damage may have left sound rows behind.
                let mut before = found;
                while step > 0
                    && let Ok(Some(row)) = look(&down, before)
                    && row > last
                {
                    let _unreadable = work(row);
                    before = row;
                }
                let _unreadable = work(found);
                (last, step) = (found, 0);
            }
            Err(_damaged) => step = (step * 2).max(1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_a_sound_table_is_visited_once_in_its_order() {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch("CREATE TABLE t (n INTEGER PRIMARY KEY)").unwrap();
        for n in [1, 2, 7, 900, 901] {
            connection.execute("INSERT INTO t VALUES (?1)", [n]).unwrap();
        }
        let mut seen = Vec::new();
        each_row(&connection, "t", |n| {
            seen.push(n);
            Ok(())
        });
        assert_eq!(seen, [1, 2, 7, 900, 901]);
    }
}
