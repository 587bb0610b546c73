//! A program of the user's choice: it prints keys, a password or a token.
//!
//! The words of its command line come in, what it prints goes out. It is run without a shell, with
//! nothing on standard input; what it asks, it asks on the terminal device. It has a deadline, and
//! what it prints has an end.

use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, Command};
use zeroize::Zeroizing;

use crate::error::{Error, Result};
use crate::types::Secret;
use crate::types::sanitize::escape_up_to;

/// How long the program may take; it may have to ask the user.
const DEADLINE: Duration = Duration::from_secs(60);
/// The most that is read of what it prints, in bytes.
const LARGEST: u64 = 64 * 1024;
/// How much of a line on its standard error is shown, in characters, and how many lines.
const WORDS_SHOWN: (usize, usize) = (1000, 10);

/// A secret that a program prints, without the line's end. `place` says where its command line
/// stands.
pub(super) async fn secret(words: &[String], place: &str) -> Result<Secret> {
    let program = words.first().map(String::as_str).unwrap_or_default();
    let whose = format!("'{}' ({place})", escape_up_to(program, 80));
    let bytes = output(words, place, &whose, |_| {}).await?;
    let text = std::str::from_utf8(&bytes)
        .map_err(|_| Error::refused(format!("{whose} did not print UTF-8")))?;
    let line = text.strip_suffix('\n').unwrap_or(text);
    let line = line.strip_suffix('\r').unwrap_or(line);
    if line.is_empty() {
        return Err(Error::refused(format!("{whose} printed nothing")));
    }
    Ok(Secret::new(line.to_owned()))
}

/// What a program prints; `whose` names it in messages. `prepare` may add to its environment, and
/// may take its standard error, which is shown when it fails; else it speaks for itself.
pub(super) async fn output(
    words: &[String],
    place: &str,
    whose: &str,
    prepare: impl FnOnce(&mut Command),
) -> Result<Zeroizing<Vec<u8>>> {
    let (program, arguments) =
        words.split_first().ok_or_else(|| Error::config(format!("{place}: no command")))?;
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true);
    prepare(&mut command);
    let child = command.spawn().map_err(|error| {
        let error = Error::config(format!("{place}: cannot run '{}'", escape_up_to(program, 80)))
            .because(error);
        match program.starts_with('~') || program.contains('$') {
            true => error.hint("no shell reads this line: write the whole path"),
            false => error.hint("is it installed, and on the PATH?"),
        }
    })?;
    tokio::time::timeout(DEADLINE, finish(child, whose)).await.map_err(|_| {
        Error::refused(format!("{whose} gave nothing within a minute"))
            .hint(format!("try it by itself; its command line stands at {place}"))
    })?
}

/// Waits for the end. A program that prints too much is not waited for.
async fn finish(mut child: Child, whose: &str) -> Result<Zeroizing<Vec<u8>>> {
    let (out, err) = (child.stdout.take(), child.stderr.take());
    let failed =
        |error: std::io::Error| Error::io(format!("{whose} cannot be read")).because(error);
    let (printed, said) = tokio::try_join!(capped(out), capped(err)).map_err(failed)?;
    if printed.len() as u64 > LARGEST {
        return Err(Error::network(format!("{whose} printed more than 64 KiB")));
    }
    let status = child.wait().await.map_err(failed)?;
    if status.success() {
        return Ok(printed);
    }
    let how = status
        .code()
        .map_or_else(|| "was killed".to_owned(), |code| format!("failed with status {code}"));
    let (width, height) = WORDS_SHOWN;
    let said = String::from_utf8_lossy(&said);
    let lines =
        said.lines().filter(|line| !line.trim().is_empty()).map(|line| escape_up_to(line, width));
    Err(lines.take(height).fold(Error::refused(format!("{whose} {how}")), Error::because))
}

async fn capped(stream: Option<impl AsyncRead + Unpin>) -> std::io::Result<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(8 * 1024));
    if let Some(stream) = stream {
        stream.take(LARGEST + 1).read_to_end(&mut bytes).await?;
    }
    Ok(bytes)
}
