//! Nodes of pages, frames and media: ids, kinds and times (contract 3.3, 3.4).
//!
//! The content behind a media is never here.

use super::{TreeWords, leaf, node, times_of, value};
use crate::app::text::words::{self, server};
use crate::app::view::{Cell, Glyph, Tone, TreeNode};
use crate::domain::session::resource::{Media, Page};

/// A media under the role it stands in.
pub(super) fn media(role: &str, held: &Media, times: &TreeWords<'_>) -> TreeNode {
    let kind = value(held.media_type.as_ref().map(|k| (k.as_raw(), k.is_unknown())), "media");
    let mut made = leaf(role, kind);
    let at = held.last_updated.max(held.created).map(|at| times.of_day(at));
    made.status = Cell::new(at.unwrap_or_default(), Tone::Dim);
    made.children.push(leaf("media id", Cell::new(server(held.id.text()), Tone::Dim)));
    made.children.extend(times_of(held.created, held.last_updated, times));
    made
}

/// Those media of a resource that are there, each under its role.
pub(super) fn roles(all: &[(&str, &Option<Media>)], times: &TreeWords<'_>) -> Vec<TreeNode> {
    let held = all.iter().filter_map(|(role, held)| Some(media(role, held.as_ref()?, times)));
    held.collect()
}

/// A page: how it was captured, its picture and its frames.
pub(super) fn page(number: usize, held: &Page, times: &TreeWords<'_>) -> TreeNode {
    let label = format!("page {number}");
    let mut made = node(&label, (Glyph::Blank, Tone::Plain), &*label);
    made.label.tone = Tone::Dim;
    let method = held.capture_method.as_ref().map(|m| (m.as_raw(), m.is_unknown()));
    let mut parts = vec![value(method, "capture not stated").text];
    if held.media.is_none() {
        parts.push("no picture".to_owned());
    }
    if !held.frames.is_empty() {
        parts.push(words::count(held.frames.len(), "frame") + &holes(&held.frames));
    }
    made.detail = Cell::plain(parts.join(" · "));
    made.children.push(held.media.as_ref().map_or_else(
        || leaf("picture", Cell::new("none: abandoned or withheld", Tone::Notice)),
        |picture| media("picture", picture, times),
    ));
    made.children.extend(frames(&held.frames, times));
    if !held.extraction_image_ids.is_empty() {
        let mut used =
            leaf("extraction images", Cell::plain(held.extraction_image_ids.len().to_string()));
        let ids = held.extraction_image_ids.iter();
        used.children = ids.map(|id| leaf("media id", Cell::new(server(id), Tone::Dim))).collect();
        made.children.push(used);
    }
    made
}

/// Frames, with the holes among them said.
pub(super) fn frames(all: &[Option<Media>], times: &TreeWords<'_>) -> Option<TreeNode> {
    if all.is_empty() {
        return None;
    }
    let holes = holes(all);
    let tone = if holes.is_empty() { Tone::Plain } else { Tone::Notice };
    let mut made = leaf("frames", Cell::new(format!("{}{holes}", all.len()), tone));
    made.children = all
        .iter()
        .enumerate()
        .map(|(at, frame)| {
            let label = format!("frame {}", at + 1);
            frame.as_ref().map_or_else(
                || leaf(&label, Cell::new("no picture: abandoned or withheld", Tone::Notice)),
                |held| media(&label, held, times),
            )
        })
        .collect();
    Some(made)
}

fn holes(frames: &[Option<Media>]) -> String {
    let holes = frames.iter().filter(|frame| frame.is_none()).count();
    if holes > 0 { format!(", {holes} without a picture") } else { String::new() }
}
