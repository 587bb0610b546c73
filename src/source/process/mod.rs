//! `credential_process`: a program of the user's choice that prints keys as JSON.
//!
//! Its command line comes in, keys go out. It is run without a shell, only for the profile that was asked for, with
//! nothing on standard input; what it asks, it asks on the terminal device. It has a deadline, and what it prints has
//! an end. The contract is that of the *AWS SDKs and Tools Reference Guide*, "Process credential provider".

mod words;

use std::ffi::OsString;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use serde::Deserialize;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, Command};
use zeroize::Zeroizing;

use crate::error::{Error, Result};
use crate::request::chain::{Process, RUNNING};
use crate::session::{Keys, Moment, Secret, minutes};
use crate::shown::{shown, shown_up_to};
use words::split;

/// How long the program may take; it may have to ask the user.
const DEADLINE: Duration = Duration::from_secs(60);
/// The most that is read of what it prints, in bytes.
const LARGEST: u64 = 64 * 1024;
/// How much of its words on standard error is shown, in characters.
const WORDS_SHOWN: usize = 1000;

/// Keys that a program printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Printed {
    /// The keys.
    pub keys: Keys,
    /// When they end, if the program says so.
    pub expires: Option<Moment>,
}

/// Runs the `credential_process` of a profile.
///
/// # Errors
/// `Config` for a command that cannot be run; `Refused` with the program's own words when it
/// fails or takes too long; `Network` when it prints something else than keys.
pub(super) async fn run(profile: &str, process: &Process, now: Moment) -> Result<Printed> {
    let Process { command, running } = process;
    let words = split(&command.value)
        .map_err(|why| Error::config(format!("{}: credential_process is not a command: {why}", command.origin)))?;
    let (Some(program), arguments) = (words.first(), words.get(1..).unwrap_or_default()) else {
        return Err(Error::config(format!("{}: credential_process is empty", command.origin)));
    };
    let mark: OsString =
        [running.as_str(), profile].into_iter().filter(|name| !name.is_empty()).collect::<Vec<_>>().join("\n").into();
    let child = Command::new(program)
        .args(arguments)
        .env(RUNNING, mark)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| {
            let error =
                Error::config(format!("{}: cannot run '{}'", command.origin, shown_up_to(program, 80))).because(error);
            match program.starts_with('~') || program.contains('$') {
                true => error.hint("no shell reads this line: write the whole path"),
                false => error.hint("is it installed, and on the PATH?"),
            }
        })?;
    let program = format!("the program of profile {} ({})", shown_up_to(profile, 80), command.origin);
    let (status, printed, said) = tokio::time::timeout(DEADLINE, finish(child)).await.map_err(|_| {
        Error::refused(format!("{program} gave no keys within {}", minutes(DEADLINE.as_secs() as i64)))
            .hint(format!("try it by itself: {}", shown(&command.value)))
    })??;
    if !status.success() {
        let how = status.code().map_or_else(|| "was killed".to_owned(), |code| format!("failed with status {code}"));
        let error = Error::refused(format!("{program} {how}"));
        let words = said.lines().filter(|line| !line.trim().is_empty()).map(|line| shown_up_to(line, WORDS_SHOWN));
        return Err(words.take(10).fold(error, Error::because));
    }
    read(&printed, now).map_err(|why| {
        Error::network(format!("{program} did not print keys: {why}"))
            .hint("it prints {\"Version\": 1, \"AccessKeyId\": …, \"SecretAccessKey\": …, \"SessionToken\": …, \"Expiration\": …} and nothing else")
    })
}

/// Waits for the end. A program that prints too much is not waited for.
async fn finish(mut child: Child) -> Result<(ExitStatus, Zeroizing<String>, String)> {
    let (out, err) = (child.stdout.take(), child.stderr.take());
    let failed = |error: std::io::Error| Error::io("the credential_process cannot be read").because(error);
    let (printed, said) = tokio::try_join!(capped(out), capped(err)).map_err(failed)?;
    if printed.len() as u64 > LARGEST {
        return Err(Error::network("the credential_process printed more than 64 KiB: those are no keys"));
    }
    let status = child.wait().await.map_err(failed)?;
    let printed = Zeroizing::new(String::from_utf8_lossy(&printed).into_owned());
    Ok((status, printed, String::from_utf8_lossy(&said).into_owned()))
}

async fn capped(stream: Option<impl AsyncRead + Unpin>) -> std::io::Result<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(8 * 1024));
    if let Some(stream) = stream {
        stream.take(LARGEST + 1).read_to_end(&mut bytes).await?;
    }
    Ok(bytes)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Contract {
    version: serde_json::Value,
    access_key_id: Zeroizing<String>,
    secret_access_key: Zeroizing<String>,
    session_token: Option<Zeroizing<String>>,
    expiration: Option<String>,
}

fn read(text: &str, now: Moment) -> std::result::Result<Printed, String> {
    // The message of the JSON reader may hold a value, so only its place is shown.
    let contract: Contract = serde_json::from_str(text)
        .map_err(|error| format!("line {}, column {} is not as expected", error.line(), error.column()))?;
    if contract.version != serde_json::json!(1) {
        return Err("the Version is not 1".to_owned());
    }
    let token = contract.session_token.filter(|token| !token.is_empty());
    let within = |text: &str, longest: usize| {
        (16..=longest).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
    };
    if !within(&contract.access_key_id, 128)
        || !contract.access_key_id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    {
        return Err("AccessKeyId is not one".to_owned());
    }
    if !within(&contract.secret_access_key, 128) {
        return Err("SecretAccessKey is not one".to_owned());
    }
    if token.as_ref().is_some_and(|token| token.len() > 8192 || !token.bytes().all(|byte| byte.is_ascii_graphic())) {
        return Err("SessionToken is not one".to_owned());
    }
    let expires =
        contract.expiration.map(|text| Moment::parse_rfc3339(&text).ok_or("Expiration is not a time")).transpose()?;
    if expires.is_some_and(|expires| expires <= now) {
        return Err("the keys have ended already".to_owned());
    }
    let secret = |text: &Zeroizing<String>| Secret::new(text.as_str().to_owned());
    let keys = Keys {
        id: contract.access_key_id.as_str().to_owned(),
        secret: secret(&contract.secret_access_key),
        token: token.as_ref().map(secret),
    };
    Ok(Printed { keys, expires })
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEYS: &str =
        r#""AccessKeyId": "ASIAEXAMPLEEXAMPLE00", "SecretAccessKey": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY""#;

    fn printed(rest: &str) -> std::result::Result<Printed, String> {
        read(&format!("{{\"Version\": 1, {KEYS}{rest}}}"), Moment(1_795_305_600))
    }

    #[test]
    fn what_the_sdks_take() {
        assert_eq!(printed("").unwrap().expires, None);
        assert_eq!(printed(", \"SessionToken\": null, \"Expiration\": null").unwrap().keys.token, None);
        let full =
            printed(", \"SessionToken\": \"t\", \"AccountId\": \"1\", \"Expiration\": \"2026-11-22T01:00:00+00:00\"");
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
