//! The loop: waits, updates, starts effects, draws when there is something new.
//!
//! Generic over surface, input and clock, so that the tested loop is the real one.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use crossterm::event::{Event as Input, KeyEventKind, MouseButton, MouseEventKind};
use futures::{Stream, StreamExt};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until, timeout_at};

use super::Ending;
use super::effects::Effects;
use super::frames::Frames;
use super::ground::TerminalAnswer;
use super::program;
use super::reload::Reloaded;
use super::terminal::{self, Surface};
use crate::app::effect::Effect;
use crate::app::event::{Event, Mouse, MouseDid};
use crate::app::{Model, update};
use crate::clock::Clock;
use crate::domain::watchlist::snapshot::Snapshot;
use crate::keymap::Keymap;
use crate::panic_site;
use crate::theme::{Look, Themes};
use crate::ui;
use crate::ui::widgets::graphics::Pictures;

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
    /// The configuration, each time that it was read again.
    pub reloads: Reloads,
}

impl<C> LoopContext<C> {
    /// Takes the part of a configuration that the loop has, and hands on the rest.
    fn reconfigured(&mut self, read: Result<Reloaded, String>) -> Event {
        let taken = read.and_then(|reloaded| {
            let look = self.themes.replace(reloaded.themes, reloaded.theme.as_deref(), self.look);
            self.look = look.map_err(|why| why.to_string())?;
            self.keymap = reloaded.keymap;
            Ok(Box::new(reloaded.config))
        });
        Event::Reconfigured(taken)
    }
}

/// Runs until the operator quits, `stop` says so, or the terminal is gone.
///
/// # Errors
/// When the terminal cannot be written to.
pub async fn run<S: Surface, C: Clock>(
    model: &mut Model,
    surface: &mut S,
    input: impl Stream<Item = io::Result<Input>> + Unpin,
    mut outside: LoopContext<C>,
    stop: impl Future<Output = Ending>,
) -> io::Result<Ending> {
    let ending = run_until(model, surface, input, &mut outside, stop).await?;
    if ending != Ending::TerminalGone {
        // The timer that would clear it ends with the program.
        outside.effects.clear_clipboard_at_end(surface).await;
    }
    Ok(ending)
}

async fn run_until<S: Surface, C: Clock>(
    model: &mut Model,
    surface: &mut S,
    mut input: impl Stream<Item = io::Result<Input>> + Unpin,
    outside: &mut LoopContext<C>,
    stop: impl Future<Output = Ending>,
) -> io::Result<Ending> {
    let mut results = outside.effects.inbox();
    model.offer_themes(outside.themes.names());
    let mut ticks = interval(Duration::from_secs(1));
    // After a suspend one tick, not one for each second that was missed (fault T03).
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut frames = Frames::new();
    let mut stop = std::pin::pin!(stop);
    let mut answer = None;
    let mut held = VecDeque::new();
    // Before the first frame, so that it has the sessions in it.
    let first = Event::Snapshot(Arc::clone(&outside.snapshots.borrow_and_update()));
    if step(model, first, surface, outside)? {
        return Ok(Ending::Quit);
    }
    if outside.asks_ground {
        let asked = ask_ground(model, surface, &mut input, outside).await?;
        let Some((asked, keys)) = asked else { return Ok(Ending::TerminalGone) };
        (answer, held) = (Some(asked), keys);
    }
    loop {
        frames.look(surface.is_behind());
        // Biased, from what must not wait to what may: the end; results of what the operator
        // started; keys, so that no flood of snapshots delays them; snapshots, of which only the
        // newest is taken; the tick; and last the moment to draw, so that a burst is one frame.
        // Every arm is cancel-safe: channels, streams and timers lose nothing when another wins.
        let event = tokio::select! {
            biased;
            ending = &mut stop => return Ok(ending),
            Some(result) = results.recv() => result,
            key = next_key(&mut held, &mut input) => match key {
                // The terminal's answer came late.
                Some(Ok(key)) if answer.as_mut().is_some_and(|a| a.takes(&key)) => continue,
                // Typed before the question was on the screen: it answers nothing (T14).
                Some(Ok(Input::Key(_) | Input::Paste(_) | Input::Mouse(_)))
                    if model.confirm_is_fresh() || frames.is_unread() => continue,
                Some(Ok(key)) => match translate(model, &outside.keymap, key) {
                    Some(event) => event,
                    None => continue,
                },
                Some(Err(_)) | None => return Ok(Ending::TerminalGone),
            },
            Ok(()) = outside.snapshots.changed() => {
                Event::Snapshot(Arc::clone(&outside.snapshots.borrow_and_update()))
            }
            Some(read) = reloaded(&mut outside.reloads) => outside.reconfigured(read),
            _ = ticks.tick() => {
                // A terminal that hung up may be noticed by no read:
                // without this look the loop would go on (T06).
                if !surface.is_there() {
                    return Ok(Ending::TerminalGone);
                }
                // Before the input is read, no new size is heard.
                let (columns, rows) = surface.size();
                if (columns, rows) != model.size() {
                    outside.effects.tell(Event::Resize(columns, rows));
                }
                Event::Tick(outside.clock.now())
            }
            () = sleep_until(frames.next_try()), if surface.is_behind() => {
                surface.catch_up()?;
                frames.tried();
                continue;
            }
            () = sleep_until(frames.next()), if model.needs_draw() && !surface.is_behind() => {
                frames.drawn(model.confirm_is_fresh());
                model.take_dirty();
                draw(model, surface, outside.look, &mut outside.pictures)?;
                continue;
            }
        };
        frames.hears(&event);
        if step(model, event, surface, outside)? {
            return Ok(Ending::Quit);
        }
    }
}

type Reloads = Option<mpsc::Receiver<Result<Reloaded, String>>>;

async fn reloaded(reloads: &mut Reloads) -> Option<Result<Reloaded, String>> {
    reloads.as_mut()?.recv().await
}

/// One event, and the effects that it leads to. True when the operator quits.
fn step<S: Surface, C: Clock>(
    model: &mut Model,
    event: Event,
    surface: &mut S,
    outside: &mut LoopContext<C>,
) -> io::Result<bool> {
    panic_site::at("event", &event);
    for effect in update(model, event) {
        if effect == Effect::Quit {
            return Ok(true);
        }
        carry_out(effect, surface, outside)?;
    }
    Ok(false)
}

/// Does at once what concerns the terminal, and starts the rest. What comes of either comes out of
/// the inbox: of several in a batch none is lost.
fn carry_out<S: Surface, C: Clock>(
    effect: Effect,
    surface: &mut S,
    outside: &mut LoopContext<C>,
) -> io::Result<()> {
    panic_site::at("effect", &effect);
    let effects = &outside.effects;
    let (services, now) = (effects.services(), outside.clock.now());
    match effect {
        Effect::Command(command) => effects.command(command.into()),
        Effect::Traffic => effects.traffic(),
        Effect::ReadDetails(ids) => effects.read_details(ids),
        Effect::Export(request) => effects.export(request),
        Effect::Measure(serial, request) => effects.measure(serial, request),
        Effect::CopyExport { what, request } => effects.copy_export(what, request),
        Effect::Copy { what, text, personal } => {
            outside.effects.copy(what, text, personal, surface);
        }
        Effect::ClearClipboard => outside.effects.clear_clipboard(surface),
        Effect::Handover(path) => effects.hand_over(path),
        Effect::ReadList(path) => effects.read_list(path),
        Effect::LowerPrivacy(privacy) => effects.lower_privacy(privacy),
        Effect::Reveal(id) => effects.reveal(id),
        Effect::LastExports(id) => effects.last_exports(id),
        Effect::SaveLetter { id, path } => effects.ask(id, services.save_letter(now, id, path)),
        Effect::FetchLetter(id) => effects.ask(id, services.fetch_letter(now, id)),
        Effect::ShowContact(id) => effects.ask(id, services.contact(now, id)),
        Effect::ShowPicture { id, media } => effects.ask(id, services.picture(now, id, media)),
        Effect::SaveMedia { id, media, path } => {
            effects.ask(id, services.save_media(now, id, media, path));
        }
        Effect::DeleteSession(id) => effects.ask(id, services.delete(now, id)),
        Effect::SendLetter(id) => effects.ask(id, services.send_letter(now, id)),
        Effect::Open { what, target } => {
            effects.spawn(async move { services.opener.open(what, target).await });
        }
        Effect::RunProgram { name, run } => effects.spawn(program::run_own(name, run)),
        Effect::Ring(note) => surface.ring(note.as_ref())?,
        Effect::Mouse(on) => surface.mouse(on)?,
        Effect::Theme(name) => match outside.themes.choose(&name, outside.look) {
            Ok(look) => outside.look = look,
            Err(why) => effects.tell(Event::Done(Err(why.to_string()).into())),
        },
        Effect::Redraw => surface.clear()?,
        Effect::Suspend => {
            surface.suspend()?;
            let (columns, rows) = surface.size();
            // The window may have changed while the program was stopped, without a signal for it.
            effects.tell(Event::Resize(columns, rows));
        }
        Effect::Quit => {}
    }
    Ok(())
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
    panic_site::at("draw", &surface.size());
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
        Input::Resize(columns, rows) => {
            let size = terminal::clamped(columns, rows);
            Some(Event::Resize(size.width, size.height))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
    use tokio::time::sleep;

    use super::*;
    use crate::app::event::Outcome;
    use crate::app::operator::bell::state::Desktop;
    use crate::domain::assessment::rules::Rules;
    use crate::runtime::effects::ExportOrigin;
    use crate::runtime::services::Services;
    use crate::theme::{ColourDepth, Ground};

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

    // T11
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

    /// A terminal without a clipboard, of so many columns and rows.
    struct Bare(u16, u16);

    impl Surface for Bare {
        fn draw(&mut self, _: impl FnOnce(&mut ratatui::Frame<'_>)) -> io::Result<()> {
            Ok(())
        }
        fn clear(&mut self) -> io::Result<()> {
            Ok(())
        }
        fn copy(&mut self, _: &str) -> io::Result<()> {
            Err(io::Error::other("no clipboard"))
        }
        fn suspend(&mut self) -> io::Result<()> {
            Ok(())
        }
        fn mouse(&mut self, _: bool) -> io::Result<()> {
            Ok(())
        }
        fn ring(&mut self, _: Option<&(Desktop, String)>) -> io::Result<()> {
            Ok(())
        }
        fn ask_ground(&mut self) -> io::Result<()> {
            Ok(())
        }
        fn cell(&self) -> Option<(u16, u16)> {
            None
        }
        fn size(&self) -> (u16, u16) {
            (self.0, self.1)
        }
        fn is_there(&self) -> bool {
            true
        }
    }

    #[tokio::test(start_paused = true)]
    async fn of_effects_of_one_batch_that_answer_at_once_none_is_lost() {
        let clock = crate::clock::TokioClock::with_speed(jiff::Timestamp::UNIX_EPOCH, 1.0);
        let (_store, snapshots) = crate::store::Store::new(Vec::new());
        let origin = ExportOrigin {
            profile: String::new(),
            environment: String::new(),
            rules: Rules::default(),
            zone: jiff::tz::TimeZone::UTC,
        };
        let (commands, services) = (tokio::sync::mpsc::channel(1).0, Services::default());
        let to = snapshots.clone();
        let mut outside = LoopContext {
            snapshots,
            effects: Effects::new(commands, to, origin, Arc::new(clock), services),
            clock,
            keymap: Keymap::shipped().unwrap(),
            reloads: None,
            look: Look::new(ColourDepth::None, false),
            themes: Themes::read(&[], ColourDepth::None),
            asks_ground: false,
            pictures: Pictures::new(None),
        };
        let mut inbox = outside.effects.inbox();
        for effect in [
            Effect::Suspend,
            Effect::Copy { what: "session ID", text: "s".to_owned(), personal: false },
            Effect::Theme("no theme".to_owned()),
        ] {
            carry_out(effect, &mut Bare(90, 30), &mut outside).unwrap();
        }
        assert!(matches!(inbox.try_recv(), Ok(Event::Resize(90, 30))));
        for part in ["nothing copied: no clipboard", "no theme"] {
            match inbox.try_recv() {
                Ok(Event::Done(Outcome::Done { result: Err(why), .. })) if why.contains(part) => {}
                other => panic!("{part}: {other:?}"),
            }
        }
        assert!(inbox.try_recv().is_err());
    }

    // T06
    #[tokio::test(start_paused = true)]
    async fn a_terminal_that_goes_away_meanwhile_ends_the_wait() {
        let gone = keys_beside(&mut TerminalAnswer::default(), &mut futures::stream::empty()).await;
        assert_eq!(gone, None);
    }
}
