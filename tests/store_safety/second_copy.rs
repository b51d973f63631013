//! The journal of the watch-list beside a store: what somebody without the key writes into it, takes
//! out of it, or takes out of both.

use std::collections::BTreeSet;

use aws_lc_rs::digest::{SHA256, digest};

use super::*;

pub(super) fn journal(folder: &Path) -> PathBuf {
    folder.join("store.db-watchlist")
}

fn lines(folder: &Path) -> Vec<String> {
    fs::read_to_string(journal(folder)).unwrap().lines().map(str::to_owned).collect()
}

fn write(folder: &Path, lines: &[String]) {
    let text: String = lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect();
    fs::write(journal(folder), text).unwrap();
}

/// A line as anybody can make it: its sum needs no key.
fn line(text: &str) -> String {
    let whole = digest(&SHA256, text.as_bytes());
    let sum = u64::from_be_bytes(whole.as_ref()[..8].try_into().unwrap());
    format!("{text} {sum:016x}")
}

fn version(line: &str) -> u64 {
    line.split(' ').next().unwrap().parse().unwrap()
}

fn whose(line: &str) -> &str {
    line.split(' ').nth(1).unwrap()
}

/// By a connection that holds to no rule of the schema.
pub(super) fn attacked(folder: &Path) -> Connection {
    let attacked = Connection::open(folder.join("store.db")).unwrap();
    attacked.pragma_update(None, "foreign_keys", "OFF").unwrap();
    attacked
}

/// All sessions are there with answers and labels, and none is doubted.
fn all_is_whole(made: &Made, folder: &Path, what: &str) {
    let mut store = held(folder);
    let loaded = store.load().unwrap();
    assert_eq!(loaded.len(), made.truth.len(), "{what}");
    for one in &loaded {
        let known = made.truth.iter().find(|known| known.id() == one.id()).expect(what);
        assert_eq!((&one.entry, &one.own), (&known.entry, &known.own), "{what}");
        assert_eq!((&one.detail, one.storage.fault), (&known.detail, None), "{what}");
    }
}

#[test]
fn no_line_that_is_deleted_doubled_moved_or_forged_takes_anything_from_the_list() {
    let made = made();
    let whole = lines(made.folder.path());
    let last = version(whole.last().unwrap());
    let names: BTreeSet<&str> = whole[1..].iter().map(|line| whose(line)).collect();
    let names: Vec<&&str> = names.iter().filter(|name| **name != "-").collect();
    let mut tried: Vec<(String, Vec<String>, bool)> = Vec::new();
    for at in 0..whole.len() {
        let mut without = whole.clone();
        let taken = without.remove(at);
        tried.push((format!("{at} deleted"), without.clone(), false));
        without.push(taken.clone());
        tried.push((format!("{at} moved"), without, false));
        let doubled = [whole.as_slice(), &[taken]].concat();
        tried.push((format!("{at} doubled"), doubled, false));
    }
    for name in [*names[0], "-"] {
        for above in [0, 1, (1 << 62) - last, u64::MAX - last] {
            let version = last + above;
            for body in ["-", "-AA", "AA"] {
                let forged = line(&format!("{version} {name} {body}"));
                let forged = [whole.as_slice(), &[forged]].concat();
                // Earlier builds have written such an end; it says nothing.
                let told = above > 0 && (name != "-" || body != "-");
                tried.push((format!("{version} {name} {body}"), forged, told));
            }
        }
    }
    for (what, lines, must_be_told) in tried {
        let copy = copied(made.folder.path());
        write(copy.path(), &lines);
        let told = nothing_untrue(&made.truth, copy.path(), &what);
        assert!(told || !must_be_told, "{what}: in silence");
        all_is_whole(&made, copy.path(), &what);
        // Versions stay such that rows can be written and read.
        let mut store = held(copy.path());
        store.save(&[Arc::new(session(1, "COMPLETED", 30))]).unwrap();
        drop(store);
        assert_eq!(held(copy.path()).load().unwrap()[1].poll.last_ok.get(), Some(at(30)), "{what}");
        if lines[0] != whole[0] {
            continue;
        }
        // Nor where the list is made of it, by the key in its first line.
        let copy = copied(made.folder.path());
        write(copy.path(), &lines);
        for file in ["store.db", "store.db-wal", "store.db-shm"] {
            let _none = fs::remove_file(copy.path().join(file));
        }
        let list = held(copy.path()).load().unwrap();
        assert_eq!(list.len(), made.truth.len(), "{what}");
    }
}

#[test]
fn a_row_that_is_taken_away_from_both_copies_is_told_until_somebody_has_checked_the_store() {
    let made = made();
    let whole = lines(made.folder.path());
    let names: BTreeSet<&str> = whole[1..].iter().map(|line| whose(line)).collect();
    let mut gone = 0;
    // One of them names the session.
    for name in names.into_iter().filter(|name| *name != "-") {
        let copy = copied(made.folder.path());
        let ids = [id(2).to_string()];
        attacked(copy.path()).execute("DELETE FROM session WHERE id = ?1", ids).unwrap();
        let rest: Vec<String> = whole.iter().filter(|it| !it.contains(name)).cloned().collect();
        write(copy.path(), &rest);
        let told = |exclusive: bool| {
            let mut store = location(copy.path()).open(exclusive).unwrap().persistence;
            let loaded = store.load().unwrap();
            let is_there = loaded.iter().any(|one| one.id() == id(2));
            (is_there, store.trouble().unwrap_or_default())
        };
        let (is_there, said) = told(false);
        assert!(
            said.contains(if is_there { "removed" } else { "1 session missing from" }),
            "{said}"
        );
        if is_there {
            continue;
        }
        gone += 1;
        for exclusive in [true, false, true] {
            let said = told(exclusive).1;
            assert!(said.contains("1 session missing from"), "{said}");
        }
        let mut checks = location(copy.path()).open(false).unwrap().persistence;
        checks.inspect().unwrap();
        checks.read_through().unwrap();
        assert!(checks.trouble().unwrap().contains("1 session missing from"));
        checks.forget_lost().unwrap();
        drop(checks);
        assert_eq!(told(true).1, "", "it was told");
    }
    assert_eq!(gone, 1);
}

#[test]
fn a_second_copy_that_was_taken_away_is_told_and_with_it_what_is_gone_from_the_store() {
    let made = made();
    let copy = copied(made.folder.path());
    fs::remove_file(journal(copy.path())).unwrap();
    let opened = location(copy.path()).open(false).unwrap();
    assert!(opened.warning.unwrap().contains("second copy of the watch-list was missing"));
    drop(opened.persistence);
    assert_eq!(location(copy.path()).open(true).unwrap().warning, None, "it is said once");
    all_is_whole(&made, copy.path(), "the journal alone");
    let copy = copied(made.folder.path());
    fs::remove_file(journal(copy.path())).unwrap();
    attacked(copy.path()).execute("DELETE FROM session", []).unwrap();
    let opened = location(copy.path()).open(true).unwrap();
    assert!(opened.warning.unwrap().contains("second copy of the watch-list was missing"));
    let mut store = opened.persistence;
    assert_eq!(store.load().unwrap(), []);
    assert!(store.trouble().unwrap().contains("4 sessions missing from"));
}

#[test]
fn a_row_that_is_altered_and_that_the_second_copy_does_not_have_stays_on_the_list_as_altered() {
    let made = made();
    let copy = copied(made.folder.path());
    fs::remove_file(journal(copy.path())).unwrap();
    let ids = [id(2).to_string()];
    let alter = "UPDATE session SET body = x'0102' WHERE id = ?1";
    attacked(copy.path()).execute(alter, ids).unwrap();
    for exclusive in [false, true, true] {
        let mut store = location(copy.path()).open(exclusive).unwrap().persistence;
        let loaded = store.load().unwrap();
        let one = loaded.iter().find(|one| one.id() == id(2)).unwrap();
        assert_eq!(one.storage.fault, Some(StoreFault::Altered));
        assert!(store.trouble().unwrap().contains("altered"));
    }
}

/// Puts a plain store in the place of a sealed one, with one session that was never so; its header
/// says that the second copy ends with this version.
fn unsealed(folder: &Path, journal: u64) {
    let attacked = attacked(folder);
    let plain = format!(
        r#"{{"version":900,"epoch":1,"sessions":1,"taken":0,"journal":{journal},"journal_length":0,"digest":[]}}"#
    );
    let body = |text: &[u8]| [&[0_u8], text].concat();
    attacked.execute("UPDATE header SET body = ?1", [body(plain.as_bytes())]).unwrap();
    attacked.execute("DELETE FROM keyring", []).unwrap();
    let row = format!(
        r#"{{"entry":{{"id":"{}","reference":"forged","tags":[],"added_at":"2026-01-01T00:00:00Z","deadline":null,"resources_ttl":null}},"kept":3}}"#,
        id(1)
    );
    let forge = "UPDATE session SET body = ?1 WHERE id = ?2";
    attacked.execute(forge, (body(row.as_bytes()), id(1).to_string())).unwrap();
}

#[test]
fn a_plain_store_in_the_place_of_a_sealed_one_is_not_believed_while_the_second_copy_says_so() {
    let made = made();
    let whole = lines(made.folder.path());
    let head = whole[0].clone();
    let plain_head = line(&head.split(' ').take(2).collect::<Vec<_>>().join(" "));
    let last = version(whole.last().unwrap());
    let heads = [("spoilt", "x"), ("without a key", plain_head.as_str())];
    for ((what, first), ends) in heads.into_iter().flat_map(|it| [0, last].map(|ends| (it, ends))) {
        let copy = copied(made.folder.path());
        unsealed(copy.path(), ends);
        let spoilt = [&[first.to_owned()], &whole[1..]].concat();
        write(copy.path(), &spoilt);
        // Who has no key cannot tell where it fits; then it changes nothing of the second copy.
        let refused = match Location::new(&copy.path().join("store.db"), None).open(true) {
            Ok(mut opened) => opened.persistence.remove(&[id(1)]).unwrap_err(),
            Err(refused) => refused,
        };
        assert!(matches!(refused, PersistError::Damaged(_)), "{what}: {refused}");
        assert_eq!(lines(copy.path()), spoilt, "{what}: who has no key leaves it as it is");
        let opened = location(copy.path()).open(false).unwrap();
        assert!(opened.warning.unwrap().contains("was damaged"), "{what}");
        let mut store = opened.persistence;
        for one in store.load().unwrap() {
            assert_eq!(one.entry.reference, None, "{what}");
            assert_eq!(one.storage.fault, Some(StoreFault::Altered), "{what}");
        }
        let kept = fs::read_to_string(copy.path().join("store.db-damaged-1-watchlist")).unwrap();
        assert!(kept.lines().skip(1).eq(whole[1..].iter()), "{what}: a backup may open it");
    }
}

#[test]
fn a_plain_store_beside_a_whole_second_copy_is_not_believed_without_the_key_either() {
    let made = made();
    for ends in [0, version(lines(made.folder.path()).last().unwrap())] {
        let copy = copied(made.folder.path());
        unsealed(copy.path(), ends);
        for takes in [true, false] {
            let refused = Location::new(&copy.path().join("store.db"), None).open(takes);
            let refused = refused.and_then(|mut opened| opened.persistence.briefs()).unwrap_err();
            assert!(matches!(refused, PersistError::Damaged(_)), "{refused}");
        }
        let opened = location(copy.path()).open(true).unwrap();
        assert!(opened.warning.unwrap().contains("was damaged"));
    }
}

#[test]
fn a_plain_store_that_is_taken_as_it_is_is_told() {
    let made = made();
    let copy = copied(made.folder.path());
    unsealed(copy.path(), 0);
    fs::remove_file(journal(copy.path())).unwrap();
    let opened = location(copy.path()).open(false).unwrap();
    assert!(opened.warning.unwrap().contains("was not encrypted until now"));
    let new = tempfile::tempdir().unwrap();
    assert_eq!(location(new.path()).open(true).unwrap().warning, None, "nothing was in it");
}

#[test]
fn what_stands_beside_no_session_is_deleted_where_a_purge_would_never_reach_it() {
    let made = made();
    let orphans = |folder: &Path| -> i64 {
        let beside = "session NOT IN (SELECT position FROM session)";
        let text = format!(
            "SELECT (SELECT count(*) FROM answer WHERE {beside})
                  + (SELECT count(*) FROM event WHERE {beside})"
        );
        attacked(folder).query_row(&text, [], |row| row.get(0)).unwrap()
    };
    let copy = copied(made.folder.path());
    let ids = [id(2).to_string()];
    attacked(copy.path()).execute("DELETE FROM session WHERE id = ?1", ids).unwrap();
    assert_eq!(orphans(copy.path()), 3);
    held(copy.path()).load().unwrap();
    assert_eq!(orphans(copy.path()), 0, "who holds it takes the session for gone");
    let copy = copied(made.folder.path());
    let plant = "INSERT INTO answer SELECT 77, part, version, body FROM answer WHERE session = 1";
    attacked(copy.path()).execute(plant, []).unwrap();
    let mut checks = location(copy.path()).open(false).unwrap().persistence;
    let said = checks.inspect().unwrap().unwrap();
    assert!(said.contains("1 row of sessions that are not in the store"), "{said}");
    assert_eq!((orphans(copy.path()), checks.inspect().unwrap()), (0, None));
}

#[test]
fn a_check_finds_what_the_second_copy_lacks() {
    let made = made();
    let copy = copied(made.folder.path());
    let mut checks = location(copy.path()).open(false).unwrap().persistence;
    assert_eq!(checks.inspect().unwrap(), None);
    let whole = lines(copy.path());
    let gone = whose(&whole[2]).to_owned();
    let rest: Vec<String> = whole.iter().filter(|line| !line.contains(&gone)).cloned().collect();
    write(copy.path(), &rest);
    let said = checks.inspect().unwrap().unwrap();
    assert!(said.contains("0 lines, 1 session missing"), "{said}");
    assert_eq!(checks.inspect().unwrap(), None);
    fs::remove_file(copy.path().join("store.db")).unwrap();
    drop(checks);
    assert_eq!(held(copy.path()).load().unwrap().len(), 4, "it is whole again");
}

#[test]
fn the_second_copy_stays_short_however_often_one_session_changes() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = held(folder.path());
    let mut one = session(1, "ONGOING", 1);
    store.add(&[(*one.entry).clone()]).unwrap();
    for n in 0..60 {
        one.own = Arc::default();
        one.keep(&AnnotationChange::Note(format!("{n} {}", "x".repeat(4_000))), at(n));
        store.save(&[Arc::new(one.clone())]).unwrap();
    }
    let length = fs::metadata(journal(folder.path())).unwrap().len();
    // Written anew at twice 64 KB; a record has 4,000 characters twice, with its history.
    assert!(length < 160_000, "{length}");
}
