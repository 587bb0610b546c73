//! `status`: who this shell is, from its environment alone. No file but the settings is read, nobody is asked.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use super::Context;
use crate::cli;
use crate::error::Result;
use crate::input::environment::Environment;
use crate::input::settings::Settings;
use crate::prompt::{Segment, State, Variables, segment};
use crate::session::{Moment, minutes};
use crate::shell::look::Look;
use crate::shown::shown;

/// What the shell's environment says, as text for people, as JSON, or as the segment of a prompt.
///
/// # Errors
/// `Config` for settings that do not hold or a variable that is not UTF-8.
pub fn run(arguments: &cli::Status, context: &Context) -> Result<String> {
    let environment = &context.environment;
    let look = Look::from(&Settings::read(environment)?);
    let read = |name| environment.text(name).map(Option::unwrap_or_default);
    let variables = Variables {
        key_id: read("ASSUME_ROLE_KEY_ID")?,
        access_key: read("AWS_ACCESS_KEY_ID")?,
        profile: read("AWS_PROFILE")?,
        account: read("AWS_ACCOUNT_NAME")?,
        role: read("AWS_ACCOUNT_ROLE")?,
        expires: read("ASSUME_ROLE_EXPIRES")?,
        renewable: read("ASSUME_ROLE_RENEWABLE")?,
        protected: read("ASSUME_ROLE_PROTECTED")?,
    };
    let now = context.now();
    let segment = segment(&variables, &look, now);
    if arguments.prompt {
        return Ok(if segment.text.is_empty() { String::new() } else { format!("{}\n", segment.text) });
    }
    let facts = facts(&variables, &segment, environment, now)?;
    Ok(if arguments.json { json(&segment, &facts) } else { table(&variables, &segment, &facts) })
}

/// One line of the answer: its name in JSON, the words for people, and the value.
struct Fact {
    name: &'static str,
    label: &'static str,
    value: String,
    note: String,
}

fn facts(variables: &Variables<'_>, segment: &Segment, environment: &Environment, now: Moment) -> Result<Vec<Fact>> {
    let mut facts = Vec::new();
    let mut add = |name, label, value: &str, note: String| {
        if !value.is_empty() {
            facts.push(Fact { name, label, value: value.to_owned(), note });
        }
    };
    let read = |name| environment.text(name).map(Option::unwrap_or_default);
    if !matches!(segment.state, State::None | State::Foreign) {
        add("account_id", "account", read("AWS_ACCOUNT_ID")?, String::new());
        add("account", "name", variables.account, String::new());
        add("role", "role", variables.role, String::new());
        if let Some(ends) = moment(variables.expires) {
            let left = ends.since(now);
            let note = if left > 0 { format!("{} left", minutes(left)) } else { "over".to_owned() };
            add("expires", "ends", &ends.rfc3339(), note);
        }
        if let Some(until) = moment(variables.renewable).filter(|until| *until > now) {
            let note = "renews without a question until then".to_owned();
            add("renewable_until", "renewable", &until.rfc3339(), note);
        }
        add("protected", "guard", variables.protected, "the account is protected".to_owned());
        add("target", "asked as", &read("ASSUME_ROLE_TARGET")?.replace("%20", " "), String::new());
    }
    let set_by_us = read("ASSUME_ROLE_REGION")?;
    for name in ["AWS_REGION", "AWS_DEFAULT_REGION"] {
        let region = read(name)?;
        if !region.is_empty() {
            let origin = if region == set_by_us { "chosen by the switch".to_owned() } else { format!("from {name}") };
            add("region", "region", region, origin);
            break;
        }
    }
    let keys = if segment.state == State::Foreign { "not those of the switch" } else { "" };
    add("access_key_id", "keys", variables.access_key, keys.to_owned());
    add("profile", "profile", variables.profile, "AWS_PROFILE is set: some programs prefer it to the keys".to_owned());
    for name in ["AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL"] {
        let url = read(name)?;
        if !url.is_empty() {
            add("sts_endpoint", "STS", url, format!("from {name}"));
            break;
        }
    }
    Ok(facts)
}

/// A moment of a variable that anybody may have set.
fn moment(text: &str) -> Option<Moment> {
    let digits = !text.is_empty() && text.len() <= 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok().map(Moment)).flatten()
}

fn table(variables: &Variables<'_>, segment: &Segment, facts: &[Fact]) -> String {
    let mut text = match segment.state {
        State::None => "This shell holds no role.\n".to_owned(),
        State::Foreign if variables.key_id.is_empty() => "This shell's role was not set by assume-role.\n".to_owned(),
        State::Foreign if variables.profile.is_empty() => {
            format!(
                "The keys were changed since the switch to {}:{}.\n",
                shown(variables.account),
                shown(variables.role)
            )
        }
        State::Foreign => "AWS_PROFILE is set beside the keys of a switch.\n".to_owned(),
        _ => format!("{}\n", segment.text),
    };
    let width = facts.iter().map(|fact| fact.label.len()).max().unwrap_or(0);
    for Fact { label, value, note, .. } in facts {
        let note = if note.is_empty() { String::new() } else { format!("  ({note})") };
        let _ = writeln!(text, "  {label:width$}  {}{note}", shown(value));
    }
    text
}

fn json(segment: &Segment, facts: &[Fact]) -> String {
    let state = if segment.state == State::None { "none" } else { segment.state.name() };
    let mut object = Map::new();
    object.insert("state".to_owned(), Value::String(state.to_owned()));
    object.insert("prompt".to_owned(), Value::String(segment.text.clone()));
    for fact in facts {
        object.insert(fact.name.to_owned(), Value::String(fact.value.clone()));
    }
    format!("{}\n", Value::Object(object))
}
