//! What was learned and changed on other machines, on its way into the local list.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;

use super::connection::DeskConnection;
use super::{DeskState, HubConnector};
use crate::clock::Clock;
use crate::domain::session::ids::SessionId;
use crate::domain::watchlist::annotations::{Annotations, OwnAction};
use crate::domain::watchlist::watched::WatchedSession;
use crate::hub::{Hub, HubCursor, HubDetail, HubError, HubPage, HubRow, Shard};
use crate::refresh::shards::{LabelNews, SharedNews};
use crate::refresh::{self, Command};

/// The refresh task marks what it has merged within this time.
const MARKED: Duration = Duration::from_secs(1);
/// Details of so many sessions are read at once.
const DETAILS: usize = 64;

impl<K: HubConnector, C: Clock> DeskConnection<'_, K, C> {
    /// Takes in all that has changed.
    pub(super) async fn pull(&self, state: &mut DeskState) -> Result<(), HubError> {
        loop {
            let page = match self.hub.pull(&state.cursor).await {
                Err(HubError::StartOver) => {
                    state.cursor = HubCursor::default();
                    state.known.clear();
                    self.waiting.forget_versions();
                    continue;
                }
                page => page?,
            };
            let more = page.more;
            self.take_in(page, state).await?;
            if !more {
                return Ok(());
            }
        }
    }

    /// Puts what came into the local list, and returns when it is shown there.
    async fn merge(&self, news: SharedNews) {
        if news.changed.is_empty() && news.gone.is_empty() && news.labels.is_empty() {
            return;
        }
        let mut marks = self.waiting.marks.subscribe();
        self.desk.tell(Command::Merge(news)).await;
        // What comes next is laid over this.
        refresh::published(&self.desk.links.commands).await;
        // Not for ever: with very much to be sent the mark finds no room.
        let _marked = timeout(MARKED, marks.changed()).await;
    }

    async fn take_in(&self, page: HubPage, state: &mut DeskState) -> Result<(), HubError> {
        let mut news = SharedNews::default();
        let (gone, rows): (Vec<HubRow>, Vec<HubRow>) =
            page.rows.into_iter().partition(|row| row.gone);
        let mut histories: HashMap<SessionId, Vec<OwnAction>> = HashMap::new();
        for (id, action) in page.actions.iter().filter_map(|line| self.rows.history(line)) {
            histories.entry(id).or_default().push(action);
        }
        let mut unread = 0;
        for few in rows.chunks(DETAILS) {
            let details = self.details_of(few, state).await?;
            for row in few {
                let detail = details.get(&row.id);
                let is_known = state.known.contains_key(&row.id);
                match self.session(row, detail, &mut histories, state) {
                    Some(session) if detail.is_none() && is_known => {
                        let WatchedSession { entry, own, .. } = session;
                        news.labels.push(LabelNews { entry, own });
                    }
                    Some(session) => news.changed.push(session),
                    None => unread += 1,
                }
            }
        }
        if unread > 0 {
            tracing::warn!(
                unread,
                "rows of the shared store are sealed with another key or altered"
            );
        }
        let notes = rows.iter().map(|row| (row.id, row.labels.note_version));
        let notes: Vec<(SessionId, i64)> = notes.collect();
        for HubRow { id, .. } in gone {
            state.known.remove(&id);
            state.gone.insert(id);
            news.gone.push(id);
        }
        self.merge(news).await;
        // Only now: who wrote a note before this was shown did not see it.
        for (id, version) in notes {
            self.waiting.shows(id, version);
        }
        state.cursor = page.next;
        Ok(())
    }

    /// Answers and events of the rows that were answered since they were read.
    async fn details_of(
        &self,
        rows: &[HubRow],
        state: &DeskState,
    ) -> Result<HashMap<SessionId, HubDetail>, HubError> {
        let held: HashSet<Shard> = self.leases().iter().map(|lease| lease.shard).collect();
        let is_news = |row: &&HubRow| {
            // Of a session that this process asks for it knows more than the shared store.
            row.answered_at.is_some()
                && !held.contains(&Shard::of(row.id))
                && state.known.get(&row.id).and_then(|known| known.last_ok)
                    != row.answered_at.map(|at| self.ours(at))
        };
        let ids: Vec<SessionId> = rows.iter().filter(is_news).map(|row| row.id).collect();
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let read = self.hub.details(&ids).await?;
        Ok(read.into_iter().map(|detail| (detail.id, detail)).collect())
    }

    /// The session of a row; `None`: it cannot be read.
    fn session(
        &self,
        row: &HubRow,
        detail: Option<&HubDetail>,
        histories: &mut HashMap<SessionId, Vec<OwnAction>>,
        state: &mut DeskState,
    ) -> Option<WatchedSession> {
        let snapshot = Arc::clone(&self.desk.links.snapshots.borrow());
        let ours = snapshot.watched(row.id);
        let answered_at = row.answered_at.map(|at| self.ours(at));
        let mut session = self.rows.session(ours.map(|ours| &**ours), row, detail, answered_at)?;
        let known = state.known.entry(row.id).or_default();
        known.their_note.clone_from(&session.own.note);
        if let Some(detail) = detail {
            known.last_ok = session.poll.last_ok.get();
            known.brief = Arc::clone(&session.brief);
            known.events = detail.events.len();
        }
        if let Some(actions) = histories.remove(&row.id) {
            let mut own = (*session.own).clone();
            own.remember(actions);
            session.own = Arc::new(own);
        }
        // What was changed here and not sent yet stands over it.
        let waiting = self.waiting.of(row.id);
        if !waiting.is_empty() {
            // What stands in the history already would not be done again.
            let mut own = (*session.own).clone();
            let history = std::mem::take(&mut own.history);
            session.own = Arc::new(own);
            for (change, made) in waiting {
                session.keep(&change, made);
            }
            session.own = Arc::new(Annotations { history, ..(*session.own).clone() });
        }
        Some(session)
    }
}
