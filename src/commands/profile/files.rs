//! The two files of profiles as one: a profile stands for one identity, whichever of them says so.
//!
//! Nothing of others is overwritten unasked, and the file with the keys is backed up before.

use crate::config::edit::profiles::{self, ExistingProfile, NewProfile};
use crate::config::edit::{Change, File};
use crate::config::environment::Environment;
use crate::config::profiles::{FileKind, Profiles};
use crate::config::suggest::{meant, near};
use crate::error::{Error, Kind, Result};
use crate::shell::quote;
use crate::types::Name;
use crate::types::sanitize::escape_up_to;

/// Both files.
pub(super) struct Files {
    config: File,
    credentials: File,
    environment: Environment,
}

/// A profile to write.
pub(super) struct Wish<'a> {
    pub name: &'a Name,
    /// Where it belongs.
    pub file: FileKind,
    /// What it says.
    pub entries: &'a [(&'static str, String)],
    /// Also over what others wrote.
    pub force: bool,
}

impl Files {
    /// The files that the environment names.
    pub(super) fn of(environment: &Environment) -> Result<Self> {
        let (config, credentials) = (
            File::of_profiles(FileKind::Config, environment)?,
            File::of_profiles(FileKind::Credentials, environment)?,
        );
        Ok(Self { config, credentials, environment: environment.clone() })
    }

    /// The profiles that we wrote into a file; none in a file that cannot be read.
    pub(super) fn ours(&self, file: FileKind) -> Vec<String> {
        self.of_kind(file).read().map(|bytes| profiles::ours(file, &bytes)).unwrap_or_default()
    }

    /// What writing would change.
    pub(super) fn plan(&self, wish: &Wish<'_>) -> Result<Vec<Change>> {
        let elsewhere = self.elsewhere(wish)?;
        let mut changes = vec![self.of_kind(wish.file).plan(|bytes| self.put(wish, bytes))?];
        if let Some(file) = elsewhere {
            changes.push(
                self.of_kind(file)
                    .plan(|bytes| self.without(file, bytes, wish.name.as_str(), false))?,
            );
        }
        Ok(changes)
    }

    /// Writes the profile, and takes ours of that name out of the other file.
    pub(super) fn write(&self, wish: &Wish<'_>) -> Result<Vec<Change>> {
        let elsewhere = self.elsewhere(wish)?;
        let name = wish.name.as_str();
        let keeps = |bytes: &[u8]| self.keeps(wish.file, bytes, name);
        let mut changes =
            vec![self.of_kind(wish.file).change(|bytes| self.put(wish, bytes), keeps)?];
        if let Some(file) = elsewhere {
            let without = |bytes: &[u8]| self.without(file, bytes, name, false);
            changes
                .push(self.of_kind(file).change(without, |bytes| self.keeps(file, bytes, name))?);
        }
        Ok(changes)
    }

    /// Writes profiles into the config file and takes others out of it, in one change.
    pub(super) fn put_all(
        &self,
        wishes: &[Wish<'_>],
        gone: &[String],
        dry: bool,
    ) -> Result<Change> {
        let make = |bytes: &[u8]| {
            let mut after = bytes.to_vec();
            for name in gone {
                after = self.without(FileKind::Config, &after, name, false)?;
            }
            for wish in wishes {
                after = self.put(wish, &after)?;
            }
            Ok(after)
        };
        if dry {
            return self.config.plan(make);
        }
        let overwrites = wishes.iter().any(|wish| wish.force);
        self.config.change(make, |_| overwrites)
    }

    /// Where a name stands for something else than a role of a sign-on that we wrote.
    pub(super) fn other(&self, name: &str, force: bool) -> Result<Option<String>> {
        for file in [FileKind::Config, FileKind::Credentials] {
            let Some(there) = self.find(file, name)? else { continue };
            let is_sign_on = there.identity.iter().any(|key| key == "sso_session");
            let goes = match file {
                FileKind::Config => force || there.is_ours && is_sign_on,
                FileKind::Credentials => there.identity.is_empty(),
            };
            if !goes {
                return Ok(Some(format!("{}:{}", self.of_kind(file).shown(), there.line)));
            }
        }
        Ok(None)
    }

    /// Takes a profile out of both files.
    pub(super) fn remove(&self, name: &str, force: bool, dry: bool) -> Result<Vec<Change>> {
        let mut found = Vec::new();
        for file in [FileKind::Config, FileKind::Credentials] {
            if let Some(there) = self.find(file, name)? {
                found.push((file, there));
            }
        }
        // What others say beside ours about the same name is none of our business.
        let is_ours = found.iter().any(|(_, there)| there.is_ours);
        found.retain(|(_, there)| force || !is_ours || there.is_ours);
        if found.is_empty() {
            return Err(self.no_such_profile(name));
        }
        for (file, _) in &found {
            self.of_kind(*file).plan(|bytes| self.without(*file, bytes, name, force))?;
        }
        let change = |(file, _): &(FileKind, ExistingProfile)| {
            let without = |bytes: &[u8]| self.without(*file, bytes, name, force);
            if dry {
                return self.of_kind(*file).plan(without);
            }
            self.of_kind(*file).change(without, |bytes| self.keeps(*file, bytes, name))
        };
        found.iter().map(change).collect()
    }

    fn of_kind(&self, file: FileKind) -> &File {
        if file == FileKind::Config { &self.config } else { &self.credentials }
    }

    fn find(&self, file: FileKind, name: &str) -> Result<Option<ExistingProfile>> {
        let of_kind = self.of_kind(file);
        profiles::find(file, &of_kind.read()?, name, of_kind.shown())
    }

    /// The other file, when ours of that name has to go there: keys and a way to keys in one
    /// profile are two answers to one question, and programs differ in which they take.
    fn elsewhere(&self, wish: &Wish<'_>) -> Result<Option<FileKind>> {
        let name = wish.name.as_str();
        let other =
            if wish.file == FileKind::Config { FileKind::Credentials } else { FileKind::Config };
        match self.find(other, name)? {
            Some(there) if there.is_ours => Ok(Some(other)),
            Some(there) if !there.identity.is_empty() => {
                let shown = self.of_kind(other).shown();
                Err(Error::new(
                    Kind::Guard,
                    format!("profile '{name}' already says who it is in {shown}:{}", there.line),
                )
                .because(format!(
                    "it has {}; with both, programs differ in which they take",
                    said(&there)
                ))
                .hint("take another name")
                .hint(format!(
                    "or take that one away: assume-role profile remove {} --force",
                    quote::sh(name)
                )))
            }
            _ => Ok(None),
        }
    }

    fn put(&self, wish: &Wish<'_>, bytes: &[u8]) -> Result<Vec<u8>> {
        let shown = self.of_kind(wish.file).shown();
        let name = wish.name.as_str();
        if let Some(there) = profiles::find(wish.file, bytes, name, shown)?
            && !there.is_ours
            && !wish.force
        {
            return Err(foreign(name, &there, shown).hint(match there.identity.as_slice() {
                [] => "--force adds to it and makes it this program's".to_owned(),
                _ => format!("--force overwrites it; what is lost: {}", said(&there)),
            }));
        }
        profiles::put(
            wish.file,
            bytes,
            &NewProfile { name: wish.name, entries: wish.entries },
            shown,
        )
    }

    fn without(&self, file: FileKind, bytes: &[u8], name: &str, force: bool) -> Result<Vec<u8>> {
        let shown = self.of_kind(file).shown();
        if let Some(there) = profiles::find(file, bytes, name, shown)?
            && !there.is_ours
            && !force
        {
            return Err(foreign(name, &there, shown).hint("--force takes it away all the same"));
        }
        profiles::remove(file, bytes, name, shown)
    }

    /// Whether what a file holds is kept beside it: not when only our own lines change.
    fn keeps(&self, file: FileKind, bytes: &[u8], name: &str) -> bool {
        match profiles::find(file, bytes, name, "") {
            Ok(Some(there)) => !there.is_ours,
            _ => file == FileKind::Credentials,
        }
    }

    fn no_such_profile(&self, name: &str) -> Error {
        let names: Vec<String> = Profiles::read(&self.environment)
            .map(|profiles| profiles.names().map(str::to_owned).collect())
            .unwrap_or_default();
        let (config, credentials) = (self.config.shown(), self.credentials.shown());
        let error = Error::config(format!(
            "no profile '{}' in {config} or {credentials}",
            escape_up_to(name, 80)
        ));
        match near(name, names.iter().map(String::as_str)).as_slice() {
            [] => error.hint("assume-role profile list"),
            near => error.hint(meant(near)),
        }
    }
}

fn foreign(name: &str, there: &ExistingProfile, shown: &str) -> Error {
    let name = escape_up_to(name, 80);
    let error = Error::new(
        Kind::Guard,
        format!("profile '{name}' in {shown}:{} was not written by this program", there.line),
    );
    match &there.long_lived {
        Some(tail) => error.because(format!("it holds a long-lived key (…{tail})")),
        None => error,
    }
}

fn said(there: &ExistingProfile) -> String {
    let keys: Vec<String> = there.identity.iter().map(|key| escape_up_to(key, 40)).collect();
    match &there.long_lived {
        Some(tail) => format!("{} (a long-lived key, …{tail})", keys.join(", ")),
        None => keys.join(", "),
    }
}

/// What every program takes when it is told nothing is nothing that a role switcher writes.
pub(super) fn refuse_default(name: &str) -> Result<()> {
    if name != "default" {
        return Ok(());
    }
    Err(Error::new(Kind::Guard, "the profile 'default' is left alone")
        .because(
            "it is what every program takes that is told nothing, and where your own keys belong",
        )
        .hint("take another name, and name it where it is wanted: AWS_PROFILE=NAME"))
}
