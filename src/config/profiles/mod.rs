//! `~/.aws/config` and `~/.aws/credentials` (or `AWS_CONFIG_FILE`, `AWS_SHARED_CREDENTIALS_FILE`).
//!
//! Each value is kept with its file and line. A broken line is an error for its own section only. No
//! value is judged here: what a key means is decided where it is used.
//!
//! The format is the one of the *AWS SDKs and Tools Reference Guide*, "Shared config and
//! credentials files". Where the readers of AWS differ, this one does what the AWS CLI does,
//! because that is what users check a file with:
//!
//! | in a file | AWS CLI (botocore) | SDKs | here, and why |
//! |---|---|---|---|
//! | `x = y # note` | the note is part of `y` | cut off | as the CLI: `credential_process = a ; b` stays whole; a refused value gets a hint ([`ProfileValue::read`]) |
//! | `[profile "a b"]`, `[profile 'a b']` | `a b` | section ignored | as the CLI, which writes them so |
//! | `["a b"]` in credentials | the quotes are part of the name | section ignored | `a b`, as in the other file |
//! | `[profile a b]`, non-ASCII or other odd names | ignored, kept | ignored | kept: the name is clear |
//! | `[ profile a]`, `[ a ]` | ignored, or a name with blanks | a profile | as the SDKs: such a name cannot be typed |
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

mod foreign;
mod group;
mod header;
mod ini;
mod plain;
mod section;

pub(crate) use foreign::{ForeignKey, foreign_keys};
use group::Group;
pub use header::FileKind;
use header::SectionKind;
pub(super) use ini::{Block, Ini, MARK};
pub(crate) use section::{Section, TOKENS};

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::config::environment::Environment;
use crate::config::files::{CONFIG_CAP, TextFile, read_list, read_text, shown_path};
use crate::config::location::Location;
use crate::config::suggest::{first_few, meant, misspelt, near};
use crate::error::{Error, Result};
use crate::types::sanitize::escape_up_to;

/// Each file: its variable and its path under the home directory.
const CONFIG: (FileKind, &str, &str) = (FileKind::Config, "AWS_CONFIG_FILE", ".aws/config");
const CREDENTIALS: (FileKind, &str, &str) =
    (FileKind::Credentials, "AWS_SHARED_CREDENTIALS_FILE", ".aws/credentials");

/// Sections of `~/.aws/config` that are the AWS CLI's own.
const OF_THE_CLI: [&str; 2] = ["plugins", "preview"];

/// How often one run looks for the profile that was meant. Each search reads every name, and where more
/// are wrong than this, it is not the spelling.
const SEARCHES: usize = 16;

pub struct Profiles {
    files: Vec<Ini>,
    paths: Vec<String>,
    missing: Vec<String>,
    warnings: Vec<String>,
    profiles: Group,
    sso_sessions: Group,
    services: Group,
    searches: AtomicUsize,
}

/// A section that is not a profile, though it may be meant to be one.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct IgnoredSection<'a> {
    /// The text between the brackets.
    pub header: &'a str,
    pub place: Location,
    /// What it is called if it is meant to be a profile.
    pub name: &'a str,
    /// The header to write then.
    pub remedy: String,
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
        let mut missing: Vec<String> = environment.home_problem().into_iter().collect();
        for &(kind, variable, under_home) in which {
            let Some(path) = environment.file(variable, under_home) else { continue };
            paths.push(shown_path(&path, home.as_deref()));
            let file = match kind {
                FileKind::Config => read_list(&path, home.as_deref(), CONFIG_CAP)?,
                FileKind::Credentials => {
                    read_text(&path, home.as_deref(), CONFIG_CAP)?.map(TextFile::from)
                }
            };
            match file {
                Some(mut file) => {
                    warnings.extend(file.warning.take());
                    files.push(Ini::new(kind, file));
                }
                None => missing.extend(environment.missing_file(variable)),
            }
        }
        Ok(Self { missing, ..Self::new(files, paths, warnings) })
    }

    fn new(files: Vec<Ini>, paths: Vec<String>, warnings: Vec<String>) -> Self {
        let group = |kind: SectionKind| Group::new(&files, |block| block.kind == kind);
        let (sso_sessions, services) =
            (group(SectionKind::SsoSession), group(SectionKind::Services));
        let profile = |block: &Block| block.kind == SectionKind::Profile;
        let bare = |block: &Block| block.kind == SectionKind::BareDefault;
        let mut profiles = Group::new(&files, Block::is_profile);
        let default = Section::new(&files, profiles.find(&files, "default"));
        if default.has(FileKind::Config, bare) && default.has(FileKind::Config, profile) {
            profiles = Group::new(&files, profile);
        }
        let missing = Vec::new();
        let searches = AtomicUsize::new(0);
        Self { files, paths, missing, warnings, profiles, sso_sessions, services, searches }
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
        self.files.iter().flat_map(Ini::problems)
    }

    /// Sections that no tool of AWS reads: often a forgotten `profile`.
    pub(crate) fn ignored(&self) -> impl Iterator<Item = IgnoredSection<'_>> {
        self.files
            .iter()
            .flat_map(|file| {
                let others = file.blocks.iter().filter(|block| block.kind == SectionKind::Other);
                others.map(|block| ignored(file.kind, file.name(block), file.place(block)))
            })
            .filter(|section| !OF_THE_CLI.contains(&section.header))
    }

    /// What to write for a profile of that name, if a section is only almost one.
    pub(crate) fn hint_about_ignored(&self, name: &str) -> Option<String> {
        let section = self.ignored().find(|section| section.name == name)?;
        let (header, place) = (escape_up_to(section.header, 80), section.place);
        Some(format!("{place}: [{header}] is not a profile; write {}", section.remedy))
    }

    /// Why files were not found: `HOME`, or a variable that names nothing.
    pub(crate) fn missing(&self) -> &[String] {
        &self.missing
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
        let files = if self.paths.is_empty() {
            String::new()
        } else {
            format!(" in {}", self.paths.join(" or "))
        };
        let message = format!("no profile '{}'{files}", escape_up_to(name, 80));
        let error = self.missing.iter().fold(Error::config(message), Error::because);
        if self.searches.fetch_add(1, Ordering::Relaxed) >= SEARCHES {
            return error;
        }
        if let Some(hint) = self.hint_about_ignored(name) {
            return error.hint(hint);
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

/// A section that is no profile: in the config file for want of the word `profile`, in the credentials
/// file because of it.
fn ignored<'a>(file: FileKind, header: &'a str, place: Location) -> IgnoredSection<'a> {
    let shown = escape_up_to(header, 80);
    let (word, rest) = header.split_once(char::is_whitespace).unwrap_or((header, ""));
    let rest = rest.trim_start();
    let words = ["profile", "sso-session", "services"];
    let (name, remedy) = match (file, misspelt(word, words)) {
        (FileKind::Credentials, _) => (rest, format!("[{}]", escape_up_to(rest, 80))),
        (FileKind::Config, Some(known)) if rest.is_empty() => ("", format!("[{known} NAME]")),
        (FileKind::Config, Some(known)) => {
            let name = if known == "profile" { rest } else { "" };
            (name, format!("[{known} {}]", escape_up_to(rest, 80)))
        }
        (FileKind::Config, None) if header.contains([' ', '\t', '\'']) => {
            (header, format!("[profile \"{shown}\"]"))
        }
        (FileKind::Config, None) => (header, format!("[profile {shown}]")),
    };
    IgnoredSection { header, place, name, remedy }
}

#[cfg(test)]
mod tests;
