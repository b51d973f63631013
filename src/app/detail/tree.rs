//! The tree of a session: requirements, what was supplied for them, and what else is said (contract
//! 3, 5, 6; I7).
//!
//! The widget that draws it owns nothing: folding and selection are in the model.

mod media;
mod requirement;
mod resource;
mod rest;
mod share;
mod task;
#[cfg(test)]
mod tests;

use std::ops::Deref;

use crate::app::action::Action;
use crate::app::text::unknown_fields::unknown_fields;
use crate::app::text::words::{self, Times};
use crate::app::view::{Cell, Glyph, Tone, TreeNode, TreeStep, TreeView};
use crate::domain::assessment::coverage;
use crate::domain::personal::Privacy;
use crate::domain::session::extra::Extra;
use crate::domain::session::resource::Resource;
use crate::domain::watchlist::open_session::OpenSession;

/// The times, and how much of one session is shown.
struct TreeWords<'a> {
    times: &'a Times,
    privacy: Privacy,
}

impl Deref for TreeWords<'_> {
    type Target = Times;

    fn deref(&self) -> &Times {
        self.times
    }
}

/// Builds the nodes of a session; notices instead, when there is nothing to build from.
pub(crate) fn view(session: &OpenSession, times: &Times) -> TreeView {
    let times = &TreeWords { times, privacy: times.openness.of(session.id()) };
    let coverage = coverage::derive(&session.answers);
    let mut view = TreeView::default();
    if let Some(configuration) = session.configuration() {
        let (supplied, all) = coverage.counts();
        view.summary = format!("{supplied}/{all} supplied");
        let pairs = configuration.requirements.iter().zip(&coverage.requirements);
        view.roots = pairs.map(|(r, cover)| requirement::root(session, r, cover, times)).collect();
    } else {
        view.summary = String::from("configuration not known");
    }
    if let Some(answer) = session.session() {
        let free = coverage.unmatched.iter().filter_map(|&at| answer.resources.get(at));
        let superseded = coverage::superseded(answer, &coverage);
        let status = |of: &Resource| {
            if superseded.contains(&&of.id) {
                Some(("earlier attempt", Tone::Dim))
            } else {
                session.configuration().map(|_| ("matches no requirement", Tone::Notice))
            }
        };
        view.roots.extend(free.map(|of| resource::unmatched(of, answer, status(of), times)));
        view.roots.extend(share::alone(answer, times));
    }
    view.roots.extend(rest::facts(session, times));
    view.roots.extend(rest::unknown(session, times));
    // Ids may repeat (SEED gives four requirements one):
    // with its number each path leads to one node.
    number(&mut view.roots);
    if view.roots.is_empty() {
        view.notice = vec![String::from("The requirements of this session are not known yet.")];
        view.notice.extend(times.keys.hint(Action::Refresh, "refreshes now."));
    }
    view
}

fn node(key: &str, glyph: (Glyph, Tone), label: impl Into<String>) -> TreeNode {
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

/// A name of ours and what is said of it.
fn leaf(label: &str, detail: Cell) -> TreeNode {
    let mut made = node(label, (Glyph::Blank, Tone::Plain), label);
    made.label.tone = Tone::Dim;
    made.detail = detail;
    made
}

/// A leaf for a text that may be absent.
fn maybe(label: &str, text: Option<String>) -> Option<TreeNode> {
    text.map(|text| leaf(label, Cell::plain(text)))
}

/// What no field of this build reads: each path with its value, marked by its tone.
fn extra(extra: &Extra, times: &TreeWords<'_>) -> impl Iterator<Item = TreeNode> {
    unknown_fields(extra, times.privacy).map(|field| {
        let mut made = leaf(&field.path, Cell::new(field.value, Tone::Notice));
        made.label.tone = Tone::Notice;
        made
    })
}

/// When something was made and changed last.
fn times_of(
    created: Option<jiff::Timestamp>,
    updated: Option<jiff::Timestamp>,
    times: &TreeWords<'_>,
) -> Vec<TreeNode> {
    let created = maybe("created", created.map(|at| times.of_day(at)));
    let updated = maybe("last updated", updated.map(|at| times.of_day(at)));
    created.into_iter().chain(updated).collect()
}

/// A wire value in its words, or what stands for a missing one.
fn value(known: Option<(&str, bool)>, missing: &str) -> Cell {
    known.map_or_else(
        || Cell::new(missing, Tone::Dim),
        |(raw, unknown)| words::marked(raw, unknown, Tone::Plain),
    )
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
