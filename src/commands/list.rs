//! `list`: the accounts and roles known here, as a table for people or as JSON.

use std::fmt::{self, Write as _};

use owo_colors::Style;
use serde_json::{Value, json};

use super::context::Context;
use crate::catalog::{Catalogue, KnownAccount, KnownProfile, KnownRole, Leads, Reach, Source, ago};
use crate::cli;
use crate::types::{Moment, Name, Partition, Region, looks_like};
use crate::ui::report::Report;
use crate::ui::table::{Column, Row, table};

/// What is known, most used first. What is wrong in the files is reported and left out.
pub(super) fn run(arguments: &cli::List, context: &Context, report: &Report) -> String {
    let now = context.now();
    let catalogue = Catalogue::read(&context.environment, Reach::Full, now);
    let accounts = catalogue.entries();
    for problem in catalogue.problems() {
        report.warn(&problem.message);
    }
    for warning in catalogue.warnings() {
        report.warn(warning);
    }
    if arguments.json {
        return as_json(&accounts, &catalogue);
    }
    if accounts.is_empty() {
        report.note(
            "no account is known yet; name one in ~/.aws/accounts: assume-role accounts add production 123456789012",
        );
        return String::new();
    }
    let rows: Vec<Row<'_>> = accounts.iter().flat_map(|account| rows(account, now)).collect();
    table(&columns(), &rows, &context.page(arguments.color.when))
}

fn columns() -> [Column; 6] {
    let column = Column::new;
    let (plain, quiet) = (Style::new(), Style::new().dimmed());
    [
        column("ACCOUNT", plain.bold(), 6, 8),
        column("ROLE", plain.cyan(), 5, 6),
        column("USED", plain, 4, 8),
        column("REGION", plain, 1, 9),
        column("ID", quiet, 2, 12),
        column("SOURCE", quiet, 0, 16),
    ]
}

fn rows(account: &KnownAccount, now: Moment) -> Vec<Row<'_>> {
    let nothing = account.roles.is_empty().then(|| row(account, None, now));
    nothing
        .into_iter()
        .chain(account.roles.iter().map(|role| row(account, Some(role), now)))
        .collect()
}

fn row<'a>(account: &'a KnownAccount, role: Option<&'a KnownRole>, now: Moment) -> Row<'a> {
    let used = role.and_then(|role| role.usage.last).map(|last| ago(last, now)).unwrap_or_default();
    vec![
        account.name().into(),
        role.map_or("", |role| role.name.as_str()).into(),
        used.into(),
        account.region.as_ref().map_or("", Region::as_str).into(),
        account.id.as_str().into(),
        source(account, role).into(),
    ]
}

/// Marks, who says so, and other names of the account.
fn source(account: &KnownAccount, role: Option<&KnownRole>) -> String {
    let mut text = String::with_capacity(32);
    let mut add = |part: &dyn fmt::Display, before: &str| {
        text.push_str(if text.is_empty() { "" } else { ", " });
        text.push_str(before);
        let _ = write!(text, "{part}");
    };
    if let Some((seen, spelt)) = looks_like(account.name()) {
        add(&format_args!("{seen}: {spelt}"), "looks like ");
    }
    let marks = [
        (account.protected, "protected"),
        (account.read_only, "read-only"),
        (role.is_some_and(|role| role.default), "default"),
    ];
    for (_, mark) in marks.into_iter().filter(|(holds, _)| *holds) {
        add(&mark, "");
    }
    for source in role.into_iter().flat_map(|role| &role.sources) {
        add(source, "");
    }
    for name in account.names.iter().skip(1) {
        add(name, "also ");
    }
    text
}

fn as_json(accounts: &[KnownAccount], catalogue: &Catalogue) -> String {
    let accounts: Vec<Value> = accounts.iter().map(of_account).collect();
    let profiles: Vec<Value> = catalogue.profiles().map(|profile| of_profile(&profile)).collect();
    let problems: Vec<String> =
        catalogue.problems().into_iter().map(|problem| problem.message).collect();
    format!("{}\n", json!({"accounts": accounts, "profiles": profiles, "problems": problems}))
}

fn of_account(account: &KnownAccount) -> Value {
    let roles = account.roles.iter().map(|role| {
        let sources: Vec<Value> = role.sources.iter().map(of_source).collect();
        json!({"role": role.name.as_str(), "default": role.default, "sources": sources,
            "uses": role.usage.count, "last_used": role.usage.last.map(Moment::rfc3339)})
    });
    json!({"account": account.name(), "id": account.id.as_str(),
        "names": account.names.iter().map(Name::as_str).collect::<Vec<_>>(),
        "region": account.region.as_ref().map(Region::as_str), "protected": account.protected,
        "partition": account.partition.map(Partition::as_str),
        "uses": account.usage.count, "last_used": account.usage.last.map(Moment::rfc3339),
        "roles": roles.collect::<Vec<_>>()})
}

fn of_source(source: &Source) -> Value {
    match source {
        Source::Accounts(place) => json!({"kind": "accounts", "place": place.to_string()}),
        Source::Profile(name, place) => {
            json!({"kind": "profile", "profile": name.as_str(), "place": place.to_string()})
        }
        Source::Sso(name, place) => {
            json!({"kind": "sso", "profile": name.as_str(), "place": place.to_string()})
        }
        Source::Assertion => json!({"kind": "saml"}),
        Source::History => json!({"kind": "history"}),
    }
}

fn of_profile(profile: &KnownProfile<'_>) -> Value {
    let kind = match profile.leads {
        Leads::Role(_) => "role",
        Leads::Sso(..) => "sso",
        Leads::SignIn => "sign-in",
        Leads::Credentials => "keys",
        Leads::Nowhere => "none",
    };
    let role = profile.leads.role();
    let place = profile.name_and_place().map(|(_, place)| place.to_string());
    json!({"profile": profile.name, "place": place, "kind": kind,
        "account": role.map(|(id, ..)| id.as_str()), "role": role.map(|(_, name, _)| name.as_str()),
        "source_profile": profile.source()})
}
