//! The calls of STS.
//!
//! A reply is data from a network: keys end up in a shell and in files, so their alphabet is
//! checked here although they are quoted there.

use super::client::Client;
use super::error::AwsError;
use super::query::{Fields, Query, first, need};
use super::signed::repeated;
use crate::plan::Shape;
use crate::types::{AccountId, Credentials, Moment, RoleArn, Secret, Session};

/// The version of the Query API (STS API reference).
const VERSION: &str = "2011-06-15";
/// How often a call without a code is made before its failure counts.
const TRIES: u32 = 3;
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
    /// Whether these are the account's own root keys.
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
    let fields = ask(client, Some(keys), query("GetCallerIdentity")).await?;
    let account = first(&fields, "Account").and_then(AccountId::parse);
    let account = account.ok_or_else(|| AwsError::malformed("Account"))?;
    let arn = first(&fields, "Arn").filter(|arn| is_arn(arn));
    let arn = arn.ok_or_else(|| AwsError::malformed("Arn"))?;
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
    let query = query("GetSessionToken").with("DurationSeconds", &seconds.to_string());
    session(&ask_with(client, keys, query, mfa).await?, client)
}

/// Assumes a role. With `mfa` AWS gets to judge the call once; without it, as often as the client
/// may.
pub(crate) async fn assume_role(
    client: &Client,
    keys: &Credentials,
    call: &RoleCall,
    mfa: Option<&Mfa>,
) -> Result<Assumed, AwsError> {
    let shape = &call.shape;
    let query = about_role("AssumeRole", call)
        .with("RoleSessionName", &call.session_name)
        .with_some("ExternalId", shape.external_id.as_deref())
        .with_each("Tags", &shape.tags, |query, tag, (key, value)| {
            query.with(&format!("{tag}.Key"), key).with(&format!("{tag}.Value"), value)
        })
        .with_each("TransitiveTagKeys", &shape.transitive_tags, |query, name, key| {
            query.with(name, key)
        })
        .with_some("SourceIdentity", shape.source_identity.as_deref());
    assumed(&ask_with(client, keys, query, mfa).await?, call, client)
}

/// Assumes a role by a SAML response; `provider` is the ARN of the SAML provider that it names.
pub(crate) async fn assume_with_saml(
    client: &Client,
    call: &RoleCall,
    provider: &str,
    response: &Secret,
) -> Result<Assumed, AwsError> {
    let query = about_role("AssumeRoleWithSAML", call)
        .with("PrincipalArn", provider)
        .with("SAMLAssertion", response.expose());
    assumed(&ask(client, None, query).await?, call, client)
}

pub(crate) async fn assume_with_web_identity(
    client: &Client,
    call: &RoleCall,
    token: &Secret,
) -> Result<Assumed, AwsError> {
    let query = about_role("AssumeRoleWithWebIdentity", call)
        .with("RoleSessionName", &call.session_name)
        .with("WebIdentityToken", token.expose());
    assumed(&ask(client, None, query).await?, call, client)
}

/// Temporary keys of the same session that may do what the policy allows as well, and no more. They
/// last as long as those that ask.
pub(crate) async fn scoped_credentials(
    client: &Client,
    keys: &Credentials,
    policy: &str,
) -> Result<Session, AwsError> {
    let (query, endpoint) = (query("GetScopedCredentials"), client.endpoints.regional_sts()?);
    let query = query.with("Policy", policy);
    session(&query.ask(client, Some(keys), "sts", &endpoint, client.attempt()).await?, client)
}

fn query(action: &'static str) -> Query {
    Query::new(VERSION, action)
}

/// What every way to assume a role has.
fn about_role(action: &'static str, call: &RoleCall) -> Query {
    query(action)
        .with("RoleArn", &call.role.to_string())
        .with("DurationSeconds", &call.seconds.to_string())
        .with_each("PolicyArns", &call.shape.policy_arns, |query, policy, arn| {
            query.with(&format!("{policy}.arn"), arn)
        })
        .with_some("Policy", call.shape.policy.as_deref())
}

/// Makes a call that may be repeated.
async fn ask(
    client: &Client,
    keys: Option<&Credentials>,
    query: Query,
) -> Result<Fields, AwsError> {
    let endpoint = client.endpoints.sts()?;
    let once = async || query.ask(client, keys, "sts", &endpoint, client.attempt()).await;
    client.within(repeated(TRIES, once)).await
}

/// As [`ask`], but a call with a code is made once: AWS takes a code once, so a second attempt would
/// turn a slow success into a refusal.
async fn ask_with(
    client: &Client,
    keys: &Credentials,
    query: Query,
    mfa: Option<&Mfa>,
) -> Result<Fields, AwsError> {
    let Some(mfa) = mfa else { return ask(client, Some(keys), query).await };
    let query = query.with("SerialNumber", &mfa.serial).with("TokenCode", mfa.code.expose());
    let endpoint = client.endpoints.sts()?;
    query.ask(client, Some(keys), "sts", &endpoint, client.whole).await
}

/// Takes the session out of a reply, when it is about the role that was asked for.
fn assumed(fields: &Fields, call: &RoleCall, client: &Client) -> Result<Assumed, AwsError> {
    let session = session(fields, client)?;
    let RoleArn { partition, account, name } = &call.role;
    let wanted = format!("arn:{partition}:sts::{account}:assumed-role/{}/", name.base_name());
    let arn = first(fields, "Arn").filter(|arn| is_arn(arn) && arn.starts_with(&wanted));
    let arn = arn.ok_or_else(|| AwsError::malformed("AssumedRoleUser"))?;
    Ok(Assumed { session, arn: arn.to_owned() })
}

/// Whether a text can be an ARN of a principal: visible ASCII, no longer than AWS makes them.
fn is_arn(text: &str) -> bool {
    text.starts_with("arn:")
        && text.len() <= 2048
        && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn session(fields: &Fields, client: &Client) -> Result<Session, AwsError> {
    let ends = Some(need(fields, "Expiration")?).filter(|text| !text.contains(":60"));
    let ends = ends.and_then(Moment::parse_rfc3339);
    let ends = ends.ok_or_else(|| AwsError::malformed("Expiration"))?;
    let [id, secret, token] =
        ["AccessKeyId", "SecretAccessKey", "SessionToken"].map(|name| need(fields, name));
    checked_session(id?, secret?, token?, ends, client.aws_now())
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

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "ASIAEXAMPLEEXAMPLE00";
    const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

    fn checked(id: &str, secret: &str, token: &str, expires: i64) -> Result<Session, AwsError> {
        checked_session(id, secret, token, Moment(expires), Moment(1000))
    }

    #[test]
    fn a_good_reply_passes() {
        let session = checked(ID, SECRET, "FwoGZXIvYXdz//==", 4600).unwrap();
        assert_eq!(session.expires, Moment(4600));
    }

    #[test]
    fn code_in_a_field_is_refused() {
        for (id, secret, token, expires, field) in [
            ("$(touch x)", SECRET, "t", 4600, "AccessKeyId"),
            ("\";touch x;\"", SECRET, "t", 4600, "AccessKeyId"),
            (ID, "'; touch x; ''", "t", 4600, "SecretAccessKey"),
            (ID, SECRET, "t\nx", 4600, "SessionToken"),
            (ID, SECRET, "", 4600, "SessionToken"),
            (ID, SECRET, "t", 10, "Expiration"),
            (ID, SECRET, "t", 1000 + 37 * 3600, "Expiration"),
        ] {
            assert_eq!(checked(id, secret, token, expires), Err(AwsError::malformed(field)));
        }
    }
}
