//! The operator's own theme files.

use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;

use crate::regular_file;

/// The largest theme file that is read.
const LARGEST: u64 = 64 * 1024;

/// Where they are; `None`: there is no home.
#[must_use]
pub fn themes_folder() -> Option<PathBuf> {
    let places = etcetera::base_strategy::choose_base_strategy().ok()?;
    Some(places.config_dir().join("branchwatch/themes"))
}

/// Name and text of every `themes/*.toml` beside the operator's configuration.
#[must_use]
pub fn own_themes() -> Vec<(String, String)> {
    themes_folder().map(|folder| in_folder(&folder)).unwrap_or_default()
}

fn in_folder(folder: &Path) -> Vec<(String, String)> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let read = |entry: std::io::Result<std::fs::DirEntry>| {
        let path = entry.ok()?.path();
        if path.extension()? != "toml" {
            return None;
        }
        let name = path.file_stem()?.to_str()?.to_owned();
        Some((name, String::from_utf8(regular_file::named(&path, LARGEST).ok()?).ok()?))
    };
    let mut found: Vec<(String, String)> = entries.filter_map(read).collect();
    found.sort();
    found
}
