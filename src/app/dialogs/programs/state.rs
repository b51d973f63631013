//! The operator's own programs.

use crate::domain::session::ids::SessionId;

/// One program of the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// Its name in the menu.
    pub name: String,
    /// What it does, in the operator's words.
    pub words: String,
    /// The program and its arguments, with places to be filled in.
    pub run: Vec<String>,
}

impl Program {
    /// The program and its arguments for one session, its reference as far as the screen shows it:
    /// what a program is told leaves the masked screen.
    ///
    /// # Errors
    /// A reference that would be read as an option.
    pub(crate) fn filled(&self, id: SessionId, name: &str) -> Result<Vec<String>, &'static str> {
        let id = id.to_string();
        let fill = |part: &String| {
            // The reference last: what stands in it is no place.
            let filled = part.replace(SESSION, &id).replace(REFERENCE, name);
            if filled.starts_with('-') && !part.starts_with('-') {
                return Err("the reference begins with -: a program would read it as an option");
            }
            Ok(filled)
        };
        self.run.iter().map(fill).collect()
    }
}

/// Where the session's id goes.
pub(crate) const SESSION: &str = "{session_id}";

/// Where the operator's reference goes, or the short id.
pub(crate) const REFERENCE: &str = "{reference}";
