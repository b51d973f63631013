//! From an answer's text to the typed view, element by element (contract 3–7, tolerance rules 11).
//!
//! Owns the field names of the contract. Must never fail for a field: what cannot be read becomes a
//! `Drift`, and the rest stays.

mod check;
mod cursor;
mod requirement;
mod resource;

use serde_json::Value;

use super::ApiErrorKind;
use crate::domain::configuration::Configuration;
use crate::domain::ids::{MediaId, RequirementId, SessionId};
use crate::domain::instructions::{Branch, Instructions, PromisedDocument};
use crate::domain::session::{IdentityProfile, Session};
use crate::domain::wire_enum::{CheckType, IdentityProfileOutcome, RequirementType, SessionState};
use cursor::{Cursor, Drifts};

/// Reads a session result; `asked` is the session that was asked for.
///
/// # Errors
/// [`ApiErrorKind::NotFromYoti`] when the text is no object or speaks of another session (A18).
pub fn session(raw: &str, asked: SessionId) -> Result<Session, ApiErrorKind> {
    session_value(&parsed(raw)?, asked)
}

/// Reads a configuration.
///
/// # Errors
/// As [`session`].
pub fn configuration(raw: &str, asked: SessionId) -> Result<Configuration, ApiErrorKind> {
    configuration_value(&parsed(raw)?, asked)
}

/// Reads the instructions.
///
/// # Errors
/// [`ApiErrorKind::NotFromYoti`] when the text is no object.
pub fn instructions(raw: &str) -> Result<Instructions, ApiErrorKind> {
    instructions_value(&parsed(raw)?)
}

fn parsed(raw: &str) -> Result<Value, ApiErrorKind> {
    serde_json::from_str(raw)
        .map_err(|_position| ApiErrorKind::NotFromYoti("the answer is not JSON"))
}

/// The root object, after the check that it speaks of the session asked for. A missing id is taken
/// as the one asked for: the path was signed.
fn root<'a>(
    value: &'a Value,
    asked: SessionId,
    drifts: &'a Drifts,
) -> Result<Cursor<'a>, ApiErrorKind> {
    let root = Cursor::root(value, drifts)
        .ok_or(ApiErrorKind::NotFromYoti("the answer is no JSON object"))?;
    match root.text("session_id") {
        Some(id) if SessionId::parse(id.as_raw()) == Ok(asked) => Ok(root),
        Some(_) => Err(ApiErrorKind::NotFromYoti("the answer speaks of another session")),
        None => {
            root.note("session_id", "nothing");
            Ok(root)
        }
    }
}

pub(super) fn session_value(value: &Value, asked: SessionId) -> Result<Session, ApiErrorKind> {
    let drifts = Drifts::default();
    let root = root(value, asked, &drifts)?;
    let resources = root.object("resources").map(|all| resource::all(&all)).unwrap_or_default();
    let checks = root.list("checks").into_iter().filter_map(|item| check::one(&item)).collect();
    let identity_profile = profile(&root, "identity_profile", false)
        .or_else(|| profile(&root, "advanced_identity_profile", true));
    Ok(Session {
        id: asked,
        state: root.name("state").map(SessionState::from_wire),
        client_session_token_ttl: root.integer("client_session_token_ttl"),
        user_tracking_id: root.text("user_tracking_id"),
        biometric_consent: root.time(&["biometric_consent"]),
        resources,
        checks,
        identity_profile,
        media: resource::media_below(&root),
        drift: drifts.take(),
    })
}

fn profile(root: &Cursor<'_>, key: &str, advanced: bool) -> Option<IdentityProfile> {
    let profile = root.object(key)?;
    let report = profile.object("identity_profile_report");
    Some(IdentityProfile {
        advanced,
        result: profile.name("result").map(IdentityProfileOutcome::from_wire),
        reason_code: profile.object("failure_reason").and_then(|why| why.text("reason_code")),
        media: report
            .and_then(|report| report.object("media"))
            .and_then(|media| media.text("id"))
            .map(MediaId::new),
    })
}

pub(super) fn configuration_value(
    value: &Value,
    asked: SessionId,
) -> Result<Configuration, ApiErrorKind> {
    let drifts = Drifts::default();
    let root = root(value, asked, &drifts)?;
    let requirements = root
        .object("capture")
        .map(|capture| capture.list("required_resources"))
        .unwrap_or_default()
        .into_iter()
        .filter_map(|item| requirement::one(&item))
        .collect();
    Ok(Configuration {
        session_id: asked,
        client_session_token_ttl: root.integer("client_session_token_ttl"),
        requested_checks: root
            .texts("requested_checks")
            .iter()
            .map(|name| CheckType::from_wire(name.as_raw()))
            .collect(),
        requirements,
        drift: drifts.take(),
    })
}

pub(super) fn instructions_value(value: &Value) -> Result<Instructions, ApiErrorKind> {
    let drifts = Drifts::default();
    let root = Cursor::root(value, &drifts)
        .ok_or(ApiErrorKind::NotFromYoti("the answer is no JSON object"))?;
    let documents = root.list("documents").into_iter().filter_map(|item| {
        let document = item.object("document");
        let part = |key: &str| document.as_ref().and_then(|d| d.text(key));
        Some(PromisedDocument {
            requirement_id: RequirementId::new(item.id("requirement_id")?),
            kind: document.as_ref().and_then(|d| d.name("type")).map(RequirementType::from_wire),
            country_code: part("country_code"),
            document_type: part("document_type"),
        })
    });
    let documents = documents.collect();
    let branch = root.object("branch").map(|branch| Branch {
        branch_type: branch.text("type"),
        fad_code: branch.text("fad_code"),
        name: branch.text("name"),
        address: branch.text("address"),
        post_code: branch.text("post_code").or_else(|| branch.text("postcode")),
    });
    Ok(Instructions {
        contact_profile_exists: root.flag("contact_profile_exists"),
        documents,
        branch,
        drift: drifts.take(),
    })
}
