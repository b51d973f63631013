//! The shared store on a PostgreSQL server: a schema for each test, and operators of its own.

use std::sync::Arc;

use branchwatch::hub::memory::HubRights;
use branchwatch::hub::postgres::{Connector, PostgresHub, SchemaName, migrate};
use jiff::SignedDuration;
use tokio_postgres::{Client, Config, NoTls};
use tokio_rustls::rustls::RootCertStore;

use crate::World;
use crate::postgres::{SUPERUSER, schema_name, server};

pub(crate) struct Postgres {
    pub(crate) schema: SchemaName,
    /// The database administrator.
    pub(crate) dba: Client,
}

impl Postgres {
    pub(crate) async fn new() -> Self {
        let schema = SchemaName::new(&schema_name()).unwrap();
        assert_eq!(migrate(&connector(SUPERUSER, &schema)).await.unwrap(), 1);
        let (dba, connection) = config(SUPERUSER).connect(NoTls).await.unwrap();
        tokio::spawn(connection);
        Self { schema, dba }
    }

    pub(crate) async fn sql(&self, sql: &str) {
        self.dba.batch_execute(&self.schema.fill(sql)).await.unwrap();
    }

    /// A login role that may do this.
    pub(crate) async fn operator(&self, operator: &str, rights: HubRights) -> String {
        let name = self.name(operator);
        let known = self.dba.query_one("SELECT to_regrole($1) IS NULL", &[&name]).await.unwrap();
        if known.get(0) {
            let roles: &[&str] = match rights {
                HubRights { edit: false, .. } => &["viewer"],
                HubRights { poll: false, .. } => &["desk"],
                _ => &["desk", "poller"],
            };
            let roles: Vec<String> = roles.iter().map(|role| self.schema.role(role)).collect();
            let roles = roles.join(", ");
            self.sql(&format!("CREATE ROLE {name} LOGIN IN ROLE {roles}")).await;
        }
        name
    }
}

pub(crate) fn config(user: &str) -> Config {
    let mut config = Config::new();
    config.host_path(&server().socket).user(user).dbname("postgres");
    config
}

pub(crate) fn connector(user: &str, schema: &SchemaName) -> Connector {
    let roots = Arc::new(RootCertStore::empty());
    Connector::new(config(user), schema.clone(), roots).unwrap()
}

impl World for Postgres {
    type Hub = PostgresHub;

    async fn connect(&self, operator: &str, rights: HubRights) -> PostgresHub {
        let user = self.operator(operator, rights).await;
        connector(&user, &self.schema).connect().await.unwrap()
    }

    async fn pass(&self, span: SignedDuration) {
        let seconds = span.as_secs();
        self.sql(&format!(
            "UPDATE @schema@.lease SET expires_at = expires_at - interval '{seconds} s'; \
             UPDATE @schema@.member SET seen_at = seen_at - interval '{seconds} s'"
        ))
        .await;
    }

    async fn lose_commits(&self) {
        self.sql("SELECT setval('@schema@.feed', 1)").await;
    }

    fn name(&self, operator: &str) -> String {
        format!("{operator}_{}", self.schema)
    }
}
