//! Making the schema, and bringing an older one up to this program's.

use super::connect::simple;
use super::{Connector, SchemaName, run};
use crate::hub::HubError;

/// Each brings the schema from the number before to its own.
const MIGRATIONS: &[&str] =
    &[include_str!("../../../assets/migrations/postgres/0001_shared_store.sql")];

/// What a database administrator runs to make the schema, as one text.
#[must_use]
pub fn migration_text(schema: &SchemaName) -> String {
    format!("BEGIN;\n{}COMMIT;\n", schema.fill(&MIGRATIONS.concat()))
}

/// Makes the schema, or brings it up to date; each step is one transaction. Returns how many there
/// were. The user needs the right to create roles and schemas.
pub async fn migrate(connector: &Connector) -> Result<usize, HubError> {
    let client = connector.client().await?;
    let schema = connector.schema();
    // Two at once: the second waits, and finds the work done.
    simple(&client, "BEGIN; SELECT pg_advisory_xact_lock(hashtext('branchwatch migrations'))")
        .await?;
    let there = schema.fill("SELECT to_regclass('@schema@.meta') IS NOT NULL");
    let there = run(&client, &there, &[]).await?;
    let there = there.first().is_some_and(|row| row.try_get(0).unwrap_or(false));
    let mut known = 0;
    if there {
        let rows = run(&client, &schema.fill("SELECT schema FROM @schema@.meta"), &[]).await?;
        let found: i32 = super::decode::value(rows.first(), "schema")?;
        known = usize::try_from(found).unwrap_or_default();
    }
    let steps = MIGRATIONS.get(known..).unwrap_or_default();
    for step in steps {
        simple(&client, &schema.fill(step)).await?;
    }
    simple(&client, "COMMIT").await?;
    Ok(steps.len())
}
