//! How the screen is fitted at the start: mouse, breakpoints, shares of the panes.
//!
//! Owns the checking of these values.

use std::ops::RangeInclusive;

use super::file::ConfigFile;
use super::resolver::{Resolver, wrong};
use super::{ConfigError, Source};
use crate::app::layout::{LIST, Proportions, TIMELINE, TREE};
use crate::app::operator::layout_settings::state::Fit;

/// The narrowest window with more than one pane.
const NARROWEST: u16 = 80;

pub(super) fn resolve(resolver: &mut Resolver, file: &ConfigFile) -> Result<Fit, ConfigError> {
    let usual = Proportions::default();
    let from = &file.layout;
    let mouse = file.mouse.unwrap_or(false);
    resolver.show("mouse", mouse, source(file.mouse.is_some()));
    let pictures = file.pictures.unwrap_or_default();
    resolver.show("pictures", pictures.word(), source(file.pictures.is_some()));
    let [columns_from, wide_from] =
        from.breakpoints.unwrap_or([usual.columns_from, usual.wide_from]);
    if columns_from < NARROWEST || wide_from <= columns_from {
        let why = format!(
            "expected two widths, the second larger, from {NARROWEST} up, such as [100, 160]"
        );
        return Err(wrong("layout.breakpoints", Source::File, why));
    }
    let words = format!("{columns_from}, {wide_from}");
    resolver.show("layout.breakpoints", words, source(from.breakpoints.is_some()));
    let mut share = |key, value: Option<u16>, usual, within: RangeInclusive<u16>| {
        let share = value.unwrap_or(usual);
        if !within.contains(&share) {
            let why = format!("expected {} to {} (percent)", within.start(), within.end());
            return Err(wrong(key, Source::File, why));
        }
        resolver.show(key, share, source(value.is_some()));
        Ok(share)
    };
    let proportions = Proportions {
        list: share("layout.list", from.list, usual.list, LIST)?,
        tree: share("layout.tree", from.tree, usual.tree, TREE)?,
        timeline: share("layout.timeline", from.timeline, usual.timeline, TIMELINE)?,
        columns_from,
        wide_from,
        ..usual
    };
    Ok(Fit { mouse, proportions, ..Fit::default() })
}

const fn source(given: bool) -> Source {
    if given { Source::File } else { Source::Default }
}
