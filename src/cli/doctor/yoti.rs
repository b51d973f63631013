//! Whether Yoti can be reached, over TLS, with a right clock and a key that it takes.

use std::sync::Arc;

use uuid::Uuid;

use super::{DoctorLine, bad, doubtful, good};
use crate::api::client::{Auth, Client, Proxy, Reachability};
use crate::api::key::SigningKey;
use crate::api::unreached::Unreached;
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
            let advice = "check base_url, ca_file and SSL_CERT_FILE";
            lines.push(bad("reach", why.to_string(), advice, exit::CONFIG));
            return;
        }
    };
    match client.reach().await {
        Err(why) => {
            lines.push(unreachable(&why, &config.base_url).await);
            return;
        }
        Ok(reach) => {
            let took = reach.latency.as_millis();
            let says = format!("{} responded {} in {took} ms", config.base_url, reach.status);
            lines.push(good("reach", says));
            if let Some(proxy) = Proxy::of(&config.base_url) {
                lines.push(good("proxy", format!("requests go through {proxy}")));
            }
            lines.push(tls(config));
            lines.push(clock(&reach));
        }
    }
    // A session that cannot exist: good proof is answered with 404, bad proof with 401.
    let nobody = SessionId::new(Uuid::nil());
    let proof = if config.auth == Auth::Signature { "signature" } else { "token" };
    lines.push(match client.session(nobody).await {
        Ok(_) => good(proof, "accepted: key and SDK ID belong together"),
        Err(why) if why.is_session_not_found() => {
            good(proof, "accepted: key and SDK ID belong together")
        }
        Err(why) => {
            let advice = advice(&why);
            bad(proof, why.to_string(), advice, exit::of_api(&why))
        }
    });
}

/// What to do when a signed request is refused.
fn advice(why: &ApiError) -> &'static str {
    if why.is_app_not_found() {
        "the key belongs to another application: take key and SDK ID from the same \
         application in Yoti Hub"
    } else if matches!(why.kind, ApiErrorKind::ClockSkew(_)) {
        "set this machine's clock: signed requests carry the time"
    } else if matches!(why.kind, ApiErrorKind::Foreign(..)) {
        NOT_YOTI
    } else if why.is_refusal() {
        "check that the key is this application's and that the clock is right"
    } else {
        "try again later"
    }
}

const NOT_YOTI: &str = "check base_url, and whether a proxy or a login page responds instead";

async fn unreachable(why: &ApiError, base_url: &str) -> DoctorLine {
    let mut says = why.to_string();
    let proxy = Proxy::of(base_url);
    if let Some(proxy) = &proxy {
        says.push_str(&format!("; through the proxy {proxy}"));
    }
    let advice = match (&why.kind, proxy) {
        (ApiErrorKind::Unreachable(cause), proxy) => {
            if let (Unreached::ProxyAuthentication, Some(proxy)) = (cause, proxy) {
                let schemes = proxy.schemes(base_url).await;
                if !schemes.is_empty() {
                    says.push_str(&format!("; it takes: {}", schemes.join(", ")));
                }
            }
            cause.advice()
        }
        (ApiErrorKind::Foreign(..), _) => NOT_YOTI,
        (_, Some(_)) => "check the network and the proxy",
        (_, None) => Unreached::NoConnection.advice(),
    };
    bad("reach", says, advice, exit::UNREACHABLE)
}

fn tls(config: &Config) -> DoctorLine {
    if config.base_url.starts_with("https://") {
        let file = Environment::of_process();
        let whose = match (&config.application.ca_file, file.get("SSL_CERT_FILE")) {
            (Some(path), _) => format!("the certificates of ca_file ({})", path.display()),
            (None, Some(_)) => "the certificates of SSL_CERT_FILE".to_owned(),
            (None, None) => "the system's certificates".to_owned(),
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
