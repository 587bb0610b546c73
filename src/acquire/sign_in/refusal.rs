//! What AWS Sign-In refuses, and what to do about it.

use crate::acquire::program::said;
use crate::aws::{AwsError, FailureKind, unanswered};
use crate::error::{Error, Kind};
use crate::plan::chain::SignIn;
use crate::types::sanitize::escape;

pub(super) fn refusal(failure: &AwsError, sign_in: &SignIn, endpoint: &str) -> Error {
    let FailureKind::Answer { code, message } = &failure.trouble else {
        return unanswered(failure, &escape(endpoint))
            .hint("check the network and the proxy variables");
    };
    let error = match code.as_str() {
        "TOKEN_EXPIRED" => {
            Error::new(Kind::NeedsAnswer, format!("the console sign-in of {sign_in} has ended"))
                .hint(sign_in.login())
        }
        "USER_CREDENTIALS_CHANGED" => Error::new(
            Kind::NeedsAnswer,
            format!("the password of {sign_in} has changed since the sign-in"),
        )
        .hint(sign_in.login()),
        "AUTHCODE_EXPIRED" => {
            Error::refused("the code of the sign-in has expired").hint(sign_in.login())
        }
        "INSUFFICIENT_PERMISSIONS" => {
            Error::refused(format!("{sign_in} may not sign in for programs"))
                .because("it takes signin:AuthorizeOAuth2Access and signin:CreateOAuth2Token")
                .hint("the managed policy SignInLocalDevelopmentAccess allows both")
        }
        "INVALID_REQUEST" | "ValidationException" => {
            Error::refused(format!("the console sign-in of {sign_in} cannot be renewed"))
                .because(format!("it was asked for at {}", escape(endpoint)))
                .hint(format!(
                    "a sign-in is renewed in the region where it was made; anew: {}",
                    sign_in.login()
                ))
        }
        "TooManyRequestsError" | "TooManyRequestsException" | "ThrottlingException" => {
            Error::network("AWS Sign-In is throttling").hint("wait a moment and try again")
        }
        _ => Error::refused("AWS Sign-In refused").hint(sign_in.login()),
    };
    said(error, code, message)
}
