//! `doctor`: every thing that must be right, one line each, with what to do.

mod here;
mod receiver;
mod yoti;

use serde_json::{Value, json};

use super::args::Global;
use super::exit;
use super::exit::Failure;
use super::output::{data, table};
use super::setup;
use crate::text::shown_str;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum DoctorState {
    Ok,
    Warn,
    Fail,
}

impl DoctorState {
    const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }
}

/// One thing: how it stands, what to do about it, and the code that it ends the command with.
struct DoctorLine {
    what: &'static str,
    state: DoctorState,
    says: String,
    advice: Option<String>,
    code: u8,
}

fn good(what: &'static str, says: impl Into<String>) -> DoctorLine {
    DoctorLine { what, state: DoctorState::Ok, says: says.into(), advice: None, code: exit::OK }
}

fn doubtful(what: &'static str, says: impl Into<String>, advice: &str) -> DoctorLine {
    let (state, advice) = (DoctorState::Warn, Some(advice.to_owned()));
    DoctorLine { what, state, says: says.into(), advice, code: exit::OK }
}

fn bad(what: &'static str, says: impl Into<String>, advice: &str, code: u8) -> DoctorLine {
    let (state, advice) = (DoctorState::Fail, Some(advice.to_owned()));
    DoctorLine { what, state, says: says.into(), advice, code }
}

pub(super) async fn run(global: &Global, as_json: bool) -> Result<u8, Failure> {
    let mut lines = Vec::new();
    let (mut profile, mut environment, mut clipboard) = (None, None, None);
    match setup::config(global) {
        Ok(config) => {
            here::configuration(&config, &mut lines);
            if let Some((sdk_id, key)) = here::credentials(&config, &mut lines) {
                yoti::examine(global, &config, sdk_id, key, &mut lines).await;
            }
            let beside = here::store(global, &config, &mut lines);
            receiver::examine(&config, beside, &mut lines);
            (profile, environment) = (Some(config.profile), Some(config.environment));
            clipboard = Some(config.general.clipboard);
        }
        Err(why) => lines.push(bad(
            "configuration",
            why.to_string(),
            "fix what is named, then: branchwatch config check",
            why.code(),
        )),
    }
    lines.push(here::terminal(clipboard.as_ref()));
    data(&if as_json {
        document(&lines, profile.as_deref(), environment.as_deref())
    } else {
        text(&lines)
    })?;
    let failed = lines.iter().filter(|line| line.state == DoctorState::Fail).map(|line| line.code);
    // The smallest: configuration and key stand before the network, and explain what follows.
    Ok(failed.min().unwrap_or(exit::OK))
}

fn text(lines: &[DoctorLine]) -> String {
    let mut rows = Vec::new();
    for line in lines {
        let word = line.state.word().to_owned();
        // What a line says may have several lines of its own: an error of the configuration.
        for (number, part) in line.says.lines().enumerate() {
            let first = number == 0;
            let head = |text: &str| if first { text.to_owned() } else { String::new() };
            rows.push(vec![head(&word), head(line.what), shown_str(part, 300)]);
        }
        if let Some(advice) = &line.advice {
            rows.push(vec![String::new(), String::new(), format!("hint: {advice}")]);
        }
    }
    table(&rows)
}

fn document(lines: &[DoctorLine], profile: Option<&str>, environment: Option<&str>) -> String {
    let checks: Vec<Value> = lines
        .iter()
        .map(|line| {
            json!({
                "check": line.what, "state": line.state.word(), "message": line.says,
                "advice": line.advice,
            })
        })
        .collect();
    crate::export::json_text(&json!({
        "schema_version": crate::export::SCHEMA_VERSION,
        "profile": profile,
        "environment": environment,
        "checks": checks,
    }))
}
