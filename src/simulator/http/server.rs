//! HTTP in front of the world: prefixes, faults, headers.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, DefaultBodyLimit, Request, State};
use axum::response::Response;
use futures::StreamExt as _;

use super::answer::Reply;
use super::connection::ResetHandle;
use super::control;
use super::endpoints::{self, Route};
use super::faults::{Fault, Seen};
use super::oauth;
use super::verify::{Application, Incoming};
use crate::clock::{Clock, SystemClock};
use crate::simulator::world::{self, World};

/// The largest body taken in.
// Room for the picture of a face, and an end to everything else.
const MAX_BODY: usize = 10 * 1024 * 1024;
/// What stands before every path of the API.
pub(crate) const PREFIX: &str = "/idverify/v1";

#[derive(Clone)]
pub(crate) struct Shared {
    pub(crate) world: Arc<Mutex<World>>,
    pub(crate) application: Arc<Application>,
}

pub(crate) fn router(shared: Shared) -> Router {
    Router::new().fallback(handle).layer(DefaultBodyLimit::max(MAX_BODY)).with_state(shared)
}

async fn handle(State(shared): State<Shared>, request: Request) -> Result<Response, Infallible> {
    let (parts, body) = request.into_parts();
    // As received: the signature covers it byte for byte, so nothing is decoded (contract 2.6).
    let target = parts.uri.path_and_query().map_or("/", |target| target.as_str()).to_owned();
    let Ok(body) = axum::body::to_bytes(body, MAX_BODY).await else {
        return Ok(respond(&Reply::error(413, "TOO_LARGE", "Too large"), false));
    };
    let (below, sandbox) = below_prefix(&target).unwrap_or((&target, false));
    let asked = Incoming {
        method: parts.method.as_str(),
        target: below,
        headers: &parts.headers,
        body: &body,
        sandbox,
    };
    if below.len() == target.len() {
        return Ok(respond(&shared.outside(&asked), false));
    }
    let route = Route::of(below);
    let (session, part) = (route.session, route.part());
    let seen = Seen { session, part, path: asked.path(), method: asked.method };
    let fault = world::lock(&shared.world).fault(&seen);
    if let Some(fault) = &fault {
        tokio::time::sleep(Duration::from_millis(fault.delay_ms)).await;
        let handle = parts.extensions.get::<ConnectInfo<ResetHandle>>();
        if let (true, Some(handle)) = (fault.reset, handle) {
            handle.0.reset();
        }
    }
    let answer = fault.as_ref().and_then(Fault::stand_in).unwrap_or_else(|| {
        let mut world = world::lock(&shared.world);
        endpoints::answer(&mut world, &shared.application, &route, &asked)
    });
    // Something may have changed: subscribers need not wait for the next look.
    if asked.method != "GET" {
        world::lock(&shared.world).post.bell.notify_one();
    }
    let mut response = respond(&answer, route.deprecated);
    if let Some(fault) = fault {
        disturb(&mut response, &fault, &answer);
    }
    Ok(response)
}

/// Path and query below the base, for production's prefix and the sandbox's (true).
fn below_prefix(target: &str) -> Option<(&str, bool)> {
    let (target, sandbox) = match target.strip_prefix("/sandbox") {
        Some(rest) => (rest, true),
        None => (target, false),
    };
    let below = target.strip_prefix(PREFIX).filter(|below| below.starts_with('/'))?;
    Some((below, sandbox))
}

impl Shared {
    /// What is not below the API's base: the controls and the token endpoint.
    fn outside(&self, asked: &Incoming<'_>) -> Reply {
        let mut world = world::lock(&self.world);
        if asked.path().starts_with("/_sim/") {
            let answer = control::answer(&mut world, &self.application, asked);
            world.post.bell.notify_one();
            return answer;
        }
        if (asked.method, asked.path()) != ("POST", oauth::PATH) {
            return Reply::no_path();
        }
        let now = [world.now(), SystemClock.now()];
        world.tokens.issue(asked, &self.application, now)
    }
}

fn disturb(response: &mut Response, fault: &Fault, answer: &Reply) {
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

fn respond(answer: &Reply, deprecated: bool) -> Response {
    let mut response = Response::builder()
        .status(answer.status)
        // Yoti sends one; customers quote it when they report a fault (contract 2.3).
        .header("x-request-id", uuid::Uuid::new_v4().to_string());
    if !answer.body.is_empty() {
        response = response.header("content-type", &answer.kind);
    }
    if deprecated {
        response = response.header("X-Sim-Note", "deprecated-path");
    }
    response.body(Body::from(answer.body.clone())).unwrap_or_default()
}
