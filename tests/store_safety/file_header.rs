//! What SQLite keeps for itself in the store's file, which has no seal: the file's header and the
//! objects of the schema; and whose store it is.

use super::second_copy::attacked;
use super::*;

// D05
#[test]
fn a_bit_that_flips_in_the_files_header_or_the_first_pages_tree_refuses_nothing() {
    let made = made();
    let whole = fs::read(made.folder.path().join("store.db")).unwrap();
    // All of them where there is time; always those by which SQLite tells what a file is.
    let step = (108 * 8 / rounds(60)).max(1);
    let telling = [18, 19, 47, 60, 63, 68, 71].map(|byte| byte * 8..byte * 8 + 8);
    let bits: std::collections::BTreeSet<usize> =
        (0..108 * 8).step_by(step).chain(telling.into_iter().flatten()).collect();
    for bit in bits {
        let copy = copied(made.folder.path());
        let mut bytes = whole.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        fs::write(copy.path().join("store.db"), bytes).unwrap();
        let what = format!("byte {} bit {}", bit / 8, bit % 8);
        nothing_untrue(&made.truth, copy.path(), &what);
        let mut store = held(copy.path());
        store.save(&[Arc::new(session(1, "COMPLETED", 30))]).expect(&what);
        let loaded = store.load().unwrap();
        let one = loaded.iter().find(|one| one.id() == id(1)).unwrap();
        assert_eq!(one.poll.last_ok.get(), Some(at(30)), "{what}");
    }
}

#[test]
fn what_somebody_added_to_the_schema_is_told_and_undoes_nothing_that_is_acknowledged() {
    let made = made();
    let tamper = [
        "CREATE TRIGGER t BEFORE UPDATE ON session BEGIN SELECT RAISE(IGNORE); END",
        "CREATE TRIGGER t AFTER INSERT ON answer BEGIN DELETE FROM answer; END",
        "CREATE VIEW v AS SELECT * FROM session",
        "DROP INDEX post_session",
        "DROP INDEX session_version; CREATE INDEX session_version ON session (version)",
        "CREATE TABLE more (n)",
        "ALTER TABLE session ADD COLUMN more INTEGER",
        "PRAGMA writable_schema = ON;
         UPDATE sqlite_schema SET sql = replace(sql, 'UNIQUE', '') WHERE name = 'session'",
    ];
    for what in tamper {
        let copy = copied(made.folder.path());
        attacked(copy.path()).execute_batch(what).expect(what);
        assert!(nothing_untrue(&made.truth, copy.path(), what), "{what}: in silence");
        // While it is held.
        let copy = copied(made.folder.path());
        let mut store = held(copy.path());
        store.briefs().unwrap();
        attacked(copy.path()).execute_batch(what).expect(what);
        if store.save(&[Arc::new(session(1, "COMPLETED", 30))]).is_ok() {
            let loaded = store.load().unwrap();
            let one = loaded.iter().find(|one| one.id() == id(1)).unwrap();
            assert_eq!(one.poll.last_ok.get(), Some(at(30)), "{what}");
            assert!(one.answers().unwrap().session().is_some(), "{what}");
        }
    }
}

#[test]
fn a_check_reads_all_of_the_file() {
    let made = made();
    let path = made.folder.path().join("store.db");
    let mut bytes = fs::read(&path).unwrap();
    // So many pages are free, it says; opening and reading it need none.
    bytes[39] ^= 1;
    fs::write(&path, bytes).unwrap();
    let mut store = location(made.folder.path()).open(false).unwrap().persistence;
    assert_eq!(store.load().unwrap().len(), 4);
    let found = store.inspect().unwrap_err();
    assert!(matches!(found, PersistError::Damaged(_)), "{found}");
}

#[test]
fn a_store_of_another_profile_is_refused_until_it_is_taken_over() {
    let folder = tempfile::tempdir().unwrap();
    let of = |profile: &str| location(folder.path()).owned_by(profile);
    let mut store = of("one").open(true).unwrap().persistence;
    store.add(&[WatchEntry::new(id(1), at(0))]).unwrap();
    drop(store);
    for exclusive in [false, true] {
        let refused = of("two").open(exclusive).unwrap_err();
        let said = refused.to_string();
        assert!(matches!(refused, PersistError::Foreign(_)), "{said}");
        assert!(said.contains("profile one") && said.contains("store rekey"), "{said}");
    }
    assert!(of("two").beside().is_err());
    for same in [of("one"), of("default")] {
        assert_eq!(same.open(false).unwrap().persistence.briefs().unwrap().len(), 1);
    }
    location(folder.path())
        .rekey(&StoreKey::new(&[7; KEY_LENGTH], &[8; KEY_LENGTH]).unwrap())
        .unwrap();
    let mut taken = of("two").open(true).unwrap().persistence;
    assert_eq!(taken.briefs().unwrap().len(), 1);
    drop(taken);
    assert!(of("one").open(true).is_err());
}
