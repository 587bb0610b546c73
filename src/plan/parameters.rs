//! The parameters of AssumeRole that shape a session: its name, external id, policies, tags, source
//! identity.

use super::account::TargetAccount;
use super::chosen::{Chosen, Origin};
use super::credential_source::CredentialSource;
use super::request::Request;
use crate::config::Config;
use crate::config::files::read_text;
use crate::config::values::{ExternalId, parse_policy_arn, parse_session_name, parse_tag};
use crate::error::{Error, Result};
use crate::types::Partition;
use crate::types::sanitize::{escape, escape_up_to};

/// The most that AWS takes: characters of a policy, policies by ARN, tags (STS API reference,
/// AssumeRole).
const LONGEST_POLICY: usize = 2048;
const MOST_POLICIES: usize = 10;
const MOST_TAGS: usize = 50;

/// The shape of a role session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Shape {
    /// The session's name in AWS's logs, where one was chosen.
    pub session_name: Option<String>,
    pub external_id: Option<String>,
    pub policy_arns: Vec<String>,
    /// A policy that narrows the session, as JSON without blanks.
    pub policy: Option<String>,
    pub tags: Vec<(String, String)>,
    /// The keys of tags that chained sessions inherit.
    pub transitive_tags: Vec<String>,
    pub source_identity: Option<String>,
}

/// What decided each of them.
#[derive(Clone, Debug)]
pub(crate) struct ParameterOrigins {
    pub session_name: Origin,
    pub external_id: Origin,
    pub policies: Origin,
    pub tags: Origin,
    pub source_identity: Origin,
}

impl Shape {
    /// What options, account and environment say, in this order. A SAML response or a token says
    /// itself who acts and with which tags, so what the account says about that is left out there.
    /// `source` gives the role itself; it is `None` for a role that other credentials assume.
    pub(super) fn resolve(
        request: &Request,
        account: &TargetAccount,
        source: Option<&CredentialSource>,
        partition: Partition,
        config: &Config,
    ) -> Result<(Self, ParameterOrigins)> {
        let options = &request.session;
        let policy_arns = policy_arns(request, account, partition)?;
        let by_account = || account.value(|_| Some(())).map_or(DEFAULT, |entry| entry.origin);
        let either = |is_option: bool, option: &'static str| {
            if is_option { option.into() } else { by_account() }
        };
        let mut shape = Self {
            policy: options.policy.as_deref().map(|path| policy(path, config)).transpose()?,
            policy_arns: policy_arns.value,
            ..Self::default()
        };
        let mut origins = ParameterOrigins {
            session_name: DEFAULT,
            external_id: DEFAULT,
            policies: policy_arns.origin,
            tags: DEFAULT,
            source_identity: DEFAULT,
        };
        let is_web_identity = matches!(source, Some(CredentialSource::WebIdentity(_)));
        if matches!(source, Some(CredentialSource::Saml(_))) {
            refuse_options(request, "a SAML response", true)?;
            return Ok((shape, origins));
        }
        if let Some(name) = session_name(request, account, is_web_identity, config)? {
            shape.session_name = Some(name.value);
            origins.session_name = name.origin;
        }
        if is_web_identity {
            refuse_options(request, "a web identity", false)?;
            return Ok((shape, origins));
        }
        let external_id = external_id(options.external_id.as_deref(), account)?;
        shape.external_id = external_id.value;
        origins.external_id = external_id.origin;
        shape.tags = tags(&options.tags, account)?;
        origins.tags = match (options.tags.is_empty(), &account.entry) {
            (false, Some(entry)) if !entry.tags.is_empty() => {
                Origin::Place(format!("--tag and {}", entry.place))
            }
            (is_empty, _) => either(!is_empty, "--tag"),
        };
        shape.transitive_tags = transitive_tags(&options.transitive_tags, &shape.tags)?;
        shape.source_identity = match options.source_identity.as_deref() {
            Some(text) => Some(parse_session_name("--source-identity", "source identity", text)?),
            None => account.entry.as_ref().and_then(|entry| entry.source_identity.clone()),
        };
        origins.source_identity = either(options.source_identity.is_some(), "--source-identity");
        Ok((shape, origins))
    }
}

const DEFAULT: Origin = Origin::Default("default");

fn refuse_options(request: &Request, what: &str, with_name: bool) -> Result<()> {
    let from_provider =
        ["--tag", "--transitive-tag", "--source-identity", "--external-id", "--session-name"];
    let is_refused =
        |given: &&str| from_provider.contains(given) && (*given != "--session-name" || with_name);
    match request.session.given().find(is_refused) {
        Some(option) => Err(Error::usage(format!("{option} does not go with {what}"))
            .because("what it would say comes from the identity provider there")),
        None => Ok(()),
    }
}

/// The managed policies of the session: those of the options, else the account's; `ReadOnlyAccess`
/// alone where the account is marked so, since AWS allows what any of several policies allows.
fn policy_arns(
    request: &Request,
    account: &TargetAccount,
    partition: Partition,
) -> Result<Chosen<Vec<String>>> {
    let options = &request.session;
    let read_only = account.protection.read_only.as_ref().filter(|_| !request.write);
    if read_only.is_some() && !(options.policy_arns.is_empty() && options.policy.is_none()) {
        return Err(super::account::read_only(&account.name));
    }
    if !options.policy_arns.is_empty() {
        if options.policy_arns.len() > MOST_POLICIES {
            return Err(Error::usage(format!(
                "--policy-arn is given more than {MOST_POLICIES} times"
            )));
        }
        let arns = options.policy_arns.iter().map(|arn| parse_policy_arn("--policy-arn", arn));
        return Ok(Chosen::new(arns.collect::<Result<_>>()?, "--policy-arn"));
    }
    if let Some(alias) = read_only {
        let why = format!("read_only of {}; --write lifts it", alias.origin);
        let policy = format!("arn:{partition}:iam::aws:policy/ReadOnlyAccess");
        return Ok(Chosen::new(vec![policy], Origin::Place(why)));
    }
    let of_account = account.value(|entry| Some(entry.policy_arns.clone()));
    Ok(of_account.unwrap_or_else(|| Chosen::new(Vec::new(), DEFAULT)))
}

/// The policy of a file, without the blanks that people put into it.
pub(super) fn policy(path: &str, config: &Config) -> Result<String> {
    let home = config.environment.home();
    let file = read_text(&config.environment.expanded(path.into()), home.as_deref(), 256 << 10)?
        .ok_or_else(|| {
            Error::config(format!("there is no file {}, which --policy names", escape(path)))
        })?;
    let document: serde_json::Value = serde_json::from_str(&file.text).map_err(|error| {
        Error::config(format!(
            "{}:{}:{}: the policy is not JSON",
            file.shown,
            error.line(),
            error.column()
        ))
        .because(escape(&error.to_string()))
    })?;
    if document.get("Statement").is_none() {
        return Err(Error::config(format!("{}: the policy has no Statement", file.shown))
            .hint(r#"a policy looks like {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}]}"#));
    }
    let text = document.to_string();
    let length = text.chars().count();
    if length > LONGEST_POLICY {
        return Err(Error::config(format!(
            "{}: the policy has {length} characters without blanks, AWS takes {LONGEST_POLICY}",
            file.shown
        ))
        .hint("make a managed policy of it, and name that: --policy-arn ARN"));
    }
    Ok(text)
}

/// The account's tags, with those of the options added or in place of them.
fn tags(options: &[String], account: &TargetAccount) -> Result<Vec<(String, String)>> {
    let mut tags = account.entry.as_ref().map(|entry| entry.tags.clone()).unwrap_or_default();
    let of_account = tags.len();
    for option in options {
        let (key, value) = option.split_once('=').ok_or_else(|| {
            Error::usage(format!("--tag '{}' has no value", escape_up_to(option, 80)))
                .hint("--tag KEY=VALUE")
        })?;
        let tag = parse_tag("--tag", key, value)?;
        // Keys that differ in case only are one key to AWS.
        let same = |(known, _): &(String, String)| known.to_lowercase() == tag.0.to_lowercase();
        match tags.iter().position(same) {
            Some(at) if at >= of_account => {
                return Err(Error::usage(format!(
                    "--tag {} is given twice",
                    escape_up_to(key, 80)
                )));
            }
            Some(at) => {
                if let Some(known) = tags.get_mut(at) {
                    *known = tag;
                }
            }
            None => tags.push(tag),
        }
    }
    if tags.len() > MOST_TAGS {
        return Err(Error::usage(format!("these are {} tags, AWS takes {MOST_TAGS}", tags.len())));
    }
    Ok(tags)
}

fn transitive_tags(options: &[String], tags: &[(String, String)]) -> Result<Vec<String>> {
    match options.iter().find(|option| !tags.iter().any(|(key, _)| key == *option)) {
        Some(unknown) => Err(Error::usage(format!(
            "--transitive-tag {} is not a tag of this session",
            escape_up_to(unknown, 80)
        ))
        .hint(format!("--tag {}=VALUE gives it a value", escape_up_to(unknown, 80)))),
        None => Ok(options.to_vec()),
    }
}

/// The session's name, when it was chosen: option, account, for a token the name that goes with it,
/// the user. `AWS_USERNAME` may hold any text and is made fit.
fn session_name(
    request: &Request,
    account: &TargetAccount,
    is_web_identity: bool,
    config: &Config,
) -> Result<Option<Chosen<String>>> {
    let (what, option) = ("session name", "--session-name");
    if let Some(text) = request.session.name.as_deref() {
        return parse_session_name(option, what, text).map(|name| Some(Chosen::new(name, option)));
    }
    if let Some(name) = account.value(|entry| entry.session_name.clone()) {
        return Ok(Some(name));
    }
    // The name that goes with a token's file and role in the environment.
    let variable = "AWS_ROLE_SESSION_NAME";
    if let (true, Some(name)) = (is_web_identity, config.environment.text(variable)?) {
        return parse_session_name(variable, what, name)
            .map(|name| Some(Chosen::new(name, variable)));
    }
    let variable = "AWS_USERNAME";
    let user = config.environment.text(variable)?;
    Ok(user.map(|user| Chosen::new(crate::types::session_name(user), variable)))
}

/// The external id to send, or none: option, account, else the account's own id, which the old
/// script always sent.
fn external_id(option: Option<&str>, account: &TargetAccount) -> Result<Chosen<Option<String>>> {
    let chosen = match option {
        Some(text) => Some(Chosen::new(ExternalId::parse("--external-id", text)?, "--external-id")),
        None => account.value(|entry| entry.external_id.clone()),
    };
    Ok(match chosen {
        Some(chosen) => chosen.map(|id| match id {
            ExternalId::None => None,
            ExternalId::Value(text) => Some(text),
        }),
        None => {
            Chosen::new(Some(account.id.to_string()), Origin::Default("default: the account's id"))
        }
    })
}
