//! `branches POSTCODE`: enabled Post Office branches near a place, nearest first.

use serde_json::{Value, json};

use super::args::{BranchesArgs, Global};
use super::exit::{self, Failure};
use super::output::{data, table, talk};
use super::{ask, setup, words};

pub(super) async fn run(global: &Global, args: &BranchesArgs) -> Result<u8, Failure> {
    let config = setup::config(global)?;
    let near = args.postcode.join(" ");
    if near.trim().is_empty() {
        return Err(Failure::Usage("which postcode? Give one, such as EC1A 1BB".to_owned()));
    }
    let client = setup::client(&config)?;
    let until = ask::within(setup::timeout(&args.timeout)?);
    let answer = ask::retried(until, || client.branches(near.trim())).await?;
    if args.json {
        let raw: Value = serde_json::from_str(&answer.raw).unwrap_or_default();
        data(&crate::export::json_text(&json!({
            "schema_version": crate::export::SCHEMA_VERSION,
            "profile": config.profile,
            "environment": config.environment,
            "near": near.trim(),
            "branches": raw.get("branches").cloned().unwrap_or_else(|| json!([])),
            "fetched_at": answer.fetched_at.to_string(),
            "stale": false,
        })))?;
        return Ok(exit::OK);
    }
    let rows: Vec<Vec<String>> = answer
        .value
        .branches
        .iter()
        .map(|branch| {
            let parts = [&branch.fad_code, &branch.name, &branch.address, &branch.post_code];
            parts.map(|part| words::maybe(part.as_ref())).to_vec()
        })
        .collect();
    if rows.is_empty() {
        talk("no branch found");
        return Ok(exit::OK);
    }
    data(&table(&rows))?;
    Ok(exit::OK)
}
