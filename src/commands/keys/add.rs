//! `keys add`: a key that stands in no file yet.

use super::profile::{Profile, chosen, has_another, opened, unfinished, wait};
use crate::acquire::keyring;
use crate::aws::{Attempt, Client, caller_identity, diagnose};
use crate::cli;
use crate::commands::changes::told;
use crate::commands::context::Context;
use crate::config::Config;
use crate::config::edit::diff::Look;
use crate::config::stdin::read_handed_over;
use crate::error::{Error, Kind, Result};
use crate::plan::plain_connection;
use crate::types::quote;
use crate::types::sanitize::escape;
use crate::types::{Credentials, Secret};
use crate::ui::report::Report;
use crate::ui::terminal::Terminal;

/// Proves the key, stores it, and writes the profile that refers to it.
pub(super) fn run(arguments: &cli::KeysAdd, context: &Context, report: &Report) -> Result<String> {
    let _lock = Profile::lock(context)?;
    let profile = Profile::read(&arguments.profile, context)?;
    let name = profile.name.as_str();
    if let Some(in_file) = profile.in_file()? {
        return Err(Error::new(
            Kind::Guard,
            format!("profile '{name}' has a key already ({})", in_file.place),
        )
        .hint(format!("assume-role keys import {}", quote::word(name))));
    }
    if !arguments.no_process {
        profile.refuse_process_of_others(arguments.force)?;
    }
    let keys = keys(arguments, context)?;
    let there = profile.reference()?;
    let keyring = chosen(arguments.keyring.as_deref(), there.as_ref(), &keys.id)?;
    if let Some(there) = there.filter(|there| there.id != keys.id) {
        return Err(has_another(name, &there)
            .because(&there.place)
            .hint(format!("assume-role keys remove {}", quote::word(name))));
    }
    if !arguments.no_verify {
        prove(&keys, context, report)?;
    }
    let edits = [profile.refer(&keyring, &keys.id, !arguments.no_process)?];
    profile.rehearse(&edits)?;
    wait(opened(&keyring, context, report).keep(&keys))?;
    let again = || format!("assume-role keys add {} --keyring {keyring}", quote::word(name));
    let changes = profile.write(&edits).map_err(|error| unfinished(error, &keyring, &again()))?;
    report.done(&format!("the key {} of {name}", keys.short_id()), &format!(" is in {keyring}"));
    Ok(told(&changes, Look::Profiles, false, context, report))
}

fn keys(arguments: &cli::KeysAdd, context: &Context) -> Result<Credentials> {
    let keys = if arguments.stdin {
        let home = context.environment.home();
        let (text, _) = read_handed_over("--stdin", "-", home.as_deref())?;
        keyring::parse(text.expose()).map_err(|why| {
            Error::config(format!("standard input holds no key: {why}"))
                .hint("it is what a credential_process prints: {\"Version\": 1, \"AccessKeyId\": …, \"SecretAccessKey\": …}")
        })?
    } else if arguments.env {
        let text = |name: &str| {
            context.environment.text(name)?.map(str::to_owned).ok_or_else(|| {
                Error::config(format!("{name} is not set"))
                    .hint("--env takes AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
            })
        };
        let token = context.environment.text("AWS_SESSION_TOKEN")?;
        Credentials {
            id: text("AWS_ACCESS_KEY_ID")?,
            secret: Secret::new(text("AWS_SECRET_ACCESS_KEY")?),
            token: token.map(|token| Secret::new(token.to_owned())),
        }
    } else {
        wait(async {
            let terminal = Terminal { may_ask: true };
            let id = terminal.ask_text("Access key id:").await;
            let id = id.map_err(|error| error.hint("--env and --stdin ask nothing"))?;
            let secret = terminal.ask_secret("Secret access key:").await?;
            Ok(Credentials {
                id,
                secret: Secret::new(secret.expose().trim().to_owned()),
                token: None,
            })
        })?
    };
    if keys.are_temporary() {
        return Err(Error::config(format!("{} is a temporary key", keys.short_id()))
            .because("it ends by itself, and needs no keyring"));
    }
    // The keyring's line is read as strictly as any that a program prints.
    keyring::parse(keyring::line(&keys).expose())
        .map_err(|why| Error::config(format!("that is not an access key: {why}")))
}

fn prove(keys: &Credentials, context: &Context, report: &Report) -> Result<()> {
    let config = Config::read(&context.environment)?;
    let connection = plain_connection(&config)?;
    let client = Client::of(&connection, report)?;
    let identity = wait(async {
        let what = format!("the key {}", keys.short_id());
        let identity = caller_identity(&client, keys).await;
        identity.map_err(|failure| {
            diagnose(&failure, &Attempt::to_ask_whose(&what), &client)
                .hint("--no-verify stores it without asking AWS")
        })
    })?;
    if identity.is_root() {
        return Err(Error::refused("these are root keys")
            .because("AWS does not let root assume roles, and root keys cannot be limited")
            .hint("create an IAM user with keys of its own, and delete the root keys"));
    }
    report.note(&format!("AWS knows it as {}", escape(&identity.arn)));
    Ok(())
}
