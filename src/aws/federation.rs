//! Calls that no key signs: a SAML response or a token stands for the caller.

use super::client::Client;
use super::diagnose::Attempt;
use super::failure::AwsError;
use super::roles::{Assumed, RoleCall, assumed, policies};
use crate::error::Error;
use crate::types::Secret;
use crate::types::sanitize::{escape, escape_up_to};

/// Assumes a role by a SAML response; `provider` is the ARN of the SAML provider that it names.
pub(crate) async fn assume_with_saml(
    client: &Client,
    call: &RoleCall,
    provider: &str,
    response: &Secret,
) -> Result<Assumed, AwsError> {
    let reply = client
        .unsigned_sts()
        .assume_role_with_saml()
        .role_arn(call.role.to_string())
        .principal_arn(provider)
        .saml_assertion(response.expose())
        .duration_seconds(i32::try_from(call.seconds).unwrap_or(i32::MAX))
        .set_policy_arns(policies(&call.shape))
        .set_policy(call.shape.policy.clone())
        .send()
        .await?;
    assumed(reply.credentials(), reply.assumed_role_user(), call, client)
}

/// Assumes a role by the token of a web identity provider.
pub(crate) async fn assume_with_web_identity(
    client: &Client,
    call: &RoleCall,
    token: &Secret,
) -> Result<Assumed, AwsError> {
    let reply = client
        .unsigned_sts()
        .assume_role_with_web_identity()
        .role_arn(call.role.to_string())
        .role_session_name(&call.session_name)
        .web_identity_token(token.expose())
        .duration_seconds(i32::try_from(call.seconds).unwrap_or(i32::MAX))
        .set_policy_arns(policies(&call.shape))
        .set_policy(call.shape.policy.clone())
        .send()
        .await?;
    assumed(reply.credentials(), reply.assumed_role_user(), call, client)
}

/// What AWS says about a response or token, and nothing about keys; `None` for what it says about
/// any call. `hint` is where a new one comes from.
pub(crate) fn about_proof(failure: &AwsError, attempt: &Attempt, hint: &str) -> Option<Error> {
    let from = &attempt.keys_from;
    let role = attempt.role_arn.as_deref().unwrap_or("the role");
    let error = match failure.code() {
        "ExpiredTokenException" | "ExpiredToken" => Error::refused(format!("too late: {from} has expired")).hint(hint),
        "InvalidIdentityToken" | "InvalidIdentityTokenException" => {
            Error::refused(format!("AWS does not accept {from}"))
                .hint("is this provider the one that the account knows, with its present certificate or keys?")
        }
        "IDPRejectedClaim" | "IDPRejectedClaimException" => {
            Error::refused(format!("the identity provider rejects {from}"))
                .hint("it was revoked, or something in it does not hold; the provider's log says what")
        }
        "IDPCommunicationError" | "IDPCommunicationErrorException" => {
            Error::network("AWS cannot reach the identity provider".to_owned()).hint("try again")
        }
        "AccessDenied" | "AccessDeniedException" => Error::refused(format!("{} was refused", attempt.what))
            .because(format!(
                "the trust policy of {role} does not accept {}, or there is no such role",
                attempt.principal
            ))
            .hint(format!("compare the name letter by letter: {role}")),
        _ => return None,
    };
    Some(error.because(format!(
        "AWS said {}: {}",
        escape(failure.code()),
        escape_up_to(failure.words(), 600)
    )))
}
