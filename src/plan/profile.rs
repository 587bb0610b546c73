//! A profile as the target: where its credentials come from, and the roles of its chain as steps.

use super::account::TargetAccount;
use super::chain::{Chain, Hop};
use super::chosen::{Chosen, Origin};
use super::credential_source::CredentialSource;
use super::narrow;
use super::parameters::Shape;
use super::request::{Request, SessionOptions};
use super::source::note_of_own_role;
use super::target::{self, Target};
use super::values::{code, duration, fallback_region, mfa_program, typed_region};
use super::words::Extras;
use super::{Connection, Mfa, ONE_HOUR, Plan, ProtectedStep, Step};
use crate::config::Config;
use crate::config::profiles::Section;
use crate::config::values::parse_mfa_serial;
use crate::error::{Error, Result};
use crate::types::sanitize::escape_up_to;
use crate::types::{Name, Region};

pub(super) fn plan(
    name: &str,
    request: &Request,
    extras: &Extras,
    config: &Config,
) -> Result<Plan> {
    let code = code(request, extras)?;
    refuse_base(request, name)?;
    let chain = Chain::resolve(name, config)?;
    let profile = config.profiles.require(name)?;
    if chain.hops.is_empty() {
        refuse_parameters(request, &format!("profile '{}'", escape_up_to(name, 80)))?;
    }
    let said = chain.mfa();
    let serial = match &request.mfa_serial {
        Some(text) => Some(Chosen::new(parse_mfa_serial("--mfa-serial", text)?, "--mfa-serial")),
        None => said.serial,
    };
    let typed = request.region.as_deref().or(extras.region.as_deref());
    let region = region(typed, &profile, &chain, config)?;
    let of_role = chain.role().map(|hop| hop.role.value.partition);
    let of_base = || match &chain.base.source {
        CredentialSource::IdentityCenter(sso) => Some(sso.session.region.partition()),
        CredentialSource::ConsoleSignIn(sign_in) => Some(sign_in.partition),
        _ => None,
    };
    let of_region = || Some(region.as_ref()?.value.partition());
    let partition = of_role.or_else(of_base).or_else(of_region).unwrap_or_default();
    let mut target = Target {
        name: Name::parse("profile", name)?,
        role: chain.last_role(),
        partition,
        account: None,
        account_origin: place_of(&profile, &["role_arn", "sso_account_id"]),
        role_origin: place_of(&profile, &["role_arn", "sso_role_name"]),
        protection: super::Protection::default(),
    };
    let mut protected = Vec::new();
    let steps = steps(&chain, &target, request, config, &mut protected)?;
    if let Some(role) = &target.role {
        target.protection = target::guarded(&role.account, config)?.protection;
    }
    if let (Some(sign_in), true) = (chain.base.sign_in(), chain.hops.is_empty()) {
        target.protection = target::guarded(&sign_in.principal.account, config)?.protection;
    }
    protected.extend(ProtectedStep::of(&target));
    let policy = match chain.hops.is_empty() {
        true => narrow::of_options(request, &target.protection, config)?,
        false => None,
    };
    let named = Request { profile: Some(name.to_owned()), ..request.clone() };
    Ok(Plan {
        connection: Connection::resolve(
            region.as_ref().map(|region| &region.value),
            partition,
            Some(&profile),
            config,
        )?,
        mfa: Mfa {
            code,
            serial,
            program: mfa_program(said.program, config),
            discovers: chain.hops.is_empty(),
        },
        notes: note_of_own_role(&chain.base, config)?.into_iter().collect(),
        base: chain.base,
        steps,
        region,
        refresh: request.refresh,
        min_left: request.min_left,
        may_ask: !request.no_input,
        consents: request.yes,
        write: request.write,
        policy,
        protected,
        warnings: Vec::new(),
        words: named.kept_words(extras.region.as_deref(), &[]),
        invocation: request
            .invocation
            .clone()
            .option("--profile", named.profile.as_deref().filter(|_| request.profile.is_none()))
            .option("--region", extras.region.as_deref()),
        target,
    })
}

/// The roles of a chain. Options shape the last session; the ones before it are as the profiles
/// say.
fn steps(
    chain: &Chain,
    target: &Target,
    request: &Request,
    config: &Config,
    protected: &mut Vec<ProtectedStep>,
) -> Result<Vec<Step>> {
    let plain =
        Request { session: SessionOptions::default(), write: request.write, ..Request::default() };
    let last = chain.hops.len();
    let mut steps: Vec<Step> = Vec::new();
    for (at, hop) in chain.hops.iter().enumerate() {
        let is_last = at + 1 == last;
        let account = target::guarded(&hop.role.value.account, config)?;
        let source = (at == 0).then_some(&chain.base.source);
        let asked = if is_last { request } else { &plain };
        let step = step(hop, &account, source, target, asked, config)?;
        if !is_last {
            protected.extend(account.protection.protected.clone().map(|alias| ProtectedStep {
                name: target.name.clone(),
                target: step.name.clone(),
                role: Some(step.role.clone()),
                alias,
            }));
        }
        steps.push(step);
    }
    Ok(steps)
}

fn step(
    hop: &Hop,
    account: &TargetAccount,
    source: Option<&CredentialSource>,
    target: &Target,
    request: &Request,
    config: &Config,
) -> Result<Step> {
    let role = hop.role.value.clone();
    if role.partition != target.partition {
        return Err(Error::config(format!(
            "{}: {role} is in another partition than {}",
            hop.role.origin, target.name
        ))
        .because("a role cannot assume a role of another partition"));
    }
    let (mut parameters, mut origins) =
        Shape::resolve(request, account, source, role.partition, config)?;
    let options = &request.session;
    let gives_role = source.is_some_and(CredentialSource::gives_role);
    if options.external_id.is_none() && !gives_role {
        parameters.external_id = hop.external_id.as_ref().map(|id| id.value.clone());
        origins.external_id = hop
            .external_id
            .as_ref()
            .map_or(Origin::Default("the profile names none"), |id| id.origin.clone());
    }
    if let (None, Some(name)) = (&options.name, &hop.session_name) {
        parameters.session_name = Some(name.value.clone());
        origins.session_name = name.origin.clone();
    }
    let is_target = hop.profile == target.name.as_str();
    let duration = match (&options.duration, &hop.seconds) {
        (None, Some(seconds)) => seconds.clone(),
        (None, None) if !is_target => Chosen::new(ONE_HOUR, Origin::Default("default")),
        (option, _) => duration(option.as_deref(), account, config)?,
    };
    let name = Name::parse("profile", &hop.profile)?;
    Ok(Step {
        name: format!("{name}:{}", role.name),
        role,
        profile: Some(hop.profile.clone()),
        duration,
        parameters,
        origins,
    })
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
            return fallback_region(Some(profile), config);
        }
        word => typed_region(word, None, config)?,
    };
    match own.or_else(|| chain.region.clone()) {
        Some(region) => Ok(Some(region)),
        None => fallback_region(None, config),
    }
}

fn place_of(profile: &Section<'_>, keys: &[&str]) -> Origin {
    let value = keys.iter().find_map(|key| profile.value(key));
    value.map_or(Origin::Default(""), |value| Origin::from(&value.place()))
}

/// A profile says itself where its credentials come from.
fn refuse_base(request: &Request, name: &str) -> Result<()> {
    let name = escape_up_to(name, 80);
    if !request.via.is_empty() {
        return Err(Error::usage(format!("--via goes with a role, and '{name}' is a profile"))
            .because("source_profile says there what assumes the role"));
    }
    if request.base.is_some() {
        return Err(Error::usage(format!("--base goes with a role, and '{name}' is a profile"))
            .because("source_profile says there what assumes the role"));
    }
    Ok(())
}

/// Without an AssumeRole of ours nothing takes these options.
pub(super) fn refuse_parameters(request: &Request, what: &str) -> Result<()> {
    // A policy narrows what any source gives.
    match request.session.given().find(|option| *option != "--policy") {
        Some(option) => Err(Error::usage(format!(
            "{option} is a parameter of AssumeRole, which {what} does not use"
        ))),
        None => Ok(()),
    }
}
