//! Checks and reports (contract 4).
//!
//! Owns the field names of a check. A type that is not known is read by the same fields.

use super::cursor::Cursor;
use super::resource::media_below;
use crate::domain::check::{Check, Report, SubCheck};
use crate::domain::ids::{CheckId, ResourceId};
use crate::domain::server_text::ServerText;
use crate::domain::wire_enum::{CheckState, CheckType, Process, Recommendation, SubCheckResult};

pub(super) fn one(item: &Cursor<'_>) -> Option<Check> {
    let report = item.object("report");
    Some(Check {
        id: CheckId::new(item.id("id")?),
        check_type: item.name("type").map(CheckType::from_wire),
        state: item.name("state").map(CheckState::from_wire),
        resources_used: item.texts("resources_used").into_iter().map(ResourceId::new).collect(),
        report: report.as_ref().map(self::report),
        scheme: item.text("scheme"),
        media: media_below(item),
        created: item.time(&["created", "created_at"]),
        last_updated: item.time(&["last_updated"]),
    })
}

fn report(report: &Cursor<'_>) -> Report {
    let recommendation = report.object("recommendation");
    let part = |key: &str| recommendation.as_ref().and_then(|r| r.text(key));
    let breakdown = report.list("breakdown");
    Report {
        recommendation: recommendation
            .as_ref()
            .and_then(|r| r.name("value"))
            .map(Recommendation::from_wire),
        reason: part("reason"),
        recovery_suggestion: part("recovery_suggestion"),
        breakdown: breakdown.iter().filter_map(sub_check).collect(),
        total_hits: report.object("watchlist_summary").and_then(|w| w.scalar("total_hits")),
    }
}

fn sub_check(item: &Cursor<'_>) -> Option<SubCheck> {
    let details = item.list("details");
    Some(SubCheck {
        name: item.id("sub_check")?,
        result: item.name("result").map(SubCheckResult::from_wire),
        process: item.name("process").map(Process::from_wire),
        details: details.iter().flat_map(detail).collect(),
    })
}

/// `{name, value}`; an item with other keys gives one pair for each (contract 4.3).
fn detail(item: &Cursor<'_>) -> Vec<(ServerText, ServerText)> {
    if let (Some(name), Some(value)) = (item.text("name"), item.scalar("value")) {
        return vec![(name, value)];
    }
    item.entries()
        .filter_map(|(key, _)| Some((ServerText::from(key.as_str()), item.scalar(key)?)))
        .collect()
}
