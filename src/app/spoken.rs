//! What happened, as a plain sentence: for lines that are read aloud, and for logs.
//!
//! Owns the sentences. No sign and no colour carries a meaning here; every server text passes
//! `words`.

use jiff::tz::TimeZone;

use crate::app::keys::Keys;
use crate::app::words::{Frozen, Openness, TimeForm, Times, server};
use crate::domain::happening::{Happening, Kind};
use crate::domain::labels::SafeLabels;
use crate::domain::personal::Privacy;
use crate::domain::server_text::ServerText;
use crate::text;

/// One event as a line: when, whose, what.
#[must_use]
pub fn line(
    happening: &Happening,
    labels: &SafeLabels,
    privacy: Privacy,
    zone: &TimeZone,
) -> String {
    let openness = Openness { privacy, revealed: None };
    let now = happening.seen_at;
    let times = Times {
        form: TimeForm::Local,
        zone: zone.clone(),
        now,
        openness,
        labels: labels.clone(),
        keys: Keys::default(),
        frozen: Frozen::default(),
    };
    let at = times.moment(happening.at);
    let what = sentence(happening);
    match &happening.session {
        Some(session) => format!("{at}  {}: {what}", times.name(session, 60)),
        None => format!("{at}  {what}"),
    }
}

/// What happened.
#[must_use]
pub fn sentence(happening: &Happening) -> String {
    if let Some(change) = &happening.change {
        return text::sentence(change);
    }
    if let Some(words) = happening.words.as_ref().filter(|_| happening.kind != Kind::Connection) {
        return server(words);
    }
    match happening.kind {
        Kind::Visit | Kind::Approve => milestone(happening.kind).to_owned(),
        Kind::Expired => "expired: the deadline passed before completion".to_owned(),
        Kind::Added => "put on the watch-list".to_owned(),
        Kind::Removed => "taken off the watch-list".to_owned(),
        Kind::Connection => match happening.words.as_ref().map_or("", ServerText::as_raw) {
            "live" => "Yoti answers again",
            "offline" => "Yoti cannot be reached; trying again",
            "unavailable" => "Yoti is not available now; trying again",
            "refused" => "Yoti refuses the key; run branchwatch doctor",
            "application_not_found" => "key and SDK id do not belong together",
            "clock_skew" => "Yoti refuses the signature: this machine's clock is off",
            "following" => "another branchwatch asks Yoti; what it learns is shown",
            _ => "nothing is asked (--offline)",
        }
        .to_owned(),
        kind => kind.word().replace('_', " "),
    }
}

/// A step of a session in a few words.
#[must_use]
pub const fn milestone(kind: Kind) -> &'static str {
    match kind {
        Kind::Visit => "first branch visit",
        Kind::Approve => "completed, and the pass rule is met",
        Kind::Reject => "completed, with a REJECT",
        Kind::Refer => "completed, to be looked at",
        other => other.word(),
    }
}
