//! Which account, role, region and duration are meant.

use std::fmt;

use super::base::chosen;
use super::marks::Marks;
use super::unknown::near_regions;
use crate::config::Config;
use crate::config::accounts::Account;
use crate::config::profiles::Section;
use crate::config::values::parse_role_duration;
use crate::error::{Error, Kind, Result};
use crate::types::{AccountId, Name, Partition, Region, RoleArn, RoleName};

/// The duration of a role session when nobody says otherwise, in seconds; also the most that a
/// session made from other temporary keys may last (IAM user guide, "Methods to assume a role",
/// role chaining).
pub(crate) const ONE_HOUR: u32 = 3600;

/// A value and who decided it: `--region`, `AWS_REGION`, `~/.aws/config:3`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Chosen<T> {
    /// The value.
    pub value: T,
    /// Who decided.
    pub origin: String,
}

impl<T> Chosen<T> {
    /// A value with its origin.
    pub(crate) fn new(value: T, origin: impl Into<String>) -> Self {
        Self { value, origin: origin.into() }
    }
}

/// Who decided how long a session lasts: it changes what happens when AWS finds it too long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// `--duration`: refused rather than shortened.
    Option,
    /// A file or a variable, by its place: shortened, and said.
    Configured(String),
    /// Nobody.
    BuiltIn,
}

/// How long a session shall last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Length {
    /// In seconds.
    pub seconds: u32,
    /// Who decided.
    pub origin: Origin,
}

/// What a switch leads to.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    /// The word typed: an alias or an id; for a profile its name.
    pub name: Name,
    /// The role; `None` for a profile that names none and acts as whoever its keys belong to.
    pub role: Option<RoleArn>,
    /// The partition.
    pub partition: Partition,
    /// The alias that guards the account, and where it says so.
    pub protected: Option<Chosen<Name>>,
    /// Why this role, when it was not typed.
    pub role_origin: Option<String>,
    /// The account as it was meant; `None` for a profile.
    pub account: Option<Box<Asked>>,
}

impl Target {
    /// The role.
    pub(crate) fn role(&self) -> Result<&RoleArn> {
        self.role
            .as_ref()
            .ok_or_else(|| Error::new(Kind::Bug, format!("{} has no role to assume", self.name)))
    }
}

/// As messages name it: `production:read`, or the profile.
impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.role {
            Some(role) => write!(f, "{}:{}", self.name, role.name),
            None => self.name.fmt(f),
        }
    }
}

/// An account as typed, with what the accounts file knows about it.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// The word typed, an alias or an id; for an ARN the only alias, else the id.
    pub name: Name,
    /// The id.
    pub id: AccountId,
    /// The entry of the file; of an id typed in full, the only alias's.
    pub entry: Option<Account>,
    /// What any of its aliases says about entering it.
    pub marks: Marks,
}

/// Finds the account of a word: a 12-digit id always means itself, anything else is looked up by
/// its exact name.
pub(super) fn find_account(word: &str, config: &Config) -> Result<Option<Asked>> {
    if let Some(id) = AccountId::parse(word) {
        let entry = match config.accounts.aliases_of(&id)?.as_slice() {
            [only] => Some(only.clone()),
            _ => None,
        };
        let marks = Marks::of(&id, None, config)?;
        return Ok(Some(Asked { name: Name::parse("account", word)?, id, entry, marks }));
    }
    let name = Name::parse("account", word)?;
    let Some(account) = config.accounts.find(word)? else { return Ok(None) };
    let marks = Marks::of(&account.id, Some(&account), config)?;
    Ok(Some(Asked { name, id: account.id.clone(), entry: Some(account), marks }))
}

/// The role of a target: as typed, else the account's default, else the only one declared.
pub(super) fn role(word: Option<&str>, asked: &Asked) -> Result<(RoleName, Option<String>)> {
    if let Some(word) = word {
        return Ok((RoleName::parse(word)?, None));
    }
    let usage = |known: &[&str]| which_role(Kind::Usage, asked.name.as_str(), known);
    let Some(entry) = &asked.entry else { return Err(usage(&[])) };
    match (&entry.default_role, entry.roles.as_slice()) {
        (Some(role), _) => Ok((role.clone(), Some(format!("default_role of {}", entry.place)))),
        (None, [only]) => Ok((only.clone(), Some(format!("the only role in {}", entry.place)))),
        (None, several) => {
            let names: Vec<&str> = several.iter().map(RoleName::as_str).collect();
            Err(usage(&names))
        }
    }
}

/// The question that nobody answered, with the roles that are known. `account` is what was typed,
/// fit to be shown.
pub(crate) fn which_role(kind: Kind, account: &str, known: &[&str]) -> Error {
    let error = Error::new(kind, format!("which role in {account}?"))
        .hint(format!("assume-role {account} ROLE"));
    if known.is_empty() {
        error
    } else {
        error.hint(format!("roles known there: {}", known.join(", ")))
    }
}

/// The region, as far as option, account and environment decide it. A region that a switch set
/// earlier does not count as the user's choice.
pub(super) fn region(
    word: Option<&str>,
    asked: Option<&Asked>,
    config: &Config,
) -> Result<Option<Chosen<Region>>> {
    if let Some(word) = word {
        let region =
            Region::parse("the command line", word).map_err(|error| match near_regions(word) {
                Some(near) => error.hint(near),
                None => error,
            })?;
        return Ok(Some(Chosen::new(region, "the command line")));
    }
    if let Some(entry) = asked.and_then(|asked| asked.entry.as_ref())
        && let Some(region) = &entry.region
    {
        return Ok(Some(Chosen::new(region.clone(), entry.place.to_string())));
    }
    let set_by_us = config.environment.text("ASSUME_ROLE_REGION")?;
    for name in ["AWS_REGION", "AWS_DEFAULT_REGION"] {
        match config.environment.text(name)? {
            Some(text) if Some(text) != set_by_us => {
                return Ok(Some(Chosen::new(Region::parse(name, text)?, name)));
            }
            _ => {}
        }
    }
    Ok(None)
}

/// The region that the base profile or the settings name.
pub(super) fn fallback_region(
    profile: Option<&Section<'_>>,
    config: &Config,
) -> Result<Option<Chosen<Region>>> {
    if let Some(region) = profile.and_then(|profile| chosen(profile, "region")) {
        return Ok(Some(Chosen::new(Region::parse(&region.origin, &region.value)?, region.origin)));
    }
    Ok(config
        .settings
        .region
        .as_ref()
        .map(|set| Chosen::new(set.value.clone(), set.origin.to_string())))
}

/// How long the session shall last.
pub(super) fn length(option: Option<&str>, asked: &Asked, config: &Config) -> Result<Length> {
    if let Some(text) = option {
        return Ok(Length {
            seconds: parse_role_duration("--duration", text)?,
            origin: Origin::Option,
        });
    }
    if let Some((seconds, place)) =
        asked.entry.as_ref().and_then(|entry| Some((entry.duration?, &entry.place)))
    {
        return Ok(Length { seconds, origin: Origin::Configured(place.to_string()) });
    }
    let variable = "AWS_ROLE_SESSION_TIMEOUT";
    if let Some(text) = config.environment.text(variable)? {
        return Ok(Length {
            seconds: parse_role_duration(variable, text)?,
            origin: Origin::Configured(variable.into()),
        });
    }
    Ok(match &config.settings.duration {
        Some(set) => {
            Length { seconds: set.value, origin: Origin::Configured(set.origin.to_string()) }
        }
        None => Length { seconds: ONE_HOUR, origin: Origin::BuiltIn },
    })
}
