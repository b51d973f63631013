//! The time machine: back, forward, and never mistaken for now.

use super::{folder, story};

#[test]
fn braces_walk_through_what_happened_and_esc_returns_to_now() {
    let folder = folder();
    story((120, 40), &[("S07", 700), ("S01", 700)], folder.path(), async |o| {
        o.sees("done: REJECT");
        o.sees("2/2 supplied");
        o.press("2").await;
        for _ in 0..6 {
            o.press("{").await;
        }
        o.sees("Tree dbs-1 ◀");
        o.sees("1/2 supplied");
        o.sees("at counter");
        o.sees("◀ 08:51:15 (");
        o.does_not_see("● live");
        o.does_not_see("REJECT");
        o.press("7").await;
        o.sees("Past responses are not stored");
        o.press("2").await;
        for _ in 0..8 {
            o.press("{").await;
        }
        o.sees("nothing earlier is known");
        o.press("}").await;
        o.sees("0/2 supplied");
        o.press("esc").await;
        o.sees("back to now");
        o.sees("done: REJECT");
        o.sees("● live");
        o.does_not_see("◀");
    });
}

#[test]
fn in_the_past_nothing_is_asked_kept_or_taken_away_and_time_behind_it_goes_on() {
    let folder = folder();
    let scenarios = [("S01", 300), ("S03", 300)];
    story((120, 40), &scenarios, folder.path(), async |o| {
        o.press("{ { {").await;
        o.sees("◀ the past · { back, } forward, Esc now");
        for key in ["r", "R", "p", "e", "E", "y", "L", "c", "T", "B", "D", "u", "a", "+"] {
            o.press(key).await;
            o.sees("not available in the past; Esc returns");
            o.does_not_see("┏");
        }
        let then = o.screen();
        o.pass(400.0).await;
        o.sees("◀ the past");
        assert!(then.contains("awaiting visit") || then.contains("at counter"), "{then}");
        o.press("esc").await;
        o.sees("done: APPROVE");
    });
}

#[test]
fn a_filter_typed_in_the_past_is_in_force_there_and_after() {
    let folder = folder();
    story((120, 40), &[("S07", 700), ("S01", 700)], folder.path(), async |o| {
        o.press("{ /").await;
        o.types("dbs-2").await;
        o.press("enter").await;
        o.sees("Sessions 1 of 2 ◀");
        o.press("esc").await;
        o.sees("Sessions 1 of 2 ");
        o.does_not_see("◀");
        o.press("}").await;
        o.sees("already at the present");
    });
}

#[test]
fn the_palette_goes_to_a_time_of_day_and_says_what_it_expects() {
    let folder = folder();
    story((120, 40), &[("S07", 700), ("S01", 700)], folder.path(), async |o| {
        o.press(":").await;
        o.types("past 08:52").await;
        o.press("enter").await;
        o.sees("◀ 08:52:00 (");
        o.does_not_see("REJECT");
        o.press(":").await;
        o.types("past 23:10").await;
        o.press("enter").await;
        o.sees("◀ 15 Oct 23:10 (");
        o.press("esc").await;
        o.press(":").await;
        o.types("past noon").await;
        o.press("enter").await;
        o.sees("expected a time such as 09:15");
        o.press("esc").await;
        o.sees("done: REJECT");
    });
}
