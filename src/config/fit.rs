//! How the screen is fitted at the start.
//!
//! Owns the checking of these values.

use super::Source;
use super::file::ConfigFile;
use super::resolve::Resolver;
use crate::app::fitting::Fit;

pub(super) fn resolve(resolver: &mut Resolver, file: &ConfigFile) -> Fit {
    let source = if file.mouse.is_some() { Source::File } else { Source::Default };
    let mouse = file.mouse.unwrap_or(false);
    resolver.show("mouse", mouse, source);
    Fit { mouse }
}
