//! `session delete` and `letter send`: what changes something at Yoti.

use serde_json::json;

use super::args::{Global, LetterCommand, SessionCommand};
use super::exit::{self, Failure};
use super::output::talk;
use super::{confirm, named, setup};
use crate::api::ApiError;
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::domain::events::audit_action::AuditAction;
use crate::domain::session::ids::SessionId;
use crate::domain::watchlist::watched::WatchedSession;

pub(super) async fn session(global: &Global, what: &SessionCommand) -> Result<u8, Failure> {
    let SessionCommand::Delete { id, yes } = what;
    let (config, id) = (setup::config(global)?, named::whole(id)?);
    allowed(global, &config, config.application.allow_delete, "allow_delete")?;
    // Asked before the key is read: nothing of Yoti's is touched until it is confirmed.
    confirmed(global, id, "DELETE", yes.as_deref()).await?;
    let client = setup::client(&config)?;
    line(&config, AuditAction::DeleteAsked, id)?;
    client.delete_session(id).await.map_err(|why| told(why, "its checks have not finished"))?;
    // Said first: it is done, whether its line can be written or not.
    talk(&format!("deleted at Yoti: session {id}; what is stored here stays"));
    line(&config, AuditAction::Deleted, id)?;
    Ok(exit::OK)
}

pub(super) async fn send_letter(global: &Global, what: &LetterCommand) -> Result<u8, Failure> {
    let LetterCommand::Send { id, yes } = what;
    let (config, id) = (setup::config(global)?, named::whole(id)?);
    allowed(global, &config, config.application.allow_email, "allow_email")?;
    confirmed(global, id, "SEND", yes.as_deref()).await?;
    let client = setup::client(&config)?;
    line(&config, AuditAction::LetterAsked, id)?;
    let why = "it has expired, is locked, or its letter is not ready";
    client.send_instructions(id).await.map_err(|error| told(error, why))?;
    talk(&format!("Yoti sends the letter of session {id} again"));
    line(&config, AuditAction::LetterSent, id)?;
    Ok(exit::OK)
}

fn allowed(global: &Global, config: &Config, profile: bool, key: &str) -> Result<(), Failure> {
    setup::read_only(config)?;
    if global.allow_writes && profile {
        return Ok(());
    }
    Err(Failure::ReadOnly(format!(
        "read-only: needs --allow-writes, and {key} = true in the profile; nothing was done"
    )))
}

/// `--yes ID` with the same id, or the words typed at a terminal.
async fn confirmed(
    global: &Global,
    id: SessionId,
    word: &str,
    yes: Option<&str>,
) -> Result<(), Failure> {
    if let Some(yes) = yes {
        return match SessionId::parse(yes) {
            Ok(yes) if yes == id => Ok(()),
            _ => Err(Failure::Usage("--yes must repeat the session ID; nothing was done".into())),
        };
    }
    confirm::typed(global, word, id, "", &format!("--yes {id}")).await
}

pub(super) fn line(config: &Config, deed: AuditAction, id: SessionId) -> Result<(), Failure> {
    setup::audit_log(config).append(SystemClock.now(), deed, &[id], "").map_err(Failure::Other)
}

/// A JSON document about one session: what it is about, the members of its own, its age.
pub(super) fn document<const N: usize>(
    session: &WatchedSession,
    config: &Config,
    own: [(&str, String); N],
    stale: bool,
) -> String {
    let head = [
        ("schema_version", json!(crate::export::SCHEMA_VERSION)),
        ("profile", json!(config.profile)),
        ("environment", json!(config.environment)),
        ("session_id", json!(session.id().to_string())),
    ];
    let head = head.map(|(key, value)| (key, value.to_string()));
    let stale = ("stale", stale.to_string());
    crate::export::json_object(head.into_iter().chain(own).chain([stale]))
}

/// A conflict (409) in words.
fn told(error: ApiError, why: &str) -> Failure {
    if error.status() == Some(409) {
        return Failure::Other(format!("Yoti refuses this for the session now (409): {why}"));
    }
    error.into()
}
