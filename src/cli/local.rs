//! `add`, `remove`: who is on the watch-list, without Yoti.
//!
//! Owns where lists come from; `intake` reads their lines.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use jiff::SignedDuration;

use super::args::{Add, Global, Remove};
use super::exit::{self, Failure};
use super::output::{talk, warn};
use super::{fetch, setup};
use crate::clock::{Clock, SystemClock};
use crate::config::parse_span;
use crate::domain::ids::SessionId;
use crate::domain::watched::WatchEntry;
use crate::intake;
use crate::persist::{Persistence, arrangement};

/// The longest list that is read.
const MAX_LIST: u64 = 64 * 1024 * 1024;

pub(super) async fn add(global: &Global, args: Add) -> Result<u8, Failure> {
    let config = setup::config(global)?;
    let now = SystemClock.now();
    let mut found: BTreeMap<SessionId, WatchEntry> = BTreeMap::new();
    let mut order = Vec::new();
    let mut bad = 0;
    for what in &args.what {
        let (name, text) = source(what)?;
        for (number, line) in text.lines().enumerate() {
            match intake::entry(line, now) {
                Ok(None) => {}
                Ok(Some(entry)) => {
                    order.push(entry.id);
                    found.insert(entry.id, entry);
                }
                Err(why) => {
                    bad += 1;
                    let place = name
                        .map_or_else(String::new, |name| format!("{name} line {}: ", number + 1));
                    warn(&format!("{place}{why}"));
                }
            }
        }
    }
    if args.reference.is_some() && found.len() > 1 {
        return Err(Failure::Usage("--ref names one session, and there are several".into()));
    }
    let ttl = args.resources_ttl.as_deref().map(parse_span).transpose().map_err(Failure::Usage)?;
    for entry in found.values_mut() {
        complete(entry, &args, ttl);
    }
    if found.is_empty() {
        return Err(Failure::Usage("no session ID found".into()));
    }
    let mut store = setup::store(global, &config)?;
    let (mut entries, mut new) = (Vec::new(), 0);
    for entry in order.iter().filter_map(|id| found.remove(id)) {
        match store.entry(entry.id)? {
            Some(before) => entries.push(entry.over(&before)),
            None => {
                new += 1;
                entries.push(entry);
            }
        }
    }
    store.add(&entries)?;
    talk(&format!("{new} added, {} known before, {bad} not understood", entries.len() - new));
    if args.fetch {
        let ids: Vec<String> = entries.iter().map(|entry| entry.id.to_string()).collect();
        let code = fetch::fetch(global, &ids, &args.timeout).await?;
        return Ok(if bad > 0 { exit::PARTLY } else { code });
    }
    Ok(if bad > 0 { exit::PARTLY } else { exit::OK })
}

fn complete(entry: &mut WatchEntry, args: &Add, ttl: Option<SignedDuration>) {
    if let Some(reference) = &args.reference {
        entry.reference = Some(reference.clone());
    }
    // As they are stored: a tag is one word.
    entry.tags.extend(args.tag.iter().flat_map(|tag| tag.split_whitespace()).map(str::to_owned));
    entry.tags.sort();
    entry.tags.dedup();
    entry.deadline = args.deadline.or(entry.deadline);
    entry.resources_ttl = ttl.or(entry.resources_ttl);
}

/// The text behind an argument: an ID itself, a file, or standard input; with its name for messages.
fn source(what: &str) -> Result<(Option<&str>, String), Failure> {
    let mut text = String::new();
    if what == "-" {
        std::io::stdin().take(MAX_LIST).read_to_string(&mut text)?;
        return Ok((Some("standard input"), text));
    }
    if SessionId::parse(what).is_ok() || !Path::new(what).exists() {
        return Ok((None, what.to_owned()));
    }
    let file = std::fs::File::open(what).map_err(|why| Failure::Other(format!("{what}: {why}")))?;
    file.take(MAX_LIST)
        .read_to_string(&mut text)
        .map_err(|why| Failure::Other(format!("{what}: {why}")))?;
    Ok((Some(what), text))
}

pub(super) fn remove(global: &Global, args: &Remove) -> Result<u8, Failure> {
    let ids = setup::ids(&args.ids)?;
    let config = setup::config(global)?;
    let mut store = setup::store(global, &config)?;
    let removed = if args.purge_history {
        let removed = store.remove(&ids)?;
        arrangement::forget(&mut store, &ids)?;
        talk(&format!("{removed} removed, and all that was stored of them deleted"));
        removed
    } else {
        let removed = store.archive(&ids, SystemClock.now())?;
        talk(&format!(
            "{removed} removed from the watch-list; what is known of them stays, until: \
             branchwatch remove --purge-history"
        ));
        removed
    };
    match removed {
        0 => Err(Failure::NotFound("none of these is there to be removed".into())),
        n if n < ids.len() => Ok(exit::PARTLY),
        _ => Ok(exit::OK),
    }
}
