//! A password on the terminal device: not shown while it is typed, and the terminal as it was
//! whatever happens.
//!
//! A signal that ends the program gives the terminal its echo back first. Ctrl-Z is not
//! obeyed: a shell that waits for our output would wait for ever, on a terminal that shows the
//! password. What was typed before the question is dropped.

use std::fs::File;

use rustix::process::Signal;
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;

use super::terminal::{OpenLine, Terminal, read_line, without_marks};
use crate::error::{Error, Kind, Result};
use crate::types::Secret;

/// The longest line that a terminal hands over, in bytes; more is lost without a word.
const LONGEST: usize = 4094;

impl Terminal {
    /// Asks for a secret, which may hold any characters but a line's end.
    pub(crate) async fn ask_secret(self, question: &str) -> Result<Secret> {
        let device = self.open()?;
        let failed = |error: std::io::Error| {
            Error::new(Kind::NeedsAnswer, "the terminal cannot be used").because(error)
        };
        // Before the question: a stop comes when it likes.
        let mut continued = signal(SignalKind::from_raw(Signal::CONT.as_raw())).map_err(failed)?;
        let hidden = Hidden::begin(&device).map_err(failed)?;
        let mut line = OpenLine::begin(&device, question)?;
        let (sender, receiver) = oneshot::channel();
        std::thread::spawn(move || sender.send(read_line(device)));
        tokio::pin!(receiver);
        let answer = loop {
            tokio::select! {
                answer = &mut receiver => break answer,
                // The shell that was in front meanwhile has turned the echo on.
                _ = continued.recv() => hidden.begin_again().map_err(failed)?,
            }
        };
        let answer = answer.map_err(|_| Error::new(Kind::Bug, "the question was lost"))?;
        let answer = answer.map_err(failed)?;
        line.ended = answer.is_some();
        drop(hidden);
        let bytes = answer.ok_or_else(|| Error::new(Kind::Cancelled, "cancelled"))?;
        let refuse =
            |why: &str| Err(Error::config(format!("what was typed cannot be used: {why}")));
        if bytes.len() >= LONGEST {
            return refuse(
                "a terminal takes no longer lines; use password_command in ~/.saml/credentials",
            );
        }
        match std::str::from_utf8(&bytes) {
            Ok("") => Err(Error::new(Kind::Cancelled, "nothing was typed")),
            Ok(text) => Ok(Secret::new(without_marks(text).to_owned())),
            Err(_) => refuse("it is not UTF-8"),
        }
    }
}

/// A terminal without echo; it gets its modes back when this is dropped.
struct Hidden {
    device: File,
    before: Termios,
}

impl Hidden {
    fn begin(device: &File) -> std::io::Result<Self> {
        let hidden = Self { device: device.try_clone()?, before: tcgetattr(device)? };
        tcsetattr(&hidden.device, OptionalActions::Flush, &hidden.modes())?;
        Ok(hidden)
    }

    fn begin_again(&self) -> std::io::Result<()> {
        Ok(tcsetattr(&self.device, OptionalActions::Now, &self.modes())?)
    }

    fn modes(&self) -> Termios {
        let mut modes = self.before.clone();
        modes.local_modes.remove(LocalModes::ECHO | LocalModes::ECHOE | LocalModes::ECHOK);
        modes.local_modes.insert(LocalModes::ECHONL | LocalModes::ICANON | LocalModes::ISIG);
        modes
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        let _ = tcsetattr(&self.device, OptionalActions::Now, &self.before);
    }
}
