//! Values that option, account, environment and settings may give, each with what decided it.

use super::account::TargetAccount;
use super::chosen::chosen;
use super::request::Request;
use super::unknown::near_regions;
use super::words::Extras;
use super::{Chosen, ONE_HOUR, Origin};
use crate::config::Config;
use crate::config::profiles::Section;
use crate::config::stdin::read_line;
use crate::config::values::{parse_mfa_serial, parse_role_duration};
use crate::error::{Error, Result};
use crate::types::{Region, Secret};
use crate::ui::terminal::{code_in, is_code};

fn refuse_two(what: &str, option: bool, word: bool) -> Result<()> {
    if option && word {
        return Err(Error::usage(format!("the {what} is given twice, as a word and as an option")));
    }
    Ok(())
}

/// The MFA code, of the option or among the words.
pub(super) fn code(request: &Request, extras: &Extras) -> Result<Option<Secret>> {
    refuse_two("region", request.region.is_some(), extras.region.is_some())?;
    refuse_two("MFA code", request.mfa_code.is_some(), extras.code.is_some())?;
    let Some(code) = &request.mfa_code else { return Ok(extras.code.clone()) };
    let text = code.expose();
    if text == "-" {
        return code_in(read_line("--mfa-code")?.expose()).map(Some).ok_or_else(|| {
            Error::usage("--mfa-code -: the first line of standard input is not six digits")
        });
    }
    if is_code(text) {
        return Ok(Some(code.clone()));
    }
    Err(Error::usage("the value of --mfa-code is not six digits"))
}

/// The MFA device that option or account name.
pub(super) fn serial(request: &Request, account: &TargetAccount) -> Result<Option<Chosen<String>>> {
    if let Some(text) = &request.mfa_serial {
        let serial = parse_mfa_serial("--mfa-serial", text)?;
        return Ok(Some(Chosen::new(serial, "--mfa-serial")));
    }
    Ok(account.value(|entry| entry.mfa_serial.clone()))
}

/// The program that prints a code: of the profile nearest to the keys, else of the settings.
pub(super) fn mfa_program(
    of_profile: Option<Chosen<String>>,
    config: &Config,
) -> Option<Chosen<String>> {
    let set = config.settings.mfa_process.as_ref();
    let of_settings =
        || Some(Chosen::new(set?.value.clone(), Origin::Place(set?.origin.to_string())));
    of_profile.or_else(of_settings)
}

/// The region, as far as command line, account and environment decide it. A region that a switch
/// set earlier does not count as the user's choice.
pub(super) fn typed_region(
    word: Option<&str>,
    account: Option<&TargetAccount>,
    config: &Config,
) -> Result<Option<Chosen<Region>>> {
    if let Some(word) = word {
        let region =
            Region::parse("the command line", word).map_err(|error| match near_regions(word) {
                Some(near) => error.hint(near),
                None => error,
            })?;
        return Ok(Some(Chosen::new(region, Origin::TYPED)));
    }
    if let Some(region) = account.and_then(|account| account.value(|entry| entry.region.clone())) {
        return Ok(Some(region));
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
        let value = Region::parse(&region.origin.to_string(), &region.value)?;
        return Ok(Some(Chosen::new(value, region.origin)));
    }
    let set = config.settings.region.as_ref();
    Ok(set.map(|set| Chosen::new(set.value.clone(), Origin::Place(set.origin.to_string()))))
}

/// How long the session shall last, in seconds.
pub(super) fn duration(
    option: Option<&str>,
    account: &TargetAccount,
    config: &Config,
) -> Result<Chosen<u32>> {
    if let Some(text) = option {
        return Ok(Chosen::new(parse_role_duration("--duration", text)?, "--duration"));
    }
    if let Some(seconds) = account.value(|entry| entry.duration) {
        return Ok(seconds);
    }
    let variable = "AWS_ROLE_SESSION_TIMEOUT";
    if let Some(text) = config.environment.text(variable)? {
        return Ok(Chosen::new(parse_role_duration(variable, text)?, variable));
    }
    Ok(match &config.settings.duration {
        Some(set) => Chosen::new(set.value, Origin::Place(set.origin.to_string())),
        None => Chosen::new(ONE_HOUR, Origin::Default("default")),
    })
}
