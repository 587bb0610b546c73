//! Tools that keep roles as profiles of `~/.aws/config`: granted, aws-vault, awsume, and AWS's own.
//!
//! An account has no name there, its profiles have: what they share is taken for it.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;

use super::lead::{Importer, Lead, Leads};
use crate::config::environment::Environment;
use crate::config::profiles::{Profiles, Section};
use crate::error::Result;
use crate::types::{AccountId, RoleArn, RoleName};

const SEPARATORS: [char; 7] = ['/', '-', '_', ':', '.', ' ', '@'];
/// More profiles than this include each other by mistake only.
const DEEPEST: usize = 8;

pub(super) fn read(
    tool: Importer,
    file: Option<PathBuf>,
    environment: &Environment,
) -> Result<Leads> {
    let profiles = match file {
        Some(file) => {
            let home = environment.home().map(PathBuf::into_os_string).unwrap_or_default();
            let only = [
                ("HOME", home),
                ("AWS_CONFIG_FILE", file.into_os_string()),
                ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null".into()),
            ];
            Profiles::read(&Environment::from_pairs(only))?
        }
        None => Profiles::read(environment)?,
    };
    let mut found: Vec<(AccountId, Vec<ProfileRole>)> = Vec::new();
    let mut places: HashMap<AccountId, usize> = HashMap::new();
    let mut problems: Vec<String> =
        profiles.problems().map(|problem| problem.message.clone()).collect();
    let included: HashSet<&str> =
        profiles.iter().filter_map(|section| included_by(tool, &section)).collect();
    let own = profiles
        .iter()
        .filter(|section| is_of(tool, section) && !included.contains(section.name()));
    for section in own {
        match ProfileRole::new(tool, &section, &profiles) {
            Some(Ok((id, role))) => match places.get(&id).and_then(|&at| found.get_mut(at)) {
                Some((_, roles)) => roles.push(role),
                None => {
                    places.insert(id.clone(), found.len());
                    found.push((id, vec![role]));
                }
            },
            Some(Err(problem)) => problems.push(problem),
            None => {}
        }
    }
    let accounts = found.into_iter().map(|(id, roles)| lead(id, &roles)).collect();
    Ok(Leads {
        accounts,
        problems,
        files: profiles.paths().iter().filter(|path| *path != "/dev/null").cloned().collect(),
    })
}

struct ProfileRole {
    profile: String,
    name: RoleName,
    place: String,
}

impl ProfileRole {
    fn new(
        tool: Importer,
        section: &Section<'_>,
        profiles: &Profiles,
    ) -> Option<std::result::Result<(AccountId, Self), String>> {
        let value = |key: &str| value(tool, section, key, profiles, 0);
        let place = section.place()?.to_string();
        let of_granted = value("granted_sso_account_id").zip(value("granted_sso_role_name"));
        let sso = of_granted.or_else(|| value("sso_account_id").zip(value("sso_role_name")));
        let role = match (value("role_arn"), sso) {
            (Some(arn), _) => {
                RoleArn::parse(&place, &arn).map(|role| (role.account, role.name)).ok()
            }
            (None, Some((id, name))) => AccountId::parse(&id).zip(RoleName::parse(&name).ok()),
            (None, None) => return None,
        };
        let profile = section.name().to_owned();
        Some(match role {
            Some((id, name)) => Ok((id, Self { profile, name, place })),
            None => Err(format!("{place}: this profile names no account and role")),
        })
    }
}

fn is_of(tool: Importer, section: &Section<'_>) -> bool {
    let has = |key: &str| section.text(key).is_some();
    match tool {
        Importer::Granted => has("granted_sso_account_id") || has("common_fate_generated_from"),
        // What it wrote for others: keys that end.
        Importer::Awsume => {
            !section.name().starts_with("autoawsume-")
                && !has("autoawsume")
                && !has("awsumepy_command")
        }
        _ => true,
    }
}

/// A value of the profile; with aws-vault, also of one that it includes.
fn value(
    tool: Importer,
    section: &Section<'_>,
    key: &str,
    profiles: &Profiles,
    depth: usize,
) -> Option<String> {
    if let Some(own) = section.text(key) {
        return Some(own.to_owned());
    }
    if depth == DEEPEST {
        return None;
    }
    value(tool, &profiles.get(included_by(tool, section)?).ok()??, key, profiles, depth + 1)
}

/// The profile whose values a profile takes over; older releases of aws-vault called that its
/// parent. Only what includes it is meant to be used.
fn included_by<'a>(tool: Importer, section: &Section<'a>) -> Option<&'a str> {
    let other = section.text("include_profile").or_else(|| section.text("parent_profile"))?;
    (tool == Importer::AwsVault).then_some(other)
}

fn lead(id: AccountId, roles: &[ProfileRole]) -> Lead {
    let names = roles.iter().map(|role| role.name.clone()).collect();
    let place = roles.first().map(|role| role.place.clone()).unwrap_or_default();
    Lead { name: account_name(roles), is_alias: false, id, roles: names, sso_session: None, place }
}

/// What the profiles of an account are called without their roles; else what their names share;
/// else the first.
fn account_name(roles: &[ProfileRole]) -> Option<String> {
    let first = roles.first()?;
    let bare = roles.iter().find_map(|role| without_role(&role.profile, role.name.base_name()));
    let shared = || {
        let others = roles.iter().skip(1).map(|role| role.profile.as_str());
        others.fold(first.profile.as_str(), shared_start)
    };
    let shared = if bare.is_none() && roles.len() > 1 { shared() } else { "" };
    let name = bare
        .or_else(|| Some(shared).filter(|shared| shared.chars().count() > 1))
        .unwrap_or(&first.profile);
    Some(name.to_owned())
}

/// The name without the role at its end or beginning: `prod/Admin`, `admin@prod`.
fn without_role<'a>(profile: &'a str, role: &str) -> Option<&'a str> {
    let parts = |at| profile.split_at_checked(at).unwrap_or_default();
    let ((front, tail), (head, rest)) =
        (parts(profile.len().checked_sub(role.len())?), parts(role.len()));
    let is_role = |part: &&str| part.eq_ignore_ascii_case(role);
    let front = Some(tail).filter(is_role).and_then(|_| front.strip_suffix(SEPARATORS));
    let rest = || Some(head).filter(is_role).and_then(|_| rest.strip_prefix(SEPARATORS));
    front.or_else(rest).filter(|rest| !rest.is_empty())
}

/// What two names begin with, up to where both end or go on behind a separator.
fn shared_start<'a>(one: &'a str, other: &str) -> &'a str {
    let ends = one.match_indices(SEPARATORS).map(|(at, _)| at);
    let is_end = |rest: &str| rest.is_empty() || rest.starts_with(SEPARATORS);
    let is_whole = |start: &str| other.strip_prefix(start).is_some_and(is_end);
    let starts = ends.chain([one.len()]).filter_map(|end| one.get(..end));
    starts.rev().find(|start| is_whole(start)).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(profiles: &[(&str, &str)]) -> String {
        let role = |(profile, role): &(&str, &str)| ProfileRole {
            profile: (*profile).to_owned(),
            name: RoleName::parse(role).unwrap(),
            place: String::new(),
        };
        account_name(&profiles.iter().map(role).collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn names_of_accounts_from_names_of_profiles() {
        for (profiles, name) in [
            (&[("Data Lake/Admin", "Admin")][..], "Data Lake"),
            (&[("prod-admin", "Admin"), ("prod-ro", "ReadOnly")], "prod"),
            (&[("prod-eu-adm", "Admin"), ("prod-eu-ro", "ReadOnly")], "prod-eu"),
            (&[("admin@prod", "admin")], "prod"),
            (&[("production", "Admin"), ("prod-x", "ReadOnly")], "production"),
            (&[("prod", "Admin"), ("prod-x", "ReadOnly")], "prod"),
            (&[("admin", "admin")], "admin"),
            (&[("über-x", "x")], "über"),
        ] {
            assert_eq!(named(profiles), name, "{profiles:?}");
        }
    }
}
