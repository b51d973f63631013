//! What concerns the session as a whole: how it was set up, and what this build does not know.

use super::media::media;
use super::{TreeWords, extra, leaf, maybe, value};
use crate::app::text::unknown_fields::{fields_of, unknown_value};
use crate::app::text::words::{self, server, wire};
use crate::app::view::{Cell, Tone, TreeNode};
use crate::domain::session::extra::{Drift, Extra, UnknownValue};
use crate::domain::watchlist::open_session::OpenSession;

/// How the session was set up (contract 3.1, 5.1, 5.6).
pub(super) fn facts(session: &OpenSession, times: &TreeWords<'_>) -> Option<TreeNode> {
    let mut found = Vec::new();
    if let Some(configuration) = session.configuration() {
        if let Some(consent) = &configuration.biometric_consent {
            let cell = value(Some((consent.as_raw(), consent.is_unknown())), "");
            found.push(leaf("biometric consent", cell));
        }
        found.extend(requested(&configuration.requested_checks));
    }
    if let Some(answer) = session.session() {
        found.extend(maybe("organisation", answer.organisation_name.as_ref().map(server)));
        found.extend(maybe("company", answer.company_name.as_ref().map(server)));
        found.extend(maybe("consent given", answer.biometric_consent.map(|at| times.of_day(at))));
        found.extend(maybe("user tracking id", answer.user_tracking_id.as_ref().map(server)));
    }
    let profiles = [
        session.configuration().and_then(|configuration| configuration.applicant_profile.as_ref()),
        session.session().and_then(|answer| answer.applicant_profile.as_ref()),
    ];
    let profile = profiles.into_iter().flatten().next();
    found.extend(profile.map(|held| media("applicant profile", held, times)));
    if let Some(configuration) = session.configuration() {
        let tracked = configuration.track_ip_address.map(|yes| if yes { "yes" } else { "no" });
        found.extend(maybe("track_ip_address", tracked.map(str::to_owned)));
        found.extend(sdk_config(&configuration.sdk_config, times));
    }
    if found.is_empty() {
        return None;
    }
    let mut made =
        leaf("session configuration", Cell::new(words::count(found.len(), "fact"), Tone::Dim));
    made.children = found;
    Some(made)
}

fn requested(checks: &[crate::domain::session::wire_enum::CheckType]) -> Option<TreeNode> {
    if checks.is_empty() {
        return None;
    }
    let mut made = leaf("requested checks", Cell::plain(words::count(checks.len(), "type")));
    made.children = checks
        .iter()
        .map(|kind| {
            let mut made = leaf(kind.as_raw(), Cell::plain(""));
            made.label = words::marked(kind.as_raw(), kind.is_unknown(), Tone::Plain);
            made
        })
        .collect();
    Some(made)
}

fn sdk_config(settings: &Extra, times: &TreeWords<'_>) -> Option<TreeNode> {
    if settings.is_empty() {
        return None;
    }
    let mut made = leaf("sdk_config", Cell::plain(words::count(settings.len(), "setting")));
    let fields = fields_of("sdk_config", settings, times.privacy);
    made.children = fields.map(|field| leaf(&field.path, Cell::plain(field.value))).collect();
    Some(made)
}

/// Keys and values of the last answers that this build does not know, and what it could not read.
pub(super) fn unknown(session: &OpenSession, times: &TreeWords<'_>) -> Option<TreeNode> {
    let mut parts: Vec<(&str, &Extra, &[UnknownValue], &[Drift])> = Vec::new();
    if let Some(held) = session.session() {
        parts.push(("in the session result", &held.extra, &held.unknown, &held.drift));
    }
    if let Some(held) = session.configuration() {
        parts.push(("in the configuration", &held.extra, &held.unknown, &held.drift));
    }
    if let Some(held) = session.instructions() {
        parts.push(("in the letter", &held.extra, &held.unknown, &held.drift));
    }
    let mut found = Vec::new();
    for (name, keys, values, drift) in parts {
        let mut made = leaf(name, Cell::plain(""));
        made.children.extend(extra(keys, times));
        made.children.extend(values.iter().map(|unknown| {
            at(
                &unknown.pointer,
                Cell::new(unknown_value(unknown, times.privacy), Tone::Notice),
                "value",
            )
        }));
        made.children.extend(drift.iter().map(|drift| {
            at(&drift.pointer, Cell::new(drift.found, Tone::Notice), "not as documented")
        }));
        made.detail = Cell::plain(made.children.len().to_string());
        if !made.children.is_empty() {
            found.push(made);
        }
    }
    if found.is_empty() {
        return None;
    }
    let all: usize = found.iter().map(|part| part.children.len()).sum();
    let count = if all == 1 { "1 entry".to_owned() } else { format!("{all} entries") };
    let mut made = leaf("not known to this build", Cell::new(count, Tone::Notice));
    made.label.tone = Tone::Notice;
    made.children = found;
    Some(made)
}

/// A place in an answer, and what stands there.
fn at(pointer: &str, found: Cell, what: &str) -> TreeNode {
    let mut made = leaf(pointer, found);
    made.label.text = wire(pointer);
    made.status = Cell::new(what, Tone::Dim);
    made
}
