//! What clients send, checked as the API checks it (contract 7, 9), and the session it makes.
//!
//! Owns validation of `POST /sessions` and `PUT …/instructions`.

use serde_json::{Value, json};

use super::answer::Answer;
use super::branches;
use super::scenario::{Requirement, Scenario};
use super::shape::lay_over;
use super::step::{Step, What};

/// The in-branch checks: one for each document.
const IN_BRANCH: &[&str] =
    &["IBV_VISUAL_REVIEW_CHECK", "PROFILE_DOCUMENT_MATCH", "DOCUMENT_SCHEME_VALIDITY_CHECK"];

/// Reads the body of `POST /sessions` into a scenario that plays the basic in-branch timeline.
pub(super) fn scenario(body: &[u8]) -> Result<Scenario, Answer> {
    let spec: Value = serde_json::from_slice(body)
        .map_err(|_position| Answer::payload("", "must be valid JSON"))?;
    let ttl = spec.get("client_session_token_ttl").map_or(Some(600), Value::as_i64);
    let Some(ttl) = ttl.filter(|ttl| *ttl > 300) else {
        return Err(Answer::payload("client_session_token_ttl", "must be greater than 300"));
    };
    let checks: Vec<String> = list(&spec, "requested_checks")
        .iter()
        .filter_map(|check| check.get("type").and_then(Value::as_str).map(str::to_owned))
        .collect();
    if checks.is_empty() {
        return Err(Answer::payload("requested_checks", "must not be empty"));
    }
    let scheme = list(&spec, "requested_checks").iter().find_map(|check| {
        check.pointer("/config/scheme").and_then(Value::as_str).map(str::to_owned)
    });
    let sources = match spec.pointer("/ibv_options/support").and_then(Value::as_str) {
        Some("MANDATORY") => vec!["IBV".to_owned()],
        _ => vec!["END_USER".to_owned(), "IBV".to_owned()],
    };
    let assessments: Vec<String> =
        checks.iter().filter(|check| IN_BRANCH.contains(&check.as_str())).cloned().collect();
    let mut requirements: Vec<Requirement> = list(&spec, "required_documents")
        .iter()
        .map(|document| requirement(document, &sources, &assessments, scheme.as_deref()))
        .collect();
    let face = ["ID_DOCUMENT_FACE_MATCH", "FACE_COMPARISON"];
    if checks.iter().any(|check| face.contains(&check.as_str())) {
        let kind = "FACE_CAPTURE".to_owned();
        requirements.push(Requirement { kind, sources: sources.clone(), ..Requirement::default() });
    }
    if checks.iter().any(|check| check == "LIVENESS") {
        requirements.push(Requirement {
            kind: "LIVENESS".to_owned(),
            sources: vec!["END_USER".to_owned()],
            liveness_type: Some("ZOOM".to_owned()),
            ..Requirement::default()
        });
    }
    let steps = basic_visit(&requirements, &assessments, scheme.as_deref());
    Ok(Scenario {
        title: String::from("created by a client"),
        ttl,
        user_tracking_id: spec.get("user_tracking_id").and_then(Value::as_str).map(str::to_owned),
        applicant_profile: spec.pointer("/resources/applicant_profile").is_some(),
        requested_checks: checks,
        requirements,
        steps,
        ..Scenario::default()
    })
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn texts(value: Option<&Value>) -> Vec<String> {
    let list = value.and_then(Value::as_array).into_iter().flatten();
    list.filter_map(|item| item.as_str().map(str::to_owned)).collect()
}

fn requirement(
    document: &Value,
    sources: &[String],
    assessments: &[String],
    scheme: Option<&str>,
) -> Requirement {
    let kind = document.get("type").and_then(Value::as_str).unwrap_or("ID_DOCUMENT").to_owned();
    let is_id = kind == "ID_DOCUMENT";
    let restriction = document.pointer("/filter/documents/0").unwrap_or(document);
    let mut types = texts(restriction.get("document_types"));
    let mut countries = texts(restriction.get("country_codes"));
    if types.is_empty() {
        types.push(if is_id { "PASSPORT" } else { "UTILITY_BILL" }.to_owned());
    }
    if countries.is_empty() {
        countries.push("GBR".to_owned());
    }
    Requirement {
        promise: types.first().cloned(),
        accepts: countries.into_iter().map(|country| (country, types.clone())).collect(),
        kind,
        sources: sources.to_vec(),
        assessments: assessments.to_vec(),
        scheme: scheme.map(str::to_owned),
        objective: document.pointer("/objective/type").and_then(Value::as_str).map(str::to_owned),
        ..Requirement::default()
    }
}

/// The basic timeline of contract 12: documents one after another, then all in-branch checks.
fn basic_visit(
    requirements: &[Requirement],
    assessments: &[String],
    scheme: Option<&str>,
) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut at = 65;
    let mut names = Vec::new();
    for (place, requirement) in requirements.iter().enumerate() {
        let container = match requirement.kind.as_str() {
            "ID_DOCUMENT" => "id_documents",
            "SUPPLEMENTARY_DOCUMENT" => "supplementary_documents",
            "FACE_CAPTURE" => "face_capture",
            _ => continue,
        };
        let name = format!("document {place}");
        let is_document = requirement.promise.is_some();
        steps.push(Step::new(
            at,
            What::Resource {
                name: name.clone(),
                container: container.to_owned(),
                source: Some("IBV".to_owned()),
                document_type: requirement.promise.clone(),
                country: requirement.accepts.keys().next().cloned(),
                extra: None,
            },
        ));
        let captured = if is_document {
            What::Page { name: name.clone(), frames: 2, hollow: false, method: "CAMERA".to_owned() }
        } else {
            let (field, kind) = ("image".to_owned(), "IMAGE".to_owned());
            What::Media { name: name.clone(), field, kind }
        };
        steps.push(Step::new(at + 21, captured));
        let state = "COMPLETE".to_owned();
        steps.push(Step::new(at + 30, What::Require { place, state }));
        if is_document {
            names.push(name);
        }
        at += 120;
    }
    steps.push(Step::new(
        at,
        What::BranchChecks {
            uses: names,
            checks: assessments.to_vec(),
            scheme: scheme.map(str::to_owned),
            recommendation: "APPROVE".to_owned(),
        },
    ));
    steps.push(Step::new(at, What::Complete {}));
    steps
}

/// Checks the body of `PUT …/instructions` against the configuration.
pub(super) fn instructions(body: &[u8], configuration: &Value) -> Result<Value, Answer> {
    let value: Value = serde_json::from_slice(body)
        .map_err(|_position| Answer::payload("", "must be valid JSON"))?;
    for part in ["first_name", "last_name", "email"] {
        let text = value.pointer(&format!("/contact_profile/{part}")).and_then(Value::as_str);
        if text.is_none_or(|text| text.trim().is_empty()) {
            return Err(Answer::payload(&format!("contact_profile.{part}"), "must not be blank"));
        }
    }
    if value.pointer("/branch/type").and_then(Value::as_str).is_none() {
        return Err(Answer::payload("branch.type", "must not be null"));
    }
    let Some(code) = value.pointer("/branch/fad_code").and_then(Value::as_str) else {
        return Err(Answer::payload("branch.fad_code", "must not be null"));
    };
    if code.len() != 7 || !code.chars().all(|c| c.is_ascii_alphanumeric()) {
        let message = "must be an alphanumeric of 7 characters in length";
        return Err(Answer::payload("branch.fad_code", message));
    }
    let Some(known_branch) = branches::by_code(code) else {
        return Err(Answer::payload(
            "branch.fad_code",
            "Provided fadCode does not relate to any branch",
        ));
    };
    let mut value = value;
    if let Some(branch) = value.get_mut("branch") {
        let said = branch.take();
        *branch = known_branch;
        lay_over(branch, said);
    }
    let required = configuration.pointer("/capture/required_resources");
    let known: Vec<&Value> = required
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|requirement| requirement.get("id"))
        .collect();
    for document in list(&value, "documents") {
        let id = document.get("requirement_id");
        if !id.is_some_and(|id| known.contains(&id)) {
            return Err(Answer::error(404, "REQUIREMENT_NOT_FOUND", "No such requirement"));
        }
    }
    Ok(value)
}

/// What `GET /supported-documents` says (contract 13.3).
pub(super) fn supported_documents() -> Value {
    let country = |code: &str, types: &[&str]| {
        let documents: Vec<Value> =
            types.iter().map(|kind| json!({ "type": kind, "is_strictly_latin": true })).collect();
        json!({ "code": code, "supported_documents": documents })
    };
    json!({ "supported_countries": [
        country("GBR", &["PASSPORT", "DRIVING_LICENCE", "RESIDENCE_PERMIT"]),
        country("IRL", &["PASSPORT", "DRIVING_LICENCE"]),
        country("FRA", &["PASSPORT", "NATIONAL_ID", "DRIVING_LICENCE"]),
    ] })
}
