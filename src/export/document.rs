//! The document of one session: what Yoti said, and beside it what is derived.

use serde_json::{Value, json};

use super::kept::Kept;
use super::mask::{MASK, findings, mask_own};
use super::{Contents, DocumentOrigin, ExportError, ExportedDocument, SCHEMA_VERSION};
use crate::domain::assessment::attention::{Assessment, assess};
use crate::domain::assessment::coverage;
use crate::domain::events::change::{TimelineEvent, by_time};
use crate::domain::json_text::laid_out;
use crate::domain::server_text::ServerText;
use crate::domain::session::configuration::AllowedSource;
use crate::domain::shape::Shape;
use crate::domain::watchlist::labels::SafeLabels;
use crate::domain::watchlist::open_session::OpenSession;
use crate::text::is_unseen;

/// Makes the document of one session.
pub fn document(
    session: &OpenSession,
    contents: Contents,
    origin: &DocumentOrigin<'_>,
) -> Result<ExportedDocument, ExportError> {
    let assessment = assess(session, origin.rules, origin.now);
    let answer = session.answers.session.as_ref();
    let mut held = answer.map(|answer| Kept::of(&answer.raw)).transpose()?;
    let mut masked_paths = Vec::new();
    if contents.shape == Shape::Raw {
        let mut answer = held.ok_or(ExportError::NothingFetched)?;
        if contents.masked {
            answer.mask("", &mut masked_paths);
        }
        let text = pretty(&answer.text());
        return Ok(ExportedDocument { text, masked_paths, stale: assessment.is_old() });
    }
    let mut configuration = match &session.answers.configuration {
        Some(answer) if contents.configuration => Some(Kept::of(&answer.raw)?),
        _ => None,
    };
    let mut reference = session.entry.reference.as_deref().map_or(Value::Null, Value::from);
    if contents.masked {
        for (part, pointer) in [(&mut held, "/session"), (&mut configuration, "/configuration")] {
            if let Some(answer) = part {
                answer.mask(pointer, &mut masked_paths);
            }
        }
        if !origin.rules.labels.shows_reference(session) {
            reference = MASK.into();
            masked_paths.push("/reference".to_owned());
        }
    }
    let mut derived = derived(session, &assessment, contents.masked);
    let timeline = || -> Value { by_time(&session.timeline).into_iter().map(event).collect() };
    let mut timeline = contents.timeline.then(timeline);
    if contents.masked {
        // Yoti's words stand in them too.
        if let Some(requirements) = derived.get_mut("requirements") {
            mask_own(requirements, "/derived/requirements", &mut masked_paths);
        }
        if let Some(timeline) = &mut timeline {
            mask_own(timeline, "/timeline", &mut masked_paths);
        }
    }
    let notes = contents
        .notes
        .then(|| notes(session, &origin.rules.labels, contents.masked, &mut masked_paths));
    let mut value = json!({
        "schema_version": SCHEMA_VERSION,
        "exported_at": origin.now.to_string(),
        "profile": origin.profile,
        "environment": origin.environment,
        "session_id": session.id().to_string(),
        "reference": reference,
        "masked": contents.masked,
        "masked_paths": masked_paths,
        // Its place among the keys; the answer is written there in the text it came in.
        "session": null,
    });
    let mut put = |key: &str, inner: Value| {
        if let Some(map) = value.as_object_mut() {
            map.insert(key.to_owned(), inner);
        }
    };
    if contents.configuration {
        put("configuration", Value::Null);
    }
    put("derived", derived);
    if let Some(timeline) = timeline {
        put("timeline", timeline);
    }
    if let Some(notes) = notes {
        put("notes", notes);
    }
    put("fetched_at", answer.map_or(Value::Null, |a| a.fetched_at.to_string().into()));
    put("stale", assessment.is_old().into());
    if contents.data_age {
        put("data_age_seconds", ages(session, origin));
    }
    let answers = [("session", held.as_ref()), ("configuration", configuration.as_ref())];
    Ok(ExportedDocument {
        text: written(&value, &answers),
        masked_paths,
        stale: assessment.is_old(),
    })
}

/// A document, whose answers are written in the text that they came in.
fn written(document: &Value, answers: &[(&str, Option<&Kept>)]) -> String {
    let members = document.as_object().into_iter().flatten().map(|(key, value)| {
        let answer = answers.iter().find(|(name, _)| name == key).and_then(|(_, answer)| *answer);
        (key.as_str(), answer.map_or_else(|| value.to_string(), Kept::text))
    });
    json_object(members)
}

/// An object whose values are texts of JSON already.
pub(super) fn object<'a>(members: impl IntoIterator<Item = (&'a str, String)>) -> String {
    let members = members.into_iter().map(|(key, text)| format!("{}:{text}", Value::from(key)));
    format!("{{{}}}", members.collect::<Vec<_>>().join(","))
}

/// What the operator keeps beside it. Nobody can tell whom a note speaks of: masked, all of it is
/// hidden, and of the tags those that are not known to be harmless.
fn notes(
    session: &OpenSession,
    labels: &SafeLabels,
    masked: bool,
    paths: &mut Vec<String>,
) -> Value {
    let mut hidden = |text: &str, personal: bool, pointer: String| {
        if !masked || !personal {
            return Value::from(text);
        }
        paths.push(pointer);
        Value::from(MASK)
    };
    let note = match session.own.note.as_str() {
        "" => Value::Null,
        note => hidden(note, true, "/notes/note".to_owned()),
    };
    let tags = session.entry.tags.iter().enumerate();
    let tags: Vec<Value> = tags
        .map(|(number, tag)| hidden(tag, !labels.shows_tag(tag), format!("/notes/tags/{number}")))
        .collect();
    let made = session.own.note_made().filter(|_| !session.own.note.is_empty());
    json!({
        "note": note,
        "by": made.and_then(|made| made.by.as_deref()),
        "at": made.map(|made| made.at.to_string()),
        "tags": tags,
        "pinned": session.own.pinned,
    })
}

/// The last configuration as a document of its own, masked; `None`: not known yet.
///
/// # Errors
/// When the kept answer cannot be read.
pub fn configuration(session: &OpenSession) -> Result<Option<String>, ExportError> {
    let Some(answer) = &session.answers.configuration else { return Ok(None) };
    let mut answer = Kept::of(&answer.raw)?;
    answer.mask("", &mut Vec::new());
    Ok(Some(pretty(&answer.text())))
}

/// How old each part was when it was exported.
fn ages(session: &OpenSession, origin: &DocumentOrigin<'_>) -> Value {
    // Never negative: a clock may have been put back (fault C01).
    let age = |at: jiff::Timestamp| Value::from(origin.now.duration_since(at).as_secs().max(0));
    let answers = &session.answers;
    json!({
        "session": answers.session.as_ref().map(|answer| age(answer.fetched_at)),
        "configuration": answers.configuration.as_ref().map(|answer| age(answer.fetched_at)),
        "letter": answers.letter.fetched_at().map(age),
    })
}

fn derived(session: &OpenSession, assessment: &Assessment, masked: bool) -> Value {
    let attention = findings(assessment, session, masked);
    let deadline =
        assessment.deadline.map(|d| json!({ "at": d.at.to_string(), "derived": d.derived }));
    json!({
        "stage": assessment.stage.kind().file_name(),
        "erased_at": session.storage.erased_at.get().map(|at| at.to_string()),
        "attention": attention,
        "deadline": deadline,
        "requirements": requirements(session),
    })
}

fn requirements(session: &OpenSession) -> Vec<Value> {
    let Some(configuration) = session.configuration() else { return Vec::new() };
    let resources = session.session().map_or(&[][..], |s| &s.resources);
    let covered = coverage::derive(&session.answers).requirements;
    let pairs = configuration.requirements.iter().zip(covered);
    pairs
        .map(|(requirement, cover)| {
            let sources: Vec<Value> = requirement.allowed_sources.iter().map(source).collect();
            let matched: Vec<&str> = cover
                .resources
                .iter()
                .filter_map(|&at| Some(resources.get(at)?.id.text().as_raw()))
                .collect();
            json!({
                "requirement_id": requirement.id.text().as_raw(),
                "type": requirement.requirement_type.as_ref().map(crate::domain::session::wire_enum::RequirementType::as_raw),
                "state": requirement.state.as_ref().map(crate::domain::session::wire_enum::RequirementState::as_raw),
                "allowed_sources": sources,
                "matched_resources": matched,
                "match": cover.matched.word(),
                "supplied": cover.supplied,
            })
        })
        .collect()
}

/// A source with its providers; `null`: none are stated.
fn source(allowed: &AllowedSource) -> Value {
    let providers = allowed.allowed_providers.as_ref();
    let providers = providers.map(|all| all.iter().map(ServerText::as_raw).collect::<Vec<_>>());
    json!({ "type": allowed.source.as_raw(), "allowed_providers": providers })
}

/// The event; the fields of what happened stand beside its name.
pub(super) fn event(event: &TimelineEvent) -> Value {
    let Ok(Value::Object(mut map)) = serde_json::to_value(event) else { return Value::Null };
    if let Some(Value::Object(what)) = map.get("what").cloned()
        && let Some((name, fields)) = what.into_iter().next()
    {
        map.insert("what".to_owned(), name.into());
        if let Value::Object(fields) = fields {
            map.extend(fields);
        }
    }
    Value::Object(map)
}

/// The same, laid out over lines and safe.
#[must_use]
pub fn json_object<'a>(members: impl IntoIterator<Item = (&'a str, String)>) -> String {
    pretty(&object(members))
}

/// JSON laid out over lines, in which no character acts on a terminal that shows the file: C1, DEL,
/// line separators, zero-width and direction characters become `\u` escapes, as JSON does for C0.
fn pretty(text: &str) -> String {
    safe(&laid_out(text))
}

/// The same of a value.
pub(super) fn escaped(value: &Value) -> String {
    pretty(&value.to_string())
}

/// JSON text with what acts on a terminal escaped, and a line end.
pub(super) fn safe(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 1);
    for c in text.chars() {
        if c == '\n' || !(c.is_control() || is_unseen(c)) {
            safe.push(c);
            continue;
        }
        // JSON writes what is beyond the first plane as two units.
        for unit in c.encode_utf16(&mut [0; 2]) {
            safe.push_str(&format!("\\u{unit:04x}"));
        }
    }
    safe.push('\n');
    safe
}
