//! What the list needs stands in the brief: it says of checks, resources, requirements, letter and
//! events what the answers say, for every scenario and for its mutated answers.

use branchwatch::domain::assessment::asked_document::asked_document;
use branchwatch::domain::assessment::coverage;
use branchwatch::domain::assessment::requested::expected;
use branchwatch::domain::brief::Brief;
use branchwatch::domain::brief::bounds::{LONGEST, MOST};
use branchwatch::domain::brief::result::ResultBrief;
use branchwatch::domain::brief::times::{BriefTimes, TimeOf};
use branchwatch::domain::events::change::ChangeKind;
use branchwatch::domain::server_text::ServerText;
use branchwatch::domain::session::parts::Part;
use branchwatch::domain::session::wire_enum::{
    IdentityProfileOutcome, RequirementType, SourceType, TaskState,
};

use branchwatch::persist::brief_text;

use super::*;

/// A text as far as a brief keeps it.
fn raw(text: Option<&ServerText>) -> Option<&str> {
    text.map(|text| text.as_raw().split_at(text.as_raw().floor_char_boundary(LONGEST)).0)
}

fn says_the_same(watched: &WatchedSession) {
    let (brief, answers) = (&*watched.brief, watched.answers().unwrap());
    assert_eq!(brief_text::read(&brief_text::text(brief)).as_ref(), Some(brief), "as it is stored");
    let later = an_hour_later(answers);
    let again = Brief::of(&later, watched.timeline().unwrap());
    assert_eq!(brief.at_times_of(&later), again, "nothing new was answered");
    assert_eq!(brief.result.is_some(), answers.session.is_some());
    if let (Some(brief), Some(answer)) = (&brief.result, &answers.session) {
        assert_eq!(brief.fetched_at.at(), answer.fetched_at);
        of_result(brief, &answer.value);
        of_times(&watched.brief.times, &answer.value);
    }
    of_requirements(brief, answers);
    of_letter(brief, answers);
    of_events(watched);
}

/// The same answers once more: clocks are other.
fn an_hour_later(answers: &Answers) -> Answers {
    let mut later = answers.clone();
    let hour = SignedDuration::from_hours(1);
    if let Some(answer) = later.session.as_mut().map(Arc::make_mut) {
        answer.fetched_at += hour;
        answer.value.client_session_token_ttl = Some(7);
    }
    if let Some(answer) = later.configuration.as_mut().map(Arc::make_mut) {
        answer.fetched_at += hour;
        answer.value.client_session_token_ttl = None;
    }
    match &mut later.letter {
        Letter::Set(answer) => Arc::make_mut(answer).fetched_at += hour,
        Letter::NotSet(at) => *at += hour,
        Letter::NotKnown => {}
    }
    later
}

fn of_result(brief: &ResultBrief, session: &Session) {
    assert_eq!((&brief.state, brief.ttl), (&session.state, session.client_session_token_ttl));
    of_checks(brief, session);
    of_profiles(brief, session);
    of_resources(brief, session);
}

fn of_checks(brief: &ResultBrief, session: &Session) {
    assert_eq!(brief.checks.len(), session.checks.len());
    for (brief, check) in brief.checks.iter().zip(&session.checks) {
        assert_eq!((&brief.check_type, &brief.state), (&check.check_type, &check.state));
        assert_eq!(brief.recommendation.as_ref(), check.recommendation());
        let reason = check.report.as_ref().and_then(|report| report.reason.as_ref());
        assert_eq!(raw(brief.reason.as_ref()), raw(reason));
        assert_eq!(brief.is_approved(), check.is_approved());
        assert_eq!(brief.is_finished(), check.is_finished());
        assert_eq!(brief.is_of_known_type(), check.is_of_known_type());
    }
    assert_eq!(brief.unreadable_checks, session.unreadable_checks);
    let finished = session.checks.iter().all(Check::is_finished);
    let mut tasks = session.resources.iter().flat_map(|resource| &resource.tasks);
    let pending = tasks.any(|task| task.state == Some(TaskState::Pending));
    assert_eq!(brief.checks_running, pending || !finished);
}

fn of_profiles(brief: &ResultBrief, session: &Session) {
    for (brief, profile) in brief.profiles.iter().zip(session.profiles()) {
        assert_eq!((brief.is_met(), brief.is_aborted()), (profile.is_met(), profile.is_aborted()));
        assert_eq!(raw(brief.reason_code.as_ref()), raw(profile.reason_code()));
        assert!(brief.result != Some(IdentityProfileOutcome::Done) || profile.result.is_some());
    }
    assert_eq!(brief.profiles.len(), session.profiles().count());
}

fn of_resources(brief: &ResultBrief, session: &Session) {
    assert_eq!(brief.resources.len(), session.resources.len());
    for (brief, resource) in brief.resources.iter().zip(&session.resources) {
        let document = resource.document();
        let kind = document.and_then(|document| document.document_type.as_ref());
        let country = document.and_then(|document| document.issuing_country.as_ref());
        assert_eq!(raw(brief.document_type.as_ref()), raw(kind));
        assert_eq!(raw(brief.country.as_ref()), raw(country));
        assert_eq!(brief.source, resource.source);
    }
    let count = |wanted: &SourceType| {
        session.resources.iter().filter(|resource| resource.source.as_ref() == Some(wanted)).count()
    };
    assert_eq!(brief.captured, session.resources.len() - count(&SourceType::RelyingBusiness));
    assert_eq!(brief.from_branch, count(&SourceType::Ibv) > 0);
    assert_eq!(brief.from_home, count(&SourceType::EndUser) > 0);
}

fn of_times(brief: &BriefTimes, session: &Session) {
    let in_branch = || session.resources.iter().filter(|r| r.source == Some(SourceType::Ibv));
    let last = in_branch().filter_map(Resource::last_activity).max();
    assert_eq!(brief.visits().last(), last);
    assert_eq!(brief.get(TimeOf::FirstVisit), in_branch().filter_map(|r| r.created_at).min());
    let times = session.checks.iter().filter_map(|check| check.last_updated.or(check.created));
    assert_eq!(brief.get(TimeOf::LastCheck), times.max());
}

fn of_requirements(brief: &Brief, answers: &Answers) {
    let coverage = coverage::derive(answers);
    assert_eq!((brief.covered.supplied, brief.covered.of), coverage.counts());
    let Some(configuration) = answers.configuration() else {
        assert_eq!(brief.configuration, None);
        return;
    };
    let known = brief.configuration.as_ref().unwrap();
    assert_eq!(known.ttl, configuration.client_session_token_ttl);
    assert_eq!(known.requested.expected, expected(configuration, &coverage).len());
    let covers = configuration.requirements.iter().zip(&coverage.requirements);
    let missing = covers.filter(|(_, cover)| !cover.supplied);
    let letter = answers.instructions();
    let missing: Vec<&str> = missing
        .filter_map(|(required, _)| match asked_document(required, letter) {
            Some(asked) => Some(asked.document_type.as_raw()),
            None => required.requirement_type.as_ref().map(RequirementType::as_raw),
        })
        .collect();
    let kept: Vec<&str> = brief.covered.missing.iter().map(ServerText::as_raw).collect();
    assert_eq!(kept, missing);
    for required in &configuration.requirements {
        let types = required.assessments.iter().map(|assessment| &assessment.check_type);
        for kind in configuration.requested_checks.iter().chain(types) {
            assert!(known.requested.checks.contains(kind), "{kind:?}");
        }
        let providers =
            required.allowed_sources.iter().filter_map(|s| s.allowed_providers.as_ref());
        for provider in providers.flatten() {
            let kept = known.requested.providers.iter().map(|kept| raw(Some(kept)));
            assert!(kept.into_iter().any(|kept| kept == raw(Some(provider))));
        }
    }
}

fn of_letter(brief: &Brief, answers: &Answers) {
    assert_eq!(brief.letter.is_set(), answers.instructions().is_some());
    assert_eq!(brief.letter.fetched_at(), answers.letter.fetched_at());
    let branch = answers.instructions().and_then(|letter| letter.branch.as_ref());
    assert_eq!(brief.letter.branch().is_some(), branch.is_some());
    if let (Some(brief), Some(branch)) = (brief.letter.branch(), branch) {
        assert_eq!(raw(brief.name.as_ref()), raw(branch.name.as_ref()));
        assert_eq!(raw(brief.fad_code.as_ref()), raw(branch.fad_code.as_ref()));
        assert_eq!(raw(brief.post_code.as_ref()), raw(branch.post_code.as_ref()));
        assert_eq!(raw(Some(&brief.called())), raw(Some(&branch.called())));
    }
}

fn of_events(watched: &WatchedSession) {
    let (events, timeline) = (watched.brief.events(), &watched.timeline().unwrap());
    assert_eq!(events.number, timeline.len());
    assert_eq!(events.first_seen, timeline.first().map(|event| event.seen_at));
    assert_eq!(events.last_seen, timeline.last().map(|event| event.seen_at));
    assert_eq!(events.last, timeline.last().map(|event| event.what.spec().short));
    let of_part = |part| {
        let told = timeline.iter().filter(|event| event.what != ChangeKind::FirstSeen);
        told.filter(|event| event.what.spec().part == part).map(|event| event.seen_at).max()
    };
    assert_eq!(events.newest.session, of_part(Part::Session));
    assert_eq!(events.newest.configuration, of_part(Part::Configuration));
    assert_eq!(events.newest.letter, of_part(Part::Letter));
}

fn pairs(all: &[Served]) -> Vec<(Kind, &Value)> {
    all.iter().map(|served| (served.kind, &served.value)).collect()
}

#[test]
fn at_every_step_of_every_scenario() {
    for step in STEPS.iter() {
        let all = served(step);
        says_the_same(&watched(&pairs(&all)));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(EXPORTED))]

    #[test]
    fn of_mutated_answers(
        step in step(),
        answer in any::<prop::sample::Index>(),
        place in any::<prop::sample::Index>(),
        what in mutation(),
    ) {
        let mut all = served(&step);
        let number = answer.index(all.len());
        let original = without_secrets(&all[number].value);
        let mut found = Vec::new();
        places(&original, &Vec::new(), &mut found);
        let value = mutated(&original, &found[place.index(found.len())], &what);
        // What cannot be read at all is no answer.
        if read(all[number].kind, &value).is_ok() {
            all[number].value = value;
            says_the_same(&watched(&pairs(&all)));
        }
    }
}

// C04
#[test]
fn a_hostile_answer_makes_no_large_brief() {
    let mut session = everything().remove(0).value;
    let text = "x".repeat(1_000);
    let check = json!({
        "id": text, "type": text, "state": text, "resources_used": [],
        "report": { "recommendation": { "value": text, "reason": text }, "breakdown": [] },
    });
    session["checks"] = Value::Array(vec![check; 300]);
    let document = json!({ "id": text, "document_type": text, "issuing_country": text,
        "source": { "type": text }, "pages": [], "tasks": [] });
    session["resources"]["id_documents"] = Value::Array(vec![document; 300]);
    let watched = watched(&[(Kind::Session, &session)]);
    let result = watched.brief.result.as_ref().unwrap();
    assert_eq!((result.checks.len(), result.checks_left_out), (MOST, 300 - MOST));
    assert!(raw(result.checks[0].reason.as_ref()).is_some_and(|text| text.len() == LONGEST));
    let stored = brief_text::text(&watched.brief).len();
    assert!(stored < 64_000, "{stored} bytes");
}
