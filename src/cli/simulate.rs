//! `simulate`: the simulator alone, with one line of JSON once it listens.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;

use secrecy::ExposeSecret;
use serde_json::json;

use super::args::Simulate;
use super::exit::{self, Failure};
use super::output::{data, talk};
use crate::clock::{Clock, SystemClock};
use crate::runtime::shutdown;
use crate::simulator::{self, Options};

pub(super) async fn run(args: Simulate) -> Result<u8, Failure> {
    let public_key_pem = match &args.public_key {
        Some(path) => Some(std::fs::read_to_string(path).map_err(|why| {
            Failure::Simulator(simulator::SimulatorError::Key(format!("{}: {why}", path.display())))
        })?),
        None => None,
    };
    if public_key_pem.is_none() && args.write_key.is_none() {
        return Err(Failure::Usage(
            "no key: give --public-key PEM, or --write-key PEM to create a key pair".into(),
        ));
    }
    if !args.play.speed.is_finite() || args.play.speed < 0.0 {
        return Err(Failure::Usage("--speed must be 0 or more".into()));
    }
    // Before the readiness line: whoever reads it may send a signal at once.
    let signal = shutdown::signal();
    let options = Options {
        listen: args.listen,
        sessions: args.play.sessions,
        seed: args.play.seed,
        speed: args.play.speed,
        scenarios: args.scenario,
        start: SystemClock.now(),
        public_key_pem,
    };
    let running = simulator::start_told(options, args.notify.as_deref()).await?;
    if let (Some(path), Some(pem)) = (&args.write_key, &running.private_key_pem) {
        // Never over a key that is there: it may be a real one.
        let file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
        let written = file.and_then(|mut file| file.write_all(pem.expose_secret().as_bytes()));
        written.map_err(|why| Failure::Other(format!("{}: {why}", path.display())))?;
        talk(&format!("private key written to {}", path.display()));
    }
    let ids: Vec<String> = running.sessions.iter().map(|made| made.id.to_string()).collect();
    let ready = json!({
        "base_url": running.base_url, "sdk_id": running.sdk_id.to_string(), "sessions": ids,
    });
    data(&format!("{ready}\n"))?;
    let signal = signal.await;
    running.shutdown().await;
    talk(&format!("ended by signal {signal}"));
    Ok(exit::OK)
}
