//! Rows of the list, the header and the alerts, made from sessions and figures.
//!
//! Counters are those of the same sessions that the rows show (fault V07).

use crate::app::action::Action;
use crate::app::list::columns::Column;
use crate::app::list::counters::SessionCounters;
use crate::app::list::sessions::{Item, Sessions};
use crate::app::list::summary::Standing;
use crate::app::operator::bell::state::Alert;
use crate::app::status::connection::{self, tenths};
use crate::app::text::clocks;
use crate::app::text::words::{self, Times, server, wire};
use crate::app::view::{
    AlertMark, AlertRow, Cell, Counter, Glyph, HeaderView, ListRow, Pane, Tone,
};
use crate::domain::assessment::attention::{Assessment, Suppression};
use crate::domain::assessment::mark::{Mark, marks};
use crate::domain::assessment::reason::Reason;
use crate::domain::assessment::rules::Rules;
use crate::domain::assessment::stage::Stage;
use crate::domain::assessment::stage_kind::StageKind;
use crate::domain::session::instructions::NO_BRANCH;
use crate::domain::watchlist::snapshot::Health;
use crate::domain::watchlist::storage::StoreFault;
use crate::domain::watchlist::watched::{PollFailure, WatchedSession};

/// What is wrong with what is stored of it: said in place of the stage, until Yoti has answered.
fn stored(session: &WatchedSession) -> Option<StoreFault> {
    session.storage.fault.filter(|fault| fault.is_damage() || session.brief.result.is_none())
}

/// The row of one session.
pub(crate) fn list_row(item: &Item, marked: bool, rules: &Rules, times: &Times) -> ListRow {
    let session = &item.session;
    let found = times.assess(session, rules);
    let kind = found.stage.kind();
    let cell = |column| match column {
        Column::Ref => Cell::plain(times.name(session, 60)),
        Column::Session => Cell::new(session.id().short(), Tone::Dim),
        Column::State => state(session),
        Column::Stage => match stored(session) {
            Some(fault) => Cell::new(fault.word(), Tone::Warn),
            None => words::stage(&found.stage, times.now),
        },
        Column::Docs => match session.brief.configuration {
            None => Cell::new("—", Tone::Dim),
            Some(_) => {
                let covered = &session.brief.covered;
                Cell::plain(format!("{}/{}", covered.supplied, covered.of))
            }
        },
        // Its signs are drawn one by one.
        Column::Checks => Cell::plain(""),
        Column::Due => clocks::due(item, &found, rules, times),
        Column::Branch => branch(session),
        Column::Seen => seen(session, found.stale, times),
        Column::Changed => delta(item, &found),
        Column::Tags => Cell::new(times.tags(session, &session.entry.tags, 20), Tone::Dim),
    };
    ListRow {
        id: session.id(),
        marked,
        glyph: glyph(&found, kind),
        own: own_signs(item, &found),
        cells: Column::ALL.into_iter().map(|column| (column, cell(column))).collect(),
        checks: marks(&session.brief).into_iter().map(sign).collect(),
        stale: found.stale,
        changed: item.changed,
    }
}

/// What the operator has done with a session.
fn own_signs(item: &Item, found: &Assessment) -> Vec<Glyph> {
    let own = &item.session.own;
    let hush = found.hush.filter(|_| item.summary.is_hushed()).map(|hush| match hush {
        Suppression::Acknowledged(_) => Glyph::Acknowledged,
        Suppression::Snoozed(_) => Glyph::Snoozed,
    });
    let pinned = own.pinned.then_some(Glyph::Pinned);
    let noted = (!own.note.is_empty()).then_some(Glyph::Noted);
    [pinned, noted, hush].into_iter().flatten().collect()
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
        None if matches!(kind, StageKind::Expired | StageKind::Gone | StageKind::Erased) => {
            (Glyph::NotYet, Tone::Dim)
        }
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
    match session.brief.state() {
        Some(state) => words::marked(state.as_raw(), state.is_unknown(), Tone::Plain),
        None => Cell::new("—", Tone::Dim),
    }
}

fn branch(session: &WatchedSession) -> Cell {
    if !session.brief.letter.is_set() {
        return Cell::new("—", Tone::Dim);
    }
    let Some(branch) = session.brief.letter.branch() else {
        return Cell::new(NO_BRANCH, Tone::Dim);
    };
    // The number first: only a name may be cut.
    let parts = [&branch.fad_code, &branch.name];
    Cell::plain(parts.into_iter().flatten().map(server).collect::<Vec<_>>().join(" "))
}

/// The age of the last good answer: dim while fresh, strong and with `!` once stale.
fn seen(session: &WatchedSession, stale: bool, times: &Times) -> Cell {
    match session.poll.last_ok.get() {
        None => Cell::new("—", Tone::Dim),
        // An age that nobody knows may be any.
        Some(at) if stale || times.is_to_come(at) => {
            Cell::new(format!("{}!", times.since(at)), Tone::Strong)
        }
        Some(at) => Cell::new(times.since(at), Tone::Dim),
    }
}

/// What changed last, short: `doc+`, `reject`, `503 ×3`, `2h idle`; empty: nothing to say.
fn delta(item: &Item, found: &Assessment) -> Cell {
    let poll = &item.session.poll;
    if let Some(failure) = poll.last_failure.as_ref().filter(|_| poll.failures > 0) {
        let what = failure.status.map_or_else(|| "no net".to_owned(), |status| status.to_string());
        // The column has room for two digits.
        return Cell::new(format!("{what} ×{}", poll.failures.min(99)), Tone::Notice);
    }
    if item.changed
        && let Some(change) = item.session.brief.last
    {
        return Cell::new(change.word(), Tone::Changed);
    }
    if let Stage::TurnedAway { silent_since, silent_until } = &found.stage {
        let idle = words::age(silent_until.duration_since(*silent_since));
        return Cell::new(format!("{idle} idle"), Tone::Warn);
    }
    Cell::plain("")
}

/// Why a session needs attention, is stale, or what it is; the line under the list.
pub(crate) fn why(session: &WatchedSession, rules: &Rules, times: &Times) -> Cell {
    let found = times.assess(session, rules);
    let name = times.name(session, 40);
    let unknown = match session.brief.unknown_values {
        0 => String::new(),
        n => {
            let copies = times.keys.hint(Action::Report, "copies");
            let copies = copies.map(|hint| format!(" ({hint})")).unwrap_or_default();
            format!(" · {} not known{copies}", words::count(n, "value"))
        }
    };
    if let Some(finding) = found.findings.first() {
        let (_, tone) = glyph(&found, found.stage.kind());
        let stale = if found.stale { stale_line(session, times) } else { String::new() };
        let text = if finding.reason == Reason::Stale {
            stale
        } else {
            let gap = if stale.is_empty() { "" } else { " · " };
            format!("{}{gap}{stale}", clocks::told(finding, &found, times))
        };
        return Cell::new(format!("{name}: {text}{unknown}"), tone);
    }
    let text = match &found.stage {
        Stage::Gone => "deleted or purged at Yoti; the last response is kept here".to_owned(),
        Stage::NotFound => "deleted, purged, or of another application".to_owned(),
        Stage::Expired { captured: 0 } => {
            "expired, nothing captured; Yoti advises a new session".to_owned()
        }
        Stage::Expired { captured } => {
            format!("expired, {captured} captured; Yoti advises a new session")
        }
        Stage::Erased(at) => {
            let asks = times.keys.after("; ", Action::Refresh, "fetches it again");
            format!(
                "responses and events were erased on {}: their retention time is over{asks}",
                times.day(*at)
            )
        }
        Stage::NotFetched => {
            let asks = times.keys.after("; ", Action::Refresh, "refreshes now");
            format!("not fetched yet{asks}")
        }
        Stage::Done(_)
        | Stage::ChecksRunning
        | Stage::AtCounter { .. }
        | Stage::TurnedAway { .. }
        | Stage::Visited
        | Stage::AtHome
        | Stage::AwaitingVisit
        | Stage::LetterNotSet
        | Stage::Unknown(_) => {
            let state = session.brief.state().map(|state| wire(state.as_raw()));
            format!("session {} {}", session.id(), state.unwrap_or_default())
        }
    };
    Cell::new(format!("{name}: {text}{unknown}"), Tone::Dim)
}

/// `≈ 503 ×3 · next 40s · r retries now, @ shows the calls`.
fn stale_line(session: &WatchedSession, times: &Times) -> String {
    let poll = &session.poll;
    let what = match poll.last_failure.as_deref().filter(|_| poll.failures > 0) {
        Some(PollFailure { status: Some(status), .. }) => format!("{status} ×{}", poll.failures),
        Some(failure) => format!("{} ×{}", failure.summary, poll.failures),
        None => "no response".to_owned(),
    };
    let next =
        poll.next_due.get().map(|at| format!(" · next {}", times.until(at))).unwrap_or_default();
    let keys = &times.keys;
    let hints =
        [keys.hint(Action::Refresh, "retries now"), keys.hint(Action::ApiLog, "shows the calls")];
    let hints = hints.into_iter().flatten().collect::<Vec<_>>().join(", ");
    let hints = if hints.is_empty() { hints } else { format!(" · {hints}") };
    format!("≈ {what}{next}{hints}")
}

/// Sessions with findings, most urgent first and of equal urgency the newest, at most this many.
pub(crate) fn alerts(sessions: &Sessions, most: usize) -> Vec<Alert> {
    let wanting = sessions.by_urgency().filter(|item| item.summary.needs_attention());
    let hushed = sessions.by_urgency().filter(|item| item.summary.is_hushed());
    let mut found: Vec<_> = wanting
        // Last, so that the bound never cuts one that still asks.
        .chain(hushed)
        .take(most)
        .filter_map(|item| {
            let Standing { hush, reason, since } = item.summary.alert?;
            let alert = Alert { id: item.session.id(), mark: AlertMark::of(hush), over: None };
            Some(((hush.is_some(), reason, std::cmp::Reverse(since.get())), alert))
        })
        .collect();
    found.sort_by_key(|(key, _)| *key);
    found.into_iter().map(|(_, alert)| alert).collect()
}

/// An alert that stands, in words.
pub(crate) fn alert_row(
    session: &WatchedSession,
    rules: &Rules,
    times: &Times,
) -> Option<AlertRow> {
    let found = times.assess(session, rules);
    let finding = found.alert()?;
    let sign = of_reason(finding.reason);
    let text = clocks::told(finding, &found, times);
    let (why, tone) = match found.hush {
        None => (text, sign.1),
        Some(Suppression::Acknowledged(_)) => (text, Tone::Dim),
        Some(Suppression::Snoozed(until)) => {
            (format!("until {} · {text}", times.of_day(until)), Tone::Dim)
        }
    };
    Some(AlertRow {
        id: session.id(),
        at: finding.since.map(|at| times.of_day(at)).unwrap_or_default(),
        glyph: sign,
        name: Cell::plain(times.name(session, 40)),
        why: Cell::new(why, tone),
        shown_in: cause_pane(finding.reason),
        mark: AlertMark::of(found.hush),
    })
}

/// The pane that shows what a finding speaks of.
pub(crate) const fn cause_pane(reason: Reason) -> Pane {
    match reason {
        Reason::Rejected | Reason::Refer => Pane::Checks,
        Reason::TurnedAway => Pane::Tree,
        Reason::DueSoon | Reason::Stale | Reason::AtCounter => Pane::List,
    }
}

/// Facts of the profile for the header.
pub(crate) struct HeaderProfile<'a> {
    pub(crate) name: &'a str,
    pub(crate) badge: &'a str,
    pub(crate) live: bool,
}

fn counted(number: usize, word: &str, tone: Tone) -> Option<Cell> {
    (number > 0).then(|| Cell::new(format!("{} {word}", words::figure(number)), tone))
}

/// Counters of which each session is in one, and what is told of those in it.
fn counters(tally: &SessionCounters) -> Vec<Counter> {
    let of = |kind: StageKind| counted(tally.of(kind), kind.figure(), words::stage_tone(kind));
    let running = tally.of(StageKind::ChecksRunning);
    let running =
        (running > 0).then(|| Cell::plain(format!("{} running", words::count(running, "check"))));
    let parts = [of(StageKind::TurnedAway), of(StageKind::AtCounter), running];
    let (ongoing, rest): (Vec<_>, Vec<_>) =
        StageKind::ALL.into_iter().partition(|kind| kind.phase().is_ongoing());
    let ongoing = ongoing.into_iter().map(|kind| tally.of(kind)).sum();
    let ongoing = counted(ongoing, "ongoing", Tone::Plain)
        .map(|whole| Counter { whole, parts: parts.into_iter().flatten().collect() });
    let rest = rest.into_iter().filter_map(of).map(|whole| Counter { whole, parts: Vec::new() });
    ongoing.into_iter().chain(rest).collect()
}

pub(crate) fn header(
    sessions: &Sessions,
    health: &Health,
    times: &Times,
    profile: &HeaderProfile<'_>,
) -> HeaderView {
    let tally = sessions.tally();
    let asides = [
        (tally.passed, "past the deadline", Tone::Warn),
        (tally.due_soon, "due soon", Tone::Warn),
        (tally.stale, "stale", Tone::Notice),
        (health.offered.len(), "offered (+)", Tone::Notice),
    ];
    let asides = asides.into_iter().filter_map(|(number, word, tone)| counted(number, word, tone));
    let progress = [
        connection::first_look(health, tally.unseen, sessions.watched()),
        connection::late(tally, times),
    ];
    HeaderView {
        badge: profile.badge.to_owned(),
        profile: profile.name.to_owned(),
        live: profile.live,
        connection: Some(connection::header(health, times)),
        last_ok: health.last_ok.map(|at| Cell::plain(format!("ok {}", times.of_day(at)))),
        latency: health.latency_ms.map(|(median, p95)| format!("api {median}ms p95 {p95}ms")),
        watched: words::figure(sessions.watched()),
        counters: counters(tally),
        asides: asides.collect(),
        progress: progress.into_iter().flatten().collect(),
        attention: tally.attention,
        notifications: connection::notifications(health),
        budget: Some(format!("{}/{} req/s", tenths(health.rate_x10), tenths(health.budget_x10))),
        warning: connection::warning(health, tally.unknown_values),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::list::summary::SessionSummary;
    use crate::domain::fixture as f;

    // V07
    #[test]
    fn every_session_is_in_exactly_one_counter() {
        let summary =
            SessionSummary::of(&f::watched(None, None, None), &Rules::default(), f::now());
        let mut tally = SessionCounters::default();
        for (times, kind) in (1..).zip(StageKind::ALL) {
            for _ in 0..times {
                let mut summary = summary.clone();
                summary.kind = kind;
                tally.add(&summary);
            }
        }
        let number = |cell: &Cell| cell.text.split(' ').next().unwrap().parse::<usize>().unwrap();
        let all: usize = (1..=StageKind::ALL.len()).sum();
        let counters = counters(&tally);
        assert_eq!(counters.iter().map(|counter| number(&counter.whole)).sum::<usize>(), all);
        for counter in &counters {
            let parts: usize = counter.parts.iter().map(number).sum();
            assert!(parts <= number(&counter.whole), "{counter:?}");
        }
    }

    #[test]
    fn a_counter_agrees_with_its_noun() {
        let mut running =
            SessionSummary::of(&f::watched(None, None, None), &Rules::default(), f::now());
        let mut tally = SessionCounters::default();
        running.kind = StageKind::ChecksRunning;
        let said = |tally: &mut SessionCounters| {
            tally.add(&running);
            counters(tally)[0].parts[0].text.clone()
        };
        assert_eq!(said(&mut tally), "1 check running");
        assert_eq!(said(&mut tally), "2 checks running");
    }

    // C01
    #[test]
    fn an_age_that_a_clock_that_was_set_back_cannot_tell_is_marked() {
        let mut session = f::watched(None, None, None);
        let times = Times::in_utc(f::now());
        for (minutes, said) in [(3, "3m"), (-1, "0s"), (-2, "?!")] {
            session.poll.last_ok = f::minutes_ago(minutes).into();
            assert_eq!(seen(&session, false, &times).text, said);
        }
    }

    // V01
    #[test]
    fn who_waits_is_counted_once_and_the_time_is_true_of_all() {
        let mut session = f::watched(
            Some(f::session(crate::domain::session::wire_enum::SessionState::Ongoing)),
            None,
            None,
        );
        let mut tally = SessionCounters::default();
        let mut held = Vec::new();
        for minutes in [9, 30, 9] {
            session.poll.interval = jiff::SignedDuration::from_mins(1).into();
            session.poll.last_ok = f::minutes_ago(minutes).into();
            let summary = SessionSummary::of(&session, &Rules::default(), f::now());
            tally.add(&summary);
            held.push(summary);
        }
        assert_eq!((tally.late_in_all, tally.late_since()), (3, Some(f::minutes_ago(9))));
        for summary in held {
            tally.take(&summary);
        }
        assert_eq!(tally, SessionCounters::default());
    }
}
