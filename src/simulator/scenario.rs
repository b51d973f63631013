//! A scenario: what a made-up session requires and what happens to it, as strict TOML.
//!
//! Owns the format of `assets/scenarios/*.toml`. Must never know HTTP or a session's id.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::SimulatorError;

/// All scenarios that ship with the program, by file name.
const SHIPPED: &[(&str, &str)] = &[
    ("S01", include_str!("../../assets/scenarios/S01.toml")),
    ("S02", include_str!("../../assets/scenarios/S02.toml")),
    ("S03", include_str!("../../assets/scenarios/S03.toml")),
    ("S04", include_str!("../../assets/scenarios/S04.toml")),
    ("S05", include_str!("../../assets/scenarios/S05.toml")),
    ("S07", include_str!("../../assets/scenarios/S07.toml")),
    ("S09", include_str!("../../assets/scenarios/S09.toml")),
    ("S16", include_str!("../../assets/scenarios/S16.toml")),
    ("S19", include_str!("../../assets/scenarios/S19.toml")),
    ("S22", include_str!("../../assets/scenarios/S22.toml")),
    ("S27", include_str!("../../assets/scenarios/S27.toml")),
    ("S28", include_str!("../../assets/scenarios/S28.toml")),
    ("letter-not-set", include_str!("../../assets/scenarios/letter-not-set.toml")),
];

/// What happens to one session (contract 12). Times are seconds after creation.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// What it acts out, for people.
    pub title: String,
    /// `client_session_token_ttl` at creation.
    pub ttl: i64,
    /// `user_tracking_id`
    #[serde(default)]
    pub user_tracking_id: Option<String>,
    /// The claimed identity is supplied at creation.
    #[serde(default)]
    pub applicant_profile: bool,
    /// When the letter is set; never without.
    #[serde(default)]
    pub letter_at: Option<i64>,
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
    #[serde(default)]
    pub configuration_ttl: Option<i64>,
    /// What happens, in order of time.
    #[serde(default, rename = "step")]
    pub steps: Vec<Step>,
    /// JSON merged over the session result.
    #[serde(default)]
    pub session_extra: Option<String>,
    /// JSON merged over the configuration.
    #[serde(default)]
    pub configuration_extra: Option<String>,
}

/// One required resource.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    /// `ID_DOCUMENT`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// Allowed sources.
    #[serde(default)]
    pub sources: Vec<String>,
    /// `allowed_providers` of the source IBV; not stated without.
    #[serde(default)]
    pub providers: Option<Vec<String>>,
    /// Country to document types.
    #[serde(default)]
    pub accepts: BTreeMap<String, Vec<String>>,
    /// The document that the letter promises.
    #[serde(default)]
    pub promise: Option<String>,
    /// In-branch assessments.
    #[serde(default)]
    pub assessments: Vec<String>,
    /// Scheme of `DOCUMENT_SCHEME_VALIDITY_CHECK`.
    #[serde(default)]
    pub scheme: Option<String>,
    /// Requested tasks.
    #[serde(default)]
    pub tasks: Vec<String>,
    /// `objective.type`
    #[serde(default)]
    pub objective: Option<String>,
    /// `attempts_remaining`
    #[serde(default)]
    pub attempts: BTreeMap<String, i64>,
    /// For LIVENESS.
    #[serde(default)]
    pub liveness_type: Option<String>,
    /// JSON merged over it.
    #[serde(default)]
    pub extra: Option<String>,
}

/// One thing that happens. (Strictness is `What`'s: it gets every key but `at`.)
#[derive(Clone, Debug, Deserialize)]
pub struct Step {
    /// Seconds after creation.
    pub at: i64,
    /// What.
    #[serde(flatten)]
    pub what: What,
}

/// The kinds of steps.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case", deny_unknown_fields)]
pub enum What {
    /// A resource appears.
    Resource {
        /// Its name in this scenario.
        name: String,
        /// `id_documents`, …
        container: String,
        /// Source type.
        source: String,
        /// `PASSPORT`, …
        #[serde(default)]
        document_type: Option<String>,
        /// Alpha-3.
        #[serde(default)]
        country: Option<String>,
        /// JSON merged over it.
        #[serde(default)]
        extra: Option<String>,
    },
    /// A page with its picture and frames is added.
    Page {
        /// The resource.
        name: String,
        /// Number of frames.
        #[serde(default)]
        frames: usize,
    },
    /// A media field of a resource: `document_fields`, `document_id_photo`, `image`, ….
    Media {
        /// The resource.
        name: String,
        /// The field.
        field: String,
        /// `IMAGE`, `JSON`, …
        kind: String,
    },
    /// A task appears or changes.
    Task {
        /// The resource.
        name: String,
        /// Its type.
        task: String,
        /// Its state.
        state: String,
        /// `PROGRESS`, …
        #[serde(default)]
        recommendation: Option<String>,
    },
    /// A check appears or changes.
    Check {
        /// Its name in this scenario.
        name: String,
        /// Its type.
        check: String,
        /// Its state.
        state: String,
        /// Names of resources used.
        #[serde(default)]
        uses: Vec<String>,
        /// The report, as JSON.
        #[serde(default)]
        report: Option<String>,
    },
    /// One check of each type for each resource, DONE in the same second (contract 4.2).
    BranchChecks {
        /// Resources.
        uses: Vec<String>,
        /// Check types.
        checks: Vec<String>,
        /// Scheme for `DOCUMENT_SCHEME_VALIDITY_CHECK`.
        #[serde(default)]
        scheme: Option<String>,
        /// Recommendation of all.
        recommendation: String,
    },
    /// A requirement's state, by its place from 0.
    Require {
        /// Place.
        place: usize,
        /// `IN_PROGRESS`, `COMPLETE`
        state: String,
    },
    /// All attempts etc. aside: the session ends COMPLETED.
    Complete {},
    /// The session is deleted: 404 from now on.
    Delete {},
}

impl Scenario {
    /// Reads one; errors name line and column.
    ///
    /// # Errors
    /// [`SimulatorError::BadScenario`].
    pub fn parse(name: &str, text: &str) -> Result<Self, SimulatorError> {
        let bad = |cause: String| SimulatorError::BadScenario { name: name.to_owned(), cause };
        let scenario: Self = toml::from_str(text).map_err(|why| bad(why.to_string()))?;
        let mut extras: Vec<&String> = [&scenario.session_extra, &scenario.configuration_extra]
            .into_iter()
            .flatten()
            .collect();
        extras.extend(scenario.requirements.iter().filter_map(|r| r.extra.as_ref()));
        for step in &scenario.steps {
            match &step.what {
                What::Resource { extra: Some(json), .. }
                | What::Check { report: Some(json), .. } => extras.push(json),
                _ => {}
            }
        }
        for json in extras {
            serde_json::from_str::<Value>(json).map_err(|why| bad(format!("JSON in it: {why}")))?;
        }
        if scenario.steps.windows(2).any(|pair| matches!(pair, [a, b] if a.at > b.at)) {
            return Err(bad(String::from("its steps are not in order of time")));
        }
        Ok(scenario)
    }

    /// One that ships with the program.
    ///
    /// # Errors
    /// [`SimulatorError::UnknownScenario`] with the known names.
    pub fn shipped(name: &str) -> Result<Self, SimulatorError> {
        let found = SHIPPED.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        let Some((known, text)) = found else {
            return Err(SimulatorError::UnknownScenario {
                name: name.to_owned(),
                known: Self::names().collect::<Vec<_>>().join(", "),
            });
        };
        Self::parse(known, text)
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
