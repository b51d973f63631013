//! A line of the audit log, and what ties it to the line before it.
//!
//! Each line has the SHA-256 of the whole line before it, and a MAC over all of itself. So one line
//! whose MAC is right proves every line before it, whoever wrote those: two profiles with keys of
//! their own, or a process without a key.

use std::fmt;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac;
use serde::de::IgnoredAny;
use serde_json::{Map, Value};

use crate::text::hex;

/// What the first line of each file says that it begins.
pub(super) const FORMAT: &str = "branchwatch audit 1";
/// How the first line of each file begins.
pub(super) const HEAD: &str = "{\"log\":\"branchwatch audit 1\",";

/// The field of the head that names the file before.
pub(super) const FILE_BEFORE: &str = "file_before";

const BEFORE: &str = ",\"before\":\"";
const KEY: &str = ",\"key\":\"";
const MAC: &str = ",\"mac\":\"";
const NO_KEY: &str = ",\"key\":null}";

/// Seals lines, and checks those that it sealed.
#[derive(Clone)]
pub struct AuditKey {
    key: hmac::Key,
    recipient: String,
}

impl AuditKey {
    /// With a key that was derived from the application's for this purpose alone.
    #[must_use]
    pub fn new(bytes: &[u8; 32]) -> Self {
        let key = hmac::Key::new(hmac::HMAC_SHA256, bytes);
        // No line begins like this: the name tells nothing of a MAC.
        let name = hmac::sign(&key, b"recipient");
        let recipient = hex(name.as_ref().get(..8).unwrap_or_default());
        Self { key, recipient }
    }

    fn mac(&self, text: &str) -> String {
        hex(hmac::sign(&self.key, text.as_bytes()).as_ref())
    }
}

impl fmt::Debug for AuditKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AuditKey({})", self.recipient)
    }
}

/// Whose key a line is sealed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SealedBy {
    /// The key of the check, and it is right.
    Ours,
    AnotherKey,
    Nobody,
}

/// What a line says of the line before it.
#[derive(Debug)]
pub(super) struct LineTie<'a> {
    pub(super) before: &'a str,
    pub(super) by: SealedBy,
}

/// The line, without its end, of an entry that follows what has the sum `before`.
pub(super) fn write(mut entry: Map<String, Value>, before: &str, key: Option<&AuditKey>) -> String {
    entry.insert("before".to_owned(), before.into());
    entry.insert("key".to_owned(), key.map(|key| key.recipient.as_str()).into());
    let text = Value::Object(entry).to_string();
    match (key, text.strip_suffix('}')) {
        (Some(key), Some(open)) => format!("{open}{MAC}{}\"}}", key.mac(open)),
        _ => text,
    }
}

/// What ties this line; `None`: it was altered, or it is cut.
pub(super) fn read<'a>(line: &'a [u8], key: &AuditKey) -> Option<LineTie<'a>> {
    let text = str::from_utf8(line).ok()?;
    serde_json::from_str::<IgnoredAny>(text).ok()?;
    if let Some(open) = text.strip_suffix(NO_KEY) {
        return Some(LineTie { before: before(open)?, by: SealedBy::Nobody });
    }
    // From the end, where our own fields stand: a quotation mark in a reason is escaped.
    let (open, mac) = text.strip_suffix("\"}")?.rsplit_once(MAC)?;
    let (rest, recipient) = open.strip_suffix('"')?.rsplit_once(KEY)?;
    let by = match (recipient == key.recipient, key.mac(open) == mac) {
        (true, true) => SealedBy::Ours,
        (true, false) => return None,
        (false, _) => SealedBy::AnotherKey,
    };
    Some(LineTie { before: before(rest)?, by })
}

fn before(text: &str) -> Option<&str> {
    Some(text.strip_suffix('"')?.rsplit_once(BEFORE)?.1)
}

/// SHA-256 as it stands in a line.
pub(super) fn sum(bytes: &[u8]) -> String {
    hex(digest(&SHA256, bytes).as_ref())
}
