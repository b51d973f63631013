//! h2: the order of 100,000 sessions.

use branchwatch::app::action::Action;
use branchwatch::app::event::Event;
use branchwatch::app::{Model, update};

use crate::fixture;
use crate::measure::{Figure, Goal, scaled, times};

pub(crate) fn figures() -> Vec<Figure> {
    // By the column at a place of the picker.
    let columns = [
        ("deadline", 7, Goal::AtMost(4.0)),
        ("reference", 1, Goal::None),
        ("checks", 6, Goal::None),
    ];
    let mut model = fixture::model(100_000).0;
    let figure = |(column, place, goal)| {
        order_by(&mut model, place);
        let seconds = times(1, || {
            update(&mut model, Event::Action(Action::ReverseSort));
        });
        let what = format!("order of 100,000 by {column}, reversed");
        Figure { name: "h2", what, goal, unit: "ms", rounds: scaled(&seconds, 1e3) }
    };
    columns.into_iter().map(figure).collect()
}

fn order_by(model: &mut Model, place: usize) {
    update(model, Event::Action(Action::SortPicker));
    update(model, Event::Action(Action::Top));
    for _ in 0..place {
        update(model, Event::Action(Action::Down));
    }
    update(model, Event::Action(Action::Enter));
}
