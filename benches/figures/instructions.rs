//! What is counted in instructions, because no other work on the machine changes their number:
//! benches/instructions.sh.

use std::sync::Arc;

use branchwatch::api::{raw, wire};
use branchwatch::app::action::Action;
use branchwatch::app::event::Event;
use branchwatch::app::update;
use jiff::SignedDuration;

use crate::{filter, fixture, frame, publish, take_in};

/// Runs that are counted together. One before them fills the caches.
const RUNS: u32 = 10;

/// Names of what can be counted, in the order of the table.
pub(crate) const NAMES: [&str; 6] = ["frame", "publish", "take-in", "parse", "tick", "filter"];

/// Does one of them so that callgrind finds [`runs`].
pub(crate) fn run(name: &str) {
    match name {
        "frame" => {
            let (mut terminal, (model, _)) = (frame::terminal(), fixture::model(1_000));
            counted(|| frame::draw(&mut terminal, &model));
        }
        "publish" => {
            let mut changed = publish::Changed::among(1_000);
            counted(|| changed.change());
        }
        "take-in" => {
            let mut list = take_in::List::of(1_000);
            counted(|| list.change());
        }
        "parse" => {
            let answers = fixture::answers("S01", SignedDuration::from_hours(2));
            let text = Arc::clone(&answers.session.unwrap().raw);
            counted(|| {
                let body = text.as_bytes().to_vec();
                let (checked, _) = raw::checked_without_secrets(body).unwrap();
                assert!(wire::session(&checked, fixture::id(0)).is_ok());
            });
        }
        "tick" => {
            let (mut model, _) = fixture::model(1_000);
            let mut at = fixture::now();
            counted(|| {
                at += SignedDuration::from_secs(1);
                update(&mut model, Event::Tick(at));
            });
        }
        "filter" => {
            let (mut model, _) = fixture::model(1_000);
            update(&mut model, Event::Action(Action::Find));
            counted(|| filter::typed(&mut model, filter::FUZZY));
        }
        _ => println!("one of: {}", NAMES.join(" ")),
    }
}

fn counted(mut run: impl FnMut()) {
    run();
    runs(&mut run);
}

#[inline(never)]
fn runs(run: &mut dyn FnMut()) {
    (0..RUNS).for_each(|_| run());
}
