//! The calls of STS that lead to a role.

use aws_sdk_sts::types::{AssumedRoleUser, Credentials as SdkCredentials, PolicyDescriptorType};

use super::client::{Client, local_now};
use super::failure::AwsError;
use super::reply;
use crate::plan::Shape;
use crate::types::{AccountId, Credentials, Moment, RoleArn, Secret, Session};

/// Whose keys they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    /// The account of the caller.
    pub account: AccountId,
    /// The caller's ARN.
    pub arn: String,
}

impl Identity {
    /// The last part of the ARN: a user's name, or a role session's.
    pub(crate) fn user(&self) -> &str {
        self.arn.rsplit(['/', ':']).next().unwrap_or_default()
    }

    /// Whether these are the account's own root keys.
    pub(crate) fn is_root(&self) -> bool {
        self.arn.ends_with(":root")
    }
}

/// An MFA device and the code it shows.
#[derive(Clone, Debug)]
pub(crate) struct Mfa {
    /// Serial number or ARN of the device.
    pub serial: String,
    /// Six digits.
    pub code: Secret,
}

/// Everything a call for a role is told.
#[derive(Clone, Debug)]
pub(crate) struct RoleCall {
    /// The role.
    pub role: RoleArn,
    /// How long the session shall last, in seconds.
    pub seconds: u32,
    /// The name of the session in AWS's logs.
    pub session_name: String,
    /// What narrows and marks the session; its own name is not looked at.
    pub shape: Shape,
}

/// A role session and the ARN it acts under.
#[derive(Clone, Debug)]
pub(crate) struct Assumed {
    /// The keys.
    pub session: Session,
    /// `arn:aws:sts::ID:assumed-role/ROLE/SESSION`.
    pub arn: String,
}

/// Who do these keys belong to? Needs no permission, opens the connection, and proves the keys.
pub(crate) async fn caller_identity(
    client: &Client,
    keys: &Credentials,
) -> Result<Identity, AwsError> {
    let call = async || Ok(client.sts(keys, false).get_caller_identity().send().await?);
    let reply = client.in_time(call).await?;
    let account =
        reply.account().and_then(AccountId::parse).ok_or_else(|| AwsError::malformed("Account"))?;
    let arn = reply.arn().filter(|arn| is_arn(arn)).ok_or_else(|| AwsError::malformed("Arn"))?;
    Ok(Identity { account, arn: arn.to_owned() })
}

/// A base session of a user: temporary keys, good for many roles, that prove the MFA device if one
/// is given.
pub(crate) async fn session_token(
    client: &Client,
    keys: &Credentials,
    mfa: Option<&Mfa>,
    seconds: i32,
) -> Result<Session, AwsError> {
    let call = async || {
        let call = client.sts(keys, mfa.is_some()).get_session_token().duration_seconds(seconds);
        let call = call.set_serial_number(mfa.map(|mfa| mfa.serial.clone()));
        Ok(call.set_token_code(mfa.map(|mfa| mfa.code.expose().to_owned())).send().await?)
    };
    let reply = client.in_time(call).await?;
    reply::session(reply.credentials(), aws_now(client))
}

/// Assumes a role. With `mfa` AWS gets to judge the call once; without it, as often as the client
/// may.
pub(crate) async fn assume_role(
    client: &Client,
    keys: &Credentials,
    call: &RoleCall,
    mfa: Option<&Mfa>,
) -> Result<Assumed, AwsError> {
    client.in_time(async || assume_at(client, keys, call, mfa).await).await
}

async fn assume_at(
    client: &Client,
    keys: &Credentials,
    call: &RoleCall,
    mfa: Option<&Mfa>,
) -> Result<Assumed, AwsError> {
    let shape = &call.shape;
    let tags = shape.tags.iter().filter_map(|(key, value)| {
        aws_sdk_sts::types::Tag::builder().key(key).value(value).build().ok()
    });
    let reply = client
        .sts(keys, mfa.is_some())
        .assume_role()
        .role_arn(call.role.to_string())
        .role_session_name(&call.session_name)
        .duration_seconds(i32::try_from(call.seconds).unwrap_or(i32::MAX))
        .set_external_id(shape.external_id.clone())
        .set_policy_arns(policies(shape))
        .set_policy(shape.policy.clone())
        .set_tags(some_of(tags.collect()))
        .set_transitive_tag_keys(some_of(shape.transitive_tags.clone()))
        .set_source_identity(shape.source_identity.clone())
        .set_serial_number(mfa.map(|mfa| mfa.serial.clone()))
        .set_token_code(mfa.map(|mfa| mfa.code.expose().to_owned()))
        .send()
        .await?;
    assumed(reply.credentials(), reply.assumed_role_user(), call, client)
}

/// Takes the session out of a reply, when it is about the role that was asked for.
pub(super) fn assumed(
    credentials: Option<&SdkCredentials>,
    user: Option<&AssumedRoleUser>,
    call: &RoleCall,
    client: &Client,
) -> Result<Assumed, AwsError> {
    let session = reply::session(credentials, aws_now(client))?;
    let arn = user.map(|user| user.arn().to_owned()).unwrap_or_default();
    let RoleArn { partition, account, name } = &call.role;
    if !is_arn(&arn)
        || !arn.starts_with(&format!(
            "arn:{partition}:sts::{account}:assumed-role/{}/",
            name.base_name()
        ))
    {
        return Err(AwsError::malformed("AssumedRoleUser"));
    }
    Ok(Assumed { session, arn })
}

/// The managed policies of a shape, as the SDK takes them.
pub(super) fn policies(shape: &Shape) -> Option<Vec<PolicyDescriptorType>> {
    some_of(
        shape
            .policy_arns
            .iter()
            .map(|arn| PolicyDescriptorType::builder().arn(arn).build())
            .collect(),
    )
}

/// Whether a text can be an ARN of a principal: visible ASCII, no longer than AWS makes them.
fn is_arn(text: &str) -> bool {
    text.starts_with("arn:")
        && text.len() <= 2048
        && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn some_of<T>(items: Vec<T>) -> Option<Vec<T>> {
    (!items.is_empty()).then_some(items)
}

/// AWS's time, as far as it is known.
pub(super) fn aws_now(client: &Client) -> Moment {
    local_now().plus(client.skew().unwrap_or(0))
}
