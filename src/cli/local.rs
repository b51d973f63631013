//! `add`, `remove`, `list`: the watch-list without Yoti.
//!
//! Owns where lists come from; `intake` reads their lines.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use unicode_width::UnicodeWidthStr;

use super::args::{Add, Global, List};
use super::exit::{self, Failure};
use super::output::{data, table, talk};
use super::{fetch, setup, words};
use crate::app::columns::Column;
use crate::app::view::ListRow;
use crate::app::views::{View, ViewError, ViewTexts, listed};
use crate::clock::{Clock, SystemClock};
use crate::config::{Config, parse_span};
use crate::domain::attention::assess;
use crate::domain::coverage;
use crate::domain::ids::SessionId;
use crate::domain::watched::{WatchEntry, WatchedSession};
use crate::intake;
use crate::persist::Persistence;
use crate::persist::arrangement::arrangement;
use crate::persist::sqlite::Sqlite;
use crate::text::shown_str;
use crate::theme::{ColourDepth, Look};

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
                    talk(&format!("{place}{why}"));
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
    order.dedup();
    let entries: Vec<WatchEntry> = order.iter().filter_map(|id| found.remove(id)).collect();
    if entries.is_empty() {
        return Err(Failure::Usage("no session ID found".into()));
    }
    let mut store = setup::store(global, &config)?;
    let known: Vec<SessionId> = setup::load(&mut store)?
        .iter()
        .map(super::super::domain::watched::WatchedSession::id)
        .collect();
    let new = entries.iter().filter(|entry| !known.contains(&entry.id)).count();
    store.add(&entries)?;
    talk(&format!("{new} added, {} known before, {bad} not understood", entries.len() - new));
    if args.fetch {
        let ids: Vec<String> = entries.iter().map(|entry| entry.id.to_string()).collect();
        let code = fetch::fetch(global, &ids, "30s").await?;
        return Ok(if bad > 0 { exit::PARTLY } else { code });
    }
    Ok(if bad > 0 { exit::PARTLY } else { exit::OK })
}

fn complete(entry: &mut WatchEntry, args: &Add, ttl: Option<SignedDuration>) {
    if let Some(reference) = &args.reference {
        entry.reference = Some(reference.clone());
    }
    entry.tags.extend(args.tag.iter().cloned());
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

pub(super) fn remove(global: &Global, texts: &[String]) -> Result<u8, Failure> {
    let ids = setup::ids(texts)?;
    let config = setup::config(global)?;
    let mut store = setup::store(global, &config)?;
    let removed = store.remove(&ids)?;
    talk(&format!("{removed} removed from the watch-list, with their answers and timelines"));
    match removed {
        0 => Err(Failure::NotFound("none of these is on the watch-list".into())),
        n if n < ids.len() => Ok(exit::PARTLY),
        _ => Ok(exit::OK),
    }
}

/// Columns of the plain list where none are named.
const COLUMNS: [Column; 6] =
    [Column::Ref, Column::Stage, Column::Docs, Column::Due, Column::Seen, Column::Session];

pub(super) fn list(global: &Global, args: &List) -> Result<u8, Failure> {
    let config: Config = setup::config(global)?;
    let mut store = setup::store(global, &config)?;
    let view = view(&config, args, &mut store)?;
    let mut sessions = setup::load(&mut store)?;
    sessions.retain(|session| session.own.archived_at.is_none());
    let now = SystemClock.now();
    let all = sessions.len();
    let columns = view.own_columns().unwrap_or_else(|| COLUMNS.to_vec());
    let rows = listed(sessions, view, &config.rules, now);
    if args.json {
        let list = rows.iter().map(|(session, _)| object(session, &config, now)).collect();
        data(&format!("{:#}\n", Value::Array(list)))?;
        return Ok(exit::OK);
    }
    if rows.is_empty() {
        talk(&if all == 0 {
            "Nothing on the watch-list yet. Add sessions: branchwatch add ID…   Look around: branchwatch demo".to_owned()
        } else {
            format!("0 of {all} sessions match")
        });
        return Ok(exit::OK);
    }
    let look = Look::new(ColourDepth::None, global.ascii);
    let heads = columns.iter().map(|column| match column {
        Column::Changed => "CHANGED".to_owned(),
        other => other.head().to_owned(),
    });
    let mut lines = vec![heads.collect::<Vec<_>>()];
    for (_, row) in &rows {
        lines.push(columns.iter().map(|column| cell(*column, row, look)).collect());
    }
    data(&table(&lines))?;
    Ok(exit::OK)
}

/// The view that was named, with what else was asked for on top.
fn view(config: &Config, args: &List, store: &mut Sqlite) -> Result<View, Failure> {
    let texts = ViewTexts {
        filter: args.filter.clone(),
        sort: args.sort.clone().unwrap_or_default(),
        columns: args.columns.clone(),
    };
    let asked = View::read("", &texts).map_err(|why| Failure::Usage(pointed(&why, args)))?;
    let Some(name) = &args.view else { return Ok(asked) };
    // The configuration's first, then those that were saved in the dashboard.
    let saved = arrangement(store)?.views;
    let saved = saved.iter().filter_map(|(name, texts)| View::read(name, texts).ok());
    let views: Vec<View> = config.views.iter().cloned().chain(saved).collect();
    let Some(named) = views.iter().find(|view| view.name == *name) else {
        let known: Vec<&str> = views.iter().map(|view| view.name.as_str()).collect();
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        let (name, known) = (shown_str(name, 60), shown_str(&known, 400));
        return Err(Failure::Usage(format!("no view named {name}; known: {known}")));
    };
    Ok(named.clone().with(asked, args.sort.is_some()))
}

/// What is wrong with a filter, and below it where.
fn pointed(why: &ViewError, args: &List) -> String {
    let Some(at) = why.at else { return why.to_string() };
    let text = shown_str(&args.filter, 200);
    let before: String = args.filter.chars().take(at).collect();
    let column = shown_str(&before, 200).width();
    format!("{why}\n  {text}\n  {}^", " ".repeat(column))
}

fn cell(column: Column, row: &ListRow, look: Look) -> String {
    let text = match column {
        Column::Ref => &row.name.text,
        Column::Session => return row.id.to_string(),
        Column::State => &row.state.text,
        Column::Stage => &row.stage.text,
        Column::Docs => &row.docs.text,
        Column::Checks => return row.checks.iter().map(|(sign, _)| look.glyph(*sign)).collect(),
        Column::Due => &row.due.text,
        Column::Branch => &row.branch.text,
        Column::Seen => &row.seen.text,
        Column::Changed => &row.delta.text,
        Column::Tags => &row.tags.text,
    };
    look.text(text)
}

fn object(session: &WatchedSession, config: &Config, now: Timestamp) -> Value {
    let assessment = assess(session, &config.rules, now);
    let (supplied, required) = coverage::derive(session).counts();
    let attention: Vec<&str> = assessment.findings.iter().map(|f| f.text.as_str()).collect();
    json!({
        "session_id": session.id().to_string(), "reference": session.entry.reference,
        "tags": session.entry.tags, "stage": words::stage(&assessment.stage, now),
        "supplied": supplied, "required": required, "attention": attention,
        "deadline": assessment.deadline.map(|d| d.at.to_string()),
        "fetched_at": session.poll.last_ok.map(|at| at.to_string()),
        "stale": assessment.stale,
    })
}
