//! Answers at rest, sealed: who has the file and not the application's key reads none of them, and
//! none that was altered is taken for an answer (fault S09).

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::error::Unspecified;

use crate::domain::session::ids::SessionId;

/// Length of the key in bytes.
pub const KEY_LENGTH: usize = 32;

/// Seals and opens answers with one key.
pub struct Seal(RandomizedNonceKey);

impl std::fmt::Debug for Seal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seal")
    }
}

/// Where an answer stands: one that is moved elsewhere cannot be opened there.
fn place(id: SessionId, part: &str) -> Aad<String> {
    Aad::from(format!("{id} {part}"))
}

impl Seal {
    /// With this key, see [`SigningKey::derived`](crate::api::key::SigningKey::derived).
    #[must_use]
    pub fn new(key: &[u8; KEY_LENGTH]) -> Option<Self> {
        RandomizedNonceKey::new(&AES_256_GCM, key).map(Self).ok()
    }

    /// An answer of a session, sealed.
    ///
    /// # Errors
    /// When the machine gives no randomness.
    pub(super) fn close(
        &self,
        id: SessionId,
        part: &str,
        text: &str,
    ) -> Result<Vec<u8>, Unspecified> {
        let mut body = text.as_bytes().to_vec();
        let nonce = self.0.seal_in_place_append_tag(place(id, part), &mut body)?;
        let mut sealed = nonce.as_ref().to_vec();
        // The nonce stands in front: it is no secret, and needed to open.
        sealed.append(&mut body);
        Ok(sealed)
    }

    /// `None`: sealed with another key, altered, or moved.
    pub(super) fn open(&self, id: SessionId, part: &str, sealed: &[u8]) -> Option<String> {
        let (nonce, body) = sealed.split_at_checked(NONCE_LEN)?;
        let (nonce, mut body) = (Nonce::try_assume_unique_for_key(nonce).ok()?, body.to_vec());
        let text = self.0.open_in_place(nonce, place(id, part), &mut body).ok()?.to_vec();
        String::from_utf8(text).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_opened_with_its_key_at_its_place_alone_and_no_flipped_bit_goes_unseen() {
        let id = |n: u128| SessionId::new(uuid::Uuid::from_u128(n));
        let seal = Seal::new(&[7; KEY_LENGTH]).unwrap();
        let text = r#"{"state":"ONGOING"}"#;
        let sealed = seal.close(id(1), "session", text).unwrap();
        assert!(!sealed.windows(7).any(|bytes| bytes == b"ONGOING"));
        assert_ne!(sealed, seal.close(id(1), "session", text).unwrap(), "another nonce each time");
        assert_eq!(seal.open(id(1), "session", &sealed).as_deref(), Some(text));
        assert_eq!(seal.open(id(2), "session", &sealed), None);
        assert_eq!(seal.open(id(1), "letter", &sealed), None);
        assert_eq!(Seal::new(&[8; KEY_LENGTH]).unwrap().open(id(1), "session", &sealed), None);
        for length in 0..sealed.len() {
            assert_eq!(seal.open(id(1), "session", &sealed[..length]), None, "cut at {length}");
        }
        for bit in 0..sealed.len() * 8 {
            let mut flipped = sealed.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(seal.open(id(1), "session", &flipped), None, "bit {bit}");
        }
    }
}
