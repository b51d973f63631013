//! What has happened to a made-up session so far, step by step.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value, json};

use super::session::SimulatedSession;
use super::shape::CREATED;
use crate::simulator::json::{list, media, merge, put, text, with_list};
use crate::simulator::scenario::Absent;
use crate::simulator::scenario::step::StepKind;

/// What has happened so far.
pub(crate) struct Replay<'a> {
    pub(crate) life: &'a SimulatedSession,
    /// Oldest first in each container.
    resources: Map<String, Value>,
    /// Container and place of each resource, by its name in the scenario.
    places: HashMap<String, (String, usize)>,
    checks: Vec<Value>,
    /// Place of each check, by its name in the scenario.
    check_places: HashMap<String, usize>,
    pub(crate) ended: Option<&'static str>,
    pub(crate) requirements: Vec<String>,
    /// `attempts_remaining` where it differs from the beginning.
    pub(crate) attempts: BTreeMap<(usize, String), i64>,
    /// JSON laid over the session result, and since when.
    extras: Vec<(i64, String)>,
    /// Media ids that were replaced by others.
    pub(crate) replaced: Vec<String>,
}

impl<'a> Replay<'a> {
    /// At creation: nothing but the claimed identity.
    pub(crate) fn begin(life: &'a SimulatedSession) -> Self {
        let mut resources = Map::new();
        if life.scenario.applicant_profile {
            let at = life.at(0);
            let profile = json!({
                "id": life.id_of("applicant"), "tasks": [], "source": { "type": "RELYING_BUSINESS" },
                "created_at": at, "last_updated": at,
                "media": media(&life.id_of("applicant media"), "JSON", &at),
            });
            resources.insert("applicant_profiles".to_owned(), json!([profile]));
        }
        Self {
            life,
            resources,
            places: HashMap::from([("applicant".to_owned(), ("applicant_profiles".to_owned(), 0))]),
            checks: Vec::new(),
            check_places: HashMap::new(),
            ended: None,
            requirements: vec!["REQUIRED".to_owned(); life.scenario.requirements.len()],
            attempts: BTreeMap::new(),
            extras: Vec::new(),
            replaced: Vec::new(),
        }
    }

    pub(crate) fn happens(&mut self, what: &StepKind, at: i64) {
        match what {
            StepKind::Resource { .. } => self.resource(what, at),
            StepKind::Page { .. } => self.page(what, at),
            StepKind::Frame { name, hollow } => self.frame(name, *hollow, at),
            StepKind::Media { name, field, kind } => self.media(name, field, kind, at),
            StepKind::Task { name, .. } => self.task(name, what, at),
            StepKind::Check { .. } => self.check(what, at),
            StepKind::Require { place, state } => {
                if let Some(slot) = self.requirements.get_mut(*place) {
                    slot.clone_from(state);
                }
            }
            StepKind::Attempts { place, key, left } => {
                self.attempts.insert((*place, key.clone()), *left);
            }
            StepKind::Session { extra } => self.extras.push((at, extra.clone())),
            StepKind::Complete {} => self.ended = Some("COMPLETED"),
            StepKind::Delete {} => self.ended = Some("DELETED"),
            // Written out when the scenario was read, or nothing on the wire.
            StepKind::Capture { .. }
            | StepKind::Extract { .. }
            | StepKind::Run { .. }
            | StepKind::BranchChecks { .. }
            | StepKind::Notify { .. } => {}
        }
    }

    /// A face image is there (contract 5.7: until then the configuration may be refused).
    pub(crate) fn has_face(&self) -> bool {
        let faces = self.resources.get("face_capture").map_or(&[][..], |faces| list(faces, ""));
        faces.iter().any(|face| face.get("image").is_some())
    }

    fn resource(&mut self, what: &StepKind, at: i64) {
        let StepKind::Resource { name, container, source, document_type, country, extra } = what
        else {
            return;
        };
        let time = self.life.at(at);
        let mut value = json!({ "id": self.life.id_of(name), "tasks": [] });
        if let Some(source) = source {
            put(&mut value, "source", json!({ "type": source }));
        }
        put(&mut value, "created_at", json!(time));
        put(&mut value, "last_updated", json!(time));
        if let Some(kind) = document_type {
            put(&mut value, "document_type", json!(kind));
        }
        if let Some(country) = country {
            put(&mut value, "issuing_country", json!(country));
        }
        merge(&mut value, extra.as_deref());
        self.life.resolve(&mut value, at);
        let list = self.resources.entry(container.clone()).or_insert_with(|| json!([]));
        if let Some(list) = list.as_array_mut() {
            self.places.insert(name.clone(), (container.clone(), list.len()));
            list.push(value);
        }
    }

    fn page(&mut self, what: &StepKind, at: i64) {
        let StepKind::Page { name, method, hollow, frames } = what else { return };
        let life = self.life;
        let add = |pages: &mut Vec<Value>| {
            let number = pages.len();
            let frames: Vec<Value> = (0..*frames)
                .map(|frame| {
                    let id = life.id_of(&format!("{name} page {number} frame {frame}"));
                    shot(&id, *hollow, &life.at(at))
                })
                .collect();
            let mut page = json!({});
            if !hollow {
                put(&mut page, "capture_method", json!(method));
                let id = life.id_of(&format!("{name} page {number}"));
                put(&mut page, "media", media(&id, "IMAGE", &life.at(at)));
            }
            put(&mut page, "frames", Value::from(frames));
            pages.push(page);
        };
        self.touch(name, at, |resource| with_list(resource, "pages", add));
    }

    fn frame(&mut self, name: &str, hollow: bool, at: i64) {
        let life = self.life;
        let add = |holder: &mut Value, named: String| {
            with_list(holder, "frames", |frames| {
                let id = life.id_of(&format!("{named} frame {}", frames.len()));
                frames.push(shot(&id, hollow, &life.at(at)));
            });
        };
        self.touch(name, at, |resource| {
            let pages = resource.get_mut("pages").and_then(Value::as_array_mut);
            match pages.and_then(|pages| Some((pages.len().checked_sub(1)?, pages.last_mut()?))) {
                Some((number, page)) => add(page, format!("{name} page {number}")),
                None => add(resource, name.to_owned()),
            }
        });
    }

    fn media(&mut self, name: &str, field: &str, kind: &str, at: i64) {
        let first = self.life.id_of(&format!("{name} {field}"));
        let mut old = None;
        let life = self.life;
        self.touch(name, at, |resource| {
            old = text(resource, &format!("/{field}/media/id")).map(str::to_owned);
            let id = match old {
                Some(_) => life.id_of(&format!("{name} {field} at {at}")),
                None => first,
            };
            let value = media(&id, kind, &life.at(at));
            let value = if field == "media" { value } else { json!({ "media": value }) };
            put(resource, field, value);
        });
        self.replaced.extend(old);
    }

    fn task(&mut self, name: &str, what: &StepKind, at: i64) {
        let StepKind::Task {
            task, state, recommendation, reason, detail, generates, media, ..
        } = what
        else {
            return;
        };
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
                if let Some(check) = generates {
                    let kind = task.replace("_EXTRACTION", "_CHECK");
                    let check =
                        json!({ "id": life.id_of(&format!("check {check}")), "type": kind });
                    put(known, "generated_checks", json!([check]));
                }
                if let Some(field) = media {
                    let id = life.id_of(&format!("{name} {field}"));
                    put(known, "generated_media", json!([{ "id": id, "type": "JSON" }]));
                }
                if let Some(value) = recommendation {
                    let mut said = json!({ "value": value });
                    if let Some(reason) = reason {
                        let detail = detail.as_deref().unwrap_or_default();
                        put(&mut said, "reason", json!({ "value": reason, "detail": detail }));
                    }
                    put(known, "recommendation", said);
                }
            }
        };
        self.touch(name, at, |resource| with_list(resource, "tasks", change));
    }

    fn check(&mut self, what: &StepKind, at: i64) {
        let StepKind::Check { name, check, state, uses, report, extra } = what else { return };
        let life = self.life;
        let time = life.at(at);
        let place = *self.check_places.entry(name.clone()).or_insert_with(|| {
            let resources: Vec<String> = uses.iter().map(|name| life.id_of(name)).collect();
            self.checks.push(json!({
                "type": check, "id": life.id_of(&format!("check {name}")), "state": state,
                "resources_used": resources, "generated_media": [], "created": time,
            }));
            self.checks.len() - 1
        });
        let Some(known) = self.checks.get_mut(place) else { return };
        put(known, "state", json!(state));
        put(known, "last_updated", json!(time));
        if let Some(report) =
            report.as_deref().and_then(|text| serde_json::from_str::<Value>(text).ok())
        {
            put(known, "report", report);
            if check.ends_with("_TEXT_DATA_CHECK") || check.starts_with("WATCHLIST_") {
                let id = life.id_of(&format!("check {name} generated"));
                put(known, "generated_media", json!([{ "id": id, "type": "JSON" }]));
            }
        }
        if report.is_some() || extra.is_some() {
            merge(known, extra.as_deref());
            life.resolve(known, at);
        }
    }

    fn touch(&mut self, name: &str, at: i64, change: impl FnOnce(&mut Value)) {
        let Some((container, place)) = self.places.get(name) else { return };
        let list = self.resources.get_mut(container).and_then(Value::as_array_mut);
        if let Some(resource) = list.and_then(|list| list.get_mut(*place)) {
            put(resource, "last_updated", json!(self.life.at(at)));
            change(resource);
            tasks_last(resource);
        }
    }

    /// As the answer has them: newest first, as in the documented samples, or as the style says.
    fn ordered(&self) -> Value {
        let mut resources = self.resources.clone();
        if !self.life.scenario.style.oldest_first {
            resources.values_mut().filter_map(Value::as_array_mut).for_each(|list| list.reverse());
        }
        if self.life.scenario.style.absent != Absent::LeftOut {
            for container in CREATED {
                resources.entry(*container).or_insert_with(|| json!([]));
            }
        }
        Value::Object(resources)
    }

    /// `GET /sessions/{s}` (contract 3.1).
    pub(crate) fn session(&self, state: &str, elapsed: i64, left: i64) -> Value {
        let life = self.life;
        let mut value = json!({
            "client_session_token_ttl": left,
            "session_id": life.id.to_string(),
            "state": state,
        });
        if state == "ONGOING" {
            put(&mut value, "client_session_token", json!(life.id_of("token")));
        }
        if let Some(label) = &life.scenario.user_tracking_id {
            put(&mut value, "user_tracking_id", json!(label));
        }
        if let Some(at) = life.scenario.consent_at.filter(|at| *at <= elapsed) {
            let time = life.at(at).replace('Z', ".473Z");
            put(&mut value, "biometric_consent", json!(time));
        }
        put(&mut value, "resources", self.ordered());
        put(&mut value, "checks", Value::from(self.checks.clone()));
        merge(&mut value, life.scenario.session_extra.as_deref());
        life.resolve(&mut value, 0);
        for (at, extra) in &self.extras {
            merge(&mut value, Some(extra));
            life.resolve(&mut value, *at);
        }
        value
    }
}

/// Tasks stand behind the media that they made, as in the documented samples.
fn tasks_last(resource: &mut Value) {
    if !list(resource, "/tasks").is_empty()
        && let Some(map) = resource.as_object_mut()
        && let Some(tasks) = map.shift_remove("tasks")
    {
        map.insert("tasks".to_owned(), tasks);
    }
}

/// A frame: `{"media": …}`, or `{}` where its picture is missing.
fn shot(id: &str, hollow: bool, at: &str) -> Value {
    if hollow { json!({}) } else { json!({ "media": media(id, "IMAGE", at) }) }
}
