//! What narrows and marks a session: its name, external id, policies, tags, source identity.

use super::target::{Asked, Chosen};
use super::way::Way;
use crate::cli;
use crate::config::Config;
use crate::config::files::read_text;
use crate::config::values::{ExternalId, parse_policy_arn, parse_session_name, parse_tag};
use crate::error::{Error, Kind, Result};
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
    /// The session's name in AWS's logs, when somebody chose it.
    pub session_name: Option<String>,
    /// The external id to send.
    pub external_id: Option<String>,
    /// Managed policies that narrow the session.
    pub policy_arns: Vec<String>,
    /// A policy that narrows the session, as JSON without blanks.
    pub policy: Option<String>,
    /// Session tags.
    pub tags: Vec<(String, String)>,
    /// The keys of tags that chained sessions inherit.
    pub transitive_tags: Vec<String>,
    /// Who acts, set for good.
    pub source_identity: Option<String>,
}

impl Shape {
    /// What options, account and environment say, in this order. A SAML response or a token says
    /// itself who acts and with which tags, so what the account says about that is left out there.
    pub(crate) fn of(
        asked: &cli::Target,
        account: &Asked,
        way: &Way,
        partition: Partition,
        config: &Config,
    ) -> Result<Self> {
        let narrowed = Self {
            policy_arns: policy_arns(asked, account, partition)?,
            policy: asked.policy.as_deref().map(|path| policy(path, config)).transpose()?,
            ..Self::default()
        };
        match way {
            Way::Saml(_) => {
                refuse_options(asked, "a SAML response", true)?;
                Ok(narrowed)
            }
            Way::WebIdentity(_) => {
                refuse_options(asked, "a web identity", false)?;
                let session_name =
                    session_name(asked.session_name.as_deref(), account, way, config)?;
                Ok(Self { session_name: session_name.map(|name| name.value), ..narrowed })
            }
            _ => {
                let tags = tags(&asked.tag, account)?;
                Ok(Self {
                    session_name: session_name(
                        asked.session_name.as_deref(),
                        account,
                        way,
                        config,
                    )?
                    .map(|name| name.value),
                    external_id: external_id(asked.external_id.as_deref(), account)?.value,
                    transitive_tags: transitive_tags(&asked.transitive_tag, &tags)?,
                    tags,
                    source_identity: source_identity(asked.source_identity.as_deref(), account)?,
                    ..narrowed
                })
            }
        }
    }
}

fn refuse_options(asked: &cli::Target, what: &str, with_name: bool) -> Result<()> {
    let given = [
        ("--tag", !asked.tag.is_empty()),
        ("--transitive-tag", !asked.transitive_tag.is_empty()),
        ("--source-identity", asked.source_identity.is_some()),
        ("--external-id", asked.external_id.is_some()),
        ("--session-name", with_name && asked.session_name.is_some()),
    ];
    match given.iter().find(|(_, given)| *given) {
        Some((option, _)) => {
            Err(Error::usage(format!("{option} goes with no session from {what}"))
                .because("what it would say comes from the identity provider there"))
        }
        None => Ok(()),
    }
}

/// The managed policies of the session: those of the options, else the account's; `ReadOnlyAccess`
/// alone where the account is marked so, since AWS allows what any of several policies allows.
fn policy_arns(asked: &cli::Target, account: &Asked, partition: Partition) -> Result<Vec<String>> {
    let is_read_only = account.marks.read_only.is_some() && !asked.write;
    if is_read_only && !(asked.policy_arn.is_empty() && asked.policy.is_none()) {
        return Err(Error::new(Kind::Guard, format!("account {} is read_only", account.name))
            .because("a policy beside ReadOnlyAccess would allow more, not less")
            .hint("with --write the session has your policies alone"));
    }
    if !asked.policy_arn.is_empty() {
        if asked.policy_arn.len() > MOST_POLICIES {
            return Err(Error::usage(format!(
                "--policy-arn is given more than {MOST_POLICIES} times"
            )));
        }
        return asked.policy_arn.iter().map(|arn| parse_policy_arn("--policy-arn", arn)).collect();
    }
    if is_read_only {
        return Ok(vec![format!("arn:{partition}:iam::aws:policy/ReadOnlyAccess")]);
    }
    Ok(account.entry.as_ref().map(|entry| entry.policy_arns.clone()).unwrap_or_default())
}

/// The policy of a file, without the blanks that people put into it.
fn policy(path: &str, config: &Config) -> Result<String> {
    let home = config.environment.home();
    let file =
        read_text(std::path::Path::new(path), home.as_deref(), 256 << 10)?.ok_or_else(|| {
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
fn tags(options: &[String], account: &Asked) -> Result<Vec<(String, String)>> {
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
            "--transitive-tag {} is no tag of this session",
            escape_up_to(unknown, 80)
        ))
        .hint(format!("--tag {}=VALUE gives it a value", escape_up_to(unknown, 80)))),
        None => Ok(options.to_vec()),
    }
}

fn source_identity(option: Option<&str>, account: &Asked) -> Result<Option<String>> {
    match option {
        Some(text) => parse_session_name("--source-identity", "source identity", text).map(Some),
        None => Ok(account.entry.as_ref().and_then(|entry| entry.source_identity.clone())),
    }
}

/// The session's name, when somebody chose it, and who did: option, account, for a token the name
/// that goes with it, the user. `AWS_USERNAME` may hold any text and is made fit.
pub(crate) fn session_name(
    option: Option<&str>,
    asked: &Asked,
    way: &Way,
    config: &Config,
) -> Result<Option<Chosen<String>>> {
    let (what, origin) = ("session name", "--session-name");
    if let Some(text) = option {
        return parse_session_name(origin, what, text).map(|name| Some(Chosen::new(name, origin)));
    }
    if let Some((name, place)) =
        asked.entry.as_ref().and_then(|entry| Some((entry.session_name.as_ref()?, &entry.place)))
    {
        return Ok(Some(Chosen::new(name.clone(), place.to_string())));
    }
    // The name that goes with a token's file and role in the environment.
    let variable = "AWS_ROLE_SESSION_NAME";
    if let (Way::WebIdentity(_), Some(name)) = (way, config.environment.text(variable)?) {
        return parse_session_name(variable, what, name)
            .map(|name| Some(Chosen::new(name, variable)));
    }
    let variable = "AWS_USERNAME";
    let user = config.environment.text(variable)?;
    Ok(user.map(|user| Chosen::new(crate::types::session_name(user), variable)))
}

/// The external id to send, or none, and who says so: option, account, else the account's own id,
/// which the old script always sent.
pub(crate) fn external_id(option: Option<&str>, asked: &Asked) -> Result<Chosen<Option<String>>> {
    let of_account = asked
        .entry
        .as_ref()
        .and_then(|entry| Some((entry.external_id.clone()?, entry.place.to_string())));
    let chosen = match option {
        Some(text) => Some((ExternalId::parse("--external-id", text)?, "--external-id".to_owned())),
        None => of_account,
    };
    Ok(match chosen {
        Some((ExternalId::None, origin)) => Chosen::new(None, origin),
        Some((ExternalId::Value(text), origin)) => Chosen::new(Some(text), origin),
        None => {
            Chosen::new(Some(asked.id.to_string()), "the account's id, as nobody says otherwise")
        }
    })
}
