//! A profile as a lead: which role it stands for, or which keys it holds.

use super::usage::Usage;
use crate::config::keyring::REFERENCE;
use crate::config::location::Location;
use crate::config::profiles::Section;
use crate::types::{AccountId, Name, Partition, Principal, RoleArn, RoleName};

/// A profile with a name that can be typed.
pub(crate) struct KnownProfile<'a> {
    pub name: &'a str,
    pub leads: Leads,
    pub usage: Usage,
    section: Section<'a>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Leads {
    Role(RoleArn),
    Sso(AccountId, RoleName),
    SignIn,
    Credentials,
    /// Nothing that a session could begin with.
    Nowhere,
}

impl<'a> KnownProfile<'a> {
    /// The profile of a section; `None` when its name cannot be typed.
    pub(super) fn new(section: Section<'a>) -> Option<Self> {
        let name = section.name();
        Name::allows(name).then(|| Self {
            name,
            leads: Leads::of(&section),
            usage: Usage::default(),
            section,
        })
    }

    pub(crate) fn name_and_place(&self) -> Option<(Name, Location)> {
        Some((Name::parse("profile", self.name).ok()?, self.section.place()?))
    }

    pub(crate) fn source(&self) -> Option<&'a str> {
        self.section.text("source_profile")
    }

    pub(crate) fn mfa_serial(&self) -> Option<&'a str> {
        self.section.text("mfa_serial")
    }
}

impl Leads {
    fn of(section: &Section<'_>) -> Self {
        let [role, sso_account, sso_role, sign_in, reference, key, program] = section.texts([
            "role_arn", "sso_account_id", "sso_role_name", "login_session", REFERENCE,
            "aws_access_key_id", "credential_process",
        ]);
        if let Some(arn) = role {
            return RoleArn::parse("role_arn", arn).map_or(Self::Nowhere, Self::Role);
        }
        if let (Some(account), Some(role)) = (sso_account, sso_role) {
            return match (AccountId::parse(account), RoleName::parse(role)) {
                (Some(account), Ok(role)) => Self::Sso(account, role),
                _ => Self::Nowhere,
            };
        }
        if let Some(arn) = sign_in {
            return Principal::parse(arn).map_or(Self::Nowhere, |_| Self::SignIn);
        }
        if reference.or(key).or(program).is_some() { Self::Credentials } else { Self::Nowhere }
    }

    /// The role, for whichever way leads to one.
    pub(crate) fn role(&self) -> Option<(&AccountId, &RoleName, Option<Partition>)> {
        match self {
            Self::Role(arn) => Some((&arn.account, &arn.name, Some(arn.partition))),
            Self::Sso(account, role) => Some((account, role, None)),
            Self::SignIn | Self::Credentials | Self::Nowhere => None,
        }
    }
}
