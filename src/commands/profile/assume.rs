//! The form for AWS's own tools: `role_arn` and the profile or keys that ask for it. They assume the
//! role themselves, as the request would, so a request that they could not make the same way is
//! refused.

use crate::cache::{BaseFacts, MfaDevice, Store};
use crate::config::Config;
use crate::error::{Error, Result};
use crate::plan::chain::Chain;
use crate::plan::{CredentialSource, Plan, Step, WebIdentity};
use crate::types::Moment;

/// The keys and values of such a profile.
pub(super) fn entries(
    plan: &Plan,
    config: &Config,
    store: &Store,
    now: Moment,
) -> Result<Vec<(&'static str, String)>> {
    let Some(step) = plan.steps.last() else {
        return Err(Error::usage(format!(
            "{} has no role that AWS's tools could assume",
            plan.target
        ))
        .hint("leave --assume out: then they ask this program"));
    };
    refuse_parameters(plan, step)?;
    let mut entries = vec![("role_arn", step.role.to_string())];
    entries.push(source(plan, config)?);
    let mut say = |key, value: Option<String>| entries.extend(value.map(|value| (key, value)));
    say("mfa_serial", mfa_serial(plan, store, now)?);
    say("external_id", step.parameters.external_id.clone());
    let is_chosen = !step.duration.origin.is_default();
    say("duration_seconds", is_chosen.then(|| step.duration.value.to_string()));
    say("role_session_name", step.parameters.session_name.clone());
    Ok(entries)
}

/// The device that was named, or is remembered for these keys. A token and a chain know none.
fn mfa_serial(plan: &Plan, store: &Store, now: Moment) -> Result<Option<String>> {
    if plan.base.source.long_term_id().is_none() || plan.steps.len() > 1 {
        return Ok(None);
    }
    if let Some(serial) = &plan.mfa.serial {
        return Ok(Some(serial.value.clone()));
    }
    let remembered = store.get::<BaseFacts>(&plan.base_key(), now)?.and_then(|facts| facts.mfa);
    Ok(match remembered {
        Some(MfaDevice::Serial(serial)) if plan.mfa.discovers => Some(serial),
        _ => None,
    })
}

/// What assumes the role. A step before the role has to be a profile of its own.
fn source(plan: &Plan, config: &Config) -> Result<(&'static str, String)> {
    if let Some(before) = plan.steps.len().checked_sub(2).and_then(|at| plan.steps.get(at)) {
        return through(before, config);
    }
    match &plan.base.source {
        CredentialSource::Keys(..) if plan.base.is_environment() => {
            Ok(("credential_source", "Environment".to_owned()))
        }
        CredentialSource::WebIdentity(WebIdentity::File(file)) => {
            Ok(("web_identity_token_file", file.value.display().to_string()))
        }
        CredentialSource::Container => Ok(("credential_source", "EcsContainer".to_owned())),
        CredentialSource::Instance => Ok(("credential_source", "Ec2InstanceMetadata".to_owned())),
        CredentialSource::Saml(_) | CredentialSource::WebIdentity(_) => {
            Err(Error::usage(format!("AWS's tools cannot ask by {}", plan.base.description))
                .hint("leave --assume out: then they ask this program"))
        }
        _ => Ok(("source_profile", plan.base.profile.clone())),
    }
}

fn through(before: &Step, config: &Config) -> Result<(&'static str, String)> {
    if let Some(name) = &before.profile {
        let leads_there =
            |chain: Chain| chain.role().map(|last| &last.role.value) == Some(&before.role);
        if config.profiles.get(name)?.is_some()
            && Chain::resolve(name, config).is_ok_and(leads_there)
        {
            return Ok(("source_profile", name.clone()));
        }
    }
    Err(Error::usage(format!(
        "{} is no profile, and AWS's tools go through profiles only",
        before.name
    ))
    .hint("write one for it with --assume, and name that: --via PROFILE")
    .hint("or leave --assume out: then they ask this program"))
}

/// What narrows a session must not get lost on the way into a file.
fn refuse_parameters(plan: &Plan, step: &Step) -> Result<()> {
    let shape = &step.parameters;
    let given = [
        ("a session policy", !shape.policy_arns.is_empty() || shape.policy.is_some()),
        ("tags", !shape.tags.is_empty()),
        ("a source identity", shape.source_identity.is_some()),
    ];
    match given.iter().find(|(_, is_given)| *is_given) {
        Some((what, _)) => {
            Err(Error::usage(format!("{} has {what}, which a profile cannot express", plan.target))
                .hint("leave --assume out: then AWS's tools ask this program, which sends it"))
        }
        None => Ok(()),
    }
}
