//! A profile of `~/.aws/config` as an ordered list: where the first credentials come from, then each
//! role that is assumed.
//!
//! Nothing is asked and nothing is run. The rules are those of the
//! AWS CLI (botocore,
//! *AWS SDKs and Tools Reference Guide*, "Assume role credential provider"), except that `mfa_serial` of the keys'
//! own profile counts too. Every value keeps the place it came from.

mod process;
mod root;
mod sign_in;
mod sso;
mod start_page;

pub(crate) use process::{Process, RUNNING};
pub(crate) use root::ProfileMfa;
pub(super) use root::{gets_keys_elsewhere, of_keys as keys_of};
pub(crate) use sign_in::SignIn;
pub(crate) use sso::{NO_SIGN_ON, SsoRole, SsoSession, role_of_sso, sign_on};
pub(crate) use start_page::{LARGEST, sign_on_file};

use super::chosen::{Chosen, chosen};
use super::source::Base;
use crate::config::Config;
use crate::config::profiles::Section;
use crate::config::values::{
    ExternalId, parse_mfa_serial, parse_role_duration, parse_session_name,
};
use crate::error::{Error, Result};
use crate::types::sanitize::escape_up_to;
use crate::types::{Region, RoleArn};

/// More profiles than this lead to each other by mistake only.
const DEEPEST: usize = 8;

/// What a profile comes down to.
#[derive(Clone, Debug)]
pub(crate) struct Chain {
    pub base: Base,
    /// What the base's own profile says about MFA.
    pub base_mfa: ProfileMfa,
    /// The roles, in the order in which they are assumed; none for a profile without a role.
    pub hops: Vec<Hop>,
    /// The region of the nearest profile on the way that names one.
    pub region: Option<Chosen<Region>>,
}

#[derive(Clone, Debug)]
pub(crate) struct Hop {
    /// The profile that says so.
    pub profile: String,
    pub role: Chosen<RoleArn>,
    pub seconds: Option<Chosen<u32>>,
    /// `external_id`; a profile without it sends none.
    pub external_id: Option<Chosen<String>>,
    pub session_name: Option<Chosen<String>>,
    pub mfa: ProfileMfa,
}

impl Chain {
    /// Follows a profile to its beginning.
    pub(crate) fn resolve(name: &str, config: &Config) -> Result<Self> {
        let mut seen = vec![name.to_owned()];
        let mut profile = config.profiles.require(name)?;
        let mut hops = Vec::new();
        let mut region = None;
        let (base, base_mfa) = loop {
            region = region.or_else(|| chosen(&profile, "region"));
            let is_source = !hops.is_empty();
            if let Some(file) = chosen(&profile, "web_identity_token_file")
                .filter(|_| !(is_source && root::has_keys(&profile)))
            {
                hops.push(with_token(&profile, &file)?);
                break root::of_token(&profile, file, config)?;
            }
            let Some(role) = role_of(&profile, is_source)? else {
                break root::of_profile(&profile, config)?;
            };
            hops.push(hop(&profile, role)?);
            let source = match source(&profile)? {
                Source::Profile(source) => source,
                Source::Named(named) => break root::of_named(&profile, &named, config)?,
            };
            let is_itself = source.value == profile.name();
            if is_itself && root::has_keys(&profile) {
                break root::of_keys(&profile, config)?;
            }
            let is_circle = seen.contains(&source.value);
            seen.push(source.value.clone());
            if is_circle {
                return Err(Error::config(format!(
                    "{}: source_profile leads back to itself (an infinite loop)",
                    source.origin
                ))
                .because(arrows(&seen))
                .hint("one of them has to hold keys, or another way to prove itself"));
            }
            if seen.len() > DEEPEST {
                return Err(Error::config(format!(
                    "{}: more than {DEEPEST} profiles in a row",
                    source.origin
                ))
                .because(arrows(&seen)));
            }
            profile = config.profiles.require(&source.value).map_err(|error| {
                error.because(format!("source_profile of {}: {}", arrows(&seen), source.origin))
            })?;
        };
        hops.reverse();
        let region = region.map(|region| {
            Ok(Chosen::new(
                Region::parse(&region.origin.to_string(), &region.value)?,
                region.origin,
            ))
        });
        Ok(Self { base, base_mfa, hops, region: region.transpose()? })
    }

    /// The role that the profile ends in: the last one assumed, or the permission set.
    pub(crate) fn last_role(&self) -> Option<RoleArn> {
        let assumed = self.role().map(|hop| hop.role.value.clone());
        assumed.or_else(|| self.base.sso_role().map(SsoRole::arn))
    }

    pub(crate) fn role(&self) -> Option<&Hop> {
        self.hops.last()
    }

    /// What the profiles say about MFA, nearest to the keys first.
    pub(crate) fn mfa(&self) -> ProfileMfa {
        let nearest = |of: fn(&ProfileMfa) -> &Option<Chosen<String>>| {
            let hops = self.hops.iter().find_map(|hop| of(&hop.mfa).clone());
            hops.or_else(|| of(&self.base_mfa).clone())
        };
        ProfileMfa { serial: nearest(|mfa| &mfa.serial), program: nearest(|mfa| &mfa.program) }
    }
}

fn arrows(names: &[String]) -> String {
    names.iter().map(|name| escape_up_to(name, 40)).collect::<Vec<_>>().join(" → ")
}

enum Source {
    Profile(Chosen<String>),
    Named(Chosen<String>),
}

/// The role of a profile. A profile that others take as their source is taken for its keys when it
/// has some, whatever else it says.
fn role_of(profile: &Section<'_>, is_source: bool) -> Result<Option<Chosen<RoleArn>>> {
    if is_source && root::has_keys(profile) {
        return Ok(None);
    }
    chosen(profile, "role_arn").map(|arn| parsed_role(&arn)).transpose()
}

fn parsed_role(arn: &Chosen<String>) -> Result<Chosen<RoleArn>> {
    Ok(Chosen::new(RoleArn::parse(&arn.origin.to_string(), &arn.value)?, arn.origin.clone()))
}

fn source(profile: &Section<'_>) -> Result<Source> {
    let name = escape_up_to(profile.name(), 80);
    match (chosen(profile, "source_profile"), chosen(profile, "credential_source")) {
        (Some(source), None) => Ok(Source::Profile(source)),
        (None, Some(named)) => Ok(Source::Named(named)),
        (Some(source), Some(named)) => Err(Error::config(format!(
            "profile '{name}' has both source_profile ({}) and credential_source ({})",
            source.origin, named.origin
        ))
        .hint("remove one of them")),
        (None, None) => {
            let place = profile.value("role_arn").map(|arn| format!("{}: ", arn.place()));
            let place = place.unwrap_or_default();
            Err(Error::config(format!("{place}profile '{name}' has role_arn without source_profile or credential_source"))
                .hint("add source_profile = PROFILE (the profile itself, if the keys are in it) or credential_source"))
        }
    }
}

fn hop(profile: &Section<'_>, role: Chosen<RoleArn>) -> Result<Hop> {
    let seconds = profile.value("duration_seconds").map(|value| {
        value.read(|place, text| Ok(Chosen::new(parse_role_duration(place, text)?, place)))
    });
    let external_id = profile.value("external_id").map(|value| {
        value.read(|place, text| Ok(Chosen::new(ExternalId::parse(place, text)?, place)))
    });
    Ok(Hop {
        profile: profile.name().to_owned(),
        role,
        seconds: seconds.transpose()?,
        external_id: external_id.transpose()?.map(|id| {
            id.map(|id| match id {
                ExternalId::Value(text) => text,
                // The word means nothing special in this file.
                ExternalId::None => "none".to_owned(),
            })
        }),
        session_name: session_name(profile)?,
        mfa: ProfileMfa::of(profile)?,
    })
}

/// The role of a token. It knows neither an external id nor a device.
fn with_token(profile: &Section<'_>, file: &Chosen<String>) -> Result<Hop> {
    let role = chosen(profile, "role_arn").ok_or_else(|| {
        Error::config(format!("{}: web_identity_token_file without role_arn", file.origin))
            .hint("add role_arn = arn:aws:iam::123456789012:role/NAME")
    })?;
    let hop = hop(profile, parsed_role(&role)?)?;
    Ok(Hop { external_id: None, mfa: ProfileMfa::default(), ..hop })
}

fn session_name(profile: &Section<'_>) -> Result<Option<Chosen<String>>> {
    let value = profile.value("role_session_name");
    value
        .map(|value| {
            value.read(|place, text| {
                Ok(Chosen::new(parse_session_name(place, "session name", text)?, place))
            })
        })
        .transpose()
}

impl ProfileMfa {
    fn of(profile: &Section<'_>) -> Result<Self> {
        let serial = profile.value("mfa_serial").map(|value| {
            value.read(|place, text| Ok(Chosen::new(parse_mfa_serial(place, text)?, place)))
        });
        Ok(Self { serial: serial.transpose()?, program: chosen(profile, "mfa_process") })
    }
}

#[cfg(test)]
mod tests;
