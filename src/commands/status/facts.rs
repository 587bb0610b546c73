//! What the variables of a shell say about it: each fact once for programs and once for people.

use super::fact::{Fact, Present, Value};
use super::origins::{self, Origin};
use super::programs;
use crate::cli;
use crate::commands::session;
use crate::commands::wall_clock::{until, wall_time};
use crate::config::Config;
use crate::config::environment::Environment;
use crate::error::Result;
use crate::plan::{Service, resolve_complete};
use crate::prompt::{State, moment};
use crate::shell::variables::READ_ONLY;
use crate::shell::words::{command_line, decode_words};
use crate::types::sanitize::escape_url;
use crate::types::{minutes, shortened};

/// All facts, in the order in which people read them.
pub(super) fn of(present: &Present<'_>, environment: &Environment) -> Result<Vec<Fact>> {
    let read = |name| environment.text(name).map(Option::unwrap_or_default);
    let mut facts = Vec::new();
    if !matches!(present.segment.state, State::None | State::Foreign) {
        facts.extend(of_role(present, read("AWS_ACCOUNT_ID")?, read("ASSUME_ROLE_TARGET")?));
        facts.extend(base(environment));
        if environment.has(READ_ONLY) {
            let lifted = "--write on the next switch lifts it".to_owned();
            facts.push(Fact::machine("read_only", Value::Switch(true)));
            facts.push(Fact::words("access", "read-only".to_owned()).note(lifted));
        }
    }
    let origins = origins::of(environment)?;
    facts.extend(region(&origins, environment)?);
    let key = present.variables.access_key;
    if !key.is_empty() {
        let is_foreign = present.segment.state == State::Foreign && key != present.variables.key_id;
        let note = if is_foreign && !present.variables.key_id.is_empty() {
            "not that of the switch"
        } else {
            ""
        };
        facts.push(Fact::plain("access_key_id", "key", key).note(note));
    }
    if !present.variables.profile.is_empty() {
        facts.push(Fact::plain("profile", "", present.variables.profile));
    }
    for (service, url) in Service::of_variables(environment)? {
        let (label, shown) =
            (service.map_or("AWS", |service| service.name), escape_url(&url.value));
        let is_of_sts = matches!(service, None | Some(Service::STS))
            && facts.iter().all(|fact| fact.name != "sts_endpoint");
        let fact = match is_of_sts {
            true => Fact::plain("sts_endpoint", label, &shown),
            false => Fact::words(label, shown),
        };
        facts.push(fact.note(url.origin.to_string()));
    }
    facts.extend(variables(&origins));
    facts.extend(programs::of(environment)?);
    Ok(facts)
}

fn of_role(present: &Present<'_>, id: &str, target: &str) -> Vec<Fact> {
    let (variables, now) = (&present.variables, present.now);
    let mut facts = Vec::new();
    let mut add = |fact: Fact| facts.push(fact);
    let named = if variables.account == id { String::new() } else { id.to_owned() };
    add(Fact::plain("account", "account", variables.account).note(named));
    if !id.is_empty() {
        add(Fact::machine("account_id", Value::Text(id.to_owned())));
    }
    add(Fact::plain("role", "role", variables.role));
    if let Some(ends) = moment(variables.expires) {
        let left = ends.since(now);
        let note = if left > 0 { format!("{} left", minutes(left)) } else { "over".to_owned() };
        add(Fact::plain("expires", "ends", &ends.rfc3339())
            .read_as(wall_time(ends, now))
            .note(note));
        add(Fact::machine("seconds_left", Value::Number(left.max(0))));
    }
    if let Some(last) = moment(variables.renewable).filter(|last| *last > now) {
        let words = format!("without a question {}", until(last, now));
        add(Fact::plain("renewable_until", "renews", &last.rfc3339()).read_as(words));
    }
    if !variables.protected.is_empty() {
        add(Fact::plain("protected", "guard", variables.protected)
            .read_as("the account is protected".to_owned()));
    }
    if let Some(words) = decode_words(target).filter(|words| !words.is_empty()) {
        add(Fact::plain("target", "asked as", &command_line(&words, cli::is_verb)));
    }
    facts
}

/// What the role was assumed from, and which long-lived key that is, by the files as they are now;
/// never what the key is.
fn base(environment: &Environment) -> Option<Fact> {
    let request = session::kept("ASSUME_ROLE_TARGET", environment).ok()??;
    let base = resolve_complete(&request, &Config::read(environment).ok()?).ok()?.base;
    let key = base.source.long_term_id().map(|id| format!("key {}", shortened(id)));
    Some(Fact::plain("base", "base", &base.description).note(key.unwrap_or_default()))
}

fn region(origins: &[(&'static str, Origin)], environment: &Environment) -> Result<Vec<Fact>> {
    let first = environment.text("AWS_REGION")?;
    let second = environment.text("AWS_DEFAULT_REGION")?;
    let Some((name, region)) =
        first.map(|it| ("AWS_REGION", it)).or(second.map(|it| ("AWS_DEFAULT_REGION", it)))
    else {
        return Ok(Vec::new());
    };
    let origin = origins.iter().find(|(known, _)| *known == name).map(|(_, origin)| *origin);
    let (from, note) = match origin {
        Some(Origin::Ours) => ("switch", "chosen by the switch".to_owned()),
        Some(Origin::Changed) => ("changed", format!("{name} was changed since the switch")),
        _ => ("user", format!("your {name}")),
    };
    let mut facts = vec![
        Fact::plain("region", "region", region).note(note),
        Fact::machine("region_from", Value::Text(from.to_owned())),
    ];
    if let (Some(first), Some(second)) = (first, second)
        && first != second
    {
        facts.push(Fact::words(
            "",
            format!("but AWS_DEFAULT_REGION is {second}: programs disagree about the region"),
        ));
    }
    Ok(facts)
}

/// Where each variable came from: a line for each origin, a table for programs.
fn variables(origins: &[(&'static str, Origin)]) -> Vec<Fact> {
    if origins.is_empty() {
        return Vec::new();
    }
    let table = origins.iter().map(|(name, origin)| (*name, origin.name())).collect();
    let mut facts = vec![Fact::machine("variables", Value::Table(table))];
    for (origin, label) in
        [(Origin::Ours, "set by us"), (Origin::Changed, "changed"), (Origin::Yours, "set by you")]
    {
        let names: Vec<&str> =
            origins.iter().filter(|(_, it)| *it == origin).map(|(name, _)| *name).collect();
        if !names.is_empty() {
            facts.push(Fact::words(label, names.join(" ")));
        }
    }
    facts
}
