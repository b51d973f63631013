//! The same work on many rows, by two threads.

use std::panic::resume_unwind;
use std::sync::mpsc::{TrySendError, sync_channel};
use std::thread;

/// Fewer are done by this thread: starting another one takes as long.
pub(super) const MANY: usize = 512;

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

/// What comes of each of those that `next` gives, some at a time, in their order. This thread gets
/// them; the other one works meanwhile, and this one where that has enough to do.
pub(super) fn each<T: Send, U: Send, E>(
    mut next: impl FnMut() -> Result<Vec<T>, E>,
    work: impl Fn(T) -> U + Sync,
) -> Result<Vec<U>, E> {
    let all = |some: Vec<T>| some.into_iter().map(&work).collect::<Vec<U>>();
    let first = next()?;
    if first.len() < MANY {
        return Ok(all(first));
    }
    // Waiting ones take memory, and one is enough not to be waited for.
    let (send, inbox) = sync_channel::<(usize, Vec<T>)>(1);
    let (got, mut done) = thread::scope(|scope| {
        let second = scope.spawn(|| {
            inbox.into_iter().map(|(number, some)| (number, all(some))).collect::<Vec<_>>()
        });
        let (mut done, mut some, mut number) = (Vec::new(), Ok(first), 0);
        while let Ok(batch) = some {
            if batch.is_empty() {
                some = Ok(batch);
                break;
            }
            if let Err(TrySendError::Full(refused) | TrySendError::Disconnected(refused)) =
                send.try_send((number, batch))
            {
                done.push((refused.0, all(refused.1)));
            }
            number += 1;
            some = next();
        }
        drop(send);
        match second.join() {
            Ok(second) => done.extend(second),
            Err(panic) => resume_unwind(panic),
        }
        (some.map(drop), done)
    });
    got?;
    done.sort_unstable_by_key(|(number, _)| *number);
    Ok(done.into_iter().flat_map(|(_, some)| some).collect())
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

    #[test]
    fn those_that_come_some_at_a_time_are_done_in_their_order() {
        for batches in [0, 1, 2, 9] {
            let mut given = 0..batches;
            let next = || -> Result<Vec<usize>, ()> {
                let batch = given.next().map(|n| (n * MANY..(n + 1) * MANY).collect());
                Ok(batch.unwrap_or_default())
            };
            let doubled = each(next, |n| 2 * n).unwrap();
            assert_eq!(doubled, (0..batches * MANY).map(|n| 2 * n).collect::<Vec<_>>());
        }
        let mut left = 2;
        let fails = || {
            left -= 1;
            if left > 0 { Ok(vec![1; MANY]) } else { Err("gone") }
        };
        assert_eq!(each(fails, |n: i32| n), Err("gone"));
    }
}
