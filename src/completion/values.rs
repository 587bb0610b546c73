//! What an argument may be: accounts, roles of the account already typed, regions, profiles with keys.
//!
//! Only files of this machine are looked at, and none is changed; what cannot be read offers nothing.

use super::candidates::Candidate;
use super::words::Position;
use crate::catalogue::{Catalogue, KnownAccount, KnownRole, Leads, Reach, Source, ago};
use crate::input::environment::Environment;
use crate::request::services;
use crate::session::{Moment, Name, Region};
use crate::shell::Shell;

/// Where to look.
#[derive(Clone, Debug)]
pub struct Known {
    /// The environment, which says where the files are.
    pub environment: Environment,
    /// This machine's clock.
    pub now: Moment,
}

/// What is asked for.
pub struct Asked {
    /// Where the cursor is.
    pub position: Position,
    /// Where to look.
    pub known: Known,
}

/// How the values of an argument are found; `None` where clap knows all there is to know.
pub fn values_of(argument: &str) -> Option<fn(&Asked) -> Vec<Candidate>> {
    Some(match argument {
        "words" => words,
        "account_and_role" => account_and_role,
        "region" => regions,
        "base" => bases,
        "duration" => durations,
        "scheme" => |_| fixed(&[("bastion", "keys of an IAM user")]),
        "external_id" => |_| fixed(&[("none", "send none")]),
        "service" => |_| services().map(|name| Candidate::new(name, "")).collect(),
        "shell" => shells,
        _ => return None,
    })
}

/// Account, role, then a region. A code is nobody's to guess.
fn words(asked: &Asked) -> Vec<Candidate> {
    match asked.position.positionals.len() {
        0 | 1 => account_and_role(asked),
        _ if asked.position.has_region => Vec::new(),
        _ => regions(asked),
    }
}

fn account_and_role(asked: &Asked) -> Vec<Candidate> {
    match asked.position.positionals.as_slice() {
        [] => accounts(asked),
        [account] => roles(asked, account),
        _ => Vec::new(),
    }
}

fn accounts(asked: &Asked) -> Vec<Candidate> {
    let (position, now) = (&asked.position, asked.known.now);
    let accounts = asked.catalogue(Reach::Glance).accounts();
    let by_id = !position.current.is_empty() && position.current.bytes().all(|byte| byte.is_ascii_digit());
    let reachable =
        |name: &str| position.escaped || !(name.starts_with('-') || position.taken.iter().any(|verb| verb == name));
    let mut found = Vec::with_capacity(accounts.len());
    for account in &accounts {
        let names = account.names.iter().map(Name::as_str).filter(|name| reachable(name));
        found.extend(names.map(|name| Candidate::new(name, &described(account, account.id.as_str(), now))));
        if by_id || account.names.is_empty() {
            let name = account.names.first().map_or("", Name::as_str);
            found.push(Candidate::new(account.id.as_str(), &described(account, name, now)));
        }
    }
    found
}

fn described(account: &KnownAccount, first: &str, now: Moment) -> String {
    let region = account.region.as_ref().map_or("", Region::as_str);
    let protected = if account.protected { "protected" } else { "" };
    joined([first, region, protected, &used(account.usage.last, now)])
}

fn roles(asked: &Asked, account: &str) -> Vec<Candidate> {
    let account = asked.catalogue(Reach::Glance).account(account);
    let described = |role: &KnownRole| {
        let default = if role.default { "default" } else { "" };
        let source = role.sources.first().filter(|source| **source != Source::History);
        joined([default, &used(role.usage.last, asked.known.now), &source.map(ToString::to_string).unwrap_or_default()])
    };
    let roles = account.into_iter().flat_map(|account| account.roles);
    roles.map(|role| Candidate::new(role.name.as_str(), &described(&role))).collect()
}

/// The regions of the account's partition, its own first.
fn regions(asked: &Asked) -> Vec<Candidate> {
    let account = asked.position.positionals.first().and_then(|word| asked.catalogue(Reach::Glance).account(word));
    let own = account.as_ref().and_then(|account| account.region.clone());
    let partition = account.and_then(|account| account.partition);
    let partition = partition.or_else(|| own.as_ref().map(Region::partition)).unwrap_or_default();
    let first = own.as_ref().map(|region| Candidate::new(region.as_str(), "the account's"));
    let others = partition.regions().iter().filter(|name| own.as_ref().is_none_or(|own| own.as_str() != **name));
    first.into_iter().chain(others.map(|name| Candidate::new(*name, ""))).collect()
}

/// Profiles with keys. Their names stand where the keys stand, so the credentials file is opened for this.
fn bases(asked: &Asked) -> Vec<Candidate> {
    let catalogue = asked.catalogue(Reach::GlanceAtKeys);
    let with_keys = catalogue.profiles().filter(|profile| profile.leads == Leads::Keys);
    with_keys.map(|profile| Candidate::new(profile.name.as_str(), &profile.place.to_string())).collect()
}

fn durations(_: &Asked) -> Vec<Candidate> {
    fixed(&[("15m", ""), ("30m", ""), ("45m", ""), ("1h", ""), ("2h", ""), ("4h", ""), ("8h", ""), ("12h", "")])
}

fn shells(_: &Asked) -> Vec<Candidate> {
    Shell::ALL.into_iter().map(|shell| Candidate::new(shell.name(), "")).collect()
}

fn fixed(values: &[(&str, &str)]) -> Vec<Candidate> {
    values.iter().map(|(value, help)| Candidate::new(*value, help)).collect()
}

fn used(last: Option<Moment>, now: Moment) -> String {
    last.map(|last| format!("used {}", ago(last, now))).unwrap_or_default()
}

fn joined<const N: usize>(parts: [&str; N]) -> String {
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}

impl Asked {
    fn catalogue(&self, reach: Reach) -> Catalogue {
        Catalogue::read(&self.known.environment, reach, self.known.now)
    }
}
