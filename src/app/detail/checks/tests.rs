//! What the checks pane says, told by made-up sessions.

use std::collections::BTreeSet;

use super::*;
use crate::domain::fixture as f;
use crate::domain::session::ids::{MediaId, TaskId};
use crate::domain::session::resource::{GeneratedCheck, Liveness, Media, Task};
use crate::domain::session::watchlist::{
    Matching, SearchSources, WatchlistSearch, WatchlistSummary,
};
use crate::domain::session::wire_enum::{Recommendation as R, *};
use crate::domain::session::{check::SubCheck, configuration::Assessment};

/// Every row as a line: sign, and its cells that are not empty.
pub(super) fn said(rows: &[CheckRow]) -> Vec<String> {
    let line = |row: &CheckRow| {
        let glyph = match row.glyph.0 {
            Glyph::Approve => "✓",
            Glyph::Reject => "✗",
            Glyph::Refer => "?",
            Glyph::NotYet => "·",
            _ => "",
        };
        let cells = [&row.name, &row.on, &row.state, &row.recommendation, &row.reason];
        let cells = [glyph].into_iter().chain(cells.map(|cell| cell.text.as_str()));
        cells.filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ")
    };
    rows.iter().map(line).collect()
}

fn times() -> Times {
    let mut times = Times::in_utc(f::now());
    times.openness.privacy = crate::domain::personal::Privacy::Off;
    times
}

/// The rows of a session with everything open, in a wide pane.
pub(super) fn opened(session: Session) -> Vec<CheckRow> {
    let mut open: BTreeSet<String> =
        session.checks.iter().map(|check| check.id.text().as_raw().to_owned()).collect();
    open.extend(["identity_profile", "advanced_identity_profile"].map(str::to_owned));
    checks(&f::open(f::watched(Some(session), None, None)), &open, &times(), 160).0
}

fn closed(session: Session) -> Vec<CheckRow> {
    checks(&f::open(f::watched(Some(session), None, None)), &BTreeSet::new(), &times(), 160).0
}

#[track_caller]
pub(super) fn has(rows: &[CheckRow], wanted: &[&str]) {
    let lines = said(rows);
    for line in wanted {
        assert!(lines.iter().any(|l| l == line), "{line:?} is not among {lines:#?}");
    }
}

#[track_caller]
fn has_not(rows: &[CheckRow], unwanted: &str) {
    let lines = said(rows);
    assert!(!lines.iter().any(|line| line.contains(unwanted)), "{unwanted:?} is in {lines:#?}");
}

pub(super) fn media(id: &str, kind: MediaType) -> Media {
    Media {
        id: MediaId::new(id),
        media_type: Some(kind),
        role: "content".to_owned(),
        created: None,
        last_updated: None,
    }
}

fn of_type(name: &str, kind: &str, used: &[&str], value: &str, reason: Option<&str>) -> Check {
    let mut check = f::check(name, Some(Recommendation::from_wire(value)));
    check.check_type = Some(CheckType::from_wire(kind));
    check.resources_used = used.iter().map(|id| ResourceId::new(*id)).collect();
    if let Some(report) = &mut check.report {
        report.reason = reason.map(Into::into);
    }
    check
}

pub(super) fn done(checks: Vec<Check>) -> Session {
    let mut session = f::session(SessionState::Completed);
    session.resources = vec![
        f::document("bill", "UTILITY_BILL", SourceType::Ibv, f::minutes_ago(20)),
        f::document("pass", "PASSPORT", SourceType::Ibv, f::minutes_ago(30)),
    ];
    session.checks = checks;
    session
}

fn liveness(name: &str, minutes: i64) -> Resource {
    let kind = ResourceKind::Liveness(Liveness {
        liveness_type: Some(crate::domain::session::wire_enum::LivenessType::Zoom),
        ..Liveness::default()
    });
    let at = f::minutes_ago(minutes);
    Resource { kind, ..f::document(name, "", SourceType::EndUser, at) }
}

#[test]
fn checks_stand_by_document_in_the_order_of_capture_and_the_whole_session_comes_last() {
    let rows = closed(done(vec![
        of_type("1", "THIRD_PARTY_IDENTITY", &["pass"], "CONSIDER", Some("NO_MATCH")),
        of_type("2", "IBV_VISUAL_REVIEW_CHECK", &["bill"], "APPROVE", None),
        of_type("3", "ID_DOCUMENT_FACE_MATCH", &["pass", "gone"], "REJECT", None),
        of_type("4", "IBV_VISUAL_REVIEW_CHECK", &["pass"], "APPROVE", None),
        of_type("5", "ID_DOCUMENT_COMPARISON", &["pass", "bill"], "APPROVE", None),
    ]));
    let expected = [
        "PASSPORT · GBR · from IBV 1✓ 1✗",
        "✗ ID_DOCUMENT_FACE_MATCH DONE REJECT",
        "✓ IBV_VISUAL_REVIEW_CHECK DONE APPROVE",
        "UTILITY_BILL · GBR · from IBV 1✓",
        "✓ IBV_VISUAL_REVIEW_CHECK DONE APPROVE",
        "whole session 1✓ 1?",
        "? THIRD_PARTY_IDENTITY PASSPORT DONE CONSIDER NO_MATCH",
        "✓ ID_DOCUMENT_COMPARISON PASSPORT + UTILITY_BILL DONE APPROVE",
    ];
    assert_eq!(said(&rows), expected);
}

#[test]
fn a_reason_is_explained_with_a_next_step_and_an_unknown_one_is_raw_with_a_mark() {
    let check = |reason| of_type("1", "ID_DOCUMENT_AUTHENTICITY", &["pass"], "REJECT", reason);
    let known = opened(done(vec![check(Some("TAMPERED"))]));
    has(&known, &["✗ ID_DOCUMENT_AUTHENTICITY DONE REJECT TAMPERED", "reason TAMPERED"]);
    has(&known, &["means Yoti found signs that the document was altered."]);
    assert!(said(&known).iter().any(|line| line.starts_with("next step Handle it by")));
    let unknown = opened(done(vec![check(Some("MADE_UP"))]));
    has(&unknown, &["✗ ID_DOCUMENT_AUTHENTICITY DONE REJECT MADE_UP (not known)"]);
    has(&unknown, &["reason MADE_UP (not known)"]);
    has_not(&unknown, "means");
    let none = opened(done(vec![check(None)]));
    has(&none, &["reason Yoti gave none.", "means The check failed in Yoti's view."]);
}

#[test]
fn parts_tell_process_and_details_and_only_those_that_did_not_pass_are_explained() {
    let mut check = of_type("1", "ID_DOCUMENT_FACE_MATCH", &["pass"], "REJECT", None);
    let part = |name: &str, result, process| SubCheck {
        name: name.into(),
        result: Some(result),
        process: Some(process),
        details: vec![("confidence_score".into(), "0.21".into())],
    };
    let report = check.report.as_mut().unwrap();
    report.breakdown = vec![
        part("ai_face_match", SubCheckResult::Pass, Process::Automated),
        part("manual_face_match", SubCheckResult::Fail, Process::ExpertReview),
        part("new_part", SubCheckResult::from_wire("MAYBE"), Process::from_wire("COMMITTEE")),
    ];
    report.recovery_suggestion = Some("BETTER_LIGHTING".into());
    let rows = opened(done(vec![check]));
    has(
        &rows,
        &[
            "✓ ai_face_match AUTOMATED PASS",
            "✗ manual_face_match EXPERT_REVIEW FAIL",
            "confidence_score 0.21",
            "looks at Whether an expert finds that the two faces match.",
            "? new_part (not known) COMMITTEE (not known) MAYBE (not known)",
            "suggests BETTER_LIGHTING",
            "means The next capture needs better light.",
        ],
    );
    has_not(&rows, "Whether a machine");
}

#[test]
fn a_check_that_ended_without_a_report_says_what_that_is() {
    let mut check = of_type("1", "ID_DOCUMENT_AUTHENTICITY", &["pass"], "APPROVE", None);
    check.report = None;
    check.state = Some(CheckState::InternalError);
    let rows = opened(done(vec![check.clone()]));
    has(&rows, &["? ID_DOCUMENT_AUTHENTICITY INTERNAL_ERROR"]);
    has(&rows, &["means Yoti could not finish this check; that says nothing about the applicant."]);
    has_not(&rows, "breakdown");
    check.state = Some(CheckState::Done);
    has(
        &opened(done(vec![check.clone()])),
        &["report DONE, but without a report: there is no recommendation."],
    );
    check.state = None;
    has(&opened(done(vec![check])), &["state The response has no state for this check."]);
}

#[test]
fn an_unknown_check_is_shown_from_its_report_and_is_never_a_pass() {
    let mut check = of_type("1", "AURA_READING", &["pass"], "APPROVE", None);
    check.extra =
        vec![("report.colour".into(), "violet".into()), ("report.depth".into(), "3".into())];
    let rows = opened(done(vec![check]));
    has(
        &rows,
        &[
            "PASSPORT · GBR · from IBV 1?",
            "? AURA_READING (not known) DONE APPROVE",
            "not known This build does not know this check: it counts as refer, whatever its result.",
            "not known report.colour violet",
            "report.depth 3",
        ],
    );
    let mut session = done(Vec::new());
    session.unreadable_checks = 1;
    has(&closed(session), &["? a check that could not be read"]);
}

#[test]
fn checks_of_an_earlier_attempt_are_marked() {
    let mut session = done(vec![
        of_type("2", "LIVENESS", &["second"], "APPROVE", None),
        of_type("1", "LIVENESS", &["first"], "REJECT", None),
    ]);
    session.resources = vec![liveness("second", 10), liveness("first", 20)];
    let rows = opened(session);
    has(
        &rows,
        &[
            "LIVENESS ZOOM · from END_USER · earlier attempt 1✗",
            "LIVENESS ZOOM · from END_USER 1✓",
            "attempt Superseded by a later attempt; its result still counts for the stage.",
            "used LIVENESS ZOOM · earlier attempt first",
            "used LIVENESS ZOOM second",
        ],
    );
}

#[test]
fn a_watchlist_check_tells_its_hits_countries_and_how_it_searched_never_the_key() {
    let mut check = of_type("1", "WATCHLIST_ADVANCED_CA", &[], "CONSIDER", Some("POTENTIAL_MATCH"));
    let summary = |search| WatchlistSummary {
        total_hits: Some("2".into()),
        associated_country_codes: vec!["GBR".into(), "FRA".into()],
        raw_results: Some(media("raw", MediaType::Json)),
        search: Some(search),
    };
    let advanced = WatchlistSearch {
        account: Some(WatchlistAccount::Custom),
        remove_deceased: Some(true),
        sources: Some(SearchSources {
            kind: Some(WatchlistSources::TypeList),
            types: vec!["pep".into(), "warning".into()],
            search_profile: None,
        }),
        matching: Some(Matching {
            kind: Some(MatchingStrategy::Fuzzy),
            exact_match: None,
            fuzziness: Some("0.8".into()),
        }),
        monitoring: Some(false),
        client_ref: Some("case-7".into()),
        tags: vec![("team".into(), "a".into())],
        ..WatchlistSearch::default()
    };
    check.generated_profile = Some(media("fed", MediaType::Json));
    check.report.as_mut().unwrap().watchlist = Some(summary(advanced));
    has(
        &opened(done(vec![check.clone()])),
        &[
            "hits 2 in total, by Yoti's count",
            "countries GBR FRA",
            "results JSON raw · the hits themselves, personal data",
            "search account WITH_CUSTOM_ACCOUNT, its api_key never shown",
            "sources TYPE_LIST pep warning",
            "matching FUZZY fuzziness 0.8",
            "remove_deceased yes",
            "monitoring no",
            "client_ref case-7",
            "tag team a",
            "profile JSON fed · what was searched for, personal data",
            "used no resource given",
        ],
    );
    let screening = WatchlistSearch {
        categories: vec!["ADVERSE-MEDIA".into(), "SANCTIONS".into()],
        ..WatchlistSearch::default()
    };
    check.report.as_mut().unwrap().watchlist = Some(summary(screening));
    has(&opened(done(vec![check])), &["search categories ADVERSE-MEDIA, SANCTIONS"]);
}

#[test]
fn a_check_tells_its_scheme_what_it_made_and_the_task_that_it_came_from() {
    let mut check = of_type("1", "ID_DOCUMENT_TEXT_DATA_CHECK", &["pass"], "APPROVE", None);
    check.scheme = Some("UK_DBS".into());
    check.generated_media = vec![media("made", MediaType::Json)];
    check.created = Some(f::minutes_ago(10));
    check.last_updated = Some(f::minutes_ago(9));
    let mut session = done(vec![check]);
    session.resources[1].tasks.push(Task {
        id: TaskId::new("t"),
        task_type: Some(TaskType::IdDocumentTextDataExtraction),
        state: None,
        created: None,
        last_updated: None,
        generated_checks: vec![GeneratedCheck {
            id: crate::domain::session::ids::CheckId::new("1"),
            check_type: None,
        }],
        generated_media: Vec::new(),
        recommendation: None,
        reason: None,
        reason_detail: None,
    });
    has(
        &opened(session),
        &[
            "✓ ID_DOCUMENT_TEXT_DATA_CHECK DONE APPROVE UK_DBS",
            "scheme UK_DBS",
            "made JSON made",
            "from task ID_DOCUMENT_TEXT_DATA_EXTRACTION",
            "times created 09:17:31Z · updated 09:18:31Z",
            "check id 1",
        ],
    );
}

#[test]
fn what_was_requested_stands_by_requirement_and_never_looks_like_a_result() {
    let mut id = f::requirement("id", RequirementType::IdDocument, &["PASSPORT"]);
    let assessment = |kind| Assessment { check_type: kind, state: None, scheme: None };
    id.assessments = vec![assessment(CheckType::IbvVisualReview)];
    let mut proof = f::requirement("proof", RequirementType::SupplementaryDocument, &[]);
    proof.assessments = vec![assessment(CheckType::IbvVisualReview)];
    let mut configuration = f::configuration(vec![id, proof]);
    configuration.requested_checks = vec![CheckType::IdDocumentAuthenticity];
    let mut session = f::session(SessionState::Ongoing);
    session.resources.push(f::document("p", "PASSPORT", SourceType::Ibv, f::minutes_ago(2)));
    let letter = f::letter(&[("proof", "UTILITY_BILL")]);
    let watched = f::watched(Some(session), Some(configuration), Some(letter));
    let (rows, summary) = checks(&f::open(watched), &BTreeSet::new(), &times(), 80);
    let expected = [
        "PASSPORT · GBR · from IBV 1·",
        "· IBV_VISUAL_REVIEW_CHECK requested",
        "UTILITY_BILL · GBR · not supplied yet 1·",
        "· IBV_VISUAL_REVIEW_CHECK requested",
        "whole session 1·",
        "· ID_DOCUMENT_AUTHENTICITY requested",
    ];
    assert_eq!(
        (said(&rows), summary.as_str()),
        (expected.map(str::to_owned).to_vec(), "0 of 3 reported")
    );
}

#[test]
fn long_texts_go_on_over_lines_that_fit_the_pane() {
    let check = of_type("1", "ID_DOCUMENT_AUTHENTICITY", &["pass"], "REJECT", Some("TAMPERED"));
    let open = BTreeSet::from(["1".to_owned()]);
    let watched = f::watched(Some(done(vec![check])), None, None);
    let rows = checks(&f::open(watched), &open, &times(), 52).0;
    let texts: Vec<&CheckRow> = rows.iter().filter(|row| row.form == CheckForm::Text).collect();
    assert!(texts.iter().all(|row| row.reason.text.chars().count() <= 52 - 15), "{texts:#?}");
    assert!(texts.iter().any(|row| row.name.text.is_empty()), "some go on: {texts:#?}");
    let keys: BTreeSet<&str> = rows.iter().map(|row| row.key.as_str()).collect();
    assert_eq!(keys.len(), rows.len(), "every row has a key of its own");
}

#[test]
fn the_pane_opens_on_the_first_reject_else_on_what_is_to_be_looked_at() {
    let session = |advice: &[Option<Recommendation>]| {
        let mut session = f::session(SessionState::Completed);
        let checks = advice.iter().enumerate();
        session.checks =
            checks.map(|(n, advice)| f::check(&n.to_string(), advice.clone())).collect();
        session
    };
    let opens_on = |session: Session| {
        let rows = closed(session);
        first_failing(&rows).map(|at| rows[at].key.clone())
    };
    for (advice, key) in [
        (&[Some(R::Approve), Some(R::NotAvailable), Some(R::Reject)][..], Some("2")),
        (&[Some(R::Approve), Some(R::Consider), Some(R::NotAvailable)], Some("1")),
        (&[Some(R::Approve), Some(R::Approve)], Some("0")),
        (&[], None),
    ] {
        assert_eq!(opens_on(session(advice)).as_deref(), key, "{advice:?}");
    }
    let mut aborted = session(&[Some(R::Approve)]);
    aborted.identity_profile = Some(crate::domain::session::profile::IdentityProfile {
        result: Some(crate::domain::session::wire_enum::IdentityProfileOutcome::Aborted),
        ..Default::default()
    });
    assert_eq!(opens_on(aborted).as_deref(), Some("identity_profile"));
}
