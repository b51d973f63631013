//! The tree of required resources: its nodes, and moving over them (contract 5, 6; I7).
//!
//! Owns what a node says. The widget that draws it owns nothing: folding and selection are here.

use crate::app::tree_resources::{attempt, unmatched};
use crate::app::view::{Cell, Glyph, Tone, TreeNode, TreeStep, TreeView};
use crate::app::words::{self, Times, server, wire};
use crate::domain::configuration::{AllowedSource, Configuration, RequiredResource};
use crate::domain::coverage::{self, Coverage, Match, RequirementCoverage};
use crate::domain::resource::Resource;
use crate::domain::server_text::ServerText;
use crate::domain::watched::WatchedSession;
use crate::domain::wire_enum::{AssessmentState, RequirementState, SourceType};

/// Builds the nodes of a session; notices instead, when there is nothing to build from.
pub(crate) fn view(session: &WatchedSession, times: &Times) -> TreeView {
    let coverage = coverage::derive(session);
    let resources = session.session().map_or(&[][..], |answer| &answer.resources);
    let mut view = TreeView::default();
    if let Some(configuration) = session.configuration() {
        let (supplied, all) = coverage.counts();
        view.summary = format!("{supplied}/{all} supplied");
        view.roots = requirements(session, configuration, &coverage, times);
    } else {
        view.summary = String::from("configuration not known");
    }
    let rest = coverage.unmatched.iter().filter_map(|&at| resources.get(at));
    view.roots.extend(rest.map(|resource| unmatched(resource, times)));
    number(&mut view.roots);
    if view.roots.is_empty() {
        view.notice = vec![
            String::from("Nothing is known of this session's requirements yet."),
            String::from("r asks Yoti now."),
        ];
    }
    view
}

pub(crate) fn node(key: &str, glyph: (Glyph, Tone), label: impl Into<String>) -> TreeNode {
    TreeNode {
        step: TreeStep { key: key.to_owned(), ordinal: 0 },
        glyph,
        label: Cell::plain(label),
        detail: Cell::plain(""),
        status: Cell::plain(""),
        changed: false,
        children: Vec::new(),
    }
}

pub(crate) fn leaf(key: &str, label: &str, detail: Cell, status: Cell) -> TreeNode {
    let mut made = node(key, (Glyph::Blank, Tone::Plain), label);
    made.label.tone = Tone::Dim;
    made.detail = detail;
    made.status = status;
    made
}

/// Of siblings with one key each gets its ordinal, all the way down.
fn number(nodes: &mut [TreeNode]) {
    let keys: Vec<String> = nodes.iter().map(|node| node.step.key.clone()).collect();
    for (place, node) in nodes.iter_mut().enumerate() {
        let earlier = keys.iter().take(place);
        node.step.ordinal = earlier.filter(|key| **key == node.step.key).count();
        number(&mut node.children);
    }
}

fn requirements(
    session: &WatchedSession,
    configuration: &Configuration,
    coverage: &Coverage,
    times: &Times,
) -> Vec<TreeNode> {
    let resources = session.session().map_or(&[][..], |answer| &answer.resources);
    let pairs = configuration.requirements.iter().zip(&coverage.requirements);
    pairs.map(|(r, cover)| requirement(session, r, (cover, resources), times)).collect()
}

fn requirement(
    session: &WatchedSession,
    requirement: &RequiredResource,
    (cover, resources): (&RequirementCoverage, &[Resource]),
    times: &Times,
) -> TreeNode {
    let matched: Vec<&Resource> =
        cover.resources.iter().filter_map(|&at| resources.get(at)).collect();
    let newest = matched.first().copied();
    let glyph = match (cover.supplied, cover.matched) {
        (true, _) => (Glyph::Approve, Tone::Good),
        (false, Match::Ambiguous) => (Glyph::Refer, Tone::Notice),
        (false, _) => (Glyph::Missing, Tone::Warn),
    };
    let kind = requirement.requirement_type.as_ref();
    let mut made = node(requirement.id.text().as_raw(), glyph, "");
    made.label = match kind {
        Some(kind) => words::marked(kind.as_raw(), kind.is_unknown(), Tone::Strong),
        None => Cell::new("requirement without a type", Tone::Notice),
    };
    made.detail = Cell::plain(wanted(session, requirement, newest));
    let when = newest.and_then(Resource::last_activity).map(|at| times.of_day(at));
    made.status = match (cover.supplied, cover.matched) {
        (true, Match::Ambiguous) => Cell::new("supplied, which is not told", Tone::Notice),
        (true, _) => Cell::new(format!("supplied {}", when.unwrap_or_default()), Tone::Good),
        (false, Match::Ambiguous) => Cell::new("1 of several could be it", Tone::Notice),
        (false, Match::None) => Cell::new("missing", Tone::Warn),
        (false, _) => Cell::new("attempted, nothing captured", Tone::Warn),
    };
    made.children.push(state(requirement, cover));
    made.children.push(sources(requirement, newest));
    if !requirement.assessments.is_empty() {
        made.children.push(assessments(requirement));
    }
    made.children.extend(requested_tasks(requirement));
    made.children.extend(accepted(requirement));
    if !requirement.attempts_remaining.is_empty() {
        let left: Vec<String> = requirement
            .attempts_remaining
            .iter()
            .map(|(name, left)| format!("{} {left}", server(name)))
            .collect();
        made.children.push(leaf(
            "attempts",
            "attempts left",
            Cell::plain(left.join(" · ")),
            Cell::plain(""),
        ));
    }
    for (key, label, text) in [
        ("objective", "objective", requirement.objective.as_ref()),
        ("capture", "capture methods", requirement.allowed_capture_methods.as_ref()),
    ] {
        made.children
            .extend(text.map(|t| leaf(key, label, Cell::plain(server(t)), Cell::plain(""))));
    }
    for (place, resource) in matched.iter().enumerate() {
        made.children.push(attempt(resource, (place, cover.matched), times));
    }
    made
}

/// What is meant: the document that came, else the one on the letter, else the only one accepted.
fn wanted(
    session: &WatchedSession,
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
    let letter = session.instructions().map_or(&[][..], |letter| &letter.documents);
    if let Some(promise) =
        letter.iter().find(|p| p.requirement_id == requirement.id && p.document_type.is_some())
    {
        return pair(promise.country_code.as_ref(), promise.document_type.as_ref());
    }
    match requirement.accepted.as_slice() {
        [only] if only.document_types.len() == 1 => {
            pair(Some(&only.country), only.document_types.first())
        }
        _ => String::new(),
    }
}

fn state(requirement: &RequiredResource, cover: &RequirementCoverage) -> TreeNode {
    let cell = requirement.state.as_ref().map_or_else(
        || Cell::new("not stated", Tone::Dim),
        |state| {
            let tone = if *state == RequirementState::Complete { Tone::Good } else { Tone::Plain };
            words::marked(state.as_raw(), state.is_unknown(), tone)
        },
    );
    let matched = match cover.matched {
        Match::None => Cell::plain(""),
        sure => Cell::new(format!("match {}", sure.word()), Tone::Dim),
    };
    leaf("state", "state", cell, matched)
}

fn sources(requirement: &RequiredResource, newest: Option<&Resource>) -> TreeNode {
    let mut made = node("allowed sources", (Glyph::Blank, Tone::Plain), "allowed sources");
    made.label.tone = Tone::Dim;
    let used = newest.and_then(|resource| resource.source.as_ref());
    let short: Vec<String> = requirement.allowed_sources.iter().map(source_words).collect();
    made.detail =
        Cell::plain(if short.is_empty() { "not stated".to_owned() } else { short.join(" · ") });
    for source in &requirement.allowed_sources {
        let is_used = used == Some(&source.source);
        let glyph =
            if is_used { (Glyph::Approve, Tone::Good) } else { (Glyph::Present, Tone::Plain) };
        let mut child = node(source.source.as_raw(), glyph, "");
        child.label =
            words::marked(source.source.as_raw(), source.source.is_unknown(), Tone::Plain);
        child.detail = Cell::plain(providers(source));
        child.status = Cell::new(if is_used { "used" } else { "allowed" }, Tone::Dim);
        made.children.push(child);
    }
    let listed =
        |known: &SourceType| requirement.allowed_sources.iter().any(|s| s.source == *known);
    for absent in SourceType::KNOWN.iter().filter(|known| !listed(known)) {
        let mut child = node(absent.as_raw(), (Glyph::NotYet, Tone::Dim), absent.as_raw());
        child.label.tone = Tone::Dim;
        child.status = Cell::new("not allowed", Tone::Dim);
        made.children.push(child);
    }
    made
}

/// Providers as stated; where a branch may supply it and none is stated, that.
fn providers(source: &AllowedSource) -> String {
    match &source.allowed_providers {
        Some(names) => names.iter().map(server).collect::<Vec<_>>().join(", "),
        None if source.source == SourceType::Ibv => String::from("any provider"),
        None => String::new(),
    }
}

fn source_words(source: &AllowedSource) -> String {
    let providers = providers(source);
    let name = wire(source.source.as_raw());
    if providers.is_empty() { name } else { format!("{name} ({providers})") }
}

fn assessments(requirement: &RequiredResource) -> TreeNode {
    let done = |state: Option<&AssessmentState>| state == Some(&AssessmentState::Done);
    let all = requirement.assessments.len();
    let finished = requirement.assessments.iter().filter(|a| done(a.state.as_ref())).count();
    let mut made = node("assessments", (Glyph::Blank, Tone::Plain), "in-branch assessments");
    made.label.tone = Tone::Dim;
    made.detail = Cell::plain(format!("{finished} of {all} done"));
    for assessment in &requirement.assessments {
        let glyph = if done(assessment.state.as_ref()) {
            (Glyph::Approve, Tone::Good)
        } else {
            (Glyph::NotYet, Tone::Dim)
        };
        let mut child = node(assessment.check_type.as_raw(), glyph, "");
        let kind = &assessment.check_type;
        child.label = words::marked(kind.as_raw(), kind.is_unknown(), Tone::Plain);
        child.detail = assessment.scheme.as_ref().map_or_else(
            || Cell::plain(""),
            |scheme| Cell::plain(format!("scheme {}", server(scheme))),
        );
        child.status = assessment.state.as_ref().map_or_else(
            || Cell::new("not stated", Tone::Dim),
            |state| words::marked(state.as_raw(), state.is_unknown(), Tone::Plain),
        );
        made.children.push(child);
    }
    made
}

fn requested_tasks(requirement: &RequiredResource) -> Vec<TreeNode> {
    let tasks = requirement.requested_tasks.iter();
    tasks
        .map(|task| {
            let kind = task.task_type.as_ref().map_or("?", |t| t.as_raw());
            let state = task.state.as_ref().map_or("not stated", |s| s.as_raw());
            leaf(
                &format!("requested {kind}"),
                "requested task",
                Cell::plain(wire(kind)),
                Cell::plain(wire(state)),
            )
        })
        .collect()
}

fn accepted(requirement: &RequiredResource) -> Option<TreeNode> {
    if requirement.accepted.is_empty() {
        return None;
    }
    let mut made = node("accepted", (Glyph::Blank, Tone::Plain), "accepted documents");
    made.label.tone = Tone::Dim;
    let countries = requirement.accepted.len();
    let types: usize = requirement.accepted.iter().map(|a| a.document_types.len()).sum();
    made.detail = Cell::plain(format!(
        "{} in {}",
        words::count(types, "type"),
        if countries == 1 { "1 country".to_owned() } else { format!("{countries} countries") }
    ));
    for accepted in &requirement.accepted {
        let name = if accepted.country.is_empty() {
            "any country".to_owned()
        } else {
            server(&accepted.country)
        };
        let types: Vec<String> = accepted.document_types.iter().map(server).collect();
        let types = if types.is_empty() { "any type".to_owned() } else { types.join(" · ") };
        made.children.push(leaf(
            accepted.country.as_raw(),
            &name,
            Cell::plain(types),
            Cell::plain(""),
        ));
    }
    Some(made)
}
