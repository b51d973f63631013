//! What several commands need: configuration, client, store.
//!
//! Owns putting other rooms together, no logic of theirs.

use std::sync::Arc;

use super::args::Global;
use super::exit::Failure;
use super::output::talk;
use crate::api::client::Client;
use crate::api::key::SigningKey;
use crate::clock::SystemClock;
use crate::config::{self, Config, Environment, Flags};
use crate::domain::ids::SessionId;
use crate::domain::watched::WatchedSession;
use crate::persist::sqlite::Sqlite;
use crate::persist::{PersistError, Persistence};

pub(super) fn flags(global: &Global) -> Flags {
    Flags {
        theme: global.theme.clone(),
        config: global.config.clone(),
        profile: global.profile.clone(),
        max_rps: global.max_rps,
        offline: global.offline,
        interval: global.interval.clone(),
    }
}

pub(super) fn config(global: &Global) -> Result<Config, Failure> {
    Ok(config::resolve(&flags(global), &Environment::of_process())?)
}

pub(super) fn client(config: &Config) -> Result<Client<SystemClock>, Failure> {
    let (sdk_id, key_file) = config.credentials()?;
    let key = Arc::new(SigningKey::from_file(key_file)?);
    Ok(Client::new(&config.client_options(sdk_id), key, SystemClock)?)
}

/// Opens the store beside a dashboard that may be running; says what had to be mended.
pub(super) fn store(global: &Global, config: &Config) -> Result<Sqlite, Failure> {
    if global.no_state {
        return Err(Failure::Usage(
            "this command works on the local store: not with --no-state".into(),
        ));
    }
    let opened = Sqlite::open(&config.store, false)?;
    if let Some(warning) = opened.warning {
        talk(&format!("warning: {warning}"));
    }
    Ok(opened.persistence)
}

pub(super) fn ids(texts: &[String]) -> Result<Vec<SessionId>, Failure> {
    texts
        .iter()
        .map(|text| {
            SessionId::parse(text).map_err(|why| {
                Failure::Usage(format!("{}: {why}", crate::text::shown_str(text, 60)))
            })
        })
        .collect()
}

/// Finds a session of the watch-list.
pub(super) fn find(sessions: &[WatchedSession], id: SessionId) -> Result<&WatchedSession, Failure> {
    sessions.iter().find(|session| session.id() == id).ok_or_else(|| {
        Failure::NotFound(format!(
            "session {id} is not on the watch-list; add it: branchwatch add {id}"
        ))
    })
}

pub(super) fn load(store: &mut impl Persistence) -> Result<Vec<WatchedSession>, PersistError> {
    store.load()
}
