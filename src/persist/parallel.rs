//! The same work on many rows, by two threads.

use std::panic::resume_unwind;
use std::thread;

/// Fewer are done by this thread: starting another one takes as long.
const MANY: usize = 512;

/// What comes of each, in their order.
pub(super) fn map<T: Send, U: Send>(mut all: Vec<T>, work: impl Fn(T) -> U + Sync) -> Vec<U> {
    if all.len() < MANY {
        return all.into_iter().map(work).collect();
    }
    let half = all.split_off(all.len() / 2);
    thread::scope(|scope| {
        let second = scope.spawn(|| half.into_iter().map(&work).collect::<Vec<U>>());
        let mut done: Vec<U> = all.into_iter().map(&work).collect();
        match second.join() {
            Ok(second) => done.extend(second),
            Err(panic) => resume_unwind(panic),
        }
        done
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_are_done_in_their_order() {
        for count in [0, 1, MANY - 1, MANY, 2 * MANY + 1] {
            let doubled = map((0..count).collect(), |n| 2 * n);
            assert_eq!(doubled, (0..count).map(|n| 2 * n).collect::<Vec<_>>(), "{count}");
        }
    }
}
