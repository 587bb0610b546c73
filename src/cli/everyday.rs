//! The arguments of the verbs that use a session without changing the shell, as clap reads them.

use std::ffi::OsString;

use clap::Args;

use super::color::ColorOption;
use super::example::{Examples, line};
use super::target::Target;
use crate::shell::formats::EnvFormat;

/// Arguments of `exec`.
#[derive(Args, Clone, Debug)]
#[command(override_usage = "assume-role exec [ACCOUNT ROLE] [OPTIONS] -- COMMAND [ARGUMENTS]…")]
pub struct Exec {
    /// Whose keys the command gets.
    #[command(flatten)]
    pub target: Target,
    /// Time that has to be left: 45m
    #[arg(long, value_name = "DURATION")]
    pub min: Option<String>,
    /// A profile for the command; repeatable
    #[arg(long, value_name = "NAME=ACCOUNT:ROLE")]
    pub profile_as: Vec<String>,
    /// The command and its arguments
    #[arg(last = true, value_name = "COMMAND")]
    pub command: Vec<OsString>,
}

/// Arguments of `env`.
#[derive(Args, Clone, Debug)]
#[command(override_usage = "assume-role env [ACCOUNT ROLE] [--format FORMAT] [OPTIONS]")]
pub struct Env {
    /// Whose keys are printed.
    #[command(flatten)]
    pub target: Target,
    /// Who reads it
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: EnvFormat,
}

/// Arguments of `credential-process`.
#[derive(Args, Clone, Debug)]
#[command(override_usage = "assume-role credential-process ACCOUNT ROLE [OPTIONS]")]
pub struct CredentialProcess {
    /// Whose keys are printed.
    #[command(flatten)]
    pub target: Target,
}

/// Arguments of `explain`.
#[derive(Args, Clone, Debug)]
#[command(override_usage = "assume-role explain ACCOUNT ROLE [OPTIONS]")]
pub struct Explain {
    /// The switch to explain.
    #[command(flatten)]
    pub target: Target,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `console`.
#[derive(Args, Clone, Debug)]
#[command(override_usage = "assume-role console [ACCOUNT ROLE] [OPTIONS]")]
pub struct Console {
    /// Who is signed in.
    #[command(flatten)]
    pub target: Target,
    /// Service that opens: s3, ec2
    #[arg(long, value_name = "SERVICE")]
    pub service: Option<String>,
    /// Open it in the browser
    #[arg(long)]
    pub open: bool,
    /// Stay signed in elsewhere
    #[arg(long)]
    pub no_logout: bool,
    /// Sign out first, against console_logout
    #[arg(long, conflicts_with = "no_logout")]
    pub logout: bool,
}

/// Arguments of `doctor`.
#[derive(Args, Clone, Copy, Debug)]
pub struct Doctor {
    /// Also ask AWS whether it can be reached and what it knows
    #[arg(long)]
    pub online: bool,
    /// Whether the page is coloured.
    #[command(flatten)]
    pub color: ColorOption,
}

pub(super) const EXAMPLES: Examples = &[
    (
        "exec",
        &[
            line("assume-role exec production read -- aws s3 ls", ""),
            line("assume-role exec production read --min 45m -- terraform plan", ""),
            line("assume-role exec --profile-as prod=production:read -- terraform plan", ""),
        ],
    ),
    (
        "env",
        &[
            line("assume-role env production read --format dotenv > .env", ""),
            line("assume-role env production read --format env-no-export > app.env", ""),
        ],
    ),
    (
        "credential-process",
        &[line(
            "credential_process = assume-role credential-process production read",
            "a line of ~/.aws/config",
        )],
    ),
    (
        "explain",
        &[line("assume-role explain production read", "which line of which file decides what")],
    ),
    (
        "doctor",
        &[
            line("assume-role doctor", "what is wrong here, and what to do"),
            line("assume-role doctor --online", "AWS is asked too"),
        ],
    ),
    (
        "console",
        &[
            line("assume-role console production read --open", "in the browser"),
            line("assume-role console production read --service s3", "the address, printed"),
            line("assume-role console --open", "as the role of this shell"),
        ],
    ),
];
