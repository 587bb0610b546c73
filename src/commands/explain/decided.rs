//! Each decision with whoever made it: an option, a file and line, a variable, a default.

use crate::acquire::{Asks, Outlook};
use crate::cli;
use crate::config::Config;
use crate::error::Result;
use crate::plan::{Chosen, Marks, Origin, Request, Trust, Way, external_id, session_name};
use crate::types::sanitize::escape_up_to;
use crate::types::{Partition, minutes};
use crate::ui::page::Fact;

/// Who decides what nobody else decides.
const BUILT_IN: &str = "built in";

/// The decisions about the session that was asked for.
pub(super) fn facts(
    asked: &cli::Target,
    request: &Request,
    outlook: &Outlook,
    config: &Config,
) -> Result<Vec<Fact>> {
    let mut facts = Vec::new();
    if let Some(role) = &request.target.role {
        facts.push(Fact::new(
            "account",
            role.account.as_str(),
            &account_origin(asked, request, config),
        ));
        facts.push(Fact::new("role", role.name.as_str(), &role_origin(asked, request, config)));
        if role.partition != Partition::default() {
            facts.push(Fact::new("partition", role.partition.as_str(), ""));
        }
    } else {
        facts.push(Fact::new("role", "none: the session is that of the keys' own user", ""));
    }
    facts.push(match &request.region {
        Some(region) => Fact::new("region", region.value.as_str(), &region.origin),
        None => Fact::new(
            "region",
            "none",
            &format!("nobody names one; STS is asked in {}", request.sts_region()),
        ),
    });
    // How long the keys of a sign-on last, it says itself.
    if request.target.role.is_some() && !matches!(request.way, Way::Root(_)) {
        facts.push(length(request, outlook));
    }
    facts.push(question(outlook));
    if request.target.role.is_some() {
        facts.extend(shape(asked, request, config)?);
    }
    if let Some(alias) = &request.target.protected {
        let answer = if request.yes {
            "--yes answers"
        } else {
            "a switch asks for the name, which --yes spares"
        };
        facts.push(Fact::new("guard", &format!("protected: {answer}"), &alias.origin));
    }
    if let Some(trust) = trust(request) {
        facts.push(trust);
    }
    Ok(facts)
}

/// Who gave the account its id.
fn account_origin(asked: &cli::Target, request: &Request, config: &Config) -> String {
    match &request.target.account {
        None => profile_place(request, &["role_arn", "sso_account_id"], config),
        Some(account) => match &account.entry {
            Some(entry) if entry.name == account.name => entry.place.to_string(),
            _ => typed(asked),
        },
    }
}

/// Who said which role.
fn role_origin(asked: &cli::Target, request: &Request, config: &Config) -> String {
    match (&request.target.role_origin, &request.target.account) {
        (Some(origin), _) => origin.clone(),
        (None, None) => profile_place(request, &["role_arn", "sso_role_name"], config),
        (None, Some(_)) => typed(asked),
    }
}

fn typed(asked: &cli::Target) -> String {
    let origin = match (&asked.words.is_empty(), &asked.saml_response) {
        (false, _) => "the command line",
        (true, Some(_)) => "--saml-response",
        (true, None) => "AWS_ROLE_ARN",
    };
    origin.to_owned()
}

/// Where the profile of a request says the first of these keys.
fn profile_place(request: &Request, keys: &[&str], config: &Config) -> String {
    let profile = config.profiles.get(request.target.name.as_str()).ok().flatten();
    let value = profile.and_then(|profile| keys.iter().find_map(|key| profile.value(key)));
    value.map(|value| value.place.to_string()).unwrap_or_default()
}

fn length(request: &Request, outlook: &Outlook) -> Fact {
    let asked = request.length.seconds;
    let origin = match &request.length.origin {
        Origin::Option => "--duration",
        Origin::Configured(place) => place.as_str(),
        Origin::BuiltIn => BUILT_IN,
    };
    match &outlook.shorter {
        None => Fact::new("lasts", &minutes(asked.into()), origin),
        Some(why) => {
            let value = format!(
                "{} in place of {} from {origin}",
                minutes(outlook.seconds.into()),
                minutes(asked.into())
            );
            Fact::new("lasts", &value, why)
        }
    }
}

fn question(outlook: &Outlook) -> Fact {
    let (label, value) = match &outlook.asks {
        Asks::Nothing => ("MFA", "no question".to_owned()),
        Asks::GivenCode => ("MFA", "the code that was given".to_owned()),
        Asks::Code(device) => (
            "MFA",
            format!(
                "a code of {} ({})",
                escape_up_to(&device.value, 200),
                escape_up_to(&device.origin, 200)
            ),
        ),
        Asks::PerhapsCode => ("MFA", "a code, if the user has a device".to_owned()),
        Asks::Password => ("asks", "user and password".to_owned()),
        Asks::SignOn => ("asks", "a sign-on in the browser".to_owned()),
        Asks::Program => ("asks", "what the program of the profile asks".to_owned()),
    };
    Fact::new(label, &value, &outlook.why)
}

/// What narrows and marks the session.
fn shape(asked: &cli::Target, request: &Request, config: &Config) -> Result<Vec<Fact>> {
    let shape = &request.shape;
    let mut facts = Vec::new();
    let place = request
        .target
        .account
        .as_ref()
        .and_then(|account| Some(account.entry.as_ref()?.place.to_string()));
    let either = |option: &str, is_option: bool| {
        if is_option {
            option.to_owned()
        } else {
            place.clone().unwrap_or_else(|| "the account".to_owned())
        }
    };
    if !matches!(request.way, Way::Saml(_) | Way::Root(_)) {
        let name = Chosen::new(shape.session_name.clone(), name_origin(asked, request, config)?);
        facts.push(match name.value {
            Some(value) => Fact::new("name", &value, &name.origin),
            None => Fact::new("name", "that of whoever asks", BUILT_IN),
        });
    }
    if !matches!(request.way, Way::Saml(_) | Way::WebIdentity(_) | Way::Root(_)) {
        let origin = id_origin(asked, request, config)?;
        facts.push(Fact::new(
            "external id",
            shape.external_id.as_deref().unwrap_or("none"),
            &origin,
        ));
    }
    if !shape.policy_arns.is_empty() {
        let marks = request
            .target
            .role
            .as_ref()
            .map(|role| Marks::of(&role.account, None, config))
            .transpose()?;
        let read_only = marks
            .and_then(|marks| marks.read_only)
            .filter(|_| !asked.write && asked.policy_arn.is_empty());
        let origin = match read_only {
            Some(alias) => format!("read_only of {}; --write lifts it", alias.origin),
            None => either("--policy-arn", !asked.policy_arn.is_empty()),
        };
        facts.push(Fact::new("policies", &shape.policy_arns.join(" "), &origin));
    }
    if let (Some(_), Some(path)) = (&shape.policy, &asked.policy) {
        facts.push(Fact::new("policy", path, "--policy"));
    }
    if !shape.tags.is_empty() {
        let tags: Vec<String> =
            shape.tags.iter().map(|(key, value)| format!("{key}={value}")).collect();
        let origin = match (asked.tag.is_empty(), &place) {
            (false, Some(place)) => format!("--tag and {place}"),
            (is_empty, _) => either("--tag", !is_empty),
        };
        facts.push(Fact::new("tags", &tags.join(" "), &origin));
    }
    if let Some(identity) = &shape.source_identity {
        facts.push(Fact::new(
            "identity",
            identity,
            &either("--source-identity", asked.source_identity.is_some()),
        ));
    }
    Ok(facts)
}

fn name_origin(asked: &cli::Target, request: &Request, config: &Config) -> Result<String> {
    let of_profile = profile_place(request, &["role_session_name"], config);
    Ok(match &request.target.account {
        Some(account) => {
            session_name(asked.session_name.as_deref(), account, &request.way, config)?
                .map(|name| name.origin)
        }
        None if asked.session_name.is_some() => Some("--session-name".to_owned()),
        None if of_profile.is_empty() => Some("AWS_USERNAME".to_owned()),
        None => Some(of_profile),
    }
    .unwrap_or_default())
}

fn id_origin(asked: &cli::Target, request: &Request, config: &Config) -> Result<String> {
    let of_profile = profile_place(request, &["external_id"], config);
    Ok(match &request.target.account {
        Some(account) => external_id(asked.external_id.as_deref(), account)?.origin,
        None if asked.external_id.is_some() => "--external-id".to_owned(),
        None if of_profile.is_empty() => "the profile names none".to_owned(),
        None => of_profile,
    })
}

fn trust(request: &Request) -> Option<Fact> {
    match &request.trust {
        Trust::System => None,
        Trust::Bundle(bundle) => {
            Some(Fact::new("trusts", &bundle.value.to_string_lossy(), &bundle.origin))
        }
    }
}
