//! The moment in the past that is shown.

use crate::app::list::sessions::Sessions;

/// What goes on meanwhile, unseen. The moment that is shown is the model's `times.now`.
#[derive(Debug)]
pub(crate) struct TimeTravel {
    pub(crate) live: Sessions,
    pub(crate) notice: Vec<String>,
}
