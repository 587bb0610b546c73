//! Keys as text for other programs: the forms of `env`.
//!
//! Variables come in by name, one text comes out. Where the AWS CLI has a form (`aws configure
//! export-credentials`), the variables, their order and the text are its own; what it never quotes
//! is quoted here when a reader would take a character for something else, which no key of AWS's
//! has.

use clap::ValueEnum;
use serde::Serialize;
use serde_json::{Map, Value};

use super::quote;
use crate::error::{Error, Result};
use crate::types::Secret;

/// Forms of `env`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum EnvFormat {
    /// The JSON of credential_process
    Process,
    /// export NAME=value for sh, bash and zsh
    #[default]
    Env,
    /// NAME=value
    EnvNoExport,
    /// set -gx NAME value
    Fish,
    /// $Env:NAME="value"
    Powershell,
    /// One JSON object
    Json,
    /// NAME="value" for .env files
    Dotenv,
}

/// The variables of the AWS CLI's forms, in its order.
pub(crate) const KEYS: [&str; 4] = [
    "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_CREDENTIAL_EXPIRATION",
];

/// What our own forms hold besides.
pub(crate) const BESIDES: [&str; 5] =
    ["AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ACCOUNT_ID", "AWS_ACCOUNT_NAME", "AWS_ACCOUNT_ROLE"];

/// The JSON that SDKs read from a `credential_process` (*AWS SDKs and Tools Reference Guide*,
/// "Process credential provider").
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Process<'a> {
    version: u8,
    access_key_id: &'a str,
    secret_access_key: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expiration: Option<&'a str>,
    /// botocore and the SDKs take it for account-based endpoints.
    #[serde(skip_serializing_if = "Option::is_none")]
    account_id: Option<&'a str>,
}

/// The text of one form. `value` gives the variables of a switch.
pub fn text<'a>(format: EnvFormat, value: impl Fn(&str) -> Option<&'a str>) -> Result<Secret> {
    let lines = |names: &[&'static str], line: &dyn Fn(&str, &str) -> Result<String>| {
        let set = names.iter().filter_map(|name| Some(line(name, value(name)?)));
        set.collect::<Result<String>>()
    };
    let of_keys =
        |line: &dyn Fn(&str, &str) -> String| lines(&KEYS, &|name, value| Ok(line(name, value)));
    let all = [&KEYS[..], &BESIDES].concat();
    let text = match format {
        EnvFormat::Process => process(&value, true)?,
        EnvFormat::Env => of_keys(&|name, value| format!("export {name}={}\n", sh(value)))?,
        EnvFormat::EnvNoExport => of_keys(&|name, value| format!("{name}={}\n", sh(value)))?,
        EnvFormat::Fish => of_keys(&|name, value| format!("set -gx {name} {}\n", fish(value)))?,
        EnvFormat::Powershell => {
            of_keys(&|name, value| format!("$Env:{name}={}\n", powershell(value)))?
        }
        EnvFormat::Dotenv => {
            lines(&all, &|name, value| Ok(format!("{name}={}\n", dotenv(name, value)?)))?
        }
        EnvFormat::Json => {
            let set =
                all.iter().filter_map(|name| Some(((*name).to_owned(), Value::from(value(name)?))));
            format!("{}\n", Value::Object(set.collect::<Map<_, _>>()))
        }
    };
    Ok(Secret::new(text))
}

/// The JSON for SDKs, on one line.
pub(crate) fn for_sdks<'a>(value: impl Fn(&str) -> Option<&'a str>) -> Result<Secret> {
    process(&value, false).map(Secret::new)
}

fn process<'a>(value: &impl Fn(&str) -> Option<&'a str>, pretty: bool) -> Result<String> {
    let [id, secret, token, end] = KEYS.map(value);
    let (Some(access_key_id), Some(secret_access_key)) = (id, secret) else {
        return Err(Error::new(crate::error::Kind::Bug, "a session without keys"));
    };
    let process = Process {
        version: 1,
        access_key_id,
        secret_access_key,
        session_token: token,
        expiration: end,
        // `aws configure export-credentials` does not print it, and env prints what that prints.
        account_id: value("AWS_ACCOUNT_ID").filter(|_| !pretty),
    };
    let written = if pretty {
        serde_json::to_string_pretty(&process)
    } else {
        serde_json::to_string(&process)
    };
    written
        .map(|text| format!("{text}\n"))
        .map_err(|_| Error::new(crate::error::Kind::Bug, "the session cannot be written as JSON"))
}

/// Whether a value is one word of every shell as it is. A leading `=` is a command's path to zsh.
fn is_plain(value: &str) -> bool {
    !value.is_empty()
        && !value.starts_with('=')
        && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/+=_.,:@-".contains(&byte))
}

fn sh(value: &str) -> String {
    if is_plain(value) { value.to_owned() } else { quote::sh(value) }
}

fn fish(value: &str) -> String {
    if is_plain(value) { format!("\"{value}\"") } else { quote::fish(value) }
}

/// PowerShell ends a text in double quotes at a typographic quote too.
fn powershell(value: &str) -> String {
    let special = |character| matches!(character, '`' | '$' | '"' | '\u{201C}'..='\u{201E}');
    let escaped: String = value
        .chars()
        .flat_map(|character| special(character).then_some('`').into_iter().chain([character]))
        .collect();
    format!("\"{escaped}\"")
}

/// Readers of `.env` files agree on quotes as long as nothing between them is special; they do not
/// on escapes.
fn dotenv(name: &str, value: &str) -> Result<String> {
    let has = |characters: &[char]| value.contains(characters);
    match (has(&['\\', '$', '`', '\n', '\r']), has(&['"']), has(&['\''])) {
        (false, false, _) => Ok(format!("\"{value}\"")),
        (false, true, false) => Ok(format!("'{value}'")),
        _ => Err(Error::config(format!("the value of {name} cannot stand in a .env file"))
            .because(
                "readers of such files disagree about its quotes, dollar signs and backslashes",
            )
            .hint("--format json or --format env can hold it")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(format: EnvFormat) -> String {
        let value = |name: &str| match name {
            "AWS_ACCESS_KEY_ID" => Some("ASIAX"),
            "AWS_SECRET_ACCESS_KEY" => Some("a/b+c="),
            "AWS_CREDENTIAL_EXPIRATION" => Some("2026-11-22T00:00:00Z"),
            "AWS_REGION" => Some("eu-west-1"),
            "AWS_ACCOUNT_NAME" => Some("R&D's"),
            _ => None,
        };
        text(format, value).unwrap().expose().to_owned()
    }

    #[test]
    fn the_forms() {
        let end = "2026-11-22T00:00:00Z";
        for (format, expected) in [
            (
                EnvFormat::Process,
                format!(
                    "{{\n  \"Version\": 1,\n  \"AccessKeyId\": \"ASIAX\",\n  \"SecretAccessKey\": \"a/b+c=\",\n  \
                     \"Expiration\": \"{end}\"\n}}\n"
                ),
            ),
            (
                EnvFormat::Env,
                format!(
                    "export AWS_ACCESS_KEY_ID=ASIAX\nexport AWS_SECRET_ACCESS_KEY=a/b+c=\n\
                     export AWS_CREDENTIAL_EXPIRATION={end}\n"
                ),
            ),
            (
                EnvFormat::Powershell,
                format!(
                    "$Env:AWS_ACCESS_KEY_ID=\"ASIAX\"\n$Env:AWS_SECRET_ACCESS_KEY=\"a/b+c=\"\n\
                     $Env:AWS_CREDENTIAL_EXPIRATION=\"{end}\"\n"
                ),
            ),
            (
                EnvFormat::Dotenv,
                format!(
                    "AWS_ACCESS_KEY_ID=\"ASIAX\"\nAWS_SECRET_ACCESS_KEY=\"a/b+c=\"\n\
                     AWS_CREDENTIAL_EXPIRATION=\"{end}\"\nAWS_REGION=\"eu-west-1\"\nAWS_ACCOUNT_NAME=\"R&D's\"\n"
                ),
            ),
        ] {
            assert_eq!(written(format), expected, "{format:?}");
        }
    }

    #[test]
    fn powershell_escapes_what_ends_or_expands_its_text() {
        assert_eq!(powershell("a`$x\"\u{201D}'é"), "\"a```$x`\"`\u{201D}'é\"");
    }

    #[test]
    fn what_readers_of_dotenv_disagree_about_is_refused() {
        assert_eq!(dotenv("A", "a b\"c").unwrap(), "'a b\"c'");
        for value in ["a\\b", "a${b}", "a`b", "a\"b'c", "a\nb"] {
            assert!(dotenv("A", value).is_err(), "{value}");
        }
    }
}
