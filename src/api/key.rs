//! The application's RSA key: read once, never printed (contract 2.4).

mod material;

use std::fs::Metadata;
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::hkdf::{HKDF_SHA256, Salt};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::KeyPair as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::SecretString;
use zeroize::Zeroizing;

use crate::regular_file;

pub use material::holds_key;

/// The largest key that is read.
pub const MAX_BYTES: u64 = 64 * 1024;

/// What some editors put in front of UTF-8; no part of the content.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// An RSA private key of 2048 to 8192 bits.
pub struct SigningKey(pub(super) KeyPair);

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SigningKey({} bits)", self.bits())
    }
}

/// Why a key cannot be used; each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file is not there or cannot be opened.
    #[error("cannot read the file {path}: {cause}")]
    Unreadable { path: PathBuf, cause: std::io::Error },
    /// It is a folder, a pipe or a device.
    #[error("{0} is not a regular file")]
    NotAFile(PathBuf),
    #[error("{path} can be read by others (mode {mode:03o}); run: chmod 600 {path}")]
    OpenToOthers { path: PathBuf, mode: u32 },
    /// Somebody else may change it at any time.
    #[error("{0} belongs to another user, who can change it; run: chown \"$(id -u)\" {0}")]
    Foreign(PathBuf),
    /// Somebody else may put another file in its place.
    #[error(
        "{key} can be replaced by anybody: all may write into {folder}; run: chmod o-w {folder}"
    )]
    InOpenFolder { key: PathBuf, folder: PathBuf },
    /// The program of `key_command` gave no key. What it wrote is never repeated.
    #[error("key_command: {program} {how}; it must print the PEM key and exit with 0 within 30 s")]
    Command {
        program: String,
        /// How it ended, or what its output is not.
        how: String,
    },
    /// It is no PEM with a private key.
    #[error(
        "no private key found: {0}; expected the PEM file that Yoti Hub gave you, beginning with -----BEGIN RSA PRIVATE KEY-----"
    )]
    NotAPrivateKey(&'static str),
    #[error(
        "the key is encrypted with a password, which is not supported; decrypt it with: openssl rsa -in KEY -out NEW_KEY"
    )]
    Encrypted,
    /// It is a key of another kind.
    #[error("the key is {0}, not an RSA key; use the RSA key that Yoti Hub gave you")]
    NotRsa(&'static str),
    /// The RSA key is broken or of an unusual size.
    #[error("the RSA key cannot be used ({0}); it needs 2048 to 8192 bits and must be complete")]
    Rejected(String),
    /// A key pair could not be made.
    #[error("a key pair could not be made")]
    NotGenerated,
}

impl SigningKey {
    /// Length of the modulus in bits.
    #[must_use]
    pub fn bits(&self) -> usize {
        self.0.public_modulus_len() * 8
    }

    /// Reads a key file; refuses one that others can read (fault F01).
    pub fn from_file(path: &Path) -> Result<Self, KeyError> {
        Self::from_pem(&private_file(path)?)
    }

    /// Reads PKCS#1 or PKCS#8 PEM; CRLF and surrounding white space do not matter.
    pub fn from_pem(pem: &[u8]) -> Result<Self, KeyError> {
        // Asked first, for a message of its own: Yoti's
        // SDKs take no password either (contract 2.4).
        if has(pem, b"BEGIN ENCRYPTED PRIVATE KEY") || has(pem, b"Proc-Type: 4,ENCRYPTED") {
            return Err(KeyError::Encrypted);
        }
        let (form, der) = private_section(pem).ok_or_else(|| missing(pem))?;
        let pair = match form {
            // The form in which Yoti issues keys; its Python,
            // Node and PHP SDKs read PKCS#8 too (contract 2.4).
            PemForm::Pkcs1 => KeyPair::from_der(&der),
            PemForm::Pkcs8 => KeyPair::from_pkcs8(&der),
            PemForm::Sec1 => return Err(KeyError::NotRsa("an elliptic-curve key")),
        };
        match pair {
            Ok(pair) => Ok(Self(pair)),
            Err(why) => Err(other_kind(form, &der, &why.to_string())),
        }
    }

    /// Makes a key pair of 2048 bits.
    ///
    /// # Errors
    /// When the machine gives no randomness.
    pub fn generate() -> Result<Self, KeyError> {
        KeyPair::generate(KeySize::Rsa2048).map(Self).map_err(|_opaque| KeyError::NotGenerated)
    }

    /// The private key as PKCS#1 PEM, the form in which Yoti issues keys (contract 14.15).
    ///
    /// # Errors
    /// When the library cannot encode it.
    pub fn to_pem(&self) -> Result<SecretString, KeyError> {
        let der: Pkcs8V1Der<'static> = self.0.as_der().map_err(|_opaque| KeyError::NotGenerated)?;
        // PKCS#8 ends with an octet string, and in it is PKCS#1: of a key of 2048 bits after a
        // head of 26 bytes.
        let der = der.as_ref();
        let inner = der.get(26..).filter(|_| der.get(22..24) == Some(&[0x04, 0x82]));
        Ok(pem("RSA PRIVATE KEY", inner.ok_or(KeyError::NotGenerated)?).into())
    }

    /// A key for a purpose of its own, derived from this one (HKDF with SHA-256): the same for any
    /// PEM of the same key.
    ///
    /// # Errors
    /// When the library cannot encode it.
    pub fn derived(&self, purpose: &str) -> Result<Zeroizing<[u8; 32]>, KeyError> {
        let der: Pkcs8V1Der<'static> = self.0.as_der().map_err(|_opaque| KeyError::NotGenerated)?;
        let mut key = Zeroizing::new([0; 32]);
        Salt::new(HKDF_SHA256, b"branchwatch")
            .extract(der.as_ref())
            .expand(&[purpose.as_bytes()], HKDF_SHA256)
            .and_then(|okm| okm.fill(key.as_mut()))
            .map_err(|_opaque| KeyError::NotGenerated)?;
        Ok(key)
    }

    /// The public half as SPKI PEM.
    ///
    /// # Errors
    /// When the library cannot encode it.
    pub fn public_pem(&self) -> Result<String, KeyError> {
        let der: PublicKeyX509Der<'static> =
            self.0.public_key().as_der().map_err(|_opaque| KeyError::NotGenerated)?;
        Ok(pem("PUBLIC KEY", der.as_ref()))
    }
}

/// Reads a file that only its owner can read, and nobody else can change or replace: a key, or
/// another secret (faults F01, F02). A link is followed, since secrets are mounted so, but not one
/// that somebody else has put there.
///
/// # Errors
/// Those of [`KeyError`] that are about files.
pub fn private_file(path: &Path) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let unreadable = |cause| KeyError::Unreadable { path: path.to_path_buf(), cause };
    // Asked before opening: opening a device may do something.
    if !std::fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err(KeyError::NotAFile(path.to_path_buf()));
    }
    let real = path.canonicalize().map_err(unreadable)?;
    for place in [path, &real] {
        let owner = place.symlink_metadata().map_err(unreadable)?.uid();
        let folder = regular_file::folder_of(place);
        let mode = folder.metadata().map_err(unreadable)?.mode();
        cannot_be_replaced(place, owner, folder, mode)?;
    }
    // The open file is what counts: the path may name another one by now.
    let file = regular_file::options().open(&real).map_err(unreadable)?;
    let about = file.metadata().map_err(unreadable)?;
    is_private(path, &about)?;
    // Wiped when dropped: no copy of the PEM stays in memory (fault S06).
    // As large as it may get: a vector that grows leaves its former places unwiped.
    let largest = usize::try_from(MAX_BYTES).unwrap_or_default() + 1;
    let mut content = Zeroizing::new(Vec::with_capacity(largest));
    file.take(MAX_BYTES).read_to_end(&mut content).map_err(unreadable)?;
    if content.starts_with(BYTE_ORDER_MARK) {
        content.drain(..BYTE_ORDER_MARK.len());
    }
    Ok(content)
}

fn cannot_be_replaced(place: &Path, owner: u32, folder: &Path, mode: u32) -> Result<(), KeyError> {
    if regular_file::is_foreign(owner) {
        return Err(KeyError::Foreign(place.to_path_buf()));
    }
    if regular_file::is_open_folder(mode) {
        let (key, folder) = (place.to_path_buf(), folder.to_path_buf());
        return Err(KeyError::InOpenFolder { key, folder });
    }
    Ok(())
}

fn is_private(path: &Path, about: &Metadata) -> Result<(), KeyError> {
    if !about.is_file() {
        return Err(KeyError::NotAFile(path.to_path_buf()));
    }
    if regular_file::is_foreign(about.uid()) {
        return Err(KeyError::Foreign(path.to_path_buf()));
    }
    let mode = about.mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(KeyError::OpenToOthers { path: path.to_path_buf(), mode });
    }
    Ok(())
}

/// How a private key stands in PEM.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PemForm {
    Pkcs1,
    Pkcs8,
    Sec1,
}

/// The private key in a PEM. Decoded here: a library frees its buffers with the key in them (S06).
fn private_section(pem: &[u8]) -> Option<(PemForm, Zeroizing<Vec<u8>>)> {
    let text = std::str::from_utf8(pem).ok()?;
    let forms = [
        ("RSA PRIVATE KEY", PemForm::Pkcs1),
        ("PRIVATE KEY", PemForm::Pkcs8),
        ("EC PRIVATE KEY", PemForm::Sec1),
    ];
    forms.into_iter().find_map(|(label, form)| {
        let (_, body) = text.split_once(&format!("-----BEGIN {label}-----"))?;
        let (body, _) = body.split_once(&format!("-----END {label}-----"))?;
        // As large as they get: a vector that grows leaves its former places unwiped.
        let mut letters = Zeroizing::new(Vec::with_capacity(body.len()));
        letters.extend(body.bytes().filter(|byte| !byte.is_ascii_whitespace()));
        let mut der = Zeroizing::new(vec![0; letters.len()]);
        let length = STANDARD.decode_slice(&letters, &mut der).ok()?;
        der.truncate(length);
        Some((form, der))
    })
}

fn has(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

fn missing(pem: &[u8]) -> KeyError {
    KeyError::NotAPrivateKey(if pem.is_empty() {
        "the file is empty"
    } else if pem.starts_with(b"\xff\xfe") || pem.starts_with(b"\xfe\xff") {
        "the file is UTF-16, save it as UTF-8"
    } else if has(pem, b"PUBLIC KEY-----") {
        "the file holds a public key"
    } else if has(pem, b"BEGIN CERTIFICATE") {
        "the file holds a certificate"
    } else if has(pem, b"BEGIN OPENSSH PRIVATE KEY") {
        "the file holds an OpenSSH key"
    } else {
        "the file is not PEM"
    })
}

/// A PKCS#8 key says its algorithm by object identifier; only RSA may go on.
fn other_kind(form: PemForm, der: &[u8], why: &str) -> KeyError {
    const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
    const EC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
    let head = der.get(..48).unwrap_or(der);
    if form == PemForm::Pkcs1 || has(head, RSA) {
        KeyError::Rejected(why.to_owned())
    } else if has(head, EC) {
        KeyError::NotRsa("an elliptic-curve key")
    } else {
        KeyError::NotRsa("of another kind (Ed25519, X25519 or DSA)")
    }
}

fn pem(label: &str, der: &[u8]) -> String {
    let body = STANDARD.encode(der);
    let mut text = format!("-----BEGIN {label}-----\n");
    for (place, letter) in body.chars().enumerate() {
        if place > 0 && place % 64 == 0 {
            text.push('\n');
        }
        text.push(letter);
    }
    text + &format!("\n-----END {label}-----\n")
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    fn refusal(pem: &[u8]) -> String {
        SigningKey::from_pem(pem).expect_err("refused").to_string()
    }

    #[test]
    fn both_pem_forms_are_read_and_line_ends_do_not_matter() {
        let key = SigningKey::generate().unwrap();
        let text = key.to_pem().unwrap();
        let crlf = format!("\r\n{}  \r\n", text.expose_secret().replace('\n', "\r\n"));
        let again = SigningKey::from_pem(crlf.as_bytes()).unwrap();
        assert_eq!(again.public_pem().unwrap(), key.public_pem().unwrap());

        assert!(text.expose_secret().starts_with("-----BEGIN RSA PRIVATE KEY-----\nMII"));
        let der: Pkcs8V1Der<'static> = key.0.as_der().unwrap();
        let pkcs8 = pem("PRIVATE KEY", der.as_ref());
        let third = SigningKey::from_pem(pkcs8.as_bytes()).unwrap();
        assert_eq!(third.public_pem().unwrap(), key.public_pem().unwrap());
        assert_eq!(third.derived("a").unwrap(), key.derived("a").unwrap());
        assert_ne!(key.derived("a").unwrap(), key.derived("b").unwrap());
        let other = SigningKey::generate().unwrap();
        assert_ne!(other.derived("a").unwrap(), key.derived("a").unwrap());
    }

    #[test]
    fn what_is_no_rsa_private_key_is_refused_with_its_kind() {
        assert!(refusal(b"").contains("empty"));
        assert!(refusal(b"hello").contains("not PEM"));
        assert!(refusal(b"-----BEGIN ENCRYPTED PRIVATE KEY-----\nAA==\n").contains("password"));
        let public = SigningKey::generate().unwrap().public_pem().unwrap();
        assert!(refusal(public.as_bytes()).contains("public key"));
        let ed25519 = "-----BEGIN PRIVATE KEY-----\n\
            MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF\n-----END PRIVATE KEY-----\n";
        assert!(refusal(ed25519.as_bytes()).contains("not an RSA key"));
    }

    // F01
    #[test]
    fn a_key_that_others_can_read_is_refused_with_the_command_that_mends_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key.pem");
        let text = SigningKey::generate().unwrap().to_pem().unwrap();
        std::fs::write(&path, text.expose_secret()).unwrap();
        for (mode, good) in [(0o600, true), (0o400, true), (0o640, false), (0o604, false)] {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            let read = SigningKey::from_file(&path);
            assert_eq!(read.is_ok(), good, "mode {mode:o}");
            if let Err(why) = read {
                assert!(why.to_string().contains("chmod 600"));
            }
        }
        assert!(matches!(SigningKey::from_file(folder.path()), Err(KeyError::NotAFile(_))));
    }

    // F01, F02
    #[test]
    fn a_key_that_others_can_change_or_replace_is_refused() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let home = tempfile::tempdir().unwrap();
        let (inner, path) = (home.path().join("keys"), home.path().join("keys/key.pem"));
        std::fs::create_dir(&inner).unwrap();
        let text = SigningKey::generate().unwrap().to_pem().unwrap();
        std::fs::write(&path, text.expose_secret()).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        let link = home.path().join("link.pem");
        symlink(&path, &link).unwrap();
        for (mode, good) in [(0o700, true), (0o755, true), (0o777, false), (0o1777, true)] {
            std::fs::set_permissions(&inner, std::fs::Permissions::from_mode(mode)).unwrap();
            for place in [&path, &link] {
                let read = SigningKey::from_file(place);
                assert_eq!(read.is_ok(), good, "{} {mode:o}", place.display());
                if let Err(why) = read {
                    assert!(why.to_string().contains("chmod o-w"), "{why}");
                }
            }
        }
        // The folder of the link counts too.
        std::fs::set_permissions(home.path(), std::fs::Permissions::from_mode(0o777)).unwrap();
        assert!(matches!(SigningKey::from_file(&link), Err(KeyError::InOpenFolder { .. })));
        assert!(SigningKey::from_file(&path).is_ok());
        // A file of another owner can only be made by root.
        let us = rustix::process::geteuid().as_raw();
        let judged = |owner| cannot_be_replaced(&path, owner, &inner, 0o700);
        assert!(judged(us).is_ok() && judged(0).is_ok());
        assert!(matches!(judged(us + 1), Err(KeyError::Foreign(_))));
        if us == 0 {
            for place in [&link, &path] {
                std::os::unix::fs::lchown(place, Some(65_534), None).unwrap();
                let why = SigningKey::from_file(place).err().unwrap().to_string();
                assert!(why.contains("belongs to another user"), "{why}");
                std::os::unix::fs::lchown(place, Some(0), None).unwrap();
            }
        }
    }

    #[test]
    fn a_key_file_with_a_byte_order_mark_is_read_and_one_in_utf_16_is_named() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key.pem");
        let text = SigningKey::generate().unwrap().to_pem().unwrap();
        std::fs::write(&path, format!("\u{feff}{}", text.expose_secret())).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        assert!(SigningKey::from_file(&path).is_ok());
        let wide: Vec<u8> = text.expose_secret().bytes().flat_map(|byte| [byte, 0]).collect();
        assert!(refusal(&[b"\xff\xfe".as_slice(), &wide].concat()).contains("save it as UTF-8"));
    }

    /// Where these bytes stand in the memory of this process. They are kept inverted, so that the
    /// search does not find itself.
    #[cfg(target_os = "linux")]
    fn in_memory(inverted: &[u8]) -> usize {
        use std::os::unix::fs::FileExt;
        let memory = std::fs::File::open("/proc/self/mem").unwrap();
        let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
        let mut found = 0;
        for line in maps.lines().filter(|line| line.contains(" rw")) {
            let (from, to) = line.split_once(' ').unwrap().0.split_once('-').unwrap();
            let [from, to] = [from, to].map(|place| u64::from_str_radix(place, 16).unwrap());
            let mut part = vec![0; usize::try_from(to - from).unwrap()];
            if memory.read_exact_at(&mut part, from).is_ok() {
                let same = |bytes: &[u8]| bytes.iter().zip(inverted).all(|(a, b)| *a == !*b);
                found += part.windows(inverted.len()).filter(|bytes| same(bytes)).count();
            }
        }
        found
    }

    // S06
    #[cfg(target_os = "linux")]
    #[test]
    fn nothing_of_a_key_that_was_read_and_dropped_stays_in_memory() {
        use std::os::unix::fs::PermissionsExt;
        const FOLDER: &str = "BRANCHWATCH_TEST_KEY_FOLDER";
        if let Some(folder) = std::env::var_os(FOLDER) {
            let folder = PathBuf::from(folder);
            let key = SigningKey::from_file(&folder.join("key.pem")).unwrap();
            drop(key.derived("a purpose").unwrap());
            drop(key);
            for name in ["pem", "der"] {
                let inverted = std::fs::read(folder.join(name)).unwrap();
                assert_eq!(in_memory(&inverted), 0, "{name}");
                // The search finds what is there.
                let there: Vec<u8> = inverted.iter().map(|byte| !byte).collect();
                assert!(in_memory(&inverted) > 0, "{}", there.len());
            }
            return;
        }
        let folder = tempfile::tempdir().unwrap();
        let text = SigningKey::generate().unwrap().to_pem().unwrap();
        let pem = text.expose_secret().as_bytes();
        let (_, der) = private_section(pem).unwrap();
        let path = folder.path().join("key.pem");
        std::fs::write(&path, pem).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        // From the private exponent.
        for (name, bytes) in
            [("pem", pem.get(500..530).unwrap()), ("der", der.get(400..430).unwrap())]
        {
            let inverted: Vec<u8> = bytes.iter().map(|byte| !byte).collect();
            std::fs::write(folder.path().join(name), inverted).unwrap();
        }
        // A process of its own: this one has made the key.
        let name = "api::key::tests::nothing_of_a_key_that_was_read_and_dropped_stays_in_memory";
        let mut child = std::process::Command::new(std::env::current_exe().unwrap());
        child.args(["--exact", name, "--nocapture"]).env(FOLDER, folder.path());
        let output = child.output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        let why = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && said.contains("1 passed"), "{said}{why}");
    }

    #[test]
    fn a_key_never_prints_itself() {
        let key = SigningKey::generate().unwrap();
        assert_eq!(format!("{key:?}"), "SigningKey(2048 bits)");
    }
}
