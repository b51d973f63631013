//! What the log tells of an incident: how the connection stands, and each request.
//!
//! Sessions stand there by the short form of their ID, and nothing in a server's words.

use tracing::{debug, error, info, warn};

use super::calls::Ended;
use super::schedule::PollJob;
use crate::domain::events::session_event::standing;
use crate::domain::session::ids::SessionId;
use crate::domain::watchlist::snapshot::Connection;

/// Tells a change since `was`, and returns the word for how it stands now.
pub(super) fn connection(was: &str, now: &Connection) -> &'static str {
    let word = standing(now);
    if word == was {
        return word;
    }
    match now {
        Connection::Starting => info!("this process asks Yoti"),
        Connection::Live => info!(after = was, "Yoti answers"),
        Connection::Slowed { until } => {
            warn!(%until, "Yoti limits the requests (429): fewer are sent");
        }
        Connection::Offline { cause, .. } => {
            warn!(cause, "Yoti cannot be reached: one probe at a time is sent");
        }
        Connection::Unavailable { status, .. } => {
            warn!(status, "Yoti is unavailable: one probe at a time is sent");
        }
        Connection::Refused { status, code } => {
            error!(status, code, "Yoti refuses the key: one probe a minute is sent");
        }
        Connection::AppNotFound => error!("key and SDK ID do not belong together"),
        Connection::ClockSkew(ahead) => {
            error!(seconds = ahead.as_secs(), "Yoti refuses the signature: the clock is off");
        }
        Connection::Following => info!("another process asks Yoti: its results are shown"),
        Connection::Silent { since } => warn!(%since, "the process that polls has no answer"),
        Connection::NoHolder => warn!("no process polls Yoti: the local store cannot be written"),
        Connection::Disabled => info!("offline: nothing is asked"),
    }
    word
}

/// Each request when it has ended, whatever came of it.
pub(super) fn asked(ended: &Ended) {
    let (session, part) = (ended.job.id.short(), ended.job.part);
    let (status, took_ms) = (ended.told.status, ended.took.as_millis());
    debug!(session, ?part, status, took_ms, "asked");
}

/// A request that has failed.
pub(super) fn failed(job: PollJob, status: Option<u16>) {
    let (session, part) = (job.id.short(), job.part);
    warn!(session, ?part, status, "no response");
}

/// Yoti has no such session any more.
pub(super) fn gone(id: SessionId) {
    info!(session = id.short(), "Yoti has no such session any more");
}
