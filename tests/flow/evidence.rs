//! Taking away and revealing: export, copy, letter, media, privacy, what is done at Yoti.
//!
//! Owns what these stories find in files.

use super::{folder, story};

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
