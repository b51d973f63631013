//! The tree of required resources, drawn by `tui-tree-widget`.
//!
//! Folding, selection and offset are the model's: the widget's own key methods, which speak of the
//! last frame, are never called.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span, Text};
use ratatui::widgets::StatefulWidget;
use tui_tree_widget::{Tree, TreeItem, TreeState};
use unicode_width::UnicodeWidthStr;

use crate::app::Model;
use crate::app::view::{Glyph, Pane, TreeNode, TreePath, TreeStep, TreeView};
use crate::theme::Look;
use crate::ui::widgets::pane::{self, Bar};
use crate::ui::widgets::text::cell;

/// Columns of an indentation step, as the widget draws it.
const INDENT: usize = 2;
/// The most columns that a node takes.
const WIDEST: usize = 110;

pub(crate) fn draw(frame: &mut Frame<'_>, area: Rect, model: &Model, look: Look) {
    let inner = pane::frame(frame, area, model, Pane::Tree, look);
    let view = model.tree();
    if view.roots.is_empty() {
        let notice: Vec<String> = if view.notice.is_empty() {
            vec!["No session selected.".to_owned()]
        } else {
            view.notice.clone()
        };
        pane::notice(frame, inner, &notice, look);
        return;
    }
    // A status far from what it belongs to is hard to follow.
    let width = usize::from(inner.width).min(WIDEST);
    let items: Vec<TreeItem<'_, TreeStep>> = view
        .roots
        .iter()
        .filter_map(|node| item(node, &vec![node.step.clone()], view, 0, width, look))
        .collect();
    // It refuses two nodes of one name; the model numbers them (I7).
    let Ok(tree) = Tree::new(&items) else { return };
    let focus = model.focus() == Pane::Tree;
    let (open, closed) = if look.ascii { ("v ", "> ") } else { ("▾ ", "▸ ") };
    let tree = tree.node_open_symbol(open).node_closed_symbol(closed).node_no_children_symbol("  ");
    // Made anew for each frame: folding, selection and offset are the model's, not the widget's.
    let mut state = TreeState::default();
    for path in &view.expanded {
        state.open(path.clone());
    }
    // The widget learns its offset only by drawing: a line out of sight that shows the first row
    // puts it where the model says.
    let first = model.tree_window().start;
    let paths = model.tree_paths();
    let row = paths.iter().position(|path| *path == view.selected);
    if first > 0
        && let Some(path) = paths.into_iter().nth(first)
    {
        state.select(path);
        let line = Rect { height: 1, ..inner };
        StatefulWidget::render(tree.clone(), line, &mut Buffer::empty(line), &mut state);
    }
    state.select(view.selected.clone());
    frame.render_stateful_widget(tree, inner, &mut state);
    if let Some(line) = row.and_then(|row| row.checked_sub(first)) {
        Bar { line, focus }.lay(frame, inner, look);
    }
}

/// A node and, where it is open, its children; what is folded away is one empty child, so that the
/// widget draws the sign of a node that can be opened.
fn item(
    node: &TreeNode,
    path: &TreePath,
    view: &TreeView,
    depth: usize,
    width: usize,
    look: Look,
) -> Option<TreeItem<'static, TreeStep>> {
    let text = Text::from(line(node, depth, width, look));
    if node.children.is_empty() {
        return Some(TreeItem::new_leaf(node.step.clone(), text));
    }
    let children = if view.expanded.contains(path) {
        let inside = |child: &TreeNode| {
            let mut path = path.clone();
            path.push(child.step.clone());
            item(child, &path, view, depth + 1, width, look)
        };
        node.children.iter().filter_map(inside).collect()
    } else {
        let step = TreeStep { key: String::new(), ordinal: 0 };
        vec![TreeItem::new_leaf(step, "")]
    };
    TreeItem::new(node.step.clone(), text, children).ok()
}

/// Sign, label, detail and status. Details begin in one column over all depths, unless a label or a
/// detail needs what the other does not; the status stands at the right end.
fn line(node: &TreeNode, depth: usize, width: usize, look: Look) -> Line<'static> {
    let (glyph, tone) = node.glyph;
    let sign = if glyph == Glyph::Blank { 0 } else { 2 };
    let before = (depth + 1) * INDENT + sign;
    let room = width.saturating_sub(before);
    let (label, detail, status) = columns(node, room, label_end(width).saturating_sub(before));
    let mut spans = Vec::new();
    if sign > 0 {
        spans.push(Span::styled(format!("{} ", look.glyph(glyph)), look.tone(tone)));
    }
    spans.push(cell(&node.label, label, look));
    spans.push(Span::raw(" "));
    spans.push(cell(&node.detail, detail, look));
    if status > 0 {
        spans.push(Span::raw(" "));
        spans.push(cell(&node.status, status, look));
    }
    Line::from(spans)
}

/// Where labels end, from the pane's left edge.
const fn label_end(width: usize) -> usize {
    let end = width * 2 / 5 + 2;
    if end > 44 { 44 } else { end }
}

/// Columns of label, detail and status within `room`, labels as far as `end` if they can.
fn columns(node: &TreeNode, room: usize, end: usize) -> (usize, usize, usize) {
    let [label, detail, status] =
        [&node.label, &node.detail, &node.status].map(|cell| cell.text.width());
    let status = status.min(room / 2);
    let after = if status > 0 { status + 1 } else { 0 };
    let most = room.saturating_sub(after + 1);
    let end = end.max(8).min(most);
    let free = most.saturating_sub(detail);
    // Without a status the detail has room enough for its beginning: columns before ends.
    let least = if status > 0 { label } else { end };
    let label = if label > end { label.min(free.max(end)) } else { end.min(free.max(least)) };
    (label, most.saturating_sub(label), status)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::view::{Cell, Tone};

    fn node(label: &str, detail: &str, status: &str) -> TreeNode {
        TreeNode {
            step: TreeStep { key: String::new(), ordinal: 0 },
            glyph: (Glyph::Blank, Tone::Plain),
            label: Cell::plain(label),
            detail: Cell::plain(detail),
            status: Cell::plain(status),
            changed: false,
            children: Vec::new(),
        }
    }

    #[test]
    fn labels_keep_their_column_unless_they_or_their_details_need_what_the_other_does_not() {
        let long = "DOCUMENT_SCHEME_VALIDITY_CHECK";
        for (label, detail, status, columns) in [
            ("state", "COMPLETE", "", (18, 29, 0)),
            (long, "UK_DBS", "DONE", (30, 12, 4)),
            (long, &"x".repeat(40), "DONE", (18, 24, 4)),
            ("state", "GBR PASSPORT", &"x".repeat(28), (10, 12, 24)),
            ("state", "", &"x".repeat(40), (18, 4, 24)),
        ] {
            assert_eq!(super::columns(&node(label, detail, status), 48, 18), columns, "{label}");
        }
    }
}
