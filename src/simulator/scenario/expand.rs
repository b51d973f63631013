//! From the short form of a scenario to single steps: `like`, `repeat`, and the steps that stand
//! for several.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::step::{Step, StepKind};
use crate::simulator::scenario::{Requirement, Scenario};

/// When the frames of a page come, in seconds after it (contract 12).
const FRAMES: &[i64] = &[2, 4, 5, 7, 8];

/// Lays a scenario over the one that it is like.
pub(crate) fn over(base: Scenario, mut this: Scenario) -> Scenario {
    let until = this.until.unwrap_or(i64::MAX);
    let later = this.later;
    let mut steps: Vec<Step> = base.steps.into_iter().filter(|step| step.at <= until).collect();
    for step in &mut steps {
        step.at += later;
        if let StepKind::Check { name, state, report, .. } = &mut step.what
            && state == "DONE"
            && let Some(outcome) = this.outcome.get(name)
        {
            *report = Some(outcome.clone());
        }
    }
    steps.append(&mut this.steps);
    steps.sort_by_key(|step| step.at);
    let mut requirements = base.requirements;
    requirements.append(&mut this.requirements);
    let mut requested_checks = base.requested_checks;
    requested_checks.append(&mut this.requested_checks);
    Scenario {
        steps,
        requirements,
        requested_checks,
        applicant_profile: this.applicant_profile || base.applicant_profile,
        letter_at: this.letter_at.or(base.letter_at).filter(|at| *at <= until),
        user_tracking_id: this.user_tracking_id.or(base.user_tracking_id),
        session_extra: this.session_extra.or(base.session_extra),
        configuration_extra: this.configuration_extra.or(base.configuration_extra),
        ..this
    }
}

/// A list with what repeats written out.
pub(crate) fn requirements(
    written: Vec<Requirement>,
    words: &[String],
) -> Result<Vec<Requirement>, String> {
    let mut all = Vec::new();
    for requirement in written {
        for turn in 0..requirement.repeat.max(1) {
            all.push(turned(&requirement, turn, requirement.repeat, words)?);
        }
    }
    Ok(all)
}

/// Steps with what repeats and what is short written out, in order of time.
pub(crate) fn steps(written: Vec<Step>, words: &[String]) -> Result<Vec<Step>, String> {
    let mut all = Vec::new();
    for step in written {
        for turn in 0..step.repeat.max(1) {
            let what = turned(&step.what, turn, step.repeat, words)?;
            let late = step.every.saturating_mul(i64::try_from(turn).unwrap_or(i64::MAX));
            single(step.at.saturating_add(late), what, &mut all);
        }
    }
    all.sort_by_key(|step| step.at);
    Ok(all)
}

/// The value as it is at one turn: `{n}` is the turn's number from 1, `{m}` the next turn's (the
/// first again after the last), `{word}` one of the words; `place` counts up.
fn turned<T: Serialize + DeserializeOwned + Clone>(
    value: &T,
    turn: usize,
    turns: usize,
    words: &[String],
) -> Result<T, String> {
    if turns <= 1 {
        return Ok(value.clone());
    }
    let mut table = toml::Value::try_from(value).map_err(|why| why.to_string())?;
    let word = words.get(turn % words.len().max(1)).map_or("", String::as_str);
    let (n, m) = ((turn + 1).to_string(), ((turn + 1) % turns + 1).to_string());
    fill(&mut table, &[("{n}", &n), ("{m}", &m), ("{word}", word)]);
    if let Some(place) = table.get_mut("place") {
        let counted = place.as_integer().unwrap_or(0) + i64::try_from(turn).unwrap_or(0);
        *place = toml::Value::Integer(counted);
    }
    table.try_into().map_err(|why: toml::de::Error| why.to_string())
}

fn fill(value: &mut toml::Value, marks: &[(&str, &str)]) {
    match value {
        toml::Value::String(text) => {
            for (mark, with) in marks {
                if text.contains(mark) {
                    *text = text.replace(mark, with);
                }
            }
        }
        toml::Value::Array(list) => list.iter_mut().for_each(|inner| fill(inner, marks)),
        toml::Value::Table(table) => table.iter_mut().for_each(|(_, inner)| fill(inner, marks)),
        _ => {}
    }
}

/// Writes out a step that stands for several.
fn single(at: i64, what: StepKind, all: &mut Vec<Step>) {
    match what {
        StepKind::Capture { .. } => capture(at, what, all),
        StepKind::Extract { .. } => extract(at, what, all),
        StepKind::Run { name, check, uses, report, seconds, extra } => {
            // A third each, and no more than a quarter of a minute: most of the time it is PENDING.
            let part = (seconds / 3).min(15);
            for (later, state) in [(0, "CREATED"), (part, "READY"), (2 * part, "PENDING")] {
                let (name, check, uses) = (name.clone(), check.clone(), uses.clone());
                let state = state.to_owned();
                let what = StepKind::Check { name, check, state, uses, report: None, extra: None };
                all.push(Step::new(at + later, what));
            }
            let (state, report) = ("DONE".to_owned(), Some(report));
            let what = StepKind::Check { name, check, state, uses, report, extra };
            all.push(Step::new(at + seconds, what));
        }
        StepKind::BranchChecks { uses, checks, scheme, recommendation } => {
            for check in checks {
                for document in &uses {
                    let (scheme, recommendation) = (scheme.as_deref(), &recommendation);
                    all.push(Step::new(at, branch_check(&check, document, scheme, recommendation)));
                }
            }
        }
        other => all.push(Step::new(at, other)),
    }
}

fn branch_check(check: &str, document: &str, scheme: Option<&str>, value: &str) -> StepKind {
    let mut uses = vec![document.to_owned()];
    if check == "PROFILE_DOCUMENT_MATCH" {
        uses.push("applicant".to_owned());
    }
    let report = json!({ "recommendation": { "value": value }, "breakdown": [] });
    let scheme = scheme.filter(|_| check == "DOCUMENT_SCHEME_VALIDITY_CHECK");
    StepKind::Check {
        name: format!("{check} {document}"),
        check: check.to_owned(),
        state: "DONE".to_owned(),
        uses,
        report: Some(report.to_string()),
        extra: scheme.map(|scheme| json!({ "scheme": scheme }).to_string()),
    }
}

fn capture(at: i64, what: StepKind, all: &mut Vec<Step>) {
    let StepKind::Capture { name, place, container, source, document_type, country, pages, unread } =
        what
    else {
        return;
    };
    let require = |state: &str, at: i64, all: &mut Vec<Step>| {
        if let Some(place) = place {
            all.push(Step::new(at, StepKind::require(place, state)));
        }
    };
    let (document_type, country) = (Some(document_type), Some(country));
    let (named, source) = (name.clone(), Some(source));
    let what =
        StepKind::Resource { name: named, container, source, document_type, country, extra: None };
    all.push(Step::new(at, what));
    require("IN_PROGRESS", at, all);
    let mut last = at;
    for (page, frames) in (0_i64..).zip(pages) {
        // The first page comes 21 s after its resource in Yoti's sample (contract 7.7).
        last = at + 21 + 12 * page;
        let (name, method) = (name.clone(), String::from("CAMERA"));
        all.push(Step::new(
            last,
            StepKind::Page { name: name.clone(), method, hollow: false, frames: 0 },
        ));
        for frame in 0..frames {
            let later = FRAMES.get(frame).copied().unwrap_or(9);
            let frame = StepKind::Frame { name: name.clone(), hollow: false };
            all.push(Step::new(last + later, frame));
        }
    }
    if !unread {
        require("COMPLETE", last + 22, all);
    }
}

fn extract(at: i64, what: StepKind, all: &mut Vec<Step>) {
    let StepKind::Extract { name, place, task, seconds, recommendation, generates } = what else {
        return;
    };
    let state = |state: &str, done: bool| StepKind::Task {
        name: name.clone(),
        task: task.clone(),
        state: state.to_owned(),
        recommendation: done.then(|| recommendation.clone()),
        reason: None,
        detail: None,
        generates: generates.clone().filter(|_| done),
        media: done.then(|| "document_fields".to_owned()),
    };
    let media = |field: &str, kind: &str| StepKind::media(&name, field, kind);
    let end = at + seconds;
    all.push(Step::new(at, state("PENDING", false)));
    all.push(Step::new(end, state("DONE", true)));
    all.push(Step::new(end, media("document_fields", "JSON")));
    if task == "ID_DOCUMENT_TEXT_DATA_EXTRACTION" {
        all.push(Step::new(end, media("document_id_photo", "IMAGE")));
    }
    if let Some(place) = place {
        all.push(Step::new(end, StepKind::require(place, "COMPLETE")));
    }
}
