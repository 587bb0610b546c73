//! `list`: the accounts and roles known here, as a table for people or as JSON.

use std::fmt::Write as _;
use std::mem::ManuallyDrop;

use owo_colors::Style;
use serde::ser::SerializeStruct as _;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use super::context::Context;
use crate::catalog::{Catalogue, KnownAccount, KnownProfile, KnownRole, Leads, Reach, ago};
use crate::cli;
use crate::config::suggest::first_few;
use crate::types::{Moment, Name, Partition, Region, looks_like};
use crate::ui::report::Report;
use crate::ui::table::{Column, table};

/// What is known, most used first. What is wrong in the files is reported and left out.
pub(super) fn run(arguments: &cli::List, context: &Context, report: &Report) -> String {
    let now = context.now();
    // To take a hundred thousand roles apart would be a tenth of the run, and the run ends here.
    let catalogue = ManuallyDrop::new(Catalogue::read(&context.environment, Reach::Full, now));
    let accounts = ManuallyDrop::new(catalogue.entries());
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
    let each_row = |line: &mut dyn FnMut([&str; 6])| {
        accounts.iter().for_each(|account| each_role(account, now, line));
    };
    table(&columns(), each_row, &context.page(arguments.color.when))
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

/// A line for each role, or one for an account without.
fn each_role(account: &KnownAccount, now: Moment, line: &mut dyn FnMut([&str; 6])) {
    let (name, id) = (account.name(), account.id.as_str());
    let region = account.region.as_ref().map_or("", Region::as_str);
    let mut text = String::with_capacity(64);
    if account.roles.is_empty() {
        line([name, "", "", region, id, source(account, None, &mut text)]);
    }
    // Most roles of an account are known from the same place.
    for alike in account.roles.chunk_by(KnownRole::is_known_alike) {
        let source = source(account, alike.first(), &mut text);
        for role in alike {
            let used = role.usage.last.map(|last| ago(last, now)).unwrap_or_default();
            line([name, role.name.as_str(), &used, region, id, source]);
        }
    }
}

/// Marks, who says so, and other names of the account, in a text that ten thousand of them share.
fn source<'t>(account: &KnownAccount, role: Option<&KnownRole>, text: &'t mut String) -> &'t str {
    text.clear();
    if let Some((seen, spelt)) = account.names.first().and_then(|name| looks_like(name.as_str())) {
        let _ = write!(text, ", looks like {seen}: {spelt}");
    }
    let marks = [
        (account.protected, ", protected"),
        (account.read_only, ", read-only"),
        (role.is_some_and(|role| role.default), ", default"),
    ];
    marks.iter().filter(|(holds, _)| *holds).for_each(|(_, mark)| text.push_str(mark));
    for source in role.into_iter().flat_map(KnownRole::sources) {
        text.push_str(", ");
        let _ = source.write_to(text);
    }
    if let Some(names) = first_few(account.names.iter().skip(1).map(Name::as_str)) {
        let _ = write!(text, ", also {names}");
    }
    text.get(2..).unwrap_or_default()
}

/// What `--json` prints. A tree of values for a hundred thousand roles would cost most of the run;
/// keys are in the order of the alphabet.
#[derive(Serialize)]
struct Out<'a> {
    accounts: &'a [KnownAccount],
    problems: Vec<String>,
    profiles: Vec<Value>,
}

fn as_json(accounts: &[KnownAccount], catalogue: &Catalogue) -> String {
    let out = Out {
        accounts,
        problems: catalogue.problems().into_iter().map(|problem| problem.message).collect(),
        profiles: catalogue.profiles().map(|profile| of_profile(&profile)).collect(),
    };
    serde_json::to_string(&out).unwrap_or_default() + "\n"
}

impl Serialize for KnownAccount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("account", 9)?;
        out.serialize_field("account", self.name())?;
        out.serialize_field("id", self.id.as_str())?;
        out.serialize_field("last_used", &self.usage.last.map(Moment::rfc3339))?;
        out.serialize_field("names", &self.names)?;
        out.serialize_field("partition", &self.partition.map(Partition::as_str))?;
        out.serialize_field("protected", &self.protected)?;
        out.serialize_field("region", &self.region.as_ref().map(Region::as_str))?;
        out.serialize_field("roles", &self.roles)?;
        out.serialize_field("uses", &self.usage.count)?;
        out.end()
    }
}

impl Serialize for KnownRole {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("role", 5)?;
        out.serialize_field("default", &self.default)?;
        out.serialize_field("last_used", &self.usage.last.map(Moment::rfc3339))?;
        out.serialize_field("role", self.name.as_str())?;
        out.serialize_field("sources", &self.sources().collect::<Vec<_>>())?;
        out.serialize_field("uses", &self.usage.count)?;
        out.end()
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
