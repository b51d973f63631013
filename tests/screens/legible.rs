//! Every overlay and state in every theme at three sizes: the same words, and all of them legible.
//!
//! Owns the reckoning of contrast on drawn cells. Frames in the default theme are snapshots beside.

use branchwatch::app::action::Action;
use branchwatch::app::event::Event;
use branchwatch::app::{Model, update};
use branchwatch::theme::{ColourDepth, Look, SHIPPED, Themes};
use ratatui::buffer::Cell;
use ratatui::style::{Color, Modifier};

use super::{SIZES, State, frame, look, model};

fn luminance(colour: Color) -> Option<f64> {
    let Color::Rgb(r, g, b) = colour else { return None };
    let linear = |part: u8| {
        let part = f64::from(part) / 255.0;
        if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    };
    Some(0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b))
}

/// WCAG's contrast of a cell that says something; `None` where nothing is said.
fn contrast(cell: &Cell) -> Option<f64> {
    if cell.symbol().trim().is_empty() {
        return None;
    }
    let (text, ground) = (luminance(cell.fg)?, luminance(cell.bg)?);
    Some((text.max(ground) + 0.05) / (text.min(ground) + 0.05))
}

fn shown(state: State, action: Option<Action>, size: (u16, u16)) -> Model {
    let mut model = model(state, size);
    if let Some(action) = action {
        update(&mut model, Event::Action(action));
    }
    model
}

#[test]
fn every_overlay_and_state_is_legible_in_every_theme_and_says_the_same() {
    let themes = Themes::read(&[], ColourDepth::TrueColor);
    let states = [State::Live, State::Stale, State::Error, State::Empty, State::Loading];
    let overlays = [
        Action::Help,
        Action::Export,
        Action::CopyMenu,
        Action::Find,
        Action::SortPicker,
        Action::ColumnPicker,
        Action::Views,
        Action::Palette,
        Action::ApiLog,
        Action::Charts,
        Action::Note,
        Action::Tags,
        Action::AcknowledgeAll,
        Action::Add,
        Action::Letter,
        Action::Changes,
        Action::StepBack,
        Action::MarkAll,
        Action::WideColumns,
    ];
    let shows = states.into_iter().map(|state| (state, None));
    let shows = shows.chain(overlays.map(|action| (State::Live, Some(action))));
    let mut cells = 0;
    for (state, action) in shows {
        for size in SIZES {
            let model = shown(state, action, size);
            let words = |look| -> Vec<String> {
                let buffer = frame(&model, look);
                buffer.content().iter().map(|cell| cell.symbol().to_owned()).collect()
            };
            let usual = words(look());
            for (name, _) in SHIPPED {
                let look = Look::new(ColourDepth::TrueColor, false).with(themes.get(name).unwrap());
                assert!(words(look) == usual, "{name} {state:?} {action:?} {size:?}: other words");
                for cell in frame(&model, look).content() {
                    let Some(ratio) = contrast(cell) else { continue };
                    cells += 1;
                    let faint = ratio < 4.5 || cell.modifier.contains(Modifier::HIDDEN);
                    assert!(!faint, "{name} {state:?} {action:?} {size:?}: {cell:?} is {ratio:.2}");
                }
            }
        }
    }
    assert!(cells > 500_000, "{cells} cells of themes with colours of their own");
}
