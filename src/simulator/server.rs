//! HTTP in front of the world: routes, verification, faults, control.
//!
//! Owns the mapping of paths. The base prefix is stripped, nothing is decoded before it is verified.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, DefaultBodyLimit, Request, State};
use axum::http::{HeaderMap, Method};
use axum::response::Response;
use futures::StreamExt as _;
use serde_json::{Value, json};

use super::answer::Answer;
use super::connection::Scissors;
use super::faults::{Fault, Seen};
use super::person::Person;
use super::scenario::Scenario;
use super::timeline::Life;
use super::verify::{Application, Incoming};
use super::world::World;
use super::{branches, create, media};
use crate::domain::ids::SessionId;

/// The largest body taken in.
const MAX_BODY: usize = 1024 * 1024;
/// What stands before every path of the API.
pub(super) const PREFIX: &str = "/idverify/v1";

/// What the handlers share.
#[derive(Clone)]
pub(super) struct Shared {
    pub(super) world: Arc<Mutex<World>>,
    pub(super) application: Arc<Application>,
}

impl Shared {
    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

pub(super) fn router(shared: Shared) -> Router {
    Router::new().fallback(handle).layer(DefaultBodyLimit::max(MAX_BODY)).with_state(shared)
}

async fn handle(State(shared): State<Shared>, request: Request) -> Result<Response, Infallible> {
    let (parts, body) = request.into_parts();
    let target = parts.uri.path_and_query().map_or("/", |target| target.as_str()).to_owned();
    let body = match axum::body::to_bytes(body, MAX_BODY).await {
        Ok(body) => body,
        Err(_too_large) => {
            return Ok(respond(&Answer::error(413, "TOO_LARGE", "Too large"), false));
        }
    };
    if target.starts_with("/_sim/") {
        return Ok(respond(&control(&shared, &parts.method, &target, &body), false));
    }
    let Some(below) = below_prefix(&target) else {
        return Ok(respond(&Answer::error(404, "NOT_FOUND", "No such path"), false));
    };
    let route = Route::of(below);
    let seen = Seen {
        session: route.session,
        part: route.part(),
        path: below.split('?').next().unwrap_or_default(),
        method: parts.method.as_str(),
    };
    let fault = shared.world().fault(&seen);
    if let Some(fault) = &fault {
        tokio::time::sleep(Duration::from_millis(fault.delay_ms)).await;
        if let (true, Some(scissors)) =
            (fault.reset, parts.extensions.get::<ConnectInfo<Scissors>>())
        {
            scissors.0.cut();
        }
    }
    let incoming =
        Asked { method: &parts.method, target: below, headers: &parts.headers, body: &body };
    let answer = match fault.as_ref().and_then(Fault::stand_in) {
        Some(answer) => answer,
        None => shared.answer(&route, &incoming),
    };
    let mut response = respond(&answer, route.singular);
    if let Some(fault) = fault {
        disturb(&mut response, &fault, &answer);
    }
    Ok(response)
}

/// Path and query below the base, for production's prefix and the sandbox's.
fn below_prefix(target: &str) -> Option<&str> {
    let target = target.strip_prefix("/sandbox").unwrap_or(target);
    target.strip_prefix(PREFIX).filter(|below| below.starts_with('/'))
}

fn disturb(response: &mut Response, fault: &Fault, answer: &Answer) {
    let mut set = |name: &'static str, value: Option<String>| {
        if let Some(value) = value.and_then(|text| text.parse().ok()) {
            response.headers_mut().insert(name, value);
        }
    };
    set("retry-after", fault.retry_after.clone());
    set("content-type", fault.content_type.clone());
    set("content-length", fault.content_length.map(|length| length.to_string()));
    if let Some(bytes) = fault.cut_after {
        // The promised length stays, the stream fails: the connection is closed in the middle.
        set("content-length", Some(answer.body.len().to_string()));
        let start: Vec<u8> = answer.body.iter().copied().take(bytes).collect();
        let cut = futures::stream::once(async {
            // So that the start is on its way before the end.
            tokio::task::yield_now().await;
            Err(std::io::Error::other("cut by a fault"))
        });
        let start = futures::stream::once(std::future::ready(Ok(start)));
        *response.body_mut() = Body::from_stream(start.chain(cut));
    } else if fault.content_length.is_some() {
        let all: [Result<Vec<u8>, std::io::Error>; 1] = [Ok(answer.body.clone())];
        *response.body_mut() = Body::from_stream(futures::stream::iter(all));
    }
}

fn respond(answer: &Answer, singular: bool) -> Response {
    let mut response = Response::builder()
        .status(answer.status)
        .header("x-request-id", uuid::Uuid::new_v4().to_string());
    if !answer.body.is_empty() {
        response = response.header("content-type", answer.kind);
    }
    if singular {
        response = response.header("X-Sim-Note", "deprecated-path");
    }
    response.body(Body::from(answer.body.clone())).unwrap_or_default()
}

/// A request as the handlers need it.
struct Asked<'a> {
    method: &'a Method,
    target: &'a str,
    headers: &'a HeaderMap,
    body: &'a Bytes,
}

/// What a path means.
struct Route {
    session: Option<SessionId>,
    /// The segments below the session, or all of them.
    rest: Vec<String>,
    is_session: bool,
    singular: bool,
}

impl Route {
    fn of(below: &str) -> Self {
        let path = below.split('?').next().unwrap_or_default();
        let trailing = path.len() > 1 && path.ends_with('/');
        let mut segments = path.trim_matches('/').split('/').map(str::to_owned);
        let first = segments.next().unwrap_or_default();
        let rest: Vec<String> = segments.collect();
        if first != "sessions" && first != "session" {
            let rest = std::iter::once(first).chain(rest).collect();
            return Self { session: None, rest, is_session: false, singular: trailing };
        }
        let id = rest.first().map(|text| SessionId::parse(text));
        Self {
            session: id.and_then(Result::ok),
            is_session: true,
            singular: first == "session" || trailing,
            rest,
        }
    }

    fn part(&self) -> &str {
        match (self.is_session, self.rest.get(1)) {
            (true, Some(part)) => part,
            (true, None) => "session",
            (false, _) => self.rest.first().map_or("", String::as_str),
        }
    }
}

impl Shared {
    fn answer(&self, route: &Route, asked: &Asked<'_>) -> Answer {
        let unsigned = !route.is_session && route.part() == "supported-documents";
        if !unsigned {
            let digest = asked.headers.get("X-Yoti-Auth-Digest").and_then(|v| v.to_str().ok());
            let incoming = Incoming {
                method: asked.method.as_str(),
                target: asked.target,
                digest,
                body: asked.body,
            };
            if let Err(answer) = self.application.check(&incoming) {
                return answer;
            }
        }
        if !route.is_session {
            return match (asked.method, route.part()) {
                (&Method::GET, "supported-documents") => {
                    Answer::json(200, &create::supported_documents())
                }
                (&Method::POST, "lookup")
                    if route.rest.get(1).is_some_and(|what| what == "uk-post-office") =>
                {
                    branches::lookup(asked.body)
                }
                _ => Answer::error(404, "NOT_FOUND", "No such path"),
            };
        }
        if route.rest.is_empty() {
            return match *asked.method {
                Method::POST => self.create(asked.body),
                _ => Answer::error(405, "METHOD_NOT_ALLOWED", "Only POST"),
            };
        }
        let Some(id) = route.session else { return Answer::no_session() };
        let below: Vec<&str> = route.rest.iter().skip(1).map(String::as_str).collect();
        match (asked.method, below.as_slice()) {
            (&Method::GET, []) => self.get(id, |moment| Some(moment.session.clone())),
            (&Method::GET, ["configuration"]) => self.configuration(id),
            (&Method::GET, ["instructions"]) => self.get(id, |moment| moment.instructions.clone()),
            (&Method::GET, ["instructions", "contact-profile"]) => {
                self.get(id, |moment| moment.contact_profile.clone())
            }
            (&Method::PUT, ["instructions"]) => self.put_instructions(id, asked.body),
            (&Method::GET, ["media", media, "content"]) => self.media(id, media),
            (&Method::DELETE, ["media", media, "content"]) => self.delete_media(id, media),
            (&Method::DELETE, []) => self.delete(id),
            _ => Answer::error(404, "NOT_FOUND", "No such path"),
        }
    }

    fn get(
        &self,
        id: SessionId,
        part: impl FnOnce(&super::timeline::Moment) -> Option<Value>,
    ) -> Answer {
        let world = self.world();
        let Some((_, moment)) = world.moment(id) else { return Answer::no_session() };
        match part(&moment) {
            Some(value) => Answer::json(200, &value),
            None => Answer::error(404, "INSTRUCTIONS_NOT_FOUND", "Instructions have not been set"),
        }
    }

    fn configuration(&self, id: SessionId) -> Answer {
        let world = self.world();
        let Some((_, moment)) = world.moment(id) else { return Answer::no_session() };
        if moment.ready {
            return Answer::json(200, &moment.configuration);
        }
        Answer::error(409, "SESSION_NOT_READY", "A resource of the relying business is missing")
    }

    fn create(&self, body: &[u8]) -> Answer {
        let scenario = match create::scenario(body) {
            Ok(scenario) => scenario,
            Err(answer) => return answer,
        };
        let mut world = self.world();
        let (id, created, ttl) = (world.next_id(), world.now(), scenario.ttl);
        let life = Life { id, scenario, created, delay: 0, ttl: None, instructions: None };
        let token = life.id_of("token");
        world.settle(life, id.short(), String::from("created"));
        Answer::json(
            201,
            &json!({
                "client_session_token_ttl": ttl, "client_session_token": token,
                "session_id": id.to_string(),
            }),
        )
    }

    fn put_instructions(&self, id: SessionId, body: &[u8]) -> Answer {
        let mut world = self.world();
        let Some((_, moment)) = world.moment(id) else { return Answer::no_session() };
        match moment.state {
            Some("EXPIRED") => return Answer::error(409, "SESSION_EXPIRED", "Session has expired"),
            Some("COMPLETED") => {
                return Answer::error(409, "SESSION_LOCKED", "Session is complete");
            }
            _ => {}
        }
        let value = match create::instructions(body, &moment.configuration) {
            Ok(value) => value,
            Err(answer) => return answer,
        };
        let now = world.now();
        if let Some(resident) = world.residents.get_mut(&id) {
            let at = now.duration_since(resident.life.created).as_secs();
            resident.life.instructions = Some((value, at));
        }
        Answer::empty(200)
    }

    fn media(&self, id: SessionId, media_id: &str) -> Answer {
        let world = self.world();
        let Some((resident, moment)) = world.moment(id) else { return Answer::no_session() };
        let found = media::find(&moment.session, media_id)
            .or_else(|| media::find(&moment.configuration, media_id));
        let Some(found) = found else {
            return Answer::error(404, "MEDIA_ID_NOT_FOUND", "Media not found");
        };
        if moment.replaced.iter().any(|old| old == media_id) {
            return Answer::error(404, "MEDIA_ID_NOT_FOUND", "Media not found");
        }
        if resident.deleted_media.contains(media_id) {
            return Answer::error(404, "MEDIA_CONTENT_NOT_FOUND", "Media content not found");
        }
        let said = resident.life.scenario.spec.as_ref();
        let said = said.and_then(|spec| spec.pointer("/resources/applicant_profile"));
        let person = Person::of(&id.to_string(), said);
        let (kind, body) = media::content(&found, &person, media_id);
        Answer { status: 200, kind, body }
    }

    fn delete_media(&self, id: SessionId, media_id: &str) -> Answer {
        let mut world = self.world();
        let Some((_, moment)) = world.moment(id) else { return Answer::no_session() };
        if media::find(&moment.session, media_id).is_none() {
            return Answer::error(404, "MEDIA_ID_NOT_FOUND", "Media not found");
        }
        if let Some(resident) = world.residents.get_mut(&id) {
            resident.deleted_media.insert(media_id.to_owned());
        }
        Answer::empty(204)
    }

    /// Only what has ended can be deleted (contract 9.3, 11 #24).
    fn delete(&self, id: SessionId) -> Answer {
        let mut world = self.world();
        let Some((_, moment)) = world.moment(id) else { return Answer::no_session() };
        if moment.state == Some("ONGOING") {
            return Answer::error(409, "RESOURCE_LOCKED", "Checks are not finished");
        }
        if let Some(resident) = world.residents.get_mut(&id) {
            resident.deleted = true;
        }
        Answer::empty(204)
    }
}

/// `/_sim/*`: outside the API's names, so that nobody mistakes it for the real one.
fn control(shared: &Shared, method: &Method, target: &str, body: &[u8]) -> Answer {
    let mut world = shared.world();
    let bad = |why: String| Answer::json(400, &json!({ "error": why }));
    match (method, target) {
        (&Method::GET, "/_sim/sessions") => {
            let sessions: Vec<Value> = world
                .residents
                .values()
                .map(|resident| {
                    let state = world.moment(resident.life.id).and_then(|(_, m)| m.state);
                    json!({
                        "session_id": resident.life.id.to_string(), "state": state,
                        "reference": resident.reference, "scenario": resident.scenario,
                    })
                })
                .collect();
            Answer::json(200, &json!({ "sessions": sessions }))
        }
        (&Method::POST, "/_sim/sessions") => {
            let value: Value = serde_json::from_slice(body).unwrap_or_default();
            let name = value.get("scenario").and_then(Value::as_str).unwrap_or_default();
            let scenario = match Scenario::shipped(name) {
                Ok(scenario) => scenario,
                Err(why) => return bad(why.to_string()),
            };
            let (id, created) = (world.next_id(), world.now());
            let life = Life { id, scenario, created, delay: 0, ttl: None, instructions: None };
            world.settle(life, id.short(), name.to_owned());
            Answer::json(201, &json!({ "session_id": id.to_string() }))
        }
        (&Method::GET, "/_sim/clock") => {
            Answer::json(200, &json!({ "now": world.now().to_string() }))
        }
        (&Method::PUT, "/_sim/clock") => {
            let value: Value = serde_json::from_slice(body).unwrap_or_default();
            match value.get("advance_seconds").and_then(Value::as_i64) {
                Some(seconds) if seconds >= 0 => {
                    world.advance(seconds);
                    Answer::json(200, &json!({ "now": world.now().to_string() }))
                }
                _ => bad(String::from("advance_seconds: a number of seconds, 0 or more")),
            }
        }
        (&Method::GET, "/_sim/faults") => Answer::json(200, &json!(world.faults)),
        (&Method::PUT, "/_sim/faults") => match serde_json::from_slice(body) {
            Ok(faults) => {
                world.faults = faults;
                Answer::json(200, &json!(world.faults))
            }
            Err(why) => bad(why.to_string()),
        },
        _ => Answer::json(404, &json!({ "error": "no such control path" })),
    }
}
