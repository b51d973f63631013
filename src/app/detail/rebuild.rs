//! Building the panes of the open session anew when it changed.

use crate::app::action::Action;
use crate::app::detail::{checks, json, letter, notes, timeline, tree, tree_moves};
use crate::app::layout;
use crate::app::model::{Model, TreeMemory};
use crate::app::text::clocks;
use crate::app::view::{Glyph, Pane, TreeNode, TreeView};

impl Model {
    /// Builds the panes of the selected session anew where it or its time words changed.
    pub(crate) fn rebuild(&mut self, force: bool) {
        let Some(item) = self.selected.and_then(|id| self.sessions.item(id)) else {
            return self.clear("No session selected.");
        };
        let Some(session) = item.opened() else { return self.clear("reading…") };
        let looked_at = item.looked_at.get();
        let id = session.id();
        let widths = self.text_widths();
        let [width, json_width] = widths;
        let built = Some((id, session.revision, widths));
        let other = self.built.map(|(id, ..)| id) != Some(id);
        let found = self.times.assess(&session, &self.settings.rules);
        // Before the early return: its words have ages, which change with time alone.
        self.timeline.rows = timeline::timeline(&session, &found, &self.times, looked_at);
        clocks::note_drift(&mut self.timeline.rows, &found, item.drift.get());
        self.annotations.notes.rows = notes::rows(&session, &self.times);
        self.tree.stale = found.stale;
        // The other panes change with the session alone: they are not made again at every tick.
        if self.built == built && !force {
            return;
        }
        if other {
            // The newest event stands last, and is what one looks for.
            self.timeline.cursor = self.timeline.rows.len().saturating_sub(1);
            self.letter.cursor = 0;
            self.json.cursor = 0;
            self.annotations.notes.cursor = 0;
        }
        let open_check = self.checks.rows.get(self.checks.cursor).map(|row| row.key.clone());
        let (rows, summary) = checks::checks(&session, &self.checks_open, &self.times, width);
        // By key: checks come and go above it (I7).
        let known = open_check.filter(|_| !other);
        let known = known.and_then(|key| rows.iter().position(|row| row.key == key));
        self.checks.cursor = known.or_else(|| checks::first_failing(&rows)).unwrap_or(0);
        self.checks.rows = rows;
        self.checks_summary = summary;
        self.letter.rows = letter::letter(&session, &self.times, width);
        self.json.rows = json::json(&session, self.times.openness.of(id), json_width);
        self.notice = if session.session().is_some() {
            Vec::new()
        } else {
            let asks = self.times.keys.after("; ", Action::Refresh, "refreshes now");
            vec![format!("Nothing fetched yet{asks}.")]
        };
        let was = tree_moves::visible(&self.tree);
        let memory = self.trees.get(&id).cloned();
        let mut view = tree::view(&session, &self.times);
        clocks::mark_media(&mut view, &session, &self.settings.rules, &self.times);
        view.stale = found.stale;
        let first_time = memory.is_none();
        let memory = memory.unwrap_or_default();
        view.expanded = memory.expanded;
        if first_time {
            // Requirements begin unfolded; what stands beside them begins folded.
            let required =
                |node: &&TreeNode| !matches!(node.glyph.0, Glyph::Present | Glyph::Blank);
            let requirements = view.roots.iter().filter(required);
            view.expanded = requirements.map(|node| vec![node.step.clone()]).collect();
        }
        let was = if other { Vec::new() } else { was };
        view.selected = tree_moves::settle(&view, &memory.selected, &was);
        self.tree = view;
        // Only once there is a tree: else its first one would begin folded.
        if session.configuration().is_some() {
            self.remember_tree();
        }
        self.built = built;
    }

    /// Empties the panes of the selected session, and says why.
    fn clear(&mut self, why: &str) {
        self.built = None;
        self.tree = TreeView::default();
        self.checks.rows.clear();
        self.checks_summary.clear();
        self.timeline.rows.clear();
        self.letter.rows.clear();
        self.json.rows.clear();
        self.annotations.notes.rows.clear();
        self.notice = vec![why.to_owned()];
    }

    /// Builds the panes anew where their text is wrapped to another width.
    pub(crate) fn rewrap(&mut self) {
        if self.built.is_some_and(|(.., widths)| widths != self.text_widths()) {
            self.rebuild(true);
        }
    }

    /// Columns inside the panes with wrapped text: checks
    /// and letter, which stand in one column, and JSON.
    fn text_widths(&self) -> [usize; 2] {
        let of = |pane: Pane, zoomed: bool| {
            let areas = layout::fitted(self.size, pane, zoomed, self.layout_settings.proportions);
            areas.pane(pane).map_or(60, |area| usize::from(area.w.saturating_sub(2)))
        };
        let checks = self.zoomed && matches!(self.focus, Pane::Checks | Pane::Letter);
        let json = self.zoomed && self.focus == Pane::Json;
        [of(Pane::Checks, checks), of(Pane::Json, json)]
    }

    pub(crate) fn remember_tree(&mut self) {
        if let Some(id) = self.selected {
            let memory = TreeMemory {
                expanded: self.tree.expanded.clone(),
                selected: self.tree.selected.clone(),
            };
            self.trees.insert(id, memory);
            self.saved_views.folded = true;
        }
    }
}
