//! Connecting: encrypted or over a Unix socket, to a server that takes changes.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures::future::poll_fn;
use tokio::sync::{Mutex, watch};
use tokio::time::timeout;
use tokio_postgres::config::{ChannelBinding, Host, SslMode, TargetSessionAttrs};
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::{AsyncMessage, Client, Config, Connection, Socket};
use tokio_postgres_rustls::MakeRustlsConnect;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use uuid::Uuid;

use super::{PATIENCE, PostgresHub, SchemaName, errors};
use crate::hub::HubError;

/// How long a notification of one's own may take before there seems to be a pooler between.
const ECHO: Duration = Duration::from_secs(2);
const CONNECT: Duration = Duration::from_secs(5);
/// Each statement: a client or server that stops must not hold what others wait for.
const LIMITS: &str = "SET statement_timeout = '5s'; SET lock_timeout = '1s'; \
                      SET idle_in_transaction_session_timeout = '10s'";

/// The authorities that may vouch for the server.
pub type TlsRoots = Arc<RootCertStore>;

/// Where a shared store is and how it is reached.
#[derive(Clone)]
pub struct Connector {
    config: Config,
    schema: SchemaName,
    tls: MakeRustlsConnect,
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The rest is a password and what the driver does not show.
        f.debug_struct("Connector").field("schema", &self.schema).finish_non_exhaustive()
    }
}

impl Connector {
    /// Takes a server, user and password. A server is reached over TLS, with a certificate that fits
    /// its name and is bound to the password (SCRAM alone does that); a Unix socket needs neither.
    ///
    /// # Errors
    /// The TLS of this program cannot be set up.
    pub fn new(mut config: Config, schema: SchemaName, roots: TlsRoots) -> Result<Self, HubError> {
        let local = config.get_hosts().iter().all(|host| matches!(host, Host::Unix(_)));
        if local {
            config.ssl_mode(SslMode::Disable);
        } else {
            config.ssl_mode(SslMode::Require).channel_binding(ChannelBinding::Require);
        }
        config
            .target_session_attrs(TargetSessionAttrs::ReadWrite)
            .application_name(concat!("branchwatch ", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT)
            .keepalives_idle(Duration::from_secs(10))
            .keepalives_interval(Duration::from_secs(10))
            .keepalives_retries(3);
        let tls = ClientConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|why| HubError::Tls(why.to_string()))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self { config, schema, tls: MakeRustlsConnect::new(tls) })
    }

    /// A transaction pooler hands connections on and cannot bind the password to the certificate.
    #[must_use]
    pub fn through_pooler(mut self) -> Self {
        self.config.channel_binding(ChannelBinding::Prefer);
        self
    }

    /// Makes both connections, and finds out whether notifications arrive.
    pub async fn connect(&self) -> Result<PostgresHub, HubError> {
        let (wake, mut wakes) = watch::channel(());
        let (listening, connection) = self.open().await?;
        tokio::spawn(forward(connection, wake));
        limit(&listening).await?;
        let hears = echo(&listening, &self.schema, &mut wakes).await?;
        let work = self.client().await?;
        Ok(PostgresHub {
            me: Uuid::new_v4(),
            schema: self.schema.clone(),
            work: Mutex::new(work),
            listening,
            wakes: Mutex::new(wakes),
            hears,
        })
    }

    /// One connection, for what is done once: migrations.
    pub async fn client(&self) -> Result<Client, HubError> {
        let (client, connection) = self.open().await?;
        tokio::spawn(async move {
            // Whoever waits for an answer hears of its end.
            let _ended = connection.await;
        });
        limit(&client).await?;
        Ok(client)
    }

    pub(super) const fn schema(&self) -> &SchemaName {
        &self.schema
    }

    async fn open(&self) -> Result<(Client, Connection<Socket, RustlsStream>), HubError> {
        // The driver's own limit is for the socket alone.
        match timeout(PATIENCE, self.config.connect(self.tls.clone())).await {
            Ok(opened) => opened.map_err(|why| errors::of(&why)),
            Err(_elapsed) => Err(errors::silent()),
        }
    }
}

type RustlsStream = <MakeRustlsConnect as MakeTlsConnect<Socket>>::Stream;

async fn limit(client: &Client) -> Result<(), HubError> {
    simple(client, LIMITS).await
}

/// Runs several statements that have no arguments.
pub(super) async fn simple(client: &Client, sql: &str) -> Result<(), HubError> {
    match timeout(PATIENCE, client.batch_execute(sql)).await {
        Ok(done) => done.map_err(|why| errors::of(&why)),
        Err(_elapsed) => Err(errors::silent()),
    }
}

/// Drives the listening connection. Its end is the end of the wakes.
async fn forward(mut connection: Connection<Socket, RustlsStream>, wake: watch::Sender<()>) {
    while let Some(Ok(message)) = poll_fn(|context| connection.poll_message(context)).await {
        if matches!(message, AsyncMessage::Notification(_)) {
            // Many that come at once are one wake.
            wake.send_replace(());
        }
    }
}

/// Whether notifications arrive: one is sent to oneself. A transaction pooler swallows it.
async fn echo(
    listening: &Client,
    schema: &SchemaName,
    wakes: &mut watch::Receiver<()>,
) -> Result<bool, HubError> {
    let channel = schema.channel();
    simple(listening, &format!("LISTEN \"{channel}\"")).await?;
    simple(listening, &format!("NOTIFY \"{channel}\", '0'")).await?;
    Ok(timeout(ECHO, wakes.changed()).await.is_ok_and(|heard| heard.is_ok()))
}
