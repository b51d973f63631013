//! `verify`: whether the audit log is what was written, and a bundle what its manifest says.

use std::io;
use std::path::Path;

use super::args::Global;
use super::exit::{self, Failure};
use super::output::{data, table};
use super::setup;
use crate::audit::{self, AuditFile, is_audit_file};
use crate::export::{self, Sum};
use crate::text::shown_str;

pub(super) fn run(global: &Global, place: Option<&Path>) -> Result<u8, Failure> {
    match place {
        Some(place) if !is_audit_file(place) => bundle(place),
        log => audit_log(global, log),
    }
}

fn bundle(place: &Path) -> Result<u8, Failure> {
    let found = export::verify(place).map_err(|why| Failure::Other(shown_str(&why, 400)))?;
    let rows: Vec<Vec<String>> =
        found.iter().map(|(name, sum)| vec![sum.word().to_owned(), shown_str(name, 100)]).collect();
    data(&table(&rows))?;
    let right = found.iter().all(|(_, sum)| *sum == Sum::Right);
    if right {
        return Ok(exit::OK);
    }
    Err(Failure::Other("the bundle does not match its manifest".to_owned()))
}

fn audit_log(global: &Global, newest: Option<&Path>) -> Result<u8, Failure> {
    let config = setup::config(global)?;
    let source = match &config.key {
        Some(source) => source,
        None => config.credentials()?.1,
    };
    let key = setup::audit_key(source)?;
    let log = audit::written_in(&config.state_dir);
    let newest = newest.unwrap_or(&log);
    let files = audit::check(newest, &key).map_err(|why| {
        let shown = shown_str(&newest.display().to_string(), 400);
        Failure::Other(if why.kind() == io::ErrorKind::NotFound {
            format!(
                "there is no audit log: nothing was written to it yet, or it was removed: {shown}"
            )
        } else {
            format!("the audit log cannot be checked ({why}): {shown}")
        })
    })?;
    let row = |file: &AuditFile| vec![file.verdict_words(), file.name.clone(), file.lines_words()];
    data(&table(&files.iter().map(row).collect::<Vec<_>>()))?;
    if files.iter().all(AuditFile::is_right) {
        return Ok(exit::OK);
    }
    Err(Failure::Other("the audit log could not be proved unchanged".to_owned()))
}
