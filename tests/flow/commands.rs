//! The operator speaks to the palette in words: filter, sort, columns, view, interval, privacy.

use branchwatch::domain::session::ids::SessionId;

use super::{Operator, folder, story};

impl Operator {
    /// Opens the palette, types a command and runs it.
    async fn command(&self, text: &str) {
        self.press(":").await;
        self.types(text).await;
        self.press("enter").await;
    }
}

const THREE: [(&str, i64); 3] = [("S01", 700), ("S07", 700), ("S03", 3_600)];

#[test]
fn the_list_is_filtered_sorted_and_shown_by_words() {
    let folder = folder();
    story((120, 40), &THREE, folder.path(), async |o| {
        o.command("filter stage:done").await;
        o.sees("2 of 3 match");
        o.sees("Sessions 2 of 3");
        o.command("filter stage:done (").await;
        o.sees("character 13: expected a condition");
        o.sees("Tab completes");
        o.sees(": filter stage:done (");
        o.press("esc").await;
        o.sees("Sessions 2 of 3");
        o.press("/ up").await;
        o.sees("/ stage:done");
        o.press("esc esc").await;
        o.command("sort seen desc").await;
        o.sees("sort seen ▼");
        o.sees("SEEN▼");
        o.press("S").await;
        o.sees("SEEN▲");
        o.command("columns tags, due").await;
        let heads = o.screen().lines().find(|line| line.contains("REFERENCE")).unwrap().to_owned();
        assert!(heads.find("TAGS").unwrap() < heads.find("DUE").unwrap(), "{heads}");
        o.does_not_see("STAGE");
        o.command("columns colour").await;
        o.sees("no column named colour");
        o.press("esc").await;
        o.command("view chase").await;
        o.sees("view chase · sort due ▲");
        o.command("view all").await;
        o.sees("Sessions 3");
    });
}

#[test]
fn arguments_are_offered_and_completed_once_their_word_stands_there() {
    let folder = folder();
    story((120, 40), &THREE, folder.path(), async |o| {
        o.press(":").await;
        o.does_not_see("sort seen asc");
        o.types("sort").await;
        o.press("down enter").await;
        o.sees(": sort ");
        o.sees("sort attention asc");
        o.types("se").await;
        o.press("tab").await;
        o.sees(": sort session asc");
        o.press("ctrl-u").await;
        o.types("export c").await;
        o.press("enter").await;
        o.sees("(•) CSV");
        o.sees(".csv");
        o.press("esc : up").await;
        o.sees(": export csv");
        o.press("esc").await;
        o.command("log").await;
        o.sees("API log");
    });
}

#[test]
fn what_is_wrong_with_a_command_is_said_in_words_and_goes_with_the_dialog() {
    let folder = folder();
    story((120, 40), &THREE, folder.path(), async |o| {
        o.press("p").await;
        o.command("interval abc").await;
        o.sees("abc");
        o.sees("is not a duration");
        o.press("esc").await;
        o.does_not_see("is not a duration");
        o.press("y").await;
        o.does_not_see("is not a duration");
        o.press("esc").await;
        // A word with a wrong argument is still that word.
        o.command("sort foo").await;
        o.does_not_see("no command matches");
        o.sees("cannot sort by foo");
        o.press("ctrl-u").await;
        o.types("sort due").await;
        o.press("enter").await;
        o.sees("sort due");
        o.does_not_see("cannot sort by foo");
        // What a command has done is told behind it.
        o.command("interval 30s").await;
        o.sees("open sessions are polled every 30s");
    });
}

#[test]
fn an_interval_paces_every_open_session_and_a_wrong_one_nothing() {
    let folder = folder();
    story((120, 40), &[("S03", 3_600)], folder.path(), async |o| {
        o.command("interval 2s").await;
        o.sees("open sessions are polled every 2s");
        o.pass(20.0).await;
        let id = SessionId::new(uuid::Uuid::from_u128(1));
        let interval = || o.world.borrow().sessions.get(id).unwrap().poll.interval.get().unwrap();
        assert_eq!(interval().as_secs(), 2);
        for (wrong, why) in [("0s", "at least 1s"), ("soon", "is not a duration")] {
            o.command(&format!("interval {wrong}")).await;
            o.sees(why);
            o.press("esc").await;
        }
        o.pass(10.0).await;
        assert_eq!(interval().as_secs(), 2);
    });
}

#[test]
fn more_is_shown_by_a_word_only_with_its_line_in_the_audit_log() {
    let folder = folder();
    story((120, 40), &THREE, folder.path(), async |o| {
        o.command("privacy off").await;
        o.sees("UNMASKED 5m");
        o.command("privacy on").await;
        o.sees("MASKED");
        o.does_not_see("UNMASKED");
        o.command("privacy partial").await;
        o.sees("PARTIAL");
    });
}

#[test]
fn sessions_to_add_are_judged_first() {
    let folder = folder();
    story((120, 40), &THREE, folder.path(), async |o| {
        o.command("add 77b1f0aa-2c51-4b3e-9d20-0be6a911c2e8").await;
        o.sees("✓ new");
        o.sees("1 new");
        o.press("enter").await;
        o.sees("Sessions 4");
    });
}

#[test]
fn seen_marks_all_changes_as_looked_at_and_can_be_undone() {
    let folder = folder();
    story((120, 40), &[("S01", 80), ("S01", 80)], folder.path(), async |o| {
        o.pass(300.0).await;
        o.sees("Δ ");
        let marks = || o.screen().matches('Δ').count();
        let before = marks();
        o.command("seen").await;
        o.sees("looked at 2 changed sessions; u undoes");
        assert!(marks() < before);
        o.press("u").await;
        o.sees("undid: looked at 2 changed sessions");
    });
}

#[test]
fn columns_are_moved_in_the_picker() {
    let folder = folder();
    story((120, 40), &THREE, folder.path(), async |o| {
        o.command("columns due tags seen").await;
        o.sees("REFERENCE");
        o.press("W j J").await;
        o.sees("J moves down, K up");
        o.press("J K K K K enter").await;
        o.press("W down J enter").await;
        let heads = o.screen().lines().find(|line| line.contains("REFERENCE")).unwrap().to_owned();
        let at = |head: &str| heads.find(head).unwrap();
        assert!(at("REFERENCE") < at("TAGS") && at("TAGS") < at("DUE"), "{heads}");
        assert!(at("DUE") < at("SEEN"), "{heads}");
    });
}

#[test]
fn a_picker_is_narrowed_by_typing() {
    let folder = folder();
    story((120, 40), &THREE, folder.path(), async |o| {
        o.press("s").await;
        o.sees("/ searches");
        o.press("/").await;
        o.types("ue").await;
        o.sees("search: ue");
        o.sees("due");
        o.does_not_see("(•) attention");
        o.press("enter").await;
        o.sees("sort due");
        // What was typed first: a name that begins so stands before one that holds it.
        o.press("W /").await;
        o.types("re").await;
        let lines: Vec<String> = o.screen().lines().map(str::to_owned).collect();
        let at = |name: &str| lines.iter().position(|line| line.contains(&format!("] {name} ")));
        assert!(at("ref").unwrap() < at("request").unwrap_or(usize::MAX), "{}", o.screen());
        // Enter ends the typing, so that the bar is a key again.
        o.press("ctrl-u").await;
        o.types("tags").await;
        o.press("enter").await;
        let ticked = |o: &Operator| o.screen().contains("[x] tags");
        let before = ticked(o);
        o.press("space").await;
        assert_ne!(ticked(o), before, "{}", o.screen());
        o.press("/").await;
        o.types("zzz").await;
        o.sees("nothing matches");
        o.press("esc").await;
        o.sees("[x] ref");
        o.press("esc").await;
        o.does_not_see("Columns");
        o.press("f /").await;
        o.types("chase").await;
        o.press("enter").await;
        o.sees("view chase");
    });
}

#[test]
fn of_names_that_match_alike_the_shorter_is_first_and_found_rows_have_no_heads() {
    let folder = folder();
    story((120, 40), &THREE, folder.path(), async |o| {
        o.press(":").await;
        o.types("expo").await;
        o.sees("> export  ");
        o.press("esc ?").await;
        o.sees("┃ Sessions ");
        o.types("list").await;
        o.does_not_see("┃ Sessions ");
    });
}

#[test]
fn the_columns_of_a_very_large_session_stay_apart() {
    let folder = folder();
    for size in [(80, 24), (120, 40), (200, 60)] {
        story(size, &[("S21", 20_000)], folder.path(), async |o| {
            let screen = o.screen();
            let row = screen.lines().find(|line| line.contains(" dbs-1 ")).unwrap();
            let docs = row.split_whitespace().find(|word| word.contains('/')).unwrap();
            let (supplied, of) = docs.split_once('/').unwrap();
            assert!(supplied.parse::<u32>().is_ok() && of.parse::<u32>().is_ok(), "{row}");
        });
    }
}

#[test]
fn what_is_wrong_with_a_command_is_said_where_the_palette_does_not_hide_it() {
    let folder = folder();
    story((80, 24), &[("S03", 60)], folder.path(), async |o| {
        o.command("interval abc").await;
        o.sees("┏ Command");
        o.sees("\"abc\" is not a duration");
        o.press("esc").await;
        // The keys of the panes do nothing in a dialog: the footer does not offer them.
        o.press("y").await;
        o.sees("Esc close");
        o.does_not_see("p pause");
    });
}
