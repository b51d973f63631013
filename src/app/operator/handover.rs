//! The state of things for the next shift, as Markdown without personal data.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::app::stage_words;
use crate::app::text::narration;
use crate::domain::assessment::attention::{Assessment, assess};
use crate::domain::assessment::funnel;
use crate::domain::assessment::reason::Reason;
use crate::domain::assessment::rules::Rules;
use crate::domain::assessment::stage::Stage;
use crate::domain::events::session_event::told_since;
use crate::domain::personal::Privacy;
use crate::domain::watchlist::watched::WatchedSession;
use crate::text::markdown;

/// What a shift is where nobody says for how long.
pub const SHIFT: SignedDuration = SignedDuration::from_hours(8);

/// What the text says of the references in it.
const MASKED: &str = "References that are not plainly identifiers are masked.";
const NOT_MASKED: &str = "References are NOT masked.";

/// Whose shift ends, and when it began.
#[derive(Clone, Copy, Debug)]
pub struct Shift<'a> {
    pub profile: &'a str,
    /// `live`, `sandbox`, `demo`, ….
    pub environment: &'a str,
    /// For stages, deadlines and labels.
    pub rules: &'a Rules,
    /// How much of the labels is shown.
    pub privacy: Privacy,
    /// For the times in it.
    pub zone: &'a TimeZone,
    /// What happened since then is told.
    pub from: Timestamp,
    pub now: Timestamp,
}

/// One session with what is to be said of it.
struct HandoverItem<'a> {
    session: &'a WatchedSession,
    assessment: Assessment,
}

/// The handover as Markdown, for these sessions.
#[must_use]
pub fn text<'a>(
    sessions: impl IntoIterator<Item = &'a WatchedSession>,
    shift: &Shift<'_>,
) -> String {
    let items = sessions.into_iter();
    let items: Vec<HandoverItem<'_>> = items
        .map(|session| HandoverItem {
            session,
            assessment: assess(session, shift.rules, shift.now),
        })
        .collect();
    let time = |at: Timestamp| {
        at.to_zoned_datetime(shift.zone.clone()).strftime("%Y-%m-%d %H:%M %Z").to_string()
    };
    let mut text = format!(
        "# Handover, {} ({})\n\nAs of {}; events since {}. {}\n\n",
        markdown(shift.profile),
        markdown(shift.environment),
        time(shift.now),
        time(shift.from),
        if shift.privacy.hides() { MASKED } else { NOT_MASKED }
    );
    let needs = |reason: Reason| {
        items.iter().filter(move |item| {
            // What was acknowledged has a chapter of its
            // own: the next shift need not look at it again.
            let quiet = item.assessment.hush.is_some();
            !quiet && item.assessment.findings.iter().any(|finding| finding.reason == reason)
        })
    };
    for (title, reason) in [
        ("Possibly turned away", Reason::TurnedAway),
        ("REJECT", Reason::Rejected),
        ("Due soon", Reason::DueSoon),
        ("To review", Reason::Refer),
        ("Failing requests", Reason::Stale),
        ("At a counter now", Reason::AtCounter),
    ] {
        let lines: Vec<String> = needs(reason).map(|item| line(item, reason, shift)).collect();
        text += &chapter(title, &lines);
    }
    let hushed: Vec<String> = items
        .iter()
        .filter(|item| item.assessment.hush.is_some())
        .map(|item| format!("- {}: {}", name(item.session, shift), stage(item, shift.now)))
        .collect();
    text += &chapter("Acknowledged or snoozed", &hushed);
    let happened: Vec<String> = items.iter().flat_map(|item| events(item, shift)).collect();
    text += &chapter("Happened", &happened);
    let counted: Vec<&WatchedSession> = items.iter().map(|item| item.session).collect();
    let sum = funnel::funnel(&counted, shift.rules, shift.now);
    text + &format!(
        "## All\n\n{}: {} ongoing, {} completed ({} approved, {} REJECT, {} to review), {} expired, \
         {} gone.\n",
        crate::text::count(sum.sessions, "session"),
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

fn line(item: &HandoverItem<'_>, reason: Reason, shift: &Shift<'_>) -> String {
    let said = item.assessment.findings.iter().find(|finding| finding.reason == reason);
    let said = said.map(|finding| markdown(finding.text.as_raw())).unwrap_or_default();
    format!("- {}: {said}", name(item.session, shift))
}

fn stage(item: &HandoverItem<'_>, now: Timestamp) -> String {
    let stage = &item.assessment.stage;
    if let Stage::Unknown(_) = stage {
        return "an unknown state".to_owned();
    }
    markdown(&stage_words(stage, now).text)
}

/// What became true of a session in the time; not every resource and every check.
fn events(item: &HandoverItem<'_>, shift: &Shift<'_>) -> Vec<String> {
    let told = told_since(item.session, &item.assessment, shift.from, shift.now);
    let line = |(at, kind): &(Timestamp, _)| {
        let at = at.to_zoned_datetime(shift.zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%:z");
        format!("- {}: {} at {at}", name(item.session, shift), narration::milestone(*kind))
    };
    told.iter().map(line).collect()
}

/// Reference and short ID, the reference as far as it may be shown.
fn name(session: &WatchedSession, shift: &Shift<'_>) -> String {
    let short = session.id().short();
    match shift.rules.labels.reference(session, shift.privacy) {
        Some(reference) => format!("**{}** ({short})", markdown(&reference)),
        None => format!("**{short}**"),
    }
}
