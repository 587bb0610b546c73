//! What a plan asks the user, and what it calls.

use super::{Chosen, Plan, ProtectedStep};

#[derive(Clone, Debug)]
pub(crate) enum Question {
    AccountName(ProtectedStep),
    /// A code of this device. Meanwhile the connection opens and the keys are proved.
    MfaCode(Chosen<String>),
    /// Which of several MFA devices.
    Device(Vec<String>),
    /// User or password, at the identity provider.
    Password,
    /// A sign-on in the browser.
    SignOn,
}

impl Question {
    /// As `explain --json` names it.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::AccountName(_) => "account_name",
            Self::MfaCode(_) => "mfa_code",
            Self::Device(_) => "mfa_device",
            Self::Password => "password",
            Self::SignOn => "sign_on",
        }
    }
}

/// A call, or a program that is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    /// Whose long-term or temporary keys these are.
    CallerIdentity,
    ListMfaDevices,
    /// The program that prints a code. Meanwhile the connection opens and the keys are proved.
    MfaProgram,
    /// Temporary keys of the user, with MFA where `code` says so.
    SessionToken {
        code: bool,
    },
    AssumeRole {
        step: usize,
        with: With,
    },
    /// The base's own session with less rights.
    Narrow,
    WithSaml,
    WithWebIdentity,
    /// The credentials that the base gives by itself: a program's, the machine's, or a permission
    /// set's.
    Source,
}

/// The credentials that a role is assumed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum With {
    /// The base's keys as they are.
    Keys,
    /// Long-term keys with an MFA code in the same call.
    KeysAndCode,
    /// The MFA session of the user.
    MfaSession,
    /// The session that the base gives by itself.
    OwnSession,
    /// The session of the step before.
    Step,
}

impl Call {
    /// As `explain --json` names it.
    pub(crate) fn name(self, plan: &Plan) -> &'static str {
        match self {
            Self::CallerIdentity => "sts:GetCallerIdentity",
            Self::ListMfaDevices => "iam:ListMFADevices",
            Self::MfaProgram => "mfa_process",
            Self::SessionToken { .. } => "sts:GetSessionToken",
            Self::AssumeRole { .. } => "sts:AssumeRole",
            Self::Narrow => "sts:GetScopedCredentials",
            Self::WithSaml => "sts:AssumeRoleWithSAML",
            Self::WithWebIdentity => "sts:AssumeRoleWithWebIdentity",
            Self::Source => plan.base.source.call_name(),
        }
    }
}
