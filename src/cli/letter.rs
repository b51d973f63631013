//! `letter ID`: what the customer letter says, and the letter itself as a PDF.
//!
//! The PDF is personal: its line stands in the audit log before it leaves.

use std::io::{IsTerminal, Write};
use std::path::Path;
use std::time::Duration;

use super::args::{Global, LetterShow};
use super::exit::{self, Failure};
use super::output::{data, talk};
use super::{ask, named, setup, show};
use crate::api::SessionApi;
use crate::api::client::LetterPdf;
use crate::cli::session;
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::domain::events::audit_action::AuditAction;
use crate::domain::session::ids::SessionId;
use crate::domain::session::parts::Letter;
use crate::domain::watchlist::open_session::OpenSession;
use crate::export::{Existing, write_bytes};

pub(super) async fn run(global: &Global, args: &LetterShow) -> Result<u8, Failure> {
    let config = setup::config(global)?;
    let id = named::one(global, &config, args.id.as_deref().unwrap_or_default())?;
    let wait = setup::timeout(&args.timeout)?;
    if let Some(target) = &args.pdf {
        return pdf(global, &config, id, target, args.force, wait).await;
    }
    let session = if global.offline {
        let known = setup::load_named(setup::store(global, &config)?.as_mut(), &[id])?;
        setup::find(&known, id)?.clone()
    } else {
        let mut session = setup::unknown(id, SystemClock.now());
        let letter = asked(&config, id, wait).await?;
        session.revise(|answers| answers.letter = letter);
        session
    };
    let session = setup::opened_session(session)?;
    let set = matches!(session.answers.letter, Letter::Set(_));
    if args.json {
        let stale = global.offline && setup::is_stale(&session, &config);
        data(&document(&session, &config, stale)?)?;
    } else if set {
        data(&show::letter(&session))?;
    }
    if set {
        return Ok(exit::OK);
    }
    Err(Failure::NotFound(match session.answers.letter {
        Letter::NotKnown => "the letter is not known yet".to_owned(),
        _ => "no letter is set for this session".to_owned(),
    }))
}

async fn asked(config: &Config, id: SessionId, wait: Duration) -> Result<Letter, Failure> {
    let client = setup::client(config)?;
    match ask::retried(ask::within(wait), || client.instructions(id)).await {
        Ok(answer) => Ok(Letter::of(answer)),
        Err(why) if why.is_no_letter() => Ok(Letter::NotSet(SystemClock.now())),
        Err(why) => Err(why.into()),
    }
}

fn document(session: &OpenSession, config: &Config, stale: bool) -> Result<String, Failure> {
    let masked = setup::privacy(config)?.hides();
    Ok(session::document(session, config, crate::export::letter(session, masked)?, stale))
}

async fn pdf(
    global: &Global,
    config: &Config,
    id: SessionId,
    target: &Path,
    force: bool,
    wait: Duration,
) -> Result<u8, Failure> {
    let to_stdout = target.as_os_str() == "-";
    // A PDF's bytes would act on the terminal.
    if to_stdout && std::io::stdout().is_terminal() {
        return Err(Failure::Usage(
            "a PDF cannot be shown in a terminal; use --pdf FILE".to_owned(),
        ));
    }
    if global.offline {
        return Err(Failure::Usage("the letter is fetched from Yoti: omit --offline".to_owned()));
    }
    let client = setup::client(config)?;
    let bytes = match ask::retried(ask::within(wait), || client.letter_pdf(id)).await? {
        LetterPdf::Ready(bytes) => bytes,
        LetterPdf::NotThere => {
            return Err(Failure::NotFound("there is no letter for this session".to_owned()));
        }
        LetterPdf::NotReady => {
            let why = "the letter is not ready (409): Yoti makes it after the instructions are set";
            return Err(Failure::Other(why.to_owned()));
        }
    };
    // Before anything leaves: who takes a letter stands in the log.
    session::line(config, AuditAction::LetterTaken, id)?;
    if to_stdout {
        let mut out = std::io::stdout().lock();
        out.write_all(bytes.reveal())?;
        out.flush()?;
        return Ok(exit::OK);
    }
    let existing = if force { Existing::Replace } else { Existing::Refuse };
    setup::remove_leftovers(&config.general.export_dir, Some(target));
    let path = write_bytes(target, bytes.reveal(), existing)?;
    talk(&format!("wrote {}", path.display()));
    Ok(exit::OK)
}
