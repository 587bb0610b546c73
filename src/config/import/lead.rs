//! What a file of another tool says about an account.

use clap::ValueEnum;

use crate::types::{AccountId, RoleName};

/// The tools whose files `accounts import` reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Importer {
    /// ~/.aws/accounts as the bash script read it
    AssumeRole,
    /// ~/.granted and the profiles that it made
    Granted,
    /// Profiles as aws-vault reads them
    AwsVault,
    /// ~/.awsume and its profiles
    Awsume,
    /// ~/.config/aws-sso/config.yaml
    AwsSsoCli,
    /// role_arn and SSO roles of ~/.aws/config
    AwsConfig,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Lead {
    pub name: Option<String>,
    /// Whether the name is the account's own there, and not taken from the names of its profiles.
    pub is_alias: bool,
    pub id: AccountId,
    pub roles: Vec<RoleName>,
    /// The `[sso-session]` that gives the roles, where a sign-on said so.
    pub sso_session: Option<String>,
    pub place: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Leads {
    pub accounts: Vec<Lead>,
    pub problems: Vec<String>,
    pub files: Vec<String>,
}
