//! Whether the audit log is what was written.

use std::io::{self, BufRead, BufReader};
use std::path::Path;

use aws_lc_rs::digest::{Context, SHA256};
use serde_json::Value;

use super::file::{NAME, full_files, open, stamp};
use super::line::{AuditKey, FILE_BEFORE, HEAD, LineTie, SealedBy, read, sum};
use crate::regular_file;
use crate::text::count;
use crate::text::hex;

/// What the check says of one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuditVerdict {
    /// Each line is proved to stand as it was written.
    Whole,
    /// From before the log was chained; as it was when the next file began.
    EarlierVersion,
    /// The first line that is not as it was written, or does not follow the one before.
    Altered(usize),
    /// The first line that is cut.
    Cut(usize),
    /// Not what it was when the next file began, though each line follows the other.
    Changed,
    /// So many lines at the end are sealed by nobody, or with another key.
    NotProved(usize),
    /// A later file names it.
    Missing,
    /// No later file names it.
    NotLinked,
}

/// One file of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditFile {
    pub name: String,
    pub verdict: AuditVerdict,
    pub lines: usize,
    /// Written by a process without a key.
    pub without_key: usize,
    pub with_another_key: usize,
}

impl AuditFile {
    fn named(name: &str, verdict: AuditVerdict) -> Self {
        Self { name: name.to_owned(), verdict, lines: 0, without_key: 0, with_another_key: 0 }
    }

    /// All of it is proved.
    #[must_use]
    pub const fn is_right(&self) -> bool {
        matches!(self.verdict, AuditVerdict::Whole | AuditVerdict::EarlierVersion)
    }

    /// The verdict in words, with the line where there is one.
    #[must_use]
    pub fn verdict_words(&self) -> String {
        match self.verdict {
            AuditVerdict::Whole => "whole".to_owned(),
            AuditVerdict::EarlierVersion => {
                "of an earlier version, as the next found it".to_owned()
            }
            AuditVerdict::Altered(line) => format!("altered at line {line}"),
            AuditVerdict::Cut(line) => format!("cut after line {}", line.saturating_sub(1)),
            AuditVerdict::Changed => "altered after the next file began".to_owned(),
            AuditVerdict::NotProved(_) if self.with_another_key == self.lines => {
                "sealed with another key".to_owned()
            }
            AuditVerdict::NotProved(lines) => {
                format!("not proved: the last {}", count(lines, "line"))
            }
            AuditVerdict::Missing => "missing".to_owned(),
            AuditVerdict::NotLinked => "no later file names it".to_owned(),
        }
    }

    /// What its lines are, in words.
    #[must_use]
    pub fn lines_words(&self) -> String {
        let part = |number: usize, what: &str| match number {
            0 => String::new(),
            number => format!(", {number} {what}"),
        };
        let without = part(self.without_key, "without a key");
        let other = part(self.with_another_key, "with another key");
        format!("{}{without}{other}", count(self.lines, "line"))
    }
}

/// What one file says by itself.
#[derive(Default)]
pub(super) struct FileChain {
    lines: usize,
    without_key: usize,
    with_another_key: usize,
    /// How many from the first are proved by a line of ours.
    proved: usize,
    /// The first that was found.
    fault: Option<AuditVerdict>,
    /// `None`: of an earlier version.
    head: Option<Head>,
    sum: String,
}

/// What a head says of the file before.
struct Head {
    file: Option<String>,
    sum: String,
}

impl Head {
    fn of(line: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(line).ok().filter(|_| line.starts_with(HEAD))?;
        let file = match value.get(FILE_BEFORE)? {
            Value::Null => None,
            // A name with a path in it would lead out of the folder.
            name => Some(name.as_str().filter(|name| stamp(name).is_some())?.to_owned()),
        };
        Some(Self { file, sum: value.get("before")?.as_str()?.to_owned() })
    }
}

impl FileChain {
    pub(super) fn of(mut reader: impl BufRead, key: &AuditKey) -> io::Result<Self> {
        let mut context = Context::new(&SHA256);
        let (mut chain, mut before, mut tied) = (Self::default(), String::new(), 0);
        let mut line = Vec::new();
        while reader.read_until(b'\n', &mut line)? > 0 {
            context.update(&line);
            let whole = line.strip_suffix(b"\n");
            let text = whole.unwrap_or(&line);
            if chain.lines == 0 {
                chain.head = str::from_utf8(text).ok().and_then(Head::of);
            }
            let tie = whole.and_then(|text| read(text, key));
            tied += usize::from(tie.is_some());
            chain.next(tie, &before, text.ends_with(b"}") && whole.is_some());
            before = sum(text);
            line.clear();
        }
        chain.sum = hex(context.finish().as_ref());
        if chain.head.is_none() {
            // Earlier versions tied no line to another: if one is, the head was altered.
            chain.fault = (tied > 0).then_some(AuditVerdict::Altered(1));
            chain.without_key = chain.lines;
        }
        Ok(chain)
    }

    fn next(&mut self, tie: Option<LineTie>, before: &str, ended: bool) {
        self.lines += 1;
        let Some(tie) = tie else {
            let fault = if ended { AuditVerdict::Altered } else { AuditVerdict::Cut };
            self.fault.get_or_insert(fault(self.lines));
            return;
        };
        match tie.by {
            SealedBy::Nobody => self.without_key += 1,
            SealedBy::AnotherKey => self.with_another_key += 1,
            SealedBy::Ours => {}
        }
        if self.lines > 1 && tie.before != before {
            self.fault.get_or_insert(AuditVerdict::Altered(self.lines));
        }
        if self.fault.is_none() && tie.by == SealedBy::Ours {
            self.proved = self.lines;
        }
    }

    /// `named`: what the head of the next file says of this one, and whether that is proved.
    pub(super) fn verdict(&self, named: Option<&NamedBefore>) -> AuditVerdict {
        let same = named.is_none_or(|named| named.sum == self.sum);
        let proved = named.is_some_and(|named| named.proved) && same;
        match (self.fault, &self.head) {
            (Some(fault), _) => fault,
            (None, _) if !same => AuditVerdict::Changed,
            (None, None) if proved => AuditVerdict::EarlierVersion,
            (None, Some(_)) if proved || self.proved == self.lines => AuditVerdict::Whole,
            (None, _) => AuditVerdict::NotProved(self.lines - self.proved),
        }
    }
}

/// A file as the head of the next one has it.
pub(super) struct NamedBefore {
    sum: String,
    proved: bool,
}

/// Checks this file and all that came before it, the oldest first; and, where it is the one that is
/// written, that there are no others.
///
/// # Errors
/// When one of them cannot be read.
pub fn check(newest: &Path, key: &AuditKey) -> io::Result<Vec<AuditFile>> {
    let folder = regular_file::folder_of(newest);
    let mut name = newest.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut others = if name == NAME { full_files(folder)? } else { Vec::new() };
    let mut named: Option<NamedBefore> = None;
    let mut files: Vec<AuditFile> = Vec::new();
    loop {
        others.retain(|other| *other != name);
        let chain = match open(&folder.join(&name)) {
            Ok(file) => FileChain::of(BufReader::new(file), key)?,
            Err(why) if why.kind() == io::ErrorKind::NotFound && named.is_some() => {
                files.push(AuditFile::named(&name, AuditVerdict::Missing));
                break;
            }
            Err(why) => return Err(why),
        };
        let verdict = chain.verdict(named.as_ref());
        let proved = verdict == AuditVerdict::Whole || chain.proved > 0;
        files.push(AuditFile {
            lines: chain.lines,
            without_key: chain.without_key,
            with_another_key: chain.with_another_key,
            ..AuditFile::named(&name, verdict)
        });
        let Some(Head { file: Some(before), sum }) = chain.head else { break };
        // Heads that name each other in a circle were written by no program.
        if files.iter().any(|file| file.name == before) {
            break;
        }
        name = before;
        named = Some(NamedBefore { sum, proved });
    }
    files.extend(others.iter().rev().map(|other| AuditFile::named(other, AuditVerdict::NotLinked)));
    files.reverse();
    Ok(files)
}
