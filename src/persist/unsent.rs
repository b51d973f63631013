//! What other machines have not heard of yet, in the local store beside the process that writes it.

use serde_json::Value;

use super::location::Location;
use super::write::Write;
use super::{PersistError, state};
use crate::domain::watchlist::outbox::OutboxMessage;
use crate::domain::watchlist::unsent::{UnsentChange, UnsentStore};

/// Name of the state that has what waits for the shared store.
const UNSENT: &str = "unsent";

/// The local store is opened for each call: calls are rare, and another file may stand in its place.
#[derive(Debug)]
pub struct UnsentBeside {
    pub location: Location,
}

impl UnsentStore for UnsentBeside {
    fn read(&self) -> Result<Vec<UnsentChange>, String> {
        let read = || -> Result<_, PersistError> { self.location.beside()?.state(UNSENT) };
        Ok(of_text(read().map_err(|why| why.to_string())?))
    }

    fn keep(&self, changes: &[UnsentChange]) -> Result<(), String> {
        let text = text(changes);
        let keep =
            || -> Result<_, PersistError> { self.location.beside()?.set_state(UNSENT, &text) };
        keep().map_err(|why| why.to_string())
    }
}

fn text(changes: &[UnsentChange]) -> String {
    serde_json::to_string(changes).unwrap_or_default()
}

fn of_text(text: Option<String>) -> Vec<UnsentChange> {
    let values: Vec<Value> =
        text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    let all = values.len();
    let changes: Vec<UnsentChange> =
        values.into_iter().filter_map(|value| serde_json::from_value(value).ok()).collect();
    if changes.len() < all {
        let lost = all - changes.len();
        tracing::error!(lost, "changes for the shared store were kept by another version");
    }
    changes
}

impl Write<'_> {
    /// What is done here, where nobody holds the store, the other machines hear of from who takes it.
    pub(super) fn leave_unsent(&mut self, messages: &[OutboxMessage]) -> Result<(), PersistError> {
        let new = messages.iter().filter(|message| message.is_for_other_machines());
        let new: Vec<UnsentChange> =
            new.map(|message| UnsentChange::new(message.clone(), None)).collect();
        if new.is_empty() {
            return Ok(());
        }
        let (kept, _believed) = state::read(self.sql, &self.header.store, self.vault, UNSENT)?;
        let all = [of_text(kept), new].concat();
        self.put_state(UNSENT, &text(&all))
    }
}
