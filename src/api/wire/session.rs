//! The session result itself (contract 3.1, 3.7).

use serde_json::Value;

use super::cursor::JsonCursor;
use super::notes::Notes;
use super::resource::{self, media, media_in};
use super::{check, root};
use crate::api::ApiErrorKind;
use crate::domain::session::ids::{ResourceId, SessionId};
use crate::domain::session::profile::{
    FrameworkCompliance, IdentityProfile, ProfileFailure, RequirementNotMet, SchemeCompliance,
};
use crate::domain::session::share::{DigitalIdShare, ShareError};
use crate::domain::session::{ImportToken, Session};

pub(in crate::api) fn value(value: &Value, asked: SessionId) -> Result<Session, ApiErrorKind> {
    let notes = Notes::default();
    let root = root(value, asked, &notes)?;
    let resources = root.object("resources").map(|all| resource::all(&all)).unwrap_or_default();
    let checks: Vec<_> = root.list("checks").iter().map(check::one).collect();
    let mut session = Session {
        id: asked,
        state: root.value("state"),
        client_session_token_ttl: root.integer("client_session_token_ttl"),
        user_tracking_id: root.text("user_tracking_id"),
        organisation_name: root.text("organisation_name"),
        company_name: root.object("company_profile").and_then(|of| of.text("company_name")),
        biometric_consent: root.time(&["biometric_consent"]),
        resources,
        shares: root.list("digital_id_shares").iter().map(share).collect(),
        // A check that cannot be read must not make the rest look like a pass.
        unreadable_checks: root.length("checks") - checks.len(),
        checks,
        identity_profile: profile(&root, "identity_profile"),
        advanced_identity_profile: profile(&root, "advanced_identity_profile"),
        identity_profile_preview: media_in(&root, "identity_profile_preview"),
        advanced_identity_profile_preview: media_in(&root, "advanced_identity_profile_preview"),
        import_token: root.object("import_token").map(|token| ImportToken {
            media: media(&token, "import_token"),
            failure_reason: token.text("failure_reason"),
        }),
        applicant_profile: media_in(&root, "applicant_profile"),
        media: resource::media_below(&root),
        extra: root.rest(),
        unknown: Vec::new(),
        drift: Vec::new(),
    };
    (session.drift, session.unknown) = notes.take();
    Ok(session)
}

fn share(item: &JsonCursor<'_>) -> DigitalIdShare {
    let error = item.object("error");
    DigitalIdShare {
        id: item.id(),
        provider: item.text("provider"),
        document_type: item.text("document_type"),
        issuing_country: item.text("issuing_country"),
        created_at: item.time(&["created_at", "created"]),
        last_updated: item.time(&["last_updated"]),
        resource_id: item.text("resource_id").map(ResourceId::new),
        error: error.map(|error| ShareError {
            code: error.text("code"),
            description: error.text("description"),
        }),
        extra: item.rest(),
    }
}

fn profile(root: &JsonCursor<'_>, key: &str) -> Option<IdentityProfile> {
    let profile = root.object(key)?;
    let report = profile.object("identity_profile_report");
    let mut compliance = Vec::new();
    if let Some(report) = &report {
        // The simple profile has one framework in the report
        // itself, the advanced one a list (contract 3.7).
        if report.entries().any(|(key, _)| key == "trust_framework" || key == "schemes_compliance")
        {
            compliance.push(framework(report));
        }
        compliance.extend(report.list("compliance").iter().map(framework));
    }
    Some(IdentityProfile {
        subject_id: profile.text("subject_id"),
        result: profile.value("result"),
        failure: profile.object("failure_reason").as_ref().map(failure),
        compliance,
        media: report.as_ref().and_then(|report| media(report, "identity_profile_report")),
    })
}

fn failure(reason: &JsonCursor<'_>) -> ProfileFailure {
    let details = reason.list("requirements_not_met_details");
    ProfileFailure {
        reason_code: reason.text("reason_code"),
        details: details
            .iter()
            .map(|detail| RequirementNotMet {
                failure_type: detail.text("failure_type"),
                document_type: detail.text("document_type"),
                document_country_iso_code: detail.text("document_country_iso_code"),
                audit_id: detail.text("audit_id"),
                details: detail.text("details"),
            })
            .collect(),
    }
}

fn framework(item: &JsonCursor<'_>) -> FrameworkCompliance {
    let schemes = item.list("schemes_compliance");
    FrameworkCompliance {
        trust_framework: item.value("trust_framework"),
        schemes: schemes.iter().map(scheme).collect(),
    }
}

fn scheme(item: &JsonCursor<'_>) -> SchemeCompliance {
    let scheme = item.object("scheme");
    let part = |key: &str| scheme.as_ref().and_then(|scheme| scheme.text(key));
    SchemeCompliance {
        scheme_type: part("type"),
        objective: part("objective"),
        label: part("label"),
        requirements_met: item.flag("requirements_met"),
        requirements_not_met_info: item.text("requirements_not_met_info"),
    }
}
