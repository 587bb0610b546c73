//! The two files of profiles as one: a profile stands for one identity, whichever of them says so.
//!
//! Nothing of others is overwritten unasked, and the file with the keys is backed up before.

use zeroize::Zeroizing;

use crate::config::edit::profiles::{self, ExistingProfile, NewProfile, ProfileFile};
use crate::config::edit::{Change, File};
use crate::config::environment::Environment;
use crate::config::profiles::{FileKind, Profiles};
use crate::config::suggest::{meant, near};
use crate::error::{Error, Kind, Result};
use crate::shell::quote;
use crate::types::Name;
use crate::types::sanitize::escape_up_to;

pub(super) struct Files {
    config: File,
    credentials: File,
    environment: Environment,
}

pub(super) struct Wish<'a> {
    pub name: &'a Name,
    pub file: FileKind,
    pub entries: &'a [(&'static str, String)],
    /// Also over what others wrote.
    pub force: bool,
}

struct Edit<'a> {
    file: FileKind,
    wishes: &'a [Wish<'a>],
    gone: Vec<&'a str>,
    /// Also those of others.
    force: bool,
}

impl Files {
    pub(super) fn of(environment: &Environment) -> Result<Self> {
        let (config, credentials) = (
            File::of_profiles(FileKind::Config, environment)?,
            File::of_profiles(FileKind::Credentials, environment)?,
        );
        Ok(Self { config, credentials, environment: environment.clone() })
    }

    pub(super) fn bytes(&self, file: FileKind) -> Result<Zeroizing<Vec<u8>>> {
        self.of_kind(file).read()
    }

    pub(super) fn parsed<'a>(&'a self, file: FileKind, bytes: &'a [u8]) -> ProfileFile<'a> {
        ProfileFile::new(file, bytes, self.of_kind(file).shown())
    }

    /// Writes the profile, and takes ours of that name out of the other file; `dry` only says so.
    pub(super) fn write(&self, wish: &Wish<'_>, dry: bool) -> Result<Vec<Change>> {
        self.edit_all(&self.edits(wish)?, dry)
    }

    /// Makes sure that a profile can be written, before a code is spent on what stands in it.
    pub(super) fn rehearse(&self, wish: &Wish<'_>) -> Result<()> {
        self.edits(wish)?.iter().try_for_each(|edit| self.rehearse_edit(edit))
    }

    fn edits<'a>(&self, wish: &'a Wish<'a>) -> Result<Vec<Edit<'a>>> {
        let wishes = std::slice::from_ref(wish);
        let there = Edit { file: wish.file, wishes, gone: Vec::new(), force: false };
        let gone = || vec![wish.name.as_str()];
        let other = self.elsewhere(wish)?;
        let other = other.map(|file| Edit { file, wishes: &[], gone: gone(), force: false });
        Ok(std::iter::once(there).chain(other).collect())
    }

    /// Edits files. Where they are several, each is rehearsed before the first is changed; one that
    /// fails all the same says what has been done.
    fn edit_all(&self, edits: &[Edit<'_>], dry: bool) -> Result<Vec<Change>> {
        if !dry && edits.len() > 1 {
            // What a look at the files refuses leaves no trace at all.
            self.edit_all(edits, true)?;
            edits.iter().try_for_each(|edit| self.rehearse_edit(edit))?;
        }
        let mut changes: Vec<Change> = Vec::new();
        for edit in edits {
            let changed = self.change(edit.file, edit.wishes, &edit.gone, edit.force, dry);
            let done = changes.iter().rfind(|done| !dry && !done.is_empty());
            changes.push(changed.map_err(|error| match done {
                Some(done) => error.because(format!(
                    "{} is changed already; the same command again does the rest",
                    done.shown
                )),
                None => error,
            })?);
        }
        Ok(changes)
    }

    fn rehearse_edit(&self, edit: &Edit<'_>) -> Result<()> {
        let make = |bytes: &[u8]| self.edit(edit.file, bytes, edit.wishes, &edit.gone, edit.force);
        self.of_kind(edit.file).rehearse(make)
    }

    /// Writes profiles into a file and takes others out of it, all at once; `force` also those of
    /// others. What others wrote stays in a copy.
    pub(super) fn change(
        &self,
        file: FileKind,
        wishes: &[Wish<'_>],
        gone: &[&str],
        force: bool,
        dry: bool,
    ) -> Result<Change> {
        let make = |bytes: &[u8]| self.edit(file, bytes, wishes, gone, force);
        if dry {
            return self.of_kind(file).plan(make);
        }
        self.of_kind(file).change(make, |bytes| {
            let profiles = self.parsed(file, bytes);
            let mut names =
                wishes.iter().map(|wish| wish.name.as_str()).chain(gone.iter().copied());
            names.any(|name| match profiles.find(name) {
                Ok(Some(there)) => !there.is_ours,
                _ => file == FileKind::Credentials,
            })
        })
    }

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
        let gone = |(file, _)| Edit { file, wishes: &[], gone: vec![name], force };
        self.edit_all(&found.into_iter().map(gone).collect::<Vec<_>>(), dry)
    }

    fn of_kind(&self, file: FileKind) -> &File {
        if file == FileKind::Config { &self.config } else { &self.credentials }
    }

    fn find(&self, file: FileKind, name: &str) -> Result<Option<ExistingProfile>> {
        self.parsed(file, &self.bytes(file)?).find(name)
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

    /// The bytes with some profiles and without others. What others wrote has to be meant: each wish
    /// says so for itself, `force` for those that go.
    fn edit(
        &self,
        file: FileKind,
        bytes: &[u8],
        wishes: &[Wish<'_>],
        gone: &[&str],
        force: bool,
    ) -> Result<Vec<u8>> {
        let (shown, profiles) = (self.of_kind(file).shown(), self.parsed(file, bytes));
        for wish in wishes.iter().filter(|wish| !wish.force) {
            let name = wish.name.as_str();
            if let Some(there) = profiles.find(name)?.filter(|there| !there.is_ours) {
                return Err(foreign(name, &there, shown).hint(match there.identity.as_slice() {
                    [] => "--force adds to it and makes it this program's".to_owned(),
                    _ => format!("--force overwrites it; what is lost: {}", said(&there)),
                }));
            }
        }
        for name in gone.iter().filter(|_| !force) {
            if let Some(there) = profiles.find(name)?.filter(|there| !there.is_ours) {
                return Err(foreign(name, &there, shown).hint("--force takes it away all the same"));
            }
        }
        let wishes = wishes.iter();
        let new = wishes.map(|wish| NewProfile { name: wish.name, entries: wish.entries });
        let new: Vec<_> = new.collect();
        profiles::edit(file, bytes, &new, gone, shown)
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

/// What every program takes by default is nothing that a role switcher writes.
pub(super) fn refuse_default(name: &str) -> Result<()> {
    if name != "default" {
        return Ok(());
    }
    Err(Error::new(Kind::Guard, "the profile 'default' is not changed")
        .because("every program uses it where no profile is named, and your own keys belong there")
        .hint("take another name, and name it where it is wanted: AWS_PROFILE=NAME"))
}
