//! Tables of every field and every error, and properties that hold for any text.

use std::collections::HashSet;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::*;
use crate::app::list::summary::SessionSummary;
use crate::domain::assessment::rules::Rules;
use crate::domain::events::change::{ChangeKind, Origin, TimelineEvent};
use crate::domain::fixture as f;
use crate::domain::server_text::ServerText;
use crate::domain::session::check::Report;
use crate::domain::session::ids::SessionId;
use crate::domain::session::instructions::Branch;
use crate::domain::session::wire_enum::{
    CheckType, Recommendation, RequirementType, SessionState, SourceType,
};
use crate::domain::watchlist::watched::WatchedSession;

/// A session with something in every field: due in 6 days, seen 10 minutes ago, changed 2 hours ago.
pub(super) fn full() -> WatchedSession {
    let mut session = f::session(SessionState::Ongoing);
    session.resources.push(f::document("p", "PASSPORT", SourceType::Ibv, f::minutes_ago(120)));
    let mut check = f::check("c", None);
    check.report = Some(Report {
        recommendation: Some(Recommendation::NotAvailable),
        reason: Some(ServerText::from("PHOTO_TOO_BLURRY")),
        ..Report::default()
    });
    session.checks.push(check);
    let mut requirement = f::requirement("a", RequirementType::IdDocument, &["PASSPORT"]);
    requirement.allowed_sources[0].allowed_providers = Some(vec!["UK_POST_OFFICE".into()]);
    let bill = f::requirement("b", RequirementType::SupplementaryDocument, &["UTILITY_BILL"]);
    let mut letter = f::letter(&[("a", "PASSPORT")]);
    letter.branch = Some(Branch {
        name: Some("St Neots".into()),
        fad_code: Some("0040037".into()),
        post_code: Some("PE19 1AA".into()),
        ..Branch::default()
    });
    let configuration = f::configuration(vec![requirement, bill]);
    let mut watched = f::watched(Some(session), Some(configuration), Some(letter));
    let mut entry = f::entry();
    entry.reference = Some("DBS-2291".into());
    entry.tags = vec!["Team-A".into(), "urgent".into()];
    watched.entry = Arc::new(entry);
    Arc::make_mut(&mut watched.own).note = "Call back on Monday".into();
    watched.poll.last_ok = f::minutes_ago(10).into();
    let event = |what, minutes| TimelineEvent {
        at: f::minutes_ago(minutes),
        seen_at: f::minutes_ago(minutes - 1),
        source: None,
        what,
        origin: Origin::Observed,
    };
    watched.happened(vec![event(ChangeKind::FirstSeen, 240), event(ChangeKind::Other, 120)]);
    watched
}

pub(super) fn subject<'a>(
    session: &'a WatchedSession,
    summary: &'a SessionSummary,
    marks: &'a HashSet<SessionId>,
    now: Timestamp,
) -> Subject<'a> {
    let new = session.personal.looked_at.get().is_none();
    Subject { session, summary, now, changed: false, new, marks }
}

pub(super) fn holds(text: &str, session: &WatchedSession) -> bool {
    let summary = SessionSummary::of(session, &Rules::default(), f::now());
    let query = Query::parse(text).unwrap_or_else(|why| panic!("{text}: {why:?}"));
    query.holds(&subject(session, &summary, &HashSet::new(), f::now()))
}

#[track_caller]
pub(super) fn each(session: &WatchedSession, table: &[(&str, bool)]) {
    for (text, shown) in table {
        assert_eq!(holds(text, session), *shown, "{text}");
    }
}

#[test]
fn every_field_holds_what_its_name_says() {
    each(
        &full(),
        &[
            ("", true),
            ("ref:2291", true),
            ("ref=dbs-2291", true),
            ("ref=dbs", false),
            ("ref!=dbs", true),
            ("session:1c3cae90", true),
            ("state:ongoing", true),
            ("state=ONGOING", true),
            ("state:completed", false),
            ("stage:turned", true),
            ("stage:turned_away", true),
            ("stage=\"turned away?\"", true),
            ("stage=gone", false),
            ("stage!=visited", true),
            ("stage:re:/^turned/", true),
            ("check:visual", true),
            ("check=IBV_VISUAL_REVIEW_CHECK", true),
            ("check:LIVENESS", false),
            ("result:NOT_AVAILABLE", true),
            ("result=approve", false),
            ("reason:blurry", true),
            ("reason:re:/PHOTO_.*Y$/", true),
            ("reason:re:/^BLURRY/", false),
            ("doc:passport", true),
            ("doc=GBR", true),
            ("doc:bill", false),
            ("source=ibv", true),
            ("source:end_user", false),
            ("provider:post_office", true),
            ("branch:neots", true),
            ("branch=0040037", true),
            ("branch:PE19", true),
            ("branch:\"St Neots\"", true),
            ("branch:Moorgate", false),
            ("tag:team", true),
            ("tag=team", false),
            ("tag!=chased", true),
            ("tag!=urgent", false),
            ("tag:\"\"", true),
            ("note:\"call back\"", true),
            ("note:tuesday", false),
            ("!note:\"\"", false),
        ],
    );
}

#[test]
fn times_and_counts_are_compared() {
    each(
        &full(),
        &[
            ("due<7d", true),
            ("due<24h", false),
            ("due>5d", true),
            ("due:none", false),
            ("due:passed", false),
            ("seen<1h", true),
            ("seen>1h", false),
            ("seen>9m", true),
            ("seen:never", false),
            ("changed<1h", false),
            ("changed<3h", true),
            ("changed>1h30m", true),
            ("docs:1/2", true),
            ("docs=1", true),
            ("docs:1/3", false),
            ("docs!=1/3", true),
            ("docs<2", true),
            ("docs>1", false),
        ],
    );
    let bare = f::watched(None, None, None);
    each(
        &bare,
        &[
            ("due:none", true),
            ("due<7d", false),
            ("due>7d", false),
            ("seen:never", true),
            ("changed:never", true),
            ("docs<1", false),
            ("docs:0/0", false),
            ("stage:\"not fetched\"", true),
            ("state:\"\"", false),
        ],
    );
}

#[test]
fn a_check_that_is_only_requested_is_found_by_its_type() {
    let mut configuration = f::configuration(Vec::new());
    configuration.requested_checks.push(CheckType::Liveness);
    let session = f::session(SessionState::Ongoing);
    let watched = f::watched(Some(session), Some(configuration), None);
    each(&watched, &[("check:liveness", true), ("result:approve", false)]);
}

#[test]
fn conditions_are_joined_by_and_or_not_and_brackets() {
    each(
        &full(),
        &[
            ("tag:urgent state:ongoing", true),
            ("tag:urgent and state:ongoing", true),
            ("tag:urgent state:completed", false),
            ("tag:chased or tag:urgent", true),
            ("tag:chased OR tag:x", false),
            ("tag:urgent tag:x or state:ongoing", true),
            ("tag:urgent (tag:x or state:completed)", false),
            ("!tag:chased", true),
            ("not tag:urgent", false),
            ("!(tag:chased or tag:urgent)", false),
            ("!!tag:urgent", true),
            ("!due<24h", true),
            ("tag:x or !(tag:y) dbs", true),
        ],
    );
}

// U14
#[test]
fn patterns_that_hold_up_other_engines_are_answered_on_a_long_text() {
    let mut session = full();
    Arc::make_mut(&mut session.own).note = "a".repeat(100_000) + "!";
    for (pattern, found) in [
        ("(a+)+$", false),
        ("(a|a)*b", false),
        ("(.*)*x", false),
        (r"(\w+\s?)*$", true),
        ("(a?){30}a{30}", true),
    ] {
        assert_eq!(holds(&format!("note:re:/{pattern}/"), &session), found, "{pattern}");
    }
}

// U14
#[test]
fn an_error_points_at_its_character_and_says_what_was_expected() {
    for (text, at, what) in [
        ("tag:urgent stge:x", 11, "did you mean stage?"),
        ("stage:awaitng", 6, "did you mean awaiting_visit?"),
        ("stage=turned", 6, "did you mean turned_away?"),
        ("stage:foo", 6, "choose from: not_fetched_yet, letter_not_set"),
        ("xyz:x", 0, "choose from: ref, session"),
        ("is:nwe", 3, "did you mean new?"),
        ("is:foo", 3, "choose from: attention, changed, new"),
        ("is<3", 3, "expected : or !="),
        ("is:", 3, "expected a value for is"),
        ("dbs tag:", 8, "expected a value for tag"),
        ("dbs :x", 4, "expected a field before this sign"),
        ("(a or b", 7, "expected )"),
        ("a)", 1, "no matching ("),
        ("a or", 4, "both sides"),
        ("or a", 0, "both sides"),
        ("a or or b", 5, "both sides"),
        ("()", 1, "inside the brackets"),
        ("a !", 3, "expected a condition after !"),
        ("\"a", 0, "closing \""),
        ("x re:/a", 2, "closing /"),
        ("re:/a(/", 4, "this pattern cannot be read: unclosed group"),
        ("re:/a/i", 6, "expected a blank"),
        ("re:/(\\w{99}){99}/", 4, "too large"),
        ("due<soon", 4, "expected a duration"),
        ("due<=24h", 4, "expected a duration"),
        ("due:24h", 3, "due<24h"),
        ("due:later", 4, "due:none"),
        ("seen!=1h", 4, "seen takes < or >"),
        ("tag<3", 3, "tag is text"),
        ("docs:many", 5, "such as 2 or 2/3"),
        ("docs<2/3", 5, "only a number"),
        ("docs:re:/1/", 5, "does not accept a pattern"),
        ("Größe:1", 0, "needs quotes"),
    ] {
        let why = Query::parse(text).unwrap_err();
        assert_eq!(why.at, at, "{text}: {}", why.what);
        assert!(why.what.contains(what), "{text}: {}", why.what);
    }
    assert!(
        Query::parse(&"(".repeat(5_000)).unwrap_err().what.contains("too many nested brackets")
    );
    assert!(
        Query::parse(&"!".repeat(5_000)).unwrap_err().what.contains("too many nested brackets")
    );
}

#[test]
fn a_query_says_when_time_alone_changes_it() {
    let session = full();
    for text in ["due<24h", "due>24h", "due:passed", "seen>1h", "!seen<1h", "changed<3h dbs"] {
        let query = Query::parse(text).unwrap();
        let at = |now| {
            let summary = SessionSummary::of(&session, &Rules::default(), now);
            let marks = HashSet::new();
            let subject = subject(&session, &summary, &marks, now);
            (query.holds(&subject), query.changes_at(&subject))
        };
        let (before, turns) = at(f::now());
        let turns = turns.unwrap();
        let earlier = turns - SignedDuration::from_nanos(1);
        assert_eq!(at(earlier).0, before, "{text}: not before its time");
        assert_ne!(at(turns).0, before, "{text}: then");
        assert!(query.is_timed());
        assert_eq!(at(turns + SignedDuration::from_secs(1)).1, None, "{text}: once");
    }
    assert!(!Query::parse("stage:awaiting due:none docs<3").unwrap().is_timed());
}

fn word() -> impl Strategy<Value = String> {
    "[a-z0-9_é-]{1,6}"
        .prop_filter("a word of ours", |word| !["or", "and", "not"].contains(&word.as_str()))
}

fn needle() -> impl Strategy<Value = Needle> {
    prop_oneof![
        3 => "[ -~é]{0,6}".prop_map(|text| Needle::text(&text)),
        1 => "[a-z/.]{1,5}".prop_map(|text| Needle::Pattern(Regex::new(&text).unwrap())),
    ]
}

fn condition() -> impl Strategy<Value = Condition> {
    let texts: Vec<TextField> = fields::FIELDS
        .iter()
        .filter_map(|(_, field)| match field {
            fields::Field::Text(text) => Some(*text),
            _ => None,
        })
        .collect();
    let how = || proptest::sample::select(vec![How::Holds, How::Equals, How::Differs]);
    let time =
        || proptest::sample::select(vec![TimeField::Due, TimeField::Seen, TimeField::Changed]);
    let text = (proptest::sample::select(texts), how(), needle())
        .prop_map(|(field, how, value)| Condition::Text { field, how, value });
    let span = (time(), any::<bool>(), 0_i64..1_000_000)
        .prop_map(|(field, less, seconds)| Condition::Span { field, less, seconds });
    let counts = [DocsHow::Is, DocsHow::IsNot, DocsHow::Less, DocsHow::More];
    let docs = (proptest::sample::select(counts.to_vec()), 0_usize..9, 0_usize..9).prop_map(
        |(how, supplied, of)| {
            let of = matches!(how, DocsHow::Is | DocsHow::IsNot).then_some(of);
            Condition::Docs { how, supplied, of: of.filter(|of| *of > 0) }
        },
    );
    prop_oneof![
        word().prop_map(|word| Word::condition(Needle::text(&word))),
        needle().prop_map(Word::condition),
        (proptest::sample::select(fields::FLAGS.to_vec()), any::<bool>())
            .prop_map(|((_, flag), is)| Condition::Flagged(flag, is)),
        text,
        span,
        docs,
        time().prop_map(Condition::Never),
        Just(Condition::Passed),
        (how(), proptest::sample::select(vec!["done", "visited", "gone"])).prop_map(
            |(how, stage)| match Query::parse(&format!("stage{}{stage}", how.sign())) {
                Ok(Query(Expr::Is(condition))) => condition,
                _ => Condition::Passed,
            }
        ),
    ]
}

fn expr() -> impl Strategy<Value = Expr> {
    condition().prop_map(Expr::Is).prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 1..4).prop_map(Expr::all),
            proptest::collection::vec(inner.clone(), 1..4).prop_map(Expr::any),
            inner.prop_map(|inner| Expr::Not(Box::new(inner))),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_printed_is_read_back_as_the_same(expr in expr()) {
        let query = Query(expr);
        let text = query.to_string();
        prop_assert_eq!(Query::parse(&text), Ok(query), "{}", text);
    }

    #[test]
    fn any_text_is_understood_or_refused_at_one_of_its_characters(
        text in "([ -~]|[a-z]{1,7}[:=<>!]|re:/|\"|\\(|é){0,24}",
    ) {
        match Query::parse(&text) {
            Ok(query) => {
                holds(&text, &full());
                prop_assert_eq!(Query::parse(&query.to_string()), Ok(query), "{}", text);
            }
            Err(why) => prop_assert!(why.at <= text.chars().count(), "{:?}", why),
        }
    }
}
