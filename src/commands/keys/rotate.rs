//! `keys rotate`: a new access key in place of the old one, which stays inactive for `--undo`.
//!
//! Before each step the profile says what comes, in the file that names the key, so that a kill at any
//! point leaves a key that works where the profile looks for it, and the next run goes on or cleans
//! up. The way back is the same way: the two keys change their parts.

mod at_aws;
mod making;

use super::profile::{Edit, InFile, Profile, opened, wait};
use crate::aws::AccessKey;
use crate::cli;
use crate::commands::context::Context;
use crate::config::keyring::{KeyReference, REFERENCE};
use crate::config::profiles::FileKind;
use crate::config::rotation::{OLD_SECRET, ROTATION, Rotation, Step};
use crate::error::{Error, Kind, Result};
use crate::types::quote;
use crate::types::{Credentials, Moment, shortened};
use crate::ui::report::Report;
use at_aws::AtAws;

/// How much earlier than the moment of the question a key of its answer may seem to be made, in
/// seconds.
const SLACK: i64 = 60;
enum Home {
    Keyring(KeyReference),
    File(InFile, FileKind),
}

struct Rotating<'a> {
    arguments: &'a cli::KeysRotate,
    context: &'a Context,
    report: &'a Report,
    profile: &'a Profile<'a>,
    home: Home,
    /// The key that the profile uses now.
    current: Credentials,
    aws: AtAws,
}

/// Goes on with a rotation that was broken off, goes back to the key before, or makes a new key.
pub(super) fn run(
    arguments: &cli::KeysRotate,
    context: &Context,
    report: &Report,
) -> Result<String> {
    let _lock = Profile::lock(context)?;
    let profile = Profile::read(&arguments.profile, context)?;
    let home = Home::of(&profile)?;
    let current = match &home {
        Home::Keyring(reference) => {
            wait(opened(&reference.keyring, context, report).get(reference))?
        }
        Home::File(in_file, _) => in_file.keys.clone(),
    };
    let rotation = profile.rotation(&current.id)?;
    if arguments.undo && rotation.as_ref().is_none_or(|begun| begun.step == Step::Creating) {
        return Err(Error::config(format!("no rotation of {} is there to undo", profile.name)));
    }
    let aws = AtAws::of(arguments, &current, context, report)?;
    let rotating = Rotating { arguments, context, report, profile: &profile, home, current, aws };
    wait(rotating.run(rotation))?;
    Ok(String::new())
}

impl Home {
    fn of(profile: &Profile<'_>) -> Result<Self> {
        let Some(in_file) = profile.in_file()? else {
            return profile.required_reference().map(Self::Keyring);
        };
        let import = format!("assume-role keys import {}", quote::word(profile.name.as_str()));
        match in_file.kinds.as_slice() {
            [kind] if profile.reference()?.is_none() => {
                let kind = *kind;
                Ok(Self::File(in_file, kind))
            }
            _ => Err(Error::new(
                Kind::Guard,
                format!("the key of profile '{}' is in more than one place", profile.name),
            )
            .because(format!("one of them is {}", in_file.place))
            .hint(import)),
        }
    }

    fn file(&self) -> FileKind {
        match self {
            Self::Keyring(_) => FileKind::Config,
            Self::File(_, kind) => *kind,
        }
    }
}

impl Rotating<'_> {
    async fn run(&self, rotation: Option<Rotation>) -> Result<()> {
        let listed = self.aws.access_keys().await?;
        let is_active = listed.iter().find(|key| key.id == self.current.id).map(|key| key.active);
        if is_active != Some(true) {
            let why = if is_active.is_none() { "not known at AWS" } else { "inactive at AWS" };
            let key = self.current.short_id();
            return Err(Error::config(format!("the key {key} of {} is {why}", self.profile.name)));
        }
        let begun = match rotation {
            Some(begun) if matches!(begun.step, Step::Stored | Step::Switched) => {
                self.report.note("going on with the rotation that was broken off");
                begun
            }
            Some(done) if self.arguments.undo => self.turned_round(&done, &listed).await?,
            left => {
                self.make_room(&listed, left.as_ref()).await?;
                if self.arguments.dry_run {
                    let (user, key) = (&self.aws.user, self.current.short_id());
                    self.report.note(&format!(
                        "would make a new key for the user {user} at AWS, prove it, and use it"
                    ));
                    return self.say_about_old(&key);
                }
                self.create().await?
            }
        };
        if self.arguments.dry_run {
            let new = shortened(begun.new.as_deref().unwrap_or_default());
            self.report.note(&format!("would prove the key {new}, and use it"));
            return self.say_about_old(&shortened(&begun.old));
        }
        self.finish(begun).await
    }

    fn say_about_old(&self, key: &str) -> Result<()> {
        let then = if self.arguments.delete { "delete it" } else { "make it inactive" };
        self.report.note(&format!("would then take {key} out of use, and {then} at AWS"));
        Ok(())
    }

    /// The key before becomes the new one. It is there, and active again before it is proved.
    async fn turned_round(&self, done: &Rotation, listed: &[AccessKey]) -> Result<Rotation> {
        let old = &done.old;
        if !listed.iter().any(|key| key.id == *old) {
            return Err(Error::config(format!("the key {} is deleted at AWS", shortened(old)))
                .because("there is no way back to it"));
        }
        self.keys_of(old).await?;
        let back = Rotation {
            step: Step::Stored,
            since: self.aws.now(self.context),
            old: self.current.id.clone(),
            new: Some(old.clone()),
        };
        if !self.arguments.dry_run {
            self.note(Some(&back))?;
        }
        Ok(back)
    }

    /// A user has two keys at most. What an earlier rotation left behind is deleted; what it did not
    /// make is nothing to delete here, and is named before anything changes.
    async fn make_room(&self, listed: &[AccessKey], left: Option<&Rotation>) -> Result<()> {
        let other = listed.iter().find(|key| key.id != self.current.id);
        let replaced = left.filter(|left| left.step == Step::Done).map(|left| &left.old);
        let Some(other) = other else {
            return match replaced {
                Some(old) if !self.arguments.dry_run => self.forget(old).await,
                _ => Ok(()),
            };
        };
        let (id, short) = (&other.id, shortened(&other.id));
        let used = self.aws.last_used(id).await?;
        let is_orphan = left.is_some_and(|left| {
            let is_younger = other.created.is_some_and(|at| at.since(left.since) >= -SLACK);
            let is_known = left.new.as_ref() == Some(id);
            left.step == Step::Creating && (is_known || (is_younger && used.is_none()))
        });
        let is_replaced = replaced == Some(id) && !other.active;
        let why = match (is_orphan, is_replaced) {
            (true, _) => "a rotation that was broken off made it, and its secret is lost",
            (_, true) => "the last rotation replaced it",
            _ => return Err(self.two_keys(other, used.map(Moment::rfc3339))),
        };
        if self.arguments.dry_run {
            self.report.note(&format!("would delete the key {short} at AWS: {why}"));
            return Ok(());
        }
        if is_orphan {
            self.forget(id).await?;
        }
        self.aws.delete_key(id).await?;
        if is_replaced {
            self.forget(id).await?;
        }
        self.report.note(&format!("the key {short} is deleted at AWS: {why}"));
        Ok(())
    }

    fn two_keys(&self, other: &AccessKey, used: Option<String>) -> Error {
        let made = other.created.map(|at| format!(", made {}", at.rfc3339())).unwrap_or_default();
        let used = used.map_or("never used".to_owned(), |used| format!("last used {used}"));
        let state = if other.active { "active" } else { "inactive" };
        let user = &self.aws.user;
        Error::new(Kind::Guard, format!("the user {user} has two keys, the most that AWS allows"))
            .because(format!("the other one is {} ({state}{made}, {used})", shortened(&other.id)))
            .hint("delete the one that is not needed in the IAM console")
    }

    /// Proves the new key, has the profile use it, and takes the old one out of use.
    async fn finish(&self, begun: Rotation) -> Result<()> {
        let new = begun.new.clone().unwrap_or_default();
        if begun.step == Step::Stored {
            let keys = self.keys_of(&new).await?;
            self.aws.set_active(&new, true).await?;
            self.aws.prove(&keys, self.report).await.map_err(|error| {
                let name = quote::word(self.profile.name.as_str());
                error
                    .because(format!("{} stays in use", shortened(&begun.old)))
                    .hint(format!("assume-role keys rotate {name}"))
            })?;
            self.switch(&begun.at(Step::Switched), &keys)?;
        }
        self.aws.hand_on_sessions(&begun.old, &new, self.context);
        let (old, name) = (shortened(&begun.old), quote::word(self.profile.name.as_str()));
        let place = match &self.home {
            Home::Keyring(reference) => reference.keyring.to_string(),
            Home::File(_, kind) => self.profile.shown(*kind).to_owned(),
        };
        let told = format!("the key of {} is {}", self.profile.name, shortened(&new));
        let rest = format!(" now, in {place}");
        if self.arguments.delete {
            self.aws.delete_key(&begun.old).await?;
            self.forget(&begun.old).await?;
            self.note(None)?;
            self.report.done(&told, &rest);
            self.report.note(&format!("{old} is deleted at AWS: every copy of it is dead"));
            return Ok(());
        }
        self.aws.set_active(&begun.old, false).await?;
        self.note(Some(&begun.at(Step::Done)))?;
        self.report.done(&told, &rest);
        self.report.note(&format!(
            "{old} is inactive at AWS, and its copies with it; back to it: assume-role keys rotate {name} --undo"
        ));
        self.report.note("the next rotation deletes it");
        Ok(())
    }

    /// A key of the rotation that is not the current one, from where it is kept.
    async fn keys_of(&self, id: &str) -> Result<Credentials> {
        match &self.home {
            Home::Keyring(reference) => {
                let reference = KeyReference { id: id.to_owned(), ..reference.clone() };
                opened(&reference.keyring, self.context, self.report).get(&reference).await
            }
            Home::File(in_file, _) => {
                let secret = self.profile.old_secret()?.ok_or_else(|| {
                    let place = &in_file.place;
                    Error::config(format!("the secret of {} is gone ({place})", shortened(id)))
                        .because(format!("{OLD_SECRET} held it"))
                })?;
                Ok(Credentials { id: id.to_owned(), secret, token: None })
            }
        }
    }

    /// Has the profile use a key, in one step with the journal.
    fn switch(&self, rotation: &Rotation, keys: &Credentials) -> Result<()> {
        let mut edit = match &self.home {
            Home::Keyring(reference) => Edit {
                file: FileKind::Config,
                set: vec![(REFERENCE, format!("{} {}", reference.keyring, keys.id))],
                drops: &[],
            },
            Home::File(_, kind) => {
                let mut edit = Profile::write_key(*kind, keys);
                edit.set.push((OLD_SECRET, self.current.secret.expose().to_owned()));
                edit
            }
        };
        edit.set.extend(self.journal(Some(rotation)).set);
        self.write(edit)
    }

    fn journal(&self, rotation: Option<&Rotation>) -> Edit {
        let set = rotation.map(|rotation| (ROTATION, rotation.to_string()));
        let drops: &[&str] = if set.is_none() { &[ROTATION, OLD_SECRET] } else { &[] };
        Edit { file: self.home.file(), set: set.into_iter().collect(), drops }
    }

    fn note(&self, rotation: Option<&Rotation>) -> Result<()> {
        self.write(self.journal(rotation))
    }

    fn write(&self, edit: Edit) -> Result<()> {
        let changes = self.profile.write(&[edit])?;
        self.report.warn_all(changes.into_iter().flat_map(|change| change.warnings));
        Ok(())
    }

    /// Takes the secret of a key that is deleted at AWS, or about to be, out of the keyring.
    async fn forget(&self, id: &str) -> Result<()> {
        let Home::Keyring(reference) = &self.home else { return Ok(()) };
        let opened = opened(&reference.keyring, self.context, self.report);
        match opened.find(id).await? {
            Some(_) => opened.remove(id).await,
            None => Ok(()),
        }
    }
}
