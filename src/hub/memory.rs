//! A shared store in memory, for tests in virtual time: the line of each process can be cut, slow, or
//! lose answers and wakes, and the store's clock can be set.

mod state;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::SignedDuration;
use tokio::sync::watch;
use uuid::Uuid;

use self::state::{Caller, StoreState};
use crate::clock::Clock;
use crate::domain::session::ids::SessionId;
use crate::hub::{
    Beat, Hub, HubAction, HubBatch, HubCursor, HubDetail, HubEntry, HubError, HubPage, HubReply,
    Joined, Member, MemberRole, Published, Shard, ThrottleState,
};

/// The store that several [`MemoryHub`]s share.
#[derive(Clone)]
pub struct MemoryStore(Arc<Inner>);

struct Inner {
    clock: Box<dyn Clock>,
    state: Mutex<StoreState>,
    wake: watch::Sender<()>,
}

/// What an operator may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HubRights {
    pub edit: bool,
    pub poll: bool,
}

/// What is wrong with the line between a process and the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct LineFaults {
    pub cut: bool,
    /// Calls are carried out, and their answers are lost.
    pub loses_answers: bool,
    pub deaf: bool,
    /// The time that a call takes to the store, and its answer back.
    pub delay: Duration,
}

impl MemoryStore {
    /// An empty store whose server has this clock.
    #[must_use]
    pub fn new(clock: impl Clock) -> Self {
        let state = Mutex::new(StoreState::new());
        Self(Arc::new(Inner { clock: Box::new(clock), state, wake: watch::Sender::new(()) }))
    }

    /// A process of this operator, with a good line.
    #[must_use]
    pub fn connect(&self, operator: &str, rights: HubRights) -> MemoryHub {
        MemoryHub {
            me: Uuid::new_v4(),
            operator: operator.to_owned(),
            rights,
            store: self.clone(),
            faults: Mutex::default(),
            wakes: tokio::sync::Mutex::new(self.0.wake.subscribe()),
        }
    }

    /// Sets the server's clock forward, or back.
    pub fn set_clock(&self, by: SignedDuration) {
        self.state().skew += by;
    }

    /// The server loses all that was written since this copy of it was made.
    pub fn restore(&self, backup: &MemoryBackup) {
        *self.state() = backup.0.clone();
    }

    /// A copy of what is stored.
    #[must_use]
    pub fn backup(&self) -> MemoryBackup {
        MemoryBackup(self.state().clone())
    }

    fn state(&self) -> MutexGuard<'_, StoreState> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A store as it was.
pub struct MemoryBackup(StoreState);

/// A [`MemoryStore`] as one process sees it.
pub struct MemoryHub {
    me: Uuid,
    operator: String,
    rights: HubRights,
    store: MemoryStore,
    faults: Mutex<LineFaults>,
    wakes: tokio::sync::Mutex<watch::Receiver<()>>,
}

impl MemoryHub {
    /// From now on the line is like this.
    pub fn set_faults(&self, faults: LineFaults) {
        *self.faults.lock().unwrap_or_else(PoisonError::into_inner) = faults;
    }

    fn faults(&self) -> LineFaults {
        *self.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn away() -> HubError {
        HubError::Away(String::from("its server does not answer"))
    }

    /// One call over the line, as good as the line is.
    async fn call<T>(
        &self,
        allowed: bool,
        work: impl FnOnce(&mut StoreState, Caller<'_>) -> Result<T, HubError>,
    ) -> Result<T, HubError> {
        tokio::time::sleep(self.faults().delay).await;
        if self.faults().cut {
            return Err(Self::away());
        }
        if !allowed {
            return Err(HubError::Rights(String::from("permission denied")));
        }
        let (done, changed) = {
            let now = self.store.0.clock.now();
            let mut state = self.store.state();
            let before = state.wakes;
            let now = now.checked_add(state.skew).unwrap_or(now);
            let done = work(&mut state, Caller { me: self.me, operator: &self.operator, now });
            (done, state.wakes != before)
        };
        if changed {
            self.store.0.wake.send_replace(());
        }
        tokio::time::sleep(self.faults().delay).await;
        if self.faults().cut || self.faults().loses_answers {
            return Err(Self::away());
        }
        done
    }
}

impl Hub for MemoryHub {
    async fn join(&self, member: &Member) -> Result<Joined, HubError> {
        let HubRights { edit, poll } = self.rights;
        let allowed = match member.role {
            MemberRole::Poller => poll,
            MemberRole::Desk => edit,
            MemberRole::Viewer => true,
        };
        self.call(allowed, |state, caller| {
            if member.role != MemberRole::Viewer {
                state.join(caller, member.role);
            }
            Ok(Joined {
                operator: caller.operator.to_owned(),
                store: state.store,
                sdk_id: None,
                max_rps: None,
                may_edit: edit,
                may_poll: poll,
            })
        })
        .await
    }

    async fn beat(&self) -> Result<Beat, HubError> {
        self.call(self.rights.edit, StoreState::beat).await
    }

    async fn take(&self, wanted: u8) -> Result<Beat, HubError> {
        self.call(self.rights.poll, |state, caller| state.take(caller, wanted)).await
    }

    async fn free(&self, shards: &[Shard]) -> Result<(), HubError> {
        self.call(self.rights.poll, |state, caller| {
            state.free(caller, shards);
            Ok(())
        })
        .await
    }

    async fn add(&self, entries: &[HubEntry]) -> Result<i64, HubError> {
        self.call(self.rights.edit, |state, _| state.add(entries)).await
    }

    async fn publish(&self, batch: &HubBatch) -> Result<Published, HubError> {
        self.call(self.rights.poll, |state, caller| Ok(state.publish(caller, batch))).await
    }

    async fn pull(&self, since: &HubCursor) -> Result<HubPage, HubError> {
        self.call(true, |state, _| state.pull(since)).await
    }

    async fn details(&self, ids: &[SessionId]) -> Result<Vec<HubDetail>, HubError> {
        self.call(self.rights.edit, |state, _| Ok(state.details(ids))).await
    }

    async fn keep(&self, action: &HubAction) -> Result<HubReply, HubError> {
        self.call(self.rights.edit, |state, caller| state.keep(caller, action)).await
    }

    async fn slow(&self, found: &ThrottleState) -> Result<(), HubError> {
        self.call(self.rights.poll, |state, caller| {
            state.slow(caller, found);
            Ok(())
        })
        .await
    }

    async fn woken(&self) -> Result<(), HubError> {
        let mut wakes = self.wakes.lock().await;
        loop {
            // The store outlives its hubs, so that its end is not seen.
            let _ended = wakes.changed().await;
            if !self.faults().deaf && !self.faults().cut {
                return Ok(());
            }
        }
    }
}
