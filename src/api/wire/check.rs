//! Checks and reports (contract 4).
//!
//! A type that is not known is read by the same fields.

use super::cursor::JsonCursor;
use super::resource::{generated_media, media_below, media_in};
use super::watchlist;
use crate::domain::server_text::ServerText;
use crate::domain::session::check::{Check, Report, SubCheck};
use crate::domain::session::ids::{CheckId, ResourceId};

pub(super) fn one(item: &JsonCursor<'_>) -> Check {
    Check {
        id: CheckId::new(item.id()),
        check_type: item.value("type"),
        state: item.value("state"),
        resources_used: item.texts("resources_used").into_iter().map(ResourceId::new).collect(),
        report: item.object("report").as_ref().map(report),
        scheme: item.text("scheme"),
        generated_media: generated_media(item),
        generated_profile: media_in(item, "generated_profile"),
        media: media_below(item),
        // Checks say `created`, resources `created_at`; either is taken (contract 11 #19).
        created: item.time(&["created", "created_at"]),
        last_updated: item.time(&["last_updated"]),
        // Last: what stands above has been read by now, so only what is unknown is left.
        extra: item.rest(),
    }
}

fn report(report: &JsonCursor<'_>) -> Report {
    let recommendation = report.object("recommendation");
    let part = |key: &str| recommendation.as_ref().and_then(|r| r.text(key));
    let breakdown = report.list("breakdown");
    Report {
        recommendation: recommendation.as_ref().and_then(|r| r.value("value")),
        reason: part("reason"),
        recovery_suggestion: part("recovery_suggestion"),
        breakdown: breakdown.iter().map(sub_check).collect(),
        watchlist: report.object("watchlist_summary").as_ref().map(watchlist::summary),
    }
}

fn sub_check(item: &JsonCursor<'_>) -> SubCheck {
    let details = item.list("details");
    SubCheck {
        name: item.needed("sub_check").unwrap_or_default(),
        result: item.value("result"),
        process: item.value("process"),
        details: details.iter().flat_map(detail).collect(),
    }
}

/// `{name, value}`; an item of another form gives one pair for
/// each scalar in it, an empty one an empty pair (contract 4.3).
fn detail(item: &JsonCursor<'_>) -> Vec<(ServerText, ServerText)> {
    let is = |wanted: &str| {
        item.entries()
            .any(|(key, v)| key == wanted && !v.is_null() && !v.is_object() && !v.is_array())
    };
    if is("name")
        && is("value")
        && let (Some(name), Some(value)) = (item.scalar("name"), item.scalar("value"))
    {
        return vec![(name, value)];
    }
    let pairs = item.rest();
    if pairs.is_empty() { vec![Default::default()] } else { pairs }
}
