//! `info`: what this build is and where its files are, for a fault report and for whoever looks for
//! one. Nothing of it is a secret.

use serde_json::{Value, json};

use super::args::Global;
use super::exit::{self, Failure};
use super::output::{data, table};
use super::setup;
use crate::persist;
use crate::telemetry;

/// Said by `release/build`; other builds do not know theirs.
const COMMIT: Option<&str> = option_env!("BRANCHWATCH_COMMIT");

pub(super) fn run(global: &Global, as_json: bool) -> Result<u8, Failure> {
    let config = setup::config(global)?;
    let folder = config.file.parent().unwrap_or(&config.file);
    let images = if cfg!(feature = "images") { "yes" } else { "no" };
    let system = format!("{} {}", std::env::consts::OS, std::env::consts::ARCH);
    let path = |path: &std::path::Path| path.display().to_string();
    let rows: Vec<(&str, String)> = vec![
        ("version", env!("CARGO_PKG_VERSION").to_owned()),
        ("commit", COMMIT.unwrap_or("not recorded").to_owned()),
        ("system", system),
        ("pictures", images.to_owned()),
        ("store_schema", persist::SCHEMA.to_string()),
        ("profile", config.profile.clone()),
        ("config_file", path(&config.file)),
        ("themes", path(&folder.join("themes"))),
        ("store", path(&config.store)),
        ("audit_log", path(&config.state_dir.join("audit.jsonl"))),
        ("log", path(&telemetry::usual(&config.state_dir))),
        ("exports", path(&config.general.export_dir)),
    ];
    data(&if as_json {
        let facts = rows.into_iter().map(|(name, said)| (name.to_owned(), Value::from(said)));
        let mut document = json!({ "schema_version": 1 });
        if let Some(object) = document.as_object_mut() {
            object.extend(facts);
        }
        format!("{document:#}\n")
    } else {
        let line = |(name, said): (&str, String)| vec![name.replace('_', " "), said];
        table(&rows.into_iter().map(line).collect::<Vec<_>>())
    })?;
    Ok(exit::OK)
}
