//! One made-up session: its scenario, when it began, and what has happened to it by a time.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::domain::session::ids::SessionId;
use crate::simulator::creation::{branches, supported};
use crate::simulator::http::faults::Fault;
use crate::simulator::json;
use crate::simulator::scenario::Scenario;
use crate::simulator::scenario::step::{Step, StepKind};

/// One made-up session: its scenario and when it began.
#[derive(Clone, Debug)]
pub struct SimulatedSession {
    pub id: SessionId,
    /// Shared by all sessions of it, until something is done to one of them.
    pub scenario: Arc<Scenario>,
    pub created: Timestamp,
    /// Steps and letter later than the first minute come this many seconds later.
    pub delay: i64,
    /// Lifetime instead of the scenario's.
    pub ttl: Option<i64>,
    /// The letter's body as it was PUT, and when (seconds after creation).
    pub instructions: Option<(Value, i64)>,
}

/// Seconds from the PUT of the instructions to the letter's PDF.
pub(in crate::simulator) const LETTER_TAKES: i64 = 15;

impl SimulatedSession {
    /// An id that follows from the session and a name.
    #[must_use]
    pub fn id_of(&self, name: &str) -> String {
        // By name, so that an id stays the same however much has happened.
        let id = Uuid::new_v5(&self.id.uuid(), name.as_bytes());
        uuid::Builder::from_random_bytes(id.into_bytes()).into_uuid().to_string()
    }

    /// The id of the requirement at a place.
    pub(in crate::simulator) fn requirement_id(&self, place: usize) -> String {
        let place = if self.scenario.one_requirement_id { 0 } else { place };
        self.id_of(&format!("requirement {place}"))
    }

    pub(in crate::simulator) fn at(&self, seconds: i64) -> String {
        let at = self.created.saturating_add(SignedDuration::from_secs(seconds));
        at.unwrap_or(self.created).strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    }

    /// Gives their ids to the media that JSON in a scenario names.
    pub(in crate::simulator) fn resolve(&self, value: &mut Value, at: i64) {
        json::resolve(value, &self.at(at), &|name| self.id_of(name));
    }

    const fn delayed(&self, at: i64) -> i64 {
        // The first minute is the creation; what a person does comes later.
        if at >= 60 { at + self.delay } else { at }
    }

    /// Seconds from its creation until it is COMPLETED or EXPIRED, if no client changes that.
    pub(in crate::simulator) fn ends(&self) -> i64 {
        let completes = |step: &&Step| matches!(step.what, StepKind::Complete {});
        let ends = self.scenario.steps.iter().filter(completes).map(|s| self.delayed(s.at));
        ends.min().unwrap_or(i64::MAX).min(self.ttl())
    }

    pub(in crate::simulator) fn ttl(&self) -> i64 {
        self.ttl.unwrap_or(self.scenario.ttl)
    }

    /// The second behind this one in which something may be told, if no client does anything.
    pub(in crate::simulator) fn next_after(&self, elapsed: i64) -> i64 {
        let put = self.instructions.as_ref().map(|(_, at)| *at);
        let letter = put.or(self.scenario.letter_at).map(|at| at + LETTER_TAKES);
        let steps = self.scenario.steps.iter().map(|step| self.delayed(step.at));
        steps.chain(letter).filter(|at| *at > elapsed).min().unwrap_or(i64::MAX)
    }

    /// What has happened by then, in order, with the second of each. What a client has supplied
    /// is not supplied again by the scenario; nothing but its end happens to an expired session.
    pub(in crate::simulator) fn happened(&self, elapsed: i64) -> Vec<(i64, &StepKind)> {
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

    /// The letter's body and when it was set: as PUT, or the scenario's own once its time has come.
    pub(in crate::simulator) fn letter(&self, elapsed: i64) -> Option<(Value, i64)> {
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

    /// What the scenario disturbs, for this session: the name of a media becomes its id.
    pub(in crate::simulator) fn faults(&self) -> Vec<Fault> {
        let bound = |fault: &Fault| {
            let media = fault.media.as_ref().map(|name| format!("/media/{}/", self.id_of(name)));
            let (session, path) = (Some(self.id.to_string()), media.or_else(|| fault.path.clone()));
            Fault { session, path, ..fault.clone() }
        };
        self.scenario.faults.iter().map(bound).collect()
    }
}
