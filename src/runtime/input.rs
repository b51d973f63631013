//! What the operator types, read by a thread of its own.

use std::io;
use std::thread;

use crossterm::event::{Event, read};
use futures::{Stream, stream};
use tokio::sync::mpsc;

/// So many events wait at most; what is typed faster waits in the terminal.
const WAITING: usize = 64;

/// Keys, pastes, clicks and sizes of the terminal, until it fails.
///
/// # Errors
/// When the machine gives no thread.
// Not crossterm's own stream, which reads on the event loop's thread: of a terminal that has gone
// away it reads the end again and again, and never comes back. Here the loop goes on, and sees at its
// next tick that there is no terminal (fault T06).
pub(super) fn input() -> io::Result<impl Stream<Item = io::Result<Event>> + Unpin> {
    let (to, mut from) = mpsc::channel(WAITING);
    thread::Builder::new().name("input".to_owned()).spawn(move || {
        loop {
            let event = read();
            crate::panic_site::at("input", &event);
            let failed = event.is_err();
            if to.blocking_send(event).is_err() || failed {
                return;
            }
        }
    })?;
    Ok(stream::poll_fn(move |context| from.poll_recv(context)))
}
