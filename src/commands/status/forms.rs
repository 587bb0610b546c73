//! The answer as people and as programs read it.
//!
//! JSON: one object. Lines: `name=value`, one for each fact, where the value goes to the end of the
//! line and holds no control character; lists are joined by blanks, a table has a line
//! `name.KEY=value` for each of its rows. Both may get more names with time, and lose none.

use serde_json::{Map, Value as Json};

use super::fact::{Fact, Present, Value};
use crate::prompt::State;
use crate::types::sanitize::{escape, escape_up_to};
use crate::ui::page::{Fact as Line, Page};

/// The longest value of a line, in characters.
const LONGEST: usize = 4096;

fn state(present: &Present<'_>) -> &'static str {
    match present.segment.state {
        State::None => "none",
        state => state.name(),
    }
}

pub(super) fn page(present: &Present<'_>, facts: &[Fact], page: &Page) -> String {
    let variables = &present.variables;
    let head = match present.segment.state {
        State::None => "This shell holds no role.".to_owned(),
        State::Foreign if variables.key_id.is_empty() => {
            "This shell's role was not set by assume-role.".to_owned()
        }
        State::Foreign if variables.key_id != variables.access_key => {
            format!(
                "These keys are not those of {}:{}.",
                escape(variables.account),
                escape(variables.role)
            )
        }
        State::Foreign => format!(
            "{}:{}, but AWS_PROFILE is set as well: unset AWS_PROFILE",
            escape(variables.account),
            escape(variables.role)
        ),
        _ => page.styled(&present.segment.text, colour(present.segment.state).bold()),
    };
    let lines: Vec<Line> = facts
        .iter()
        .filter(|fact| !fact.words.is_empty() && (fact.name.is_empty() || !fact.label.is_empty()))
        .map(|fact| Line::new(fact.label, &fact.words, &fact.note))
        .collect();
    format!("{head}\n{}", page.facts(&lines))
}

fn colour(state: State) -> owo_colors::Style {
    let style = owo_colors::Style::new();
    match state {
        State::None | State::Calm => style.cyan(),
        State::Protected => style.magenta(),
        State::Warning => style.yellow(),
        State::Alarm | State::Expired | State::Foreign => style.red(),
    }
}

pub(super) fn json(present: &Present<'_>, facts: &[Fact]) -> String {
    let mut object = Map::new();
    object.insert("state".to_owned(), Json::String(state(present).to_owned()));
    object.insert("prompt".to_owned(), Json::String(present.segment.text.clone()));
    for fact in facts.iter().filter(|fact| !fact.name.is_empty()) {
        object.insert(
            fact.name.to_owned(),
            match &fact.value {
                Value::Text(text) => Json::from(text.as_str()),
                Value::Number(number) => Json::from(*number),
                Value::Switch(is_on) => Json::from(*is_on),
                Value::List(items) => Json::from(items.as_slice()),
                Value::Table(rows) => Json::Object(
                    rows.iter()
                        .map(|(name, value)| ((*name).to_owned(), Json::from(*value)))
                        .collect(),
                ),
            },
        );
    }
    format!("{}\n", Json::Object(object))
}

pub(super) fn porcelain(present: &Present<'_>, facts: &[Fact]) -> String {
    let line = |name: &str, value: &str| format!("{name}={}\n", escape_up_to(value, LONGEST));
    let mut text = line("state", state(present)) + &line("prompt", &present.segment.text);
    for fact in facts.iter().filter(|fact| !fact.name.is_empty()) {
        let name = fact.name;
        match &fact.value {
            Value::Text(value) => text.push_str(&line(name, value)),
            Value::Number(number) => text.push_str(&line(name, &number.to_string())),
            Value::Switch(is_on) => text.push_str(&line(name, if *is_on { "yes" } else { "no" })),
            Value::List(items) => text.push_str(&line(name, &items.join(" "))),
            Value::Table(rows) => {
                text.extend(rows.iter().map(|(key, value)| line(&format!("{name}.{key}"), value)));
            }
        }
    }
    text
}
