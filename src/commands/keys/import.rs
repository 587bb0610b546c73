//! `keys import`: out of the file, into a keyring.

use super::profile::{Profile, chosen, has_another, opened, wait};
use crate::cli;
use crate::commands::changes::told;
use crate::commands::context::Context;
use crate::config::edit::diff::Look;
use crate::config::profiles::FileKind;
use crate::error::{Error, Result};
use crate::types::quote;
use crate::types::shortened;
use crate::ui::report::Report;

/// Stores the key, reads it back, refers to it, and only then takes it out of its file.
pub(super) fn run(
    arguments: &cli::KeysImport,
    context: &Context,
    report: &Report,
) -> Result<String> {
    let profile = Profile::read(&arguments.profile, context)?;
    profile.section()?;
    let keyring = chosen(arguments.keyring.as_deref())?;
    let opened = opened(&keyring, context, report);
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
    let is_config = in_file.file == FileKind::Config;
    let refer = |dry| profile.refer(&keyring, &keys.id, !arguments.no_process, is_config, dry);
    if arguments.dry_run {
        let mut changes = vec![refer(true)?];
        if !is_config {
            changes.push(profile.drop_key(true)?);
        }
        report.note(&format!("would store {} in {keyring}", keys.short_id()));
        return Ok(told(&changes, Look::Profiles, true, context, report));
    }
    // A refusal of the files comes before the keyring is touched.
    refer(true)?;
    wait(opened.keep(keys)).map_err(|error| {
        error.because(format!("nothing has changed: the key stands in {place}"))
    })?;
    let mut changes = vec![refer(false)?];
    if !is_config {
        changes.push(profile.drop_key(false)?);
    }
    report.done(
        &format!("the key {} of {name}", keys.short_id()),
        &format!(" is in {keyring}, and no longer in {place}"),
    );
    for copy in profile.copies() {
        report.warn(&format!("{copy} may still hold it; remove it when you need it no more"));
    }
    report.note("a copy of the file from before still has the key: making a new one in the IAM console ends that");
    Ok(told(&changes, Look::Profiles, false, context, report))
}
