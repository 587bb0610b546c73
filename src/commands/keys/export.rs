//! `keys export`: the way back.

use super::profile::{Profile, opened, wait};
use crate::acquire::keyring::line;
use crate::cli;
use crate::commands::changes::told;
use crate::commands::context::{Context, Output};
use crate::config::edit::diff::Look;
use crate::error::{Error, Kind, Result};
use crate::types::Secret;
use crate::ui::report::Report;

/// Prints the key, or writes it into the credentials file before anything forgets it elsewhere.
pub(super) fn run(
    arguments: &cli::KeysExport,
    context: &Context,
    report: &Report,
) -> Result<Output> {
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
    let (into_file, forget) = ([profile.write_key(&keys)], [profile.forget_reference()?]);
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
        wait(opened.remove(&keys.id))?;
    }
    report.done(&format!("the key {} of {name}", keys.short_id()), " is in ~/.aws/credentials");
    Ok(Output::Text(told(&changes, Look::Profiles, false, context, report)))
}
