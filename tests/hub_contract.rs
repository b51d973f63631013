//! The same stories for each kind of shared store: in memory, and on a PostgreSQL server; and what
//! only a server can suffer.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed set-up fails the test"
)]
#![expect(clippy::cognitive_complexity, reason = "a story has many steps")]

use std::cell::Cell;
use std::collections::BTreeMap;
use std::future::Future;

use branchwatch::domain::session::ids::SessionId;
use branchwatch::domain::session::parts::Part;
use branchwatch::hub::memory::HubRights;
use branchwatch::hub::{
    Beat, FeedPlace, Hub, HubAction, HubAnswer, HubBatch, HubChange, HubCursor, HubDetail,
    HubEntry, HubError, HubEvent, HubLabels, HubObservation, HubReply, HubRow, Member, MemberRole,
    Sealed, Shard, ThrottleState,
};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

mod hub_contract {
    mod history;
    pub(super) mod in_memory;
    #[cfg(feature = "postgres")]
    pub(super) mod on_postgres;
    #[cfg(feature = "postgres")]
    mod server;
}
#[cfg(feature = "postgres")]
#[path = "common/postgres.rs"]
mod postgres;
#[cfg(feature = "postgres")]
#[path = "common/tls.rs"]
#[expect(
    dead_code,
    reason = "what pretends to be PostgreSQL needs TLS in the middle of a connection"
)]
mod tls;

const VIEWER: HubRights = HubRights { edit: false, poll: false };
const DESK: HubRights = HubRights { edit: true, poll: false };
const POLLER: HubRights = HubRights { edit: true, poll: true };

/// A shared store, and who uses it.
trait World {
    type Hub: Hub;

    /// A process of this operator that has not joined yet.
    fn connect(&self, operator: &str, rights: HubRights) -> impl Future<Output = Self::Hub>;

    /// The server's clock goes on by this span, or back.
    fn pass(&self, span: SignedDuration) -> impl Future<Output = ()>;

    /// The server loses what was committed since the world began.
    fn lose_commits(&self) -> impl Future<Output = ()>;

    /// The name by which the server knows an operator.
    fn name(&self, operator: &str) -> String;

    /// A process that has joined.
    async fn hub(&self, operator: &str, rights: HubRights) -> Self::Hub {
        let hub = self.connect(operator, rights).await;
        let role = match rights {
            POLLER => MemberRole::Poller,
            DESK => MemberRole::Desk,
            _ => MemberRole::Viewer,
        };
        hub.join(&member(role)).await.unwrap();
        hub
    }
}

fn member(role: MemberRole) -> Member {
    Member { role, host: String::from("host"), program: String::from("branchwatch test") }
}

fn id(n: u128) -> SessionId {
    SessionId::new(Uuid::from_u128(n))
}

fn sealed(text: &str) -> Sealed {
    Sealed { kid: 3, body: text.as_bytes().into() }
}

fn entry(n: u128) -> HubEntry {
    HubEntry {
        id: id(n),
        reference: Some(sealed("reference")),
        tags: vec![sealed("b"), sealed("a")],
        deadline: Some("2026-10-20T21:00:00Z".parse().unwrap()),
        resources_ttl: Some(SignedDuration::from_hours(24 * 90)),
    }
}

async fn add(hub: &impl Hub, numbers: impl IntoIterator<Item = u128>) {
    let entries: Vec<HubEntry> = numbers.into_iter().map(entry).collect();
    hub.add(&entries).await.unwrap();
}

fn action(n: u128, change: HubChange, was: Option<i64>) -> HubAction {
    let line = sealed("line");
    HubAction { action: Uuid::new_v4(), session: Some(id(n)), change, line, was }
}

fn observation(n: u128, at: Timestamp, text: &str) -> HubObservation {
    let answer = HubAnswer { part: Part::Session, epoch: 0, fetched_at: at, body: sealed(text) };
    let event = HubEvent { number: 0, body: sealed("event") };
    HubObservation {
        detail: HubDetail { id: id(n), answers: vec![answer], events: vec![event] },
        answered_at: at,
        brief: sealed(text),
        brief_made_by: 7,
    }
}

fn batch(beat: &Beat, observations: Vec<HubObservation>) -> HubBatch {
    HubBatch { leases: beat.leases.clone(), observations }
}

/// All of the list, page by page.
async fn list(hub: &impl Hub) -> BTreeMap<SessionId, HubRow> {
    let (mut cursor, mut rows) = (HubCursor::default(), BTreeMap::new());
    loop {
        let page = hub.pull(&cursor).await.unwrap();
        rows.extend(page.rows.into_iter().map(|row| (row.id, row)));
        cursor = page.next;
        if !page.more {
            return rows;
        }
    }
}

async fn labels(hub: &impl Hub, n: u128) -> HubLabels {
    list(hub).await.remove(&id(n)).unwrap().labels
}

fn shards(beat: &Beat) -> Vec<Shard> {
    beat.leases.iter().map(|lease| lease.shard).collect()
}

/// A session whose shard is, or is not, among these.
fn session_of(shards: &[Shard], inside: bool) -> u128 {
    (1..1_000).find(|n| shards.contains(&Shard::of(id(*n))) == inside).unwrap()
}

async fn leases_are_shared_run_out_and_are_taken_by_another_with_a_higher_epoch(
    world: &impl World,
) {
    let (one, two) = (world.hub("one", POLLER).await, world.hub("two", POLLER).await);
    let beat = one.beat().await.unwrap();
    assert_eq!((beat.pollers, beat.wanted(), beat.leases.len()), (2, 8, 0));
    let first = one.take(8).await.unwrap();
    let second = two.take(16).await.unwrap();
    assert_eq!((first.leases.len(), second.leases.len()), (8, 8), "what is held is not taken");
    let mut all = [shards(&first), shards(&second)].concat();
    all.sort_unstable();
    assert_eq!(all, Shard::all().collect::<Vec<_>>());

    world.pass(SignedDuration::from_secs(4)).await;
    assert_eq!(one.beat().await.unwrap().leases, first.leases, "renewed, under the same term");
    world.pass(SignedDuration::from_secs(4)).await;
    // The second was silent for eight seconds: its leases have run out.
    let all = one.take(16).await.unwrap();
    assert_eq!(all.leases.len(), 16);
    for lease in &second.leases {
        let now = all.leases.iter().find(|now| now.shard == lease.shard).unwrap();
        assert_eq!(now.epoch, lease.epoch + 1);
        assert_ne!(now.term, lease.term);
    }
    assert_eq!(two.beat().await.unwrap().leases, [], "the beat tells what is no longer held");
    world.pass(SignedDuration::from_secs(9)).await;
    assert_eq!(two.beat().await.unwrap().pollers, 1, "who is silent takes no part");
}

async fn a_freed_shard_is_taken_at_once(world: &impl World) {
    let (one, two) = (world.hub("one", POLLER).await, world.hub("two", POLLER).await);
    let held = one.take(16).await.unwrap();
    one.free(&shards(&held)).await.unwrap();
    assert_eq!(two.take(16).await.unwrap().leases.len(), 16);
    assert_eq!(one.beat().await.unwrap().leases, []);
    // A late word of who held it before changes nothing.
    one.free(&shards(&held)).await.unwrap();
    assert_eq!(two.beat().await.unwrap().leases.len(), 16);
}

async fn a_lease_far_ahead_is_free_when_the_servers_clock_has_gone_back(world: &impl World) {
    let (one, two) = (world.hub("one", POLLER).await, world.hub("two", POLLER).await);
    add(&one, [1]).await;
    let before = one.take(16).await.unwrap();
    world.pass(SignedDuration::from_hours(-1)).await;
    let learned = batch(&before, vec![observation(1, before.now, "answer")]);
    assert_eq!(one.publish(&learned).await.unwrap().version, None);
    assert_eq!(one.beat().await.unwrap().leases, [], "it would last for an hour");
    assert_eq!(two.take(16).await.unwrap().leases.len(), 16);
}

async fn what_a_former_holder_learned_is_dropped(world: &impl World) {
    let (one, two) = (world.hub("one", POLLER).await, world.hub("two", POLLER).await);
    add(&one, 1..=40).await;
    let held = one.take(8).await.unwrap();
    let (mine, other) = (session_of(&shards(&held), true), session_of(&shards(&held), false));
    let sent = vec![observation(mine, held.now, "mine"), observation(other, held.now, "other")];
    let published = one.publish(&batch(&held, sent)).await.unwrap();
    assert_eq!(published.dropped, [id(other)], "this shard was never held");
    let row = list(&one).await.remove(&id(mine)).unwrap();
    assert_eq!(Some(row.version), published.version);
    assert_eq!((row.brief, row.brief_made_by, row.epoch), (Some(sealed("mine")), 7, 1));
    assert_eq!(row.answered_at, Some(held.now));

    world.pass(SignedDuration::from_secs(8)).await;
    let late = batch(&held, vec![observation(mine, held.now, "late")]);
    let published = one.publish(&late).await.unwrap();
    assert_eq!((published.version, published.dropped), (None, vec![id(mine)]), "it has run out");

    // Taken again by the same: what was asked for under the former term does not count.
    let again = one.take(16).await.unwrap();
    let former = batch(&again, late.observations.clone());
    let former = HubBatch { leases: held.leases.clone(), ..former };
    assert_eq!(one.publish(&former).await.unwrap().version, None, "another term");
    one.free(&shards(&again)).await.unwrap();

    let taken = two.take(16).await.unwrap();
    // Another's lease is of no use to who knows it.
    let stolen = HubBatch { leases: taken.leases.clone(), ..late.clone() };
    for batch in [&late, &stolen] {
        assert_eq!(one.publish(batch).await.unwrap().version, None, "another holds it now");
    }
    let early = held.now - SignedDuration::from_secs(60);
    let next = batch(&taken, vec![observation(mine, early, "next")]);
    assert_eq!(two.publish(&next).await.unwrap().dropped, []);
    let row = list(&two).await.remove(&id(mine)).unwrap();
    let lease = taken.leases.iter().find(|lease| lease.shard == Shard::of(id(mine)));
    assert_eq!(
        (row.brief, row.epoch),
        (Some(sealed("next")), lease.unwrap().epoch),
        "the epoch stands over the clock"
    );
    // The same poller, by an answer that is older than what is there.
    let older = early - SignedDuration::from_secs(1);
    let older = batch(&taken, vec![observation(mine, older, "older")]);
    assert_eq!(two.publish(&older).await.unwrap().dropped, [id(mine)]);
}

async fn details_are_what_was_published_last_and_events_are_written_once(world: &impl World) {
    let hub = world.hub("one", POLLER).await;
    add(&hub, [1, 2]).await;
    let held = hub.take(16).await.unwrap();
    let mut first = observation(1, held.now, "first");
    let letter = HubAnswer { part: Part::Letter, ..first.detail.answers[0].clone() };
    first.detail.answers.push(letter);
    hub.publish(&batch(&held, vec![first.clone()])).await.unwrap();
    let mut second = observation(1, held.now, "second");
    second.detail.events.push(HubEvent { number: 1, body: sealed("next") });
    // The second time, because the end of the first was not heard.
    for _ in 0..2 {
        hub.publish(&batch(&held, vec![second.clone()])).await.unwrap();
    }
    let details = hub.details(&[id(2), id(1)]).await.unwrap();
    let detail = details.first().unwrap();
    assert_eq!((details.len(), detail.id), (1, id(1)));
    let bodies: Vec<_> = detail.answers.iter().map(|a| (a.part, a.epoch, &a.body)).collect();
    let (new, old) = (sealed("second"), sealed("first"));
    assert_eq!(bodies, [(Part::Session, 1, &new), (Part::Letter, 1, &old)]);
    let events: Vec<_> = detail.events.iter().map(|e| (e.number, &e.body)).collect();
    assert_eq!(events, [(0, &sealed("event")), (1, &sealed("next"))]);
}

async fn a_session_added_again_keeps_its_labels_and_comes_back(world: &impl World) {
    let hub = world.hub("anna", DESK).await;
    add(&hub, [1]).await;
    let pinned = hub.keep(&action(1, HubChange::Pinned(true), None)).await.unwrap();
    hub.keep(&action(1, HubChange::Archived(true), None)).await.unwrap();
    assert!(labels(&hub, 1).await.archived_at.is_some());
    let again = HubEntry { reference: None, deadline: None, tags: vec![sealed("c")], ..entry(1) };
    hub.add(&[again]).await.unwrap();
    let now = labels(&hub, 1).await;
    let expected = HubLabels {
        reference: entry(1).reference,
        tags: vec![sealed("a"), sealed("b"), sealed("c")],
        deadline: entry(1).deadline,
        resources_ttl: entry(1).resources_ttl,
        pinned: true,
        ..HubLabels::default()
    };
    assert_eq!(now, expected);
    assert!(matches!(pinned, HubReply::Done(_)));
}

async fn what_is_removed_leaves_a_row_that_says_so(world: &impl World) {
    let hub = world.hub("one", POLLER).await;
    add(&hub, [1]).await;
    let held = hub.take(16).await.unwrap();
    let learned = batch(&held, vec![observation(1, held.now, "answer")]);
    hub.publish(&learned).await.unwrap();
    hub.keep(&action(1, HubChange::Note(Some(sealed("note"))), Some(0))).await.unwrap();
    let mut cursor = hub.pull(&HubCursor::default()).await.unwrap().next;
    hub.keep(&action(1, HubChange::Removed, None)).await.unwrap();
    let page = hub.pull(&cursor).await.unwrap();
    let row = page.rows.first().unwrap();
    assert!(row.gone && row.brief.is_none());
    assert_eq!(
        row.labels,
        HubLabels { note_version: row.labels.note_version, ..Default::default() }
    );
    assert_eq!(hub.details(&[id(1)]).await.unwrap(), []);
    assert_eq!(hub.publish(&learned).await.unwrap().dropped, [id(1)], "a late answer is dropped");
    cursor = HubCursor::default();
    let lines = hub.pull(&cursor).await.unwrap().actions;
    let kept: Vec<_> = lines.iter().map(|line| (&*line.kind, line.line.is_some())).collect();
    assert_eq!(kept, [("note", false), ("removed", true)], "what was said of it is gone");
    // Added again, a note follows the one that was there.
    add(&hub, [1]).await;
    let was = labels(&hub, 1).await.note_version;
    let note = action(1, HubChange::Note(Some(sealed("new"))), Some(was));
    assert!(matches!(hub.keep(&note).await.unwrap(), HubReply::Done(_)));
}

async fn a_reader_by_version_misses_nothing_of_many_writers(world: &impl World) {
    const WRITERS: u128 = 4;
    const EACH: u128 = 100;
    let desk = world.hub("anna", DESK).await;
    add(&desk, 1..=WRITERS * EACH).await;
    let start = desk.pull(&HubCursor::default()).await.unwrap().next;
    let mut writers = Vec::new();
    for _ in 0..WRITERS {
        writers.push(world.hub("anna", DESK).await);
    }
    let written = Cell::new(false);
    let writing = async {
        let each = writers.iter().zip(0..).map(async |(hub, w)| {
            for n in 1..=EACH {
                let pinned = action(w * EACH + n, HubChange::Pinned(true), None);
                while let Err(why) = hub.keep(&pinned).await {
                    assert!(matches!(why, HubError::Busy(_)), "{why}");
                }
            }
        });
        futures::future::join_all(each).await;
        written.set(true);
    };
    let reading = async {
        let (mut cursor, mut last) = (start, FeedPlace::default());
        let (mut seen, mut lines) = (0, 0);
        loop {
            let all_written = written.get();
            let page = desk.pull(&cursor).await.unwrap();
            for row in &page.rows {
                let place = FeedPlace { version: row.version, id: row.id.uuid() };
                assert!(last < place, "versions go up");
                last = place;
            }
            seen += page.rows.len();
            lines += page.actions.len();
            cursor = page.next;
            // One look more, after the last was written.
            if all_written {
                return (seen, lines);
            }
            tokio::task::yield_now().await;
        }
    };
    let ((seen, lines), ()) = tokio::join!(reading, writing);
    assert_eq!((seen, lines), (400, 400), "rows and lines");
}

async fn a_version_of_many_rows_is_read_a_page_at_a_time(world: &impl World) {
    let hub = world.hub("anna", DESK).await;
    let many = u128::try_from(branchwatch::hub::PAGE).unwrap() * 2 + 5;
    add(&hub, 1..=many).await;
    let first = hub.pull(&HubCursor::default()).await.unwrap();
    assert!(first.more && first.rows.len() == branchwatch::hub::PAGE);
    // One that was read is changed between two pages, and one that was not.
    hub.keep(&action(1, HubChange::Pinned(true), None)).await.unwrap();
    hub.keep(&action(many, HubChange::Pinned(true), None)).await.unwrap();
    let second = hub.pull(&first.next).await.unwrap();
    let third = hub.pull(&second.next).await.unwrap();
    assert!(second.more && !third.more);
    let rows = [first.rows, second.rows, third.rows].concat();
    assert_eq!(rows.len(), usize::try_from(many).unwrap() + 1);
    let last: Vec<_> = rows.iter().rev().take(2).map(|row| (row.id, row.labels.pinned)).collect();
    assert_eq!(last, [(id(many), true), (id(1), true)]);
    let quiet = hub.pull(&third.next).await.unwrap();
    assert_eq!((quiet.rows.len(), quiet.actions.len(), quiet.more), (0, 0, false));
    assert_eq!(quiet.next, third.next);
}

async fn a_store_that_lost_commits_is_read_from_the_beginning(world: &impl World) {
    let hub = world.hub("anna", DESK).await;
    add(&hub, [1]).await;
    add(&hub, [2]).await;
    let cursor = hub.pull(&HubCursor::default()).await.unwrap().next;
    world.lose_commits().await;
    assert_eq!(hub.pull(&cursor).await, Err(HubError::StartOver));
    assert!(hub.pull(&HubCursor::default()).await.is_ok());
}

async fn an_action_that_comes_twice_is_carried_out_once(world: &impl World) {
    let hub = world.hub("anna", DESK).await;
    add(&hub, [1]).await;
    let note = action(1, HubChange::Note(Some(sealed("one"))), Some(0));
    let HubReply::Done(version) = hub.keep(&note).await.unwrap() else { panic!("not done") };
    let other = action(1, HubChange::Note(Some(sealed("two"))), Some(version));
    assert!(matches!(hub.keep(&other).await.unwrap(), HubReply::Done(_)));
    let before = list(&hub).await;
    assert_eq!(hub.keep(&note).await.unwrap(), HubReply::Known(version));
    assert_eq!(list(&hub).await, before, "nothing has changed, the version neither");
    assert_eq!(labels(&hub, 1).await.note, Some(sealed("two")));
}

async fn of_two_notes_the_later_writer_is_told_and_nothing_is_lost(world: &impl World) {
    let (anna, ben) = (world.hub("anna", DESK).await, world.hub("ben", DESK).await);
    add(&anna, [1]).await;
    let hers = action(1, HubChange::Note(Some(sealed("hers"))), Some(0));
    let HubReply::Done(version) = anna.keep(&hers).await.unwrap() else { panic!("not done") };
    let his = action(1, HubChange::Note(Some(sealed("his"))), Some(0));
    assert_eq!(ben.keep(&his).await.unwrap(), HubReply::Conflict(version));
    let now = labels(&ben, 1).await;
    assert_eq!((now.note, now.note_version), (Some(sealed("hers")), version));
    // Having seen hers he may replace it, under the same name.
    let his = HubAction { was: Some(version), ..his };
    assert!(matches!(ben.keep(&his).await.unwrap(), HubReply::Done(_)));
    assert_eq!(labels(&anna, 1).await.note, Some(sealed("his")));
    let blind = action(1, HubChange::Note(None), None);
    assert!(matches!(anna.keep(&blind).await, Err(HubError::Unfit(_))), "a note was seen or not");
}

async fn an_undo_holds_only_where_nothing_else_happened_since(world: &impl World) {
    let (anna, ben) = (world.hub("anna", DESK).await, world.hub("ben", DESK).await);
    add(&anna, [1]).await;
    let archived = action(1, HubChange::Archived(true), None);
    let HubReply::Done(mine) = anna.keep(&archived).await.unwrap() else { panic!("not done") };
    anna.keep(&action(1, HubChange::Pinned(true), None)).await.unwrap();
    let HubReply::Done(his) = ben.keep(&action(1, HubChange::Archived(true), None)).await.unwrap()
    else {
        panic!("not done")
    };
    let undo = action(1, HubChange::Archived(false), Some(mine));
    assert_eq!(anna.keep(&undo).await.unwrap(), HubReply::Conflict(his));
    assert!(labels(&anna, 1).await.archived_at.is_some());
    let undo = action(1, HubChange::Archived(false), Some(his));
    assert!(matches!(ben.keep(&undo).await.unwrap(), HubReply::Done(_)));
    assert_eq!(labels(&anna, 1).await.archived_at, None);
}

async fn tags_of_two_operators_add_up(world: &impl World) {
    let (anna, ben) = (world.hub("anna", DESK).await, world.hub("ben", DESK).await);
    add(&anna, [1]).await;
    let tags = |added: &[&str], removed: &[&str]| {
        let seal = |tags: &[&str]| tags.iter().map(|tag| sealed(tag)).collect();
        action(1, HubChange::Tags { added: seal(added), removed: seal(removed) }, None)
    };
    anna.keep(&tags(&["x"], &["a"])).await.unwrap();
    ben.keep(&tags(&["y", "b"], &["a", "unknown"])).await.unwrap();
    let now = labels(&anna, 1).await.tags;
    assert_eq!(now, [sealed("b"), sealed("x"), sealed("y")]);
}

async fn the_other_labels_are_those_of_the_last_writer(world: &impl World) {
    let hub = world.hub("anna", DESK).await;
    add(&hub, [1]).await;
    let until: Timestamp = "2026-10-17T09:00:00.123456Z".parse().unwrap();
    let reasons = Some(sealed("reasons"));
    hub.keep(&action(1, HubChange::Snoozed(Some(until)), None)).await.unwrap();
    hub.keep(&action(1, HubChange::Acknowledged(reasons.clone()), None)).await.unwrap();
    let now = labels(&hub, 1).await;
    assert_eq!((now.snoozed_until, now.acknowledged), (Some(until), reasons));
    hub.keep(&action(1, HubChange::Snoozed(None), None)).await.unwrap();
    hub.keep(&action(1, HubChange::Acknowledged(None), None)).await.unwrap();
    let now = labels(&hub, 1).await;
    assert_eq!((now.snoozed_until, now.acknowledged), (None, None));
    let unknown = action(2, HubChange::Pinned(true), None);
    assert_eq!(hub.keep(&unknown).await, Err(HubError::NotListed));
}

async fn who_did_it_is_who_the_server_knows(world: &impl World) {
    let (anna, ben) = (world.hub("anna", DESK).await, world.hub("ben", DESK).await);
    add(&anna, [1]).await;
    anna.keep(&action(1, HubChange::Claimed(true), None)).await.unwrap();
    let audit = HubAction { session: None, ..action(1, HubChange::Audit, None) };
    ben.keep(&audit).await.unwrap();
    let page = ben.pull(&HubCursor::default()).await.unwrap();
    let who: Vec<_> = page.actions.iter().map(|l| (&*l.kind, &*l.operator, l.session)).collect();
    let (a, b) = (world.name("anna"), world.name("ben"));
    assert_eq!(who, [("claimed", &*a, Some(id(1))), ("audit", &*b, None)]);
    assert_eq!(labels(&ben, 1).await.claim.unwrap().operator, a);
    // Only who has it ends it; to take it over is to claim it.
    ben.keep(&action(1, HubChange::Claimed(false), None)).await.unwrap();
    assert!(labels(&ben, 1).await.claim.is_some());
    ben.keep(&action(1, HubChange::Claimed(true), None)).await.unwrap();
    assert_eq!(labels(&ben, 1).await.claim.unwrap().operator, b);
    ben.keep(&action(1, HubChange::Claimed(false), None)).await.unwrap();
    assert_eq!(labels(&ben, 1).await.claim, None);
}

async fn each_may_do_what_its_role_may(world: &impl World) {
    let (desk, poller) = (world.hub("anna", DESK).await, world.hub("one", POLLER).await);
    let viewer = world.connect("vera", VIEWER).await;
    let joined = viewer.join(&member(MemberRole::Viewer)).await.unwrap();
    assert_eq!(
        (joined.operator, joined.may_edit, joined.may_poll),
        (world.name("vera"), false, false)
    );
    add(&desk, [1]).await;
    let held = poller.take(16).await.unwrap();
    poller.publish(&batch(&held, vec![observation(1, held.now, "answer")])).await.unwrap();

    let none = ThrottleState::default();
    let learned = batch(&held, vec![]);
    let change = action(1, HubChange::Pinned(true), None);
    for hub in [&desk, &viewer] {
        assert!(matches!(hub.take(1).await, Err(HubError::Rights(_))));
        assert!(matches!(hub.free(&[]).await, Err(HubError::Rights(_))));
        assert!(matches!(hub.publish(&learned).await, Err(HubError::Rights(_))));
        assert!(matches!(hub.slow(&none).await, Err(HubError::Rights(_))));
        let claims = hub.join(&member(MemberRole::Poller)).await;
        assert!(matches!(claims, Err(HubError::Rights(_))), "it would take shards from pollers");
    }
    assert!(matches!(viewer.keep(&change).await, Err(HubError::Rights(_))));
    assert!(matches!(viewer.add(&[entry(2)]).await, Err(HubError::Rights(_))));
    assert!(matches!(viewer.beat().await, Err(HubError::Rights(_))));
    assert!(matches!(viewer.details(&[id(1)]).await, Err(HubError::Rights(_))));
    assert_eq!(list(&viewer).await, list(&desk).await);
    assert_eq!(desk.details(&[id(1)]).await.unwrap().len(), 1);
    assert!(desk.beat().await.is_ok() && desk.keep(&change).await.is_ok());
    let joined = poller.join(&member(MemberRole::Desk)).await.unwrap();
    assert!(joined.may_edit && joined.may_poll, "an operator may have both roles");
}

async fn what_one_poller_is_told_by_yoti_all_know(world: &impl World) {
    let (one, two) = (world.hub("one", POLLER).await, world.hub("two", POLLER).await);
    let now = one.beat().await.unwrap().now;
    let later = now + SignedDuration::from_secs(60);
    let slow = |share, until| ThrottleState {
        slowed_until: Some(until),
        share: Some(share),
        refused: None,
    };
    one.slow(&slow(0.25, later)).await.unwrap();
    two.slow(&slow(0.5, now + SignedDuration::from_secs(30))).await.unwrap();
    let refused = ThrottleState { refused: Some(true), ..slow(1.0, now) };
    two.slow(&refused).await.unwrap();
    let throttle = two.beat().await.unwrap().throttle;
    let all = ThrottleState { slowed_until: Some(later), share: Some(0.25), refused: Some(true) };
    assert_eq!(throttle, all, "the longest, the least");
    assert_eq!(one.pull(&HubCursor::default()).await.unwrap().throttle, all);
    one.slow(&ThrottleState { refused: Some(false), ..Default::default() }).await.unwrap();
    assert_eq!(two.beat().await.unwrap().throttle.refused, Some(false));
}

async fn a_change_wakes_the_others(world: &impl World) {
    let (anna, ben) = (world.hub("anna", DESK).await, world.hub("ben", DESK).await);
    add(&anna, [1]).await;
    ben.woken().await.unwrap();
    anna.keep(&action(1, HubChange::Pinned(true), None)).await.unwrap();
    anna.keep(&action(1, HubChange::Pinned(false), None)).await.unwrap();
    ben.woken().await.unwrap();
}

async fn a_process_that_was_forgotten_is_told_to_join(world: &impl World) {
    let hub = world.connect("one", POLLER).await;
    assert_eq!(hub.beat().await, Err(HubError::NotJoined));
    assert_eq!(hub.take(16).await, Err(HubError::NotJoined));
    let other = world.hub("two", POLLER).await;
    assert_eq!(other.take(16).await.unwrap().leases.len(), 16, "and it holds nothing");
}

macro_rules! stories {
    ($($name:ident)+) => {
        mod memory {
            $(#[tokio::test(start_paused = true)]
            async fn $name() {
                super::$name(&super::hub_contract::in_memory::Memory::new()).await;
            })+
        }

        #[cfg(feature = "postgres")]
        mod on_postgres {
            $(#[tokio::test]
            #[ignore = "needs PostgreSQL: .ci/run installs it"]
            async fn $name() {
                super::$name(&super::hub_contract::on_postgres::Postgres::new().await).await;
            })+
        }
    };
}

stories! {
    leases_are_shared_run_out_and_are_taken_by_another_with_a_higher_epoch
    a_freed_shard_is_taken_at_once
    a_lease_far_ahead_is_free_when_the_servers_clock_has_gone_back
    what_a_former_holder_learned_is_dropped
    details_are_what_was_published_last_and_events_are_written_once
    a_session_added_again_keeps_its_labels_and_comes_back
    what_is_removed_leaves_a_row_that_says_so
    a_reader_by_version_misses_nothing_of_many_writers
    a_version_of_many_rows_is_read_a_page_at_a_time
    a_store_that_lost_commits_is_read_from_the_beginning
    an_action_that_comes_twice_is_carried_out_once
    of_two_notes_the_later_writer_is_told_and_nothing_is_lost
    an_undo_holds_only_where_nothing_else_happened_since
    tags_of_two_operators_add_up
    the_other_labels_are_those_of_the_last_writer
    who_did_it_is_who_the_server_knows
    each_may_do_what_its_role_may
    what_one_poller_is_told_by_yoti_all_know
    a_change_wakes_the_others
    a_process_that_was_forgotten_is_told_to_join
}
