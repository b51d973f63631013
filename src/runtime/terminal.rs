//! The terminal: taken on entering, and given back as it was on every way out.
//!
//! A frame is one write, between the marks of a synchronized update. The window title is one fixed
//! word, never data, and given back too.

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen,
};
use crossterm::{cursor, event, queue, terminal};
use ratatui::backend::CrosstermBackend;
use ratatui::{Frame, Terminal};
use rustix::process::{Signal, getpid, kill_process};
use tokio_util::sync::CancellationToken;

use crate::app::operator::bell::state::Desktop;

/// True while the terminal is ours.
// Static: the panic hook has nothing else at hand to know it by.
static ENTERED: AtomicBool = AtomicBool::new(false);
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
        let mut bytes = self.0.borrow_mut();
        let mut out = io::stdout().lock();
        // A panic in another task may have given the terminal back while this frame was made; the
        // lock keeps `restore` from coming between this look and the write.
        let sent = if ENTERED.load(Ordering::SeqCst) {
            out.write_all(&bytes).and_then(|()| out.flush())
        } else {
            Ok(())
        };
        bytes.clear();
        sent
    }
}

/// The real terminal: given back when dropped.
pub struct Screen {
    bytes: Bytes,
    terminal: Terminal<CrosstermBackend<Bytes>>,
    mouse: bool,
}

impl Screen {
    /// Takes the terminal, raw and on its other screen; an error when there is none.
    pub fn enter() -> io::Result<Self> {
        let mut bytes = Bytes::default();
        take(&mut bytes)?;
        let terminal = Terminal::new(CrosstermBackend::new(bytes.clone()))?;
        Ok(Self { bytes, terminal, mouse: false })
    }
}

/// Takes the terminal: raw, the other screen, our title over the one that was there.
fn take(bytes: &mut Bytes) -> io::Result<()> {
    terminal::enable_raw_mode()?;
    ENTERED.store(true, Ordering::SeqCst);
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
        // The terminal shows the frame whole, never half of it (fault V06).
        queue!(self.bytes, BeginSynchronizedUpdate)?;
        self.terminal.draw(render)?;
        queue!(self.bytes, EndSynchronizedUpdate)?;
        self.bytes.send()
    }

    fn clear(&mut self) -> io::Result<()> {
        // Not `Terminal::clear`: it asks the terminal where the cursor is, and the answer would go
        // to whoever reads the keys. A new terminal knows of no cell, so all are drawn.
        if PICTURED.swap(false, Ordering::SeqCst) {
            self.bytes.write_all(NO_PICTURES)?;
        }
        queue!(self.bytes, terminal::Clear(terminal::ClearType::All))?;
        self.terminal = Terminal::new(CrosstermBackend::new(self.bytes.clone()))?;
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
        self.terminal.size().map_or((80, 24), |size| (size.width, size.height))
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

/// Gives the terminal back; does nothing when it is not ours.
/// Errors are nobody's to hear: the terminal may be gone.
pub fn restore() {
    let mut out = io::stdout().lock();
    // Once: a panic, a signal and the end may all come
    // here. The lock makes them wait for each other.
    if !ENTERED.swap(false, Ordering::SeqCst) {
        return;
    }
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
    if PICTURED.swap(false, Ordering::SeqCst) {
        bytes.extend_from_slice(NO_PICTURES);
    }
    bytes.extend_from_slice(NO_MOUSE);
    bytes.extend_from_slice(TITLE_BACK);
    let _sent = out.write_all(&bytes).and_then(|()| out.flush());
    let _cooked = terminal::disable_raw_mode();
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
        restore();
        let place = panic
            .location()
            .map_or_else(String::new, |at| format!(" at {}:{}", at.file(), at.line()));
        // The message of a panic may hold data; its place does not.
        let mut err = io::stderr().lock();
        let _unheard = writeln!(
            err,
            "branchwatch: internal fault{place}; nothing stored is lost. Please report it."
        );
        PANICKED.store(true, Ordering::SeqCst);
        fault().cancel();
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

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
