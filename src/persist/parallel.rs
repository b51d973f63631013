//! The same work on many rows, by two threads.

use std::panic::resume_unwind;
use std::sync::mpsc::{TrySendError, sync_channel};
use std::thread;

/// Fewer are done by this thread: starting another one takes as long.
pub(super) const MANY: usize = 512;

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
        let works =
            || inbox.into_iter().map(|(number, some)| (number, all(some))).collect::<Vec<_>>();
        // With little memory the system may refuse one: then the inbox is gone, and this one does all.
        let second = thread::Builder::new().spawn_scoped(scope, works).ok();
        let (mut done, mut some, mut number) = (Vec::new(), first, 0);
        let got = loop {
            if some.is_empty() {
                break Ok(());
            }
            if let Err(TrySendError::Full(refused) | TrySendError::Disconnected(refused)) =
                send.try_send((number, some))
            {
                done.push((refused.0, all(refused.1)));
            }
            number += 1;
            match next() {
                Ok(more) => some = more,
                Err(why) => break Err(why),
            }
        };
        drop(send);
        match second.map(thread::ScopedJoinHandle::join) {
            Some(Ok(second)) => done.extend(second),
            Some(Err(panic)) => resume_unwind(panic),
            None => {}
        }
        (got, done)
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
        for count in [0, 1, MANY - 1, MANY, 2 * MANY, 2 * MANY + 1, 9 * MANY] {
            let mut given = 0..count;
            let next = || -> Result<Vec<usize>, ()> { Ok(given.by_ref().take(MANY).collect()) };
            let doubled = each(next, |n| 2 * n).unwrap();
            assert_eq!(doubled, (0..count).map(|n| 2 * n).collect::<Vec<_>>(), "{count}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_an_error() {
        let mut left = 2;
        let fails = || {
            left -= 1;
            if left > 0 { Ok(vec![1; MANY]) } else { Err("gone") }
        };
        assert_eq!(each(fails, |n: i32| n), Err("gone"));
    }
}
