//! `fetch`: ask Yoti once for sessions of the watch-list, and print what changed.

use std::collections::BTreeSet;

use tokio::time::Instant;

use super::args::Global;
use super::ask::{self, Pace, retried};
use super::exit::{self, Failure};
use super::output::{data, warn};
use super::progress::Progress;
use super::{named, setup, words};
use crate::api::client::Client;
use crate::api::{ApiError, SessionApi};
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::domain::assessment::stage;
use crate::domain::session::ids::SessionId;
use crate::domain::watchlist::outbox::OutboxMessage;
use crate::domain::watchlist::watched::WatchedSession;
use crate::persist::{PersistError, Persistence};
use crate::store::{Observation, Store};

pub(super) async fn fetch(global: &Global, texts: &[String], timeout: &str) -> Result<u8, Failure> {
    let config = setup::config(global)?;
    let wait = setup::timeout(timeout)?;
    let ids = named::ids(global, &config, texts)?;
    let client = setup::client(&config)?;
    let mut persistence = setup::store(global, &config)?;
    let known = setup::load_named(&mut persistence, &ids)?;
    let mut codes = BTreeSet::new();
    let mut on_list = Vec::new();
    for id in ids {
        match setup::on_list(&known, id) {
            Ok(()) => on_list.push(id),
            Err(failure) => {
                warn(&failure.to_string());
                codes.insert(failure.code());
            }
        }
    }
    let (mut store, _reader) = Store::new(known);
    let (mut progress, all) = (Progress::on_terminal(global.quiet), on_list.len());
    let (mut pace, mut deadline) = (Pace::new(config.refresh.max_rps), ask::within(wait));
    for (number, id) in on_list.into_iter().enumerate() {
        if all > 1 {
            progress.say(&format!("refreshing, {} of {all}", number + 1));
        }
        let before = store.snapshot().sessions.get(id).map_or(0, |s| s.timeline.len());
        let asked = ask(&client, &mut store, id, &mut pace, deadline).await;
        progress.done();
        let code = asked.as_ref().err().map_or(exit::OK, exit::of_api);
        codes.insert(code);
        match &asked {
            // `--timeout` holds for each session: a long list would run out of one for all.
            Ok(()) => deadline = ask::within(wait),
            Err(error) => warn(&format!("{id}: {error}")),
        }
        let Some(session) = store.snapshot().sessions.get(id).cloned() else { continue };
        let mut kept = session.as_ref().clone();
        if asked.is_ok() {
            kept.poll.last_ok = Some(SystemClock.now());
        }
        // Kept before it is told: a reader that goes away costs nothing.
        match persistence.learn(&[std::sync::Arc::new(kept)]) {
            // What was fetched is shown all the same.
            Err(why @ PersistError::Sealed) => warn(&format!("warning: {why}")),
            other => other?,
        }
        // A running dashboard learns it too.
        persistence.post(&[OutboxMessage::Asked(Some(id))])?;
        if asked.is_ok() || session.timeline.len() > before {
            data(&told(&session, before, &config))?;
        }
    }
    Ok(exit::of_several(&codes))
}

/// The stage, and what is new in the timeline.
fn told(session: &WatchedSession, before: usize, config: &Config) -> String {
    let now = SystemClock.now();
    let stage = stage::derive(session, &config.rules, now).stage;
    let mut text = format!("{}  {}\n", session.id(), words::stage(&stage, now));
    for event in session.timeline.iter().skip(before) {
        text += &format!("  {}  {}\n", words::time(event.at, &config.zone), words::event(event));
    }
    if session.timeline.len() == before {
        text += "  nothing new\n";
    }
    text
}

/// Result, configuration and letter. That Yoti knows no such session is not kept: it is gone only
/// when Yoti says so twice, some time apart, which a running dashboard finds out.
pub(super) async fn ask(
    client: &Client<SystemClock>,
    store: &mut Store,
    id: SessionId,
    pace: &mut Pace,
    deadline: Instant,
) -> Result<(), ApiError> {
    pace.slot().await;
    let session = retried(deadline, || client.session(id)).await?;
    store.observe(id, Observation::Session(session));
    pace.slot().await;
    if let Ok(configuration) = retried(deadline, || client.configuration(id)).await {
        store.observe(id, Observation::Configuration(configuration));
    }
    pace.slot().await;
    match retried(deadline, || client.instructions(id)).await {
        Ok(letter) => {
            store.observe(id, Observation::Letter(letter));
        }
        Err(error) if error.is_no_letter() => {
            store.observe(id, Observation::LetterNotSet(SystemClock.now()));
        }
        Err(_other) => {}
    }
    Ok(())
}
