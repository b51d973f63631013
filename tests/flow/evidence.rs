//! Taking away and revealing: export, copy, letter, media, privacy, what is done at Yoti.
//!
//! Owns what these stories find in files.

use branchwatch::app::desk::DeskSettings;
use branchwatch::audit::AuditLog;
use branchwatch::runtime::desk::Desk;
use branchwatch::runtime::opener::Opener;
use jiff::SignedDuration;

use super::{folder, story};

/// What the stories configure.
pub(crate) fn settings() -> DeskSettings {
    DeskSettings {
        portal_url: Some("https://portal.example/sessions/{session_id}".to_owned()),
        lock_after: Some(SignedDuration::from_secs(900)),
    }
}

/// An audit log in the folder, and `open` there as the desktop's program when it stands there.
pub(crate) fn desk(folder: &std::path::Path) -> Desk {
    let program = folder.join("open");
    let opener = if program.exists() { Opener::Program(program) } else { Opener::Elsewhere };
    Desk { audit: AuditLog::in_folder(&folder.join("state")), opener }
}

/// What was done, by the audit log.
fn deeds(folder: &std::path::Path) -> Vec<String> {
    let text = std::fs::read_to_string(folder.join("state/audit.jsonl")).unwrap_or_default();
    let word = |line: &str| {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        line.get("what").and_then(|what| what.as_str()).unwrap().to_owned()
    };
    text.lines().map(word).collect()
}

/// The files of a folder with their texts, by name.
pub(crate) fn written(folder: &std::path::Path) -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> = Vec::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        if path.is_dir() {
            files.extend(written(&path));
        } else {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            files.push((name, std::fs::read_to_string(&path).unwrap()));
        }
    }
    files.sort();
    files
}

#[test]
fn the_marked_go_out_in_the_format_chosen_and_the_preview_tells_before() {
    let folder = folder();
    story((120, 40), &[("S01", 700), ("S07", 900), ("S03", 60)], folder.path(), async |o| {
        o.press("g space space E").await;
        o.sees("(•) 2 marked");
        o.sees("2 files");
        o.press("tab l l").await;
        o.sees("(•) CSV (list)");
        o.pass(0.5).await;
        o.sees("Preview    1 file");
        o.press("enter").await;
        o.pass(1.0).await;
        o.sees("exported");
    });
    let files = written(folder.path());
    let files: Vec<_> = files.iter().filter(|(name, _)| name != "audit.jsonl").collect();
    assert_eq!(files.len(), 1, "{files:?}");
    assert!(files[0].0.starts_with("sessions_2026"), "{files:?}");
    assert_eq!(files[0].1.lines().count(), 3);
}

#[test]
fn many_documents_go_into_a_folder_one_file_each() {
    let folder = folder();
    story((80, 24), &[("S01", 700), ("S07", 900), ("S03", 60)], folder.path(), async |o| {
        o.press("E").await;
        o.sees("(•) 3 filtered");
        o.sees("Folder");
        o.press("enter").await;
        o.pass(1.0).await;
        o.sees("3 files");
    });
    assert_eq!(written(folder.path()).len(), 4, "and the audit log");
}

#[test]
fn unmasked_asks_for_a_reason_and_the_reason_is_written_down_first() {
    let folder = folder();
    let state = folder.path().join("state");
    story((80, 24), &[("S01", 700)], folder.path(), async |o| {
        o.press("e j j j space").await;
        o.sees("(•) none");
        o.press("enter").await;
        o.sees("say why it is needed unmasked");
        for key in "asked @ by".split("") {
            if !key.is_empty() {
                o.press(if key == " " { "space" } else { key }).await;
            }
        }
        o.press("enter").await;
        o.sees("no addresses in it");
        o.press("ctrl-u f r a u d enter").await;
        o.pass(1.0).await;
        o.sees("exported");
    });
    let audit = std::fs::read_to_string(state.join("audit.jsonl")).unwrap();
    let line: serde_json::Value = serde_json::from_str(audit.lines().last().unwrap()).unwrap();
    assert_eq!(line["what"], "exported_unmasked");
    assert_eq!(line["reason"], "fraud");
    assert_eq!(line["session_hash"].as_str().unwrap().len(), 16);
}

#[test]
fn without_its_line_in_the_audit_log_nothing_unmasked_leaves() {
    let folder = folder();
    std::fs::write(folder.path().join("state"), "in the way").unwrap();
    story((120, 40), &[("S01", 700)], folder.path(), async |o| {
        o.press("e j j j space tab x enter").await;
        o.pass(1.0).await;
        o.sees("nothing exported: the audit log cannot be written");
    });
    assert_eq!(written(folder.path()).len(), 1, "only what stood in the way");
}

#[test]
fn the_copy_menu_has_the_link_and_a_summary_for_people() {
    let folder = folder();
    story((80, 24), &[("S07", 900)], folder.path(), async |o| {
        o.press("y").await;
        o.sees("https://portal.example/sessions/00000000");
        o.press("j j j enter").await;
        o.sees("copied: portal link");
        o.press("y G enter").await;
        o.pass(0.5).await;
        let copied = o.seen.borrow().copied.clone();
        assert!(copied[0].starts_with("https://portal.example/sessions/0000"), "{copied:?}");
        assert!(copied[1].contains("# dbs-1") && copied[1].contains("TAMPERED"), "{copied:?}");
        o.press("y G k enter").await;
        o.pass(0.5).await;
        let copied = o.seen.borrow().copied.last().cloned().unwrap();
        let json: serde_json::Value = serde_json::from_str(&copied).unwrap();
        assert_eq!(json["masked"], true);
    });
    assert_eq!(deeds(folder.path()), ["exported", "exported"]);
}

#[test]
fn over_ssh_the_portal_is_copied_and_that_is_said() {
    let folder = folder();
    story((80, 24), &[("S01", 900)], folder.path(), async |o| {
        o.press("o").await;
        o.sees("this is an SSH session");
        let copied = o.seen.borrow().copied.last().cloned().unwrap();
        assert_eq!(copied, "https://portal.example/sessions/00000000-0000-0000-0000-000000000001");
    });
}

#[test]
fn the_portal_is_opened_by_one_program_with_one_argument_and_no_shell() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder();
    let program = folder.path().join("open");
    let told = folder.path().join("told");
    std::fs::write(
        &program,
        format!("#!/bin/sh\nprintf '%s|' \"$#\" \"$@\" > {}\n", told.display()),
    )
    .unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o700)).unwrap();
    story((80, 24), &[("S01", 900)], folder.path(), async |o| {
        o.press("o").await;
        // A real program needs real time, of which a paused clock has as much as blocks it.
        for _ in 0..500 {
            if o.screen().contains("opened the portal") {
                break;
            }
            o.pass(0.05).await;
            tokio::task::spawn_blocking(std::thread::yield_now).await.unwrap();
        }
        o.sees("opened the portal");
    });
    assert_eq!(
        std::fs::read_to_string(told).unwrap(),
        "1|https://portal.example/sessions/00000000-0000-0000-0000-000000000001|"
    );
}

#[test]
fn privacy_goes_masked_partial_off_and_comes_back_by_itself() {
    let folder = folder();
    story((80, 24), &[("S01", 700)], folder.path(), async |o| {
        o.sees("MASKED");
        o.press("P").await;
        o.sees("PARTIAL");
        o.press("P").await;
        o.sees("UNMASKED 5m");
        o.pass(200.0).await;
        o.sees("UNMASKED 1m");
        o.pass(101.0).await;
        o.sees(" MASKED");
        o.does_not_see("UNMASKED");
        o.press("P P P").await;
        o.does_not_see("UNMASKED");
    });
    assert_eq!(deeds(folder.path()), ["privacy_lowered"; 4]);
}

#[test]
fn a_reveal_ends_after_twenty_seconds_and_needs_its_line_in_the_log() {
    let place = folder();
    story((80, 24), &[("S01", 700)], place.path(), async |o| {
        o.press("V").await;
        o.sees("REVEALED");
        o.pass(21.0).await;
        o.does_not_see("REVEALED");
    });
    assert_eq!(deeds(place.path()), ["revealed"]);
    let place = folder();
    std::fs::write(place.path().join("state"), "in the way").unwrap();
    story((80, 24), &[("S01", 700)], place.path(), async |o| {
        o.press("V").await;
        o.sees("the audit log cannot be written");
        o.does_not_see("REVEALED");
        o.press("P P").await;
        o.sees("MASKED");
        o.does_not_see("UNMASKED");
    });
}

#[test]
fn an_idle_screen_is_blank_but_for_its_header_until_enter() {
    let folder = folder();
    let ending = story((80, 24), &[("S01", 700), ("S07", 900)], folder.path(), async |o| {
        o.press("P P e").await;
        o.pass(910.0).await;
        o.sees("Locked");
        o.sees("need attention");
        o.does_not_see("dbs-");
        o.does_not_see("Export");
        o.does_not_see("UNMASKED");
        // Enter alone is a key like another, and no key acts behind the lock.
        o.press("enter").await;
        o.sees("Enter unlocks");
        o.press("q x e").await;
        o.sees("Enter unlocks");
        o.press("enter").await;
        o.sees("dbs-1");
        o.does_not_see("Export");
        o.sees("MASKED");
        o.pass(910.0).await;
        o.sees("Locked");
    });
    assert_eq!(ending, super::Ending::Quit, "ctrl-c quits a locked screen");
}
