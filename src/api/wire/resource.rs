//! Resources, tasks and media of a session result (contract 3.2–3.5, 10).
//!
//! Owns the containers' keys. A container that is not known keeps its key.

use serde_json::Value;

use super::cursor::Cursor;
use crate::domain::ids::{CheckId, MediaId, ResourceId, TaskId};
use crate::domain::resource::{Document, Media, Page, Resource, ResourceKind, Task};
use crate::domain::server_text::ServerText;
use crate::domain::wire_enum::{
    CaptureMethod, LivenessType, MediaType, SourceType, TaskRecommendation, TaskState, TaskType,
};

/// All resources, container by container, in the order received.
pub(super) fn all(container: &Cursor<'_>) -> Vec<Resource> {
    let mut found = Vec::new();
    for (key, value) in container.entries() {
        if value.is_array() {
            found.extend(container.list(key).iter().filter_map(|item| one(key, item)));
        } else if !value.is_null() {
            container.note(key, "no list");
        }
    }
    found
}

fn one(container: &str, item: &Cursor<'_>) -> Option<Resource> {
    let id = ResourceId::new(item.id("id")?);
    let kind = match container {
        "id_documents" => ResourceKind::IdDocument(document(item)),
        "supplementary_documents" => ResourceKind::SupplementaryDocument(document(item)),
        "liveness_capture" => {
            ResourceKind::Liveness(item.name("liveness_type").map(LivenessType::from_wire))
        }
        "face_capture" => ResourceKind::FaceCapture,
        "applicant_profiles" => ResourceKind::ApplicantProfile,
        "share_codes" => ResourceKind::ShareCode,
        other => ResourceKind::Unknown(ServerText::from(other)),
    };
    let source = item.object("source").and_then(|source| source.name("type"));
    Some(Resource {
        id,
        kind,
        source: source.map(SourceType::from_wire),
        created_at: item.time(&["created_at", "created"]),
        last_updated: item.time(&["last_updated"]),
        tasks: item.list("tasks").iter().filter_map(task).collect(),
        media: media_below(item),
    })
}

fn document(item: &Cursor<'_>) -> Document {
    let pages = item.list("pages");
    Document {
        document_type: item.text("document_type"),
        issuing_country: item.text("issuing_country"),
        pages: pages.iter().map(page).collect(),
    }
}

fn page(item: &Cursor<'_>) -> Page {
    let frames = item.list("frames");
    Page {
        capture_method: item.name("capture_method").map(CaptureMethod::from_wire),
        media: media(item, "page"),
        frames: frames.iter().map(|frame| media(frame, "frame")).collect(),
    }
}

fn media(holder: &Cursor<'_>, role: &str) -> Option<Media> {
    let media = holder.object("media")?;
    Some(Media {
        id: MediaId::new(media.id("id")?),
        media_type: media.name("type").map(MediaType::from_wire),
        role: role.to_owned(),
        created: media.time(&["created", "created_at"]),
    })
}

fn task(item: &Cursor<'_>) -> Option<Task> {
    let recommendation = item.object("recommendation");
    let reason = recommendation.as_ref().and_then(|r| r.object("reason"));
    let checks = item.list("generated_checks");
    Some(Task {
        id: TaskId::new(item.id("id")?),
        task_type: item.name("type").map(TaskType::from_wire),
        state: item.name("state").map(TaskState::from_wire),
        created: item.time(&["created", "created_at"]),
        last_updated: item.time(&["last_updated"]),
        generated_checks: checks.iter().filter_map(|c| c.id("id").map(CheckId::new)).collect(),
        recommendation: recommendation
            .as_ref()
            .and_then(|r| r.name("value"))
            .map(TaskRecommendation::from_wire),
        reason: reason.as_ref().and_then(|r| r.text("value")),
        reason_detail: reason.as_ref().and_then(|r| r.text("detail")),
    })
}

/// Every media below an object, also below keys that are not known: an object under a key `media`
/// with a text `id`, and the items of `generated_media` (contract 10). Each id once, in order.
pub(super) fn media_below(item: &Cursor<'_>) -> Vec<Media> {
    let mut found = Vec::new();
    for (key, value) in item.entries() {
        collect(value, key, key, &mut found);
    }
    found
}

fn collect(value: &Value, key: &str, role: &str, found: &mut Vec<Media>) {
    match value {
        Value::Object(map) => {
            if key == "media" {
                add(value, role, found);
            }
            for (inner_key, inner) in map {
                let role = if inner_key == "media" { role } else { inner_key };
                collect(inner, inner_key, role, found);
            }
        }
        Value::Array(list) => {
            for inner in list {
                if key == "generated_media" {
                    add(inner, "generated", found);
                }
                collect(inner, key, role, found);
            }
        }
        _ => {}
    }
}

fn add(value: &Value, role: &str, found: &mut Vec<Media>) {
    let text = |key: &str| value.get(key).and_then(Value::as_str);
    let Some(id) = text("id").filter(|id| !id.is_empty()) else { return };
    let id = MediaId::new(id);
    if found.iter().any(|known| known.id == id) {
        return;
    }
    let known = matches!(
        role,
        "pages"
            | "frames"
            | "document_fields"
            | "document_id_photo"
            | "expanded_document_fields"
            | "file"
            | "image"
            | "facemap"
            | "generated"
            | "generated_profile"
            | "raw_results"
            | "lookup_profile"
            | "returned_profile"
            | "id_photo"
            | "media"
            | "identity_profile_report"
            | "import_token"
            | "applicant_profiles"
    );
    let role = match role {
        "pages" => "page",
        "frames" => "frame",
        "media" | "applicant_profiles" => "content",
        role if known => role,
        _ => "other",
    };
    found.push(Media {
        id,
        media_type: text("type").map(MediaType::from_wire),
        role: role.to_owned(),
        created: text("created").and_then(|time| time.parse().ok()),
    });
}
