//! From a request to the plan: whose credentials, through which roles, with which parameters.

use super::ambient::BaseChoice;
use super::chain::{self, ProfileMfa, SsoRole, SsoSession, role_of_sso};
use super::connection::Connection;
use super::credential_source::{CredentialSource, ENVIRONMENT};
use super::narrow;
use super::parameters::Shape;
use super::request::{Invocation, Request};
use super::saml::{self, Saml};
use super::source::{Base, base_profile, find_profile, note_of_own_role, scheme};
use super::target::{self, Meaning, RoleTarget, which_role};
use super::values::{code, duration, fallback_region, mfa_program, serial, typed_region};
use super::web_identity::WebIdentity;
use super::words::{self, nothing_named};
use super::{Chosen, Mfa, Origin, Plan, ProtectedStep, Resolution, Step, profile};
use crate::config::Config;
use crate::config::profiles::Section;
use crate::config::saml_response::Response;
use crate::config::values::Scheme;
use crate::error::{Error, Kind, Result};
use crate::types::{RoleArn, RoleName};

pub(crate) fn resolve(request: &Request, config: &Config) -> Result<Resolution> {
    let captured = if request.via.is_empty() { saml::captured(request, config)? } else { None };
    Ok(match target::meaning(request, captured.as_ref(), config)? {
        Meaning::Role(target) => {
            Resolution::Plan(Box::new(plan_role(request, *target, captured, config)?))
        }
        Meaning::Profile(name, extras) => {
            Resolution::Plan(Box::new(profile::plan(&name, request, &extras, config)?))
        }
        Meaning::Account(account) => {
            let name = account.name.clone();
            let is_profile = config.profiles.get(name.as_str()).is_ok_and(|found| found.is_some());
            let note =
                is_profile.then(|| target::also_a_profile(name.as_str(), &request.invocation));
            let entry = account.entry.as_ref();
            let declared = entry.map(|entry| entry.roles.clone()).unwrap_or_default();
            Resolution::NeedsRole { account: name, declared, note }
        }
        Meaning::Offered(roles) => Resolution::NeedsOffer(roles),
        Meaning::Nothing => Resolution::NeedsTarget,
    })
}

/// The plan of a request that leaves nothing to choose.
pub(crate) fn resolve_complete(request: &Request, config: &Config) -> Result<Plan> {
    let how = &request.invocation;
    match resolve(request, config)? {
        Resolution::Plan(plan) => Ok(*plan),
        Resolution::NeedsRole { account, declared, note } => match declared.as_slice() {
            [only] => {
                let words = vec![account.to_string(), only.to_string()];
                resolve_complete(&Request { words, ..request.clone() }, config)
            }
            several => {
                let known: Vec<&str> = several.iter().map(RoleName::as_str).collect();
                let error = which_role(Kind::Usage, account.as_str(), &known, how);
                Err(note.into_iter().fold(error, Error::hint))
            }
        },
        Resolution::NeedsOffer(roles) => Err(saml::several_offers(Kind::Usage, &roles, how)),
        Resolution::NeedsTarget => Err(nothing_named(how)),
    }
}

/// Everything before the last role of a plan.
struct Before {
    base: Base,
    steps: Vec<Step>,
    mfa: ProfileMfa,
    discovers: bool,
    warnings: Vec<String>,
    protected: Vec<ProtectedStep>,
}

impl Before {
    fn new(base: Base, mfa: ProfileMfa) -> Self {
        let (steps, warnings, protected) = (Vec::new(), Vec::new(), Vec::new());
        Self { base, steps, mfa, discovers: true, warnings, protected }
    }
}

impl From<Plan> for Before {
    fn from(plan: Plan) -> Self {
        Self {
            base: plan.base,
            steps: plan.steps,
            mfa: ProfileMfa { serial: plan.mfa.serial, program: plan.mfa.program },
            discovers: plan.mfa.discovers,
            warnings: plan.warnings,
            protected: plan.protected,
        }
    }
}

fn plan_role(
    request: &Request,
    named: RoleTarget,
    captured: Option<Chosen<Response>>,
    config: &Config,
) -> Result<Plan> {
    let (account, extras) = (&named.account, &named.extras);
    let code = code(request, extras)?;
    let scheme = scheme(request, Some(account), config)?;
    let typed = request.region.as_deref().or(extras.region.as_deref());
    let region = typed_region(typed, Some(account), config)?;
    let named_base = base_profile(request.base.as_deref(), Some(account), config)?;
    let choice = BaseChoice::of(named_base, config)?;
    let sso = match request.via.as_slice() {
        [] => identity_center(request, &named, &scheme, config)?,
        _ => None,
    };
    let is_keyed = matches!(scheme.value, Scheme::Bastion | Scheme::Profile) && sso.is_none();
    let is_needed = is_keyed && request.via.is_empty();
    let profile = profile_of(&choice, is_needed, config)?.filter(|_| sso.is_none());
    // A sign-on has the region of programs, to which no profile is named after the switch.
    let own = profile.or_else(|| {
        let names = sso.iter().flat_map(|base| [base.profile.as_str(), "default"]);
        let mut profiles = names.filter_map(|name| config.profiles.get(name).ok()?);
        profiles.find(|own| own.value("region").is_some())
    });
    let fallback = || fallback_region(own.as_ref(), config);
    let region = region.map_or_else(fallback, |region| Ok(Some(region)))?;
    let (target, role) = named.target(region.as_ref())?;
    let with_code = Request { mfa_code: code.clone(), ..request.clone() };
    let mut warnings = Vec::new();
    let mut before = match (request.via.split_last(), sso, scheme.value) {
        (Some((last, via)), ..) => through(last, via, &with_code, &role, config)?,
        (None, Some(base), _) => Before::new(base, ProfileMfa::default()),
        (None, None, Scheme::Saml) => {
            let saml = Saml::resolve(captured, config, &mut warnings)?;
            let base = Base::of_saml(saml, Chosen::new("scheme", scheme.origin.clone()));
            Before::new(base, ProfileMfa::default())
        }
        (None, None, Scheme::WebIdentity) => {
            let token = WebIdentity::resolve(request, profile.as_ref(), config)?;
            let base = Base::of_token(token, Chosen::new("scheme", scheme.origin.clone()));
            Before::new(base, ProfileMfa::default())
        }
        (None, None, _) => {
            let before = of_choice(&choice, profile.as_ref(), &with_code, config);
            before.map_err(|error| match choice {
                BaseChoice::Named { .. } => error,
                BaseChoice::Found(_) | BaseChoice::Open(_) => or_sign_on(error, request, config),
            })?
        }
    };
    let is_sso = request.via.is_empty() && before.base.sso_role().is_some() && !is_keyed;
    if code.is_some() && (is_sso || (before.steps.is_empty() && before.base.source.gives_role())) {
        let error = Error::usage(format!("the scheme from {} takes no MFA code", scheme.origin));
        let words = [target.name.as_str(), role.name.as_str()];
        return Err(error.hint(request.invocation.with(&words)));
    }
    warnings.append(&mut before.warnings);
    let mut notes = named.notes;
    notes.extend(note_of_own_role(&before.base, config)?);
    let mut steps = before.steps;
    if is_sso {
        profile::refuse_parameters(request, &target.to_string())?;
    } else {
        let source = Some(&before.base.source).filter(|_| steps.is_empty());
        let (parameters, origins) =
            Shape::resolve(request, account, source, target.partition, config)?;
        steps.push(Step {
            role: role.clone(),
            name: target.to_string(),
            profile: None,
            duration: duration(request.session.duration.as_deref(), account, config)?,
            parameters,
            origins,
        });
    }
    let policy = match is_sso {
        true => narrow::of_options(request, &target.protection, config)?,
        false => None,
    };
    let mut protected = before.protected;
    protected.extend(ProtectedStep::of(&target));
    let base = choice.kept().filter(|_| before.base.is_found);
    let kept = Request { base: request.base.clone().or(base), ..request.clone() };
    let arn = role.to_string();
    let account_and_role = [target.name.as_str(), role.name.as_str()];
    let words = if named.partition.is_some() { &[arn.as_str()][..] } else { &account_and_role };
    Ok(Plan {
        connection: Connection::resolve(
            region.as_ref().map(|region| &region.value),
            target.partition,
            profile.as_ref(),
            config,
        )?,
        mfa: Mfa {
            code,
            serial: serial(request, account)?.or(before.mfa.serial),
            program: mfa_program(before.mfa.program, config),
            discovers: before.discovers,
        },
        base: before.base,
        steps,
        region,
        refresh: request.refresh,
        min_left: request.min_left,
        may_ask: !request.no_input,
        consents: request.yes,
        write: request.write,
        policy,
        protected,
        warnings,
        notes,
        words: kept.kept_words(extras.region.as_deref(), words),
        invocation: request.invocation.clone().option("--region", extras.region.as_deref()),
        target,
    })
}

/// The Identity Center that gives the role: where the account names a session, `--scheme sso` asks
/// for it, or nothing else is said and exactly one is configured that gives it.
fn identity_center(
    request: &Request,
    named: &RoleTarget,
    scheme: &Chosen<Scheme>,
    config: &Config,
) -> Result<Option<Base>> {
    let (account, role) = (&named.account, &named.role.value);
    let is_asked = scheme.value == Scheme::IdentityCenter;
    let says_nothing = scheme.origin.is_default()
        && request.base.is_none()
        && account.entry.as_ref().is_none_or(|entry| entry.base.is_none())
        && config.environment.text("AWS_PROFILE_ASSUME_ROLE")?.is_none();
    if !is_asked && !says_nothing {
        return Ok(None);
    }
    let session = account.value(|entry| entry.sso_session.clone()).filter(|_| is_asked);
    let base = |sso: SsoRole, profile: String, origin: Origin| Base {
        description: format!("the sign-on {}", sso.session),
        profile,
        source: CredentialSource::IdentityCenter(sso),
        survives_switch: true,
        chosen_by: Some(Chosen::new("scheme", origin)),
        is_found: false,
        told_account: None,
    };
    if let Some(name) = session {
        let session = SsoSession::named(name.value.as_str(), config)
            .map_err(|error| error.because(format!("sso_session: {}", name.origin)))?;
        let sso = SsoRole { session, account: account.id.clone(), role: role.clone() };
        return Ok(Some(base(sso, String::new(), name.origin)));
    }
    if let Some((sso, profile)) = role_of_sso(&account.id, role, config)? {
        let origin = match is_asked {
            true => scheme.origin.clone(),
            false => Origin::Place(format!("profile {profile}, the only one that gives this role")),
        };
        return Ok(Some(base(sso, profile, origin)));
    }
    if !is_asked {
        return Ok(None);
    }
    let sessions: Vec<_> = config.profiles.sso_sessions().map(|session| session.name()).collect();
    match sessions.as_slice() {
        [only] => {
            let session = SsoSession::named(only, config)?;
            let sso = SsoRole { session, account: account.id.clone(), role: role.clone() };
            Ok(Some(base(sso, String::new(), scheme.origin.clone())))
        }
        [] => Err(Error::config("there is no [sso-session] in ~/.aws/config")
            .because(format!("the scheme sso comes from {}", scheme.origin))
            .hint(chain::NO_SIGN_ON)),
        several => Err(Error::config(format!(
            "which [sso-session] gives role {role} in account {}?",
            account.name
        ))
        .because(format!("there are {}", several.join(", ")))
        .hint(format!(
            "name it in the accounts file: {{\"{}\": {{\"id\": \"{}\", \"sso_session\": \"{}\"}}}}",
            account.name,
            account.id,
            several.first().unwrap_or(&"")
        ))),
    }
}

/// The base of an account that says nothing about it, its MFA device, and the profile beside it.
pub(super) fn unnamed_base(
    config: &Config,
) -> Result<(Base, Option<Chosen<String>>, Option<Section<'_>>)> {
    let choice = BaseChoice::of(base_profile(None, None, config)?, config)?;
    let profile = profile_of(&choice, true, config)?;
    let before = of_choice(&choice, profile.as_ref(), &Request::default(), config)?;
    Ok((before.base, before.mfa.serial, profile))
}

fn profile_of<'a>(
    choice: &BaseChoice,
    is_needed: bool,
    config: &'a Config,
) -> Result<Option<Section<'a>>> {
    match choice {
        BaseChoice::Named { name, is_found: false } if name.value == ENVIRONMENT => Ok(None),
        BaseChoice::Named { name, .. } if is_needed && name.value != ENVIRONMENT => {
            find_profile(name, config).map(Some)
        }
        choice => config.profiles.get(choice.profile_name()),
    }
}

fn of_choice(
    choice: &BaseChoice,
    profile: Option<&Section<'_>>,
    request: &Request,
    config: &Config,
) -> Result<Before> {
    if let BaseChoice::Named { name, is_found } = choice {
        let mut before = of_base(name, profile, request, config)?;
        before.base.is_found = *is_found;
        return Ok(before);
    }
    let (base, step) = choice.surrounding(config)?.base(config)?;
    let mut before = Before::new(base, ProfileMfa::default());
    before.steps.extend(step);
    Ok(before)
}

/// The base profile: its keys, or whatever else it gets its credentials from.
fn of_base(
    name: &Chosen<String>,
    profile: Option<&Section<'_>>,
    request: &Request,
    config: &Config,
) -> Result<Before> {
    let chosen_by = Some(Chosen::new("base", name.origin.clone()));
    let Some(profile) = profile.filter(|_| name.value != ENVIRONMENT) else {
        let base = Base::of_environment(config)?;
        return Ok(Before::new(Base { chosen_by, ..base }, ProfileMfa::default()));
    };
    if !chain::gets_keys_elsewhere(profile) {
        let (base, mfa) = chain::keys_of(profile, config)?;
        return Ok(Before::new(Base { chosen_by, ..base }, mfa));
    }
    let source = request.for_source(Vec::new(), &[]);
    let source = Request { base: None, scheme: None, ..source };
    let mut before: Before =
        profile::plan(&name.value, &source, &words::Extras::default(), config)?.into();
    before.discovers = before.steps.is_empty();
    before.base.chosen_by = chosen_by;
    Ok(before)
}

/// What `--via` goes through: the plan for the last of its targets, by way of the others.
fn through(
    last: &str,
    via: &[String],
    request: &Request,
    role: &RoleArn,
    config: &Config,
) -> Result<Before> {
    if last.is_empty() {
        return Err(Error::usage("--via is empty")
            .hint("--via ACCOUNT:ROLE, a profile, or the ARN of a role"));
    }
    let mut how = request.for_source(vec![last.to_owned()], via);
    how.invocation = Invocation::of_verb("explain ");
    let is_named = last.contains(':')
        || !last.contains(' ')
        || config.accounts.find(last)?.is_some()
        || config.profiles.get(last)?.is_some();
    if !is_named {
        let last = crate::types::sanitize::escape_up_to(last, 80);
        return Err(Error::usage(format!("--via '{last}' names no role"))
            .hint("--via ACCOUNT:ROLE, a profile, or the ARN of a role"));
    }
    let plan = resolve_complete(&how, config)?;
    if plan.target.partition != role.partition {
        return Err(Error::config(format!(
            "{} is in partition {}, {role} is not",
            plan.target, plan.target.partition
        ))
        .because("a role cannot assume a role of another partition"));
    }
    Ok(plan.into())
}

/// No keys are needed where a sign-on gives the role.
fn or_sign_on(error: Error, request: &Request, config: &Config) -> Error {
    if config.profiles.sso_sessions().next().is_none() {
        return error;
    }
    let words: Vec<&str> = request.words.iter().map(String::as_str).collect();
    let command = request.invocation.command(&["--scheme", "sso"], &words);
    let hint = format!("if IAM Identity Center gives the role: {command}");
    Error { hints: std::iter::once(hint).chain(error.hints).collect(), ..error }
}
