//! `doctor`: every thing that must be right, one line each, with what to do.
//!
//! Owns the list of checks; each thing is examined by the room that owns it.

use std::io::IsTerminal;
use std::sync::Arc;

use serde_json::{Value, json};

use super::args::Global;
use super::exit::{self, Failure};
use super::output::data;
use super::setup;
use crate::api::SessionApi;
use crate::api::client::{Auth, Client};
use crate::api::key::SigningKey;
use crate::clock::SystemClock;
use crate::config::Config;
use crate::domain::ids::SessionId;
use crate::persist::sqlite::Sqlite;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum State {
    Ok,
    Warn,
    Fail,
}

struct Line {
    what: &'static str,
    state: State,
    says: String,
    code: u8,
}

fn line(what: &'static str, state: State, says: impl Into<String>, code: u8) -> Line {
    Line { what, state, says: says.into(), code }
}

pub(super) async fn run(global: &Global, as_json: bool) -> Result<u8, Failure> {
    let mut lines = Vec::new();
    match setup::config(global) {
        Ok(config) => examine(global, &config, &mut lines).await,
        Err(why) => lines.push(line("configuration", State::Fail, why.to_string(), exit::CONFIG)),
    }
    let word = |state| match state {
        State::Ok => "ok",
        State::Warn => "warn",
        State::Fail => "fail",
    };
    if as_json {
        let list: Vec<Value> = lines
            .iter()
            .map(|l| json!({ "check": l.what, "state": word(l.state), "message": l.says }))
            .collect();
        data(&format!("{:#}\n", Value::from(list)))?;
    } else {
        for l in &lines {
            data(&format!("{:5} {:14} {}\n", word(l.state), l.what, l.says))?;
        }
    }
    let failed = lines.iter().filter(|l| l.state == State::Fail).map(|l| l.code);
    Ok(failed.min().unwrap_or(exit::OK))
}

async fn examine(global: &Global, config: &Config, lines: &mut Vec<Line>) {
    let there = if config.file.exists() { "read" } else { "no file, and none is needed" };
    let says = format!("{} ({there})", config.file.display());
    lines.push(line("configuration", State::Ok, says, 0));
    let key = match config.credentials() {
        Err(why) => {
            lines.push(line("credentials", State::Fail, why.to_string(), exit::CONFIG));
            None
        }
        Ok((sdk_id, file)) => {
            lines.push(line("SDK id", State::Ok, sdk_id.to_string(), 0));
            match SigningKey::from_file(file) {
                Ok(key) => {
                    lines.push(line(
                        "key file",
                        State::Ok,
                        format!("{} {key:?}", file.display()),
                        0,
                    ));
                    Some((sdk_id, key))
                }
                Err(why) => {
                    lines.push(line("key file", State::Fail, why.to_string(), exit::CONFIG));
                    None
                }
            }
        }
    };
    if global.offline {
        lines.push(line("reach", State::Warn, "not tried (--offline)", 0));
    } else if let Some((sdk_id, key)) = key {
        reach(config, sdk_id, key, lines).await;
    }
    if global.no_state {
        lines.push(line("store", State::Warn, "off (--no-state)", 0));
    } else {
        lines.push(match Sqlite::open(&config.store, false) {
            Ok(opened) => match opened.warning {
                Some(warning) => line("store", State::Warn, warning, 0),
                None => line("store", State::Ok, config.store.display().to_string(), 0),
            },
            Err(why) => line("store", State::Fail, why.to_string(), exit::STORE),
        });
    }
    lines.push(if std::io::stdout().is_terminal() {
        let (columns, rows) = crossterm::terminal::size().unwrap_or_default();
        let fits = columns >= 60 && rows >= 16;
        let says = format!("{columns}x{rows}, the dashboard needs 60x16");
        line("terminal", if fits { State::Ok } else { State::Warn }, says, 0)
    } else {
        line("terminal", State::Warn, "standard output is no terminal: no dashboard here", 0)
    });
}

/// One unsigned call for reach and clock, one signed call for key and SDK id.
async fn reach(config: &Config, sdk_id: uuid::Uuid, key: SigningKey, lines: &mut Vec<Line>) {
    let client = match Client::new(&config.client_options(sdk_id), Arc::new(key), SystemClock) {
        Ok(client) => client,
        Err(why) => {
            lines.push(line("reach", State::Fail, why.to_string(), exit::CONFIG));
            return;
        }
    };
    match client.reach().await {
        Err(why) => {
            lines.push(line("reach", State::Fail, why.to_string(), exit::UNREACHABLE));
            return;
        }
        Ok(reach) => {
            let says = format!(
                "{} answers {} in {} ms",
                config.base_url,
                reach.status,
                reach.latency.as_millis()
            );
            lines.push(line("reach", State::Ok, says, 0));
            lines.push(match reach.skew_seconds {
                Some(off) if off.abs() > 60 => line(
                    "clock",
                    State::Warn,
                    format!("{off} s off against Yoti's: set the clock"),
                    0,
                ),
                Some(off) => line("clock", State::Ok, format!("{off} s off against Yoti's"), 0),
                None => line("clock", State::Warn, "the answer has no date to compare with", 0),
            });
        }
    }
    // A session that cannot exist: good proof is answered with 404, bad proof with 401.
    let nobody = SessionId::new(uuid::Uuid::nil());
    let proof = if config.auth == Auth::Signature { "signature" } else { "token" };
    lines.push(match client.session(nobody).await {
        Ok(_) => line(proof, State::Ok, "accepted", 0),
        Err(why) if why.is_missing() => line(proof, State::Ok, "accepted", 0),
        Err(why) => line(proof, State::Fail, why.to_string(), exit::of_api(&why)),
    });
}
