//! Long-lived keys in a keyring: found, written and removed by programs of the user's.
//!
//! What is configured is what is asked; where that fails, no other keyring and no file is tried.

mod tools;

use std::io;
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;
use zeroize::Zeroizing;

use self::tools::{Act, Answer, Ended, Invocation, answer, invocation};
use super::{credential_process, program};
use crate::config::environment::{Environment, helper};
use crate::config::keyring::{KeyReference, Keyring};
use crate::error::{Error, Kind, Result};
use crate::plan::{Base, CredentialSource};
use crate::types::sanitize::escape_up_to;
use crate::types::{Credentials, Moment, Secret, shortened};
use crate::ui::report::Report;

/// How long a program may take where it may ask the user, and where it may not.
const ASKING: Duration = Duration::from_secs(60);
const SILENT: Duration = Duration::from_secs(10);
/// After this, a line says what is waited for.
const PATIENCE: Duration = Duration::from_secs(3);

#[derive(Clone, Copy)]
pub(crate) struct Opened<'a> {
    pub keyring: &'a Keyring,
    pub environment: &'a Environment,
    pub may_ask: bool,
    pub report: &'a Report,
}

impl Opened<'_> {
    pub(crate) async fn get(&self, reference: &KeyReference) -> Result<Credentials> {
        let (id, place) = (shortened(&reference.id), &reference.place);
        self.find(&reference.id).await?.ok_or_else(|| {
            Error::config(format!("{} holds no key {id} ({place})", self.keyring))
                .hint("assume-role keys list")
                .hint("a key that is lost is replaced: make another in the IAM console, and delete this one there")
        })
    }

    /// The key of an id; `None` when the keyring has none.
    pub(crate) async fn find(&self, id: &str) -> Result<Option<Credentials>> {
        let Some(text) = self.read(id).await? else { return Ok(None) };
        let keys = parse(&text).map_err(|why| {
            Error::config(format!("what {} holds as {} is no key", self.keyring, shortened(id)))
                .because(why)
        })?;
        if keys.id != id || keys.token.is_some() {
            let (found, wanted) = (escape_up_to(&keys.short_id(), 40), shortened(id));
            return Err(Error::config(format!(
                "{} holds the key {found} under the name of {wanted}",
                self.keyring
            )));
        }
        Ok(Some(keys))
    }

    async fn read(&self, id: &str) -> Result<Option<Zeroizing<String>>> {
        let text = match self.act(Act::Find, id).await? {
            Answer::Missing => return Ok(None),
            Answer::Locked if self.may_ask && *self.keyring == Keyring::SecretService => {
                match self.act(Act::Unlock, id).await? {
                    Answer::Done(text) => text,
                    other => return Err(self.refusal(&other)),
                }
            }
            Answer::Done(text) => text,
            other => return Err(self.refusal(&other)),
        };
        Ok(Some(Zeroizing::new(text.trim_end().to_owned())))
    }

    /// Stores a key unless it is there, and reads it back by a process of its own: a keyring that
    /// forgets is found out before anything depends on it. What others put there stays.
    pub(crate) async fn keep(&self, keys: &Credentials) -> Result<()> {
        let (line, id) = (line(keys), keys.short_id());
        // A program whose caller was killed may have stored the beginning of a line, or nothing.
        match self.read(&keys.id).await? {
            Some(text) if parse(&text).is_ok_and(|found| found == *keys) => return Ok(()),
            Some(text) if !line.expose().starts_with(text.as_str()) => {
                let message = format!("{} holds another text under {id}", self.keyring);
                return Err(Error::new(Kind::Guard, message));
            }
            _ => {}
        }
        match self.act(Act::Put(line.expose()), &keys.id).await? {
            Answer::Done(_) => {}
            other => return Err(self.refusal(&other)),
        }
        match self.read(&keys.id).await? {
            Some(text) if parse(&text).is_ok_and(|found| found == *keys) => Ok(()),
            _ => Err(Error::io(format!("{} did not return what was stored", self.keyring))),
        }
    }

    /// Removes a key, and sees that it is gone.
    pub(crate) async fn remove(&self, id: &str) -> Result<()> {
        match self.act(Act::Remove, id).await? {
            Answer::Done(_) | Answer::Missing => {}
            other => return Err(self.refusal(&other)),
        }
        match self.find(id).await? {
            None => Ok(()),
            Some(_) => Err(Error::io(format!("{} still holds {}", self.keyring, shortened(id)))),
        }
    }

    async fn act(&self, act: Act<'_>, id: &str) -> Result<Answer> {
        let invocation = invocation(self.keyring, act, id);
        let program = invocation.program.clone();
        let running = self.ended(invocation);
        tokio::pin!(running);
        let deadline = if self.may_ask { ASKING } else { SILENT };
        let ended = match tokio::time::timeout(PATIENCE, &mut running).await {
            Ok(ended) => ended?,
            Err(_) => {
                if self.may_ask {
                    self.report.note(&format!("waiting for {program}, which may be asking you"));
                }
                tokio::time::timeout(deadline - PATIENCE, running).await.map_err(|_| {
                    let seconds = deadline.as_secs();
                    Error::io(format!("{program} gave no answer in {seconds}s"))
                        .hint(format!("see whether {program} works by itself"))
                })??
            }
        };
        let answer = answer(self.keyring, act, &ended);
        if answer == Answer::Failed {
            let how = match ended.code {
                None => "was killed".to_owned(),
                Some(0) => "printed an unexpected answer".to_owned(),
                Some(code) => format!("failed with status {code}"),
            };
            let error = Error::io(format!("{program} {how}"));
            // What it was fed, or was about to print.
            let text = if let Act::Put(line) = act { line } else { ended.out.trim() };
            let keys = parse(text).ok();
            let secret = keys.as_ref().map(|keys| keys.secret.expose());
            let said = program::complaints(&ended.err, secret);
            let error = said.into_iter().fold(error, Error::because);
            return Err(error.hint(format!("see whether {program} works by itself")));
        }
        Ok(answer)
    }

    async fn ended(&self, invocation: Invocation) -> Result<Ended> {
        let Invocation { program, arguments, input } = invocation;
        let mut command = Command::from(helper(&program));
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
        command.stderr(Stdio::piped()).kill_on_drop(true);
        // What they say is read, and gpg and GLib say it in the user's language.
        command.env("LC_ALL", "C.UTF-8").env_remove("LANGUAGE");
        // gpg asks for its passphrase on the terminal that this names.
        if !self.environment.has("GPG_TTY")
            && let Ok(tty) = rustix::termios::ttyname(io::stderr(), Vec::new())
        {
            command.env("GPG_TTY", tty.to_string_lossy().as_ref());
        }
        let child = command.spawn().map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => {
                Error::io(format!("{program} is not installed")).hint(match self.keyring {
                    Keyring::SecretService => "the package is called libsecret-tools or libsecret",
                    Keyring::Keychain => "the keychain is macOS's; elsewhere it is secret-service",
                    Keyring::Pass => "the package is called pass",
                    Keyring::Helper(_) => "it has to be on the PATH",
                })
            }
            _ => Error::io(format!("{program} cannot be run")).because(error),
        })?;
        let ended = program::ended(child, input.as_bytes(), |_| {})
            .await
            .map_err(|error| Error::io(format!("{program} cannot be read")).because(error))?;
        let Some(program::Ended { status, out, err }) = ended else {
            return Err(Error::io(format!("{program} printed more than 64 KiB")));
        };
        Ok(Ended {
            code: status.code(),
            out: Zeroizing::new(String::from_utf8_lossy(&out).into_owned()),
            err: String::from_utf8_lossy(&err).into_owned(),
        })
    }

    fn refusal(&self, answer: &Answer) -> Error {
        let keyring = self.keyring;
        let has_desktop =
            self.environment.has("DISPLAY") || self.environment.has("WAYLAND_DISPLAY");
        match answer {
            Answer::NoService(why, hint) => {
                Error::io(format!("{keyring} cannot be reached: {why}")).hint(*hint)
            }
            // Without a desktop it was no person who said no.
            Answer::Dismissed if has_desktop || *keyring != Keyring::SecretService => {
                Error::new(Kind::Cancelled, format!("{keyring} stays locked: cancelled"))
            }
            Answer::Locked | Answer::Dismissed => {
                Error::new(Kind::NeedsAnswer, format!("{keyring} is locked")).hint(match keyring {
                    Keyring::SecretService => "unlock it at the desktop, or log in there",
                    Keyring::Keychain => "security unlock-keychain",
                    _ => "export GPG_TTY=$(tty), or run it once by hand",
                })
            }
            Answer::Missing => Error::config(format!("{keyring} has no such key")),
            Answer::Done(_) | Answer::Failed => Error::io(format!("{keyring} failed")),
        }
    }
}

pub(crate) async fn fetch(
    reference: &KeyReference,
    environment: &Environment,
    may_ask: bool,
    report: &Report,
) -> Result<Credentials> {
    Opened { keyring: &reference.keyring, environment, may_ask, report }.get(reference).await
}

/// The keys of a base that has keys: at hand, or in a keyring, which may show a dialog.
pub(crate) async fn keys_of(
    base: &Base,
    environment: &Environment,
    report: &Report,
) -> Result<Credentials> {
    match &base.source {
        CredentialSource::Keys(keys, _) => Ok(keys.clone()),
        CredentialSource::Keyring(key) => fetch(key, environment, true, report).await,
        _ => Err(Error::config(format!("{} holds no keys", base.description))),
    }
}

pub(crate) fn parse(text: &str) -> std::result::Result<Credentials, String> {
    credential_process::read(text, Moment(0)).map(|printed| printed.keys)
}

/// The line that an item holds: what a `credential_process` prints, so that the keyring's own
/// program is one, should this program be gone.
pub(crate) fn line(keys: &Credentials) -> Secret {
    let line = serde_json::json!({
        "Version": 1, "AccessKeyId": keys.id, "SecretAccessKey": keys.secret.expose()
    });
    Secret::new(line.to_string())
}
