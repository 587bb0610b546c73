//! The calls of STS.
//!
//! A reply is data from a network: keys end up in a shell and in files, so their alphabet is
//! checked here although they are quoted there.

use aws_sdk_sts::types::{
    AssumedRoleUser, Credentials as SdkCredentials, PolicyDescriptorType, Tag,
};

use super::client::Client;
use super::error::AwsError;
use super::http::encoded;
use super::iam::query;
use super::xml::need;
use crate::plan::{Service, Shape};
use crate::types::{AccountId, Credentials, Moment, RoleArn, Secret, Session};

/// The version of the Query API (STS API reference).
const VERSION: &str = "2011-06-15";
/// The longest life of any session of STS, in seconds (`GetSessionToken`: 36 hours).
const LONGEST_LIFE: i64 = 36 * 3600;
/// How far in the past an end may lie before it cannot be right: nothing, but clocks are read in
/// whole seconds.
const ROUNDING: i64 = 2;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    pub account: AccountId,
    pub arn: String,
}

impl Identity {
    pub(crate) fn is_root(&self) -> bool {
        self.arn.ends_with(":root")
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Mfa {
    pub serial: String,
    pub code: Secret,
}

#[derive(Clone, Debug)]
pub(crate) struct RoleCall {
    pub role: RoleArn,
    /// How long the session shall last, in seconds.
    pub seconds: u32,
    pub session_name: String,
    /// What narrows and marks the session; its own name is not looked at.
    pub shape: Shape,
}

#[derive(Clone, Debug)]
pub(crate) struct Assumed {
    pub session: Session,
    /// `arn:aws:sts::ID:assumed-role/ROLE/SESSION`.
    pub arn: String,
}

/// Who do these keys belong to? Needs no permission, opens the connection, and proves the keys.
pub(crate) async fn caller_identity(
    client: &Client,
    keys: &Credentials,
) -> Result<Identity, AwsError> {
    let call = async || Ok(client.sts(Some(keys), false).get_caller_identity().send().await?);
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
        let call =
            client.sts(Some(keys), mfa.is_some()).get_session_token().duration_seconds(seconds);
        let call = call.set_serial_number(mfa.map(|mfa| mfa.serial.clone()));
        Ok(call.set_token_code(mfa.map(|mfa| mfa.code.expose().to_owned())).send().await?)
    };
    let reply = client.in_time(call).await?;
    session(reply.credentials(), client)
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
    let tags = shape
        .tags
        .iter()
        .filter_map(|(key, value)| Tag::builder().key(key).value(value).build().ok());
    let reply = client
        .sts(Some(keys), mfa.is_some())
        .assume_role()
        .role_arn(call.role.to_string())
        .role_session_name(&call.session_name)
        .duration_seconds(seconds(call))
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

/// Assumes a role by a SAML response; `provider` is the ARN of the SAML provider that it names.
pub(crate) async fn assume_with_saml(
    client: &Client,
    call: &RoleCall,
    provider: &str,
    response: &Secret,
) -> Result<Assumed, AwsError> {
    let reply = client
        .sts(None, false)
        .assume_role_with_saml()
        .role_arn(call.role.to_string())
        .principal_arn(provider)
        .saml_assertion(response.expose())
        .duration_seconds(seconds(call))
        .set_policy_arns(policies(&call.shape))
        .set_policy(call.shape.policy.clone())
        .send()
        .await?;
    assumed(reply.credentials(), reply.assumed_role_user(), call, client)
}

pub(crate) async fn assume_with_web_identity(
    client: &Client,
    call: &RoleCall,
    token: &Secret,
) -> Result<Assumed, AwsError> {
    let reply = client
        .sts(None, false)
        .assume_role_with_web_identity()
        .role_arn(call.role.to_string())
        .role_session_name(&call.session_name)
        .web_identity_token(token.expose())
        .duration_seconds(seconds(call))
        .set_policy_arns(policies(&call.shape))
        .set_policy(call.shape.policy.clone())
        .send()
        .await?;
    assumed(reply.credentials(), reply.assumed_role_user(), call, client)
}

fn seconds(call: &RoleCall) -> i32 {
    i32::try_from(call.seconds).unwrap_or(i32::MAX)
}

fn policies(shape: &Shape) -> Option<Vec<PolicyDescriptorType>> {
    let policy = |arn: &String| PolicyDescriptorType::builder().arn(arn).build();
    some_of(shape.policy_arns.iter().map(policy).collect())
}

fn some_of<T>(items: Vec<T>) -> Option<Vec<T>> {
    (!items.is_empty()).then_some(items)
}

/// Temporary keys of the same session that may do what the policy allows as well, and no more. They
/// last as long as those that ask. The SDK has no call for it yet.
pub(crate) async fn scoped_credentials(
    client: &Client,
    keys: &Credentials,
    policy: &str,
) -> Result<Session, AwsError> {
    let body = format!("Action=GetScopedCredentials&Version={VERSION}&Policy={}", encoded(policy));
    let fields = query(client, keys, Service::STS, &client.endpoints.regional_sts(), &body).await?;
    let [id, secret, token, ends] =
        ["AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"]
            .map(|name| need(&fields, name));
    let ends = Moment::parse_rfc3339(ends?).ok_or_else(|| AwsError::malformed("Expiration"))?;
    checked_session(id?, secret?, token?, ends, client.aws_now())
}

/// Takes the session out of a reply, when it is about the role that was asked for.
fn assumed(
    credentials: Option<&SdkCredentials>,
    user: Option<&AssumedRoleUser>,
    call: &RoleCall,
    client: &Client,
) -> Result<Assumed, AwsError> {
    let session = session(credentials, client)?;
    let arn = user.map(|user| user.arn().to_owned()).unwrap_or_default();
    let RoleArn { partition, account, name } = &call.role;
    let wanted = format!("arn:{partition}:sts::{account}:assumed-role/{}/", name.base_name());
    if !is_arn(&arn) || !arn.starts_with(&wanted) {
        return Err(AwsError::malformed("AssumedRoleUser"));
    }
    Ok(Assumed { session, arn })
}

/// Whether a text can be an ARN of a principal: visible ASCII, no longer than AWS makes them.
fn is_arn(text: &str) -> bool {
    text.starts_with("arn:")
        && text.len() <= 2048
        && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn session(credentials: Option<&SdkCredentials>, client: &Client) -> Result<Session, AwsError> {
    let keys = credentials.ok_or_else(|| AwsError::malformed("Credentials"))?;
    let expires = Moment(keys.expiration().secs());
    let (id, secret, token) =
        (keys.access_key_id(), keys.secret_access_key(), keys.session_token());
    checked_session(id, secret, token, expires, client.aws_now())
}

/// The keys of a reply, when they can be keys. `now` is AWS's clock.
pub(super) fn checked_session(
    id: &str,
    secret: &str,
    token: &str,
    expires: Moment,
    now: Moment,
) -> Result<Session, AwsError> {
    let keys = checked_keys(id, secret, token)?;
    if !(-ROUNDING..=LONGEST_LIFE + ROUNDING).contains(&expires.since(now)) {
        return Err(AwsError::malformed("Expiration"));
    }
    Ok(Session { keys, expires })
}

/// Temporary keys, when they can be keys.
pub(crate) fn checked_keys(id: &str, secret: &str, token: &str) -> Result<Credentials, AwsError> {
    let is_id = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    let is_secret = |byte: u8| byte.is_ascii_alphanumeric() || b"/+=".contains(&byte);
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"/+=_.:-".contains(&byte);
    if !((16..=128).contains(&id.len()) && id.bytes().all(is_id)) {
        return Err(AwsError::malformed("AccessKeyId"));
    }
    if !((16..=128).contains(&secret.len()) && secret.bytes().all(is_secret)) {
        return Err(AwsError::malformed("SecretAccessKey"));
    }
    if !((1..=8192).contains(&token.len()) && token.bytes().all(is_token)) {
        return Err(AwsError::malformed("SessionToken"));
    }
    Ok(Credentials {
        id: id.to_owned(),
        secret: Secret::new(secret.to_owned()),
        token: Some(Secret::new(token.to_owned())),
    })
}

/// A token of a reply, when it can be one.
pub(super) fn checked_token(text: &str, longest: usize, field: &str) -> Result<Secret, AwsError> {
    let is_token =
        (1..=longest).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
    is_token.then(|| Secret::new(text.to_owned())).ok_or_else(|| AwsError::malformed(field))
}
