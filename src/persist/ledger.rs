//! The counters of notifications as JSON, under one name of the state.

use serde_json::{Value, json};

use super::{PersistError, Persistence};
use crate::domain::events::ledger::NotificationCounts;

const NAME: &str = "notifications";

/// The counters as they were kept last.
pub fn tally(persistence: &mut impl Persistence) -> Result<NotificationCounts, PersistError> {
    let text = persistence.state(NAME)?;
    let value: Value = text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    // A counter that an older version did not keep counts from nothing.
    let count = |key: &str| value.get(key).and_then(Value::as_u64).unwrap_or(0);
    Ok(NotificationCounts {
        received: count("received"),
        unknown_sessions: count("unknown_sessions"),
        confirmed: count("confirmed"),
        missed: count("missed"),
        unconfirmed: count("unconfirmed"),
        not_subscribed: count("not_subscribed"),
    })
}

/// The counters as they are kept, and as `stats --json` tells them.
#[must_use]
pub fn value(tally: &NotificationCounts) -> Value {
    json!({
        "received": tally.received,
        "unknown_sessions": tally.unknown_sessions,
        "confirmed": tally.confirmed,
        "missed": tally.missed,
        "unconfirmed": tally.unconfirmed,
        "not_subscribed": tally.not_subscribed,
    })
}

/// Keeps the counters, in the place of those before.
pub fn keep(
    persistence: &mut impl Persistence,
    tally: &NotificationCounts,
) -> Result<(), PersistError> {
    let value = value(tally);
    persistence.set_state(NAME, &value.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::persist::memory::Memory;

    #[test]
    fn the_counters_come_back_as_they_were_kept() {
        let mut store = Memory::default();
        assert_eq!(tally(&mut store).unwrap(), NotificationCounts::default());
        let counted = NotificationCounts {
            received: 41,
            unknown_sessions: 1,
            confirmed: 30,
            missed: 2,
            unconfirmed: 3,
            not_subscribed: 4,
        };
        keep(&mut store, &counted).unwrap();
        assert_eq!(tally(&mut store).unwrap(), counted);
    }
}
