//! Tracked devices (contract 13.2): which invented device did what.

use serde_json::{Value, json};

use crate::simulator::json::put;
use crate::simulator::scenario::step::StepKind;
use crate::simulator::timeline::SimulatedSession;

/// `GET …/tracked-devices`: events after `from` (seconds after creation) and up to `elapsed`.
pub(crate) fn list(life: &SimulatedSession, from: i64, elapsed: i64) -> Value {
    let mut events: Vec<(i64, Value)> = Vec::new();
    for (at, what) in life.happened(elapsed) {
        let mut tell = |event: &str, resource: Option<&str>, source: &str| {
            let mut value = json!({ "event": event });
            if let Some(name) = resource {
                put(&mut value, "resource_id", json!(life.id_of(name)));
            }
            put(&mut value, "created", json!(life.at(at)));
            put(&mut value, "device", device(life, source));
            events.push((at, value));
        };
        match what {
            StepKind::Resource { name, source: Some(source), .. }
                if source != "RELYING_BUSINESS" =>
            {
                tell("RESOURCE_CREATED", Some(name), source);
            }
            StepKind::Notify { topic } if topic == "client_session_token_deleted" => {
                tell("CLIENT_SESSION_TOKEN_DELETED", None, "END_USER");
            }
            _ => {}
        }
    }
    if let Some((at, first)) = events.first().cloned() {
        let device = first.get("device").cloned().unwrap_or_default();
        let loaded = json!({
            "event": "CONFIG_FIRST_LOADED", "created": life.at(at - 3), "device": device,
        });
        // The page is loaded before anything can be captured with it.
        events.insert(0, (at - 3, loaded));
    }
    events.into_iter().filter(|(at, _)| *at > from).map(|(_, event)| event).collect()
}

/// A phone at home, or a device of a branch; its address is one of those kept for documentation.
fn device(life: &SimulatedSession, source: &str) -> Value {
    let last = life.id.uuid().as_bytes().first().copied().unwrap_or_default();
    let (maker, model, system, browser) = if source == "END_USER" {
        ("Specimen Mobile", "Sample Phone 3", "SampleOS", "Specimen Browser")
    } else {
        ("Specimen Counters", "Counter Tablet", "CounterOS", "")
    };
    json!({
        "ip_address": format!("192.0.2.{last}"), "ip_iso_country_code": "GBR",
        "manufacture_name": maker, "model_name": model, "os_name": system, "os_version": "1.0",
        "browser_name": browser, "browser_version": if browser.is_empty() { "" } else { "7" },
        "locale": "en-GB", "client_version": "0.0.0-specimen",
    })
}
