//! `[keys]` and `[views]`: tables whose keys are names of the operator's.
//!
//! Owns trying them when the file is read, so that a wrong one is told before the dashboard opens.

use std::collections::BTreeMap;
use std::path::Path;

use super::ConfigError;
use super::file::{Chords, View as FileView};
use super::place::place;
use super::resolver::wrong_file;
use crate::app::list::views::{View, ViewTexts};

/// `[keys]` is tried at load, so that a conflict never waits for the dashboard.
pub(super) fn keys(
    chords: BTreeMap<String, Chords>,
    (path, text): (&Path, &str),
) -> Result<BTreeMap<String, Vec<String>>, ConfigError> {
    let keys = chords
        .into_iter()
        .map(|(action, chords)| match chords {
            Chords::One(chord) => (action, vec![chord]),
            Chords::Many(chords) => (action, chords),
        })
        .collect();
    crate::keymap::Keymap::with(&keys).map_err(|why| {
        let at = why.action.as_ref().and_then(|action| place(text, &["keys", action]));
        match at {
            Some(at) => wrong_file(path, format!("{at}: {why}")),
            None => ConfigError::Keys(why),
        }
    })?;
    Ok(keys)
}

/// Views are read at once, so that a wrong one is told before the dashboard opens.
pub(super) fn views(
    views: &BTreeMap<String, FileView>,
    (path, text): (&Path, &str),
) -> Result<Vec<View>, ConfigError> {
    let read = |(name, view): (&String, &FileView)| {
        let texts = ViewTexts {
            filter: view.filter.clone(),
            sort: view.sort.clone(),
            columns: view.columns.clone(),
        };
        View::read(name, &texts).map_err(|why| {
            let at = place(text, &["views", name, why.part]);
            let at = at.map(|at| format!("{at}: ")).unwrap_or_default();
            wrong_file(path, format!("{at}views.{name}.{}: {why}", why.part))
        })
    };
    views.iter().map(read).collect()
}
