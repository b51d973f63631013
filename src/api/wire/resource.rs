//! Resources, tasks and media of a session result (contract 3.2–3.5, 10).
//!
//! A container that is not known keeps its key.

use serde_json::Value;

use super::cursor::JsonCursor;
use crate::domain::server_text::ServerText;
use crate::domain::session::ids::{CheckId, MediaId, ResourceId, TaskId};
use crate::domain::session::resource::{
    Document, GeneratedCheck, Liveness, Media, Page, Resource, ResourceKind, ShareCode, Task,
};
use crate::domain::session::wire_enum::MediaType;

/// All resources, container by container, in the order received.
pub(super) fn all(container: &JsonCursor<'_>) -> Vec<Resource> {
    let mut found = Vec::new();
    for (key, value) in container.entries() {
        // Any of the containers may be missing, null or empty (contract 3.2).
        if value.is_array() || value.is_null() {
            found.extend(container.list(key).iter().map(|item| one(key, item)));
        } else {
            container.note(key, "not a list");
        }
    }
    found
}

fn one(container: &str, item: &JsonCursor<'_>) -> Resource {
    let source = item.named("source");
    Resource {
        id: ResourceId::new(item.id()),
        kind: kind(container, item),
        source: source.as_ref().and_then(|source| source.value("type")),
        source_extra: source.map(|source| source.rest()).unwrap_or_default(),
        created_at: item.time(&["created_at", "created"]),
        last_updated: item.time(&["last_updated"]),
        tasks: item.list("tasks").iter().map(task).collect(),
        media: media_below(item),
        extra: item.rest(),
    }
}

fn kind(container: &str, item: &JsonCursor<'_>) -> ResourceKind {
    match container {
        "id_documents" => ResourceKind::IdDocument(document(item)),
        "supplementary_documents" => ResourceKind::SupplementaryDocument(document(item)),
        "liveness_capture" => ResourceKind::Liveness(Liveness {
            liveness_type: item.value("liveness_type"),
            capture_type: item.text("capture_type"),
            facemap: media_in(item, "facemap"),
            frames: frames(item),
            image: media_in(item, "image"),
        }),
        "face_capture" => ResourceKind::FaceCapture(media_in(item, "image")),
        "applicant_profiles" => ResourceKind::ApplicantProfile(media(item, "content")),
        "share_codes" => ResourceKind::ShareCode(ShareCode {
            lookup_profile: media_in(item, "lookup_profile"),
            returned_profile: media_in(item, "returned_profile"),
            id_photo: media_in(item, "id_photo"),
            file: media_in(item, "file"),
        }),
        other => {
            // New containers appear before SDKs know them:
            // shown under their own name (contract 11, rule 5).
            item.note_unknown("", other);
            ResourceKind::Unknown(ServerText::from(other))
        }
    }
}

fn document(item: &JsonCursor<'_>) -> Document {
    let pages = item.list("pages");
    Document {
        document_type: item.text("document_type"),
        provider: item.text("provider"),
        issuing_country: item.text("issuing_country"),
        pages: pages.iter().map(page).collect(),
        document_fields: media_in(item, "document_fields"),
        document_id_photo: media_in(item, "document_id_photo"),
        expanded_document_fields: media_in(item, "expanded_document_fields"),
        file: media_in(item, "file"),
    }
}

fn page(item: &JsonCursor<'_>) -> Page {
    Page {
        capture_method: item.value("capture_method"),
        media: media(item, "page"),
        frames: frames(item),
        extraction_image_ids: item.texts("extraction_image_ids"),
    }
}

fn frames(item: &JsonCursor<'_>) -> Vec<Option<Media>> {
    item.list("frames").iter().map(|frame| media(frame, "frame")).collect()
}

/// The media of `{ "media": { … } }`.
pub(super) fn media(holder: &JsonCursor<'_>, role: &str) -> Option<Media> {
    read_media(&holder.object("media")?, role)
}

/// The media of `{ key: { "media": { … } } }`, whose role is the key.
pub(super) fn media_in(item: &JsonCursor<'_>, key: &str) -> Option<Media> {
    media(&item.object(key)?, key)
}

/// `generated_media`: ids and types alone.
pub(super) fn generated_media(item: &JsonCursor<'_>) -> Vec<Media> {
    let list = item.list("generated_media");
    list.iter().filter_map(|media| read_media(media, "generated")).collect()
}

fn read_media(media: &JsonCursor<'_>, role: &str) -> Option<Media> {
    Some(Media {
        id: MediaId::new(media.needed("id")?),
        media_type: media.value("type"),
        role: role.to_owned(),
        created: media.time(&["created", "created_at"]),
        last_updated: media.time(&["last_updated"]),
    })
}

fn task(item: &JsonCursor<'_>) -> Task {
    let recommendation = item.object("recommendation");
    let reason = recommendation.as_ref().and_then(|r| r.object("reason"));
    let checks = item.list("generated_checks");
    Task {
        id: TaskId::new(item.id()),
        task_type: item.value("type"),
        state: item.value("state"),
        created: item.time(&["created", "created_at"]),
        last_updated: item.time(&["last_updated"]),
        generated_checks: checks
            .iter()
            .map(|check| GeneratedCheck {
                id: CheckId::new(check.id()),
                check_type: check.value("type"),
            })
            .collect(),
        generated_media: generated_media(item),
        recommendation: recommendation.as_ref().and_then(|r| r.value("value")),
        reason: reason.as_ref().and_then(|r| r.text("value")),
        reason_detail: reason.as_ref().and_then(|r| r.text("detail")),
    }
}

/// Every media below an object, also below keys that are not known: an object under a key `media`
/// with a text `id`, and the items of `generated_media` (contract 10). Each id once, in order, with
/// the role that says most: a task's media is also the document's fields.
pub(super) fn media_below(item: &JsonCursor<'_>) -> Vec<Media> {
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
    let id = MediaId::new(id);
    let time = |key: &str| text(key).and_then(|time| time.parse().ok());
    let media = Media {
        id,
        media_type: text("type").map(MediaType::from_wire),
        role: role.to_owned(),
        created: time("created"),
        last_updated: time("last_updated"),
    };
    match found.iter_mut().find(|known| known.id == media.id) {
        // A generated media has no times and no role; the place in the document tells both.
        Some(known) if is_vague(&known.role) && !is_vague(&media.role) => *known = media,
        Some(_) => {}
        None => found.push(media),
    }
}

fn is_vague(role: &str) -> bool {
    matches!(role, "generated" | "other")
}
