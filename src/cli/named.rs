//! Sessions as the command line names them: by the whole ID, the reference, or the ID's beginning.

use std::io::Read;

use super::args::Global;
use super::exit::Failure;
use super::setup;
use crate::api::key::holds_key;
use crate::config::Config;
use crate::domain::personal::Privacy;
use crate::domain::session::ids::SessionId;
use crate::domain::watchlist::labels::SafeLabels;
use crate::domain::watchlist::watched::WatchedSession;
use crate::text::shown_str;

/// The longest list of names that is read.
const MAX_BYTES: u64 = 16 * 1024 * 1024;
/// So many hexadecimal digits can stand for an ID.
// Fewer would fit many sessions of a long list, and `add` or `cafe` are words.
const FEWEST_DIGITS: usize = 4;
/// So many candidates are listed.
const CANDIDATES: usize = 10;

/// Sessions by their names, each once; `-` stands for the
/// names on standard input, the first word of each line.
pub(super) fn ids(
    global: &Global,
    config: &Config,
    texts: &[String],
) -> Result<Vec<SessionId>, Failure> {
    let names = names(texts)?;
    let whole = |name: &String| SessionId::parse(name).is_ok();
    // The list is read only for names that need it.
    let listed = if names.iter().all(whole) || global.no_state {
        Vec::new()
    } else {
        setup::listed(config)?
    };
    let mut ids = Vec::new();
    for name in &names {
        ids.push(named(name, &listed, &config.rules.labels)?);
    }
    let mut seen = std::collections::HashSet::new();
    ids.retain(|id| seen.insert(*id));
    Ok(ids)
}

/// The one session of a command.
pub(super) fn one(global: &Global, config: &Config, text: &str) -> Result<SessionId, Failure> {
    match ids(global, config, &[text.to_owned()])?.as_slice() {
        [id] => Ok(*id),
        _ => Err(Failure::Usage("give one session; standard input has several".into())),
    }
}

/// The session of a command that changes something at Yoti.
pub(super) fn whole(text: &str) -> Result<SessionId, Failure> {
    SessionId::parse(text).map_err(|_other| {
        Failure::Usage(format!(
            "{}: a change at Yoti needs the whole session ID (36 characters); nothing was done",
            shown_str(text, 60)
        ))
    })
}

fn names(texts: &[String]) -> Result<Vec<String>, Failure> {
    let mut names = Vec::new();
    for text in texts {
        if text != "-" {
            names.push(text.clone());
            continue;
        }
        let mut lines = String::new();
        std::io::stdin().take(MAX_BYTES).read_to_string(&mut lines)?;
        if holds_key(&lines) {
            return Err(Failure::Usage("standard input holds a private key, not sessions".into()));
        }
        let words = lines.trim_start_matches('\u{feff}').lines();
        names.extend(words.filter_map(|line| line.split_whitespace().next()).map(str::to_owned));
    }
    if names.is_empty() && !texts.is_empty() {
        return Err(Failure::Usage("no session ID on standard input".into()));
    }
    Ok(names)
}

fn named(name: &str, listed: &[WatchedSession], labels: &SafeLabels) -> Result<SessionId, Failure> {
    if let Ok(id) = SessionId::parse(name) {
        return Ok(id);
    }
    let by_reference = |s: &&WatchedSession| s.entry.reference.as_deref() == Some(name);
    let beginning = beginning(name);
    let by_beginning = |session: &&WatchedSession| {
        let begins = |digits: &String| session.id().digits().starts_with(digits.as_str());
        beginning.as_ref().is_some_and(begins)
    };
    let mut found: Vec<&WatchedSession> = listed.iter().filter(by_reference).collect();
    // The reference first: a name of hexadecimal letters is a name before it is a beginning.
    if found.is_empty() {
        found = listed.iter().filter(by_beginning).collect();
    }
    // A removed session has its name only while no session on the list has it.
    if found.iter().any(|session| session.own.archived_at.is_none()) {
        found.retain(|session| session.own.archived_at.is_none());
    }
    let name = shown_str(name, 60);
    match found.as_slice() {
        [one] => Ok(one.id()),
        [] => Err(Failure::Usage(format!(
            "{name}: no session on the watch-list has this reference, or an ID that begins with it; \
             expected a session ID such as 1c3cae90-1769-43a9-8554-d85f2e7cdb0f, a reference, or \
             at least {FEWEST_DIGITS} digits of an ID"
        ))),
        several => Err(Failure::Usage(format!(
            "{name} matches {} sessions; give the whole ID of one:\n{}",
            several.len(),
            candidates(several, labels)
        ))),
    }
}

/// The hexadecimal digits of a text that can begin an ID.
fn beginning(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(|c| *c != '-').collect();
    let hexadecimal = digits.chars().all(|c| c.is_ascii_hexdigit());
    (hexadecimal && digits.len() >= FEWEST_DIGITS).then(|| digits.to_ascii_lowercase())
}

/// Masked whatever `--privacy` says: this is an error, and goes where errors go.
fn candidates(several: &[&WatchedSession], labels: &SafeLabels) -> String {
    let line = |session: &&WatchedSession| {
        let reference = labels.reference(session, Privacy::Masked);
        let reference = reference.map(|text| shown_str(&text, 40));
        format!("  {}  {}", session.id(), reference.unwrap_or_default()).trim_end().to_owned()
    };
    let mut lines: Vec<String> = several.iter().take(CANDIDATES).map(line).collect();
    if several.len() > CANDIDATES {
        lines.push(format!("  and {} more", several.len() - CANDIDATES));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::domain::fixture;

    fn session(id: &str, reference: Option<&str>, archived: bool) -> WatchedSession {
        let mut session = fixture::named(SessionId::parse(id).unwrap(), reference);
        let at = archived.then_some(Timestamp::UNIX_EPOCH);
        std::sync::Arc::make_mut(&mut session.own).archived_at = at;
        session
    }

    fn said(name: &str, listed: &[WatchedSession]) -> Result<String, String> {
        let found = named(name, listed, &SafeLabels::default());
        found.map(crate::domain::session::ids::SessionId::short).map_err(|why| why.to_string())
    }

    #[test]
    fn a_session_is_named_by_its_id_its_reference_or_four_digits_that_begin_only_one_id() {
        let listed = [
            session("1c3cae90-1769-43a9-8554-d85f2e7cdb0f", Some("alpha-1"), false),
            session("1c3cae91-1769-43a9-8554-d85f2e7cdb0f", Some("Amina Okafor"), false),
            session("2c3cae90-1769-43a9-8554-d85f2e7cdb0f", Some("1c3c"), false),
            session("3c3cae90-1769-43a9-8554-d85f2e7cdb0f", Some("twice"), false),
            session("4c3cae90-1769-43a9-8554-d85f2e7cdb0f", Some("twice"), false),
            session("5c3cae90-1769-43a9-8554-d85f2e7cdb0f", Some("alpha-1"), true),
            session("6c3cae90-1769-43a9-8554-d85f2e7cdb0f", Some("gone"), true),
        ];
        let said = |name| said(name, &listed);
        for (name, short) in [
            ("9C3CAE90-1769-43a9-8554-d85f2e7cdb0f", "9c3cae90"),
            ("alpha-1", "1c3cae90"),
            ("1c3c", "2c3cae90"),
            ("1C3CAE91", "1c3cae91"),
            ("1c3cae90-1769", "1c3cae90"),
            ("2c3c", "2c3cae90"),
            ("gone", "6c3cae90"),
        ] {
            assert_eq!(said(name), Ok(short.to_owned()), "{name}");
        }
        for nothing in ["alpha", "Alpha-1", "2c3", "ffff", "", "-", "--------", "nobody"] {
            assert!(said(nothing).unwrap_err().contains("no session on the watch-list"));
        }
        let several = said("1c3cae9").unwrap_err();
        assert!(
            several.contains("matches 2 sessions") && several.contains("  alpha-1"),
            "{several}"
        );
        assert!(!several.contains("Amina"), "a candidate is masked: {several}");
        assert!(said("twice").unwrap_err().contains("4c3cae90-1769-43a9-8554-d85f2e7cdb0f"));
    }

    #[test]
    fn a_change_at_yoti_takes_the_whole_id_alone() {
        assert!(whole("1c3cae90-1769-43a9-8554-d85f2e7cdb0f").is_ok());
        assert!(whole("1c3cae90").unwrap_err().to_string().contains("whole session ID"));
    }
}
