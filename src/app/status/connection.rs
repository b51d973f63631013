//! How the connection stands and what can be done about it, in the words of product.md 4.3.

use crate::app::action::Action;
use crate::app::list::columns::Column;
use crate::app::list::counters::SessionCounters;
use crate::app::list::sessions::Item;
use crate::app::text::words::{self, Times};
use crate::app::view::{Cell, ListRow, Tone};
use crate::domain::assessment::stage_kind::StageKind;
use crate::domain::events::notification::Receiving;
use crate::domain::watchlist::snapshot::{Connection, Health};

/// Requests a second, from tenths.
pub(crate) fn tenths(number: u32) -> String {
    if number.is_multiple_of(10) {
        (number / 10).to_string()
    } else {
        format!("{}.{}", number / 10, number % 10)
    }
}

pub(crate) fn header(health: &Health, times: &Times) -> Cell {
    match &health.connection {
        Connection::Starting => Cell::new("◌ connecting", Tone::Dim),
        Connection::Live => {
            let next = health.next_due.map(|at| format!(" · next {}", times.until(at)));
            Cell::new(format!("● live{}", next.unwrap_or_default()), Tone::Good)
        }
        Connection::Offline { since, retry_at, cause } => Cell::new(
            format!(
                "◌ offline since {} ({}) · retry {}",
                times.of_day(*since),
                crate::text::shown_str(cause, 40),
                times.until(*retry_at)
            ),
            Tone::Bad,
        ),
        Connection::Unavailable { retry_at, status, .. } => Cell::new(
            format!("◐ Yoti unavailable ({status}) · retry {}", times.until(*retry_at)),
            Tone::Bad,
        ),
        Connection::Slowed { until } => {
            let left = if *until > times.now {
                format!(" until {}", times.of_day(*until))
            } else {
                String::new()
            };
            let rate = tenths(health.budget_x10);
            Cell::new(format!("◐ slowed to {rate} req/s{left}"), Tone::Notice)
        }
        Connection::Refused { status, code } => {
            let code = code.as_ref().map(|code| format!(" {code}")).unwrap_or_default();
            Cell::new(format!("✗ key refused ({status}{code})"), Tone::Bad)
        }
        Connection::AppNotFound => Cell::new("✗ application not found", Tone::Bad),
        Connection::ClockSkew(off) => {
            Cell::new(format!("✗ clock {} off", words::span(*off)), Tone::Bad)
        }
        Connection::Disabled => Cell::new("◌ offline by choice (--offline)", Tone::Notice),
        Connection::Following if health.shared && !health.beside => {
            Cell::new("● another machine polls Yoti", Tone::Good)
        }
        Connection::Following => Cell::new("● another branchwatch polls Yoti", Tone::Good),
        Connection::Silent { since } => Cell::new(
            format!("◌ no response since {} (another branchwatch polls)", times.of_day(*since)),
            Tone::Bad,
        ),
        Connection::NoHolder => Cell::new("✗ not polling: cannot save", Tone::Bad),
    }
}

/// `notifications 41 (0 missed)`: what came, and what polling saw and nobody told.
pub(crate) fn notifications(health: &Health) -> Option<Cell> {
    let tally = health.notified;
    if health.receiving == Receiving::Off {
        return None;
    }
    let tone = if tally.missed > 0 { Tone::Notice } else { Tone::Dim };
    let text = format!("notifications {} ({} missed)", tally.received, tally.missed);
    Some(Cell::new(text, tone))
}

/// Trouble with the local store, with the receiver of notifications, or with the program that is
/// told of changes, else values that this build does not know, for the header.
pub(crate) fn warning(health: &Health, unknown: usize) -> Option<Cell> {
    let outside = match (&health.receiving, &health.alert_trouble) {
        (Receiving::Down(why), _) => Some(format!("{why}; polling continues")),
        (_, Some(why)) => Some(why.clone()),
        _ => None,
    };
    if let (None, Some(why)) = (&health.store_trouble, outside) {
        return Some(Cell::new(format!("◐ {}", crate::text::shown_str(&why, 200)), Tone::Notice));
    }
    match (health.store_trouble.as_deref(), unknown) {
        (Some(trouble), _) => {
            let trouble = crate::text::shown_str(trouble, 200);
            Some(Cell::new(format!("✗ {trouble}"), Tone::Bad))
        }
        (None, 0) => None,
        (None, n) => {
            Some(Cell::new(format!("◐ {} not known", words::count(n, "value")), Tone::Notice))
        }
    }
}

/// `first look 112 of 1,000, about 9 min`, until each session has had one answer; the time by the
/// pace in force, where requests go out at all.
pub(crate) fn first_look(health: &Health, unseen: usize, watched: usize) -> Option<Cell> {
    if unseen == 0 || health.connection == Connection::Disabled {
        return None;
    }
    let asks = matches!(
        health.connection,
        Connection::Starting | Connection::Live | Connection::Slowed { .. }
    );
    let pace = usize::try_from(health.budget_x10).unwrap_or_default();
    let seconds = (unseen * 10).checked_div(pace).filter(|_| asks);
    let left = match seconds {
        None => String::new(),
        Some(seconds @ 0..60) => format!(", about {} s", seconds.max(1).next_multiple_of(5)),
        Some(seconds) => format!(", about {} min", words::figure((seconds + 30) / 60)),
    };
    let (seen, all) = (words::figure(watched.saturating_sub(unseen)), words::figure(watched));
    Some(Cell::new(format!("first look {seen} of {all}{left}"), Tone::Active))
}

/// `412 not refreshed for 5m`: those that wait for their turn.
pub(crate) fn late(tally: &SessionCounters, times: &Times) -> Option<Cell> {
    let since = tally.late_since()?;
    let number = words::figure(tally.late_in_all);
    Some(Cell::new(format!("{number} not refreshed for {}", times.since(since)), Tone::Dim))
}

/// No answer comes for anybody: every age on the screen only grows.
pub(crate) const fn is_down(health: &Health) -> bool {
    !matches!(
        health.connection,
        Connection::Starting | Connection::Live | Connection::Slowed { .. } | Connection::Following
    )
}

/// The age of a row that nobody renews carries `≈`, whatever its interval.
pub(crate) fn aged(mut row: ListRow, item: &Item, health: &Health) -> ListRow {
    let open = item.summary.kind.phase().is_ongoing() || item.summary.kind == StageKind::NotFetched;
    if is_down(health) && open && item.session.poll.interval.get().is_some() && !row.stale {
        let seen = format!("≈{}", row.cell(Column::Seen).text);
        row.cells.insert(Column::Seen, Cell::new(seen, Tone::Strong));
    }
    row
}

/// What a pane's title says of data that nobody renews.
pub(crate) const fn standing(health: &Health) -> &'static str {
    match health.connection {
        Connection::Refused { .. } | Connection::AppNotFound | Connection::ClockSkew(_) => {
            " ≈ frozen"
        }
        Connection::Offline { .. }
        | Connection::Unavailable { .. }
        | Connection::Disabled
        | Connection::Silent { .. }
        | Connection::NoHolder => " ≈ last good data",
        Connection::Starting
        | Connection::Live
        | Connection::Slowed { .. }
        | Connection::Following => "",
    }
}

/// What the operator can do about the connection. It stands alone while nothing is asked, before
/// the row's own line otherwise.
pub(crate) fn advice(health: &Health, times: &Times, why: Option<Cell>) -> Option<Cell> {
    let last = match health.last_ok {
        Some(at) => format!("showing the last good data, of {}", times.of_day(at)),
        None => "no data yet".to_owned(),
    };
    let tries = times.keys.after("; ", Action::Refresh, "retries now");
    let alone = match &health.connection {
        Connection::Offline { .. } | Connection::Unavailable { .. } => {
            Some(format!("{last}{tries}"))
        }
        Connection::Silent { .. } => {
            Some(format!("{last}; look at the branchwatch that polls, or run `branchwatch doctor`"))
        }
        Connection::Refused { .. } => {
            Some("run `branchwatch doctor`: key, SDK ID, clock".to_owned())
        }
        Connection::AppNotFound => {
            Some("key and SDK ID do not belong together: run `branchwatch doctor`".to_owned())
        }
        Connection::ClockSkew(_) => {
            Some("signed requests carry a timestamp: set this machine's clock".to_owned())
        }
        Connection::NoHolder => Some(format!(
            "{last}; make the local store writable: polling then starts automatically"
        )),
        Connection::Starting
        | Connection::Live
        | Connection::Slowed { .. }
        | Connection::Following
        | Connection::Disabled => None,
    };
    if let Some(alone) = alone {
        return Some(Cell::new(alone, Tone::Notice));
    }
    let slowed = matches!(health.connection, Connection::Slowed { .. });
    let before = match health.store_trouble.as_deref() {
        _ if slowed => "the request rate is reduced automatically".to_owned(),
        Some(_) => "the live view keeps running".to_owned(),
        None => return why,
    };
    let text = why.map_or_else(|| before.clone(), |why| format!("{before} · {}", why.text));
    Some(Cell::new(text, Tone::Notice))
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    fn health(connection: Connection, budget_x10: u32) -> Health {
        Health { connection, budget_x10, ..Health::default() }
    }

    #[test]
    fn the_first_look_says_how_far_it_is_and_for_how_long_by_the_pace_in_force() {
        let told = |health: &Health, unseen| {
            first_look(health, unseen, 1_000).map(|cell| cell.text).unwrap_or_default()
        };
        let live = health(Connection::Live, 50);
        assert_eq!(told(&live, 888), "first look 112 of 1,000, about 3 min");
        assert_eq!(told(&live, 60), "first look 940 of 1,000, about 15 s");
        assert_eq!(told(&live, 0), "");
        let until = Timestamp::UNIX_EPOCH;
        let slowed = health(Connection::Slowed { until }, 10);
        assert_eq!(told(&slowed, 888), "first look 112 of 1,000, about 15 min");
        for (connection, text) in [
            (Connection::Disabled, ""),
            (Connection::AppNotFound, "first look 112 of 1,000"),
            (Connection::Following, "first look 112 of 1,000"),
        ] {
            assert_eq!(told(&health(connection, 50), 888), text);
        }
        assert_eq!(told(&health(Connection::Live, 0), 888), "first look 112 of 1,000");
    }
}
