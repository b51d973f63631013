//! Words of the palette that take an argument: `filter …`, `sort due desc`, `view NAME`, ….
//!
//! An argument that cannot be read changes nothing and is answered in words.

pub(crate) mod state;

use jiff::SignedDuration;

use crate::app::dialogs::commands::state::PaletteWord;
use crate::app::dialogs::{add, export};
use crate::app::effect::Effect;
use crate::app::event::Event;
use crate::app::list::arrange::{put_in_force, set_columns, set_sort};
use crate::app::list::columns::Column;
use crate::app::list::filter::Query;
use crate::app::list::sort::Sort;
use crate::app::list::views::{View, columns};
use crate::app::list::{filter_bar, saved_views};
use crate::app::model::Model;
use crate::app::operator::{privacy, time_travel};
use crate::app::view::Tone;
use crate::domain::nearest::suggestion;
use crate::domain::shape::Format;
use crate::domain::span::{exact, parse_span};
use crate::domain::watchlist::command::OperatorCommand;

/// What can stand after it, where that is a choice of few.
pub(crate) fn offers(word: PaletteWord, model: &Model) -> Vec<String> {
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    match word {
        PaletteWord::Export => words(&["json", "jsonl", "csv", "md", "bundle"]),
        PaletteWord::Privacy => words(&["masked", "on", "partial", "off"]),
        PaletteWord::Sort => {
            let names = std::iter::once("attention").chain(Column::ALL.map(Column::name));
            names.flat_map(|name| ["asc", "desc"].map(|way| format!("{name} {way}"))).collect()
        }
        PaletteWord::View => {
            let names = model.saved_views.views().map(|(view, _)| saved_views::shown(&view.name));
            std::iter::once("all".to_owned()).chain(names).collect()
        }
        PaletteWord::Add
        | PaletteWord::Columns
        | PaletteWord::Filter
        | PaletteWord::Interval
        | PaletteWord::Past => Vec::new(),
    }
}

/// Carries out a word with its argument.
///
/// # Errors
/// Says what cannot be read, and what was expected.
pub(crate) fn run(
    model: &mut Model,
    word: PaletteWord,
    argument: &str,
) -> Result<Vec<Effect>, String> {
    if model.in_past() && !word.works_in_past() {
        return Err("not available in the past".to_owned());
    }
    match word {
        PaletteWord::Add => {
            model.then = Some(Event::Paste(format!("{argument}\n")));
            add::open(model);
        }
        PaletteWord::Columns => {
            let names = argument.split([' ', ',']).filter(|name| !name.is_empty());
            let names: Vec<String> = names.map(str::to_owned).collect();
            set_columns(model, columns(&names)?);
        }
        PaletteWord::Export => {
            let format = Format::ALL
                .into_iter()
                .find(|format| format.ending() == argument)
                .ok_or_else(|| "expected json, jsonl, csv, md or bundle".to_owned())?;
            return Ok(export::open(model, false, format));
        }
        PaletteWord::Filter => {
            let filter = Query::parse(argument)
                .map_err(|why| format!("character {}: {}", why.at + 1, why.what))?;
            filter_bar::remember(&mut model.filters, argument.to_owned());
            put_in_force(model, argument.to_owned(), filter, model.cursor);
            let (shown, all) = (model.sessions.len(), model.sessions.watched());
            model.set_message(format!("{shown} of {all} match"), Tone::Plain);
        }
        PaletteWord::Interval => {
            let every = parse_span(argument)?;
            if every < SignedDuration::from_secs(1) {
                return Err("the interval must be at least 1s".to_owned());
            }
            model.set_message(
                format!("open sessions are polled every {}", exact(every)),
                Tone::Plain,
            );
            return Ok(vec![Effect::Command(OperatorCommand::Interval(every))]);
        }
        PaletteWord::Past => time_travel::jump(model, argument)?,
        PaletteWord::Privacy => return privacy::to(model, argument),
        PaletteWord::Sort => set_sort(model, Sort::parse(argument)?),
        PaletteWord::View => {
            let view = if argument == "all" { View::default() } else { view(model, argument)? };
            saved_views::choose(model, view);
        }
    }
    Ok(Vec::new())
}

fn view(model: &Model, name: &str) -> Result<View, String> {
    let mut views = model.saved_views.views();
    // As Tab offers it, cut and escaped.
    if let Some((view, _)) = views.find(|(view, _)| saved_views::shown(&view.name) == name) {
        return Ok(view.clone());
    }
    let known: Vec<&str> =
        model.saved_views.views().map(|(view, _)| view.name.as_str()).chain(["all"]).collect();
    Err(format!("no view named {name}; {}", suggestion(name, known)))
}
