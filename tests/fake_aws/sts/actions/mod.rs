//! The actions of the Query API: a verified call in, the inside of its result element or a refusal
//! out.

mod access_keys;
mod assume_role;
mod federation;
mod iam;
mod scoped;
mod session_token;

use super::caller::Caller;
use super::clock::Instant;
use super::form::Form;
use super::http::Request;
use super::problem::Problem;
use super::sigv4::Signature;
use super::state::{Issued, State};
use super::xml::{element, wrap};

/// One call.
pub struct Call<'a> {
    /// The action's name.
    pub action: &'a str,
    /// Its parameters.
    pub form: &'a Form,
    /// The server's time.
    pub now: Instant,
}

/// An action, and the service whose signature it takes.
struct Row {
    name: &'static str,
    service: &'static str,
    signed: bool,
}

const STS: &str = "sts";
const IAM: &str = "iam";
const ACTIONS: [Row; 14] = [
    Row { name: "AssumeRole", service: STS, signed: true },
    Row { name: "GetSessionToken", service: STS, signed: true },
    Row { name: "GetCallerIdentity", service: STS, signed: true },
    Row { name: "GetScopedCredentials", service: STS, signed: true },
    Row { name: "AssumeRoleWithSAML", service: STS, signed: false },
    Row { name: "AssumeRoleWithWebIdentity", service: STS, signed: false },
    Row { name: "ListMFADevices", service: IAM, signed: true },
    Row { name: "GetUser", service: IAM, signed: true },
    Row { name: "ListAccountAliases", service: IAM, signed: true },
    Row { name: "ListAccessKeys", service: IAM, signed: true },
    Row { name: "GetAccessKeyLastUsed", service: IAM, signed: true },
    Row { name: "CreateAccessKey", service: IAM, signed: true },
    Row { name: "UpdateAccessKey", service: IAM, signed: true },
    Row { name: "DeleteAccessKey", service: IAM, signed: true },
];

/// The XML namespace of an action's answers.
pub fn namespace(action: &str) -> &'static str {
    match ACTIONS.iter().find(|row| row.name == action) {
        Some(row) if row.service == IAM => "https://iam.amazonaws.com/doc/2010-05-08/",
        _ => "https://sts.amazonaws.com/doc/2011-06-15/",
    }
}

/// Performs a call. `caller` is filled in as soon as it is known, for the log.
///
/// # Errors
/// What AWS would answer.
pub fn perform(
    state: &mut State,
    request: &Request,
    call: &Call<'_>,
    caller: &mut Option<String>,
) -> Result<String, Problem> {
    let row = ACTIONS.iter().find(|row| row.name == call.action).ok_or_else(|| {
        let version = call.form.get("Version").unwrap_or("null");
        Problem::new(
            400,
            "InvalidAction",
            format!("Could not find operation {} for version {version}", call.action),
        )
    })?;
    if !row.signed {
        return federation::assume(state, call);
    }
    let signature = Signature::of(request)?;
    check_scope(row, &signature)?;
    let identity = Caller::of(state, request, &signature, call.now)?;
    *caller = Some(identity.arn.clone());
    if state.settings.disabled_regions.contains(&signature.region) {
        let message = format!(
            "STS is not activated in this region for account:{}. Your account administrator can activate STS in this \
             region using the IAM Console.",
            identity.account
        );
        return Err(Problem::new(403, "RegionDisabledException", message));
    }
    match call.action {
        "AssumeRole" => assume_role::assume(state, call, &identity),
        "GetSessionToken" => session_token::get(state, call, &identity),
        "GetScopedCredentials" => scoped::narrow(state, call, &identity, &signature.key_id),
        "ListMFADevices" => iam::list_mfa_devices(state, call, &identity),
        "GetUser" => iam::get_user(state, call, &identity),
        "ListAccountAliases" => iam::list_account_aliases(state, &identity),
        "ListAccessKeys" => access_keys::list(state, call, &identity),
        "GetAccessKeyLastUsed" => access_keys::last_used(state, call, &identity),
        "CreateAccessKey" => access_keys::create(state, call, &identity),
        "UpdateAccessKey" => access_keys::update(state, call, &identity),
        "DeleteAccessKey" => access_keys::delete(state, call, &identity),
        _ => Ok(caller_identity(&identity)),
    }
}

fn check_scope(row: &Row, signature: &Signature) -> Result<(), Problem> {
    if signature.service != row.service {
        let message = format!("Credential should be scoped to correct service: '{}'.", row.service);
        return Err(Problem::signature(message));
    }
    let global = ["us-east-1", "cn-north-1", "us-gov-west-1"];
    let fits = if row.service == IAM {
        global.contains(&signature.region.as_str())
    } else {
        signature.region.split('-').count() >= 3
    };
    if fits {
        Ok(())
    } else {
        Err(Problem::signature("Credential should be scoped to a valid region."))
    }
}

fn caller_identity(caller: &Caller) -> String {
    [
        element("Arn", &caller.arn),
        element("UserId", &caller.user_id),
        element("Account", &caller.account),
    ]
    .concat()
}

/// Makes temporary keys, remembers them, and gives their `Credentials` element.
fn issue(state: &mut State, call: &Call<'_>, seconds: i64, owner: Owner) -> String {
    let expires = call.now.plus(seconds);
    let issued = Issued {
        action: call.action.to_owned(),
        key_id: state.mint.id("ASIA"),
        secret: state.mint.secret(),
        token: state.mint.token(),
        expires: expires.0,
        arn: owner.arn,
        account: owner.account,
        user_id: owner.user_id,
        principal: owner.principal,
        mfa_at: owner.mfa_at,
        source_identity: owner.source_identity,
        layers: 0,
    };
    let inner = [
        element("AccessKeyId", &issued.key_id),
        element("SecretAccessKey", &issued.secret),
        element("SessionToken", &issued.token),
        element("Expiration", &expires.rfc3339()),
    ]
    .concat();
    state.issued.push(issued);
    wrap("Credentials", &inner)
}

/// Whom temporary keys stand for.
struct Owner {
    arn: String,
    account: String,
    user_id: String,
    principal: String,
    mfa_at: Option<i64>,
    source_identity: Option<String>,
}
