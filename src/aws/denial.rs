//! Why AWS refused a role, by its phrases: those of the IAM user guide, "Troubleshoot access denied
//! error messages". STS never says whether a role exists, so a role name that is wrong looks like
//! one that does not trust us.

use crate::error::Error;
use crate::types::sanitize::escape;

#[derive(Clone, Debug)]
pub(crate) struct Attempt {
    /// What was asked for: `production:read`.
    pub what: String,
    /// Who asked: an ARN, or where the keys are from.
    pub principal: String,
    pub role_arn: Option<String>,
    pub mfa: bool,
    pub external_id: bool,
    /// Where the caller's keys are from: `profile bastion (~/.aws/credentials:3)`.
    pub keys_from: String,
}

impl Attempt {
    /// The question whose keys these are, asked with keys from there.
    pub(crate) fn to_ask_whose(keys_from: &str) -> Self {
        Self {
            what: "sts:GetCallerIdentity".to_owned(),
            principal: keys_from.to_owned(),
            role_arn: None,
            mfa: false,
            external_id: false,
            keys_from: keys_from.to_owned(),
        }
    }
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
        side: "these are root keys: AWS does not let root assume roles",
        hint: "create an IAM user with keys of its own, and delete the root keys",
    },
];

pub(super) fn denied(words: &str, attempt: &Attempt) -> Error {
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
