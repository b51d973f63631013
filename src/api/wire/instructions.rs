//! The letter and the branches (contract 7.3, 7.4).

use serde_json::Value;

use super::cursor::JsonCursor;
use super::notes::Notes;
use crate::api::ApiErrorKind;
use crate::domain::session::ids::RequirementId;
use crate::domain::session::instructions::{Branch, Instructions, PromisedDocument};

pub(in crate::api) fn value(value: &Value) -> Result<Instructions, ApiErrorKind> {
    let notes = Notes::default();
    let root = JsonCursor::root(value, &notes)
        .ok_or(ApiErrorKind::NotFromYoti("the response is not a JSON object"))?;
    let documents = root.list("documents");
    let mut letter = Instructions {
        contact_profile_exists: root.flag("contact_profile_exists"),
        documents: documents.iter().map(promised).collect(),
        branch: root.object("branch").as_ref().map(branch),
        extra: root.rest(),
        ..Instructions::default()
    };
    (letter.drift, letter.unknown) = notes.take();
    Ok(letter)
}

fn promised(item: &JsonCursor<'_>) -> PromisedDocument {
    let document = item.object("document");
    let part = |key: &str| document.as_ref().and_then(|d| d.text(key));
    PromisedDocument {
        requirement_id: RequirementId::new(item.needed("requirement_id").unwrap_or_default()),
        kind: document.as_ref().and_then(|d| d.value("type")),
        country_code: part("country_code"),
        document_type: part("document_type"),
    }
}

pub(super) fn branch(branch: &JsonCursor<'_>) -> Branch {
    let location = branch.object("location");
    let number = |key: &str| location.as_ref().and_then(|location| location.scalar(key));
    Branch {
        branch_type: branch.text("type"),
        // A text: leading zeros count, and a number in its place keeps its digits (contract 7.4).
        fad_code: branch.scalar("fad_code"),
        name: branch.text("name"),
        address: branch.text("address"),
        // Pages of the documentation differ (contract 11 #10).
        post_code: branch.text("post_code").or_else(|| branch.text("postcode")),
        location: number("latitude").zip(number("longitude")),
    }
}
