//! `credential_process`: a program of the user's choice that prints keys as JSON.
//!
//! Its command line comes in, keys go out. It is run only for the profile that was asked for, and
//! learns for which, so that we know ourselves again. On a terminal it may ask. The contract is that of the *AWS SDKs and
//! Tools Reference Guide*, "Process credential provider".

use serde::Deserialize;
use zeroize::Zeroizing;

use super::program::{Program, Voice};
use crate::config::shlex::command_words;
use crate::error::{Error, Result};
use crate::plan::chain::{Process, RUNNING};
use crate::types::sanitize::escape_up_to;
use crate::types::{Credentials, Moment, Secret, is_key_id, is_key_secret};
use crate::ui::report::Report;
use crate::ui::terminal::Terminal;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Printed {
    pub keys: Credentials,
    /// When they end, if the program says so.
    pub expires: Option<Moment>,
    /// Whose account they are of, if the program says so.
    pub account: Option<String>,
}

pub(super) async fn run(
    profile: &str,
    process: &Process,
    terminal: Terminal,
    report: &Report,
    now: Moment,
) -> Result<Printed> {
    let Process { command, running } = process;
    let place = command.origin.to_string();
    let words = command_words(&command.value, &place)?;
    let whose = format!("the program of profile {} ({place})", escape_up_to(profile, 80));
    let names: Vec<&str> =
        [running.as_str(), profile].into_iter().filter(|name| !name.is_empty()).collect();
    let voice = if terminal.can_ask() { Voice::Escaped } else { Voice::Captured };
    let names = names.join("\n");
    let variables = [(RUNNING, names.as_str())];
    let program =
        Program { words: &words, place: &place, whose: &whose, variables: &variables, voice };
    let printed = program.output(report).await?;
    read(&String::from_utf8_lossy(&printed), now).map_err(|why| {
        Error::network(format!("{whose} did not print keys: {why}"))
            .hint("it prints {\"Version\": 1, \"AccessKeyId\": …, \"SecretAccessKey\": …, \"SessionToken\": …, \"Expiration\": …} and nothing else")
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Contract {
    version: serde_json::Value,
    access_key_id: Zeroizing<String>,
    secret_access_key: Zeroizing<String>,
    session_token: Option<Zeroizing<String>>,
    expiration: Option<String>,
    /// Whatever it is, the keys count.
    #[serde(default)]
    account_id: serde_json::Value,
}

pub(super) fn read(text: &str, now: Moment) -> std::result::Result<Printed, String> {
    // The message of the JSON reader may hold a value, so only its place is shown.
    let contract: Contract = serde_json::from_str(text).map_err(|error| {
        format!("line {}, column {} is not as expected", error.line(), error.column())
    })?;
    if contract.version != serde_json::json!(1) {
        return Err("the Version is not 1".to_owned());
    }
    let token = contract.session_token.filter(|token| !token.is_empty());
    if !is_key_id(&contract.access_key_id) {
        return Err("AccessKeyId is not one".to_owned());
    }
    if !is_key_secret(&contract.secret_access_key) {
        return Err("SecretAccessKey is not one".to_owned());
    }
    if token.as_ref().is_some_and(|token| {
        token.len() > 8192 || !token.bytes().all(|byte| byte.is_ascii_graphic())
    }) {
        return Err("SessionToken is not one".to_owned());
    }
    let expires = contract
        .expiration
        .map(|text| Moment::parse_rfc3339(&text).ok_or("Expiration is not a time"))
        .transpose()?;
    if expires.is_some_and(|expires| expires <= now) {
        return Err("the keys have expired already".to_owned());
    }
    let secret = |text: &Zeroizing<String>| Secret::new(text.as_str().to_owned());
    let keys = Credentials {
        id: contract.access_key_id.as_str().to_owned(),
        secret: secret(&contract.secret_access_key),
        token: token.as_ref().map(secret),
    };
    let account = contract.account_id.as_str().map(str::to_owned);
    Ok(Printed { keys, expires, account })
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEYS: &str = r#""AccessKeyId": "ASIAEXAMPLEEXAMPLE00", "SecretAccessKey": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY""#;

    fn printed(rest: &str) -> std::result::Result<Printed, String> {
        read(&format!("{{\"Version\": 1, {KEYS}{rest}}}"), Moment(1_795_305_600))
    }

    #[test]
    fn what_the_sdks_take() {
        assert_eq!(printed("").unwrap().expires, None);
        assert_eq!(
            printed(", \"SessionToken\": null, \"Expiration\": null").unwrap().keys.token,
            None
        );
        let full = printed(
            ", \"SessionToken\": \"t\", \"AccountId\": \"1\", \"Expiration\": \"2026-11-22T01:00:00+00:00\"",
        );
        assert_eq!(full.unwrap().expires, Some(Moment(1_795_309_200)));
    }

    #[test]
    fn what_they_do_not() {
        for rest in [
            ", \"Expiration\": \"2026-11-21T01:00:00Z\"",
            ", \"Expiration\": \"soon\"",
            ", \"Expiration\": 1795309200",
            ", \"SessionToken\": \"a b\"",
            ", \"SessionToken\": \"$(x)\\n\"",
        ] {
            assert!(printed(rest).is_err(), "{rest}");
        }
        for text in [
            "",
            "{}",
            "hello {\"Version\": 1}",
            &format!("{{\"Version\": 2, {KEYS}}}"),
            &format!("{{\"Version\": \"1\", {KEYS}}}"),
            &format!("{{{KEYS}}}"),
        ] {
            let why = read(text, Moment(0)).unwrap_err();
            assert!(!why.contains("wJalr"), "{why}");
        }
    }
}
