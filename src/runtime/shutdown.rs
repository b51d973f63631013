//! What ends the program from outside: signals, and a panic in any task.

use tokio::signal::unix::{Signal, SignalKind, signal as listen};

use super::{Ending, terminal};

/// Listens from now on for TERM, HUP, INT and QUIT; the future ends with the first one's number. A
/// signal between this call and the first poll is not missed. Needs a running tokio runtime.
pub fn signal() -> impl Future<Output = u8> {
    let kinds = [
        SignalKind::terminate(),
        SignalKind::hangup(),
        SignalKind::interrupt(),
        SignalKind::quit(),
    ];
    let waits = kinds.map(|kind| {
        let stream = listen(kind);
        Box::pin(async move {
            match stream {
                Ok(mut stream) => {
                    stream.recv().await;
                }
                // One signal less to listen to is no reason not to start.
                Err(_not_available) => std::future::pending().await,
            }
            u8::try_from(kind.as_raw_value()).unwrap_or(0)
        })
    });
    async { futures::future::select_all(waits).await.0 }
}

/// Listens from now on for TSTP from outside (`kill -TSTP`): without this the process would stop with
/// the terminal still in raw mode (fault T03).
///
/// # Errors
/// When the system has no room for it.
pub fn stops() -> std::io::Result<Signal> {
    listen(SignalKind::from_raw(rustix::process::Signal::TSTP.as_raw()))
}

/// Listens from now on for a signal or for a panic in any task.
pub fn reason() -> impl Future<Output = Ending> {
    let signal = signal();
    async {
        tokio::select! {
            number = signal => Ending::Signal(number),
            () = terminal::fault().cancelled() => Ending::Fault,
        }
    }
}
