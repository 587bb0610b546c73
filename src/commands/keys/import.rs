//! `keys import`: out of the file, into a keyring.

use super::profile::{Profile, chosen, has_another, opened, unfinished, wait};
use crate::cli;
use crate::commands::changes::told;
use crate::commands::context::Context;
use crate::config::edit::diff::Look;
use crate::config::rotation::ROTATION;
use crate::error::{Error, Result};
use crate::types::quote;
use crate::types::{Credentials, shortened};
use crate::ui::report::Report;

/// Stores the key, reads it back, refers to it, and only then takes it out of its file.
pub(super) fn run(
    arguments: &cli::KeysImport,
    context: &Context,
    report: &Report,
) -> Result<String> {
    let _lock = if arguments.dry_run { None } else { Profile::lock(context)? };
    let profile = Profile::read(&arguments.profile, context)?;
    profile.section()?;
    let name = profile.name.as_str();
    let there = profile.reference()?;
    let Some(in_file) = profile.in_file()? else {
        let Some(there) = there else {
            return Err(Error::config(format!("profile '{name}' holds no key to import"))
                .hint(format!("assume-role keys add {}", quote::word(name))));
        };
        report.note(&format!("the key {} is in {} already", shortened(&there.id), there.keyring));
        return Ok(String::new());
    };
    let (keys, place) = (&in_file.keys, &in_file.place);
    let keyring = chosen(arguments.keyring.as_deref(), there.as_ref(), &keys.id)?;
    if let Some(there) = there.filter(|there| there.id != keys.id || there.keyring != keyring) {
        return Err(has_another(name, &there)
            .because(format!("{place} holds {}, and that line is {}", keys.short_id(), there.place))
            .hint(format!(
                "assume-role keys import {} --keyring {}",
                quote::word(name),
                there.keyring
            ))
            .hint(format!("assume-role keys remove {}", quote::word(name))));
    }
    if !arguments.no_process {
        profile.refuse_process_of_others(arguments.force)?;
    }
    let mut refer = profile.refer(&keyring, &keys.id, !arguments.no_process)?;
    // The key before goes along, so that the way back to it stays open.
    let rotation = profile.finished_rotation(&keys.id)?;
    let before = match (&rotation, profile.old_secret()?) {
        (Some(done), Some(secret)) => {
            Some(Credentials { id: done.old.clone(), secret, token: None })
        }
        _ => None,
    };
    refer.set.extend(rotation.map(|done| (ROTATION, done.to_string())));
    let edits = [refer, profile.drop_key()];
    report.warn_all(profile.elsewhere(keys)?);
    if arguments.dry_run {
        let changes = profile.plan(&edits)?;
        report.note(&format!("would store {} in {keyring}", keys.short_id()));
        return Ok(told(&changes, Look::Profiles, true, context, report));
    }
    let unchanged =
        |error: Error| error.because(format!("nothing has changed: the key stands in {place}"));
    profile.rehearse(&edits).map_err(unchanged)?;
    let opened = opened(&keyring, context, report);
    for keys in before.iter().chain([keys]) {
        wait(opened.keep(keys)).map_err(unchanged)?;
    }
    let again = || format!("assume-role keys import {} --keyring {keyring}", quote::word(name));
    let changes = profile.write(&edits).map_err(|error| unfinished(error, &keyring, &again()))?;
    report.done(
        &format!("the key {} of {name}", keys.short_id()),
        &format!(" is in {keyring}, and no longer in {place}"),
    );
    for copy in profile.copies(&in_file) {
        report.warn(&format!("{copy} may still hold it; remove it when you need it no more"));
    }
    report.note(&format!(
        "a copy of the file from before still has the key; a new one ends that: assume-role keys rotate {}",
        quote::word(name)
    ));
    Ok(told(&changes, Look::Profiles, false, context, report))
}
