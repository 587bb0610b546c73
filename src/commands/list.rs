//! `list`: the accounts and roles known here, as a table for people or as JSON.

use std::fmt::{self, Write as _};

use owo_colors::Style;
use serde::Serialize;
use serde_json::{Value, json};

use super::context::Context;
use crate::catalog::{Catalogue, KnownAccount, KnownProfile, KnownRole, Leads, Reach, Source, ago};
use crate::cli;
use crate::config::suggest::first_few;
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
    report.warn_all(catalogue.warnings());
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
    if let Some(names) = first_few(account.names.iter().skip(1).map(Name::as_str)) {
        add(&names, "also ");
    }
    text
}

/// What `--json` prints. A tree of values for a hundred thousand roles would cost most of the run;
/// keys are in the order of the alphabet.
#[derive(Serialize)]
struct AccountOut<'a> {
    account: &'a str,
    id: &'a str,
    last_used: Option<String>,
    names: Vec<&'a str>,
    partition: Option<&'a str>,
    protected: bool,
    region: Option<&'a str>,
    roles: Vec<RoleOut<'a>>,
    uses: u32,
}

#[derive(Serialize)]
struct RoleOut<'a> {
    default: bool,
    last_used: Option<String>,
    role: &'a str,
    sources: Vec<SourceOut<'a>>,
    uses: u32,
}

#[derive(Serialize)]
struct SourceOut<'a> {
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    profile: Option<&'a str>,
}

#[derive(Serialize)]
struct Out<'a> {
    accounts: Vec<AccountOut<'a>>,
    problems: Vec<String>,
    profiles: Vec<Value>,
}

fn as_json(accounts: &[KnownAccount], catalogue: &Catalogue) -> String {
    let out = Out {
        accounts: accounts.iter().map(of_account).collect(),
        problems: catalogue.problems().into_iter().map(|problem| problem.message).collect(),
        profiles: catalogue.profiles().map(|profile| of_profile(&profile)).collect(),
    };
    serde_json::to_string(&out).unwrap_or_default() + "\n"
}

fn of_account(account: &KnownAccount) -> AccountOut<'_> {
    AccountOut {
        account: account.name(),
        id: account.id.as_str(),
        last_used: account.usage.last.map(Moment::rfc3339),
        names: account.names.iter().map(Name::as_str).collect(),
        partition: account.partition.map(Partition::as_str),
        protected: account.protected,
        region: account.region.as_ref().map(Region::as_str),
        roles: account.roles.iter().map(of_role).collect(),
        uses: account.usage.count,
    }
}

fn of_role(role: &KnownRole) -> RoleOut<'_> {
    RoleOut {
        default: role.default,
        last_used: role.usage.last.map(Moment::rfc3339),
        role: role.name.as_str(),
        sources: role.sources.iter().map(of_source).collect(),
        uses: role.usage.count,
    }
}

fn of_source(source: &Source) -> SourceOut<'_> {
    let (kind, place) = match source {
        Source::Accounts(place) => ("accounts", Some(place)),
        Source::Profile(_, place) => ("profile", Some(place)),
        Source::Sso(_, place) => ("sso", Some(place)),
        Source::Assertion => ("saml", None),
        Source::History => ("history", None),
    };
    SourceOut { kind, place: place.map(ToString::to_string), profile: source.profile() }
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
