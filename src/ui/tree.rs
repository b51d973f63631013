//! The tree of required resources, drawn by `tui-tree-widget`.
//!
//! Owns the columns of a node. Folding and selection are the model's: the widget's own key methods,
//! which speak of the last frame, are never called.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span, Text};
use tui_tree_widget::{Tree, TreeItem, TreeState};

use super::pane;
use super::text::fit;
use crate::app::Model;
use crate::app::view::{Glyph, Pane, TreeNode, TreePath, TreeStep, TreeView};
use crate::theme::{Look, Role};

/// Columns of an indentation step, as the widget draws it.
const INDENT: usize = 2;

pub(super) fn draw(
    frame: &mut Frame<'_>,
    area: Rect,
    model: &Model,
    look: Look,
    offset: &mut usize,
) {
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
    let width = usize::from(inner.width);
    let items: Vec<TreeItem<'_, TreeStep>> = view
        .roots
        .iter()
        .filter_map(|node| item(node, (&vec![node.step.clone()], view), (0, width), look))
        .collect();
    let Ok(tree) = Tree::new(&items) else { return };
    let focus = model.focus() == Pane::Tree;
    let role = if focus { Role::Cursor } else { Role::CursorElsewhere };
    let (open, closed) = if look.ascii { ("v ", "> ") } else { ("▾ ", "▸ ") };
    let tree = tree
        .highlight_style(look.role(role))
        .node_open_symbol(open)
        .node_closed_symbol(closed)
        .node_no_children_symbol("  ");
    let mut state = TreeState::default();
    for path in &view.expanded {
        state.open(path.clone());
    }
    state.select(view.selected.clone());
    // The offset is kept here; the widget moves it as far as the selection needs.
    state.scroll_down(*offset);
    frame.render_stateful_widget(tree, inner, &mut state);
    *offset = state.get_offset();
}

/// A node and, where it is open, its children; what is folded away is one empty child, so that the
/// widget draws the sign of a node that can be opened.
fn item(
    node: &TreeNode,
    (path, view): (&TreePath, &TreeView),
    (depth, width): (usize, usize),
    look: Look,
) -> Option<TreeItem<'static, TreeStep>> {
    let text = Text::from(line(node, width.saturating_sub((depth + 1) * INDENT), look));
    if node.children.is_empty() {
        return Some(TreeItem::new_leaf(node.step.clone(), text));
    }
    let children = if view.expanded.contains(path) {
        let inside = |child: &TreeNode| {
            let mut path = path.clone();
            path.push(child.step.clone());
            item(child, (&path, view), (depth + 1, width), look)
        };
        node.children.iter().filter_map(inside).collect()
    } else {
        let step = TreeStep { key: String::new(), ordinal: 0 };
        vec![TreeItem::new_leaf(step, "")]
    };
    TreeItem::new(node.step.clone(), text, children).ok()
}

/// Sign, label, detail and status in columns that hold over all depths.
fn line(node: &TreeNode, room: usize, look: Look) -> Line<'static> {
    let (glyph, tone) = node.glyph;
    let sign = if glyph == Glyph::Blank { 0 } else { 2 };
    let room = room.saturating_sub(sign);
    let status = if node.status.text.is_empty() { 0 } else { (room / 3).clamp(8, 26).min(room) };
    let label = ((room.saturating_sub(status)) * 9 / 20).clamp(10.min(room), 32);
    let detail = room.saturating_sub(status + label + 2);
    let mut spans = Vec::new();
    if sign > 0 {
        spans.push(Span::styled(format!("{} ", look.glyph(glyph)), look.tone(tone)));
    }
    spans.push(Span::styled(fit(&node.label.text, label, look), look.tone(node.label.tone)));
    spans.push(Span::raw(" "));
    spans.push(Span::styled(fit(&node.detail.text, detail, look), look.tone(node.detail.tone)));
    spans.push(Span::raw(" "));
    spans.push(Span::styled(fit(&node.status.text, status, look), look.tone(node.status.tone)));
    Line::from(spans)
}
