//! Trust policies: who may assume a role, and under which conditions.

use super::model::Role;
use super::problem::{Problem, Verdict};

/// A trust policy with one statement.
#[derive(Clone, Debug)]
pub struct Trust {
    principal: Principal,
    external_id: Option<String>,
    mfa: bool,
    mfa_age: Option<i64>,
    tag_session: bool,
    source_identity: bool,
}

#[derive(Clone, Debug)]
enum Principal {
    Arn(String),
    Account(String),
    Anyone,
}

/// What the trust policy is asked about.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// The ARN that messages name.
    pub caller: &'a str,
    /// The ARN that policies name: the user, or the role behind a session.
    pub principal: &'a str,
    /// The account of the caller.
    pub account: &'a str,
    /// Seconds since MFA was proven, when it was.
    pub mfa_age: Option<i64>,
    /// The external id sent.
    pub external_id: Option<&'a str>,
    /// Whether session tags were sent.
    pub tags: bool,
    /// Whether a source identity was sent.
    pub source_identity: bool,
    /// `sts:AssumeRole` or one of its federated fellows.
    pub action: &'a str,
}

impl Trust {
    /// Trusts one principal: a user, a role, one session of a role, or an identity provider.
    pub fn arn(arn: &str) -> Self {
        Self::of(Principal::Arn(arn.to_owned()))
    }

    /// Trusts every principal of an account (`arn:aws:iam::ACCOUNT:root`).
    pub fn account(account: &str) -> Self {
        Self::of(Principal::Account(account.to_owned()))
    }

    /// Trusts `*`.
    pub fn anyone() -> Self {
        Self::of(Principal::Anyone)
    }

    fn of(principal: Principal) -> Self {
        Self {
            principal,
            external_id: None,
            mfa: false,
            mfa_age: None,
            tag_session: true,
            source_identity: true,
        }
    }

    /// Requires `sts:ExternalId`.
    #[must_use]
    pub fn external_id(mut self, id: &str) -> Self {
        self.external_id = Some(id.to_owned());
        self
    }

    /// Requires `aws:MultiFactorAuthPresent`.
    #[must_use]
    pub fn mfa(mut self) -> Self {
        self.mfa = true;
        self
    }

    /// Requires `aws:MultiFactorAuthAge` below `seconds`.
    #[must_use]
    pub fn mfa_age(mut self, seconds: i64) -> Self {
        self.mfa_age = Some(seconds);
        self
    }

    /// Does not allow `sts:TagSession`.
    #[must_use]
    pub fn without_tags(mut self) -> Self {
        self.tag_session = false;
        self
    }

    /// Does not allow `sts:SetSourceIdentity`.
    #[must_use]
    pub fn without_source_identity(mut self) -> Self {
        self.source_identity = false;
        self
    }

    fn accepts(&self, question: &Question<'_>) -> bool {
        let principal = match &self.principal {
            Principal::Arn(arn) => arn == question.principal || arn == question.caller,
            Principal::Account(account) => account == question.account,
            Principal::Anyone => true,
        };
        principal
            && self.external_id.as_deref().is_none_or(|id| question.external_id == Some(id))
            && (!self.mfa || question.mfa_age.is_some())
            && self.mfa_age.is_none_or(|limit| question.mfa_age.is_some_and(|age| age < limit))
    }
}

/// Lets the question pass, or refuses it as AWS does.
///
/// # Errors
/// `AccessDenied` with the clause that fits.
pub fn decide(role: Option<&Role>, arn: &str, question: &Question<'_>) -> Result<(), Problem> {
    let refuse =
        |verdict: Verdict, action: &str| Err(verdict.problem(question.caller, action, arn));
    let Some(role) = role else { return refuse(Verdict::TrustLacks, question.action) };
    if let Some(verdict) = role.verdict {
        return refuse(verdict, question.action);
    }
    if !role.trust.accepts(question) {
        return refuse(Verdict::TrustLacks, question.action);
    }
    if question.tags && !role.trust.tag_session {
        return refuse(Verdict::TrustLacks, "sts:TagSession");
    }
    if question.source_identity && !role.trust.source_identity {
        return refuse(Verdict::TrustLacks, "sts:SetSourceIdentity");
    }
    Ok(())
}
