//! A store whose file was removed or replaced while it was held.

use rusqlite::Connection;

use crate::domain::watchlist::outbox::OutboxMessage;
use crate::domain::watchlist::watched::WatchedSession;
use crate::persist::header::Header;
use crate::persist::key::Vault;
use crate::persist::{detail_rows, posts, rows};

/// Its connection is still open, and has the answers that the store in its place is to get.
#[derive(Debug)]
pub(super) struct Former {
    pub(super) connection: Connection,
    pub(super) vault: Vault,
    pub(super) name: String,
}

impl Former {
    /// What others left in it, and its holder has not taken in.
    pub(super) fn waiting(&self) -> Vec<OutboxMessage> {
        let Self { connection, vault, .. } = self;
        let header = Header::read(connection, vault);
        header.and_then(|header| posts::waiting(connection, &header, vault)).unwrap_or_default()
    }

    /// The session with its detail, where it has none at hand and this one has it.
    pub(super) fn whole(&self, session: &WatchedSession) -> Option<WatchedSession> {
        if session.detail.is_some() {
            return None;
        }
        let Self { connection, vault, name } = self;
        let listed = rows::named(connection, name, vault, &[session.id()]).ok()?;
        let read = detail_rows::complete(connection, name, vault, listed).ok()?.pop()?;
        let detail = read.detail.filter(|_| read.storage.fault.is_none())?;
        Some(WatchedSession { detail: Some(detail), ..session.clone() })
    }
}
