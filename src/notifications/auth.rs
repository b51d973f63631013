//! Who may notify: the one credential that the sender was given at a session's creation (contract
//! 8.1), compared as digests in constant time (faults W01, W02).

use std::path::Path;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{Digest, SHA256, digest};
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::api::key::{KeyError, private_file};

/// A token that may be reached from other machines has so many bits at least (fault W13).
pub const BITS_BEYOND_LOOPBACK: u32 = 128;

/// What the file may hold.
const FORMS: &str = "expected one line: `bearer TOKEN` or `basic USER:PASSWORD`";

/// Why the file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum AuthError {
    /// It cannot be read, or others can read it.
    #[error("the receiver's credential: {0}")]
    File(#[from] KeyError),
    #[error("the receiver's credential: {0}; {FORMS}")]
    Form(&'static str),
}

/// The credential that every notification must carry.
#[derive(Clone)]
pub struct Credential {
    scheme: &'static str,
    digest: Digest,
    bits: u32,
}

impl std::fmt::Debug for Credential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Credential({})", self.scheme)
    }
}

impl Credential {
    /// Reads a file that nobody else can read.
    pub fn from_file(path: &Path) -> Result<Self, AuthError> {
        let bytes = private_file(path)?;
        let text =
            std::str::from_utf8(&bytes).map_err(|_bytes| AuthError::Form("it is not text"))?;
        Self::parse(text)
    }

    /// Reads `bearer TOKEN` or `basic USER:PASSWORD`.
    pub fn parse(text: &str) -> Result<Self, AuthError> {
        // Windows editors begin a file with a byte order mark.
        let line = text.trim_start_matches('\u{feff}').trim();
        let (scheme, secret) = line.split_once(' ').ok_or(AuthError::Form("it has one word"))?;
        let secret = secret.trim();
        if secret.is_empty() || secret.contains(['\n', '\r']) {
            return Err(AuthError::Form("it has no secret, or several lines"));
        }
        // Yoti encodes `user:password` itself and sends a bearer token unchanged (contract 8.1).
        let (scheme, sent, random) = if scheme.eq_ignore_ascii_case("bearer") {
            ("bearer", Zeroizing::new(secret.to_owned()), secret)
        } else if scheme.eq_ignore_ascii_case("basic") {
            let (_, password) = secret.split_once(':').ok_or(AuthError::Form("it has no colon"))?;
            ("basic", Zeroizing::new(STANDARD.encode(secret)), password)
        } else {
            return Err(AuthError::Form("the first word is neither bearer nor basic"));
        };
        Ok(Self { scheme, digest: digest(&SHA256, sent.as_bytes()), bits: bits(random) })
    }

    /// The most bits of chance that a secret of this length and these letters can hold.
    #[must_use]
    pub const fn bits(&self) -> u32 {
        self.bits
    }

    /// `Basic` or `Bearer`, for the answer 401.
    pub(super) fn challenge(&self) -> &'static str {
        if self.scheme == "basic" { "Basic realm=\"notifications\"" } else { "Bearer" }
    }

    /// Whether a request carries it: one `Authorization`, of our scheme, with our secret.
    #[must_use]
    pub fn admits(&self, headers: &HeaderMap) -> bool {
        let mut all = headers.get_all(AUTHORIZATION).iter();
        // Two of them: a proxy in front might look at one and this receiver at the other.
        let (Some(value), None) = (all.next(), all.next()) else { return false };
        let Some(space) = value.as_bytes().iter().position(|byte| *byte == b' ') else {
            return false;
        };
        let (scheme, rest) = value.as_bytes().split_at(space);
        let known = scheme.eq_ignore_ascii_case(self.scheme.as_bytes());
        let equal = {
            let theirs = digest(&SHA256, rest.trim_ascii());
            // Digests, so that neither length nor content of
            // the secret shows in the time taken (fault W02).
            verify_slices_are_equal(theirs.as_ref(), self.digest.as_ref()).is_ok()
        };
        // Both are worked out before either is looked at: a wrong scheme is refused no sooner.
        known && equal
    }
}

/// Letters times the bits of the smallest alphabet that they fit in; few different letters are none.
fn bits(secret: &str) -> u32 {
    let different: std::collections::BTreeSet<u8> = secret.bytes().collect();
    if different.len() < 8 {
        // A repeated letter makes a long secret, but no secret that is hard to guess.
        return 0;
    }
    let each = if secret.bytes().all(|byte| byte.is_ascii_digit()) {
        3
    } else if secret.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        4
    } else {
        6
    };
    u32::try_from(secret.len()).unwrap_or(u32::MAX).saturating_mul(each)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn headers(values: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(AUTHORIZATION, HeaderValue::from_str(value).unwrap());
        }
        headers
    }

    // W01
    #[test]
    fn only_the_one_credential_of_the_one_scheme_is_admitted() {
        let bearer = Credential::parse("Bearer s3cret\n").unwrap();
        let basic = Credential::parse("basic yoti:pass:word").unwrap();
        let sent = format!("Basic {}", STANDARD.encode("yoti:pass:word"));
        assert!(bearer.admits(&headers(&["bearer s3cret"])));
        assert!(bearer.admits(&headers(&["BEARER  s3cret"])));
        assert!(basic.admits(&headers(&[&sent])));
        let long = format!("Bearer {}", "s3cret".repeat(10_000));
        for wrong in [
            vec![],
            vec![""],
            vec!["Bearer"],
            vec!["Bearer "],
            vec!["Bearer s3cre"],
            vec!["Bearer s3crets"],
            vec!["Bearer S3CRET"],
            vec!["Basic s3cret"],
            vec!["s3cret"],
            vec![long.as_str()],
            vec![sent.as_str()],
            vec!["Bearer s3cret", "Bearer s3cret"],
        ] {
            assert!(!bearer.admits(&headers(&wrong)), "{wrong:?}");
        }
        assert!(!basic.admits(&headers(&["Basic yoti:pass:word"])));
        assert_eq!(format!("{bearer:?} {basic:?}"), "Credential(bearer) Credential(basic)");
    }

    // W02
    #[test]
    fn of_a_secret_its_digest_alone_is_kept_and_compared_whatever_the_lengths() {
        for length in [1, 31, 32, 33, 63, 64, 65, 4_096] {
            let secret = "s".repeat(length);
            let credential = Credential::parse(&format!("bearer {secret}")).unwrap();
            assert_eq!(credential.digest.as_ref(), digest(&SHA256, secret.as_bytes()).as_ref());
            let admits = |sent: &str| credential.admits(&headers(&[&format!("Bearer {sent}")]));
            assert!(admits(&secret), "{length}");
            // Equal up to the first letter, the last one, the end, and beyond it.
            for sent in [
                secret.replacen('s', "t", 1),
                format!("{}t", "s".repeat(length - 1)),
                "s".repeat(length - 1),
                format!("{secret}s"),
                format!("{secret}t"),
            ] {
                assert!(!admits(&sent), "{length}: {sent}");
            }
        }
    }

    #[test]
    fn a_file_that_holds_something_else_is_refused_without_repeating_it() {
        for text in ["", "CANARY", "bearer ", "basic CANARY", "digest CANARY", "bearer A\nCANARY"] {
            let why = Credential::parse(text).unwrap_err().to_string();
            assert!(why.contains("bearer TOKEN") && !why.contains("CANARY"), "{why}");
        }
    }

    #[test]
    fn a_file_that_others_can_read_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("auth");
        std::fs::write(&path, "bearer token").unwrap();
        for (mode, good) in [(0o600, true), (0o400, true), (0o640, false), (0o604, false)] {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(Credential::from_file(&path).is_ok(), good, "{mode:o}");
        }
    }

    // W13
    #[test]
    fn a_short_or_monotonous_secret_has_too_few_bits_for_other_machines() {
        for (secret, enough) in [
            ("bearer 0123456789abcdef0123456789abcdef", true),
            ("bearer 0123456789abcdef0123456789abcde", false),
            ("bearer k3J9x_Qm2Zr8Tt5Vw1Yb0a", true),
            ("bearer k3J9x_Qm2Zr8Tt5Vw1Y", false),
            ("bearer aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false),
            ("basic averyveryverylongusername1234567890:k3J9x", false),
        ] {
            let bits = Credential::parse(secret).unwrap().bits();
            assert_eq!(bits >= BITS_BEYOND_LOOPBACK, enough, "{secret}: {bits}");
        }
    }
}
