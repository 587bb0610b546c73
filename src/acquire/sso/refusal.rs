//! What a failed call of IAM Identity Center means to a person.

use crate::acquire::program::said;
use crate::aws::{AwsError, FailureKind, unanswered};
use crate::error::Error;
use crate::plan::chain::SsoSession;
use crate::types::sanitize::escape;

pub(super) fn refusal(failure: &AwsError, session: &SsoSession, endpoint: &str) -> Error {
    let FailureKind::Answer { code, message } = &failure.trouble else {
        let error = unanswered(failure, &escape(endpoint));
        return match &failure.trouble {
            FailureKind::Connect(_) => {
                error.hint("check the network, and sso_region in ~/.aws/config")
            }
            FailureKind::Timeout => error.hint("check the network and the proxy variables"),
            _ => error,
        };
    };
    let again = format!("assume-role login {}", session.name.as_deref().unwrap_or("PROFILE"));
    let error = match code.as_str() {
        "access_denied" | "AccessDeniedException" => Error::refused("the sign-on was denied"),
        "expired_token" | "ExpiredTokenException" => {
            Error::refused("the code was not confirmed in time").hint(format!("again: {again}"))
        }
        "UnauthorizedException" => Error::refused("the sign-on has ended").hint(again),
        "TooManyRequestsException" => {
            Error::network("IAM Identity Center is throttling").hint("wait a moment and try again")
        }
        "InternalServerException" | "server_error" | "ServiceUnavailableException" => {
            Error::network("IAM Identity Center has a fault").hint("try again in a moment")
        }
        "invalid_request" | "InvalidRequestException" | "InvalidRequestRegionException" => {
            Error::config(format!("{}: IAM Identity Center does not accept this", session.origin))
                .hint("are sso_start_url and sso_region right?")
        }
        _ => Error::refused("IAM Identity Center refused"),
    };
    said(error, code, message)
}
