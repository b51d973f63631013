//! The add dialog: what was pasted, line by line.

use std::collections::HashSet;

use crate::app::text::text_field::TextField;
use crate::app::text::words::count;
use crate::domain::session::ids::SessionId;
use crate::domain::watchlist::watched::WatchEntry;

/// What a line will do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AddVerdict {
    New,
    /// Was archived and comes back.
    Archived,
    /// Is on the list, and its reference, tags or times change.
    Updated,
    /// Is on the list already.
    Watched,
    /// Stands twice in what was pasted.
    Twice,
    /// Is kept out, and why.
    Bad(String),
}

/// One line and what it will do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddLine {
    pub text: String,
    pub verdict: AddVerdict,
    pub(crate) entry: Option<WatchEntry>,
}

/// The add dialog.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct AddDialog {
    /// Lines so far, without empty ones, comments and heads.
    pub lines: Vec<AddLine>,
    pub field: TextField,
    /// What is being typed, judged: several where IDs stand on one line.
    pub typed: Vec<AddLine>,
    /// The name of a file being typed (ctrl-o).
    pub file: Option<TextField>,
    /// Lines scrolled up from the end.
    pub up: usize,
    /// What went wrong with the file.
    pub error: Option<String>,
    pub(crate) ids: HashSet<SessionId>,
}

impl AddDialog {
    /// All lines, the one being typed at the end.
    pub fn all(&self) -> impl Iterator<Item = &AddLine> {
        self.lines.iter().chain(&self.typed)
    }

    /// Lines that put a session on the list.
    #[must_use]
    pub fn adding(&self) -> usize {
        let adds = |line: &&AddLine| matches!(line.verdict, AddVerdict::New | AddVerdict::Archived);
        self.all().filter(adds).count()
    }

    /// Lines that change what is kept of a session on the list.
    #[must_use]
    pub fn updating(&self) -> usize {
        self.all().filter(|line| line.verdict == AddVerdict::Updated).count()
    }

    /// The last line that is not understood, and why.
    #[must_use]
    pub fn last_wrong(&self) -> Option<(usize, &str)> {
        let mut last = None;
        for (number, line) in (1..).zip(self.all()) {
            if let AddVerdict::Bad(why) = &line.verdict {
                last = Some((number, why.as_str()));
            }
        }
        last
    }

    /// `2 new · 1 known · 1 line not understood, skipped (line 3)`.
    #[must_use]
    pub fn summary(&self) -> String {
        let mut known = 0;
        let mut bad = Vec::new();
        for (number, line) in (1_usize..).zip(self.all()) {
            match line.verdict {
                AddVerdict::Watched | AddVerdict::Twice => known += 1,
                AddVerdict::Bad(_) => bad.push(number),
                AddVerdict::New | AddVerdict::Archived | AddVerdict::Updated => {}
            }
        }
        let mut parts = vec![format!("{} new", self.adding())];
        if self.updating() > 0 {
            parts.push(format!("{} updated", self.updating()));
        }
        if known > 0 {
            parts.push(format!("{known} known"));
        }
        match bad.as_slice() {
            [] => {}
            [first, rest @ ..] => {
                let from = if rest.is_empty() { "" } else { "from " };
                let lines = count(bad.len(), "line");
                parts.push(format!("{lines} not understood, skipped ({from}line {first})"));
            }
        }
        parts.join(" · ")
    }
}
