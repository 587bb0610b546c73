//! Where a chain begins: keys, a program, a token, Identity Center, or the machine itself.

use super::process::{Process, RUNNING};
use super::sign_in::SignIn;
use super::sso::SsoRole;
use crate::config::Config;
use crate::config::keyring::REFERENCE;
use crate::config::profiles::Section;
use crate::error::{Error, Result};
use crate::plan::chosen::{Chosen, chosen, file_of};
use crate::plan::credential_source::CredentialSource;
use crate::plan::source::{Base, OTHER_SOURCES, keys};
use crate::plan::web_identity::WebIdentity;
use crate::types::Moment;
use crate::types::sanitize::escape_up_to;

/// Under which keys other tools write when temporary keys of a profile end.
const ENDS: [&str; 4] =
    ["x_security_token_expires", "aws_credential_expiration", "aws_expiration", "expiration"];

#[derive(Clone, Debug, Default)]
pub(crate) struct ProfileMfa {
    /// `mfa_serial`: the device.
    pub serial: Option<Chosen<String>>,
    /// `mfa_process`: the command line of a program that prints the code.
    pub program: Option<Chosen<String>>,
}

/// A base, and what its profile says about MFA.
type Root = (Base, ProfileMfa);

/// The credentials of a profile without a source, in the order of the AWS CLI.
pub(super) fn of_profile(profile: &Section<'_>, config: &Config) -> Result<Root> {
    if let Some(role) = SsoRole::of_profile(profile, config)? {
        let place = role.session.origin.clone();
        return base(profile, &place, CredentialSource::IdentityCenter(role));
    }
    if !keys_win(profile, config)
        && let Some(sign_in) = SignIn::of_profile(profile, config)?
    {
        let place = sign_in.arn.origin.to_string();
        return base(profile, &place, CredentialSource::ConsoleSignIn(Box::new(sign_in)));
    }
    if let Some(root) = of_keyring(profile, config)? {
        return Ok(root);
    }
    match chosen(profile, "credential_process") {
        Some(command) if !keys_win(profile, config) => {
            let place = command.origin.to_string();
            let process = process(profile, command, config)?;
            base(profile, &place, CredentialSource::Process(process))
        }
        _ => of_file(profile),
    }
}

/// The key that a keyring holds for a profile. Keys of the credentials file come first: that is
/// what other programs take.
fn of_keyring(profile: &Section<'_>, config: &Config) -> Result<Option<Root>> {
    let key = profile.key_reference().filter(|_| !keys_win(profile, config)).transpose()?;
    let Some(key) = key else { return Ok(None) };
    let place = format!("{}, {}", key.keyring, key.place);
    base(profile, &place, CredentialSource::Keyring(key)).map(Some)
}

/// The file with a web identity token.
pub(super) fn of_token(
    profile: &Section<'_>,
    file: Chosen<String>,
    config: &Config,
) -> Result<Root> {
    let place = file.origin.to_string();
    let token = WebIdentity::File(file_of(file, config));
    let description = token.to_string();
    let (base, mfa) = base(profile, &place, CredentialSource::WebIdentity(token))?;
    Ok((Base { description, ..base }, mfa))
}

pub(in crate::plan) fn of_keys(profile: &Section<'_>, config: &Config) -> Result<Root> {
    of_keyring(profile, config)?.map_or_else(|| of_file(profile), Ok)
}

fn of_file(profile: &Section<'_>) -> Result<Root> {
    let (keys, place) = keys(profile)?;
    let ends = ENDS.iter().find_map(|key| Moment::parse_rfc3339(profile.value(key)?.text));
    base(profile, &place, CredentialSource::Keys(keys, ends))
}

pub(super) fn of_named(
    profile: &Section<'_>,
    named: &Chosen<String>,
    config: &Config,
) -> Result<Root> {
    let source = match named.value.as_str() {
        "Environment" => {
            let base = Base::of_environment(config).map_err(|error| {
                error.because(format!("credential_source is Environment ({})", named.origin))
            });
            return Ok((base?, ProfileMfa::default()));
        }
        "Ec2InstanceMetadata" => CredentialSource::Instance,
        "EcsContainer" => CredentialSource::Container,
        other => {
            return Err(Error::config(format!(
                "{}: credential_source '{}' is not known",
                named.origin,
                escape_up_to(other, 80)
            ))
            .hint("it is Environment, Ec2InstanceMetadata or EcsContainer"));
        }
    };
    let (base, _) = base(profile, &named.origin.to_string(), source)?;
    Ok((base, ProfileMfa::default()))
}

/// Whether a profile gets its credentials from something else than keys of its own.
pub(in crate::plan) fn gets_keys_elsewhere(profile: &Section<'_>) -> bool {
    !has_keys(profile) && OTHER_SOURCES.iter().any(|key| profile.value(key).is_some())
}

pub(super) fn has_keys(profile: &Section<'_>) -> bool {
    profile.value("aws_access_key_id").is_some() || profile.value(REFERENCE).is_some()
}

fn base(profile: &Section<'_>, place: &str, source: CredentialSource) -> Result<Root> {
    let name = profile.name();
    let base = Base {
        profile: name.to_owned(),
        description: format!("profile {} ({place})", escape_up_to(name, 80)),
        source,
        survives_switch: true,
        chosen_by: None,
        is_found: false,
        // Beside a role it may be the role's.
        told_account: chosen(profile, "aws_account_id")
            .filter(|_| profile.value("role_arn").is_none()),
    };
    Ok((base, ProfileMfa::of(profile)?))
}

/// Keys of the credentials file come before `login_session` and `credential_process`, and those
/// before keys of the config file.
fn keys_win(profile: &Section<'_>, config: &Config) -> bool {
    let config = config.profiles.paths().first().map(String::as_str);
    profile.value("aws_access_key_id").is_some_and(|id| Some(&**id.file()) != config)
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
