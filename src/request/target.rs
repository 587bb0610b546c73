//! Which account, role, region and duration are meant.

use crate::error::{Error, Result};
use crate::input::Input;
use crate::input::accounts::Account;
use crate::input::values::{ExternalId, parse_role_duration, parse_session_name};
use crate::session::{AccountId, Name, Partition, Region, RoleName};
use crate::shown::shown_up_to;

use super::base::Base;

/// The duration of a role session when nobody says otherwise, in seconds; also the most that a session made from
/// other temporary keys may last (IAM user guide, "Methods to assume a role", role chaining).
pub const ONE_HOUR: u32 = 3600;

/// As many names are shown to somebody who got one wrong.
const MOST_LISTED: usize = 8;

/// A value and who decided it: `--region`, `AWS_REGION`, `~/.aws/config:3`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen<T> {
    /// The value.
    pub value: T,
    /// Who decided.
    pub origin: String,
}

impl<T> Chosen<T> {
    /// A value with its origin.
    pub fn new(value: T, origin: impl Into<String>) -> Self {
        Self { value, origin: origin.into() }
    }
}

/// Who decided how long a session lasts: it changes what happens when AWS finds it too long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// `--duration`: refused rather than shortened.
    Option,
    /// A file or a variable, by its place: shortened, and said.
    Configured(String),
    /// Nobody.
    BuiltIn,
}

/// How long a session shall last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Length {
    /// In seconds.
    pub seconds: u32,
    /// Who decided.
    pub origin: Origin,
}

/// Account and role of a switch.
#[derive(Clone, Debug)]
pub struct Target {
    /// The word typed: an alias or an id.
    pub name: Name,
    /// The account's id.
    pub id: AccountId,
    /// The role.
    pub role: RoleName,
    /// The partition of both.
    pub partition: Partition,
    /// Whether the account is guarded.
    pub protected: bool,
    /// Why this role, when it was not typed.
    pub role_origin: Option<String>,
}

impl Target {
    /// The account and role that two words name, without anything else of a request.
    ///
    /// # Errors
    /// `Config` and `Usage` as for a switch.
    pub fn named(words: &[String], input: &Input) -> Result<Self> {
        let words = super::words::sort(words)?;
        let account = find_account(&words.account, input)?;
        let role = role(words.role.as_deref(), &account)?;
        target(&account, role, None)
    }
}

/// An account as typed, with what the accounts file knows about it.
#[derive(Clone, Debug)]
pub struct Asked {
    name: Name,
    id: AccountId,
    /// The entry of the file; of an id typed in full, the only alias's.
    pub entry: Option<Account>,
    protected: bool,
    read_only: bool,
}

/// Finds the account of a word: a 12-digit id always means itself, anything else is looked up by its exact name.
///
/// # Errors
/// `Config` when there is no such account, with the nearest names, or when its entry is wrong.
pub fn find_account(word: &str, input: &Input) -> Result<Asked> {
    if let Some(id) = AccountId::parse(word) {
        let aliases = input.accounts.aliases_of(&id)?;
        let (protected, read_only) =
            (aliases.iter().any(|alias| alias.protected), aliases.iter().any(|alias| alias.read_only));
        let entry = match aliases.as_slice() {
            [only] => Some((*only).clone()),
            _ => None,
        };
        return Ok(Asked { name: Name::parse("account", word)?, id, entry, protected, read_only });
    }
    let name = Name::parse("account", word)?;
    match input.accounts.find(word)? {
        Some(account) => Ok(Asked {
            name,
            id: account.id.clone(),
            protected: account.protected,
            read_only: account.read_only,
            entry: Some(account.clone()),
        }),
        None => Err(unknown_account(word, input)),
    }
}

fn unknown_account(word: &str, input: &Input) -> Error {
    let accounts = &input.accounts;
    let file = accounts.file().unwrap_or("~/.aws/accounts").to_owned();
    let digits = word.chars().filter(char::is_ascii_digit).count();
    let only_digits = word.chars().all(|character| character.is_ascii_digit() || matches!(character, '-' | ' '));
    let error = Error::config(format!("there is no account '{}'", shown_up_to(word, 80)));
    if only_digits && digits > 0 {
        let plain: String = word.chars().filter(char::is_ascii_digit).collect();
        let error = error.because(format!("an account id has 12 digits and nothing else; this has {digits} digits"));
        return if digits == 12 { error.hint(format!("try {plain}")) } else { error };
    }
    if !accounts.exists() {
        return error.because(format!("{file} does not exist")).hint(format!(
            "name it there: {{\"{}\": \"123456789012\"}}, or use the 12-digit id",
            shown_up_to(word, 80)
        ));
    }
    match accounts.near(word).as_slice() {
        [] => error.hint(known(&file, accounts.listed().map(|account| account.name))),
        near => error.hint(format!("did you mean {}?", near.join(", "))),
    }
}

/// The first names of a file, for who does not know what is in it.
fn known<'a>(file: &str, names: impl Iterator<Item = &'a str>) -> String {
    let mut names: Vec<&str> = names.take(MOST_LISTED + 1).collect();
    if names.len() > MOST_LISTED {
        names.truncate(MOST_LISTED);
        names.push("…");
    }
    match names.as_slice() {
        [] => format!("no account has a name in {file}; a 12-digit id works without one"),
        names => format!("{file} names {}; a 12-digit id works without a name", names.join(", ")),
    }
}

/// The role of a target: as typed, else the account's default, else the only one declared.
///
/// # Errors
/// `Usage` when none is typed and none follows.
pub fn role(word: Option<&str>, asked: &Asked) -> Result<(RoleName, Option<String>)> {
    if let Some(word) = word {
        return Ok((RoleName::parse(word)?, None));
    }
    let usage =
        || Error::usage(format!("which role in {}?", asked.name)).hint(format!("assume-role {} ROLE", asked.name));
    let Some(entry) = &asked.entry else { return Err(usage()) };
    match (&entry.default_role, entry.roles.as_slice()) {
        (Some(role), _) => Ok((role.clone(), Some(format!("default_role of {}", entry.place)))),
        (None, [only]) => Ok((only.clone(), Some(format!("the only role in {}", entry.place)))),
        (None, []) => Err(usage()),
        (None, several) => {
            let names: Vec<&str> = several.iter().map(RoleName::as_str).collect();
            Err(usage().hint(format!("roles known there: {}", names.join(", "))))
        }
    }
}

/// Puts account, role and partition together.
///
/// # Errors
/// `Config` when the account's partition and a region chosen for it disagree.
pub fn target(
    asked: &Asked,
    (role, role_origin): (RoleName, Option<String>),
    region: Option<&Chosen<Region>>,
) -> Result<Target> {
    let of_account = asked.entry.as_ref().and_then(|entry| entry.partition);
    let of_region = region.map(|region| region.value.partition());
    if let (Some(partition), Some(region)) = (of_account, region)
        && region.value.partition() != partition
    {
        return Err(Error::config(format!(
            "region {} from {} is not in partition {partition} of account {}",
            region.value, region.origin, asked.name
        )));
    }
    Ok(Target {
        name: asked.name.clone(),
        id: asked.id.clone(),
        role,
        partition: of_account.or(of_region).unwrap_or_default(),
        protected: asked.protected,
        role_origin,
    })
}

/// The region, as far as option, account and environment decide it. A region that a switch set earlier does not
/// count as the user's choice.
///
/// # Errors
/// `Config` for a value that is no region.
pub fn region(word: Option<&str>, asked: &Asked, input: &Input) -> Result<Option<Chosen<Region>>> {
    if let Some(word) = word {
        return Ok(Some(Chosen::new(Region::parse("the command line", word)?, "the command line")));
    }
    if let Some(entry) = &asked.entry
        && let Some(region) = &entry.region
    {
        return Ok(Some(Chosen::new(region.clone(), entry.place.to_string())));
    }
    let set_by_us = input.environment.text("ASSUME_ROLE_REGION")?;
    for name in ["AWS_REGION", "AWS_DEFAULT_REGION"] {
        match input.environment.text(name)? {
            Some(text) if Some(text) != set_by_us => return Ok(Some(Chosen::new(Region::parse(name, text)?, name))),
            _ => {}
        }
    }
    Ok(None)
}

/// The region that the base profile or the settings name.
pub fn fallback_region(base: &Base, input: &Input) -> Option<Chosen<Region>> {
    let of_settings =
        || input.settings.region.as_ref().map(|set| Chosen::new(set.value.clone(), set.origin.to_string()));
    base.region.clone().or_else(of_settings)
}

/// How long the session shall last.
///
/// # Errors
/// `Config` outside 15 minutes to 12 hours.
pub fn length(option: Option<&str>, asked: &Asked, input: &Input) -> Result<Length> {
    if let Some(text) = option {
        return Ok(Length { seconds: parse_role_duration("--duration", text)?, origin: Origin::Option });
    }
    if let Some((seconds, place)) = asked.entry.as_ref().and_then(|entry| Some((entry.duration?, &entry.place))) {
        return Ok(Length { seconds, origin: Origin::Configured(place.to_string()) });
    }
    let variable = "AWS_ROLE_SESSION_TIMEOUT";
    if let Some(text) = input.environment.text(variable)? {
        return Ok(Length {
            seconds: parse_role_duration(variable, text)?,
            origin: Origin::Configured(variable.into()),
        });
    }
    Ok(match &input.settings.duration {
        Some(set) => Length { seconds: set.value, origin: Origin::Configured(set.origin.to_string()) },
        None => Length { seconds: ONE_HOUR, origin: Origin::BuiltIn },
    })
}

/// The session's name, when somebody chose it. `AWS_USERNAME` may hold any text and is made fit.
///
/// # Errors
/// `Config` for an option that is no session name.
pub fn session_name(option: Option<&str>, asked: &Asked, input: &Input) -> Result<Option<String>> {
    if let Some(text) = option {
        return parse_session_name("--session-name", "session name", text).map(Some);
    }
    if let Some(name) = asked.entry.as_ref().and_then(|entry| entry.session_name.clone()) {
        return Ok(Some(name));
    }
    Ok(input.environment.text("AWS_USERNAME")?.map(crate::session::session_name))
}

/// The external id: option, account, else the account's own id, which the old script always sent.
///
/// # Errors
/// `Config` for an option that is no external id.
pub fn external_id(option: Option<&str>, asked: &Asked) -> Result<Option<String>> {
    let chosen = match option {
        Some(text) => Some(ExternalId::parse("--external-id", text)?),
        None => asked.entry.as_ref().and_then(|entry| entry.external_id.clone()),
    };
    Ok(match chosen {
        Some(ExternalId::None) => None,
        Some(ExternalId::Value(text)) => Some(text),
        None => Some(asked.id.to_string()),
    })
}

/// The managed policies of the session: the account's, and `ReadOnlyAccess` where the account is marked so.
pub fn policy_arns(asked: &Asked, partition: Partition, write: bool) -> Vec<String> {
    let mut arns = asked.entry.as_ref().map(|entry| entry.policy_arns.clone()).unwrap_or_default();
    if asked.read_only && !write {
        arns.push(format!("arn:{partition}:iam::aws:policy/ReadOnlyAccess"));
    }
    arns
}
