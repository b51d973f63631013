//! Where `show` and `export` get sessions from: the store, and Yoti for those that are not on the
//! watch-list.

use std::collections::BTreeSet;
use std::time::Duration;

use super::args::Global;
use super::ask::{self, Pace};
use super::exit::Failure;
use super::output::warn;
use super::{fetch, setup};
use crate::api::ApiError;
use crate::api::client::Client;
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::domain::session::ids::SessionId;
use crate::domain::watchlist::watched::WatchedSession;
use crate::store::Store;

/// The sessions that were found, and the exit codes of the others.
pub(super) struct FoundSession {
    pub(super) sessions: Vec<WatchedSession>,
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
) -> Result<WatchedSession, Failure> {
    let wait = setup::timeout(timeout)?;
    let stored = setup::load_named(&mut setup::store(global, config)?, &[id])?;
    match setup::find(&stored, id) {
        Ok(session) => Ok(session.clone()),
        Err(failure) if global.offline => Err(failure),
        Err(_not_on_the_list) => Ok(unlisted(&setup::client(config)?, config, id, wait).await?),
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
    let stored = setup::load_named(&mut setup::store(global, config)?, ids)?;
    let mut found = FoundSession { sessions: Vec::new(), codes: BTreeSet::new() };
    let mut client = None;
    for id in ids {
        let failure = match setup::find(&stored, *id) {
            Ok(session) => {
                found.sessions.push(session.clone());
                continue;
            }
            Err(failure) => failure,
        };
        if global.offline {
            found.miss(&failure);
            continue;
        }
        // Made when it is first needed: sessions that are stored need no key.
        let made = client.take().map_or_else(|| setup::client(config), Ok);
        match made {
            Ok(made) => {
                match unlisted(&made, config, *id, wait).await {
                    Ok(session) => found.sessions.push(session),
                    Err(why) => {
                        warn(&format!("{id}: {why}"));
                        found.codes.insert(super::exit::of_api(&why));
                    }
                }
                client = Some(made);
            }
            Err(failure) => found.miss(&failure),
        }
    }
    Ok(found)
}

/// A session that is not on the watch-list, as Yoti has it now.
async fn unlisted(
    client: &Client<SystemClock>,
    config: &Config,
    id: SessionId,
    wait: Duration,
) -> Result<WatchedSession, ApiError> {
    let now = SystemClock.now();
    let (mut store, _reader) = Store::new(vec![setup::unknown(id, now)]);
    let mut pace = Pace::new(config.refresh.max_rps);
    fetch::ask(client, &mut store, id, &mut pace, ask::within(wait)).await?;
    let known = store.snapshot().sessions.get(id).map(|session| WatchedSession::clone(session));
    let mut session = known.unwrap_or_else(|| setup::unknown(id, now));
    session.poll.last_ok = Some(SystemClock.now());
    Ok(session)
}
