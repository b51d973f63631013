//! The shared store on PostgreSQL: two connections, one that listens and one that works.
//!
//! Each write is one call of a function, so that a client that stops never holds rows. Statements
//! are not prepared by name: a transaction pooler hands each to another connection.

mod admin;
mod calls;
mod connect;
mod decode;
mod errors;
mod migrate;
mod read;
mod schema_name;
mod time;

use std::time::Duration;

use tokio::sync::{Mutex, watch};
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Row};
use uuid::Uuid;

use super::HubError;

pub use admin::{MemberLine, members, set_right};
pub use connect::{Connector, TlsRoots};
pub use migrate::{migrate, migration_text};
pub use schema_name::SchemaName;

/// The server ends a statement after 5 s; an answer that takes longer comes from no server.
const PATIENCE: Duration = Duration::from_secs(7);

/// How often a statement is tried that others were in the way of.
const TRIES: usize = 3;

/// A shared store on PostgreSQL, connected. It does not connect again: after [`HubError::Away`] it is
/// dropped, and another is connected.
#[derive(Debug)]
pub struct PostgresHub {
    /// Names this process among the members.
    me: Uuid,
    schema: SchemaName,
    /// One call at a time: a beat and a batch of one process must not wait for each other's rows.
    work: Mutex<Client>,
    listening: Client,
    wakes: Mutex<watch::Receiver<()>>,
    /// Notifications arrive on the listening connection; behind a transaction pooler none does.
    hears: bool,
}

/// A value and its type.
type Argument<'a> = (&'a (dyn ToSql + Sync), Type);

impl PostgresHub {
    /// False: a transaction pooler stands between, and [`super::Hub::woken`] returns only with an
    /// error. Whoever shows the list pulls every two seconds then.
    #[must_use]
    pub const fn hears(&self) -> bool {
        self.hears
    }

    /// Runs one statement. Where it does not end in time the connection is of no more use.
    async fn run(&self, sql: &str, arguments: &[Argument<'_>]) -> Result<Vec<Row>, HubError> {
        let client = self.work.lock().await;
        run(&client, sql, arguments).await
    }

    /// Calls a function of the schema.
    async fn call(&self, function: &str, arguments: &[Argument<'_>]) -> Result<Row, HubError> {
        self.one(&self.schema.fill(&format!("SELECT * FROM @schema@.{function}")), arguments).await
    }

    fn me_argument(&self) -> Argument<'_> {
        (&self.me, Type::UUID)
    }

    /// Runs one statement that returns one row.
    async fn one(&self, sql: &str, arguments: &[Argument<'_>]) -> Result<Row, HubError> {
        let rows = self.run(sql, arguments).await?;
        rows.into_iter()
            .next()
            .ok_or_else(|| HubError::Nonsense(String::from("no row was returned")))
    }
}

/// Runs one statement. What the server undid because another was in the way is tried again.
async fn run(client: &Client, sql: &str, arguments: &[Argument<'_>]) -> Result<Vec<Row>, HubError> {
    let mut tries = 1;
    loop {
        match tokio::time::timeout(PATIENCE, client.query_typed(sql, arguments)).await {
            Ok(Err(why)) if tries < TRIES && errors::was_undone(&why) => tries += 1,
            Ok(done) => return done.map_err(|why| errors::of(&why)),
            Err(_elapsed) => return Err(errors::silent()),
        }
    }
}
