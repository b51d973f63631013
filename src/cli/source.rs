//! Where `show` and `export` get sessions from: the store, and Yoti for those that are not on the
//! watch-list.

use std::collections::BTreeSet;
use std::time::Duration;

use super::args::Global;
use super::ask::{self, Asker};
use super::exit::Failure;
use super::output::warn;
use super::setup;
use crate::api::ApiError;
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::domain::session::ids::SessionId;
use crate::domain::watchlist::open_session::OpenSession;
use crate::domain::watchlist::watched::WatchedSession;
use crate::store::Store;

/// The sessions that were found, and the exit codes of the others.
pub(super) struct FoundSession {
    pub(super) sessions: Vec<OpenSession>,
    pub(super) codes: BTreeSet<u8>,
}

impl FoundSession {
    fn miss(&mut self, failure: &Failure) {
        warn(&failure.to_string());
        self.codes.insert(failure.code());
    }
}

/// The one session of a command.
pub(super) async fn session(
    global: &Global,
    config: &Config,
    id: SessionId,
    timeout: &str,
) -> Result<OpenSession, Failure> {
    let wait = setup::timeout(timeout)?;
    let stored = setup::load_named(setup::store(global, config)?.as_mut(), &[id])?;
    match setup::find(&stored, id) {
        Ok(session) => setup::opened_session(session.clone()),
        Err(failure) if global.offline => Err(failure),
        Err(_not_on_the_list) => {
            setup::opened_session(unlisted(&Asker::new(config)?, id, wait).await?)
        }
    }
}

/// The sessions of a command that takes several. Those
/// that cannot be had are named on standard error.
pub(super) async fn sessions(
    global: &Global,
    config: &Config,
    ids: &[SessionId],
    timeout: &str,
) -> Result<FoundSession, Failure> {
    if let [id] = ids {
        let sessions = vec![session(global, config, *id, timeout).await?];
        return Ok(FoundSession { sessions, codes: BTreeSet::new() });
    }
    let wait = setup::timeout(timeout)?;
    let stored = setup::load_named(setup::store(global, config)?.as_mut(), ids)?;
    let mut found = FoundSession { sessions: Vec::new(), codes: BTreeSet::new() };
    let mut asker = None;
    for id in ids {
        let failure = match setup::find(&stored, *id) {
            Ok(session) => {
                found.sessions.push(setup::opened_session(session.clone())?);
                continue;
            }
            Err(failure) => failure,
        };
        if global.offline {
            found.miss(&failure);
            continue;
        }
        // Made when it is first needed: sessions that are stored need no key.
        let made = asker.take().map_or_else(|| Asker::new(config), Ok);
        match made {
            Ok(made) => {
                match unlisted(&made, *id, wait).await {
                    Ok(session) => found.sessions.push(setup::opened_session(session)?),
                    Err(why) => {
                        warn(&format!("{id}: {why}"));
                        found.codes.insert(super::exit::of_api(&why));
                    }
                }
                asker = Some(made);
            }
            Err(failure) => found.miss(&failure),
        }
    }
    Ok(found)
}

/// A session that is not on the watch-list, as Yoti has it now.
async fn unlisted(
    asker: &Asker,
    id: SessionId,
    wait: Duration,
) -> Result<WatchedSession, ApiError> {
    let unknown = setup::unknown(id, SystemClock.now());
    let told = asker.ask(id, ask::within(wait)).await?;
    let (mut store, _reader) = Store::new(vec![unknown.clone()]);
    for observation in told {
        store.observe(id, observation);
    }
    let known = store.snapshot().sessions.get(id).map(|session| WatchedSession::clone(session));
    let mut session = known.unwrap_or(unknown);
    session.poll.last_ok = SystemClock.now().into();
    Ok(session)
}
