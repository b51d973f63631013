//! `--interval` and `BRANCHWATCH_INTERVAL`: one interval for every session that is still open.
//!
//! Owns what it stands over: the intervals by stage, never the budget.

use jiff::SignedDuration;

use super::environment::Environment;
use super::resolver::{Flags, Resolver, wrong};
use super::{ConfigError, Source};
use crate::domain::span::{exact, parse_span};
use crate::refresh::Settings;

/// The keys of the file that it stands over.
const KEYS: [&str; 4] =
    ["refresh.at_counter", "refresh.due_today", "refresh.awaiting", "refresh.selected"];

pub(super) fn paced(
    resolver: &mut Resolver,
    settings: Settings,
    flags: &Flags,
    environment: &Environment,
) -> Result<Settings, ConfigError> {
    let flag = flags.interval.clone().map(|text| (text, Source::Flag("--interval")));
    let variable = || {
        let text = environment.get("BRANCHWATCH_INTERVAL")?.to_owned();
        Some((text, Source::Environment("BRANCHWATCH_INTERVAL")))
    };
    let Some((text, source)) = flag.or_else(variable) else { return Ok(settings) };
    let refused = |why| wrong("interval", source.clone(), why);
    let every = parse_span(&text).map_err(refused)?;
    if every < SignedDuration::from_secs(1) {
        return Err(refused("must be at least 1s".to_owned()));
    }
    for line in resolver.shown.iter_mut().filter(|line| KEYS.contains(&line.key)) {
        line.value = exact(every);
        line.source = source.clone();
    }
    Ok(Settings {
        at_counter: every,
        due_today: every,
        awaiting: every,
        selected: every,
        ..settings
    })
}
