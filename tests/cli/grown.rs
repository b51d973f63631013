//! What the contract grew (14), through the real binary: cases 10 and 20, and digital IDs.

use super::{World, world};

use crate::responder::{Responder, json, responder};

const ID: &str = "00000031-0000-4000-8000-0000000000aa";
const SOURCE: &str = include_str!("../cases/10-source-as-text/session.json");
const LETTER: &str = include_str!("../cases/20-letter-without-branch/instructions.json");
const FRESH: &str = r#"{"session_id":"00000031-0000-4000-8000-0000000000aa","state":"ONGOING","client_session_token_ttl":600000,"resources":{},"checks":[]}"#;
const DIGITAL: &str = r#"{"session_id":"00000031-0000-4000-8000-0000000000aa","state":"ONGOING","checks":[],
 "resources":{"id_documents":[{"id":"d1","source":{"type":"END_USER"},"document_type":"DIGITAL_AADHAAR","issuing_country":"IND","provider":"DIGILOCKER"}]},
 "digital_id_shares":[{"id":"s1","provider":"DIGILOCKER","resource_id":"d1"},
  {"id":"s2","provider":"EPHIL_ID_QR","error":{"code":"BAD_SHARE","description":"The code was not readable"}}]}"#;
const NOTHING: &str = r#"{"session_id":"00000031-0000-4000-8000-0000000000aa","requested_checks":[],"capture":{"required_resources":[]}}"#;
const WANTED: &str = r#"{"session_id":"00000031-0000-4000-8000-0000000000aa","requested_checks":[],"capture":{"required_resources":[
 {"id":"r1","type":"ID_DOCUMENT","state":"REQUIRED","allowed_sources":["END_USER",{"type":"IBV","allowed_providers":[{"name":"UK_POST_OFFICE"}]}]}]}}"#;

/// A home whose server gives these three answers, and a session on its list that was fetched.
async fn told(
    session: &'static str,
    configuration: &'static str,
    letter: (u16, &'static str),
) -> (World, Responder) {
    let server = responder(move |asked| {
        let part = asked.path().strip_prefix(&format!("/sessions/{ID}"));
        match part {
            Some("/configuration") => json(200, configuration),
            Some("/instructions") => json(letter.0, letter.1),
            _ => json(200, session),
        }
    })
    .await;
    let mut world = world(&["--sessions", "1"]);
    world.base_url.clone_from(&server.base);
    world.run(&["add", ID, "--ref", "grown-1", "--fetch"], 0);
    (world, server)
}

#[tokio::test(flavor = "multi_thread")]
async fn case_10_a_source_as_a_bare_text_is_read_like_an_object() {
    let (world, server) = told(SOURCE, NOTHING, (200, "{}")).await;
    assert!(server.all().iter().all(|asked| asked.method == "GET"), "{:?}", server.asked);
    let (shown, _) = world.run(&["show", ID], 0);
    assert!(shown.contains("stage visited"), "{shown}");
    assert!(shown.contains("+ ID document GBR PASSPORT from IBV"), "{shown}");
    assert!(shown.contains("+ share code from END_USER"), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn case_20_a_letter_without_a_branch_says_so_everywhere() {
    let (world, _server) = told(FRESH, WANTED, (200, LETTER)).await;
    let (shown, _) = world.run(&["show", ID], 0);
    assert!(shown.contains("letter set: no branch chosen, 1 document"), "{shown}");
    let (part, _) = world.run(&["show", ID, "--part", "letter"], 0);
    let (letter, _) = world.run(&["letter", ID], 0);
    for said in [part, letter] {
        assert!(said.contains("branch  no branch chosen") && said.contains("PASSPORT"), "{said}");
    }
    let (list, _) = world.run(&["list", "--columns", "ref,branch"], 0);
    assert!(list.contains("no branch chosen"), "{list}");
    let (csv, _) = world.run(&["export", ID, "--format", "csv", "-o", "-"], 0);
    assert!(csv.contains("no branch chosen"), "{csv}");
    let (text, _) = world.run(&["export", ID, "--format", "md", "-o", "-"], 0);
    assert!(text.contains("no branch chosen"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_letter_in_any_form_is_a_letter_that_is_not_set() {
    let forms = [
        (200, r#"{"contact_profile_exists":false,"documents":[],"branch":null}"#),
        (200, "{}"),
        (200, r#"{"documents":[]}"#),
        (
            200,
            r#"{"documents":[],"branch":{"type":"UK_POST_OFFICE","fad_code":"9990017","name":"Exampleton"}}"#,
        ),
        (404, r#"{"code":"INSTRUCTIONS_NOT_FOUND","message":"x"}"#),
        (409, r#"{"code":"INSTRUCTIONS_NOT_COMPLETE","message":"x"}"#),
    ];
    for form in forms {
        let (world, _server) = told(FRESH, WANTED, form).await;
        let (shown, _) = world.run(&["show", ID], 0);
        assert!(shown.contains("letter not set") && !shown.contains("letter set:"), "{shown}");
        let (part, _) = world.run(&["show", ID, "--part", "letter"], 0);
        assert!(part.contains("not set"), "{part}");
        let (out, err) = world.run(&["letter", ID], 5);
        assert!(out.is_empty() && err.contains("letter is set"), "{out}{err}");
        let (json, _) = world.run(&["letter", ID, "--json"], 5);
        assert!(json.contains("\"not_set\""), "{json}");
    }
}

// A06
#[tokio::test(flavor = "multi_thread")]
async fn the_json_of_a_gateway_is_told_as_that() {
    let server =
        responder(|_| json(404, r#"{"status":404,"error":"Not Found","path":"/idverify"}"#)).await;
    let mut world = world(&["--sessions", "1"]);
    world.base_url.clone_from(&server.base);
    let (out, _) = world.run(&["doctor"], 6);
    assert!(!out.contains("accepted") && out.contains("not Yoti"), "{out}");
    assert!(out.contains("check base_url"), "{out}");
    let (_, err) = world.run(&["show", ID, "--timeout", "1s"], 6);
    assert!(err.contains("not Yoti") && !err.contains("no such session"), "{err}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_digital_id_counts_as_supplied_and_a_failed_share_says_why() {
    let (world, _server) = told(DIGITAL, WANTED, (200, "{}")).await;
    let (shown, _) = world.run(&["show", ID], 0);
    for words in [
        "from END_USER or IBV (UK_POST_OFFICE)",
        "digital ID DIGILOCKER",
        "supplied",
        "digital ID shared: DIGILOCKER",
        "digital ID share failed: EPHIL_ID_QR BAD_SHARE",
        "failed: BAD_SHARE, ▒▒▒▒▒▒",
    ] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    // What Yoti writes in sentences may name a person.
    let (shown, _) = world.run(&["show", ID, "--privacy", "off"], 0);
    assert!(shown.contains("failed: BAD_SHARE, The code was not readable"), "{shown}");
    let (text, _) = world.run(&["export", ID, "-o", "-"], 0);
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    let requirement = &value["derived"]["requirements"][0];
    assert_eq!(requirement["supplied"], true);
    assert_eq!(
        requirement["allowed_sources"],
        serde_json::json!([
            { "type": "END_USER", "allowed_providers": null },
            { "type": "IBV", "allowed_providers": ["UK_POST_OFFICE"] },
        ])
    );
}
