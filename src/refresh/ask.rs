//! One request, and what its failure may mean for all.

use jiff::Timestamp;

use super::breaker::Outage;
use super::schedule::PollJob;
use crate::api::{ApiError, ApiErrorKind, SessionApi};
use crate::domain::server_text::ServerText;
use crate::domain::session::answer::Fingerprint;
use crate::domain::session::observation::Observation;
use crate::domain::session::parts::Part;
use crate::domain::session::wire_enum::ErrorCode;

/// Whether a failure may be everybody's, and why.
pub(super) fn cause(error: &ApiError) -> Option<Outage> {
    if error.is_app_not_found() {
        return Some(Outage::AppNotFound);
    }
    match &error.kind {
        ApiErrorKind::ClockSkew(seconds) => Some(Outage::ClockSkew(*seconds)),
        ApiErrorKind::Status(status @ (401 | 403)) => {
            // The header shows this code: only words of the contract (9.2) may stand there,
            // never a server's.
            let code = error.code.as_ref().and_then(ErrorCode::known_name);
            Some(Outage::Refused(*status, code.map(str::to_owned)))
        }
        ApiErrorKind::TokenRefused(status) => Some(Outage::Refused(*status, None)),
        ApiErrorKind::Unavailable(status, _) => Some(Outage::Unavailable(*status)),
        ApiErrorKind::Unreachable(why) => Some(Outage::Offline(why.to_string())),
        // A redirect of every call is a proxy or a wrong base URL, not a state of a session.
        ApiErrorKind::Timeout(_) | ApiErrorKind::Redirect(_) => {
            Some(Outage::Offline(error.summary()))
        }
        ApiErrorKind::Foreign(..) | ApiErrorKind::NotFromYoti(_) => {
            Some(Outage::NotYoti(error.summary()))
        }
        _ => None,
    }
}

/// How a request ended, with what the log says of it.
pub(super) struct Told {
    pub(super) outcome: Result<Observation, ApiError>,
    pub(super) status: Option<u16>,
    pub(super) request_id: Option<ServerText>,
}

/// One request; the fingerprint is of what is known of that part. That no letter is set is an answer too.
pub(super) async fn ask<A: SessionApi>(
    api: &A,
    job: PollJob,
    known: Option<Fingerprint>,
    now: Timestamp,
) -> Told {
    let answer = api.poll(job.id, job.part, known).await;
    let (status, request_id) = match &answer {
        Ok(_) => (Some(200), None),
        Err(error) => (error.http_status(), error.request_id.clone()),
    };
    let outcome = answer.or_else(|error| match job.part {
        Part::Letter if error.is_no_letter() => Ok(Observation::LetterNotSet(now)),
        _ => Err(error),
    });
    Told { outcome, status, request_id }
}
