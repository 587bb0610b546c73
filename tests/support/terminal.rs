//! One command on a pseudo-terminal of its own, which is its controlling terminal: `/dev/tty`
//! works.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::AsFd;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Instant;

use pty_process::blocking::{Command as PtyCommand, Pty, open};
use rustix::process::{
    Pid, Signal, WaitId, WaitIdOptions, kill_process, kill_process_group, waitid,
};
use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};

use super::failure::{Failure, Outcome};
use super::hints;
use super::process::{PATIENCE, code};

const ROWS: u16 = 40;
const COLUMNS: u16 = 120;

/// A running command and its terminal; killed when dropped.
pub struct Terminal {
    child: Child,
    pty: Pty,
    arriving: Receiver<Vec<u8>>,
    output: Option<Receiver<Vec<u8>>>,
    seen: Vec<u8>,
    mark: usize,
}

impl Terminal {
    /// Starts `command` with all three standard streams on the terminal.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(command: Command) -> Outcome<Self> {
        Self::spawn(PtyCommand::from(command), false)
    }

    /// Starts `command` on the terminal, with standard output captured, as under `$(…)`.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start_captured(command: Command) -> Outcome<Self> {
        Self::spawn(PtyCommand::from(command).stdout(Stdio::piped()), true)
    }

    fn spawn(command: PtyCommand, captured: bool) -> Outcome<Self> {
        let failed = |error: pty_process::Error| Failure(format!("no terminal: {error}"));
        let (pty, pts) = open().map_err(failed)?;
        pty.resize(pty_process::Size::new(ROWS, COLUMNS)).map_err(failed)?;
        let mut child = command.spawn(pts).map_err(failed)?;
        let arriving = pump(File::from(pty.as_fd().try_clone_to_owned()?));
        let output = child.stdout.take().filter(|_| captured).map(pump);
        Ok(Self { child, pty, arriving, output, seen: Vec::new(), mark: 0 })
    }

    /// Waits until `text` appears after what the last wait found, and gives what stood before it.
    ///
    /// # Errors
    /// With all that was seen, when it does not appear or the command ends first.
    pub fn wait_for(&mut self, text: &str) -> Outcome<String> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let fresh = String::from_utf8_lossy(self.seen.get(self.mark..).unwrap_or_default())
                .into_owned();
            if let Some(at) = find(self.seen.get(self.mark..).unwrap_or_default(), text.as_bytes())
            {
                let before =
                    String::from_utf8_lossy(&self.seen[self.mark..self.mark + at]).into_owned();
                self.mark += at + text.len();
                return Ok(before);
            }
            match self.arriving.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(bytes) => self.seen.extend(bytes),
                Err(reason) => {
                    let why = if reason == RecvTimeoutError::Timeout {
                        "in time"
                    } else {
                        "before the end"
                    };
                    return Err(Failure(format!(
                        "{text:?} did not appear {why}; there was:\n{fresh}"
                    )));
                }
            }
        }
    }

    /// Types text, as a paste without marks would.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn type_text(&mut self, text: &str) -> Outcome<()> {
        self.pty.write_all(text.as_bytes())?;
        Ok(self.pty.flush()?)
    }

    /// Types text and Enter.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn type_line(&mut self, text: &str) -> Outcome<()> {
        self.type_text(&format!("{text}\r"))
    }

    /// Presses Ctrl and a letter: `c` interrupts, `d` ends the input, `z` stops, `\` quits.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn press_control(&mut self, letter: char) -> Outcome<()> {
        self.type_text(&char::from(letter as u8 & 0x1f).to_string())
    }

    /// Sends a signal to the command, not to its children.
    ///
    /// # Errors
    /// When it is gone.
    pub fn signal(&self, signal: Signal) -> Outcome<()> {
        kill_process(self.pid(), signal).map_err(|error| Failure(format!("no signal: {error}")))
    }

    /// Makes the terminal larger or smaller, as a window that is dragged.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn resize(&self, rows: u16, columns: u16) -> Outcome<()> {
        let size = pty_process::Size::new(rows, columns);
        self.pty.resize(size).map_err(|error| Failure(format!("no terminal: {error}")))
    }

    /// Waits until the command was stopped.
    ///
    /// # Errors
    /// When it is gone.
    pub fn wait_stopped(&self) -> Outcome<()> {
        let stopped = WaitIdOptions::STOPPED | WaitIdOptions::NOWAIT;
        waitid(WaitId::Pid(self.pid()), stopped)
            .map_err(|error| Failure(format!("it does not stop: {error}")))?;
        Ok(())
    }

    /// Gives the terminal the modes that a shell gives it while its job is stopped.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn make_ordinary(&self) -> Outcome<()> {
        let gone = |error| Failure(format!("no terminal: {error}"));
        let mut modes = tcgetattr(&self.pty).map_err(gone)?;
        modes.local_modes.insert(LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG);
        tcsetattr(&self.pty, OptionalActions::Now, &modes).map_err(gone)
    }

    /// Whether the terminal echoes what is typed and hands it over line by line, as it did at the
    /// start.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn is_ordinary(&self) -> Outcome<bool> {
        let modes = tcgetattr(&self.pty)
            .map_err(|error| Failure(format!("no terminal: {error}")))?
            .local_modes;
        Ok(modes.contains(LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG))
    }

    /// Waits for the end of the command, and gives its exit code as shells have it.
    ///
    /// # Errors
    /// With all that was seen, when it does not end.
    pub fn wait(&mut self) -> Outcome<i32> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            match self.arriving.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(bytes) => self.seen.extend(bytes),
                Err(RecvTimeoutError::Disconnected) => return Ok(code(self.child.wait()?)),
                Err(RecvTimeoutError::Timeout) => {
                    return Err(Failure(format!("it hung; there was:\n{}", self.text())));
                }
            }
        }
    }

    /// Whether the command has ended.
    ///
    /// # Errors
    /// When that cannot be known.
    pub fn has_ended(&mut self) -> Outcome<bool> {
        Ok(self.child.try_wait()?.is_some())
    }

    /// Everything that the terminal showed so far, byte for byte.
    pub fn bytes(&mut self) -> &[u8] {
        while let Ok(bytes) = self.arriving.try_recv() {
            self.seen.extend(bytes);
        }
        &self.seen
    }

    /// The same as text.
    pub fn text(&mut self) -> String {
        String::from_utf8_lossy(self.bytes()).into_owned()
    }

    /// The screen as a person sees it.
    pub fn screen(&mut self) -> String {
        let mut parser = vt100::Parser::new(ROWS, COLUMNS, 0);
        parser.process(self.bytes());
        parser.screen().contents()
    }

    /// The captured standard output up to its end; empty when it was not captured.
    pub fn stdout(&mut self) -> String {
        let chunks: Vec<u8> =
            self.output.iter().flat_map(|output| output.iter().flatten()).collect();
        String::from_utf8_lossy(&chunks).into_owned()
    }

    /// The process id of the command.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    fn pid(&self) -> Pid {
        Pid::from_raw(i32::try_from(self.child.id()).expect("a process id")).expect("a process id")
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            let _ = kill_process_group(self.pid(), Signal::KILL);
            let _ = self.child.wait();
        }
        if !std::thread::panicking() {
            hints::check(&self.text());
        }
    }
}

/// Reads in a thread until the end, which a terminal reports as an error.
fn pump(mut source: impl Read + Send + 'static) -> Receiver<Vec<u8>> {
    let (send, receive) = channel();
    std::thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok(count @ 1..) = source.read(&mut buffer) {
            if send.send(buffer[..count].to_vec()).is_err() {
                break;
            }
        }
    });
    receive
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len().max(1)).position(|window| window == needle)
}
