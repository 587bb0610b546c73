//! `profile add --all`: a profile for every account and role that a sign-on gives, in the form of the
//! AWS CLI. What an earlier run wrote and the sign-on gives no more is taken away.

use std::collections::{HashMap, HashSet};

use super::files::{Files, Wish, refuse_default};

use crate::acquire::Runtime;
use crate::acquire::sso::{Assignment, SignOnClient};
use crate::aws::Client;
use crate::cache::Store;
use crate::cli;
use crate::commands::changes::told;
use crate::commands::context::Context;
use crate::config::Config;
use crate::config::accounts::Outline;
use crate::config::edit::diff::Look;
use crate::config::profiles::FileKind;
use crate::error::{Error, Result};
use crate::plan::SignOnRequest;
use crate::types::sanitize::escape_up_to;
use crate::types::{AccountId, Name, Region, RoleName};
use crate::ui::report::Report;
use crate::ui::terminal::Terminal;

const NAMES: &str = "{account}-{role}";
const PLACEHOLDERS: [&str; 4] = ["account", "id", "role", "session"];

/// A profile to write.
struct Planned {
    name: Name,
    entries: Vec<(&'static str, String)>,
}

pub(super) fn run(add: &cli::ProfileAdd, context: &Context, report: &Report) -> Result<String> {
    let config = Config::read(&context.environment)?;
    let template = add.names.as_deref().unwrap_or(NAMES);
    check(template)?;
    let region = add.target.region.as_ref().map(|text| Region::parse("--region", text));
    let region = region.transpose()?;
    let SignOnRequest { session, connection } =
        SignOnRequest::resolve(add.session.as_deref(), &config)?;
    let Some(name) = session.name.clone() else {
        return Err(Error::usage("--all goes by an [sso-session], and this profile names none")
            .hint("aws configure sso-session writes one"));
    };
    let store = Store::of(&config)?;
    let client = Client::of_sign_on(&session, &connection)?;
    let terminal = Terminal { may_ask: !add.target.no_input };
    let sign_on = SignOnClient::new(&session, &client, &store, terminal, context.clock, report)?;
    let assignments = Runtime::new()?.run(sign_on.assignments(&|_, _| {}))?;
    report.warn_all(config.warnings().into_iter().chain(store.take_warnings()));
    if assignments.is_empty() {
        return Err(Error::refused(format!("{session} gives no account, so nothing was written"))
            .hint("is one assigned to you? the start page lists what is"));
    }
    let mut choice = Choice::new(&config, template, &name, add);
    for assignment in &assignments {
        for role in &assignment.roles {
            choice.add(assignment, role, region.as_ref());
        }
    }
    let files = Files::of(&context.environment)?;
    let left_out = choice.leave_others(&files, add.force)?;
    for line in left_out.iter().chain(&choice.left_out) {
        report.warn(&format!("left out: {line}"));
    }
    let gone = gone(&config, &files, &name, &choice.names);
    let force = add.force;
    let wishes: Vec<Wish<'_>> = choice
        .planned
        .iter()
        .map(|profile| Wish {
            name: &profile.name,
            file: FileKind::Config,
            entries: &profile.entries,
            force,
        })
        .collect();
    let change = files.put_all(&wishes, &gone, add.dry_run)?;
    if change.is_empty() {
        report.note("nothing is new");
    } else if !add.dry_run {
        let (written, gone) = (wishes.len(), gone.len());
        report.done(
            &format!("profiles of {session}"),
            &format!(": {written} written, {gone} taken away"),
        );
    }
    Ok(told(&[change], Look::Profiles, add.dry_run, context, report))
}

/// Refuses a template that names something else, or would give every role the same name.
fn check(template: &str) -> Result<()> {
    let mut parts = template.split('{');
    let literal = parts.next().unwrap_or_default();
    let known =
        |part: &str| part.split_once('}').is_some_and(|(name, _)| PLACEHOLDERS.contains(&name));
    let is_whole = parts.all(known) && !literal.contains('}');
    if is_whole && template.contains("{role}") {
        return Ok(());
    }
    Err(Error::usage(format!("'{}' names no profiles", escape_up_to(template, 80)))
        .because("it takes {role}, and {account}, {id} and {session} as you like")
        .hint(format!("--names '{NAMES}'")))
}

/// Which profiles there shall be.
struct Choice<'a> {
    template: &'a str,
    session: &'a str,
    enters_protected: bool,
    /// What the accounts file says about an id; the first name counts, and each protects it.
    accounts: HashMap<AccountId, Outline>,
    names: HashSet<String>,
    planned: Vec<Planned>,
    left_out: Vec<String>,
}

impl<'a> Choice<'a> {
    fn new(config: &Config, template: &'a str, session: &'a str, add: &cli::ProfileAdd) -> Self {
        let mut accounts = HashMap::new();
        for account in config.accounts.outlines() {
            let is_protected = account.protected;
            let known = accounts.entry(account.id.clone()).or_insert(account);
            known.protected |= is_protected;
        }
        let enters_protected = add.target.yes;
        let (names, planned, left_out) = (HashSet::new(), Vec::new(), Vec::new());
        Self { template, session, enters_protected, accounts, names, planned, left_out }
    }

    fn add(&mut self, assignment: &Assignment, role: &RoleName, region: Option<&Region>) {
        let id = &assignment.account.id;
        let known = self.accounts.get(id);
        let account = known.map_or(assignment.account.name.as_str(), |known| known.name.as_str());
        let values = [account, id.as_str(), role.as_str(), self.session];
        let mut name = String::new();
        for part in self.template.split_inclusive('}') {
            let (text, placeholder) = part.split_once('{').unwrap_or((part, ""));
            name.push_str(text);
            let placeholder = placeholder.trim_end_matches('}');
            let at = PLACEHOLDERS.iter().position(|known| *known == placeholder);
            name.push_str(at.and_then(|at| values.get(at).copied()).unwrap_or_default());
        }
        let shown = escape_up_to(&name, 80);
        let name = Name::parse("profile", &name);
        let name = match name.and_then(|name| refuse_default(name.as_str()).map(|()| name)) {
            Ok(name) => name,
            Err(error) => return self.left_out.push(error.message),
        };
        if !self.names.insert(name.to_string()) {
            let line =
                format!("{shown} is the name of two roles; {{id}} in --names tells them apart");
            return self.left_out.push(line);
        }
        if known.is_some_and(|known| known.protected) && !self.enters_protected {
            return self
                .left_out
                .push(format!("{shown} enters a protected account; --yes writes it"));
        }
        let mut entries = vec![
            ("sso_session", self.session.to_owned()),
            ("sso_account_id", id.to_string()),
            ("sso_role_name", role.to_string()),
        ];
        let region = region.or_else(|| known.and_then(|known| known.region.as_ref()));
        entries.extend(region.map(|region| ("region", region.to_string())));
        self.planned.push(Planned { name, entries });
    }

    /// Leaves out the names that stand for something else already, and says which.
    fn leave_others(&mut self, files: &Files, force: bool) -> Result<Vec<String>> {
        let mut left_out = Vec::new();
        let mut kept = Vec::new();
        for profile in std::mem::take(&mut self.planned) {
            match files.other(profile.name.as_str(), force)? {
                Some(place) => left_out.push(format!("{} stands in {place}", profile.name)),
                None => kept.push(profile),
            }
        }
        self.planned = kept;
        Ok(left_out)
    }
}

/// What an earlier run wrote for the session and this one does not.
fn gone(config: &Config, files: &Files, session: &str, names: &HashSet<String>) -> Vec<String> {
    let ours: HashSet<String> = files.ours(FileKind::Config).into_iter().collect();
    let profiles = config.profiles.iter();
    let gone = profiles.filter(|profile| {
        ours.contains(profile.name())
            && !names.contains(profile.name())
            && profile.value("sso_session").is_some_and(|value| value.text == session)
    });
    gone.map(|profile| profile.name().to_owned()).collect()
}
