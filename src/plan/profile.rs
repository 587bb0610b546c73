//! A profile as the target: its chain, as requests that stand on each other.

use std::time::Duration;

use super::base::{Base, note_of_own_role};
use super::chain::{Chain, Hop, Root, Start};
use super::network;
use super::shape::Shape;
use super::target::{self, Asked, Chosen, Length, ONE_HOUR, Origin, Target};
use super::unknown::unknown_account;
use super::words::{self, Extras};
use super::{Request, Way, WebIdentity, given_code, refuse_two};
use crate::cli;
use crate::config::Config;
use crate::config::profiles::Section;
use crate::config::values::parse_mfa_serial;
use crate::error::{Error, Result};
use crate::types::sanitize::escape_up_to;
use crate::types::{AccountId, Name, Partition, Region};

/// How long a session of a user's own keys lasts, in seconds (STS API reference, GetSessionToken).
const OWN_SECONDS: u32 = 12 * 3600;

/// Decides everything about a profile.
pub(super) fn resolve(
    name: &str,
    asked: &cli::Target,
    extras: &Extras,
    config: &Config,
) -> Result<Request> {
    refuse_two("region", asked.region.is_some(), extras.region.is_some())?;
    refuse_two("MFA code", asked.mfa_code.is_some(), extras.code.is_some())?;
    refuse_base(asked, name)?;
    let chain = Chain::resolve(name, config)?;
    let profile = config.profiles.require(name)?;
    if chain.hops.is_empty() {
        refuse_shape(asked, name)?;
    }
    let code =
        asked.mfa_code.as_deref().map(given_code).transpose()?.or_else(|| extras.code.clone());
    let serial = asked.mfa_serial.as_deref().map(|text| {
        parse_mfa_serial("--mfa-serial", text).map(|serial| Chosen::new(serial, "--mfa-serial"))
    });
    let region =
        region(asked.region.as_deref().or(extras.region.as_deref()), &profile, &chain, config)?;
    let partition = match (&chain.role(), &chain.root.start, &region) {
        (Some(hop), ..) => hop.role.value.partition,
        (None, Start::Sso(sso), _) => sso.session.region.partition(),
        (None, _, Some(region)) => region.value.partition(),
        (None, ..) => Partition::default(),
    };
    let notes = match &chain.root.start {
        Start::Credentials(keys, _) => note_of_own_role(keys, config)?.into_iter().collect(),
        _ => Vec::new(),
    };
    let plain = Request {
        target: Target {
            name: Name::parse("profile", name)?,
            role: None,
            partition,
            protected: None,
            role_origin: None,
            account: None,
        },
        way: Way::Root(Box::new(chain.root.clone())),
        region,
        length: Length { seconds: OWN_SECONDS, origin: Origin::BuiltIn },
        shape: Shape::default(),
        code,
        serial: serial.transpose()?.or_else(|| chain.mfa_serial().cloned()),
        endpoints: network::overrides(Some(&profile), config)?,
        trust: network::trust(Some(&profile), config),
        timeout: Duration::from_secs(config.settings.timeout.value.into()),
        refresh: asked.refresh,
        yes: asked.yes,
        may_ask: !asked.no_input,
        warnings: Vec::new(),
        notes,
        words: words::without_secrets(&with_profile(asked, name), extras.region.as_deref(), &[]),
    };
    links(&chain, plain, asked, config)
}

/// The links as requests: each stands on the one before it, the last is what was asked for.
fn links(chain: &Chain, plain: Request, asked: &cli::Target, config: &Config) -> Result<Request> {
    // A code and --refresh together ask for new keys all the way; --refresh alone for a new session
    // of the role.
    let refreshes_all = asked.refresh && plain.code.is_some();
    let last = chain.hops.len();
    let mut below: Option<Request> = None;
    if let (Start::Sso(sso), true) = (&chain.root.start, chain.hops.is_empty()) {
        let marks = account(&sso.account, config)?.marks;
        if !asked.write {
            marks.refuse_wide("a session of the single sign-on")?;
        }
        let protected = marks.protected;
        return Ok(Request {
            target: Target { protected, role: Some(sso.arn()), ..plain.target },
            ..plain
        });
    }
    for (at, hop) in chain.hops.iter().enumerate() {
        let is_last = at + 1 == last;
        let way = match (below.take(), &chain.root.start) {
            (Some(below), _) => Way::Via(Box::new(below)),
            (None, Start::Credentials(keys, _)) => Way::Bastion(Base {
                profile: chain.root.profile.clone(),
                keys: keys.clone(),
                keys_from: chain.root.from.clone(),
                mfa_serial: plain.serial.clone(),
                finds_device: false,
                stays: chain.root.stays,
            }),
            (None, Start::WebIdentity(file)) => Way::WebIdentity(WebIdentity::File(file.clone())),
            (None, _) => Way::Via(Box::new(step(&chain.root, &plain, refreshes_all)?)),
        };
        let blank = cli::Target { write: asked.write, ..cli::Target::default() };
        let request = link(hop, way, &plain, if is_last { asked } else { &blank }, config)?;
        below = Some(Request {
            refresh: if is_last { asked.refresh } else { refreshes_all },
            ..request
        });
    }
    Ok(below.unwrap_or(plain))
}

/// What the chain begins with, as a step to its first role.
fn step(root: &Root, plain: &Request, refresh: bool) -> Result<Request> {
    let target = Target { name: Name::parse("profile", &root.profile)?, ..plain.target.clone() };
    let way = Way::Root(Box::new(Root { finds_device: false, ..root.clone() }));
    Ok(Request { target, way, refresh, ..plain.clone() })
}

/// One role on the way; `asked` says what options it takes.
fn link(
    hop: &Hop,
    way: Way,
    plain: &Request,
    asked: &cli::Target,
    config: &Config,
) -> Result<Request> {
    let role = hop.role.value.clone();
    if role.partition != plain.target.partition {
        return Err(Error::config(format!(
            "{}: {role} is in another partition than {}",
            hop.role.origin, plain.target
        ))
        .because("no role of one partition can assume one of another"));
    }
    let account = account(&role.account, config)?;
    let mut shape = Shape::of(asked, &account, &way, role.partition, config)?;
    shape.external_id = match asked.external_id.as_deref() {
        Some(_) => shape.external_id,
        None => hop.external_id.clone(),
    };
    if asked.session_name.is_none() && hop.session_name.is_some() {
        shape.session_name.clone_from(&hop.session_name);
    }
    let length = match (asked.duration.is_some(), &hop.seconds) {
        (false, Some(seconds)) => {
            Length { seconds: seconds.value, origin: Origin::Configured(seconds.origin.clone()) }
        }
        (false, None) if hop.profile != plain.target.name.as_str() => {
            Length { seconds: ONE_HOUR, origin: Origin::BuiltIn }
        }
        _ => target::length(asked.duration.as_deref(), &account, config)?,
    };
    let target = Target {
        name: Name::parse("profile", &hop.profile)?,
        protected: account.marks.protected.clone(),
        role: Some(role),
        ..plain.target.clone()
    };
    Ok(Request { target, way, length, shape, ..plain.clone() })
}

/// What the accounts file knows about an account that a profile leads to: whether it is guarded.
/// The rest of what it says is for those who name the account.
fn account(id: &AccountId, config: &Config) -> Result<Asked> {
    let account = target::find_account(id.as_str(), config)?;
    let account = account.ok_or_else(|| unknown_account(id.as_str(), config))?;
    Ok(Asked { entry: None, ..account })
}

/// The region: as typed, the profile's, the environment's, that of a profile on the way, the
/// settings'.
fn region(
    word: Option<&str>,
    profile: &Section<'_>,
    chain: &Chain,
    config: &Config,
) -> Result<Option<Chosen<Region>>> {
    let own = match word {
        None if profile.value("region").is_some() => {
            return target::fallback_region(Some(profile), config);
        }
        word => target::region(word, None, config)?,
    };
    match own.or_else(|| chain.region.clone()) {
        Some(region) => Ok(Some(region)),
        None => target::fallback_region(None, config),
    }
}

/// A profile says itself who asks, and through whom.
fn refuse_base(asked: &cli::Target, name: &str) -> Result<()> {
    let given = [("--via", !asked.via.is_empty()), ("--base", asked.base.is_some())];
    match given.iter().find(|(_, is_given)| *is_given) {
        Some((option, _)) => {
            let name = escape_up_to(name, 80);
            Err(Error::usage(format!("{option} goes with a role, and '{name}' is a profile"))
                .because("source_profile says there whose keys ask"))
        }
        None => Ok(()),
    }
}

/// A profile without a role has nothing that these could shape.
fn refuse_shape(asked: &cli::Target, name: &str) -> Result<()> {
    let given = [
        ("--duration", asked.duration.is_some()),
        ("--session-name", asked.session_name.is_some()),
        ("--external-id", asked.external_id.is_some()),
        ("--source-identity", asked.source_identity.is_some()),
        ("--tag", !asked.tag.is_empty()),
        ("--transitive-tag", !asked.transitive_tag.is_empty()),
        ("--policy", asked.policy.is_some()),
        ("--policy-arn", !asked.policy_arn.is_empty()),
    ];
    match given.iter().find(|(_, is_given)| *is_given) {
        Some((option, _)) => {
            let name = escape_up_to(name, 80);
            Err(Error::usage(format!(
                "{option} shapes a role's session, and profile '{name}' has no role"
            )))
        }
        None => Ok(()),
    }
}

fn with_profile(asked: &cli::Target, name: &str) -> cli::Target {
    cli::Target { profile: Some(name.to_owned()), ..asked.clone() }
}
