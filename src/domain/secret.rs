//! Which keys of an answer hold secrets (product.md 8): by pattern, in any spelling.
//!
//! What stands under such a key is cut out before anything else sees it.

/// What the name of a secret ends with, once case, signs and a plural are taken away.
const ENDS: &[&str] = &[
    "token",
    "apikey",
    "privatekey",
    "secretkey",
    "accesskey",
    "password",
    "passphrase",
    "secret",
    "credential",
    "contactprofile",
];

/// Yoti's names for something that is no secret: a media (contract 3.1).
const HARMLESS: &[&str] = &["importtoken"];

/// Whether a key holds a secret: `client_session_token`, `ClientSessionToken`, `api-key`, ….
#[must_use]
pub fn is_secret(key: &str) -> bool {
    // Any spelling: an exact list let `apiKey` and `Client_Session_Token` through.
    let name: String = key.chars().filter(char::is_ascii_alphanumeric).collect();
    let name = name.to_ascii_lowercase();
    // `credentials`, `tokens`: a list of them is as secret as one.
    let name = name.strip_suffix('s').unwrap_or(&name);
    !HARMLESS.contains(&name) && ENDS.iter().any(|end| name.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_known_in_any_spelling_and_nothing_else_is_taken_for_one() {
        for key in [
            "client_session_token",
            "ClientSessionToken",
            "clientSessionToken",
            "CLIENT-SESSION-TOKEN",
            "api-key",
            "api_key",
            "apiKey",
            "api keys",
            "x.api.key",
            "access_token",
            "auth_token",
            "password",
            "clientSecret",
            "private_key",
            "secretKey",
            "contact_profile",
            "contactProfile",
        ] {
            assert!(is_secret(key), "{key}");
        }
        for key in [
            "client_session_token_ttl",
            "contact_profile_exists",
            "import_token",
            "secretary",
            "key",
            "requirement_id",
            "",
        ] {
            assert!(!is_secret(key), "{key}");
        }
    }
}
