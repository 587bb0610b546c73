//! What verbs besides a switch ask AWS: whose keys these are, a sign-on, what there is to know.

use super::account::TargetAccount;
use super::chain::{Chain, SignIn, SsoSession, sign_on};
use super::chosen::Chosen;
use super::connection::Connection;
use super::credential_source::CredentialSource;
use super::request::Request;
use super::resolve::unnamed_base;
use super::source::Base;
use super::target::{Meaning, also_a_profile, meaning};
use super::values::{fallback_region, typed_region};
use super::words::nothing_named;
use crate::config::Config;
use crate::config::profiles::Section;
use crate::config::suggest::near;
use crate::error::{Error, Kind, Result};
use crate::types::sanitize::escape_up_to;
use crate::types::{AccountId, Credentials, Partition, Region, RoleArn};

/// Keys, and how to ask AWS about them: for `status --verify` and `doctor --online`.
#[derive(Clone, Debug)]
pub(crate) struct KeysAtHand {
    pub keys: Credentials,
    /// For messages: `profile bastion (~/.aws/credentials:3)`.
    pub description: String,
    pub connection: Connection,
}

/// The base, when no option and no account names another; its keys may still have to be fetched.
#[derive(Clone, Debug)]
pub(crate) struct BaseAtHand {
    pub base: Base,
    /// The MFA device of its user, where the profile names it.
    pub mfa_serial: Option<Chosen<String>>,
    pub connection: Connection,
}

impl KeysAtHand {
    /// The keys of the environment, asked about as programs would: with the profile that
    /// `AWS_PROFILE` names, or `default`, for the rest.
    pub(crate) fn of_environment(config: &Config) -> Result<Self> {
        let base = Base::of_environment(config)?;
        let name = config.environment.text("AWS_PROFILE")?.unwrap_or("default");
        let profile = config.profiles.get(name).ok().flatten();
        let region = match variable_region(config)? {
            None => fallback_region(profile.as_ref(), config)?.map(|region| region.value),
            region => region,
        };
        let CredentialSource::Keys(keys, _) = base.source else {
            return Err(Error::new(Kind::Bug, "the environment holds no keys"));
        };
        let connection = connection(region.as_ref(), profile.as_ref(), config)?;
        Ok(Self { keys, description: base.description, connection })
    }
}

impl BaseAtHand {
    pub(crate) fn resolve(config: &Config) -> Result<Self> {
        let (base, mfa_serial, profile) = unnamed_base(config)?;
        Ok(Self { base, mfa_serial, connection: connection_beside(profile.as_ref(), config)? })
    }
}

/// How AWS is reached without a target.
pub(crate) fn plain_connection(config: &Config) -> Result<Connection> {
    connection_beside(None, config)
}

/// The same, with what a profile says about region and connection.
fn connection_beside(profile: Option<&Section<'_>>, config: &Config) -> Result<Connection> {
    let region = match typed_region(None, None, config)? {
        None => fallback_region(profile, config)?,
        region => region,
    };
    connection(region.map(|region| region.value).as_ref(), profile, config)
}

fn connection(
    region: Option<&Region>,
    profile: Option<&Section<'_>>,
    config: &Config,
) -> Result<Connection> {
    let partition = region.map_or(Partition::default(), Region::partition);
    Connection::resolve(region, partition, profile, config)
}

/// The region of the variables, also one that a switch has set.
fn variable_region(config: &Config) -> Result<Option<Region>> {
    for name in ["AWS_REGION", "AWS_DEFAULT_REGION"] {
        if let Some(text) = config.environment.text(name)? {
            return Region::parse(name, text).map(Some);
        }
    }
    Ok(None)
}

/// A sign-on to IAM Identity Center, and how it is reached.
#[derive(Clone, Debug)]
pub(crate) struct SignOnRequest {
    pub session: SsoSession,
    pub connection: Connection,
}

impl SignOnRequest {
    /// The sign-on that a word names: an `[sso-session]`, or a profile that has one.
    pub(crate) fn resolve(word: Option<&str>, config: &Config) -> Result<Self> {
        let session = sign_on(word, config)?;
        let named = word.map(|name| config.profiles.get(name)).transpose()?.flatten();
        let connection = connection(Some(&session.region), named.as_ref(), config)?;
        Ok(Self { connection, session })
    }
}

#[derive(Clone, Debug)]
pub(crate) struct ConsoleRequest {
    pub sign_in: SignIn,
    pub connection: Connection,
}

impl ConsoleRequest {
    /// The sign-in of a profile, or of the one that its chain begins with; `None` where the word
    /// means something else. Without a word it is the only one that is configured.
    pub(crate) fn resolve(word: Option<&str>, config: &Config) -> Result<Option<Self>> {
        let profile = match word {
            Some(name) => config.profiles.get(name)?,
            None if config.profiles.sso_sessions().next().is_some() => None,
            None => {
                let has_one = |profile: &Section<'_>| profile.value("login_session").is_some();
                let mut found = config.profiles.iter().filter(has_one);
                found.next().filter(|_| found.next().is_none())
            }
        };
        let Some(profile) = profile else { return Ok(None) };
        let sign_in = match SignIn::of_profile(&profile, config)? {
            Some(sign_in) => Some(sign_in),
            None => {
                let chain = Chain::resolve(profile.name(), config).ok();
                chain.and_then(|chain| chain.base.sign_in().cloned())
            }
        };
        let Some(sign_in) = sign_in else { return Ok(None) };
        let own = config.profiles.get(&sign_in.profile)?;
        let region = match typed_region(None, None, config)? {
            _ if own.as_ref().is_some_and(|own| own.value("region").is_some()) => {
                fallback_region(own.as_ref(), config)?
            }
            None => fallback_region(None, config)?,
            region => region,
        };
        let region = region.map(|region| region.value);
        let connection =
            Connection::resolve(region.as_ref(), sign_in.partition, own.as_ref(), config)?;
        Ok(Some(Self { sign_in, connection }))
    }
}

/// What `accounts sync` asks: AWS with the keys of this shell, and every sign-on that is
/// configured.
#[derive(Clone, Debug)]
pub(crate) struct AccountSurvey {
    pub keys: Option<Credentials>,
    pub sign_ons: Vec<SsoSession>,
    pub connection: Connection,
}

impl AccountSurvey {
    pub(crate) fn resolve(config: &Config) -> Result<Self> {
        let keys = match config.environment.has("AWS_ACCESS_KEY_ID") {
            true => Some(KeysAtHand::of_environment(config)?.keys),
            false => None,
        };
        let each = config.profiles.sso_sessions().map(|one| SsoSession::named(one.name(), config));
        let sign_ons: Vec<SsoSession> = each.collect::<Result<_>>()?;
        if keys.is_none() && sign_ons.is_empty() {
            return Err(Error::config("sync needs AWS keys in this shell or an [sso-session]")
                .hint("switch to a role of the organization that may list its accounts")
                .hint(super::chain::NO_SIGN_ON));
        }
        let region = variable_region(config)?;
        Ok(Self { keys, sign_ons, connection: connection(region.as_ref(), None, config)? })
    }
}

#[derive(Clone, Debug)]
pub(crate) enum Forgotten {
    /// Every session of an account.
    Account(AccountId),
    /// Every session of a role, whatever its credentials came from; with the sign-on that gives it.
    Role(RoleArn, Option<Box<SsoSession>>),
    /// The session that a profile without a role gives.
    Own(Box<Base>),
    /// Every session that a sign-on gave.
    SignOn(Box<SignOnRequest>),
}

impl Forgotten {
    /// What the words mean: a sign-on, an account, or as for a switch an account and a role, an ARN, or
    /// a profile. With it comes what else a word may mean.
    pub(crate) fn resolve(request: &Request, config: &Config) -> Result<(Self, Option<String>)> {
        let how = &request.invocation;
        let word = match request.words.as_slice() {
            [word] if request.profile.is_none() && !RoleArn::is_meant(word) => word.as_str(),
            _ => "",
        };
        let account = match word {
            "" => None,
            _ => TargetAccount::find(word, config)?,
        };
        let sign_ons: Vec<Section<'_>> = config.profiles.sso_sessions().collect();
        let signs_on =
            |name| SignOnRequest::resolve(Some(name), config).map(|it| Self::SignOn(Box::new(it)));
        if sign_ons.iter().any(|known| known.name() == word) {
            let shown = escape_up_to(word, 80);
            let note = account.map(|TargetAccount { id, .. }| {
                let command = how.with(&[id.as_str()]);
                format!("'{shown}' is a sign-on and an account; for the account: {command}")
            });
            return Ok((signs_on(word)?, note));
        }
        if let Some(account) = account {
            let is_profile = config.profiles.get(word)?.is_some();
            return Ok((Self::Account(account.id), is_profile.then(|| also_a_profile(word, how))));
        }
        let unknown = |error: Error| match near(word, sign_ons.iter().map(Section::name)).first() {
            Some(name) => error.hint(how.with(&[name])),
            None => error,
        };
        let meant = match meaning(request, None, config).map_err(unknown)? {
            Meaning::Role(named) => Self::Role(named.target(None)?.1, None),
            Meaning::Account(account) => Self::Account(account.id),
            Meaning::Profile(name, _) => match Chain::resolve(&name, config) {
                Ok(chain) => {
                    let session = chain.base.sso_role().map(|role| role.session.clone());
                    match (chain.last_role(), session) {
                        // The older form has no name but the profile's.
                        (_, Some(SsoSession { name: None, .. })) if chain.hops.is_empty() => {
                            signs_on(&name)?
                        }
                        (Some(role), session) => Self::Role(role, session.map(Box::new)),
                        (None, _) => Self::Own(Box::new(chain.base)),
                    }
                }
                // It may sign on and name no role.
                Err(error) => signs_on(&name).map_err(|_| error)?,
            },
            Meaning::Offered(_) | Meaning::Nothing => return Err(nothing_named(how)),
        };
        Ok((meant, None))
    }
}
