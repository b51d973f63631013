//! Rows of the list, the header and the alerts, made from sessions and figures.
//!
//! Owns what they say. Counters are those of the same sessions that the rows show (fault V07).

use crate::app::action::Action;
use crate::app::clocks;
use crate::app::connection::{self, tenths};
use crate::app::sessions::{Item, Sessions};
use crate::app::timeline;
use crate::app::view::{AlertMark, AlertRow, Cell, Glyph, HeaderView, ListRow, Tone};
use crate::app::words::{self, StageKind, Times, server, wire};
use crate::domain::attention::{self, Assessment, Hush, Reason};
use crate::domain::coverage;
use crate::domain::instructions::NO_BRANCH;
use crate::domain::requested::{self, Mark};
use crate::domain::rules::Rules;
use crate::domain::snapshot::Health;
use crate::domain::stage::Stage;
use crate::domain::watched::{PollFailure, WatchedSession};

/// The row of one session.
pub(crate) fn list_row(item: &Item, marked: bool, rules: &Rules, times: &Times) -> ListRow {
    let session = &item.session;
    let found = attention::assess(session, rules, times.now);
    let coverage = coverage::derive(session);
    let kind = StageKind::of(&found.stage);
    let (supplied, all) = coverage.counts();
    let docs = match session.configuration() {
        None => Cell::new("–", Tone::Dim),
        Some(_) if supplied == all => Cell::plain(format!("{supplied}/{all}")),
        Some(_) => Cell::new(format!("{supplied}/{all}"), Tone::Plain),
    };
    let marks = requested::marks(session, &coverage);
    ListRow {
        id: session.id(),
        marked,
        glyph: glyph(&found, kind),
        name: Cell::plain(times.name(session, 60)),
        short_id: session.id().short(),
        state: state(session),
        stage: words::stage(&found.stage, times.now),
        docs,
        checks: marks.into_iter().map(sign).collect(),
        due: clocks::due(item, &found, rules, times),
        branch: branch(session),
        seen: seen(session, found.stale, times),
        delta: delta(item, &found, times),
        tags: tags(session),
        stale: found.stale,
        changed: item.changed,
    }
}

const fn sign(mark: Mark) -> (Glyph, Tone) {
    match mark {
        Mark::Approve => (Glyph::Approve, Tone::Good),
        Mark::Reject => (Glyph::Reject, Tone::Bad),
        Mark::Refer => (Glyph::Refer, Tone::Notice),
        Mark::NotYet => (Glyph::NotYet, Tone::Dim),
    }
}

fn glyph(found: &Assessment, kind: StageKind) -> (Glyph, Tone) {
    match found.findings.first() {
        Some(finding) => of_reason(finding.reason),
        None if kind == StageKind::NotFound => (Glyph::Refer, Tone::Notice),
        None if matches!(kind, StageKind::Expired | StageKind::Gone) => (Glyph::NotYet, Tone::Dim),
        None => (Glyph::Blank, Tone::Plain),
    }
}

pub(crate) const fn of_reason(reason: Reason) -> (Glyph, Tone) {
    match reason {
        Reason::AtCounter => (Glyph::AtCounter, Tone::Active),
        Reason::TurnedAway => (Glyph::TurnedAway, Tone::Warn),
        Reason::Rejected => (Glyph::Reject, Tone::Bad),
        Reason::DueSoon => (Glyph::DueSoon, Tone::Warn),
        Reason::Refer => (Glyph::Refer, Tone::Notice),
        Reason::Stale => (Glyph::Stale, Tone::Notice),
    }
}

fn state(session: &WatchedSession) -> Cell {
    match session.session().and_then(|answer| answer.state.as_ref()) {
        Some(state) => words::marked(state.as_raw(), state.is_unknown(), Tone::Plain),
        None => Cell::new("–", Tone::Dim),
    }
}

fn branch(session: &WatchedSession) -> Cell {
    let Some(letter) = session.instructions() else {
        return Cell::new("—", Tone::Dim);
    };
    let Some(branch) = &letter.branch else {
        return Cell::new(NO_BRANCH, Tone::Dim);
    };
    let parts = [&branch.name, &branch.fad_code];
    Cell::plain(parts.into_iter().flatten().map(server).collect::<Vec<_>>().join(" "))
}

/// The age of the last good answer: dim while fresh, strong and with `!` once stale.
fn seen(session: &WatchedSession, stale: bool, times: &Times) -> Cell {
    match session.poll.last_ok {
        None => Cell::new("—", Tone::Dim),
        Some(at) if stale => Cell::new(format!("{}!", times.since(at)), Tone::Strong),
        Some(at) => Cell::new(times.since(at), Tone::Dim),
    }
}

fn delta(item: &Item, found: &Assessment, times: &Times) -> Cell {
    let poll = &item.session.poll;
    if let Some(failure) = poll.last_failure.as_ref().filter(|_| poll.failures > 0) {
        let what = failure.status.map_or_else(|| "no net".to_owned(), |status| status.to_string());
        return Cell::new(format!("{what} ×{}", poll.failures), Tone::Notice);
    }
    if item.changed
        && let Some(event) = item.session.timeline.last()
    {
        return Cell::new(timeline::short(&event.what), Tone::Changed);
    }
    if let Stage::TurnedAway { silent_since } = &found.stage {
        return Cell::new(format!("{} idle", times.since(*silent_since)), Tone::Warn);
    }
    Cell::plain("")
}

fn tags(session: &WatchedSession) -> Cell {
    let tags = session.entry.tags.iter();
    let tags: Vec<String> =
        tags.map(|tag| format!("#{}", crate::text::shown_str(tag, 20))).collect();
    Cell::new(tags.join(" "), Tone::Dim)
}

/// Why a session needs attention, is stale, or what it is; the line under the list.
pub(crate) fn why(session: &WatchedSession, rules: &Rules, times: &Times) -> Cell {
    let found = attention::assess(session, rules, times.now);
    let name = times.name(session, 40);
    let unknown = match requested::unknown_values(session) {
        0 => String::new(),
        n => {
            let copies = times.keys.hint(Action::Report, "copies");
            let copies = copies.map(|hint| format!(" ({hint})")).unwrap_or_default();
            format!("{} not known{copies} · ", words::count(n, "value"))
        }
    };
    if let Some(finding) = found.findings.first() {
        let (_, tone) = glyph(&found, StageKind::of(&found.stage));
        let stale = if found.stale { stale_line(session, times) } else { String::new() };
        let text = match finding.reason {
            Reason::Stale => stale,
            _ if stale.is_empty() => finding.text.clone(),
            _ => format!("{} · {stale}", finding.text),
        };
        return Cell::new(format!("{name}: {unknown}{text}"), tone);
    }
    let text = match &found.stage {
        Stage::Gone => "deleted or purged at Yoti; the last answer stays here".to_owned(),
        Stage::NotFound => "deleted, purged, or of another application".to_owned(),
        Stage::Expired { captured: 0 } => {
            "expired, nothing captured; Yoti advises a new session".to_owned()
        }
        Stage::Expired { captured } => {
            format!("expired, {captured} captured; Yoti advises a new session")
        }
        Stage::NotFetched => {
            let asks = times.keys.after("; ", Action::Refresh, "asks Yoti now");
            format!("not fetched yet{asks}")
        }
        _ => {
            let state = session.session().and_then(|a| a.state.as_ref()).map(|s| wire(s.as_raw()));
            format!("session {} {}", session.id(), state.unwrap_or_default())
        }
    };
    Cell::new(format!("{name}: {unknown}{text}"), Tone::Dim)
}

/// `≈ 503 ×3 · next 40s · r retries now, @ shows the calls`.
fn stale_line(session: &WatchedSession, times: &Times) -> String {
    let poll = &session.poll;
    let what = match poll.last_failure.as_ref().filter(|_| poll.failures > 0) {
        Some(PollFailure { status: Some(status), .. }) => format!("{status} ×{}", poll.failures),
        Some(failure) => format!("{} ×{}", failure.summary, poll.failures),
        None => "no answer for longer than expected".to_owned(),
    };
    let next = poll.next_due.map(|at| format!(" · next {}", times.until(at))).unwrap_or_default();
    let keys = &times.keys;
    let hints =
        [keys.hint(Action::Refresh, "retries now"), keys.hint(Action::ApiLog, "shows the calls")];
    let hints = hints.into_iter().flatten().collect::<Vec<_>>().join(", ");
    let hints = if hints.is_empty() { hints } else { format!(" · {hints}") };
    format!("≈ {what}{next}{hints}")
}

/// Sessions with findings, most urgent first and of equal urgency the newest, at most this many.
pub(crate) fn alerts(
    sessions: &Sessions,
    rules: &Rules,
    times: &Times,
    most: usize,
) -> Vec<AlertRow> {
    let wanting = sessions.by_urgency().filter(|item| item.facts.attention);
    let hushed = sessions.by_urgency().filter(|item| item.facts.hushed);
    let mut found: Vec<_> = wanting
        .chain(hushed)
        .take(most)
        .filter_map(|item| {
            let found = attention::assess(&item.session, rules, times.now);
            let finding = found.findings.iter().find(|f| f.reason != Reason::AtCounter)?;
            let sign = of_reason(finding.reason);
            let text = finding.text.clone();
            let (why, tone, mark) = match found.hush {
                None => (text, sign.1, AlertMark::New),
                Some(Hush::Acknowledged(_)) => (text, Tone::Dim, AlertMark::Acknowledged),
                Some(Hush::Snoozed(until)) => {
                    let text = format!("until {} · {text}", times.of_day(until));
                    (text, Tone::Dim, AlertMark::Snoozed)
                }
            };
            let row = AlertRow {
                id: item.session.id(),
                at: finding.since.map(|at| times.of_day(at)).unwrap_or_default(),
                glyph: sign,
                name: Cell::plain(times.name(&item.session, 40)),
                why: Cell::new(why, tone),
                mark,
            };
            let key = (found.hush.is_some(), finding.reason, std::cmp::Reverse(finding.since));
            Some((key, row))
        })
        .collect();
    found.sort_by_key(|(key, _)| *key);
    found.into_iter().map(|(_, row)| row).collect()
}

/// Facts of the profile for the header.
pub(crate) struct Profile<'a> {
    pub(crate) name: &'a str,
    pub(crate) badge: &'a str,
    pub(crate) live: bool,
    pub(crate) unknown: usize,
    pub(crate) overdue: usize,
}

/// The header.
pub(crate) fn header(
    sessions: &Sessions,
    health: &Health,
    times: &Times,
    profile: &Profile<'_>,
) -> HeaderView {
    let tally = sessions.tally();
    let ongoing: usize =
        StageKind::ALL.iter().filter(|kind| kind.is_ongoing()).map(|kind| tally.of(*kind)).sum();
    let mut counters = vec![Cell::plain(format!("{} watched", sessions.watched()))];
    let mut count = |number: usize, word: &str, tone: Tone| {
        if number > 0 {
            counters.push(Cell::new(format!("{number} {word}"), tone));
        }
    };
    count(health.offered.len(), "offered (+)", Tone::Notice);
    count(ongoing, "ongoing", Tone::Plain);
    count(tally.of(StageKind::AtCounter), "at counter", Tone::Active);
    count(tally.due_soon, "due soon", Tone::Warn);
    count(tally.of(StageKind::TurnedAway), "turned away?", Tone::Warn);
    count(tally.of(StageKind::ChecksRunning), "checks running", Tone::Plain);
    count(tally.of(StageKind::Approve), "APPROVE", Tone::Good);
    count(tally.of(StageKind::Reject), "REJECT", Tone::Bad);
    count(tally.of(StageKind::Refer), "refer", Tone::Notice);
    count(tally.of(StageKind::Expired), "expired", Tone::Dim);
    count(tally.of(StageKind::Gone), "gone", Tone::Dim);
    count(tally.stale, "stale", Tone::Notice);
    HeaderView {
        badge: profile.badge.to_owned(),
        profile: profile.name.to_owned(),
        live: profile.live,
        connection: Some(connection::header(health, times, profile.overdue)),
        last_ok: health.last_ok.map(|at| Cell::plain(format!("ok {}", times.of_day(at)))),
        latency: health.latency_ms.map(|(median, p95)| format!("api {median}ms p95 {p95}ms")),
        counters,
        attention: tally.attention,
        notifications: connection::notifications(health),
        budget: Some(format!("{}/{} req/s", tenths(health.rate_x10), tenths(health.budget_x10))),
        warning: connection::warning(health, profile.unknown),
    }
}
