//! The terminal device while a person chooses: every key at once, nothing echoed, the screen put
//! back afterwards.
//!
//! Standard input and output are left alone: one may be a list that a loop reads from, the other is
//! code for a shell. Whatever ends the choice, a panic or a signal too, the terminal is as it was.
//! Ctrl-Z and its signal do not stop it: a shell that waits for the output would wait for ever.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::panic::PanicHookInfo;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::termios::{
    LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcgetwinsize, tcsetattr,
};
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP};
use signal_hook::low_level::emulate_default_handler;
use signal_hook::{SigId, flag, low_level};

use super::screen::Size;
use crate::config::signals::Held;

const DEVICE: &str = "/dev/tty";
/// Another screen, so that what stood on the first one comes back; what is pasted comes between
/// marks.
const BEGIN: &str = "\x1b[?1049h\x1b[?2004h";
const END: &str = "\x1b[?2004l\x1b[?25h\x1b[?1049l";

type PanicHook = Arc<dyn Fn(&PanicHookInfo<'_>) + Send + Sync>;

pub(super) struct Device {
    tty: Arc<File>,
    before: Termios,
    signals: Signals,
    at_panic: PanicHook,
    _held: Held,
}

impl Device {
    pub(super) fn open() -> io::Result<Self> {
        let tty = Arc::new(OpenOptions::new().read(true).write(true).open(DEVICE)?);
        let before = tcgetattr(&tty)?;
        // Before the terminal changes: a signal in between would leave it changed.
        let (held, signals) = (Held::begin(), Signals::watch()?);
        let at_panic: PanicHook = Arc::from(std::panic::take_hook());
        let (previous, kept) = (Arc::clone(&at_panic), (Arc::clone(&tty), before.clone()));
        std::panic::set_hook(Box::new(move |information| {
            restore(&kept.0, &kept.1);
            previous(information);
        }));
        let device = Self { tty, before, signals, at_panic, _held: held };
        device.take()?;
        Ok(device)
    }

    fn take(&self) -> io::Result<()> {
        tcsetattr(&self.tty, OptionalActions::Now, &raw(&self.before))?;
        self.draw(BEGIN)
    }

    /// Waits a tenth of a second for keys; 0 when none came.
    pub(super) fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        // After a stop the shell has given the terminal its own modes, in which a read waits for a line.
        let patience = Timespec { tv_sec: 0, tv_nsec: 100_000_000 };
        match poll(&mut [PollFd::new(&*self.tty, PollFlags::IN)], Some(&patience)) {
            Ok(0) | Err(Errno::INTR) => return Ok(0),
            Ok(_) => {}
            Err(error) => return Err(error.into()),
        }
        match (&*self.tty).read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(0),
            read => read,
        }
    }

    pub(super) fn draw(&self, picture: &str) -> io::Result<()> {
        (&*self.tty).write_all(picture.as_bytes())
    }

    /// How large the screen is at the moment; 24 lines of 80 columns where the terminal does not
    /// know.
    pub(super) fn size(&self) -> io::Result<Size> {
        let size = tcgetwinsize(&self.tty)?;
        let or = |number: u16, usual: usize| if number == 0 { usual } else { usize::from(number) };
        Ok(Size { rows: or(size.ws_row, 24), columns: or(size.ws_col, 80) })
    }

    /// Whether the choice is to be given up, by the signal of Ctrl-C.
    pub(super) fn is_interrupted(&self) -> bool {
        self.signals.interrupted.load(Ordering::Relaxed)
    }

    /// Takes the terminal anew when the process was stopped and goes on: meanwhile it was the
    /// shell's. True when so.
    pub(super) fn retake(&self) -> io::Result<bool> {
        let continued = self.signals.continued.swap(false, Ordering::Relaxed);
        if continued {
            self.take()?;
        }
        Ok(continued)
    }

    /// Gives the terminal back, and dies of the signal that asked for it, if one did.
    pub(super) fn die_if_asked(&self) {
        if let Ok(number @ 1..) = i32::try_from(self.signals.deadly.load(Ordering::Relaxed)) {
            restore(&self.tty, &self.before);
            let _ = emulate_default_handler(number);
        }
    }
}

impl Drop for Device {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let previous = Arc::clone(&self.at_panic);
            std::panic::set_hook(Box::new(move |information| previous(information)));
        }
        restore(&self.tty, &self.before);
        self.die_if_asked();
    }
}

fn restore(tty: &File, before: &Termios) {
    let _ = (&*tty).write_all(END.as_bytes());
    let _ = tcsetattr(tty, OptionalActions::Now, before);
}

/// Keys one by one, and a read that gives up after a tenth of a second: then an escape was the key
/// of that name.
fn raw(before: &Termios) -> Termios {
    let mut termios = before.clone();
    termios.make_raw();
    termios.local_modes.remove(LocalModes::ISIG);
    termios.special_codes[SpecialCodeIndex::VMIN] = 0;
    termios.special_codes[SpecialCodeIndex::VTIME] = 1;
    termios
}

struct Signals {
    /// The one that ends the process; 0 for none.
    deadly: Arc<AtomicUsize>,
    interrupted: Arc<AtomicBool>,
    continued: Arc<AtomicBool>,
    watched: Vec<SigId>,
}

impl Signals {
    fn watch() -> io::Result<Self> {
        let mut signals = Self {
            deadly: Arc::default(),
            interrupted: Arc::default(),
            continued: Arc::default(),
            watched: Vec::new(),
        };
        for number in [SIGTERM, SIGHUP, SIGQUIT] {
            let value = usize::try_from(number).unwrap_or(1);
            signals.watched.push(flag::register_usize(number, Arc::clone(&signals.deadly), value)?);
        }
        // Caught and never looked at.
        signals.watched.push(flag::register(SIGTSTP, Arc::default())?);
        signals.watched.push(flag::register(SIGINT, Arc::clone(&signals.interrupted))?);
        signals.watched.push(flag::register(SIGCONT, Arc::clone(&signals.continued))?);
        Ok(signals)
    }
}

impl Drop for Signals {
    fn drop(&mut self) {
        for watched in &self.watched {
            low_level::unregister(*watched);
        }
    }
}
