//! Scenario × elapsed time → the API's answers: pure, and the same to the byte for the same input.

pub(crate) mod events;
pub(crate) mod replay;
mod session;
pub(crate) mod shape;
pub mod turnover;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::simulator::json::{media, merge, put};
use crate::simulator::scenario::Requirement;
use crate::simulator::scenario::step::StepKind;
use crate::simulator::timeline::replay::Replay;
use crate::simulator::timeline::session::LETTER_TAKES;

pub use session::SimulatedSession;

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

impl SimulatedSession {
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
