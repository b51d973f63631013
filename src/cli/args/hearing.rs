//! The grammar of `listen` and `ingest`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

/// Receiving notifications.
#[derive(Debug, Args)]
pub(in crate::cli) struct Listen {
    /// Address and port [default: from the config file, else 127.0.0.1:8750]
    #[arg(long, value_name = "ADDR")]
    pub(in crate::cli) listen: Option<SocketAddr>,
    /// File with the credential that notifications must carry: `bearer TOKEN` or
    /// `basic USER:PASSWORD` [default: from the config file]
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) auth_file: Option<PathBuf>,
}

/// Reading notifications.
#[derive(Debug, Args)]
pub(in crate::cli) struct Ingest {
    /// A file, - for standard input, or unix:PATH to create a socket
    #[arg(value_name = "FILE|-|unix:PATH")]
    pub(in crate::cli) from: String,
    /// Keep reading: the file may grow and be rotated, the socket takes one writer after another
    #[arg(long)]
    pub(in crate::cli) follow: bool,
    /// How long to wait at the end for responses about the sessions that were named
    #[arg(long, default_value = "30s", value_name = "DURATION")]
    pub(in crate::cli) timeout: String,
}
