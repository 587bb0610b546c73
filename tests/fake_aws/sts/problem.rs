//! The refusals of STS and IAM in AWS's own words (IAM user guide, "Troubleshoot access denied
//! error messages"; STS API reference, common errors).

/// A refusal: HTTP status, error code and message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The HTTP status.
    pub status: u16,
    /// The error code, such as `AccessDenied`.
    pub code: String,
    /// The message.
    pub message: String,
}

impl Problem {
    /// Any refusal.
    pub fn new(status: u16, code: &str, message: impl Into<String>) -> Self {
        Self { status, code: code.to_owned(), message: message.into() }
    }

    /// `AccessDenied` with the given words.
    pub fn denied(message: impl Into<String>) -> Self {
        Self::new(403, "AccessDenied", message)
    }

    /// `ValidationError` with the given words.
    pub fn validation(message: impl Into<String>) -> Self {
        Self::new(400, "ValidationError", message)
    }

    /// A parameter that breaks a rule of its shape.
    pub fn constraint(value: &str, parameter: &str, rule: &str) -> Self {
        Self::validation(format!(
            "1 validation error detected: Value '{value}' at '{parameter}' failed to satisfy constraint: Member must {rule}"
        ))
    }

    /// `SignatureDoesNotMatch` with the given words.
    pub fn signature(message: impl Into<String>) -> Self {
        Self::new(403, "SignatureDoesNotMatch", message)
    }

    /// `IncompleteSignature` with the given words.
    pub fn incomplete(message: impl Into<String>) -> Self {
        Self::new(400, "IncompleteSignature", message)
    }

    /// The key is unknown, disabled, or its token is not its own.
    pub fn invalid_token() -> Self {
        Self::new(
            403,
            "InvalidClientTokenId",
            "The security token included in the request is invalid.",
        )
    }

    /// The temporary keys have ended.
    pub fn expired() -> Self {
        Self::new(403, "ExpiredToken", "The security token included in the request is expired")
    }

    /// The code is wrong, too old, or was used before.
    pub fn wrong_code() -> Self {
        Self::denied("MultiFactorAuthentication failed with invalid MFA one time pass code.")
    }

    /// The device is unknown, someone else's, or cannot make codes.
    pub fn wrong_device() -> Self {
        Self::denied(
            "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is \
             valid and associated with this user.",
        )
    }
}

/// Which policy says no, and how: the clause at the end of an `AccessDenied` message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// No identity-based policy of the caller allows it.
    IdentityLacks,
    /// An identity-based policy of the caller denies it.
    IdentityDenies,
    /// The role's trust policy does not accept the caller.
    TrustLacks,
    /// The role's trust policy denies the caller.
    TrustDenies,
    /// A service control policy of the organization does not allow it.
    ServiceControlLacks,
    /// A service control policy of the organization denies it.
    ServiceControlDenies,
    /// A resource control policy of the organization denies it.
    ResourceControlDenies,
    /// The caller's permissions boundary does not allow it.
    BoundaryLacks,
    /// The session policy does not allow it.
    SessionLacks,
    /// The policy of the VPC endpoint does not allow it.
    EndpointLacks,
    /// AWS does not say: the older form, still used across organizations.
    Unsaid,
}

impl Verdict {
    /// The whole message of AWS for this verdict.
    pub fn problem(self, caller: &str, action: &str, resource: &str) -> Problem {
        let lacks = |policy: &str| format!(" because no {policy} allows the {action} action");
        let denies = |policy: &str| format!(" with an explicit deny in {policy}");
        let clause = match self {
            Self::IdentityLacks => lacks("identity-based policy"),
            Self::IdentityDenies => denies("an identity-based policy"),
            Self::TrustLacks => lacks("role trust policy"),
            Self::TrustDenies => denies("the role trust policy"),
            Self::ServiceControlLacks => lacks("service control policy"),
            Self::ServiceControlDenies => denies("a service control policy"),
            Self::ResourceControlDenies => denies("a resource control policy"),
            Self::BoundaryLacks => lacks("permissions boundary"),
            Self::SessionLacks => lacks("session policy"),
            Self::EndpointLacks => lacks("VPC endpoint policy"),
            Self::Unsaid => String::new(),
        };
        Problem::denied(format!(
            "User: {caller} is not authorized to perform: {action} on resource: {resource}{clause}"
        ))
    }

    /// The message without the clause that names a policy.
    pub fn strip(message: &str) -> &str {
        let end = [" because no ", " with an explicit deny in "]
            .iter()
            .find_map(|clause| message.find(clause));
        end.map_or(message, |end| &message[..end])
    }
}
