//! Building the panes of the open session anew when it changed.
//!
//! Owns when that is needed, and that cursors and folding survive it.

use std::sync::Arc;

use crate::app::clocks;
use crate::app::model::{Model, TreeMemory};
use crate::app::own::pane;
use crate::app::view::{Glyph, TreeView};
use crate::app::{checks, papers, timeline, tree, tree_moves};
use crate::domain::{attention, requested};

impl Model {
    /// Builds the panes of the selected session anew where it or its time words changed.
    pub(crate) fn rebuild(&mut self, force: bool) {
        let Some(item) = self.selected.and_then(|id| self.sessions.item(id)) else {
            self.built = None;
            self.tree = TreeView::default();
            self.checks.rows.clear();
            self.checks_summary.clear();
            self.timeline.rows.clear();
            self.letter.rows.clear();
            self.json.rows.clear();
            self.own.notes.rows.clear();
            self.notice = vec!["No session selected.".to_owned()];
            return;
        };
        let session = Arc::clone(&item.session);
        let looked_at = item.looked_at;
        let id = session.id();
        let built = Some((id, session.revision));
        let other = self.built.map(|(id, _)| id) != Some(id);
        let found = attention::assess(&session, &self.settings.rules, self.times.now);
        self.timeline.rows = timeline::timeline(&session, &found, (&self.times, looked_at));
        clocks::note_drift(&mut self.timeline.rows, &found, item.drift);
        self.own.notes.rows = pane::rows(&session, &self.times);
        self.tree.stale = found.stale;
        if self.built == built && !force {
            return;
        }
        if other {
            self.checks.cursor = 0;
            self.timeline.cursor = self.timeline.rows.len().saturating_sub(1);
            self.letter.cursor = 0;
            self.json.cursor = 0;
            self.own.notes.cursor = 0;
        }
        let open_check = self.checks.rows.get(self.checks.cursor).map(|row| row.key.clone());
        let (rows, summary) = checks::checks(&session, &self.checks_open);
        if let Some(place) = open_check.and_then(|key| rows.iter().position(|row| row.key == key)) {
            self.checks.cursor = place;
        }
        self.checks.rows = rows;
        self.checks_summary = summary;
        self.letter.rows = papers::letter(&session, &self.times);
        self.json.rows = papers::json(&session, self.times.openness.of(id));
        self.notice = if session.session().is_some() {
            Vec::new()
        } else {
            vec!["Nothing fetched yet; r asks Yoti now.".to_owned()]
        };
        self.unknown = requested::unknown_values(&session);
        let was = tree_moves::visible(&self.tree);
        let memory = self.trees.get(&id).cloned();
        let mut view = tree::view(&session, &self.times);
        clocks::mark_media(&mut view, &session, &self.settings.rules, &self.times);
        view.stale = found.stale;
        let first_time = memory.is_none();
        let memory = memory.unwrap_or_default();
        view.expanded = memory.expanded;
        if first_time {
            // What is missing is what is looked for: its requirement begins unfolded.
            let missing = view.roots.iter().filter(|node| node.glyph.0 != Glyph::Present);
            view.expanded = missing.map(|node| vec![node.step.clone()]).collect();
        }
        let was = if other { Vec::new() } else { was };
        view.selected = tree_moves::settle(&view, &memory.selected, &was);
        self.tree = view;
        if session.configuration().is_some() {
            self.remember_tree();
        }
        self.built = built;
    }

    pub(crate) fn remember_tree(&mut self) {
        if let Some(id) = self.selected {
            let memory = TreeMemory {
                expanded: self.tree.expanded.clone(),
                selected: self.tree.selected.clone(),
            };
            self.trees.insert(id, memory);
        }
    }
}
