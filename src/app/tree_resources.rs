//! The nodes of supplied resources: attempts, media, tasks.
//!
//! Owns what they say.

use crate::app::tree::{leaf, node};
use crate::app::view::{Cell, Glyph, Tone, TreeNode};
use crate::app::words::{self, Times, server, wire};
use crate::domain::coverage::Match;
use crate::domain::resource::{Resource, ResourceKind, Task};

/// A supplied resource below its requirement; older attempts say that they were superseded.
pub(crate) fn attempt(
    resource: &Resource,
    (place, matched): (usize, Match),
    times: &Times,
) -> TreeNode {
    let mut made = supplied(resource, times);
    if matched == Match::Ambiguous {
        made.status = Cell::new("could be for this one", Tone::Notice);
    } else if place > 0 {
        made.status = Cell::new("earlier attempt", Tone::Dim);
        made.glyph = (Glyph::NotYet, Tone::Dim);
    }
    made
}

/// A resource that fits no requirement stands by itself.
pub(crate) fn unmatched(resource: &Resource, times: &Times) -> TreeNode {
    let mut made = supplied(resource, times);
    if matches!(resource.kind, ResourceKind::ApplicantProfile(_)) {
        made.label = Cell::new("APPLICANT_PROFILE", Tone::Strong);
        made.status = Cell::new("masked", Tone::Dim);
    } else {
        made.status = Cell::new("fits no requirement", Tone::Notice);
    }
    made
}

fn supplied(resource: &Resource, times: &Times) -> TreeNode {
    let mut made = node(resource.id.text().as_raw(), (Glyph::Present, Tone::Plain), "");
    let document = resource.document();
    let name = document.and_then(|d| d.document_type.as_ref()).map(server);
    made.label = Cell::plain(name.unwrap_or_else(|| match &resource.kind {
        ResourceKind::Unknown(key) => format!("{} (not known)", server(key)),
        known => wire(known.container()),
    }));
    let source = resource.source.as_ref();
    made.detail = Cell::plain(format!(
        "from {}",
        source.map_or_else(|| "?".to_owned(), |s| wire(s.as_raw()))
    ));
    let at = resource.last_activity().map(|at| times.of_day(at)).unwrap_or_default();
    made.status = Cell::new(at, Tone::Dim);
    made.children.push(leaf(
        "id",
        "resource id",
        Cell::plain(server(resource.id.text())),
        Cell::plain(""),
    ));
    made.children.extend(media(resource));
    made.children.extend(resource.tasks.iter().map(|done| task(done, times)));
    made
}

fn media(resource: &Resource) -> Option<TreeNode> {
    let (pages, frames) = resource.pages_and_frames();
    if resource.media.is_empty() && pages == 0 {
        return None;
    }
    let mut made = node("media", (Glyph::Blank, Tone::Plain), "media");
    made.label.tone = Tone::Dim;
    made.detail = Cell::plain(if pages > 0 {
        format!("{} · {}", words::count(pages, "page"), words::count(frames, "frame"))
    } else {
        format!("{} held", resource.media.len())
    });
    for media in &resource.media {
        let kind = media.media_type.as_ref().map_or("?", |t| t.as_raw());
        let id = Cell::new(server(media.id.text()), Tone::Dim);
        made.children.push(leaf(
            media.id.text().as_raw(),
            &media.role,
            id,
            Cell::new(wire(kind), Tone::Dim),
        ));
    }
    Some(made)
}

fn task(task: &Task, times: &Times) -> TreeNode {
    let kind = task.task_type.as_ref().map_or("task", |t| t.as_raw());
    let mut made = leaf(task.id.text().as_raw(), "task", Cell::plain(wire(kind)), Cell::plain(""));
    let state = task.state.as_ref().map_or_else(String::new, |s| wire(s.as_raw()));
    let at = task.last_updated.map(|at| times.of_day(at)).unwrap_or_default();
    made.status = Cell::plain(format!("{state} {at}"));
    if let Some(value) = &task.recommendation {
        let reason = task.reason.as_ref().map(server).unwrap_or_default();
        let value = Cell::plain(format!("{} {reason}", wire(value.as_raw())));
        made.children.push(leaf("recommendation", "recommends", value, Cell::plain("")));
    }
    for check in &task.generated_checks {
        let id = Cell::plain(server(check.id.text()));
        made.children.push(leaf(check.id.text().as_raw(), "generated check", id, Cell::plain("")));
    }
    made
}
