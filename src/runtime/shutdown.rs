//! What ends the program from outside: signals, and a panic in any task.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use rustix::process::Signal as Number;
use tokio::signal::unix::{Signal, SignalKind, signal as listen};

use super::{Ending, terminal};

/// What asks a program to end.
const ASKING: [Number; 4] = [Number::TERM, Number::HUP, Number::INT, Number::QUIT];

/// What would end the dashboard and leave its terminal as it is. Not SEGV, ILL, FPE and BUS: nothing
/// can be done after them without `unsafe`; `branchwatch reset` gives the terminal back.
const ENDING: [Number; 7] = [
    Number::ABORT,
    Number::ALARM,
    Number::USR1,
    Number::USR2,
    Number::XCPU,
    Number::VTALARM,
    Number::PROF,
];

/// The end waits for so long for whoever reads the output.
const PATIENCE: Duration = Duration::from_millis(500);

/// So many writes have begun that a reader may hold up, and so many are done.
static BEGUN: AtomicU32 = AtomicU32::new(0);
static DONE: AtomicU32 = AtomicU32::new(0);

/// Writes where a reader may hold it up: after a signal the program does not wait for the reader.
pub fn while_writing<T>(write: impl FnOnce() -> T) -> T {
    BEGUN.fetch_add(1, Ordering::SeqCst);
    let written = write();
    DONE.fetch_add(1, Ordering::SeqCst);
    written
}

/// Listens from now on for TERM, HUP, INT and QUIT; the future ends with the first one's number. A
/// signal between this call and the first poll is not missed. HUP is not listened for where the
/// parent has it ignored (`nohup`). Needs a running tokio runtime.
pub fn signal() -> impl Future<Output = u8> {
    let hangup = !hangup_is_ignored();
    let asking = ASKING.into_iter().filter(move |kind| hangup || *kind != Number::HUP);
    let first = first_of(asking);
    // In a task of its own: the one that waits for the signal may be held up by a reader.
    let heard = tokio::spawn(async move {
        let number = first.await;
        tokio::spawn(end_if_held_up(number));
        number
    });
    async { heard.await.unwrap_or(0) }
}

/// A terminal that is stopped (Ctrl-S) or a pipe that nobody reads holds up a write for ever.
async fn end_if_held_up(number: u8) {
    loop {
        let (done, begun) = (DONE.load(Ordering::SeqCst), BEGUN.load(Ordering::SeqCst));
        tokio::time::sleep(PATIENCE).await;
        if begun != done && DONE.load(Ordering::SeqCst) == done {
            #[expect(clippy::exit, reason = "the thread that would return cannot be woken")]
            std::process::exit(128 + i32::from(number));
        }
    }
}

fn first_of(kinds: impl Iterator<Item = Number>) -> impl Future<Output = u8> {
    let waits = kinds.map(|kind| {
        let number = kind.as_raw();
        let stream = listen(SignalKind::from_raw(number));
        Box::pin(async move {
            match stream {
                Ok(mut stream) => {
                    stream.recv().await;
                }
                // One signal less to listen to is no reason not to start.
                Err(_not_available) => std::future::pending().await,
            }
            u8::try_from(number).unwrap_or(0)
        })
    });
    let waits: Vec<_> = waits.collect();
    async { futures::future::select_all(waits).await.0 }
}

/// Whether the parent wants HUP to be ignored. Only Linux tells.
fn hangup_is_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|set| u64::from_str_radix(set.trim(), 16).ok());
    ignored.is_some_and(|set| set & (1 << (Number::HUP.as_raw() - 1)) != 0)
}

/// Listens from now on for TSTP from outside (`kill -TSTP`): without this the process would stop with
/// the terminal still in raw mode (fault T03).
///
/// # Errors
/// When the system has no room for it.
pub fn stops() -> std::io::Result<Signal> {
    listen(SignalKind::from_raw(Number::TSTP.as_raw()))
}

/// Listens from now on for a signal or for a panic in any task.
pub fn reason() -> impl Future<Output = Ending> {
    or_fault(signal())
}

/// As [`reason`], for a program that has the terminal: it is given back after every signal that can
/// be listened for. A terminal that does not read holds nothing up there.
pub fn of_dashboard() -> impl Future<Output = Ending> {
    or_fault(first_of(ASKING.into_iter().chain(ENDING)))
}

async fn or_fault(signal: impl Future<Output = u8>) -> Ending {
    tokio::select! {
        number = signal => Ending::Signal(number),
        () = terminal::fault().cancelled() => Ending::Fault,
    }
}
