//! The node of a supplied resource: whence, when, its pages, media and tasks (contract 3.3-3.5).
//!
//! The content behind a media is never here.

use super::media::{frames, media, page, roles};
use super::{TreeWords, extra, leaf, maybe, node, share, task, times_of, value};
use crate::app::text::words::{self, server};
use crate::app::view::{Cell, Glyph, Tone, TreeNode};
use crate::domain::assessment::coverage::Match;
use crate::domain::session::Session;
use crate::domain::session::resource::{Document, Liveness, Resource, ResourceKind};

/// A supplied resource below its requirement; older attempts say that they were superseded.
pub(super) fn attempt(
    resource: &Resource,
    answer: &Session,
    place: usize,
    matched: Match,
    times: &TreeWords<'_>,
) -> TreeNode {
    let mut made = supplied(resource, answer, times);
    if matched == Match::Ambiguous {
        made.status = Cell::new("could be for this one", Tone::Notice);
    } else if place > 0 {
        made.status = Cell::new("earlier attempt", Tone::Dim);
        made.glyph = (Glyph::NotYet, Tone::Dim);
    }
    made
}

/// A resource that matches no requirement stands by itself.
pub(super) fn unmatched(
    resource: &Resource,
    answer: &Session,
    status: Option<(&str, Tone)>,
    times: &TreeWords<'_>,
) -> TreeNode {
    let mut made = supplied(resource, answer, times);
    if matches!(resource.kind, ResourceKind::ApplicantProfile(_)) {
        made.label.tone = Tone::Strong;
        made.status = Cell::new("masked", Tone::Dim);
    } else if let Some((words, tone)) = status {
        made.status = Cell::new(words, tone);
    }
    made
}

fn supplied(resource: &Resource, answer: &Session, times: &TreeWords<'_>) -> TreeNode {
    let mut made = node(resource.id.text().as_raw(), (Glyph::Present, Tone::Plain), "");
    let document = resource.document();
    let kind = &resource.kind;
    made.label = match (document.and_then(|d| d.document_type.as_ref()), kind.type_name()) {
        (Some(document), _) => Cell::plain(server(document)),
        (None, Some(name)) => Cell::plain(name),
        (None, None) => words::marked(kind.container(), true, Tone::Plain),
    };
    let source = value(resource.source.as_ref().map(|s| (s.as_raw(), s.is_unknown())), "?");
    made.detail = Cell::new(format!("from {}", source.text), source.tone);
    let at = resource.last_activity().map(|at| times.of_day(at)).unwrap_or_default();
    made.status = Cell::new(at, Tone::Dim);
    made.children = vec![leaf("resource id", Cell::new(server(resource.id.text()), Tone::Dim))];
    let mut from = leaf("source", source);
    from.children = extra(&resource.source_extra, times).collect();
    made.children.push(from);
    made.children.extend(times_of(resource.created_at, resource.last_updated, times));
    made.children.extend(own(resource, times));
    made.children.extend(share::of(resource, answer, times));
    made.children.extend(resource.tasks.iter().map(|done| task::node(done, answer, times)));
    made.children.extend(extra(&resource.extra, times));
    made
}

/// What only resources of its kind have.
fn own(resource: &Resource, times: &TreeWords<'_>) -> Vec<TreeNode> {
    match &resource.kind {
        ResourceKind::IdDocument(held) | ResourceKind::SupplementaryDocument(held) => {
            document(held, times)
        }
        ResourceKind::Liveness(held) => liveness(held, times),
        ResourceKind::FaceCapture(image) => roles(&[("image", image)], times),
        ResourceKind::ApplicantProfile(content) => roles(&[("content", content)], times),
        ResourceKind::ShareCode(code) => roles(
            &[
                ("lookup_profile", &code.lookup_profile),
                ("returned_profile", &code.returned_profile),
                ("id_photo", &code.id_photo),
                ("file", &code.file),
            ],
            times,
        ),
        ResourceKind::Unknown(_) => {
            resource.media.iter().map(|held| media(&held.role, held, times)).collect()
        }
    }
}

fn document(held: &Document, times: &TreeWords<'_>) -> Vec<TreeNode> {
    let mut found = Vec::new();
    found.extend(maybe("digital ID provider", held.provider.as_ref().map(server)));
    found.extend(maybe("issuing country", held.issuing_country.as_ref().map(server)));
    found.extend(held.pages.iter().enumerate().map(|(at, held)| page(at + 1, held, times)));
    found.extend(roles(
        &[
            ("file", &held.file),
            ("document_fields", &held.document_fields),
            ("document_id_photo", &held.document_id_photo),
            ("expanded_document_fields", &held.expanded_document_fields),
        ],
        times,
    ));
    found
}

fn liveness(held: &Liveness, times: &TreeWords<'_>) -> Vec<TreeNode> {
    let kind = held.liveness_type.as_ref().map(|kind| (kind.as_raw(), kind.is_unknown()));
    let mut found = vec![leaf("liveness type", value(kind, "not stated"))];
    found.extend(maybe("capture type", held.capture_type.as_ref().map(server)));
    found.extend(roles(&[("facemap", &held.facemap), ("image", &held.image)], times));
    found.extend(frames(&held.frames, times));
    found
}
