//! One session of the list: what is kept of it between two answers.

use std::collections::HashSet;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::app::list::columns::Widths;
use crate::app::list::filter::{Query, Subject};
use crate::app::list::order::Key;
use crate::app::list::sort::Sort;
use crate::app::list::summary::SessionSummary;
use crate::domain::assessment::rules::Rules;
use crate::domain::brief::Brief;
use crate::domain::brief::letter::LetterBrief;
use crate::domain::packed_time::{OptionalSpan, OptionalTime};
use crate::domain::session::ids::SessionId;
use crate::domain::watchlist::labels::is_identifier;
use crate::domain::watchlist::open_session::OpenSession;
use crate::domain::watchlist::watched::WatchedSession;

/// Columns of a masked name: `▒▒▒ 1c3cae90`.
const MASKED_NAME: usize = 12;

/// A derived deadline that moves by more than this between two answers has drifted.
// A ttl has whole seconds and counts from the moment of
// an answer: each derives a slightly other deadline.
const DRIFT: SignedDuration = SignedDuration::from_mins(1);

/// One session of the list.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub(crate) session: Arc<WatchedSession>,
    pub(crate) summary: SessionSummary,
    /// It changed and the operator has not looked since.
    pub(crate) changed: bool,
    fresh: Fresh,
    /// Changes learned up to then were there when the operator last looked.
    pub(crate) looked_at: OptionalTime,
    /// Its entry among those to wake.
    pub(crate) wakes_at: OptionalTime,
    /// How far the derived deadline last moved between two answers, where that was a drift.
    pub(crate) drift: OptionalSpan,
    /// The same before the last look that found a change.
    pub(crate) before: OptionalTime,
}

/// Whether a session changed or was never opened, when the list was arranged or since: what the
/// operator looks at stays listed, or the cursor would empty a list of news.
#[derive(Clone, Copy, Debug)]
struct Fresh {
    changed: bool,
    new: bool,
}

impl Item {
    pub(crate) fn new(session: Arc<WatchedSession>, rules: &Rules, now: Timestamp) -> Self {
        let summary = SessionSummary::of(&session, rules, now);
        let (looked_at, changed) = looked(&session);
        let fresh = Fresh { changed, new: session.personal.looked_at.get().is_none() };
        Self {
            session,
            summary,
            changed,
            fresh,
            looked_at,
            wakes_at: OptionalTime::default(),
            before: OptionalTime::default(),
            drift: OptionalSpan::default(),
        }
    }

    /// The session with its detail, where that is at hand.
    pub(crate) fn opened(&self) -> Option<OpenSession> {
        OpenSession::of(&self.session)
    }

    pub(crate) fn arranged(&mut self) {
        self.fresh =
            Fresh { changed: self.changed, new: self.session.personal.looked_at.get().is_none() };
    }

    pub(crate) fn key(&self, sort: Sort, place: u32) -> Key {
        sort.key(&self.session, &self.summary, place)
    }

    pub(crate) fn subject<'a>(
        &'a self,
        marks: &'a HashSet<SessionId>,
        now: Timestamp,
    ) -> Subject<'a> {
        let Fresh { changed, new } = self.fresh;
        Subject { session: &self.session, summary: &self.summary, now, changed, new, marks }
    }

    /// What its row needs of the columns, masked or not.
    pub(crate) fn widths(&self) -> Widths {
        let own = &self.session.own;
        let signs = [own.pinned, !own.note.is_empty(), self.summary.is_hushed()];
        let name = self.session.entry.reference.as_deref().map_or(8, |text| {
            let width = crate::text::width(text);
            let whole = is_identifier(text, self.session.shared_prefix);
            if whole { width } else { width.max(MASKED_NAME) }
        });
        Widths { name, own: signs.into_iter().filter(|sign| *sign).count(), ..Widths::default() }
    }

    /// When time alone may make it another for the list: its facts, or what the filter says of it.
    pub(crate) fn next_moment(
        &self,
        filter: &Query,
        marks: &HashSet<SessionId>,
        now: Timestamp,
    ) -> Option<Timestamp> {
        let moments = [self.summary.changes_at.get(), filter.changes_at(&self.subject(marks, now))];
        moments.into_iter().flatten().min()
    }

    /// Takes a newer value; the first answers of each kind are no change.
    pub(crate) fn renew(&mut self, session: Arc<WatchedSession>, rules: &Rules, now: Timestamp) {
        let (older, newer) = (&self.session.brief, &session.brief);
        if older.events() != newer.events() {
            if has_news(older, newer) {
                self.changed = true;
            } else if !self.changed {
                self.looked_at = newer.last_seen().into();
            }
        }
        if self.session.personal.looked_at != session.personal.looked_at {
            if self.changed {
                self.before = self.looked_at;
            }
            (self.looked_at, self.changed) = looked(&session);
        }
        self.fresh.changed |= self.changed;
        let summary = SessionSummary::of(&session, rules, now);
        let drift = drift(&self.session, self.summary.due.get(), &session, summary.due.get());
        // A later answer without a drift does not undo one.
        self.drift = OptionalSpan::from(drift).or(self.drift);
        self.summary = summary;
        self.session = session;
    }
}

/// How far the derived deadline of a newer answer lies from that of the older, where it drifted.
fn drift(
    older: &WatchedSession,
    older_due: Option<Timestamp>,
    newer: &WatchedSession,
    newer_due: Option<Timestamp>,
) -> Option<SignedDuration> {
    let derived = |session: &WatchedSession| {
        // The ttl of the configuration may be another one: from it to the result's is no drift.
        session.entry.deadline.get().is_none() && session.brief.result.is_some()
    };
    let moved = newer_due?.duration_since(older_due?);
    (derived(older) && derived(newer) && moved.abs() > DRIFT).then_some(moved)
}

/// Up to when the operator has looked, as the store tells it, and whether something came after.
/// Who was never looked at is known from the first answer on; what is asked for later is no news.
fn looked(session: &WatchedSession) -> (OptionalTime, bool) {
    let events = session.brief.events();
    let looked_at = session.personal.looked_at.get();
    let newest = if looked_at.is_some() { events.newest.of_all() } else { events.newest.session };
    let known = looked_at.or(events.first_seen);
    let changed = newest.is_some_and(|newest| Some(newest) > known);
    if changed { (known.into(), true) } else { (events.last_seen.into(), false) }
}

/// Something was learned since of a part that had been answered before.
fn has_news(older: &Brief, newer: &Brief) -> bool {
    let known = older.last_seen();
    let newest = newer.events().newest;
    let answered = older.result.is_some() || older.missing_since().is_some();
    (newest.session > known && answered)
        || (newest.configuration > known && older.configuration.is_some())
        || (newest.letter > known && older.letter != LetterBrief::NotKnown)
}
