//! A brief as the text that is stored, and back. What many sessions have in common stands in it as
//! texts within the text, so that equal ones are read once.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::domain::brief::letter::{BranchBrief, LetterBrief};
use crate::domain::brief::pool::CommonPart;
use crate::domain::brief::result::{ResultBrief, ResultContent};
use crate::domain::brief::times::BriefTimes;
use crate::domain::brief::{Brief, ConfigurationBrief, Covered, Derivation, RequestedBrief};
use crate::domain::events::change::ShortChange;
use crate::domain::packed_time::PackedTime;
use crate::domain::session::answer::Fingerprint;

/// The most texts of one kind that are remembered.
const MOST: usize = 2_048;

/// Which stored briefs are taken as they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Derivations {
    /// Those that this build would make, and those of a newer one.
    Present,
    /// Also those of an earlier build, so that a long list is shown at once.
    Any,
}

impl Derivations {
    pub(super) fn has(self, brief: &Brief) -> bool {
        self == Self::Any || !brief.made_by.is_earlier()
    }
}

/// It is read apart: the row of one that cannot be read is not lost with it.
pub(super) fn deserialize<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<Arc<Brief>>, D::Error> {
    let Some((made_by, text)) = Option::<(u32, &RawValue)>::deserialize(from)? else {
        return Ok(None);
    };
    let made_by = Derivation(made_by);
    Ok(read(text.get()).map(|brief| Arc::new(Brief { made_by, ..brief })))
}

#[expect(clippy::ref_option, reason = "serde hands it over so")]
pub(super) fn serialize<S: Serializer>(
    brief: &Option<Arc<Brief>>,
    to: S,
) -> Result<S::Ok, S::Error> {
    let stored = brief.as_ref().map(|brief| (brief.made_by.0, BriefText::of(brief)));
    stored.serialize(to)
}

/// When a part was fetched, seconds that were left then, and its fingerprint.
type Fetched = (PackedTime, Option<i64>, Option<Fingerprint>);

/// A brief as it is stored. A part in common is JSON in which quotes and apostrophes have changed
/// places: as a text in JSON it needs no escapes then, and is passed over at once.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct BriefText<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<Fetched>,
    #[serde(skip_serializing_if = "Option::is_none")]
    configuration: Option<Fetched>,
    /// When Yoti was last asked for it, and whether it is set.
    #[serde(skip_serializing_if = "Option::is_none")]
    letter: Option<(PackedTime, bool, Option<Fingerprint>)>,
    unknown_values: usize,
    number: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    last: Option<ShortChange>,
    places: Vec<u8>,
    visits: u8,
    times: Vec<PackedTime>,
    #[serde(borrow, skip_serializing_if = "str::is_empty")]
    content: Cow<'a, str>,
    #[serde(borrow, skip_serializing_if = "str::is_empty")]
    requested: Cow<'a, str>,
    #[serde(borrow, skip_serializing_if = "str::is_empty")]
    covered: Cow<'a, str>,
    #[serde(borrow, skip_serializing_if = "str::is_empty")]
    branch: Cow<'a, str>,
}

impl BriefText<'_> {
    fn of(brief: &Brief) -> Self {
        let (places, visits, times) = brief.times.parts();
        let (result, configuration) = (brief.result.as_ref(), brief.configuration.as_ref());
        let (letter, branch) = match &brief.letter {
            LetterBrief::NotKnown => (None, None),
            LetterBrief::NotSet(at) => (Some((*at, false, None)), None),
            LetterBrief::Set { fetched_at, branch, fingerprint } => {
                (Some((*fetched_at, true, *fingerprint)), branch.as_ref())
            }
        };
        Self {
            result: result.map(|known| (known.fetched_at, known.ttl, known.fingerprint)),
            configuration: configuration
                .map(|known| (known.fetched_at, known.ttl, known.fingerprint)),
            letter,
            unknown_values: brief.unknown_values,
            number: brief.number,
            last: brief.last,
            places: places.to_vec(),
            visits,
            times: times.to_vec(),
            content: common(result.map(|known| &known.content)),
            requested: common(configuration.map(|known| &known.requested)),
            covered: common(Some(&brief.covered).filter(|covered| covered.of > 0)),
            branch: common(branch),
        }
    }
}

/// The brief as JSON, for [`read`].
#[must_use]
pub fn text(brief: &Brief) -> String {
    serde_json::to_string(&BriefText::of(brief)).unwrap_or_default()
}

fn common<T: Serialize>(part: Option<&Arc<T>>) -> Cow<'static, str> {
    let text = part.map(|part| {
        let mut value = serde_json::to_value(part).unwrap_or_default();
        leave_out_defaults(&mut value);
        swapped(&value.to_string())
    });
    text.unwrap_or_default().into()
}

/// With quotes for apostrophes and apostrophes for quotes.
fn swapped(text: &str) -> String {
    let other = |c| match c {
        '"' => '\'',
        '\'' => '"',
        other => other,
    };
    text.chars().map(other).collect()
}

/// Half of it is nothing, and that is what reading makes of a member that is missing.
fn leave_out_defaults(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|_, member| {
                let empty = member.as_array().is_some_and(Vec::is_empty);
                !(member.is_null() || *member == Value::Bool(false) || empty)
            });
            members.values_mut().for_each(leave_out_defaults);
        }
        Value::Array(elements) => elements.iter_mut().for_each(leave_out_defaults),
        _ => {}
    }
}

/// The brief of such a text; `None`: it cannot be read. Of one of a newer build, what is known here.
#[must_use]
pub fn read(text: &str) -> Option<Brief> {
    thread_local!(static KNOWN: RefCell<KnownParts> = RefCell::default());
    let text: BriefText<'_> = serde_json::from_str(text).ok()?;
    KNOWN.with_borrow_mut(|known| known.brief(text))
}

/// What this thread has read, by the texts.
#[derive(Default)]
struct KnownParts {
    contents: HashMap<Box<str>, Arc<ResultContent>>,
    requested: HashMap<Box<str>, Arc<RequestedBrief>>,
    covered: HashMap<Box<str>, Arc<Covered>>,
    branches: HashMap<Box<str>, Arc<BranchBrief>>,
}

impl KnownParts {
    fn brief(&mut self, text: BriefText<'_>) -> Option<Brief> {
        let result = match text.result {
            Some((fetched_at, ttl, fingerprint)) => {
                let content = part(&mut self.contents, &text.content)?;
                Some(ResultBrief { fetched_at, ttl, fingerprint, content })
            }
            None => None,
        };
        let configuration = match text.configuration {
            Some((fetched_at, ttl, fingerprint)) => {
                let requested = part(&mut self.requested, &text.requested)?;
                Some(ConfigurationBrief { fetched_at, ttl, fingerprint, requested })
            }
            None => None,
        };
        let branch = Some(&text.branch).filter(|branch| !branch.is_empty());
        let letter = match (text.letter, branch) {
            (None, _) => LetterBrief::NotKnown,
            (Some((at, false, _)), _) => LetterBrief::NotSet(at),
            (Some((fetched_at, true, fingerprint)), None) => {
                LetterBrief::Set { fetched_at, branch: None, fingerprint }
            }
            (Some((fetched_at, true, fingerprint)), Some(branch)) => {
                let branch = Some(part(&mut self.branches, branch)?);
                LetterBrief::Set { fetched_at, branch, fingerprint }
            }
        };
        Some(Brief {
            made_by: Derivation::PRESENT,
            result,
            configuration,
            letter,
            covered: part(&mut self.covered, &text.covered)?,
            unknown_values: text.unknown_values,
            number: text.number,
            last: text.last,
            times: BriefTimes::of_parts(&text.places, text.visits, text.times),
        })
    }
}

/// `None`: the text cannot be read. An empty one has nothing.
fn part<T: DeserializeOwned + Default>(
    known: &mut HashMap<Box<str>, Arc<T>>,
    text: &str,
) -> Option<Arc<T>>
where
    Arc<T>: CommonPart,
{
    if let Some(part) = known.get(text) {
        return Some(Arc::clone(part));
    }
    let json = if text.is_empty() { String::from("{}") } else { swapped(text) };
    let part = Arc::new(serde_json::from_str::<T>(&json).ok()?).pooled();
    if known.len() >= MOST {
        known.clear();
    }
    known.insert(text.into(), Arc::clone(&part));
    Some(part)
}
