//! `profile add`: a name for a role, in one of three forms.

use super::files::{Files, Wish, told};
use super::{assume, refuse_default};
use crate::cache::Store;
use crate::cli;
use crate::commands::{Context, credential_process, guard, obtain};
use crate::config::Config;
use crate::config::profiles::FileKind;
use crate::error::{Error, Kind, Result};
use crate::plan::Request;
use crate::types::{Moment, Name, Secret, minutes};
use crate::ui::report::Report;

/// Writes the profile, or shows what would be written.
pub(super) fn run(add: &cli::ProfileAdd, context: &Context, report: &Report) -> Result<String> {
    let name = Name::parse("profile", &add.name)?;
    refuse_default(name.as_str())?;
    let files = Files::of(&context.environment)?;
    let config = Config::read(&context.environment)?;
    let request = Request::resolve(&add.target, &config)?;
    refuse_itself(&name, &request)?;
    enter(&request, context)?;
    if add.static_keys {
        return with_keys(add, &name, &request, &files, context, report);
    }
    report.warn_all(config.warnings().into_iter().chain(request.warnings.iter().cloned()));
    let mut entries = if add.assume {
        let store = Store::of(&config)?;
        assume::entries(&request, &config, &store, context.now())?
    } else {
        let program = credential_process::program(context)?;
        vec![(
            "credential_process",
            credential_process::line(&program, &request.words, &context.directory),
        )]
    };
    entries.extend(request.region.as_ref().map(|region| ("region", region.value.to_string())));
    let wish = Wish { name: &name, file: FileKind::Config, entries: &entries, force: add.force };
    let changes = if add.dry_run { files.plan(&wish)? } else { files.write(&wish)? };
    if !add.dry_run {
        report.done(&format!("profile {name}"), &format!(" leads to {}", request.target));
    }
    Ok(told(&changes, add.dry_run, context, report))
}

/// The third form: keys that end.
fn with_keys(
    add: &cli::ProfileAdd,
    name: &Name,
    request: &Request,
    files: &Files,
    context: &Context,
    report: &Report,
) -> Result<String> {
    let region = request.region.as_ref().map(|region| region.value.to_string());
    let entries = |id: &str, secret: &str, token: Option<&str>, ends: Option<String>| {
        let mut entries = vec![
            ("aws_access_key_id", id.to_owned()),
            ("aws_secret_access_key", secret.to_owned()),
        ];
        entries.extend(token.map(|token| ("aws_session_token", token.to_owned())));
        // The name under which other tools write and read the end; ours too.
        entries.extend(ends.map(|ends| ("x_security_token_expires", ends)));
        entries.extend(region.clone().map(|region| ("region", region)));
        entries
    };
    let wish = |entries| Wish { name, file: FileKind::Credentials, entries, force: add.force };
    // A refusal comes before a code is spent.
    let drafted = entries("ASIA…", "***", Some("***"), Some("…".to_owned()));
    let planned = files.plan(&wish(&drafted))?;
    if add.dry_run {
        return Ok(told(&planned, true, context, report));
    }
    let entered = cli::Target { yes: true, ..add.target.clone() };
    let obtained = obtain::session(&entered, 0, context, report)?;
    for note in &obtained.granted.notes {
        report.note(note);
    }
    let session = &obtained.granted.role.session;
    let keys = &session.keys;
    let ends = obtained.granted.has_end().then_some(session.expires);
    let token = keys.token.as_ref().map(Secret::expose);
    let written = entries(&keys.id, keys.secret.expose(), token, ends.map(Moment::rfc3339));
    let changes = files.write(&wish(&written))?;
    let left =
        ends.map(|_| format!(" for {}", minutes(obtained.left(context.now())))).unwrap_or_default();
    report
        .done(&format!("profile {name}"), &format!(" holds the keys of {}{left}", request.target));
    Ok(told(&changes, false, context, report))
}

/// A profile that asks this program for itself would never get an answer.
fn refuse_itself(name: &Name, request: &Request) -> Result<()> {
    let asks_for_profile =
        request.words.iter().any(|word| word.strip_prefix("--profile=") == Some(name.as_str()));
    if !asks_for_profile {
        return Ok(());
    }
    Err(Error::usage(format!("profile {name} cannot lead to itself"))
        .hint("give the new profile another name"))
}

/// The entrance is here: whoever uses the profile later is not asked any more.
fn enter(request: &Request, context: &Context) -> Result<()> {
    guard::pass(request, context).map_err(|error| match error.kind {
        Kind::Guard => Error { hints: vec!["if you mean it, add --yes".to_owned()], ..error }
            .because("programs that use the profile enter it unasked"),
        _ => error,
    })
}
