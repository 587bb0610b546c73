//! The arguments of the verbs that edit files: `profile` and `accounts`, as clap reads them.

use clap::{Args, Subcommand};

use super::example::{Examples, line};
use super::target::Target;
use crate::config::import::Importer;

/// Arguments of `profile`.
#[derive(Args, Clone, Debug)]
#[command(override_usage = "assume-role profile add|remove|list …")]
pub struct Profile {
    /// What to do with profiles.
    #[command(subcommand)]
    pub edit: ProfileEdit,
}

/// What `profile` does.
#[derive(Clone, Debug, Subcommand)]
pub enum ProfileEdit {
    /// Write a profile that leads to a role
    #[command(
        override_usage = "assume-role profile add NAME ACCOUNT ROLE [OPTIONS]\n       assume-role profile add --all [--session SESSION] [--names TEMPLATE]"
    )]
    Add(Box<ProfileAdd>),
    /// Take away a profile that was written by `profile add`
    Remove(ProfileRemove),
    /// The profiles of ~/.aws/config and what each leads to
    List(ProfileList),
}

/// What shapes one session, or names one profile.
const NOT_FOR_ALL: [&str; 22] = [
    "name", "assume", "static_keys", "role_arn", "duration", "duration_seconds", "mfa_code",
    "mfa_serial", "profile", "via", "base", "scheme", "saml_response", "web_identity_token_file",
    "session_name", "external_id", "policy_arn", "policy", "tag", "transitive_tag",
    "source_identity", "write",
];

/// Arguments of `profile add`.
#[derive(Args, Clone, Debug)]
pub struct ProfileAdd {
    /// Name of the profile
    #[arg(required_unless_present = "all")]
    pub name: Option<String>,
    /// Where the profile leads.
    #[command(flatten)]
    pub target: Target,
    /// Every account and role of a sign-on
    #[arg(long, conflicts_with_all = NOT_FOR_ALL)]
    pub all: bool,
    /// Which [sso-session]
    #[arg(long, value_name = "SESSION", requires = "all")]
    pub session: Option<String>,
    /// Names of all: {account}-{role}
    #[arg(long, value_name = "TEMPLATE", requires = "all")]
    pub names: Option<String>,
    /// As role_arn and source_profile
    #[arg(long, conflicts_with = "static_keys")]
    pub assume: bool,
    /// As keys that end, with a backup
    #[arg(long = "static")]
    pub static_keys: bool,
    /// Overwrite a profile of others
    #[arg(long)]
    pub force: bool,
    /// Only show what would change
    #[arg(long)]
    pub dry_run: bool,
}

/// Arguments of `profile remove`.
#[derive(Args, Clone, Debug)]
pub struct ProfileRemove {
    /// Name of the profile
    pub name: String,
    /// Also when others wrote it
    #[arg(long)]
    pub force: bool,
    /// Only show what would change
    #[arg(long)]
    pub dry_run: bool,
}

/// Arguments of `profile list`.
#[derive(Args, Clone, Copy, Debug)]
pub struct ProfileList {
    /// One JSON object
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `accounts`.
#[derive(Args, Clone, Debug)]
#[command(override_usage = "assume-role accounts add|remove|import|sync …")]
pub struct Accounts {
    /// What to do with the accounts file.
    #[command(subcommand)]
    pub edit: AccountsEdit,
}

/// What `accounts` does.
#[derive(Clone, Debug, Subcommand)]
pub enum AccountsEdit {
    /// Name an account
    Add(AccountsAdd),
    /// Take an account's name away
    Remove(AccountsRemove),
    /// Take over what another tool knows
    Import(AccountsImport),
    /// Ask AWS for accounts and roles, with the keys of this shell
    Sync(AccountsSync),
}

/// Arguments of `accounts add`.
#[derive(Args, Clone, Debug)]
pub struct AccountsAdd {
    /// The alias
    pub name: String,
    /// Twelve digits
    pub id: String,
    /// A role there; repeatable
    #[arg(long, value_name = "ROLE")]
    pub role: Vec<String>,
    /// Only show what would change
    #[arg(long)]
    pub dry_run: bool,
}

/// Arguments of `accounts remove`.
#[derive(Args, Clone, Debug)]
pub struct AccountsRemove {
    /// The alias
    pub name: String,
    /// Only show what would change
    #[arg(long)]
    pub dry_run: bool,
}

/// Arguments of `accounts import`.
#[derive(Args, Clone, Debug)]
pub struct AccountsImport {
    /// Whose files are read
    #[arg(value_enum, value_name = "TOOL")]
    pub from: Importer,
    /// Another file than the tool's usual one
    pub file: Option<String>,
    /// Only show what would change
    #[arg(long)]
    pub dry_run: bool,
}

/// Arguments of `accounts sync`.
#[derive(Args, Clone, Copy, Debug)]
pub struct AccountsSync {
    /// Only show what would change
    #[arg(long)]
    pub dry_run: bool,
}

pub(super) const EXAMPLES: Examples = &[
    (
        "profile",
        &[line("assume-role profile add prod production read", "then: aws --profile prod s3 ls")],
    ),
    (
        "profile add",
        &[
            line("assume-role profile add prod production read", ""),
            line(
                "assume-role profile add prod production read --static",
                "for programs that only read keys",
            ),
            line("assume-role profile add --all --session corp --dry-run", "what a sign-on gives"),
        ],
    ),
    ("profile remove", &[line("assume-role profile remove prod", "")]),
    ("profile list", &[line("assume-role profile list", "")]),
    ("accounts", &[line("assume-role accounts add production 123456789012 --role read", "")]),
    ("accounts add", &[line("assume-role accounts add production 123456789012 --role read", "")]),
    ("accounts remove", &[line("assume-role accounts remove production --dry-run", "")]),
    (
        "accounts import",
        &[line("assume-role accounts import aws-config --dry-run", "what would be taken over")],
    ),
    (
        "accounts sync",
        &[line("assume-role accounts sync --dry-run", "what AWS knows and the file does not")],
    ),
];
