//! The list by its rows alone: of a row that has a brief nothing is read that the list does not need.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use rusqlite::Connection;
use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::PersistError;
use super::brief_text::{self, Derivations};
use super::header::SessionMark;
use super::key::Vault;
use super::rows::{self, FoundRow, ListedRow, RawRow, session_place};
use crate::domain::brief::Brief;
use crate::domain::watchlist::annotations::{Annotations, Personal};
use crate::domain::watchlist::storage::{Storage, StoreFault};
use crate::domain::watchlist::watched::{PollState, WatchEntry, WatchedSession};

/// A session of the list with its brief, or the row that it is made of.
pub(super) enum BriefRow {
    // In a box: while they are read they stand in several lists, one after the other.
    Session(Box<WatchedSession>),
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
        let told = BriefRow::read(&mut raw, store, vault, which);
        (told, raw.mark(store, vault))
    };
    let (told, marks): (Vec<_>, Vec<_>) = rows::each(connection, read)?.into_iter().unzip();
    Ok((told.into_iter().flatten().collect(), marks))
}

impl BriefRow {
    /// `None`: what stands there is no session.
    fn read(raw: &mut RawRow, store: &str, vault: &Vault, which: Derivations) -> Option<Self> {
        let (id, position, version) = (raw.id?, raw.position, raw.version);
        let place = session_place(store, id, version);
        let row = match vault.open_in_place(place, &mut raw.body) {
            Ok(text) => match in_brief(text, which) {
                Some(watched) => return Some(Self::Session(Box::new(watched))),
                None => serde_json::from_slice(text).map_err(|_unreadable| StoreFault::Altered),
            },
            Err(fault) => Err(fault),
        };
        Some(Self::of(FoundRow { position, id, version, row }.listed(), which))
    }

    /// The session, where its row will do. `which`: whether a brief of an earlier derivation does.
    pub(super) fn of(listed: ListedRow, which: Derivations) -> Self {
        let row = listed.row;
        if row.is_alone() || row.storage.fault.is_some() {
            return Self::Session(Box::new(row.watched()));
        }
        match row.brief.clone() {
            Some(brief) if which.has(&brief) => Self::Session(Box::new(row.with(brief, None))),
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

/// What the list needs of the body of a row ([`rows::SessionRow`]).
#[derive(Deserialize)]
struct ListText {
    entry: WatchEntry,
    own: Option<Annotations>,
    #[serde(default)]
    personal: Personal,
    #[serde(default)]
    storage: Storage,
    last_ok: Option<Timestamp>,
    #[serde(default)]
    manifest: ManifestText,
    #[serde(default, deserialize_with = "brief_text::deserialize")]
    brief: Option<Arc<Brief>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ManifestText {
    answers: HasMembers,
    events: u64,
}

/// Whether a JSON object has any members.
#[derive(Default)]
struct HasMembers(bool);

impl<'de> Deserialize<'de> for HasMembers {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = HasMembers;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut all: A) -> Result<HasMembers, A::Error> {
                let mut any = false;
                while all.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {
                    any = true;
                }
                Ok(HasMembers(any))
            }
        }
        from.deserialize_map(Members)
    }
}

/// The session of such a body; `None`: all of the row is needed.
fn in_brief(text: &[u8], which: Derivations) -> Option<WatchedSession> {
    let row: ListText = serde_json::from_slice(text).ok()?;
    let brief = row.brief.filter(|brief| which.has(brief))?;
    let is_alone = !row.manifest.answers.0 && row.manifest.events == 0;
    if is_alone || row.storage.fault.is_some() {
        return None;
    }
    Some(WatchedSession {
        own: row.own.map_or_else(Annotations::nothing, Arc::new),
        personal: row.personal,
        brief,
        detail: None,
        poll: PollState { last_ok: row.last_ok, ..PollState::default() },
        storage: row.storage,
        ..WatchedSession::new(row.entry)
    })
}
