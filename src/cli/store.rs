//! `store check`, `erase`, `export`, `import` and `rekey`: the local store itself.

#[cfg(feature = "postgres")]
mod shared;
#[cfg(not(feature = "postgres"))]
mod unshared;
#[cfg(feature = "postgres")]
pub(super) use shared::shared;
#[cfg(not(feature = "postgres"))]
pub(super) use unshared::shared;

use std::path::Path;

use super::args::{Global, StoreCommand};
use super::exit::{self, Failure};
use super::output::{talk, warn};
use super::{local, named, setup};
use crate::api::key::SigningKey;
use crate::export;
use crate::persist;
use crate::persist::location::Location;
use crate::regular_file;
use crate::telemetry;
use crate::text::count;

#[cfg_attr(
    not(feature = "postgres"),
    expect(clippy::unused_async, reason = "the shared store is awaited")
)]
pub(super) async fn run(global: &Global, what: &StoreCommand) -> Result<u8, Failure> {
    match what {
        #[cfg(feature = "postgres")]
        StoreCommand::Shared(what) => shared::run(global, what).await,
        StoreCommand::Check => check(global),
        StoreCommand::Erase { ids } => erase(global, ids),
        StoreCommand::Export { file } => export(global, file),
        StoreCommand::Import { file } => import(global, file),
        StoreCommand::Rekey { old_key } => rekey(global, old_key),
    }
}

/// Reads everything, and compares it with what the header and the second copy say.
fn check(global: &Global) -> Result<u8, Failure> {
    let config = setup::config(global)?;
    let mut store = setup::store(global, &config)?;
    let copied = store.inspect()?;
    let sessions = store.read_through()?.sessions;
    let trouble = store.trouble();
    for line in copied.iter().chain(&trouble) {
        warn(&format!("warning: {line}"));
    }
    store.forget_lost()?;
    talk(&format!("{}: {}", config.store.display(), count(sessions, "session")));
    Ok(if copied.is_none() && trouble.is_none() { exit::OK } else { exit::STORE })
}

/// Sessions that are named, or were not on the list and may stand in a log.
fn erase(global: &Global, names: &[String]) -> Result<u8, Failure> {
    let config = setup::config(global)?;
    let ids = named::ids(global, &config, names)?;
    let mut store = setup::store(global, &config)?;
    let erased = local::purge(store.as_mut(), &ids)?;
    let mut said = vec![format!("{} erased from the local store", count(erased, "session"))];
    // The program itself names sessions by the short form.
    let texts: Vec<String> = ids.iter().flat_map(|id| [id.to_string(), id.short()]).collect();
    for log in setup::log_files(global, &config) {
        let failed = |why| Failure::Other(format!("{}: {why}", log.display()));
        let places = telemetry::take_out(&log, &texts).map_err(failed)?;
        if places > 0 {
            said.push(format!("{} in {}: taken out", count(places, "session ID"), log.display()));
        }
    }
    let folders = [config.store.parent(), Some(config.general.export_dir.as_path())];
    let [store, journal] = persist::TEMPORARY;
    let ours = [export::TEMPORARY, store, journal];
    let removed = |folder| regular_file::remove_leftovers(folder, &ours);
    let leftovers: usize = folders.into_iter().flatten().map(removed).sum();
    if leftovers > 0 {
        said.push(format!("{} of writes that were cut off: deleted", count(leftovers, "file")));
    }
    said.push("not reached:".to_owned());
    for copy in setup::location(&config).copies() {
        said.push(format!("  {} (sealed copy; delete it yourself)", copy.display()));
    }
    said.push("  exported files, backups, terminals and clipboards".to_owned());
    if global.log_file.is_none() {
        said.push("  log files in other places: name yours with --log-file FILE".to_owned());
    }
    said.push("  the audit log, which has a hash of the session ID".to_owned());
    said.push("  Yoti: branchwatch session delete ID --allow-writes".to_owned());
    talk(&said.join("\n"));
    Ok(exit::OK)
}

/// One file out of the store, beside whoever holds it.
fn export(global: &Global, file: &Path) -> Result<u8, Failure> {
    let config = setup::config(global)?;
    setup::needs_store(global)?;
    let exported = setup::location(&config).export_to(file)?;
    if let Some(warning) = &exported.warning {
        warn(&format!("warning: {warning}"));
    }
    if !exported.sealed {
        warn("warning: this store is not encrypted: anyone who has the file can read it");
    }
    talk(&format!(
        "{} written to {}; on the other machine, with the same key: branchwatch store import FILE",
        count(exported.sessions, "session"),
        file.display()
    ));
    Ok(exit::OK)
}

fn import(global: &Global, file: &Path) -> Result<u8, Failure> {
    let config = setup::config(global)?;
    let (opened, sessions) = setup::location(&config).import(file)?;
    let trouble = opened.persistence.trouble();
    if let Some(trouble) = &trouble {
        warn(&format!("warning: {trouble}"));
    }
    talk(&format!(
        "{} imported into {}; stop using the store on the other machine",
        count(sessions, "session"),
        config.store.display()
    ));
    Ok(if trouble.is_none() { exit::OK } else { exit::STORE })
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
    Location::new(&config.store, Some(old)).rekey(&new)?;
    talk("the local store now opens with the new key, and no longer with the old one");
    Ok(exit::OK)
}
