//! The operator's own theme files.

use std::path::Path;

/// The largest theme file that is read.
const LARGEST: u64 = 64 * 1024;

/// Name and text of every `themes/*.toml` beside the operator's configuration.
#[must_use]
pub fn own_themes() -> Vec<(String, String)> {
    use etcetera::BaseStrategy;
    let Ok(places) = etcetera::base_strategy::choose_base_strategy() else { return Vec::new() };
    in_folder(&places.config_dir().join("branchwatch/themes"))
}

fn in_folder(folder: &Path) -> Vec<(String, String)> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let read = |entry: std::io::Result<std::fs::DirEntry>| {
        let path = entry.ok()?.path();
        let small = std::fs::metadata(&path).is_ok_and(|m| m.is_file() && m.len() <= LARGEST);
        if path.extension()? != "toml" || !small {
            return None;
        }
        let name = path.file_stem()?.to_str()?.to_owned();
        Some((name, std::fs::read_to_string(&path).ok()?))
    };
    let mut found: Vec<(String, String)> = entries.filter_map(read).collect();
    found.sort();
    found
}
