//! f4: taking one changed session into the list.

use branchwatch::app::action::Action;
use branchwatch::app::event::Event;
use branchwatch::app::{Model, update};
use branchwatch::domain::watchlist::snapshot::SessionTable;

use crate::fixture;
use crate::measure::{Figure, Goal, ratios, scaled, time, times};

/// Changes of a round.
const CHANGES: u32 = 200;

pub(crate) fn figures() -> Vec<Figure> {
    let (mut few, mut many) = (List::of(1_000), List::of(100_000));
    let flat = ratios(|| time(CHANGES, || many.change()), || time(CHANGES, || few.change()));
    let mut filtered = List::of(100_000);
    update(&mut filtered.model, Event::Action(Action::Find));
    update(&mut filtered.model, Event::Paste("stage:awaiting docs<3".into()));
    let seconds = times(CHANGES, || filtered.change());
    vec![
        Figure {
            name: "f4",
            what: "taking one change into a list of 100,000 ÷ of 1,000".to_owned(),
            goal: Goal::AtMost(2.0),
            unit: "",
            rounds: flat,
        },
        Figure {
            name: "f4",
            what: "one change under the filter `stage:awaiting docs<3`, 100,000".to_owned(),
            goal: Goal::None,
            unit: "ms",
            rounds: scaled(&seconds, 1e3),
        },
    ]
}

pub(crate) struct List {
    model: Model,
    table: SessionTable,
    middle: u128,
    revision: u64,
}

impl List {
    pub(crate) fn of(count: u128) -> Self {
        let (model, table) = fixture::model(count);
        Self { model, table, middle: count / 2, revision: 1 }
    }

    pub(crate) fn change(&mut self) {
        self.revision += 1;
        self.table.replace(fixture::session(self.middle, self.revision));
        fixture::publish(&mut self.model, &self.table, self.revision);
    }
}
