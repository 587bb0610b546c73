//! AWS's refusals, turned into what the user can do.
//!
//! The phrases are those of the IAM user guide, "Troubleshoot access denied error messages". STS
//! never says whether a role exists, so a role name that is wrong looks like one that does not
//! trust us.

use super::client::Client;
use super::denial::{Attempt, denied};
use super::error::{AwsError, FailureKind};
use crate::error::{Error, Kind};
use crate::types::minutes;
use crate::types::sanitize::{escape, escape_up_to};

/// How much of AWS's own words is shown, in characters; the telling part of a refusal comes last.
const WORDS_SHOWN: usize = 600;

/// The error for a call that AWS did not answer as it does, in the same words for every service;
/// for an answer, what it said. What to do about it the caller adds.
pub(crate) fn unanswered(failure: &AwsError, whom: &str) -> Error {
    match &failure.trouble {
        FailureKind::Answer { code, message } => Error::refused(format!("{whom} refused"))
            .because(format!("{}: {}", escape(code), escape(message))),
        FailureKind::Connect(reason) => {
            Error::network(format!("cannot reach {whom}")).because(escape(reason))
        }
        FailureKind::Timeout => Error::network(format!("no answer from {whom}")),
        FailureKind::NotAws(status) => Error::network(format!(
            "{whom} sent something that is not an AWS answer (HTTP {status})"
        )),
        FailureKind::Malformed(field) => {
            Error::network(format!("malformed reply of {whom}: {field}"))
        }
    }
}

pub(crate) fn diagnose(failure: &AwsError, attempt: &Attempt, client: &Client) -> Error {
    let error = match &failure.trouble {
        FailureKind::Answer { code, message } if failure.is_about_time() => {
            clock(client).because(said(code, message))
        }
        FailureKind::Answer { code, message } => answer(code, message, attempt, client),
        FailureKind::Connect(reason) => connection(reason, client),
        FailureKind::Timeout => unanswered(failure, &client.endpoints().sts_shown()).hint(
            "check the network and the proxy variables; ASSUME_ROLE_TIMEOUT=20s waits longer",
        ),
        FailureKind::NotAws(_) => unanswered(failure, &client.endpoints().sts_shown())
            .hint("a captive portal or a proxy may have answered in its place"),
        FailureKind::Malformed(_) => unanswered(failure, &client.endpoints().sts_shown())
            .hint("nothing was changed; if this is really AWS, try again"),
    };
    match &failure.request_id {
        Some(id) if error.kind == Kind::Network => {
            error.because(format!("request id {}", escape(id)))
        }
        _ => error,
    }
}

fn connection(reason: &str, client: &Client) -> Error {
    let endpoints = client.endpoints();
    let lower = reason.to_ascii_lowercase();
    if lower.starts_with("invalid configuration") {
        return Error::config(format!("{} cannot be asked as configured", endpoints.sts_shown()))
            .because(escape(reason))
            .hint("AWS_USE_FIPS_ENDPOINT and AWS_USE_DUALSTACK_ENDPOINT go with AWS's own endpoints only, and not with all");
    }
    let message =
        if lower.contains("closed") || lower.contains("reset") || lower.contains("broken pipe") {
            format!("the connection to {} broke off", endpoints.sts_shown())
        } else {
            format!("cannot reach {}", endpoints.sts_shown())
        };
    let error = Error::network(message).because(escape(reason));
    if lower.contains("lookup") || lower.contains("dns") || lower.contains("resolve") {
        error.hint(format!("is the region {} right, and is there a network?", endpoints.region))
    } else if lower.contains("certificate") || lower.contains("unknownissuer") {
        error.hint("if a proxy of your company signs its own certificates, set AWS_CA_BUNDLE to its PEM file")
    } else {
        error.hint(
            "check the network and the variables HTTPS_PROXY, NO_PROXY and AWS_ENDPOINT_URL_STS",
        )
    }
}

fn said(code: &str, words: &str) -> String {
    format!("AWS said {}: {}", escape(code), escape_up_to(words, WORDS_SHOWN))
}

fn answer(code: &str, words: &str, attempt: &Attempt, client: &Client) -> Error {
    let said = said(code, words);
    match code {
        "AccessDenied" | "AccessDeniedException" => denied(words, attempt).because(said),
        "ExpiredToken" | "ExpiredTokenException" => {
            Error::refused(format!("the keys of {} have expired", attempt.keys_from))
                .because(said)
                .hint("renew them and try again")
        }
        "InvalidClientTokenId" | "UnrecognizedClientException" => {
            Error::refused(format!("AWS does not know the access key of {}", attempt.keys_from))
                .because(said)
                .hint("was the key deleted or switched off, or does it belong to another partition (AWS_REGION)?")
        }
        "SignatureDoesNotMatch" | "InvalidSignatureException" => {
            Error::refused(format!("the secret access key of {} is wrong", attempt.keys_from))
                .because(said)
                .hint("copy the secret again; it belongs to the access key id on the line above it")
        }
        "RegionDisabledException" => {
            Error::config(format!("STS is switched off in {} for that account", client.endpoints().region))
                .because(said)
                .hint("choose another region: --region us-east-1")
                .hint("or ask the global STS: AWS_STS_REGIONAL_ENDPOINTS=legacy")
        }
        "MalformedPolicyDocument" | "PackedPolicyTooLarge" => {
            Error::config(format!("AWS did not accept the session policies or tags of {}", attempt.what)).because(said)
        }
        "ValidationError" | "ValidationException" => {
            Error::config(format!("AWS did not accept the request for {}", attempt.what)).because(said)
        }
        "Throttling" | "ThrottlingException" | "RequestLimitExceeded" | "TooManyRequestsException" => {
            Error::network("AWS is throttling".to_owned()).because(said).hint("wait a moment and try again")
        }
        "InternalFailure" | "InternalError" | "ServiceUnavailable" | "InternalServerError" => {
            Error::network(format!("{} has an internal error", client.endpoints().sts_shown()))
                .because(said)
                .hint("try again")
        }
        _ => Error::refused(format!("{} was refused", attempt.what)).because(said),
    }
}

/// A call that could not be repeated: the next one is signed by AWS's clock.
fn clock(client: &Client) -> Error {
    let by = client.skew().map(|skew| format!(" by {}", minutes(skew.abs()))).unwrap_or_default();
    Error::refused(format!("the clock of this machine and AWS's differ{by}"))
        .hint("try again: AWS's clock is known now; and set this one (NTP)")
}

/// What AWS says about a SAML response or a token, and nothing about keys; `None` for what it says
/// about any call. `hint` is where a new one comes from.
pub(crate) fn about_proof(failure: &AwsError, attempt: &Attempt, hint: &str) -> Option<Error> {
    let from = &attempt.keys_from;
    let role = attempt.role_arn.as_deref().unwrap_or("the role");
    let error = match failure.code() {
        "ExpiredTokenException" | "ExpiredToken" => {
            Error::refused(format!("too late: {from} has expired")).hint(hint)
        }
        "InvalidIdentityToken" | "InvalidIdentityTokenException" => {
            Error::refused(format!("AWS does not accept {from}")).hint(
                "is this provider the one that the account knows, with its present certificate or \
                 keys?",
            )
        }
        "IDPRejectedClaim" | "IDPRejectedClaimException" => Error::refused(format!(
            "the identity provider rejects {from}"
        ))
        .hint("it was revoked, or something in it does not hold; the provider's log says what"),
        "IDPCommunicationError" | "IDPCommunicationErrorException" => {
            Error::network("AWS cannot reach the identity provider").hint("try again")
        }
        "AccessDenied" | "AccessDeniedException" => {
            Error::refused(format!("{} was refused", attempt.what))
                .because(format!(
                    "the trust policy of {role} does not accept {}, or there is no such role",
                    attempt.principal
                ))
                .hint(format!("compare the name letter by letter: {role}"))
        }
        _ => return None,
    };
    Some(error.because(said(failure.code(), failure.words())))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::aws::Endpoints;
    use crate::plan::{Overrides, Trust};
    use crate::types::Region;
    use crate::ui::report::Report;

    const ROLE: &str = "arn:aws:iam::123456789012:role/read";
    const ALICE: &str = "arn:aws:iam::999999999999:user/alice";

    fn client() -> Client {
        let region = Region::parse("a test", "eu-west-1").unwrap();
        let partition = region.partition();
        let endpoints = Endpoints::resolve(region, partition, &Overrides::default()).unwrap();
        let (trust, time, report) = (Trust::System, Duration::from_secs(1), Report::silent());
        Client::new(endpoints, &trust, time, Some(-7200), &report).unwrap()
    }

    fn attempt() -> Attempt {
        Attempt {
            what: "production:read".to_owned(),
            principal: ALICE.to_owned(),
            role_arn: Some(ROLE.to_owned()),
            mfa: true,
            external_id: false,
            keys_from: "profile bastion".to_owned(),
        }
    }

    fn said(trouble: FailureKind) -> (Kind, String) {
        let failure = AwsError { trouble, request_id: Some("id-7".to_owned()) };
        let error = diagnose(&failure, &attempt(), &client());
        (error.kind, error.to_string())
    }

    fn answer(code: &str, message: &str) -> FailureKind {
        FailureKind::Answer { code: code.to_owned(), message: message.to_owned() }
    }

    /// What AWS says, the kind of error, and words that the user must read.
    #[test]
    fn each_refusal_says_whose_fault_it_is_and_what_to_do() {
        use Kind::{Config, Network, Refused};
        let denied = |why: &str| {
            answer("AccessDenied", &format!("User: {ALICE} is not authorized to perform: {why}"))
        };
        for (trouble, kind, words) in [
            (
                denied(
                    "sts:AssumeRole because no identity-based policy allows the sts:AssumeRole action",
                ),
                Refused,
                &["your side", ALICE, ROLE, "MFA yes, external id no"][..],
            ),
            (
                denied("x because no role trust policy allows the sts:AssumeRole action"),
                Refused,
                &["their side", r#""Principal": {"AWS": "arn:aws:iam::999999999999:user/alice"}"#],
            ),
            (
                denied("x with an explicit deny in an identity-based policy"),
                Refused,
                &["your side", "MFA in this session: yes"],
            ),
            (
                denied("x with an explicit deny in a service control policy"),
                Refused,
                &["organization"],
            ),
            (
                denied("sts:TagSession because no identity-based policy"),
                Refused,
                &["sts:TagSession", "your side"],
            ),
            (
                denied("sts:TagSession on resource"),
                Refused,
                &["trust policy allows sts:AssumeRole but not the tags"],
            ),
            (denied("something new"), Refused, &["either", "or the role's trust policy", ROLE]),
            (
                answer(
                    "AccessDenied",
                    "MultiFactorAuthentication failed with invalid MFA one time pass code.",
                ),
                Refused,
                &["that MFA code was not accepted", "works once"],
            ),
            (
                answer("AccessDenied", "Roles may not be assumed by root accounts."),
                Refused,
                &["root keys"],
            ),
            (
                answer("ExpiredToken", "late"),
                Refused,
                &["profile bastion have expired", "AWS said ExpiredToken: late"],
            ),
            (
                answer("InvalidClientTokenId", ""),
                Refused,
                &["does not know the access key of profile bastion"],
            ),
            (
                answer("SignatureDoesNotMatch", "The request signature"),
                Refused,
                &["secret access key of profile bastion is wrong"],
            ),
            (
                answer("SignatureDoesNotMatch", "Signature not yet current: …"),
                Refused,
                &["clock", "2h"],
            ),
            (answer("RegionDisabledException", ""), Config, &["eu-west-1", "--region us-east-1"]),
            (answer("PackedPolicyTooLarge", ""), Config, &["production:read"]),
            (answer("ValidationError", "1 validation error"), Config, &["1 validation error"]),
            (answer("Throttling", "Rate exceeded"), Network, &["throttling", "request id id-7"]),
            (
                answer("InternalFailure", ""),
                Network,
                &["AWS STS in eu-west-1 has an internal error", "try again"],
            ),
            (answer("Surprise\u{1b}[31m", "new\u{7}"), Refused, &["Surprise\\x1b[31m: new\\x07"]),
            (
                FailureKind::Timeout,
                Network,
                &["no answer from AWS STS in eu-west-1", "ASSUME_ROLE_TIMEOUT"],
            ),
            (FailureKind::NotAws(407), Network, &["HTTP 407", "captive portal"]),
            (FailureKind::Malformed("Arn".to_owned()), Network, &["malformed reply", "Arn"]),
            (
                FailureKind::Connect("dns error: failed to lookup address".to_owned()),
                Network,
                &["cannot reach", "is the region eu-west-1 right"],
            ),
            (
                FailureKind::Connect("invalid peer certificate: UnknownIssuer".to_owned()),
                Network,
                &["AWS_CA_BUNDLE"],
            ),
            (FailureKind::Connect("Connection reset by peer".to_owned()), Network, &["broke off"]),
            (FailureKind::Connect("refused".to_owned()), Network, &["HTTPS_PROXY", "NO_PROXY"]),
            (
                FailureKind::Connect("Invalid Configuration: FIPS".to_owned()),
                Config,
                &["as configured"],
            ),
        ] {
            let (is, text) = said(trouble.clone());
            assert_eq!(is, kind, "{trouble:?}: {text}");
            for word in words {
                assert!(text.contains(word), "{trouble:?} lacks {word}: {text}");
            }
        }
    }

    #[test]
    fn a_proof_that_is_refused_blames_no_keys() {
        let attempt = Attempt { keys_from: "the SAML response".to_owned(), ..attempt() };
        for (code, words) in [
            ("ExpiredTokenException", "too late: the SAML response has expired"),
            ("InvalidIdentityToken", "does not accept the SAML response"),
            ("IDPRejectedClaim", "provider rejects the SAML response"),
            ("IDPCommunicationError", "cannot reach the identity provider"),
            ("AccessDenied", "trust policy of arn:aws:iam::123456789012:role/read"),
        ] {
            let failure = AwsError::of(answer(code, "because"));
            let error = about_proof(&failure, &attempt, "log in again").unwrap().to_string();
            assert!(error.contains(words) && error.contains(": because"), "{error}");
        }
        let other = AwsError::of(answer("Throttling", ""));
        assert_eq!(about_proof(&other, &attempt, ""), None);
    }
}
