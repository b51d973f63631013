//! Which labels of the operator's are shown whole while labels are masked.
//!
//! Owns the checking of these values. What looks like an identifier is shown without them.

use regex::RegexBuilder;

use super::file::Profile;
use super::resolver::{Resolver, wrong};
use super::{ConfigError, Source};
use crate::app::list::views::View;
use crate::domain::watchlist::labels::SafeLabels;

/// Bytes that the compiled pattern may take.
const LARGEST_PATTERN: usize = 256 * 1024;

pub(super) fn resolve(
    resolver: &mut Resolver,
    tags: &[String],
    profile: Option<&Profile>,
    views: &[View],
) -> Result<SafeLabels, ConfigError> {
    let key = "safe_reference";
    let reference = match profile.and_then(|profile| profile.safe_reference.as_deref()) {
        Some(pattern) => {
            resolver.show(key, pattern, Source::File);
            // The pattern has to match all of a reference, whichever of its choices does.
            let whole = RegexBuilder::new(&format!("^(?:{pattern})$"))
                .size_limit(LARGEST_PATTERN)
                .build()
                .map_err(|why| wrong(key, Source::File, format!("is not a pattern: {why}")))?;
            Some(whole)
        }
        None => None,
    };
    if !tags.is_empty() {
        resolver.show("safe_tags", tags.join(", "), Source::File);
    }
    let named = views.iter().flat_map(View::tags);
    Ok(SafeLabels::new(reference, tags.iter().cloned().chain(named)))
}
