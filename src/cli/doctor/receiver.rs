//! Whether notifications can be received as the configuration wants it.
//!
//! Holds the address for a moment; says nothing of a secret but how long it is.

use std::io::ErrorKind;
use std::net::TcpListener;

use super::{DoctorLine, bad, doubtful, good};
use crate::cli::exit;
use crate::config::Config;
use crate::notifications::auth::{BITS_BEYOND_LOOPBACK, Credential};
use crate::notifications::receiver::{Receiver, ReceiverError, ReceiverSettings};

/// `beside`: another branchwatch runs, which may well be who listens.
pub(super) fn examine(config: &Config, beside: bool, lines: &mut Vec<DoctorLine>) {
    let Some(settings) = &config.notifications else {
        lines.push(good(
            "receiver",
            "not configured, and not needed: branchwatch help notifications",
        ));
        return;
    };
    lines.push(auth(settings));
    lines.push(match Receiver::new(settings) {
        // That has a line of its own.
        Ok(_) | Err(ReceiverError::Auth(_)) => address(settings, beside),
        Err(why) => {
            let advice = "fix [notifications] in the config file: branchwatch help notifications";
            bad("receiver", why.to_string(), advice, exit::CONFIG)
        }
    });
}

fn auth(settings: &ReceiverSettings) -> DoctorLine {
    let advice = "one line, `bearer` and the output of `openssl rand -hex 16`, readable only by \
                  you (chmod 600)";
    match Credential::from_file(&settings.auth_file) {
        Err(why) => bad("receiver auth", why.to_string(), advice, exit::CONFIG),
        Ok(credential) => {
            let bits = credential.bits();
            let says = format!(
                "{}, readable only by you, {bits} bits at most",
                settings.auth_file.display()
            );
            if bits < BITS_BEYOND_LOOPBACK {
                return doubtful("receiver auth", format!("{says}: it may be guessed"), advice);
            }
            good("receiver auth", says)
        }
    }
}

fn address(settings: &ReceiverSettings, beside: bool) -> DoctorLine {
    let listen = settings.listen;
    let how = match settings.tls {
        Some(_) => "https",
        None => "http, from this machine only",
    };
    match TcpListener::bind(listen) {
        Ok(_free_again) => good("receiver", format!("{listen} is free: {how}")),
        Err(why) if why.kind() == ErrorKind::AddrInUse && beside => {
            good("receiver", format!("{listen} is in use, and another branchwatch runs: {how}"))
        }
        Err(why) if why.kind() == ErrorKind::AddrInUse => doubtful(
            "receiver",
            format!("{listen} is in use by another program"),
            "if that is not branchwatch, choose another port in [notifications] listen",
        ),
        Err(why) => bad(
            "receiver",
            format!("{listen}: {why}"),
            "[notifications] listen: an address of this machine, and a port above 1023",
            exit::CONFIG,
        ),
    }
}
