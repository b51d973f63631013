//! A store gets its first key, or another application key.

use std::sync::Arc;

use rusqlite::TransactionBehavior;

use super::Sqlite;
use crate::persist::header::{self, Header};
use crate::persist::key::{DataKey, StoreKey, Vault};
use crate::persist::location::{Location, StoreOwner};
use crate::persist::rows;
use crate::persist::write::Write;
use crate::persist::{PersistError, files, posts, schema, state};

impl Sqlite {
    /// Seals everything in a store that has never known a key. Answers that were saved without one
    /// are dropped: anybody may have put them there, and they are fetched again.
    /// Returns whether there was anything in it.
    pub(super) fn seal(&mut self, key: &StoreKey) -> Result<bool, PersistError> {
        let data = DataKey::generate().ok_or_else(PersistError::no_randomness)?;
        let wrapped = key.wrap(&self.name, &data).map_err(PersistError::sealing)?;
        let vault = Vault::Sealed(Arc::new(data));
        let sql = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        if header::name(&sql)?.1 {
            // Another process has sealed it in between.
            drop(sql);
            let reopened = Self::of(schema::connect(&self.location.path)?, &self.location)?;
            *self = Self { lock: self.lock.take(), ..reopened };
            return Ok(false);
        }
        let plain = Header::read(&sql, &Vault::Plain)?;
        let had_any = schema::holds_any(&sql)?;
        let header = plain.emptied();
        let mut write = Write::new(&sql, &vault, header);
        write.seal_sessions(key)?;
        for (name, _) in state::versions(&sql)? {
            let (value, _) = state::read(&sql, &write.header.store, &Vault::Plain, &name)?;
            sql.execute("DELETE FROM state WHERE name = ?1", [&name])?;
            write.put_state(&name, &value.unwrap_or_default())?;
        }
        let left = posts::after(&sql, &write.header, &Vault::Plain, 0)?;
        sql.execute("DELETE FROM post", [])?;
        for message in left.into_iter().filter_map(|posted| posted.message) {
            write.leave(&message)?;
        }
        let Write { mut header, .. } = write;
        sql.execute(
            "INSERT INTO keyring (recipient, wrapped) VALUES (?1, ?2)",
            (key.recipient(), &wrapped),
        )?;
        (header.journal, header.journal_length) = (0, 0);
        // Between here and the commit the store is one that has never had a key, and a second copy
        // that is sealed would say that it had (`connected`). Without one it is made when the store
        // is opened.
        self.journal.remove()?;
        header.write(&sql, &vault)?;
        crate::panic_site::at("before sealing", &());
        sql.commit()?;
        crate::panic_site::at("after sealing", &());
        self.vault = vault;
        self.rewrite_journal()?;
        // What stood there in the clear must not stay in the write-ahead log, or in the copies
        // that earlier builds made.
        self.leave_nothing()?;
        files::remove_copies(&self.location.path);
        Ok(had_any)
    }
}

impl Location {
    /// The application of this store has a new key: the data key is wrapped with it, and no longer
    /// with the one of this location. Nothing else is written.
    pub fn rekey(&self, new: &StoreKey) -> Result<(), PersistError> {
        let mut store = Sqlite::at(self, true)?.persistence;
        let Vault::Sealed(data) = store.vault.clone() else { return Err(PersistError::Sealed) };
        let wrapped = new.wrap(&store.name, &data).map_err(PersistError::sealing)?;
        let journal = store.journal.clone();
        store.write(|write| {
            write.sql.execute("DELETE FROM keyring", [])?;
            // Whoever opens it next with the new key is its owner.
            write.header.owner = StoreOwner::default();
            write.sql.execute(
                "INSERT INTO keyring (recipient, wrapped) VALUES (?1, ?2)",
                (new.recipient(), &wrapped),
            )?;
            write.rewrite_journal(&journal)
        })?;
        store.leave_nothing()
    }
}

impl Write<'_> {
    /// Seals the sessions of a store that has not known a key, as they stand.
    pub(super) fn seal_sessions(&mut self, key: &StoreKey) -> Result<(), PersistError> {
        let store = self.header.store.clone();
        for one in rows::list(self.sql, &store, &Vault::Plain)? {
            let Some(position) = one.position else { continue };
            let mut row = one.row;
            self.seal_parts(position, &mut row, key)?;
            self.header.sessions += 1;
            // Version 0: the row that stands there is not counted under this key.
            self.put_row(Some((position, 0)), &mut row, true)?;
        }
        Ok(())
    }
}
