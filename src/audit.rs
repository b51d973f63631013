//! The audit log: one line of JSON for every deed that shows or takes away personal data.
//!
//! Owns `audit.jsonl`. Only ever appends, for the owner alone. Each line names the operator. Must
//! never hold personal data of a session's, its id in the clear, or a reference: the id stands there
//! as a hash.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, BufRead, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use aws_lc_rs::digest::{SHA256, digest};
use jiff::Timestamp;
use rustix::fs::OFlags;
use serde_json::{Value, json};

use crate::domain::events::audit_action::{AuditAction, LastExports};
use crate::domain::session::ids::SessionId;

/// The longest reason kept, in columns.
const REASON: usize = 200;
/// The longest name of an operator kept, in columns.
const OPERATOR: usize = 60;

/// Why a reason is not kept, in our words.
pub const REASON_RULE: &str = "the reason is kept in the audit log: no addresses in it, please";

/// The audit log of one data folder.
#[derive(Clone, Debug)]
pub struct AuditLog {
    path: Option<PathBuf>,
    operator: String,
}

impl AuditLog {
    /// `audit.jsonl` in this folder, for this operator; nothing is made before the first line.
    #[must_use]
    pub fn in_folder(state_dir: &Path, operator: &str) -> Self {
        // The name comes from the configuration or the system, and a terminal shows the file (U09).
        let operator = crate::text::shown_str(operator, OPERATOR);
        Self { path: Some(state_dir.join("audit.jsonl")), operator }
    }

    /// Keeps nothing: for the demo, whose people are made up.
    #[must_use]
    pub const fn nowhere() -> Self {
        Self { path: None, operator: String::new() }
    }

    /// Appends a line for each session and waits until it is on the disk. Whoever shows personal
    /// data does so only after this has succeeded.
    ///
    /// # Errors
    /// In our words, when the line cannot be written.
    pub fn append(
        &self,
        now: Timestamp,
        deed: AuditAction,
        sessions: &[SessionId],
        reason: &str,
    ) -> Result<(), String> {
        let Some(path) = &self.path else { return Ok(()) };
        let lines: String =
            sessions.iter().map(|id| self.line(now, deed, Some(*id), reason)).collect();
        // A deed that names no session has its line as well.
        let lines = if sessions.is_empty() { self.line(now, deed, None, reason) } else { lines };
        write(path, &lines)
            .map_err(|why| format!("the audit log cannot be written ({why}): {}", path.display()))
    }
}

impl AuditLog {
    /// When a session was last exported; `None`: nobody knows, because nothing is kept here or it
    /// cannot be read. Waits for the disk.
    #[must_use]
    pub fn last_exports(&self, id: SessionId) -> Option<LastExports> {
        let path = self.path.as_ref()?;
        let file = match fs::File::open(path) {
            Ok(file) => file,
            Err(why) if why.kind() == io::ErrorKind::NotFound => {
                return Some(LastExports::default());
            }
            Err(_why) => return None,
        };
        let hash = hash(id);
        let mut last = LastExports::default();
        for line in io::BufReader::new(file).lines() {
            let line = line.ok()?;
            // The file may be long: only lines of this session are parsed.
            if !line.contains(&hash) {
                continue;
            }
            let Ok(line) = serde_json::from_str::<Value>(&line) else { continue };
            let at = line.get("at").and_then(Value::as_str).and_then(|at| at.parse().ok());
            let what = line.get("what").and_then(Value::as_str).unwrap_or_default();
            if what == AuditAction::Exported.word() {
                last.masked = last.masked.max(at);
            } else if what == AuditAction::ExportedUnmasked.word() {
                last.unmasked = last.unmasked.max(at);
            }
        }
        Some(last)
    }

    fn line(
        &self,
        now: Timestamp,
        deed: AuditAction,
        session: Option<SessionId>,
        reason: &str,
    ) -> String {
        let reason = crate::text::shown_str(reason.trim(), REASON);
        let at = now.to_string();
        let mut value = json!({ "at": at, "what": deed.word(), "operator": self.operator });
        if let Some(map) = value.as_object_mut() {
            if let Some(id) = session {
                map.insert("session_hash".to_owned(), hash(id).into());
            }
            if !reason.is_empty() {
                map.insert("reason".to_owned(), reason.into());
            }
        }
        format!("{value}\n")
    }
}

/// The first 16 digits of SHA-256 over the id as it is written: found again by who knows the id.
#[must_use]
pub fn hash(id: SessionId) -> String {
    let digest = digest(&SHA256, id.to_string().as_bytes());
    let first = digest.as_ref().iter().take(8).fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
    format!("{first:016x}")
}

fn write(path: &Path, lines: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    let mut file = OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        // A link planted here would send the lines into somebody else's file (fault F02).
        .custom_flags(OFlags::NOFOLLOW.bits().cast_signed())
        .open(path)?;
    if file.metadata()?.permissions().mode() & 0o077 != 0 {
        file.set_permissions(fs::Permissions::from_mode(0o600))?;
    }
    // One write: two windows never mix their lines.
    file.write_all(lines.as_bytes())?;
    // On the disk before anything is shown: a crash must not take the line and leave the look (I8).
    file.sync_data()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id() -> SessionId {
        SessionId::parse("1c3cae90-1769-43a9-8554-d85f2e7cdb0f").unwrap()
    }

    #[test]
    fn lines_are_appended_for_the_owner_alone_and_name_no_session() {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join("made");
        let log = AuditLog::in_folder(&state, "jane\u{1b}[31m");
        let now = "2026-10-16T09:00:00Z".parse().unwrap();
        log.append(now, AuditAction::ExportedUnmasked, &[id(), id()], "asked by\n\u{1b}[31m fraud")
            .unwrap();
        log.append(now, AuditAction::PrivacyLowered, &[], "").unwrap();
        let path = state.join("audit.jsonl");
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(text.lines().count(), 3);
        assert!(!text.contains("1c3cae90") && !text.contains('\u{1b}'), "{text}");
        let last = log.last_exports(id()).unwrap();
        assert_eq!((last.masked, last.unmasked), (None, Some(now)));
        let other = SessionId::parse("77b1f0aa-2c51-4b3e-9d20-0be6a911c2e8").unwrap();
        assert_eq!(log.last_exports(other), Some(LastExports::default()));
        assert_eq!(AuditLog::nowhere().last_exports(id()), None);
        let first: serde_json::Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
        assert_eq!(first["session_hash"], hash(id()).as_str());
        assert_eq!(first["what"], "exported_unmasked");
        for line in text.lines() {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            assert!(line["operator"].as_str().unwrap().starts_with("jane"), "{line}");
        }
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(&state)), (0o600, 0o700));
    }

    #[test]
    fn a_log_that_is_a_link_or_a_folder_is_refused_in_words() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("precious");
        fs::write(&target, "precious").unwrap();
        std::os::unix::fs::symlink(&target, folder.path().join("audit.jsonl")).unwrap();
        let log = AuditLog::in_folder(folder.path(), "jane");
        let why =
            log.append(Timestamp::UNIX_EPOCH, AuditAction::Revealed, &[id()], "").unwrap_err();
        assert!(why.contains("the audit log cannot be written"), "{why}");
        assert_eq!(fs::read_to_string(&target).unwrap(), "precious");
    }
}
