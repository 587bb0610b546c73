//! The terminal device while somebody chooses: every key at once, nothing echoed, the screen put back afterwards.
//!
//! Standard input and output are left alone: one may be a list that a loop reads from, the other is code for a
//! shell. Whatever ends the choice, a panic or a signal too, the terminal is as it was.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcgetwinsize, tcsetattr};
use signal_hook::consts::{SIGHUP, SIGTERM};

use super::screen::Size;

/// The controlling terminal of the process.
const DEVICE: &str = "/dev/tty";
/// Another screen, so that what stood on the first one comes back.
const BEGIN: &str = "\x1b[?1049h";
const END: &str = "\x1b[?25h\x1b[?1049l";

/// The device, in use until it is dropped.
pub struct Device {
    tty: Arc<File>,
    before: Termios,
    signal: Arc<AtomicUsize>,
    done: Arc<AtomicBool>,
}

impl Device {
    /// Takes the terminal.
    ///
    /// # Errors
    /// When there is none, or it does not obey.
    pub fn open() -> io::Result<Self> {
        let tty = Arc::new(OpenOptions::new().read(true).write(true).open(DEVICE)?);
        let before = tcgetattr(&tty)?;
        let (signal, done) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
        for number in [SIGTERM, SIGHUP] {
            // Afterwards they end the process again, as they did before.
            signal_hook::flag::register_conditional_default(number, Arc::clone(&done))?;
            signal_hook::flag::register_usize(number, Arc::clone(&signal), usize::try_from(number).unwrap_or(1))?;
        }
        let at_panic = (Arc::clone(&tty), before.clone());
        let previous = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |information| {
            restore(&at_panic.0, &at_panic.1);
            previous(information);
        }));
        let device = Self { tty, before, signal, done };
        tcsetattr(&device.tty, OptionalActions::Now, &raw(&device.before))?;
        device.draw(BEGIN)?;
        Ok(device)
    }

    /// Waits a tenth of a second for keys; 0 when none came.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        match (&*self.tty).read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(0),
            read => read,
        }
    }

    /// Shows a picture.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn draw(&self, picture: &str) -> io::Result<()> {
        (&*self.tty).write_all(picture.as_bytes())
    }

    /// How large the screen is at the moment; 24 lines of 80 columns where the terminal does not know.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn size(&self) -> io::Result<Size> {
        let size = tcgetwinsize(&self.tty)?;
        let or = |number: u16, usual: usize| if number == 0 { usual } else { usize::from(number) };
        Ok(Size { rows: or(size.ws_row, 24), columns: or(size.ws_col, 80) })
    }

    /// Gives the terminal back, and dies of the signal that asked for it, if one did.
    pub fn die_if_asked(&self) {
        if let Ok(number @ 1..) = i32::try_from(self.signal.load(Ordering::Relaxed)) {
            restore(&self.tty, &self.before);
            let _ = signal_hook::low_level::emulate_default_handler(number);
        }
    }
}

impl Drop for Device {
    fn drop(&mut self) {
        self.done.store(true, Ordering::Relaxed);
        if !std::thread::panicking() {
            drop(std::panic::take_hook());
        }
        restore(&self.tty, &self.before);
    }
}

fn restore(tty: &File, before: &Termios) {
    let _ = (&*tty).write_all(END.as_bytes());
    let _ = tcsetattr(tty, OptionalActions::Now, before);
}

/// Keys one by one, and a read that gives up after a tenth of a second: then an escape was the key of that name.
fn raw(before: &Termios) -> Termios {
    let mut termios = before.clone();
    termios.make_raw();
    termios.local_modes.remove(LocalModes::ISIG);
    termios.special_codes[SpecialCodeIndex::VMIN] = 0;
    termios.special_codes[SpecialCodeIndex::VTIME] = 1;
    termios
}
