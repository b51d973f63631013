//! Taking away and revealing: export, copy, letter, media, privacy, what is done at Yoti.

use std::path::PathBuf;
use std::sync::Arc;

use branchwatch::app::dialogs::programs::state::Program;
use branchwatch::app::operator::config::state::{OperatorConfig, Permissions};
use branchwatch::app::text::hidden::Hidden;
use branchwatch::audit::AuditLog;
use branchwatch::domain::session::ids::SessionId;
use branchwatch::domain::session::resource::Media;
use branchwatch::domain::watchlist::detail_source::NothingStored;
use branchwatch::runtime::clipboard::Clipboard;
use branchwatch::runtime::opener::Opener;
use branchwatch::runtime::services::Services;
use branchwatch::runtime::yoti_actions::{HeldBytes, YotiActions};
use crossterm::event::Event as Input;
use futures::future::BoxFuture;
use zeroize::Zeroizing;

use super::{Operator, folder, story};

/// What the stories configure.
pub(crate) fn settings() -> OperatorConfig {
    OperatorConfig {
        portal_url: Some("https://portal.example/sessions/{session_id}".to_owned()),
        permissions: Permissions { delete: true, email: false },
        programs: vec![Program {
            name: "ticket".to_owned(),
            words: "Open the ticket".to_owned(),
            run: vec!["sh".into(), "-c".into(), "exit 3".into(), "{session_id}".into()],
        }],
    }
}

/// An audit log in the folder, and `open` there as the desktop's program when it stands there.
pub(crate) fn desk(folder: &std::path::Path) -> Services {
    let program = folder.join("open");
    let opener = if program.exists() { Opener::Program(program) } else { Opener::Elsewhere };
    Services {
        audit: AuditLog::in_folder(&folder.join("state"), "jane", None),
        details: Arc::new(NothingStored),
        opener,
        clipboard: Clipboard::default(),
        yoti_actions: Some(Arc::new(MadeUp { folder: folder.to_path_buf() })),
        private: None,
    }
}

/// Yoti's answers for one person; the files `not-ready` and `withheld` in the folder change them.
struct MadeUp {
    folder: PathBuf,
}

impl MadeUp {
    /// Each change that was asked for, one word a line.
    fn note(&self, what: &str) {
        let path = self.folder.join("asked");
        let mut text = std::fs::read_to_string(&path).unwrap_or_default();
        text.push_str(what);
        std::fs::write(path, text).unwrap();
    }
}

impl YotiActions for MadeUp {
    fn letter(&self, _id: SessionId) -> BoxFuture<'_, Result<Zeroizing<Vec<u8>>, String>> {
        let ready = !self.folder.join("not-ready").exists();
        let letter = || Zeroizing::new(b"%PDF-1.4 for Canary Person".to_vec());
        Box::pin(std::future::ready(ready.then(letter).ok_or("not ready (409)".to_owned())))
    }

    fn contact(
        &self,
        _id: SessionId,
    ) -> BoxFuture<'_, Result<Vec<(&'static str, Hidden)>, String>> {
        let name = vec![("first name", Hidden::new("Canary".to_owned()))];
        Box::pin(std::future::ready(Ok(name)))
    }

    fn media<'a>(
        &'a self,
        _id: SessionId,
        _media: &'a Media,
    ) -> BoxFuture<'a, Result<HeldBytes, String>> {
        let withheld = self.folder.join("withheld").exists();
        let mut png = Vec::new();
        // Left half light, right half dark.
        let picture = image::RgbImage::from_fn(64, 64, |x, _| {
            image::Rgb(if x < 32 { [250; 3] } else { [10; 3] })
        });
        picture.write_to(&mut std::io::Cursor::new(&mut png), image::ImageFormat::Png).unwrap();
        let held = HeldBytes { bytes: Zeroizing::new(png), ending: "png", doubt: None };
        let answer = if withheld { Err("Yoti withholds it (204)".to_owned()) } else { Ok(held) };
        Box::pin(std::future::ready(answer))
    }

    fn delete(&self, id: SessionId) -> BoxFuture<'_, Result<(), String>> {
        self.note(&format!("delete {}\n", id.short()));
        let locked = self.folder.join("locked").exists();
        let answer =
            if locked { Err("its checks have not finished (409)".to_owned()) } else { Ok(()) };
        Box::pin(std::future::ready(answer))
    }

    fn send_letter(&self, id: SessionId) -> BoxFuture<'_, Result<(), String>> {
        self.note(&format!("send {}\n", id.short()));
        Box::pin(std::future::ready(Ok(())))
    }
}

/// What was done, by the audit log; its first line tells only that it begins.
fn deeds(folder: &std::path::Path) -> Vec<String> {
    let text = std::fs::read_to_string(folder.join("state/audit.jsonl")).unwrap_or_default();
    let word = |line: &str| {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        line.get("what").and_then(|what| what.as_str()).unwrap().to_owned()
    };
    text.lines().skip(1).map(word).collect()
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
            let bytes = std::fs::read(&path).unwrap();
            files.push((name, String::from_utf8_lossy(&bytes).into_owned()));
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
        o.sees("(•) CSV");
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
fn the_palette_makes_bundles_whose_sums_are_right_and_never_writes_over_one() {
    let folder = folder();
    let below = folder.path().join("new");
    story((120, 40), &[("S01", 700), ("S07", 900)], folder.path(), async |o| {
        for _ in 0..2 {
            o.press(":").await;
            o.types("export bundle").await;
            o.press("enter").await;
            o.sees("(•) Bundle");
            o.pass(0.5).await;
            o.sees("Preview    4 files");
            o.press("tab tab tab tab tab tab tab tab").await;
            o.press("ctrl-u").await;
            o.types(&below.join("dbs.bundle").display().to_string()).await;
            o.press("enter").await;
            o.pass(1.0).await;
            o.sees("exported");
        }
        o.press("g space space E tab l l l l").await;
        o.pass(0.5).await;
        o.sees("Preview    8 files");
        o.press("enter").await;
        o.pass(1.0).await;
        o.sees("8 files");
    });
    let mode = |path: &std::path::Path| {
        std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(path).unwrap().permissions())
            & 0o777
    };
    assert_eq!(mode(&below), 0o700);
    for name in ["dbs.bundle", "dbs-2.bundle"] {
        let sums = branchwatch::export::verify(&below.join(name)).unwrap();
        assert_eq!(sums.len(), 3, "{sums:?}");
        assert!(sums.iter().all(|(_, sum)| sum.word() == "ok"), "{sums:?}");
    }
    assert_eq!(deeds(folder.path()), ["exported"; 4], "one line for each session");
}

#[test]
fn the_handover_names_who_needs_somebody_whatever_the_list_is_filtered_to() {
    let folder = folder();
    story((120, 40), &[("S01", 700), ("S07", 90_000)], folder.path(), async |o| {
        o.press("/").await;
        o.types("dbs-1").await;
        o.press("enter H").await;
        o.sees("2 sessions, and what happened in the last 8 hours.");
        assert!(written(folder.path()).iter().all(|(name, _)| !name.starts_with("handover")));
        o.press("esc H").await;
        o.types("x").await;
        o.press("enter").await;
        o.pass(1.0).await;
        o.sees("exported");
    });
    let files = written(folder.path());
    let (name, text) = files.iter().find(|(name, _)| name.starts_with("handover_")).unwrap();
    assert!(name.ends_with("Z.mdx"), "the name can be changed: {name}");
    assert!(text.starts_with("# Handover, acme (test)"), "{text}");
    assert!(text.contains("## REJECT (1)") && text.contains("2 sessions:"), "{text}");
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

// S11, S12
#[test]
fn unmasked_asks_for_a_reason_and_the_reason_is_written_down_first() {
    let folder = folder();
    let state = folder.path().join("state");
    story((80, 24), &[("S01", 700)], folder.path(), async |o| {
        o.press("e j j j space").await;
        o.sees("(•) none");
        o.press("enter").await;
        o.sees("give a reason for exporting unmasked data");
        for key in "asked @ by".split("") {
            if !key.is_empty() {
                o.press(if key == " " { "space" } else { key }).await;
            }
        }
        o.press("enter").await;
        o.sees("leave out e-mail addresses");
        o.press("ctrl-u f r a u d enter").await;
        o.pass(1.0).await;
        o.sees("exported");
    });
    let audit = std::fs::read_to_string(state.join("audit.jsonl")).unwrap();
    let line: serde_json::Value = serde_json::from_str(audit.lines().last().unwrap()).unwrap();
    assert_eq!(line["what"], "exported_unmasked");
    assert_eq!(line["reason"], "fraud");
    assert_eq!(line["operator"], "jane");
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
fn what_is_too_much_for_a_clipboard_is_neither_copied_nor_logged() {
    let folder = folder();
    let sessions = [("S07", 900); 12];
    story((120, 40), &sessions, folder.path(), async |o| {
        o.press("E").await;
        o.sees("(•) 12 filtered");
        o.press("y").await;
        o.pass(1.0).await;
        o.sees("nothing copied: too much for the clipboard");
        assert!(o.seen.borrow().copied.is_empty());
    });
    assert!(deeds(folder.path()).is_empty());
}

/// Lets time pass while a blocking thread waits: a sleep would wait for that.
async fn pass_meanwhile(seconds: u32) {
    for _ in 0..seconds * 10 {
        tokio::time::advance(std::time::Duration::from_millis(100)).await;
        for _ in 0..20 {
            tokio::task::yield_now().await;
        }
    }
}

#[test]
fn an_audit_log_that_hangs_holds_up_no_key_and_nothing_is_shown_or_copied_before_it_is_written() {
    let folder = folder();
    let state = folder.path().join("state");
    std::fs::create_dir(&state).unwrap();
    let log = state.join("audit.jsonl");
    // Whoever appends waits for the lock.
    let held = std::fs::File::create(&log).unwrap();
    held.lock().unwrap();
    story((120, 40), &[("S07", 900)], folder.path(), async |o| {
        let press = |key| {
            let key = crossterm::event::KeyEvent::new(
                crossterm::event::KeyCode::Char(key),
                crossterm::event::KeyModifiers::NONE,
            );
            o.keys.send(Ok(Input::Key(key))).unwrap();
        };
        for key in ['P', 'e', 'y'] {
            press(key);
            pass_meanwhile(1).await;
        }
        press('?');
        pass_meanwhile(1).await;
        o.sees("Help: type to search");
        o.sees(" MASKED");
        o.does_not_see("PARTIAL");
        assert!(o.seen.borrow().copied.is_empty());
        assert_eq!(held.metadata().unwrap().len(), 0);
        held.unlock().unwrap();
        o.pass(1.0).await;
        let text = std::fs::read_to_string(&log).unwrap();
        assert!(text.contains("privacy_lowered") && text.contains("exported"), "{text}");
        o.press("esc").await;
        o.sees("PARTIAL");
        assert_eq!(o.seen.borrow().copied.len(), 1);
    });
}

#[test]
fn case_22_the_copy_menu_takes_all_marked_sessions_a_line_each() {
    let folder = folder();
    let sessions = [("S01", 60), ("S02", 60), ("S07", 900), ("S09", 900)];
    story((80, 24), &sessions, folder.path(), async |o| {
        o.press("space j space j space").await;
        o.press("y").await;
        o.sees("3 marked");
        o.press("enter").await;
        o.pass(0.5).await;
        o.press("Y").await;
        o.pass(0.5).await;
        let copied = o.seen.borrow().copied.clone();
        assert_eq!(copied.len(), 2);
        assert_eq!(copied[0], copied[1], "y and Y take the same");
        let ids: std::collections::BTreeSet<&str> = copied[0].lines().collect();
        assert_eq!((ids.len(), copied[0].lines().count()), (3, 3), "{copied:?}");
        assert!(ids.iter().all(|id| id.len() == 36), "{copied:?}");
    });
}

#[test]
fn the_copy_menu_has_the_link_and_a_summary_for_people() {
    let folder = folder();
    story((80, 24), &[("S07", 900)], folder.path(), async |o| {
        o.press("y").await;
        o.sees("https://portal.example/sessions/00000000");
        o.press("j j j enter").await;
        o.sees("sent to the terminal's clipboard: portal link");
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

// S14
#[test]
fn personal_values_are_cleared_from_the_clipboard_after_half_a_minute_or_at_the_end() {
    let folder = folder();
    let at_end = std::cell::RefCell::new(None);
    story((120, 40), &[("S07", 900)], folder.path(), async |o| {
        let copied = || o.seen.borrow().copied.clone();
        let unmasked = async || {
            o.press("e j j j space tab x backtab y").await;
            o.pass(0.5).await;
        };
        unmasked().await;
        o.sees("cleared in 30 s");
        o.pass(28.0).await;
        assert_eq!(copied().len(), 1, "not yet");
        o.pass(3.0).await;
        assert_eq!(copied()[1..], [" "]);
        o.sees("told the terminal to clear its clipboard");
        unmasked().await;
        o.press("Y").await;
        o.pass(40.0).await;
        assert_eq!(copied().len(), 4, "what was copied since is left alone, and an ID stays");
        unmasked().await;
        at_end.replace(Some(std::rc::Rc::clone(&o.seen)));
    });
    let copied = at_end.take().unwrap().borrow().copied.clone();
    assert_eq!((copied.len(), copied[5].as_str()), (6, " "));
}

#[test]
fn over_ssh_the_portal_is_copied_and_that_is_said() {
    let folder = folder();
    story((80, 24), &[("S01", 900)], folder.path(), async |o| {
        o.press("o").await;
        o.sees("sent to the terminal's clipboard: the link");
        let copied = o.seen.borrow().copied.last().cloned().unwrap();
        assert_eq!(copied, "https://portal.example/sessions/00000000-0000-0000-0000-000000000001");
    });
}

// U13
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

// S10
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

/// Adds a session of which the screen hides something, and puts the cursor on it.
async fn named(o: &Operator) {
    let line = "77b1f0aa-2c51-4b3e-9d20-0be6a911c2e8,Amina Okafor\n";
    o.press("+").await;
    o.keys.send(Ok(Input::Paste(line.into()))).unwrap();
    o.pass(1.0).await;
    o.press("enter").await;
    o.pass(5.0).await;
    o.press("G").await;
    o.does_not_see("Amina Okafor");
}

// S12
#[test]
fn a_reveal_ends_after_twenty_seconds_and_needs_its_line_in_the_log() {
    let place = folder();
    story((80, 24), &[("S01", 700)], place.path(), async |o| {
        named(o).await;
        o.press("g V").await;
        o.sees("REVEALED");
        o.sees("Amina Okafor");
        o.pass(21.0).await;
        o.does_not_see("REVEALED");
    });
    assert_eq!(deeds(place.path()), ["revealed"]);
    let place = folder();
    std::fs::write(place.path().join("state"), "in the way").unwrap();
    story((80, 24), &[("S01", 700)], place.path(), async |o| {
        named(o).await;
        o.press("g V").await;
        o.sees("the audit log cannot be written");
        o.does_not_see("REVEALED");
        o.press("P P").await;
        o.sees("MASKED");
        o.does_not_see("UNMASKED");
    });
}

// S10
#[test]
fn an_idle_screen_is_blank_but_for_its_header_until_enter() {
    let folder = folder();
    let ending = story((80, 24), &[("S01", 700), ("S07", 900)], folder.path(), async |o| {
        o.press("P P e").await;
        o.pass(910.0).await;
        o.sees("Screen hidden");
        o.sees("needs attention");
        o.does_not_see("dbs-");
        o.does_not_see("Export");
        o.does_not_see("UNMASKED");
        // Enter alone is a key like another, and no key acts behind the lock.
        o.press("enter").await;
        o.sees("Enter shows it");
        o.press("q x e").await;
        o.sees("Enter shows it");
        o.press("enter").await;
        o.sees("dbs-1");
        o.does_not_see("Export");
        o.sees("MASKED");
        o.pass(910.0).await;
        o.sees("Screen hidden");
    });
    assert_eq!(ending, super::Ending::Quit, "ctrl-c quits a locked screen");
}

#[test]
fn the_letter_is_saved_whole_or_said_not_to_be_ready() {
    let place = folder();
    story((80, 24), &[("S01", 700)], place.path(), async |o| {
        o.press("L").await;
        o.sees("Letter dbs-1");
        o.sees("to bring");
        std::fs::write(place.path().join("not-ready"), "").unwrap();
        o.press("enter").await;
        o.pass(0.5).await;
        o.sees("not ready (409)");
        std::fs::remove_file(place.path().join("not-ready")).unwrap();
        o.press("enter").await;
        o.pass(0.5).await;
        o.sees("saved ");
        o.press("j enter").await;
        o.pass(0.5).await;
        o.sees("save it instead");
    });
    let files = written(place.path());
    let pdf = files.iter().find(|(name, _)| name.starts_with("dbs-1_letter_")).unwrap();
    assert!(pdf.1.starts_with("%PDF-"));
    assert_eq!(deeds(place.path()).first().map(String::as_str), Some("letter_taken"));
}

#[test]
fn the_contact_is_on_the_screen_for_twenty_seconds_and_gone_when_closed() {
    let place = folder();
    story((80, 24), &[("S01", 700)], place.path(), async |o| {
        o.press("L j j enter").await;
        o.pass(0.5).await;
        o.sees("Canary");
        o.pass(21.0).await;
        o.does_not_see("Canary");
        o.press("enter").await;
        o.pass(0.5).await;
        o.sees("Canary");
        o.press("esc L").await;
        o.does_not_see("Canary");
        o.press("j j enter").await;
        o.pass(0.5).await;
        // The lock takes it too, whatever is left of its time.
        o.pass(901.0).await;
        o.does_not_see("Canary");
    });
    assert_eq!(deeds(place.path()), ["contact_revealed"; 3]);
    let audit = std::fs::read_to_string(place.path().join("state/audit.jsonl")).unwrap();
    assert!(!audit.contains("Canary"), "{audit}");
}

// S07
#[test]
fn a_picture_begins_pixelated_is_cleared_when_asked_and_wiped_when_closed() {
    let place = folder();
    story((120, 40), &[("S01", 700)], place.path(), async |o| {
        o.press("2 v").await;
        o.sees("Media dbs-1");
        o.sees("not fetched");
        o.does_not_see("@@@");
        let line = o.screen().lines().find(|line| line.contains(" page ")).unwrap().to_owned();
        assert!(line.contains("IMAGE"), "{line}");
        o.press("k enter").await;
        o.sees("only pictures can be shown");
        o.press("j enter").await;
        o.pass(0.5).await;
        o.sees("@@@");
        o.sees("Space clear");
        o.press("space").await;
        o.sees("Space pixelate");
        o.press("esc").await;
        o.does_not_see("@@@");
        std::fs::write(place.path().join("withheld"), "").unwrap();
        o.press("v enter").await;
        o.pass(0.5).await;
        o.sees("withholds it (204)");
        o.does_not_see("@@@");
    });
    assert_eq!(deeds(place.path()), ["picture_shown"]);
    let files = written(place.path());
    assert!(files.iter().all(|(_, text)| !text.contains("PNG")), "no file holds it");
}

#[test]
fn a_media_is_saved_only_after_the_warning_and_the_second_key() {
    let place = folder();
    story((120, 40), &[("S01", 700)], place.path(), async |o| {
        o.press("2 v e").await;
        o.sees("The file will hold personal data");
        o.press("j e").await;
        o.sees("The file will hold personal data");
        assert!(deeds(place.path()).is_empty());
        o.press("e").await;
        o.pass(0.5).await;
        o.sees("saved ");
    });
    let saved = std::fs::read_dir(place.path()).unwrap().map(|file| file.unwrap().path());
    let saved: Vec<PathBuf> = saved.filter(|path| path.extension().is_some()).collect();
    assert_eq!(saved.len(), 1, "{saved:?}");
    let bytes = std::fs::read(saved.first().unwrap()).unwrap();
    assert!(bytes.starts_with(b"\x89PNG"));
    assert_eq!(deeds(place.path()), ["media_saved"]);
}

/// Runs an action that has no key, through the help.
async fn by_help(o: &super::Operator, search: &str) {
    o.press("?").await;
    for key in search.chars() {
        o.press(key.to_string().as_str()).await;
    }
    o.press("enter").await;
}

#[test]
fn a_session_is_deleted_at_yoti_only_by_typing_its_name_after_the_question_was_seen() {
    let place = folder();
    let asked = || std::fs::read_to_string(place.path().join("asked")).unwrap_or_default();
    story((120, 40), &[("S07", 900), ("S01", 700)], place.path(), async |o| {
        o.sees("WRITES");
        o.press("g").await;
        by_help(o, "session-del").await;
        o.sees("Type DELETE dbs-1 to confirm:");
        o.sees("Never exported.");
        o.pass(0.5).await;
        o.press("esc e").await;
        o.sees("[ ] notes");
        o.press("enter").await;
        o.sees("exported ");
        by_help(o, "session-del").await;
        o.sees("Last export: 09:00 today, masked.  Unmasked: never.");
        o.pass(0.5).await;
        o.press("enter").await;
        o.sees("that is not DELETE dbs-1");
        for key in "DELETE dbs-1".chars() {
            o.press(if key == ' ' { "space".to_owned() } else { key.to_string() }.as_str()).await;
        }
        assert_eq!(asked(), "");
        o.press("enter").await;
        o.pass(0.5).await;
        o.sees("deleted at Yoti");
        assert_eq!(asked(), "delete 00000000\n");
        // The e-mail is not allowed by this profile.
        by_help(o, "letter-send").await;
        o.sees("read-only: needs --allow-writes, and allow_email");
    });
    assert_eq!(asked(), "delete 00000000\n");
    assert_eq!(deeds(place.path()), ["exported", "delete_asked", "deleted"]);
}

// T14
#[test]
fn keys_typed_before_the_question_was_on_the_screen_answer_nothing() {
    use crossterm::event::{Event as Input, KeyCode, KeyEvent, KeyModifiers};
    let place = folder();
    story((120, 40), &[("S07", 900)], place.path(), async |o| {
        o.press("?").await;
        for key in "session-del".chars() {
            o.press(key.to_string().as_str()).await;
        }
        let phrase = "DELETE dbs-1".chars().map(KeyCode::Char);
        let keys = std::iter::once(KeyCode::Enter).chain(phrase).chain([KeyCode::Enter]);
        for code in keys {
            o.keys.send(Ok(Input::Key(KeyEvent::new(code, KeyModifiers::NONE)))).unwrap();
        }
        o.keys.send(Ok(Input::Paste("DELETE dbs-1".into()))).unwrap();
        o.pass(0.2).await;
        o.press("enter").await;
        o.sees("Type DELETE dbs-1 to confirm:");
        o.does_not_see("to confirm:  D");
        o.pass(1.0).await;
        o.press("esc").await;
        o.does_not_see("Type DELETE");
    });
    assert!(deeds(place.path()).is_empty());
    assert!(!place.path().join("asked").exists());
}

// A17
#[test]
fn a_refused_deletion_is_said_in_words_and_changes_nothing() {
    let place = folder();
    std::fs::write(place.path().join("locked"), "").unwrap();
    story((80, 24), &[("S01", 100)], place.path(), async |o| {
        by_help(o, "session-del").await;
        o.pass(0.5).await;
        for key in "DELETE dbs-1".chars() {
            o.press(if key == ' ' { "space".to_owned() } else { key.to_string() }.as_str()).await;
        }
        o.press("enter").await;
        o.pass(0.5).await;
        o.sees("its checks have not finished (409)");
    });
    assert_eq!(deeds(place.path()), ["delete_asked"]);
}
