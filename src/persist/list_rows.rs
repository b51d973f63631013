//! The list by its rows alone, as far as these have a brief that will do.

use rusqlite::Connection;

use super::PersistError;
use super::brief_text::Derivations;
use super::header::SessionMark;
use super::key::Vault;
use super::rows::{self, ListedRow, RawRow};
use crate::domain::watchlist::storage::StoreFault;
use crate::domain::watchlist::watched::WatchedSession;

/// A session of the list with its brief, or the row that it is made of.
pub(super) enum BriefRow {
    // No box: what is freed between the sessions that stay would never be returned.
    Session(WatchedSession),
    /// A brief can only be made of what stands beside this row.
    Row(Box<ListedRow>),
}

/// The list, and what all its rows add to the digest.
pub(super) fn list_and_marks(
    connection: &Connection,
    store: &str,
    vault: &Vault,
    which: Derivations,
) -> Result<(Vec<BriefRow>, Vec<SessionMark>), PersistError> {
    let read = |mut raw: RawRow| {
        let found = raw.read(store, vault);
        (found.map(|found| BriefRow::of(found.listed(), which)), raw.mark(store, vault))
    };
    let (rows, marks): (Vec<_>, Vec<_>) = rows::each_session(connection, read)?.into_iter().unzip();
    Ok((rows.into_iter().flatten().collect(), marks))
}

impl BriefRow {
    /// The session, where its row will do. `which`: whether a brief of an earlier derivation does.
    pub(super) fn of(listed: ListedRow, which: Derivations) -> Self {
        let row = listed.row;
        if row.is_alone() || row.storage.fault.is_some() {
            return Self::Session(row.watched());
        }
        match row.brief.clone() {
            Some(brief) if which.has(&brief) => Self::Session(row.with(brief, None)),
            _ => Self::Row(Box::new(ListedRow { row, ..listed })),
        }
    }

    /// Why something of it is not believed.
    pub(super) const fn fault(&self) -> Option<StoreFault> {
        match self {
            Self::Session(watched) => watched.storage.fault,
            Self::Row(listed) => listed.row.storage.fault,
        }
    }
}
