//! The arrangement of the list as JSON, under one name of the state.

use super::{PersistError, Persistence};
use crate::domain::session::ids::SessionId;
use crate::domain::watchlist::list_layout::Arrangement;

const NAME: &str = "arrangement";

/// The arrangement that was kept last; the default where there is none.
pub fn arrangement(persistence: &mut dyn Persistence) -> Result<Arrangement, PersistError> {
    let text = persistence.state(NAME)?;
    // What a newer version wrote, or what is damaged, is not worth refusing to start for.
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
}

/// Keeps an arrangement, in the place of the one before.
pub fn keep(
    persistence: &mut dyn Persistence,
    arrangement: &Arrangement,
) -> Result<(), PersistError> {
    let text = serde_json::to_string(arrangement).unwrap_or_default();
    persistence.set_state(NAME, &text)
}

/// Keeps nothing of where the operator was in these sessions.
pub fn forget(persistence: &mut dyn Persistence, ids: &[SessionId]) -> Result<(), PersistError> {
    let known = arrangement(persistence)?;
    let mut kept = known.clone();
    kept.place.open.retain(|id, _| !ids.contains(id));
    if kept == known { Ok(()) } else { keep(persistence, &kept) }
}
