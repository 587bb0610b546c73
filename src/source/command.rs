//! A program of the user's choice that prints a secret: a password or a token.
//!
//! It is run without a shell, with nothing on standard input; what it asks, it asks on the terminal device, and what
//! it says, it says itself. It has a deadline, and what it prints has an end.

use std::process::Stdio;
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::process::Command;
use zeroize::Zeroizing;

use crate::error::{Error, Result};
use crate::session::Secret;
use crate::shown::shown_up_to;

/// How long the program may take; it may have to ask the user.
const DEADLINE: Duration = Duration::from_secs(60);
/// The most that is read of what it prints, in bytes.
const LARGEST: u64 = 64 * 1024;

/// What a command prints, without the line's end. `place` says where the command stands.
///
/// # Errors
/// `Config` for a command that cannot be run, `Refused` when it fails, takes too long or prints no text.
pub(super) async fn printed_by(words: &[String], place: &str) -> Result<Secret> {
    let (Some(program), arguments) = (words.first(), words.get(1..).unwrap_or_default()) else {
        return Err(Error::config(format!("{place}: the command is empty")));
    };
    let shown = shown_up_to(program, 80);
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| {
            Error::config(format!("{place}: cannot run '{shown}'"))
                .because(error)
                .hint("it is run without a shell: name the program, on the PATH or by its whole path")
        })?;
    let output = child.stdout.take();
    let failed = |why: String| Error::refused(format!("'{shown}' ({place}) {why}"));
    let whole = async {
        let mut bytes = Zeroizing::new(Vec::with_capacity(8 * 1024));
        if let Some(output) = output {
            output.take(LARGEST + 1).read_to_end(&mut bytes).await?;
        }
        Ok::<_, std::io::Error>((child.wait().await?, bytes))
    };
    let (status, bytes) = tokio::time::timeout(DEADLINE, whole)
        .await
        .map_err(|_| failed("gave nothing within a minute".to_owned()))?
        .map_err(|error| failed(format!("cannot be read: {error}")))?;
    if !status.success() {
        let code = status.code().map_or_else(|| "was killed".to_owned(), |code| format!("failed with status {code}"));
        return Err(failed(code));
    }
    let text = std::str::from_utf8(&bytes).map_err(|_| failed("did not print UTF-8".to_owned()))?;
    let line = text.strip_suffix('\n').unwrap_or(text);
    let line = line.strip_suffix('\r').unwrap_or(line);
    if line.is_empty() || bytes.len() as u64 > LARGEST {
        return Err(failed("printed nothing, or more than 64 KiB".to_owned()));
    }
    Ok(Secret::new(line.to_owned()))
}
