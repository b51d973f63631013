//! Every overlay and state in every theme at three sizes: the same words, and all of them legible.
//!
//! Frames in the default theme are snapshots beside.

use branchwatch::app::action::{Action, Pane};
use branchwatch::app::event::Event;
use branchwatch::app::{Model, update};
use branchwatch::theme::{ColourDepth, Look, Role, Themes};
use ratatui::buffer::{Buffer, Cell};
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

/// Every state at rest and every overlay and pane.
fn shows() -> Vec<(State, Option<Action>)> {
    let states = [State::Live, State::Stale, State::Error, State::Empty, State::Loading];
    let actions = [
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
        Action::Snooze,
        Action::AcknowledgeAll,
        Action::Add,
        Action::Letter,
        Action::Changes,
        Action::StepBack,
        Action::MarkAll,
        Action::WideColumns,
    ];
    let panes = Pane::ALL.into_iter().skip(1).map(Pane::action);
    let shows = states.into_iter().map(|state| (state, None));
    shows.chain(actions.into_iter().chain(panes).map(|a| (State::Live, Some(a)))).collect()
}

fn names() -> Vec<String> {
    Themes::read(&[], ColourDepth::TrueColor).names()
}

fn named(theme: &str) -> Look {
    let themes = Themes::read(&[], ColourDepth::TrueColor);
    Look::new(ColourDepth::TrueColor, false).with(themes.get(theme).unwrap())
}

/// One test, since drawing costs most: whichever pane or dialog has the cursor, its line is one bar
/// from border to border too, in one ground, and reversed everywhere or nowhere.
#[test]
fn in_every_theme_every_overlay_is_legible_says_the_same_and_has_one_bar_under_its_cursor() {
    let looks: Vec<_> = names().into_iter().map(|name| (name.clone(), named(&name))).collect();
    let (mut cells, mut bars) = (0, 0);
    for (state, action) in shows() {
        for size in SIZES {
            let model = shown(state, action, size);
            let usual = frame(&model, look());
            for (name, look) in &looks {
                let drawn = frame(&model, *look);
                let mut pairs = drawn.content().iter().zip(usual.content());
                let same = pairs.all(|(one, other)| one.symbol() == other.symbol());
                assert!(same, "{name} {state:?} {action:?} {size:?}: other words");
                for cell in drawn.content() {
                    let Some(ratio) = contrast(cell) else { continue };
                    cells += 1;
                    let faint = ratio < 4.5 || cell.modifier.contains(Modifier::HIDDEN);
                    assert!(!faint, "{name} {state:?} {action:?} {size:?}: {cell:?} is {ratio:.2}");
                }
                // The cursor of the export dialog is on a choice within a line.
                if action != Some(Action::Export) {
                    let told = format!("{name} {state:?} {action:?} {size:?}");
                    bars += whole_bars(&drawn, &bar(*look, model.in_past()), &told);
                }
            }
        }
    }
    assert!(cells > 500_000, "{cells} cells of themes with colours of their own");
    assert!(bars >= 80 * looks.len(), "{bars} bars");
}

/// Lines that frame a pane, a dialog, the filter or a chart.
fn is_line(symbol: &str) -> bool {
    symbol.starts_with(|sign| ('\u{2500}'..='\u{257f}').contains(&sign))
}

/// Signs that may have a hue: they repeat what a word beside them says. Bars of charts are signs.
fn is_sign(symbol: &str) -> bool {
    "✓✗○●◌◐◔▲≈Δ❚▾▸".contains(symbol)
        || symbol.starts_with(|c| matches!(c, '\u{2580}'..='\u{259f}' | '\u{2800}'..='\u{28ff}'))
}

/// In Solarized colour 8 is the ground; in other palettes a hue or DIM falls short of 3:1.
#[test]
fn words_in_the_terminals_own_colours_have_its_own_ink() {
    let mut hues = 0;
    for (state, action) in shows() {
        for size in SIZES {
            let model = shown(state, action, size);
            for look in [look(), Look::new(ColourDepth::None, false), named("terminal")] {
                for cell in frame(&model, look).content() {
                    // Written out only where it is told: there are millions of cells.
                    let at = || format!("{state:?} {action:?} {size:?}: {cell:?}");
                    assert!(![cell.fg, cell.bg].contains(&Color::DarkGray), "colour 8 {}", at());
                    let said = !cell.symbol().trim().is_empty();
                    if cell.fg != Color::Reset || cell.bg != Color::Reset {
                        assert!(!said || is_sign(cell.symbol()), "a hue on a word, {}", at());
                        hues += 1;
                    }
                    let dim = cell.modifier.contains(Modifier::DIM);
                    assert!(!dim || is_line(cell.symbol()), "DIM on a word, {}", at());
                    let broken = cell.modifier.contains(Modifier::UNDERLINED);
                    assert!(!broken, "a broken line, {}", at());
                }
            }
        }
    }
    assert!(hues > 1_000, "{hues} signs with a hue");
}

/// A cell of the bar.
fn bar(look: Look, past: bool) -> Cell {
    let mut buffer = Buffer::empty(ratatui::layout::Rect::new(0, 0, 1, 1));
    look.lay_bar(&mut buffer, ratatui::layout::Rect::new(0, 0, 1, 1), Role::Cursor);
    if past {
        look.paint_past(&mut buffer);
    }
    buffer.cell((0, 0)).unwrap().clone()
}

/// Columns of a line that look like the bar: its ground, or turned over.
fn barred(line: &[Cell], bar: &Cell) -> Vec<usize> {
    let of = |cell: &Cell| (cell.bg, cell.modifier.contains(Modifier::REVERSED));
    let wanted = of(bar);
    line.iter().enumerate().filter(|(_, cell)| of(cell) == wanted).map(|(x, _)| x).collect()
}

/// How many bars there are; each goes from border to border.
fn whole_bars(buffer: &Buffer, bar: &Cell, told: &str) -> usize {
    let mut bars = 0;
    for (y, line) in buffer.content().chunks(usize::from(buffer.area.width)).enumerate().skip(1) {
        let columns = barred(line, bar);
        // An open dialog covers the middle of the list's bar.
        for piece in columns.chunk_by(|one, next| one + 1 == *next) {
            let (Some(first), Some(last)) = (piece.first(), piece.last()) else { unreachable!() };
            let border = |x: usize| line.get(x).is_some_and(|cell| is_line(cell.symbol()));
            let before = border(first - 1) || border(first.saturating_sub(2));
            let whole = before && (border(last + 1) || border(last + 2));
            assert!(whole, "{told}, line {y}: {piece:?}");
            bars += 1;
        }
    }
    bars
}
