//! Identity profiles of both kinds, with what else the session made of a person: previews, the
//! import token (contract 3.1, 3.7).
//!
//! The data behind a profile is never shown.

use super::lines::Lines;
use super::{Pane, row, titled};
use crate::app::text::unknown_fields::free_text;
use crate::app::text::words::{self, server};
use crate::app::view::{Cell, CheckForm, CheckRow, Glyph, Tone};
use crate::domain::personal::Privacy;
use crate::domain::session::ImportToken;
use crate::domain::session::profile::{
    FrameworkCompliance, IdentityProfile, ProfileFailure, SchemeCompliance,
};
use crate::domain::session::wire_enum::IdentityProfileOutcome;
use crate::reasons::{self, Kind};

/// The groups of both profiles and of the import token, as far as there are any.
pub(super) fn rows(pane: &Pane<'_>) -> Vec<CheckRow> {
    let session = pane.session;
    let mut rows = Vec::new();
    for (key, name, profile, preview) in [
        (
            "identity_profile",
            "identity profile",
            &session.identity_profile,
            &session.identity_profile_preview,
        ),
        (
            "advanced_identity_profile",
            "advanced identity profile",
            &session.advanced_identity_profile,
            &session.advanced_identity_profile_preview,
        ),
    ] {
        if profile.is_none() && preview.is_none() {
            continue;
        }
        rows.push(titled(format!("group {key}"), name, &[]));
        if let Some(profile) = profile {
            rows.push(profile_row(pane, key, profile));
            if pane.open.contains(key) {
                rows.extend(lines(pane, key, profile));
            }
        }
        if let Some(media) = preview {
            let mut lines = Lines::new(&format!("{key} preview"), pane.width);
            lines.media("preview", media, "personal data, not shown");
            rows.extend(lines.rows);
        }
    }
    if let Some(token) = &session.import_token {
        rows.push(titled("group import_token".to_owned(), "import token", &[]));
        rows.extend(import_token(pane, token));
    }
    rows
}

fn sign(profile: &IdentityProfile) -> (Glyph, Tone) {
    if profile.is_aborted() {
        (Glyph::Reject, Tone::Bad)
    } else if profile.is_met() {
        (Glyph::Approve, Tone::Good)
    } else {
        (Glyph::Refer, Tone::Notice)
    }
}

fn profile_row(pane: &Pane<'_>, key: &str, profile: &IdentityProfile) -> CheckRow {
    let glyph = sign(profile);
    let not_met = schemes(profile).filter(|s| s.requirements_met == Some(false)).count();
    let reason = profile.reason_code().map_or_else(
        || {
            let text = if not_met > 0 {
                words::count(not_met, "scheme") + " not met"
            } else {
                String::new()
            };
            Cell::new(text, Tone::Notice)
        },
        |code| {
            let unknown = reasons::explained(Kind::Profile, code.as_raw()).is_none();
            words::marked(code.as_raw(), unknown, Tone::Plain)
        },
    );
    CheckRow {
        glyph,
        name: Cell::plain(key),
        recommendation: profile.result.as_ref().map_or_else(
            || Cell::new("no result", Tone::Notice),
            |result| words::marked(result.as_raw(), result.is_unknown(), glyph.1),
        ),
        reason,
        expandable: true,
        expanded: pane.open.contains(key),
        ..row(key.to_owned(), CheckForm::Check)
    }
}

fn schemes(profile: &IdentityProfile) -> impl Iterator<Item = &SchemeCompliance> {
    profile.compliance.iter().flat_map(|framework| &framework.schemes)
}

fn lines(pane: &Pane<'_>, key: &str, profile: &IdentityProfile) -> Vec<CheckRow> {
    let mut lines = Lines::new(key, pane.width);
    let privacy = pane.times.openness.of(pane.session.id);
    match (&profile.failure, &profile.result) {
        (Some(failure), _) => why(&mut lines, failure, privacy),
        (None, Some(result @ IdentityProfileOutcome::Aborted)) => {
            lines.say("reason", "Yoti gave none.", Tone::Plain);
            lines.explain(Kind::Profile, result.as_raw(), "means");
        }
        (None, Some(result)) => lines.explain(Kind::Profile, result.as_raw(), "means"),
        (None, None) => {}
    }
    for framework in &profile.compliance {
        compliance(&mut lines, framework, privacy);
    }
    if let Some(media) = &profile.media {
        lines.media("report", media, "personal data, not shown");
    }
    if let Some(subject) = &profile.subject_id {
        lines.say("subject", &free_text("", "subject_id", subject, privacy), Tone::Dim);
    }
    lines.rows
}

fn why(lines: &mut Lines, failure: &ProfileFailure, privacy: Privacy) {
    match &failure.reason_code {
        Some(code) => lines.code("reason", Kind::Profile, code),
        None => lines.say("reason", "Yoti gave none.", Tone::Plain),
    }
    for detail in &failure.details {
        let document = [&detail.document_type, &detail.document_country_iso_code];
        let mut parts: Vec<String> = document.into_iter().flatten().map(server).collect();
        if parts.is_empty() {
            parts.push("no document given".to_owned());
        }
        let mut text = parts.join(" ");
        if let Some(failure) = &detail.failure_type {
            text = format!("{text} · {}", server(failure));
        }
        lines.say("document", &text, Tone::Strong);
        if let Some(words) = &detail.details {
            let words = free_text("requirements_not_met_details", "details", words, privacy);
            lines.say("", &words, Tone::Plain);
        }
        if let Some(audit) = &detail.audit_id {
            lines.say("", &format!("audit id {}", server(audit)), Tone::Dim);
        }
    }
}

fn compliance(lines: &mut Lines, framework: &FrameworkCompliance, privacy: Privacy) {
    let name = framework.trust_framework.as_ref().map_or_else(
        || "no framework given".to_owned(),
        |known| words::marked(known.as_raw(), known.is_unknown(), Tone::Plain).text,
    );
    if framework.schemes.is_empty() {
        lines.say("framework", &format!("{name}: no scheme given"), Tone::Plain);
    }
    for scheme in &framework.schemes {
        let (glyph, word) = match scheme.requirements_met {
            Some(true) => ((Glyph::Approve, Tone::Good), "met"),
            Some(false) => ((Glyph::Reject, Tone::Bad), "not met"),
            // Optional on the wire (contract 3.7): nothing said is neither met nor failed.
            None => ((Glyph::Refer, Tone::Notice), "not stated"),
        };
        let parts = [&scheme.scheme_type, &scheme.objective].into_iter().flatten().map(server);
        let label = scheme.label.as_ref();
        let label = label.map(|label| free_text("scheme", "label", label, privacy));
        let parts: Vec<String> = parts.chain(label).collect();
        let mut row = lines.row(CheckForm::Part);
        row.glyph = glyph;
        row.name = Cell::plain(format!("{name} {}", parts.join(" ")).trim_end());
        row.recommendation = Cell::new(word, glyph.1);
        lines.rows.push(row);
        if let Some(info) = &scheme.requirements_not_met_info {
            let info = free_text("schemes_compliance", "requirements_not_met_info", info, privacy);
            lines.say("why", &info, Tone::Plain);
        }
    }
}

fn import_token(pane: &Pane<'_>, token: &ImportToken) -> Vec<CheckRow> {
    let mut lines = Lines::new("import_token", pane.width);
    match (&token.media, &token.failure_reason) {
        (None, None) => lines.say("token", "not made yet", Tone::Dim),
        (media, failure) => {
            if let Some(media) = media {
                lines.media("token", media, "not shown");
            }
            if let Some(failure) = failure {
                let privacy = pane.times.openness.of(pane.session.id);
                let failure = free_text("import_token", "failure_reason", failure, privacy);
                lines.say("not made", &failure, Tone::Notice);
            }
        }
    }
    lines.rows
}

#[cfg(test)]
mod tests {
    use super::super::tests::{done, has, media, opened, said};
    use super::*;
    use crate::domain::session::profile::RequirementNotMet;
    use crate::domain::session::wire_enum::{MediaType, TrustFramework};

    #[test]
    fn an_aborted_profile_stands_on_top_with_its_reason_and_details_by_document() {
        let mut session = done(Vec::new());
        session.identity_profile = Some(IdentityProfile {
            result: Some(IdentityProfileOutcome::Aborted),
            failure: Some(ProfileFailure {
                reason_code: Some("MANDATORY_DOCUMENT_NOT_PROVIDED".into()),
                details: vec![
                    RequirementNotMet {
                        failure_type: Some("ID_DOCUMENT_EXTRACTION".into()),
                        document_type: Some("PASSPORT".into()),
                        document_country_iso_code: Some("GBR".into()),
                        audit_id: Some("a-1".into()),
                        details: Some("NOT_PROVIDED".into()),
                    },
                    RequirementNotMet::default(),
                ],
            }),
            ..IdentityProfile::default()
        });
        let rows = opened(session);
        let first: Vec<String> = said(&rows).into_iter().take(2).collect();
        assert_eq!(
            first,
            ["identity profile", "✗ identity_profile ABORTED MANDATORY_DOCUMENT_NOT_PROVIDED"]
        );
        has(
            &rows,
            &[
                "means A document that the identity profile needs was not supplied.",
                "document PASSPORT GBR · ID_DOCUMENT_EXTRACTION",
                "NOT_PROVIDED",
                "audit id a-1",
                "document no document given",
            ],
        );
    }

    #[test]
    fn an_advanced_profile_tells_each_scheme_and_what_else_was_made() {
        let scheme = |kind: &str, met, info: Option<&str>| SchemeCompliance {
            scheme_type: Some(kind.into()),
            objective: Some("STANDARD".into()),
            label: None,
            requirements_met: met,
            requirements_not_met_info: info.map(Into::into),
        };
        let mut session = done(Vec::new());
        session.advanced_identity_profile = Some(IdentityProfile {
            result: Some(IdentityProfileOutcome::Done),
            compliance: vec![
                FrameworkCompliance {
                    trust_framework: Some(TrustFramework::from_wire("UK_TFIDA")),
                    schemes: vec![
                        scheme("DBS", Some(true), None),
                        scheme("RTW", Some(false), Some("no")),
                    ],
                },
                FrameworkCompliance::default(),
            ],
            media: Some(media("prof", MediaType::Json)),
            ..IdentityProfile::default()
        });
        session.advanced_identity_profile_preview = Some(media("pre", MediaType::Json));
        session.import_token =
            Some(ImportToken { media: None, failure_reason: Some("TOO_LATE".into()) });
        has(
            &opened(session),
            &[
                "? advanced_identity_profile DONE 1 scheme not met",
                "✓ UK_TFIDA DBS STANDARD met",
                "✗ UK_TFIDA RTW STANDARD not met",
                "why no",
                "framework no framework given: no scheme given",
                "report JSON prof · personal data, not shown",
                "preview JSON pre · personal data, not shown",
                "import token",
                "not made TOO_LATE",
            ],
        );
    }
}
