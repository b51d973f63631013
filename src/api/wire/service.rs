//! Answers that belong to no session result: devices, branches, supported documents, a new face
//! capture (contract 13.2, 7.4, 13.3, 1.2 #14).

use serde_json::{Map, Value};

use super::cursor::JsonCursor;
use super::notes::Notes;
use super::{instructions, requirement};
use crate::api::ApiErrorKind;
use crate::domain::session::device::{Device, TrackedDevice, TrackedDevices};
use crate::domain::session::ids::ResourceId;
use crate::domain::session::instructions::Branches;
use crate::domain::session::resource::FaceCapture;
use crate::domain::session::supported::SupportedDocuments;

fn object<'a>(value: &'a Value, notes: &'a Notes) -> Result<JsonCursor<'a>, ApiErrorKind> {
    JsonCursor::root(value, notes)
        .ok_or(ApiErrorKind::NotFromYoti("the response is not a JSON object"))
}

/// The answer is a list; it is read as if it stood under the key `devices`.
pub(in crate::api) fn devices(value: Value) -> Result<TrackedDevices, ApiErrorKind> {
    if !value.is_array() {
        return Err(ApiErrorKind::NotFromYoti("the response is not a list of devices"));
    }
    // The cursor begins at an object, and this answer is a bare array (contract 13.2).
    let holder = Value::Object(Map::from_iter([(String::from("devices"), value)]));
    let notes = Notes::default();
    let root = object(&holder, &notes)?;
    let devices = root.list("devices").iter().map(device).collect();
    let extra = root.rest();
    let (drift, unknown) = notes.take();
    Ok(TrackedDevices { devices, extra, unknown, drift })
}

fn device(item: &JsonCursor<'_>) -> TrackedDevice {
    let device = item.object("device");
    let part = |key: &str| device.as_ref().and_then(|device| device.text(key));
    TrackedDevice {
        event: item.value("event"),
        resource_id: item.text("resource_id").map(ResourceId::new),
        created: item.time(&["created", "created_at"]),
        device: Device {
            ip_address: part("ip_address"),
            ip_iso_country_code: part("ip_iso_country_code"),
            manufacture_name: part("manufacture_name"),
            model_name: part("model_name"),
            os_name: part("os_name"),
            os_version: part("os_version"),
            browser_name: part("browser_name"),
            browser_version: part("browser_version"),
            locale: part("locale"),
            client_version: part("client_version"),
        },
        extra: item.rest(),
    }
}

pub(in crate::api) fn branches(value: &Value) -> Result<Branches, ApiErrorKind> {
    let notes = Notes::default();
    let root = object(value, &notes)?;
    let branches = root.list("branches").iter().map(instructions::branch).collect();
    let extra = root.rest();
    let (drift, _) = notes.take();
    Ok(Branches { branches, extra, drift })
}

pub(in crate::api) fn supported(value: &Value) -> Result<SupportedDocuments, ApiErrorKind> {
    let notes = Notes::default();
    let root = object(value, &notes)?;
    let countries = requirement::countries(&root);
    let extra = root.rest();
    let (drift, _) = notes.take();
    Ok(SupportedDocuments { countries, extra, drift })
}

pub(in crate::api) fn face_capture(value: &Value) -> Result<FaceCapture, ApiErrorKind> {
    let notes = Notes::default();
    let root = object(value, &notes)?;
    let id = root.needed("id").ok_or(ApiErrorKind::NotFromYoti("the response has no ID"))?;
    Ok(FaceCapture { id: ResourceId::new(id), frames: root.integer("frames") })
}
