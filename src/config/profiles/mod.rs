//! `~/.aws/config` and `~/.aws/credentials` (or `AWS_CONFIG_FILE`, `AWS_SHARED_CREDENTIALS_FILE`).
//!
//! Both files come in once; profiles, SSO sessions and service blocks go out, each value with its
//! file and line. A broken line is an error for whoever asks for its section and for nobody else.
//! Nothing here writes, and no value is judged: what a key means is said where it is used.
//!
//! The format is the one of the *AWS SDKs and Tools Reference Guide*, "Shared config and
//! credentials files". Where the readers of AWS differ, this one does what the AWS CLI does,
//! because that is what users check a file with:
//!
//! | in a file | AWS CLI (botocore) | SDKs | here, and why |
//! |---|---|---|---|
//! | `x = y # note` | the note is part of `y` | cut off | as the CLI: `credential_process = a ; b` stays whole; a refused value gets a hint ([`Value::read`]) |
//! | `[profile "a b"]`, `[profile 'a b']` | `a b` | section ignored | as the CLI, which writes them so |
//! | `["a b"]` in credentials | the quotes are part of the name | section ignored | `a b`, as in the other file |
//! | `[profile a b]`, non-ASCII or other odd names | ignored, kept | ignored | kept: the name is clear |
//! | `[ profile a]`, `[ a ]` | ignored, or a name with blanks | a profile | as the SDKs: nobody can type such a name |
//! | `[profile a] # [b]`, `[profile a] junk` | a section `profile a] # [b`; `a` | `a`; error for the file | `a` |
//! | `[profilefoo a]` | the profile `a` | ignored | ignored: it says something else |
//! | a key with blanks or other odd characters | kept | ignored | kept |
//! | key or header indented | a key, a header | error for the file | as the CLI |
//! | `key: value` | a key | error for the file, or ignored | as the CLI |
//! | section twice, key twice | error for the file; spelt with and without quotes, the later | merged, last wins | merged, last wins; both places are kept |
//! | line without `=`, `[x` without `]` | error for the file | error for the file | error for that section |
//! | key above all headers | error for the file | error for the file | reported, no section suffers |
//! | byte order mark | error for the file | error for the file | skipped |
//! | `[default]` and `[profile default]` | the later | the latter, alone | as the SDKs |
//! | `[DEFAULT]` | in every profile | ignored | ignored: an accident of Python's reader |
//! | blank or comment inside a value | an empty line; nothing | nothing; part of it | nothing |
//! | a carriage return alone | a line's end | part of the line | part of the line: no editor writes it |
//! | blanks of Unicode around a value | not part of it | part of it | as the CLI |
//! | `x =` | an empty value | an empty value | not set, as all of AWS's tools treat it |
//! | `[name]` in config, `[profile name]` in credentials | ignored, a profile `profile name` | ignored | ignored, but [`Profiles::ignored`] lists it |
//!
//! The tests hold all three readers against each other on hundreds of files (`tests/files/ini/`): every
//! difference has to be one of these.
//!
//! A key in both files: the credentials file wins, as in both.

mod group;
mod header;
mod ini;
mod outline;
mod section;
mod without;

use group::Group;
pub(crate) use header::FileKind;
use header::SectionKind;
use ini::{Block, Ini};
pub(crate) use outline::{Outline, outline};
pub(crate) use section::Section;
pub(crate) use without::without;

use std::path::PathBuf;

use crate::config::environment::Environment;
use crate::config::files::{CONFIG_CAP, read_text, shown_path};
use crate::config::location::Location;
use crate::config::suggest::{first_few, meant, near};
use crate::error::{Error, Result};
use crate::types::sanitize::escape_up_to;

const CONFIG: (FileKind, &str, &str) = (FileKind::Config, "AWS_CONFIG_FILE", ".aws/config");
const CREDENTIALS: (FileKind, &str, &str) =
    (FileKind::Credentials, "AWS_SHARED_CREDENTIALS_FILE", ".aws/credentials");

pub struct Profiles {
    files: Vec<Ini>,
    paths: Vec<String>,
    warnings: Vec<String>,
    profiles: Group,
    sso_sessions: Group,
    services: Group,
}

impl Profiles {
    pub fn read(environment: &Environment) -> Result<Self> {
        Self::read_files(environment, &[CONFIG, CREDENTIALS])
    }

    /// Reads the config file only: where TAB looks for roles, keys are left alone.
    pub fn read_config(environment: &Environment) -> Result<Self> {
        Self::read_files(environment, &[CONFIG])
    }

    pub fn path_of(file: FileKind, environment: &Environment) -> Option<PathBuf> {
        let (_, variable, under_home) = if file == FileKind::Config { CONFIG } else { CREDENTIALS };
        environment.file(variable, under_home)
    }

    fn read_files(environment: &Environment, which: &[(FileKind, &str, &str)]) -> Result<Self> {
        let home = environment.home();
        let (mut files, mut paths, mut warnings) = (Vec::new(), Vec::new(), Vec::new());
        for &(kind, variable, under_home) in which {
            let Some(path) = environment.file(variable, under_home) else { continue };
            paths.push(shown_path(&path, home.as_deref()));
            if let Some(mut file) = read_text(&path, home.as_deref(), CONFIG_CAP)? {
                warnings.extend(file.warning.take());
                files.push(Ini::new(kind, file));
            }
        }
        Ok(Self::of(files, paths, warnings))
    }

    fn of(files: Vec<Ini>, paths: Vec<String>, warnings: Vec<String>) -> Self {
        let group = |kind: SectionKind| Group::new(&files, |block| block.kind == kind);
        let (sso_sessions, services) =
            (group(SectionKind::SsoSession), group(SectionKind::Services));
        let profile = |block: &Block| block.kind == SectionKind::Profile;
        let bare = |block: &Block| block.kind == SectionKind::BareDefault;
        let mut profiles = Group::new(&files, |block| profile(block) || bare(block));
        let default = Section::new(&files, profiles.find(&files, "default"));
        if default.has(FileKind::Config, bare) && default.has(FileKind::Config, profile) {
            profiles = Group::new(&files, profile);
        }
        Self { files, paths, warnings, profiles, sso_sessions, services }
    }

    pub fn get(&self, name: &str) -> Result<Option<Section<'_>>> {
        self.sound(&self.profiles, name)
    }

    pub fn require(&self, name: &str) -> Result<Section<'_>> {
        self.get(name)?.ok_or_else(|| self.no_such_profile(name))
    }

    pub fn sso_session(&self, name: &str) -> Result<Option<Section<'_>>> {
        self.sound(&self.sso_sessions, name)
    }

    pub fn services(&self, name: &str) -> Result<Option<Section<'_>>> {
        self.sound(&self.services, name)
    }

    /// All profiles, in the order of the config file and then of the credentials file, broken ones
    /// too.
    pub fn iter(&self) -> impl Iterator<Item = Section<'_>> {
        self.profiles.in_order().map(|parts| Section::new(&self.files, parts))
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.iter().map(|profile| profile.name())
    }

    pub fn sso_sessions(&self) -> impl Iterator<Item = Section<'_>> {
        self.sso_sessions.in_order().map(|parts| Section::new(&self.files, parts))
    }

    pub fn near(&self, word: &str) -> Vec<&str> {
        near(word, self.names())
    }

    pub fn problems(&self) -> impl Iterator<Item = &Error> {
        self.files.iter().flat_map(|file| &file.problems)
    }

    /// Headers that name neither a profile nor anything else known: often a forgotten `profile`.
    pub fn ignored(&self) -> impl Iterator<Item = (&str, Location)> {
        let other = |block: &&Block| block.kind == SectionKind::Other;
        self.files.iter().flat_map(move |file| {
            file.blocks.iter().filter(other).map(|block| (file.name(block), file.place(block)))
        })
    }

    pub fn paths(&self) -> &[String] {
        &self.paths
    }

    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    fn sound<'a>(&'a self, group: &'a Group, name: &str) -> Result<Option<Section<'a>>> {
        let parts = group.find(&self.files, name);
        if parts.is_empty() {
            return Ok(None);
        }
        let section = Section::new(&self.files, parts);
        section.problem().map_or(Ok(Some(section)), |problem| Err(problem.clone()))
    }

    fn no_such_profile(&self, name: &str) -> Error {
        let shown = escape_up_to(name, 80);
        let error = Error::config(format!("no profile '{shown}' in {}", self.paths.join(" or ")));
        if let Some((_, place)) = self.ignored().find(|(header, _)| *header == name) {
            return error.hint(format!("{place} needs the word profile: [profile {shown}]"));
        }
        match self.near(name).as_slice() {
            [] => match first_few(self.names()) {
                Some(names) => error.hint(format!("the profiles there: {names}")),
                None => error,
            },
            near => error.hint(meant(near)),
        }
    }
}

#[cfg(test)]
mod tests;
