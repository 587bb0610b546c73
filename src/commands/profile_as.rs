//! `exec --profile-as NAME=ACCOUNT:ROLE`: roles as profiles of one command, as programs want them
//! that use several.
//!
//! The words come in; a config file comes out, the user's own with these profiles in it. It holds no
//! keys: each profile names this program as its `credential_process`, which gives them while they
//! are needed.

use std::path::PathBuf;

use super::context::Context;
use super::{credential_process, session};
use crate::cache::{Choice, keep_config};
use crate::cli::Exec;
use crate::config::Config;
use crate::config::edit::profiles::without;
use crate::config::files::{CONFIG_CAP, read_text};
use crate::error::{Error, Result};
use crate::plan::{Plan, Request};
use crate::shell::quote;
use crate::types::sanitize::escape_up_to;
use crate::types::{Name, RoleArn};
use crate::ui::report::Report;

/// A role under the name of a profile.
pub(super) struct Named {
    name: Name,
    request: Request,
}

pub(super) fn read(arguments: &Exec) -> Result<Vec<Named>> {
    let mut all: Vec<Named> = Vec::new();
    for text in &arguments.profile_as {
        let (name, words) = split(text)?;
        let name = Name::parse("profile", name)?;
        if all.iter().any(|other| other.name == name) {
            return Err(Error::usage(format!("--profile-as gives the name {name} twice")));
        }
        // A code is good for one call, and goes with the target when there is one.
        let shared = arguments.target.request();
        let takes_code = all.is_empty() && !shared.names_target();
        let mfa_code = shared.mfa_code.clone().filter(|_| takes_code);
        let request = Request { words, profile: None, mfa_code, ..shared };
        all.push(Named { name, request });
    }
    Ok(all)
}

/// The first `=` ends the name, the last `:` the account, unless it is the ARN of a role.
fn split(text: &str) -> Result<(&str, Vec<String>)> {
    let refuse = || {
        Error::usage(format!("--profile-as '{}' is not NAME=ACCOUNT:ROLE", escape_up_to(text, 80)))
            .hint("--profile-as audit=production:read")
    };
    let (name, target) = text.split_once('=').ok_or_else(refuse)?;
    if RoleArn::is_meant(target) {
        return Ok((name, vec![target.to_owned()]));
    }
    let (account, role) = target.rsplit_once(':').ok_or_else(refuse)?;
    if account.is_empty() || role.is_empty() {
        return Err(refuse());
    }
    Ok((name, vec![account.to_owned(), role.to_owned()]))
}

/// Gets a session for each, so that questions and refusals come before the command, and writes the
/// config file.
pub(super) fn config(named: &[Named], context: &Context, report: &Report) -> Result<PathBuf> {
    let config = Config::read(&context.environment)?;
    for Named { name, .. } in named {
        refuse_shadowed(name, &config)?;
    }
    let (own_path, mut text, replaces) = own_config(named, context)?;
    let program = credential_process::program(context)?;
    // The profile that asks for the role may be the one that this file replaces.
    let own_config = own_path.filter(|_| replaces);
    let with_own = own_config
        .map(|path| format!("env {} ", quote::process(&format!("AWS_CONFIG_FILE={path}"))));
    for Named { name, request } in named {
        let role = session::obtain(request.clone(), context, report)
            .and_then(|role| refuse_environment(&role.plan).map(|()| role))
            .map_err(|error| error.because(format!("it was to become the profile {name}")))?;
        role.remember_use(context.now())?;
        for note in &role.session.notes {
            report.note(note);
        }
        let line = credential_process::line(&program, &role.plan.words, &context.directory);
        let region = role.plan.region.as_ref().map(|region| format!("region = {}\n", region.value));
        text.push_str(&format!(
            "{}\ncredential_process = {}{line}\n{}",
            header(name),
            with_own.as_deref().unwrap_or_default(),
            region.unwrap_or_default()
        ));
    }
    keep_config(&text, Choice::of(&config.settings).kind, &context.environment, context.now())
}

/// The path of the user's config file, its text without the profiles that are defined anew, and
/// whether it had any.
fn own_config(named: &[Named], context: &Context) -> Result<(Option<String>, String, bool)> {
    let head = "# A copy of the AWS config file, with the profiles of one command: assume-role exec --profile-as.\n\
                # What is changed here is lost.\n";
    let environment = &context.environment;
    let path =
        environment.file("AWS_CONFIG_FILE", ".aws/config").map(|path| context.directory.join(path));
    let file = path
        .as_deref()
        .map(|path| read_text(path, environment.home().as_deref(), CONFIG_CAP))
        .transpose()?;
    let path = path.map(|path| path.to_string_lossy().into_owned());
    let Some(file) = file.flatten() else { return Ok((path, head.to_owned(), false)) };
    let names: Vec<&str> = named.iter().map(|named| named.name.as_str()).collect();
    let (rest, replaces) = without(file, &names)?;
    let end = if rest.is_empty() || rest.ends_with('\n') { "" } else { "\n" };
    Ok((path, format!("{head}{rest}{end}"), replaces))
}

/// The AWS CLI and boto3 take the keys of the credentials file first, whatever the config file
/// says.
fn refuse_shadowed(name: &Name, config: &Config) -> Result<()> {
    let credentials = config.profiles.paths().get(1);
    let places =
        config.profiles.get(name.as_str())?.into_iter().flat_map(|profile| profile.places());
    match places.into_iter().find(|place| credentials.is_some_and(|path| place.file.as_ref() == path.as_str())) {
        Some(place) => Err(Error::config(format!("{place}: the profile {name} has keys there, which would win"))
            .hint("give --profile-as another name; for keys without a profile: exec ACCOUNT ROLE -- COMMAND")),
        None => Ok(()),
    }
}

/// The command gets other keys than this process, or none.
fn refuse_environment(plan: &Plan) -> Result<()> {
    if !plan.base.is_environment() {
        return Ok(());
    }
    Err(Error::config(
        "the role is assumed from the keys in the environment, which the command does not get",
    )
    .hint("name a profile that holds keys: --base PROFILE"))
}

/// The header of a profile, with the quotes that the AWS CLI wants around an odd name.
fn header(name: &Name) -> String {
    let plain =
        |character: char| character.is_ascii_alphanumeric() || "-_./@:+%".contains(character);
    match name.as_str() {
        "default" => "[default]".to_owned(),
        name if name.chars().all(plain) => format!("[profile {name}]"),
        name => format!("[profile \"{name}\"]"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_equals_sign_and_the_last_colon() {
        for (text, name, words) in [
            ("a=production:read", "a", &["production", "read"][..]),
            ("a=b=c:d:ops/read", "a", &["b=c:d", "ops/read"]),
            ("a b=R&D (eu):x=y", "a b", &["R&D (eu)", "x=y"]),
            (
                "a=arn:aws:iam::123456789012:role/ops/read",
                "a",
                &["arn:aws:iam::123456789012:role/ops/read"],
            ),
        ] {
            assert_eq!(
                split(text).unwrap(),
                (name, words.iter().map(|word| (*word).to_owned()).collect()),
                "{text}"
            );
        }
        for text in ["a", "a=b", "a=:b", "a=b:", "=", ""] {
            assert!(split(text).is_err(), "{text}");
        }
    }

    #[test]
    fn headers_as_the_aws_cli_reads_them() {
        for (name, expected) in [
            ("default", "[default]"),
            ("a-b", "[profile a-b]"),
            ("a b", "[profile \"a b\"]"),
            ("é", "[profile \"é\"]"),
        ] {
            assert_eq!(header(&Name::parse("profile", name).unwrap()), expected);
        }
    }
}
