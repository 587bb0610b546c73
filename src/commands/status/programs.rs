//! Whose keys a program that is started here would take, and what is set in vain beside them.
//!
//! The order is that of the AWS CLI and most SDKs (*AWS SDKs and Tools Reference Guide*,
//! "Standardized credential providers"). The SDK for JavaScript prefers `AWS_PROFILE` to keys.

use super::fact::{Fact, Value};
use crate::config::environment::Environment;
use crate::error::Result;
use crate::types::sanitize::escape_up_to;

/// Variables of each source, the one that wins first.
const SOURCES: [(&str, &[&str]); 4] = [
    ("keys", &["AWS_ACCESS_KEY_ID"]),
    ("profile", &["AWS_PROFILE", "AWS_DEFAULT_PROFILE"]),
    ("web-identity", &["AWS_WEB_IDENTITY_TOKEN_FILE"]),
    (
        "container",
        &["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI"],
    ),
];

/// What programs take; nothing when no variable says anything about it.
pub(super) fn of(environment: &Environment) -> Result<Vec<Fact>> {
    let set = |names: &[&'static str]| names.iter().copied().find(|name| environment.has(name));
    let mut sources = SOURCES.iter().filter_map(|(source, names)| Some((*source, set(names)?)));
    let Some((source, variable)) = sources.next() else { return Ok(Vec::new()) };
    let losers: Vec<&str> = sources.map(|(_, name)| name).collect();
    let value = escape_up_to(environment.text(variable)?.unwrap_or_default(), 80);
    let takes = match source {
        "keys" => "take the keys in the environment".to_owned(),
        "profile" => format!("take profile {value} of ~/.aws ({variable})"),
        "web-identity" => format!("take the token in {value} ({variable})"),
        _ => format!("take the role of the container ({variable})"),
    };
    let vain =
        if losers.is_empty() { String::new() } else { format!(", not {}", losers.join(" or ")) };
    let mut facts = vec![
        Fact::machine("credentials", Value::Text(source.to_owned())),
        Fact::words("programs", format!("{takes}{vain}")),
    ];
    if !losers.is_empty() {
        let names = losers.iter().map(|&name| name.to_owned()).collect();
        facts.push(Fact::machine("credentials_in_vain", Value::List(names)));
    }
    if source == "keys" && losers.contains(&"AWS_PROFILE") {
        let words = "but the AWS SDK for JavaScript prefers AWS_PROFILE: unset AWS_PROFILE";
        facts.push(Fact::words("", words.to_owned()));
    }
    Ok(facts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(names: &[&'static str]) -> String {
        let environment = Environment::from_pairs(names.iter().map(|&name| (name, "x")));
        of(&environment)
            .unwrap()
            .iter()
            .map(|fact| fact.words.as_str())
            .collect::<Vec<_>>()
            .join("|")
    }

    #[test]
    fn the_first_wins_and_the_others_are_named() {
        assert_eq!(words(&[]), "");
        assert_eq!(words(&["AWS_ACCESS_KEY_ID"]), "|take the keys in the environment");
        assert!(
            words(&["AWS_ACCESS_KEY_ID", "AWS_PROFILE"])
                .contains("not AWS_PROFILE||but the AWS SDK for Java")
        );
        assert_eq!(
            words(&["AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_DEFAULT_PROFILE"]),
            "|take profile x of ~/.aws (AWS_DEFAULT_PROFILE), not AWS_WEB_IDENTITY_TOKEN_FILE|"
        );
        assert!(
            words(&["AWS_CONTAINER_CREDENTIALS_FULL_URI"]).contains("the role of the container")
        );
    }
}
