//! Whether Yoti can be reached, over TLS, with a right clock and a key that it takes.

use std::sync::Arc;

use uuid::Uuid;

use super::{DoctorLine, bad, doubtful, good};
use crate::api::client::{Auth, Client, Reachability};
use crate::api::key::SigningKey;
use crate::api::{ApiError, ApiErrorKind, SessionApi};
use crate::cli::args::Global;
use crate::cli::exit;
use crate::clock::SystemClock;
use crate::config::{Config, Environment};
use crate::domain::session::ids::SessionId;

pub(super) async fn examine(
    global: &Global,
    config: &Config,
    sdk_id: Uuid,
    key: Arc<SigningKey>,
    lines: &mut Vec<DoctorLine>,
) {
    if global.offline {
        lines.push(doubtful("reach", "not tried (--offline)", "omit --offline to try it"));
        return;
    }
    let client = match Client::new(&config.client_options(sdk_id), key, SystemClock) {
        Ok(client) => client,
        Err(why) => {
            let advice = "check base_url and SSL_CERT_FILE";
            lines.push(bad("reach", why.to_string(), advice, exit::CONFIG));
            return;
        }
    };
    match client.reach().await {
        Err(why) => {
            lines.push(unreachable(&why));
            return;
        }
        Ok(reach) => {
            let took = reach.latency.as_millis();
            let says = format!("{} responded {} in {took} ms", config.base_url, reach.status);
            lines.push(good("reach", says));
            lines.push(tls(config));
            lines.push(clock(&reach));
        }
    }
    // A session that cannot exist: good proof is answered with 404, bad proof with 401.
    let nobody = SessionId::new(Uuid::nil());
    let proof = if config.auth == Auth::Signature { "signature" } else { "token" };
    lines.push(match client.session(nobody).await {
        Ok(_) => good(proof, "accepted: key and SDK ID belong together"),
        Err(why) if why.is_missing() => good(proof, "accepted: key and SDK ID belong together"),
        Err(why) => {
            let advice = if why.is_app_not_found() {
                "the key belongs to another application: take key and SDK ID from the same \
                 application in Yoti Hub"
            } else if matches!(why.kind, ApiErrorKind::ClockSkew(_)) {
                "set this machine's clock: signed requests carry the time"
            } else if why.is_refusal() {
                "check that the key is this application's and that the clock is right"
            } else {
                "try again later"
            };
            bad(proof, why.to_string(), advice, exit::of_api(&why))
        }
    });
}

fn unreachable(why: &ApiError) -> DoctorLine {
    let says = why.to_string();
    if says.contains("certificate") {
        let advice = "behind a company proxy, set SSL_CERT_FILE to its certificates";
        return bad("TLS", says, advice, exit::UNREACHABLE);
    }
    if matches!(why.kind, ApiErrorKind::Foreign(..)) {
        let advice = "check base_url, and whether a proxy or a login page responds instead";
        return bad("reach", says, advice, exit::UNREACHABLE);
    }
    let proxy = Environment::of_process();
    let proxied = ["HTTPS_PROXY", "https_proxy"].iter().any(|name| proxy.get(name).is_some());
    let advice = if proxied {
        "check the network and the proxy that HTTPS_PROXY names"
    } else {
        "check the network; behind a proxy set HTTPS_PROXY"
    };
    bad("reach", says, advice, exit::UNREACHABLE)
}

fn tls(config: &Config) -> DoctorLine {
    if config.base_url.starts_with("https://") {
        let file = Environment::of_process();
        let whose = match file.get("SSL_CERT_FILE") {
            Some(_) => "the certificates of SSL_CERT_FILE",
            None => "the system's certificates",
        };
        return good("TLS", format!("the server's certificate is trusted by {whose}"));
    }
    let advice = "only for a simulator; Yoti's own address begins with https";
    doubtful("TLS", "http on this machine: nothing is encrypted", advice)
}

fn clock(reach: &Reachability) -> DoctorLine {
    match reach.skew_seconds {
        Some(off) if reach.clock_is_off() => doubtful(
            "clock",
            format!("{off} s off from Yoti's clock"),
            "set this machine's clock: signed requests carry the time, and stored responses are \
             erased by it when Yoti's time is not known",
        ),
        Some(off) => good("clock", format!("{off} s off from Yoti's clock")),
        None => doubtful("clock", "the response has no date to compare with", "try again later"),
    }
}
