//! The node of a digital ID share: below the resource that it made, or by itself (contract 14.1).

use super::{TreeWords, extra, leaf, maybe, node, times_of};
use crate::app::text::words::{long, server};
use crate::app::view::{Cell, Glyph, Tone, TreeNode};
use crate::domain::personal::hidden;
use crate::domain::server_text::ServerText;
use crate::domain::session::Session;
use crate::domain::session::resource::Resource;
use crate::domain::session::share::{DigitalIdShare, ShareError};

/// The shares that made a resource.
pub(super) fn of(resource: &Resource, answer: &Session, times: &TreeWords<'_>) -> Vec<TreeNode> {
    let mine =
        answer.shares.iter().filter(|share| share.resource_id.as_ref() == Some(&resource.id));
    mine.map(|share| one(share, times)).collect()
}

/// The shares that made no resource of this answer: the failed ones above all.
pub(super) fn alone(answer: &Session, times: &TreeWords<'_>) -> Vec<TreeNode> {
    let made = |share: &DigitalIdShare| {
        answer.resources.iter().any(|resource| share.resource_id.as_ref() == Some(&resource.id))
    };
    answer.shares.iter().filter(|share| !made(share)).map(|share| one(share, times)).collect()
}

fn one(share: &DigitalIdShare, times: &TreeWords<'_>) -> TreeNode {
    let mut made = node(share.id.as_raw(), (Glyph::Present, Tone::Plain), "digital ID share");
    let parts = [&share.provider, &share.issuing_country, &share.document_type];
    let parts: Vec<String> = parts.into_iter().flatten().map(server).collect();
    made.detail = Cell::plain(parts.join(" "));
    let at = share.last_updated.max(share.created_at).map(|at| times.of_day(at));
    made.status = Cell::new(at.unwrap_or_default(), Tone::Dim);
    if let Some(error) = &share.error {
        made.glyph = (Glyph::Reject, Tone::Bad);
        made.status = Cell::new(failed(error), Tone::Bad);
        made.children.extend(maybe("error", error.code.as_ref().map(server)));
        // A sentence of Yoti's about a document: it may name the holder.
        let described = error.description.as_ref().map(|text| hidden(&long(text), times.privacy));
        made.children.extend(maybe("description", described));
    }
    let id = |label: &str, id: &ServerText| leaf(label, Cell::new(server(id), Tone::Dim));
    made.children.push(id("share id", &share.id));
    made.children.extend(share.resource_id.as_ref().map(|of| id("resource id", of.text())));
    made.children.extend(times_of(share.created_at, share.last_updated, times));
    made.children.extend(extra(&share.extra, times));
    made
}

fn failed(error: &ShareError) -> String {
    format!("failed {}", error.code.as_ref().map(server).unwrap_or_default()).trim_end().to_owned()
}
