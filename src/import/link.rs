//! Session IDs inside links. A link that was pasted from a ticket may hold a session token, which is
//! a secret: it is dropped and never shown.

use crate::domain::session::ids::SessionId;

/// What separates the parts of an address.
const PARTS: [char; 5] = ['/', '?', '&', '#', ';'];

pub(super) fn is_link(text: &str) -> bool {
    text.contains("://") || text.contains("sessionID=") || text.contains("/sessions/")
}

/// The one session that a link names.
pub(super) fn session_id(link: &str) -> Result<SessionId, String> {
    let parts: Vec<(&str, &str)> = link.split(PARTS).map(pair).collect();
    // By name first, then by its place in the path: a link may hold the UUIDs of other things.
    let known = parts.iter().filter(|(name, _)| is_session(name));
    let mut named: Vec<SessionId> = known.filter_map(|(_, value)| parsed(value)).collect();
    if named.is_empty() {
        let path = parts.windows(2).filter_map(|two| match two {
            [(_, before), (name, id)] if name.is_empty() && is_collection(before) => parsed(id),
            _ => None,
        });
        named = path.collect();
    }
    if named.is_empty() {
        // A token can have the form of a session ID: it is never taken for one.
        let others = parts.iter().filter(|(name, _)| !is_secret(name));
        named = others.filter_map(|(_, value)| parsed(value)).collect();
    }
    named.dedup();
    match named.as_slice() {
        [id] => Ok(*id),
        [] => Err("there is no session ID in this link".to_owned()),
        _ => Err("this link has several IDs; give only the session ID".to_owned()),
    }
}

/// The text with the values of its tokens cut out.
pub(super) fn without_tokens(text: &str) -> String {
    text.split_inclusive(PARTS)
        .map(|part| {
            let end = part.chars().last().filter(|last| PARTS.contains(last));
            let body = part.trim_end_matches(PARTS);
            match body.split_once('=') {
                Some((name, _)) if is_secret(name) => {
                    format!("{name}=…{}", end.map_or_else(String::new, String::from))
                }
                _ => part.to_owned(),
            }
        })
        .collect()
}

fn pair(part: &str) -> (&str, &str) {
    part.split_once('=').unwrap_or(("", part))
}

fn parsed(value: &str) -> Option<SessionId> {
    SessionId::parse_any(value.trim()).ok()
}

fn is_session(name: &str) -> bool {
    matches!(name.to_ascii_lowercase().as_str(), "sessionid" | "session_id" | "session")
}

fn is_collection(segment: &str) -> bool {
    matches!(segment.to_ascii_lowercase().as_str(), "session" | "sessions")
}

fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["token", "secret", "key", "password", "code"].iter().any(|word| name.contains(word))
}
