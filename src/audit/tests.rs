//! The audit log written, rotated, forged and checked.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use tempfile::TempDir;

use super::check::FileChain;
use super::*;
use AuditVerdict::{Altered, Changed, Cut, EarlierVersion, Missing, NotLinked, NotProved, Whole};

fn id() -> SessionId {
    SessionId::parse("1c3cae90-1769-43a9-8554-d85f2e7cdb0f").unwrap()
}

fn now() -> Timestamp {
    "2026-10-16T09:00:00Z".parse().unwrap()
}

fn key(byte: u8) -> AuditKey {
    AuditKey::new(&[byte; 32])
}

fn log(folder: &TempDir, key: Option<AuditKey>) -> AuditLog {
    AuditLog::in_folder(folder.path(), "jane", key)
}

/// So many lines, one after the other.
fn deeds(log: &AuditLog, number: usize) {
    for number in 0..number {
        let reason = format!("case {number}");
        log.append(now(), AuditAction::ExportedUnmasked, &[id()], &reason).unwrap();
    }
}

fn verdicts(folder: &TempDir, by: u8) -> Vec<AuditVerdict> {
    let files = check(&written_in(folder.path()), &key(by)).unwrap();
    files.iter().map(|file| file.verdict).collect()
}

fn written(folder: &TempDir) -> String {
    fs::read_to_string(written_in(folder.path())).unwrap()
}

/// A log with a head and three lines.
fn small() -> (TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    deeds(&log(&folder, Some(key(1))), 3);
    let text = written(&folder);
    assert_eq!(verdicts(&folder, 1), [Whole]);
    (folder, text)
}

// U10, S12
#[test]
fn lines_are_appended_for_the_owner_alone_and_name_no_session() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("made");
    let log = AuditLog::in_folder(&state, "jane\u{1b}[31m", Some(key(1)));
    log.append(now(), AuditAction::ExportedUnmasked, &[id(), id()], "asked by\n\u{1b}[31m fraud")
        .unwrap();
    log.append(now(), AuditAction::PrivacyLowered, &[], "").unwrap();
    let path = state.join("audit.jsonl");
    let text = fs::read_to_string(&path).unwrap();
    assert_eq!(text.lines().count(), 4, "its head too");
    assert!(!text.contains("1c3cae90") && !text.contains('\u{1b}'), "{text}");
    let last = log.last_exports(id()).unwrap();
    assert_eq!((last.masked, last.unmasked), (None, Some(now())));
    let other = SessionId::parse("77b1f0aa-2c51-4b3e-9d20-0be6a911c2e8").unwrap();
    assert_eq!(log.last_exports(other), Some(LastExports::default()));
    assert_eq!(AuditLog::nowhere().last_exports(id()), None);
    let first: serde_json::Value = serde_json::from_str(text.lines().nth(1).unwrap()).unwrap();
    assert_eq!(first["session_hash"], hash(id()).as_str());
    assert_eq!(first["what"], "exported_unmasked");
    for line in text.lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(line["operator"].as_str().unwrap().starts_with("jane"), "{line}");
    }
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&path), mode(&state)), (0o600, 0o700));
}

#[test]
fn a_log_that_is_a_link_a_folder_or_a_pipe_is_refused_in_words() {
    for kind in ["link", "folder", "pipe"] {
        let folder = tempfile::tempdir().unwrap();
        let (target, path) = (folder.path().join("precious"), written_in(folder.path()));
        fs::write(&target, "precious").unwrap();
        match kind {
            "link" => symlink(&target, &path).unwrap(),
            "folder" => fs::create_dir(&path).unwrap(),
            _ => {
                let made = std::process::Command::new("mkfifo").arg(&path).status();
                assert!(made.unwrap().success());
            }
        }
        let log = log(&folder, None);
        let why = log.append(now(), AuditAction::Revealed, &[id()], "").unwrap_err();
        assert!(why.contains("the audit log cannot be written"), "{kind}: {why}");
        assert_eq!(log.last_exports(id()), None, "{kind}");
        assert!(check(&path, &key(1)).is_err(), "{kind}");
        assert_eq!(fs::read_to_string(&target).unwrap(), "precious");
    }
}

#[test]
fn lines_altered_removed_swapped_repeated_or_inserted_are_found_at_their_place() {
    let (folder, text) = small();
    let lines: Vec<&str> = text.lines().collect();
    let found = |lines: &[&str]| {
        fs::write(written_in(folder.path()), lines.join("\n") + "\n").unwrap();
        verdicts(&folder, 1)
    };
    for at in 0..lines.len() {
        let mut forged = lines.clone();
        let altered = forged[at].replace("jane", "joan");
        forged[at] = &altered;
        assert_eq!(found(&forged), [Altered(at + 1)], "altered");
        // The last one: nothing behind it tells that it was there.
        if at + 1 < lines.len() {
            let mut forged = lines.clone();
            forged.remove(at);
            assert_eq!(found(&forged), [Altered(at + 1)], "removed {at}");
            let mut forged = lines.clone();
            forged.swap(at, at + 1);
            assert_eq!(found(&forged), [Altered(at + 1)], "swapped {at}");
        }
        for from in 0..lines.len() {
            let mut forged = lines.clone();
            forged.insert(at + 1, lines[from]);
            // The next line before its own place: the first of the two is as it was written.
            let second = usize::from(from == at + 1);
            let wanted = Altered(at + 2 + second);
            assert_eq!(found(&forged), [wanted], "line {from} again after {at}");
        }
    }
}

#[test]
fn what_is_made_without_the_key_is_never_proved() {
    let (folder, text) = small();
    let lines: Vec<&str> = text.lines().collect();
    for (name, forger) in [("without a key", None), ("with another key", Some(key(9)))] {
        for at in 1..=lines.len() {
            let entry = json!({ "at": now().to_string(), "what": "exported", "operator": "joan" });
            let entry = entry.as_object().unwrap().clone();
            let forged = line::write(entry, &sum(lines[at - 1].as_bytes()), forger.as_ref());
            let mut all: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
            all.insert(at, forged.clone());
            let mut wanted = Altered(at + 2);
            if at == lines.len() {
                wanted = NotProved(1);
            }
            fs::write(written_in(folder.path()), all.join("\n") + "\n").unwrap();
            assert_eq!(verdicts(&folder, 1), [wanted], "{name}, inserted at {at}");
            // And all that follows made anew, so that each line follows the one before.
            let mut before = sum(forged.as_bytes());
            for line in &mut all[at + 1..] {
                let mut entry: Map<String, Value> = serde_json::from_str(line).unwrap();
                for field in ["before", "key", "mac"] {
                    entry.remove(field);
                }
                *line = line::write(entry, &before, forger.as_ref());
                before = sum(line.as_bytes());
            }
            fs::write(written_in(folder.path()), all.join("\n") + "\n").unwrap();
            let file = &check(&written_in(folder.path()), &key(1)).unwrap()[0];
            let forged = all.len() - at;
            assert_eq!(file.verdict, NotProved(forged), "{name}, from {at}");
            assert_eq!(file.without_key + file.with_another_key, forged);
            assert!(!file.is_right() && file.lines_words().ends_with(name));
        }
    }
}

#[test]
fn each_bit_that_is_flipped_is_found() {
    let (_folder, text) = small();
    let (bytes, key) = (text.into_bytes(), key(1));
    let found = |bytes: &[u8]| FileChain::of(bytes, &key).unwrap().verdict(None);
    assert_eq!(found(&bytes), Whole);
    for place in 0..bytes.len() {
        for bit in 0..8 {
            let mut flipped = bytes.clone();
            flipped[place] ^= 1 << bit;
            let found = found(&flipped);
            assert!(!matches!(found, Whole | EarlierVersion), "byte {place}, bit {bit}");
        }
    }
}

#[test]
fn a_line_that_was_cut_is_told_and_never_joined_with_the_next() {
    let (folder, text) = small();
    let path = written_in(folder.path());
    let whole = text.trim_end().rfind('\n').unwrap() + 1;
    for length in whole + 1..text.len() {
        fs::write(&path, &text.as_bytes()[..length]).unwrap();
        assert_eq!(verdicts(&folder, 1), [Cut(4)], "at byte {length}");
    }
    for length in [whole + 1, text.len() - 30] {
        fs::write(&path, &text.as_bytes()[..length]).unwrap();
        deeds(&log(&folder, Some(key(1))), 2);
        let after = written(&folder);
        assert_eq!(after.lines().count(), 6);
        assert!(after.lines().skip(4).all(|line| serde_json::from_str::<Value>(line).is_ok()));
        let files = check(&path, &key(1)).unwrap();
        assert_eq!(files[0].verdict_words(), "cut after line 3");
    }
    // Only its end is missing: the line is whole when the next one is written.
    fs::write(&path, text.trim_end()).unwrap();
    deeds(&log(&folder, Some(key(1))), 1);
    assert_eq!(verdicts(&folder, 1), [Whole]);
}

#[test]
fn two_who_write_at_once_leave_whole_lines_in_one_chain_over_all_files() {
    let folder = tempfile::tempdir().unwrap();
    std::thread::scope(|threads| {
        for by in [Some(key(1)), Some(key(2)), None] {
            let log = AuditLog { largest: 20_000, ..log(&folder, by) };
            threads.spawn(move || {
                for _ in 0..40 {
                    log.append(now(), AuditAction::Exported, &[id(), id()], "").unwrap();
                }
            });
        }
    });
    deeds(&log(&folder, Some(key(1))), 1);
    let files = check(&written_in(folder.path()), &key(1)).unwrap();
    assert!(files.len() >= 3, "{files:?}");
    assert!(files.iter().all(|file| file.verdict == Whole), "{files:?}");
    let lines: usize = files.iter().map(|file| file.lines).sum();
    assert_eq!(lines, 3 * 80 + 1 + files.len(), "and a head in each file");
}

#[test]
fn a_full_file_is_kept_beside_the_next_which_proves_it() {
    let folder = tempfile::tempdir().unwrap();
    let small = AuditLog { largest: 900, ..log(&folder, Some(key(1))) };
    deeds(&small, 12);
    let last = small.last_exports(id()).unwrap();
    assert_eq!(last.unmasked, Some(now()), "of all files");
    let names = full_files(folder.path()).unwrap();
    assert!(names.len() >= 3, "{names:?}");
    assert_eq!(names[..2], ["audit-20261016T090000Z.jsonl", "audit-20261016T090001Z.jsonl"]);
    let whole = || verdicts(&folder, 1).iter().all(|verdict| *verdict == Whole);
    assert!(whole());
    let path = |at: usize| folder.path().join(&names[at]);
    let text = fs::read_to_string(path(1)).unwrap();
    let (kept, _last_line) = text.trim_end().rsplit_once('\n').unwrap();
    fs::write(path(1), format!("{kept}\n")).unwrap();
    assert_eq!(verdicts(&folder, 1)[..3], [Whole, Changed, Whole], "cut from its end");
    fs::write(path(1), text.replacen("jane", "joan", 1)).unwrap();
    assert_eq!(verdicts(&folder, 1)[..3], [Whole, Altered(1), Whole]);
    fs::write(path(1), fs::read(path(0)).unwrap()).unwrap();
    assert_eq!(verdicts(&folder, 1)[..2], [NotLinked, Changed], "another in its place");
    fs::remove_file(path(1)).unwrap();
    assert_eq!(verdicts(&folder, 1)[..3], [NotLinked, Missing, Whole]);
    fs::write(path(1), &text).unwrap();
    assert!(whole());
    // Put there by somebody, later than all others, and none of the log's.
    fs::write(folder.path().join("audit-20300101T000000Z.jsonl"), &text).unwrap();
    fs::write(folder.path().join("audit-copy.jsonl"), &text).unwrap();
    assert_eq!(verdicts(&folder, 1)[..2], [NotLinked, Whole]);
    // A full file alone is checked with those before it.
    let files = check(&path(1), &key(1)).unwrap();
    assert_eq!(files.iter().map(|file| file.verdict).collect::<Vec<_>>(), [Whole, Whole]);
    assert!(is_audit_file(&path(1)) && !is_audit_file(&folder.path().join("audit-copy.jsonl")));
}

#[test]
fn a_line_with_another_key_is_proved_by_a_later_one_and_never_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    deeds(&log(&folder, Some(key(1))), 2);
    deeds(&log(&folder, Some(key(2))), 1);
    assert_eq!((verdicts(&folder, 1), verdicts(&folder, 2)), (vec![NotProved(1)], vec![Whole]));
    let file = &check(&written_in(folder.path()), &key(3)).unwrap()[0];
    assert_eq!(file.verdict_words(), "sealed with another key");
    deeds(&log(&folder, Some(key(1))), 1);
    assert_eq!((verdicts(&folder, 1), verdicts(&folder, 2)), (vec![Whole], vec![NotProved(1)]));
    // What was done to a line of the other key is found by this one.
    let text = written(&folder);
    let altered: Vec<String> = text.lines().map(str::to_owned).collect();
    let altered =
        [&altered[..3], &[altered[3].replace("case 0", "case 7")], &altered[4..]].concat();
    fs::write(written_in(folder.path()), altered.join("\n") + "\n").unwrap();
    assert_eq!(verdicts(&folder, 1), [Altered(5)]);
}

// F02, S12
#[test]
fn a_log_of_another_user_takes_no_line() {
    let folder = tempfile::tempdir().unwrap();
    let log = log(&folder, Some(key(1)));
    deeds(&log, 1);
    // A file of another owner can only be made by root; `regular_file` has who is one.
    if rustix::process::geteuid().is_root() {
        std::os::unix::fs::lchown(written_in(folder.path()), Some(65_534), None).unwrap();
        let before = written(&folder);
        let why = log.append(now(), AuditAction::Exported, &[id()], "").unwrap_err();
        assert!(why.contains("belongs to another user"), "{why}");
        assert_eq!(written(&folder), before);
    }
}

#[test]
fn a_log_of_an_earlier_version_is_moved_aside_and_bound_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let old = concat!(r#"{"at":"2026-09-01T00:00:00Z","what":"exported","operator":"jane"}"#, "\n");
    fs::write(written_in(folder.path()), old).unwrap();
    assert_eq!(verdicts(&folder, 1), [NotProved(1)]);
    deeds(&log(&folder, Some(key(1))), 1);
    assert_eq!(verdicts(&folder, 1), [EarlierVersion, Whole]);
    let names = full_files(folder.path()).unwrap();
    let aside = folder.path().join(&names[0]);
    assert_eq!(fs::read_to_string(&aside).unwrap(), old);
    fs::write(&aside, old.replace("jane", "joan")).unwrap();
    assert_eq!(verdicts(&folder, 1), [Changed, Whole]);
}

#[test]
fn without_a_key_a_line_is_written_all_the_same_and_counted() {
    let folder = tempfile::tempdir().unwrap();
    deeds(&log(&folder, None), 2);
    let only = &check(&written_in(folder.path()), &key(1)).unwrap()[0];
    assert_eq!(
        (only.verdict, only.lines_words().as_str()),
        (NotProved(3), "3 lines, 3 without a key")
    );
    deeds(&log(&folder, Some(key(1))), 1);
    let file = &check(&written_in(folder.path()), &key(1)).unwrap()[0];
    assert_eq!((file.verdict, file.without_key), (Whole, 3));
    deeds(&log(&folder, None), 1);
    let file = &check(&written_in(folder.path()), &key(1)).unwrap()[0];
    assert_eq!(file.verdict_words(), "not proved: the last 1 line");
}
