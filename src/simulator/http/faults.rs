//! Disturbances as data: switched on at `/_sim/faults`, or a part of a scenario (contract 12, S24).

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::answer::Reply;
use crate::domain::session::ids::SessionId;
use crate::simulator::json::put;

/// One disturbance; the first that fits a request acts.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Fault {
    /// Only this session; all without.
    pub(crate) session: Option<String>,
    /// Only this part: `session`, `configuration`, `instructions`, `media`, …; all without.
    pub(crate) part: Option<String>,
    /// Only paths (below the base) with this in them.
    pub(crate) path: Option<String>,
    /// Only the media of this name in the scenario, such as `passport page 0`.
    pub(crate) media: Option<String>,
    pub(crate) method: Option<String>,
    /// Lets so many requests pass first.
    pub(crate) after: u32,
    /// How many times it acts; for ever without.
    pub(crate) times: Option<u32>,
    pub(crate) status: Option<u16>,
    /// … and this body (as it is; not JSON is welcome).
    pub(crate) body: Option<String>,
    /// … or an error body with this code and no message.
    pub(crate) code: Option<String>,
    /// … and a message about this property.
    pub(crate) property: Option<String>,
    pub(crate) content_type: Option<String>,
    /// This `Content-Length`, whatever the body is.
    pub(crate) content_length: Option<u64>,
    pub(crate) retry_after: Option<String>,
    /// Wait this long (real time) first.
    pub(crate) delay_ms: u64,
    /// Close the connection in the middle of the answer after this many bytes.
    pub(crate) cut_after: Option<usize>,
    /// Reset the connection instead of an answer.
    pub(crate) reset: bool,
}

/// A request as faults see it.
pub(crate) struct Seen<'a> {
    pub(crate) session: Option<SessionId>,
    pub(crate) part: &'a str,
    pub(crate) path: &'a str,
    pub(crate) method: &'a str,
}

impl Fault {
    fn fits(&self, seen: &Seen<'_>) -> bool {
        let session = self.session.as_deref().map(SessionId::parse);
        session.is_none_or(|wanted| wanted.ok() == seen.session && seen.session.is_some())
            && self.part.as_deref().is_none_or(|wanted| wanted == seen.part)
            && self.path.as_deref().is_none_or(|wanted| seen.path.contains(wanted))
            && self.method.as_deref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(seen.method))
    }

    /// The answer that stands in for the real one.
    pub(crate) fn stand_in(&self) -> Option<Reply> {
        let status = self.status?;
        if let Some(body) = &self.body {
            return Some(Reply::bytes(status, "text/html", body.clone().into_bytes()));
        }
        if let Some(code) = &self.code {
            let mut body = json!({ "code": code });
            if let Some(property) = &self.property {
                let error = json!({ "property": property, "message": "must not be null or empty" });
                put(&mut body, "errors", json!([error]));
            }
            return Some(Reply::json(status, &body));
        }
        Some(match status {
            204 => Reply::empty(204),
            404 => Reply::error(404, "MEDIA_CONTENT_NOT_FOUND", "Media content not found"),
            429 => Reply::error(429, "TOO_MANY_REQUESTS", "Too many requests"),
            503 => Reply::error(503, "TEMPORARILY_UNAVAILABLE", "Temporarily unavailable"),
            status => Reply::error(status, "SERVER_ERROR", "Server error"),
        })
    }
}

/// Takes the fault that acts on a request, and counts it.
pub(crate) fn acting(faults: &mut Vec<Fault>, seen: &Seen<'_>) -> Option<Fault> {
    let mut place = None;
    for (number, fault) in faults.iter_mut().enumerate().filter(|(_, fault)| fault.fits(seen)) {
        if fault.after == 0 {
            place = Some(number);
            break;
        }
        fault.after -= 1;
    }
    let place = place?;
    let fault = faults.get_mut(place)?;
    let acting = fault.clone();
    if let Some(times) = &mut fault.times {
        *times = times.saturating_sub(1);
        if *times == 0 {
            // Taken away, so that the next one in the list has its turn.
            faults.remove(place);
        }
    }
    Some(acting)
}
