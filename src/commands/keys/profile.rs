//! A profile's key, wherever it stands, and the lines of both files that say so.

use std::future::Future;
use std::sync::Arc;

use zeroize::Zeroizing;

use crate::acquire::Runtime;
use crate::acquire::keyring::Opened;
use crate::commands::context::Context;
use crate::commands::credential_process;
use crate::config::edit::profiles::{SECRET, amend};
use crate::config::edit::{Change, File, Lock};
use crate::config::keyring::{KeyReference, Keyring, REFERENCE};
use crate::config::location::Location;
use crate::config::profiles::{FileKind, Profiles, Section};
use crate::config::rotation::{OLD_SECRET, ROTATION, Rotation, Step};
use crate::config::shlex::own_words;
use crate::error::{Error, Kind, Result};
use crate::types::quote;
use crate::types::sanitize::escape_up_to;
use crate::types::{Credentials, Name, Secret, is_key_id, is_key_secret, shortened};
use crate::ui::report::Report;

const PROCESS: &str = "credential_process";
/// The lines of a key in a file.
const KEY_LINES: [&str; 2] = ["aws_access_key_id", SECRET];

pub(super) struct Profile<'a> {
    pub name: Name,
    context: &'a Context,
    profiles: Profiles,
    config: File,
    credentials: File,
}

/// A key in a file, or in both.
pub(super) struct InFile {
    pub keys: Credentials,
    /// The files and lines of its id.
    pub place: String,
    pub kinds: Vec<FileKind>,
}

pub(super) struct Edit {
    pub file: FileKind,
    pub set: Vec<(&'static str, String)>,
    pub drops: &'static [&'static str],
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

    /// Holds off other processes that change keys, for a change in several steps.
    pub(super) fn lock(context: &Context) -> Result<Option<Lock>> {
        File::of_profiles(FileKind::Config, &context.environment)?.hold()
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
                Error::config(format!("the key of profile '{name}' is in a file ({})", id.place()))
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
            (Some(id), Some(secret)) if Arc::ptr_eq(id.file(), secret.file()) => (id, secret),
            (Some(half), _) | (None, Some(half)) => {
                return Err(Error::config(format!(
                    "profile '{name}' has half a key in this file ({})",
                    half.place()
                ))
                .hint("a key is aws_access_key_id and aws_secret_access_key together"));
            }
        };
        if section.long_lived().is_none() {
            return Err(Error::config(format!(
                "profile '{name}' holds temporary keys ({})",
                id.place()
            ))
            .because("they end by themselves, and need no keyring"));
        }
        let refuse = |place: &Location, what| {
            Err(Error::config(format!("{place}: that is no {what}, so it was not touched")))
        };
        id.read(|place, text| match is_key_id(text) {
            true => Ok(()),
            false => refuse(place, "access key id"),
        })?;
        secret.read(|place, text| match is_key_secret(text) {
            true => Ok(()),
            false => refuse(place, "secret access key"),
        })?;
        let mut kinds = Vec::new();
        let mut places = Vec::new();
        for (key, value) in section.entries() {
            let [is_id, is_secret] = KEY_LINES.map(|line| line.eq_ignore_ascii_case(key));
            if !(is_id || is_secret) || value.text.is_empty() {
                continue;
            }
            // One that a line further down, or the other file, puts out of use.
            if value.text != if is_id { id.text } else { secret.text } {
                return Err(Error::new(
                    Kind::Guard,
                    format!("profile '{name}' holds another key too ({})", value.place()),
                )
                .because(format!("the one that is used is {} ({})", shortened(id.text), id.place()))
                .hint("take the lines out that are not needed"));
            }
            let is_config = self.profiles.paths().first().map(String::as_str) == Some(value.file());
            kinds.push(if is_config { FileKind::Config } else { FileKind::Credentials });
            places.extend(is_id.then(|| value.place().to_string()));
        }
        let keys = Credentials {
            id: id.text.to_owned(),
            secret: Secret::new(secret.text.to_owned()),
            token: None,
        };
        kinds.dedup();
        Ok(Some(InFile { keys, place: places.join(" and "), kinds }))
    }

    /// Where else the secret stands: in other profiles, and in lines that are comments.
    pub(super) fn elsewhere(&self, keys: &Credentials) -> Result<Vec<String>> {
        let mut told = Vec::new();
        for section in self.profiles.iter().filter(|section| section.name() != self.name.as_str()) {
            let mut entries = section.entries();
            if let Some((_, value)) = entries.find(|(_, value)| value.text == keys.secret.expose())
            {
                let name = section.name();
                told.push(format!(
                    "profile '{}' has the same key in a file ({}): assume-role keys import {}",
                    escape_up_to(name, 80),
                    value.place(),
                    quote::word(name)
                ));
            }
        }
        for file in [&self.config, &self.credentials] {
            let bytes = file.read()?;
            let text = Zeroizing::new(String::from_utf8_lossy(&bytes).into_owned());
            let is_comment = |line: &str| line.trim_start().starts_with(['#', ';']);
            for (line, number) in text.lines().zip(1..) {
                if is_comment(line) && line.contains(keys.secret.expose()) {
                    let shown = file.shown();
                    told.push(format!(
                        "{shown}:{number} has the same secret in a comment: take the line out"
                    ));
                }
            }
        }
        Ok(told)
    }

    /// How far a rotation of its key has come, as far as it is about the key that is used.
    pub(super) fn rotation(&self, current: &str) -> Result<Option<Rotation>> {
        let line = self.there()?.and_then(|section| section.value(ROTATION));
        let rotation = line.map(|line| line.read(Rotation::parse)).transpose()?;
        Ok(rotation.filter(|rotation| rotation.current() == current))
    }

    /// The same for a key that moves, which has to wait for the end of its rotation.
    pub(super) fn finished_rotation(&self, current: &str) -> Result<Option<Rotation>> {
        match self.rotation(current)? {
            Some(begun) if begun.step != Step::Done => {
                Err(Error::new(Kind::Guard, format!("a rotation of {} is not finished", self.name))
                    .hint(format!("assume-role keys rotate {}", quote::word(self.name.as_str()))))
            }
            done => Ok(done),
        }
    }

    pub(super) fn old_secret(&self) -> Result<Option<Secret>> {
        let line = self.there()?.and_then(|section| section.value(OLD_SECRET));
        Ok(line.map(|line| Secret::new(line.text.to_owned())))
    }

    /// Whether a `credential_process` asks this program for the very key of the profile.
    fn is_ours(&self, line: &str) -> bool {
        own_words(line).is_some_and(|words| words.join("=") == format!("--profile={}", self.name))
    }

    /// Refuses to take the place of what others wrote.
    pub(super) fn refuse_process_of_others(&self, force: bool) -> Result<()> {
        let line = self.there()?.and_then(|section| section.value(PROCESS));
        match line {
            Some(line) if !force && !self.is_ours(line.text) => Err(Error::new(
                Kind::Guard,
                format!("profile '{}' has a credential_process ({})", self.name, line.place()),
            )
            .because("the keyring would take its place")
            .hint("--force overwrites it; --no-process leaves it alone")),
            _ => Ok(()),
        }
    }

    /// The reference to a key in `~/.aws/config`, and the line with which other programs ask this
    /// one. The lines of a key go out of that file in the same step.
    pub(super) fn refer(&self, keyring: &Keyring, id: &str, process: bool) -> Result<Edit> {
        let mut entries = vec![(REFERENCE, format!("{keyring} {id}"))];
        if process {
            let program = credential_process::program(self.context)?;
            let words = [format!("--profile={}", self.name), "--".to_owned()];
            let line = credential_process::line(&program, &words, &self.context.directory);
            entries.push((PROCESS, line));
        }
        let drops = &[KEY_LINES[0], KEY_LINES[1], OLD_SECRET];
        Ok(Edit { file: FileKind::Config, set: entries, drops })
    }

    /// Takes the reference away, and our own `credential_process` with it.
    pub(super) fn forget_reference(&self) -> Result<Edit> {
        let line = self.there()?.and_then(|section| section.value(PROCESS));
        let drops: &[&str] = match line.is_some_and(|line| self.is_ours(line.text)) {
            true => &[REFERENCE, ROTATION, PROCESS],
            false => &[REFERENCE, ROTATION],
        };
        Ok(Edit { file: FileKind::Config, set: Vec::new(), drops })
    }

    pub(super) fn write_key(file: FileKind, keys: &Credentials) -> Edit {
        let values = [keys.id.clone(), keys.secret.expose().to_owned()];
        let set = KEY_LINES.into_iter().zip(values).collect();
        Edit { file, set, drops: &[] }
    }

    /// Takes a key out of the credentials file. No copy stays: that would be the leak.
    pub(super) fn drop_key(&self) -> Edit {
        let drops = &[KEY_LINES[0], KEY_LINES[1], OLD_SECRET, ROTATION];
        Edit { file: FileKind::Credentials, set: Vec::new(), drops }
    }

    pub(super) fn plan(&self, edits: &[Edit]) -> Result<Vec<Change>> {
        edits
            .iter()
            .map(|edit| self.file(edit.file).plan(|bytes| self.amend(edit, bytes)))
            .collect()
    }

    /// Refuses whatever the files would refuse, before a keyring is touched.
    pub(super) fn rehearse(&self, edits: &[Edit]) -> Result<()> {
        edits
            .iter()
            .try_for_each(|edit| self.file(edit.file).rehearse(|bytes| self.amend(edit, bytes)))
    }

    pub(super) fn write(&self, edits: &[Edit]) -> Result<Vec<Change>> {
        let write =
            |edit: &Edit| self.file(edit.file).change(|bytes| self.amend(edit, bytes), |_| false);
        edits.iter().map(write).collect()
    }

    pub(super) fn shown(&self, kind: FileKind) -> &str {
        self.file(kind).shown()
    }

    fn file(&self, kind: FileKind) -> &File {
        if kind == FileKind::Config { &self.config } else { &self.credentials }
    }

    fn amend(&self, edit: &Edit, bytes: &[u8]) -> Result<Vec<u8>> {
        let Edit { file, set, drops } = edit;
        amend(*file, bytes, self.name.as_str(), set, drops, self.file(*file).shown())
    }

    /// Copies of the files of a key that other programs or editors left, which still hold what they
    /// held.
    pub(super) fn copies(&self, of: &InFile) -> Vec<String> {
        let ends = ["~", ".bak", ".backup", ".orig", ".old"];
        of.kinds.iter().flat_map(|kind| self.file(*kind).copies(&ends)).collect()
    }
}

/// The error of a profile that has a key in a keyring, and should get another.
pub(super) fn has_another(name: &str, there: &KeyReference) -> Error {
    let (id, keyring) = (shortened(&there.id), &there.keyring);
    Error::new(Kind::Guard, format!("profile '{name}' has the key {id} in {keyring} already"))
}

/// The keyring of an option, else the one where the key is already, else the one that a machine of
/// this kind has.
pub(super) fn chosen(
    option: Option<&str>,
    there: Option<&KeyReference>,
    id: &str,
) -> Result<Keyring> {
    let there = there.filter(|there| there.id == id).map(|there| there.keyring.clone());
    match option {
        Some(text) => Keyring::parse("--keyring", text),
        None => Ok(there.unwrap_or_else(Keyring::usual)),
    }
}

/// What to say of edits that failed although they were rehearsed: the key is in the keyring by then.
pub(super) fn unfinished(error: Error, keyring: &Keyring, again: &str) -> Error {
    error
        .because(format!("the key is in {keyring}; the rest is done by the same command again"))
        .hint(again)
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
