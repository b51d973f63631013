//! What stood beside the sessions of a damaged file, their answers and events, from its raw pages
//! into the new store.

use std::collections::{BTreeMap, HashMap, HashSet};

use rusqlite::types::Value;
use rusqlite::{Transaction, params};

use super::key::Vault;
use super::pages::Pages;
use super::rows::SessionRow;
use super::{PersistError, detail_rows};
use crate::domain::session::ids::SessionId;

/// What came back beside the sessions.
#[derive(Default)]
pub(super) struct Sound {
    pub(super) answers: HashSet<(SessionId, String)>,
    /// From the first event on, so many.
    pub(super) events: HashMap<SessionId, u64>,
}

/// Copies the rows beside the sessions that can be read and are what they must be, as they are
/// sealed. `session` finds the new position and the row for an old position.
pub(super) fn copy_parts<'a>(
    sql: &Transaction<'_>,
    pages: &Pages,
    name: &str,
    vault: &Vault,
    session: impl Fn(i64) -> Option<(i64, &'a SessionRow)>,
) -> Result<Sound, PersistError> {
    let mut sound = Sound::default();
    let mut answer = sql.prepare(
        "INSERT OR IGNORE INTO answer (session, part, version, body) VALUES (?1, ?2, ?3, ?4)",
    )?;
    let mut event =
        sql.prepare("INSERT OR IGNORE INTO event (session, number, body) VALUES (?1, ?2, ?3)")?;
    let mut events: BTreeMap<(i64, i64), SessionId> = BTreeMap::new();
    let mut failed = None;
    pages.each_row(|_number, values| {
        let copied = match values {
            [
                Value::Integer(place),
                Value::Text(part),
                Value::Integer(version),
                Value::Blob(body),
            ] => {
                let Some((position, row)) = session(*place) else { return };
                let due = u64::try_from(*version).unwrap_or(0);
                let mark = row.manifest.answers.get(part).filter(|mark| mark.version == due);
                let place = detail_rows::answer_place(name, row.entry.id, part, due);
                if mark.is_none() || vault.open(place, body).is_err() {
                    return;
                }
                sound.answers.insert((row.entry.id, part.clone()));
                answer.execute(params![position, part, version, body])
            }
            [Value::Integer(place), Value::Integer(number), Value::Blob(body)] => {
                let Some((position, row)) = session(*place) else { return };
                let place =
                    detail_rows::event_place(name, row.entry.id, row.manifest.generation, *number);
                if vault.open(place, body).is_err() {
                    return;
                }
                events.insert((position, *number), row.entry.id);
                event.execute(params![position, number, body])
            }
            _ => return,
        };
        failed = failed.take().or(copied.err());
    });
    if let Some(why) = failed {
        return Err(why.into());
    }
    drop_behind_gaps(sql, events, &mut sound)?;
    Ok(sound)
}

/// Keeps the events of each session as far as none is missing: one is opened at its number alone.
fn drop_behind_gaps(
    sql: &Transaction<'_>,
    events: BTreeMap<(i64, i64), SessionId>,
    sound: &mut Sound,
) -> Result<(), PersistError> {
    let mut rest = sql.prepare("DELETE FROM event WHERE session = ?1 AND number >= ?2")?;
    for ((position, number), id) in events {
        let next = sound.events.entry(id).or_insert(0);
        if u64::try_from(number) == Ok(*next) {
            *next += 1;
        } else {
            rest.execute(params![position, number])?;
        }
    }
    Ok(())
}
