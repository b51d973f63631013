//! The loop: waits, updates, starts effects, draws when there is something new.
//!
//! Generic over surface, input and clock, so that the tested loop is the real one.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use crossterm::event::{Event as Input, KeyEventKind, MouseButton, MouseEventKind};
use futures::{Stream, StreamExt};
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until, timeout_at};

use super::Ending;
use super::effects::{Effects, Immediate};
use super::ground::TerminalAnswer;
use super::terminal::{self, Surface};
use crate::app::event::{Event, Mouse, MouseDid, Outcome};
use crate::app::{Model, update};
use crate::clock::Clock;
use crate::domain::watchlist::snapshot::Snapshot;
use crate::keymap::Keymap;
use crate::theme::{Look, Themes};
use crate::ui;
use crate::ui::widgets::graphics::Pictures;

/// Frames are at least this far apart.
// Some 30 frames a second: a burst of resizes or keys is one frame (fault T09).
const PACE: Duration = Duration::from_millis(33);

/// Keys do not count for so long after a question about a change at Yoti has appeared.
// Nobody reads a question faster: what is pressed sooner was meant for something else (fault T14).
const DEAF: Duration = Duration::from_millis(300);

/// How long the terminal may take to say what its ground is. Keys wait for so long at the start.
// Some terminals never answer, and the start must not wait for them (fault T11).
const ANSWER: Duration = Duration::from_millis(100);

/// What the loop works with, beside model, surface and input.
pub struct LoopContext<C> {
    /// Newest state of the world.
    pub snapshots: watch::Receiver<Arc<Snapshot>>,
    pub effects: Effects,
    pub clock: C,
    pub keymap: Keymap,
    pub look: Look,
    /// What the look can change to.
    pub themes: Themes,
    /// The terminal is asked for its ground behind the first frame.
    pub asks_ground: bool,
    /// Pictures in the terminal's own graphics.
    pub pictures: Pictures,
}

/// Runs until the operator quits, `stop` says so, or the terminal is gone.
///
/// # Errors
/// When the terminal cannot be written to.
pub async fn run<S: Surface, C: Clock>(
    model: &mut Model,
    surface: &mut S,
    mut input: impl Stream<Item = io::Result<Input>> + Unpin,
    mut outside: LoopContext<C>,
    stop: impl Future<Output = Ending>,
) -> io::Result<Ending> {
    let mut results = outside.effects.inbox();
    model.offer_themes(outside.themes.names());
    let mut ticks = interval(Duration::from_secs(1));
    // After a suspend one tick, not one for each second that was missed (fault T03).
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut not_before = Instant::now();
    let mut deaf_until = not_before;
    let mut stop = std::pin::pin!(stop);
    let mut answer = None;
    let mut held = VecDeque::new();
    let mut waiting = Some(Event::Snapshot(Arc::clone(&outside.snapshots.borrow_and_update())));
    loop {
        // Biased, from what must not wait to what may: the end; results of what the operator
        // started; keys, so that no flood of snapshots delays them; snapshots, of which only the
        // newest is taken; the tick; and last the moment to draw, so that a burst is one frame.
        // Every arm is cancel-safe: channels, streams and timers lose nothing when another wins.
        let event = match waiting.take() {
            Some(event) => event,
            None if std::mem::take(&mut outside.asks_ground) => {
                let asked = ask_ground(model, surface, &mut input, &mut outside).await?;
                let Some((asked, keys)) = asked else { return Ok(Ending::TerminalGone) };
                held = keys;
                answer = Some(asked);
                continue;
            }
            None => tokio::select! {
                biased;
                ending = &mut stop => return Ok(ending),
                Some(result) = results.recv() => result,
                key = next_key(&mut held, &mut input) => match key {
                    // The terminal's answer came late.
                    Some(Ok(key)) if answer.as_mut().is_some_and(|a| a.takes(&key)) => continue,
                    // Typed before the question was on the screen: it answers nothing (T14).
                    Some(Ok(Input::Key(_) | Input::Paste(_) | Input::Mouse(_)))
                        if model.confirm_is_fresh() || Instant::now() < deaf_until => continue,
                    Some(Ok(key)) => match translate(model, &outside.keymap, key) {
                        Some(event) => event,
                        None => continue,
                    },
                    Some(Err(_)) | None => return Ok(Ending::TerminalGone),
                },
                Ok(()) = outside.snapshots.changed() => {
                    Event::Snapshot(Arc::clone(&outside.snapshots.borrow_and_update()))
                }
                _ = ticks.tick() => {
                    // A terminal that hung up may be noticed by no read:
                    // without this look the loop would go on (T06).
                    if !surface.is_there() {
                        return Ok(Ending::TerminalGone);
                    }
                    Event::Tick(outside.clock.now())
                }
                () = sleep_until(not_before), if model.needs_draw() => {
                    // From the moment it is drawn: only now can anybody have read it.
                    if model.confirm_is_fresh() {
                        deaf_until = Instant::now() + DEAF;
                    }
                    model.take_dirty();
                    draw(model, surface, outside.look, &mut outside.pictures)?;
                    not_before = Instant::now() + PACE;
                    continue;
                }
            },
        };
        for effect in update(model, event) {
            match outside.effects.start(effect) {
                Immediate::Quit => return Ok(Ending::Quit),
                rest => waiting = carry_out(rest, surface, &mut outside)?.or(waiting),
            }
        }
    }
}

/// What is left of an effect for surface and look. Returns what has come of it.
fn carry_out<S: Surface, C>(
    rest: Immediate,
    surface: &mut S,
    outside: &mut LoopContext<C>,
) -> io::Result<Option<Event>> {
    match rest {
        Immediate::None | Immediate::Quit => {}
        Immediate::Theme(name) => match outside.themes.get(&name) {
            Ok(palette) => outside.look = outside.look.with(palette),
            Err(why) => return Ok(Some(Event::Done(Outcome::Refused(why.to_string())))),
        },
        Immediate::Suspend => {
            surface.suspend()?;
            let (columns, rows) = surface.size();
            // The window may have changed while the program was stopped, without a signal for it.
            return Ok(Some(Event::Resize(columns, rows)));
        }
        Immediate::Ring(note) => surface.ring(note.as_ref())?,
        Immediate::Mouse(on) => surface.mouse(on)?,
        Immediate::Redraw => surface.clear()?,
        Immediate::Copy(what, text) => {
            return Ok(Some(Event::Done(match surface.copy(&text) {
                Ok(()) => Outcome::CopySent(what),
                Err(why) => Outcome::CopyFailed(why.to_string()),
            })));
        }
    }
    Ok(None)
}

/// Draws the first frame, asks the terminal for its ground, and takes the answer in. Returns what
/// has come of it and the keys that were pressed meanwhile; `None`: the terminal is gone.
async fn ask_ground<S: Surface, C>(
    model: &mut Model,
    surface: &mut S,
    input: &mut (impl Stream<Item = io::Result<Input>> + Unpin),
    outside: &mut LoopContext<C>,
) -> io::Result<Option<(TerminalAnswer, VecDeque<Input>)>> {
    model.take_dirty();
    draw(model, surface, outside.look, &mut outside.pictures)?;
    surface.ask_ground()?;
    let mut asked = TerminalAnswer::default();
    let Some(keys) = keys_beside(&mut asked, input).await else { return Ok(None) };
    if let Some(ground) = asked.ground() {
        outside.look = outside.themes.settle(ground, outside.look);
        draw(model, surface, outside.look, &mut outside.pictures)?;
    }
    Ok(Some((asked, keys)))
}

/// Takes the terminal's answer in for as long as it may take. Returns the keys that were pressed
/// meanwhile; `None`: the terminal is gone.
async fn keys_beside(
    answer: &mut TerminalAnswer,
    input: &mut (impl Stream<Item = io::Result<Input>> + Unpin),
) -> Option<VecDeque<Input>> {
    let mut keys = VecDeque::new();
    let over = Instant::now() + ANSWER;
    while !answer.is_whole() {
        let Ok(event) = timeout_at(over, input.next()).await else { break };
        let event = event?.ok()?;
        if !answer.takes(&event) {
            keys.push_back(event);
        }
    }
    Some(keys)
}

/// The keys that were held back, then those that come. Loses none when it is dropped: a key that was
/// held back is given out at once.
async fn next_key(
    held: &mut VecDeque<Input>,
    input: &mut (impl Stream<Item = io::Result<Input>> + Unpin),
) -> Option<io::Result<Input>> {
    match held.pop_front() {
        Some(key) => Some(Ok(key)),
        None => input.next().await,
    }
}

/// One frame, with the picture of an open dialog in the terminal's own graphics where it has them.
fn draw<S: Surface>(
    model: &Model,
    surface: &mut S,
    look: Look,
    pictures: &mut Pictures,
) -> io::Result<()> {
    // Asked for only where a picture may be drawn: the
    // answer costs a call to the system each frame.
    let cell = if pictures.any() { surface.cell() } else { None };
    surface.draw(|frame| {
        let shown = ui::draw(frame, model, look);
        if pictures.over(frame, shown, cell) {
            terminal::holds_a_picture();
        }
    })
}

/// A terminal's event as ours; what means nothing is dropped.
fn translate(model: &Model, keymap: &Keymap, input: Input) -> Option<Event> {
    match input {
        // Some terminals tell of a key's release too: each key would act twice.
        Input::Key(key) if key.kind != KeyEventKind::Release => {
            keymap.resolve(model.mode(), model.focus(), key)
        }
        Input::Paste(text) => Some(Event::Paste(text)),
        Input::Mouse(mouse) => Some(Event::Mouse(Mouse {
            at: (mouse.column, mouse.row),
            did: match mouse.kind {
                MouseEventKind::Down(MouseButton::Left) => MouseDid::Click,
                MouseEventKind::ScrollUp => MouseDid::WheelUp,
                MouseEventKind::ScrollDown => MouseDid::WheelDown,
                _ => return None,
            },
        })),
        Input::Resize(columns, rows) => Some(Event::Resize(columns, rows)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
    use tokio::time::sleep;

    use super::*;
    use crate::theme::Ground;

    /// A key `j`, and after so many milliseconds the answer and a key `k`.
    fn typed(after: u64) -> impl Stream<Item = io::Result<Input>> + Unpin {
        let key = |code, modifiers| Input::Key(KeyEvent::new(KeyCode::Char(code), modifiers));
        let plain = move |code| key(code, KeyModifiers::NONE);
        let mut late = vec![key(']', KeyModifiers::ALT)];
        late.extend("11;rgb:ffff/ffff/ffff".chars().map(plain));
        late.extend([key('g', KeyModifiers::CONTROL), plain('k')]);
        let late = futures::stream::iter(late.into_iter().enumerate());
        let late = late.then(move |(place, event)| async move {
            if place == 0 {
                sleep(Duration::from_millis(after)).await;
            }
            event
        });
        Box::pin(futures::stream::iter([plain('j')]).chain(late).map(Ok))
    }

    fn codes(keys: &VecDeque<Input>) -> Vec<KeyCode> {
        keys.iter().filter_map(|event| Some(event.as_key_event()?.code)).collect()
    }

    #[tokio::test(start_paused = true)]
    async fn the_answer_is_waited_for_a_tenth_of_a_second_and_no_key_is_lost() {
        for (after, ground) in [(0, Some(Ground::Light)), (90, Some(Ground::Light)), (3_000, None)]
        {
            let (mut answer, mut input) = (TerminalAnswer::default(), typed(after));
            let begun = Instant::now();
            let mut keys = keys_beside(&mut answer, &mut input).await.unwrap();
            assert!(begun.elapsed() <= ANSWER, "{after} ms");
            assert_eq!((answer.ground(), codes(&keys)), (ground, vec![KeyCode::Char('j')]));
            // What was held back comes first, then what comes later, without the answer.
            let mut seen = Vec::new();
            while let Some(Ok(event)) = next_key(&mut keys, &mut input).await {
                if !answer.takes(&event) {
                    seen.push(event.as_key_event().unwrap().code);
                }
            }
            assert_eq!(seen, [KeyCode::Char('j'), KeyCode::Char('k')], "{after} ms");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_terminal_that_goes_away_meanwhile_ends_the_wait() {
        let gone = keys_beside(&mut TerminalAnswer::default(), &mut futures::stream::empty()).await;
        assert_eq!(gone, None);
    }
}
