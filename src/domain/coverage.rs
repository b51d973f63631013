//! Which resource satisfies which requirement: derived, and honest about it (contract 3.2).
//!
//! Owns the match. Must never guess between equals: "1 of 2" is said instead.

use crate::domain::watched::WatchedSession;

/// How sure a match is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Match {
    /// The letter names the document for this requirement, and exactly one resource fits.
    Exact,
    /// By kind, type and country; exactly one requirement and one chain of attempts fit.
    Derived,
    /// Several requirements could be meant.
    Ambiguous,
    /// No resource fits.
    None,
}

/// One requirement with what was supplied for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequirementCoverage {
    /// Index into `Configuration::requirements`.
    pub requirement: usize,
    /// Indices into `Session::resources`, newest attempt first. Empty with [`Match::None`];
    /// all candidates with [`Match::Ambiguous`].
    pub resources: Vec<usize>,
    /// How sure.
    pub matched: Match,
    /// True when this requirement counts as supplied: its state says COMPLETE, or a matched newest
    /// attempt holds at least one media.
    pub supplied: bool,
}

/// The coverage of a session.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Coverage {
    /// One for each requirement, in the configuration's order. Empty without a configuration.
    pub requirements: Vec<RequirementCoverage>,
    /// Indices of resources that fit no requirement, in the order received.
    pub unmatched: Vec<usize>,
}

impl Coverage {
    /// Supplied requirements and all requirements; an APPLICANT_PROFILE requirement counts.
    #[must_use]
    pub fn counts(&self) -> (usize, usize) {
        let supplied = self.requirements.iter().filter(|r| r.supplied).count();
        (supplied, self.requirements.len())
    }
}

/// Derives the coverage from the last answers.
#[must_use]
pub fn derive(_watched: &WatchedSession) -> Coverage {
    Coverage::default()
}
