//! Lists the themes that ship: each `assets/themes/NAME.toml` is one, so that adding a theme is
//! adding its file.

use std::io::{Error, Result};
use std::path::Path;
use std::{env, fs};

fn main() -> Result<()> {
    const FOLDER: &str = "assets/themes";
    println!("cargo::rerun-if-changed={FOLDER}");
    let variable =
        |name| env::var_os(name).ok_or_else(|| Error::other(format!("{name} is not set")));
    let folder = Path::new(&variable("CARGO_MANIFEST_DIR")?).join(FOLDER);
    let mut files: Vec<_> = fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_>>()?;
    files.sort();
    let themes: Vec<String> = files
        .iter()
        .filter(|path| path.extension().is_some_and(|end| end == "toml"))
        .filter_map(|path| {
            let (name, path) = (path.file_stem()?.to_str()?, path.to_str()?);
            Some(format!("({name:?}, include_str!({path:?}))"))
        })
        .collect();
    let out = Path::new(&variable("OUT_DIR")?).join("themes.rs");
    fs::write(out, format!("[\n    {},\n]\n", themes.join(",\n    ")))
}
