//! `ingest`: notifications as JSON Lines from a file, standard input or a Unix socket.

use tokio::sync::mpsc;
use tokio::time::timeout;

use super::args::{Global, Ingest};
use super::exit::{self, Failure};
use super::hearing::Hearing;
use super::output::{talk, warn};
use super::setup;
use crate::clock::SystemClock;
use crate::domain::events::notification::Receiving;
use crate::notifications::follow::{self, LineOrigin};
use crate::notifications::lines::Read;
use crate::runtime::shutdown;

// Bounded: a file is read no faster than its lines are taken.
const AHEAD: usize = 64;
/// Lines that are no notification are named one by one so far.
// A file of something else would fill the screen with one error for each line.
const NAMED: u64 = 10;

pub(super) async fn run(global: &Global, args: &Ingest) -> Result<u8, Failure> {
    let signal = shutdown::signal();
    let config = setup::config(global)?;
    let wait = setup::timeout(&args.timeout)?;
    let origin = LineOrigin::named(&args.from);
    let mut hearing = Hearing::start(global, &config, args.follow)?;
    hearing.stands(Receiving::On(origin.to_string())).await?;
    let mut bad = 0;
    let read = tokio::select! {
        number = signal => Ok(128_u8.saturating_add(number)),
        read = all(&mut hearing, &origin, args.follow, &mut bad) => {
            read.map(|()| if bad > 0 { exit::PARTLY } else { exit::OK })
        }
    };
    // Whoever ends it by a signal waits for nobody.
    let whole = matches!(read, Ok(code) if code < 128);
    let late = whole && timeout(wait, hearing.answered()).await.is_err();
    let heard = hearing.heard;
    hearing.end().await?;
    let lines = crate::text::count(usize::try_from(bad).unwrap_or(usize::MAX), "line");
    talk(&format!("{heard}; {lines} not understood"));
    if late {
        warn("branchwatch: some sessions were not refreshed in time (--timeout)");
    }
    Ok(match read? {
        exit::OK if late => exit::UNREACHABLE,
        code => code,
    })
}

/// Takes line for line to the end.
async fn all(
    hearing: &mut Hearing,
    origin: &LineOrigin,
    follow: bool,
    bad: &mut u64,
) -> Result<(), Failure> {
    let (out, mut lines) = mpsc::channel(AHEAD);
    // Moved into the future, so that the channel ends with it.
    let reading = async move {
        let read = follow::read(origin, follow, &SystemClock, &out).await;
        read.map_err(|why| Failure::Other(format!("{origin}: {why}")))
    };
    let taking = async {
        while let Some(line) = lines.recv().await {
            take(hearing, line, bad).await?;
        }
        Ok(())
    };
    tokio::try_join!(reading, taking).map(|_both| ())
}

async fn take(hearing: &mut Hearing, line: Read, bad: &mut u64) -> Result<(), Failure> {
    match line {
        Ok(told) => hearing.take(told).await,
        Err(why) => {
            *bad += 1;
            if *bad <= NAMED {
                warn(&why.to_string());
            }
            Ok(())
        }
    }
}
