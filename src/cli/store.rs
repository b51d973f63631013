//! `store check` and `store rekey`: the local store itself.

use std::path::Path;

use super::args::{Global, StoreCommand};
use super::exit::{self, Failure};
use super::output::{talk, warn};
use super::setup;
use crate::api::key::SigningKey;
use crate::persist::Persistence;
use crate::persist::location::Location;
use crate::persist::sqlite::Sqlite;
use crate::text::count;

pub(super) fn run(global: &Global, what: &StoreCommand) -> Result<u8, Failure> {
    match what {
        StoreCommand::Check => check(global),
        StoreCommand::Rekey { old_key } => rekey(global, old_key),
    }
}

/// Reads everything, and compares it with what the header and the second copy say.
fn check(global: &Global) -> Result<u8, Failure> {
    let config = setup::config(global)?;
    let mut store = setup::store(global, &config)?;
    let copied = store.inspect()?;
    let sessions = store.load()?;
    let trouble = store.trouble();
    for line in copied.iter().chain(&trouble) {
        warn(&format!("warning: {line}"));
    }
    talk(&format!("{}: {}", store.path().display(), count(sessions.len(), "session")));
    Ok(if copied.is_none() && trouble.is_none() { exit::OK } else { exit::STORE })
}

/// The store of an application that has a new key at Yoti.
fn rekey(global: &Global, old_key: &Path) -> Result<u8, Failure> {
    let config = setup::config(global)?;
    let (_, source) = config.credentials()?;
    let new = setup::store_key(&*setup::signing_key(source)?);
    let old = setup::store_key(&SigningKey::from_file(old_key)?);
    let (Some(new), Some(old)) = (new, old) else {
        return Err(Failure::Other("no key for the store can be derived".to_owned()));
    };
    Sqlite::rekey(&Location::new(&config.store, Some(old)), &new)?;
    talk("the local store now opens with the new key, and no longer with the old one");
    Ok(exit::OK)
}
