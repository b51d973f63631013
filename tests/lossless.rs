//! Nothing that the API says is lost: for every scenario at every step of its timeline, and for
//! those answers with something missing, null, renamed, added, of another type, or new.
//!
//! Time is the scenario's own.
#![expect(clippy::unwrap_used, reason = "a failed set-up fails the test")]

#[path = "lossless/brief.rs"]
mod brief;

use std::sync::{Arc, LazyLock};

use branchwatch::api::{ApiErrorKind, raw, wire};
use branchwatch::domain::assessment::rules::Rules;
use branchwatch::domain::session::Session;
use branchwatch::domain::session::answer::Answer;
use branchwatch::domain::session::check::Check;
use branchwatch::domain::session::configuration::{Configuration, RequiredResource};
use branchwatch::domain::session::extra::UnknownValue;
use branchwatch::domain::session::ids::SessionId;
use branchwatch::domain::session::instructions::{Instructions, PromisedDocument};
use branchwatch::domain::session::parts::{Answers, Letter};
use branchwatch::domain::session::resource::Resource;
use branchwatch::domain::shape::Shape;
use branchwatch::domain::watchlist::open_session::OpenSession;
use branchwatch::domain::watchlist::watched::{WatchEntry, WatchedSession};
use branchwatch::export::{self, Contents, DocumentOrigin};
use branchwatch::simulator::scenario::Scenario;
use branchwatch::simulator::timeline::SimulatedSession;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use serde_json::{Value, json};

/// How many mutated answers are read, and how many are exported in both shapes.
const READ: u32 = 1_000;
const EXPORTED: u32 = 200;

fn start() -> Timestamp {
    "2026-10-16T09:00:00Z".parse().unwrap()
}

fn id() -> SessionId {
    SessionId::parse("1c3cae90-1769-43a9-8554-d85f2e7cdb0f").unwrap()
}

/// Which of the three answers a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Session,
    Configuration,
    Letter,
}

/// An answer as it is served, at one step of one scenario.
#[derive(Clone, Debug)]
struct Served {
    scenario: &'static str,
    at: i64,
    kind: Kind,
    value: Value,
}

/// The typed view of an answer.
#[derive(Clone, Debug, PartialEq)]
enum View {
    Session(Box<Session>),
    Configuration(Box<Configuration>),
    Letter(Box<Instructions>),
}

/// A row of the screen: what must never be lost because of another one.
#[derive(Debug, PartialEq)]
enum Row<'a> {
    Check(&'a Check),
    Resource(&'a Resource),
    Requirement(&'a RequiredResource),
    Promise(&'a PromisedDocument),
}

static SCENARIOS: LazyLock<Vec<(&'static str, Arc<Scenario>)>> = LazyLock::new(|| {
    Scenario::names().map(|name| (name, Scenario::shipped(name).unwrap())).collect()
});

/// The moments of all scenarios: each step, the letter, both ends of a life. Of a very long one
/// only some in the middle: its later documents come picture by picture as its first did.
static STEPS: LazyLock<Vec<(usize, i64)>> = LazyLock::new(|| {
    let of = |(number, (_, scenario)): (usize, &(&str, Arc<Scenario>))| {
        let mut times: Vec<i64> = scenario.steps.iter().map(|step| step.at).collect();
        times.extend([0, scenario.ttl - 1, scenario.ttl, scenario.ttl + 86_400]);
        times.extend(scenario.letter_at);
        times.sort_unstable();
        times.dedup();
        let middle = 40..times.len().max(60) - 20;
        let some =
            |place: usize| times.len() < 100 || !middle.contains(&place) || place.is_multiple_of(8);
        let some = times.iter().enumerate().filter(|(place, _)| some(*place));
        let some: Vec<i64> = some.map(|(_, at)| *at).collect();
        some.into_iter().map(move |at| (number, at))
    };
    // The last one is no scenario: answers with everything that the contract has.
    SCENARIOS.iter().enumerate().flat_map(of).chain([(SCENARIOS.len(), 0)]).collect()
});

fn everything() -> Vec<Served> {
    let parts = [
        (Kind::Session, include_str!("everything/session.json")),
        (Kind::Configuration, include_str!("everything/configuration.json")),
        (Kind::Letter, include_str!("everything/letter.json")),
    ];
    let one = |(kind, text): (Kind, &str)| Served {
        scenario: "everything",
        at: 0,
        kind,
        value: serde_json::from_str(text).unwrap(),
    };
    parts.map(one).into()
}

/// The answers at one moment.
fn served(&(number, at): &(usize, i64)) -> Vec<Served> {
    let Some((name, scenario)) = SCENARIOS.get(number) else { return everything() };
    let life = SimulatedSession {
        id: id(),
        scenario: scenario.clone(),
        created: start(),
        delay: 0,
        ttl: None,
        instructions: None,
    };
    let moment = life.moment(start() + SignedDuration::from_secs(at));
    let mut all = Vec::new();
    let mut add = |kind, value| all.push(Served { scenario: name, at, kind, value });
    add(Kind::Session, moment.session);
    add(Kind::Configuration, moment.configuration);
    moment.instructions.into_iter().for_each(|letter| add(Kind::Letter, letter));
    all
}

/// Through the same door as an answer from the network.
fn taken_in(value: &Value) -> String {
    raw::checked_without_secrets(value.to_string().into_bytes()).unwrap().0
}

fn read(kind: Kind, value: &Value) -> Result<View, ApiErrorKind> {
    let text = taken_in(value);
    Ok(match kind {
        Kind::Session => View::Session(Box::new(wire::session(&text, id())?)),
        Kind::Configuration => View::Configuration(Box::new(wire::configuration(&text, id())?)),
        Kind::Letter => View::Letter(Box::new(wire::instructions(&text)?)),
    })
}

impl View {
    fn rows(&self) -> Vec<Row<'_>> {
        match self {
            Self::Session(session) => session
                .resources
                .iter()
                .map(Row::Resource)
                .chain(session.checks.iter().map(Row::Check))
                .collect(),
            Self::Configuration(configuration) => {
                configuration.requirements.iter().map(Row::Requirement).collect()
            }
            Self::Letter(letter) => letter.documents.iter().map(Row::Promise).collect(),
        }
    }

    fn unknown(&self) -> &[UnknownValue] {
        match self {
            Self::Session(session) => &session.unknown,
            Self::Configuration(configuration) => &configuration.unknown,
            Self::Letter(letter) => &letter.unknown,
        }
    }
}

/// Where the rows of an answer stand, in the order of [`View::rows`].
fn places_of_rows(kind: Kind, value: &Value) -> Vec<Path> {
    let list = |path: &[&str]| {
        let path: Path = path.iter().map(|key| (*key).to_owned()).collect();
        let length = at(value, &path).and_then(Value::as_array).map_or(0, Vec::len);
        (0..length).map(move |number| [path.clone(), vec![number.to_string()]].concat())
    };
    match kind {
        Kind::Session => {
            let containers = value.get("resources").and_then(Value::as_object);
            let keys = containers.into_iter().flat_map(|containers| containers.keys());
            let resources = keys.flat_map(|key| list(&["resources", key]));
            resources.chain(list(&["checks"])).collect()
        }
        Kind::Configuration => list(&["capture", "required_resources"]).collect(),
        Kind::Letter => list(&["documents"]).collect(),
    }
}

type Path = Vec<String>;

fn at<'a>(value: &'a Value, path: &[String]) -> Option<&'a Value> {
    path.iter().try_fold(value, |value, step| match value {
        Value::Array(list) => list.get(step.parse::<usize>().ok()?),
        other => other.get(step),
    })
}

fn at_mut<'a>(value: &'a mut Value, path: &[String]) -> Option<&'a mut Value> {
    path.iter().try_fold(value, |value, step| match value {
        Value::Array(list) => list.get_mut(step.parse::<usize>().ok()?),
        other => other.get_mut(step),
    })
}

/// Every place below the root.
fn places(value: &Value, here: &Path, found: &mut Vec<Path>) {
    let mut below = |key: String, inner: &Value| {
        let path = [here.clone(), vec![key]].concat();
        found.push(path.clone());
        places(inner, &path, found);
    };
    match value {
        Value::Object(map) => map.iter().for_each(|(key, inner)| below(key.clone(), inner)),
        Value::Array(list) => {
            list.iter().enumerate().for_each(|(number, inner)| below(number.to_string(), inner));
        }
        _ => {}
    }
}

/// What is done to one place.
#[derive(Clone, Debug)]
enum Mutation {
    Missing,
    Null,
    /// Another value, most often of another type.
    Other(&'static str),
    Renamed,
    /// A key or an element more, in the place itself if it can hold one, else beside it.
    Added(&'static str),
    /// For texts: a value that nobody knows.
    NewValue,
}

const VALUES: &[&str] = &[
    "7",
    "-1",
    "1.50",
    "1e999",
    "18446744073709551616",
    "true",
    "\"a text\"",
    "\"\"",
    "[]",
    "{}",
    "[[{}]]",
    "{\"id\":7}",
    "[\"x\",null,3]",
    "\"\\u001b[2J\\u202e\"",
];

/// A moment: every scenario as often as any other, the answers with everything in every fourth case.
fn step() -> impl Strategy<Value = (usize, i64)> {
    let everything = SCENARIOS.len();
    let scenario = prop_oneof![3 => 0..everything, 1 => Just(everything)];
    (scenario, any::<prop::sample::Index>()).prop_map(|(scenario, moment)| {
        let of_it: Vec<_> = STEPS.iter().filter(|(number, _)| *number == scenario).collect();
        **moment.get(&of_it)
    })
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let value = proptest::sample::select(VALUES);
    prop_oneof![
        2 => Just(Mutation::Missing),
        1 => Just(Mutation::Null),
        4 => value.clone().prop_map(Mutation::Other),
        2 => Just(Mutation::Renamed),
        3 => value.prop_map(Mutation::Added),
        3 => Just(Mutation::NewValue),
    ]
}

fn mutated(value: &Value, path: &Path, what: &Mutation) -> Value {
    let mut value = value.clone();
    let (last, parents) = path.split_last().unwrap();
    let json = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    match what {
        Mutation::Null => *at_mut(&mut value, path).unwrap() = Value::Null,
        Mutation::Other(text) => *at_mut(&mut value, path).unwrap() = json(text),
        Mutation::NewValue => {
            let place = at_mut(&mut value, path).unwrap();
            *place = json(if place.is_string() { "\"NEW_VALUE\"" } else { "{\"new\":[1.50]}" });
        }
        Mutation::Missing | Mutation::Renamed => match at_mut(&mut value, parents).unwrap() {
            Value::Array(list) => drop(list.remove(last.parse().unwrap())),
            Value::Object(map) => {
                let taken = map.shift_remove(last).unwrap();
                if matches!(what, Mutation::Renamed) {
                    map.insert(format!("{last}_2"), taken);
                }
            }
            _ => unreachable!(),
        },
        Mutation::Added(text) => {
            let holds = at(&value, path).is_some_and(|v| v.is_object() || v.is_array());
            let holder = if holds { path } else { parents };
            match at_mut(&mut value, holder).unwrap() {
                Value::Array(list) => list.push(json(text)),
                Value::Object(map) => drop(map.insert("new_key".to_owned(), json(text))),
                _ => unreachable!(),
            }
        }
    }
    value
}

/// Missing, null and empty are equal for display (contract 11, tolerance rule 3).
fn without_nothing(value: &Value) -> Value {
    let nothing = |value: &Value| match value {
        Value::Null => true,
        Value::Array(list) => list.is_empty(),
        Value::Object(map) => map.is_empty(),
        _ => false,
    };
    match value {
        Value::Object(map) => map
            .iter()
            .map(|(key, inner)| (key.clone(), without_nothing(inner)))
            .filter(|(_, inner)| !nothing(inner))
            .collect(),
        Value::Array(list) => list.iter().map(without_nothing).collect(),
        other => other.clone(),
    }
}

/// The keys of the contract's secrets, told here once more: the rule is not asked to judge itself.
fn without_secrets(value: &Value) -> Value {
    const SECRETS: [&str; 4] = ["client_session_token", "api_key", "auth_token", "contact_profile"];
    match value {
        Value::Object(map) => map
            .iter()
            .filter(|(key, _)| !SECRETS.contains(&key.as_str()))
            .map(|(key, inner)| (key.clone(), without_secrets(inner)))
            .collect(),
        Value::Array(list) => list.iter().map(without_secrets).collect(),
        other => other.clone(),
    }
}

fn watched(served: &[(Kind, &Value)]) -> WatchedSession {
    let mut watched = WatchedSession::new(WatchEntry::new(id(), start()));
    let mut answers = Answers::default();
    for (kind, value) in served {
        let raw: Arc<str> = taken_in(value).into();
        match read(*kind, value).unwrap() {
            View::Session(value) => {
                let value = *value;
                answers.session = Some(Arc::new(Answer { value, raw, fetched_at: start() }));
            }
            View::Configuration(value) => {
                let value = *value;
                answers.configuration = Some(Arc::new(Answer { value, raw, fetched_at: start() }));
            }
            View::Letter(value) => {
                let value = *value;
                answers.letter = Letter::Set(Arc::new(Answer { value, raw, fetched_at: start() }));
            }
        }
    }
    let events =
        branchwatch::domain::events::change::between(&Answers::default(), &answers, start());
    watched.learn(Arc::new(answers), Arc::new(events));
    watched
}

fn exported(watched: &WatchedSession, shape: Shape, masked: bool) -> Value {
    let rules = Rules::default();
    let origin =
        DocumentOrigin { profile: "acme", environment: "sandbox", rules: &rules, now: start() };
    let contents = Contents { shape, masked, notes: true, ..Contents::default() };
    let text = export::document(&OpenSession::owned(watched.clone()).unwrap(), contents, &origin)
        .unwrap()
        .text;
    serde_json::from_str(&text).unwrap()
}

/// As text: the order of keys and the text of numbers count too.
fn same(a: &Value, b: &Value) -> bool {
    serde_json::to_string(a).unwrap() == serde_json::to_string(b).unwrap()
}

static SCHEMA: LazyLock<jsonschema::Validator> = LazyLock::new(|| {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/schema/export.schema.json");
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    jsonschema::validator_for(&schema).unwrap()
});

fn faults(value: &Value) -> Vec<String> {
    SCHEMA.iter_errors(value).map(|error| error.to_string()).collect()
}

#[test]
fn the_raw_export_is_the_served_answer_without_its_secrets_at_every_step_of_every_scenario() {
    let mut count = 0;
    for step in STEPS.iter() {
        let served = served(step).remove(0);
        let watched = watched(&[(Kind::Session, &served.value)]);
        let got = exported(&watched, Shape::Raw, false);
        let wanted = without_secrets(&served.value);
        assert!(same(&got, &wanted), "{} at {}", served.scenario, served.at);
        count += 1;
    }
    assert!(count > 100, "{count} session results");
}

#[test]
fn the_normal_export_is_valid_and_holds_both_answers_at_every_step_of_every_scenario() {
    let mut count = 0;
    for step in STEPS.iter() {
        let all = served(step);
        let served: Vec<(Kind, &Value)> = all.iter().map(|s| (s.kind, &s.value)).collect();
        let watched = watched(&served);
        let place = format!("{} at {}", all[0].scenario, all[0].at);
        let open = exported(&watched, Shape::Normal, false);
        for (kind, key) in [(Kind::Session, "session"), (Kind::Configuration, "configuration")] {
            let wanted = served.iter().find(|(of, _)| *of == kind).unwrap().1;
            assert!(same(&open[key], &without_secrets(wanted)), "{key} of {place}");
        }
        for value in [&open, &exported(&watched, Shape::Normal, true)] {
            assert_eq!(faults(value), Vec::<String>::new(), "{place}");
        }
        count += 1;
    }
    assert!(count > 100, "{count} moments");
    assert!(!faults(&json!({ "schema_version": 1 })).is_empty(), "the schema can refuse");
}

/// The paths of what no field reads, each below its own row.
fn rest(view: &View) -> Vec<&str> {
    let rows = view.rows().into_iter().map(|row| match row {
        Row::Check(check) => &check.extra,
        Row::Resource(resource) => &resource.extra,
        Row::Requirement(requirement) => &requirement.extra,
        Row::Promise(_) => const { &Vec::new() },
    });
    let top = match view {
        View::Session(session) => &session.extra,
        View::Configuration(configuration) => &configuration.extra,
        View::Letter(letter) => &letter.extra,
    };
    rows.chain([top]).flatten().map(|(path, _)| path.as_raw()).collect()
}

#[test]
fn what_the_contract_has_is_read_by_a_field_and_only_the_unknown_future_is_not() {
    for served in STEPS.iter().flat_map(served) {
        let view = read(served.kind, &served.value).unwrap();
        let place = format!("{} at {}", served.scenario, served.at);
        assert!(served.scenario == "S19" || rest(&view).is_empty(), "{place}: {:?}", rest(&view));
    }
}

/// Keys whose values are closed vocabularies wherever they stand.
const CLOSED: &[&str] = &["state", "liveness_type", "capture_method", "process", "result"];

/// What has a type from a closed vocabulary.
const TYPED: &[&str] = &["source", "media", "generated_media", "tasks", "generated_checks"];

/// Whether a place holds a value of one of the contract's enums.
fn is_enum(kind: Kind, path: &Path) -> bool {
    let keys: Vec<&str> =
        path.iter().filter(|key| key.parse::<usize>().is_err()).map(String::as_str).collect();
    match keys.as_slice() {
        [.., key] if CLOSED.contains(key) => true,
        ["checks", "type"]
        | ["requested_checks"]
        | ["capture", "biometric_consent"]
        | [.., "recommendation", "value"] => true,
        [.., holder, "type"] if TYPED.contains(holder) => true,
        ["capture", "required_resources", rest @ .., "type"] => {
            matches!(rest, [] | ["allowed_sources" | "requested_tasks" | "ibv_client_assessments"])
        }
        ["documents", "document", "type"] => kind == Kind::Letter,
        _ => false,
    }
}

/// The fullest answer of each kind of each scenario.
fn fullest() -> Vec<Served> {
    let mut found: Vec<(usize, Served)> = Vec::new();
    for served in STEPS.iter().flat_map(served) {
        let size = served.value.to_string().len();
        let known =
            found.iter_mut().find(|(_, f)| (f.scenario, f.kind) == (served.scenario, served.kind));
        match known {
            Some(known) if known.0 < size => *known = (size, served),
            Some(_) => {}
            None => found.push((size, served)),
        }
    }
    found.into_iter().map(|(_, served)| served).collect()
}

// A13
#[test]
fn every_value_of_an_enum_replaced_by_a_new_one_is_counted_as_unknown_and_every_text_is_seen() {
    let (mut enums, mut texts) = (0, 0);
    for served in fullest() {
        let before = read(served.kind, &without_secrets(&served.value)).unwrap();
        let mut all = Vec::new();
        places(&without_secrets(&served.value), &Vec::new(), &mut all);
        all.retain(|path| at(&served.value, path).is_some_and(Value::is_string));
        all.retain(|path| path.as_slice() != ["session_id"]);
        // Of a large answer not every text: it has many of one kind.
        let some = if all.len() > 1_000 { 50 } else { all.len().max(1) };
        for path in all.iter().step_by(all.len() / some) {
            let value = mutated(&served.value, path, &Mutation::NewValue);
            let after = read(served.kind, &value).unwrap();
            let place = format!("{} at {}: {path:?}", served.scenario, served.at);
            assert!(before != after, "{place} is not seen");
            assert_eq!(before.rows().len(), after.rows().len(), "{place}");
            texts += 1;
            let dotted = path.join(".");
            if is_enum(served.kind, path) && !rest(&before).iter().any(|r| dotted.ends_with(r)) {
                let pointer = format!("/{}", path.join("/"));
                let mut unknown = after.unknown().iter();
                assert!(unknown.any(|value| value.pointer == pointer), "{place} is not counted");
                enums += 1;
            }
        }
    }
    assert!(enums > 300 && texts > 1_000, "{enums} of enums among {texts} texts");
}

#[test]
fn what_is_new_in_any_of_the_three_answers_is_counted_for_the_header() {
    let mut answers: Vec<(Kind, Value)> =
        everything().into_iter().map(|served| (served.kind, served.value)).collect();
    let count = |answers: &[(Kind, Value)]| {
        let served: Vec<(Kind, &Value)> =
            answers.iter().map(|(kind, value)| (*kind, value)).collect();
        watched(&served).brief.unknown_values
    };
    assert_eq!(count(&answers), 0);
    let places = [
        vec!["resources", "id_documents", "0", "pages", "0", "capture_method"],
        vec!["capture", "required_resources", "2", "liveness_type"],
        vec!["documents", "0", "document", "type"],
    ];
    for (number, place) in places.iter().enumerate() {
        let path: Path = place.iter().map(|key| (*key).to_owned()).collect();
        answers[number].1 = mutated(&answers[number].1, &path, &Mutation::NewValue);
        assert_eq!(count(&answers), number + 1, "{place:?}");
    }
}

fn below(path: &[String], ancestor: &[String]) -> bool {
    path.len() > ancestor.len() && path.starts_with(ancestor)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(READ))]

    // A14
    #[test]
    fn a_mutated_answer_loses_no_row_and_the_change_is_seen(
        step in step(),
        answer in any::<prop::sample::Index>(),
        place in any::<prop::sample::Index>(),
        what in mutation(),
    ) {
        let all = served(&step);
        let served = &all[answer.index(all.len())];
        let original = without_secrets(&served.value);
        let mut all = Vec::new();
        places(&original, &Vec::new(), &mut all);
        let path = &all[place.index(all.len())];
        let value = mutated(&original, path, &what);
        let told = format!("{} at {}, {:?}, {path:?} {what:?}", served.scenario, served.at, served.kind);

        let before = read(served.kind, &original).unwrap();
        let Ok(after) = read(served.kind, &value) else {
            prop_assert_eq!(path.as_slice(), &["session_id"][..], "{}", told);
            return Ok(());
        };
        let rows = before.rows();
        let standing = places_of_rows(served.kind, &original);
        prop_assert_eq!(rows.len(), standing.len(), "{}", told);
        let kept = after.rows();
        let mut next = kept.iter();
        for (row, standing) in rows.iter().zip(&standing) {
            let hit = path == standing || below(path, standing) || below(standing, path);
            prop_assert!(hit || next.any(|kept| kept == row), "{standing:?} is lost: {told}");
        }
        if standing.iter().any(|standing| below(path, standing)) {
            prop_assert_eq!(kept.len(), rows.len(), "its own row stays: {}", told);
        }
        if without_nothing(&value) != without_nothing(&original) {
            prop_assert!(before != after, "not seen: {told}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(EXPORTED))]

    #[test]
    fn a_mutated_answer_is_exported_as_it_came_and_validly(
        step in step(),
        answer in any::<prop::sample::Index>(),
        place in any::<prop::sample::Index>(),
        what in mutation(),
    ) {
        let all = served(&step);
        let served = &all[answer.index(2)];
        let mut all = Vec::new();
        places(&served.value, &Vec::new(), &mut all);
        let value = mutated(&served.value, &all[place.index(all.len())], &what);
        if read(served.kind, &value).is_err() {
            return Ok(());
        }
        let empty = json!({ "session_id": id().to_string() });
        let watched = match served.kind {
            Kind::Session => watched(&[(Kind::Session, &value)]),
            _ => watched(&[(Kind::Session, &empty), (served.kind, &value)]),
        };
        let normal = exported(&watched, Shape::Normal, false);
        let key = if served.kind == Kind::Session { "session" } else { "configuration" };
        prop_assert!(same(&normal[key], &without_secrets(&value)));
        if served.kind == Kind::Session {
            prop_assert!(same(&exported(&watched, Shape::Raw, false), &without_secrets(&value)));
        }
        for document in [&normal, &exported(&watched, Shape::Normal, true)] {
            prop_assert_eq!(faults(document), Vec::<String>::new());
        }
    }
}
