//! h1: filtering 100,000 sessions as the operator types, beside one pass of the matcher alone.

use branchwatch::app::action::Action;
use branchwatch::app::event::Event;
use branchwatch::app::text::text_field::Edit;
use branchwatch::app::{Model, update};
use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32String};

use crate::fixture;
use crate::measure::{Figure, Goal, ratios, scaled, time, times};

/// What an operator types, and whether it is a word that the matcher would look for too.
pub(crate) const FUZZY: &str = "d99br";
const SUBSTRING: &str = "\"branch-cust\"";
const FIELDS: [&str; 4] =
    ["re:/0{3}.*ref/", "due<48h !tag:team-3", "docs<3", "reason:blurry or check:liveness"];

pub(crate) fn figures() -> Vec<Figure> {
    let (mut model, table) = fixture::model(100_000);
    let references = table.iter().filter_map(|session| session.entry.reference.as_deref());
    let references: Vec<Utf32String> = references.map(Utf32String::from).collect();
    let mut matcher = Matcher::new(Config::DEFAULT);
    let pattern = Pattern::parse(FUZZY, CaseMatching::Smart, Normalization::Smart);
    let mut pass = || {
        time(1, || {
            let score = |text: &Utf32String| pattern.score(text.slice(..), &mut matcher);
            assert!(references.iter().filter_map(score).count() > 0);
        })
    };
    update(&mut model, Event::Action(Action::Find));
    let mut figures = Vec::new();
    for (what, query, goal) in [("substring", SUBSTRING, 0.5), ("fuzzy", FUZZY, 1.1)] {
        let what = format!("filter 100,000: {what} ÷ one pass of nucleo");
        let rounds = ratios(|| time(1, || typed(&mut model, query)), &mut pass);
        figures.push(Figure { name: "h1", what, goal: Goal::AtMost(goal), unit: "", rounds });
    }
    for query in [SUBSTRING, FUZZY].into_iter().chain(FIELDS) {
        let rounds = scaled(&times(1, || typed(&mut model, query)), 1e3);
        let what = format!("one key more in the filter `{query}`, 100,000");
        figures.push(Figure { name: "h1", what, goal: Goal::None, unit: "ms", rounds });
    }
    figures
}

pub(crate) fn typed(model: &mut Model, query: &str) {
    update(model, Event::Edit(Edit::DeleteFromStart));
    update(model, Event::Paste(query.into()));
}
