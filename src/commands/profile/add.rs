//! `profile add`: a name for a role, in one of three forms.

use super::assume;
use super::files::{Files, Wish, refuse_default};
use crate::acquire::{Runtime, confirm};
use crate::cache::Store;
use crate::cli;
use crate::commands::changes::told;
use crate::commands::context::Context;
use crate::commands::{choose, credential_process, session};
use crate::config::Config;
use crate::config::edit::diff::Look;
use crate::config::profiles::FileKind;
use crate::error::{Error, Kind, Result};
use crate::plan::{Invocation, Plan, Request};
use crate::types::{Moment, Name, Secret, minutes};
use crate::ui::report::Report;
use crate::ui::terminal::Terminal;

pub(super) fn run(add: &cli::ProfileAdd, context: &Context, report: &Report) -> Result<String> {
    let name = Name::parse("profile", add.name.as_deref().unwrap_or_default())?;
    refuse_default(name.as_str())?;
    let files = Files::of(&context.environment)?;
    let config = Config::read(&context.environment)?;
    let how = Invocation::of_verb("profile add ").behind(name.as_str());
    let how = how.flag("--static", add.static_keys).flag("--assume", add.assume);
    let how = how.flag("--force", add.force).flag("--dry-run", add.dry_run);
    let request = Request { no_input: true, ..add.target.request_as(how) };
    let plan = choose::plan(request, &config, context, report)?;
    let plan = Plan { may_ask: !add.target.no_input, ..plan };
    refuse_itself(&name, &plan)?;
    enter(&plan)?;
    if add.static_keys {
        return with_keys(add, &name, plan, &files, &config, context, report);
    }
    report.warn_all(config.warnings().into_iter().chain(plan.warnings.iter().cloned()));
    let mut entries = if add.assume {
        let store = Store::of(&config)?;
        assume::entries(&plan, &config, &store, context.now())?
    } else {
        let program = credential_process::program(context)?;
        vec![(
            "credential_process",
            credential_process::line(&program, &plan.words, &context.directory),
        )]
    };
    entries.extend(plan.region.as_ref().map(|region| ("region", region.value.to_string())));
    let wish = Wish { name: &name, file: FileKind::Config, entries: &entries, force: add.force };
    let changes = files.write(&wish, add.dry_run)?;
    if !add.dry_run {
        report.done(&format!("profile {name}"), &format!(" leads to {}", plan.target));
    }
    Ok(told(&changes, Look::Profiles, add.dry_run, context, report))
}

/// The third form: keys that end.
fn with_keys(
    add: &cli::ProfileAdd,
    name: &Name,
    plan: Plan,
    files: &Files,
    config: &Config,
    context: &Context,
    report: &Report,
) -> Result<String> {
    let region = plan.region.as_ref().map(|region| region.value.to_string());
    let entries =
        |account: &str, id: &str, secret: &str, token: Option<&str>, ends: Option<String>| {
            let mut entries = vec![
                ("aws_access_key_id", id.to_owned()),
                ("aws_secret_access_key", secret.to_owned()),
            ];
            entries.extend(token.map(|token| ("aws_session_token", token.to_owned())));
            // That of older keys must not stay: SDKs choose endpoints by it.
            entries.push(("aws_account_id", account.to_owned()));
            // The name under which other tools write and read the end; ours too.
            entries.extend(ends.map(|ends| ("x_security_token_expires", ends)));
            entries.extend(region.clone().map(|region| ("region", region)));
            entries
        };
    let wish = |entries| Wish { name, file: FileKind::Credentials, entries, force: add.force };
    // A refusal comes before a code is spent.
    let drafted = entries("…", "ASIA…", "***", Some("***"), Some("…".to_owned()));
    let planned = files.write(&wish(&drafted), true)?;
    if add.dry_run {
        return Ok(told(&planned, Look::Profiles, true, context, report));
    }
    files.rehearse(&wish(&drafted))?;
    let plan = Plan { consents: true, ..plan };
    let role = session::carry_out(plan, config, context, report)?;
    for note in &role.session.notes {
        report.note(note);
    }
    let session = &role.session.role.session;
    let keys = &session.keys;
    let ends = role.session.has_end().then_some(session.expires);
    let token = keys.token.as_ref().map(Secret::expose);
    let account = role.session.principal.account.as_str();
    // An edit may wait for another program, and that is no news about the keys.
    let left =
        ends.map(|_| format!(" for {}", minutes(role.left(context.now())))).unwrap_or_default();
    let written =
        entries(account, &keys.id, keys.secret.expose(), token, ends.map(Moment::rfc3339));
    let changes = files.write(&wish(&written), false)?;
    report.done(
        &format!("profile {name}"),
        &format!(" holds the keys of {}{left}", role.plan.target),
    );
    Ok(told(&changes, Look::Profiles, false, context, report))
}

/// A profile that asks this program for itself would never get an answer.
fn refuse_itself(name: &Name, plan: &Plan) -> Result<()> {
    let is_itself = |word: &String| word.strip_prefix("--profile=") == Some(name.as_str());
    if !plan.words.iter().any(is_itself) {
        return Ok(());
    }
    Err(Error::usage(format!("profile {name} cannot lead to itself"))
        .hint("give the new profile another name"))
}

/// Protection is asked about here: programs that use the profile later are not asked any more.
fn enter(plan: &Plan) -> Result<()> {
    let terminal = Terminal { may_ask: plan.may_ask };
    for step in plan.protected.iter().filter(|_| !plan.consents) {
        let entered = Runtime::new()?.run(confirm(plan, step, terminal));
        entered.map_err(|error| match error.kind {
            Kind::Guard => Error { hints: vec!["if you mean it, add --yes".to_owned()], ..error }
                .because("programs that use the profile enter it unasked"),
            _ => error,
        })?;
    }
    Ok(())
}
