//! `stats`: how far sessions came and how long the steps took.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::args::{By, Global, Stats};
use super::exit::{self, Failure};
use super::output::{data, table, talk};
use super::{list, setup, words};
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::domain::assessment::funnel::{self, Funnel, Group};
use crate::domain::assessment::stats::Median;
use crate::domain::events::ledger::NotificationCounts;
use crate::domain::personal::Privacy;
use crate::domain::server_text::ServerText;
use crate::domain::watchlist::watched::WatchedSession;
use crate::persist::ledger;

/// A group's name, or nothing for all, and its figures.
type StatsRow = (Option<Option<ServerText>>, Funnel);

pub(super) fn run(global: &Global, args: &Stats) -> Result<u8, Failure> {
    let config = setup::config(global)?;
    let mut store = setup::store(global, &config)?;
    let now = SystemClock.now();
    let from = since(args.since.as_deref(), now)?;
    let known = list::filtered(global, &config, setup::briefs(store.as_mut())?, now)?;
    let counted: Vec<&WatchedSession> =
        known.iter().filter(|s| from.is_none_or(|from| funnel::since(s, from))).collect();
    let reckon = |sessions: &[&WatchedSession]| funnel::funnel(sessions, &config.rules, now);
    let mut rows: Vec<StatsRow> = vec![(None, reckon(&counted))];
    if let Some(by) = args.by {
        let groups = funnel::groups(&counted, group(by));
        rows.extend(groups.into_iter().map(|(name, members)| (Some(name), reckon(&members))));
    }
    let tally = ledger::tally(store.as_mut())?;
    // Tags are the operator's words; branches and documents are nobody's.
    let tags = args.by == Some(By::Tag);
    let privacy = if tags { setup::privacy(&config)? } else { Privacy::Off };
    let shown = |name: &ServerText| config.rules.labels.tag(&words::safe(name), privacy);
    if args.json {
        let mut value = document(&config, &rows, from, now, shown);
        if let Some(map) = value.as_object_mut() {
            map.insert("notifications".to_owned(), json!(tally));
        }
        data(&crate::export::json_text(&value))?;
        return Ok(exit::OK);
    }
    if counted.is_empty() {
        talk("no sessions to count");
        return Ok(exit::OK);
    }
    data(&lines(&rows, shown))?;
    if !tally.is_empty() {
        data(&notified(&tally))?;
    }
    Ok(exit::OK)
}

/// What notifications told and what they missed, of all sessions.
fn notified(tally: &NotificationCounts) -> String {
    let counts = json!(tally);
    let row = |(name, count): (&String, &Value)| {
        vec![format!("notifications {}", name.replace('_', " ")), count.to_string()]
    };
    table(&counts.as_object().into_iter().flatten().map(row).collect::<Vec<_>>())
}

/// The moment so long ago.
pub(super) fn since(text: Option<&str>, now: Timestamp) -> Result<Option<Timestamp>, Failure> {
    let Some(text) = text else { return Ok(None) };
    let span = setup::span("--since", text)?;
    Ok(Some(now.saturating_sub(span).unwrap_or(Timestamp::MIN)))
}

const fn group(by: By) -> Group {
    match by {
        By::Branch => Group::Branch,
        By::Tag => Group::Tag,
        By::Document => Group::Document,
    }
}

fn figures(funnel: &Funnel) -> [(&'static str, usize); 11] {
    [
        ("sessions", funnel.sessions),
        ("letter_set", funnel.letter_set),
        ("visited", funnel.visited),
        ("completed", funnel.completed),
        ("approved", funnel.approved),
        ("rejected", funnel.rejected),
        ("referred", funnel.referred),
        ("expired", funnel.expired),
        ("ongoing", funnel.ongoing),
        ("gone", funnel.gone),
        ("erased", funnel.erased),
    ]
}

fn medians(funnel: &Funnel) -> [(&'static str, Option<Median>); 2] {
    [("letter_to_visit", funnel.letter_to_visit), ("visit_to_done", funnel.visit_to_done)]
}

/// All together as a column of figures; groups as a row each.
fn lines(rows: &[StatsRow], shown: impl Fn(&ServerText) -> String) -> String {
    let median = |median: Option<Median>| {
        median.map_or_else(|| "-".to_owned(), |m| format!("{} (of {})", words::span(m.span), m.of))
    };
    if let [(_, all)] = rows {
        let counts = figures(all).map(|(name, n)| vec![name.replace('_', " "), n.to_string()]);
        let spans = medians(all)
            .map(|(name, m)| vec![format!("median {}", name.replace('_', " ")), median(m)]);
        return table(&[counts.to_vec(), spans.to_vec()].concat());
    }
    let name = |name: &Option<Option<ServerText>>| match name {
        None => "all".to_owned(),
        Some(None) => "none".to_owned(),
        Some(Some(name)) => shown(name),
    };
    let heads = || {
        let counts = figures(&Funnel::default()).map(|(name, _)| name);
        let spans = medians(&Funnel::default()).map(|(name, _)| name);
        counts.into_iter().chain(spans).map(|name| name.replace('_', " ").to_uppercase())
    };
    let head = std::iter::once(String::new()).chain(heads()).collect();
    let body = rows.iter().map(|(group, funnel)| {
        let counts = figures(funnel).map(|(_, n)| n.to_string());
        let spans = medians(funnel).map(|(_, m)| median(m));
        std::iter::once(name(group)).chain(counts).chain(spans).collect()
    });
    table(&std::iter::once(head).chain(body).collect::<Vec<Vec<String>>>())
}

fn object(funnel: &Funnel) -> Map<String, Value> {
    let counts = figures(funnel).map(|(name, n)| (name.to_owned(), Value::from(n)));
    let spans = medians(funnel).map(|(name, median)| {
        let value = median.map(|m| json!({ "seconds": m.span.as_secs(), "of": m.of }));
        (name.to_owned(), value.into())
    });
    counts.into_iter().chain(spans).collect()
}

fn document(
    config: &Config,
    rows: &[StatsRow],
    from: Option<Timestamp>,
    now: Timestamp,
    shown: impl Fn(&ServerText) -> String,
) -> Value {
    let mut value = Map::new();
    value.insert("schema_version".to_owned(), crate::export::SCHEMA_VERSION.into());
    value.insert("profile".to_owned(), config.profile.as_str().into());
    value.insert("environment".to_owned(), config.environment.as_str().into());
    value.insert("reckoned_at".to_owned(), now.to_string().into());
    value.insert("since".to_owned(), from.map(|from| from.to_string()).into());
    let mut groups = Vec::new();
    for (name, funnel) in rows {
        match name {
            None => value.extend(object(funnel)),
            Some(name) => {
                let name = name.as_ref().map(&shown);
                let mut group = Map::from_iter([("name".to_owned(), Value::from(name))]);
                group.extend(object(funnel));
                groups.push(Value::Object(group));
            }
        }
    }
    value.insert("groups".to_owned(), groups.into());
    Value::Object(value)
}
