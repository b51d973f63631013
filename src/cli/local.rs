//! `add`, `remove`: who is on the watch-list, without Yoti.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::Read;
use std::path::Path;

use jiff::SignedDuration;

use super::args::{Add, Global, Remove};
use super::exit::{self, Failure};
use super::output::{talk, warn};
use super::{fetch, named, setup};
use crate::api::key::holds_key;
use crate::clock::{Clock, SystemClock};
use crate::domain::session::ids::SessionId;
use crate::domain::watchlist::annotations::{AnnotationChange, Made};
use crate::domain::watchlist::outbox::OutboxMessage;
use crate::domain::watchlist::watched::{WatchEntry, WatchedSession};
use crate::import::{self, Added};
use crate::persist::{PersistError, SharedPersistence, arrangement};

/// The longest list that is read.
const MAX_LIST: u64 = 64 * 1024 * 1024;

pub(super) async fn add(global: &Global, args: Add) -> Result<u8, Failure> {
    let config = setup::config(global)?;
    // Before anything is added: wrong usage does nothing.
    let wait = setup::timeout(&args.timeout)?;
    let now = SystemClock.now();
    let mut found: BTreeMap<SessionId, WatchEntry> = BTreeMap::new();
    let mut order = Vec::new();
    let mut bad = 0;
    for what in &args.what {
        let (name, text) = source(what)?;
        for row in import::read(&text, now) {
            match row.entry {
                Ok(entry) => {
                    // In the order of the list that was given: so the watch-list has it.
                    order.push(entry.id);
                    found.insert(entry.id, entry);
                }
                Err(why) => {
                    bad += 1;
                    warn(&match name {
                        Some(name) => format!("{name} line {}: {why}", row.line),
                        None => of_argument(what, &row.text, why),
                    });
                }
            }
        }
    }
    if args.reference.is_some() && found.len() > 1 {
        return Err(Failure::Usage("--ref names one session, and there are several".into()));
    }
    let ttl = args.resources_ttl.as_deref().map(|text| setup::span("--resources-ttl", text));
    let ttl = ttl.transpose()?;
    for entry in found.values_mut() {
        complete(entry, &args, ttl);
    }
    if found.is_empty() {
        return Err(Failure::Usage("no session ID found".into()));
    }
    let mut store = setup::store(global, &config)?;
    let listed = store.listed_named(&order)?;
    let listed: HashMap<SessionId, &WatchedSession> =
        listed.iter().map(|session| (session.id(), session)).collect();
    let mut entries = Vec::new();
    let mut added = Added { not_understood: bad, ..Added::default() };
    for entry in order.iter().filter_map(|id| found.remove(id)) {
        let before = listed.get(&entry.id).copied();
        added.count(&entry, before.map(|known| (&*known.entry, known.own.archived_at.is_some())));
        entries.push(entry);
    }
    store.add(&entries)?;
    let made = Made::new(now, config.refresh.operator.clone());
    take_off(store.as_mut(), &args.untag, &entries, &made)?;
    talk(&added.to_string());
    if args.fetch {
        let ids: Vec<SessionId> = entries.iter().map(|entry| entry.id).collect();
        let code = fetch::added(global, &config, store, &ids, wait).await?;
        return Ok(if bad > 0 { exit::PARTLY } else { code });
    }
    Ok(if bad > 0 { exit::PARTLY } else { exit::OK })
}

/// Takes tags off sessions of the list.
fn take_off(
    store: &mut dyn SharedPersistence,
    tags: &[String],
    entries: &[WatchEntry],
    made: &Made,
) -> Result<(), PersistError> {
    let removed: Vec<String> = words(tags).collect();
    if removed.is_empty() {
        return Ok(());
    }
    let change = AnnotationChange::Tags { added: Vec::new(), removed };
    let kept = |entry: &WatchEntry| OutboxMessage::Kept(entry.id, change.clone(), made.clone());
    store.post(&entries.iter().map(kept).collect::<Vec<_>>())
}

/// As tags are stored: each is one word.
fn words(texts: &[String]) -> impl Iterator<Item = String> {
    texts.iter().flat_map(|text| text.split_whitespace()).map(str::to_owned)
}

fn complete(entry: &mut WatchEntry, args: &Add, ttl: Option<SignedDuration>) {
    if let Some(reference) = &args.reference {
        entry.reference = Some(reference.clone());
    }
    entry.tags.extend(words(&args.tag));
    entry.tags.sort();
    entry.tags.dedup();
    entry.deadline = (args.deadline.or(entry.deadline.get())).into();
    entry.resources_ttl = (ttl.or(entry.resources_ttl.get())).into();
}

/// The text behind an argument: an ID itself, a file, or standard input; with its name for messages.
fn source(what: &str) -> Result<(Option<&str>, String), Failure> {
    if what == "-" {
        return Ok((Some("standard input"), list("standard input", std::io::stdin())?));
    }
    // An ID stays an ID though a file may have its name.
    if SessionId::parse(what).is_ok() || !Path::new(what).exists() {
        return Ok((None, what.to_owned()));
    }
    let file = std::fs::File::open(what).map_err(|why| Failure::Other(format!("{what}: {why}")))?;
    Ok((Some(what), list(what, file)?))
}

/// What is wrong with an argument that is no file: perhaps it was meant to be one.
fn of_argument(what: &str, shown: &str, why: String) -> String {
    let is_path = what.contains(['/', '\\', '.']) && !what.contains(',');
    if is_path { format!("{shown}: no such file, and not a session ID") } else { why }
}

/// The text of a list. What is not UTF-8 is refused
/// with the way out: PowerShell's `>` writes UTF-16.
fn list(name: &str, from: impl Read) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    let read = from.take(MAX_LIST).read_to_end(&mut bytes);
    read.map_err(|why| Failure::Other(format!("{name}: {why}")))?;
    let utf16 = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    let text = String::from_utf8(bytes).map_err(|_bytes| {
        let what = if utf16 { "it is UTF-16" } else { "it is not UTF-8 text" };
        Failure::Other(format!("{name}: {what}; save it as UTF-8 and try again"))
    })?;
    // An argument itself was looked at before any command ran.
    if holds_key(&text) {
        return Err(Failure::Usage(format!("{name} holds a private key, not sessions")));
    }
    Ok(text)
}

/// Deletes all that the store has of these sessions. Returns how many it knew.
pub(super) fn purge(
    store: &mut dyn SharedPersistence,
    ids: &[SessionId],
) -> Result<usize, PersistError> {
    let removed = store.remove(ids)?;
    arrangement::forget(store, ids)?;
    Ok(removed)
}

pub(super) fn remove(global: &Global, args: &Remove) -> Result<u8, Failure> {
    let config = setup::config(global)?;
    let ids = named::ids(global, &config, &args.ids)?;
    let mut store = setup::store(global, &config)?;
    let listed = store.listed_named(&ids)?;
    let takes = |session: &WatchedSession| args.purge_history || session.own.archived_at.is_none();
    let removable: HashSet<SessionId> =
        listed.iter().filter(|session| takes(session)).map(WatchedSession::id).collect();
    let (ids, missing): (Vec<_>, Vec<_>) = ids.into_iter().partition(|id| removable.contains(id));
    for id in &missing {
        warn(&format!("session {id} is not on the watch-list"));
    }
    if ids.is_empty() {
        return Ok(exit::FAILED);
    }
    if args.purge_history {
        let removed = purge(store.as_mut(), &ids)?;
        talk(&format!("{removed} removed, and everything stored about them deleted"));
    } else {
        let by = config.refresh.operator.clone();
        let made = Made::new(SystemClock.now(), by);
        let removed = store.archive(&ids, &made)?;
        talk(&format!(
            "{removed} removed from the watch-list, history kept; to delete it: branchwatch remove \
         --purge-history"
        ));
    }
    Ok(if missing.is_empty() { exit::OK } else { exit::PARTLY })
}
