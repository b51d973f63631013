//! Face captures by the relying business: created, then given an image or a stored applicant
//! (contract 1.2 #14–16).

use serde_json::{Value, json};

use super::specimen::readable;
use crate::domain::session::ids::SessionId;
use crate::simulator::http::answer::Reply;
use crate::simulator::json::{list, text};
use crate::simulator::scenario::step::StepKind;
use crate::simulator::world::{Face, World};

/// `POST …/resources/face-capture`
pub(crate) fn create(world: &mut World, id: SessionId, body: &[u8]) -> Result<Reply, Reply> {
    let now = world.now();
    let (resident, moment) = world.ongoing(id)?;
    let value = serde_json::from_slice::<Value>(body).unwrap_or_default();
    let Some(asked) = text(&value, "/requirement_id") else {
        return Err(Reply::payload("requirement_id", "must not be null"));
    };
    // All with this id: in SEED's scenario several requirements share one.
    let required = list(&moment.configuration, "/capture/required_resources").iter().enumerate();
    let mut of_that_id = required.filter(|(_, r)| text(r, "/id") == Some(asked)).peekable();
    if of_that_id.peek().is_none() {
        return Err(Reply::error(404, "REQUIREMENT_NOT_FOUND", "No such requirement"));
    }
    let found = of_that_id.find(|(_, r)| text(r, "/type") == Some("FACE_CAPTURE"));
    let Some((place, requirement)) = found else {
        return Err(Reply::payload("requirement_id", "must be that of a face capture"));
    };
    if text(requirement, "/state") == Some("COMPLETE") {
        return Err(Reply::error(409, "REQUIREMENT_LOCKED", "The requirement is met"));
    }
    let mut allowed = list(requirement, "/allowed_sources").iter();
    if !allowed.any(|source| text(source, "/type") == Some("RELYING_BUSINESS")) {
        let message = "The relying business may not supply it";
        return Err(Reply::error(409, "UNABLE_TO_FULFIL_RESOURCE_REQUIREMENT", message));
    }
    // It takes the place of the one that the scenario would make, so that checks use it.
    let taken: Vec<&str> = resident.faces.iter().map(|face| face.name.as_str()).collect();
    let elapsed = resident.elapsed(now);
    let planned = resident.life.scenario.steps.iter().find_map(|step| match &step.what {
        StepKind::Resource { name, container, .. }
            if container == "face_capture"
                && step.at > elapsed
                && !taken.contains(&name.as_str()) =>
        {
            Some(name.clone())
        }
        _ => None,
    });
    let name = planned.unwrap_or_else(|| format!("face upload {}", taken.len()));
    let made = Face { id: resident.life.id_of(&name), name: name.clone(), place };
    let answer = Reply::json(201, &json!({ "id": made.id, "frames": 1 }));
    resident.faces.push(made);
    resident.done(now, StepKind::resource(&name, "face_capture", "RELYING_BUSINESS"));
    Ok(answer)
}

/// `PUT …/resources/face-capture/{r}/image`
pub(crate) fn image(
    world: &mut World,
    id: SessionId,
    resource: &str,
    content_type: &str,
    body: &[u8],
) -> Result<Reply, Reply> {
    let face = known(world, id, resource)?;
    let (kind, picture) = upload(content_type, body)?;
    if !readable(picture) {
        let message = "The image cannot be decoded";
        return Err(Reply::error(422, "UNPROCESSABLE_MEDIA", message));
    }
    supply(world, id, &face, Some((kind, picture.to_vec())))
}

/// `PUT …/resources/face-capture/{r}/applicant`
pub(crate) fn applicant(
    world: &mut World,
    id: SessionId,
    resource: &str,
    body: &[u8],
) -> Result<Reply, Reply> {
    let face = known(world, id, resource)?;
    let value = serde_json::from_slice::<Value>(body).unwrap_or_default();
    if text(&value, "/applicant_id").is_none_or(|id| uuid::Uuid::try_parse(id).is_err()) {
        return Err(Reply::payload("applicant_id", "must be a UUID"));
    }
    supply(world, id, &face, None)
}

fn known(world: &mut World, id: SessionId, resource: &str) -> Result<Face, Reply> {
    let (resident, _) = world.ongoing(id)?;
    let face = resident.faces.iter().find(|face| face.id == resource).cloned();
    face.ok_or_else(|| Reply::error(404, "RESOURCE_NOT_FOUND", "No such face capture"))
}

/// The image is there and the requirement is met.
fn supply(
    world: &mut World,
    id: SessionId,
    face: &Face,
    content: Option<(String, Vec<u8>)>,
) -> Result<Reply, Reply> {
    let now = world.now();
    let (resident, _) = world.ongoing(id)?;
    resident.done(now, StepKind::media(&face.name, "image", "IMAGE"));
    resident.done(now, StepKind::require(face.place, "COMPLETE"));
    let (resident, moment) = world.ongoing(id)?;
    let mut faces = list(&moment.session, "/resources/face_capture").iter();
    let served = faces.find(|served| text(served, "/id") == Some(&face.id));
    let media = served.and_then(|served| text(served, "/image/media/id"));
    if let (Some(media), Some(content)) = (media, content) {
        resident.contents.insert(media.to_owned(), content);
    }
    Ok(Reply::empty(200))
}

/// Content type and bytes of the one part.
fn upload<'a>(content_type: &str, body: &'a [u8]) -> Result<(String, &'a [u8]), Reply> {
    let unsupported = |message| Reply::error(415, "UNSUPPORTED_TYPE", message);
    let (kind, parameters) = content_type.split_once(';').unwrap_or((content_type, ""));
    if !kind.trim().eq_ignore_ascii_case("multipart/form-data") {
        return Err(unsupported("Only multipart/form-data"));
    }
    let boundary = value_of(parameters, "boundary").filter(|boundary| !boundary.is_empty());
    let Some(boundary) = boundary else {
        return Err(Reply::malformed("header.Content-Type"));
    };
    let wrong = || Reply::payload("binary-content", "must not be null");
    let (head, content) = part(body, &boundary).ok_or_else(wrong)?;
    let header = |name: &str| {
        let mut lines = head.lines().filter_map(|line| line.split_once(':'));
        lines.find(|(key, _)| key.trim().eq_ignore_ascii_case(name)).map(|(_, v)| v.trim())
    };
    let disposition = header("content-disposition").unwrap_or_default();
    if value_of(disposition, "name").as_deref() != Some("binary-content") {
        return Err(wrong());
    }
    // Mandatory at Yoti (contract 1.2, #15).
    if value_of(disposition, "filename").is_none_or(|name| name.is_empty()) {
        return Err(Reply::payload("binary-content", "must have a filename"));
    }
    match header("content-type").unwrap_or_default().to_ascii_lowercase().as_str() {
        // Yoti's Node SDK writes it so.
        "image/jpg" => Ok(("image/jpeg".to_owned(), content)),
        kind @ ("image/jpeg" | "image/png") => Ok((kind.to_owned(), content)),
        _ => Err(unsupported("Only image/jpeg and image/png")),
    }
}

/// Head and content of the first part.
fn part<'a>(body: &'a [u8], boundary: &str) -> Option<(String, &'a [u8])> {
    let open = format!("--{boundary}\r\n");
    let close = format!("\r\n--{boundary}");
    let start = place(body, open.as_bytes())? + open.len();
    let body = body.get(start..)?;
    let head = place(body, b"\r\n\r\n")?;
    let content = body.get(head + 4..)?;
    let content = content.get(..place(content, close.as_bytes())?)?;
    Some((String::from_utf8_lossy(body.get(..head)?).into_owned(), content))
}

fn place(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len()).position(|window| window == wanted)
}

/// A parameter of a header, with or without quotes.
fn value_of(parameters: &str, name: &str) -> Option<String> {
    let pairs = parameters.split(';').filter_map(|pair| pair.split_once('='));
    let mut found = pairs.filter(|(key, _)| key.trim().eq_ignore_ascii_case(name));
    found.next().map(|(_, value)| value.trim().trim_matches('"').to_owned())
}
