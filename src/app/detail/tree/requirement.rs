//! The node of a requirement: what is wanted, from whom, and what came (contract 5.3-5.5, 6.1).

use super::{TreeWords, extra, leaf, maybe, node, resource, value};
use crate::app::text::words::{self, server, wire};
use crate::app::view::{Cell, Glyph, Tone, TreeNode};
use crate::domain::assessment::asked_document::asked_document;
use crate::domain::assessment::coverage::{Match, RequirementCoverage};
use crate::domain::server_text::ServerText;
use crate::domain::session::configuration::{
    AcceptedDocuments, AllowedSource, Assessment, DocumentLimit, RequestedTask, RequiredResource,
};
use crate::domain::session::resource::Resource;
use crate::domain::session::wire_enum::{
    AssessmentState, RequirementState, RequirementType, SourceType,
};
use crate::domain::watchlist::open_session::OpenSession;

pub(super) fn root(
    session: &OpenSession,
    requirement: &RequiredResource,
    cover: &RequirementCoverage,
    times: &TreeWords<'_>,
) -> TreeNode {
    let resources = session.session().map_or(&[][..], |answer| &answer.resources);
    let matched: Vec<&Resource> =
        cover.resources.iter().filter_map(|&at| resources.get(at)).collect();
    let newest = matched.first().copied();
    let glyph = match (cover.supplied, cover.matched) {
        (true, _) => (Glyph::Approve, Tone::Good),
        (false, Match::Ambiguous) => (Glyph::Refer, Tone::Notice),
        // Not "missing": nobody can say that nothing came for it.
        (false, _) if is_new(requirement) => (Glyph::Refer, Tone::Notice),
        (false, _) => (Glyph::Missing, Tone::Warn),
    };
    let mut made = node(requirement.id.text().as_raw(), glyph, "");
    made.label = match &requirement.requirement_type {
        Some(kind) => words::marked(kind.as_raw(), kind.is_unknown(), Tone::Strong),
        None => Cell::new("requirement without a type", Tone::Notice),
    };
    made.detail = Cell::plain(wanted(session, requirement, newest));
    let when = newest.and_then(Resource::last_activity).map(|at| times.of_day(at));
    made.status = status(requirement, cover, when);
    made.children = stated(requirement, cover, newest, times);
    for (place, of) in matched.iter().enumerate() {
        if let Some(answer) = session.session() {
            let node = resource::attempt(of, answer, place, cover.matched, times);
            made.children.push(node);
        }
    }
    made
}

/// Nobody can say what fits a type that this build does not know.
fn is_new(requirement: &RequiredResource) -> bool {
    requirement.requirement_type.as_ref().is_none_or(RequirementType::is_unknown)
}

fn status(
    requirement: &RequiredResource,
    cover: &RequirementCoverage,
    when: Option<String>,
) -> Cell {
    match (cover.supplied, cover.matched) {
        (true, Match::Ambiguous) => Cell::new("supplied, not clear which", Tone::Notice),
        (true, _) => {
            Cell::new(format!("supplied {}", when.unwrap_or_default()).trim_end(), Tone::Good)
        }
        (false, Match::Ambiguous) => Cell::new("1 of several could be it", Tone::Notice),
        (false, Match::None) if is_new(requirement) => {
            Cell::new("not known what matches", Tone::Notice)
        }
        (false, Match::None) => Cell::new("missing", Tone::Warn),
        (false, _) => Cell::new("attempted, nothing captured", Tone::Warn),
    }
}

/// What the configuration says of a requirement, in the order in which an operator asks.
fn stated(
    requirement: &RequiredResource,
    cover: &RequirementCoverage,
    newest: Option<&Resource>,
    times: &TreeWords<'_>,
) -> Vec<TreeNode> {
    let mut found = vec![state(requirement.state.as_ref()), coverage(cover.matched)];
    found.push(sources(requirement, newest, times));
    found.extend(accepted(&requirement.accepted));
    if !requirement.assessments.is_empty() {
        found.push(assessments(&requirement.assessments));
    }
    found.extend(requirement.requested_tasks.iter().map(requested_task));
    if !requirement.attempts_remaining.is_empty() {
        let left = requirement.attempts_remaining.iter();
        let left: Vec<String> = left.map(|(name, n)| format!("{} {n}", server(name))).collect();
        found.push(leaf("attempts left", Cell::plain(left.join(", "))));
    }
    found.extend(maybe("objective", requirement.objective.as_ref().map(server)));
    if let Some(kind) = &requirement.liveness_type {
        found.push(leaf("liveness type", value(Some((kind.as_raw(), kind.is_unknown())), "")));
    }
    found.extend(digital_ids(requirement));
    let methods = requirement.allowed_capture_methods.as_ref().map(server);
    found.extend(maybe("capture methods", methods));
    found.push(leaf("requirement id", Cell::new(server(requirement.id.text()), Tone::Dim)));
    found.extend(extra(&requirement.extra, times));
    found
}

/// Whether a digital ID is taken instead of a document, and whose.
fn digital_ids(requirement: &RequiredResource) -> Option<TreeNode> {
    let allowed = match requirement.allow_digital_ids {
        Some(false) => "not allowed".to_owned(),
        Some(true) => "allowed".to_owned(),
        None => String::new(),
    };
    let names = requirement.allowed_providers.as_ref();
    let names = names.map(|all| all.iter().map(server).collect::<Vec<_>>().join(", "));
    let said: Vec<String> =
        [Some(allowed), names].into_iter().flatten().filter(|text| !text.is_empty()).collect();
    (!said.is_empty()).then(|| leaf("digital IDs", Cell::plain(said.join(" · "))))
}

/// What is meant: the document that came, else the one on the letter, else the only one accepted.
fn wanted(
    session: &OpenSession,
    requirement: &RequiredResource,
    newest: Option<&Resource>,
) -> String {
    let pair = |country: Option<&ServerText>, kind: Option<&ServerText>| {
        let parts: Vec<String> = [country, kind].into_iter().flatten().map(server).collect();
        parts.join(" ")
    };
    if let Some(document) = newest.and_then(Resource::document) {
        return pair(document.issuing_country.as_ref(), document.document_type.as_ref());
    }
    if let Some(kind) = &requirement.liveness_type {
        return wire(kind.as_raw());
    }
    let asked = asked_document(requirement, session.instructions());
    asked.map_or_else(String::new, |asked| pair(asked.country, Some(asked.document_type)))
}

fn state(state: Option<&RequirementState>) -> TreeNode {
    let mut cell = value(state.map(|s| (s.as_raw(), s.is_unknown())), "not stated");
    if state == Some(&RequirementState::Complete) {
        cell.tone = Tone::Good;
    }
    leaf("state", cell)
}

/// How sure it is that what is shown below belongs to this requirement (contract 3.2).
fn coverage(matched: Match) -> TreeNode {
    let why = match matched {
        Match::Exact => "named by the letter",
        Match::Derived => "the only one that fits",
        Match::Ambiguous => "several could be it",
        Match::None => "no resource fits",
    };
    leaf("coverage", Cell::plain(format!("{}: {why}", matched.word())))
}

fn sources(
    requirement: &RequiredResource,
    newest: Option<&Resource>,
    times: &TreeWords<'_>,
) -> TreeNode {
    let allowed = &requirement.allowed_sources;
    let used = newest.and_then(|resource| resource.source.as_ref());
    let mut made = leaf("allowed sources", Cell::new("not stated", Tone::Dim));
    if allowed.is_empty() {
        return made;
    }
    made.detail = Cell::plain(allowed.iter().map(in_short).collect::<Vec<_>>().join(" · "));
    for source in allowed {
        let is_used = used == Some(&source.source);
        let glyph =
            if is_used { (Glyph::Approve, Tone::Good) } else { (Glyph::Present, Tone::Plain) };
        let mut child = node(source.source.as_raw(), glyph, "");
        child.label =
            words::marked(source.source.as_raw(), source.source.is_unknown(), Tone::Plain);
        child.detail = Cell::plain(providers(source));
        child.status = Cell::new(if is_used { "used" } else { "allowed" }, Tone::Dim);
        child.children = extra(&source.extra, times).collect();
        made.children.push(child);
    }
    let listed = |known: &SourceType| allowed.iter().any(|s| s.source == *known);
    // What is not allowed is said too: it is what an operator is asked about.
    for absent in SourceType::KNOWN.iter().filter(|known| !listed(known)) {
        let mut child = node(absent.as_raw(), (Glyph::NotYet, Tone::Dim), absent.as_raw());
        child.label.tone = Tone::Dim;
        child.status = Cell::new("not allowed", Tone::Dim);
        made.children.push(child);
    }
    if let Some(other) = used.filter(|used| !listed(used)) {
        let glyph = (Glyph::Refer, Tone::Notice);
        let mut child = node(&format!("used {}", other.as_raw()), glyph, "");
        child.label = words::marked(other.as_raw(), other.is_unknown(), Tone::Notice);
        child.status = Cell::new("used, not listed", Tone::Notice);
        made.children.push(child);
    }
    made
}

/// Providers as stated; where a branch may supply it and none is stated, that.
fn providers(source: &AllowedSource) -> String {
    match &source.allowed_providers {
        Some(names) if names.is_empty() => String::from("no provider"),
        Some(names) => names.iter().map(server).collect::<Vec<_>>().join(", "),
        None if source.source == SourceType::Ibv => String::from("any provider"),
        None => String::new(),
    }
}

fn in_short(source: &AllowedSource) -> String {
    let providers = providers(source);
    let name = wire(source.source.as_raw());
    if providers.is_empty() { name } else { format!("{name} ({providers})") }
}

fn assessments(all: &[Assessment]) -> TreeNode {
    let done = |assessment: &Assessment| assessment.state == Some(AssessmentState::Done);
    let finished = all.iter().filter(|assessment| done(assessment)).count();
    let mut made =
        leaf("in-branch assessments", Cell::plain(format!("{finished} of {} done", all.len())));
    for assessment in all {
        let glyph = if done(assessment) {
            (Glyph::Approve, Tone::Good)
        } else {
            (Glyph::NotYet, Tone::Dim)
        };
        let kind = &assessment.check_type;
        let mut child = node(kind.as_raw(), glyph, "");
        child.label = words::marked(kind.as_raw(), kind.is_unknown(), Tone::Plain);
        child.detail = Cell::plain(assessment.scheme.as_ref().map(server).unwrap_or_default());
        let state = assessment.state.as_ref();
        child.status = value(state.map(|s| (s.as_raw(), s.is_unknown())), "not stated");
        made.children.push(child);
    }
    made
}

fn requested_task(task: &RequestedTask) -> TreeNode {
    let kind = task.task_type.as_ref();
    let mut made =
        leaf("requested task", value(kind.map(|k| (k.as_raw(), k.is_unknown())), "without a type"));
    let state = task.state.as_ref();
    made.status = value(state.map(|s| (s.as_raw(), s.is_unknown())), "not stated");
    made
}

fn accepted(all: &[AcceptedDocuments]) -> Option<TreeNode> {
    if all.is_empty() {
        return None;
    }
    let countries = match all {
        [only] if only.country.is_empty() => "any country".to_owned(),
        [only] => server(&only.country),
        more => format!("{} countries", more.len()),
    };
    let mut types: Vec<&ServerText> = all.iter().flat_map(|a| &a.document_types).collect();
    types.sort();
    types.dedup();
    let types = match types.as_slice() {
        [] => "any type".to_owned(),
        [only] => server(only),
        more => format!("{} types", more.len()),
    };
    let mut made = leaf("accepted documents", Cell::plain(format!("{types} · {countries}")));
    made.children = all.iter().map(country).collect();
    Some(made)
}

fn country(accepted: &AcceptedDocuments) -> TreeNode {
    let types: Vec<String> = accepted.document_types.iter().map(server).collect();
    let types = if types.is_empty() { "any type".to_owned() } else { types.join(" · ") };
    let mut made = leaf(accepted.country.as_raw(), Cell::plain(types));
    made.label = if accepted.country.is_empty() {
        Cell::plain("any country")
    } else {
        Cell::plain(server(&accepted.country))
    };
    made.children = accepted.limits.iter().filter_map(limit).collect();
    made
}

fn limit(limit: &DocumentLimit) -> Option<TreeNode> {
    let mut parts = Vec::new();
    parts.extend(limit.date_from.as_ref().map(|date| format!("issued {} or later", server(date))));
    match limit.is_strictly_latin {
        Some(true) => parts.push("Latin letters only".to_owned()),
        Some(false) => parts.push("any letters".to_owned()),
        None => {}
    }
    if parts.is_empty() {
        return None;
    }
    let mut made = leaf(limit.document_type.as_raw(), Cell::plain(parts.join(" · ")));
    made.label = Cell::plain(server(&limit.document_type));
    Some(made)
}
