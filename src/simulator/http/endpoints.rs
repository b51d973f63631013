//! The API's endpoints (contract 1.2): who may ask, and what each answers.

use std::sync::Arc;

use serde_json::json;

use super::answer::Reply;
use super::verify::{Application, Incoming};
use crate::domain::session::ids::SessionId;
use crate::simulator::creation::spec::CreationSpec;
use crate::simulator::creation::{branches, plan, sandbox, supported};
use crate::simulator::evidence::person::Person;
use crate::simulator::evidence::{devices, face, letter, media};
use crate::simulator::json::{put, text};
use crate::simulator::timeline::{Moment, SimulatedSession};
use crate::simulator::world::World;

pub(crate) struct Route {
    pub(crate) session: Option<SessionId>,
    /// The segments below the session, or all of them.
    rest: Vec<String>,
    is_session: bool,
    /// Spelt as in one old page of the documentation (contract 1.3).
    pub(crate) deprecated: bool,
}

impl Route {
    pub(crate) fn of(below: &str) -> Self {
        let path = below.split('?').next().unwrap_or_default();
        let trailing = path.len() > 1 && path.ends_with('/');
        let mut segments = path.trim_matches('/').split('/').map(str::to_owned);
        let first = segments.next().unwrap_or_default();
        let rest: Vec<String> = segments.collect();
        // One old page of the documentation spells it so (contract 1.3).
        if first != "sessions" && first != "session" {
            let rest = std::iter::once(first).chain(rest).collect();
            return Self { session: None, rest, is_session: false, deprecated: trailing };
        }
        let id = rest.first().map(|text| SessionId::parse(text));
        Self {
            session: id.and_then(Result::ok),
            is_session: true,
            deprecated: first == "session" || trailing,
            rest,
        }
    }

    /// `session`, `configuration`, `media`, …
    pub(crate) fn part(&self) -> &str {
        match (self.is_session, self.rest.get(1)) {
            (true, Some(part)) => part,
            (true, None) => "session",
            (false, _) => self.rest.first().map_or("", String::as_str),
        }
    }
}

/// The answer to a request below the base.
pub(crate) fn answer(
    world: &mut World,
    application: &Application,
    route: &Route,
    asked: &Incoming<'_>,
) -> Reply {
    answered(world, application, route, asked).unwrap_or_else(|refusal| refusal)
}

fn answered(
    world: &mut World,
    application: &Application,
    route: &Route,
    asked: &Incoming<'_>,
) -> Result<Reply, Reply> {
    if !route.is_session && (asked.method, route.part()) == ("GET", "supported-documents") {
        return Ok(supported::answer(asked.target)); // signed or not (contract 11 #5)
    }
    let caller = caller(world, application, route, asked)?;
    let below: Vec<&str> = route.rest.iter().map(String::as_str).collect();
    if !route.is_session {
        return match (asked.method, below.as_slice()) {
            ("POST", ["lookup", "uk-post-office"]) => Ok(branches::lookup(asked.body)),
            ("PUT", ["apps", app, "response-config"]) if asked.sandbox => {
                sandbox::for_application(world, &caller, app, asked.body)
            }
            _ => Err(Reply::no_path()),
        };
    }
    let [_, below @ ..] = below.as_slice() else {
        return match asked.method {
            "POST" => create(world, &caller, asked.body),
            _ => Err(Reply::error(405, "METHOD_NOT_ALLOWED", "Only POST")),
        };
    };
    let id = route.session.ok_or_else(Reply::no_session)?;
    // Before anything is said of it: whose it is counts first (contract 2.6).
    if world.residents.get(&id).is_some_and(|resident| resident.owner != caller) {
        return Err(Reply::error(401, "BAD_SDK_ID", "The session belongs to another"));
    }
    match asked.method {
        "GET" => get(world, id, below),
        "PUT" | "POST" => change(world, id, below, asked),
        "DELETE" => delete(world, id, below),
        _ => Err(Reply::no_path()),
    }
}

/// The SDK ID on whose behalf it is asked: by signature, by access token, or by the client
/// session token where that is allowed (contract 2.7).
fn caller(
    world: &mut World,
    application: &Application,
    route: &Route,
    asked: &Incoming<'_>,
) -> Result<String, Reply> {
    let bad_token = |message| Reply::error(401, "BAD_TOKEN", message);
    if let Some(token) = asked.header("Authorization").and_then(|v| v.strip_prefix("Bearer ")) {
        return if world.tokens.is_good(token, world.now()) {
            Ok(application.sdk_id.clone())
        } else {
            Err(bad_token("The access token is not valid"))
        };
    }
    if let Some(token) = asked.header("X-Yoti-Auth-Token")
        && matches!(route.part(), "configuration" | "instructions")
    {
        if token.is_empty() {
            return Err(Reply::malformed("header.X-Yoti-Auth-Token"));
        }
        let resident = route.session.and_then(|id| world.moment(id));
        let (resident, moment) = resident.ok_or_else(Reply::no_session)?;
        return if text(&moment.session, "/client_session_token") == Some(token) {
            Ok(resident.owner.clone())
        } else {
            Err(bad_token("The client session token is not valid"))
        };
    }
    let now = [world.now(), world.real_now()];
    application.check(asked, &mut world.strictness, now)
}

/// `POST /sessions`
fn create(world: &mut World, caller: &str, body: &[u8]) -> Result<Reply, Reply> {
    let created = world.now();
    let spec = CreationSpec::read(body, created)?;
    let id = world.next_id();
    let scenario = Arc::new(plan::scenario(&spec));
    let life = SimulatedSession { id, scenario, created, delay: 0, ttl: None, instructions: None };
    let mut answer = json!({
        "client_session_token_ttl": spec.ttl, "client_session_token": life.id_of("token"),
        "session_id": id.to_string(),
    });
    if let Some(deadline) = spec.value.get("session_deadline") {
        put(&mut answer, "session_deadline", deadline.clone());
    }
    world.settle(life, id.short(), String::from("created"));
    let outcome = world.outcome.clone();
    if let Some(resident) = world.residents.get_mut(&id) {
        caller.clone_into(&mut resident.owner);
        resident.subscription = spec.subscription;
        if let Some(outcome) = outcome {
            sandbox::apply(resident, 0, &outcome);
        }
    }
    Ok(Reply::json(201, &answer))
}

fn get(world: &World, id: SessionId, below: &[&str]) -> Result<Reply, Reply> {
    let (resident, moment) = world.moment(id).ok_or_else(Reply::no_session)?;
    let elapsed = resident.elapsed(world.now());
    match below {
        [] => Ok(Reply::json(200, &moment.session)),
        ["configuration"] if !moment.ready => {
            let message = "A resource of the relying business is missing";
            Err(Reply::error(409, "SESSION_NOT_READY", message))
        }
        ["configuration"] => Ok(Reply::json(200, &moment.configuration)),
        ["instructions"] => {
            Ok(Reply::json(200, &moment.instructions.unwrap_or_else(letter::not_set)))
        }
        ["instructions", "contact-profile"] => match moment.contact_profile {
            Some(value) => Ok(Reply::json(200, &value)),
            None => Err(Reply::error(404, "CONTACT_PROFILE_NOT_FOUND", "There is none")),
        },
        ["instructions", "pdf"] => Ok(letter::document(&resident.life, &moment, elapsed)),
        ["tracked-devices"] => {
            let list = devices::list(&resident.life, resident.devices_from, elapsed);
            Ok(Reply::json(200, &list))
        }
        ["media", media, "content"] => content(world, id, &moment, media),
        _ => Err(Reply::no_path()),
    }
}

/// `GET …/media/{m}/content` (contract 10)
fn content(world: &World, id: SessionId, moment: &Moment, media: &str) -> Result<Reply, Reply> {
    let resident = world.residents.get(&id).ok_or_else(Reply::no_session)?;
    let found = media::find(&moment.session, media)
        .or_else(|| media::find(&moment.configuration, media))
        // Manual extraction replaces the id, and the old one is gone (contract 3.3).
        .filter(|_| !moment.replaced.iter().any(|old| old == media));
    let Some(found) = found else {
        return Err(Reply::error(404, "MEDIA_ID_NOT_FOUND", "Media not found"));
    };
    if resident.deleted_media.contains(media) {
        return Err(Reply::error(404, "MEDIA_CONTENT_NOT_FOUND", "Media content not found"));
    }
    if let Some((kind, bytes)) = resident.contents.get(media) {
        return Ok(Reply::bytes(200, kind, bytes.clone()));
    }
    let said = resident.life.scenario.spec.as_ref();
    let said = said.and_then(|spec| spec.pointer("/resources/applicant_profile"));
    let (kind, bytes) = media::content(&found, &Person::of(&id.to_string(), said), media);
    Ok(Reply::bytes(200, kind, bytes))
}

fn change(
    world: &mut World,
    id: SessionId,
    below: &[&str],
    asked: &Incoming<'_>,
) -> Result<Reply, Reply> {
    match (asked.method, below) {
        ("PUT", ["instructions"]) => letter::put(world, id, asked.body),
        ("POST", ["instructions", "email"]) => letter::email(world, id, asked.body),
        ("POST", ["resources", "face-capture"]) => face::create(world, id, asked.body),
        ("PUT", ["resources", "face-capture", resource, "image"]) => {
            let kind = asked.header("Content-Type").unwrap_or_default();
            face::image(world, id, resource, kind, asked.body)
        }
        ("PUT", ["resources", "face-capture", resource, "applicant"]) => {
            face::applicant(world, id, resource, asked.body)
        }
        ("PUT", ["response-config"]) if asked.sandbox => {
            sandbox::for_session(world, id, asked.body)
        }
        _ => Err(Reply::no_path()),
    }
}

fn delete(world: &mut World, id: SessionId, below: &[&str]) -> Result<Reply, Reply> {
    let (resident, moment) = world.moment(id).ok_or_else(Reply::no_session)?;
    let elapsed = resident.elapsed(world.now());
    let ongoing = moment.state == Some("ONGOING");
    let resident = world.residents.get_mut(&id).ok_or_else(Reply::no_session)?;
    match below {
        // Only what has ended can be deleted (contract 9.3, 11 #24).
        [] if ongoing => {
            return Err(Reply::error(409, "RESOURCE_LOCKED", "Checks are not finished"));
        }
        [] => resident.deleted = true,
        ["media", media, "content"] => {
            let known = media::find(&moment.session, media)
                .filter(|_| !resident.deleted_media.contains(*media));
            if known.is_none() {
                return Err(Reply::error(404, "MEDIA_ID_NOT_FOUND", "Media not found"));
            }
            if ongoing {
                return Err(Reply::error(409, "RESOURCE_LOCKED", "The session is running"));
            }
            resident.deleted_media.insert((*media).to_owned());
        }
        ["tracked-devices"] => resident.devices_from = elapsed,
        _ => return Err(Reply::no_path()),
    }
    Ok(Reply::empty(204))
}
