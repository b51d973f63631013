//! An Identity Verification API on loopback that speaks the contract.
//!
//! Owns the made-up sessions, their scenarios and the server. Must never be reachable from another
//! machine unless asked, and never hold real data.

use std::net::SocketAddr;

use jiff::Timestamp;
use secrecy::SecretString;

use crate::domain::ids::SessionId;

/// How to run it.
#[derive(Clone, Debug)]
pub struct Options {
    /// Address; port 0 chooses a free one.
    pub listen: SocketAddr,
    /// Sessions to start with.
    pub sessions: usize,
    /// All ids, choices and pictures follow from it.
    pub seed: u64,
    /// Simulated seconds for each real one; 0 stops the clock.
    pub speed: f64,
    /// Scenario names (`S01`); empty: the demo's mixture, whose sessions began at different times.
    pub scenarios: Vec<String>,
    /// The simulated time at the start.
    pub start: Timestamp,
    /// SPKI public key (PEM) of the client; `None`: a key pair is made.
    pub public_key_pem: Option<String>,
}

/// A session that the simulator made, for the demo's watch-list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MadeSession {
    /// Its id.
    pub id: SessionId,
    /// A reference such as `demo-0007`.
    pub reference: String,
    /// Its scenario's name.
    pub scenario: String,
}

/// Why it did not start.
#[derive(Debug, thiserror::Error)]
pub enum SimulatorError {
    /// The address cannot be used.
    #[error("cannot listen on {address}: {cause}")]
    Listen {
        /// As asked.
        address: SocketAddr,
        /// The system's words.
        cause: std::io::Error,
    },
    /// A scenario does not exist; the known names.
    #[error("no scenario named {name}; known: {known}")]
    UnknownScenario {
        /// As asked.
        name: String,
        /// Comma separated.
        known: String,
    },
    /// A scenario file is wrong.
    #[error("scenario {name}: {cause}")]
    BadScenario {
        /// Its name.
        name: String,
        /// With line and column.
        cause: String,
    },
    /// The public key cannot be used, or a key pair cannot be made.
    #[error("key: {0}")]
    Key(String),
}

/// A running simulator; stops when dropped or shut down.
#[derive(Debug)]
pub struct Running {
    /// `http://127.0.0.1:PORT/idverify/v1`
    pub base_url: String,
    /// The application's id.
    pub sdk_id: String,
    /// Private key, PKCS#8 PEM, when the pair was made here.
    pub private_key_pem: Option<SecretString>,
    /// The sessions made at the start.
    pub sessions: Vec<MadeSession>,
}

/// Starts it.
///
/// # Errors
/// See [`SimulatorError`].
pub async fn start(options: Options) -> Result<Running, SimulatorError> {
    let _ = options;
    std::future::ready(Err(SimulatorError::Key(String::from("not built")))).await
}
