//! `fetch`: ask Yoti once for sessions of the watch-list, and print what changed.
//!
//! Owns nothing but the order of things; the store decides what is new.

use std::collections::BTreeSet;
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout_at};

use super::args::Global;
use super::exit::{self, Failure};
use super::output::{data, talk};
use super::{setup, words};
use crate::api::client::Client;
use crate::api::{ApiError, ApiErrorKind, Retry, SessionApi};
use crate::clock::{Clock, SystemClock};
use crate::config::parse_span;
use crate::domain::attention::assess;
use crate::domain::ids::SessionId;
use crate::persist::Persistence;
use crate::refresh::schedule::unsigned;
use crate::store::{Observation, Store};

pub(super) async fn fetch(global: &Global, texts: &[String], timeout: &str) -> Result<u8, Failure> {
    let ids = setup::ids(texts)?;
    let config = setup::config(global)?;
    let deadline = Instant::now() + unsigned(parse_span(timeout).map_err(Failure::Usage)?);
    let client = setup::client(&config)?;
    let mut persistence = setup::store(global, &config)?;
    let known = setup::load(&mut persistence)?;
    for id in &ids {
        setup::find(&known, *id)?;
    }
    let (mut store, reader) = Store::new(known);
    let mut codes = BTreeSet::new();
    for id in ids {
        let before = store.snapshot().sessions.get(id).map_or(0, |s| s.timeline.len());
        match ask(&client, &mut store, id, deadline).await {
            Ok(()) => {
                codes.insert(exit::OK);
            }
            Err(error) => {
                talk(&format!("{id}: {error}"));
                codes.insert(exit::of_api(&error));
            }
        }
        let snapshot = reader.borrow().clone();
        let Some(session) = snapshot.sessions.get(id) else { continue };
        let stage = assess(session, &config.rules, SystemClock.now()).stage;
        let mut text = format!("{id}  {}\n", words::stage(&stage, SystemClock.now()));
        for event in session.timeline.iter().skip(before) {
            text += &format!("  {}  {}\n", event.at, words::event(event));
        }
        if session.timeline.len() == before {
            text += "  nothing new\n";
        }
        data(&text)?;
        let mut kept = session.as_ref().clone();
        if codes.contains(&exit::OK) {
            kept.poll.last_ok = Some(SystemClock.now());
        }
        persistence.save(&[std::sync::Arc::new(kept)])?;
    }
    Ok(match codes.len() {
        0 | 1 => codes.first().copied().unwrap_or(exit::OK),
        _ => exit::PARTLY,
    })
}

/// Result, configuration and letter; a 404 is an answer that the store keeps too.
async fn ask(
    client: &Client<SystemClock>,
    store: &mut Store,
    id: SessionId,
    deadline: Instant,
) -> Result<(), ApiError> {
    let session = match retried(deadline, || client.session(id)).await {
        Err(error) if error.is_missing() => {
            store.observe(id, Observation::Missing(SystemClock.now()));
            return Err(error);
        }
        other => other?,
    };
    store.observe(id, Observation::Session(session));
    if let Ok(configuration) = retried(deadline, || client.configuration(id)).await {
        store.observe(id, Observation::Configuration(configuration));
    }
    match retried(deadline, || client.instructions(id)).await {
        Ok(letter) => {
            store.observe(id, Observation::Letter(letter));
        }
        Err(error) if error.is_missing() || error.status() == Some(409) => {
            store.observe(id, Observation::LetterNotSet(SystemClock.now()));
        }
        Err(_other) => {}
    }
    Ok(())
}

/// Tries again as the error says, at most three times, and never past the deadline.
async fn retried<T, F>(deadline: Instant, call: impl Fn() -> F) -> Result<T, ApiError>
where
    F: Future<Output = Result<T, ApiError>>,
{
    let mut wait = Duration::from_millis(500);
    for attempt in 1.. {
        let late = ApiError::from(ApiErrorKind::Timeout("--timeout"));
        let error = match timeout_at(deadline, call()).await {
            Ok(Ok(answer)) => return Ok(answer),
            Ok(Err(error)) => error,
            Err(_elapsed) => return Err(late),
        };
        let pause = match error.retry() {
            Retry::Never => return Err(error),
            Retry::After(pause) => pause,
            Retry::BackOff => wait,
        };
        if attempt == 3 || Instant::now() + pause > deadline {
            return Err(error);
        }
        sleep(pause).await;
        wait *= 2;
    }
    Err(ApiErrorKind::Timeout("--timeout").into())
}
