//! Scenario × elapsed time → the API's answers: pure, and the same to the byte for the same input.
//!
//! Owns the making of answers (contract 3, 4, 5, 7). Must never read a clock or know HTTP.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::scenario::{Requirement, Scenario};
use super::told::Told;
use crate::domain::ids::SessionId;

/// One made-up session.
#[derive(Clone, Debug)]
pub struct Life {
    /// Its id.
    pub id: SessionId,
    /// What happens to it.
    pub scenario: Scenario,
    /// Simulated time of creation.
    pub created: Timestamp,
    /// Steps and letter later than the first minute come this many seconds later.
    pub delay: i64,
    /// Lifetime instead of the scenario's.
    pub ttl: Option<i64>,
    /// The letter's body as it was PUT, and when (seconds after creation).
    pub instructions: Option<(Value, i64)>,
}

/// What the session is at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Moment {
    /// `ONGOING`, `COMPLETED`, `EXPIRED`; `None` once deleted.
    pub state: Option<&'static str>,
    /// `GET /sessions/{s}`
    pub session: Value,
    /// `GET …/configuration`
    pub configuration: Value,
    /// `GET …/instructions`, once set.
    pub instructions: Option<Value>,
    /// `GET …/instructions/contact-profile`, once set.
    pub contact_profile: Option<Value>,
}

impl Life {
    /// An id that follows from the session and a name.
    #[must_use]
    pub fn id_of(&self, name: &str) -> String {
        let id = Uuid::new_v5(&self.id.uuid(), name.as_bytes());
        uuid::Builder::from_random_bytes(id.into_bytes()).into_uuid().to_string()
    }

    fn requirement_id(&self, place: usize) -> String {
        let place = if self.scenario.one_requirement_id { 0 } else { place };
        self.id_of(&format!("requirement {place}"))
    }

    pub(super) fn at(&self, seconds: i64) -> String {
        let at = self.created.saturating_add(SignedDuration::from_secs(seconds));
        at.unwrap_or(self.created).strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    }

    fn delayed(&self, at: i64) -> i64 {
        if at > 60 { at + self.delay } else { at }
    }

    /// Everything at a simulated time.
    #[must_use]
    pub fn moment(&self, now: Timestamp) -> Moment {
        let elapsed = now.duration_since(self.created).as_secs();
        let ttl = self.ttl.unwrap_or(self.scenario.ttl);
        let mut told = Told {
            life: self,
            resources: Map::new(),
            checks: Vec::new(),
            ended: None,
            requirements: vec!["REQUIRED".to_owned(); self.scenario.requirements.len()],
        };
        told.begin();
        for step in &self.scenario.steps {
            let at = self.delayed(step.at);
            if at <= elapsed && (at < ttl || told.ended.is_some()) {
                told.happens(&step.what, at);
            }
        }
        let state = match told.ended {
            Some("DELETED") => None,
            Some(state) => Some(state),
            None if elapsed >= ttl => Some("EXPIRED"),
            None => Some("ONGOING"),
        };
        let left = if state == Some("EXPIRED") { 0 } else { (ttl - elapsed).max(0) };
        let letter = self.letter(elapsed);
        let configuration = self.configuration(&told.requirements, left);
        Moment {
            state,
            session: told.session(state.unwrap_or("COMPLETED"), left),
            configuration,
            contact_profile: letter.as_ref().and_then(|l| l.get("contact_profile").cloned()),
            instructions: letter.map(public_letter),
        }
    }

    /// The letter's body: as PUT, or the scenario's own once its time has come.
    fn letter(&self, elapsed: i64) -> Option<Value> {
        if let Some((body, at)) = &self.instructions {
            return (elapsed >= *at).then(|| body.clone());
        }
        let at = self.scenario.letter_at?;
        (elapsed >= at).then(|| self.own_letter())
    }

    fn own_letter(&self) -> Value {
        let branches = super::world::BRANCHES;
        let pick = usize::from(self.id.uuid().as_bytes().last().copied().unwrap_or_default());
        let (fad_code, name, post_code) = branches.get(pick % branches.len()).copied().unwrap_or((
            "9990017",
            "Exampleton",
            "EX1 1AA",
        ));
        let documents = self.scenario.requirements.iter().enumerate().filter_map(|(place, r)| {
            let document_type = r.promise.as_ref()?;
            let country = r.accepts.keys().next().map_or("GBR", String::as_str);
            Some(json!({
                "requirement_id": self.requirement_id(place),
                "document": { "type": r.kind, "country_code": country, "document_type": document_type },
            }))
        });
        let documents: Vec<Value> = documents.collect();
        let mark = self.id.short();
        json!({
            "contact_profile": {
                "first_name": format!("First-{mark}"), "last_name": format!("Last-{mark}"),
                "email": format!("applicant-{mark}@example.org"),
            },
            "documents": documents,
            "branch": {
                "type": "UK_POST_OFFICE", "fad_code": fad_code, "name": name,
                "address": format!("1 Sample Street, {name}"), "post_code": post_code,
                "location": { "latitude": 51.5, "longitude": -0.1 },
            },
        })
    }

    fn configuration(&self, states: &[String], left: i64) -> Value {
        let requirements = self.scenario.requirements.iter().zip(states).enumerate();
        let requirements: Vec<Value> = requirements
            .map(|(place, (requirement, state))| self.requirement(place, requirement, state))
            .collect();
        let mut value = json!({
            "client_session_token_ttl": self.scenario.configuration_ttl.unwrap_or(left),
            "session_id": self.id.to_string(),
            "requested_checks": self.scenario.requested_checks,
        });
        if self.scenario.applicant_profile {
            let media = media(&self.id_of("applicant media"), "JSON", &self.at(0));
            put(&mut value, "applicant_profile", json!({ "media": media }));
        }
        put(
            &mut value,
            "capture",
            json!({ "biometric_consent": "NOT_REQUIRED", "required_resources": requirements }),
        );
        put(&mut value, "sdk_config", json!({ "locale": "en-GB", "hide_logo": false }));
        merge(&mut value, self.scenario.configuration_extra.as_deref());
        value
    }

    fn requirement(&self, place: usize, requirement: &Requirement, state: &str) -> Value {
        let sources: Vec<Value> = requirement
            .sources
            .iter()
            .map(|source| match (&requirement.providers, source.as_str()) {
                (Some(providers), "IBV") => {
                    json!({ "type": "IBV", "allowed_providers": providers })
                }
                _ => json!({ "type": source }),
            })
            .collect();
        let mut value = json!({
            "type": requirement.kind, "id": self.requirement_id(place), "state": state,
            "allowed_sources": sources,
        });
        let tasks: Vec<Value> =
            requirement.tasks.iter().map(|t| json!({ "type": t, "state": state })).collect();
        put(&mut value, "requested_tasks", Value::from(tasks));
        if !requirement.assessments.is_empty() {
            let done = if state == "COMPLETE" { "DONE" } else { "REQUIRED" };
            let assessments: Vec<Value> = requirement
                .assessments
                .iter()
                .map(|kind| match &requirement.scheme {
                    Some(scheme) if kind == "DOCUMENT_SCHEME_VALIDITY_CHECK" => {
                        json!({ "type": kind, "state": done, "scheme": scheme })
                    }
                    _ => json!({ "type": kind, "state": done }),
                })
                .collect();
            put(&mut value, "ibv_client_assessments", Value::from(assessments));
        }
        accepted(&mut value, requirement);
        if !requirement.attempts.is_empty() {
            put(&mut value, "attempts_remaining", json!(requirement.attempts));
        }
        if let Some(objective) = &requirement.objective {
            put(&mut value, "objective", json!({ "type": objective }));
        }
        if let Some(kind) = &requirement.liveness_type {
            put(&mut value, "liveness_type", json!(kind));
        }
        merge(&mut value, requirement.extra.as_deref());
        value
    }
}

fn accepted(value: &mut Value, requirement: &Requirement) {
    if requirement.accepts.is_empty() {
        return;
    }
    if requirement.kind == "ID_DOCUMENT" {
        let countries: Vec<Value> = requirement
            .accepts
            .iter()
            .map(|(code, types)| {
                let documents: Vec<Value> = types.iter().map(|t| json!({ "type": t })).collect();
                json!({ "code": code, "supported_documents": documents })
            })
            .collect();
        put(value, "supported_countries", Value::from(countries));
        put(value, "allowed_capture_methods", json!("CAMERA"));
    } else {
        let types: Vec<&String> = requirement.accepts.values().flatten().collect();
        let countries: Vec<&String> = requirement.accepts.keys().collect();
        put(value, "document_types", json!(types));
        put(value, "country_codes", json!(countries));
    }
}

fn public_letter(mut letter: Value) -> Value {
    if let Some(map) = letter.as_object_mut() {
        let exists = map.shift_remove("contact_profile").is_some();
        map.insert("contact_profile_exists".to_owned(), json!(exists));
    }
    letter
}

pub(super) fn media(id: &str, kind: &str, at: &str) -> Value {
    json!({ "id": id, "type": kind, "created": at, "last_updated": at })
}

pub(super) fn put(value: &mut Value, key: &str, inner: Value) {
    if let Some(map) = value.as_object_mut() {
        map.insert(key.to_owned(), inner);
    }
}

/// Changes the list at a key, which is made where there is none.
pub(super) fn with_list(value: &mut Value, key: &str, change: impl FnOnce(&mut Vec<Value>)) {
    if !value.get(key).is_some_and(Value::is_array) {
        put(value, key, json!([]));
    }
    if let Some(list) = value.get_mut(key).and_then(Value::as_array_mut) {
        change(list);
    }
}

/// Lays JSON over a value: objects are merged, everything else is replaced.
pub(super) fn merge(value: &mut Value, text: Option<&str>) {
    if let Some(over) = text.and_then(|text| serde_json::from_str(text).ok()) {
        lay_over(value, over);
    }
}

fn lay_over(value: &mut Value, over: Value) {
    match (value, over) {
        (Value::Object(map), Value::Object(over)) => {
            for (key, inner) in over {
                lay_over(map.entry(key).or_insert(Value::Null), inner);
            }
        }
        (value, over) => *value = over,
    }
}
