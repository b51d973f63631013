//! Which resource satisfies which requirement: derived, and honest about it (contract 3.2).

use crate::domain::server_text::ServerText;
use crate::domain::session::Session;
use crate::domain::session::configuration::{Configuration, RequiredResource};
use crate::domain::session::ids::ResourceId;
use crate::domain::session::instructions::Instructions;
use crate::domain::session::parts::Answers;
use crate::domain::session::resource::{Resource, ResourceKind};
use crate::domain::session::wire_enum::{RequirementState, RequirementType};

/// How sure a match is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Match {
    /// The letter names the document for this requirement, and a resource is that document.
    Exact,
    /// By kind, type and country; no other requirement fits.
    Derived,
    /// Several requirements could be meant.
    Ambiguous,
    /// No resource fits.
    None,
}

impl Match {
    /// The word in an export and on the screen.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Derived => "derived",
            Self::Ambiguous => "ambiguous",
            Self::None => "none",
        }
    }
}

/// One requirement with what was supplied for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequirementCoverage {
    /// Its place in `Configuration::requirements`.
    pub requirement: usize,
    /// Indices into `Session::resources`, newest attempt first. Empty
    /// with [`Match::None`]; all candidates with [`Match::Ambiguous`].
    pub resources: Vec<usize>,
    pub matched: Match,
    /// True when this requirement counts as supplied: its state says COMPLETE, or a matched
    /// attempt brought something. Among ambiguous ones only when all of them are supplied.
    pub supplied: bool,
}

/// The coverage of a session.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Coverage {
    /// One for each requirement, in the configuration's order. Empty without a configuration.
    pub requirements: Vec<RequirementCoverage>,
    /// Indices of resources that fit no requirement, in the order received.
    pub unmatched: Vec<usize>,
    /// How many requirements are supplied; among ambiguous ones as many as there are documents.
    pub supplied: usize,
}

impl Coverage {
    /// Supplied requirements and all requirements.
    #[must_use]
    pub const fn counts(&self) -> (usize, usize) {
        (self.supplied, self.requirements.len())
    }
}

/// Attempts at the same thing: one kind, one document type, one country.
struct Chain {
    /// Newest first.
    resources: Vec<usize>,
    /// Requirements that could be meant.
    fits: Vec<usize>,
    /// How sure, once it is settled.
    sure: Match,
    /// Attempts that brought something.
    whole: usize,
}

/// Derives the coverage from the last answers.
#[must_use]
pub fn derive(answers: &Answers) -> Coverage {
    let Some(configuration) = answers.configuration() else {
        let all = answers.session().map_or(0, |session| session.resources.len());
        return Coverage { unmatched: (0..all).collect(), ..Coverage::default() };
    };
    let mut chains = answers.session().map(|s| chains(s, configuration)).unwrap_or_default();
    // First: the letter's link is the only one that is documented (contract 7.3).
    if let Some(letter) = answers.instructions() {
        settle_promised(&mut chains, answers.session(), configuration, letter);
    }
    // Then what follows from it: a requirement that is taken narrows the others.
    settle_single(&mut chains);
    summed_up(&chains, configuration)
}

fn chains(session: &Session, configuration: &Configuration) -> Vec<Chain> {
    let mut order: Vec<usize> = (0..session.resources.len()).collect();
    // By time: the order in the answer is not to be relied on (contract 3.2).
    order.sort_by_key(|&at| {
        std::cmp::Reverse(session.resources.get(at).and_then(|r| r.created_at.or(r.last_updated)))
    });
    let mut chains: Vec<Chain> = Vec::new();
    for at in order {
        let Some(resource) = session.resources.get(at) else { continue };
        let whole = usize::from(resource.is_supplied());
        let head = |chain: &Chain| chain.resources.first().and_then(|&r| session.resources.get(r));
        // One entry for each attempt (contract 3.2): the same document again is no second document.
        if let Some(chain) = chains.iter_mut().find(|c| head(c).is_some_and(|h| alike(h, resource)))
        {
            chain.resources.push(at);
            chain.whole += whole;
            continue;
        }
        let fits = configuration
            .requirements
            .iter()
            .enumerate()
            .filter(|(_, requirement)| fits(requirement, resource))
            .map(|(place, _)| place)
            .collect();
        chains.push(Chain { resources: vec![at], fits, sure: Match::Ambiguous, whole });
    }
    chains
}

/// Resources that a later attempt has superseded: at a requirement that is surely theirs, and faces
/// that were captured again, where none is. Documents that several requirements compete for are not.
#[must_use]
pub fn superseded<'a>(session: &'a Session, coverage: &Coverage) -> Vec<&'a ResourceId> {
    let sure = coverage.requirements.iter().filter(|r| r.matched != Match::Ambiguous);
    let earlier = sure.flat_map(|requirement| requirement.resources.iter().skip(1));
    let all = &session.resources;
    let face =
        |r: &Resource| matches!(r.kind, ResourceKind::Liveness(_) | ResourceKind::FaceCapture(_));
    let again = coverage.unmatched.iter().filter(|&&at| {
        all.get(at).is_some_and(|r| {
            face(r) && all.iter().any(|o| alike(o, r) && o.created_at > r.created_at)
        })
    });
    earlier.chain(again).filter_map(|&at| Some(&all.get(at)?.id)).collect()
}

fn alike(a: &Resource, b: &Resource) -> bool {
    let document =
        |r: &Resource| r.document().map(|d| (d.document_type.clone(), d.issuing_country.clone()));
    match (&a.kind, &b.kind) {
        (ResourceKind::Liveness(a), ResourceKind::Liveness(b)) => {
            a.liveness_type == b.liveness_type
        }
        (ResourceKind::Unknown(a), ResourceKind::Unknown(b)) => a == b,
        (x, y) => {
            std::mem::discriminant(x) == std::mem::discriminant(y) && document(a) == document(b)
        }
    }
}

/// Whether a resource can be meant by a requirement; what is not stated does not stand against it.
fn fits(requirement: &RequiredResource, resource: &Resource) -> bool {
    match (&requirement.requirement_type, &resource.kind) {
        (Some(RequirementType::IdDocument), ResourceKind::IdDocument(document))
        | (
            Some(RequirementType::SupplementaryDocument),
            ResourceKind::SupplementaryDocument(document),
        ) => {
            requirement.accepted.is_empty()
                || requirement.accepted.iter().any(|accepted| {
                    let country = document.issuing_country.as_ref();
                    let kind = document.document_type.as_ref();
                    (accepted.country.is_empty() || country.is_none_or(|c| *c == accepted.country))
                        && (accepted.document_types.is_empty()
                            // What the resource does not state does not stand against it.
                            || kind.is_none_or(|k| accepted.document_types.contains(k)))
                })
        }
        (Some(RequirementType::Liveness), ResourceKind::Liveness(kind)) => {
            match (&requirement.liveness_type, &kind.liveness_type) {
                (Some(wanted), Some(given)) => wanted == given,
                _ => true,
            }
        }
        (Some(RequirementType::FaceCapture), ResourceKind::FaceCapture(_))
        | (Some(RequirementType::ApplicantProfile), ResourceKind::ApplicantProfile(_)) => true,
        _ => false,
    }
}

/// The letter's `requirement_id` is the only real link: a chain that is the promised document of
/// one requirement alone belongs to it.
fn settle_promised(
    chains: &mut [Chain],
    session: Option<&Session>,
    configuration: &Configuration,
    letter: &Instructions,
) {
    for chain in chains {
        let resource = chain.resources.first().and_then(|&at| session?.resources.get(at));
        let Some(document) = resource.and_then(Resource::document) else { continue };
        let same = |a: &Option<ServerText>, b: &Option<ServerText>| a.is_some() && a == b;
        let promised: Vec<usize> = chain
            .fits
            .iter()
            .copied()
            .filter(|&place| {
                let Some(requirement) = configuration.requirements.get(place) else { return false };
                letter.documents.iter().any(|promise| {
                    promise.requirement_id == requirement.id
                        && same(&promise.document_type, &document.document_type)
                        && same(&promise.country_code, &document.issuing_country)
                })
            })
            .collect();
        if let [only] = promised.as_slice() {
            chain.fits = vec![*only];
            chain.sure = Match::Exact;
        }
    }
}

/// A chain that fits one requirement alone belongs to it, and
/// the others look elsewhere; until nothing more follows.
fn settle_single(chains: &mut [Chain]) {
    let mut taken: Vec<usize> =
        chains.iter().filter(|c| c.sure == Match::Exact).flat_map(|c| c.fits.clone()).collect();
    loop {
        let mut settled = false;
        for chain in chains.iter_mut().filter(|chain| chain.sure == Match::Ambiguous) {
            let free: Vec<usize> =
                chain.fits.iter().copied().filter(|place| !taken.contains(place)).collect();
            // All that it fits are taken: a further attempt at one of them, if there is only one.
            if !free.is_empty() && free.len() < chain.fits.len() {
                chain.fits = free;
            }
            if let [only] = chain.fits.as_slice() {
                chain.sure = Match::Derived;
                taken.push(*only);
                settled = true;
            }
        }
        if !settled {
            return;
        }
    }
}

fn summed_up(chains: &[Chain], configuration: &Configuration) -> Coverage {
    let mut coverage = Coverage::default();
    for (place, requirement) in configuration.requirements.iter().enumerate() {
        let mine: Vec<&Chain> = chains.iter().filter(|chain| chain.fits.contains(&place)).collect();
        let sure: Vec<&&Chain> = mine.iter().filter(|c| c.sure != Match::Ambiguous).collect();
        // Yoti's own word; the official pages only ever show
        // REQUIRED (contract 5.3), so it is not enough.
        let complete = requirement.state == Some(RequirementState::Complete);
        let (used, matched, supplied) = if mine.is_empty() {
            (Vec::new(), Match::None, complete)
        } else if sure.is_empty() {
            (mine.clone(), Match::Ambiguous, complete || all_supplied(place, chains))
        } else {
            let exact = sure.iter().any(|chain| chain.sure == Match::Exact);
            let whole = sure.iter().any(|chain| chain.whole > 0);
            let matched = if exact { Match::Exact } else { Match::Derived };
            (sure.into_iter().copied().collect(), matched, complete || whole)
        };
        coverage.requirements.push(RequirementCoverage {
            requirement: place,
            resources: used.iter().flat_map(|chain| chain.resources.iter().copied()).collect(),
            matched,
            supplied,
        });
    }
    coverage.supplied = supplied_in_all(&coverage, chains);
    let free = chains.iter().filter(|chain| chain.fits.is_empty());
    coverage.unmatched = free.flat_map(|chain| chain.resources.iter().copied()).collect();
    coverage.unmatched.sort_unstable();
    coverage
}

/// The requirements that compete with this one, and the documents they compete for.
fn rivals(place: usize, chains: &[Chain]) -> (Vec<usize>, usize) {
    let mut group = vec![place];
    let mut next = 0;
    while let Some(&member) = group.get(next) {
        for chain in chains.iter().filter(|c| c.sure == Match::Ambiguous) {
            if chain.fits.contains(&member) {
                for &other in &chain.fits {
                    if !group.contains(&other) {
                        group.push(other);
                    }
                }
            }
        }
        next += 1;
    }
    let documents = chains
        .iter()
        .filter(|c| c.sure == Match::Ambiguous && c.fits.iter().any(|f| group.contains(f)))
        .map(|c| c.whole)
        .sum();
    (group, documents)
}

fn all_supplied(place: usize, chains: &[Chain]) -> bool {
    // Who is whose cannot be told, but with as many documents as requirements all are supplied.
    let (group, documents) = rivals(place, chains);
    documents >= group.len()
}

fn supplied_in_all(coverage: &Coverage, chains: &[Chain]) -> usize {
    let sure = coverage.requirements.iter().filter(|r| r.supplied).count();
    let mut seen: Vec<usize> = Vec::new();
    let mut partly = 0;
    for requirement in &coverage.requirements {
        let place = requirement.requirement;
        if requirement.matched == Match::Ambiguous
            && !requirement.supplied
            && !seen.contains(&place)
        {
            let (group, documents) = rivals(place, chains);
            let supplied = |p: &&usize| coverage.requirements.get(**p).is_some_and(|r| r.supplied);
            let already = group.iter().filter(supplied).count();
            partly += documents.saturating_sub(already).min(group.len() - already);
            seen.extend(group);
        }
    }
    sure + partly
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fixture as f;
    use crate::domain::session::wire_enum::{SessionState, SourceType};

    const ID: RequirementType = RequirementType::IdDocument;
    const BILL: RequirementType = RequirementType::SupplementaryDocument;

    /// Documents of a session as (name, type), oldest first.
    fn cover(
        requirements: Vec<RequiredResource>,
        documents: &[(&str, &str)],
        promises: &[(&str, &str)],
    ) -> Coverage {
        let mut session = f::session(SessionState::Ongoing);
        for (place, (name, kind)) in documents.iter().enumerate() {
            let at = f::minutes_ago(60 - i64::try_from(place).unwrap());
            session.resources.push(f::document(name, kind, SourceType::Ibv, at));
        }
        let letter = (!promises.is_empty()).then(|| f::letter(promises));
        derive(
            f::watched(Some(session), Some(f::configuration(requirements)), letter)
                .answers()
                .unwrap(),
        )
    }

    fn two_ids() -> Vec<RequiredResource> {
        vec![
            f::requirement("a", ID, &["PASSPORT", "DRIVING_LICENCE"]),
            f::requirement("b", ID, &["PASSPORT", "DRIVING_LICENCE"]),
        ]
    }

    #[test]
    fn one_document_between_two_equal_requirements_is_one_of_two_and_not_guessed() {
        let coverage = cover(two_ids(), &[("p", "PASSPORT")], &[]);
        assert!(coverage.requirements.iter().all(|r| r.matched == Match::Ambiguous && !r.supplied));
        assert_eq!(coverage.counts(), (1, 2));
    }

    #[test]
    fn two_documents_for_two_equal_requirements_supply_both_though_nobody_knows_which() {
        let coverage = cover(two_ids(), &[("p", "PASSPORT"), ("d", "DRIVING_LICENCE")], &[]);
        assert!(coverage.requirements.iter().all(|r| r.matched == Match::Ambiguous && r.supplied));
        assert_eq!(coverage.counts(), (2, 2));
    }

    #[test]
    fn the_letter_is_the_only_real_link() {
        let promises = [("b", "PASSPORT"), ("a", "DRIVING_LICENCE")];
        let coverage = cover(two_ids(), &[("p", "PASSPORT")], &promises);
        assert_eq!(coverage.requirements[1].matched, Match::Exact);
        assert_eq!(coverage.requirements[1].resources, [0]);
        assert_eq!(coverage.requirements[0].matched, Match::None);
        assert_eq!(coverage.counts(), (1, 2));
    }

    #[test]
    fn an_earlier_attempt_is_superseded_only_where_it_is_sure_what_it_was_for() {
        let at = f::minutes_ago;
        let mut session = f::session(SessionState::Ongoing);
        session.resources = vec![
            f::document("new", "PASSPORT", SourceType::Ibv, at(1)),
            f::document("old", "PASSPORT", SourceType::Ibv, at(2)),
        ];
        let names = |requirements: Vec<RequiredResource>| {
            let configuration = f::configuration(requirements);
            let watched = f::watched(Some(session.clone()), Some(configuration), None);
            let found = superseded(&session, &derive(watched.answers().unwrap()));
            found.into_iter().map(|id| id.text().as_raw().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(names(vec![f::requirement("a", ID, &["PASSPORT"])]), ["old"]);
        assert_eq!(names(two_ids()), [""; 0]);
        assert_eq!(names(Vec::new()), [""; 0]);
    }

    #[test]
    fn a_document_that_fits_one_requirement_alone_is_derived_and_frees_the_other() {
        let requirements = vec![
            f::requirement("a", ID, &["PASSPORT"]),
            f::requirement("b", ID, &["PASSPORT", "DRIVING_LICENCE"]),
            f::requirement("c", BILL, &["UTILITY_BILL"]),
        ];
        let documents = [("d", "DRIVING_LICENCE"), ("p", "PASSPORT")];
        let coverage = cover(requirements, &documents, &[]);
        assert_eq!(coverage.requirements[1].matched, Match::Derived);
        assert_eq!(coverage.requirements[1].resources, [0]);
        assert_eq!(coverage.requirements[0].matched, Match::Derived);
        assert_eq!(coverage.requirements[0].resources, [1]);
        assert_eq!(coverage.requirements[2].matched, Match::None);
        assert_eq!(coverage.counts(), (2, 3));
    }

    #[test]
    fn several_attempts_are_one_chain_newest_first() {
        let requirements = vec![f::requirement("a", ID, &["PASSPORT"])];
        let coverage = cover(requirements, &[("old", "PASSPORT"), ("new", "PASSPORT")], &[]);
        assert_eq!(coverage.requirements[0].resources, [1, 0]);
        assert_eq!(coverage.counts(), (1, 1));
    }

    #[test]
    fn an_abandoned_attempt_without_media_supplies_nothing() {
        let mut session = f::session(SessionState::Ongoing);
        let mut abandoned = f::document("p", "PASSPORT", SourceType::Ibv, f::now());
        abandoned.media.clear();
        session.resources.push(abandoned);
        let configuration = f::configuration(vec![f::requirement("a", ID, &["PASSPORT"])]);
        let coverage =
            derive(f::watched(Some(session), Some(configuration), None).answers().unwrap());
        assert_eq!(coverage.requirements[0].matched, Match::Derived);
        assert_eq!(coverage.counts(), (0, 1));
    }

    #[test]
    fn what_fits_nothing_has_its_own_branch() {
        let requirements = vec![f::requirement("a", BILL, &["UTILITY_BILL"])];
        let coverage = cover(requirements, &[("p", "PASSPORT")], &[]);
        assert_eq!(coverage.unmatched, [0]);
        assert_eq!(coverage.requirements[0].matched, Match::None);
    }

    #[test]
    fn four_requirements_with_one_id_are_four() {
        let requirements = vec![
            f::requirement("x", ID, &[]),
            f::requirement("x", BILL, &[]),
            f::requirement("x", RequirementType::Liveness, &[]),
            f::requirement("x", RequirementType::FaceCapture, &[]),
        ];
        let coverage = cover(requirements, &[("p", "PASSPORT")], &[]);
        assert_eq!(coverage.requirements[0].matched, Match::Derived);
        assert_eq!(coverage.counts(), (1, 4));
    }
}
