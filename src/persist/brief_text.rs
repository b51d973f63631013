//! A brief as the text that is stored, and back. What many sessions have in common stands apart in
//! it, so that equal texts are read once.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::domain::brief::letter::{BranchBrief, LetterBrief};
use crate::domain::brief::pool::CommonPart;
use crate::domain::brief::result::{CheckBrief, ProfileBrief, ResourceBrief};
use crate::domain::brief::{Brief, Derivation, RequestedBrief};
use crate::domain::server_text::ServerText;
use crate::domain::session::extra::UnknownValue;

/// The member that has the common parts, each under its own name.
const COMMON: &str = "common";
/// Where these stand in a brief.
const PLACES: [(&str, &[&str]); 7] = [
    ("checks", &["result"]),
    ("profiles", &["result"]),
    ("unknown", &["result"]),
    ("resources", &["result"]),
    ("requested", &["configuration"]),
    ("missing", &["covered"]),
    ("branch", &["letter", "Set"]),
];
/// The most texts of one kind that are remembered.
const MOST: usize = 1_024;

/// Which stored briefs are taken as they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Derivations {
    /// Those that this build would make, and those of a newer one.
    Present,
    /// Also those of an earlier build, so that a long list is shown at once.
    Any,
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
    let stored = |brief: &Arc<Brief>| {
        let text = RawValue::from_string(text(brief)).ok()?;
        Some((brief.made_by.0, text))
    };
    brief.as_ref().and_then(stored).serialize(to)
}

/// The brief as JSON, for [`read`].
#[must_use]
pub fn text(brief: &Brief) -> String {
    let mut value = serde_json::to_value(brief).unwrap_or_default();
    leave_out_defaults(&mut value);
    let mut common = Map::new();
    for (name, place) in PLACES {
        let parent = place.iter().try_fold(&mut value, |value, name| value.get_mut(name));
        let part = parent.and_then(Value::as_object_mut).and_then(|parent| parent.remove(name));
        common.extend(part.map(|part| (name.to_owned(), part)));
    }
    if let Value::Object(members) = &mut value {
        members.insert(COMMON.to_owned(), Value::Object(common));
    }
    value.to_string()
}

/// The brief of such a text; `None`: it cannot be read. Of one of a newer build, what is known here.
#[must_use]
pub fn read(text: &str) -> Option<Brief> {
    thread_local!(static KNOWN: RefCell<KnownParts> = RefCell::default());
    let mut brief = serde_json::from_str(text).ok()?;
    let WithCommon { common } = serde_json::from_str(text).ok()?;
    KNOWN.with_borrow_mut(|known| known.put(&common, &mut brief))?;
    Some(brief)
}

/// Half of a brief is nothing, and that is what reading makes of a member that is missing.
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

#[derive(Deserialize)]
struct WithCommon<'a> {
    #[serde(borrow, default)]
    common: CommonTexts<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct CommonTexts<'a> {
    checks: Option<&'a RawValue>,
    profiles: Option<&'a RawValue>,
    unknown: Option<&'a RawValue>,
    resources: Option<&'a RawValue>,
    requested: Option<&'a RawValue>,
    missing: Option<&'a RawValue>,
    branch: Option<&'a RawValue>,
}

/// What this thread has read, by the texts.
#[derive(Default)]
struct KnownParts {
    checks: HashMap<Box<str>, Arc<[CheckBrief]>>,
    profiles: HashMap<Box<str>, Arc<[ProfileBrief]>>,
    unknown: HashMap<Box<str>, Arc<[UnknownValue]>>,
    resources: HashMap<Box<str>, Arc<[ResourceBrief]>>,
    requested: HashMap<Box<str>, Arc<RequestedBrief>>,
    missing: HashMap<Box<str>, Arc<[ServerText]>>,
    branches: HashMap<Box<str>, Arc<BranchBrief>>,
}

impl KnownParts {
    fn put(&mut self, texts: &CommonTexts<'_>, brief: &mut Brief) -> Option<()> {
        if let Some(result) = &mut brief.result {
            put(&mut self.checks, texts.checks, &mut result.checks)?;
            put(&mut self.profiles, texts.profiles, &mut result.profiles)?;
            put(&mut self.unknown, texts.unknown, &mut result.unknown)?;
            put(&mut self.resources, texts.resources, &mut result.resources)?;
        }
        if let Some(configuration) = &mut brief.configuration {
            put(&mut self.requested, texts.requested, &mut configuration.requested)?;
        }
        put(&mut self.missing, texts.missing, &mut brief.covered.missing)?;
        if let (LetterBrief::Set { branch, .. }, Some(text)) = (&mut brief.letter, texts.branch) {
            let mut read = Arc::default();
            put(&mut self.branches, Some(text), &mut read)?;
            *branch = Some(read);
        }
        Some(())
    }
}

/// `None`: the text cannot be read.
fn put<T: CommonPart + DeserializeOwned>(
    known: &mut HashMap<Box<str>, T>,
    text: Option<&RawValue>,
    place: &mut T,
) -> Option<()> {
    let Some(text) = text.map(RawValue::get) else { return Some(()) };
    if let Some(part) = known.get(text) {
        *place = part.clone();
        return Some(());
    }
    let part = serde_json::from_str::<T>(text).ok()?.pooled();
    if known.len() >= MOST {
        known.clear();
    }
    known.insert(text.into(), part.clone());
    *place = part;
    Some(())
}
