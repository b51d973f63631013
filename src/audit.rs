//! The audit log: one line of JSON for every deed that shows or takes away personal data.
//!
//! Owns `audit.jsonl` and the full files beside it. Only ever appends, for the owner alone; deletes
//! nothing, so that nobody can push evidence out by a flood. Each line names the operator and is tied
//! to the line before it. Must never hold personal data of a session's, its id in the clear, or a
//! reference: the id stands there as a hash.

mod check;
mod file;
mod line;

use std::io::{self, BufRead};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::domain::events::audit_action::{AuditAction, LastExports};
use crate::domain::session::ids::SessionId;
use crate::regular_file;
use file::{LogFile, NAME, file_sum, full_files, stamp};
use line::{FILE_BEFORE, FORMAT, sum};

pub use check::{AuditFile, AuditVerdict, check};
pub use line::AuditKey;

/// A file is full with so many bytes.
const LARGEST: u64 = 10 * 1024 * 1024;
/// The longest reason kept, in columns.
const REASON: usize = 200;
/// The longest name of an operator kept, in columns.
const OPERATOR: usize = 60;

/// Why a reason is not kept, in our words.
pub const REASON_RULE: &str = "the reason is recorded in the audit log; leave out e-mail addresses";

/// The audit log of one data folder.
#[derive(Clone, Debug)]
pub struct AuditLog {
    path: Option<PathBuf>,
    operator: String,
    key: Option<Arc<AuditKey>>,
    largest: u64,
}

impl AuditLog {
    /// `audit.jsonl` in this folder, for this operator; nothing is made before the first line.
    /// Without a key lines are written all the same, and each says so.
    #[must_use]
    pub fn in_folder(state_dir: &Path, operator: &str, key: Option<AuditKey>) -> Self {
        // The name comes from the configuration or the system, and a terminal shows the file (U09).
        let operator = crate::text::shown_str(operator, OPERATOR);
        let path = Some(written_in(state_dir));
        Self { path, operator, key: key.map(Arc::new), largest: LARGEST }
    }

    /// Keeps nothing: for the demo, whose people are made up.
    #[must_use]
    pub const fn nowhere() -> Self {
        Self { path: None, operator: String::new(), key: None, largest: LARGEST }
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
        let mut entries: Vec<Map<String, Value>> =
            sessions.iter().map(|id| self.entry(now, deed, Some(*id), reason)).collect();
        // A deed that names no session has its line as well.
        if entries.is_empty() {
            entries.push(self.entry(now, deed, None, reason));
        }
        self.write(path, now, entries)
            .map_err(|why| format!("the audit log cannot be written ({why}): {}", path.display()))
    }

    /// Under the lock: one process writes at a time, and each line follows the one before.
    fn write(
        &self,
        path: &Path,
        now: Timestamp,
        entries: Vec<Map<String, Value>>,
    ) -> io::Result<()> {
        let mut log = LogFile::locked(path)?;
        while log.length >= self.largest || log.length > 0 && !log.has_head()? {
            log.move_aside(now)?;
            log = LogFile::locked(path)?;
        }
        let key = self.key.as_deref();
        let mut text = String::new();
        let mut before = match log.last_line()? {
            None => {
                let (head, before) = self.head(path, now)?;
                let head = line::write(head, &before, key);
                text = head.clone() + "\n";
                sum(head.as_bytes())
            }
            Some(last) => {
                // What was cut stays a line of its own, and `verify` tells of it.
                text.push_str(if last.ended { "" } else { "\n" });
                sum(&last.text)
            }
        };
        for entry in entries {
            let line = line::write(entry, &before, key);
            before = sum(line.as_bytes());
            text.push_str(&line);
            text.push('\n');
        }
        log.append(&text)
    }

    /// The first line of a file, and the sum of the file before.
    fn head(&self, path: &Path, now: Timestamp) -> io::Result<(Map<String, Value>, String)> {
        let name = full_files(regular_file::folder_of(path))?.pop();
        // What cannot be read is not proved, and no reason to refuse the line.
        let read = |name: &String| file_sum(&path.with_file_name(name)).ok();
        let before = name.as_ref().and_then(read).unwrap_or_default();
        let mut head = Map::new();
        head.insert("log".to_owned(), FORMAT.into());
        head.extend(self.common(now, "log_begun"));
        head.insert(FILE_BEFORE.to_owned(), name.into());
        Ok((head, before))
    }

    fn common(&self, now: Timestamp, what: &str) -> Map<String, Value> {
        let value = json!({ "at": now.to_string(), "what": what, "operator": self.operator });
        value.as_object().cloned().unwrap_or_default()
    }

    fn entry(
        &self,
        now: Timestamp,
        deed: AuditAction,
        session: Option<SessionId>,
        reason: &str,
    ) -> Map<String, Value> {
        let reason = crate::text::shown_str(reason.trim(), REASON);
        let mut entry = self.common(now, deed.word());
        if let Some(id) = session {
            entry.insert("session_hash".to_owned(), hash(id).into());
        }
        if !reason.is_empty() {
            entry.insert("reason".to_owned(), reason.into());
        }
        entry
    }

    /// When a session was last exported; `None`: nobody knows, because nothing is kept here or it
    /// cannot be read. Waits for the disk.
    #[must_use]
    pub fn last_exports(&self, id: SessionId) -> Option<LastExports> {
        let path = self.path.as_ref()?;
        let mut last = LastExports::default();
        let mut names = match full_files(regular_file::folder_of(path)) {
            Ok(names) => names,
            Err(why) if why.kind() == io::ErrorKind::NotFound => return Some(last),
            Err(_why) => return None,
        };
        names.push(NAME.to_owned());
        for name in names.iter().rev() {
            find_exports(&mut last, &path.with_file_name(name), &hash(id))?;
            // Older files have older lines.
            if last.masked.is_some() && last.unmasked.is_some() {
                break;
            }
        }
        Some(last)
    }
}

/// Takes in the exports of one session in one file; `None`: it cannot be read.
fn find_exports(last: &mut LastExports, path: &Path, hash: &str) -> Option<()> {
    let file = match file::open(path) {
        Ok(file) => file,
        Err(why) if why.kind() == io::ErrorKind::NotFound => return Some(()),
        Err(_why) => return None,
    };
    // By bytes: a line that was cut may end within a letter.
    for line in io::BufReader::new(file).split(b'\n') {
        let line = line.ok()?;
        let line = String::from_utf8_lossy(&line);
        // The file may be long: only lines of this session are parsed.
        if !line.contains(hash) {
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
    Some(())
}

/// The file that is written, in the program's data folder.
#[must_use]
pub fn written_in(state_dir: &Path) -> PathBuf {
    state_dir.join(NAME)
}

/// Whether a file of this name is one of an audit log.
#[must_use]
pub fn is_audit_file(path: &Path) -> bool {
    path.file_name()
        .and_then(|name| name.to_str())
        .is_some_and(|name| name == NAME || stamp(name).is_some())
}

/// The first 16 digits of SHA-256 over the id as it is written: found again by who knows the id.
#[must_use]
pub fn hash(id: SessionId) -> String {
    let digest = digest(&SHA256, id.to_string().as_bytes());
    let first = digest.as_ref().iter().take(8).fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
    format!("{first:016x}")
}

#[cfg(test)]
mod tests;
