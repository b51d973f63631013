//! The six tasks of a shift, each from the list at rest with sessions of many windows, with its
//! keys counted.

use super::{Operator, folder, story};

/// The most keys that a task may take.
const MOST: usize = 8;

const DAY: i64 = 86_400;

/// Turned away, due in four hours, a face match rejected, rejected for another reason, waiting,
/// done, about to be seen at a counter.
const KINDS: [(&str, i64); 7] = [
    ("S05", 52 * 60),
    ("S03", 8 * DAY + 20 * 3_600),
    ("S10", DAY),
    ("S07", DAY),
    ("S03", 3 * DAY),
    ("S01", 2 * DAY),
    ("S03", DAY),
];

/// Of each kind so many.
const OF_A_KIND: usize = 143;

fn many() -> Vec<(&'static str, i64)> {
    let mut list = KINDS.repeat(OF_A_KIND);
    // This one comes to a counter while the operator is away.
    list.push(("S01", 0));
    list
}

impl Operator {
    /// The keys of a task: words as `press` takes them.
    async fn task(&self, keys: &str) {
        let count = keys.split(' ').count();
        assert!(count <= MOST, "{count} keys: {keys}");
        self.press(keys).await;
    }

    async fn rests(&self) {
        self.press("esc esc esc esc g").await;
        self.sees("Sessions 1,002 ");
    }
}

/// Tasks of a shift, from the list at rest.
fn shift(act: impl AsyncFnOnce(&Operator)) {
    let folder = folder();
    story((120, 40), &many(), folder.path(), async |o| {
        o.pass(70.0).await;
        o.rests().await;
        act(o).await;
    });
}

#[test]
fn each_task_that_finds_takes_at_most_eight_keys() {
    shift(async |o| {
        // See all that were turned away: by a word, and by a view.
        o.task("/ t u r n e d enter").await;
        o.sees("Sessions 143 of 1,002");
        o.rests().await;
        o.task("f j j j enter").await;
        o.sees("view turned-away");
        o.sees("Sessions 143 of 1,002");
        o.rests().await;

        // See all that are due today.
        o.task("f j j j j enter").await;
        o.sees("view due-today");
        o.sees("Sessions 143 of 1,002");
        o.rests().await;

        // Stand on the sub-check that failed of a session whose face match was rejected.
        o.task("/ d i f f enter 3 enter").await;
        o.sees("Sessions 143 of 1,002");
        let bars = o.seen.borrow().bars.clone();
        assert!(bars.iter().any(|bar| bar.contains("✗ ai_face_match")), "{bars:?}\n{}", o.screen());
    });
}

#[test]
fn each_task_that_does_takes_at_most_eight_keys() {
    shift(async |o| {
        // Export three marked.
        o.task("space space space E enter").await;
        o.pass(1.0).await;
        o.sees("exported");
        o.press("ctrl-4").await;
        o.rests().await;

        // Undo an archive.
        o.press("D").await;
        o.sees("Sessions 1,001");
        o.task("u").await;
        o.sees("Sessions 1,002");
        o.rests().await;

        // See all that changed since the last look.
        o.press("R").await;
        o.pass(25.0).await;
        o.task("f j j j j j j enter").await;
        o.sees("view changed");
        o.sees("Sessions 1 of 1,002");
        o.sees("dbs-1002");
        // Looking at it leaves it there.
        o.pass(5.0).await;
        o.sees("Sessions 1 of 1,002");
    });
}
