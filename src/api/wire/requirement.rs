//! Required resources of a configuration (contract 5, 6), and accepted documents wherever they
//! stand.

use super::cursor::{JsonCursor, Named};
use crate::domain::server_text::ServerText;
use crate::domain::session::configuration::{
    AcceptedDocuments, AllowedSource, Assessment, DocumentLimit, RequestedTask, RequiredResource,
};
use crate::domain::session::ids::RequirementId;
use crate::domain::session::wire_enum::WireValue;

pub(super) fn one(item: &JsonCursor<'_>) -> RequiredResource {
    let attempts = item.object("attempts_remaining");
    RequiredResource {
        id: RequirementId::new(item.id()),
        requirement_type: item.value("type"),
        state: item.value("state"),
        allowed_sources: item.all_named("allowed_sources").iter().map(source).collect(),
        requested_tasks: item.list("requested_tasks").iter().map(task).collect(),
        assessments: item.list("ibv_client_assessments").iter().map(assessment).collect(),
        accepted: accepted(item),
        allowed_capture_methods: item.text("allowed_capture_methods"),
        attempts_remaining: attempts.as_ref().map(self::attempts).unwrap_or_default(),
        objective: item.object("objective").and_then(|objective| objective.text("type")),
        liveness_type: item.value("liveness_type"),
        allow_digital_ids: item.flag("allow_digital_ids"),
        allowed_providers: providers(item),
        extra: item.rest(),
    }
}

/// A value that makes no sense without its name: a missing one becomes the empty, unknown one.
fn named<T: WireValue>(item: &JsonCursor<'_>) -> T {
    item.value("type").unwrap_or_else(|| {
        // Unknown, and so counted as refer: a source without a name must not pass for a known one.
        item.note_unknown("type", "");
        T::of_wire("")
    })
}

fn source(item: &Named<'_>) -> AllowedSource {
    let source = match item {
        Named::Object(item) => named(item),
        Named::Bare { .. } => item.value("type").unwrap_or_else(|| WireValue::of_wire("")),
    };
    AllowedSource {
        source,
        allowed_providers: item.object().and_then(providers),
        extra: item.rest(),
    }
}

/// `allowed_providers`: texts or objects with a `name`; `None` where no list is stated.
fn providers(item: &JsonCursor<'_>) -> Option<Vec<ServerText>> {
    let stated = item.entries().any(|(key, v)| key == "allowed_providers" && v.is_array());
    let all = || item.all_named("allowed_providers");
    // `None` and an empty list differ: absence means any provider (contract 6.1).
    stated.then(|| all().iter().filter_map(|provider| provider.text("name")).collect())
}

fn task(item: &JsonCursor<'_>) -> RequestedTask {
    RequestedTask { task_type: item.value("type"), state: item.value("state") }
}

fn assessment(item: &JsonCursor<'_>) -> Assessment {
    Assessment { check_type: named(item), state: item.value("state"), scheme: item.text("scheme") }
}

fn accepted(item: &JsonCursor<'_>) -> Vec<AcceptedDocuments> {
    let by_country = countries(item);
    if !by_country.is_empty() {
        return by_country;
    }
    let document_types = item.texts("document_types");
    let mut countries = item.texts("country_codes");
    if countries.is_empty() && !document_types.is_empty() {
        countries.push(ServerText::default()); // any country
    }
    let of = |country| AcceptedDocuments {
        country,
        document_types: document_types.clone(),
        limits: Vec::new(),
    };
    countries.into_iter().map(of).collect()
}

/// `supported_countries` of a requirement, or of the whole service (contract 13.3).
pub(super) fn countries(item: &JsonCursor<'_>) -> Vec<AcceptedDocuments> {
    let countries = item.list("supported_countries");
    countries.iter().filter_map(country).collect()
}

fn country(item: &JsonCursor<'_>) -> Option<AcceptedDocuments> {
    let country = item.needed("code")?;
    let documents: Vec<DocumentLimit> =
        item.list("supported_documents").iter().filter_map(document).collect();
    Some(AcceptedDocuments {
        country,
        document_types: documents.iter().map(|d| d.document_type.clone()).collect(),
        limits: documents
            .into_iter()
            .filter(|d| d.is_strictly_latin.is_some() || d.date_from.is_some())
            .collect(),
    })
}

fn document(item: &JsonCursor<'_>) -> Option<DocumentLimit> {
    Some(DocumentLimit {
        document_type: item.needed("type")?,
        is_strictly_latin: item.flag("is_strictly_latin"),
        date_from: item.object("requirements").and_then(|limits| limits.text("date_from")),
    })
}

fn attempts(map: &JsonCursor<'_>) -> Vec<(ServerText, i64)> {
    map.entries().filter_map(|(key, _)| Some((key.as_str().into(), map.integer(key)?))).collect()
}
