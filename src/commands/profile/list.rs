//! `profile list`: every profile, what it leads to and how, as a table for people or as JSON.

use owo_colors::Style;
use serde_json::{Value, json};

use super::files::Files;
use crate::cli::ProfileList;
use crate::commands::context::Context;
use crate::config::keyring::REFERENCE;
use crate::config::profiles::{Profiles, Section};
use crate::error::Result;
use crate::types::sanitize::escaped_up_to;
use crate::types::{AccountId, RoleArn, shortened};
use crate::ui::Color;
use crate::ui::report::Report;
use crate::ui::table::{Column, table};

struct Listed<'a> {
    section: Section<'a>,
    how: &'static str,
    leads_to: String,
    region: &'a str,
    is_ours: bool,
    place: String,
}

pub(super) fn run(arguments: ProfileList, context: &Context, report: &Report) -> Result<String> {
    let profiles = Profiles::read(&context.environment)?;
    let listed: Vec<Listed<'_>> = profiles.iter().map(Listed::new).collect();
    for problem in profiles.problems() {
        report.warn(&problem.message);
    }
    if listed.is_empty() {
        // Where none could be written either, that is what has to be said.
        Files::of(&context.environment)?;
    }
    if arguments.json {
        let profiles: Vec<Value> = listed.iter().map(Listed::as_json).collect();
        return Ok(format!("{}\n", json!({"profiles": profiles})));
    }
    if listed.is_empty() {
        report
            .note("there is no profile yet; write one: assume-role profile add NAME ACCOUNT ROLE");
        return Ok(String::new());
    }
    let each_row = |line: &mut dyn FnMut([&str; 6])| {
        for Listed { section, how, leads_to, region, is_ours, place } in &listed {
            let [name, leads_to, region] =
                [section.name(), leads_to, region].map(|text| escaped_up_to(text, 80));
            line([&name, &leads_to, how, &region, if *is_ours { "us" } else { "" }, place]);
        }
    };
    Ok(table(&columns(), each_row, &context.page(Color::Auto)))
}

fn columns() -> [Column; 6] {
    let column = Column::new;
    let (plain, quiet) = (Style::new(), Style::new().dimmed());
    [
        column("PROFILE", plain.bold(), 6, 8),
        column("LEADS TO", plain.cyan(), 5, 8),
        column("HOW", plain, 4, 4),
        column("REGION", plain, 1, 9),
        column("BY", quiet, 3, 4),
        column("PLACE", quiet, 0, 12),
    ]
}

impl<'a> Listed<'a> {
    fn new(section: Section<'a>) -> Self {
        let [token, role, account, sign_in, reference, program, key, region, sso_role] = section
            .texts([
                "web_identity_token_file", "role_arn", "sso_account_id", "login_session",
                REFERENCE, "credential_process", "aws_access_key_id", "region", "sso_role_name",
            ]);
        // The first that a profile has is how it says who it is.
        let ways = [
            ("token", token),
            ("role", role),
            ("sso", account),
            ("sign-in", sign_in),
            ("keyring", reference),
            ("process", program),
            ("keys", key),
        ];
        let said = ways.into_iter().find_map(|(how, text)| Some((how, text?)));
        let (how, text) = said.unwrap_or_default();
        let is_ours = section.is_ours();
        let leads_to = leads_to(how, text, role, sso_role, is_ours).unwrap_or_default();
        let region = region.unwrap_or_default();
        let place = section.place().map(|place| place.to_string()).unwrap_or_default();
        Self { section, how, leads_to, region, is_ours, place }
    }

    fn as_json(&'a self) -> Value {
        let some = |text: &'a str| Some(text).filter(|text| !text.is_empty());
        json!({"profile": self.section.name(), "how": some(self.how),
            "leads_to": some(&self.leads_to), "region": some(self.region),
            "source_profile": self.section.text("source_profile"),
            "expires": self.section.text("x_security_token_expires"),
            "ours": self.is_ours, "place": self.place})
    }
}

/// The role, or whatever else tells people what the profile is for. The command of others may hold
/// secrets.
fn leads_to(
    how: &str,
    text: &str,
    role: Option<&str>,
    sso_role: Option<&str>,
    is_ours: bool,
) -> Option<String> {
    match how {
        "role" | "token" => {
            let arn = role?;
            let shown = |role: RoleArn| [role.account.as_str(), ":", role.name.as_str()].concat();
            Some(RoleArn::parse("", arn).map_or_else(|_| arn.to_owned(), shown))
        }
        "sso" => Some(format!("{}:{}", AccountId::parse(text)?, sso_role?)),
        "sign-in" => Some(text.to_owned()),
        "process" if is_ours => {
            let (_, words) = text.rsplit_once(" credential-process ")?;
            Some(words.rsplit_once("-- ").map_or(words, |(_, target)| target).to_owned())
        }
        "keyring" => Some(format!("key {}", shortened(text.split_whitespace().last()?))),
        "keys" => Some(format!("key {}", shortened(text))),
        _ => None,
    }
}
