//! Our own words for stages, ages, times and verdicts, and the one way server text gets into a row.

use std::collections::HashMap;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::app::text::keys::Keys;
use crate::app::view::{Cell, Glyph, Tone};
use crate::domain::assessment::attention::{self, Assessment};
use crate::domain::assessment::rules::Rules;
use crate::domain::assessment::stage::Stage;
use crate::domain::assessment::stage_kind::StageKind;
use crate::domain::personal::Privacy;
use crate::domain::server_text::ServerText;
use crate::domain::session::ids::SessionId;
use crate::domain::session::wire_enum::{CheckState, Recommendation};
use crate::domain::watchlist::labels::{self, SafeLabels};
use crate::domain::watchlist::watched::WatchedSession;
use crate::text;
pub(crate) use crate::text::{count, figure};

/// The longest server text in one cell, in columns; the ui cuts further.
// A server's text has no limit of its own: a row is laid out at each frame.
const LONGEST: usize = 120;
/// The longest server text that is wrapped over lines.
const LONGEST_WRAPPED: usize = 600;

/// How times are written; `t` goes round.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum TimeForm {
    #[default]
    Age,
    Local,
    Utc,
}

impl TimeForm {
    pub(crate) const ALL: [Self; 3] = [Self::Age, Self::Local, Self::Utc];

    pub(crate) const fn next(self) -> Self {
        match self {
            Self::Age => Self::Local,
            Self::Local => Self::Utc,
            Self::Utc => Self::Age,
        }
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Age => "age",
            Self::Local => "local",
            Self::Utc => "UTC",
        }
    }
}

/// Everything that turns what is known into words for one operator.
#[derive(Clone, Debug)]
pub(crate) struct Times {
    pub(crate) form: TimeForm,
    pub(crate) zone: TimeZone,
    pub(crate) now: Timestamp,
    /// The screen's time goes in steps, and Yoti's clock is another one: what lies no further ahead
    /// has just been. What lies further is of a clock that was set back since (fault C01).
    pub(crate) ahead: SignedDuration,
    /// How much of a label is shown.
    pub(crate) openness: Openness,
    /// Which are shown whole while masked.
    pub(crate) labels: SafeLabels,
    /// For words that name a key.
    pub(crate) keys: Keys,
    /// The moment that sessions are judged at, while the screen is paused.
    pub(crate) frozen: Frozen,
}

/// [`Times::ahead`] where the clock goes as the operator's does.
pub(crate) const AHEAD: SignedDuration = SignedDuration::from_mins(1);

/// Ages grow while the screen is paused, stages and findings stay as they were.
#[derive(Clone, Debug, Default)]
pub(crate) struct Frozen {
    pub(crate) since: Option<Timestamp>,
    /// Shown anew since then, at these times.
    pub(crate) anew: HashMap<SessionId, Timestamp>,
}

/// How much of what identifies a person is shown, and the one session that is revealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) struct Openness {
    pub(crate) privacy: Privacy,
    pub(crate) revealed: Option<SessionId>,
}

impl Openness {
    pub(crate) fn of(self, id: SessionId) -> Privacy {
        if self.revealed == Some(id) { Privacy::Off } else { self.privacy }
    }
}

impl Times {
    /// The moment at which the stage and the findings of a session are judged.
    fn judged(&self, id: SessionId) -> Timestamp {
        let Some(since) = self.frozen.since else { return self.now };
        // The time machine shows a moment from before the pause.
        self.frozen.anew.get(&id).copied().unwrap_or(since).min(self.now)
    }

    /// A session assessed at the moment at which it is judged.
    pub(crate) fn assess(&self, session: &WatchedSession, rules: &Rules) -> Assessment {
        attention::assess(session, rules, self.judged(session.id()))
    }

    /// A session's reference or short id, as far as it may be shown.
    pub(crate) fn name(&self, session: &WatchedSession, max: usize) -> String {
        text::shown_str(&self.labels.name(session, self.openness.of(session.id())), max)
    }

    /// [`Self::name`] as it is while labels are masked.
    pub(crate) fn masked_name(&self, session: &WatchedSession, max: usize) -> String {
        text::shown_str(&self.labels.name(session, Privacy::Masked), max)
    }

    /// A session's tags, as far as they may be shown: `#chased #▒▒▒▒▒▒`.
    pub(crate) fn tags(&self, session: &WatchedSession, tags: &[String], max: usize) -> String {
        let privacy = self.openness.of(session.id());
        let shown =
            |tag: &String| format!("#{}", text::shown_str(&self.labels.tag(tag, privacy), max));
        tags.iter().map(shown).collect::<Vec<_>>().join(" ")
    }

    /// A note of a session, as far as it may be shown.
    pub(crate) fn note(&self, session: &WatchedSession, note: &str, max: usize) -> String {
        text::shown_str(&labels::note(note, self.openness.of(session.id())), max)
    }

    /// A moment in the chosen form: `3m`, `09:24:12`, `09:24:12Z`, with the day where it is another.
    pub(crate) fn moment(&self, at: Timestamp) -> String {
        match self.form {
            TimeForm::Age if at > self.now => format!("in {}", span(at.duration_since(self.now))),
            TimeForm::Age => age(self.now.duration_since(at)),
            TimeForm::Local => clock(at, self.now, &self.zone),
            TimeForm::Utc => format!("{}Z", clock(at, self.now, &TimeZone::UTC)),
        }
    }

    /// A time of day for the header, never as an age: `09:27:31`.
    pub(crate) fn of_day(&self, at: Timestamp) -> String {
        match self.form {
            TimeForm::Utc => format!("{}Z", clock(at, self.now, &TimeZone::UTC)),
            TimeForm::Age | TimeForm::Local => clock(at, self.now, &self.zone),
        }
    }

    /// Time left until a moment, never negative: `8s`, `2m 5s`.
    pub(crate) fn until(&self, at: Timestamp) -> String {
        left(at, self.now)
    }

    /// When something happened, in the chosen form; as an age it is `?` where the clock cannot tell.
    pub(crate) fn past(&self, at: Timestamp) -> String {
        if self.form == TimeForm::Age { self.since(at) } else { self.moment(at) }
    }

    /// Time since a moment: `3s`, `14m`; `?` where the clock cannot tell.
    pub(crate) fn since(&self, at: Timestamp) -> String {
        if self.is_to_come(at) { "?".to_owned() } else { age(self.now.duration_since(at)) }
    }

    /// It has passed and yet lies ahead: the clock was set back since.
    pub(crate) fn is_to_come(&self, past: Timestamp) -> bool {
        past.duration_since(self.now) > self.ahead
    }
}

/// Time left until a moment, never negative.
pub(crate) fn left(until: Timestamp, now: Timestamp) -> String {
    span(until.duration_since(now).max(SignedDuration::ZERO))
}

fn clock(at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    let then = at.to_zoned_datetime(zone.clone());
    let form = if then.date() == now.to_zoned_datetime(zone.clone()).date() {
        "%H:%M:%S"
    } else if then.year() == now.to_zoned_datetime(zone.clone()).year() {
        "%d %b %H:%M"
    } else {
        "%Y-%m-%d %H:%M"
    };
    then.strftime(form).to_string()
}

/// One unit: `3s`, `14m`, `2h`, `3d`.
pub(crate) fn age(duration: SignedDuration) -> String {
    let seconds = duration.as_secs().max(0);
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3_600 => format!("{}m", seconds / 60),
        3_600..172_800 => format!("{}h", seconds / 3_600),
        _ => format!("{}d", seconds / 86_400),
    }
}

/// Two units: `40s`, `4m 10s`, `12h 32m`, `6d 12h`.
pub(crate) fn span(duration: SignedDuration) -> String {
    let seconds = duration.as_secs().abs();
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3_600 if seconds % 60 == 0 => format!("{}m", seconds / 60),
        60..3_600 => format!("{}m {}s", seconds / 60, seconds % 60),
        3_600..86_400 => format!("{}h {}m", seconds / 3_600, seconds % 3_600 / 60),
        _ => format!("{}d {}h", seconds / 86_400, seconds % 86_400 / 3_600),
    }
}

/// A server's text for a cell.
pub(crate) fn server(text: &ServerText) -> String {
    text::shown(text, LONGEST)
}

/// A server's text that is wrapped over several lines.
pub(crate) fn long(text: &ServerText) -> String {
    text::shown(text, LONGEST_WRAPPED)
}

/// The raw value of a wire enum for a cell; known or not, it goes the same way.
pub(crate) fn wire(raw: &str) -> String {
    text::shown_str(raw, LONGEST)
}

/// A wire value with the mark of one that this build does not know.
pub(crate) fn marked(raw: &str, unknown: bool, tone: Tone) -> Cell {
    if unknown {
        Cell::new(format!("{} (not known)", wire(raw)), Tone::Notice)
    } else {
        Cell::new(wire(raw), tone)
    }
}

/// The tone of a stage.
pub(crate) const fn stage_tone(kind: StageKind) -> Tone {
    match kind {
        StageKind::AtCounter => Tone::Active,
        StageKind::TurnedAway => Tone::Warn,
        StageKind::Approve => Tone::Good,
        StageKind::Reject => Tone::Bad,
        StageKind::Refer | StageKind::Unknown => Tone::Notice,
        StageKind::NotFetched
        | StageKind::Expired
        | StageKind::Gone
        | StageKind::NotFound
        | StageKind::Erased => Tone::Dim,
        StageKind::LetterNotSet
        | StageKind::AwaitingVisit
        | StageKind::AtHome
        | StageKind::Visited
        | StageKind::ChecksRunning => Tone::Plain,
    }
}

/// The stage for a row, with its duration or raw text where it has one.
pub(crate) fn stage(stage: &Stage, now: Timestamp) -> Cell {
    let kind = stage.kind();
    let text = match stage {
        Stage::AtCounter { since } => format!("at counter {}", age(now.duration_since(*since))),
        Stage::Erased(at) => format!("erased {}", age(now.duration_since(*at))),
        Stage::Unknown(Some(raw)) => format!("{} (not known)", server(raw)),
        Stage::Unknown(None) => String::from("no state in the response"),
        Stage::Gone
        | Stage::NotFound
        | Stage::NotFetched
        | Stage::Expired { .. }
        | Stage::Done(_)
        | Stage::ChecksRunning
        | Stage::TurnedAway { .. }
        | Stage::Visited
        | Stage::AtHome
        | Stage::AwaitingVisit
        | Stage::LetterNotSet => kind.words().to_owned(),
    };
    Cell::new(text, stage_tone(kind))
}

/// The sign of a recommendation; a person must look at anything else than the two clear ones.
pub(crate) const fn recommendation(value: Option<&Recommendation>) -> (Glyph, Tone) {
    match value {
        Some(Recommendation::Approve) => (Glyph::Approve, Tone::Good),
        Some(Recommendation::Reject) => (Glyph::Reject, Tone::Bad),
        Some(_) => (Glyph::Refer, Tone::Notice),
        None => (Glyph::NotYet, Tone::Dim),
    }
}

/// The sign of a check: its recommendation once it is DONE.
/// A person must look at one that failed inside.
pub(crate) fn check(state: Option<&CheckState>, value: Option<&Recommendation>) -> (Glyph, Tone) {
    match state {
        Some(CheckState::InternalError | CheckState::Unknown(_)) => (Glyph::Refer, Tone::Notice),
        // DONE without a verdict must not look as if it still ran.
        Some(CheckState::Done) if value.is_none() => (Glyph::Refer, Tone::Notice),
        Some(CheckState::Done) => recommendation(value),
        _ => (Glyph::NotYet, Tone::Dim),
    }
}

#[cfg(test)]
impl Times {
    /// As in UTC at a moment, with everything else as it is at first.
    pub(crate) fn in_utc(now: Timestamp) -> Self {
        Self {
            form: TimeForm::Utc,
            zone: TimeZone::UTC,
            now,
            openness: Openness::default(),
            labels: SafeLabels::default(),
            keys: Keys::default(),
            ahead: AHEAD,
            frozen: Frozen::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // C01
    #[test]
    fn durations_read_like_the_drawings() {
        for (seconds, one, two) in [
            (-5, "0s", "5s"),
            (3, "3s", "3s"),
            (250, "4m", "4m 10s"),
            (840, "14m", "14m"),
            (45_120, "12h", "12h 32m"),
            (561_600, "6d", "6d 12h"),
        ] {
            let duration = SignedDuration::from_secs(seconds);
            assert_eq!((age(duration).as_str(), span(duration).as_str()), (one, two));
        }
    }

    // C01
    #[test]
    fn what_a_clock_that_was_set_back_cannot_tell_has_no_age() {
        let times = Times::in_utc(Timestamp::UNIX_EPOCH);
        for (seconds, said) in [(-3_600, "1h"), (0, "0s"), (60, "0s"), (61, "?"), (3_600, "?")] {
            let at = times.now + SignedDuration::from_secs(seconds);
            assert_eq!(times.since(at), said, "{seconds} s ahead");
            let aged = Times { form: TimeForm::Age, ..times.clone() };
            assert_eq!(aged.past(at), said, "{seconds} s ahead");
            assert_eq!(times.is_to_come(at), said == "?");
        }
    }

    #[test]
    fn a_moment_has_three_forms_and_says_another_day() {
        let now: Timestamp = "2026-10-16T09:27:31Z".parse().unwrap();
        let zone = TimeZone::fixed(jiff::tz::offset(1));
        let times = |form| Times { form, zone: zone.clone(), ..Times::in_utc(now) };
        let at: Timestamp = "2026-10-16T09:24:12Z".parse().unwrap();
        assert_eq!(times(TimeForm::Age).moment(at), "3m");
        assert_eq!(times(TimeForm::Local).moment(at), "10:24:12");
        assert_eq!(times(TimeForm::Utc).moment(at), "09:24:12Z");
        let earlier: Timestamp = "2026-10-14T20:00:00Z".parse().unwrap();
        assert_eq!(times(TimeForm::Local).moment(earlier), "14 Oct 21:00");
        let soon: Timestamp = "2026-10-16T10:00:30Z".parse().unwrap();
        let next_year: Timestamp = "2027-01-05T21:00:00Z".parse().unwrap();
        let far: Timestamp = "2027-10-05T21:00:00Z".parse().unwrap();
        for (form, at, text) in [
            (TimeForm::Local, soon, "11:00"),
            (TimeForm::Utc, soon, "10:00Z"),
            (TimeForm::Local, next_year, "05 Jan 22:00"),
            (TimeForm::Utc, next_year, "05 Jan 21:00Z"),
            (TimeForm::Utc, far, "2027-10-05"),
        ] {
            assert_eq!(times(form).minute(at), text);
        }
        let later: Timestamp = "2026-10-22T21:00:00Z".parse().unwrap();
        assert_eq!(times(TimeForm::Age).moment(later), "in 6d 11h");
    }
}
