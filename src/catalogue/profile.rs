//! A profile as a lead: which role it stands for, or which keys it holds.

use crate::input::place::Place;
use crate::input::profiles::Section;
use crate::session::{AccountId, Name, Partition, RoleArn, RoleName};

/// A profile with a name that can be typed.
pub struct KnownProfile<'a> {
    /// Its name.
    pub name: Name,
    /// Where it begins.
    pub place: Place,
    /// What it leads to.
    pub leads: Leads,
    /// The profile that its role is assumed from.
    pub source: Option<&'a str>,
    /// The MFA device that it names.
    pub mfa_serial: Option<&'a str>,
}

/// What a profile leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Leads {
    /// A role by its `role_arn`.
    Role(RoleArn),
    /// A role of Identity Center.
    Sso(AccountId, RoleName),
    /// Keys of its own.
    Keys,
    /// Nothing that a session could begin with.
    Nowhere,
}

impl<'a> KnownProfile<'a> {
    /// The profile of a section; `None` when its name cannot be typed.
    pub(super) fn new(section: Section<'a>) -> Option<Self> {
        let name = Name::parse("profile", section.name()).ok()?;
        let text = |key: &str| section.value(key).map(|value| value.text);
        let (source, mfa_serial) = (text("source_profile"), text("mfa_serial"));
        Some(Self { name, place: section.place()?, leads: Leads::of(&section), source, mfa_serial })
    }
}

impl Leads {
    fn of(section: &Section<'_>) -> Self {
        if let Some(arn) = section.value("role_arn") {
            return RoleArn::parse("role_arn", arn.text).map_or(Self::Nowhere, Self::Role);
        }
        if let (Some(account), Some(role)) = (section.value("sso_account_id"), section.value("sso_role_name")) {
            return match (AccountId::parse(account.text), RoleName::parse(role.text)) {
                (Some(account), Ok(role)) => Self::Sso(account, role),
                _ => Self::Nowhere,
            };
        }
        let keys = ["aws_access_key_id", "credential_process"].iter().any(|key| section.value(key).is_some());
        if keys { Self::Keys } else { Self::Nowhere }
    }

    /// The role, for whichever way leads to one.
    pub fn role(&self) -> Option<(&AccountId, &RoleName, Option<Partition>)> {
        match self {
            Self::Role(arn) => Some((&arn.account, &arn.name, Some(arn.partition))),
            Self::Sso(account, role) => Some((account, role, None)),
            Self::Keys | Self::Nowhere => None,
        }
    }
}
