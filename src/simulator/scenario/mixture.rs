//! The demo's sessions: scenarios begun at different times, so that every stage is on the screen.

use jiff::SignedDuration;
use serde::Deserialize;

use crate::simulator::SimulatorError;

/// One kind of session in the mixture.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MixturePart {
    pub(crate) scenario: String,
    /// Since its creation when the simulator starts.
    pub(crate) age: SignedDuration,
    /// By which everything after its first minute comes later.
    #[serde(default)]
    pub(crate) delay: SignedDuration,
    /// Lifetime instead of the scenario's.
    pub(crate) ttl: Option<SignedDuration>,
}

#[derive(Deserialize)]
struct Mixture {
    part: Vec<MixturePart>,
}

/// The parts in order; more sessions than parts repeat them.
pub(crate) fn parts() -> Result<Vec<MixturePart>, SimulatorError> {
    let read: Result<Mixture, _> = toml::from_str(include_str!("../../../assets/mixture.toml"));
    read.map(|mixture| mixture.part).map_err(|why| SimulatorError::BadScenario {
        name: "mixture".to_owned(),
        cause: why.to_string(),
    })
}
