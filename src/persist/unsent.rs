//! What other machines have not heard of yet, in the local store beside the process that writes it.

use super::PersistError;
use super::location::Location;
use crate::domain::watchlist::unsent::UnsentStore;

/// Name of the state that has what waits for the shared store.
const UNSENT: &str = "unsent";

/// The local store is opened for each call: calls are rare, and another file may stand in its place.
#[derive(Debug)]
pub struct UnsentBeside {
    pub location: Location,
}

impl UnsentStore for UnsentBeside {
    fn read(&self) -> Result<Option<String>, String> {
        let read = || -> Result<_, PersistError> { self.location.beside()?.state(UNSENT) };
        read().map_err(|why| why.to_string())
    }

    fn keep(&self, text: &str) -> Result<(), String> {
        let keep =
            || -> Result<_, PersistError> { self.location.beside()?.set_state(UNSENT, text) };
        keep().map_err(|why| why.to_string())
    }
}
