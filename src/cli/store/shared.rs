//! The store that several machines share: how the configuration names it, and `store init`,
//! `migrate`, `grant`, `revoke` and `status`.

use std::str::FromStr;
use std::sync::Arc;

use tokio_postgres::Config as Database;
use tokio_rustls::rustls::RootCertStore;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;

use crate::cli::args::{Global, SharedStoreCommand, StoreRight};
use crate::cli::exit::{self, Failure};
use crate::cli::output::{data, talk};
use crate::cli::setup;
use crate::config::Config;
use crate::desk::{DeskSeal, SharedStore};
use crate::hub::postgres::{
    Connector, SchemaName, TlsRoots, members, migrate, migration_text, set_right,
};
use crate::hub::{Hub, HubError, Member, MemberRole};
use crate::regular_file;
use crate::text::shown_str;

/// The most bytes of what such a program prints.
const MAX_BYTES: u64 = 64 * 1_024;
/// The most bytes of a file of passwords or certificates.
const MOST: u64 = 1 << 20;

/// `None`: the profile shares its list with nobody.
pub(in crate::cli) fn shared(
    global: &Global,
    config: &Config,
) -> Result<Option<Box<SharedStore>>, Failure> {
    if global.offline || global.no_state || config.application.shared_store.is_none() {
        return Ok(None);
    }
    let source = config.key.as_ref();
    let key = source.ok_or_else(|| {
        Failure::Usage(
            "shared_store needs the application's key: it seals what is stored there".into(),
        )
    })?;
    let key = setup::signing_key(key)?;
    let unusable =
        || Failure::Other(String::from("the application's key cannot seal for shared_store"));
    let seal = DeskSeal::new(&*key.derived("shared store")?, &*key.derived("shared store tags")?);
    Ok(Some(Box::new(SharedStore {
        connector: connector(config)?,
        seal: seal.ok_or_else(unusable)?,
        member: member(config),
        max_rps: config.refresh.max_rps,
    })))
}

fn member(config: &Config) -> Member {
    let host = std::fs::read_to_string("/etc/hostname").unwrap_or_default();
    let program = concat!("branchwatch ", env!("CARGO_PKG_VERSION")).to_owned();
    Member { role: config.application.shared_role, host: shown_str(host.trim(), 64), program }
}

fn wrong(why: impl std::fmt::Display) -> Failure {
    Failure::Usage(format!("shared_store: {why}"))
}

/// Where the shared store of the profile is and how it is reached.
fn connector(config: &Config) -> Result<Connector, Failure> {
    let Some(url) = &config.application.shared_store else {
        return Err(Failure::Usage(format!(
            "profile {} has no shared_store; set it to the address of a PostgreSQL database",
            config.profile
        )));
    };
    let (url, schema) = with_schema(url, &config.profile)?;
    // What the driver says may have the text of the address in it, and so a password.
    let mut database = Database::from_str(&url).map_err(|_why| {
        wrong("no address of a PostgreSQL database; expected postgres://USER@HOST/DATABASE?schema=NAME")
    })?;
    if database.get_password().is_some() {
        return Err(wrong(
            "the address has a password in it; take it out, and use PGPASSFILE or \
             shared_password_command",
        ));
    }
    if let Some(password) = password(config, &database)? {
        database.password(password);
    }
    Ok(Connector::new(database, schema, roots(config)?)?)
}

/// The address as the driver takes it, and the schema: that of `?schema=`, else the profile's name.
fn with_schema(url: &str, profile: &str) -> Result<(String, SchemaName), Failure> {
    let (address, query) = url.split_once('?').unwrap_or((url, ""));
    let (named, others): (Vec<&str>, Vec<&str>) = query
        .split('&')
        .filter(|part| !part.is_empty())
        .partition(|part| part.starts_with("schema="));
    let name = named.first().and_then(|part| part.strip_prefix("schema=")).unwrap_or(profile);
    let schema = SchemaName::new(name).map_err(wrong)?;
    let query = if others.is_empty() { String::new() } else { format!("?{}", others.join("&")) };
    Ok((format!("{address}{query}"), schema))
}

fn password(config: &Config, database: &Database) -> Result<Option<String>, Failure> {
    if let Some(line) = &config.application.shared_password_command
        && let Some((program, arguments)) = line.0.split_first()
    {
        let failed = |how: String| {
            wrong(format!("shared_password_command {}: {how}", shown_str(program, 200)))
        };
        let printed = setup::secret_of(program, arguments, MAX_BYTES).map_err(failed)?;
        let text = str::from_utf8(&printed).map_err(|why| failed(why.to_string()))?;
        return Ok(Some(text.trim_end_matches(['\r', '\n']).to_owned()));
    }
    if let Ok(password) = std::env::var("PGPASSWORD") {
        return Ok(Some(password));
    }
    let Some(file) = std::env::var_os("PGPASSFILE") else { return Ok(None) };
    let failed = |why: std::io::Error| wrong(format!("PGPASSFILE: {why}"));
    let text = regular_file::named(file.as_ref(), MOST).map_err(failed)?;
    let text = String::from_utf8_lossy(&text).into_owned();
    Ok(text.lines().find_map(|line| password_of(line, database)))
}

/// The password of a line `host:port:database:user:password`, where the line is for this database.
fn password_of(line: &str, database: &Database) -> Option<String> {
    // A colon or backslash in a field has a backslash before it.
    let (mut fields, mut field, mut escaped) = (Vec::new(), String::new(), false);
    for letter in line.chars() {
        match letter {
            '\\' if !escaped => escaped = true,
            ':' if !escaped && fields.len() < 4 => fields.push(std::mem::take(&mut field)),
            letter => {
                field.push(letter);
                escaped = false;
            }
        }
    }
    let [host, port, name, user] = fields.try_into().ok()?;
    let is = |wanted: &str, is: Option<&str>| wanted == "*" || is == Some(wanted);
    let hosts: Vec<String> = database.get_hosts().iter().map(host_text).collect();
    let ports: Vec<String> = match database.get_ports() {
        [] => vec![String::from("5432")],
        ports => ports.iter().map(u16::to_string).collect(),
    };
    let fits = (host == "*" || hosts.contains(&host))
        && (port == "*" || ports.contains(&port))
        && is(&name, database.get_dbname())
        && is(&user, database.get_user());
    (fits && !line.starts_with('#')).then_some(field)
}

fn host_text(host: &tokio_postgres::config::Host) -> String {
    match host {
        tokio_postgres::config::Host::Tcp(name) => name.clone(),
        #[cfg(unix)]
        tokio_postgres::config::Host::Unix(_) => "localhost".to_owned(),
    }
}

fn roots(config: &Config) -> Result<TlsRoots, Failure> {
    let mut roots = RootCertStore::empty();
    match &config.application.shared_ca_file {
        Some(file) => {
            let failed = |why: String| wrong(format!("shared_ca_file {}: {why}", file.display()));
            let text = regular_file::named(file, MOST).map_err(|why| failed(why.to_string()))?;
            for found in CertificateDer::pem_slice_iter(&text) {
                let found = found.map_err(|why| failed(why.to_string()))?;
                roots.add(found).map_err(|why| failed(why.to_string()))?;
            }
            if roots.is_empty() {
                return Err(failed("expected PEM, one certificate or several".into()));
            }
        }
        // Those that cannot be read vouch for nobody.
        None => {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
    }
    Ok(Arc::new(roots))
}

/// A part of `store` that is about the shared store.
pub(super) async fn run(global: &Global, what: &SharedStoreCommand) -> Result<u8, Failure> {
    let config = setup::config(global)?;
    match what {
        SharedStoreCommand::Init { sql: true } => {
            let url = config.application.shared_store.clone().unwrap_or_default();
            data(&migration_text(&with_schema(&url, &config.profile)?.1))?;
            return Ok(exit::OK);
        }
        SharedStoreCommand::Init { sql: false } | SharedStoreCommand::Migrate => {
            let steps = migrate(&connector(&config)?).await?;
            talk(if steps == 0 {
                "the shared store is up to date"
            } else {
                "the shared store is ready; let operators in with: branchwatch store grant USER desk"
            });
        }
        SharedStoreCommand::Grant { user, role } => {
            set_right(&connector(&config)?, user, right(*role), true).await?;
            talk(&format!("{user}: {}", right(*role).word()));
        }
        SharedStoreCommand::Revoke { user, role } => {
            set_right(&connector(&config)?, user, right(*role), false).await?;
            talk(&format!("{user}: no longer {}", right(*role).word()));
        }
        SharedStoreCommand::Status => status(&config).await?,
    }
    Ok(exit::OK)
}

const fn right(role: StoreRight) -> MemberRole {
    match role {
        StoreRight::Poller => MemberRole::Poller,
        StoreRight::Desk => MemberRole::Desk,
        StoreRight::Viewer => MemberRole::Viewer,
    }
}

/// Who is there, and who asks Yoti.
async fn status(config: &Config) -> Result<(), Failure> {
    let connector = connector(config)?;
    let hub = connector.connect().await?;
    let viewer = Member { role: MemberRole::Viewer, ..member(config) };
    let joined = hub.join(&viewer).await?;
    let mut lines = vec![format!(
        "operator {} · {} · {}",
        joined.operator,
        if joined.may_edit { "may edit" } else { "may look" },
        if joined.may_poll { "may poll" } else { "may not poll" },
    )];
    for member in members(&connector).await? {
        let held = crate::text::count(member.shards, "shard");
        let seen = member.seen_seconds;
        lines.push(format!(
            "{}\t{}\t{}\t{held}\tseen {seen} s ago",
            shown_str(&member.operator, 64),
            shown_str(&member.role, 16),
            shown_str(&member.host, 64),
        ));
    }
    data(&(lines.join("\n") + "\n"))
}

impl From<HubError> for Failure {
    fn from(why: HubError) -> Self {
        match why {
            HubError::Away(_) | HubError::Busy(_) => Self::Other(why.to_string()),
            why => Self::Usage(why.to_string()),
        }
    }
}
