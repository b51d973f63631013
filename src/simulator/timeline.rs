//! Scenario × elapsed time → the API's answers: pure, and the same to the byte for the same input.
//!
//! Owns the making of answers (contract 3, 4, 5, 7). Must never read a clock or know HTTP.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::scenario::{Requirement, Scenario, What};
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

    fn at(&self, seconds: i64) -> String {
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

/// What has happened so far.
struct Told<'a> {
    life: &'a Life,
    resources: Map<String, Value>,
    checks: Vec<Value>,
    ended: Option<&'static str>,
    requirements: Vec<String>,
}

impl Told<'_> {
    fn begin(&mut self) {
        if self.life.scenario.applicant_profile {
            let at = self.life.at(0);
            let profile = json!({
                "id": self.life.id_of("applicant"), "tasks": [], "source": { "type": "RELYING_BUSINESS" },
                "created_at": at, "last_updated": at,
                "media": media(&self.life.id_of("applicant media"), "JSON", &at),
            });
            self.resources.insert("applicant_profiles".to_owned(), json!([profile]));
        }
    }

    fn happens(&mut self, what: &What, at: i64) {
        match what {
            What::Resource { name, container, source, document_type, country, extra } => {
                let time = self.life.at(at);
                let mut value = json!({
                    "id": self.life.id_of(name), "tasks": [], "source": { "type": source },
                    "created_at": time, "last_updated": time,
                });
                if let Some(kind) = document_type {
                    put(&mut value, "document_type", json!(kind));
                }
                if let Some(country) = country {
                    put(&mut value, "issuing_country", json!(country));
                }
                merge(&mut value, extra.as_deref());
                let list = self.resources.entry(container.clone()).or_insert_with(|| json!([]));
                if let Some(list) = list.as_array_mut() {
                    list.insert(0, value); // newest first, as in the documented samples
                }
            }
            What::Page { name, frames } => self.page(name, *frames, at),
            What::Media { name, field, kind } => {
                let id = self.life.id_of(&format!("{name} {field}"));
                let value = json!({ "media": media(&id, kind, &self.life.at(at)) });
                self.touch(name, at, |resource| put(resource, field, value));
            }
            What::Task { name, task, state, recommendation } => {
                self.task(name, (task, state, recommendation.as_deref()), at);
            }
            What::Check { name, check, state, uses, report } => {
                self.check(name, (check, state), (uses, report.as_deref()), at);
            }
            What::BranchChecks { uses, checks, scheme, recommendation } => {
                for check in checks {
                    for used in uses {
                        self.branch_check((check, used), scheme.as_deref(), recommendation, at);
                    }
                }
            }
            What::Require { place, state } => {
                if let Some(slot) = self.requirements.get_mut(*place) {
                    slot.clone_from(state);
                }
            }
            What::Complete {} => self.ended = Some("COMPLETED"),
            What::Delete {} => self.ended = Some("DELETED"),
        }
    }

    fn page(&mut self, name: &str, frames: usize, at: i64) {
        let life = self.life;
        let add = |pages: &mut Vec<Value>| {
            let number = pages.len();
            let frames: Vec<Value> = (0..frames)
                .map(|frame| {
                    let id = life.id_of(&format!("{name} page {number} frame {frame}"));
                    json!({ "media": media(&id, "IMAGE", &life.at(at)) })
                })
                .collect();
            let id = life.id_of(&format!("{name} page {number}"));
            pages.push(json!({
                "capture_method": "CAMERA", "media": media(&id, "IMAGE", &life.at(at)),
                "frames": frames,
            }));
        };
        self.touch(name, at, |resource| with_list(resource, "pages", add));
    }

    fn task(
        &mut self,
        name: &str,
        (task, state, recommendation): (&str, &str, Option<&str>),
        at: i64,
    ) {
        let life = self.life;
        let time = life.at(at);
        let id = life.id_of(&format!("{name} {task}"));
        let change = |tasks: &mut Vec<Value>| {
            if !tasks.iter().any(|known| known.get("id") == Some(&json!(id))) {
                tasks.push(json!({
                    "id": id, "type": task, "state": state, "created": time,
                    "generated_checks": [], "generated_media": [],
                }));
            }
            for known in tasks.iter_mut().filter(|known| known.get("id") == Some(&json!(id))) {
                put(known, "state", json!(state));
                put(known, "last_updated", json!(time));
                if let Some(value) = recommendation {
                    put(known, "recommendation", json!({ "value": value }));
                }
            }
        };
        self.touch(name, at, |resource| with_list(resource, "tasks", change));
    }

    fn check(
        &mut self,
        name: &str,
        (check, state): (&str, &str),
        (uses, report): (&[String], Option<&str>),
        at: i64,
    ) {
        let id = json!(self.life.id_of(&format!("check {name}")));
        let time = self.life.at(at);
        if !self.checks.iter().any(|known| known.get("id") == Some(&id)) {
            let resources: Vec<String> = uses.iter().map(|name| self.life.id_of(name)).collect();
            self.checks.push(json!({
                "type": check, "id": id, "state": state, "resources_used": resources,
                "generated_media": [], "created": time,
            }));
        }
        for known in self.checks.iter_mut().filter(|known| known.get("id") == Some(&id)) {
            put(known, "state", json!(state));
            put(known, "last_updated", json!(time));
            if let Some(report) = report.and_then(|text| serde_json::from_str(text).ok()) {
                put(known, "report", report);
            }
        }
    }

    fn branch_check(
        &mut self,
        (check, document): (&str, &str),
        scheme: Option<&str>,
        recommendation: &str,
        at: i64,
    ) {
        let mut uses = vec![document.to_owned()];
        if check == "PROFILE_DOCUMENT_MATCH" {
            uses.push("applicant".to_owned());
        }
        let report = json!({ "recommendation": { "value": recommendation }, "breakdown": [] });
        let name = format!("{check} {document}");
        self.check(&name, (check, "DONE"), (&uses, Some(&report.to_string())), at);
        if let (Some(scheme), "DOCUMENT_SCHEME_VALIDITY_CHECK") = (scheme, check)
            && let Some(made) = self.checks.last_mut()
        {
            put(made, "scheme", json!(scheme));
        }
    }

    fn touch(&mut self, name: &str, at: i64, change: impl FnOnce(&mut Value)) {
        let id = json!(self.life.id_of(name));
        let all = self.resources.values_mut().filter_map(Value::as_array_mut).flatten();
        for resource in all {
            if resource.get("id") == Some(&id) {
                put(resource, "last_updated", json!(self.life.at(at)));
                change(resource);
                return;
            }
        }
    }

    fn session(self, state: &str, left: i64) -> Value {
        let mut value = json!({
            "client_session_token_ttl": left,
            "session_id": self.life.id.to_string(),
            "state": state,
        });
        if state == "ONGOING" {
            put(&mut value, "client_session_token", json!(self.life.id_of("token")));
        }
        if let Some(label) = &self.life.scenario.user_tracking_id {
            put(&mut value, "user_tracking_id", json!(label));
        }
        put(&mut value, "resources", Value::Object(self.resources));
        put(&mut value, "checks", Value::from(self.checks));
        merge(&mut value, self.life.scenario.session_extra.as_deref());
        value
    }
}

fn public_letter(mut letter: Value) -> Value {
    if let Some(map) = letter.as_object_mut() {
        let exists = map.shift_remove("contact_profile").is_some();
        map.insert("contact_profile_exists".to_owned(), json!(exists));
    }
    letter
}

fn media(id: &str, kind: &str, at: &str) -> Value {
    json!({ "id": id, "type": kind, "created": at, "last_updated": at })
}

fn put(value: &mut Value, key: &str, inner: Value) {
    if let Some(map) = value.as_object_mut() {
        map.insert(key.to_owned(), inner);
    }
}

/// Changes the list at a key, which is made where there is none.
fn with_list(value: &mut Value, key: &str, change: impl FnOnce(&mut Vec<Value>)) {
    if !value.get(key).is_some_and(Value::is_array) {
        put(value, key, json!([]));
    }
    if let Some(list) = value.get_mut(key).and_then(Value::as_array_mut) {
        change(list);
    }
}

/// Lays JSON over a value: objects are merged, everything else is replaced.
fn merge(value: &mut Value, text: Option<&str>) {
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
