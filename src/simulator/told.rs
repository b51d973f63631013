//! What has happened to a made-up session so far, step by step.
//!
//! Owns the session result's resources and checks. Pure.

use serde_json::{Map, Value, json};

use super::scenario::What;
use super::timeline::{Life, media, merge, put, with_list};

/// What has happened so far.
pub(super) struct Told<'a> {
    pub(super) life: &'a Life,
    pub(super) resources: Map<String, Value>,
    pub(super) checks: Vec<Value>,
    pub(super) ended: Option<&'static str>,
    pub(super) requirements: Vec<String>,
}

impl Told<'_> {
    pub(super) fn begin(&mut self) {
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

    pub(super) fn happens(&mut self, what: &What, at: i64) {
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

    pub(super) fn session(self, state: &str, left: i64) -> Value {
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
