//! How fast the program is: each figure with its goal and what is measured on this machine, in one
//! table. Run: cargo bench, or for some figures cargo bench -- f h1. See benches/README.md.
#![expect(clippy::unwrap_used, reason = "a failed set-up fails the measurement")]
#![expect(clippy::indexing_slicing, reason = "a failed set-up fails the measurement")]
#![expect(clippy::print_stdout, reason = "the table")]
#![expect(clippy::disallowed_methods, reason = "time is what is measured here")]
#![expect(clippy::cast_precision_loss, reason = "figures are shown with three digits")]

#[path = "../../tests/common/model.rs"]
mod common;
mod filter;
mod fixture;
mod frame;
mod hostile;
mod instructions;
mod many;
mod measure;
mod poll;
mod publish;
mod receiver;
mod schedule;
mod sort;
mod store;
mod take_in;
mod token;

use std::path::Path;

use measure::Figure;

/// Measures figures that belong together.
type Measure = fn() -> Vec<Figure>;

/// The names of figures, and what measures them.
const FIGURES: [(&[&str], Measure); 12] = [
    (&["b1"], poll::figures),
    (&["c2", "e", "e2"], many::figures),
    (&["f1", "f2"], frame::figures),
    (&["f3"], publish::figures),
    (&["f4"], take_in::figures),
    (&["h1"], filter::figures),
    (&["h2"], sort::figures),
    (&["i1", "i2", "i3"], schedule::figures),
    (&["store"], store::figures),
    (&["U05", "U14"], hostile::figures),
    (&["W02"], token::figures),
    (&["W07"], receiver::figures),
];

fn main() {
    let arguments: Vec<String> =
        std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["fill", folder, count] => many::fill(Path::new(folder), None, count.parse().unwrap()),
        ["fill", folder, count, key] => {
            many::fill(Path::new(folder), Some(Path::new(key)), count.parse().unwrap());
        }
        ["read", folder] => many::read(Path::new(folder)),
        ["instructions", name] => instructions::run(name),
        wanted => table(wanted),
    }
}

fn table(wanted: &[&str]) {
    let is_wanted = |name: &&str| wanted.is_empty() || wanted.iter().any(|w| name.starts_with(w));
    println!("{}", measure::HEAD);
    for (names, figures) in FIGURES {
        if names.iter().any(is_wanted) {
            for figure in figures() {
                println!("{}", figure.line());
            }
        }
    }
}
