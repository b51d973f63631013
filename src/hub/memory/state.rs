//! What the shared store does, as the functions of the PostgreSQL schema do it.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::domain::session::ids::SessionId;
use crate::hub::lease::{FAR_AHEAD, SEEN, TERM};
use crate::hub::page::{ReadRows, StoreNow};
use crate::hub::{
    ActionLine, Beat, Claim, FeedPlace, HubAction, HubBatch, HubChange, HubCursor, HubDetail,
    HubEntry, HubError, HubLabels, HubObservation, HubPage, HubReply, HubRow, Lease, MemberRole,
    PAGE, Published, Sealed, Shard, ThrottleState,
};

/// A session has so many tags at most.
const MOST_TAGS: usize = 256;
const CLAIM: SignedDuration = SignedDuration::from_mins(15);

#[derive(Clone)]
struct LeaseRow {
    lease: Lease,
    holder: Option<Uuid>,
    expires_at: Timestamp,
}

impl LeaseRow {
    fn held(&self, now: Timestamp) -> bool {
        let left = self.expires_at.duration_since(now);
        left.is_positive() && left <= FAR_AHEAD
    }
}

#[derive(Clone)]
struct MemberRow {
    operator: String,
    role: MemberRole,
    seen_at: Timestamp,
}

/// Who calls, and when by the server's clock.
#[derive(Clone, Copy)]
pub(super) struct Caller<'a> {
    pub(super) me: Uuid,
    pub(super) operator: &'a str,
    pub(super) now: Timestamp,
}

#[derive(Clone)]
pub(super) struct StoreState {
    pub(super) store: Uuid,
    /// How far the server's clock was set.
    pub(super) skew: SignedDuration,
    /// Counts the wakes that were sent.
    pub(super) wakes: u64,
    version: i64,
    leases: Vec<LeaseRow>,
    members: BTreeMap<Uuid, MemberRow>,
    throttle: ThrottleState,
    sessions: BTreeMap<SessionId, (HubRow, HubDetail)>,
    actions: Vec<ActionLine>,
}

impl StoreState {
    pub(super) fn new() -> Self {
        let lease = |shard| Lease { shard, epoch: 0, term: Uuid::new_v4() };
        let row =
            |shard| LeaseRow { lease: lease(shard), holder: None, expires_at: Timestamp::MIN };
        Self {
            store: Uuid::new_v4(),
            skew: SignedDuration::ZERO,
            wakes: 0,
            version: 0,
            leases: Shard::all().map(row).collect(),
            members: BTreeMap::new(),
            throttle: ThrottleState { share: Some(1.0), refused: Some(false), slowed_until: None },
            sessions: BTreeMap::new(),
            actions: Vec::new(),
        }
    }

    fn next_version(&mut self) -> i64 {
        self.version += 1;
        self.wakes += 1;
        self.version
    }

    pub(super) fn join(&mut self, caller: Caller<'_>, role: MemberRole) {
        let operator = caller.operator.to_owned();
        self.members.insert(caller.me, MemberRow { operator, role, seen_at: caller.now });
    }

    pub(super) fn beat(&mut self, caller: Caller<'_>) -> Result<Beat, HubError> {
        let member = self.members.get_mut(&caller.me);
        let member = member.filter(|member| member.operator == caller.operator);
        member.ok_or(HubError::NotJoined)?.seen_at = caller.now;
        let mine = |row: &&mut LeaseRow| row.holder == Some(caller.me) && row.held(caller.now);
        let mut leases = Vec::new();
        for row in self.leases.iter_mut().filter(mine) {
            row.expires_at = after(caller.now, TERM);
            leases.push(row.lease);
        }
        let seen = |member: &&MemberRow| {
            let ago = caller.now.duration_since(member.seen_at);
            member.role == MemberRole::Poller && ago < SEEN
        };
        let pollers = self.members.values().filter(seen).count();
        let pollers = u32::try_from(pollers).unwrap_or(u32::MAX);
        Ok(Beat { now: caller.now, leases, pollers, throttle: self.throttle })
    }

    pub(super) fn take(&mut self, caller: Caller<'_>, wanted: u8) -> Result<Beat, HubError> {
        if !self.members.contains_key(&caller.me) {
            return Err(HubError::NotJoined);
        }
        let mine = |row: &&LeaseRow| row.holder == Some(caller.me) && row.held(caller.now);
        let held = self.leases.iter().filter(mine).count();
        let lacking = usize::from(wanted).saturating_sub(held);
        let free = self.leases.iter_mut().filter(|row| !row.held(caller.now));
        for row in free.take(lacking) {
            row.lease.epoch += 1;
            row.lease.term = Uuid::new_v4();
            row.holder = Some(caller.me);
            row.expires_at = after(caller.now, TERM);
        }
        self.beat(caller)
    }

    pub(super) fn free(&mut self, caller: Caller<'_>, shards: &[Shard]) {
        let mine = |row: &&mut LeaseRow| row.holder == Some(caller.me);
        for row in self.leases.iter_mut().filter(mine) {
            if shards.contains(&row.lease.shard) {
                row.holder = None;
                row.expires_at = Timestamp::MIN;
            }
        }
    }

    pub(super) fn slow(&mut self, caller: Caller<'_>, found: &ThrottleState) {
        let throttle = &mut self.throttle;
        let slowed = throttle.slowed_until.is_some_and(|until| until > caller.now);
        let share = found.share.unwrap_or(1.0);
        let before = throttle.share.filter(|_| slowed).unwrap_or(1.0);
        throttle.share = Some(if slowed { share.min(before) } else { share });
        throttle.slowed_until = throttle.slowed_until.max(found.slowed_until);
        throttle.refused = found.refused.or(throttle.refused);
        self.wakes += 1;
    }

    pub(super) fn add(&mut self, entries: &[HubEntry]) -> Result<i64, HubError> {
        for entry in entries {
            self.has_room(entry.id, &entry.tags)?;
        }
        let version = self.next_version();
        for entry in entries {
            let added = i64::try_from(self.sessions.len()).unwrap_or(i64::MAX) + 1;
            let (row, _) =
                self.sessions.entry(entry.id).or_insert_with(|| unanswered(entry.id, added));
            row.version = version;
            row.gone = false;
            let labels = &mut row.labels;
            labels.archived_at = None;
            labels.reference = entry.reference.clone().or(labels.reference.take());
            labels.deadline = entry.deadline.or(labels.deadline);
            labels.resources_ttl = entry.resources_ttl.or(labels.resources_ttl);
            put_on(&mut labels.tags, &entry.tags);
        }
        Ok(version)
    }

    /// As the table on a server has it.
    fn has_room(&self, id: SessionId, added: &[Sealed]) -> Result<(), HubError> {
        let known = self.sessions.get(&id).map(|(row, _)| row.labels.tags.clone());
        let mut tags = known.unwrap_or_default();
        put_on(&mut tags, added);
        if tags.len() > MOST_TAGS {
            return Err(HubError::Unfit(format!("a session has {MOST_TAGS} tags at most")));
        }
        Ok(())
    }

    pub(super) fn publish(&mut self, caller: Caller<'_>, batch: &HubBatch) -> Published {
        let held = |shard: Shard| {
            let row = self.leases.iter().find(|row| row.lease.shard == shard)?;
            let fits = row.holder == Some(caller.me)
                && row.held(caller.now)
                && batch.leases.contains(&row.lease);
            fits.then_some(row.lease.epoch)
        };
        let takes = |observation: &&HubObservation| {
            let (row, _) = self.sessions.get(&observation.detail.id)?;
            let epoch = held(Shard::of(row.id))?;
            let newer = row.answered_at.is_none_or(|before| before <= observation.answered_at);
            let fits = row.epoch < epoch || row.epoch == epoch && newer;
            (fits && !row.gone).then_some(epoch)
        };
        let epochs: Vec<Option<i64>> = batch.observations.iter().map(|o| takes(&o)).collect();
        let dropped = batch.observations.iter().zip(&epochs).filter(|(_, epoch)| epoch.is_none());
        let dropped = dropped.map(|(observation, _)| observation.detail.id).collect();
        if epochs.iter().all(Option::is_none) {
            return Published { version: None, dropped };
        }
        let version = self.next_version();
        for (observation, epoch) in batch.observations.iter().zip(epochs) {
            if let Some(epoch) = epoch {
                self.write(observation, epoch, version);
            }
        }
        Published { version: Some(version), dropped }
    }

    fn write(&mut self, observation: &HubObservation, epoch: i64, version: i64) {
        let HubObservation { detail, answered_at, brief, brief_made_by } = observation;
        let Some((row, known)) = self.sessions.get_mut(&detail.id) else { return };
        row.version = version;
        row.epoch = epoch;
        row.answered_at = Some(*answered_at);
        row.brief = Some(brief.clone());
        row.brief_made_by = *brief_made_by;
        for answer in &detail.answers {
            known.answers.retain(|before| before.part != answer.part);
            let mut answer = answer.clone();
            answer.epoch = epoch;
            known.answers.push(answer);
        }
        known.answers.sort_by_key(|answer| answer.part.below().len());
        for event in &detail.events {
            if known.events.iter().all(|before| before.number != event.number) {
                known.events.push(event.clone());
            }
        }
        known.events.sort_by_key(|event| event.number);
    }

    pub(super) fn pull(&self, since: &HubCursor) -> Result<HubPage, HubError> {
        let leases = self.leases.iter().map(|row| row.lease).collect();
        let now = StoreNow { store: self.store, version: self.version, leases };
        since.fits(&now)?;
        let place = |row: &HubRow| FeedPlace { version: row.version, id: row.id.uuid() };
        let rows = self.sessions.values().map(|(row, _)| row);
        let mut rows: Vec<&HubRow> = rows.filter(|row| place(row) > since.rows).collect();
        rows.sort_by_key(|row| place(row));
        let acted = |line: &&ActionLine| {
            FeedPlace { version: line.version, id: line.action } > since.actions
        };
        let actions = self.actions.iter().filter(acted).take(PAGE).cloned().collect();
        let rows = page(rows.into_iter().take(PAGE).cloned().collect(), place);
        let actions = page(actions, |line| FeedPlace { version: line.version, id: line.action });
        Ok(HubPage::new(since, now, rows, actions, self.throttle))
    }

    pub(super) fn details(&self, ids: &[SessionId]) -> Vec<HubDetail> {
        let known = ids.iter().filter_map(|id| self.sessions.get(id));
        let details = known.map(|(_, detail)| detail.clone());
        details.filter(|detail| !detail.answers.is_empty() || !detail.events.is_empty()).collect()
    }

    pub(super) fn keep(
        &mut self,
        caller: Caller<'_>,
        action: &HubAction,
    ) -> Result<HubReply, HubError> {
        let kind = action.change.kind();
        if matches!(action.change, HubChange::Note(_)) && action.was.is_none() {
            return Err(HubError::Unfit(String::from("a note needs the version that was seen")));
        }
        if action.session.is_some_and(|id| !self.sessions.contains_key(&id)) {
            return Err(HubError::NotListed);
        }
        if let Some(known) = self.actions.iter().find(|line| line.action == action.action) {
            return Ok(HubReply::Known(known.version));
        }
        let same = |line: &&ActionLine| line.session == action.session && line.kind == kind;
        let stands =
            self.actions.iter().filter(same).map(|line| line.version).max().unwrap_or_default();
        if action.was.is_some_and(|was| was != stands) {
            return Ok(HubReply::Conflict(stands));
        }
        if let (Some(id), HubChange::Tags { added, .. }) = (action.session, &action.change) {
            self.has_room(id, added)?;
        }
        let version = self.next_version();
        if action.change == HubChange::Removed {
            for line in self.actions.iter_mut().filter(|line| line.session == action.session) {
                line.line = None;
            }
        }
        self.actions.push(ActionLine {
            action: action.action,
            version,
            session: action.session,
            operator: caller.operator.to_owned(),
            at: caller.now,
            kind: kind.to_owned(),
            line: Some(action.line.clone()),
        });
        if let Some((row, detail)) = action.session.and_then(|id| self.sessions.get_mut(&id)) {
            row.version = version;
            apply(row, &action.change, caller);
            if row.gone {
                *detail = HubDetail { id: row.id, answers: Vec::new(), events: Vec::new() };
            }
        }
        Ok(HubReply::Done(version))
    }
}

fn page<T>(rows: Vec<T>, place: impl Fn(&T) -> FeedPlace) -> ReadRows<T> {
    ReadRows { read: rows.len(), end: rows.last().map(place), rows, left_out: None }
}

fn apply(row: &mut HubRow, change: &HubChange, caller: Caller<'_>) {
    let labels = &mut row.labels;
    match change {
        HubChange::Note(note) => {
            labels.note.clone_from(note);
            labels.note_version = row.version;
        }
        HubChange::Tags { added, removed } => {
            labels.tags.retain(|tag| !removed.contains(tag));
            put_on(&mut labels.tags, added);
        }
        HubChange::Pinned(pinned) => labels.pinned = *pinned,
        HubChange::Archived(archived) => labels.archived_at = archived.then_some(caller.now),
        HubChange::Acknowledged(reasons) => labels.acknowledged.clone_from(reasons),
        HubChange::Snoozed(until) => labels.snoozed_until = *until,
        HubChange::Claimed(true) => {
            let until = after(caller.now, CLAIM);
            labels.claim = Some(Claim { operator: caller.operator.to_owned(), until });
        }
        HubChange::Claimed(false) => {
            labels.claim = labels.claim.take().filter(|claim| claim.operator != caller.operator);
        }
        HubChange::Removed => {
            let version = labels.note_version;
            row.gone = true;
            row.brief = None;
            row.answered_at = None;
            row.labels = HubLabels { note_version: version, ..HubLabels::default() };
        }
        HubChange::Audit => {}
    }
}

fn unanswered(id: SessionId, added: i64) -> (HubRow, HubDetail) {
    let row = HubRow {
        id,
        added,
        version: 0,
        epoch: 0,
        answered_at: None,
        brief: None,
        brief_made_by: 0,
        gone: false,
        labels: HubLabels::default(),
    };
    (row, HubDetail { id, answers: Vec::new(), events: Vec::new() })
}

/// In an order of their own, each once: as the server keeps a set.
fn put_on(tags: &mut Vec<Sealed>, added: &[Sealed]) {
    tags.extend_from_slice(added);
    tags.sort_by_cached_key(Sealed::to_bytes);
    tags.dedup();
}

fn after(now: Timestamp, span: SignedDuration) -> Timestamp {
    now.checked_add(span).unwrap_or(Timestamp::MAX)
}
