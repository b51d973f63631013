//! `handover`: the state of things for the next shift, as Markdown without personal data.

use super::args::{Global, Handover};
use super::exit::{self, Failure};
use super::output::data;
use super::{list, setup, stats};
use crate::app::operator::handover::{Shift, text};
use crate::clock::{Clock, SystemClock};

pub(super) fn run(global: &Global, args: &Handover) -> Result<u8, Failure> {
    let config = setup::config(global)?;
    let mut store = setup::store(global, &config)?;
    let now = SystemClock.now();
    let from = stats::since(Some(&args.since), now)?.unwrap_or(now);
    let known = list::filtered(global, &config, setup::briefs(store.as_mut())?, now)?;
    let shift = Shift {
        profile: &config.profile,
        environment: &config.environment,
        rules: &config.rules,
        privacy: setup::privacy(&config)?,
        zone: &config.zone,
        from,
        now,
    };
    data(&text(&known, &shift))?;
    Ok(exit::OK)
}
