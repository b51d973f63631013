//! What whoever administers a shared store asks and grants.

use tokio_postgres::types::Type;

use super::connect::simple;
use super::{Connector, decode, run};
use crate::hub::{HubError, MemberRole};

/// A process that was heard of lately.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberLine {
    /// The name by which the server knows the operator.
    pub operator: String,
    pub role: String,
    pub host: String,
    pub program: String,
    /// How many shards it holds.
    pub shards: usize,
    /// Seconds since it was last heard of.
    pub seen_seconds: i64,
}

const MEMBERS: &str = "\
    SELECT member.operator::text AS operator, role, host, program, \
      (SELECT count(*) FROM @schema@.lease \
       WHERE holder = member.id AND expires_at > clock_timestamp()) AS shards, \
      extract(epoch FROM clock_timestamp() - seen_at)::bigint AS seen \
    FROM @schema@.member WHERE seen_at > clock_timestamp() - interval '1 minute' \
    ORDER BY role DESC, member.operator, host";

/// The processes that were heard of in the last minute.
pub async fn members(connector: &Connector) -> Result<Vec<MemberLine>, HubError> {
    let client = connector.client().await?;
    let rows = run(&client, &connector.schema().fill(MEMBERS), &[]).await?;
    let line = |row| {
        let shards: i64 = decode::value(Some(row), "shards")?;
        Ok(MemberLine {
            operator: decode::value(Some(row), "operator")?,
            role: decode::value(Some(row), "role")?,
            host: decode::value(Some(row), "host")?,
            program: decode::value(Some(row), "program")?,
            shards: usize::try_from(shards).unwrap_or_default(),
            seen_seconds: decode::value(Some(row), "seen")?,
        })
    };
    rows.iter().map(line).collect()
}

/// Gives a login role of the server a right in the shared store, or takes it away.
pub async fn set_right(
    connector: &Connector,
    user: &str,
    right: MemberRole,
    has: bool,
) -> Result<(), HubError> {
    let client = connector.client().await?;
    let role = connector.schema().role(right.word());
    let sql = "SELECT quote_ident($1) AS name, EXISTS (SELECT FROM pg_roles WHERE rolname = $1)";
    let rows = run(&client, sql, &[(&user, Type::TEXT)]).await?;
    let name: String = decode::value(rows.first(), "name")?;
    if !decode::value::<bool>(rows.first(), "exists")? {
        return Err(HubError::Rights(format!(
            "the server has no user {}",
            crate::text::shown_str(user, 64)
        )));
    }
    let sql =
        if has { format!("GRANT {role} TO {name}") } else { format!("REVOKE {role} FROM {name}") };
    simple(&client, &sql).await
}
