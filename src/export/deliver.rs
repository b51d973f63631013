//! An export from sessions to text or files: made, entered in the audit log, and only then let out.

use std::path::{Path, PathBuf};

use super::assemble::{Assembled, as_one, assemble, first};
use super::chosen::ChosenSessions;
use super::{
    Contents, DocumentOrigin, Existing, ExportError, Format, MANIFEST, write, write_bundles,
};
use crate::audit::AuditLog;
use crate::domain::events::audit_action::AuditAction;

/// What is too large is seen in so many sessions, before all are made.
const FEW: usize = 200;

/// One export: its sessions, what it contains, and the audit log that it is entered in.
#[derive(Debug)]
pub struct ExportJob<'a, S: ?Sized> {
    pub sessions: &'a S,
    pub format: Format,
    pub contents: Contents,
    pub origin: &'a DocumentOrigin<'a>,
    pub audit: &'a AuditLog,
    /// Why it is not masked; kept in the audit log.
    pub reason: &'a str,
}

/// What was let out, and where to.
#[derive(Debug)]
pub struct Delivered {
    pub made: Assembled,
    /// The files, or the folders of bundles.
    pub paths: Vec<PathBuf>,
    /// Why a masked export has no line in the audit log.
    pub unlogged: Option<String>,
}

impl<S: ChosenSessions + ?Sized> ExportJob<'_, S> {
    /// As one text of at most so many bytes, which is the only file of what was made.
    ///
    /// # Errors
    /// When it cannot be made, is too large, or is not masked and cannot be entered.
    pub fn text(&self, most: usize) -> Result<Delivered, ExportError> {
        let all = self.sessions.count();
        let make = |count: usize| {
            let format = as_one(self.format, all);
            let made = first(self.sessions, count, format, self.contents, self.origin)?;
            let bytes = made.bytes();
            if bytes > most { Err(ExportError::TooLarge(bytes)) } else { Ok(made) }
        };
        if all > FEW
            && let Err(why @ ExportError::TooLarge(_)) = make(FEW)
        {
            return Err(why);
        }
        let made = make(all)?;
        Ok(Delivered { unlogged: self.enter()?, made, paths: Vec::new() })
    }

    /// Into a file or a folder. Below a folder that is there, or whose name ends in `/`, files and
    /// bundles have names of their own; `apart` makes a folder of any name.
    ///
    /// # Errors
    /// When it cannot be made or written, or is not masked and cannot be entered.
    pub fn write(
        &self,
        output: &Path,
        apart: bool,
        existing: Existing,
    ) -> Result<Delivered, ExportError> {
        let bundle = self.format == Format::Bundle;
        let there = || output.is_dir() && !(bundle && output.join(MANIFEST).exists());
        let below = apart || output.to_string_lossy().ends_with('/') || there();
        let one = !below && !bundle;
        let format = if one { as_one(self.format, self.sessions.count()) } else { self.format };
        let made = assemble(self.sessions, format, self.contents, self.origin)?;
        let unlogged = self.enter()?;
        let place = |name: &str| if below { output.join(name) } else { output.to_path_buf() };
        let paths = if bundle {
            write_bundles(&made.files, place, existing)?
        } else {
            let files = made.files.iter();
            let write = |(name, text): &(String, String)| write(&place(name), text, existing);
            files.map(write).collect::<Result<_, _>>()?
        };
        Ok(Delivered { made, paths, unlogged })
    }

    /// Enters it in the audit log: after it was made, so that a failure leaves no line, and before
    /// anything leaves (I8). Returns why that failed where it may leave all the same.
    fn enter(&self) -> Result<Option<String>, ExportError> {
        let masked = self.contents.masked;
        let deed = if masked { AuditAction::Exported } else { AuditAction::ExportedUnmasked };
        match self.audit.append(self.origin.now, deed, &self.sessions.ids(), self.reason) {
            Ok(()) => Ok(None),
            // It names nobody: a full disk need not keep it back.
            Err(why) if masked => Ok(Some(why)),
            Err(why) => Err(ExportError::NotEntered(why)),
        }
    }
}
