//! Asking Yoti where there may be nobody who can: offline, or without a key.

use jiff::Timestamp;

use crate::api::unreached::Unreached;
use crate::api::{ApiError, ApiErrorKind, SessionApi};
use crate::domain::session::Session;
use crate::domain::session::answer::{Answer, Fingerprint};
use crate::domain::session::configuration::Configuration;
use crate::domain::session::ids::SessionId;
use crate::domain::session::instructions::Instructions;
use crate::domain::session::observation::Observation;
use crate::domain::session::parts::Part;

impl<A: SessionApi> SessionApi for Option<A> {
    async fn session(&self, id: SessionId) -> Result<Answer<Session>, ApiError> {
        there(self.as_ref())?.session(id).await
    }

    async fn configuration(&self, id: SessionId) -> Result<Answer<Configuration>, ApiError> {
        there(self.as_ref())?.configuration(id).await
    }

    async fn instructions(&self, id: SessionId) -> Result<Answer<Instructions>, ApiError> {
        there(self.as_ref())?.instructions(id).await
    }

    async fn poll(
        &self,
        id: SessionId,
        part: Part,
        known: Option<Fingerprint>,
    ) -> Result<Observation, ApiError> {
        there(self.as_ref())?.poll(id, part, known).await
    }

    fn yoti_time(&self) -> Option<Timestamp> {
        self.as_ref()?.yoti_time()
    }
}

fn there<A>(api: Option<&A>) -> Result<&A, ApiError> {
    let nobody = || ApiErrorKind::Unreachable(Unreached::Offline).into();
    api.ok_or_else(nobody)
}
