//! What a build without PostgreSQL says of a shared store.

use crate::cli::args::Global;
use crate::cli::exit::Failure;
use crate::config::Config;
use crate::desk::SharedStore;

/// The store that several machines share, which this build knows nothing of.
pub(in crate::cli) fn shared(
    _: &Global,
    config: &Config,
) -> Result<Option<Box<SharedStore>>, Failure> {
    match config.application.shared_store {
        Some(_) => Err(Failure::Usage(String::from(
            "shared_store is set, and this program was built without PostgreSQL; build it with the \
             feature postgres, or remove shared_store",
        ))),
        None => Ok(None),
    }
}
