//! The model as cells (I3).
//!
//! Owns drawing. Reads the model and changes nothing; builds only what is visible; never sees a
//! server's text that has not been made safe.

mod detail;
mod dialogs;
mod list;
mod status;
pub mod widgets;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::Line;
use ratatui::widgets::{Paragraph, Wrap};
pub use widgets::picture::Shown;

use crate::app::Model;
use crate::app::layout::{Area, LayoutShape};
use crate::app::view::Pane;
use crate::theme::Look;
use detail::{checks, panes, tree};
use dialogs::lock;
use status::{footer, header};

const fn rect(area: Area) -> Rect {
    Rect::new(area.x, area.y, area.w, area.h)
}

/// Draws one frame; returns the picture that is open, drawn in half-blocks.
pub fn draw<'a>(frame: &mut Frame<'_>, model: &'a Model, look: Look) -> Option<Shown<'a>> {
    let shown = draw_cells(frame, model, look);
    // After all is drawn: only the finished cells tell what is a word and what a sign.
    look.keep_words_plain(frame.buffer_mut());
    // The ground of all of it, so that no part of the screen can be taken for now.
    if model.in_past() && model.lock().is_none() {
        look.paint_past(frame.buffer_mut());
    }
    look.paint_ground(frame.buffer_mut());
    shown
}

fn draw_cells<'a>(frame: &mut Frame<'_>, model: &'a Model, look: Look) -> Option<Shown<'a>> {
    let areas = model.areas();
    let whole = frame.area();
    if areas.shape == LayoutShape::TooSmall {
        too_small(frame, model, look);
        return None;
    }
    // The terminal may be smaller already than the model knows.
    let inside = |area: Area| rect(area).intersection(whole);
    header::draw(frame, inside(areas.header), model, look);
    // Returned before any pane is drawn: what is hidden is not on the screen at all.
    if let Some(lock) = model.lock() {
        lock::draw(frame, whole, lock, look);
        return None;
    }
    for (which, area) in &areas.panes {
        let area = inside(*area);
        match which {
            Pane::List => list::draw(frame, area, model, look),
            Pane::Tree => tree::draw(frame, area, model, look),
            Pane::Checks => checks::draw(frame, area, model, look),
            Pane::Timeline => panes::timeline(frame, area, model, look),
            Pane::Alerts => panes::alerts(frame, area, model, look),
            Pane::Letter => panes::letter(frame, area, model, look),
            Pane::Notes => panes::notes(frame, area, model, look),
            Pane::Json => panes::json(frame, area, model, look),
        }
    }
    if let Some(ticker) = areas.ticker {
        footer::ticker(frame, inside(ticker), model, look);
    }
    footer::draw(frame, inside(areas.footer), model, look);
    dialogs::draw(frame, whole, model, look)
}

fn too_small(frame: &mut Frame<'_>, model: &Model, look: Look) {
    let area = frame.area();
    let header = model.header();
    let connection = header.connection.map(|cell| cell.text).unwrap_or_default();
    let lines = vec![
        Line::from(format!("Window is {}x{}. This view needs 60x16.", area.width, area.height))
            .style(look.role(crate::theme::Role::Title)),
        Line::from(look.text(&format!(
            "{} · {connection} · q quits, other keys are off.",
            crate::text::need_attention(header.attention)
        )))
        .style(Modifier::empty()),
    ];
    frame.render_widget(Paragraph::new(lines).wrap(Wrap { trim: true }), area);
}
