//! What operators wrote of a session whose row is older than it was, or cannot be read: the second
//! copy has it, and whatever is done next must not lose it.

use super::second_copy::attacked;
use super::*;

/// The list as it comes back from its second copy alone.
fn from_second_copy(folder: &Path) -> Vec<WatchedSession> {
    let copy = copied(folder);
    for file in ["store.db", "store.db-wal", "store.db-shm"] {
        let _none = fs::remove_file(copy.path().join(file));
    }
    held(copy.path()).load().unwrap()
}

fn find(list: &[WatchedSession], n: u128) -> &WatchedSession {
    list.iter().find(|one| one.id() == id(n)).unwrap()
}

#[test]
fn an_older_row_that_is_put_back_does_not_bring_its_older_labels() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = held(folder.path());
    let mut all: Vec<WatchedSession> = (0..4).map(|n| session(n, "COMPLETED", 1)).collect();
    store.add(&all.iter().map(|one| (*one.entry).clone()).collect::<Vec<_>>()).unwrap();
    all[1].keep(&AnnotationChange::Tags { added: vec!["old".into()], removed: vec![] }, at(4));
    let save = |store: &mut dyn SharedPersistence, all: &[WatchedSession]| {
        store.save(&all.iter().cloned().map(Arc::new).collect::<Vec<_>>()).unwrap();
    };
    save(store.as_mut(), &all);
    drop(store);
    let before = copied(folder.path());
    let mut store = held(folder.path());
    let off = vec!["old".to_owned()];
    for change in [
        AnnotationChange::Note("the newer note".into()),
        AnnotationChange::Tags { added: vec!["new".into()], removed: off },
        AnnotationChange::Archived(true),
    ] {
        all[1].keep(&change, at(5));
    }
    save(store.as_mut(), &all);
    drop(store);
    let sql = attacked(folder.path());
    sql.execute("ATTACH ?1 AS old", [before.path().join("store.db").to_str().unwrap()]).unwrap();
    sql.execute(
        "UPDATE session SET (version, body) =
         (SELECT version, body FROM old.session o WHERE o.id = session.id) WHERE id = ?1",
        [id(1).to_string()],
    )
    .unwrap();
    drop(sql);
    for exclusive in [false, true, true] {
        let mut store = location(folder.path()).open(exclusive).unwrap().persistence;
        for loaded in [store.load().unwrap(), store.load_named(&[id(1)]).unwrap()] {
            let one = find(&loaded, 1);
            assert_eq!((&one.entry, &one.own), (&all[1].entry, &all[1].own), "holds: {exclusive}");
            assert_eq!(one.storage.fault, Some(StoreFault::Older), "holds: {exclusive}");
        }
    }
    assert_eq!(find(&from_second_copy(folder.path()), 1).own, all[1].own);
}

#[test]
fn whatever_is_done_while_a_row_is_altered_or_gone_its_labels_stay_in_both_copies() {
    type Work = fn(&mut dyn SharedPersistence);
    let works: [(&str, Work); 7] = [
        ("nothing", |_| {}),
        ("another is removed", |store| assert_eq!(store.remove(&[id(3)]).unwrap(), 1)),
        ("it is learned of", |store| {
            let own = Arc::default();
            let learned = WatchedSession { own, ..session(1, "COMPLETED", 20) };
            store.learn(&[Arc::new(learned)]).unwrap();
        }),
        ("it is added again", |store| {
            let tagged =
                WatchEntry { tags: vec!["again".into()], ..WatchEntry::new(id(1), at(50)) };
            store.add(&[tagged]).unwrap();
        }),
        ("it is pinned", |store| {
            let pinned = AnnotationChange::Pinned(true);
            store.post(&[OutboxMessage::Kept(id(1), pinned, at(20).into())]).unwrap();
        }),
        ("it is touched", |store| store.touch(&[Arc::new(session(1, "COMPLETED", 21))]).unwrap()),
        ("the list is checked", |store| drop(store.inspect().unwrap())),
    ];
    let made = made();
    let damages =
        ["UPDATE session SET body = x'0102' WHERE id = ?1", "DELETE FROM session WHERE id = ?1"];
    for ((what, work), damage) in works.iter().flat_map(|work| damages.map(|it| (work, it))) {
        for then_held in [false, true] {
            let what = format!("{what}, held: {then_held}, {damage}");
            let copy = copied(made.folder.path());
            attacked(copy.path()).execute(damage, [id(1).to_string()]).unwrap();
            work(location(copy.path()).open(false).unwrap().persistence.as_mut());
            if then_held {
                held(copy.path()).load().unwrap();
                // Sound rows that are not believed until Yoti answers are written too.
                let mut beside = location(copy.path()).open(false).unwrap().persistence;
                beside.remove(&[id(2)]).unwrap();
            }
            let mut store = location(copy.path()).open(false).unwrap().persistence;
            for list in [store.load().unwrap(), from_second_copy(copy.path())] {
                let one = find(&list, 1);
                let said = (one.entry.reference.as_deref(), one.own.note.as_str());
                assert_eq!(said, (Some("dbs-1"), "note 1"), "{what}");
                assert_eq!(one.own.pinned, what.starts_with("it is pinned"), "{what}");
                let tagged = one.entry.tags == ["again"];
                assert_eq!(tagged, what.starts_with("it is added again"), "{what}");
            }
        }
    }
}

#[test]
fn who_is_on_the_list_by_the_second_copy_alone_can_be_purged() {
    let made = made();
    let ids = [id(2).to_string()];
    attacked(made.folder.path()).execute("DELETE FROM session WHERE id = ?1", ids).unwrap();
    let mut store = location(made.folder.path()).open(false).unwrap().persistence;
    assert_eq!(store.load().unwrap().len(), 4);
    assert_eq!(store.remove(&[id(2), id(9)]).unwrap(), 1);
    assert_eq!(store.load().unwrap().len(), 3);
    assert_eq!(from_second_copy(made.folder.path()).len(), 3);
}

#[test]
fn of_two_answers_the_one_of_the_later_holder_is_newer_whatever_the_clock_said() {
    let folder = tempfile::tempdir().unwrap();
    let mut first = held(folder.path());
    first.add(&[WatchEntry::new(id(1), at(0))]).unwrap();
    let learn = |store: &mut dyn SharedPersistence, minute| {
        store.learn(&[Arc::new(session(1, "ONGOING", minute))]).unwrap();
        store.load().unwrap()[0].poll.last_ok.get()
    };
    assert_eq!(learn(first.as_mut(), 100), Some(at(100)));
    assert_eq!(learn(first.as_mut(), 90), Some(at(100)), "the same holder's clock only goes on");
    drop(first);
    let mut second = held(folder.path());
    // Its clock was put right.
    assert_eq!(learn(second.as_mut(), 50), Some(at(50)));
    assert_eq!(learn(second.as_mut(), 40), Some(at(50)));
}

#[test]
fn what_was_left_for_the_holder_and_taken_in_is_not_taken_in_again() {
    let made = made();
    let mut store = held(made.folder.path());
    let note = |text: &str| {
        let change = AnnotationChange::Note(text.into());
        OutboxMessage::Kept(id(1), change, at(30).into())
    };
    let mut beside = location(made.folder.path()).open(false).unwrap().persistence;
    beside.post(&[note("first")]).unwrap();
    let sql = attacked(made.folder.path());
    sql.execute_batch("CREATE TEMP TABLE saved AS SELECT * FROM post").unwrap();
    let (left, last) = store.posts(0).unwrap();
    assert_eq!(left, [note("first")]);
    store.taken(last).unwrap();
    sql.execute_batch("INSERT INTO post SELECT * FROM saved").unwrap();
    assert_eq!(store.posts(0).unwrap().0, [], "it was put back");
    assert!(store.trouble().unwrap().contains("messages between processes"));
}

#[test]
fn what_is_left_without_the_key_changes_nothing_of_a_session_that_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let mut holder = held(folder.path());
    let mut known = session(1, "COMPLETED", 1);
    holder.add(&[(*known.entry).clone()]).unwrap();
    let entry = Arc::clone(&known.entry);
    let mut keyless = Location::new(&folder.path().join("store.db"), None).beside().unwrap();
    let forged = WatchEntry {
        reference: Some("forged".into()),
        tags: vec!["forged".into()],
        added_at: at(9),
        ..(*entry).clone()
    };
    keyless.post(&[OutboxMessage::Added(forged)]).unwrap();
    // The holder saves before it has looked at what was left for it.
    known.keep(&AnnotationChange::Note("rang back".into()), at(5));
    holder.save(&[Arc::new(known)]).unwrap();
    assert_eq!(holder.load().unwrap()[0].entry, entry);
    drop((holder, keyless));
    let listed = held(folder.path()).load().unwrap();
    assert_eq!((&listed[0].entry, listed[0].own.note.as_str()), (&entry, "rang back"));
}
