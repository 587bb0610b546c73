//! What the program touches, and the page that says so: `docs/reference.md` names every variable that
//! the source names, and no other; every program that a helper starts stands there, too.

use std::collections::BTreeSet;
use std::fs;

use super::source::{modules, root};

/// What is spelt like a variable and is none: codes of a service, and the one of the build.
const NO_VARIABLES: [&str; 6] = [
    "AUTHCODE_EXPIRED", "CARGO_PKG_VERSION", "INSUFFICIENT_PERMISSIONS", "INVALID_REQUEST",
    "TOKEN_EXPIRED", "USER_CREDENTIALS_CHANGED",
];
/// Variables of a single word, which no spelling tells from other words.
const OF_ONE_WORD: [&str; 9] =
    ["BROWSER", "CI", "COMPLETE", "DISPLAY", "HOME", "PATH", "SHELL", "TERM", "ZDOTDIR"];
/// Names that are put together, or that the scripts of the shells set.
const ELSEWHERE: [&str; 2] = ["AWS_ENDPOINT_URL_STS", "ASSUME_ROLE_PROMPT_STATE"];

fn page() -> String {
    fs::read_to_string(root().join("docs/reference.md")).unwrap()
}

/// Words in backticks.
fn named_there() -> BTreeSet<String> {
    let text = page();
    text.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

fn is_spelt_like_a_variable(text: &str) -> bool {
    let is_part = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
    };
    text.contains('_') && text.split('_').all(is_part)
}

/// The variables that the source names.
fn variables() -> BTreeSet<String> {
    let literals = modules().into_values().flat_map(|source| source.literals);
    let is_variable = |text: &String| {
        is_spelt_like_a_variable(text) && !NO_VARIABLES.contains(&text.as_str())
            || OF_ONE_WORD.contains(&text.as_str())
    };
    literals.map(|(_, text)| text).filter(is_variable).collect()
}

#[test]
fn every_variable_stands_in_the_reference() {
    let there = named_there();
    let found = variables();
    assert!(found.len() > 60, "{found:?}");
    let settings = |name: &String| name.starts_with("ASSUME_ROLE_CONFIG_");
    let missing: Vec<_> =
        found.iter().filter(|name| !there.contains(*name) && !settings(name)).collect();
    assert!(missing.is_empty(), "docs/reference.md does not name {missing:?}");
}

#[test]
fn the_reference_names_no_variable_that_the_source_does_not() {
    let found = variables();
    let is_known = |name: &String| found.contains(name) || ELSEWHERE.contains(&name.as_str());
    let there = named_there().into_iter().filter(|name| is_spelt_like_a_variable(name));
    let unknown: Vec<_> = there.filter(|name| !is_known(name)).collect();
    assert!(unknown.is_empty(), "the source does not name {unknown:?}");
}

#[test]
fn every_program_stands_in_the_reference() {
    let text = page();
    let (_, programs) = text.split_once("## Programs it starts").unwrap();
    // Those whose name is a value before they are started.
    let named =
        ["/bin/sh", "xdg-open", "secret-tool", "security", "pass", "docker-credential-NAME"];
    let mut started: Vec<String> = named.map(str::to_owned).into();
    for source in modules().into_values() {
        let is_program = |at: usize| source.code[..at].trim_end().ends_with("helper(");
        let literals = source.literals.iter().filter(|(at, _)| is_program(*at));
        started.extend(literals.map(|(_, text)| text.clone()));
    }
    assert!(started.len() > named.len(), "{started:?}");
    for program in started {
        assert!(programs.contains(&format!("`{program}")), "{program}");
    }
}
