//! What a created session requires, of whom (contract 5.4).

use std::collections::BTreeMap;

use serde_json::Value;

use super::spec::CreationSpec;
use super::supported;
use crate::simulator::scenario::Requirement;
use crate::simulator::scenario::step::IN_BRANCH;

const ID_TASK: &str = "ID_DOCUMENT_TEXT_DATA_EXTRACTION";
const OTHER_TASK: &str = "SUPPLEMENTARY_DOCUMENT_TEXT_DATA_EXTRACTION";

/// Documents in order, then what checks need (contract 5.4).
pub(crate) fn requirements(spec: &CreationSpec) -> Vec<Requirement> {
    let sources = if spec.in_branch_only() { &["IBV"][..] } else { &["END_USER", "IBV"] };
    let sources: Vec<String> = sources.iter().map(|source| (*source).to_owned()).collect();
    let assessments: Vec<String> =
        IN_BRANCH.iter().filter(|k| spec.check(k).is_some()).map(|k| (*k).to_owned()).collect();
    let scheme = spec.check("DOCUMENT_SCHEME_VALIDITY_CHECK").and_then(|c| c.config("scheme"));
    let attempts = attempts(spec);
    let mut all: Vec<Requirement> = Vec::new();
    for document in &spec.documents {
        let (kind, task) = if document.supplementary {
            ("SUPPLEMENTARY_DOCUMENT", OTHER_TASK)
        } else {
            ("ID_DOCUMENT", ID_TASK)
        };
        let first = supported::first(&document.accepts).1;
        all.push(Requirement {
            kind: kind.to_owned(),
            sources: sources.clone(),
            promise: Some(first.to_owned()),
            accepts: document.accepts.clone(),
            assessments: assessments.clone(),
            scheme: scheme.map(str::to_owned),
            tasks: spec.task(task).iter().map(|task| task.kind.clone()).collect(),
            objective: document.objective.clone(),
            attempts: if document.supplementary { BTreeMap::new() } else { attempts.clone() },
            ..Requirement::default()
        });
    }
    let more = |kind: &str, sources: &[String]| Requirement {
        kind: kind.to_owned(),
        sources: sources.to_vec(),
        ..Requirement::default()
    };
    let liveness = spec.check("LIVENESS");
    if let Some(check) = liveness {
        let kind = check.config("liveness_type").unwrap_or("ZOOM");
        let liveness_type = Some(kind.to_owned());
        all.push(Requirement { liveness_type, ..more("LIVENESS", &sources) });
    }
    let matched = spec.check("ID_DOCUMENT_FACE_MATCH").is_some();
    // At home the liveness capture has a face already; a branch takes a picture of its own.
    let face = matched && (liveness.is_none() || spec.in_branch_only());
    if face || spec.check("FACE_COMPARISON").is_some() {
        let mut sources = sources.clone();
        if !spec.in_branch_only() {
            sources.insert(1, "RELYING_BUSINESS".to_owned());
        }
        all.push(more("FACE_CAPTURE", &sources));
    }
    let claimed = spec.value.pointer("/resources/applicant_profile").is_some();
    // Without a claimed identity there is nothing to match with (contract 5.4).
    if spec.check("PROFILE_DOCUMENT_MATCH").is_some() && !claimed {
        all.push(more("APPLICANT_PROFILE", &["RELYING_BUSINESS".to_owned()]));
    }
    all
}

fn attempts(spec: &CreationSpec) -> BTreeMap<String, i64> {
    let path = "/sdk_config/attempts_configuration/ID_DOCUMENT_TEXT_DATA_EXTRACTION";
    let said = spec.value.pointer(path).and_then(Value::as_object);
    let said = said.map(|map| map.iter().filter_map(|(k, v)| Some((k.clone(), v.as_i64()?))));
    match said {
        Some(said) => said.collect(),
        None => [("GENERIC", 2), ("RECLASSIFICATION", 2)].map(|(k, n)| (k.to_owned(), n)).into(),
    }
}
