//! `keys remove`: out of the keyring, for good.

use super::profile::{Profile, opened, wait};
use crate::acquire::have_typed;
use crate::cli;
use crate::commands::changes::told;
use crate::commands::context::Context;
use crate::config::edit::diff::Look;
use crate::error::{Error, Kind, Result};
use crate::types::quote;
use crate::types::shortened;
use crate::ui::report::Report;
use crate::ui::terminal::Terminal;

/// Has the profile's name typed, deletes the key, and takes the reference away.
pub(super) fn run(
    arguments: &cli::KeysRemove,
    context: &Context,
    report: &Report,
) -> Result<String> {
    let _lock = Profile::lock(context)?;
    let profile = Profile::read(&arguments.profile, context)?;
    let reference = profile.required_reference()?;
    let forget = [profile.forget_reference()?];
    profile.rehearse(&forget)?;
    let (name, keyring, id) = (profile.name.as_str(), &reference.keyring, shortened(&reference.id));
    let warning =
        format!("this is the only copy known here of the key {id}, which stays active at AWS");
    if !arguments.yes {
        let refusal = Error::new(Kind::Guard, &warning)
            .hint(format!("if you mean it: assume-role keys remove {} --yes", quote::word(name)));
        let question = format!("To delete it, type {name}:");
        let terminal = Terminal { may_ask: true };
        wait(have_typed([name, name], (&warning, &question), refusal, terminal))?;
    }
    let opened = opened(keyring, context, report);
    // What a rotation left goes too.
    let rotation = profile.rotation(&reference.id)?;
    let keys = rotation.iter().flat_map(|begun| [Some(&begun.old), begun.new.as_ref()]).flatten();
    for other in keys.filter(|other| **other != reference.id) {
        if wait(opened.find(other))?.is_some() {
            wait(opened.remove(other))?;
        }
    }
    wait(opened.remove(&reference.id))?;
    let changes = profile.write(&forget)?;
    report.done(&format!("the key {id} of {name}"), &format!(" is removed from {keyring}"));
    report.note(&format!("delete {id} in the IAM console too: until then every copy of it works"));
    Ok(told(&changes, Look::Profiles, false, context, report))
}
