//! `media ID`: the list of a session's media, and saving some of them.
//!
//! Never automatic: `--yes`, or a typed confirmation; and a line in the audit log before each file.

use std::path::Path;

use jiff::tz::TimeZone;
use serde_json::json;
use tokio::time::{Instant, timeout_at};

use super::args::{Global, MediaArgs};
use super::exit::{self, Failure};
use super::output::{data, table, talk, warn};
use super::progress::Progress;
use super::{ask, confirm, named, setup, words};
use crate::api::client::{Client, HeldMedia, MediaOutcome};
use crate::api::{ApiError, ApiErrorKind, SessionApi};
use crate::cli::session;
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::domain::events::audit_action::AuditAction;
use crate::domain::session::ids::SessionId;
use crate::domain::session::media_list::{Listed, listed};
use crate::domain::watchlist::open_session::OpenSession;
use crate::export::{Existing, write_bytes};

pub(super) async fn run(global: &Global, args: &MediaArgs) -> Result<u8, Failure> {
    let config = setup::config(global)?;
    let id = named::one(global, &config, &args.id)?;
    let session = session(global, &config, id, &args.timeout).await?;
    let all = listed(&session);
    let chosen = chosen(&all, args.media.as_deref())?;
    let Some(folder) = &args.save else {
        if args.json {
            let stale = global.offline && setup::is_stale(&session, &config);
            data(&document(&session, &config, stale)?)?;
        } else {
            data(&lines(&chosen, &config.zone))?;
        }
        return Ok(exit::OK);
    };
    if global.offline {
        return Err(Failure::Usage("media are fetched from Yoti: omit --offline".to_owned()));
    }
    if chosen.is_empty() {
        return Err(Failure::NotFound("this session has no media".to_owned()));
    }
    if !args.yes {
        let what = format!(
            "{} with personal data; you are responsible for the files",
            count(chosen.len())
        );
        confirm::typed(global, "SAVE", id, &what, "--yes").await?;
    }
    setup::remove_leftovers(&config.general.export_dir, Some(folder));
    let client = setup::client(&config)?;
    let (wait, pace) = (setup::timeout(&args.timeout)?, ask::Pace::new(config.refresh.max_rps));
    let mut codes = std::collections::BTreeSet::new();
    let (mut progress, all) = (Progress::on_terminal(global.quiet), chosen.len());
    for (number, (_, item)) in chosen.into_iter().enumerate() {
        progress.say(&format!("saving media, {} of {all}", number + 1));
        // Nothing holds this pace: a turn always comes.
        let _turn = pace.slot(ask::within(wait)).await;
        let until = ask::within(wait);
        let saved = save(&client, &config, &session, item, folder, until).await;
        progress.done();
        codes.insert(match saved {
            Ok(()) => exit::OK,
            Err(failure) => {
                warn(&format!("{}: {failure}", named(item)));
                failure.code()
            }
        });
    }
    Ok(exit::of_several(&codes))
}

/// As the store knows it, asked anew unless offline: media ids may have been replaced.
async fn session(
    global: &Global,
    config: &Config,
    id: SessionId,
    timeout: &str,
) -> Result<OpenSession, Failure> {
    let wait = setup::timeout(timeout)?;
    let stored = if global.no_state {
        Vec::new()
    } else {
        setup::load_named(setup::store(global, config)?.as_mut(), &[id])?
    };
    if global.offline {
        return setup::opened_session(setup::find(&stored, id)?.clone());
    }
    let client = setup::client(config)?;
    let known = stored.into_iter().find(|session| session.id() == id);
    let mut session = known.unwrap_or_else(|| setup::unknown(id, SystemClock.now()));
    let answer = ask::retried(ask::within(wait), || client.session(id)).await?;
    session.revise(|answers| answers.session = Some(std::sync::Arc::new(answer)));
    setup::opened_session(session)
}

type Numbered<'a, 'b> = (usize, &'b Listed<'a>);

/// All, or the one of this number or id.
fn chosen<'a, 'b>(
    all: &'b [Listed<'a>],
    which: Option<&str>,
) -> Result<Vec<Numbered<'a, 'b>>, Failure> {
    let numbered = all.iter().enumerate().map(|(at, item)| (at + 1, item));
    let Some(which) = which else { return Ok(numbered.collect()) };
    let is = |number: usize, item: &Listed<'_>| {
        number.to_string() == which || words::safe(item.media.id.text()) == which
    };
    let found: Vec<_> = numbered.filter(|(number, item)| is(*number, item)).collect();
    if found.is_empty() {
        let which = crate::text::shown_str(which, 60);
        return Err(Failure::NotFound(format!(
            "no media {which} in this session: give a number or an ID from its list"
        )));
    }
    Ok(found)
}

fn lines(chosen: &[Numbered<'_, '_>], zone: &TimeZone) -> String {
    let row = |(number, item): &Numbered<'_, '_>| {
        let kind = item.media.media_type.as_ref().map(|kind| words::safe(&kind.text()));
        vec![
            number.to_string(),
            named(item),
            kind.unwrap_or_else(|| "?".to_owned()),
            item.media.created.map(|at| words::time(at, zone)).unwrap_or_default(),
            words::safe(item.media.id.text()),
        ]
    };
    table(&chosen.iter().map(row).collect::<Vec<_>>())
}

fn named(item: &Listed<'_>) -> String {
    format!("{} {}", words::safe(&item.of), item.role)
}

fn count(number: usize) -> String {
    if number == 1 { "one media".to_owned() } else { format!("{number} media") }
}

fn document(session: &OpenSession, config: &Config, stale: bool) -> Result<String, Failure> {
    let masked = setup::privacy(config)?.hides();
    let fetched_at = session.answers.session.as_ref().map(|answer| answer.fetched_at.to_string());
    let media = crate::export::media(session, masked).to_string();
    let own = [("media", media), ("fetched_at", json!(fetched_at).to_string())];
    Ok(session::document(session, config, own, stale))
}

async fn save(
    client: &Client<SystemClock>,
    config: &Config,
    session: &OpenSession,
    item: &Listed<'_>,
    folder: &Path,
    until: Instant,
) -> Result<(), Failure> {
    let id = session.id();
    let late = |_elapsed| ApiError::from(ApiErrorKind::Timeout("--timeout"));
    let outcome = timeout_at(until, client.media_of(id, item.media)).await.map_err(late)?;
    let says = outcome.sentence();
    let HeldMedia { bytes, form, doubt, .. } = match outcome {
        MediaOutcome::Held(held) if !held.bytes.is_empty() => held,
        MediaOutcome::Failed(error) => return Err(error.into()),
        MediaOutcome::Missing(_) => return Err(Failure::NotFound(says)),
        _ => return Err(Failure::Other(says)),
    };
    // Before the file: no file without its line (I8).
    session::line(config, AuditAction::MediaSaved, id)?;
    let stem = config.rules.labels.file_stem(session);
    let part: String =
        named(item).chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let stamp = SystemClock.now().strftime("%Y%m%dT%H%M%SZ").to_string();
    let path = folder.join(format!("{stem}_{part}_{stamp}.{}", form.ending()));
    let path = write_bytes(&path, bytes.reveal(), Existing::NextFree)?;
    let doubt = doubt.map(|_| format!("; but {says}")).unwrap_or_default();
    talk(&format!("wrote {}{doubt}", path.display()));
    Ok(())
}
