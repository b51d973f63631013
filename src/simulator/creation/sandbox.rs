//! Outcomes that a client sets beforehand, as in Yoti's sandbox (contract 13.1).

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::reports;
use crate::domain::session::ids::SessionId;
use crate::simulator::http::answer::Reply;
use crate::simulator::json::{list, text};
use crate::simulator::scenario::Scenario;
use crate::simulator::scenario::step::{Step, StepKind};
use crate::simulator::world::{Resident, World};

/// `PUT /sandbox/…/sessions/{s}/response-config`
pub(crate) fn for_session(world: &mut World, id: SessionId, body: &[u8]) -> Result<Reply, Reply> {
    // Only what has not happened yet can be set: a client has seen the rest.
    let outcome = read(body)?;
    let now = world.now();
    let (resident, _) = world.ongoing(id)?;
    let elapsed = resident.elapsed(now);
    apply(resident, elapsed, &outcome);
    Ok(Reply::empty(200))
}

/// `PUT /sandbox/…/apps/{sdkId}/response-config`: for the sessions created from now on.
pub(crate) fn for_application(
    world: &mut World,
    caller: &str,
    named: &str,
    body: &[u8],
) -> Result<Reply, Reply> {
    if !caller.eq_ignore_ascii_case(named) {
        return Err(Reply::error(404, "APP_NOT_FOUND", "Application not found"));
    }
    world.outcome = Some(read(body)?);
    Ok(Reply::empty(200))
}

fn read(body: &[u8]) -> Result<Value, Reply> {
    let value = Reply::object(body)?;
    for key in ["task_results", "check_reports"] {
        if value.get(key).is_some_and(|inner| !inner.is_object() && !inner.is_null()) {
            return Err(Reply::payload(key, "must be an object"));
        }
    }
    Ok(value)
}

/// A single object stands for a list of one.
fn entries(value: &Value) -> &[Value] {
    value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice)
}

/// Sets what is still to come of a session.
pub(crate) fn apply(resident: &mut Resident, elapsed: i64, outcome: &Value) {
    resident.changes();
    let scenario = Arc::make_mut(&mut resident.life.scenario);
    let sections = |key: &str| outcome.get(key).and_then(Value::as_object);
    let mut contents = Vec::new();
    for (kind, said) in sections("task_results").into_iter().flatten() {
        task(scenario, kind, entries(said), elapsed, &mut contents);
    }
    if let Some(reports) = sections("check_reports") {
        let delay = reports.get("async_report_delay").and_then(Value::as_i64).unwrap_or(0);
        for (kind, said) in reports.iter().filter(|(kind, _)| *kind != "async_report_delay") {
            check(scenario, kind, entries(said), elapsed);
        }
        let done =
            |step: &Step| matches!(&step.what, StepKind::Check { state, .. } if state == "DONE");
        for step in scenario.steps.iter_mut().filter(|step| step.at > elapsed && done(step)) {
            step.at += delay;
        }
    }
    // Delays may have moved checks behind the end.
    complete_last(scenario);
    for (name, content) in contents {
        let id = resident.life.id_of(&name);
        resident.contents.insert(id, content);
    }
}

/// The session ends after everything else.
fn complete_last(scenario: &mut Scenario) {
    let ends = |what: &StepKind| matches!(what, StepKind::Complete {} | StepKind::Session { .. });
    let last = scenario.steps.iter().filter(|step| !ends(&step.what)).map(|step| step.at).max();
    for step in scenario.steps.iter_mut().filter(|step| matches!(step.what, StepKind::Complete {}))
    {
        step.at = step.at.max(last.unwrap_or(0));
    }
    scenario.steps.sort_by_key(|step| step.at);
}

/// Type and country of each document of a scenario, by name.
fn documents(scenario: &Scenario) -> BTreeMap<String, (String, String)> {
    let steps = scenario.steps.iter().filter_map(|step| match &step.what {
        StepKind::Resource { name, document_type: Some(kind), country, .. } => {
            let country = country.clone().unwrap_or_default();
            Some((name.clone(), (kind.clone(), country)))
        }
        _ => None,
    });
    steps.collect()
}

/// True when an entry's filter takes a document; without a filter it takes all.
fn takes(entry: &Value, key: &str, document: Option<&(String, String)>) -> bool {
    let Some(filter) = entry.get(key).filter(|filter| filter.is_object()) else { return true };
    let Some((kind, country)) = document else { return false };
    let lists = |key: &str, value: &str| {
        let all = list(filter, key);
        all.is_empty() || all.iter().any(|item| item == value)
    };
    lists("/document_types", kind) && lists("/country_codes", country)
}

fn check(scenario: &mut Scenario, kind: &str, said: &[Value], elapsed: i64) {
    let documents = documents(scenario);
    let mut handled = vec![0; said.len()];
    for step in scenario.steps.iter_mut().filter(|step| step.at > elapsed) {
        let StepKind::Check { check, state, uses, report, .. } = &mut step.what else { continue };
        if check != kind || state != "DONE" {
            continue;
        }
        let used = |place: usize| uses.get(place).and_then(|name| documents.get(name));
        let fits = |entry: &&Value| {
            takes(entry, "document_filter", used(0))
                && takes(entry, "secondary_document_filter", used(1))
        };
        // So many checks of the type an entry is for (contract 14.7).
        let left = |entry: &Value, handled: u64| {
            let limit = entry.get("handled_check_limit").and_then(Value::as_u64);
            limit.is_none_or(|limit| handled < limit)
        };
        let mut entries = said.iter().zip(&mut handled);
        let fitting = entries.find(|(entry, handled)| fits(entry) && left(entry, **handled));
        let Some((entry, handled)) = fitting else { continue };
        *handled += 1;
        if let Some(new) = report_of(kind, entry) {
            *report = Some(new.to_string());
        }
        step.at += entry.get("response_delay").and_then(Value::as_i64).unwrap_or(0).max(0);
    }
}

fn report_of(kind: &str, entry: &Value) -> Option<Value> {
    let result = entry.get("result").unwrap_or(entry);
    if let Some(report) = result.get("report").filter(|report| report.is_object()) {
        return Some(report.clone());
    }
    let template = ["report_template", "result_template"]
        .iter()
        .find_map(|key| result.get(*key).or_else(|| entry.get(*key)))?;
    reports::template(kind, template.as_str()?)
}

/// Contents that are set, by the media's name in the scenario.
type TaskContents = Vec<(String, (String, Vec<u8>))>;

fn task(
    scenario: &mut Scenario,
    kind: &str,
    said: &[Value],
    elapsed: i64,
    contents: &mut TaskContents,
) {
    let documents = documents(scenario);
    let mut delays: Vec<(String, i64, i64)> = Vec::new();
    let mut detected: Vec<(String, Value)> = Vec::new();
    for step in scenario.steps.iter_mut().filter(|step| step.at > elapsed) {
        let StepKind::Task { name, task, state, recommendation, reason, detail, .. } =
            &mut step.what
        else {
            continue;
        };
        if task != kind || state != "DONE" {
            continue;
        }
        let document = documents.get(name);
        let Some(entry) = said.iter().find(|e| takes(e, "document_filter", document)) else {
            continue;
        };
        let result = entry.get("result").unwrap_or(entry);
        let template = entry.get("result_template").or_else(|| result.get("result_template"));
        let template = template.and_then(Value::as_str).and_then(reports::task_template);
        let wanted = result.get("recommendation").cloned().or(template);
        if let Some(wanted) = wanted {
            let said = |pointer: &str| text(&wanted, pointer).map(str::to_owned);
            *recommendation = said("/value");
            (*reason, *detail) = (said("/reason/value"), said("/reason/detail"));
        }
        contents.extend(contents_of(name, result));
        detected.push((name.clone(), result.clone()));
        let delay = entry.get("response_delay").and_then(Value::as_i64).unwrap_or(0).max(0);
        delays.push((name.clone(), step.at, delay));
    }
    detect(scenario, &detected);
    for (name, from, delay) in delays {
        let touched = |step: &&mut Step| step.at >= from && step.what.needs().contains(&&*name);
        for step in scenario.steps.iter_mut().filter(touched) {
            step.at += delay;
        }
    }
}

/// The document turns out to be of another type or country.
fn detect(scenario: &mut Scenario, detected: &[(String, Value)]) {
    for (wanted, result) in detected {
        let said = |pointer: &str| text(result, pointer).map(str::to_owned);
        for step in &mut scenario.steps {
            let StepKind::Resource { name, document_type, country, .. } = &mut step.what else {
                continue;
            };
            if name == wanted {
                *document_type = said("/detected_document_type").or(document_type.take());
                *country = said("/detected_country").or(country.take());
            }
        }
    }
}

fn contents_of(name: &str, result: &Value) -> TaskContents {
    let mut contents = Vec::new();
    if let Some(fields) = result.get("document_fields").filter(|fields| fields.is_object()) {
        let content = ("application/json".to_owned(), fields.to_string().into_bytes());
        contents.push((format!("{name} document_fields"), content));
    }
    let photo = |key: &str| text(result, &format!("/document_id_photo/{key}"));
    if let (Some(kind), Some(Ok(bytes))) =
        (photo("content_type"), photo("data").map(|data| STANDARD.decode(data)))
    {
        contents.push((format!("{name} document_id_photo"), (kind.to_owned(), bytes)));
    }
    contents
}
