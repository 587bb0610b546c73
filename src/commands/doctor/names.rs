//! Names that hide each other or look like something else.

use super::files::FilesRead;
use super::finding::Finding;
use crate::cli;
use crate::config::accounts::Account;
use crate::config::location::Location;
use crate::config::profiles::Profiles;
use crate::shell::quote::word;
use crate::types::sanitize::escape_up_to;
use crate::types::{AccountId, Name, looks_like};

/// What is looked at in an account.
struct Named {
    name: Name,
    id: AccountId,
    place: Location,
    protected: bool,
    read_only: bool,
}

/// What there is to say about the names of accounts and profiles.
pub(super) fn findings(read: &FilesRead) -> Vec<Finding> {
    let mut accounts = Vec::new();
    if let Ok(all) = read.accounts() {
        all.for_each(|Account { name, id, place, protected, read_only, .. }| {
            accounts.push(Named { name, id, place, protected, read_only });
        });
    }
    let mut findings: Vec<Finding> = accounts.iter().flat_map(hidden).collect();
    if let Ok(profiles) = read.profiles() {
        let both = accounts
            .iter()
            .filter(|account| !matches!(profiles.get(account.name.as_str()), Ok(None)));
        findings.extend(both.map(|account| {
            let name = account.name.as_str();
            Finding::note(&format!(
                "{}: '{name}' is an account and a profile; the account wins",
                account.place
            ))
            .remedy(format!("for the profile: assume-role --profile {}", word(name)))
        }));
        findings.extend(untypable(profiles));
        findings.extend(
            profiles.iter().filter_map(|profile| {
                look_alike("profile", profile.name(), profile.place().as_ref())
            }),
        );
    }
    findings.extend(aliases(&mut accounts));
    if findings.is_empty() && !accounts.is_empty() {
        findings.push(Finding::fine("no name is ambiguous"));
    }
    findings
}

fn hidden(account: &Named) -> Vec<Finding> {
    let (name, place) = (account.name.as_str(), &account.place);
    let mut findings = Vec::new();
    if cli::is_verb(name) {
        findings.push(
            Finding::warning(&format!(
                "{place}: the account '{name}' is hidden by the verb of that name"
            ))
            .remedy(format!("assume-role -- {name} ROLE reaches it")),
        );
    } else if name.starts_with('-') {
        findings.push(
            Finding::warning(&format!("{place}: the account '{name}' looks like an option"))
                .remedy(format!("assume-role -- {} ROLE reaches it", word(name))),
        );
    }
    findings.extend(look_alike("account", name, Some(place)));
    let digits = name.chars().filter(char::is_ascii_digit).count();
    let only_digits =
        name.chars().all(|character| character.is_ascii_digit() || matches!(character, '-' | ' '));
    if only_digits && digits >= 10 {
        let what = if digits == 12 && name.len() == 12 {
            format!("{place}: the name {name} is the id itself, which works without a name")
        } else {
            format!("{place}: the name '{name}' looks like an account id, and means {}", account.id)
        };
        findings
            .push(Finding::warning(&what).remedy("give the account a name that tells what it is"));
    }
    findings
}

fn look_alike(what: &str, name: &str, place: Option<&Location>) -> Option<Finding> {
    let (seen, spelt) = looks_like(name)?;
    let place = place.map(|place| format!("{place}: ")).unwrap_or_default();
    let what = format!("{place}the {what} '{}' looks like {seen}: {spelt}", escape_up_to(name, 80));
    Some(Finding::warning(&what).remedy("give it a name that cannot be taken for another"))
}

/// Several names for one account, which may even say different things about it.
fn aliases(accounts: &mut [Named]) -> Vec<Finding> {
    accounts.sort_by(|one, other| one.id.cmp(&other.id));
    let same_id = accounts.chunk_by(|one, other| one.id == other.id);
    same_id
        .filter(|aliases| aliases.len() > 1)
        .filter_map(|aliases| {
            let id = &aliases.first()?.id;
            let names: Vec<String> =
                aliases.iter().map(|alias| format!("{} ({})", alias.name, alias.place)).collect();
            // A second name is no way around a mark.
            let marks = [
                ("protected", aliases.iter().any(|alias| alias.protected)),
                ("read_only", aliases.iter().any(|alias| alias.read_only)),
            ];
            let marks: Vec<&str> =
                marks.into_iter().filter(|(_, holds)| *holds).map(|(mark, _)| mark).collect();
            let marked = match marks.as_slice() {
                [] => String::new(),
                marks => format!("; {} under each", marks.join(" and ")),
            };
            Some(Finding::note(&format!("{id} has several names: {}{marked}", names.join(", "))))
        })
        .collect()
}

/// Profiles whose names cannot be used here.
fn untypable(profiles: &Profiles) -> Vec<Finding> {
    let refused = profiles
        .iter()
        .filter_map(|profile| Some((profile, Name::parse("profile", profile.name()).err()?)));
    refused
        .map(|(profile, error)| {
            let place = profile.place().map(|place| format!("{place}: ")).unwrap_or_default();
            Finding::note(&format!("{place}{}", escape_up_to(&error.message, 200)))
        })
        .collect()
}
