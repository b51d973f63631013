//! The configuration itself (contract 5.1, 5.2, 5.6).

use serde_json::Value;

use super::notes::Notes;
use super::resource::media_in;
use super::{requirement, root};
use crate::api::ApiErrorKind;
use crate::domain::session::configuration::Configuration;
use crate::domain::session::ids::SessionId;

pub(in crate::api) fn value(
    value: &Value,
    asked: SessionId,
) -> Result<Configuration, ApiErrorKind> {
    let notes = Notes::default();
    let root = root(value, asked, &notes)?;
    let capture = root.object("capture");
    let required = capture.as_ref().map(|capture| capture.list("required_resources"));
    let mut configuration = Configuration {
        session_id: asked,
        client_session_token_ttl: root.integer("client_session_token_ttl"),
        requested_checks: root.values("requested_checks"),
        biometric_consent: capture.as_ref().and_then(|c| c.value("biometric_consent")),
        requirements: required.iter().flatten().map(requirement::one).collect(),
        applicant_profile: media_in(&root, "applicant_profile"),
        track_ip_address: root.flag("track_ip_address"),
        // Shown as it is: these settings decide nothing here (contract 5.6).
        sdk_config: root.object("sdk_config").map(|sdk| sdk.rest()).unwrap_or_default(),
        extra: root.rest(),
        unknown: Vec::new(),
        drift: Vec::new(),
    };
    (configuration.drift, configuration.unknown) = notes.take();
    Ok(configuration)
}
