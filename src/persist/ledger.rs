//! The counters of notifications as JSON, under one name of the state.

use super::{PersistError, Persistence};
use crate::domain::events::ledger::NotificationCounts;

const NAME: &str = "notifications";

/// The counters as they were kept last. One that an older version did not keep counts from nothing.
pub fn tally(persistence: &mut dyn Persistence) -> Result<NotificationCounts, PersistError> {
    let text = persistence.state(NAME)?;
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
}

/// Keeps the counters, in the place of those before.
pub fn keep(
    persistence: &mut dyn Persistence,
    tally: &NotificationCounts,
) -> Result<(), PersistError> {
    let text = serde_json::to_string(tally).unwrap_or_default();
    persistence.set_state(NAME, &text)
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
