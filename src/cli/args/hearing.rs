//! The grammar of `listen` and `ingest`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

/// Receiving notifications.
#[derive(Debug, Args)]
pub(in crate::cli) struct Listen {
    /// Address and port [default: the configuration's, else 127.0.0.1:8750]
    #[arg(long, value_name = "ADDR")]
    pub(in crate::cli) listen: Option<SocketAddr>,
    /// The credential that they must carry: one line, `bearer TOKEN` or `basic USER:PASSWORD`
    /// [default: the configuration's]
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) auth_file: Option<PathBuf>,
}

/// Reading notifications.
#[derive(Debug, Args)]
pub(in crate::cli) struct Ingest {
    /// A file, - for standard input, or unix:PATH for a socket that is made there
    #[arg(value_name = "FILE|-|unix:PATH")]
    pub(in crate::cli) from: String,
    /// Go on at the end: a file may grow and be rotated, a socket has one writer after the other
    #[arg(long)]
    pub(in crate::cli) follow: bool,
    /// How long to wait at the end for the answers of the sessions that were named
    #[arg(long, default_value = "30s", value_name = "SPAN")]
    pub(in crate::cli) timeout: String,
}
