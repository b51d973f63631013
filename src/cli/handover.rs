//! `handover`: the state of things for the next shift, as Markdown without personal data.
//!
//! Owns the chapters. Who needs somebody and why is `domain::attention`'s.

use jiff::Timestamp;

use super::args::{Global, Handover};
use super::exit::{self, Failure};
use super::output::data;
use super::{list, setup, stats, words};
use crate::app::spoken;
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::domain::attention::{Assessment, Reason, assess};
use crate::domain::funnel;
use crate::domain::happening::told_since;
use crate::domain::personal::{Privacy, label};
use crate::domain::stage::Stage;
use crate::domain::watched::WatchedSession;
use crate::export::plain_markdown;

/// One session with what is to be said of it.
struct Item<'a> {
    session: &'a WatchedSession,
    assessment: Assessment,
}

pub(super) fn run(global: &Global, args: &Handover) -> Result<u8, Failure> {
    let config = setup::config(global)?;
    let mut store = setup::store(global, &config)?;
    let now = SystemClock.now();
    let from = stats::since(Some(&args.since), now)?.unwrap_or(now);
    let known = list::filtered(global, &config, setup::load(&mut store)?, now)?;
    let items: Vec<Item<'_>> = known
        .iter()
        .map(|session| Item { session, assessment: assess(session, &config.rules, now) })
        .collect();
    data(&text(&items, &config, (from, now)))?;
    Ok(exit::OK)
}

fn text(items: &[Item<'_>], config: &Config, (from, now): (Timestamp, Timestamp)) -> String {
    let time = |at: Timestamp| {
        at.to_zoned_datetime(config.zone.clone()).strftime("%Y-%m-%d %H:%M %Z").to_string()
    };
    let mut text = format!(
        "# Handover, {} ({})\n\nState of {}, what happened since {}. References that look like a \
         person's are hidden.\n\n",
        plain_markdown(&config.profile),
        plain_markdown(&config.environment),
        time(now),
        time(from)
    );
    let needs = |reason: Reason| {
        items.iter().filter(move |item| {
            let quiet = item.assessment.hush.is_some();
            !quiet && item.assessment.findings.iter().any(|finding| finding.reason == reason)
        })
    };
    for (title, reason) in [
        ("At a counter now", Reason::AtCounter),
        ("Perhaps turned away", Reason::TurnedAway),
        ("REJECT", Reason::Rejected),
        ("Due soon", Reason::DueSoon),
        ("To be looked at", Reason::Refer),
        ("Data is stale", Reason::Stale),
    ] {
        let lines: Vec<String> = needs(reason).map(|item| line(item, reason)).collect();
        text += &chapter(title, &lines);
    }
    let hushed: Vec<String> = items
        .iter()
        .filter(|item| item.assessment.hush.is_some())
        .map(|item| format!("- {}: {}", name(item.session), stage(item, now)))
        .collect();
    text += &chapter("Acknowledged or snoozed", &hushed);
    let happened: Vec<String> =
        items.iter().flat_map(|item| events(item, config, (from, now))).collect();
    text += &chapter("Happened", &happened);
    let counted: Vec<&WatchedSession> = items.iter().map(|item| item.session).collect();
    let sum = funnel::funnel(&counted, &config.rules, now);
    text + &format!(
        "## All\n\n{} sessions: {} under way, {} completed ({} approved, {} REJECT, {} to be looked \
         at), {} expired, {} gone.\n",
        sum.sessions,
        sum.ongoing,
        sum.completed,
        sum.approved,
        sum.rejected,
        sum.referred,
        sum.expired,
        sum.gone
    )
}

/// Nothing where there is nothing to say.
fn chapter(title: &str, lines: &[String]) -> String {
    if lines.is_empty() {
        return String::new();
    }
    format!("## {title} ({})\n\n{}\n\n", lines.len(), lines.join("\n"))
}

fn line(item: &Item<'_>, reason: Reason) -> String {
    let said = item.assessment.findings.iter().find(|finding| finding.reason == reason);
    let said = said.map_or("", |finding| finding.text.as_str());
    format!("- {}: {said}", name(item.session))
}

fn stage(item: &Item<'_>, now: Timestamp) -> String {
    match item.assessment.stage {
        Stage::Unknown(_) => "a state that is not known".to_owned(),
        ref stage => plain_markdown(&words::stage(stage, now)),
    }
}

/// What became true of a session in the time; not every resource and every check.
fn events(item: &Item<'_>, config: &Config, (from, now): (Timestamp, Timestamp)) -> Vec<String> {
    let told = told_since(item.session, &item.assessment, from, now);
    let line = |(at, kind): &(Timestamp, _)| {
        let at = words::time(*at, &config.zone);
        format!("- {}: {} at {at}", name(item.session), spoken::milestone(*kind))
    };
    told.iter().map(line).collect()
}

/// Reference and short ID; a reference that looks like a person's gives way to the ID alone.
fn name(session: &WatchedSession) -> String {
    let short = session.id().short();
    match &session.entry.reference {
        Some(reference) => {
            format!("**{}** ({short})", plain_markdown(&label(reference, Privacy::Masked)))
        }
        None => format!("**{short}**"),
    }
}
