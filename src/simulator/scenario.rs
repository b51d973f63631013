//! A scenario: what a made-up session requires and what happens to it, as strict TOML.

pub(crate) mod expand;
pub(crate) mod mixture;
pub mod step;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::SimulatorError;
use crate::simulator::http::faults::Fault;
use crate::simulator::scenario::step::{Step, once};

macro_rules! shipped {
    ($($name:literal)+) => {
        &[$(($name, include_str!(concat!("../../assets/scenarios/", $name, ".toml")))),+]
    };
}

/// All scenarios that ship with the program, by file name.
const SHIPPED: &[(&str, &str)] = shipped! {
    "S01" "S02" "S03" "S04" "S05" "S06" "S07" "S08" "S09" "S10" "S11" "S12" "S13" "S14" "S15" "S16"
    "S17" "S18" "S19" "S20" "S21" "S22" "S23" "S24" "S25" "S26" "S27" "S28" "S29" "S30" "S31"
    "letter-not-set"
};

/// What happens to one session (contract 12). Times are seconds after creation.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// What it acts out, for people.
    pub title: String,
    /// `client_session_token_ttl` at creation.
    pub ttl: i64,
    /// Begins as another scenario; requirements and steps here come on top.
    pub like: Option<String>,
    /// Of the other scenario only the steps up to this second.
    pub until: Option<i64>,
    /// The other scenario's steps come this much later.
    #[serde(default)]
    pub later: i64,
    /// Other reports, as JSON, for checks of the other scenario, by name.
    #[serde(default)]
    pub outcome: BTreeMap<String, String>,
    /// What `{word}` is in requirements and steps that repeat, in turn.
    #[serde(default)]
    pub words: Vec<String>,
    /// `user_tracking_id`
    pub user_tracking_id: Option<String>,
    /// The claimed identity is supplied at creation.
    #[serde(default)]
    pub applicant_profile: bool,
    /// When the letter is set; never without.
    pub letter_at: Option<i64>,
    /// When the person consents to biometrics; not asked without.
    pub consent_at: Option<i64>,
    /// Purged this long after the first media was uploaded; kept without.
    pub resources_ttl: Option<i64>,
    /// `requested_checks` of the configuration.
    #[serde(default)]
    pub requested_checks: Vec<String>,
    /// `capture.required_resources`
    #[serde(default, rename = "requirement")]
    pub requirements: Vec<Requirement>,
    /// All requirements have one id, as in SEED.
    #[serde(default)]
    pub one_requirement_id: bool,
    /// `client_session_token_ttl` of the configuration, where it differs.
    pub configuration_ttl: Option<i64>,
    /// The configuration answers 409 `SESSION_NOT_READY` until a face image is there.
    #[serde(default)]
    pub waits_for_face: bool,
    /// How answers are written, where that matters to nobody who reads JSON properly.
    #[serde(default)]
    pub style: Style,
    /// What disturbs requests for this session, in turn.
    #[serde(default, rename = "fault")]
    pub(super) faults: Vec<Fault>,
    /// What happens, in order of time.
    #[serde(default, rename = "step")]
    pub steps: Vec<Step>,
    /// JSON merged over the session result.
    pub session_extra: Option<String>,
    /// JSON merged over the configuration.
    pub configuration_extra: Option<String>,
    /// What clients did, at exact times.
    #[serde(skip)]
    pub(super) done: Vec<Step>,
    /// What a client said at creation.
    #[serde(skip)]
    pub(super) spec: Option<std::sync::Arc<Value>>,
}

/// How answers are written (contract 12, extra behaviour).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Style {
    /// Resources oldest first; newest first without.
    pub oldest_first: bool,
    /// How what is not there is written.
    pub absent: Absent,
    /// How allowed sources are written.
    pub sources: SourceForm,
    pub shuffled: bool,
}

/// How what is not there is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Absent {
    /// Empty containers, as right after creation (contract 14.14).
    #[default]
    Empty,
    /// `null` instead of empty and of missing arrays.
    Null,
    /// Only what SEED has: no empty containers, no token, no consent, no tasks, no settings.
    LeftOut,
}

/// How allowed sources are written: both forms are in use (contract 14).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceForm {
    /// `{"type": "IBV"}`
    #[default]
    Objects,
    /// `"IBV"`
    Texts,
}

/// One required resource, as `[[requirement]]` says it.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    /// `ID_DOCUMENT`, …
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(default = "once")]
    pub repeat: usize,
    #[serde(default)]
    pub sources: Vec<String>,
    /// `allowed_providers` of the source IBV; not stated without.
    pub providers: Option<Vec<String>>,
    #[serde(default)]
    pub accepts: BTreeMap<String, Vec<String>>,
    /// The document that the letter promises.
    pub promise: Option<String>,
    #[serde(default)]
    pub assessments: Vec<String>,
    /// Scheme of `DOCUMENT_SCHEME_VALIDITY_CHECK`.
    pub scheme: Option<String>,
    #[serde(default)]
    pub tasks: Vec<String>,
    /// `objective.type`
    pub objective: Option<String>,
    /// `attempts_remaining`
    #[serde(default)]
    pub attempts: BTreeMap<String, i64>,
    pub liveness_type: Option<String>,
    /// JSON merged over it.
    pub extra: Option<String>,
}

impl Scenario {
    /// Reads one; errors name line and column where there are any.
    pub fn parse(name: &str, text: &str) -> Result<Self, SimulatorError> {
        let bad = |cause: String| SimulatorError::BadScenario { name: name.to_owned(), cause };
        let mut scenario: Self = toml::from_str(text).map_err(|why| bad(why.to_string()))?;
        if scenario.steps.windows(2).any(|pair| matches!(pair, [a, b] if a.at > b.at)) {
            return Err(bad(String::from("its steps are not in order of time")));
        }
        let (steps, requirements) =
            (std::mem::take(&mut scenario.steps), std::mem::take(&mut scenario.requirements));
        scenario.steps = expand::steps(steps, &scenario.words).map_err(bad)?;
        scenario.requirements = expand::requirements(requirements, &scenario.words).map_err(bad)?;
        if let Some(like) = &scenario.like {
            let base = Arc::unwrap_or_clone(Self::shipped(like)?);
            scenario = expand::over(base, scenario);
        }
        scenario.checked().map_err(bad)
    }

    /// Refuses what could not be acted out.
    fn checked(self) -> Result<Self, String> {
        let extras = [&self.session_extra, &self.configuration_extra];
        let texts = extras.into_iter().flatten().chain(self.outcome.values());
        let texts = texts.chain(self.requirements.iter().filter_map(|r| r.extra.as_ref()));
        let texts = texts.map(String::as_str);
        for text in texts.chain(self.steps.iter().flat_map(|step| step.what.json())) {
            serde_json::from_str::<Value>(text).map_err(|why| format!("JSON in it: {why}"))?;
        }
        // Supplied at creation: it is there from the first second (contract 3.2).
        let mut there = vec!["applicant"];
        for step in &self.steps {
            if let Some(missing) = step.what.needs().iter().find(|name| !there.contains(*name)) {
                return Err(format!("at {}: there is no resource {missing} yet", step.at));
            }
            if let Some(place) = step.what.place().filter(|p| *p >= self.requirements.len()) {
                return Err(format!("at {}: there is no requirement at place {place}", step.at));
            }
            there.extend(step.what.makes());
        }
        Ok(self)
    }

    /// One that ships with the program.
    ///
    /// # Errors
    /// [`SimulatorError::UnknownScenario`] with the known names.
    pub fn shipped(name: &str) -> Result<Arc<Self>, SimulatorError> {
        let found = SHIPPED.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        let Some((known, text)) = found else {
            return Err(SimulatorError::UnknownScenario {
                name: name.to_owned(),
                known: Self::names().collect::<Vec<_>>().join(", "),
            });
        };
        Self::parse(known, text).map(Arc::new)
    }

    /// The names of all that ship with the program.
    pub fn names() -> impl Iterator<Item = &'static str> {
        SHIPPED.iter().map(|(name, _)| *name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shipped_scenario_can_be_read() {
        for name in Scenario::names() {
            let scenario = Scenario::shipped(name).unwrap();
            assert!(!scenario.title.is_empty(), "{name}");
        }
    }

    #[test]
    fn a_wrong_scenario_is_refused_with_its_place() {
        let wrong = Scenario::parse("x", "title = \"t\"\nttl = 1\ncolour = 3\n").unwrap_err();
        assert!(wrong.to_string().contains("line 3"), "{wrong}");
        let step =
            Scenario::parse("x", "title='t'\nttl=1\n[[step]]\nat=1\ndo='dance'\n").unwrap_err();
        assert!(step.to_string().contains("dance"), "{step}");
        let order =
            "title='t'\nttl=1\n[[step]]\nat=2\ndo='complete'\n[[step]]\nat=1\ndo='delete'\n";
        assert!(Scenario::parse("x", order).is_err());
        let json = "title='t'\nttl=1\nsession_extra='{'\n";
        assert!(Scenario::parse("x", json).unwrap_err().to_string().contains("JSON"));
        assert!(Scenario::shipped("S99").unwrap_err().to_string().contains("S01"));
    }
}
