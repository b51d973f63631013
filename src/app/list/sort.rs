//! In which order the list stands.

use std::cmp::Reverse;
use std::fmt;

use jiff::Timestamp;

use crate::app::list::columns::Column;
use crate::app::list::order::{Key, Major};
use crate::app::list::summary::SessionSummary;
use crate::domain::assessment::mark::{Mark, marks};
use crate::domain::brief::times::TimeOf;
use crate::domain::nearest::suggestion;
use crate::domain::server_text::ServerText;
use crate::domain::session::wire_enum::SessionState;
use crate::domain::watchlist::watched::WatchedSession;

/// An order of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) struct Sort {
    /// `None`: by attention, who needs the operator most first, then by deadline (product.md 3).
    pub(crate) by: Option<Column>,
    pub(crate) reversed: bool,
}

const ATTENTION: &str = "attention";

impl Sort {
    /// Reads `due`, `due desc`, `attention`.
    ///
    /// # Errors
    /// Says what was expected.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut words = text.split_whitespace();
        let name = words.next().unwrap_or(ATTENTION);
        let by = if name.eq_ignore_ascii_case(ATTENTION) {
            None
        } else {
            let known = Column::ALL.map(Column::name).into_iter().chain([ATTENTION]);
            Some(Column::named(name).map_err(|_why| {
                let shown = crate::text::shown_str(name, 40);
                format!("cannot sort by {shown}; {}", suggestion(name, known))
            })?)
        };
        let down = match words.next() {
            None => by.is_none(),
            Some(word) if word.eq_ignore_ascii_case("asc") => false,
            Some(word) if word.eq_ignore_ascii_case("desc") => true,
            Some(_) => return Err(format!("expected asc or desc after {name}")),
        };
        if words.next().is_some() {
            return Err("expected one column and asc or desc, such as due asc".to_owned());
        }
        Ok(Self { by, reversed: down == by.is_some() })
    }

    /// The name of what it is ordered by.
    pub(crate) fn name(self) -> &'static str {
        self.by.map_or(ATTENTION, Column::name)
    }

    pub(crate) const fn is_down(self) -> bool {
        self.reversed == self.by.is_some()
    }

    /// `▲`: the least first; `▼`: the most.
    pub(crate) const fn sign(self) -> &'static str {
        if self.is_down() { "▼" } else { "▲" }
    }

    /// `due ▲`, `attention ▼`.
    pub(crate) fn title(self) -> String {
        format!("{} {}", self.name(), self.sign())
    }

    pub(crate) fn key(self, session: &WatchedSession, summary: &SessionSummary, place: u32) -> Key {
        let Some(by) = self.by else {
            let major = self.number(Some(summary.urgency()));
            return Key { unpinned: !summary.pinned, major, place };
        };
        // Ages are ordered as they read: the youngest is the least.
        let age = |at: Option<Timestamp>| at.map(|at| -at.as_second());
        let major = match by {
            Column::Ref => {
                self.text(Some(session.entry.reference.as_deref().unwrap_or(&session.id().short())))
            }
            Column::Session => self.number(Some(first_half(session))),
            Column::State => self.text(session.brief.state().map(SessionState::as_raw)),
            // The bits rise with the steps.
            Column::Stage => self.number(Some(i64::from(summary.kind.bit()))),
            Column::Docs => self.number(docs(session)),
            Column::Checks => self.number(worst_check(session)),
            Column::Due => self.number(summary.due.get().map(Timestamp::as_second)),
            Column::Branch => {
                let branch = session.brief.letter.branch();
                let name = branch.and_then(|b| b.name.as_ref().or(b.fad_code.as_ref()));
                self.text(name.map(ServerText::as_raw))
            }
            Column::Seen => self.number(age(session.poll.last_ok.get())),
            Column::Changed => self.number(age(session.brief.times.get(TimeOf::Changed))),
            Column::Tags => {
                self.text(Some(&*session.entry.tags.join(" ")).filter(|t| !t.is_empty()))
            }
        };
        Key { unpinned: !summary.pinned, major, place }
    }

    fn number(self, value: Option<i64>) -> Major {
        // Not turned round: what has no value stands last, whichever way.
        value.map_or(Major::Missing, |n| {
            Major::Number(if self.reversed { n.saturating_neg() } else { n })
        })
    }

    fn text(self, value: Option<&str>) -> Major {
        let Some(text) = value.map(natural) else { return Major::Missing };
        if self.reversed { Major::TextDown(Reverse(text)) } else { Major::Text(text) }
    }
}

impl fmt::Display for Sort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name(), if self.is_down() { "desc" } else { "asc" })
    }
}

/// Lower case, and numbers as wide as each other: `dbs-9` stands before `dbs-10`.
fn natural(text: &str) -> Box<str> {
    const WIDTH: usize = 12;
    let mut out = String::with_capacity(text.len() + WIDTH);
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let is_digit = |c: char| c.is_ascii_digit();
        let end = if is_digit(first) { rest.find(|c| !is_digit(c)) } else { rest.find(is_digit) };
        let (part, after) = rest.split_at_checked(end.unwrap_or(rest.len())).unwrap_or((rest, ""));
        if is_digit(first) {
            let number = part.trim_start_matches('0');
            out.extend(std::iter::repeat_n('0', WIDTH.saturating_sub(number.len())));
            out.push_str(number);
        } else {
            out.extend(part.chars().flat_map(char::to_lowercase));
        }
        rest = after;
    }
    out.into()
}

/// The first half of the session ID, in its order.
fn first_half(session: &WatchedSession) -> i64 {
    let (high, _) = session.id().uuid().as_u64_pair();
    // As text is ordered: the sign bit is a digit like any other.
    i64::from_ne_bytes((high ^ (1 << 63)).to_ne_bytes())
}

/// By how many are supplied, then by how many there are to be.
fn docs(session: &WatchedSession) -> Option<i64> {
    session.brief.configuration.as_ref()?;
    let covered = &session.brief.covered;
    i64::try_from(covered.supplied * 100_000 + covered.of).ok()
}

/// By the worst of the checks: REJECT, to be looked at, not yet, APPROVE.
fn worst_check(session: &WatchedSession) -> Option<i64> {
    let worst = marks(&session.brief).into_iter().map(|mark| match mark {
        Mark::Reject => 0,
        Mark::Refer => 1,
        Mark::NotYet => 2,
        Mark::Approve => 3,
    });
    worst.min()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use jiff::SignedDuration;

    use super::*;
    use crate::domain::assessment::rules::Rules;
    use crate::domain::fixture as f;

    #[test]
    fn an_order_is_read_and_written_alike() {
        for (text, written) in [
            ("due", "due asc"),
            ("DUE desc", "due desc"),
            ("attention", "attention desc"),
            ("", "attention desc"),
            ("attention asc", "attention asc"),
        ] {
            let sort = Sort::parse(text).unwrap();
            assert_eq!(sort.to_string(), written);
            assert_eq!(Sort::parse(written), Ok(sort));
        }
        assert_eq!(Sort::parse("attention"), Ok(Sort::default()));
        for (text, what) in
            [("deu", "did you mean due?"), ("due up", "asc or desc"), ("due asc x", "one column")]
        {
            assert!(Sort::parse(text).unwrap_err().contains(what), "{text}");
        }
    }

    #[test]
    fn every_column_orders_both_ways_and_what_has_no_value_stands_last() {
        let with = |n: u8, hours: i64| {
            let mut session = f::session(SessionState::Ongoing);
            session.checks.push(f::check("c", None));
            let mut watched =
                f::watched(Some(session), Some(f::configuration(Vec::new())), Some(f::letter(&[])));
            let mut entry = f::entry();
            entry.reference = Some(format!("dbs-{n}"));
            entry.tags = vec![format!("t{n}")];
            entry.deadline = (f::now() + SignedDuration::from_hours(hours)).into();
            watched.entry = Arc::new(entry);
            watched.poll.last_ok = f::minutes_ago(hours).into();
            watched
        };
        let (less, more, none) = (with(9, 1), with(10, 2), f::watched(None, None, None));
        let major = |sort: Sort, session: &WatchedSession| {
            sort.key(session, &SessionSummary::of(session, &Rules::default(), f::now()), 0).major
        };
        for column in [Column::Ref, Column::Due, Column::Seen, Column::Tags] {
            let up = Sort { by: Some(column), reversed: false };
            let down = Sort { reversed: true, ..up };
            assert!(major(up, &less) < major(up, &more), "{column:?}");
            assert!(major(down, &less) > major(down, &more), "{column:?}");
        }
        for column in Column::ALL {
            for reversed in [false, true] {
                let sort = Sort { by: Some(column), reversed };
                if major(sort, &none) == Major::Missing {
                    assert!(major(sort, &less) <= Major::Missing);
                }
            }
        }
    }

    #[test]
    fn numbers_in_texts_are_ordered_as_numbers() {
        assert!(natural("dbs-9") < natural("DBS-10"));
        assert!(natural("dbs-010") == natural("dbs-10"));
        assert!(natural("a") < natural("a1"));
    }
}
