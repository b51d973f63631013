//! A shared store on PostgreSQL, and how a process of this machine stands beside it.

use std::sync::Arc;

use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{DeskSeal, DeskTask, HubConnector};
use crate::clock::Clock;
use crate::domain::watchlist::detail_source::DetailSource;
use crate::domain::watchlist::snapshot::Snapshot;
use crate::hub::postgres::{Connector, PostgresHub};
use crate::hub::{HubError, Member};
use crate::refresh::Command;

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

/// How a desk reaches the rest of its process.
#[derive(Debug)]
pub struct DeskLinks {
    pub details: Arc<dyn DetailSource>,
    pub snapshots: watch::Receiver<Arc<Snapshot>>,
    pub commands: mpsc::Sender<Command>,
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
        let DeskLinks { details, snapshots, commands } = links;
        let desk =
            DeskTask { connector, seal, member, max_rps, clock, details, snapshots, commands };
        tokio::spawn(desk.run(cancelled))
    }
}
