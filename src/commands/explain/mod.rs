//! `explain`: what a switch would do and why, without doing it.
//!
//! The plan is printed, each value with the file and line that decided it, and what [`foresee`]
//! says would come of it. No network, no question, no program run, nothing written.

mod facts;
mod variables;

use owo_colors::Style;
use serde_json::{Value, json};

use super::context::{Context, Printed};
use super::{choose, session};
use crate::acquire::{endpoints, snapshot};
use crate::cache::{RoleSession, Store};
use crate::cli;
use crate::config::Config;
use crate::config::profiles::{ForeignKey, foreign_keys};
use crate::error::Result;
use crate::plan::{Foresight, Invocation, Plan, Question, foresee, seconds_left};
use crate::types::{Moment, minutes};
use crate::ui::page::Fact;
use crate::ui::report::Report;

/// The plan, as facts for people or as JSON for programs.
pub(super) fn run(arguments: &cli::Explain, context: &Context, report: &Report) -> Result<Printed> {
    let how = Invocation::of_verb("explain ");
    let may_ask = !arguments.target.no_input;
    let request = arguments.target.request_as(how);
    let request = session::previous(request, &context.environment)?;
    let config = Config::read(&context.environment)?;
    let plan =
        choose::plan(crate::plan::Request { no_input: true, ..request }, &config, context, report)?;
    let plan = Plan { may_ask, ..plan };
    let store = Store::of(&config)?.only_looking();
    let now = context.now();
    let known = snapshot(&plan, &config, &store, now)?;
    let foresight = foresee(&plan, &known, may_ask, now);
    let endpoint = endpoints(&plan);
    let mut facts = facts::of_plan(&plan, &known, &foresight, now);
    // A stored session has taken them, and so will the next one.
    let anew = Plan { refresh: true, ..plan.clone() };
    let calls = match foresight.stored {
        Some(_) => foresee(&anew, &known, may_ask, now).calls,
        None => foresight.calls.clone(),
    };
    match &endpoint {
        Ok(_) => facts.extend(facts::services(&plan, &calls, &known, now)),
        Err(error) => facts.push(Fact::new("STS", "would not be asked", &error.message)),
    }
    facts.push(stored(&plan, &foresight, &known, &store, context));
    facts.extend(variables::facts(&plan, &context.environment)?);
    for text in plan.warnings.iter().chain(&config.warnings()).chain(&store.take_warnings()) {
        report.warn(text);
    }
    for note in plan.notes.iter().cloned().chain(without_effect(&plan, &config)) {
        report.note(&note);
    }
    let refused = endpoint.err().or_else(|| foresight.refused.clone());
    let error = refused.filter(|_| foresight.stored.is_none());
    if arguments.json {
        let text = format!("{}\n", as_json(&plan, &foresight, &facts));
        return Ok(Printed { text, error });
    }
    let page = context.page(arguments.target.color);
    let head = page.styled(&plan.target.to_string(), Style::new().bold());
    let what = match &error {
        Some(_) => "would be refused".to_owned(),
        None => headline(&plan, &foresight, known.skew, now),
    };
    Ok(Printed { text: format!("{head}: {what}\n{}", page.facts(&facts)), error })
}

/// What the profiles on the way ask for that only another tool does.
fn without_effect(plan: &Plan, config: &Config) -> Vec<String> {
    let steps = plan.steps.iter().filter_map(|step| step.profile.as_deref());
    let mut names: Vec<&str> = steps.chain([plan.base.profile.as_str()]).collect();
    names.dedup();
    let profiles = names.iter().filter_map(|name| config.profiles.get(name).ok().flatten());
    let keys = profiles.flat_map(|profile| foreign_keys(&profile));
    keys.map(|ForeignKey { key, tool, place }| ForeignKey::said(&key, tool, &place.to_string()))
        .collect()
}

/// The plan for programs; docs/explain.md describes it.
fn as_json(plan: &Plan, foresight: &Foresight, facts: &[Fact]) -> Value {
    let role = plan.target.role.as_ref();
    let calls: Vec<&str> = foresight.calls.iter().map(|call| call.name(plan)).collect();
    let asks: Vec<&str> = foresight.questions.iter().map(Question::name).collect();
    let values: Vec<Value> = facts
        .iter()
        .map(|fact| json!({"name": fact.label, "value": fact.value, "origin": fact.note}))
        .collect();
    json!({
        "target": plan.target.to_string(),
        "account_id": role.map(|role| role.account.as_str()),
        "role": role.map(|role| role.name.as_str()),
        "source": plan.base.description,
        "stored": foresight.stored.is_some(),
        "calls": calls,
        "asks": asks,
        "values": values,
    })
}

fn headline(plan: &Plan, foresight: &Foresight, skew: i64, now: Moment) -> String {
    if let Some(session) = &foresight.stored {
        return format!(
            "the stored session is used, {} left; no question",
            time_left(session, skew, now)
        );
    }
    let what = if plan.refresh { "a new session, as --refresh says" } else { "a new session" };
    let asks = foresight.questions.iter().find_map(|question| match question {
        Question::MfaCode(_) | Question::Device(_) if foresight.device_is_open => {
            Some("an MFA code is asked if the user has a device")
        }
        Question::MfaCode(_) | Question::Device(_) => Some("an MFA code is asked"),
        Question::Password => Some("user and password are asked"),
        Question::SignOn => Some("a sign-on in the browser is asked"),
        Question::AccountName(_) => None,
    });
    let runs_program = foresight.calls.iter().any(|call| call.name(plan) == "credential_process");
    let otherwise = match (&plan.mfa.code, runs_program) {
        (_, true) => "its program may ask",
        _ if facts::runs_mfa_program(foresight) => "a program prints the MFA code",
        (Some(_), _) if facts::sends_code(foresight) => "the code that was given is sent",
        _ => "no question",
    };
    format!("{what}; {}", asks.unwrap_or(otherwise))
}

fn time_left(session: &RoleSession, skew: i64, now: Moment) -> String {
    match session.granted {
        0 => "an unknown time".to_owned(),
        _ => minutes(seconds_left(session, skew, now)),
    }
}

fn stored(
    plan: &Plan,
    foresight: &Foresight,
    known: &crate::plan::Snapshot,
    store: &Store,
    context: &Context,
) -> Fact {
    let Some(path) = store.path() else {
        return Fact::new("stored", "nothing: the store is off", "");
    };
    let home = context.environment.home();
    let place = crate::config::files::shown_path(path, home.as_deref());
    match &foresight.stored {
        Some(session) => {
            let renewal = match crate::plan::renewable(plan, known, session) {
                Some(_) => "renews without a question",
                None => "does not renew by itself",
            };
            let left = time_left(session, known.skew, context.now());
            Fact::new("stored", &format!("a session with {left} left"), renewal)
        }
        None if plan.refresh => Fact::new("stored", "not looked at", "--refresh"),
        None => Fact::new("stored", "no session that fits", &place),
    }
}
