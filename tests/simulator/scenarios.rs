//! Every scenario of contract 12 over real HTTP: what the client sees, and how it ends.

use branchwatch::api::unreached::Unreached;
use branchwatch::api::{ApiErrorKind, SessionApi};
use branchwatch::domain::assessment::coverage;
use branchwatch::domain::assessment::stage::{Stage, Verdict};
use branchwatch::domain::session::Session;
use branchwatch::domain::session::wire_enum::{
    CheckState, CheckType, Recommendation, SessionState, SourceType,
};
use serde_json::{Value, json};

use super::simulated::{World, world};

#[tokio::test]
async fn s01_goes_from_awaiting_to_nine_checks_approved() {
    let world = world("S01").await;
    assert_eq!(world.stage().await, Stage::LetterNotSet);
    world.advance(30).await;
    assert_eq!(world.stage().await, Stage::AwaitingVisit);
    world.advance(100).await;
    assert!(matches!(world.stage().await, Stage::AtCounter { .. }));
    let watched = world.watched().await;
    assert!(
        watched.answers().unwrap().session().unwrap().checks.is_empty(),
        "checks stay empty until the end"
    );
    assert_eq!(coverage::derive(watched.answers().unwrap()).counts(), (1, 3));
    world.advance(360).await;
    let watched = world.watched().await;
    let session = watched.answers().unwrap().session().unwrap();
    assert_eq!(session.state, Some(SessionState::Completed));
    assert_eq!(session.checks.len(), 9);
    assert!(session.checks.iter().all(|c| c.report.as_ref().unwrap().breakdown.is_empty()));
    assert_eq!(coverage::derive(watched.answers().unwrap()).counts(), (3, 3));
    assert_eq!(world.stage().await, Stage::Done(Verdict::Approve));
}

#[tokio::test]
async fn s02_runs_its_checks_for_75_seconds_and_the_threshold_is_not_recomputed() {
    let world = world("S02").await;
    world.advance(500).await;
    assert_eq!(world.stage().await, Stage::ChecksRunning);
    world.advance(80).await;
    assert_eq!(world.stage().await, Stage::Done(Verdict::Approve));
    let watched = world.watched().await;
    let checks = &watched.answers().unwrap().session().unwrap().checks;
    let face =
        checks.iter().find(|c| c.check_type == Some(CheckType::IdDocumentFaceMatch)).unwrap();
    let detail = &face.report.as_ref().unwrap().breakdown[0].details[0].1;
    assert_eq!(detail.as_raw(), "0.68");
}

#[tokio::test]
async fn s03_and_s05_expire_with_nothing_and_with_one_of_three() {
    for (scenario, silent, captured) in [("S03", false, 0), ("S05", true, 1)] {
        let world = world(scenario).await;
        world.advance(3_600).await;
        let stage = world.stage().await;
        assert_eq!(matches!(stage, Stage::TurnedAway { .. }), silent, "{stage:?}");
        world.advance(30 * 86_400).await;
        assert_eq!(world.stage().await, Stage::Expired { captured });
        let watched = world.watched().await;
        assert_eq!(watched.answers().unwrap().session().unwrap().client_session_token_ttl, Some(0));
        assert!(watched.answers().unwrap().session().unwrap().checks.is_empty());
    }
}

#[tokio::test]
async fn s04_is_silent_after_its_first_visit_and_completes_at_the_second() {
    let world = world("S04").await;
    world.advance(600).await;
    assert_eq!(world.stage().await, Stage::AwaitingVisit, "a refused visit shows nothing");
    world.advance(400).await;
    assert!(matches!(world.stage().await, Stage::AtCounter { .. }));
    world.advance(400).await;
    assert_eq!(world.stage().await, Stage::Done(Verdict::Approve));
}

/// Reasons of checks that have one, in the order received.
fn reasons(session: &Session) -> Vec<String> {
    let reason = |c: &branchwatch::domain::session::check::Check| {
        Some(c.report.as_ref()?.reason.as_ref()?.as_raw().to_owned())
    };
    session.checks.iter().filter_map(reason).collect()
}

/// The served check of a type.
fn check_of<'a>(served: &'a Value, kind: &str) -> &'a Value {
    let checks = served["checks"].as_array().unwrap();
    checks.iter().find(|check| check["type"] == kind).unwrap()
}

async fn ends(scenario: &str, seconds: i64, verdict: Verdict) -> World {
    let world = world(scenario).await;
    world.advance(seconds).await;
    assert_eq!(world.stage().await, Stage::Done(verdict), "{scenario}");
    world
}

#[tokio::test]
async fn s06_keeps_the_abandoned_attempt_and_counts_the_attempts_down() {
    let world = world("S06").await;
    world.advance(100).await;
    let before = world.served().await;
    let document = &before["resources"]["id_documents"][0];
    assert_eq!(document["pages"], json!([{ "frames": [{}, {}] }]));
    assert_eq!(document["tasks"][0]["state"], "CREATED");
    let left = async || {
        let configuration = world.get(&world.path("/configuration")).await.json();
        configuration["capture"]["required_resources"][0]["attempts_remaining"]["GENERIC"].clone()
    };
    assert_eq!(left().await, 2);
    world.advance(500).await;
    assert_eq!(left().await, 1);
    assert_eq!(world.stage().await, Stage::Done(Verdict::Approve));
    let watched = world.watched().await;
    let coverage = coverage::derive(watched.answers().unwrap());
    assert_eq!(coverage.requirements[0].resources.len(), 2, "two entries for one requirement");
    let served = world.served().await;
    let documents = served["resources"]["id_documents"].as_array().unwrap();
    let times: Vec<&str> = documents.iter().map(|d| d["created_at"].as_str().unwrap()).collect();
    assert!(times[0] < times[1], "oldest first: {times:?}");
}

#[tokio::test]
async fn s07_to_s10_end_with_their_reasons() {
    for (scenario, verdict, reason) in [
        ("S07", Verdict::Reject, "TAMPERED"),
        ("S08", Verdict::Reject, "EXPIRED_DOCUMENT"),
        ("S09", Verdict::Refer, "FACE_NOT_FOUND"),
        ("S10", Verdict::Reject, "DIFFERENT_PERSON"),
    ] {
        let world = ends(scenario, 600, verdict).await;
        assert_eq!(reasons(world.watched().await.answers().unwrap().session().unwrap()), [reason]);
    }
    let served = ends("S07", 600, Verdict::Reject).await.served().await;
    let report = &check_of(&served, "ID_DOCUMENT_AUTHENTICITY")["report"];
    assert!(report["recommendation"]["recovery_suggestion"].is_string());
    assert_eq!(report["breakdown"][1]["process"], "EXPERT_REVIEW");
}

#[tokio::test]
async fn s11_rejects_without_a_reason() {
    let world = ends("S11", 600, Verdict::Reject).await;
    assert!(reasons(world.watched().await.answers().unwrap().session().unwrap()).is_empty());
    let served = world.served().await;
    assert_eq!(served["checks"].as_array().unwrap().len(), 9);
    assert_eq!(served["resources"]["liveness_capture"], json!([]), "nulls are in S30 alone");
}

#[tokio::test]
async fn s12_links_the_failed_task_with_the_check_that_it_generated() {
    let world = world("S12").await;
    world.advance(160).await;
    let served = world.served().await;
    let task = &served["resources"]["id_documents"][0]["tasks"][0];
    assert_eq!(
        (&task["state"], &task["recommendation"]["value"]),
        (&json!("FAILED"), &json!("MUST_TRY_AGAIN"))
    );
    assert_eq!(task["recommendation"]["reason"]["value"], "QUALITY");
    let check = check_of(&served, "ID_DOCUMENT_TEXT_DATA_CHECK");
    assert_eq!(check["state"], "CREATED", "it comes after the task");
    assert_eq!(task["generated_checks"], json!([{ "id": check["id"], "type": check["type"] }]));
    world.advance(400).await;
    assert_eq!(world.stage().await, Stage::Done(Verdict::Refer));
    assert_eq!(
        reasons(world.watched().await.answers().unwrap().session().unwrap()),
        ["PHOTO_TOO_BLURRY"]
    );
}

#[tokio::test]
async fn s13_replaces_the_document_fields_and_the_old_id_is_not_found_any_more() {
    let world = world("S13").await;
    world.advance(200).await;
    let fields = |served: Value| {
        let media = &served["resources"]["id_documents"][0]["document_fields"]["media"]["id"];
        media.as_str().unwrap().to_owned()
    };
    let old = fields(world.served().await);
    let content = async |id: &str| world.get(&world.path(&format!("/media/{id}/content"))).await;
    assert_eq!(content(&old).await.status, 200);
    world.advance(300).await;
    let new = fields(world.served().await);
    assert_ne!(old, new);
    assert_eq!(content(&new).await.status, 200);
    assert_eq!(content(&old).await.error(), (404, "MEDIA_ID_NOT_FOUND".to_owned()));
    assert_eq!(world.stage().await, Stage::Done(Verdict::Approve));
}

#[tokio::test]
async fn s14_has_hits_of_both_searches_and_its_api_key_stays_behind_the_client() {
    let world = ends("S14", 600, Verdict::Refer).await;
    let served = world.served().await;
    let screening = &check_of(&served, "WATCHLIST_SCREENING")["report"]["watchlist_summary"];
    assert_eq!(screening["search_config"]["categories"], json!(["ADVERSE-MEDIA", "SANCTIONS"]));
    let advanced = &check_of(&served, "WATCHLIST_ADVANCED_CA")["report"]["watchlist_summary"];
    assert_eq!(advanced["search_config"]["type"], "WITH_CUSTOM_ACCOUNT");
    assert_eq!(advanced["search_config"]["matching_strategy"]["exact_match"], true);
    let key = advanced["search_config"]["api_key"].as_str().unwrap();
    assert!(!world.client.session(world.id()).await.unwrap().raw.contains(key));
    for (media, needs) in [
        (&screening["raw_results"]["media"], "raw_output"),
        (&check_of(&served, "WATCHLIST_SCREENING")["generated_profile"]["media"], "full_name"),
    ] {
        let id = media["id"].as_str().unwrap();
        let content = world.get(&world.path(&format!("/media/{id}/content"))).await;
        assert!(content.json().to_string().contains(needs), "{needs}");
    }
}

#[tokio::test]
async fn s15_refers_and_its_shuffled_keys_read_the_same() {
    let world = ends("S15", 600, Verdict::Refer).await;
    let served = world.served().await;
    let report = &check_of(&served, "THIRD_PARTY_IDENTITY")["report"];
    assert_eq!(report["recommendation"]["reason"], "NO_MATCH");
    let failed = |part: &&Value| part["result"] == "FAIL";
    assert!(report["breakdown"].as_array().unwrap().iter().filter(failed).count() > 2);
    assert!(check_of(&served, "THIRD_PARTY_IDENTITY_FRAUD_1")["generated_profile"].is_object());
    let code = &served["resources"]["share_codes"][0];
    for field in ["lookup_profile", "returned_profile", "id_photo", "file"] {
        assert!(code[field]["media"]["id"].is_string(), "{field}");
    }
    assert_eq!(code["tasks"][0]["type"], "VERIFY_SHARE_CODE_TASK");
    let keys: Vec<&String> = served.as_object().unwrap().keys().collect();
    let usual = ["client_session_token_ttl", "session_id", "state", "resources", "checks"];
    assert_ne!(keys, usual);
    assert_eq!(served, world.served().await, "shuffled once, not at each poll");
}

#[tokio::test]
async fn s16_mixes_sources_and_keeps_the_superseded_attempt() {
    let world = world("S16").await;
    world.advance(300).await;
    assert_eq!(world.stage().await, Stage::AtHome);
    world.advance(900).await;
    let watched = world.watched().await;
    let session = watched.answers().unwrap().session().unwrap();
    for source in [SourceType::EndUser, SourceType::RelyingBusiness, SourceType::Ibv] {
        assert!(session.resources.iter().any(|r| r.source == Some(source.clone())));
    }
    let coverage = coverage::derive(watched.answers().unwrap());
    assert_eq!(coverage.requirements[1].resources.len(), 2, "two attempts at liveness");
    assert_eq!(world.stage().await, Stage::Done(Verdict::Reject), "by the rule: any REJECT");
}

#[tokio::test]
async fn s17_waits_for_the_relying_business() {
    let world = world("S17").await;
    world.advance(60).await;
    let early = world.client.configuration(world.id()).await.unwrap_err();
    assert_eq!(early.kind, ApiErrorKind::Status(409));
    assert_eq!(early.code.as_ref().unwrap().as_raw(), "SESSION_NOT_READY");
    world.advance(600).await;
    let configuration = world.get(&world.path("/configuration")).await.json();
    let required = configuration["capture"]["required_resources"].as_array().unwrap();
    let types: Vec<&str> = required.iter().map(|r| r["type"].as_str().unwrap()).collect();
    assert_eq!(types, ["ID_DOCUMENT", "FACE_CAPTURE", "APPLICANT_PROFILE"]);
    world.advance(600).await;
    assert_eq!(world.stage().await, Stage::Done(Verdict::Approve));
    assert_eq!(coverage::derive(world.watched().await.answers().unwrap()).counts(), (3, 3));
}

#[tokio::test]
async fn s18_has_a_pdf_instead_of_pages_and_an_advanced_identity_profile() {
    let world = ends("S18", 600, Verdict::Approve).await;
    let served = world.served().await;
    let statement = &served["resources"]["supplementary_documents"][0];
    assert!(statement.get("pages").is_none());
    let file = &statement["file"]["media"];
    assert_eq!(file["type"], "PDF");
    let path = format!("/media/{}/content", file["id"].as_str().unwrap());
    let pdf = world.get(&world.path(&path)).await;
    assert_eq!(pdf.header("content-type"), "application/pdf");
    assert!(pdf.body.starts_with(b"%PDF-1."));
    let check = check_of(&served, "SUPPLEMENTARY_DOCUMENT_TEXT_DATA_CHECK");
    assert_eq!(statement["tasks"][0]["generated_checks"][0]["id"], check["id"]);
    assert_eq!(check_of(&served, "DOCUMENT_SCHEME_VALIDITY_CHECK")["scheme"], "UK_GDS");
    let profile = &served["advanced_identity_profile"];
    assert_eq!(profile["result"], "DONE");
    let report = &profile["identity_profile_report"];
    assert_eq!(
        report["compliance"][0]["schemes_compliance"][0]["scheme"]["label"],
        "label-for-DBS"
    );
    assert!(served["import_token"]["media"]["id"].is_string());
}

#[tokio::test]
async fn s19_is_kept_raw_and_counts_as_refer() {
    let world = world("S19").await;
    world.advance(500).await;
    assert_eq!(world.stage().await, Stage::Done(Verdict::Refer));
    let watched = world.watched().await;
    let answer = watched.answers().unwrap().session.as_ref().unwrap();
    let served = world.served().await;
    let kept: Value = serde_json::from_str(&answer.raw).unwrap();
    assert_eq!(kept, served, "COMPLETED has no secret: nothing is missing");
    assert!(answer.raw.contains("123456789012345678901234567890"));
    assert!(answer.raw.contains("1.50"));
    let providers = watched.answers().unwrap().configuration().unwrap().requirements[0]
        .allowed_sources[0]
        .clone();
    assert_eq!(providers.allowed_providers.unwrap()[1].as_raw(), "XX_PARTNER");
    assert!(watched.brief.unknown_values >= 4);
}

#[tokio::test]
async fn s20_has_no_report_for_its_internal_error_and_expires() {
    let world = world("S20").await;
    world.advance(600).await;
    assert_eq!(world.served().await["state"], "ONGOING");
    let watched = world.watched().await;
    let session = watched.answers().unwrap().session().unwrap();
    let broken = session.checks.iter().find(|c| c.state == Some(CheckState::InternalError));
    assert!(broken.unwrap().report.is_none());
    world.advance(8 * 86_400).await;
    assert_eq!(world.stage().await, Stage::Expired { captured: 2 });
}

#[tokio::test]
async fn s21_is_large_and_read_in_every_part() {
    let world = ends("S21", 600, Verdict::Reject).await;
    let watched = world.watched().await;
    let session = watched.answers().unwrap().session().unwrap();
    assert_eq!(session.checks.len(), 150);
    let documents: Vec<_> = session.resources.iter().filter_map(|r| r.document()).collect();
    assert_eq!(documents.len(), 12);
    let frames = |d: &&branchwatch::domain::session::resource::Document| {
        d.pages.iter().map(|page| page.frames.len()).sum::<usize>()
    };
    assert_eq!(documents.iter().map(frames).sum::<usize>(), 300);
    assert_eq!(coverage::derive(watched.answers().unwrap()).counts(), (12, 12));
    let text = &watched.answers().unwrap().session.as_ref().unwrap().raw;
    for script in ["هيئة", "רשות", "見本", "표본", "สำนักงาน"] {
        assert!(text.contains(script), "{script}");
    }
}

#[tokio::test]
async fn s22_is_gone_after_its_deletion_and_cannot_be_deleted_before_its_end() {
    let world = world("S22").await;
    world.advance(100).await;
    let early = world.delete(&world.path("")).await;
    assert_eq!(early.error(), (409, "RESOURCE_LOCKED".to_owned()));
    world.advance(500).await;
    assert_eq!(world.stage().await, Stage::Done(Verdict::Approve));
    world.advance(1_000).await;
    assert_eq!(world.get(&world.path("")).await.error(), (404, "SESSION_NOT_FOUND".to_owned()));
    assert_eq!(world.stage().await, Stage::NotFound, "never seen by this watch");
}

#[tokio::test]
async fn s23_withholds_misses_delays_and_mislabels_media() {
    let world = ends("S23", 600, Verdict::Approve).await;
    let served = world.served().await;
    let page = &served["resources"]["id_documents"][0]["pages"][0];
    let path = |media: &Value| {
        world.path(&format!("/media/{}/content", media["media"]["id"].as_str().unwrap()))
    };
    let withheld = world.get(&path(page)).await;
    assert_eq!((withheld.status, withheld.body.len()), (204, 0));
    let missing = world.get(&path(&page["frames"][0])).await;
    assert_eq!(missing.error(), (404, "MEDIA_CONTENT_NOT_FOUND".to_owned()));
    let slow = world.signed("GET", &path(&page["frames"][1]), None);
    let slow = slow.timeout(std::time::Duration::from_millis(100)).send().await;
    assert!(slow.unwrap_err().is_timeout());
    let mislabelled = world.get(&path(&page["frames"][2])).await;
    assert_eq!(mislabelled.header("content-type"), "text/plain; charset=utf-8");
    assert!(image::load_from_memory(&mislabelled.body).is_ok(), "the bytes are a picture");
    assert_eq!(world.get(&path(&page["frames"][3])).await.header("content-type"), "image/jpeg");
}

// N10
#[tokio::test]
async fn s24_fails_in_every_way_once_and_then_answers() {
    let world = world("S24").await;
    let mut kinds = Vec::new();
    for attempt in 0..7 {
        if attempt == 4 {
            // The slow one: nobody waits eight seconds here.
            let slow = world.signed("GET", &world.path(""), None);
            let slow = slow.timeout(std::time::Duration::from_millis(100)).send().await;
            assert!(slow.unwrap_err().is_timeout());
            continue;
        }
        kinds.push(world.client.session(world.id()).await.unwrap_err().kind);
    }
    assert_eq!(kinds[0], ApiErrorKind::Unavailable(503, None));
    let two = Some(std::time::Duration::from_secs(2));
    assert_eq!(kinds[1], ApiErrorKind::TooManyRequests(two));
    assert_eq!(kinds[2], ApiErrorKind::Unavailable(502, None));
    assert!(matches!(&kinds[3], ApiErrorKind::Unreachable(Unreached::Reset)), "{kinds:?}");
    assert!(matches!(kinds[4], ApiErrorKind::NotFromYoti(_)), "{kinds:?}");
    assert!(matches!(kinds[5], ApiErrorKind::NotFromYoti(_)), "{kinds:?}");
    world.advance(600).await;
    assert_eq!(world.stage().await, Stage::Done(Verdict::Approve));
}

#[tokio::test]
async fn s25_answers_as_to_bad_credentials() {
    let world = world("S25").await;
    let session = world.client.session(world.id()).await.unwrap_err();
    assert_eq!((session.status(), session.code.unwrap().as_raw()), (Some(401), "MESSAGE_SIGNING"));
    let configuration = world.client.configuration(world.id()).await.unwrap_err();
    assert_eq!(configuration.code.unwrap().as_raw(), "APP_NOT_FOUND");
    let letter = world.client.instructions(world.id()).await.unwrap_err();
    assert_eq!(letter.status(), Some(400));
    assert_eq!(letter.errors[0].0.as_raw(), "header.X-Yoti-Auth-Digest");
}

#[tokio::test]
async fn s26_is_aborted_five_minutes_after_its_creation() {
    let world = world("S26").await;
    assert_eq!(world.served().await["client_session_token_ttl"], 301);
    world.advance(100).await;
    let served = world.served().await;
    assert_eq!(served["client_session_token_ttl"], 201, "it counts down between polls");
    let live = &served["resources"]["liveness_capture"][0];
    assert_eq!(
        (&live["liveness_type"], &live["capture_type"]),
        (&json!("STATIC"), &json!("PHOTOGRAPH"))
    );
    assert!(live["image"]["media"]["id"].is_string());
    assert_eq!(served["biometric_consent"], "2026-10-16T09:00:20.473Z");
    world.advance(300).await;
    let served = world.served().await;
    assert_eq!(
        (&served["state"], &served["client_session_token_ttl"]),
        (&json!("EXPIRED"), &json!(0))
    );
    let profile = &served["identity_profile"];
    assert_eq!(profile["result"], "ABORTED");
    let why = &profile["failure_reason"];
    assert_eq!(why["reason_code"], "MANDATORY_DOCUMENT_NOT_PROVIDED");
    assert_eq!(why["requirements_not_met_details"].as_array().unwrap().len(), 2);
    assert!(matches!(world.stage().await, Stage::Expired { .. }));
}

#[tokio::test]
async fn s27_looks_like_the_seed_on_plural_and_singular_paths() {
    let world = world("S27").await;
    let id = world.id();
    for path in [
        format!("/sessions/{id}/configuration"),
        format!("/session/{id}/configuration"),
        format!("/session/{id}/configuration/"),
    ] {
        let value = world.get(&path).await.json();
        assert_eq!(value["client_session_token_ttl"], 599);
        let required = value["capture"]["required_resources"].as_array().unwrap();
        let types: Vec<&str> = required.iter().map(|r| r["type"].as_str().unwrap()).collect();
        assert_eq!(types, ["ID_DOCUMENT", "SUPPLEMENTARY_DOCUMENT", "LIVENESS", "FACE_CAPTURE"]);
        assert!(required.iter().all(|r| r["id"] == required[0]["id"]));
        assert_eq!(
            required[0]["allowed_sources"][1]["allowed_providers"],
            json!(["UK_POST_OFFICE"])
        );
        assert_eq!(value["requested_checks"], json!([]));
    }
    let value = world.get(&format!("/session/{id}/")).await.json();
    assert_eq!(value["client_session_token_ttl"], 8924);
    assert_eq!((&value["resources"], &value["checks"]), (&json!({}), &json!([])));
    let keys: Vec<&String> = value.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["client_session_token_ttl", "session_id", "state", "resources", "checks"]);
    let value = world.get(&world.path("/configuration")).await.json();
    let requirement = |kind: &str| {
        let sources = json!([{ "type": "END_USER" }, { "type": "IBV", "allowed_providers": ["UK_POST_OFFICE"] }]);
        json!({ "type": kind, "id": value["capture"]["required_resources"][0]["id"], "state": "REQUIRED", "allowed_sources": sources })
    };
    let mut required =
        ["ID_DOCUMENT", "SUPPLEMENTARY_DOCUMENT", "LIVENESS", "FACE_CAPTURE"].map(requirement);
    required[2]["liveness_type"] = json!("ZOOM");
    required[3]["allowed_sources"]
        .as_array_mut()
        .unwrap()
        .insert(1, json!({ "type": "RELYING_BUSINESS" }));
    let seed = json!({
        "client_session_token_ttl": 599, "session_id": id.to_string(), "requested_checks": [],
        "capture": { "required_resources": required }, "sdk_config": {},
    });
    assert_eq!(value, seed);
    assert_eq!(
        world.watched().await.answers().unwrap().configuration().unwrap().requirements.len(),
        4
    );
}

#[tokio::test]
async fn s28_is_served_with_its_hostile_strings_as_they_are() {
    let world = ends("S28", 600, Verdict::Reject).await;
    let served = world.served().await;
    let reason = check_of(&served, "IBV_VISUAL_REVIEW_CHECK")["report"]["recommendation"]["reason"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(reason.len() > 5_000 && reason.contains('\u{1b}') && reason.contains('\u{200b}'));
    let check = &world.watched().await.answers().unwrap().session().unwrap().checks[0].clone();
    assert_eq!(check.recommendation(), Some(&Recommendation::Reject));
    assert_eq!(check.report.as_ref().unwrap().reason.as_ref().unwrap().as_raw(), reason);
}

#[tokio::test]
async fn s29_has_a_document_without_media_and_a_share_that_failed() {
    let world = world("S29").await;
    world.advance(100).await;
    let served = world.served().await;
    let document = &served["resources"]["id_documents"][0];
    assert_eq!(document["provider"], "DIGILOCKER");
    assert!(document.get("pages").is_none());
    let shares = &served["digital_id_shares"];
    assert_eq!(shares[0]["resource_id"], document["id"]);
    assert_eq!(shares[1]["error"]["code"], "BAD_SHARE");
    assert!(shares[1].get("resource_id").is_none());
    let watched = world.watched().await;
    assert_eq!(coverage::derive(watched.answers().unwrap()).counts(), (1, 2));
    let requirement = &watched.answers().unwrap().configuration().unwrap().requirements[0];
    assert_eq!(requirement.allowed_providers.as_ref().unwrap()[0].as_raw(), "DIGILOCKER");
    world.advance(600).await;
    assert_eq!(world.stage().await, Stage::Done(Verdict::Approve));
    assert_eq!(coverage::derive(world.watched().await.answers().unwrap()).counts(), (2, 2));
}

#[tokio::test]
async fn s30_has_bare_texts_and_nulls_and_is_read_like_s01() {
    let world = ends("S30", 600, Verdict::Approve).await;
    let served = world.served().await;
    assert_eq!(served["resources"]["id_documents"][0]["source"], "IBV");
    assert!(served["resources"]["share_codes"].is_null() && !served.to_string().contains("[]"));
    let watched = world.watched().await;
    let session = watched.answers().unwrap().session().unwrap();
    assert!(session.resources.iter().any(|r| r.source == Some(SourceType::Ibv)));
    assert_eq!(watched.brief.unknown_values, 0);
    let usual = ends("S01", 600, Verdict::Approve).await;
    let counts = coverage::derive(usual.watched().await.answers().unwrap()).counts();
    assert_eq!(coverage::derive(watched.answers().unwrap()).counts(), counts);
}

#[tokio::test]
async fn s31_previews_its_profiles_and_aborts_the_advanced_one() {
    let world = world("S31").await;
    world.advance(300).await;
    let watched = world.watched().await;
    let session = watched.answers().unwrap().session().unwrap();
    assert!(session.identity_profile_preview.is_some());
    assert!(session.advanced_identity_profile_preview.is_some());
    assert_eq!(session.organisation_name.as_ref().unwrap().as_raw(), "Specimen Organisation");
    assert_eq!(session.company_name.as_ref().unwrap().as_raw(), "Specimen Company");
    world.advance(300).await;
    assert_eq!(world.stage().await, Stage::Done(Verdict::Reject));
    let served = world.served().await;
    let summary = &check_of(&served, "WATCHLIST_ADVANCED_CA")["report"]["watchlist_summary"];
    let matching = &summary["search_config"]["matching_strategy"];
    assert_eq!(matching["type"], "FUZZY");
    assert_eq!(matching["fuzziness"].to_string(), "0.60");
    assert_eq!(served["advanced_identity_profile"]["result"], "ABORTED");
}

/// What ends COMPLETED has supplied what was required, and made the checks that were asked for.
#[tokio::test]
async fn a_session_that_completes_has_all_that_it_was_asked_for() {
    for name in ["S01", "S02", "S11", "S12", "S13", "S14", "S18", "S19", "S28", "S29", "S30", "S31"]
    {
        let world = world(name).await;
        world.advance(600).await;
        let served = world.served().await;
        assert_eq!(served["state"], "COMPLETED", "{name}");
        let configuration = world.get(&world.path("/configuration")).await.json();
        let required = configuration["capture"]["required_resources"].as_array().unwrap();
        for requirement in required {
            assert_eq!(requirement["state"], "COMPLETE", "{name}: {requirement}");
        }
        for asked in configuration["requested_checks"].as_array().unwrap() {
            assert_eq!(check_of(&served, asked.as_str().unwrap())["state"], "DONE", "{name}");
        }
        let checks = served["checks"].as_array().unwrap();
        for check in checks {
            let kind = check["type"].as_str().unwrap();
            let makes = kind.ends_with("_TEXT_DATA_CHECK") || kind.starts_with("WATCHLIST_");
            let made = check["generated_media"].as_array().is_some_and(|made| !made.is_empty());
            assert_eq!(made, makes, "{name}: {kind}");
        }
    }
}
