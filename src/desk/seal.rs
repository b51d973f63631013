//! What goes to the shared store is sealed here: its server never sees a name, a note or an answer.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hmac;

use crate::hub::Sealed;
use crate::persist::key::{KEY_LENGTH, SealingKey};

/// The number of the key that seals: there is one, derived from the application's.
const KID: u16 = 1;

/// Seals for one shared store. All who have the application's key can open it.
pub struct DeskSeal {
    key: SealingKey,
    tags: LessSafeKey,
    nonces: hmac::Key,
}

impl std::fmt::Debug for DeskSeal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DeskSeal")
    }
}

impl DeskSeal {
    /// With two keys that were derived from the application's for this: for all but tags, and for tags.
    #[must_use]
    pub fn new(key: &[u8; KEY_LENGTH], tags: &[u8; KEY_LENGTH]) -> Option<Self> {
        let base = hmac::Key::new(hmac::HMAC_SHA256, tags);
        let sub = |purpose: &[u8]| hmac::sign(&base, purpose);
        let tags = UnboundKey::new(&AES_256_GCM, sub(b"seal").as_ref()).ok()?;
        Some(Self {
            key: SealingKey::new(key)?,
            tags: LessSafeKey::new(tags),
            nonces: hmac::Key::new(hmac::HMAC_SHA256, sub(b"nonces").as_ref()),
        })
    }

    /// `place` says what it is and where it stands. `None`: the machine gives no randomness.
    pub(super) fn close(&self, place: String, text: &[u8]) -> Option<Sealed> {
        let body = self.key.close(place, text)?;
        Some(Sealed { kid: KID, body: body.into() })
    }

    /// `None`: sealed with another key or for another place, or altered.
    pub(super) fn open(&self, place: String, sealed: &Sealed) -> Option<Vec<u8>> {
        (sealed.kid == KID).then(|| self.key.open(place, &sealed.body))?
    }

    pub(super) fn open_text(&self, place: String, sealed: &Sealed) -> Option<String> {
        String::from_utf8(self.open(place, sealed)?).ok()
    }

    /// Equal tags are sealed alike, so that one of them can be taken off. That tells which sessions
    /// have a tag in common, and nothing else of it.
    pub(super) fn close_tag(&self, tag: &str) -> Option<Sealed> {
        let nonce = hmac::sign(&self.nonces, tag.as_bytes());
        let nonce: [u8; NONCE_LEN] = nonce.as_ref().get(..NONCE_LEN)?.try_into().ok()?;
        let mut body = tag.as_bytes().to_vec();
        let unique = Nonce::assume_unique_for_key(nonce);
        self.tags.seal_in_place_append_tag(unique, Aad::from(b"tag"), &mut body).ok()?;
        Some(Sealed { kid: KID, body: [&nonce[..], &body].concat().into() })
    }

    pub(super) fn open_tag(&self, sealed: &Sealed) -> Option<String> {
        let (nonce, body) = sealed.body.split_first_chunk::<NONCE_LEN>()?;
        let mut body = body.to_vec();
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let text = self.tags.open_in_place(nonce, Aad::from(b"tag"), &mut body).ok()?;
        Some(str::from_utf8(text).ok()?.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_tags_are_sealed_alike_and_nothing_else_is() {
        let seal = DeskSeal::new(&[1; KEY_LENGTH], &[2; KEY_LENGTH]).unwrap();
        let tag = |text| seal.close_tag(text).unwrap();
        assert_eq!(tag("urgent"), tag("urgent"));
        assert_ne!(tag("urgent"), tag("urgenu"));
        assert_eq!(seal.open_tag(&tag("urgent")).as_deref(), Some("urgent"));
        let body = || seal.close("here".to_owned(), b"note").unwrap();
        assert_ne!(body(), body());
        assert_eq!(seal.open("here".to_owned(), &body()).as_deref(), Some(&b"note"[..]));
        assert_eq!(seal.open("there".to_owned(), &body()), None, "bound to its place");
        let other = DeskSeal::new(&[3; KEY_LENGTH], &[4; KEY_LENGTH]).unwrap();
        assert_eq!(
            (other.open_tag(&tag("a")), other.open("here".to_owned(), &body())),
            (None, None)
        );
    }
}
