//! Exports of simulated sessions: lossless, masked, valid against the schema, and safe as files.
#![expect(clippy::unwrap_used, reason = "a failed set-up fails the test")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;

use branchwatch::api::{raw, wire};
use branchwatch::domain::assessment::rules::Rules;
use branchwatch::domain::session::answer::Answer;
use branchwatch::domain::session::ids::SessionId;
use branchwatch::domain::session::parts::{Answers, Letter};
use branchwatch::domain::shape::Shape;
use branchwatch::domain::watchlist::annotations::{AnnotationChange, Annotations, Made};
use branchwatch::domain::watchlist::labels::SafeLabels;
use branchwatch::domain::watchlist::open_session::OpenSession;
use branchwatch::domain::watchlist::watched::{WatchEntry, WatchedSession};
use branchwatch::export::{self, Contents, DocumentOrigin, Existing, ExportError, Format, Part};
use branchwatch::simulator::scenario::Scenario;
use branchwatch::simulator::timeline::SimulatedSession;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

fn open(watched: &WatchedSession) -> OpenSession {
    OpenSession::owned(watched.clone()).unwrap()
}

fn start() -> Timestamp {
    "2026-10-16T09:00:00Z".parse().unwrap()
}

fn id() -> SessionId {
    SessionId::parse("1c3cae90-1769-43a9-8554-d85f2e7cdb0f").unwrap()
}

/// A session of a scenario so many seconds after its creation, as the client would hold it, and the
/// served session result.
fn session(scenario: &str, seconds: i64) -> (WatchedSession, Value) {
    let life = SimulatedSession {
        id: id(),
        scenario: Scenario::shipped(scenario).unwrap(),
        created: start(),
        delay: 0,
        ttl: None,
        instructions: None,
    };
    let now = start() + SignedDuration::from_secs(seconds);
    let moment = life.moment(now);
    let (text, _) = raw::checked_without_secrets(moment.session.to_string().into_bytes()).unwrap();
    let configuration = moment.configuration.to_string();
    let mut watched = WatchedSession::new(WatchEntry {
        reference: Some("dbs-2291".to_owned()),
        ..WatchEntry::new(id(), start())
    });
    watched.answered(Answers {
        session: Some(Arc::new(Answer {
            value: wire::session(&text, id()).unwrap(),
            raw: text.into(),
            fetched_at: now,
        })),
        configuration: Some(Arc::new(Answer {
            value: wire::configuration(&configuration, id()).unwrap(),
            raw: configuration.into(),
            fetched_at: now,
        })),
        ..Answers::default()
    });
    let events = branchwatch::domain::events::change::between(
        &Answers::default(),
        watched.answers().unwrap(),
        now,
    );
    watched.happened(events);
    (watched, moment.session)
}

fn export(watched: &WatchedSession, contents: Contents) -> Value {
    serde_json::from_str(&text(watched, contents)).unwrap()
}

fn text(watched: &WatchedSession, contents: Contents) -> String {
    let rules = Rules::default();
    let origin =
        DocumentOrigin { profile: "acme", environment: "sandbox", rules: &rules, now: start() };
    export::document(&open(watched), contents, &origin).unwrap().text
}

fn raw_shape() -> Contents {
    Contents { shape: Shape::Raw, masked: false, ..Contents::default() }
}

// U11
#[test]
fn hostile_text_is_kept_exactly_and_escaped() {
    let (watched, served) = session("S28", 600);
    let text = text(&watched, raw_shape());
    assert!(!text.chars().any(|c| c != '\n' && c.is_control()));
    assert!(!text.contains('\u{202e}') && !text.contains('\u{200b}'));
    let got: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(got["checks"], served["checks"]);
}

#[test]
fn the_text_of_numbers_survives_in_every_shape_masked_or_not() {
    let (mut watched, _) = session("S01", 600);
    let numbers = ["1e2", "1E+2", "1e400", "1.50", "-0.0", "123456789012345678901234567890"];
    let id = id();
    let raw = format!(
        r#"{{"session_id":"{id}","state":"COMPLETED","user_tracking_id":"canary@example.org","checks":[],"api-key":"canary","resources":{{"id_documents":[{{"id":"d","tasks":[],"created_at":{}}}]}}}}"#,
        numbers.join(r#","n":{"total_hits":"#) + &"}".repeat(numbers.len() - 1),
    );
    watched.revise(|answers| {
        answers.session = Some(Arc::new(Answer {
            value: wire::session(&raw, id).unwrap(),
            raw: raw.into(),
            fetched_at: start(),
        }));
    });
    for contents in [raw_shape(), Contents { masked: false, ..Contents::default() }] {
        let text = text(&watched, contents);
        for number in numbers {
            assert!(text.contains(&format!(": {number}")), "{number}: {text}");
        }
        assert!(text.contains("canary@example.org") && !text.contains("api-key"), "{text}");
    }
    let masked = text(&watched, Contents::default());
    assert!(masked.contains("\"user_tracking_id\": \"▒▒▒ masked\""), "{masked}");
    assert!(!masked.contains("canary"), "{masked}");
}

#[test]
fn the_text_of_numbers_survives_in_parts_and_letters_too() {
    let (mut watched, _) = session("S01", 600);
    let raw = r#"{"documents":[{"requirement_id":"r1"}],"branch":{"fad_code":"9990017","location":{"latitude":5.15E+1,"longitude":-1e-1}}}"#;
    let text = watched.answers().unwrap().session.as_ref().unwrap().raw.to_string();
    let result = text.replacen(
        "\"checks\":[",
        "\"checks\":[{\"id\":\"c0\",\"report\":{\"watchlist_summary\":{\"total_hits\":1e2}}},",
        1,
    );
    assert_ne!(text, result);
    let mut answers = Answers::clone(watched.answers().unwrap());
    answers.letter = Letter::of(Answer {
        value: wire::instructions(raw).unwrap(),
        raw: raw.into(),
        fetched_at: start(),
    });
    answers.session = Some(Arc::new(Answer {
        value: wire::session(&result, id()).unwrap(),
        raw: result.into(),
        fetched_at: start(),
    }));
    watched.answered(answers);
    let rules = Rules::default();
    let origin =
        DocumentOrigin { profile: "acme", environment: "sandbox", rules: &rules, now: start() };
    let checks = export::part(&open(&watched), Part::Checks, false, &origin).unwrap();
    assert!(checks.contains("\"total_hits\": 1e2"), "{checks}");
    let letter = export::part(&open(&watched), Part::Letter, false, &origin).unwrap();
    let bundle = Contents { masked: false, ..Contents::default() };
    let files = export::assemble(&[open(&watched)], Format::Bundle, bundle, &origin).unwrap().files;
    let (_, file) = files.iter().find(|(name, _)| name.ends_with("letter.json")).unwrap();
    for text in [&letter, file] {
        assert!(text.contains(": 5.15E+1") && text.contains(": -1e-1"), "{text}");
    }
}

// S11
#[test]
fn what_identifies_a_person_is_masked_and_named_unless_asked_for() {
    let (mut watched, _) = session("S01", 600);
    let raw = json!({
        "session_id": id().to_string(), "state": "COMPLETED",
        "user_tracking_id": "canary@example.org", "checks": [], "resources": {},
        "client_session_token": "canary-token", "contact_profile": { "email": "canary" },
        "new": { "document_fields": { "full_name": "Canary Person", "document_number": "CANARY1" } },
    })
    .to_string();
    watched.revise(|answers| {
        answers.session = Some(Arc::new(Answer {
            value: wire::session(&raw, id()).unwrap(),
            raw: raw.into(),
            fetched_at: start(),
        }));
    });
    let mut entry = WatchEntry::clone(&watched.entry);
    entry.reference = Some("Canary Person".to_owned());
    watched.entry = Arc::new(entry);
    let masked = text(&watched, Contents::default());
    assert!(!masked.to_lowercase().contains("canary"), "{masked}");
    let value: Value = serde_json::from_str(&masked).unwrap();
    let paths: Vec<&str> =
        value["masked_paths"].as_array().unwrap().iter().map(|p| p.as_str().unwrap()).collect();
    assert_eq!(
        paths,
        [
            "/session/user_tracking_id",
            "/session/new/document_fields/full_name",
            "/session/new/document_fields/document_number",
            "/reference"
        ]
    );
    for path in paths {
        assert_eq!(value.pointer(path).unwrap(), "▒▒▒ masked");
    }
    let open = text(&watched, Contents { masked: false, ..Contents::default() });
    assert!(open.contains("canary@example.org"));
    assert!(!open.contains("canary-token") && !open.contains("contact_profile"), "secrets never");
    assert!(!export::file_name(&watched, &SafeLabels::default(), start()).contains("Canary"));
}

#[test]
fn notes_are_there_only_when_asked_for_and_a_masked_note_is_hidden_whole() {
    let (mut watched, _) = session("S01", 600);
    watched.own = Arc::new(Annotations {
        note: "called her".to_owned(),
        pinned: true,
        ..Annotations::default()
    });
    let mut entry = WatchEntry::clone(&watched.entry);
    entry.tags = vec!["q4".to_owned(), "Canary Person".to_owned()];
    watched.entry = Arc::new(entry);
    assert!(export(&watched, Contents::default()).get("notes").is_none());
    let masked = export(&watched, Contents { notes: true, ..Contents::default() });
    let hidden = "▒▒▒ masked";
    let tags = json!(["q4", hidden]);
    let notes = json!({ "note": hidden, "by": null, "at": null, "tags": tags, "pinned": true });
    assert_eq!(masked["notes"], notes);
    let paths = masked["masked_paths"].as_array().unwrap();
    assert_eq!(paths.iter().filter(|p| p.as_str().unwrap().starts_with("/notes/")).count(), 2);
    let open = Contents { notes: true, masked: false, ..Contents::default() };
    assert_eq!(export(&watched, open)["notes"]["note"], "called her");
    let mut own = Annotations::default();
    let made = Made::new(start(), Some("jane".into()));
    own.apply(&AnnotationChange::Note("called her".to_owned()), made);
    watched.own = Arc::new(own);
    let notes = &export(&watched, open)["notes"];
    assert_eq!((&notes["by"], &notes["at"]), (&"jane".into(), &start().to_string().into()));
}

#[test]
fn a_session_that_was_never_fetched_has_a_normal_export_and_no_raw_one() {
    let (mut watched, _) = session("S01", 0);
    watched.answered(Answers::default());
    assert_eq!(export(&watched, Contents::default())["session"], Value::Null);
    let rules = Rules::default();
    let origin = DocumentOrigin { profile: "p", environment: "e", rules: &rules, now: start() };
    let refused = export::document(&open(&watched), raw_shape(), &origin).unwrap_err();
    assert!(matches!(refused, ExportError::NothingFetched));
}

// F03, F04, F08
#[test]
fn a_file_is_for_the_owner_alone_and_nothing_is_ever_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("made/here/a.json");
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(export::write(&path, "1", Existing::Refuse).unwrap(), path);
    assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
    let refused = export::write(&path, "2", Existing::Refuse).unwrap_err();
    assert!(matches!(refused, ExportError::Exists(_)));
    let second = export::write(&path, "2", Existing::NextFree).unwrap();
    assert!(second.ends_with("a-2.json"));
    assert!(export::write(&path, "3", Existing::NextFree).unwrap().ends_with("a-3.json"));
    assert_eq!(fs::read_to_string(&path).unwrap(), "1");
    export::write(&path, "4", Existing::Replace).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "4");

    let target = folder.path().join("precious");
    fs::write(&target, "precious").unwrap();
    let link = folder.path().join("link.json");
    std::os::unix::fs::symlink(&target, &link).unwrap();
    assert!(export::write(&link, "5", Existing::Refuse).is_err());
    export::write(&link, "5", Existing::NextFree).unwrap();
    assert_eq!(fs::read_to_string(&target).unwrap(), "precious", "never through a link");
    let left: Vec<_> = fs::read_dir(folder.path().join("made/here")).unwrap().collect();
    assert_eq!(left.len(), 3, "no temporary file is left");
}

#[test]
fn every_format_is_made_by_one_way_and_one_bad_session_never_loses_the_rest() {
    let (first, _) = session("S07", 900);
    let (mut never, _) = session("S01", 0);
    never.answered(Answers::default());
    let rules = Rules::default();
    let origin =
        DocumentOrigin { profile: "acme", environment: "sandbox", rules: &rules, now: start() };
    let both = [open(&first), open(&never)];
    let made = |format, contents| export::assemble(&both, format, contents, &origin).unwrap();
    let json = made(Format::Json, Contents::default());
    assert_eq!((json.files.len(), json.sessions, json.left_out), (2, 2, 0));
    let lines = made(Format::JsonLines, raw_shape());
    assert_eq!((lines.files.len(), lines.sessions, lines.left_out), (1, 1, 1));
    let (name, text) = lines.files.first().unwrap();
    assert_eq!(name, "sessions_20261016T090000Z.jsonl");
    assert_eq!(text.lines().count(), 1);
    assert_eq!(serde_json::from_str::<Value>(text).unwrap()["state"], "COMPLETED");
    let alone =
        export::assemble(&[open(&never)], Format::JsonLines, raw_shape(), &origin).unwrap_err();
    assert!(matches!(alone, ExportError::NothingFetched));
}

#[test]
fn the_list_and_the_chapters_say_where_each_session_stands() {
    let (first, _) = session("S07", 900);
    let (mut never, _) = session("S01", 0);
    never.answered(Answers::default());
    let rules = Rules::default();
    let origin =
        DocumentOrigin { profile: "acme", environment: "sandbox", rules: &rules, now: start() };
    let both = [open(&first), open(&never)];
    let made = |format, contents| export::assemble(&both, format, contents, &origin).unwrap();
    let csv = made(Format::Csv, Contents::default());
    let rows: Vec<&str> = csv.files[0].1.lines().collect();
    assert_eq!(rows.len(), 3);
    assert!(rows[0].starts_with("session_id,reference,tags,state,stage,"), "{}", rows[0]);
    assert!(rows[1].contains(",COMPLETED,done_reject,"), "{}", rows[1]);
    assert_eq!(rows[1].rsplit(',').nth(4), Some("1"), "checks_rejected: {}", rows[1]);
    assert!(rows[2].contains(",not_fetched,"), "{}", rows[2]);

    let markdown = made(Format::Markdown, Contents::default());
    let text = &markdown.files[0].1;
    for part in ["# dbs-2291", "## Checks", "TAMPERED", "## Timeline", "secrets are never included"]
    {
        assert!(text.contains(part), "{part}: {text}");
    }
    let (several, _) = export::text(&both, Format::Json, Contents::default(), &origin).unwrap();
    assert_eq!(several.lines().count(), 2, "several documents in one text are JSON Lines");
}

// U11
#[test]
fn lists_and_chapters_mask_what_looks_like_a_person_and_no_text_is_markup() {
    let (mut watched, _) = session("S28", 600);
    let mut entry = WatchEntry::clone(&watched.entry);
    entry.reference = Some("Canary Person".to_owned());
    entry.tags = vec!["canary@example.org".to_owned()];
    watched.entry = Arc::new(entry);
    let rules = Rules::default();
    let origin =
        DocumentOrigin { profile: "acme", environment: "sandbox", rules: &rules, now: start() };
    for format in Format::ALL {
        let (masked, made) =
            export::text(&[open(&watched)], format, Contents::default(), &origin).unwrap();
        assert!(!masked.to_lowercase().contains("canary p"), "{masked}");
        assert!(!masked.contains("client_session_token\""), "{masked}");
        assert!(made.masked > 0, "{format:?}");
        assert!(!masked.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r')), "{format:?}");
        assert!(!masked.contains('\u{202e}'), "{format:?}");
        let whole = Contents { masked: false, ..Contents::default() };
        let (whole, _) = export::text(&[open(&watched)], format, whole, &origin).unwrap();
        assert!(whole.contains("Canary Person"), "{format:?}");
    }
    let (text, _) =
        export::text(&[open(&watched)], Format::Markdown, Contents::default(), &origin).unwrap();
    let body = text.split_once("-->").unwrap().1;
    assert!(!body.contains('<'), "no tag of a server's: {body}");
}

// F09
#[test]
fn file_names_are_made_of_harmless_characters() {
    let (watched, _) = session("S01", 0);
    for (reference, name) in [
        (Some("dbs-2291"), "dbs-2291_20261016T090000Z.json"),
        (Some("../../etc/passwd"), "1c3cae90-1769-43a9-8554-d85f2e7cdb0f_20261016T090000Z.json"),
        (Some("../../etc/p4"), "etcp4_20261016T090000Z.json"),
        (Some("\u{202e}/\n"), "1c3cae90-1769-43a9-8554-d85f2e7cdb0f_20261016T090000Z.json"),
        (None, "1c3cae90-1769-43a9-8554-d85f2e7cdb0f_20261016T090000Z.json"),
    ] {
        let mut watched = watched.clone();
        let reference = reference.map(str::to_owned);
        let entry = WatchEntry { reference, ..WatchEntry::clone(&watched.entry) };
        watched.entry = Arc::new(entry);
        assert_eq!(export::file_name(&watched, &SafeLabels::default(), start()), name);
    }
}
