//! Exit codes and the failures that end a command (product.md 5).

use std::collections::BTreeSet;

use crate::api::ApiError;
use crate::api::client::ClientError;
use crate::api::key::KeyError;
use crate::config::{ConfigError, Source};
use crate::export::ExportError;
use crate::notifications::receiver::ReceiverError;
use crate::persist::PersistError;
use crate::simulator::SimulatorError;

pub(super) const OK: u8 = 0;
/// Any failure that has no code of its own.
pub(super) const FAILED: u8 = 1;
/// Wrong usage.
pub(super) const USAGE: u8 = 2;
/// Configuration or key file not usable.
pub(super) const CONFIG: u8 = 3;
/// Refused by Yoti.
pub(super) const REFUSED: u8 = 4;
/// Session not found.
pub(super) const NOT_FOUND: u8 = 5;
/// Yoti or the network not reachable.
pub(super) const UNREACHABLE: u8 = 6;
/// Some sessions worked, some did not.
pub(super) const PARTLY: u8 = 7;
/// Local store locked or damaged.
pub(super) const STORE: u8 = 8;
/// A write refused by read-only mode.
pub(super) const READ_ONLY: u8 = 9;
/// COMPLETED with a REJECT.
pub(super) const REJECT: u8 = 20;
/// COMPLETED, no REJECT, but something to refer.
pub(super) const REFER: u8 = 21;
/// Still ONGOING.
pub(super) const ONGOING: u8 = 22;
pub(super) const EXPIRED: u8 = 23;
/// A session state that is not known.
pub(super) const UNKNOWN: u8 = 24;
/// `wait` ran out of time, as timeout(1) says it.
pub(super) const LATE: u8 = 124;
/// A panic.
pub(super) const FAULT: u8 = 70;

/// Why a command ends early.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error(transparent)]
    Receiver(#[from] ReceiverError),
    #[error(transparent)]
    Client(#[from] ClientError),
    #[error(transparent)]
    Api(#[from] ApiError),
    #[error("{0}{advice}", advice = store_advice(.0))]
    Store(#[from] PersistError),
    #[error(transparent)]
    Export(#[from] ExportError),
    #[error(transparent)]
    Simulator(#[from] SimulatorError),
    #[error("{0}")]
    Usage(String),
    #[error("{0}")]
    NotFound(String),
    #[error("{0}")]
    ReadOnly(String),
    #[error("{0}")]
    Other(String),
    /// Something of the system's that no room has a word for, with what was being done.
    #[error("{0:#}")]
    Unexpected(#[from] color_eyre::Report),
    /// The reader of our output went away: no failure worth a word (fault T08).
    #[error("")]
    Pipe,
}

fn store_advice(error: &PersistError) -> &'static str {
    match error {
        PersistError::Locked(_) => "; close it, or run without a store: --no-state",
        PersistError::Newer { .. } => {
            "; use the newer branchwatch, or run without a store: --no-state"
        }
        PersistError::Sealed => {
            "; set key_file to the key of this application; after a new key: branchwatch store rekey"
        }
        PersistError::Transfer(_) => "; nothing was changed",
        PersistError::NoLocks(_) => {
            "; set XDG_DATA_HOME to a folder on a local disk, or run without a store: --no-state"
        }
        PersistError::NotWritable(_) => {
            "; make room on its disk or make it writable, then run the command again, or run without \
             a store: --no-state"
        }
        PersistError::Foreign(_)
        | PersistError::Damaged(_)
        | PersistError::Missing
        | PersistError::Other(_) => "; run without a store: --no-state",
    }
}

impl Failure {
    pub(super) fn code(&self) -> u8 {
        match self {
            // First, so that a flag's wrong value is wrong usage.
            Self::Config(ConfigError::Value { source_of: Source::Flag(_), .. })
            | Self::Usage(_)
            | Self::Simulator(SimulatorError::UnknownScenario { .. } | SimulatorError::Notify(_)) => {
                USAGE
            }
            Self::Config(_)
            | Self::Key(_)
            | Self::Receiver(_)
            | Self::Client(_)
            | Self::Simulator(SimulatorError::Key(_)) => CONFIG,
            Self::Api(error) => of_api(error),
            Self::Store(_) => STORE,
            Self::NotFound(_) => NOT_FOUND,
            Self::ReadOnly(_) => READ_ONLY,
            Self::Export(_) | Self::Simulator(_) | Self::Other(_) | Self::Unexpected(_) => FAILED,
            Self::Pipe => OK,
        }
    }
}

/// The code of a command that did its work for each of several sessions.
pub(super) fn of_several(codes: &BTreeSet<u8>) -> u8 {
    match codes.len() {
        0 | 1 => codes.first().copied().unwrap_or(OK),
        _ => PARTLY,
    }
}

/// The code for a call that failed.
pub(super) fn of_api(error: &ApiError) -> u8 {
    if error.is_refusal() {
        REFUSED
    } else if error.is_missing() {
        NOT_FOUND
    // A script may try again later: Yoti was not reached, or has no time now.
    } else if error.status().is_none_or(|s| s >= 500 || s == 429) {
        UNREACHABLE
    } else {
        FAILED
    }
}

impl From<std::io::Error> for Failure {
    fn from(why: std::io::Error) -> Self {
        if why.kind() == std::io::ErrorKind::BrokenPipe {
            Self::Pipe
        } else {
            Self::Other(why.to_string())
        }
    }
}
