//! Who may ask: access tokens, other applications, strict verification (contract 2.6, 2.8, 11).

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::RSA_PSS_SHA384;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use branchwatch::api::signing;
use rustls_pki_types::PrivatePkcs1KeyDer;
use rustls_pki_types::pem::PemObject;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::created::body;
use super::simulated::{Reply, World, reply, world};

/// Claims that are accepted.
fn claims(world: &World) -> Value {
    let whom = format!("sdk:{}", world.running.sdk_id);
    let now = jiff::Timestamp::from_second(1_792_141_200).unwrap().as_second();
    json!({
        "iss": whom, "sub": whom, "aud": world.root("/v1/oauth/token"),
        "jti": uuid::Uuid::new_v4().to_string(), "iat": now, "exp": now + 300,
    })
}

fn assertion(world: &World, head: &Value, claims: &Value) -> String {
    let pem = world.key.to_pem().unwrap();
    let der = PrivatePkcs1KeyDer::from_pem_slice(pem.expose_secret().as_bytes()).unwrap();
    let key = KeyPair::from_der(der.secret_pkcs1_der()).unwrap();
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(head), part(claims));
    let mut signature = vec![0; key.public_modulus_len()];
    key.sign(&RSA_PSS_SHA384, &SystemRandom::new(), signed.as_bytes(), &mut signature).unwrap();
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

async fn ask(world: &World, fields: &[(&str, &str)]) -> Reply {
    let form: Vec<String> = fields
        .iter()
        .map(|(key, value)| format!("{key}={}", value.replace(':', "%3A").replace(' ', "+")))
        .collect();
    let request = world
        .http
        .post(world.root("/v1/oauth/token"))
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body(form.join("&"));
    reply(request.send().await.unwrap()).await
}

fn fields(assertion: &str) -> Vec<(&str, &str)> {
    vec![
        ("grant_type", "client_credentials"),
        ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
        ("scope", "idv:sessions other"),
        ("client_assertion", assertion),
    ]
}

#[tokio::test]
async fn an_access_token_stands_for_the_signature_until_it_ends() {
    let world = world("S01").await;
    let signed = assertion(&world, &json!({ "alg": "PS384", "typ": "JWT" }), &claims(&world));
    let answer = ask(&world, &fields(&signed)).await;
    let value = answer.json();
    assert_eq!(
        (answer.status, &value["token_type"], &value["scope"]),
        (200, &json!("Bearer"), &json!("idv:sessions other"))
    );
    let token = value["access_token"].as_str().unwrap().to_owned();
    let get = async |token: &str| {
        let url = format!("{}{}", world.running.base_url, world.path(""));
        reply(world.http.get(url).bearer_auth(token).send().await.unwrap()).await
    };
    assert_eq!(get(&token).await.status, 200);
    let url = format!("{}/sessions", world.running.base_url);
    let created = world.http.post(url).bearer_auth(&token).body(body().to_string()).send().await;
    assert_eq!(created.unwrap().status().as_u16(), 201);
    assert_eq!(get("other").await.error(), (401, "BAD_TOKEN".to_owned()));
    world.advance(value["expires_in"].as_i64().unwrap()).await;
    assert_eq!(get(&token).await.error(), (401, "BAD_TOKEN".to_owned()));
    let again = ask(&world, &fields(&signed)).await;
    assert_eq!(
        (again.status, again.json()),
        (401, json!({ "error": "invalid_client" })),
        "jti once"
    );
}

#[tokio::test]
async fn an_audience_may_be_a_list() {
    let world = world("S01").await;
    let head = json!({ "alg": "PS384", "typ": "JWT" });
    let mut claims = claims(&world);
    claims["aud"] = json!(["https://auth.example.org/", claims["aud"]]);
    let good = assertion(&world, &head, &claims);
    assert_eq!(ask(&world, &fields(&good)).await.status, 200);
    claims["aud"] = json!(["https://auth.example.org/"]);
    claims["jti"] = json!("another");
    let other = assertion(&world, &head, &claims);
    assert_eq!(ask(&world, &fields(&other)).await.status, 401);
}

#[tokio::test]
async fn an_assertion_that_is_wrong_in_any_part_gives_no_token() {
    let world = world("S01").await;
    let head = json!({ "alg": "PS384", "typ": "JWT" });
    let mut refused = Vec::new();
    for (key, value) in [
        ("iss", json!("sdk:other")),
        ("sub", json!("sdk:other")),
        ("aud", json!("https://auth.example.org/v1/oauth/token")),
        ("jti", json!("")),
        ("exp", json!(1_600_000_000)),
    ] {
        let mut claims = claims(&world);
        claims[key] = value;
        refused.push((key, assertion(&world, &head, &claims)));
    }
    refused.push(("alg", assertion(&world, &json!({ "alg": "RS256" }), &claims(&world))));
    let good = assertion(&world, &head, &claims(&world));
    let (signed, _) = good.rsplit_once('.').unwrap();
    refused.push(("signature", format!("{signed}.{}", URL_SAFE_NO_PAD.encode([0; 256]))));
    refused.push(("shape", "a.b".to_owned()));
    for (what, assertion) in refused {
        let answer = ask(&world, &fields(&assertion)).await;
        assert_eq!(
            (answer.status, answer.json()),
            (401, json!({ "error": "invalid_client" })),
            "{what}"
        );
    }
    for (field, error) in [
        ("grant_type", "unsupported_grant_type"),
        ("client_assertion_type", "invalid_request"),
        ("scope", "invalid_scope"),
    ] {
        let fields: Vec<_> = fields(&good).into_iter().filter(|(key, _)| *key != field).collect();
        let answer = ask(&world, &fields).await;
        assert_eq!((answer.status, answer.json()), (400, json!({ "error": error })), "{field}");
    }
    assert_eq!(ask(&world, &fields(&good)).await.status, 200, "and the good one is good");
}

#[tokio::test]
async fn another_application_and_one_with_a_bad_key_are_told_apart() {
    let world = world("S01").await;
    let known = world.control("GET", "/_sim/applications", &json!({})).await.json();
    let asks = async |sdk_id: &Value, path: &str| {
        let path = format!("{path}?sdkID={}&timestamp=1&nonce=n", sdk_id.as_str().unwrap());
        reply(world.sent("GET", &path, None).send().await.unwrap()).await
    };
    let path = world.path("");
    assert_eq!(asks(&known["sdk_id"], &path).await.status, 200, "any case, any order, any decimal");
    assert_eq!(asks(&known["another"], &path).await.error(), (401, "BAD_SDK_ID".to_owned()));
    assert_eq!(
        asks(&known["with_a_bad_key"], &path).await.error(),
        (401, "BAD_PUBLIC_KEY".to_owned())
    );
    assert_eq!(asks(&json!("x"), &path).await.error(), (404, "APP_NOT_FOUND".to_owned()));
}

#[tokio::test]
async fn strict_verification_refuses_old_timestamps_and_used_nonces() {
    let world = world("S01").await;
    let now = world.now().await;
    let get = async |timestamp: i64, nonce: uuid::Uuid| {
        let path = signing::signed_path(&world.path(""), world.running.sdk_id, nonce, timestamp);
        reply(world.sent("GET", &path, None).send().await.unwrap()).await
    };
    assert_eq!(get(1, uuid::Uuid::nil()).await.status, 200, "not strict by itself");
    let strict = json!({ "window_minutes": 5, "unique_nonces": true });
    assert_eq!(world.control("PUT", "/_sim/verification", &strict).await.status, 200);
    for unit in [1, 1_000, 1_000_000] {
        let near = (now.as_second() - 200) * unit;
        assert_eq!(get(near, uuid::Uuid::new_v4()).await.status, 200, "{unit}");
        let far = (now.as_second() - 400) * unit;
        assert_eq!(get(far, uuid::Uuid::new_v4()).await.properties(), ["timestamp"], "{unit}");
    }
    let nonce = uuid::Uuid::new_v4();
    assert_eq!(get(now.as_millisecond(), nonce).await.status, 200);
    assert_eq!(get(now.as_millisecond(), nonce).await.properties(), ["nonce"]);
    world.advance(86_400).await;
    let real = get(now.as_millisecond(), uuid::Uuid::new_v4()).await;
    assert_eq!(real.status, 200, "the clock of a client is not advanced");
}
