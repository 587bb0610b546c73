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
use crate::config::edit::profiles::{
    self, ExistingProfile, NewProfile, ProfileFile, ROLE_OF_SIGN_ON,
};
use crate::config::profiles::FileKind;
use crate::error::{Error, Result};
use crate::plan::{SignOnRequest, chain::NO_SIGN_ON};
use crate::types::sanitize::escape_up_to;
use crate::types::{AccountId, Name, Region, RoleName};
use crate::ui::report::Report;
use crate::ui::terminal::Terminal;

const NAMES: &str = "{account}-{role}";
const PLACEHOLDERS: [&str; 4] = ["account", "id", "role", "session"];

struct Planned {
    name: Name,
    /// The role that it gives: the values of [`ROLE_OF_SIGN_ON`].
    role: [String; 3],
    entries: Vec<(&'static str, String)>,
    is_protected: bool,
}

/// A role, as messages name it.
fn shown_role([_, account, role]: &[String; 3]) -> String {
    escape_up_to(&format!("{role} of {account}"), 120)
}

/// What the two files say now.
struct Standing<'a> {
    config: ProfileFile<'a>,
    credentials: ProfileFile<'a>,
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
            .hint(NO_SIGN_ON));
    };
    let store = Store::of(&config)?;
    let client = Client::of_sign_on(&session, &connection, report)?;
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
    let [config, credentials] =
        [files.bytes(FileKind::Config)?, files.bytes(FileKind::Credentials)?];
    let standing = Standing {
        config: files.parsed(FileKind::Config, &config),
        credentials: files.parsed(FileKind::Credentials, &credentials),
    };
    let names: HashSet<&str> = choice.planned.iter().map(|profile| profile.name.as_str()).collect();
    let gone = standing.gone(&name, &names);
    let (wishes, left_out) = choice.decided(&standing, add.force);
    for line in choice.left_out.iter().chain(&left_out) {
        report.warn(&format!("left out: {line}"));
    }
    let change = files.change(FileKind::Config, &wishes, &gone, false, add.dry_run)?;
    if change.is_empty() {
        report.note("nothing is new");
    } else if !add.dry_run {
        let (written, gone) = (wishes.len(), gone.len());
        report.done(
            &format!("profiles of {session}"),
            &format!(": {written} written, {gone} removed"),
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

struct Choice<'a> {
    template: &'a str,
    session: &'a str,
    enters_protected: bool,
    /// A file that may protect accounts cannot be read.
    is_unsure: bool,
    /// What the accounts file says about an id; the first name counts, and each protects it.
    accounts: HashMap<AccountId, Outline>,
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
        let (enters_protected, is_unsure) = (add.target.yes, config.accounts.unread().is_some());
        let (planned, left_out) = (Vec::new(), Vec::new());
        Self { template, session, enters_protected, is_unsure, accounts, planned, left_out }
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
        let is_protected = self.is_unsure || known.is_some_and(|known| known.protected);
        let region = region.or_else(|| known.and_then(|known| known.region.as_ref()));
        let role = [self.session.to_owned(), id.to_string(), role.to_string()];
        let mut entries: Vec<_> = ROLE_OF_SIGN_ON.into_iter().zip(role.clone()).collect();
        entries.extend(region.map(|region| ("region", region.to_string())));
        let name = Name::parse("profile", &name).and_then(|name| {
            refuse_default(name.as_str())?;
            profiles::check(FileKind::Config, &NewProfile { name: &name, entries: &entries })?;
            Ok(name)
        });
        match name {
            Ok(name) => self.planned.push(Planned { name, role, entries, is_protected }),
            Err(error) => self.left_out.push(error.message),
        }
    }

    /// The profiles to write, and why the others are left out. What a name stands for already stays,
    /// in whatever order the sign-on lists its roles: who uses the name relies on it.
    fn decided(&self, standing: &Standing<'_>, force: bool) -> (Vec<Wish<'_>>, Vec<String>) {
        let mut roles: HashMap<&str, HashSet<&[String; 3]>> = HashMap::new();
        let mut profiles = Vec::new();
        for profile in &self.planned {
            if roles.entry(profile.name.as_str()).or_default().insert(&profile.role) {
                profiles.push(profile);
            }
        }
        let (mut wishes, mut left_out) = (Vec::new(), Vec::new());
        for profile in profiles {
            let name = &profile.name;
            let shares = roles.get(name.as_str()).is_some_and(|roles| roles.len() > 1);
            let refused = match profile.is_protected && !self.enters_protected {
                true => Ok(Some("enters a protected account; --yes writes it".to_owned())),
                false => standing.refused(profile, shares, force),
            };
            let (file, entries) = (FileKind::Config, profile.entries.as_slice());
            match refused {
                Ok(None) => wishes.push(Wish { name, file, entries, force }),
                Ok(Some(why)) => {
                    left_out.push(format!("{} {why}", escape_up_to(name.as_str(), 80)));
                }
                Err(error) => left_out.push(error.message),
            }
        }
        (wishes, left_out)
    }
}

impl Standing<'_> {
    /// Why a profile is not written; `shares` when other roles come to the same name.
    fn refused(&self, profile: &Planned, shares: bool, force: bool) -> Result<Option<String>> {
        let name = profile.name.as_str();
        let keys = self.credentials.find(name)?.filter(|there| !there.identity.is_empty());
        if let Some(there) = keys {
            return Ok(Some(format!("stands in {}", self.credentials.place(&there))));
        }
        let there = self.config.find(name)?;
        if there.as_ref().is_some_and(|there| there.is_ours && there.sign_on == profile.role) {
            return Ok(None);
        }
        let role = shown_role(&profile.role);
        if shares {
            return Ok(Some(format!(
                "is the name of two roles, so {role} has none; {{id}} in --names tells them apart"
            )));
        }
        let is_role = |there: &ExistingProfile| !there.sign_on.iter().any(String::is_empty);
        Ok(there.filter(|_| !force).map(|there| {
            match (there.is_ours && is_role(&there), self.config.place(&there)) {
                (true, place) => {
                    let old = shown_role(&there.sign_on);
                    format!("stands for {old} in {place}; --force makes it {role}")
                }
                (false, place) => format!("stands in {place}"),
            }
        }))
    }

    /// What an earlier run wrote for the session and this one has no name for.
    fn gone(&self, session: &str, names: &HashSet<&str>) -> Vec<&str> {
        let is_of_session = |name: &&str| {
            let there = self.config.find(name).ok().flatten();
            there.is_some_and(|there| matches!(&there.sign_on, [of, ..] if of == session))
        };
        let ours = self.config.ours().filter(|name| !names.contains(name));
        ours.filter(is_of_session).collect()
    }
}
