//! The list is calm: rows come and go, and only the operator moves the window and the cursor.

use std::path::Path;

use branchwatch::domain::session::wire_enum::SessionState;
use branchwatch::domain::watchlist::watched::WatchedSession;
use branchwatch::keymap::Keymap;

use super::{Operator, Play, folder, story, story_at};

/// A busy day: sessions at every step, of which many go on while the story is told.
fn busy() -> Vec<(&'static str, i64)> {
    let scenarios = ["S01", "S07", "S03", "S04", "S02", "S09"];
    let ages = (0..60).map(|n: i64| n * 97 % 900);
    scenarios.into_iter().cycle().zip(ages).collect()
}

/// A story of such a day at sixty times the speed.
fn fast(folder: &Path, act: impl AsyncFnOnce(&Operator)) {
    let (keymap, scenarios) = (Keymap::shipped().unwrap(), busy());
    let size = (120, 40);
    story_at(Play { speed: 60.0, keymap, size, scenarios: &scenarios, folder }, act);
}

/// The rows of the list that are on the screen, by reference.
fn rows(o: &Operator) -> Vec<String> {
    let screen = o.screen();
    let head = screen.lines().position(|line| line.contains("REFERENCE"));
    let lines = screen.lines().skip(head.map_or(usize::MAX, |head| head + 1));
    let cell = |line: &str| {
        let row: String = line.trim_start_matches(['"', '│', '┃']).chars().take(23).collect();
        // Cursor, mark, sign, change (the letter Δ) and own signs stand before the reference.
        (row.chars().position(|letter| letter.is_ascii_alphanumeric())? >= 5).then_some(())?;
        let name = row.split_once("dbs-")?.1.split(' ').next()?.to_owned();
        Some(format!("dbs-{name}"))
    };
    lines.map_while(cell).collect()
}

/// The reference under the cursor.
fn under_cursor(o: &Operator) -> Option<String> {
    let screen = o.screen();
    let row = screen.lines().find_map(|line| {
        line.trim_start_matches(['"', '│', '┃']).strip_prefix('>').map(str::to_owned)
    })?;
    Some(format!("dbs-{}", row.split_once("dbs-")?.1.split(' ').next()?))
}

/// Goes down to a session at a counter that ends in APPROVE (S01 and S02 do): it leaves the window.
async fn choose_who_will_be_approved(o: &Operator) -> String {
    for _ in 0..20 {
        o.press("j").await;
        let name = under_cursor(o).unwrap();
        let number: usize = name.trim_start_matches("dbs-").parse().unwrap();
        let at_a_counter = ["> ▲ ", "> ▲Δ"].map(|signs| format!("{signs} {name} "));
        let listed = at_a_counter.iter().any(|row| o.screen().contains(row));
        if [1, 5].contains(&(number % 6)) && listed {
            return name;
        }
    }
    unreachable!("nobody is at a counter:\n{}", o.screen());
}

#[test]
fn at_sixty_times_the_speed_the_first_row_never_leaves_while_no_key_is_pressed() {
    let folder = folder();
    let mut orders = 0;
    fast(folder.path(), async |o| {
        let mut before = Vec::new();
        for moment in 0..100 {
            o.pass(if moment < 50 { 1.0 } else { 5.0 }).await;
            o.does_not_see("↑");
            let rows = rows(o);
            assert_eq!(rows.first().cloned(), under_cursor(o), "{}", o.screen());
            o.sees(&format!("2 Tree {} ", rows[0]));
            orders += usize::from(rows != before);
            before = rows;
        }
    });
    assert!(orders > 5, "the list was in motion");
}

#[test]
fn a_chosen_session_that_leaves_the_window_stays_chosen_and_the_window_stays() {
    let folder = folder();
    fast(folder.path(), async |o| {
        let chosen = choose_who_will_be_approved(o).await;
        let line = format!("{chosen} is now done:");
        for _ in 0..60 {
            o.pass(5.0).await;
            o.does_not_see("↑");
            o.sees(&format!("2 Tree {chosen} "));
        }
        o.sees(&line);
        o.sees(", row ");
        assert_eq!(under_cursor(o), None, "{}", o.screen());
        // Actions act on it and name it.
        o.press("e").await;
        o.sees(&format!("┏ Export {chosen} "));
        o.press("esc B").await;
        o.sees(&format!("pinned {chosen}"));
        o.press("u '").await;
        o.sees(&format!("{chosen}: row "));
        o.sees("↑");
        assert_eq!(under_cursor(o), Some(chosen));
    });
}

#[test]
fn from_outside_the_window_j_and_k_choose_its_edges() {
    for (key, edge) in [("j", 0), ("k", usize::MAX)] {
        let folder = folder();
        fast(folder.path(), async |o| {
            choose_who_will_be_approved(o).await;
            o.pass(300.0).await;
            assert_eq!(under_cursor(o), None, "{}", o.screen());
            o.press(key).await;
            let rows = rows(o);
            let row = rows.get(edge).or(rows.last());
            assert_eq!(under_cursor(o).as_ref(), row, "{}", o.screen());
        });
    }
}

#[test]
fn g_gives_the_cursor_back_to_the_first_row() {
    let folder = folder();
    fast(folder.path(), async |o| {
        o.press("G g").await;
        for _ in 0..10 {
            o.pass(30.0).await;
            o.does_not_see("↑");
            assert_eq!(rows(o).first().cloned(), under_cursor(o), "{}", o.screen());
        }
    });
}

#[test]
fn going_in_and_out_of_panes_keeps_row_and_window() {
    let many = [("S01", 700); 40];
    for size in [(80, 24), (120, 40), (200, 60)] {
        let folder = folder();
        story(size, &many, folder.path(), async |o| {
            for moves in ["g j j j", "G k k k k"] {
                o.press(moves).await;
                let before = (rows(o), under_cursor(o));
                for keys in ["enter esc", "z z", "2 z esc 1", "] ] 1", "/ x esc", "5 1"] {
                    o.press(keys).await;
                    assert_eq!((rows(o), under_cursor(o)), before, "{keys}\n{}", o.screen());
                }
            }
        });
    }
}

#[test]
fn undoing_an_archive_returns_to_the_session() {
    let folder = folder();
    let many = [("S01", 700); 40];
    story((80, 24), &many, folder.path(), async |o| {
        o.press("G k").await;
        let chosen = under_cursor(o).unwrap();
        o.press("D").await;
        o.sees(&format!("archived {chosen}"));
        o.press("g").await;
        o.pass(1.0).await;
        o.press("u").await;
        o.pass(1.0).await;
        assert_eq!(under_cursor(o), Some(chosen), "{}", o.screen());
    });
}

/// The screen without what grows with time, what is said and the header's first line.
fn standing(o: &Operator) -> (Vec<String>, String, String) {
    let screen = o.screen();
    let line = |text: &str| screen.lines().find(|line| line.contains(text)).map(str::to_owned);
    let stages = screen.lines().skip(2).filter(|line| line.contains("dbs-"));
    let stages = stages.map(|line| line.chars().take(28).collect());
    let ticker = screen.lines().rev().nth(2).unwrap_or_default().to_owned();
    (stages.collect(), line(" watched").unwrap_or_default(), ticker)
}

#[test]
fn a_paused_screen_stands_still_while_polling_goes_on_and_counts_what_waits() {
    let folder = folder();
    fast(folder.path(), async |o| {
        o.press("b p").await;
        o.sees("❚❚ paused");
        o.sees("this screen is paused, polling continues; p shows what waits");
        let rung = o.seen.borrow().rung.len();
        o.pass(10.0).await;
        let before = standing(o);
        let world = || {
            let world = o.world.borrow();
            let state =
                |session: &WatchedSession| session.answers().unwrap().session()?.state.clone();
            let states = world.sessions.iter().map(|session| state(session));
            states.filter(|state| *state == Some(SessionState::Completed)).count()
        };
        let known = world();
        for _ in 0..20 {
            o.pass(3.0).await;
            assert_eq!(standing(o), before, "{}", o.screen());
        }
        assert!(world() > known, "polling goes on");
        assert!(o.seen.borrow().rung.len() > rung, "the bell rings");
        o.sees("changes waiting");
        o.press("R").await;
        o.pass(8.5).await;
        assert_eq!(standing(o), before, "{}", o.screen());
        // One session anew, and what the operator keeps.
        let chosen = choose_who_will_be_approved(o).await;
        o.press("c h i enter 8").await;
        o.pass(1.0).await;
        o.sees("note: ▒▒▒▒▒▒");
        o.press("1 r").await;
        o.pass(2.0).await;
        o.sees(&format!("{chosen} is now done:"));
        o.sees("❚❚ paused");
        let frozen = rows(o);
        o.press("p").await;
        o.does_not_see("❚❚");
        assert_ne!(rows(o), frozen);
    });
}

#[test]
fn an_archive_and_its_undo_are_shown_while_paused() {
    let folder = folder();
    story((120, 40), &[("S07", 900), ("S03", 60)], folder.path(), async |o| {
        o.press("p g D").await;
        o.pass(1.0).await;
        o.sees("Sessions 1 ❚❚");
        o.press("u").await;
        o.pass(1.0).await;
        o.sees("Sessions 2 ❚❚");
        o.sees("2 Tree dbs-1");
        o.press("B").await;
        o.pass(1.0).await;
        o.sees("pinned dbs-1");
        o.does_not_see("change waiting");
        o.does_not_see("changes waiting");
        o.press("p").await;
        o.sees("resumed");
        o.sees("Sessions 2 ");
    });
}
