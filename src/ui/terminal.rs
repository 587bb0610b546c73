//! Questions, on the terminal device and nowhere else.
//!
//! Standard input may be a list that a loop reads from, so it is never touched. The terminal's own
//! settings are not changed either, a password aside ([`super::hidden`]): a code is shown as it is
//! typed, the kernel edits the line, and whatever ends the program leaves the terminal as it was.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};

use tokio::sync::oneshot;
use zeroize::Zeroizing;

use crate::error::{Error, Kind, Result};
use crate::types::Secret;

pub(crate) const DEVICE: &str = "/dev/tty";
/// The longest line read, in bytes; the kernel's own line buffer is no longer.
const LONGEST_LINE: usize = 4096;
/// How often a code that is no code is asked for again.
pub(crate) const TRIES: u32 = 3;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Terminal {
    /// False with `--no-input`.
    pub may_ask: bool,
}

impl Terminal {
    pub(crate) fn can_ask(self) -> bool {
        self.may_ask && OpenOptions::new().read(true).write(true).open(DEVICE).is_ok()
    }

    /// Asks for the code of an MFA device until it is six digits, three times at most.
    pub(crate) async fn ask_code(self, question: &str) -> Result<Secret> {
        for _ in 0..TRIES {
            let line = self.ask_line(question).await?;
            match code_in(&line) {
                Some(code) => return Ok(code),
                None => say_on_terminal("a code is six digits"),
            }
        }
        Err(Error::refused(format!("no valid MFA code after {TRIES} tries"))
            .hint("a code is six digits: 123456"))
    }

    /// Asks for one of `choices`, by its number. The question is repeated with the choices, three
    /// times at most.
    pub(crate) async fn ask_choice(self, question: &str, choices: &[String]) -> Result<usize> {
        for _ in 0..TRIES {
            for (number, choice) in choices.iter().enumerate() {
                say_on_terminal(&format!("  {}  {choice}", number + 1));
            }
            let line = self.ask_line(question).await?;
            let number = line.trim().parse::<usize>().ok().and_then(|number| number.checked_sub(1));
            match number.filter(|&number| number < choices.len()) {
                Some(number) => return Ok(number),
                None => say_on_terminal(&format!("a number from 1 to {}", choices.len())),
            }
        }
        Err(Error::refused("nothing was chosen"))
    }

    /// Says something on the terminal, before a question; nothing where none may be asked.
    pub(crate) fn say(self, text: &str) {
        if self.may_ask {
            say_on_terminal(text);
        }
    }

    /// Asks for a line of text, without the blanks and the escape sequences of a paste around it.
    pub(crate) async fn ask_text(self, question: &str) -> Result<String> {
        let line = self.ask_line(question).await?;
        match without_marks(line.trim()).trim() {
            "" => Err(Error::new(Kind::Cancelled, "nothing was typed")),
            text => Ok(text.to_owned()),
        }
    }

    pub(super) fn open(self) -> Result<File> {
        if !self.may_ask {
            return Err(Error::new(
                Kind::NeedsAnswer,
                "an answer is needed, but --no-input forbids to ask",
            ));
        }
        OpenOptions::new().read(true).write(true).open(DEVICE).map_err(|error| {
            Error::new(Kind::NeedsAnswer, "an answer is needed, but there is no terminal to ask on")
                .because(error)
        })
    }

    async fn ask_line(self, question: &str) -> Result<Zeroizing<String>> {
        let device = self.open()?;
        let mut line = OpenLine::begin(&device, question)?;
        let (sender, receiver) = oneshot::channel();
        // A thread of its own: the runtime would wait for a blocking task of its own when the
        // question is given up.
        std::thread::spawn(move || sender.send(read_line(device)));
        let answer = receiver.await;
        let answer = answer.map_err(|_| Error::new(Kind::Bug, "the question was lost"))?;
        line.ended = matches!(&answer, Ok(Some(_)));
        let bytes = answer
            .map_err(|error| {
                Error::new(Kind::NeedsAnswer, "the terminal could not be read").because(error)
            })?
            .ok_or_else(|| Error::new(Kind::Cancelled, "cancelled"))?;
        Ok(Zeroizing::new(String::from_utf8_lossy(&bytes).into_owned()))
    }
}

/// Whether this process has a terminal that it may not read: the job in the foreground is another
/// one.
pub(crate) fn is_in_background() -> bool {
    let foreground =
        File::open(DEVICE).ok().and_then(|device| rustix::termios::tcgetpgrp(device).ok());
    foreground.is_some_and(|group| group != rustix::process::getpgrp())
}

/// A question whose line is ended when it is given up, so that an error does not start behind it.
pub(super) struct OpenLine {
    device: File,
    pub(super) ended: bool,
}

impl OpenLine {
    pub(super) fn begin(device: &File, question: &str) -> Result<Self> {
        let mut device = device.try_clone().map_err(unwritable)?;
        write!(device, "{question} ").map_err(unwritable)?;
        Ok(Self { device, ended: false })
    }
}

impl Drop for OpenLine {
    fn drop(&mut self) {
        if !self.ended {
            let _ = self.device.write_all(b"\n");
        }
    }
}

fn unwritable(error: std::io::Error) -> Error {
    Error::new(Kind::NeedsAnswer, "the terminal could not be written to").because(error)
}

fn say_on_terminal(text: &str) {
    if let Ok(mut device) = OpenOptions::new().write(true).open(DEVICE) {
        let _ = writeln!(device, "{text}");
    }
}

/// One line without its end; `None` when the input ended. Kept in memory that is wiped.
pub(super) fn read_line(mut device: File) -> std::io::Result<Option<Zeroizing<Vec<u8>>>> {
    let mut bytes = Zeroizing::new([0; LONGEST_LINE]);
    let mut filled = 0;
    while let Some(rest) = bytes.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        let read = device.read(rest)?;
        if read == 0 && filled == 0 {
            return Ok(None);
        }
        filled += read;
        if read == 0 || bytes.get(..filled).is_some_and(|line| line.ends_with(b"\n")) {
            break;
        }
    }
    let line = bytes.get(..filled).unwrap_or_default();
    let end = line.iter().rposition(|byte| !b"\r\n".contains(byte)).map_or(0, |last| last + 1);
    Ok(Some(Zeroizing::new(line.get(..end).unwrap_or_default().to_vec())))
}

/// What was pasted, without the escape sequences of bracketed paste.
pub(super) fn without_marks(text: &str) -> &str {
    let text = text.strip_prefix("\x1b[200~").unwrap_or(text);
    text.strip_suffix("\x1b[201~").unwrap_or(text)
}

/// The six digits of a line, which may have been pasted with blanks or inside the sequences of
/// bracketed paste.
pub(crate) fn code_in(line: &str) -> Option<Secret> {
    let bare = line.replace("\x1b[200~", "").replace("\x1b[201~", "");
    let digits: String =
        bare.chars().filter(|character| !matches!(character, ' ' | '\t')).collect();
    is_code(&digits).then(|| Secret::new(digits))
}

/// Whether a word is the code of an MFA device: six digits.
pub(crate) fn is_code(word: &str) -> bool {
    word.len() == 6 && word.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_as_people_paste_them() {
        for line in ["123456", "123 456", " 123456 ", "\x1b[200~123456\x1b[201~", "123\t456"] {
            assert_eq!(code_in(line).unwrap().expose(), "123456", "{line:?}");
        }
        for line in ["", "12345", "1234567", "abcdef", "１２３４５６", "123-456", "\u{0}123456"]
        {
            assert!(code_in(line).is_none(), "{line:?}");
        }
    }
}
