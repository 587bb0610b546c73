//! What roles are assumed from where nothing names a base: `[default]` when it leads to
//! credentials, as for the old script; else what AWS's own tools would find.

use percent_encoding::percent_decode_str;

use super::chain::NO_SIGN_ON;
use super::chosen::{Chosen, Origin};
use super::credential_source::CredentialSource;
use super::parameters::Shape;
use super::request::Request;
use super::source::{Base, KEYS_OF_USER, OTHER_SOURCES, no_keys};
use super::web_identity::WebIdentity;
use super::{ENVIRONMENT, ONE_HOUR, Step, target};
use crate::config::Config;
use crate::config::keyring::REFERENCE;
use crate::config::machine;
use crate::config::profiles::Section;
use crate::error::{Error, Result};
use crate::types::RoleArn;
use crate::types::sanitize::escape_up_to;

const DEFAULT: &str = "default";
const CONTAINER: [&str; 2] =
    ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI"];
const TOKEN: &str = "AWS_WEB_IDENTITY_TOKEN_FILE";
const TARGET: &str = "ASSUME_ROLE_TARGET";

/// The base of a request that does not go through Identity Center, SAML or a token.
pub(super) enum BaseChoice {
    /// A profile, or [`ENVIRONMENT`]; `is_found` when nothing named it.
    Named { name: Chosen<String>, is_found: bool },
    /// What the environment gives by itself.
    Found(Surrounding),
    /// Nothing so far, and what was looked at: the machine itself may give it.
    Open(Vec<String>),
}

#[derive(Clone, Copy)]
pub(super) enum Surrounding {
    Token,
    Container(&'static str),
    Instance(&'static str),
}

impl BaseChoice {
    /// The base that something names, else what is found.
    pub(super) fn of(named: Option<Chosen<String>>, config: &Config) -> Result<Self> {
        let found = |name: &str, origin: Origin, is_found: bool| {
            Ok(Self::Named { name: Chosen::new(name.to_owned(), origin), is_found })
        };
        if let Some(name) = named {
            return Ok(Self::Named { name, is_found: false });
        }
        if config.profiles.get(DEFAULT)?.as_ref().is_some_and(leads) {
            return found(DEFAULT, Origin::Default("default"), false);
        }
        let environment = &config.environment;
        let mut seen = Vec::new();
        for variable in ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"] {
            let Some(name) = environment.text(variable)? else { continue };
            let profile = config.profiles.get(name)?;
            if name != DEFAULT && profile.as_ref().is_none_or(leads) {
                return found(name, Origin::from(variable), true);
            }
            seen.push(format!("{variable}: profile {} holds no keys", escape_up_to(name, 80)));
        }
        if seen.is_empty() {
            seen.push("AWS_PROFILE: not set".to_owned());
        }
        let id = environment.text("AWS_ACCESS_KEY_ID")?;
        if id.is_some() && id == environment.text("ASSUME_ROLE_KEY_ID")? {
            // The switch took AWS_PROFILE away, and the role's request remembers it.
            if let Some(name) = base_of_role(config)? {
                return found(&name, Origin::from(TARGET), true);
            }
            seen.push("AWS_ACCESS_KEY_ID: the keys of a switch; assume-role leave brings back what was there".to_owned());
        } else if id.is_some() && environment.has("AWS_SECRET_ACCESS_KEY") {
            return found(ENVIRONMENT, Origin::from("AWS_ACCESS_KEY_ID"), true);
        } else {
            seen.push("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY: not set".to_owned());
        }
        if environment.has(TOKEN) && environment.has("AWS_ROLE_ARN") {
            return Ok(Self::Found(Surrounding::Token));
        }
        seen.push(format!("{TOKEN} and AWS_ROLE_ARN: not set"));
        if let Some(variable) = CONTAINER.into_iter().find(|name| environment.has(name)) {
            return Ok(Self::Found(Surrounding::Container(variable)));
        }
        seen.push(format!("{}: not set", CONTAINER.join(" and ")));
        Ok(Self::Open(seen))
    }

    /// What surrounds the program, where nothing names a base. The machine is looked at only here:
    /// many a request has no need of a base.
    pub(super) fn surrounding(&self, config: &Config) -> Result<Surrounding> {
        let seen = match self {
            Self::Found(found) => return Ok(*found),
            Self::Open(seen) => seen.clone(),
            Self::Named { .. } => Vec::new(),
        };
        match machine::instance(&config.environment)? {
            Some(why) => Ok(Surrounding::Instance(why)),
            None => Err(nothing(seen, config)),
        }
    }

    /// What names the region and the connection beside the base.
    pub(super) fn profile_name(&self) -> &str {
        match self {
            Self::Named { name, .. } if name.value != ENVIRONMENT => &name.value,
            Self::Named { .. } | Self::Found(_) | Self::Open(_) => DEFAULT,
        }
    }

    /// The words that choose it again when the switch has taken away what it was found by.
    pub(super) fn kept(&self) -> Option<String> {
        match self {
            Self::Named { name, is_found: true } => Some(name.value.clone()),
            _ => None,
        }
    }
}

fn base_of_role(config: &Config) -> Result<Option<String>> {
    let words = config.environment.text(TARGET)?.unwrap_or_default().split(' ');
    let base = words.take_while(|word| *word != "--").find_map(|word| word.strip_prefix("--base="));
    let base = base.map(|name| percent_decode_str(name).decode_utf8_lossy().into_owned());
    let Some(name) = base.filter(|name| name != ENVIRONMENT) else { return Ok(None) };
    Ok(config.profiles.get(&name)?.filter(leads).map(|_| name))
}

/// Whether a profile leads to credentials, or is meant to.
fn leads(profile: &Section<'_>) -> bool {
    let keys = ["aws_access_key_id", "aws_secret_access_key", "source_profile", REFERENCE];
    keys.iter().chain(&OTHER_SOURCES).any(|key| profile.value(key).is_some())
}

fn nothing(seen: Vec<String>, config: &Config) -> Error {
    let default = config.profiles.require(DEFAULT);
    let error = default.map_or_else(|error| error, |profile| no_keys(&profile));
    let machine = "this machine: does not say that it is an instance of EC2".to_owned();
    let error = seen
        .into_iter()
        .chain([machine])
        .fold(error.because("no base is named; what else could be one:"), |error, line| {
            error.because(format!("  {line}"))
        });
    let sign_on = config.profiles.sso_sessions().next().is_none().then_some(NO_SIGN_ON);
    sign_on.into_iter().fold(error.hint(KEYS_OF_USER), Error::hint)
}

impl Surrounding {
    /// The base, and the role that it gives where it gives one.
    pub(super) fn base(&self, config: &Config) -> Result<(Base, Option<Step>)> {
        let base = |source, description: String, origin: Origin| Base {
            profile: String::new(),
            description,
            source,
            survives_switch: true,
            chosen_by: Some(Chosen::new("base", origin)),
            is_found: true,
            told_account: None,
        };
        match self {
            Self::Token => {
                let token = WebIdentity::resolve(&Request::default(), None, config)?;
                let base = Base::of_token(token, Chosen::new("base", Origin::from(TOKEN)));
                let step = role_of_token(&base.source, config)?;
                Ok((Base { is_found: true, ..base }, Some(step)))
            }
            Self::Container(variable) => {
                let source = CredentialSource::Container;
                Ok((
                    base(source, format!("the container ({variable})"), Origin::from(*variable)),
                    None,
                ))
            }
            Self::Instance(why) => {
                let source = CredentialSource::Instance;
                let origin = match why.starts_with("AWS_") {
                    true => Origin::from(*why),
                    false => Origin::Default(why),
                };
                Ok((base(source, format!("the instance ({why})"), origin), None))
            }
        }
    }
}

/// The role of `AWS_ROLE_ARN`, which the token gives and which assumes the one that was asked for.
fn role_of_token(source: &CredentialSource, config: &Config) -> Result<Step> {
    let variable = "AWS_ROLE_ARN";
    let arn = config.environment.text(variable)?.unwrap_or_default();
    let role = RoleArn::parse(variable, arn)?;
    let account = target::guarded(&role.account, config)?;
    let (parameters, origins) =
        Shape::resolve(&Request::default(), &account, Some(source), role.partition, config)?;
    Ok(Step {
        name: format!("{}:{}", account.name, role.name),
        role,
        profile: None,
        duration: Chosen::new(ONE_HOUR, Origin::Default("default")),
        parameters,
        origins,
    })
}
