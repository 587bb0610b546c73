//! The form for AWS's own tools: `role_arn` and whoever asks for it. They assume the role
//! themselves, as the request would, so a request that they could not make the same way is refused.

use crate::acquire::base_key;
use crate::cache::{BaseFacts, MfaDevice, Store};
use crate::config::Config;
use crate::error::{Error, Result};
use crate::plan::chain::{Chain, Start};
use crate::plan::{Origin, Request, Way, WebIdentity};
use crate::types::Moment;

/// The keys and values of such a profile.
pub(super) fn entries(
    request: &Request,
    config: &Config,
    store: &Store,
    now: Moment,
) -> Result<Vec<(&'static str, String)>> {
    refuse_shape(request)?;
    let is_sign_on = matches!(&request.way, Way::Root(_));
    let role = request.target.role.as_ref().filter(|_| !is_sign_on).ok_or_else(|| {
        let error =
            Error::usage(format!("{} has no role that AWS's tools could assume", request.target));
        error.hint("leave --assume out: then they ask this program")
    })?;
    let mut entries = vec![("role_arn", role.to_string())];
    entries.push(source(request, config)?);
    let mut say = |key, value: Option<String>| entries.extend(value.map(|value| (key, value)));
    say("mfa_serial", mfa_serial(request, store, now)?);
    say("external_id", request.shape.external_id.clone());
    let chosen = !matches!(request.length.origin, Origin::BuiltIn);
    say("duration_seconds", chosen.then(|| request.length.seconds.to_string()));
    say("role_session_name", request.shape.session_name.clone());
    Ok(entries)
}

/// The device that was named, or is remembered for these keys. A token and a chain know none.
fn mfa_serial(request: &Request, store: &Store, now: Moment) -> Result<Option<String>> {
    let Way::Bastion(base) = &request.way else { return Ok(None) };
    if let Some(serial) = &request.serial {
        return Ok(Some(serial.value.clone()));
    }
    let remembered = store.get::<BaseFacts>(&base_key(request), now)?.and_then(|facts| facts.mfa);
    Ok(match remembered {
        Some(MfaDevice::Serial(serial)) if base.finds_device => Some(serial),
        _ => None,
    })
}

/// Who asks for the role.
fn source(request: &Request, config: &Config) -> Result<(&'static str, String)> {
    match &request.way {
        Way::Bastion(base) if base.is_environment() => {
            Ok(("credential_source", "Environment".to_owned()))
        }
        Way::Bastion(base) => Ok(("source_profile", base.profile.clone())),
        Way::WebIdentity(WebIdentity::File(file)) => {
            Ok(("web_identity_token_file", file.value.display().to_string()))
        }
        Way::Via(hop) => through(hop, config),
        Way::Root(_) | Way::Saml(_) | Way::WebIdentity(_) => {
            Err(Error::usage(format!("AWS's tools cannot ask by {}", request.way.shown()))
                .hint("leave --assume out: then they ask this program"))
        }
    }
}

/// A step before the role has to be a profile of its own.
fn through(hop: &Request, config: &Config) -> Result<(&'static str, String)> {
    if let Way::Root(root) = &hop.way {
        match root.start {
            Start::Container => return Ok(("credential_source", "EcsContainer".to_owned())),
            Start::Instance => return Ok(("credential_source", "Ec2InstanceMetadata".to_owned())),
            _ => return Ok(("source_profile", root.profile.clone())),
        }
    }
    let name = hop.target.name.as_str();
    let leads_there =
        |chain: Chain| chain.role().map(|last| &last.role.value) == hop.target.role.as_ref();
    if config.profiles.get(name)?.is_some() && Chain::resolve(name, config).is_ok_and(leads_there) {
        return Ok(("source_profile", name.to_owned()));
    }
    Err(Error::usage(format!(
        "{} is no profile, and AWS's tools go through profiles only",
        hop.target
    ))
    .hint("write one for it with --assume, and name that: --via PROFILE")
    .hint("or leave --assume out: then they ask this program"))
}

/// What narrows a session must not get lost on the way into a file.
fn refuse_shape(request: &Request) -> Result<()> {
    let shape = &request.shape;
    let given = [
        ("a session policy", !shape.policy_arns.is_empty() || shape.policy.is_some()),
        ("tags", !shape.tags.is_empty()),
        ("a source identity", shape.source_identity.is_some()),
    ];
    match given.iter().find(|(_, is_given)| *is_given) {
        Some((what, _)) => {
            Err(Error::usage(format!("{} has {what}, which no profile can say", request.target))
                .hint("leave --assume out: then AWS's tools ask this program, which sends it"))
        }
        None => Ok(()),
    }
}
