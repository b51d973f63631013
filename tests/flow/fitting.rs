//! The operator fits the screen: palette, themes, widths, header, own keys.

use branchwatch::keymap::Keymap;
use crossterm::event::{Event as Input, KeyCode, KeyEvent, KeyModifiers};

use super::{Operator, folder, story, story_with};

impl Operator {
    async fn key(&self, code: KeyCode) {
        self.keys.send(Ok(Input::Key(KeyEvent::new(code, KeyModifiers::NONE)))).unwrap();
        self.pass(0.2).await;
    }

    /// The column at which the second pane begins.
    fn seam(&self) -> usize {
        let screen = self.screen();
        let line = screen.lines().find(|line| line.contains("1 Sessions")).unwrap();
        line.chars().position(|c| c == '┓').unwrap()
    }
}

#[test]
fn the_palette_finds_completes_runs_and_remembers() {
    let folder = folder();
    for size in [(80, 24), (120, 40), (200, 60)] {
        story(size, &[("S01", 700)], folder.path(), async |o| {
            o.press(":").await;
            o.sees("Tab completes");
            o.press("j s o").await;
            o.sees("> json");
            o.press("enter").await;
            o.sees("JSON dbs-1");
            o.does_not_see("Tab completes");
            o.press("ctrl-p t i m e space u t tab").await;
            o.sees(": time utc");
            o.press("enter").await;
            o.sees("times: UTC");
            o.press(":").await;
            o.key(KeyCode::Up).await;
            o.sees(": time utc");
            o.key(KeyCode::Up).await;
            o.sees(": json");
            o.key(KeyCode::Down).await;
            o.key(KeyCode::Down).await;
            o.does_not_see(": time utc");
            o.press("q q q q enter").await;
            o.sees("no command matches");
            o.press("esc").await;
            o.does_not_see("Tab completes");
        });
    }
}

#[test]
fn a_theme_is_chosen_while_it_runs_and_quit_is_a_command() {
    let folder = folder();
    let ending = story((120, 40), &[("S01", 700)], folder.path(), async |o| {
        o.press(": t h e m e space l i g enter").await;
        o.sees("theme: light");
        o.press(": q u i t enter").await;
        std::future::pending::<()>().await;
    });
    assert_eq!(ending, super::Ending::Quit);
}

#[test]
fn the_list_is_made_wider_and_narrower_and_the_header_lower() {
    let folder = folder();
    story((120, 40), &[("S01", 700)], folder.path(), async |o| {
        let before = o.seam();
        o.press(">").await;
        o.sees("60% of the width");
        assert!(o.seam() > before);
        o.press("< <").await;
        assert!(o.seam() < before);
        o.press("> > > > > > > > > >").await;
        o.sees("80% of the width");
        o.sees("1 watched");
        o.press("ctrl-e").await;
        o.does_not_see("1 watched");
        o.sees("TEST");
        o.sees("live");
        o.press("ctrl-e").await;
        o.sees("1 watched");
    });
}

#[test]
fn ctrl_z_suspends_and_the_screen_is_whole_afterwards() {
    let folder = folder();
    story((120, 40), &[("S01", 700)], folder.path(), async |o| {
        o.press("ctrl-z").await;
        assert_eq!(o.seen.borrow().suspended, 1);
        o.sees("Sessions 1");
    });
}

#[test]
fn what_names_a_key_names_the_one_in_force_and_is_silent_without_one() {
    let folder = folder();
    let replaced = [("pause", vec!["X".to_owned()]), ("undo", Vec::new()), ("zoom", Vec::new())];
    let replaced = replaced.map(|(action, keys)| (action.to_owned(), keys)).into();
    let keymap = Keymap::with(&replaced).unwrap();
    story_with(keymap, (120, 40), &[("S03", 700)], folder.path(), async |o| {
        o.sees("X pause");
        o.does_not_see("zoom");
        o.press("X").await;
        o.sees("X shows what waits · dbs-1");
        o.press("B").await;
        o.sees("pinned dbs-1");
        o.does_not_see("undoes");
        o.press("8").await;
        o.sees("stays at the top; B unpins");
        o.sees("none; c writes one");
    });
}
