//! Several machines on one PostgreSQL server, each with a home of its own: what one adds and keeps
//! the others have, who asks, and what is said where the shared store cannot be used.

use std::fmt::Write as _;
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

use branchwatch::clock::{Clock, SystemClock};
use branchwatch::domain::session::ids::SessionId;
use branchwatch::domain::watchlist::annotations::{AnnotationChange, Made};
use branchwatch::domain::watchlist::outbox::OutboxMessage;
use branchwatch::domain::watchlist::watched::WatchedSession;
use secrecy::ExposeSecret;
use tokio_postgres::{Config, NoTls};

use crate::postgres::{SUPERUSER, schema_name, server};
use crate::watch::watching;
use crate::{KEY, World, empty, world};

/// Longer than anything here takes; only a test that fails waits for so long.
const PATIENCE: Duration = Duration::from_mins(1);

/// A simulator, a shared store, and who may use it.
struct Office {
    simulated: World,
    schema: String,
}

impl Office {
    fn open(simulator: &[&str]) -> Self {
        let office = Self { simulated: world(simulator), schema: schema_name() };
        let (_, said) = office.machine(SUPERUSER, "desk").run(&["store", "init"], 0);
        assert!(said.contains("store grant"), "{said}");
        office
    }

    /// The name of an operator, who may log in and nothing else.
    fn operator(&self, name: &str) -> String {
        let name = format!("{name}_{}", self.schema);
        sql(&format!("CREATE ROLE {name} LOGIN"));
        name
    }

    fn granted(&self, name: &str, rights: &[&str]) -> String {
        let name = self.operator(name);
        for right in rights {
            self.machine(SUPERUSER, "desk").run(&["store", "grant", &name, right], 0);
        }
        name
    }

    fn poller(&self, name: &str) -> World {
        self.machine(&self.granted(name, &["desk", "poller"]), "poller")
    }

    fn desk(&self, name: &str) -> World {
        self.machine(&self.granted(name, &["desk"]), "desk")
    }

    /// A home whose configuration leads to the shared store as this user.
    fn machine(&self, user: &str, role: &str) -> World {
        let machine = World {
            base_url: self.simulated.base_url.clone(),
            sdk_id: self.simulated.sdk_id.clone(),
            sessions: self.simulated.sessions.clone(),
            ..empty()
        };
        std::fs::write(machine.key(), KEY.0.expose_secret()).unwrap();
        std::fs::set_permissions(machine.key(), std::fs::Permissions::from_mode(0o600)).unwrap();
        shares(&machine, &self.address(user), role);
        machine
    }

    fn address(&self, user: &str) -> String {
        let mut folder = String::new();
        for byte in server().socket.to_str().unwrap().bytes() {
            write!(folder, "%{byte:02x}").unwrap();
        }
        format!("postgres://{user}@{folder}/postgres?schema={}", self.schema)
    }
}

/// The only profile of the machine's configuration shares its list there.
fn shares(machine: &World, address: &str, role: &str) {
    let folder = machine.home.path().join(".config/branchwatch");
    std::fs::create_dir_all(&folder).unwrap();
    let text = format!("[profiles.acme]\nshared_store = \"{address}\"\nshared_role = \"{role}\"\n");
    std::fs::write(folder.join("config.toml"), text).unwrap();
}

/// Runs it as the administrator of the database.
fn sql(text: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut config = Config::new();
        config.host_path(&server().socket).user(SUPERUSER).dbname("postgres");
        let (dba, connection) = config.connect(NoTls).await.unwrap();
        let connection = tokio::spawn(connection);
        dba.batch_execute(text).await.unwrap();
        drop(dba);
        connection.await.unwrap().unwrap();
    });
}

#[expect(clippy::disallowed_methods, reason = "the other processes take real time")]
#[track_caller]
fn until(what: &str, holds: impl Fn() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < PATIENCE, "{what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

impl World {
    /// As this machine's local store has it.
    fn stored(&self, id: &str) -> Option<WatchedSession> {
        let id = SessionId::parse(id).unwrap();
        let mut store = self.acme().beside().ok()?;
        store.details(&[id]).unwrap().pop()
    }

    fn acme(&self) -> branchwatch::persist::location::Location {
        self.location().owned_by("acme")
    }

    fn notes(&self, id: &str, note: &str) {
        let made = Made::new(SystemClock.now(), None);
        let id = SessionId::parse(id).unwrap();
        let change = OutboxMessage::Kept(id, AnnotationChange::Note(note.to_owned()), made);
        self.acme().beside().unwrap().post(&[change]).unwrap();
    }

    /// Who holds how many shards, by `store status`: of those who hold any.
    fn shards(&self) -> Vec<(String, usize)> {
        let (said, _) = self.run(&["store", "status"], 0);
        let held = said.lines().skip(1).map(|line| {
            let fields: Vec<&str> = line.split('\t').collect();
            let count = fields[3].split(' ').next().unwrap().parse().unwrap();
            (fields[0].to_owned(), count)
        });
        held.filter(|(_, count)| *count > 0).collect()
    }
}

fn named(shards: &[(String, usize)], name: &str) -> bool {
    shards.iter().any(|(operator, _)| operator.starts_with(name))
}

// P04
#[test]
#[ignore = "needs PostgreSQL: .ci/run installs it"]
fn what_one_machine_adds_and_keeps_the_others_have_and_who_ends_is_replaced_at_once() {
    let office = Office::open(&["--sessions", "6", "--scenario", "S03", "--speed", "60"]);
    let [one, two] = [office.poller("p1"), office.poller("p2")];
    let jane = office.desk("jane");
    let mut watch_one = watching(&one, &["watch", "--jsonl"]);
    let _watch_two = watching(&two, &["watch", "--jsonl"]);
    let _watch_jane = watching(&jane, &["watch", "--jsonl"]);
    let id = office.simulated.sessions[0].as_str();
    jane.run(&["add", id, "--ref", "dbs-1", "--tag", "urgent"], 0);
    for machine in [&one, &two, &jane] {
        until("it is on the list, answered", || {
            let known = machine.stored(id);
            known.is_some_and(|session| session.brief.result.is_some())
        });
        let session = machine.stored(id).unwrap();
        assert_eq!(session.entry.reference.as_deref(), Some("dbs-1"));
        assert_eq!(session.entry.tags, ["urgent"]);
    }
    two.notes(id, "rang, comes on Friday");
    for machine in [&one, &jane] {
        until("the note is there", || {
            machine.stored(id).is_some_and(|session| session.own.note == "rang, comes on Friday")
        });
    }
    until("both pollers hold shards, all of them", || {
        let shards = jane.shards();
        shards.iter().map(|(_, count)| count).sum::<usize>() == 16
            && named(&shards, "p1")
            && named(&shards, "p2")
    });
    let (said, _) = jane.run(&["store", "status"], 0);
    assert!(said.starts_with("operator jane_") && said.contains("may not poll"), "{said}");
    assert_eq!(watch_one.signal("-TERM"), Some(143));
    // Freed before it had ended: nothing runs out.
    assert!(!named(&jane.shards(), "p1"));
    until("the other has them all", || {
        let shards = jane.shards();
        matches!(&shards[..], [(name, 16)] if name.starts_with("p2"))
    });
}

// P08
#[test]
#[ignore = "needs PostgreSQL: .ci/run installs it"]
fn where_the_shared_store_cannot_be_used_it_is_said_why_and_what_to_do() {
    let office = Office::open(&["--sessions", "0"]);
    let jane = office.machine(&office.operator("jane"), "desk");
    let refused = |code: i32| {
        let (out, err) = jane.run(&["store", "status"], code);
        assert!(out.is_empty(), "{out}");
        err
    };
    let said = refused(2);
    assert!(said.contains("may not do that") && said.contains("store grant"), "{said}");
    let address = office.address(SUPERUSER);
    shares(&jane, &address.replace("schema=", "schema=no_"), "desk");
    let said = refused(2);
    assert!(said.contains("no shared store in schema no_") && said.contains("init"), "{said}");
    shares(&jane, &address.replace("dba@", "dba:swordfish@"), "desk");
    let said = refused(2);
    assert!(said.contains("has a password in it") && said.contains("PGPASSFILE"), "{said}");
    assert!(!said.contains("swordfish"), "{said}");
    shares(&jane, "postgres://dba@%2fnowhere/postgres", "desk");
    let said = refused(1);
    assert!(said.contains("cannot be reached"), "{said}");
    shares(&jane, "mysql:swordfish@nowhere", "desk");
    let said = refused(2);
    assert!(said.contains("postgres://USER@HOST") && !said.contains("swordfish"), "{said}");
}
