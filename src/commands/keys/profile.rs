//! A profile's key, wherever it stands, and the lines of both files that say so.

use std::future::Future;
use std::sync::Arc;

use crate::acquire::Runtime;
use crate::acquire::keyring::Opened;
use crate::commands::context::Context;
use crate::commands::credential_process;
use crate::config::edit::profiles::amend;
use crate::config::edit::{Change, File};
use crate::config::keyring::{KeyReference, Keyring, REFERENCE};
use crate::config::profiles::{FileKind, Profiles, Section};
use crate::config::shlex::command_words;
use crate::error::{Error, Kind, Result};
use crate::types::quote;
use crate::types::sanitize::escape_up_to;
use crate::types::{Credentials, Name, Secret, shortened};
use crate::ui::report::Report;

const PROCESS: &str = "credential_process";
/// The lines of a key in a file.
const KEY_LINES: [&str; 2] = ["aws_access_key_id", "aws_secret_access_key"];

/// A profile and the files that it stands in.
pub(super) struct Profile<'a> {
    pub name: Name,
    context: &'a Context,
    profiles: Profiles,
    config: File,
    credentials: File,
}

/// A key in a file.
pub(super) struct InFile {
    pub keys: Credentials,
    /// The file and line of its id.
    pub place: String,
    pub file: FileKind,
}

impl<'a> Profile<'a> {
    pub(super) fn read(name: &str, context: &'a Context) -> Result<Self> {
        let environment = &context.environment;
        Ok(Self {
            name: Name::parse("profile", name)?,
            profiles: Profiles::read(environment)?,
            config: File::of_profiles(FileKind::Config, environment)?.without_copies(),
            credentials: File::of_profiles(FileKind::Credentials, environment)?.without_copies(),
            context,
        })
    }

    /// Its section; the error looks at the names that there are.
    pub(super) fn section(&self) -> Result<Section<'_>> {
        self.profiles.require(self.name.as_str())
    }

    fn there(&self) -> Result<Option<Section<'_>>> {
        self.profiles.get(self.name.as_str())
    }

    /// The keyring that holds its key, when its section says so.
    pub(super) fn reference(&self) -> Result<Option<KeyReference>> {
        self.there()?.and_then(|section| section.key_reference()).transpose()
    }

    /// The same, or an error that says where the key is.
    pub(super) fn required_reference(&self) -> Result<KeyReference> {
        let section = self.section()?;
        if let Some(reference) = self.reference()? {
            return Ok(reference);
        }
        let name = self.name.as_str();
        Err(match section.value("aws_access_key_id") {
            Some(id) => {
                Error::config(format!("the key of profile '{name}' is in a file ({})", id.place))
                    .hint(format!("assume-role keys import {}", quote::word(name)))
            }
            None => Error::config(format!("profile '{name}' has no key in a keyring"))
                .hint("assume-role keys list"),
        })
    }

    /// The key that a file holds; temporary ones belong in no keyring.
    pub(super) fn in_file(&self) -> Result<Option<InFile>> {
        let Some(section) = self.there()? else { return Ok(None) };
        let name = escape_up_to(section.name(), 80);
        let [id, secret] = KEY_LINES.map(|key| section.value(key));
        let (id, secret) = match (id, secret) {
            (None, None) => return Ok(None),
            (Some(id), Some(secret)) if Arc::ptr_eq(&id.place.file, &secret.place.file) => {
                (id, secret)
            }
            (Some(half), _) | (None, Some(half)) => {
                return Err(Error::config(format!(
                    "profile '{name}' has half a key in this file ({})",
                    half.place
                ))
                .hint("a key is aws_access_key_id and aws_secret_access_key together"));
            }
        };
        if section.long_lived().is_none() {
            return Err(Error::config(format!(
                "profile '{name}' holds temporary keys ({})",
                id.place
            ))
            .because("they end by themselves, and need no keyring"));
        }
        let is_config = self.profiles.paths().first().is_some_and(|path| *path == *id.place.file);
        let keys = Credentials {
            id: id.text.to_owned(),
            secret: Secret::new(secret.text.to_owned()),
            token: None,
        };
        let file = if is_config { FileKind::Config } else { FileKind::Credentials };
        Ok(Some(InFile { keys, place: id.place.to_string(), file }))
    }

    /// Refuses to take the place of what others wrote.
    pub(super) fn refuse_process_of_others(&self, force: bool) -> Result<()> {
        let line = self.there()?.and_then(|section| section.value(PROCESS));
        match line {
            Some(line) if !force && !is_ours(line.text) => Err(Error::new(
                Kind::Guard,
                format!("profile '{}' has a credential_process ({})", self.name, line.place),
            )
            .because("the keyring would take its place")
            .hint("--force overwrites it; --no-process leaves it alone")),
            _ => Ok(()),
        }
    }

    /// The reference to a key in `~/.aws/config`, and the line with which other programs ask this
    /// one. With `moves`, the key's own lines go out of that file in the same step.
    pub(super) fn refer(
        &self,
        keyring: &Keyring,
        id: &str,
        process: bool,
        moves: bool,
        dry: bool,
    ) -> Result<Change> {
        let mut entries = vec![(REFERENCE, format!("{keyring} {id}"))];
        if process {
            let program = credential_process::program(self.context)?;
            let words = [format!("--profile={}", self.name), "--".to_owned()];
            let line = credential_process::line(&program, &words, &self.context.directory);
            entries.push((PROCESS, line));
        }
        let drops: &[&str] = if moves { &KEY_LINES } else { &[] };
        self.change(FileKind::Config, &entries, drops, dry)
    }

    /// Takes the reference away, and our own `credential_process` with it.
    pub(super) fn forget_reference(&self) -> Result<Change> {
        let line = self.there()?.and_then(|section| section.value(PROCESS));
        let drops: &[&str] = match line.is_some_and(|line| is_ours(line.text)) {
            true => &[REFERENCE, PROCESS],
            false => &[REFERENCE],
        };
        self.change(FileKind::Config, &[], drops, false)
    }

    /// Writes a key into the credentials file.
    pub(super) fn write_key(&self, keys: &Credentials) -> Result<Change> {
        let values = [keys.id.clone(), keys.secret.expose().to_owned()];
        let entries: Vec<_> = KEY_LINES.into_iter().zip(values).collect();
        self.change(FileKind::Credentials, &entries, &[], false)
    }

    /// Takes a key out of the credentials file. No copy stays: that would be the leak.
    pub(super) fn drop_key(&self, dry: bool) -> Result<Change> {
        self.change(FileKind::Credentials, &[], &KEY_LINES, dry)
    }

    fn change(
        &self,
        kind: FileKind,
        set: &[(&'static str, String)],
        drops: &[&str],
        dry: bool,
    ) -> Result<Change> {
        let file = if kind == FileKind::Config { &self.config } else { &self.credentials };
        let name = self.name.as_str();
        let make = |bytes: &[u8]| amend(kind, bytes, name, set, drops, file.shown());
        if dry { file.plan(make) } else { file.change(make, |_| false) }
    }

    /// Copies of the credentials file that other programs or editors left, which still hold what it
    /// held.
    pub(super) fn copies(&self) -> Vec<String> {
        self.credentials.copies(&["~", ".bak", ".backup", ".orig", ".old"])
    }
}

/// Whether a `credential_process` runs this program.
fn is_ours(line: &str) -> bool {
    let words = command_words(line, "").unwrap_or_default();
    let [program, verb, ..] = words.as_slice() else { return false };
    program.rsplit('/').next() == Some("assume-role") && verb == "credential-process"
}

/// The error of a profile that has a key in a keyring, and should get another.
pub(super) fn has_another(name: &str, there: &KeyReference) -> Error {
    let (id, keyring) = (shortened(&there.id), &there.keyring);
    Error::new(Kind::Guard, format!("profile '{name}' has the key {id} in {keyring} already"))
}

/// The keyring of an option, else the one that a machine of this kind has.
pub(super) fn chosen(option: Option<&str>) -> Result<Keyring> {
    option.map_or_else(|| Ok(Keyring::usual()), |text| Keyring::parse("--keyring", text))
}

pub(super) fn opened<'a>(
    keyring: &'a Keyring,
    context: &'a Context,
    report: &'a Report,
) -> Opened<'a> {
    Opened { keyring, environment: &context.environment, may_ask: true, report }
}

pub(super) fn wait<T>(job: impl Future<Output = Result<T>>) -> Result<T> {
    Runtime::new()?.run(job)
}
