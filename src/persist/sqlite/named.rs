//! Sessions that are named. What they cost does not grow with the list, but for the digest, which is
//! counted again where another process has written.

use super::Sqlite;
use crate::domain::session::ids::SessionId;
use crate::domain::watchlist::annotations::{AnnotationChange, Made};
use crate::domain::watchlist::outbox::OutboxMessage;
use crate::domain::watchlist::watched::{WatchEntry, WatchedSession};
use crate::persist::{PersistError, posts, prefixes, rows};

impl Sqlite {
    /// What the list says of one session.
    pub fn entry(&self, id: SessionId) -> Result<Option<WatchEntry>, PersistError> {
        let found = rows::found(&self.connection, &self.name, &self.vault, id)?;
        Ok(found.and_then(|found| found.row.ok()).map(|row| row.entry))
    }

    /// Those of [`Sqlite::listed`] that are named. Whether other references begin as theirs do is
    /// not looked for: a masked reference stays masked.
    pub fn listed_named(&mut self, ids: &[SessionId]) -> Result<Vec<WatchedSession>, PersistError> {
        self.mending(|store| {
            let listed = rows::named(&store.connection, &store.name, &store.vault, ids)?;
            let mut listed: Vec<WatchedSession> =
                listed.into_iter().map(|one| one.row.watched()).collect();
            posts::overlay(listed.iter_mut(), store.posts(0)?.0);
            Ok(listed)
        })
    }

    /// As [`crate::persist::Persistence::details`], for who shows references.
    pub fn load_named(&mut self, ids: &[SessionId]) -> Result<Vec<WatchedSession>, PersistError> {
        self.mending(|store| {
            let mut sessions = store.loaded_named(ids)?;
            if prefixes::any_long(sessions.iter()) {
                let all = rows::list(&store.connection, &store.name, &store.vault)?;
                let all: Vec<WatchedSession> =
                    all.into_iter().map(|one| one.row.watched()).collect();
                prefixes::mark_shared(&mut sessions, Some(&all));
            }
            Ok(sessions)
        })
    }

    pub(super) fn loaded_named(
        &mut self,
        ids: &[SessionId],
    ) -> Result<Vec<WatchedSession>, PersistError> {
        let sessions = self.at_one_moment(|store| {
            let mut listed = rows::named(&store.connection, &store.name, &store.vault, ids)?;
            store.examine(&mut listed, Some(ids))?;
            store.with_details(&listed)
        })?;
        self.completed(sessions)
    }

    /// Takes sessions off the list and keeps all that is known of them, for when they are added
    /// again. Returns how many were on it.
    pub fn archive(
        &mut self,
        ids: &[SessionId],
        made: impl Into<Made>,
    ) -> Result<usize, PersistError> {
        let made = made.into();
        let named = self.listed_named(ids)?;
        let on_list = named.iter().filter(|session| session.own.archived_at.is_none());
        let archived: Vec<OutboxMessage> = on_list
            .map(|session| {
                OutboxMessage::Kept(session.id(), AnnotationChange::Archived(true), made.clone())
            })
            .collect();
        self.post(&archived)?;
        Ok(archived.len())
    }
}
