//! The operator's own things: note, tags, pin, archive, undo, acknowledge, snooze, add, changes.

use crossterm::event::Event as Input;

use super::{Operator, folder, story};

fn row(o: &Operator, name: &str) -> usize {
    let screen = o.screen();
    let list = |line: &&str| line.contains(name) && !line.contains("Tree");
    screen.lines().take(30).position(|line| list(&line)).unwrap()
}

async fn paste(o: &Operator, text: &str) {
    o.keys.send(Ok(Input::Paste(text.into()))).unwrap();
    o.pass(1.0).await;
}

#[test]
fn c_writes_a_note_that_the_notes_pane_shows_and_u_takes_back() {
    let folder = folder();
    story((120, 40), &[("S03", 60), ("S07", 900)], folder.path(), async |o| {
        o.press("g c").await;
        o.sees("Note for dbs-2");
        o.press("r a n g enter").await;
        o.sees("note for dbs-2; u undoes");
        o.press("8").await;
        o.sees("Notes dbs-2");
        o.does_not_see("rang");
        o.press("V").await;
        o.sees("note: rang");
        o.press("u").await;
        o.sees("undid: note for dbs-2");
        o.sees("none; c writes one");
        o.press("c x esc").await;
        o.does_not_see("note: x");
        o.press("u").await;
        o.sees("nothing to undo");
    });
}

#[test]
fn tags_are_words_with_completion_and_show_in_the_list() {
    let folder = folder();
    story((200, 60), &[("S03", 60), ("S03", 90)], folder.path(), async |o| {
        o.press("g T q 4 enter").await;
        o.sees("#q4");
        o.press("j T q").await;
        o.sees("in use: q4");
        o.press("tab enter").await;
        o.pass(1.0).await;
        assert_eq!(o.screen().matches("#q4").count(), 2, "{}", o.screen());
        o.press("u").await;
        assert_eq!(o.screen().matches("#q4").count(), 1, "{}", o.screen());
    });
}

#[test]
fn pinned_rows_stand_first_and_the_marks_are_meant_where_there_are_any() {
    let folder = folder();
    story((120, 40), &[("S07", 900), ("S03", 60), ("S03", 90)], folder.path(), async |o| {
        assert!(row(o, "dbs-1 ") < row(o, "dbs-2 "));
        o.press("G B").await;
        o.sees("pinned dbs-");
        o.press("u g space space B").await;
        o.sees("pinned 2 sessions");
        o.press("u").await;
        o.sees("undid: pinned 2 sessions");
    });
}

#[test]
fn the_archived_leave_list_and_schedule_until_u_brings_them_back() {
    let folder = folder();
    story((120, 40), &[("S07", 900), ("S03", 60)], folder.path(), async |o| {
        o.press("g D").await;
        o.sees("archived dbs-1; u brings back");
        o.sees("Sessions 1");
        o.press("u").await;
        o.sees("Sessions 2");
        o.sees("undid: archived dbs-1");
    });
}

#[test]
fn an_acknowledged_finding_asks_no_more_and_the_alerts_pane_says_so() {
    let folder = folder();
    story((120, 40), &[("S07", 900), ("S09", 900)], folder.path(), async |o| {
        o.sees("! 2 need attention");
        o.press("g a").await;
        o.sees("acknowledged dbs-1");
        o.sees("! 1 needs attention");
        o.press("5").await;
        o.sees("ack ·");
        o.press("u").await;
        o.sees("! 2 need attention");
        o.press("1 A").await;
        o.sees("Acknowledge all shown?");
        o.press("enter").await;
        o.does_not_see("need attention");
        o.press("a").await;
        o.sees("nothing to acknowledge");
    });
}

#[test]
fn the_snoozed_ask_again_when_their_time_has_come() {
    let folder = folder();
    story((120, 40), &[("S07", 900), ("S03", 60)], folder.path(), async |o| {
        o.press("5 S").await;
        o.sees("Snooze dbs-1");
        o.press("enter").await;
        o.sees("until 10:00");
        o.sees("snoozed┃");
        o.does_not_see("need attention");
        o.pass(3_700.0).await;
        o.sees("! 1 needs attention");
    });
}

#[test]
fn a_paste_is_judged_line_by_line_and_adds_only_on_enter() {
    let folder = folder();
    story((120, 40), &[("S07", 900)], folder.path(), async |o| {
        o.press("+").await;
        paste(
            o,
            "session_id,reference,tags\r\n77b1f0aa-2c51-4b3e-9d20-0be6a911c2e8,new-1,team\n\
             not-a-session\n00000000-0000-0000-0000-000000000001\n",
        )
        .await;
        o.sees("✓ new");
        o.sees("✗ not a UUID");
        o.sees("= watched");
        o.sees("1 new · 1 known · 1 line not understood, skipped (line 2)");
        o.does_not_see("Sessions 2");
        o.press("enter").await;
        o.sees("1 added, 1 already on the list, 1 not understood; u removes again");
        o.sees("new-1");
        // Gone only after a second look, half a minute later.
        o.pass(45.0).await;
        o.sees("not found");
        o.press("u").await;
        o.sees("Sessions 1");
    });
}

#[test]
fn session_ids_pasted_onto_the_list_are_offered_in_the_add_dialog() {
    let folder = folder();
    story((120, 40), &[("S07", 900)], folder.path(), async |o| {
        paste(o, "qqq\nnothing here\n").await;
        o.does_not_see("Add sessions");
        paste(
            o,
            "https://example.com/x?sessionID=77b1f0aa-2c51-4b3e-9d20-0be6a911c2e8&sessionToken=abc\n\
             a0412cd3-0f7e-4d5b-b1a4-5ad7710ce94c,new-2\n",
        )
        .await;
        o.sees("Add sessions to the watch-list");
        o.sees("2 new");
        o.does_not_see("abc");
        o.press("enter").await;
        o.sees("2 added; u removes again");
        o.sees("Sessions 3");
        // In a field a paste is text.
        o.press("/").await;
        paste(o, "77b1f0aa-2c51-4b3e-9d20-0be6a911c2e8").await;
        o.does_not_see("Add sessions");
        o.sees("/ 77b1f0aa");
        o.press("esc {").await;
        paste(o, "77b1f0aa-2c51-4b3e-9d20-0be6a911c2e9").await;
        o.sees("not available in the past");
    });
}

#[test]
fn an_entry_of_the_list_with_another_reference_is_updated() {
    let folder = folder();
    story((120, 40), &[("S07", 900)], folder.path(), async |o| {
        paste(o, "00000000-0000-0000-0000-000000000001,other-9").await;
        o.sees("✓ updated");
        o.sees("0 new · 1 updated");
        o.sees("Enter updates 1 · Esc cancels");
        o.press("enter").await;
        o.sees(" 1 updated ");
        o.sees("Sessions 1");
        o.sees("other-9");
    });
}

#[test]
fn a_file_is_read_by_ctrl_o_and_ten_thousand_lines_are_taken_in() {
    let folder = folder();
    let list = folder.path().join("l");
    let lines: Vec<String> =
        (100..10_100_u128).map(|n| uuid::Uuid::from_u128(n).to_string()).collect();
    std::fs::write(&list, "{\"session_id\":\"77b1f0aa-2c51-4b3e-9d20-0be6a911c2e8\"}\n").unwrap();
    story((120, 40), &[("S07", 900)], folder.path(), async |o| {
        o.press("+ ctrl-o").await;
        paste(o, list.to_str().unwrap()).await;
        o.press("enter").await;
        for _wait in 0..200 {
            o.pass(0.1).await;
            std::thread::yield_now();
        }
        o.sees("1 new");
        paste(o, &lines.join("\n")).await;
        o.sees("10001 new");
        o.press("esc").await;
        o.sees("Sessions 1");
    });
}

#[test]
fn changes_stay_marked_until_looked_at_and_can_be_walked() {
    let folder = folder();
    // dbs-2 reaches a counter while the cursor rests on dbs-1.
    story((120, 40), &[("S03", 3_600), ("S01", 30)], folder.path(), async |o| {
        o.press("/ d b s - 1 enter esc R").await;
        o.pass(60.0).await;
        o.press("R").await;
        o.pass(5.0).await;
        o.sees("Δ");
        o.press(".").await;
        o.sees("Tree dbs-2");
        o.press("d").await;
        o.sees("Changes of dbs-2");
        o.sees("ID document");
        o.press("esc").await;
        o.pass(3.0).await;
        o.press(", d").await;
        o.sees("no changes since you last looked");
        o.sees("ID document");
    });
}
