//! When a frame may be drawn, and from when on a key may answer the question in it.

use std::time::Duration;

use tokio::time::Instant;

use crate::app::event::Event;

/// Frames are at least this far apart.
// Some 30 frames a second: a burst of resizes or keys is one frame (fault T09).
const PACE: Duration = Duration::from_millis(33);

/// The same for a frame that shows what a key did: it does not wait for the pace of the others.
// A key that is held down, or keys that were typed ahead, are still no flood of frames.
const AFTER_KEY: Duration = Duration::from_millis(4);

/// Keys do not count for so long after a question about a change at Yoti has appeared.
// Nobody reads a question faster: what is pressed sooner was meant for something else (fault T14).
const DEAF: Duration = Duration::from_millis(300);

/// Between two tries to write on a terminal that did not read: first so long, and at most.
const SOON: Duration = Duration::from_millis(5);
const RARELY: Duration = Duration::from_millis(250);

pub(super) struct Frames {
    /// The last one was drawn then.
    last: Option<Instant>,
    /// A key was pressed since then.
    key: bool,
    /// The terminal has not taken what was written.
    behind: Option<Behind>,
    /// A question was drawn that the terminal has not taken.
    asked: bool,
    deaf_until: Instant,
}

struct Behind {
    since: Instant,
    next_try: Instant,
}

impl Frames {
    pub(super) fn new() -> Self {
        let now = Instant::now();
        Self { last: None, key: false, behind: None, asked: false, deaf_until: now }
    }

    /// The next one is drawn not before.
    pub(super) fn next(&self) -> Instant {
        let pace = if self.key { AFTER_KEY } else { PACE };
        self.last.map_or_else(Instant::now, |last| last + pace)
    }

    /// Whoever pressed a key waits for what it does. A window that changes its size, which sends many
    /// events, can wait (fault T09).
    pub(super) const fn hears(&mut self, event: &Event) {
        use Event::{Action, Edit, Mouse, Paste};
        self.key |= matches!(event, Action(_) | Edit(_) | Paste(_) | Mouse(_));
    }

    /// A frame is drawn now, with a question in it for the first time or not.
    pub(super) fn drawn(&mut self, question: bool) {
        self.last = Some(Instant::now());
        self.key = false;
        self.asked |= question;
    }

    /// Takes in whether the terminal has taken everything. From the moment that it has, the time
    /// runs in which an operator reads a question.
    pub(super) fn look(&mut self, behind: bool) {
        if behind {
            let since = Instant::now();
            self.behind.get_or_insert(Behind { since, next_try: since + SOON });
            return;
        }
        self.behind = None;
        if std::mem::take(&mut self.asked) {
            self.deaf_until = Instant::now() + DEAF;
        }
    }

    pub(super) fn next_try(&self) -> Instant {
        self.behind.as_ref().map_or_else(|| self.next(), |behind| behind.next_try)
    }

    /// It was tried: the next time is soon at first, and ever later for one that stays silent.
    pub(super) fn tried(&mut self) {
        if let Some(behind) = &mut self.behind {
            behind.next_try = Instant::now() + behind.since.elapsed().clamp(SOON, RARELY);
        }
    }

    /// True while nobody can have read a question that was drawn.
    pub(super) fn is_unread(&self) -> bool {
        self.asked || Instant::now() < self.deaf_until
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;
    use crate::app::action::Action;

    #[tokio::test(start_paused = true)]
    async fn what_a_key_did_is_shown_at_once_and_a_flood_of_keys_is_not() {
        let (mut frames, key) = (Frames::new(), Event::Action(Action::Down));
        assert_eq!(frames.next(), Instant::now());
        frames.drawn(false);
        assert_eq!(frames.next(), Instant::now() + PACE);
        advance(AFTER_KEY).await;
        frames.hears(&key);
        assert_eq!(frames.next(), Instant::now());
        frames.drawn(false);
        frames.hears(&Event::Resize(80, 24));
        assert_eq!(frames.next(), Instant::now() + PACE, "that was the key's");
        frames.hears(&key);
        assert_eq!(frames.next(), Instant::now() + AFTER_KEY);
    }

    // T14
    #[tokio::test(start_paused = true)]
    async fn a_question_is_unread_until_the_terminal_has_had_it_for_a_moment() {
        let mut frames = Frames::new();
        frames.drawn(false);
        frames.look(false);
        assert!(!frames.is_unread());
        frames.drawn(true);
        for _ in 0..10 {
            frames.look(true);
            assert!(frames.is_unread());
            advance(Duration::from_mins(1)).await;
        }
        frames.look(false);
        advance(DEAF / 2).await;
        assert!(frames.is_unread());
        advance(DEAF / 2).await;
        assert!(!frames.is_unread());
    }

    #[tokio::test(start_paused = true)]
    async fn a_terminal_that_stays_silent_is_tried_ever_more_rarely() {
        let mut frames = Frames::new();
        let mut tries = 0;
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_mins(1) {
            frames.look(true);
            // Other events meanwhile put nothing off.
            frames.look(true);
            advance(frames.next_try() - Instant::now()).await;
            frames.tried();
            tries += 1;
        }
        assert!((240..300).contains(&tries), "{tries} tries in a minute");
    }
}
