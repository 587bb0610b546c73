//! What narrows and marks a session: its name, external id, policies, tags, source identity.

use super::target::Asked;
use crate::cli;
use crate::error::Result;
use crate::input::Input;
use crate::input::values::{ExternalId, parse_session_name};
use crate::session::Partition;

/// The shape of a role session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shape {
    /// The session's name in AWS's logs, when somebody chose it.
    pub session_name: Option<String>,
    /// The external id to send.
    pub external_id: Option<String>,
    /// Managed policies that narrow the session.
    pub policy_arns: Vec<String>,
    /// Session tags.
    pub tags: Vec<(String, String)>,
    /// Who acts, set for good.
    pub source_identity: Option<String>,
}

impl Shape {
    /// What options, account and environment say, in this order.
    ///
    /// # Errors
    /// `Config` for a value that AWS would refuse, with its place.
    pub fn of(asked: &cli::Target, account: &Asked, partition: Partition, input: &Input) -> Result<Self> {
        let entry = account.entry.as_ref();
        Ok(Self {
            session_name: session_name(asked.session_name.as_deref(), account, input)?,
            external_id: external_id(asked.external_id.as_deref(), account)?,
            policy_arns: policy_arns(account, partition, asked.write),
            tags: entry.map(|entry| entry.tags.clone()).unwrap_or_default(),
            source_identity: entry.and_then(|entry| entry.source_identity.clone()),
        })
    }
}

/// The session's name, when somebody chose it. `AWS_USERNAME` may hold any text and is made fit.
///
/// # Errors
/// `Config` for an option that is no session name.
fn session_name(option: Option<&str>, asked: &Asked, input: &Input) -> Result<Option<String>> {
    if let Some(text) = option {
        return parse_session_name("--session-name", "session name", text).map(Some);
    }
    if let Some(name) = asked.entry.as_ref().and_then(|entry| entry.session_name.clone()) {
        return Ok(Some(name));
    }
    Ok(input.environment.text("AWS_USERNAME")?.map(crate::session::session_name))
}

/// The external id: option, account, else the account's own id, which the old script always sent.
///
/// # Errors
/// `Config` for an option that is no external id.
fn external_id(option: Option<&str>, asked: &Asked) -> Result<Option<String>> {
    let chosen = match option {
        Some(text) => Some(ExternalId::parse("--external-id", text)?),
        None => asked.entry.as_ref().and_then(|entry| entry.external_id.clone()),
    };
    Ok(match chosen {
        Some(ExternalId::None) => None,
        Some(ExternalId::Value(text)) => Some(text),
        None => Some(asked.id.to_string()),
    })
}

/// The managed policies of the session: the account's, and `ReadOnlyAccess` where the account is marked so.
fn policy_arns(asked: &Asked, partition: Partition, write: bool) -> Vec<String> {
    let mut arns = asked.entry.as_ref().map(|entry| entry.policy_arns.clone()).unwrap_or_default();
    if asked.read_only && !write {
        arns.push(format!("arn:{partition}:iam::aws:policy/ReadOnlyAccess"));
    }
    arns
}
