//! What stands below an open check: verdict and what it means, parts, hits, what it looked at.

use super::lines::Lines;
use super::{Pane, name_of};
use crate::app::text::unknown_fields::free_text;
use crate::app::text::words::{self, server, wire};
use crate::app::view::{Cell, CheckForm, CheckRow, Glyph, Tone};
use crate::domain::personal::Privacy;
use crate::domain::session::check::{Check, Report, SubCheck};
use crate::domain::session::resource::Resource;
use crate::domain::session::watchlist::{WatchlistSearch, WatchlistSummary};
use crate::domain::session::wire_enum::{
    CheckState, Recommendation, SubCheckResult, WatchlistAccount,
};
use crate::reasons::{self, Kind};

/// The lines of an open check.
pub(super) fn lines(pane: &Pane<'_>, check: &Check, of: Option<&Resource>) -> Vec<CheckRow> {
    let mut lines = Lines::new(check.id.text().as_raw(), pane.width);
    if !check.is_of_known_type() {
        let text = "This build does not know this check: it counts as refer, whatever its result.";
        lines.say("not known", text, Tone::Notice);
    }
    if of.is_some_and(|of| pane.is_superseded(of)) {
        let text = "Superseded by a later attempt; its result still counts for the stage.";
        lines.say("attempt", text, Tone::Notice);
    }
    standing(&mut lines, check);
    let privacy = pane.times.openness.of(pane.session.id);
    if let Some(report) = &check.report {
        verdict(&mut lines, report);
        parts(&mut lines, report, privacy);
        if let Some(found) = &report.watchlist {
            watchlist(&mut lines, found, privacy);
        }
    }
    looked_at(&mut lines, pane, check);
    made(&mut lines, pane, check);
    lines.extra(&check.extra, privacy);
    lines.rows
}

/// Where an unfinished check stands, or one that ended without a report.
fn standing(lines: &mut Lines, check: &Check) {
    match &check.state {
        None => lines.say("state", "The response has no state for this check.", Tone::Notice),
        Some(CheckState::Done) => {
            if check.report.is_none() {
                let text = "DONE, but without a report: there is no recommendation.";
                lines.say("report", text, Tone::Notice);
            }
        }
        Some(CheckState::Unknown(_)) => {
            let text = "This build does not know this state: the check counts as refer.";
            lines.say("state", text, Tone::Notice);
        }
        Some(known) => lines.explain(Kind::CheckState, known.as_raw(), "means"),
    }
}

fn verdict(lines: &mut Lines, report: &Report) {
    match (&report.recommendation, &report.reason) {
        (Some(Recommendation::Unknown(_)), _) => {
            let text = "This build does not know this recommendation: the check counts as refer.";
            lines.say("advice", text, Tone::Notice);
        }
        (Some(Recommendation::Approve) | None, _) | (_, Some(_)) => {}
        (Some(value), None) => {
            lines.say("reason", "Yoti gave none.", Tone::Plain);
            lines.explain(Kind::Recommendation, value.as_raw(), "means");
        }
    }
    if let Some(reason) = &report.reason {
        lines.code("reason", Kind::Reason, reason);
    }
    if let Some(suggestion) = &report.recovery_suggestion {
        lines.code("suggests", Kind::Recovery, suggestion);
    }
}

fn parts(lines: &mut Lines, report: &Report, privacy: Privacy) {
    if report.breakdown.is_empty() {
        lines.say("parts", "no breakdown in the report", Tone::Dim);
    }
    for part in &report.breakdown {
        let row = sub_check(part, lines.row(CheckForm::Part));
        lines.rows.push(row);
        for (name, value) in &part.details {
            let value = free_text("details", "value", value, privacy);
            lines.say("", &format!("{} {value}", server(name)), Tone::Dim);
        }
        if part.result != Some(SubCheckResult::Pass) {
            lines.explain(Kind::SubCheck, part.name.as_raw(), "looks at");
        }
    }
}

fn sub_check(part: &SubCheck, row: CheckRow) -> CheckRow {
    let glyph = match &part.result {
        Some(SubCheckResult::Pass) => (Glyph::Approve, Tone::Good),
        Some(SubCheckResult::Fail) => (Glyph::Reject, Tone::Bad),
        Some(_) => (Glyph::Refer, Tone::Notice),
        None => (Glyph::NotYet, Tone::Dim),
    };
    let unknown = reasons::explained(Kind::SubCheck, part.name.as_raw()).is_none();
    CheckRow {
        glyph,
        name: words::marked(part.name.as_raw(), unknown, Tone::Plain),
        on: part.process.as_ref().map_or_else(
            || Cell::plain(""),
            |process| words::marked(process.as_raw(), process.is_unknown(), Tone::Dim),
        ),
        recommendation: part.result.as_ref().map_or_else(
            || Cell::new("no result", Tone::Dim),
            |result| words::marked(result.as_raw(), result.is_unknown(), glyph.1),
        ),
        ..row
    }
}

fn watchlist(lines: &mut Lines, found: &WatchlistSummary, privacy: Privacy) {
    if let Some(hits) = &found.total_hits {
        // It need not equal the sum of the parts (contract 4.6).
        lines.say("hits", &format!("{} in total, by Yoti's count", server(hits)), Tone::Strong);
    }
    if !found.associated_country_codes.is_empty() {
        let codes: Vec<String> = found.associated_country_codes.iter().map(server).collect();
        lines.say("countries", &codes.join(" "), Tone::Plain);
    }
    if let Some(media) = &found.raw_results {
        lines.media("results", media, "the hits themselves, personal data");
    }
    if let Some(search) = &found.search {
        for (number, text) in searched(search, privacy).iter().enumerate() {
            lines.say(if number == 0 { "search" } else { "" }, text, Tone::Plain);
        }
    }
}

/// How a watchlist was searched, one aspect a line (contract 4.6).
fn searched(search: &WatchlistSearch, privacy: Privacy) -> Vec<String> {
    let known = |raw: &str, unknown: bool| words::marked(raw, unknown, Tone::Plain).text;
    let yes = |flag: bool| if flag { "yes" } else { "no" };
    let mut said = Vec::new();
    if !search.categories.is_empty() {
        let categories: Vec<String> = search.categories.iter().map(server).collect();
        said.push(format!("categories {}", categories.join(", ")));
    }
    if let Some(account) = &search.account {
        let key =
            if *account == WatchlistAccount::Custom { ", its api_key never shown" } else { "" };
        said.push(format!("account {}{key}", known(account.as_raw(), account.is_unknown())));
    }
    if let Some(sources) = &search.sources {
        let mut parts = vec!["sources".to_owned()];
        parts.extend(sources.kind.as_ref().map(|kind| known(kind.as_raw(), kind.is_unknown())));
        parts.extend(sources.types.iter().map(server));
        parts.extend(sources.search_profile.as_ref().map(server));
        said.push(parts.join(" "));
    }
    if let Some(matching) = &search.matching {
        let mut parts = vec!["matching".to_owned()];
        parts.extend(matching.kind.as_ref().map(|kind| known(kind.as_raw(), kind.is_unknown())));
        parts.extend(matching.exact_match.as_ref().map(|v| format!("exact_match {}", server(v))));
        parts.extend(matching.fuzziness.as_ref().map(|v| format!("fuzziness {}", server(v))));
        said.push(parts.join(" "));
    }
    for (label, flag) in [
        ("remove_deceased", search.remove_deceased),
        ("share_url", search.share_url),
        ("monitoring", search.monitoring),
    ] {
        said.extend(flag.map(|flag| format!("{label} {}", yes(flag))));
    }
    let free = |field: &str, text| free_text("search_config", field, text, privacy);
    said.extend(
        search.client_ref.as_ref().map(|text| format!("client_ref {}", free("client_ref", text))),
    );
    let tags = search.tags.iter();
    said.extend(tags.map(|(name, value)| format!("tag {} {}", server(name), free("tags", value))));
    said
}

fn looked_at(lines: &mut Lines, pane: &Pane<'_>, check: &Check) {
    if check.resources_used.is_empty() {
        lines.say("used", "no resource given", Tone::Dim);
    }
    for (number, used) in check.resources_used.iter().enumerate() {
        let resource = pane.session.resources.iter().find(|resource| resource.id == *used);
        let name = resource.map_or_else(|| "not in the response".to_owned(), name_of);
        let later = resource.is_some_and(|r| pane.is_superseded(r));
        let attempt = if later { " · earlier attempt" } else { "" };
        let text = format!("{name}{attempt} {}", server(used.text()));
        lines.say(if number == 0 { "used" } else { "" }, &text, Tone::Dim);
    }
}

fn made(lines: &mut Lines, pane: &Pane<'_>, check: &Check) {
    if let Some(scheme) = &check.scheme {
        lines.say("scheme", &server(scheme), Tone::Plain);
    }
    for media in &check.generated_media {
        lines.media("made", media, "");
    }
    if let Some(media) = &check.generated_profile {
        lines.media("profile", media, "what was searched for, personal data");
    }
    let tasks = pane.session.resources.iter().flat_map(|resource| &resource.tasks);
    for task in tasks.filter(|task| task.generated_checks.iter().any(|made| made.id == check.id)) {
        let kind = task.task_type.as_ref().map_or("?", |kind| kind.as_raw());
        lines.say("from task", &wire(kind), Tone::Dim);
    }
    let times = [("created", check.created), ("updated", check.last_updated)];
    let times: Vec<String> = times
        .iter()
        .filter_map(|(word, at)| Some(format!("{word} {}", pane.times.of_day((*at)?))))
        .collect();
    if !times.is_empty() {
        lines.say("times", &times.join(" · "), Tone::Dim);
    }
    lines.say("check id", &server(check.id.text()), Tone::Dim);
}
