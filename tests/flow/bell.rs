//! The bell rings for what the operator asked for, and the desktop is told no more than it may
//! know.

use super::{folder, story};

#[test]
fn it_is_silent_until_asked_for_and_then_names_what_has_become_of_whom() {
    let folder = folder();
    story((120, 40), &[("S07", 450), ("S07", 450)], folder.path(), async |o| {
        o.does_not_see("bell on");
        o.press("b").await;
        o.sees("bell on: REJECT, turned away?, due soon");
        o.press("b").await;
        o.sees("bell off");
        o.pass(120.0).await;
        o.sees("2 REJECT");
        assert!(o.seen.borrow().rung.is_empty());
    });
    story((120, 40), &[("S07", 450)], folder.path(), async |o| {
        o.press("b").await;
        o.pass(120.0).await;
        o.sees("1 REJECT");
        o.sees("MASKED  bell on");
        assert_eq!(o.seen.borrow().rung, [Some("dbs-1: REJECT".to_owned())]);
    });
}

#[test]
fn first_answers_ring_nothing_and_many_at_once_ring_once() {
    let folder = folder();
    story((80, 24), &[("S07", 700)], folder.path(), async |o| {
        o.press("b").await;
        o.press("R").await;
        o.pass(30.0).await;
        assert!(o.seen.borrow().rung.is_empty());
    });
    story((80, 24), &[("S05", 2_700); 3], folder.path(), async |o| {
        o.press("b").await;
        // Only an answer tells it: all are asked in the same second.
        for _ in 0..200 {
            o.press("R").await;
            o.pass(1.0).await;
        }
        assert_eq!(o.seen.borrow().rung, [Some("3 turned away?".to_owned())]);
    });
}

#[test]
fn a_locked_screen_rings_without_a_name() {
    let folder = folder();
    story((80, 24), &[("S05", 1_850)], folder.path(), async |o| {
        o.press("b").await;
        o.pass(1_000.0).await;
        o.sees("Screen hidden");
        assert_eq!(o.seen.borrow().rung, [Some("1 turned away?".to_owned())]);
    });
}

#[test]
fn a_large_window_counts_what_ended_and_how_busy_asking_is() {
    let folder = folder();
    story((200, 60), &[("S07", 450), ("S01", 700)], folder.path(), async |o| {
        o.pass(5.0).await;
        o.sees("metrics (24h)  completed 1 ");
        o.sees("rejects 0 ");
        o.pass(120.0).await;
        o.sees("completed 2 ");
        o.sees("rejects 1 ");
        let header = o.screen().lines().nth(2).unwrap().to_owned();
        assert!(header.contains("req/s ") && header.contains('▂'), "{header}");
    });
}
