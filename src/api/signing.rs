//! Request signing (contract 2), pure: what is signed, how, and how a signature is verified.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RSA_PSS_2048_8192_SHA384, RSA_PSS_SHA384,
    RsaEncoding, UnparsedPublicKey,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls_pki_types::SubjectPublicKeyInfoDer;
use rustls_pki_types::pem::PemObject;
use uuid::Uuid;

use super::key::{KeyError, SigningKey};

/// Adds `sdkId`, `nonce` and `timestamp` (epoch milliseconds) to an endpoint's path. `path` is
/// relative to the base URL and starts with `/`; it may carry a query already.
#[must_use]
pub fn signed_path(path: &str, sdk_id: Uuid, nonce: Uuid, timestamp_ms: i64) -> String {
    // What is signed is sent as it is: order and escaping are part of the signature (contract 2.1).
    let joint = if path.contains('?') { '&' } else { '?' };
    format!("{path}{joint}sdkId={sdk_id}&nonce={nonce}&timestamp={timestamp_ms}")
}

/// `METHOD&path-with-query[&base64(body)]` (contract 2.1); no third part without a body.
#[must_use]
pub fn string_to_sign(method: &str, path_with_query: &str, body: Option<&[u8]>) -> String {
    match body {
        Some(body) => format!("{method}&{path_with_query}&{}", STANDARD.encode(body)),
        // No trailing `&`: without a body there is no third part at all (contract 2.1).
        None => format!("{method}&{path_with_query}"),
    }
}

/// RSASSA-PKCS1-v1_5 with SHA-256 in standard base64: the value of `X-Yoti-Auth-Digest`.
///
/// # Errors
/// When the library refuses to sign.
pub fn digest(key: &SigningKey, text: &str) -> Result<String, KeyError> {
    signed(key, &RSA_PKCS1_SHA256, text).map(|signature| STANDARD.encode(signature))
}

/// RSASSA-PSS with SHA-384 (`PS384`), for the assertion of contract 2.8.
///
/// # Errors
/// When the library refuses to sign.
pub fn ps384(key: &SigningKey, text: &str) -> Result<Vec<u8>, KeyError> {
    signed(key, &RSA_PSS_SHA384, text)
}

fn signed(
    key: &SigningKey,
    encoding: &'static dyn RsaEncoding,
    text: &str,
) -> Result<Vec<u8>, KeyError> {
    let mut signature = vec![0; key.0.public_modulus_len()];
    key.0
        .sign(encoding, &SystemRandom::new(), text.as_bytes(), &mut signature)
        .map_err(|_opaque| KeyError::Rejected(String::from("signing failed")))?;
    Ok(signature)
}

/// A public key that signatures are verified with (the simulator's side).
#[derive(Clone, Debug)]
pub struct VerifyingKey(Vec<u8>);

impl VerifyingKey {
    /// Reads SPKI PEM (`-----BEGIN PUBLIC KEY-----`).
    ///
    /// # Errors
    /// When there is no public key in the text.
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        SubjectPublicKeyInfoDer::from_pem_slice(pem.as_bytes())
            .map(|der| Self(der.to_vec()))
            .map_err(|_no_key| KeyError::NotAPrivateKey("expected a public key in SPKI PEM"))
    }

    /// True when `digest` is the base64 signature of `text` under this key.
    #[must_use]
    pub fn verifies(&self, text: &str, digest: &str) -> bool {
        let Ok(signature) = STANDARD.decode(digest) else { return false };
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &self.0)
            .verify(text.as_bytes(), &signature)
            .is_ok()
    }

    /// True when `signature` is a `PS384` signature of `text` under this key.
    #[must_use]
    pub fn verifies_ps384(&self, text: &str, signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&RSA_PSS_2048_8192_SHA384, &self.0)
            .verify(text.as_bytes(), signature)
            .is_ok()
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    const PUBLIC: &str = "-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAuI0TG6bdQXUqYeMNz9Je
lO/fujplMDqUBNOhVcOKkTai40E2tSD3qIAFNVCFMP3HtMi1LvLGCjjFQAY1s4zN
P9I9Cs7LRY+72F0+ygCNxJg4eg7CzWtZ2Vmqum+HpIoMN0BAAxd7jAgHWHnwMhnJ
FCQUIsANOTJ31aepIAfU5U51fpMxjtMYmFR3C9zdA69JPAmY/DgxirOe3EZdlX16
V2YwkfEwyou1a6xuEkC2JIhmey8E7ZUBVTNe2yMpODM0JjGsWqiqsewKGk47j/AB
t8q6mh3H06HNwKlch2DMDUPfa8JjDVX4vIR9SFsgfh37JEwEd+YVSJyHVgRbZc53
6QIDAQAB
-----END PUBLIC KEY-----
";
    const SIGNATURE_1: &str = "Xv8etd5P2zVOWEvOulmLpiT8+3OUPUDClRwrUC3muAs1PzThyFPgAzzjoWAtHERsBHz8e0wj7qjigsGhuwxycJISxvXyblJPLLnXSzfa+8Yi67B37kkhn7IwbFnNGgg3/wCa0EpcfcNhvO1Y9JOYKD1HDNkQGyuNEYAZ5Y6V6RD5eB8iO4w99M1CzgP1XLQQ6Z+7lbdxA7b+XMEjek+C0oeyzSnGXqi/HPgU24p6E2z6FJKiI2qucneuzVWDCRpQZvAGh1Q79wxvlsARF0svWXYlE2r6xlvWaNLqaPEYJQOyhkk74iPuUyGzyFN+o1vs7TfjktpXtTXkDOwscXsjPg==";
    const SIGNATURE_2: &str = "TSBfPVHqcTNvb5GK+OuVeib0uXTSgKlIUvaMrF9Yoc1+iA0z8UZA0jyea/b3Dk5kKnBO0ru926y2fRYRT0QoELnL4RLpvAHLid8058nCkrzncCgFmFNV4HXoM0rzACR4bN6xM3IuiyhUWmIkmBne2nvC/fFyVdIVJSTIglt1kt2iHP7aM0qOj2FNMM27IbukrrrSY/muBaKwN8oGMlJ4iLIE+8YuRcRjRGjl7w843aygRQSc8HKiGM/8CHmGYCSSGMfSAapFUJle5Uw1d8/iNdJbYR70kvTG96oeSl+gFA+Ybz642KQEBWTSviNAwzl2T80DwYTFta9VazPyMg6Oiw==";
    const BODY: &[u8] =
        br#"{"client_session_token_ttl":900,"ibv_options":{"support":"MANDATORY"}}"#;

    fn path(endpoint: &str) -> String {
        let sdk = Uuid::try_parse("7c1d2f4e-2b1a-4c55-9f0e-6f1f5a0c9b10").unwrap();
        let nonce = Uuid::try_parse("2f1f6b7e-5a0d-4d2c-8a1b-9e4c3d2b1a00").unwrap();
        signed_path(endpoint, sdk, nonce, 1_767_225_600_000)
    }

    fn sha256(text: &str) -> String {
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes());
        digest.as_ref().iter().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
    }

    #[test]
    fn the_contracts_vector_1_is_met() {
        let text =
            string_to_sign("GET", &path("/sessions/0b8f6a52-3c1e-4f6b-9d0a-2e5c7a914d33"), None);
        assert_eq!(
            text,
            "GET&/sessions/0b8f6a52-3c1e-4f6b-9d0a-2e5c7a914d33?sdkId=7c1d2f4e-2b1a-4c55-9f0e-6f1f5a0c9b10&nonce=2f1f6b7e-5a0d-4d2c-8a1b-9e4c3d2b1a00&timestamp=1767225600000"
        );
        assert_eq!(
            sha256(&text),
            "38fbe04d386496da4b3004377d01e1a4fb499972b7a6a2c62924b2a7c7e9ed34"
        );
        assert!(VerifyingKey::from_pem(PUBLIC).unwrap().verifies(&text, SIGNATURE_1));
    }

    #[test]
    fn the_contracts_vector_2_is_met() {
        assert_eq!(BODY.len(), 70);
        let text = string_to_sign("POST", &path("/sessions"), Some(BODY));
        assert_eq!(
            sha256(&text),
            "d73a11b87ba84a2ece7570c649cc4b96e8fdc1e12265b2fc106552cca6cc247f"
        );
        let third = text.splitn(4, '&').nth(3).and_then(|rest| rest.rsplit('&').next()).unwrap();
        assert_eq!(STANDARD.decode(third).unwrap(), BODY);
        assert!(VerifyingKey::from_pem(PUBLIC).unwrap().verifies(&text, SIGNATURE_2));
    }

    #[test]
    fn our_own_signature_verifies_and_a_flipped_byte_does_not() {
        let key = SigningKey::generate().unwrap();
        let verifying = VerifyingKey::from_pem(&key.public_pem().unwrap()).unwrap();
        let text = string_to_sign("GET", &path("/sessions/x"), None);
        let signature = digest(&key, &text).unwrap();
        assert!(verifying.verifies(&text, &signature));
        assert!(!verifying.verifies(&text.replace("/x", "/y"), &signature));
        let mut bytes = STANDARD.decode(&signature).unwrap();
        *bytes.first_mut().unwrap() ^= 1;
        assert!(!verifying.verifies(&text, &STANDARD.encode(bytes)));
        assert!(!verifying.verifies(&text, "not base64"));
    }
}
