//! Scenario × elapsed time → the API's answers: pure, and the same to the byte for the same input.

pub(crate) mod events;
pub(crate) mod replay;
pub(crate) mod shape;
pub mod turnover;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use uuid::Uuid;

use super::scenario::{Requirement, Scenario};
use crate::domain::session::ids::SessionId;
use crate::simulator::creation::{branches, supported};
use crate::simulator::scenario::step::{Step, StepKind};
use crate::simulator::timeline::replay::Replay;
use crate::simulator::timeline::shape::{media, merge, put};

/// One made-up session: its scenario and when it began.
#[derive(Clone, Debug)]
pub struct SimulatedSession {
    pub id: SessionId,
    pub scenario: Scenario,
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
    /// False while a resource of the relying business is awaited: 409 `SESSION_NOT_READY`.
    pub ready: bool,
    /// The letter has been written (contract 7.3: asynchronously).
    pub letter_ready: bool,
    /// Media ids that others have replaced.
    pub replaced: Vec<String>,
}

/// Seconds from the PUT of the instructions to the letter's PDF.
pub(super) const LETTER_TAKES: i64 = 15;

impl SimulatedSession {
    /// An id that follows from the session and a name.
    #[must_use]
    pub fn id_of(&self, name: &str) -> String {
        // By name, so that an id stays the same however much has happened.
        let id = Uuid::new_v5(&self.id.uuid(), name.as_bytes());
        uuid::Builder::from_random_bytes(id.into_bytes()).into_uuid().to_string()
    }

    /// The id of the requirement at a place.
    pub(super) fn requirement_id(&self, place: usize) -> String {
        let place = if self.scenario.one_requirement_id { 0 } else { place };
        self.id_of(&format!("requirement {place}"))
    }

    pub(super) fn at(&self, seconds: i64) -> String {
        let at = self.created.saturating_add(SignedDuration::from_secs(seconds));
        at.unwrap_or(self.created).strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    }

    /// Gives their ids to the media that JSON in a scenario names.
    pub(super) fn resolve(&self, value: &mut Value, at: i64) {
        shape::resolve(value, &self.at(at), &|name| self.id_of(name));
    }

    const fn delayed(&self, at: i64) -> i64 {
        // The first minute is the creation; what a person does comes later.
        if at >= 60 { at + self.delay } else { at }
    }

    /// Seconds from its creation until it is COMPLETED or EXPIRED, if no client changes that.
    pub(super) fn ends(&self) -> i64 {
        let completes = |step: &&Step| matches!(step.what, StepKind::Complete {});
        let ends = self.scenario.steps.iter().filter(completes).map(|s| self.delayed(s.at));
        ends.min().unwrap_or(i64::MAX).min(self.ttl())
    }

    pub(super) fn ttl(&self) -> i64 {
        self.ttl.unwrap_or(self.scenario.ttl)
    }

    /// What has happened by then, in order, with the second of each. What a client has supplied
    /// is not supplied again by the scenario; nothing but its end happens to an expired session.
    pub(super) fn happened(&self, elapsed: i64) -> Vec<(i64, &StepKind)> {
        let supplied: Vec<&str> =
            self.scenario.done.iter().filter_map(|s| s.what.makes()).collect();
        let own = |step: &&Step| match &step.what {
            StepKind::Resource { name, .. } | StepKind::Media { name, .. } => {
                !supplied.contains(&name.as_str())
            }
            _ => true,
        };
        let own = self.scenario.steps.iter().filter(own).map(|s| (self.delayed(s.at), &s.what));
        let mut all: Vec<(i64, &StepKind)> =
            own.chain(self.scenario.done.iter().map(|s| (s.at, &s.what))).collect();
        all.sort_by_key(|(at, _)| *at);
        let mut complete = false;
        all.retain(|(at, what)| {
            // The service itself may still add to what has expired.
            let lives = *at < self.ttl() || complete || matches!(what, StepKind::Session { .. });
            let happens = *at <= elapsed && lives;
            complete |= happens && matches!(what, StepKind::Complete {});
            happens
        });
        all
    }

    /// Everything at a simulated time.
    #[must_use]
    pub fn moment(&self, now: Timestamp) -> Moment {
        let elapsed = now.duration_since(self.created).as_secs();
        let happened = self.happened(elapsed);
        let mut told = Replay::begin(self);
        for (at, what) in &happened {
            told.happens(what, *at);
        }
        let uploaded = happened.iter().find(|(_, what)| {
            matches!(what, StepKind::Page { hollow: false, .. } | StepKind::Media { .. })
        });
        let purged = uploaded
            .zip(self.scenario.resources_ttl)
            .is_some_and(|((at, _), kept)| elapsed >= at.saturating_add(kept));
        let state = match told.ended {
            _ if purged => None,
            Some("DELETED") => None,
            Some(state) => Some(state),
            None if elapsed >= self.ttl() => Some("EXPIRED"),
            None => Some("ONGOING"),
        };
        // Positive after COMPLETED, 0 once expired (contract 11 #18).
        let left = if state == Some("EXPIRED") { 0 } else { (self.ttl() - elapsed).max(0) };
        let letter = self.letter(elapsed);
        let styled = |value| {
            let seed = self.id.uuid().as_u64_pair().1;
            shape::styled(value, self.scenario.style, seed)
        };
        Moment {
            state,
            session: styled(told.session(state.unwrap_or("COMPLETED"), elapsed, left)),
            configuration: styled(self.configuration(&told, elapsed, left)),
            contact_profile: letter.as_ref().and_then(|(l, _)| l.get("contact_profile").cloned()),
            letter_ready: letter.as_ref().is_some_and(|(_, at)| elapsed >= at + LETTER_TAKES),
            instructions: letter.map(|(letter, _)| public_letter(letter)),
            ready: !self.scenario.waits_for_face || told.has_face(),
            replaced: told.replaced,
        }
    }

    /// The letter's body and when it was set: as PUT, or the scenario's own once its time has come.
    pub(super) fn letter(&self, elapsed: i64) -> Option<(Value, i64)> {
        if let Some((body, at)) = &self.instructions {
            return (elapsed >= *at).then(|| (body.clone(), *at));
        }
        let at = self.scenario.letter_at?;
        (elapsed >= at).then(|| (self.own_letter(), at))
    }

    fn own_letter(&self) -> Value {
        let pick = self.id.uuid().as_bytes().last().copied().unwrap_or_default();
        let branch = branches::one(usize::from(pick));
        let documents = self.scenario.requirements.iter().enumerate().filter_map(|(place, r)| {
            let document_type = r.promise.as_ref()?;
            let country = supported::first(&r.accepts).0;
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
            "branch": branch,
        })
    }

    fn configuration(&self, told: &Replay<'_>, elapsed: i64, left: i64) -> Value {
        let requirements = self.scenario.requirements.iter().zip(&told.requirements).enumerate();
        let requirements: Vec<Value> = requirements
            .map(|(place, (requirement, state))| {
                let attempts = told.attempts.iter().filter(|((of, _), _)| *of == place);
                let mut attempts_left = requirement.attempts.clone();
                attempts_left.extend(attempts.map(|((_, key), left)| (key.clone(), *left)));
                let mut value = self.requirement(place, requirement, state);
                if !attempts_left.is_empty() {
                    put(&mut value, "attempts_remaining", json!(attempts_left));
                }
                merge(&mut value, requirement.extra.as_deref());
                value
            })
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
        let consent = match self.scenario.consent_at {
            None => "NOT_REQUIRED",
            Some(at) if at <= elapsed => "CAPTURED",
            Some(_) => "REQUIRED",
        };
        put(
            &mut value,
            "capture",
            json!({ "biometric_consent": consent, "required_resources": requirements }),
        );
        let usual = json!({ "locale": "en-GB", "hide_logo": false });
        let said = self.scenario.spec.as_ref().and_then(|spec| spec.get("sdk_config").cloned());
        put(&mut value, "sdk_config", said.filter(Value::is_object).unwrap_or(usual));
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
        if requirement.kind.ends_with("DOCUMENT") {
            put(&mut value, "requested_tasks", Value::from(tasks));
        }
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
        if let Some(objective) = &requirement.objective {
            put(&mut value, "objective", json!({ "type": objective }));
        }
        if let Some(kind) = &requirement.liveness_type {
            put(&mut value, "liveness_type", json!(kind));
        }
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
