//! What ends the program from outside: signals, and a panic in any task.
//!
//! Owns the waiting for them.

use tokio::signal::unix::{SignalKind, signal as listen};

use super::{Ending, terminal};

/// Waits for TERM, HUP, INT or QUIT; returns its number. Never returns when no signal can be
/// listened for.
pub async fn signal() -> u8 {
    let kinds = [
        (SignalKind::terminate(), libc::SIGTERM),
        (SignalKind::hangup(), libc::SIGHUP),
        (SignalKind::interrupt(), libc::SIGINT),
        (SignalKind::quit(), libc::SIGQUIT),
    ];
    let waits = kinds.map(|(kind, number)| {
        Box::pin(async move {
            match listen(kind) {
                Ok(mut stream) => {
                    stream.recv().await;
                }
                Err(_not_available) => std::future::pending().await,
            }
            u8::try_from(number).unwrap_or(0)
        })
    });
    futures::future::select_all(waits).await.0
}

/// Waits for a signal or for a panic in any task.
pub async fn reason() -> Ending {
    tokio::select! {
        number = signal() => Ending::Signal(number),
        () = terminal::fault().cancelled() => Ending::Fault,
    }
}
