//! Where a chain begins: keys, a program, a token, the single sign-on, or the machine itself.

use std::path::PathBuf;

use super::mfa_serial;
use super::sso::SsoRole;
use crate::config::Config;
use crate::config::profiles::Section;
use crate::error::{Error, Result};
use crate::plan::base::{ENVIRONMENT, chosen, environment_keys, keys};
use crate::plan::target::Chosen;
use crate::types::sanitize::escape_up_to;
use crate::types::{Credentials, Moment};

/// The first link.
#[derive(Clone, Debug)]
pub(crate) struct Root {
    /// The profile that says so, or where else it is from.
    pub profile: String,
    /// For messages: `profile bastion (~/.aws/credentials:3)`.
    pub from: String,
    /// What it is.
    pub start: Start,
    /// The MFA device of its user.
    pub mfa_serial: Option<Chosen<String>>,
    /// Whether a device that nobody names is looked for: not where the session is a step to a role,
    /// whose profile says what it wants.
    pub finds_device: bool,
    /// Whether a renewal finds it again: keys in the environment give way to the role's.
    pub stays: bool,
}

/// How the first link proves itself.
#[derive(Clone, Debug)]
pub(crate) enum Start {
    /// Keys in a file or in the environment, and when they end, if that is known.
    Credentials(Credentials, Option<Moment>),
    /// `credential_process`: a program that prints keys.
    Process(Process),
    /// `credential_source = EcsContainer`.
    Container,
    /// `credential_source = Ec2InstanceMetadata`.
    Instance,
    /// `web_identity_token_file`: its token gives the first role.
    WebIdentity(Chosen<PathBuf>),
    /// `sso_session` or the older `sso_…` keys.
    Sso(SsoRole),
}

/// A program that prints keys.
#[derive(Clone, Debug)]
pub(crate) struct Process {
    /// Its command line.
    pub command: Chosen<String>,
    /// The profiles whose programs are running already, one on each line: how we meet ourselves
    /// again.
    pub running: String,
}

/// The variable that tells a program for which profiles it runs.
pub(crate) const RUNNING: &str = "ASSUME_ROLE_CHAIN";

/// Under which keys other tools write when temporary keys of a profile end.
const ENDS: [&str; 4] =
    ["x_security_token_expires", "aws_credential_expiration", "aws_expiration", "expiration"];

impl Root {
    /// What a profile without a source proves itself with, in the order of the AWS CLI.
    pub(super) fn of_profile(profile: &Section<'_>, config: &Config) -> Result<Self> {
        if let Some(role) = SsoRole::of_profile(profile, config)? {
            return Self::new(profile, &role.session.origin.clone(), Start::Sso(role));
        }
        let command = chosen(profile, "credential_process");
        match command {
            Some(command) if !keys_win(profile, config) => {
                let origin = command.origin.clone();
                Self::new(profile, &origin, Start::Process(process(profile, command, config)?))
            }
            _ => Self::of_keys(profile),
        }
    }

    /// The file with a web identity token.
    pub(super) fn of_token(
        profile: &Section<'_>,
        file: Chosen<String>,
        config: &Config,
    ) -> Result<Self> {
        let path = match (file.value.strip_prefix("~/"), config.environment.home()) {
            (Some(rest), Some(home)) => home.join(rest),
            _ => PathBuf::from(&file.value),
        };
        let origin = file.origin.clone();
        Self::new(profile, &origin, Start::WebIdentity(Chosen::new(path, file.origin)))
    }

    /// The keys of a profile.
    pub(super) fn of_keys(profile: &Section<'_>) -> Result<Self> {
        let (keys, place) = keys(profile)?;
        let ends = ENDS.iter().find_map(|key| Moment::parse_rfc3339(profile.value(key)?.text));
        Self::new(profile, &place, Start::Credentials(keys, ends))
    }

    /// The source that `credential_source` names.
    pub(super) fn of_source(
        profile: &Section<'_>,
        named: &Chosen<String>,
        config: &Config,
    ) -> Result<Self> {
        let start = match named.value.as_str() {
            "Environment" => {
                return Self::of_environment(config).map_err(|error| {
                    error.because(format!("credential_source is Environment ({})", named.origin))
                });
            }
            "Ec2InstanceMetadata" => Start::Instance,
            "EcsContainer" => Start::Container,
            other => {
                return Err(Error::config(format!(
                    "{}: credential_source '{}' is not known",
                    named.origin,
                    escape_up_to(other, 80)
                ))
                .hint("it is Environment, Ec2InstanceMetadata or EcsContainer"));
            }
        };
        Ok(Self { mfa_serial: None, ..Self::new(profile, &named.origin, start)? })
    }

    /// The keys in the environment, also those that a switch of ours left there.
    fn of_environment(config: &Config) -> Result<Self> {
        let (keys, ends, from) = environment_keys(config)?;
        let start = Start::Credentials(keys, ends);
        Ok(Self {
            profile: ENVIRONMENT.to_owned(),
            from,
            start,
            mfa_serial: None,
            finds_device: true,
            stays: false,
        })
    }

    /// Whether its keys stand in the environment, and in no file.
    pub(crate) fn is_environment(&self) -> bool {
        self.profile == ENVIRONMENT && matches!(self.start, Start::Credentials(..))
    }

    /// Whether a profile holds keys of its own.
    pub(super) fn has_keys(profile: &Section<'_>) -> bool {
        profile.value("aws_access_key_id").is_some()
    }

    fn new(profile: &Section<'_>, place: &str, start: Start) -> Result<Self> {
        let name = profile.name();
        let from = format!("profile {} ({place})", escape_up_to(name, 80));
        Ok(Self {
            profile: name.to_owned(),
            from,
            start,
            mfa_serial: mfa_serial(profile)?,
            finds_device: true,
            stays: true,
        })
    }
}

/// Keys of the credentials file come before `credential_process`, and that before keys of the
/// config file.
fn keys_win(profile: &Section<'_>, config: &Config) -> bool {
    let config = config.profiles.paths().first();
    profile
        .value("aws_access_key_id")
        .is_some_and(|id| Some(id.place.file.as_ref()) != config.map(String::as_str))
}

/// A program that runs us for the profile whose program it is would go on for ever.
fn process(profile: &Section<'_>, command: Chosen<String>, config: &Config) -> Result<Process> {
    let running = config.environment.text(RUNNING)?.unwrap_or_default().to_owned();
    if running.lines().any(|name| name == profile.name()) {
        let names: Vec<String> =
            running.lines().chain([profile.name()]).map(|name| escape_up_to(name, 40)).collect();
        return Err(Error::config(format!(
            "{}: credential_process leads back to itself",
            command.origin
        ))
        .because(names.join(" → "))
        .hint("the program it runs must not need this profile"));
    }
    Ok(Process { command, running })
}
