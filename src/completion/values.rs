//! What an argument may be, by its name on the command line.
//!
//! Only files of this machine are looked at, and none is changed; what cannot be read offers
//! nothing.

use super::query::{Candidate, Query};
use super::targets::{self, own_region};
use crate::catalog::{Leads, Reach};
use crate::config::values::{Scheme, parse_mfa_serial};
use crate::plan::services;
use crate::shell::Shell;

/// How the values of an argument are found; `None` where clap knows all there is to know.
pub(super) fn values_of(argument: &str) -> Option<fn(&Query) -> Vec<Candidate>> {
    Some(match argument {
        "words" => targets::words,
        "account_and_role" => targets::account_and_role,
        "profile" => targets::profiles,
        "via" => targets::hops,
        "region" => targets::regions,
        "base" => bases,
        "duration" | "min" => durations,
        "mfa_serial" => serials,
        "policy_arn" => policies,
        "scheme" => schemes,
        "sso_session" | "session" => sso_sessions,
        "external_id" => |_| fixed(&[("none", "send none")]),
        "service" => |_| services().map(|name| Candidate::new(name, "")).collect(),
        "shell" => shells,
        "name" => targets::removable,
        "keyring" => |_| {
            fixed(&[
                ("secret-service", "secret-tool"),
                ("keychain", "macOS"),
                ("pass", "gpg files"),
                ("helper:", "docker-credential-NAME"),
            ])
        },
        _ => return None,
    })
}

/// Profiles with keys. Their names stand where the keys stand, so the credentials file is opened
/// for this.
fn bases(query: &Query) -> Vec<Candidate> {
    let catalogue = query.catalogue(Reach::GlanceAtKeys);
    let bases = [Leads::Credentials, Leads::SignIn];
    let with_keys = catalogue.profiles().filter(|profile| bases.contains(&profile.leads));
    let placed = with_keys.filter_map(|profile| profile.name_and_place());
    placed.map(|(name, place)| Candidate::new(name.as_str(), place.to_string())).collect()
}

fn serials(query: &Query) -> Vec<Candidate> {
    let catalogue = query.catalogue(Reach::GlanceAtKeys);
    let mut found: Vec<Candidate> = Vec::new();
    for profile in catalogue.profiles() {
        let valid = profile.mfa_serial().filter(|serial| parse_mfa_serial("", serial).is_ok());
        if let Some(serial) =
            valid.filter(|serial| !found.iter().any(|known| known.value == **serial))
        {
            found.push(Candidate::new(serial, format!("profile {}", profile.name)));
        }
    }
    found
}

fn policies(query: &Query) -> Vec<Candidate> {
    let (_, partition) = own_region(query);
    let names =
        ["ReadOnlyAccess", "job-function/ViewOnlyAccess", "SecurityAudit", "PowerUserAccess"];
    names
        .iter()
        .map(|name| Candidate::new(format!("arn:{partition}:iam::aws:policy/{name}"), ""))
        .collect()
}

fn sso_sessions(query: &Query) -> Vec<Candidate> {
    query.catalogue(Reach::Glance).sso_sessions().map(|name| Candidate::new(name, "")).collect()
}

fn durations(_: &Query) -> Vec<Candidate> {
    fixed(&[
        ("15m", ""),
        ("30m", ""),
        ("45m", ""),
        ("1h", ""),
        ("2h", ""),
        ("4h", ""),
        ("8h", ""),
        ("12h", ""),
    ])
}

fn schemes(_: &Query) -> Vec<Candidate> {
    Scheme::ALL.into_iter().map(|(_, name, help)| Candidate::new(name, help)).collect()
}

fn shells(_: &Query) -> Vec<Candidate> {
    Shell::ALL.into_iter().map(|shell| Candidate::new(shell.name(), "")).collect()
}

fn fixed(values: &[(&str, &str)]) -> Vec<Candidate> {
    values.iter().map(|(value, help)| Candidate::new(*value, *help)).collect()
}
