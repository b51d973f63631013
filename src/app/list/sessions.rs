//! All sessions with what the list needs of each: facts, order, counters, and when time alone makes
//! one of these another.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;

use crate::app::list::columns::Widths;
use crate::app::list::counters::SessionCounters;
use crate::app::list::filter::Query;
pub(crate) use crate::app::list::item::Item;
use crate::app::list::order::{Key, Order};
use crate::app::list::sort::Sort;
use crate::app::list::summary::SessionSummary;
use crate::app::operator::bell::state::Alarm;
use crate::domain::assessment::rules::Rules;
use crate::domain::session::ids::SessionId;
use crate::domain::watchlist::snapshot::SessionTable;
use crate::domain::watchlist::watched::WatchedSession;

/// Keys to take out of an order, and to put in.
#[derive(Default)]
struct Moves {
    out: Vec<Key>,
    into: Vec<Key>,
}

impl Moves {
    fn add(&mut self, was: Key, is: Key) {
        if was != is {
            self.out.push(was);
            self.into.push(is);
        }
    }
}

/// The sessions of the last snapshot.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sessions {
    table: SessionTable,
    places: HashMap<SessionId, u32>,
    items: Vec<Item>,
    order: Order,
    /// All in the order that was chosen, where it is another.
    sorted: Option<Order>,
    /// Those that pass the filter, where there is one.
    shown: Option<Order>,
    filter: Query,
    sort: Sort,
    /// Those that the operator marked.
    marks: HashSet<SessionId>,
    wake: BTreeSet<(Timestamp, u32)>,
    tally: SessionCounters,
    /// Grows until the list is another, so that no column moves for one row.
    widths: Widths,
    alarms: Vec<(SessionId, Alarm)>,
}

impl Sessions {
    pub(crate) const fn watched(&self) -> usize {
        self.items.len()
    }

    /// All, in the order of adding.
    pub(crate) fn all_watched(&self) -> impl Iterator<Item = &Arc<WatchedSession>> {
        self.items.iter().map(|item| &item.session)
    }

    /// Sessions that pass the filter.
    pub(crate) fn len(&self) -> usize {
        self.listed().len()
    }

    /// The table of the sessions as they stand.
    pub(crate) const fn table(&self) -> &SessionTable {
        &self.table
    }

    /// What has become of sessions that rings, since this was last asked.
    pub(crate) fn take_alarms(&mut self) -> Vec<(SessionId, Alarm)> {
        std::mem::take(&mut self.alarms)
    }

    pub(crate) const fn widths(&self) -> Widths {
        self.widths
    }

    pub(crate) const fn tally(&self) -> &SessionCounters {
        &self.tally
    }

    pub(crate) fn item(&self, id: SessionId) -> Option<&Item> {
        self.items.get(*self.places.get(&id)? as usize)
    }

    /// The session of a row.
    pub(crate) fn at(&self, row: usize) -> Option<&Item> {
        self.items.get(self.listed().get(row)? as usize)
    }

    /// The row of a session, if it passes the filter.
    pub(crate) fn row_of(&self, id: SessionId) -> Option<usize> {
        let place = *self.places.get(&id)?;
        self.listed().position(&self.items.get(place as usize)?.key(self.sort, place))
    }

    /// All sessions, most urgent first, whatever the filter.
    pub(crate) fn by_urgency(&self) -> impl Iterator<Item = &Item> {
        self.order.iter().filter_map(|place| self.items.get(place as usize))
    }

    fn all(&self) -> &Order {
        self.sorted.as_ref().unwrap_or(&self.order)
    }

    fn listed(&self) -> &Order {
        self.shown.as_ref().unwrap_or_else(|| self.all())
    }

    pub(crate) const fn sort(&self) -> Sort {
        self.sort
    }

    pub(crate) fn set_sort(&mut self, sort: Sort, now: Timestamp) {
        self.sort = sort;
        self.items.iter_mut().for_each(Item::arranged);
        self.resort();
        self.refilter(now);
    }

    fn resort(&mut self) {
        self.sorted = (self.sort != Sort::default()).then(|| {
            let items = (0_u32..).zip(&self.items);
            Order::new(items.map(|(place, item)| item.key(self.sort, place)).collect())
        });
    }

    pub(crate) const fn filter(&self) -> &Query {
        &self.filter
    }

    /// Another filter; an empty one shows all.
    pub(crate) fn set_filter(&mut self, filter: Query, now: Timestamp) {
        let was = std::mem::replace(&mut self.filter, filter);
        self.items.iter_mut().for_each(Item::arranged);
        self.refilter(now);
        // Else no moment is another one, and 100,000 need not be worked out again.
        if was.is_timed() || self.filter.is_timed() {
            for item in &mut self.items {
                item.wakes_at = item.next_moment(&self.filter, &self.marks, now).into();
            }
            let moments =
                (0_u32..).zip(&self.items).filter_map(|(n, i)| Some((i.wakes_at.get()?, n)));
            self.wake = moments.collect();
        }
    }

    fn refilter(&mut self, now: Timestamp) {
        self.shown = (!self.filter.is_empty()).then(|| {
            self.all().filtered(|place| {
                let item = self.items.get(place as usize);
                item.is_some_and(|item| self.filter.holds(&item.subject(&self.marks, now)))
            })
        });
    }

    pub(crate) const fn marks(&self) -> &HashSet<SessionId> {
        &self.marks
    }

    /// Changes the marks, which a filter may ask for.
    pub(crate) fn change_marks(
        &mut self,
        change: impl FnOnce(&mut HashSet<SessionId>),
        now: Timestamp,
    ) {
        change(&mut self.marks);
        if self.filter.asks_for_marks() {
            self.refilter(now);
        }
    }

    /// Filter, order and marks of another list.
    pub(crate) fn arrange_as(&mut self, other: &Self, now: Timestamp) {
        self.marks.clone_from(&other.marks);
        self.sort = other.sort;
        self.resort();
        self.set_filter(other.filter.clone(), now);
    }

    /// The operator has looked at a session; true when that took away its mark.
    pub(crate) fn look_at(&mut self, id: SessionId) -> bool {
        let Some(&place) = self.places.get(&id) else { return false };
        let Some(item) = self.items.get_mut(place as usize) else { return false };
        if item.changed {
            item.before = item.looked_at;
        }
        item.looked_at = item.session.brief.last_seen().into();
        std::mem::take(&mut item.changed)
    }

    /// Takes in a newer table. Returns the ids whose value is another, in no particular order.
    pub(crate) fn renew(
        &mut self,
        table: &SessionTable,
        rules: &Rules,
        now: Timestamp,
    ) -> Vec<SessionId> {
        let difference = table.since(&self.table);
        let changed: Vec<SessionId> =
            difference.changed.iter().map(|session| session.id()).collect();
        if difference.same_list {
            let renewed: Vec<_> =
                difference.changed.iter().map(|session| Arc::clone(session)).collect();
            self.change(&renewed, rules, now);
        } else {
            self.rebuild(table, rules, now);
        }
        self.table = table.clone();
        changed
    }

    fn rebuild(&mut self, table: &SessionTable, rules: &Rules, now: Timestamp) {
        let mut old: HashMap<SessionId, Item> =
            self.items.drain(..).map(|item| (item.session.id(), item)).collect();
        let mut keys = Vec::with_capacity(table.len());
        // Not twice as many as there are, as a list that grows would have.
        self.items.reserve_exact(table.len());
        self.places.clear();
        self.wake.clear();
        self.tally = SessionCounters::default();
        self.widths = Widths::default();
        for (place, session) in (0_u32..).zip(table.iter()) {
            let mut item = match old.remove(&session.id()) {
                Some(mut item) => {
                    if !Arc::ptr_eq(&item.session, session) {
                        let was = item.summary.clone();
                        item.renew(Arc::clone(session), rules, now);
                        let alarm = Alarm::of(&was, &item.summary);
                        self.alarms.extend(alarm.map(|alarm| (session.id(), alarm)));
                    }
                    item
                }
                None => Item::new(Arc::clone(session), rules, now),
            };
            self.tally.add(&item.summary);
            self.widths = self.widths.and(item.widths());
            item.wakes_at = item.next_moment(&self.filter, &self.marks, now).into();
            self.wake.extend(item.wakes_at.get().map(|at| (at, place)));
            keys.push(item.key(Sort::default(), place));
            self.places.insert(session.id(), place);
            self.items.push(item);
        }
        self.order = Order::new(keys);
        self.marks.retain(|id| self.places.contains_key(id));
        self.resort();
        self.refilter(now);
    }

    fn change(&mut self, renewed: &[Arc<WatchedSession>], rules: &Rules, now: Timestamp) {
        let places: Vec<(u32, Option<&Arc<WatchedSession>>)> = renewed
            .iter()
            .filter_map(|session| Some((*self.places.get(&session.id())?, Some(session))))
            .collect();
        self.reassess(&places, rules, now);
    }

    /// Assesses those again that time alone may have changed. True when any was.
    pub(crate) fn wake(&mut self, rules: &Rules, now: Timestamp) -> bool {
        // Those of this very moment too, whatever their place.
        let later = self.wake.split_off(&(now, u32::MAX));
        let due = std::mem::replace(&mut self.wake, later);
        let places: Vec<_> = due.into_iter().map(|(_, place)| (place, None)).collect();
        self.reassess(&places, rules, now);
        !places.is_empty()
    }

    // One changed session among 100,000 is one assessment, one look of the filter and one move.
    fn reassess(
        &mut self,
        places: &[(u32, Option<&Arc<WatchedSession>>)],
        rules: &Rules,
        now: Timestamp,
    ) {
        let (mut urgent, mut sorted, mut shown) =
            (Moves::default(), Moves::default(), Moves::default());
        let sort = self.sort;
        for &(place, session) in places {
            let Some(item) = self.items.get_mut(place as usize) else { continue };
            let keys = |item: &Item| (item.key(Sort::default(), place), item.key(sort, place));
            // Taken out as it was counted: below its summary is another one.
            self.tally.take(&item.summary);
            let (was_urgent, was_sorted) = keys(item);
            let was = item.summary.clone();
            match session {
                Some(session) => item.renew(Arc::clone(session), rules, now),
                None => item.summary = SessionSummary::of(&item.session, rules, now),
            }
            let alarm = Alarm::of(&was, &item.summary);
            self.alarms.extend(alarm.map(|alarm| (item.session.id(), alarm)));
            let next = item.next_moment(&self.filter, &self.marks, now);
            if let Some(was) = std::mem::replace(&mut item.wakes_at, next.into()).get() {
                self.wake.remove(&(was, place));
            }
            self.wake.extend(item.wakes_at.get().map(|at| (at, place)));
            self.tally.add(&item.summary);
            self.widths = self.widths.and(item.widths());
            let (is_urgent, is_sorted) = keys(item);
            if self.shown.is_some() {
                // Always: who was shown is not kept, and a key that is not there is passed over.
                shown.out.push(was_sorted.clone());
                if self.filter.holds(&item.subject(&self.marks, now)) {
                    shown.into.push(is_sorted.clone());
                }
            }
            urgent.add(was_urgent, is_urgent);
            sorted.add(was_sorted, is_sorted);
        }
        self.order.change(urgent.out, urgent.into);
        if let Some(order) = &mut self.sorted {
            order.change(sorted.out, sorted.into);
        }
        if let Some(order) = &mut self.shown {
            order.change(shown.out, shown.into);
        }
    }
}
