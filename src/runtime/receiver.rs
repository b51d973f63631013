//! The receiver of notifications beside the dashboard.
//!
//! Whatever happens to it, polling goes on.

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::notifications::receiver::Receiver;
use crate::refresh::Command;

/// Notifications that wait for the refresh task.
// Bounded (fault W06): beyond it senders are told 503, and polling finds what was missed.
pub const WAITING: usize = 1024;

/// Receives notifications in a task of its own, until cancelled.
pub fn start<C: Clock + Clone>(
    receiver: Receiver,
    commands: mpsc::Sender<Command>,
    clock: C,
    stop: CancellationToken,
) {
    let (hints, mut told) = mpsc::channel(WAITING);
    let (states, mut stands) = mpsc::channel(8);
    // A state that finds no room is followed by another.
    let tell = move |how| drop(states.try_send(how));
    tokio::spawn(receiver.run(hints, tell, clock, stop));
    tokio::spawn(async move {
        // Ends with the receiver.
        loop {
            let command = tokio::select! {
                biased;
                Some(how) = stands.recv() => Command::Receiving(how),
                Some(told) = told.recv() => Command::Notified(told),
                else => return,
            };
            crate::panic_site::at("notification", &command);
            if commands.send(command).await.is_err() {
                return;
            }
        }
    });
}
