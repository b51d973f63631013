//! Finding: filter, order, columns, marks and views, from the keyboard.

use branchwatch::app::list::views::{View, ViewTexts};

use super::{Operator, folder, story};

/// What the configuration of every story has.
pub(super) fn views() -> Vec<View> {
    let texts = ViewTexts {
        filter: "stage:awaiting".into(),
        sort: "due".into(),
        columns: vec!["due".into(), "branch".into()],
    };
    vec![View::read("chase", &texts).unwrap()]
}

#[test]
fn a_filter_is_in_force_while_it_is_typed_and_a_wrong_one_keeps_the_last_good_result() {
    let folder = folder();
    let scenarios = [("S01", 700), ("S07", 700), ("S03", 3_600), ("S02", 300)];
    story((80, 24), &scenarios, folder.path(), async |o| {
        o.press("/").await;
        o.sees("fields: ref session state stage");
        o.types("stage:done").await;
        o.sees("2 of 4  ✓");
        o.types(" (resul:x").await;
        o.sees("2 of 4  ✗");
        o.sees("\"               ^  ");
        o.sees("no such field; did you mean result?");
        o.press("enter").await;
        o.sees("no such field");
        o.press("ctrl-w").await;
        o.types("result=REJECT").await;
        o.sees("1 of 4  ✓");
        o.press("enter").await;
        o.sees("Sessions 1 of 4");
        o.press("esc").await;
        o.sees("Sessions 4");
    });
}

#[test]
fn a_filter_that_finds_nothing_says_what_could_be_meant() {
    let folder = folder();
    story((120, 40), &[("S01", 700), ("S07", 700)], folder.path(), async |o| {
        o.press("/").await;
        o.types("regect").await;
        o.sees("0 of 2  ✓");
        o.sees("nothing matches; did you mean reject?");
        o.sees("Did you mean reject?");
        o.press("ctrl-u").await;
        o.types("tampered reject").await;
        o.sees("1 of 2  ✓");
        o.press("ctrl-u").await;
        o.types("zzz").await;
        o.sees("nothing matches; a word is part of any reference");
        o.sees("Fields: stage:turned");
        o.press("ctrl-u").await;
        o.types("is:pinned").await;
        o.sees("0 of 2  ✓");
        o.does_not_see("Fields: stage:turned");
        o.press("enter").await;
    });
}

#[test]
fn a_mark_enters_and_leaves_a_filter_that_asks_for_marks() {
    let folder = folder();
    story((120, 40), &[("S01", 700), ("S07", 700)], folder.path(), async |o| {
        o.press("g space").await;
        o.sees("1 marked");
        o.press("/").await;
        o.types("is:marked").await;
        o.press("enter").await;
        o.sees("Sessions 1 of 2");
        o.press("ctrl-4").await;
        o.sees("Sessions 0 of 2");
    });
}

#[test]
fn help_begins_with_the_pane_and_finds_several_words_anywhere() {
    let folder = folder();
    story((120, 40), &[("S07", 700)], folder.path(), async |o| {
        o.press("3 ?").await;
        let first = |o: &Operator| {
            let screen = o.screen();
            let mut lines = screen.lines().skip_while(|line| !line.contains("search:"));
            lines.nth(2).unwrap().to_owned()
        };
        assert!(first(o).contains("Checks"), "{}", o.screen());
        o.sees("letter not set → awaiting visit");
        o.sees("Enter run");
        let shown = |o: &Operator| {
            let screen = o.screen();
            let lines = screen.lines().skip_while(|line| !line.contains("search:")).skip(2);
            let inner = |line: &str| Some(line.split('┃').nth(1)?.trim().to_owned());
            let rows = lines.take(20).filter_map(inner).filter(|row| !row.is_empty());
            rows.collect::<Vec<_>>()
        };
        let before = shown(o);
        o.press("pagedown").await;
        let after = shown(o);
        assert!(!before.iter().any(|row| after.contains(row)), "{before:?}\n{after:?}");
        o.types("export this").await;
        assert!(first(o).contains("Export this session"), "{}", o.screen());
    });
}

#[test]
fn tab_completes_fields_and_values_and_the_arrows_bring_filters_back() {
    let folder = folder();
    let scenarios = [("S01", 700), ("S07", 700), ("S03", 3_600)];
    story((120, 40), &scenarios, folder.path(), async |o| {
        o.press("/").await;
        o.types("!sta").await;
        o.press("tab").await;
        o.sees("/ !state:");
        o.press("tab").await;
        o.sees("/ !stage:");
        o.press("backtab tab").await;
        o.types("aw").await;
        o.press("tab").await;
        o.sees("/ !stage:awaiting_visit");
        o.sees("2 of 3  ✓");
        o.press("enter / ctrl-u").await;
        o.types("dbs-3").await;
        o.press("enter / ctrl-u").await;
        o.types("draft").await;
        o.press("up").await;
        o.sees("/ dbs-3 ");
        o.sees("1 of 3  ✓");
        o.press("up").await;
        o.sees("/ !stage:awaiting_visit");
        o.press("down down").await;
        o.sees("/ draft ");
        o.press("esc").await;
        o.sees("Sessions 1 of 3");
    });
}

#[test]
fn a_filter_that_is_given_up_leaves_the_cursor_where_it_was() {
    let folder = folder();
    let scenarios = [("S01", 700), ("S07", 700), ("S03", 3_600)];
    story((120, 40), &scenarios, folder.path(), async |o| {
        o.press("G").await;
        o.sees("Tree dbs-1");
        o.press("/").await;
        o.types("dbs-2").await;
        o.sees("Tree dbs-2");
        o.press("esc").await;
        o.sees("Tree dbs-1");
    });
}

#[test]
fn time_alone_takes_a_session_into_a_filter_and_the_cursor_keeps_its_session() {
    let folder = folder();
    // The deadlines are 8d 23h 59m and 8d 23h 58m 30s away: only time brings them below the filter's.
    story((120, 40), &[("S03", 60), ("S03", 90)], folder.path(), async |o| {
        o.press("/").await;
        o.types("due<8d23h57m").await;
        o.press("enter").await;
        o.sees("0 of 2 match  due<8d23h57m");
        o.pass(130.0).await;
        o.sees("Sessions 2");
    });
}

#[test]
fn the_order_is_picked_and_reversed_and_the_cursor_stays_on_its_session() {
    let folder = folder();
    let scenarios = [("S03", 3_600), ("S01", 700), ("S07", 700)];
    let names = |o: &Operator| {
        let screen = o.screen();
        let rows = screen.lines().filter(|line| line.contains("/3") || line.contains("/2"));
        rows.filter_map(|row| row.split("dbs-").nth(1)?.chars().next()).collect::<String>()
    };
    story((80, 24), &scenarios, folder.path(), async |o| {
        o.sees("sort attention ▼");
        o.press("j k").await;
        o.sees("dbs-3: ID_DOCUMENT_AUTHENTICITY: REJECT, TAMPERED");
        o.press("s").await;
        o.sees("(•) attention ▼");
        o.sees("least time left first");
        o.press("j enter").await;
        o.sees("sort ref ▲");
        assert_eq!(names(o), "123");
        o.sees("dbs-3: ID_DOCUMENT_AUTHENTICITY: REJECT, TAMPERED");
        o.press("S").await;
        o.sees("sort ref ▼");
        assert_eq!(names(o), "321");
        o.press("R").await;
        o.pass(30.0).await;
        assert_eq!(names(o), "321", "kept while answers come in");
        o.press("s g space").await;
        o.sees("(•) attention ▲");
        o.press("space esc").await;
        o.sees("sort attention ▼");
    });
}

#[test]
fn rows_are_marked_one_by_one_as_a_range_and_all_that_the_filter_shows() {
    let folder = folder();
    let scenarios = [("S01", 700), ("S07", 700), ("S03", 3_600), ("S01", 100)];
    let stars = |o: &Operator| o.screen().lines().filter(|line| line.contains('*')).count();
    story((80, 24), &scenarios, folder.path(), async |o| {
        o.does_not_see("marked");
        o.press("g space").await;
        o.sees("1 marked  Enter open");
        o.press("v j").await;
        assert_eq!(stars(o), 3, "the range shows while it is drawn:\n{}", o.screen());
        o.press("esc").await;
        assert_eq!(stars(o), 1, "Esc gives it up");
        o.press("G v k k v").await;
        o.sees("4 sessions marked");
        o.press("ctrl-4").await;
        o.does_not_see("4 marked");
        assert_eq!(stars(o), 0);
        o.press("/").await;
        o.types("stage:done").await;
        o.press("enter ctrl-a").await;
        o.sees("2 marked  Enter open");
        o.press("esc").await;
        o.sees("Sessions 4");
        assert_eq!(stars(o), 2);
        o.press("ctrl-\\").await;
        assert_eq!(stars(o), 0);
        // In the tree the key is that of the media.
        o.press("2 v esc").await;
        assert_eq!(stars(o), 0);
    });
}

#[test]
fn columns_are_picked_widened_and_reached_sideways() {
    let folder = folder();
    story((80, 24), &[("S01", 700), ("S07", 700)], folder.path(), async |o| {
        o.does_not_see("SESSION");
        o.press("w").await;
        o.sees("SESSION");
        o.sees("STATE");
        o.does_not_see("LETTER BRANCH");
        o.press("l l l l l l l l l").await;
        o.sees("REFERENCE");
        o.sees("LETTER BRANCH");
        o.does_not_see("STATE");
        o.press("h").await;
        o.press("w").await;
        o.sees("DUE");
        o.does_not_see("SESSION");
        o.press("W").await;
        o.sees("[x] stage");
        o.sees("[ ] session");
        // The reference cannot be left out; the session ID comes in, the stage goes.
        o.press("space space j space enter").await;
        o.sees("REFERENCE");
        o.sees("SESSION");
        o.does_not_see("STAGE");
        o.press("w w").await;
        o.sees("STAGE");
    });
}

#[test]
fn a_view_is_chosen_saved_replaced_forgotten_and_told_to_be_kept() {
    let folder = folder();
    let scenarios = [("S01", 700), ("S07", 700), ("S03", 3_600)];
    story((120, 40), &scenarios, folder.path(), async |o| {
        o.press("f").await;
        o.sees("(•) all");
        o.sees("chase");
        o.sees("stage:awaiting · due ▲");
        o.press("j enter").await;
        o.sees("view chase · sort due ▲");
        o.sees("Sessions 1 of 3");
        o.sees("LETTER BRANCH");
        o.press("S").await;
        o.sees("filter stage:awaiting · sort due ▼");
        // The configuration's views are not touched; the list as it stands is saved as another.
        o.press("/ ctrl-s").await;
        o.sees("name of the view:");
        o.types("chase").await;
        o.press("enter").await;
        o.sees("chase is taken");
        o.press("ctrl-u").await;
        o.types("late first").await;
        o.press("enter").await;
        o.sees("view late first saved");
        o.sees("view late first · sort due ▼");
        let kept = |o: &Operator| o.world.borrow().arrangement.views.clone();
        assert_eq!(kept(o)["late first"].sort, "due desc");
        o.press("f g enter").await;
        o.sees("Sessions 3");
        o.sees("sort attention ▼");
        o.press("f G").await;
        o.sees("saved · stage:awaiting · due ▼");
        o.press("enter").await;
        o.sees("Sessions 1 of 3");
        // From the list itself, under the name of the view in force: replaced.
        o.press("S ctrl-s").await;
        o.press("ctrl-u").await;
        o.types("late first").await;
        o.press("enter").await;
        o.sees("view late first replaced");
        assert_eq!(kept(o)["late first"].sort, "due asc");
        o.press("f G delete esc").await;
        o.sees("view late first deleted");
        assert!(kept(o).is_empty());
        o.press("f j delete").await;
        o.sees("chase");
    });
}

#[test]
fn a_view_cannot_be_saved_from_a_filter_that_is_wrong() {
    let folder = folder();
    story((80, 24), &[("S01", 700)], folder.path(), async |o| {
        o.press("/").await;
        o.types("stage:nowhere").await;
        o.press("ctrl-s").await;
        o.sees("no such stage");
        o.does_not_see("name of the view");
        o.press("ctrl-u ctrl-s").await;
        o.sees("name of the view");
        o.press("enter").await;
        o.sees("the view needs a name");
        o.press("esc").await;
        o.sees("fields: ref session");
        o.press("esc").await;
        o.does_not_see("fields: ref session");
    });
}

#[test]
fn f_follows_the_newest_change_until_the_cursor_is_moved() {
    let folder = folder();
    // dbs-2 is about to be seen at a counter; dbs-1 only waits.
    let scenarios = [("S03", 60), ("S01", 20)];
    story((120, 40), &scenarios, folder.path(), async |o| {
        o.press("F").await;
        o.sees("following · sort attention");
        o.sees("2 Tree dbs-1");
        o.pass(200.0).await;
        o.press("R").await;
        o.pass(2.0).await;
        o.sees("2 Tree dbs-2");
        o.press("j").await;
        o.sees("not following any more");
        o.sees("2 Tree dbs-1");
        o.pass(300.0).await;
        o.sees("2 Tree dbs-1");
        o.does_not_see("following ·");
    });
}

#[test]
fn x_runs_a_program_of_the_configuration_for_the_session_under_the_cursor() {
    let folder = folder();
    story((120, 40), &[("S03", 60)], folder.path(), async |o| {
        o.press("x").await;
        o.sees("ticket");
        o.sees("Open the ticket");
        o.press("esc").await;
        o.does_not_see("Open the ticket");
        o.press("x enter").await;
        // It may have ended by now.
        let screen = o.screen();
        let told = ["ticket started", "ticket: ended with exit status: 3"];
        assert!(told.iter().any(|text| screen.contains(text)), "{screen}");
    });
}

#[test]
fn what_stood_open_is_kept_once_the_operator_rests_there() {
    let folder = folder();
    story((120, 40), &[("S07", 900), ("S03", 60)], folder.path(), async |o| {
        let place = || o.world.borrow().arrangement.place.clone();
        o.press("g j").await;
        o.pass(2.0).await;
        let id = o.world.borrow().sessions.iter().nth(1).unwrap().id();
        o.press("2 -").await;
        o.pass(2.0).await;
        assert_eq!(place().open.get(&id).map(Vec::len), Some(0), "all is folded");
        o.press("g l").await;
        o.pass(2.0).await;
        assert_eq!(place().open.get(&id).map(Vec::len), Some(1));
    });
}
