//! What only a PostgreSQL server can suffer: other transactions, other users, its end; and what
//! pretends to be one.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use branchwatch::hub::postgres::{Connector, PostgresHub, SchemaName, migrate, migration_text};
use branchwatch::hub::{Hub, HubChange, HubCursor, HubError, MemberRole};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UnixListener, UnixStream};
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Config, NoTls};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::RootCertStore;

use super::on_postgres::{Postgres, config, connector};
use crate::postgres::{SUPERUSER, WITH_PASSWORD, server};
use crate::tls::{Authority, served, tls_config};
use crate::{DESK, POLLER, VIEWER, World, action, add, batch, list, member, observation};

/// A connection of this user that sends any SQL.
async fn raw(user: &str) -> Client {
    let (client, connection) = config(user).connect(NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

async fn code(client: &Client, sql: &str) -> Option<SqlState> {
    client.batch_execute(sql).await.err().and_then(|why| why.code().cloned())
}

async fn refusal(connector: &Connector) -> HubError {
    connector.connect().await.unwrap_err()
}

#[ignore = "needs PostgreSQL: .ci/run installs it"]
#[tokio::test]
async fn a_writer_waits_until_the_one_before_it_has_committed() {
    let world = Postgres::new().await;
    let (desk, reader) = (world.hub("anna", DESK).await, world.hub("ben", DESK).await);
    add(&desk, [1, 2]).await;
    let start = reader.pull(&HubCursor::default()).await.unwrap().next;
    let first = raw(SUPERUSER).await;
    let call = "BEGIN; SELECT @schema@.add(ARRAY[gen_random_uuid()], ARRAY[NULL::bytea], \
                ARRAY[NULL::timestamptz], ARRAY[NULL::bigint], '{}', '{}')";
    first.batch_execute(&world.schema.fill(call)).await.unwrap();

    let pinned = action(1, HubChange::Pinned(true), None);
    let mut second = Box::pin(desk.keep(&pinned));
    let waits = world.schema.fill(
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted \
         AND objid = '@schema@.feed'::regclass",
    );
    loop {
        tokio::select! {
            done = &mut second => {
                // On a slow machine it has waited for as long as it may.
                assert!(matches!(done, Err(HubError::Busy(_))), "it overtook the first: {done:?}");
                break;
            }
            row = world.dba.query_one(&waits, &[]) => {
                if row.unwrap().get::<_, i64>(0) == 1 {
                    break;
                }
            }
        }
    }
    // It goes on at the server; here it would keep its connection from the call below.
    drop(second);
    let page = reader.pull(&start).await.unwrap();
    assert_eq!((page.rows.len(), &page.next), (0, &start));
    first.batch_execute("COMMIT").await.unwrap();
    desk.keep(&pinned).await.unwrap();
    assert_eq!(reader.pull(&start).await.unwrap().rows.len(), 2, "in order, and both");
}

#[ignore = "needs PostgreSQL: .ci/run installs it"]
#[tokio::test]
async fn nobody_takes_a_shard_while_a_batch_of_its_holder_is_written() {
    let world = Postgres::new().await;
    let hub = world.hub("one", POLLER).await;
    let held = hub.take(1).await.unwrap();
    let lease = held.leases[0];
    let member = "SELECT holder::text FROM @schema@.lease WHERE holder IS NOT NULL";
    let row = world.dba.query_one(&world.schema.fill(member), &[]).await.unwrap();
    let me: String = row.get(0);
    let writing = raw(SUPERUSER).await;
    let call = format!(
        "SET SESSION AUTHORIZATION {}; BEGIN; SELECT @schema@.publish('{me}', '{{{}}}', '{{}}', \
         '{{}}', '{{}}', '{{}}', '{{}}', '{{}}', '{{}}', '{{}}', '{{}}', '{{}}', '{{}}')",
        world.name("one"),
        lease.term
    );
    writing.batch_execute(&world.schema.fill(&call)).await.unwrap();
    let taking = format!(
        "SELECT FROM @schema@.lease WHERE shard = {} FOR NO KEY UPDATE NOWAIT",
        lease.shard.number()
    );
    let taking = world.schema.fill(&taking);
    assert_eq!(code(&world.dba, &taking).await, Some(SqlState::LOCK_NOT_AVAILABLE));
    writing.batch_execute("COMMIT").await.unwrap();
    assert_eq!(code(&world.dba, &taking).await, None);
}

// P08
#[ignore = "needs PostgreSQL: .ci/run installs it"]
#[tokio::test]
async fn functions_run_as_their_owner_with_a_fixed_path_and_not_for_everybody() {
    let world = Postgres::new().await;
    let functions = "SELECT proname::text, prosecdef, proowner::regrole::text, proacl::text, \
                     array_to_string(proconfig, ';') AS settings FROM pg_proc \
                     WHERE pronamespace = '@schema@'::regnamespace";
    let functions = world.dba.query(&world.schema.fill(functions), &[]).await.unwrap();
    assert!(functions.len() >= 12, "the functions were found");
    for row in functions {
        let (name, settings): (String, String) = (row.get("proname"), row.get("settings"));
        let rights: String = row.get("proacl");
        assert!(row.get::<_, bool>("prosecdef"), "{name}");
        assert_eq!(row.get::<_, String>("proowner"), world.schema.role("owner"), "{name}");
        assert!(settings.contains("search_path=pg_catalog, pg_temp"), "{name}: {settings}");
        assert!(!rights.starts_with("{=") && !rights.contains(",="), "{name}: {rights}");
        assert!(name == "next_version" || settings.contains("lock_timeout=1s"), "{name}");
    }
    let writable = "SELECT table_name::text, grantee::text, privilege_type::text \
                    FROM information_schema.table_privileges WHERE table_schema = $1 \
                    AND grantee <> $2 AND privilege_type <> 'SELECT'";
    let (schema, owner) = (world.schema.to_string(), world.schema.role("owner"));
    let writable = world.dba.query(writable, &[&schema, &owner]).await.unwrap();
    assert!(writable.is_empty(), "{writable:?}");
}

// P08
#[ignore = "needs PostgreSQL: .ci/run installs it"]
#[tokio::test]
async fn an_operator_cannot_write_tables_nor_be_another() {
    let world = Postgres::new().await;
    let hub = world.hub("anna", DESK).await;
    add(&hub, [1]).await;
    let (anna, ben) = (world.name("anna"), world.operator("ben", DESK).await);
    let vera = world.operator("vera", VIEWER).await;
    let (desk, viewer) = (raw(&ben).await, raw(&vera).await);
    for sql in [
        "INSERT INTO @schema@.action VALUES (gen_random_uuid(), 1, NULL, 'anna', now(), 'audit', '')",
        "UPDATE @schema@.session SET pinned = true",
        "UPDATE @schema@.action SET operator = 'anna'",
        "DELETE FROM @schema@.action",
        "TRUNCATE @schema@.session CASCADE",
        "SELECT * FROM @schema@.personal",
        "SELECT @schema@.next_version()",
        "SELECT nextval('@schema@.feed')",
        "SET ROLE @owner@",
        "CREATE FUNCTION @schema@.now() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    ] {
        for client in [&desk, &viewer] {
            let found = code(client, &world.schema.fill(sql)).await;
            assert_eq!(found, Some(SqlState::INSUFFICIENT_PRIVILEGE), "{sql}");
        }
    }
    for sql in ["SELECT * FROM @schema@.answer", "SELECT @schema@.personal_set('look', '')"] {
        let found = code(&viewer, &world.schema.fill(sql)).await;
        assert_eq!(found, Some(SqlState::INSUFFICIENT_PRIVILEGE), "{sql}");
        assert_eq!(code(&desk, &world.schema.fill(sql)).await, None, "{sql}");
    }
    // Another role of one's own is not another operator, and a temporary table no table of the store.
    let keep = "SET ROLE @desk@; CREATE TEMP TABLE session (id uuid); SELECT @schema@.keep(\
                gen_random_uuid(), '00000000-0000-0000-0000-000000000001', 'claimed', '\\x0001', \
                NULL, NULL, NULL, NULL, true, NULL); RESET ROLE";
    assert_eq!(code(&desk, &world.schema.fill(keep)).await, None);
    let lines = hub.pull(&HubCursor::default()).await.unwrap().actions;
    assert_eq!(lines[0].operator, ben);
    // Another's process is not taken over.
    let members =
        world.schema.fill("SELECT id::text FROM @schema@.member WHERE operator = $1::text");
    let hers: String = world.dba.query_one(&members, &[&anna]).await.unwrap().get(0);
    let joins = format!("SELECT @schema@.join_in('{hers}', 'desk', '', '')");
    let found = code(&desk, &world.schema.fill(&joins)).await;
    assert_eq!(found, Some(SqlState::INSUFFICIENT_PRIVILEGE));
    // Each sees what is personal of its own.
    desk.batch_execute(&world.schema.fill("SELECT @schema@.personal_set('look', '\\x01')"))
        .await
        .unwrap();
    let own = world.schema.fill("SELECT value FROM @schema@.own_personal");
    assert_eq!(desk.query(&own, &[]).await.unwrap().len(), 1);
    assert_eq!(viewer.query(&own, &[]).await.unwrap().len(), 0);
}

#[ignore = "needs PostgreSQL: .ci/run installs it"]
#[tokio::test]
async fn who_has_no_role_is_told_so() {
    let world = Postgres::new().await;
    let stranger = world.name("stranger");
    world.sql(&format!("CREATE ROLE {stranger} LOGIN")).await;
    let hub = connector(&stranger, &world.schema).connect().await.unwrap();
    let why = hub.join(&member(MemberRole::Desk)).await.unwrap_err();
    assert!(matches!(why, HubError::Rights(_)), "{why:?}");
}

#[ignore = "needs PostgreSQL: .ci/run installs it"]
#[tokio::test]
async fn a_schema_that_is_not_there_or_too_old_or_too_new_is_named() {
    let world = Postgres::new().await;
    let none = SchemaName::new("not_there").unwrap();
    let hub = connector(SUPERUSER, &none).connect().await.unwrap();
    let join = async |hub: &PostgresHub| hub.join(&member(MemberRole::Viewer)).await.unwrap_err();
    assert_eq!(join(&hub).await, HubError::NoSchema(String::from("not_there")));
    let hub = world.connect("vera", VIEWER).await;
    world.sql("UPDATE @schema@.meta SET min_client = 2").await;
    assert_eq!(join(&hub).await, HubError::OldProgram { known: 1, wanted: 2 });
    world.sql("UPDATE @schema@.meta SET schema = 7, min_client = 1").await;
    assert!(hub.join(&member(MemberRole::Viewer)).await.is_ok(), "newer, and still good");
    world.sql("UPDATE @schema@.meta SET schema = 0").await;
    assert_eq!(join(&hub).await, HubError::OldSchema { found: 0, needed: 1 });
}

#[ignore = "needs PostgreSQL: .ci/run installs it"]
#[tokio::test]
async fn a_migration_that_was_made_is_not_made_again_also_by_two_at_once() {
    let schema = SchemaName::new(&crate::postgres::schema_name()).unwrap();
    let connector = connector(SUPERUSER, &schema);
    let (one, two) = tokio::join!(migrate(&connector), migrate(&connector));
    let mut made = [one.unwrap(), two.unwrap()];
    made.sort_unstable();
    assert_eq!(made, [0, 1]);
    assert_eq!(migrate(&connector).await.unwrap(), 0);
    // As text, for a database administrator. A schema that is there is not touched.
    let text = migration_text(&schema);
    assert_eq!(code(&raw(SUPERUSER).await, &text).await, Some(SqlState::DUPLICATE_SCHEMA));
}

#[ignore = "needs PostgreSQL: .ci/run installs it"]
#[tokio::test]
async fn a_wrong_password_and_an_unknown_user_are_refused_without_a_secret_in_the_message() {
    let world = Postgres::new().await;
    let role = format!("CREATE ROLE {WITH_PASSWORD} LOGIN PASSWORD 'correct-horse' IN ROLE @desk@");
    world.sql(&role).await;
    let with = |password: Option<&str>| {
        let mut config = config(WITH_PASSWORD);
        if let Some(password) = password {
            config.password(password);
        }
        let roots = Arc::new(RootCertStore::empty());
        Connector::new(config, world.schema.clone(), roots).unwrap()
    };
    assert!(with(Some("correct-horse")).connect().await.is_ok());
    for refused in [
        refusal(&with(Some("battery-staple"))).await,
        refusal(&with(None)).await,
        refusal(&connector("unknown", &world.schema)).await,
    ] {
        assert!(matches!(refused, HubError::Refused(_)), "{refused:?}");
        assert!(!refused.to_string().contains("battery-staple"), "{refused}");
    }
    let shown = format!("{:?}", with(Some("correct-horse")));
    assert!(!shown.contains("correct-horse"), "{shown}");
}

// P01
#[ignore = "needs PostgreSQL: .ci/run installs it"]
#[tokio::test]
async fn a_server_that_is_gone_or_takes_no_changes_is_named() {
    let world = Postgres::new().await;
    let mut nowhere = Config::new();
    nowhere.host_path("/nonexistent").user("anna");
    let roots = Arc::new(RootCertStore::empty());
    let nowhere = Connector::new(nowhere, world.schema.clone(), roots).unwrap();
    assert!(matches!(refusal(&nowhere).await, HubError::Away(_)));
    // As a replica is.
    let name = world.operator("anna", DESK).await;
    let hub = world.hub("anna", DESK).await;
    world.sql(&format!("ALTER ROLE {name} SET default_transaction_read_only = on")).await;
    let replica = refusal(&connector(&name, &world.schema)).await;
    assert!(matches!(replica, HubError::ReadOnly(_)), "{replica:?}");

    let ends = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1::text";
    world.dba.query(ends, &[&name]).await.unwrap();
    assert!(matches!(hub.woken().await, Err(HubError::Away(_))), "its wakes have ended");
    let pulled = hub.pull(&HubCursor::default()).await;
    assert!(matches!(pulled, Err(HubError::Away(_))), "{pulled:?}");
}

// P07
#[ignore = "needs PostgreSQL: .ci/run installs it"]
#[tokio::test]
async fn who_holds_rows_for_long_makes_others_busy_and_not_stuck() {
    let world = Postgres::new().await;
    let hub = world.hub("anna", DESK).await;
    add(&hub, [1]).await;
    world.sql("BEGIN; SELECT FROM @schema@.session FOR UPDATE").await;
    let pinned = hub.keep(&action(1, HubChange::Pinned(true), None)).await;
    assert!(matches!(pinned, Err(HubError::Busy(_))), "{pinned:?}");
    world.sql("COMMIT").await;
    assert!(hub.keep(&action(1, HubChange::Pinned(true), None)).await.is_ok());
}

// P06
#[ignore = "needs PostgreSQL: .ci/run installs it"]
#[tokio::test]
async fn rows_that_make_no_sense_are_left_out_and_the_rest_is_read() {
    let world = Postgres::new().await;
    let hub = world.hub("one", POLLER).await;
    add(&hub, 1..=20).await;
    let held = hub.take(16).await.unwrap();
    let all = (1..=20).map(|n| observation(n, held.now, "answer")).collect();
    hub.publish(&batch(&held, all)).await.unwrap();
    hub.keep(&action(1, HubChange::Pinned(true), None)).await.unwrap();
    for damage in [
        "brief = '\\x'",
        "brief = '\\x01'",
        "tags = ARRAY['\\x'::bytea]",
        "tags = ARRAY[NULL]::bytea[]",
        "tags = '{{a,b},{c,d}}'",
        "answered_at = 'infinity'",
        "deadline = '-infinity'",
        "snoozed_until = '200000-01-01'",
        "reference = '\\x', note = '\\x'",
    ] {
        let before = list(&hub).await.len();
        let one = "id = (SELECT id FROM @schema@.session ORDER BY version DESC, id DESC LIMIT 1)";
        world.sql(&format!("UPDATE @schema@.session SET {damage} WHERE {one}")).await;
        let page = hub.pull(&HubCursor::default()).await.unwrap();
        assert!(matches!(page.left_out, Some(HubError::Nonsense(_))), "{damage}");
        assert_eq!(page.rows.len(), before - 1, "{damage}");
        let next = hub.pull(&page.next).await.unwrap();
        assert_eq!((next.rows.len(), next.left_out), (0, None), "it is not read again");
        world.sql(&format!("UPDATE @schema@.session SET version = 1, brief = NULL, tags = '{{}}', \
            answered_at = NULL, deadline = NULL, snoozed_until = NULL, reference = NULL, note = NULL \
            WHERE {one}")).await;
    }
    world.sql("UPDATE @schema@.action SET body = '\\x01'").await;
    assert!(hub.pull(&HubCursor::default()).await.unwrap().left_out.is_some());
    world.sql("UPDATE @schema@.lease SET term = gen_random_uuid(), epoch = -1").await;
    assert!(hub.beat().await.is_ok());
}

/// A server on loopback that knows this name; it speaks as far as the closure does.
async fn pretender<W>(
    authority: &Authority,
    work: impl Fn(TcpStream) -> W + Send + 'static,
) -> Connector
where
    W: Future + Send + 'static,
    W::Output: Send,
{
    let address: SocketAddr = served(work).await;
    let mut config = Config::new();
    config.host("db.example").hostaddr(address.ip()).port(address.port());
    config.user("anna").password("correct-horse");
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(authority.pem.as_bytes()).unwrap()).unwrap();
    Connector::new(config, SchemaName::new("acme").unwrap(), Arc::new(roots)).unwrap()
}

// P02
#[tokio::test]
async fn a_server_without_tls_or_with_a_wrong_certificate_gets_nothing() {
    let authority = Authority::new();
    let plain = pretender(&authority, |mut socket| async move {
        let mut asked = [0; 8];
        socket.read_exact(&mut asked).await.unwrap();
        socket.write_all(b"N").await.unwrap();
        let more = socket.read(&mut asked).await.unwrap_or_default();
        assert_eq!(more, 0, "something was sent in the clear");
    })
    .await;
    let why = refusal(&plain).await;
    assert!(matches!(why, HubError::Tls(_)), "{why:?}");

    for (by, host, years) in [
        (&Authority::new(), "db.example", 2020..2090),
        (&authority, "other.example", 2020..2090),
        (&authority, "db.example", 2010..2012),
    ] {
        let acceptor = TlsAcceptor::from(Arc::new(tls_config(by.signs(host, years))));
        let wrong = pretender(&authority, move |socket| {
            let acceptor = acceptor.clone();
            async move {
                encrypted(socket, &acceptor).await;
            }
        })
        .await;
        let why = refusal(&wrong).await;
        assert!(matches!(why, HubError::Tls(_)), "{why:?}");
    }
}

type Encrypted = tokio_rustls::server::TlsStream<TcpStream>;

/// Answers to the question for TLS as PostgreSQL does.
async fn encrypted(mut socket: TcpStream, acceptor: &TlsAcceptor) -> Option<Encrypted> {
    let mut asked = [0; 8];
    socket.read_exact(&mut asked).await.ok()?;
    socket.write_all(b"S").await.ok()?;
    acceptor.accept(socket).await.ok()
}

// P02
#[tokio::test]
async fn a_server_that_asks_for_the_password_in_the_clear_or_hashed_does_not_get_it() {
    let authority = Authority::new();
    let acceptor =
        TlsAcceptor::from(Arc::new(tls_config(authority.signs("db.example", 2020..2090))));
    // AuthenticationCleartextPassword, AuthenticationMD5Password, AuthenticationOk.
    for asks in
        [&b"R\0\0\0\x08\0\0\0\x03"[..], b"R\0\0\0\x0c\0\0\0\x05salt", b"R\0\0\0\x08\0\0\0\0"]
    {
        let heard = Arc::new(Mutex::new(None));
        let (acceptor, log) = (acceptor.clone(), Arc::clone(&heard));
        let server = pretender(&authority, move |socket| {
            let (acceptor, log) = (acceptor.clone(), Arc::clone(&log));
            async move {
                let mut socket = encrypted(socket, &acceptor).await.unwrap();
                let mut said = [0; 1024];
                let _startup = socket.read(&mut said).await.unwrap();
                socket.write_all(asks).await.unwrap();
                let more = socket.read(&mut said).await.unwrap_or_default();
                *log.lock().unwrap() = Some(said[..more].to_vec());
            }
        })
        .await;
        let why = refusal(&server).await;
        assert!(matches!(why, HubError::WeakPassword(_)), "{why:?}");
        let heard = heard.lock().unwrap().take().unwrap_or_default();
        assert!(heard.is_empty(), "{heard:?}");
    }
}

// P07
#[tokio::test(start_paused = true)]
async fn a_server_that_says_nothing_is_away() {
    let silent = pretender(&Authority::new(), |socket| async move {
        let _held = socket;
        std::future::pending::<()>().await;
    })
    .await;
    assert!(matches!(refusal(&silent).await, HubError::Away(_)));
}

/// A Unix socket that hands on everything but notifications, as a transaction pooler does.
fn pooler(folder: &std::path::Path) {
    let listener = UnixListener::bind(folder.join(".s.PGSQL.5432")).unwrap();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let upstream =
                UnixStream::connect(server().socket.join(".s.PGSQL.5432")).await.unwrap();
            let (mut from_client, mut to_client) = client.into_split();
            let (mut from_server, mut to_server) = upstream.into_split();
            tokio::spawn(async move { tokio::io::copy(&mut from_client, &mut to_server).await });
            tokio::spawn(async move {
                // Until either end has gone.
                while let Ok(kind) = from_server.read_u8().await {
                    let length = from_server.read_u32().await.unwrap();
                    let mut body = vec![0; usize::try_from(length).unwrap() - 4];
                    from_server.read_exact(&mut body).await.unwrap();
                    if kind != b'A' {
                        let message = [&[kind][..], &length.to_be_bytes(), &body].concat();
                        let _gone = to_client.write_all(&message).await;
                    }
                }
            });
        }
    });
}

#[ignore = "needs PostgreSQL: .ci/run installs it"]
#[tokio::test]
async fn behind_a_pooler_that_swallows_notifications_the_hub_says_that_it_hears_none() {
    let world = Postgres::new().await;
    let name = world.operator("anna", DESK).await;
    assert!(world.connect("anna", DESK).await.hears());
    let folder = tempfile::tempdir().unwrap();
    pooler(folder.path());
    let mut config = Config::new();
    config.host_path(folder.path()).user(&name).dbname("postgres");
    let roots = Arc::new(RootCertStore::empty());
    let connector = Connector::new(config, world.schema.clone(), roots).unwrap();
    let hub = connector.connect().await.unwrap();
    assert!(!hub.hears());
    hub.join(&member(MemberRole::Desk)).await.unwrap();
    add(&hub, [1]).await;
    let woken = tokio::time::timeout(Duration::from_millis(1), hub.woken()).await;
    assert!(woken.is_err());
    assert_eq!(list(&hub).await.len(), 1);
}
