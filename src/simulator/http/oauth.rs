//! The token endpoint (contract 2.8): a signed assertion for an access token.
//!
//! They live by the simulated time.

use std::collections::{BTreeMap, HashSet, VecDeque};

use aws_lc_rs::signature::{RSA_PSS_2048_8192_SHA384, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use reqwest::Url;
use rustls_pki_types::SubjectPublicKeyInfoDer;
use rustls_pki_types::pem::PemObject;
use serde_json::{Value, json};

use super::answer::Reply;
use super::verify::{Application, Incoming};
use crate::simulator::json::text;

/// Path on the simulator, outside the API's base.
pub(crate) const PATH: &str = "/v1/oauth/token";
/// Seconds that a token is good for.
const LIVES: i64 = 3_600;
/// Active tokens of one application; older ones end.
// Yoti's limit (contract 2.8).
const ACTIVE: usize = 200;
const BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

#[derive(Debug)]
pub(crate) struct Tokens {
    dice: fastrand::Rng,
    active: VecDeque<(String, Timestamp)>,
    used: HashSet<String>,
}

impl Tokens {
    pub(crate) fn new(seed: u64) -> Self {
        let dice = fastrand::Rng::with_seed(seed ^ 0x0a07);
        Self { dice, active: VecDeque::new(), used: HashSet::new() }
    }

    /// A token that was issued here and has not ended.
    pub(crate) fn is_good(&self, token: &str, now: Timestamp) -> bool {
        self.active.iter().any(|(known, until)| known == token && now < *until)
    }

    /// `POST /v1/oauth/token`; errors have the names of RFC 6749.
    /// `now` is the simulated and the real time: a client may live by either.
    pub(crate) fn issue(
        &mut self,
        asked: &Incoming<'_>,
        application: &Application,
        now: [Timestamp; 2],
    ) -> Reply {
        match self.issued(asked, application, now) {
            Ok(value) => Reply::json(200, &value),
            Err(error) => {
                let status = if error == "invalid_client" { 401 } else { 400 };
                Reply::json(status, &json!({ "error": error }))
            }
        }
    }

    fn issued(
        &mut self,
        asked: &Incoming<'_>,
        application: &Application,
        now: [Timestamp; 2],
    ) -> Result<Value, &'static str> {
        let content_type = asked.header("content-type").unwrap_or_default();
        if !content_type.starts_with("application/x-www-form-urlencoded") {
            return Err("invalid_request");
        }
        let form = form(asked.body);
        let field = |name: &str| form.get(name).map_or("", String::as_str);
        if field("grant_type") != "client_credentials" {
            return Err("unsupported_grant_type");
        }
        if field("client_assertion_type") != BEARER {
            return Err("invalid_request");
        }
        let scope = field("scope");
        if scope.split_whitespace().next().is_none() {
            return Err("invalid_scope");
        }
        let host = asked.header("host").unwrap_or_default();
        let claims = verified(field("client_assertion"), host, application, now);
        let claims = claims.ok_or("invalid_client")?;
        let once = text(&claims, "/jti").filter(|jti| !jti.is_empty());
        // `jti` is unique (contract 2.8): an assertion counts once.
        if !once.is_some_and(|jti| self.used.insert(jti.to_owned())) {
            return Err("invalid_client");
        }
        let token: String = std::iter::repeat_with(|| self.dice.alphanumeric()).take(48).collect();
        let [simulated, _] = now;
        let until =
            simulated.saturating_add(SignedDuration::from_secs(LIVES)).unwrap_or(Timestamp::MAX);
        self.active.push_back((token.clone(), until));
        if self.active.len() > ACTIVE {
            self.active.pop_front();
        }
        Ok(json!({
            "access_token": token, "token_type": "Bearer", "expires_in": LIVES, "scope": scope,
        }))
    }
}

/// The claims of a good assertion.
fn verified(
    assertion: &str,
    host: &str,
    application: &Application,
    now: [Timestamp; 2],
) -> Option<Value> {
    let (signed, signature) = assertion.rsplit_once('.')?;
    let (head, claims) = signed.split_once('.')?;
    let decoded = |part: &str| URL_SAFE_NO_PAD.decode(part).ok();
    let json = |part: &str| serde_json::from_slice::<Value>(&decoded(part)?).ok();
    let head = json(head)?;
    if head.get("alg") != Some(&json!("PS384")) || head.get("typ").is_some_and(|t| t != "JWT") {
        return None;
    }
    let key = SubjectPublicKeyInfoDer::from_pem_slice(application.public_pem.as_bytes()).ok()?;
    UnparsedPublicKey::new(&RSA_PSS_2048_8192_SHA384, key.as_ref())
        .verify(signed.as_bytes(), &decoded(signature)?)
        .ok()?;
    let claims = json(claims)?;
    let whom = json!(format!("sdk:{}", application.sdk_id));
    let time = |name: &str| claims.get(name).and_then(Value::as_i64);
    let (issued, until) = (time("iat")?, time("exp")?);
    // One text or a list of them (RFC 7519).
    let audience = match claims.get("aud")? {
        Value::Array(all) => all.iter().filter_map(Value::as_str).collect(),
        one => vec![one.as_str()?],
    };
    let here = ["http", "https"].map(|scheme| format!("{scheme}://{host}{PATH}"));
    let fits = claims.get("iss") == Some(&whom)
        && claims.get("sub") == Some(&whom)
        && here.iter().any(|url| audience.contains(&url.as_str()))
        && until > issued
        && now.iter().any(|now| now.as_second() < until);
    fits.then_some(claims)
}

fn form(body: &[u8]) -> BTreeMap<String, String> {
    // A form is written as a query is.
    let Ok(mut url) = Url::parse("form:///") else { return BTreeMap::new() };
    url.set_query(Some(&String::from_utf8_lossy(body)));
    url.query_pairs().into_owned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_decoded() {
        let form = form(b"a=b+c%3Ad&scope=idv%3Asessions%20x");
        assert_eq!(form["a"], "b c:d");
        assert_eq!(form["scope"], "idv:sessions x");
    }
}
