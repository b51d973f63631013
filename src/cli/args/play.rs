//! The grammar of `demo` and `simulate`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

/// The demo.
#[derive(Clone, Debug, Args)]
pub(in crate::cli) struct Play {
    /// Number of made-up sessions
    #[arg(long, default_value_t = 24, value_name = "N")]
    pub(in crate::cli) sessions: usize,
    /// Random seed; same seed, same data
    #[arg(long, default_value_t = 1, value_name = "S")]
    pub(in crate::cli) seed: u64,
    /// Speed of the simulated clock; 0 stops it
    #[arg(long, default_value_t = 5.0, value_name = "X")]
    pub(in crate::cli) speed: f64,
}

/// The simulator.
#[derive(Clone, Debug, Args)]
pub(in crate::cli) struct Simulate {
    #[command(flatten)]
    pub(in crate::cli) play: PlaySimulated,
    /// Address to listen on; port 0 chooses a free port
    #[arg(long, default_value = "127.0.0.1:0", value_name = "ADDR")]
    pub(in crate::cli) listen: SocketAddr,
    /// Scenarios to use in turn, such as S01; a mixture if left out
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) scenario: Vec<String>,
    /// Send notifications to this address (https, or http on this machine)
    #[arg(long, value_name = "URL")]
    pub(in crate::cli) notify: Option<String>,
    /// Public key (PEM) to verify requests with
    #[arg(long, value_name = "PEM", conflicts_with = "write_key")]
    pub(in crate::cli) public_key: Option<PathBuf>,
    /// Create a key pair and write the private key to this file (0600)
    #[arg(long, value_name = "PEM")]
    pub(in crate::cli) write_key: Option<PathBuf>,
}

/// As the demo, at real speed.
#[derive(Clone, Debug, Args)]
pub(in crate::cli) struct PlaySimulated {
    /// Number of made-up sessions
    #[arg(long, default_value_t = 24, value_name = "N")]
    pub(in crate::cli) sessions: usize,
    /// Random seed; same seed, same data
    #[arg(long, default_value_t = 1, value_name = "S")]
    pub(in crate::cli) seed: u64,
    /// Speed of the simulated clock; 0 stops it
    #[arg(long, default_value_t = 1.0, value_name = "X")]
    pub(in crate::cli) speed: f64,
}
