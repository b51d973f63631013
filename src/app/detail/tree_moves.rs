//! Moving over the tree of resources, purely: what is visible, what can be folded, where the cursor
//! goes when its node vanishes (I7).

use crate::app::view::{TreeNode, TreePath, TreeStep, TreeView};

/// Paths of the visible nodes, from the top down.
pub(crate) fn visible(view: &TreeView) -> Vec<TreePath> {
    fn walk(nodes: &[TreeNode], parent: &TreePath, view: &TreeView, found: &mut Vec<TreePath>) {
        for node in nodes {
            let mut path = parent.clone();
            path.push(node.step.clone());
            let open = view.expanded.contains(&path);
            found.push(path.clone());
            if open {
                walk(&node.children, &path, view, found);
            }
        }
    }
    let mut found = Vec::new();
    walk(&view.roots, &Vec::new(), view, &mut found);
    found
}

/// The node at a path.
pub(crate) fn at<'a>(view: &'a TreeView, path: &[TreeStep]) -> Option<&'a TreeNode> {
    let (first, rest) = path.split_first()?;
    let mut found = view.roots.iter().find(|node| node.step == *first)?;
    for step in rest {
        found = found.children.iter().find(|node| node.step == *step)?;
    }
    Some(found)
}

/// Every path that can be open.
pub(crate) fn foldable(view: &TreeView) -> Vec<TreePath> {
    fn walk(nodes: &[TreeNode], parent: &TreePath, found: &mut Vec<TreePath>) {
        for node in nodes.iter().filter(|node| !node.children.is_empty()) {
            let mut path = parent.clone();
            path.push(node.step.clone());
            walk(&node.children, &path, found);
            found.push(path);
        }
    }
    let mut found = Vec::new();
    walk(&view.roots, &Vec::new(), &mut found);
    found
}

/// Where the cursor goes when its node has vanished: the next
/// sibling's place, else the parent, else the first node.
pub(crate) fn settle(view: &TreeView, selected: &TreePath, was: &[TreePath]) -> TreePath {
    if at(view, selected).is_some() {
        return selected.clone();
    }
    let now = visible(view);
    let place = was.iter().position(|path| path == selected).unwrap_or(0);
    let later = was.iter().skip(place).find(|path| {
        path.len() == selected.len()
            && path.split_last().map(|p| p.1) == selected.split_last().map(|p| p.1)
            && now.contains(path)
    });
    if let Some(path) = later {
        return path.clone();
    }
    let mut parent = selected.clone();
    while parent.pop().is_some() {
        if !parent.is_empty() && now.contains(&parent) {
            return parent;
        }
    }
    now.first().cloned().unwrap_or_default()
}
