//! AWS's refusals, turned into what the user can do.
//!
//! The phrases are those of the IAM user guide, "Troubleshoot access denied error messages". STS
//! never says whether a role exists, so a role name that is wrong looks like one that does not
//! trust us.

use super::client::Client;
use super::failure::{AwsError, Trouble};
use crate::error::{Error, Kind};
use crate::types::minutes;
use crate::types::sanitize::{escape, escape_up_to};

/// How much of AWS's own words is shown, in characters; the telling part of a refusal comes last.
const WORDS_SHOWN: usize = 600;

/// What was tried, for the message.
#[derive(Clone, Debug)]
pub(crate) struct Attempt {
    /// What was asked for: `production:read`.
    pub what: String,
    /// Who asked: an ARN, or where the keys are from.
    pub principal: String,
    /// The role's ARN, when a role was asked for.
    pub role_arn: Option<String>,
    /// Whether the caller proved an MFA device.
    pub mfa: bool,
    /// Whether an external id was sent.
    pub external_id: bool,
    /// Where the caller's keys are from: `profile bastion (~/.aws/credentials:3)`.
    pub keys_from: String,
}

impl Attempt {
    /// The question whose keys these are, asked with keys from there.
    pub(crate) fn to_ask_whose(keys_from: &str) -> Self {
        Self {
            what: "the question whose keys these are".to_owned(),
            principal: keys_from.to_owned(),
            role_arn: None,
            mfa: false,
            external_id: false,
            keys_from: keys_from.to_owned(),
        }
    }
}

/// The error for a call that AWS did not answer as it does, in the same words whoever was asked;
/// for an answer, what it said. What to do about it the caller adds.
pub(crate) fn unanswered(failure: &AwsError, whom: &str) -> Error {
    match &failure.trouble {
        Trouble::Answer { code, message } => Error::refused(format!("{whom} refused"))
            .because(format!("{}: {}", escape(code), escape(message))),
        Trouble::Connect(reason) => {
            Error::network(format!("cannot reach {whom}")).because(escape(reason))
        }
        Trouble::Timeout => Error::network(format!("no answer from {whom}")),
        Trouble::NotAws(status) => Error::network(format!(
            "{whom} sent something that is not an AWS answer (HTTP {status})"
        )),
        Trouble::Malformed(field) => Error::network(format!("malformed reply of {whom}: {field}")),
    }
}

/// The error for a failed call.
pub(crate) fn diagnose(failure: &AwsError, attempt: &Attempt, client: &Client) -> Error {
    let error = match &failure.trouble {
        Trouble::Answer { code, message } if failure.is_about_time() => {
            clock(client).because(said(code, message))
        }
        Trouble::Answer { code, message } => answer(code, message, attempt, client),
        Trouble::Connect(reason) => connection(reason, client),
        Trouble::Timeout => unanswered(failure, &client.endpoints().sts_shown()).hint(
            "check the network and the proxy variables; ASSUME_ROLE_TIMEOUT=20s waits longer",
        ),
        Trouble::NotAws(_) => unanswered(failure, &client.endpoints().sts_shown())
            .hint("a captive portal or a proxy may have answered in its place"),
        Trouble::Malformed(_) => unanswered(failure, &client.endpoints().sts_shown())
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
            Error::config(format!("the session policies or tags of {} do not pass", attempt.what)).because(said)
        }
        "ValidationError" | "ValidationException" => {
            Error::config(format!("AWS did not accept the request for {}", attempt.what)).because(said)
        }
        "Throttling" | "ThrottlingException" | "RequestLimitExceeded" | "TooManyRequestsException" => {
            Error::network("AWS is throttling".to_owned()).because(said).hint("wait a moment and try again")
        }
        "InternalFailure" | "InternalError" | "ServiceUnavailable" | "InternalServerError" => {
            Error::network(format!("{} has a fault of its own", client.endpoints().sts_shown()))
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

struct Reason {
    phrase: &'static str,
    side: &'static str,
    hint: &'static str,
}

/// AWS's phrases, most telling first.
const REASONS: [Reason; 10] = [
    Reason {
        phrase: "because no identity-based policy allows the sts:AssumeRole action",
        side: "your side: no policy of {principal} allows sts:AssumeRole on {role}",
        hint: "ask the owner of the account that holds your user to allow sts:AssumeRole on {role}",
    },
    Reason {
        phrase: "with an explicit deny in an identity-based policy",
        side: "your side: a policy of {principal} denies it (often: without MFA)",
        hint: "MFA in this session: {mfa}",
    },
    Reason {
        phrase: "because no role trust policy allows the sts:AssumeRole action",
        side: "their side: the trust policy of {role} does not accept {principal}, or there is no such role",
        hint: "{trust}",
    },
    Reason {
        phrase: "with an explicit deny in the role trust policy",
        side: "their side: the trust policy of {role} denies {principal}",
        hint: "ask the owner of the role",
    },
    Reason {
        phrase: "service control policy",
        side: "a service control policy of the organization forbids it",
        hint: "ask an administrator of the organization",
    },
    Reason {
        phrase: "resource control policy",
        side: "a resource control policy of the organization forbids it",
        hint: "ask an administrator of the organization",
    },
    Reason {
        phrase: "permissions boundary",
        side: "your side: the permissions boundary of {principal} does not allow it",
        hint: "ask the owner of the account that holds your user",
    },
    Reason {
        phrase: "session policy",
        side: "your side: a session policy narrows {principal}",
        hint: "start from keys without that policy",
    },
    Reason {
        phrase: "VPC endpoint policy",
        side: "the policy of the VPC endpoint on the way forbids it",
        hint: "ask the owner of the network, or leave it",
    },
    Reason {
        phrase: "Roles may not be assumed by root accounts",
        side: "these are root keys: AWS lets root assume no role",
        hint: "make an IAM user, give it keys, and delete the root keys",
    },
];

fn denied(words: &str, attempt: &Attempt) -> Error {
    let error = Error::refused(format!("{} was refused", attempt.what));
    let attempt = &Attempt {
        principal: principal_in(words).unwrap_or(attempt.principal.clone()),
        ..attempt.clone()
    };
    let beside = ["sts:TagSession", "sts:SetSourceIdentity"]
        .into_iter()
        .find(|action| words.contains(action));
    if let Some(action) = beside.filter(|_| words.contains("identity-based policy")) {
        return error
            .because(filled(
                &format!("your side: the policies of {{principal}} do not allow {action} on {{role}}"),
                attempt,
            ))
            .hint(format!(
                "ask the owner of the account that holds your user for {action}, or leave tags and source identity out"
            ));
    }
    if beside.is_some() {
        return error
            .because("the trust policy allows sts:AssumeRole but not the tags or the source identity")
            .hint("ask for sts:TagSession or sts:SetSourceIdentity in the trust policy, or leave them out");
    }
    if words.contains("invalid MFA one time pass code") {
        return error
            .because("that MFA code was not accepted")
            .hint("each code works once; wait for the next one");
    }
    if words.contains("unable to validate MFA code") {
        return error
            .because("the MFA device does not belong to the user of these keys")
            .hint("name the device: --mfa-serial, or mfa_serial in the profile");
    }
    if words.contains("GetSessionToken with session credentials") {
        return error
            .because("these keys are temporary already")
            .hint("use the user's own keys as base: --base PROFILE");
    }
    match REASONS.iter().find(|reason| words.contains(reason.phrase)) {
        Some(reason) => error
            .because(filled(reason.side, attempt))
            .because(sent(attempt))
            .hint(filled(reason.hint, attempt)),
        None => error
            .because(filled(
                "either no policy of {principal} allows sts:AssumeRole on {role},",
                attempt,
            ))
            .because("or the role's trust policy does not accept it, or there is no such role")
            .because(sent(attempt))
            .hint(filled("compare the name letter by letter: {role}", attempt))
            .hint(filled("{trust}", attempt)),
    }
}

/// Who asked, as AWS names it: `User: ARN is not authorized to perform: …`.
fn principal_in(words: &str) -> Option<String> {
    let (_, after) = words.split_once("User: ")?;
    let (arn, _) = after.split_once(" is not authorized")?;
    arn.starts_with("arn:").then(|| escape(arn))
}

fn sent(attempt: &Attempt) -> String {
    format!(
        "sent with the request: MFA {}, external id {}",
        yes_no(attempt.mfa),
        yes_no(attempt.external_id)
    )
}

fn filled(template: &str, attempt: &Attempt) -> String {
    let trust = format!(
        "its owner can trust you with this statement:\n{{\"Effect\": \"Allow\", \"Action\": \"sts:AssumeRole\", \"Principal\": \
         {{\"AWS\": \"{}\"}}}}",
        attempt.principal
    );
    template
        .replace("{trust}", &trust)
        .replace("{principal}", &attempt.principal)
        .replace("{role}", attempt.role_arn.as_deref().unwrap_or("the role"))
        .replace("{mfa}", yes_no(attempt.mfa))
}

fn yes_no(yes: bool) -> &'static str {
    if yes { "yes" } else { "no" }
}
