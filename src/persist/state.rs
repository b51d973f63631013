//! What the program remembers of itself under a name: the arrangement of the list, the last look.

use rusqlite::{Connection, OptionalExtension, params};

use super::PersistError;
use super::header::STATES;
use super::key::Vault;
use super::write::Write;

fn place(store: &str, name: &str, version: u64) -> String {
    format!("{store} state {name} {version}")
}

/// What the program remembers under a name, and whether what stands there is to be believed.
pub(super) fn read(
    connection: &Connection,
    store: &str,
    vault: &Vault,
    name: &str,
) -> Result<(Option<String>, bool), PersistError> {
    let found: Option<(i64, Vec<u8>)> = connection
        .prepare_cached("SELECT version, body FROM state WHERE name = ?1")?
        .query_row([name], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((version, body)) = found else { return Ok((None, true)) };
    let place = place(store, name, u64::try_from(version).unwrap_or(0));
    let value = vault.open(place, &body).ok().and_then(|text| String::from_utf8(text).ok());
    let believed = value.is_some() || vault.is_shut();
    Ok((value, believed))
}

/// Versions of the values of `state`, for the digest.
pub(super) fn versions(connection: &Connection) -> Result<Vec<(String, i64)>, PersistError> {
    let mut query = connection.prepare("SELECT name, version FROM state")?;
    let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

impl Write<'_> {
    pub(super) fn put_state(&mut self, name: &str, value: &str) -> Result<(), PersistError> {
        let before: Option<i64> = self
            .sql
            .prepare_cached("SELECT version FROM state WHERE name = ?1")?
            .query_row([name], |row| row.get(0))
            .optional()?;
        if let Some(before) = before {
            let before = u64::try_from(before).unwrap_or(0);
            self.header.discount(self.vault, STATES, name, before);
        }
        let version = self.header.next();
        self.header.count(self.vault, STATES, name, version);
        let place = place(&self.header.store, name, version);
        let body = self.vault.close(place, value.as_bytes()).map_err(PersistError::sealing)?;
        self.sql
            .prepare_cached(
                "INSERT INTO state (name, version, body) VALUES (?1, ?2, ?3)
                 ON CONFLICT (name) DO UPDATE SET version = ?2, body = ?3",
            )?
            .execute(params![name, i64::try_from(version).unwrap_or(i64::MAX), body])?;
        Ok(())
    }
}
