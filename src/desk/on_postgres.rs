//! A shared store on PostgreSQL, and how a process of this machine stands beside it.

use std::sync::Arc;

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{DeskLinks, DeskSeal, DeskTask, HubConnector};
use crate::clock::Clock;
use crate::hub::postgres::{Connector, PostgresHub};
use crate::hub::{HubError, Member};

impl HubConnector for Connector {
    type Connected = PostgresHub;

    async fn connect(&self) -> Result<Arc<PostgresHub>, HubError> {
        Self::connect(self).await.map(Arc::new)
    }
}

/// A shared store as the configuration names it.
#[derive(Debug)]
pub struct SharedStore {
    pub connector: Connector,
    pub seal: DeskSeal,
    pub member: Member,
    pub max_rps: f64,
}

impl SharedStore {
    /// Keeps the list in step with it until cancelled.
    pub fn start<C: Clock>(
        self,
        links: DeskLinks,
        clock: C,
        cancelled: CancellationToken,
    ) -> JoinHandle<()> {
        let Self { connector, seal, member, max_rps } = self;
        let desk = DeskTask { connector, seal, member, max_rps, clock, links };
        tokio::spawn(desk.run(cancelled))
    }
}
