//! What an argument may be, by its name on the command line.
//!
//! Only files of this machine are looked at, and none is changed; what cannot be read offers
//! nothing.

use super::query::{Out, Query};
use super::targets::{self, own_region};
use crate::catalog::{Leads, Reach};
use crate::config::values::{Scheme, parse_mfa_serial};
use crate::plan::services;
use crate::shell::Shell;

/// How the values of an argument are found; `None` where clap knows all there is to know.
pub(super) fn values_of(argument: &str) -> Option<fn(&Query<'_>, Out<'_>)> {
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
        "external_id" => |_, out| out("none", "send none"),
        "service" => |_, out| services().for_each(|name| out(name, "")),
        "shell" => shells,
        "name" => targets::removable,
        "keyring" => |_, out| {
            out("secret-service", "secret-tool");
            out("keychain", "macOS");
            out("pass", "gpg files");
            out("helper:", "docker-credential-NAME");
        },
        _ => return None,
    })
}

/// Profiles with keys. Their names stand where the keys stand, so the credentials file is opened
/// for this.
fn bases(query: &Query<'_>, out: Out<'_>) {
    let catalogue = query.catalogue(Reach::GlanceAtKeys);
    let bases = [Leads::Credentials, Leads::SignIn];
    let with_keys = catalogue.profiles().filter(|profile| bases.contains(&profile.leads));
    let placed = with_keys.filter_map(|profile| profile.name_and_place());
    placed.for_each(|(name, place)| out(name.as_str(), &place.to_string()));
}

fn serials(query: &Query<'_>, out: Out<'_>) {
    let catalogue = query.catalogue(Reach::GlanceAtKeys);
    let mut found: Vec<&str> = Vec::new();
    for profile in catalogue.profiles() {
        let valid = profile.mfa_serial().filter(|serial| parse_mfa_serial("", serial).is_ok());
        if let Some(serial) = valid.filter(|serial| !found.contains(serial)) {
            found.push(serial);
            out(serial, &format!("profile {}", profile.name));
        }
    }
}

fn policies(query: &Query<'_>, out: Out<'_>) {
    let (_, partition) = own_region(query);
    for name in
        ["ReadOnlyAccess", "job-function/ViewOnlyAccess", "SecurityAudit", "PowerUserAccess"]
    {
        out(&format!("arn:{partition}:iam::aws:policy/{name}"), "");
    }
}

fn sso_sessions(query: &Query<'_>, out: Out<'_>) {
    query.catalogue(Reach::Glance).sso_sessions().for_each(|name| out(name, ""));
}

fn durations(_: &Query<'_>, out: Out<'_>) {
    ["15m", "30m", "45m", "1h", "2h", "4h", "8h", "12h"].iter().for_each(|text| out(text, ""));
}

fn schemes(_: &Query<'_>, out: Out<'_>) {
    Scheme::ALL.into_iter().for_each(|(_, name, help)| out(name, help));
}

fn shells(_: &Query<'_>, out: Out<'_>) {
    Shell::ALL.into_iter().for_each(|shell| out(shell.name(), ""));
}
