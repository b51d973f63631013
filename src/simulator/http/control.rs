//! `/_sim/*`: the simulator's own controls, outside the API's names, so that nobody mistakes them
//! for the real one.
//!
//! They are not signed: whoever reaches the simulator may use them.

use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::answer::Reply;
use super::notify;
use super::verify::{Application, Incoming};
use crate::domain::session::ids::SessionId;
use crate::simulator::json::text;
use crate::simulator::scenario::Scenario;
use crate::simulator::timeline::SimulatedSession;
use crate::simulator::world::{Resident, World};

fn bad(why: &str) -> Reply {
    Reply::json(400, &json!({ "error": why }))
}

/// Takes a value in, and answers with it.
fn set<T: DeserializeOwned + Serialize>(slot: &mut T, body: &[u8]) -> Reply {
    match serde_json::from_slice(body) {
        Ok(value) => {
            *slot = value;
            Reply::json(200, &json!(slot))
        }
        Err(why) => bad(&why.to_string()),
    }
}

pub(crate) fn answer(world: &mut World, application: &Application, asked: &Incoming<'_>) -> Reply {
    let body = asked.body;
    let value = match (asked.method, asked.path()) {
        ("GET", "/_sim/sessions") => {
            let sessions: Vec<Value> = world.residents.values().map(|r| about(world, r)).collect();
            json!({ "sessions": sessions })
        }
        ("POST", "/_sim/sessions") => return make(world, body),
        ("GET", "/_sim/clock") => json!({ "now": world.now().to_string() }),
        ("PUT", "/_sim/clock") => return set_clock(world, body),
        ("GET", "/_sim/faults") => json!(world.faults),
        ("PUT", "/_sim/faults") => return set(&mut world.faults, body),
        ("GET", "/_sim/notifications") => return notify::report(world),
        ("PUT", "/_sim/notifications") => return notify::set(world, body),
        ("GET", "/_sim/verification") => json!(world.strictness),
        ("PUT", "/_sim/verification") => return set(&mut world.strictness, body),
        ("GET", "/_sim/applications") => json!({
            "sdk_id": application.sdk_id, "another": application.stranger,
            "with_a_bad_key": application.broken,
        }),
        _ => return Reply::json(404, &json!({ "error": "no such control path" })),
    };
    Reply::json(200, &value)
}

fn about(world: &World, resident: &Resident) -> Value {
    let life = &resident.life;
    let state = world.moment(life.id).and_then(|(_, moment)| moment.state);
    let places = 0..life.scenario.requirements.len();
    let requirements: Vec<String> = places.map(|place| life.requirement_id(place)).collect();
    json!({
        "session_id": life.id.to_string(), "state": state, "reference": resident.reference,
        "scenario": resident.scenario, "requirements": requirements,
    })
}

/// A session of a scenario that ships with the program, or of one that is sent.
fn make(world: &mut World, body: &[u8]) -> Reply {
    let value: Value = serde_json::from_slice(body).unwrap_or_default();
    let name = text(&value, "/scenario").unwrap_or_default();
    let scenario = match text(&value, "/toml") {
        Some(toml) => Scenario::parse(name, toml).map(Arc::new),
        None => Scenario::shipped(name),
    };
    let scenario = match scenario {
        Ok(scenario) => scenario,
        Err(why) => return bad(&why.to_string()),
    };
    let (id, created): (SessionId, _) = (world.next_id(), world.now());
    let life = SimulatedSession { id, scenario, created, delay: 0, ttl: None, instructions: None };
    world.settle(life, id.short(), name.to_owned());
    Reply::json(201, &json!({ "session_id": id.to_string() }))
}

fn set_clock(world: &mut World, body: &[u8]) -> Reply {
    let value: Value = serde_json::from_slice(body).unwrap_or_default();
    match value.get("advance_seconds").and_then(Value::as_i64) {
        // Forwards only: what has been told cannot be taken back.
        Some(seconds) if seconds >= 0 => {
            world.advance(seconds);
            Reply::json(200, &json!({ "now": world.now().to_string() }))
        }
        _ => bad("advance_seconds: a number of seconds, 0 or more"),
    }
}
