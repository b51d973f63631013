//! f1, f2: a frame of 160x50 cells.

use branchwatch::app::Model;
use branchwatch::app::event::Event;
use branchwatch::app::update;
use branchwatch::theme::{ColourDepth, Look};
use branchwatch::ui;
use jiff::SignedDuration;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

use crate::fixture;
use crate::measure::{Figure, Goal, ROUNDS, ratios, scaled, time};

/// Frames of a round.
const FRAMES: u32 = 1_000;

pub(crate) fn figures() -> Vec<Figure> {
    let (few, many) = (fixture::model(1_000).0, fixture::model(100_000).0);
    let mut terminals = [terminal(), terminal()];
    let [of_few, of_many] = &mut terminals;
    let flat =
        ratios(|| time(FRAMES, || draw(of_many, &many)), || time(FRAMES, || draw(of_few, &few)));
    let mut seconds: Vec<Vec<f64>> = vec![Vec::new(), Vec::new()];
    for _ in 0..ROUNDS {
        let mut round = aging(&mut terminal(), fixture::model(1_000).0);
        round.sort_unstable_by(f64::total_cmp);
        for (part, of) in seconds.iter_mut().zip([50, 99]) {
            part.extend(round.get(round.len() * of / 100));
        }
    }
    let figure = |name, what: &str, goal, unit, rounds| Figure {
        name,
        what: what.to_owned(),
        goal: Goal::AtMost(goal),
        unit,
        rounds,
    };
    let [median, worst] = [0, 1].map(|place| scaled(seconds.get(place).unwrap(), 1e3));
    vec![
        figure("f1", "time of a frame at 100,000 sessions ÷ at 1,000", 1.05, "", flat),
        figure("f2", "frame of 160x50 in which all ages change, p50", 0.5, "ms", median),
        figure("f2", "the same, p99", 2.0, "ms", worst),
    ]
}

pub(crate) fn terminal() -> Terminal<TestBackend> {
    Terminal::new(TestBackend::new(160, 50)).unwrap()
}

pub(crate) fn draw(terminal: &mut Terminal<TestBackend>, model: &Model) {
    let look = Look::new(ColourDepth::TrueColor, false);
    terminal
        .draw(|frame| {
            ui::draw(frame, model, look);
        })
        .unwrap();
}

/// Seconds of each frame while the time goes on.
fn aging(terminal: &mut Terminal<TestBackend>, mut model: Model) -> Vec<f64> {
    let frame = |second: u32| {
        let at = fixture::now() + SignedDuration::from_secs(i64::from(second));
        update(&mut model, Event::Tick(at));
        time(1, || draw(terminal, &model))
    };
    (0..FRAMES).map(frame).collect()
}
