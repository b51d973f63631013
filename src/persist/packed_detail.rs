//! The detail of a session, compressed for memory.

use std::io::{Read, Write};
use std::sync::Arc;

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::detail_rows::reread;
use crate::domain::events::change::TimelineEvent;
use crate::domain::watchlist::detail::Detail;
use crate::domain::watchlist::watched::WatchedSession;

/// The detail of a session as text, without what its brief has too.
#[derive(Serialize, Deserialize)]
struct DetailText {
    answers: Vec<AnswerText>,
    timeline: Vec<TimelineEvent>,
}

#[derive(Serialize, Deserialize)]
struct AnswerText {
    part: String,
    raw: String,
    fetched_at: Timestamp,
}

pub(super) fn packed(detail: &Detail) -> Vec<u8> {
    let Detail { answers, timeline } = detail;
    let parts = answers.parts().map(|part| AnswerText {
        part: part.part.name().to_owned(),
        raw: part.raw.to_owned(),
        fetched_at: part.fetched_at,
    });
    let text = DetailText { answers: parts.collect(), timeline: Vec::clone(timeline) };
    let mut packed = DeflateEncoder::new(Vec::new(), Compression::fast());
    // Into memory: neither can fail.
    let _written = packed.write_all(&serde_json::to_vec(&text).unwrap_or_default());
    packed.finish().unwrap_or_default()
}

pub(super) fn unpacked(session: &WatchedSession, packed: &[u8]) -> Detail {
    let mut text = Vec::new();
    let read = DeflateDecoder::new(packed).read_to_end(&mut text);
    let text = read.ok().and_then(|_| serde_json::from_slice::<DetailText>(&text).ok());
    let Some(text) = text else { return Detail::default() };
    let mut answers = session.brief.answers_without_text();
    for AnswerText { part, raw, fetched_at } in text.answers {
        reread(&mut answers, session.id(), &part, raw, fetched_at);
    }
    Detail { answers: Arc::new(answers), timeline: Arc::new(text.timeline) }
}
