//! The terminal: taken on entering, and given back as it was on every way out.
//!
//! A frame is one write, between the marks of a synchronized update. A terminal that does not read
//! holds up nothing: writes do not wait. The window title is one fixed word, never data, and given
//! back too.

mod writer;

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen,
};
use crossterm::{cursor, event, queue, terminal};
use ratatui::backend::CrosstermBackend;
use ratatui::layout::{Position, Rect, Size};
use ratatui::{Frame, Terminal, TerminalOptions, Viewport};
use rustix::process::{Signal, getpid, kill_process};
use rustix::termios::{InputModes, LocalModes, OptionalActions, OutputModes};
use rustix::termios::{tcgetattr, tcsetattr};
use tokio_util::sync::CancellationToken;
use writer::TerminalWriter;

use super::crash;
use crate::app::operator::bell::state::Desktop;

/// The terminal while it is ours.
// Static: the panic hook has nothing else at hand to give it back by.
static OURS: Mutex<Option<TerminalWriter>> = Mutex::new(None);
/// True once anything has panicked.
static PANICKED: AtomicBool = AtomicBool::new(false);

/// True while the terminal may keep a picture beside its cells.
static PICTURED: AtomicBool = AtomicBool::new(false);

/// Takes all pictures and their data from a terminal with Kitty's graphics.
const NO_PICTURES: &[u8] = b"\x1b_Ga=d,d=A,q=2\x1b\\";

/// The terminal puts its title on a stack, and takes it back from there.
const KEEP_TITLE: &[u8] = b"\x1b[22;2t";
const TITLE_BACK: &[u8] = b"\x1b[23;2t";

/// Buttons and wheel, with columns beyond 223. Not the mouse's every move, which crossterm would ask
/// for too: over SSH that costs.
const MOUSE: &[u8] = b"\x1b[?1000h\x1b[?1006h";
const NO_MOUSE: &[u8] = b"\x1b[?1006l\x1b[?1000l";

/// What the event loop draws on.
pub trait Surface {
    /// Draws one frame; an error when the terminal cannot be written to.
    fn draw(&mut self, render: impl FnOnce(&mut Frame<'_>)) -> io::Result<()>;

    /// Forgets what is on the screen, so that the next frame is drawn whole.
    fn clear(&mut self) -> io::Result<()>;

    /// Puts text on the terminal's clipboard.
    fn copy(&mut self, text: &str) -> io::Result<()>;

    /// Gives the terminal back, stops the program, and takes the terminal again when it goes on.
    fn suspend(&mut self) -> io::Result<()>;

    /// Lets the terminal tell of clicks and the wheel, or not.
    fn mouse(&mut self, on: bool) -> io::Result<()>;

    /// Rings, and has the terminal tell the desktop a text; safe, on one line.
    fn ring(&mut self, note: Option<&(Desktop, String)>) -> io::Result<()>;

    /// Asks the terminal for the colour of its ground; the answer comes as keys.
    fn ask_ground(&mut self) -> io::Result<()>;

    /// Pixels of one cell, across and down, where the terminal tells.
    fn cell(&self) -> Option<(u16, u16)>;

    fn size(&self) -> (u16, u16);

    /// True while the terminal has not taken all that was written to it.
    fn is_behind(&self) -> bool {
        false
    }

    /// Writes of it as much as the terminal takes now.
    fn catch_up(&mut self) -> io::Result<()> {
        Ok(())
    }

    /// False once the terminal has gone away.
    fn is_there(&self) -> bool;
}

/// Bytes of a frame, until they go out in one write.
#[derive(Clone, Default)]
struct Bytes(Rc<RefCell<Vec<u8>>>);

impl Write for Bytes {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Bytes {
    fn send(&self) -> io::Result<()> {
        let bytes = self.0.take();
        // A panic in another task may have given the terminal back while this frame was made; the
        // lock keeps `restore` from coming between this look and the write.
        ours().as_mut().map_or(Ok(()), |terminal| terminal.write(&bytes))
    }
}

fn ours() -> MutexGuard<'static, Option<TerminalWriter>> {
    // Whoever panicked with it has given it back.
    OURS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The real terminal: given back when dropped.
pub struct Screen {
    bytes: Bytes,
    terminal: Terminal<CrosstermBackend<Bytes>>,
    /// What it was made for.
    size: Size,
    mouse: bool,
    /// The next frame begins on an empty screen.
    cleared: bool,
}

/// Of no use to anybody, and a frame of it is a gigabyte; some terminals say it in their start.
const LARGEST: Size = Size::new(1_000, 500);

/// Of a terminal that knows no size.
const USUAL: Size = Size::new(80, 24);

/// A size that can be drawn.
pub(super) fn clamped(columns: u16, rows: u16) -> Size {
    let clamp = |size: u16, usual, largest| if size == 0 { usual } else { size.min(largest) };
    Size::new(clamp(columns, USUAL.width, LARGEST.width), clamp(rows, USUAL.height, LARGEST.height))
}

impl Screen {
    /// Takes the terminal, raw and on its other screen; an error when there is none.
    pub fn enter() -> io::Result<Self> {
        let mut bytes = Bytes::default();
        take(&mut bytes)?;
        let size = size();
        let terminal = blank(&bytes, size)?;
        Ok(Self { bytes, terminal, size, mouse: false, cleared: false })
    }
}

fn size() -> Size {
    terminal::size().map_or(USUAL, |(columns, rows)| clamped(columns, rows))
}

/// It knows of no cell what the terminal shows, so that all are drawn.
fn blank(bytes: &Bytes, size: Size) -> io::Result<Terminal<CrosstermBackend<Bytes>>> {
    // Fixed: otherwise it asks the terminal for its size itself, and believes any.
    let viewport = Viewport::Fixed(Rect::from((Position::ORIGIN, size)));
    Terminal::with_options(CrosstermBackend::new(bytes.clone()), TerminalOptions { viewport })
}

/// Takes the terminal: raw, the other screen, our title over the one that was there.
fn take(bytes: &mut Bytes) -> io::Result<()> {
    let writer = TerminalWriter::open()?;
    terminal::enable_raw_mode()?;
    *ours() = Some(writer);
    bytes.write_all(KEEP_TITLE)?;
    queue!(
        bytes,
        terminal::SetTitle("branchwatch"),
        EnterAlternateScreen,
        event::EnableBracketedPaste,
        cursor::Hide
    )?;
    bytes.send()
}

impl Surface for Screen {
    fn draw(&mut self, render: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        let size = size();
        if size != self.size {
            self.size = size;
            self.clear()?;
        }
        // The terminal shows the frame whole, never half of it (fault V06).
        queue!(self.bytes, BeginSynchronizedUpdate)?;
        if std::mem::take(&mut self.cleared) {
            if PICTURED.swap(false, Ordering::SeqCst) {
                self.bytes.write_all(NO_PICTURES)?;
            }
            queue!(self.bytes, terminal::Clear(terminal::ClearType::All))?;
            self.terminal = blank(&self.bytes, self.size)?;
        }
        self.terminal.draw(render)?;
        queue!(self.bytes, EndSynchronizedUpdate)?;
        self.bytes.send()
    }

    fn clear(&mut self) -> io::Result<()> {
        // Not `Terminal::clear`: it asks the terminal where the cursor is, and the answer would go
        // to whoever reads the keys. Within the next frame, or the screen would be seen empty.
        self.cleared = true;
        Ok(())
    }

    fn copy(&mut self, text: &str) -> io::Result<()> {
        queue!(self.bytes, crossterm::clipboard::CopyToClipboard::to_clipboard_from(text))?;
        self.bytes.send()
    }

    fn suspend(&mut self) -> io::Result<()> {
        // Given back before it stops: the shell takes over a terminal as it left it (fault T03).
        restore();
        // Not SIGTSTP: a program without a shell above it would ignore it.
        let stopped = kill_process(getpid(), Signal::STOP);
        take(&mut self.bytes)?;
        if self.mouse {
            self.mouse(true)?;
        }
        self.clear()?;
        Ok(stopped?)
    }

    fn mouse(&mut self, on: bool) -> io::Result<()> {
        self.mouse = on;
        self.bytes.write_all(if on { MOUSE } else { NO_MOUSE })?;
        self.bytes.send()
    }

    fn ring(&mut self, note: Option<&(Desktop, String)>) -> io::Result<()> {
        // Heard hours later, a bell misleads; and many would fill what is kept.
        if self.is_behind() {
            return Ok(());
        }
        self.bytes.write_all(ringing(note).as_bytes())?;
        self.bytes.send()
    }

    fn ask_ground(&mut self) -> io::Result<()> {
        self.bytes.write_all(super::ground::QUESTION)?;
        self.bytes.send()
    }

    fn cell(&self) -> Option<(u16, u16)> {
        let window = terminal::window_size().ok()?;
        let cell =
            (window.width.checked_div(window.columns)?, window.height.checked_div(window.rows)?);
        (cell.0 > 0 && cell.1 > 0).then_some(cell)
    }

    fn size(&self) -> (u16, u16) {
        size().into()
    }

    fn is_behind(&self) -> bool {
        ours().as_ref().is_some_and(TerminalWriter::is_behind)
    }

    fn catch_up(&mut self) -> io::Result<()> {
        ours().as_mut().map_or(Ok(()), TerminalWriter::catch_up)
    }

    fn is_there(&self) -> bool {
        // A terminal that has hung up is no terminal any more.
        io::IsTerminal::is_terminal(&io::stdin())
    }
}

/// The bell, and a note in the sequence that the operator's terminal passes on.
fn ringing(note: Option<&(Desktop, String)>) -> String {
    match note {
        // A semicolon would begin another part.
        Some((Desktop::Osc777, text)) => {
            format!("\x07\x1b]777;notify;branchwatch;{}\x07", text.replace(';', ","))
        }
        Some((Desktop::Osc9, text)) => format!("\x07\x1b]9;branchwatch: {text}\x07"),
        None => "\x07".to_owned(),
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        restore();
    }
}

/// Gives the terminal back; does nothing when it is not ours. False where the terminal did not take
/// it, because it is gone or does not read.
pub fn restore() -> bool {
    // Once: a panic, a signal and the end may all come
    // here. The lock makes them wait for each other.
    let mut ours = ours();
    let Some(terminal) = ours.take() else { return true };
    let told = terminal.end(&giving_back(PICTURED.swap(false, Ordering::SeqCst)));
    let _cooked = terminal::disable_raw_mode();
    told
}

/// What gives a terminal back, whatever of it was taken.
fn giving_back(pictures: bool) -> Vec<u8> {
    let mut bytes = Vec::new();
    let _queued = queue!(
        bytes,
        // A panic may come in the middle of a frame: without
        // this the terminal would show nothing more.
        EndSynchronizedUpdate,
        event::DisableBracketedPaste,
        event::DisableFocusChange,
        crossterm::style::ResetColor,
        // Nothing of a person stays on the other screen either (fault T16).
        terminal::Clear(terminal::ClearType::All),
        LeaveAlternateScreen,
        cursor::Show
    );
    if pictures {
        bytes.extend_from_slice(NO_PICTURES);
    }
    bytes.extend_from_slice(NO_MOUSE);
    bytes.extend_from_slice(TITLE_BACK);
    bytes
}

/// Gives back the terminal of a dashboard that could not do it itself: `kill -9`, SIGSEGV.
///
/// # Errors
/// When standard output is no terminal, or cannot be set.
pub fn reset() -> io::Result<()> {
    let mut out = io::stdout().lock();
    let mut modes = tcgetattr(&out)?;
    // What raw mode takes away, as `stty sane` sets it. Not the keys: nobody has changed them.
    modes.input_modes |= InputModes::BRKINT | InputModes::ICRNL | InputModes::IXON;
    modes.output_modes |= OutputModes::OPOST | OutputModes::ONLCR;
    modes.local_modes |= LocalModes::ICANON | LocalModes::ISIG | LocalModes::IEXTEN;
    modes.local_modes |= LocalModes::ECHO | LocalModes::ECHOE | LocalModes::ECHOK;
    tcsetattr(&out, OptionalActions::Now, &modes)?;
    // It is the other screen that is cleared, whichever is shown: this one has the shell's lines.
    queue!(out, EnterAlternateScreen)?;
    out.write_all(&giving_back(true))?;
    out.flush()
}

/// From now on the terminal may keep a picture: it is
/// taken back with the next clear, and on every way out.
pub fn holds_a_picture() {
    PICTURED.store(true, Ordering::SeqCst);
}

/// Cancelled by the first panic.
pub fn fault() -> &'static CancellationToken {
    static FAULT: OnceLock<CancellationToken> = OnceLock::new();
    FAULT.get_or_init(CancellationToken::new)
}

/// Whether any task or thread has panicked in this run.
#[must_use]
pub fn panicked() -> bool {
    PANICKED.load(Ordering::SeqCst)
}

/// From now on a panic in any thread restores the terminal
/// first, says only where it happened, and ends the program.
pub fn install_panic_hook() {
    std::panic::set_hook(Box::new(|panic| {
        // First of all: the message must not be drawn on
        // the other screen, where nobody sees it again.
        let told = restore();
        let place = panic
            .location()
            .map_or_else(String::new, |at| format!(" at {}:{}", at.file(), at.line()));
        // The message of a panic may hold data; its place does not.
        let report = crash::report(&place).map(|path| format!(" Details: {}.", path.display()));
        let mut err = io::stderr().lock();
        // A terminal that does not read must not hold this up.
        if told {
            let _unheard = writeln!(
                err,
                "branchwatch: internal fault{place}; nothing stored is lost. Please report it.{}",
                report.unwrap_or_default()
            );
        }
        PANICKED.store(true, Ordering::SeqCst);
        fault().cancel();
    }));
}

#[cfg(test)]
mod tests {
    use std::os::fd::OwnedFd;
    use std::os::unix::net::UnixDatagram;

    use super::*;

    // V06
    #[test]
    fn a_frame_is_one_write_inside_one_synchronised_update() {
        // Each write is a datagram of its own.
        let (ours_end, terminal_end) = UnixDatagram::pair().unwrap();
        terminal_end.set_nonblocking(true).unwrap();
        *ours() = Some(TerminalWriter::of(OwnedFd::from(ours_end).into()));
        let (bytes, size) = (Bytes::default(), size());
        let terminal = blank(&bytes, size).unwrap();
        let mut screen = Screen { bytes, terminal, size, mouse: false, cleared: false };
        let (begin, end) = ("\x1b[?2026h", "\x1b[?2026l");
        for (text, cleared) in [("first", false), ("second", false), ("third", true)] {
            if cleared {
                screen.clear().unwrap();
            }
            screen.draw(|frame| frame.render_widget(text, frame.area())).unwrap();
            let mut frame = vec![0; 256 * 1024];
            let length = terminal_end.recv(&mut frame).unwrap();
            let frame = String::from_utf8(frame[..length].to_vec()).unwrap();
            assert!(frame.starts_with(begin) && frame.ends_with(end), "{frame:?}");
            assert_eq!((frame.matches(begin).count(), frame.matches(end).count()), (1, 1));
            assert_eq!(frame.contains("\x1b[2J"), cleared, "{frame:?}");
            assert!(terminal_end.recv(&mut [0]).is_err(), "{text}: a second write");
        }
        *ours() = None;
    }

    // T09
    #[test]
    fn a_size_that_no_window_has_is_drawn_as_one_that_a_window_may_have() {
        for (size, drawn) in [
            ((u16::MAX, u16::MAX), (1_000, 500)),
            ((0, 0), (80, 24)),
            ((0, 50), (80, 50)),
            ((1, u16::MAX), (1, 500)),
            ((200, 60), (200, 60)),
        ] {
            assert_eq!(<(u16, u16)>::from(clamped(size.0, size.1)), drawn, "{size:?}");
        }
    }

    // U08
    #[test]
    fn a_note_is_one_sequence_of_its_form() {
        let note = |form| (form, "dbs-1; x: REJECT".to_owned());
        assert_eq!(ringing(None), "\x07");
        assert_eq!(
            ringing(Some(&note(Desktop::Osc9))),
            "\x07\x1b]9;branchwatch: dbs-1; x: REJECT\x07"
        );
        assert_eq!(
            ringing(Some(&note(Desktop::Osc777))),
            "\x07\x1b]777;notify;branchwatch;dbs-1, x: REJECT\x07"
        );
    }
}
