//! A program of the user's choice: it prints keys, a code, a password or a token.
//!
//! The words of its command line come in, what it prints comes out. It has a deadline, what it prints
//! has an end, and what it started ends with it when it is given up. A daemon that it leaves behind
//! is not waited for, though it may hold the pipe.

use std::fs::OpenOptions;
use std::io::Write;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};
use zeroize::Zeroizing;

use super::children::Running;
use crate::error::{Error, Result};
use crate::types::Secret;
use crate::types::sanitize::{escape, escape_up_to};
use crate::ui::report::Report;
use crate::ui::terminal::{DEVICE, code_in, is_code};

/// How long the program may take; it may have to ask the user.
const DEADLINE: Duration = Duration::from_secs(60);
/// After this long a line says what is waited for.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long what was printed before the program ended may take to come through the pipe.
const REST: Duration = Duration::from_millis(50);
/// The most that is read of what it prints, in bytes.
const LARGEST: usize = 64 * 1024;
/// How many characters of a secret in a row give it away, and from how many on a word is like one.
const PART_OF_SECRET: usize = 8;
const LIKE_A_SECRET: usize = 40;
/// How much of a line on its standard error is shown, in characters, and how many lines.
const WORDS_SHOWN: (usize, usize) = (1000, 10);

/// Where a program asks and complains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Voice {
    /// It reads nothing; its standard error is ours.
    Own,
    /// It reads nothing; its standard error is shown, escaped, when it fails.
    Captured,
    /// It reads the terminal; its standard error is shown there, escaped, as it comes.
    Escaped,
    /// It has the terminal for both, where there is one: some programs look whether it is one.
    Terminal,
}

pub(super) struct Program<'a> {
    pub words: &'a [String],
    /// Where its command line stands.
    pub place: &'a str,
    /// What messages call it.
    pub whose: &'a str,
    pub variables: &'a [(&'a str, &'a str)],
    pub voice: Voice,
}

/// A secret that a program prints, without the line's end. `place` says where its command line
/// stands.
pub(super) async fn secret(words: &[String], place: &str, report: &Report) -> Result<Secret> {
    let program = words.first().map(String::as_str).unwrap_or_default();
    let whose = format!("'{}' ({place})", escape_up_to(program, 80));
    let program = Program { words, place, whose: &whose, variables: &[], voice: Voice::Own };
    let bytes = program.output(report).await?;
    let text = std::str::from_utf8(&bytes)
        .map_err(|_| Error::refused(format!("{whose} did not print UTF-8")))?;
    let line = text.strip_suffix('\n').unwrap_or(text);
    let line = line.strip_suffix('\r').unwrap_or(line);
    if line.is_empty() {
        return Err(Error::refused(format!("{whose} printed nothing")));
    }
    Ok(Secret::new(line.to_owned()))
}

impl Program<'_> {
    pub(super) async fn output(&self, report: &Report) -> Result<Zeroizing<Vec<u8>>> {
        let Self { place, whose, .. } = self;
        let child = self.spawn()?;
        let finished = finish(child, whose, self.voice);
        let told = async {
            tokio::time::sleep(PATIENCE).await;
            report.text(&format!("waiting for {whose}"));
            std::future::pending::<()>().await;
        };
        let ended = tokio::select! {
            ended = tokio::time::timeout(DEADLINE, finished) => ended,
            () = told => return Err(Error::new(crate::error::Kind::Bug, "no end of waiting")),
        };
        ended.map_err(|_| {
            Error::refused(format!("{whose} printed nothing within a minute"))
                .hint(format!("try it by itself; its command line stands at {place}"))
        })?
    }

    fn spawn(&self) -> Result<Child> {
        let Self { words, place, variables, voice, .. } = self;
        let (program, arguments) =
            words.split_first().ok_or_else(|| Error::config(format!("{place}: no command")))?;
        let device = |reads: bool| -> Option<Stdio> {
            OpenOptions::new().read(reads).write(!reads).open(DEVICE).ok().map(Stdio::from)
        };
        let reads_terminal = matches!(voice, Voice::Escaped | Voice::Terminal);
        let asked = if reads_terminal { device(true) } else { None };
        let said = match voice {
            Voice::Captured | Voice::Escaped => Some(Stdio::piped()),
            Voice::Terminal => device(false),
            Voice::Own => None,
        };
        let mut command = Command::new(program);
        command
            .args(arguments)
            .envs(variables.iter().copied())
            .stdin(asked.unwrap_or_else(Stdio::null))
            .stdout(Stdio::piped())
            .stderr(said.unwrap_or_else(Stdio::inherit))
            .kill_on_drop(true);
        command.spawn().map_err(|error| {
            let shown = escape_up_to(program, 80);
            let error = Error::config(format!("{place}: cannot run '{shown}'")).because(error);
            match program.starts_with('~') || program.contains('$') {
                true => error.hint("no shell reads this line: write the whole path"),
                false => error.hint("is it installed, and on the PATH?"),
            }
        })
    }
}

pub(super) struct Ended {
    pub status: ExitStatus,
    pub out: Zeroizing<Vec<u8>>,
    pub err: Zeroizing<Vec<u8>>,
}

/// Waits for the end of a program that reads `input`; `seen` gets what it says as it comes. `None` for
/// one that prints too much, which is not waited for. Given up, what the program started ends with it.
pub(super) async fn ended(
    mut child: Child,
    input: &[u8],
    seen: impl Fn(&[u8]),
) -> std::io::Result<Option<Ended>> {
    // Given up, this is dropped before the child, whose end would make orphans of its children.
    let mut running = Running::new(&child);
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let mut out = Zeroizing::new(Vec::with_capacity(8 * 1024));
    let mut err = Zeroizing::new(Vec::new());
    let status = {
        let write = async {
            if let Some(mut stdin) = stdin {
                // One that reads nothing has its reasons, and says them.
                let _ = stdin.write_all(input).await;
            }
            Ok(())
        };
        let talk = async {
            tokio::try_join!(
                write,
                read_into(stdout, &mut out, |_| {}),
                read_into(stderr, &mut err, seen)
            )
        };
        tokio::pin!(talk);
        tokio::select! {
            biased;
            done = &mut talk => {
                done?;
                None
            }
            status = child.wait() => {
                // A daemon that it left may hold the pipe for ever.
                if let Ok(done) = tokio::time::timeout(REST, &mut talk).await {
                    done?;
                }
                Some(status?)
            }
        }
    };
    if out.len() > LARGEST {
        return Ok(None);
    }
    let status = match status {
        Some(status) => status,
        None => child.wait().await?,
    };
    running.has_ended();
    Ok(Some(Ended { status, out, err }))
}

/// What a program printed that ended well.
async fn finish(child: Child, whose: &str, voice: Voice) -> Result<Zeroizing<Vec<u8>>> {
    let shows = voice == Voice::Escaped;
    let seen = |bytes: &[u8]| {
        if shows {
            show(bytes);
        }
    };
    let ended = ended(child, b"", seen).await;
    let ended =
        ended.map_err(|error| Error::io(format!("{whose} cannot be read")).because(error))?;
    let Some(Ended { status, out, err }) = ended else {
        return Err(Error::network(format!("{whose} printed more than 64 KiB")));
    };
    if status.success() {
        return Ok(out);
    }
    let how = status
        .code()
        .map_or_else(|| "was killed".to_owned(), |code| format!("failed with status {code}"));
    let error = Error::refused(format!("{whose} {how}"));
    if shows {
        return Err(error);
    }
    Err(complaints(&String::from_utf8_lossy(&err), None).into_iter().fold(error, Error::because))
}

/// What a program or login that failed said, without what may be a secret: an error ends in logs.
pub(super) fn complaints(said: &str, secret: Option<&str>) -> Vec<String> {
    let (width, height) = WORDS_SHOWN;
    let lines = said.lines().filter(|line| !line.trim().is_empty());
    let shown = |line: &str| match tells_a_secret(line, secret) {
        true => "(a line that may hold a secret is not shown)".to_owned(),
        false => escape_up_to(line, width),
    };
    lines.take(height).map(shown).collect()
}

/// What a service that gives tokens answered in place of one.
pub(super) fn said(error: Error, code: &str, message: &str) -> Error {
    complaints(&format!("the service said {code}: {message}"), None)
        .into_iter()
        .fold(error, Error::because)
}

/// Whether a line has a part of the secret, names one, or has a word like one: 40
/// characters of Base64 in a row, of both cases.
fn tells_a_secret(line: &str, secret: Option<&str>) -> bool {
    let size = |secret: &str| secret.len().clamp(1, PART_OF_SECRET);
    let parts = secret.into_iter().flat_map(|secret| secret.as_bytes().windows(size(secret)));
    let mut parts = parts.filter_map(|part| std::str::from_utf8(part).ok());
    let flat: String = line.to_ascii_lowercase().replace(['_', '-', ' '], "");
    let names = ["secretaccesskey", "sessiontoken", "securitytoken"];
    let is_of_word = |c: char| c.is_ascii_alphanumeric() || "+/=\\".contains(c);
    let mut words = line.split(|c| !is_of_word(c)).filter(|word| word.len() >= LIKE_A_SECRET);
    let has = |word: &str, is: fn(&u8) -> bool| word.as_bytes().iter().any(is);
    names.iter().any(|name| flat.contains(name))
        || parts.any(|part| line.contains(part))
        || words.any(|word| has(word, u8::is_ascii_uppercase) && has(word, u8::is_ascii_lowercase))
}

/// Reads to the end, or to what is more than enough.
async fn read_into(
    stream: Option<impl AsyncRead + Unpin>,
    bytes: &mut Vec<u8>,
    seen: impl Fn(&[u8]),
) -> std::io::Result<()> {
    let Some(mut stream) = stream else { return Ok(()) };
    let mut chunk = Zeroizing::new([0; 4096]);
    while bytes.len() <= LARGEST {
        let length = stream.read(chunk.as_mut()).await?;
        let read = chunk.get(..length).unwrap_or_default();
        if read.is_empty() {
            return Ok(());
        }
        seen(read);
        bytes.extend_from_slice(read);
    }
    Ok(())
}

/// Shows on the terminal what a program says there: its lines stay lines, all else is escaped.
fn show(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let lines: Vec<String> =
        text.split('\n').map(|line| escape_up_to(line.trim_end_matches('\r'), 4096)).collect();
    if let Ok(mut device) = OpenOptions::new().write(true).open(DEVICE) {
        let _ = device.write_all(lines.join("\n").as_bytes());
    }
}

/// The code in what a program printed: the only word of six digits, or six digits with blanks
/// between them on a line of their own.
pub(super) fn code_in_output(printed: &[u8], whose: &str) -> Result<Secret> {
    let text = Zeroizing::new(String::from_utf8_lossy(printed).into_owned());
    let of_line = |line: &str| -> Vec<Secret> {
        match code_in(line) {
            Some(code) => vec![code],
            None => {
                let words = line.split_whitespace().filter(|word| is_code(word));
                words.map(|word| Secret::new(word.to_owned())).collect()
            }
        }
    };
    let codes: Vec<Secret> = text.lines().flat_map(of_line).collect();
    match codes.as_slice() {
        [only] => Ok(only.clone()),
        [] => Err(Error::refused(format!("{} printed no code", escape(whose)))
            .because("a code is a word of six digits")),
        _ => Err(Error::refused(format!("{} printed more than one code", escape(whose)))
            .because("a code is a word of six digits, and there may be one only")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_may_hold_a_secret_is_not_shown() {
        let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
        let shown = |line: &str, secret| complaints(line, secret).remove(0);
        for line in [
            secret,
            "got {\"SecretAccessKey\":\"short\"}",
            "AWS_SESSION_TOKEN=x",
            "\"wJalrXUtnFEMI\\/K7MDENG\\/bPxRfiCYEXAMPLEKEY\"",
            "eyJWZXJzaW9uIjoxLCJBY2Nlc3NLZXlJZCI6IkFLSUEi",
        ] {
            assert!(!shown(line, None).contains(line), "{line}");
        }
        assert!(!shown("no hunter2 here", Some("hunter2")).contains("hunter2"));
        for line in ["bad line: K7MDENG/b", "x wJalrXUtnF…"] {
            assert_eq!(shown(line, None), line);
            assert!(!shown(line, Some(secret)).contains(line), "{line}");
        }
        for line in [
            "gpg: decryption failed: No secret key",
            "Error: assume-role/AKIAIOSFODNN7EXAMPLE is not in the password store.",
            "/home/alice/.password-store/assume-role/x.gpg: Permission denied",
            "Object does not exist at path /org/freedesktop/secrets/collection/login",
        ] {
            assert_eq!(shown(line, Some(secret)), line);
        }
    }

    #[test]
    fn the_code_in_what_programs_print() {
        for printed in [
            "123456",
            "123456\n",
            "Amazon Web Services:alice  123456\n",
            "123 456\n",
            "\u{feff}code: 123456 (12 s left)\r\n",
        ] {
            assert_eq!(code_in_output(printed.as_bytes(), "p").unwrap().expose(), "123456");
        }
        for printed in
            ["", "\n", "12345", "1234567", "123456 654321", "123456\n123456\n", "a123456"]
        {
            let error = code_in_output(printed.as_bytes(), "p").unwrap_err().to_string();
            assert!(!error.contains("123456"), "{error}");
        }
    }
}
