//! From rows of the server to plain values. A row may be any: its server is another's.

use jiff::{SignedDuration, Timestamp};
use tokio_postgres::Row;
use tokio_postgres::types::FromSql;
use uuid::Uuid;

use super::errors;
use super::time::SqlTime;
use crate::domain::session::ids::SessionId;
use crate::domain::session::parts::Part;
use crate::hub::{
    ActionLine, Beat, Claim, HubAnswer, HubError, HubEvent, HubLabels, HubRow, Lease, Sealed,
    Shard, ThrottleState,
};

pub(super) const PARTS: [Part; 3] = [Part::Session, Part::Configuration, Part::Letter];

/// The value of a column.
pub(super) fn get<'a, T: FromSql<'a>>(row: &'a Row, column: &str) -> Result<T, HubError> {
    row.try_get(column).map_err(|why| errors::of(&why))
}

/// The value of a column of a row that must be there.
pub(super) fn value<'a, T: FromSql<'a>>(row: Option<&'a Row>, column: &str) -> Result<T, HubError> {
    get(row.ok_or_else(|| nonsense("no row was returned"))?, column)
}

pub(super) fn nonsense(what: &str) -> HubError {
    HubError::Nonsense(what.to_owned())
}

fn time(row: &Row, column: &str) -> Result<Option<Timestamp>, HubError> {
    Ok(get::<Option<SqlTime>>(row, column)?.map(|time| time.0))
}

fn time_there(row: &Row, column: &str) -> Result<Timestamp, HubError> {
    time(row, column)?.ok_or_else(|| nonsense("a time is missing"))
}

fn sealed_bytes(bytes: &[u8]) -> Result<Sealed, HubError> {
    Sealed::from_bytes(bytes).ok_or_else(|| nonsense("a sealed value is too short"))
}

fn sealed(row: &Row, column: &str) -> Result<Option<Sealed>, HubError> {
    get::<Option<&[u8]>>(row, column)?.map(sealed_bytes).transpose()
}

fn sealed_there(row: &Row, column: &str) -> Result<Sealed, HubError> {
    sealed_bytes(get(row, column)?)
}

fn id(row: &Row, column: &str) -> Result<SessionId, HubError> {
    get(row, column).map(SessionId::new)
}

/// The leases in three columns with an array each.
pub(super) fn leases(row: &Row) -> Result<Vec<Lease>, HubError> {
    let (shards, epochs): (Vec<i16>, Vec<i64>) = (get(row, "shards")?, get(row, "epochs")?);
    let terms: Vec<Uuid> = get(row, "terms")?;
    if shards.len() != epochs.len() || shards.len() != terms.len() {
        return Err(nonsense("leases without epoch or term"));
    }
    let all = shards.into_iter().zip(epochs).zip(terms);
    all.map(|((shard, epoch), term)| {
        let shard = u8::try_from(shard).ok().and_then(Shard::new);
        let shard = shard.ok_or_else(|| nonsense("a shard that does not exist"))?;
        Ok(Lease { shard, epoch, term })
    })
    .collect()
}

pub(super) fn throttle(row: &Row) -> Result<ThrottleState, HubError> {
    let refused_since = time(row, "refused_since")?;
    Ok(ThrottleState {
        slowed_until: time(row, "slowed_until")?,
        share: get(row, "share")?,
        refused: Some(refused_since.is_some()),
    })
}

pub(super) fn beat(row: &Row) -> Result<Beat, HubError> {
    Ok(Beat {
        now: time_there(row, "now")?,
        leases: leases(row)?,
        pollers: u32::try_from(get::<i32>(row, "pollers")?).unwrap_or_default(),
        throttle: throttle(row)?,
    })
}

pub(super) fn session(row: &Row) -> Result<HubRow, HubError> {
    Ok(HubRow {
        id: id(row, "id")?,
        added: get(row, "added_no")?,
        version: get(row, "version")?,
        epoch: get(row, "epoch")?,
        answered_at: time(row, "answered_at")?,
        brief: sealed(row, "brief")?,
        brief_made_by: get(row, "brief_made_by")?,
        gone: get(row, "gone")?,
        labels: labels(row)?,
    })
}

fn labels(row: &Row) -> Result<HubLabels, HubError> {
    let tags: Vec<&[u8]> = get(row, "tags")?;
    let operator: Option<String> = get(row, "claimed_by")?;
    let claim = operator.zip(time(row, "claimed_until")?);
    Ok(HubLabels {
        reference: sealed(row, "reference")?,
        tags: tags.into_iter().map(sealed_bytes).collect::<Result<_, _>>()?,
        deadline: time(row, "deadline")?,
        resources_ttl: get::<Option<i64>>(row, "resources_ttl")?.map(SignedDuration::from_micros),
        note: sealed(row, "note")?,
        note_version: get(row, "note_version")?,
        pinned: get(row, "pinned")?,
        archived_at: time(row, "archived_at")?,
        acknowledged: sealed(row, "acknowledged")?,
        snoozed_until: time(row, "snoozed_until")?,
        claim: claim.map(|(operator, until)| Claim { operator, until }),
    })
}

pub(super) fn action(row: &Row) -> Result<ActionLine, HubError> {
    let line: &[u8] = get(row, "body")?;
    Ok(ActionLine {
        action: get(row, "action")?,
        version: get(row, "version")?,
        session: get::<Option<Uuid>>(row, "id")?.map(SessionId::new),
        operator: get(row, "operator")?,
        at: time_there(row, "at")?,
        kind: get(row, "kind")?,
        line: if line.is_empty() { None } else { Some(sealed_bytes(line)?) },
    })
}

/// An answer, and whose it is.
pub(super) fn answer(row: &Row) -> Result<(SessionId, HubAnswer), HubError> {
    let part = usize::try_from(get::<i16>(row, "part")?).ok();
    let part = part.and_then(|part| PARTS.get(part)).copied();
    let answer = HubAnswer {
        part: part.ok_or_else(|| nonsense("a part that does not exist"))?,
        epoch: get(row, "epoch")?,
        fetched_at: time_there(row, "fetched_at")?,
        body: sealed_there(row, "body")?,
    };
    Ok((id(row, "id")?, answer))
}

/// An event, and whose it is.
pub(super) fn event(row: &Row) -> Result<(SessionId, HubEvent), HubError> {
    let event = HubEvent { number: get(row, "number")?, body: sealed_there(row, "body")? };
    Ok((id(row, "id")?, event))
}
