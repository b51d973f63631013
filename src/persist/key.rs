//! The keys of the store. The application's key opens the data key; the data key seals everything
//! else, so that another application key is a new wrapping and not a loss of history.
//!
//! Who has the files and not the application's key reads nothing but session IDs, and cannot make
//! anything that is believed (fault S09).

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::{hmac, rand};
use zeroize::Zeroizing;

use crate::domain::watchlist::storage::StoreFault;
use crate::text::hex;

/// Length of a key in bytes.
pub const KEY_LENGTH: usize = 32;

// The first byte of each body says how it is kept. Nobody gains by changing it: with a data key
// only what is sealed is read, without one only what is not.
const PLAIN: u8 = 0;
const SEALED: u8 = 1;
/// Sealed by a build with schema 4, with a key derived from the application's.
const FORMER: u8 = 2;

fn seal(
    key: &RandomizedNonceKey,
    place: String,
    tag: u8,
    text: &[u8],
) -> Result<Vec<u8>, Unspecified> {
    let mut body = text.to_vec();
    let nonce = key.seal_in_place_append_tag(Aad::from(place), &mut body)?;
    let mut sealed = Vec::with_capacity(1 + NONCE_LEN + body.len());
    sealed.push(tag);
    // The nonce stands in front: it is no secret, and needed to open.
    sealed.extend_from_slice(nonce.as_ref());
    sealed.append(&mut body);
    Ok(sealed)
}

fn unseal(key: &RandomizedNonceKey, place: String, sealed: &[u8]) -> Option<Vec<u8>> {
    // What was opened must not stay behind in memory.
    let mut sealed = Zeroizing::new(sealed.to_vec());
    unseal_in_place(key, place, &mut sealed).map(<[u8]>::to_vec)
}

fn unseal_in_place<'a>(
    key: &RandomizedNonceKey,
    place: String,
    sealed: &'a mut [u8],
) -> Option<&'a [u8]> {
    let (nonce, body) = sealed.split_at_mut_checked(NONCE_LEN)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
    key.open_in_place(nonce, Aad::from(place), body).ok().map(|text| &*text)
}

/// A key that seals for one use. Each body is bound to its place: moved elsewhere it cannot be opened.
#[derive(Debug)]
pub struct SealingKey(RandomizedNonceKey);

impl SealingKey {
    /// With a key that was derived for this use alone.
    #[must_use]
    pub fn new(bytes: &[u8; KEY_LENGTH]) -> Option<Self> {
        RandomizedNonceKey::new(&AES_256_GCM, bytes).ok().map(Self)
    }

    /// `None`: the machine gives no randomness.
    #[must_use]
    pub fn close(&self, place: String, text: &[u8]) -> Option<Vec<u8>> {
        seal(&self.0, place, SEALED, text).ok()
    }

    /// `None`: it was sealed with another key or for another place, or altered.
    #[must_use]
    pub fn open(&self, place: String, body: &[u8]) -> Option<Vec<u8>> {
        unseal(&self.0, place, body.strip_prefix(&[SEALED])?)
    }
}

/// What an application's key is to the store: it wraps the data key.
#[derive(Debug)]
pub struct StoreKey {
    wrapping: RandomizedNonceKey,
    /// Opens what builds with schema 4 sealed.
    former: RandomizedNonceKey,
    recipient: String,
}

impl StoreKey {
    /// With two keys derived from the application's: one to wrap the data key, and the one that
    /// sealed the answers up to schema 4.
    #[must_use]
    pub fn new(wrapping: &[u8; KEY_LENGTH], former: &[u8; KEY_LENGTH]) -> Option<Self> {
        let key = |bytes| RandomizedNonceKey::new(&AES_256_GCM, bytes).ok();
        let name = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, wrapping), b"recipient");
        let recipient = hex(name.as_ref().get(..8)?);
        Some(Self { wrapping: key(wrapping)?, former: key(former)?, recipient })
    }

    /// Names the key in the store without telling anything of it.
    pub(super) fn recipient(&self) -> &str {
        &self.recipient
    }

    pub(super) fn wrap(&self, store: &str, key: &DataKey) -> Result<Vec<u8>, Unspecified> {
        seal(&self.wrapping, format!("{store} data key"), SEALED, key.bytes.as_slice())
    }

    fn unwrap(&self, store: &str, wrapped: &[u8]) -> Option<DataKey> {
        let body = wrapped.strip_prefix(&[SEALED])?;
        let bytes = Zeroizing::new(unseal(&self.wrapping, format!("{store} data key"), body)?);
        DataKey::of(Box::new(Zeroizing::new(bytes.as_slice().try_into().ok()?)))
    }

    /// The data key of a store, from those that are wrapped for several applications.
    pub(super) fn data_key(&self, store: &str, ring: &[(String, Vec<u8>)]) -> Option<DataKey> {
        let mut ours = ring.iter().filter(|(recipient, _)| *recipient == self.recipient);
        ours.find_map(|(_, wrapped)| self.unwrap(store, wrapped))
    }

    /// An answer that a build with schema 4 sealed.
    pub(super) fn open_former(&self, id: &str, part: &str, body: &[u8]) -> Option<Vec<u8>> {
        unseal(&self.former, format!("{id} {part}"), body.strip_prefix(&[FORMER])?)
    }
}

/// The body of an answer as schema 4 sealed it, under the mark of its kind.
pub(super) fn former(body: &[u8]) -> Vec<u8> {
    [&[FORMER], body].concat()
}

/// Whether a body is sealed; who reads it needs a key.
pub(super) fn is_sealed(body: &[u8]) -> bool {
    body.first() == Some(&SEALED)
}

/// Seals everything in one store, and makes the keyed marks of its digest.
pub(super) struct DataKey {
    /// Keeps the key out of the swap, where the system lets. First, for it is dropped first: memory that
    /// was given back may be gone, or another's, and must not be unlocked.
    _locked: Option<region::LockGuard>,
    // In a box: locked memory must stay where it is.
    bytes: Box<Zeroizing<[u8; KEY_LENGTH]>>,
    seal: RandomizedNonceKey,
    marks: hmac::Key,
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DataKey")
    }
}

impl DataKey {
    pub(super) fn generate() -> Option<Self> {
        let mut bytes = Box::new(Zeroizing::new([0; KEY_LENGTH]));
        rand::fill(bytes.as_mut_slice()).ok()?;
        Self::of(bytes)
    }

    fn of(bytes: Box<Zeroizing<[u8; KEY_LENGTH]>>) -> Option<Self> {
        let locked = region::lock(bytes.as_ptr(), KEY_LENGTH).ok();
        let base = hmac::Key::new(hmac::HMAC_SHA256, bytes.as_slice());
        // One key for each use: what is known of a mark tells nothing of the seal.
        let seal = hmac::sign(&base, b"seal");
        let seal = RandomizedNonceKey::new(&AES_256_GCM, seal.as_ref()).ok()?;
        let marks = hmac::Key::new(hmac::HMAC_SHA256, hmac::sign(&base, b"marks").as_ref());
        Some(Self { _locked: locked, bytes, seal, marks })
    }
}

/// How the bodies of a store are written and read.
#[derive(Clone, Debug)]
pub(super) enum Vault {
    /// No key has ever been known here: nothing is sealed.
    Plain,
    Sealed(Arc<DataKey>),
    /// It is sealed, and this process cannot open it.
    Shut(StoreFault),
}

impl Vault {
    /// A body as it is written. `place` says what it is and where it stands: moved elsewhere it
    /// cannot be opened.
    ///
    /// # Errors
    /// When the machine gives no randomness, or this process has no key.
    pub(super) fn close(&self, place: String, text: &[u8]) -> Result<Vec<u8>, Unspecified> {
        match self {
            Self::Plain => Ok([&[PLAIN], text].concat()),
            Self::Sealed(key) => seal(&key.seal, place, SEALED, text),
            Self::Shut(_) => Err(Unspecified),
        }
    }

    /// # Errors
    /// Why it is not read. In a sealed store whatever is not sealed was put there by somebody.
    pub(super) fn open(&self, place: String, body: &[u8]) -> Result<Vec<u8>, StoreFault> {
        let mut body = Zeroizing::new(body.to_vec());
        self.open_in_place(place, &mut body).map(<[u8]>::to_vec)
    }

    /// As [`Vault::open`], where the body itself is not needed any more.
    ///
    /// # Errors
    /// Why it is not read, as there.
    pub(super) fn open_in_place<'a>(
        &self,
        place: String,
        body: &'a mut [u8],
    ) -> Result<&'a [u8], StoreFault> {
        match (self, body) {
            (Self::Sealed(key), [SEALED, rest @ ..]) => {
                unseal_in_place(&key.seal, place, rest).ok_or(StoreFault::Altered)
            }
            (Self::Plain, [PLAIN, rest @ ..]) => Ok(rest),
            (Self::Plain, [FORMER, ..]) => Err(StoreFault::NoKey),
            (Self::Shut(why), [SEALED, ..]) => Err(*why),
            _ => Err(StoreFault::Altered),
        }
    }

    /// A number that nobody without the key can make for this place; 0 in a store without a key.
    pub(super) fn mark(&self, place: &str) -> u64 {
        match self {
            Self::Sealed(key) => number(hmac::sign(&key.marks, place.as_bytes()).as_ref()),
            Self::Plain | Self::Shut(_) => 0,
        }
    }

    /// Names a session where its ID must not stand.
    pub(super) fn name(&self, id: &str) -> String {
        match self {
            Self::Sealed(key) => {
                let mark = hmac::sign(&key.marks, format!("name {id}").as_bytes());
                hex(mark.as_ref().get(..8).unwrap_or_default())
            }
            Self::Plain | Self::Shut(_) => checksum(id.as_bytes()),
        }
    }

    pub(super) const fn is_shut(&self) -> bool {
        matches!(self, Self::Shut(_))
    }
}

fn number(bytes: &[u8]) -> u64 {
    bytes.iter().take(8).fold(0, |sum, byte| sum << 8 | u64::from(*byte))
}

/// The first 16 digits of SHA-256: finds damage, not intent.
pub(super) fn checksum(bytes: &[u8]) -> String {
    hex(digest(&SHA256, bytes).as_ref().get(..8).unwrap_or_default())
}

/// All digits of SHA-256: no other bytes can be made that have them.
pub(super) fn fingerprint(bytes: &[u8]) -> String {
    hex(digest(&SHA256, bytes).as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(n: u8) -> StoreKey {
        StoreKey::new(&[n; KEY_LENGTH], &[n; KEY_LENGTH]).unwrap()
    }

    // S06
    #[cfg(target_os = "linux")]
    #[test]
    fn the_data_key_is_kept_out_of_the_swap() {
        let _key = DataKey::generate().unwrap();
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let locked = status.lines().find_map(|line| line.strip_prefix("VmLck:")).unwrap();
        assert_ne!(locked.trim(), "0 kB");
    }

    #[test]
    fn a_body_is_opened_with_its_key_at_its_place_alone_and_no_flipped_bit_goes_unseen() {
        let vault = Vault::Sealed(Arc::new(DataKey::generate().unwrap()));
        let text = br#"{"state":"ONGOING"}"#;
        let place = || String::from("s 1 session 7");
        let sealed = vault.close(place(), text).unwrap();
        assert!(!sealed.windows(7).any(|bytes| bytes == b"ONGOING"));
        assert_ne!(sealed, vault.close(place(), text).unwrap(), "another nonce each time");
        assert_eq!(vault.open(place(), &sealed).as_deref(), Ok(text.as_slice()));
        let altered = Err(StoreFault::Altered);
        assert_eq!(vault.open(String::from("s 2 session 7"), &sealed), altered);
        assert_eq!(vault.open(place(), &Vault::Plain.close(place(), text).unwrap()), altered);
        let other = Vault::Sealed(Arc::new(DataKey::generate().unwrap()));
        assert_eq!(other.open(place(), &sealed), altered);
        for length in 0..sealed.len() {
            assert_eq!(vault.open(place(), &sealed[..length]), altered, "cut at {length}");
        }
        for bit in 0..sealed.len() * 8 {
            let mut flipped = sealed.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(vault.open(place(), &flipped), altered, "bit {bit}");
        }
    }

    #[test]
    fn a_data_key_is_unwrapped_by_its_application_in_its_store_alone() {
        let data = DataKey::generate().unwrap();
        let wrapped = key(7).wrap("s", &data).unwrap();
        assert_eq!(key(7).unwrap("s", &wrapped).unwrap().bytes, data.bytes);
        assert!(key(8).unwrap("s", &wrapped).is_none() && key(7).unwrap("t", &wrapped).is_none());
        assert_ne!(key(7).recipient(), key(8).recipient());
    }
}
