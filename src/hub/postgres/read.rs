//! What is read: where the store stands, the feed, details.

use std::collections::HashMap;

use tokio_postgres::Row;
use tokio_postgres::types::Type;
use uuid::Uuid;

use super::{Argument, PostgresHub, decode};
use crate::domain::session::ids::SessionId;
use crate::hub::page::{ReadRows, StoreNow};
use crate::hub::{FeedPlace, HUB_SCHEMA, HubCursor, HubDetail, HubError, HubPage, Joined, PAGE};

/// One row: all of the store that is not the list, and whether the list has something new. The
/// newest row is looked at: for "any row that is newer" the server reads all of a young table.
const STATE: &str = "SELECT m.store, f.last_value AS version, t.slowed_until, t.share, \
    t.refused_since, l.shards, l.epochs, l.terms, \
    coalesce((SELECT (version, id) > ($1, $2) FROM @schema@.session \
     ORDER BY version DESC, id DESC LIMIT 1), false) AS new_rows, \
    coalesce((SELECT (version, action) > ($3, $4) FROM @schema@.action \
     ORDER BY version DESC, action DESC LIMIT 1), false) AS new_actions \
    FROM @schema@.meta AS m, @schema@.feed AS f, @schema@.throttle AS t, \
    (SELECT array_agg(shard ORDER BY shard) AS shards, array_agg(epoch ORDER BY shard) AS epochs, \
     array_agg(term ORDER BY shard) AS terms FROM @schema@.lease) AS l";
const ROWS: &str = "SELECT * FROM @schema@.session WHERE (version, id) > ($1, $2) \
    ORDER BY version, id LIMIT $3";
const ACTIONS: &str = "SELECT * FROM @schema@.action WHERE (version, action) > ($1, $2) \
    ORDER BY version, action LIMIT $3";
const WELCOME: &str = "SELECT session_user AS operator, store, sdk_id, max_rps, schema, min_client, \
    has_function_privilege(to_regprocedure('@schema@.ask(uuid[])'), 'EXECUTE') AS may_edit, \
    has_function_privilege(to_regprocedure('@schema@.take(uuid, integer)'), 'EXECUTE') AS may_poll \
    FROM @schema@.meta";

impl PostgresHub {
    /// Which store this is, and whether this program fits it.
    pub(super) async fn welcome(&self) -> Result<Joined, HubError> {
        let there = self.schema.fill("SELECT to_regclass('@schema@.meta') IS NOT NULL AS there");
        if !decode::get::<bool>(&self.one(&there, &[]).await?, "there")? {
            return Err(HubError::NoSchema(self.schema.to_string()));
        }
        let row = self.one(&self.schema.fill(WELCOME), &[]).await?;
        let (found, wanted): (i32, i32) =
            (decode::get(&row, "schema")?, decode::get(&row, "min_client")?);
        if found < HUB_SCHEMA {
            return Err(HubError::OldSchema { found, needed: HUB_SCHEMA });
        }
        if wanted > HUB_SCHEMA {
            return Err(HubError::OldProgram { known: HUB_SCHEMA, wanted });
        }
        Ok(Joined {
            operator: decode::get(&row, "operator")?,
            store: decode::get(&row, "store")?,
            sdk_id: decode::get(&row, "sdk_id")?,
            max_rps: decode::get(&row, "max_rps")?,
            may_edit: decode::get(&row, "may_edit")?,
            may_poll: decode::get(&row, "may_poll")?,
        })
    }

    /// One statement where nothing is new. Each has a snapshot of its own: versions appear in order,
    /// so what the later one sees more of is read again or next.
    pub(super) async fn page(&self, since: &HubCursor) -> Result<HubPage, HubError> {
        let (rows, actions) = (&since.rows, &since.actions);
        let places = [place(rows), place(actions)].concat();
        let state = self.one(&self.schema.fill(STATE), &places).await?;
        let now = StoreNow {
            store: decode::get(&state, "store")?,
            version: decode::get(&state, "version")?,
            leases: decode::leases(&state)?,
        };
        since.fits(&now)?;
        let (mut sessions, mut lines) = (ReadRows::default(), ReadRows::default());
        if decode::get(&state, "new_rows")? {
            sessions = read(&self.after(ROWS, rows).await?, "id", decode::session)?;
        }
        if decode::get(&state, "new_actions")? {
            lines = read(&self.after(ACTIONS, actions).await?, "action", decode::action)?;
        }
        Ok(HubPage::new(since, now, sessions, lines, decode::throttle(&state)?))
    }

    async fn after(&self, sql: &str, read: &FeedPlace) -> Result<Vec<Row>, HubError> {
        let limit = i64::try_from(PAGE).unwrap_or(i64::MAX);
        let limit: Argument<'_> = (&limit, Type::INT8);
        self.run(&self.schema.fill(sql), &[place(read), vec![limit]].concat()).await
    }

    /// In the order in which they were asked for; who is not there is left out.
    pub(super) async fn answers_and_events(
        &self,
        ids: &[SessionId],
    ) -> Result<Vec<HubDetail>, HubError> {
        let uuids: Vec<Uuid> = ids.iter().map(|id| id.uuid()).collect();
        let wanted: [Argument<'_>; 1] = [(&uuids, Type::UUID_ARRAY)];
        let mut found: HashMap<SessionId, HubDetail> = HashMap::new();
        let empty = |id| HubDetail { id, answers: Vec::new(), events: Vec::new() };
        let sql = "SELECT * FROM @schema@.answer WHERE id = ANY ($1) ORDER BY id, part";
        for row in self.run(&self.schema.fill(sql), &wanted).await? {
            let (id, answer) = decode::answer(&row)?;
            found.entry(id).or_insert_with(|| empty(id)).answers.push(answer);
        }
        let sql = "SELECT * FROM @schema@.event WHERE id = ANY ($1) ORDER BY id, number";
        for row in self.run(&self.schema.fill(sql), &wanted).await? {
            let (id, event) = decode::event(&row)?;
            found.entry(id).or_insert_with(|| empty(id)).events.push(event);
        }
        Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
    }
}

/// One row that makes no sense must not keep the others from being shown.
fn read<T>(
    rows: &[Row],
    id: &str,
    decode: impl Fn(&Row) -> Result<T, HubError>,
) -> Result<ReadRows<T>, HubError> {
    let mut found = ReadRows { read: rows.len(), ..ReadRows::default() };
    for row in rows {
        let place = FeedPlace { version: decode::get(row, "version")?, id: decode::get(row, id)? };
        found.end = Some(place);
        match decode(row) {
            Ok(row) => found.rows.push(row),
            Err(why) => found.left_out = found.left_out.or(Some(why)),
        }
    }
    Ok(found)
}

fn place(place: &FeedPlace) -> Vec<Argument<'_>> {
    vec![(&place.version, Type::INT8), (&place.id, Type::UUID)]
}
