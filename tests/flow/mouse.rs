//! The operator uses the mouse: off until asked for, then what is clicked is what is drawn.

use crossterm::event::{Event as Input, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

use super::{Operator, folder, story};

impl Operator {
    async fn mouse(&self, kind: MouseEventKind, (column, row): (u16, u16)) {
        let event = MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE };
        self.keys.send(Ok(Input::Mouse(event))).unwrap();
        self.pass(0.2).await;
    }

    /// Where a text stands first.
    #[track_caller]
    fn place(&self, text: &str) -> (u16, u16) {
        let screen = self.screen();
        let mut lines = screen.lines().enumerate();
        let found = lines.find_map(|(row, line)| {
            let before = line.split_once(text)?.0.chars().count();
            // The backend writes each line in quotes.
            Some((u16::try_from(before - 1).unwrap(), u16::try_from(row).unwrap()))
        });
        assert!(found.is_some(), "{text:?} is not on the screen:\n{screen}");
        found.unwrap()
    }

    async fn click(&self, text: &str) {
        self.mouse(MouseEventKind::Down(MouseButton::Left), self.place(text)).await;
    }
}

const MANY: [(&str, i64); 40] = [("S01", 700); 40];

#[test]
fn the_mouse_does_nothing_until_it_is_switched_on() {
    let folder = folder();
    story((120, 40), &MANY[..3], folder.path(), async |o| {
        o.click("2 Tree").await;
        o.sees("[1 Sessions]");
        assert!(!o.seen.borrow().mouse);
        o.press("M").await;
        o.sees("mouse on");
        assert!(o.seen.borrow().mouse);
        o.click("2 Tree").await;
        o.sees("[2 Tree]");
        o.press("M").await;
        assert!(!o.seen.borrow().mouse);
        o.click("1 Sessions").await;
        o.sees("[2 Tree]");
    });
}

#[test]
fn a_click_selects_what_is_under_it_and_a_second_one_enters() {
    let folder = folder();
    for size in [(80, 24), (120, 40), (200, 60)] {
        story(size, &MANY[..3], folder.path(), async |o| {
            o.press("M").await;
            o.click("  dbs-3").await;
            o.sees(">    dbs-3");
            o.sees("[1 Sessions]");
            o.click("  dbs-3").await;
            o.sees("[2 Tree]");
            o.click("allowed sources").await;
            o.does_not_see("not allowed");
            o.click("allowed sources").await;
            o.sees("not allowed");
            o.click(" 3 Checks ").await;
            o.sees("[3 Checks]");
        });
    }
}

#[test]
fn a_click_on_a_head_sorts_and_another_reverses() {
    let folder = folder();
    story((120, 40), &MANY[..3], folder.path(), async |o| {
        o.press("M").await;
        for (head, sort) in
            [("SEEN", "sort seen ▲"), ("SEEN", "sort seen ▼"), ("DUE", "sort due ▲")]
        {
            o.click(head).await;
            o.sees(sort);
        }
        o.mouse(MouseEventKind::Down(MouseButton::Left), (2, o.place("REFERENCE").1)).await;
        o.sees("sort attention");
    });
}

#[test]
fn the_wheel_scrolls_what_is_under_it_and_the_cursor_stays_while_it_can() {
    let folder = folder();
    story((120, 40), &MANY, folder.path(), async |o| {
        o.press("M s j enter g j j j j").await;
        let (row, tree) = (o.place("  dbs-5 "), o.place("▾ ✓ ID_DOCUMENT"));
        o.mouse(MouseEventKind::ScrollDown, row).await;
        assert_eq!(o.place("  dbs-5 "), (row.0, row.1 - 3));
        o.sees(">    dbs-5");
        o.sees("↑ 3");
        o.mouse(MouseEventKind::ScrollDown, row).await;
        o.sees(">    dbs-7");
        o.mouse(MouseEventKind::ScrollUp, row).await;
        o.mouse(MouseEventKind::ScrollUp, row).await;
        o.does_not_see("↑");
        o.press("2 = 1").await;
        o.mouse(MouseEventKind::ScrollDown, tree).await;
        o.sees("[1 Sessions]");
        assert_eq!(o.place("▾ allowed sources").1, tree.1, "the tree has moved by three rows");
    });
}

#[test]
fn a_click_on_a_hint_runs_it_and_none_reaches_into_a_dialog() {
    let folder = folder();
    story((120, 40), &MANY[..3], folder.path(), async |o| {
        o.press("M").await;
        o.click(": cmd").await;
        o.sees("Tab completes");
        o.mouse(MouseEventKind::ScrollDown, (60, 20)).await;
        o.sees("> find ");
        o.mouse(MouseEventKind::Down(MouseButton::Left), (60, 20)).await;
        o.sees("Tab completes");
        o.press("esc").await;
        o.press("space").await;
        o.sees("1 marked");
        o.click("e export").await;
        o.sees("Export ");
    });
}
