//! `keys export`: the way back.

use super::profile::{Profile, opened, wait};
use crate::acquire::keyring::line;
use crate::cli;
use crate::commands::changes::told;
use crate::commands::context::{Context, Output};
use crate::config::edit::diff::Look;
use crate::config::profiles::FileKind;
use crate::config::rotation::{OLD_SECRET, ROTATION};
use crate::error::{Error, Kind, Result};
use crate::types::Secret;
use crate::ui::report::Report;

/// Prints the key, or writes it into the credentials file before anything forgets it elsewhere.
pub(super) fn run(
    arguments: &cli::KeysExport,
    context: &Context,
    report: &Report,
) -> Result<Output> {
    if !arguments.write {
        context.expect_output()?;
    }
    let _lock = if arguments.write { Profile::lock(context)? } else { None };
    let profile = Profile::read(&arguments.profile, context)?;
    let reference = profile.required_reference()?;
    let (name, keyring) = (profile.name.as_str(), &reference.keyring);
    if !arguments.write && !arguments.show && context.prints_to_terminal {
        return Err(Error::usage("the secret would be shown on this terminal")
            .hint("--show prints it all the same; --write puts it back into ~/.aws/credentials"));
    }
    let opened = opened(keyring, context, report);
    let keys = wait(opened.get(&reference))?;
    if !arguments.write {
        return Ok(Output::Session(Secret::new(format!("{}\n", line(&keys).expose()))));
    }
    if let Some(in_file) = profile.in_file()?.filter(|in_file| in_file.keys != keys) {
        return Err(Error::new(
            Kind::Guard,
            format!("{} holds another key, {}", in_file.place, in_file.keys.short_id()),
        ));
    }
    // The key before goes along, so that the way back to it stays open.
    let rotation = profile.finished_rotation(&keys.id)?;
    let before = match &rotation {
        Some(done) => wait(opened.find(&done.old))?,
        None => None,
    };
    let mut into_file = [Profile::write_key(FileKind::Credentials, &keys)];
    let [edit] = &mut into_file;
    if let (Some(done), Some(before)) = (&rotation, &before) {
        let secret = before.secret.expose().to_owned();
        edit.set.extend([(OLD_SECRET, secret), (ROTATION, done.to_string())]);
    }
    let forget = [profile.forget_reference()?];
    profile.rehearse(&into_file)?;
    profile.rehearse(&forget)?;
    let mut changes = profile.write(&into_file)?;
    let written = Profile::read(name, context)?.in_file()?;
    if written.is_none_or(|written| written.keys != keys) {
        return Err(Error::io("the credentials file did not take the key")
            .because(format!("it stays in {keyring}")));
    }
    changes.extend(profile.write(&forget)?);
    if !arguments.keep {
        for id in before.iter().map(|keys| &keys.id).chain([&keys.id]) {
            wait(opened.remove(id))?;
        }
    }
    report.done(&format!("the key {} of {name}", keys.short_id()), " is in ~/.aws/credentials");
    Ok(Output::Text(told(&changes, Look::Profiles, false, context, report)))
}
