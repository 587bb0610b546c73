//! The arguments of `keys`, as clap reads them.

use clap::{Args, Subcommand};

use super::example::{Examples, line};

/// Arguments of `keys`.
#[derive(Args, Clone, Debug)]
#[command(override_usage = "assume-role keys import|add|rotate|list|export|remove …")]
pub struct Keys {
    /// What to do with long-lived keys.
    #[command(subcommand)]
    pub edit: KeysEdit,
}

/// What `keys` does.
#[derive(Clone, Debug, Subcommand)]
pub enum KeysEdit {
    /// Move a profile's key out of its file into a keyring
    Import(KeysImport),
    /// Put a key into a keyring
    Add(KeysAdd),
    /// A new key in place of the old one, which is made inactive
    Rotate(KeysRotate),
    /// Where the long-lived keys lie
    List(KeysList),
    /// Print a key, or write it back into ~/.aws/credentials
    Export(KeysExport),
    /// Delete a key from its keyring
    Remove(KeysRemove),
}

/// Arguments of `keys import`.
#[derive(Args, Clone, Debug)]
pub struct KeysImport {
    /// Name of the profile
    pub profile: String,
    /// secret-service, keychain, pass or helper:NAME
    #[arg(long, value_name = "KIND")]
    pub keyring: Option<String>,
    /// Leave out the credential_process for other programs
    #[arg(long)]
    pub no_process: bool,
    /// Also over a credential_process of others
    #[arg(long)]
    pub force: bool,
    /// Only show what would change
    #[arg(long)]
    pub dry_run: bool,
}

/// Arguments of `keys add`.
#[derive(Args, Clone, Debug)]
pub struct KeysAdd {
    /// Name of the profile
    pub profile: String,
    /// Take AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY
    #[arg(long, conflicts_with = "stdin")]
    pub env: bool,
    /// Take the JSON of a credential_process from standard input
    #[arg(long)]
    pub stdin: bool,
    /// secret-service, keychain, pass or helper:NAME
    #[arg(long, value_name = "KIND")]
    pub keyring: Option<String>,
    /// Do not ask AWS whether the key works
    #[arg(long)]
    pub no_verify: bool,
    /// Leave out the credential_process for other programs
    #[arg(long)]
    pub no_process: bool,
    /// Also over a credential_process of others
    #[arg(long)]
    pub force: bool,
}

/// Arguments of `keys rotate`.
#[derive(Args, Clone, Debug)]
pub struct KeysRotate {
    /// Name of the profile
    pub profile: String,
    /// Back to the key before, which is active again
    #[arg(long, conflicts_with = "delete")]
    pub undo: bool,
    /// Delete the old key at AWS; there is no way back
    #[arg(long)]
    pub delete: bool,
    /// Only say what would be done
    #[arg(long)]
    pub dry_run: bool,
    /// Six digits; `-` reads stdin
    #[arg(long, value_name = "CODE")]
    pub mfa_code: Option<String>,
    /// Serial or ARN of the MFA device
    #[arg(long, value_name = "SERIAL")]
    pub mfa_serial: Option<String>,
}

/// Arguments of `keys list`.
#[derive(Args, Clone, Copy, Debug)]
pub struct KeysList {
    /// One JSON object
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `keys export`.
#[derive(Args, Clone, Debug)]
pub struct KeysExport {
    /// Name of the profile
    pub profile: String,
    /// Back into ~/.aws/credentials, and out of the keyring
    #[arg(long)]
    pub write: bool,
    /// With --write: also keep the key in the keyring
    #[arg(long, requires = "write")]
    pub keep: bool,
    /// Print the secret on a terminal too
    #[arg(long, conflicts_with = "write")]
    pub show: bool,
}

/// Arguments of `keys remove`.
#[derive(Args, Clone, Debug)]
pub struct KeysRemove {
    /// Name of the profile
    pub profile: String,
    /// Without the question
    #[arg(long)]
    pub yes: bool,
}

pub(super) const EXAMPLES: Examples = &[
    ("keys", &[line("assume-role keys import default", "out of ~/.aws/credentials")]),
    (
        "keys import",
        &[
            line("assume-role keys import default --dry-run", "what would change"),
            line("assume-role keys import default --keyring pass", ""),
        ],
    ),
    (
        "keys add",
        &[
            line("assume-role keys add work", "asks for id and secret"),
            line("assume-role keys add work --env", "takes AWS_ACCESS_KEY_ID and its secret"),
        ],
    ),
    (
        "keys rotate",
        &[
            line("assume-role keys rotate default", "with one MFA code"),
            line("assume-role keys rotate default --undo", "back to it"),
        ],
    ),
    ("keys list", &[line("assume-role keys list", "where each key lies")]),
    (
        "keys export",
        &[line("assume-role keys export default --write", "back into ~/.aws/credentials")],
    ),
    ("keys remove", &[line("assume-role keys remove work", "")]),
];
