//! What the user decided once: `~/.config/assume-role/config.toml` (in `$XDG_CONFIG_HOME` when that
//! is an absolute path) and the variables for its keys.
//!
//! Each setting remembers where it came from: what the user configured and cannot be used is an error,
//! where a default would only be a warning. The file is optional.
//!
//! | key | value | default |
//! |---|---|---|
//! | `store` | `file`, `runtime` or `none`: where sessions are kept | `file` |
//! | `timeout` | how long STS and IAM may take in all, 1s to 5m | `8s` |
//! | `region` | the region when nothing else names one | |
//! | `duration` | how long role sessions last, 15m to 12h | |
//! | `base` | the profile that roles are assumed from, or `env` | |
//! | `mfa_process` | prints an MFA code; a shell runs it | |
//! | `web_identity_command` | prints a token for the scheme web-identity; run without a shell | |
//! | `prompt` | `auto`, `left`, `right` or `none`: where the prompt shows the role | `auto` |
//! | `warning` | from which time left on the prompt warns | `10m` |
//! | `alarm` | from which time left on the prompt is alarmed | `2m` |
//! | `renewable_mark` | what marks a session that renews without asking, up to 4 characters | `*` |
//! | `browser` | what `console --open` opens: a command with `%s` for the address; run without a shell | |
//! | `console_logout` | `yes` or `no`: the session that the browser had in the console is ended first | `yes` |
//! | `picker` | `builtin` or `fzf`: in what accounts and roles are chosen | `builtin` |
//! | `repaint` | `yes` or `no`: zsh draws an idle prompt anew when a threshold is crossed | `no` |
//! | `accounts` | the accounts file, or several: the user's own, then those of a team | `~/.aws/accounts` |
//! | `renew` | commands before which a session about to end is renewed: `aws terraform` | |
//!
//! Each is a string, durations also a number of seconds, `accounts` also a list of paths. `ASSUME_ROLE_CONFIG_<KEY>` wins over the
//! file, and `ASSUME_ROLE_STORE` and `ASSUME_ROLE_TIMEOUT`, which one types for a single run, over
//! that.

mod raw;

use std::path::PathBuf;

pub(crate) use raw::Origin;
use raw::RawSettings;

use crate::config::environment::Environment;
use crate::config::values::parse_role_duration;
use crate::error::{Error, Result};
use crate::types::sanitize::{escape_up_to, is_plain};
use crate::types::{Name, Region, parse_duration};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting<T> {
    pub value: T,
    pub origin: Origin,
}

impl<T> Setting<T> {
    pub fn is_configured(&self) -> bool {
        self.origin != Origin::Default
    }

    fn new_default(value: T) -> Self {
        Self { value, origin: Origin::Default }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreKind {
    File,
    /// Files under the runtime directory, which ends with the login.
    Runtime,
    None,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PickerKind {
    Builtin,
    Fzf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PromptSide {
    /// In a plain prompt, not in one that a framework owns.
    Auto,
    Left,
    Right,
    /// Nowhere; the text is in `ASSUME_ROLE_PROMPT`.
    None,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The accounts file; several with `:` between them.
    pub accounts: Option<Setting<String>>,
    pub store: Setting<StoreKind>,
    /// How long STS and IAM may take in all, in seconds.
    pub timeout: Setting<u32>,
    pub region: Option<Setting<Region>>,
    /// How long role sessions last, in seconds.
    pub duration: Option<Setting<u32>>,
    pub base: Option<Setting<Name>>,
    /// The command line of a program that prints an MFA code.
    pub mfa_process: Option<Setting<String>>,
    pub web_identity_command: Option<Setting<String>>,
    pub prompt: Setting<PromptSide>,
    pub warning: Setting<u32>,
    /// From how many seconds left on the prompt is alarmed.
    pub alarm: Setting<u32>,
    /// What marks a session that renews without asking.
    pub renewable_mark: Setting<String>,
    pub picker: Setting<PickerKind>,
    pub repaint: Setting<bool>,
    /// The command line of the browser that `console` opens.
    pub browser: Option<Setting<String>>,
    pub console_logout: Setting<bool>,
    pub renew: Setting<Vec<String>>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            accounts: None,
            store: Setting::new_default(StoreKind::File),
            timeout: Setting::new_default(8),
            region: None,
            duration: None,
            base: None,
            mfa_process: None,
            web_identity_command: None,
            prompt: Setting::new_default(PromptSide::Auto),
            warning: Setting::new_default(600),
            alarm: Setting::new_default(120),
            renewable_mark: Setting::new_default("*".to_owned()),
            picker: Setting::new_default(PickerKind::Builtin),
            repaint: Setting::new_default(false),
            browser: None,
            console_logout: Setting::new_default(true),
            renew: Setting::new_default(Vec::new()),
        }
    }
}

impl Settings {
    pub fn path(environment: &Environment) -> Option<PathBuf> {
        raw::config_path(environment)
    }

    pub fn read(environment: &Environment) -> Result<Self> {
        let raw = RawSettings::read(environment)?;
        let default = Self::default();
        let stores =
            [("file", StoreKind::File), ("runtime", StoreKind::Runtime), ("none", StoreKind::None)];
        let sides = [
            ("auto", PromptSide::Auto),
            ("left", PromptSide::Left),
            ("right", PromptSide::Right),
            ("none", PromptSide::None),
        ];
        let pickers = [("builtin", PickerKind::Builtin), ("fzf", PickerKind::Fzf)];
        let yes_or_no = [("yes", true), ("no", false), ("true", true), ("false", false)];
        Ok(Self {
            accounts: setting(&raw, "accounts", parse_paths)?,
            store: one_of(&raw, "store", &stores)?.unwrap_or(default.store),
            timeout: setting(&raw, "timeout", parse_timeout)?.unwrap_or(default.timeout),
            region: setting(&raw, "region", Region::parse)?,
            duration: setting(&raw, "duration", |origin, text| parse_role_duration(origin, text))?,
            base: setting(&raw, "base", parse_base)?,
            mfa_process: setting(&raw, "mfa_process", |_, text| Ok(text.to_owned()))?,
            web_identity_command: setting(&raw, "web_identity_command", |_, text| {
                Ok(text.to_owned())
            })?,
            prompt: one_of(&raw, "prompt", &sides)?.unwrap_or(default.prompt),
            warning: setting(&raw, "warning", parse_duration)?.unwrap_or(default.warning),
            alarm: setting(&raw, "alarm", parse_duration)?.unwrap_or(default.alarm),
            renewable_mark: setting(&raw, "renewable_mark", parse_mark)?
                .unwrap_or(default.renewable_mark),
            picker: one_of(&raw, "picker", &pickers)?.unwrap_or(default.picker),
            repaint: one_of(&raw, "repaint", &yes_or_no)?.unwrap_or(default.repaint),
            browser: setting(&raw, "browser", |_, text| Ok(text.to_owned()))?,
            console_logout: one_of(&raw, "console_logout", &yes_or_no)?
                .unwrap_or(default.console_logout),
            renew: setting(&raw, "renew", parse_commands)?.unwrap_or(default.renew),
        })
    }
}

fn setting<T>(
    raw: &RawSettings<'_>,
    key: &str,
    parse: impl FnOnce(&str, &str) -> Result<T>,
) -> Result<Option<Setting<T>>> {
    let Some((origin, text)) = raw.text(key)? else { return Ok(None) };
    let value = parse(&origin.to_string(), text)?;
    Ok(Some(Setting { value, origin }))
}

fn one_of<T: Copy>(
    raw: &RawSettings<'_>,
    key: &str,
    words: &[(&str, T)],
) -> Result<Option<Setting<T>>> {
    setting(raw, key, |origin, text| {
        words.iter().find(|(word, _)| *word == text).map(|&(_, value)| value).ok_or_else(|| {
            let known: Vec<&str> = words.iter().map(|&(word, _)| word).collect();
            Error::config(format!("{origin}: {key} '{}' is not known", escape_up_to(text, 80)))
                .hint(format!("{key} is one of {}", known.join(", ")))
        })
    })
}

fn parse_commands(origin: &str, text: &str) -> Result<Vec<String>> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '+' | '-');
    match text.split_ascii_whitespace().find(|name| !name.chars().all(plain)) {
        None => Ok(text.split_ascii_whitespace().map(str::to_owned).collect()),
        Some(name) => Err(Error::config(format!(
            "{origin}: renew '{}' is not the name of a command",
            escape_up_to(name, 80)
        ))
        .hint("names of commands, with blanks between them: aws terraform")),
    }
}

/// Paths that mean the same wherever the user stands.
fn parse_paths(origin: &str, text: &str) -> Result<String> {
    let is_path = |part: &&str| part.is_empty() || part.starts_with('/') || part.starts_with("~/");
    match text.split(':').find(|part| !is_path(part)) {
        None => Ok(text.to_owned()),
        Some(part) => Err(Error::config(format!(
            "{origin}: accounts '{}' is no whole path",
            escape_up_to(part, 80)
        ))
        .hint("write it from the root, or from your home: ~/infra/accounts.json")),
    }
}

fn parse_timeout(origin: &str, text: &str) -> Result<u32> {
    match parse_duration(origin, text)? {
        seconds @ 1..=300 => Ok(seconds),
        seconds => Err(Error::config(format!("{origin}: timeout {seconds} s is out of range"))
            .hint("write 1s to 5m")),
    }
}

fn parse_base(origin: &str, text: &str) -> Result<Name> {
    Name::parse("profile", text)
        .map_err(|error| Error { message: format!("{origin}: {}", error.message), ..error })
}

fn parse_mark(origin: &str, text: &str) -> Result<String> {
    let inert = |c: char| is_plain(c) && !matches!(c, '$' | '`' | '\\' | '"' | '\'');
    if text.chars().count() <= 4 && text.chars().all(inert) {
        return Ok(text.to_owned());
    }
    Err(Error::config(format!(
        "{origin}: renewable_mark '{}' is not allowed",
        escape_up_to(text, 80)
    ))
    .hint("up to 4 printable characters, no quotes, $, ` or \\"))
}

#[cfg(test)]
mod tests;
