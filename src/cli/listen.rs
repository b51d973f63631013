//! `listen`: notifications over HTTP without a screen, a line of JSON for each.

use std::net::SocketAddr;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::args::{Global, Listen};
use super::exit::Failure;
use super::hearing::Hearing;
use super::output::{talk, warn};
use super::setup;
use crate::clock::SystemClock;
use crate::config::Config;
use crate::domain::events::notification::Receiving;
use crate::notifications::receiver::{PATH, Receiver, ReceiverSettings};
use crate::runtime::receiver::WAITING;
use crate::runtime::shutdown;

/// Where it listens unless told otherwise.
const LOOPBACK: ([u8; 4], u16) = ([127, 0, 0, 1], 8750);

pub(super) async fn run(global: &Global, args: &Listen) -> Result<u8, Failure> {
    let signal = shutdown::signal();
    let config = setup::config(global)?;
    let settings = settings(&config, args)?;
    let scheme = if settings.tls.is_some() { "https" } else { "http" };
    let receiver = Receiver::new(&settings)?;
    let mut hearing = Hearing::start(global, &config, true)?;
    let (hints, mut told) = mpsc::channel(WAITING);
    // The receiver must not wait for this loop; it tells of a change of its own state only.
    let (tell, mut stands) = mpsc::unbounded_channel();
    let stop = CancellationToken::new();
    let tell = move |how| drop(tell.send(how));
    tokio::spawn(receiver.run(hints, tell, SystemClock, stop.clone()));
    let mut signal = std::pin::pin!(signal);
    let ended = loop {
        let done = tokio::select! {
            biased;
            number = &mut signal => break Ok(128_u8.saturating_add(number)),
            Some(how) = stands.recv() => {
                match &how {
                    Receiving::On(address) => talk(&format!("listening on {scheme}://{address}{PATH}")),
                    Receiving::Down(why) => warn(&format!("{why}; retrying")),
                    Receiving::Off => {}
                }
                hearing.stands(how).await
            }
            Some(told) = told.recv() => hearing.take(told).await,
        };
        if let Err(why) = done {
            break Err(why);
        }
    };
    stop.cancel();
    let heard = hearing.heard;
    hearing.end().await?;
    talk(&heard.to_string());
    ended
}

/// The configuration's receiver, with what the flags say instead.
fn settings(config: &Config, args: &Listen) -> Result<ReceiverSettings, Failure> {
    let configured = config.notifications.clone();
    let auth_file = args.auth_file.clone().or_else(|| Some(configured.clone()?.auth_file));
    let Some(auth_file) = auth_file else {
        return Err(Failure::Usage(
            "--auth-file FILE is missing: one line, `bearer TOKEN` or `basic USER:PASSWORD`, readable \
             only by you (chmod 600)"
                .into(),
        ));
    };
    let listen = args.listen.or_else(|| Some(configured.as_ref()?.listen));
    let (tls, hosts) = configured.map(|c| (c.tls, c.hosts)).unwrap_or_default();
    let listen = listen.unwrap_or_else(|| SocketAddr::from(LOOPBACK));
    Ok(ReceiverSettings { listen, auth_file, tls, hosts })
}
