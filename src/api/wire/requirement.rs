//! Required resources of a configuration (contract 5, 6).
//!
//! Owns the field names of a requirement. Sources are read here, never inferred.

use super::cursor::Cursor;
use crate::domain::configuration::{
    AcceptedDocuments, AllowedSource, Assessment, RequestedTask, RequiredResource,
};
use crate::domain::ids::RequirementId;
use crate::domain::server_text::ServerText;
use crate::domain::wire_enum::{
    AssessmentState, CheckType, LivenessType, RequirementState, RequirementType, SourceType,
    TaskType,
};

pub(super) fn one(item: &Cursor<'_>) -> Option<RequiredResource> {
    let attempts = item.object("attempts_remaining");
    Some(RequiredResource {
        id: RequirementId::new(item.id("id")?),
        requirement_type: item.name("type").map(RequirementType::from_wire),
        state: item.name("state").map(RequirementState::from_wire),
        allowed_sources: item.list("allowed_sources").iter().filter_map(source).collect(),
        requested_tasks: item.list("requested_tasks").iter().map(task).collect(),
        assessments: item.list("ibv_client_assessments").iter().filter_map(assessment).collect(),
        accepted: accepted(item),
        allowed_capture_methods: item.text("allowed_capture_methods"),
        attempts_remaining: attempts.as_ref().map(self::attempts).unwrap_or_default(),
        objective: item.object("objective").and_then(|objective| objective.text("type")),
        liveness_type: item.name("liveness_type").map(LivenessType::from_wire),
    })
}

fn source(item: &Cursor<'_>) -> Option<AllowedSource> {
    let stated = item.entries().any(|(key, v)| key == "allowed_providers" && v.is_array());
    Some(AllowedSource {
        source: SourceType::from_wire(item.name("type")?),
        allowed_providers: stated.then(|| item.texts("allowed_providers")),
    })
}

fn task(item: &Cursor<'_>) -> RequestedTask {
    RequestedTask {
        task_type: item.name("type").map(TaskType::from_wire),
        state: item.name("state").map(RequirementState::from_wire),
    }
}

fn assessment(item: &Cursor<'_>) -> Option<Assessment> {
    Some(Assessment {
        check_type: CheckType::from_wire(item.name("type")?),
        state: item.name("state").map(AssessmentState::from_wire),
        scheme: item.text("scheme"),
    })
}

fn accepted(item: &Cursor<'_>) -> Vec<AcceptedDocuments> {
    let by_country = item.list("supported_countries");
    if !by_country.is_empty() {
        return by_country
            .iter()
            .filter_map(|country| {
                let documents = country.list("supported_documents");
                Some(AcceptedDocuments {
                    country: country.text("code")?,
                    document_types: documents.iter().filter_map(|d| d.text("type")).collect(),
                })
            })
            .collect();
    }
    let document_types = item.texts("document_types");
    let mut countries = item.texts("country_codes");
    if countries.is_empty() && !document_types.is_empty() {
        countries.push(ServerText::default()); // any country
    }
    countries
        .into_iter()
        .map(|country| AcceptedDocuments { country, document_types: document_types.clone() })
        .collect()
}

fn attempts(map: &Cursor<'_>) -> Vec<(ServerText, i64)> {
    map.entries().filter_map(|(key, _)| Some((key.as_str().into(), map.integer(key)?))).collect()
}
