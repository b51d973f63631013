//! The calls that write: each is one function of the schema.

use std::time::Duration;

use tokio::time::timeout;
use tokio_postgres::types::Type;
use uuid::Uuid;

use super::decode::PARTS;
use super::time::SqlTime;
use super::{PostgresHub, decode, run};
use crate::domain::session::ids::SessionId;
use crate::hub::{
    Beat, Hub, HubAction, HubBatch, HubChange, HubCursor, HubDetail, HubEntry, HubError, HubPage,
    HubReply, Joined, Member, MemberRole, Published, Sealed, Shard, ThrottleState,
};

/// How often the listening connection is tried while no wake comes.
const STILL_THERE: Duration = Duration::from_secs(15);

impl Hub for PostgresHub {
    async fn join(&self, member: &Member) -> Result<Joined, HubError> {
        let joined = self.welcome().await?;
        if member.role != MemberRole::Viewer {
            self.call(
                "join_in($1, $2, $3, $4)",
                &[
                    (&self.me, Type::UUID),
                    (&member.role.word(), Type::TEXT),
                    (&member.host, Type::TEXT),
                    (&member.program, Type::TEXT),
                ],
            )
            .await?;
        }
        Ok(joined)
    }

    async fn beat(&self) -> Result<Beat, HubError> {
        decode::beat(&self.call("beat($1)", &[(&self.me, Type::UUID)]).await?)
    }

    async fn take(&self, wanted: u8) -> Result<Beat, HubError> {
        let wanted = i32::from(wanted);
        let arguments = [self.me_argument(), (&wanted, Type::INT4)];
        decode::beat(&self.call("take($1, $2)", &arguments).await?)
    }

    async fn free(&self, shards: &[Shard]) -> Result<(), HubError> {
        let shards: Vec<i16> = shards.iter().map(|shard| i16::from(shard.number())).collect();
        self.call("free($1, $2)", &[self.me_argument(), (&shards, Type::INT2_ARRAY)]).await?;
        Ok(())
    }

    async fn add(&self, entries: &[HubEntry]) -> Result<i64, HubError> {
        let ids: Vec<Uuid> = entries.iter().map(|entry| entry.id.uuid()).collect();
        let references: Vec<Option<Vec<u8>>> =
            entries.iter().map(|entry| entry.reference.as_ref().map(Sealed::to_bytes)).collect();
        let deadlines: Vec<Option<SqlTime>> =
            entries.iter().map(|entry| entry.deadline.map(SqlTime)).collect();
        let micros = |ttl: jiff::SignedDuration| i64::try_from(ttl.as_micros()).unwrap_or(i64::MAX);
        let ttls: Vec<Option<i64>> =
            entries.iter().map(|entry| entry.resources_ttl.map(micros)).collect();
        let tags = entries.iter().flat_map(|entry| entry.tags.iter().map(|tag| (entry.id, tag)));
        let (tag_ids, tags): (Vec<Uuid>, Vec<Vec<u8>>) =
            tags.map(|(id, tag)| (id.uuid(), tag.to_bytes())).unzip();
        let row = self
            .call(
                "add($1, $2, $3, $4, $5, $6)",
                &[
                    (&ids, Type::UUID_ARRAY),
                    (&references, Type::BYTEA_ARRAY),
                    (&deadlines, Type::TIMESTAMPTZ_ARRAY),
                    (&ttls, Type::INT8_ARRAY),
                    (&tag_ids, Type::UUID_ARRAY),
                    (&tags, Type::BYTEA_ARRAY),
                ],
            )
            .await?;
        decode::get(&row, "add")
    }

    async fn publish(&self, batch: &HubBatch) -> Result<Published, HubError> {
        let columns = BatchColumns::of(batch);
        let row = self
            .call(
                "publish($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
                &[
                    (&self.me, Type::UUID),
                    (&columns.terms, Type::UUID_ARRAY),
                    (&columns.ids, Type::UUID_ARRAY),
                    (&columns.answered, Type::TIMESTAMPTZ_ARRAY),
                    (&columns.briefs, Type::BYTEA_ARRAY),
                    (&columns.made_by, Type::INT2_ARRAY),
                    (&columns.answer_ids, Type::UUID_ARRAY),
                    (&columns.answer_parts, Type::INT2_ARRAY),
                    (&columns.answer_fetched, Type::TIMESTAMPTZ_ARRAY),
                    (&columns.answer_bodies, Type::BYTEA_ARRAY),
                    (&columns.event_ids, Type::UUID_ARRAY),
                    (&columns.event_numbers, Type::INT4_ARRAY),
                    (&columns.event_bodies, Type::BYTEA_ARRAY),
                ],
            )
            .await?;
        let written: Vec<Uuid> = decode::get(&row, "written")?;
        let dropped = batch.observations.iter().map(|observation| observation.detail.id);
        let dropped = dropped.filter(|id| !written.contains(&id.uuid())).collect();
        Ok(Published { version: decode::get(&row, "feed")?, dropped })
    }

    async fn pull(&self, since: &HubCursor) -> Result<HubPage, HubError> {
        self.page(since).await
    }

    async fn details(&self, ids: &[SessionId]) -> Result<Vec<HubDetail>, HubError> {
        self.answers_and_events(ids).await
    }

    async fn keep(&self, action: &HubAction) -> Result<HubReply, HubError> {
        let session = action.session.map(SessionId::uuid);
        let line = action.line.to_bytes();
        let values = ChangeColumns::of(&action.change);
        let row = self
            .call(
                "keep($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
                &[
                    (&action.action, Type::UUID),
                    (&session, Type::UUID),
                    (&action.change.kind(), Type::TEXT),
                    (&line, Type::BYTEA),
                    (&action.was, Type::INT8),
                    (&values.value, Type::BYTEA),
                    (&values.added, Type::BYTEA_ARRAY),
                    (&values.removed, Type::BYTEA_ARRAY),
                    (&values.flag, Type::BOOL),
                    (&values.until, Type::TIMESTAMPTZ),
                ],
            )
            .await?;
        let stands = decode::get(&row, "stands")?;
        match decode::get(&row, "said")? {
            "done" => Ok(HubReply::Done(stands)),
            "known" => Ok(HubReply::Known(stands)),
            "conflict" => Ok(HubReply::Conflict(stands)),
            _ => Err(decode::nonsense("an outcome that does not exist")),
        }
    }

    async fn slow(&self, found: &ThrottleState) -> Result<(), HubError> {
        let until = found.slowed_until.map(SqlTime);
        let arguments = [
            (&until as _, Type::TIMESTAMPTZ),
            (&found.share as _, Type::FLOAT8),
            (&found.refused as _, Type::BOOL),
        ];
        self.call("slow($1, $2, $3)", &arguments).await?;
        Ok(())
    }

    async fn woken(&self) -> Result<(), HubError> {
        let mut wakes = self.wakes.lock().await;
        loop {
            match timeout(STILL_THERE, wakes.changed()).await {
                Ok(Ok(())) => return Ok(()),
                Ok(Err(_ended)) => {
                    return Err(HubError::Away(String::from("its connection has ended")));
                }
                // A connection that is dead says nothing, and neither does a quiet one.
                Err(_elapsed) => run(&self.listening, "SELECT 1", &[]).await?,
            };
        }
    }
}

/// The observations of a batch, an array for each column.
#[derive(Default)]
struct BatchColumns {
    terms: Vec<Uuid>,
    ids: Vec<Uuid>,
    answered: Vec<SqlTime>,
    briefs: Vec<Vec<u8>>,
    made_by: Vec<i16>,
    answer_ids: Vec<Uuid>,
    answer_parts: Vec<i16>,
    answer_fetched: Vec<SqlTime>,
    answer_bodies: Vec<Vec<u8>>,
    event_ids: Vec<Uuid>,
    event_numbers: Vec<i32>,
    event_bodies: Vec<Vec<u8>>,
}

impl BatchColumns {
    fn of(batch: &HubBatch) -> Self {
        let mut columns = Self::default();
        columns.terms.extend(batch.leases.iter().map(|lease| lease.term));
        for observation in &batch.observations {
            let id = observation.detail.id.uuid();
            columns.ids.push(id);
            columns.answered.push(SqlTime(observation.answered_at));
            columns.briefs.push(observation.brief.to_bytes());
            columns.made_by.push(observation.brief_made_by);
            for answer in &observation.detail.answers {
                let part = PARTS.iter().position(|part| *part == answer.part);
                columns.answer_ids.push(id);
                columns.answer_parts.push(part.and_then(|n| i16::try_from(n).ok()).unwrap_or(-1));
                columns.answer_fetched.push(SqlTime(answer.fetched_at));
                columns.answer_bodies.push(answer.body.to_bytes());
            }
            for event in &observation.detail.events {
                columns.event_ids.push(id);
                columns.event_numbers.push(event.number);
                columns.event_bodies.push(event.body.to_bytes());
            }
        }
        columns
    }
}

/// What a change has of each kind of value.
#[derive(Default)]
struct ChangeColumns {
    value: Option<Vec<u8>>,
    added: Vec<Vec<u8>>,
    removed: Vec<Vec<u8>>,
    flag: Option<bool>,
    until: Option<SqlTime>,
}

impl ChangeColumns {
    fn of(change: &HubChange) -> Self {
        let bytes = |sealed: &[Sealed]| sealed.iter().map(Sealed::to_bytes).collect();
        let none = Self::default();
        match change {
            HubChange::Note(value) | HubChange::Acknowledged(value) => {
                Self { value: value.as_ref().map(Sealed::to_bytes), ..none }
            }
            HubChange::Tags { added, removed } => {
                Self { added: bytes(added), removed: bytes(removed), ..none }
            }
            HubChange::Pinned(flag) | HubChange::Archived(flag) | HubChange::Claimed(flag) => {
                Self { flag: Some(*flag), ..none }
            }
            HubChange::Snoozed(until) => Self { until: until.map(SqlTime), ..none },
            HubChange::Removed | HubChange::Audit => none,
        }
    }
}
