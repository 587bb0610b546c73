//! The arguments of the verbs that use a session without changing the shell, as clap reads them.

use std::ffi::OsString;

use clap::{Args, ValueEnum};

use super::{Color, Target};

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

/// Forms of `env`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum EnvFormat {
    /// The JSON of credential_process
    Process,
    /// export NAME=value for sh, bash and zsh
    #[default]
    Env,
    /// NAME=value
    EnvNoExport,
    /// set -gx NAME value
    Fish,
    /// $Env:NAME="value"
    Powershell,
    /// One JSON object
    Json,
    /// NAME="value" for .env files
    Dotenv,
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
}

/// Arguments of `doctor`.
#[derive(Args, Clone, Copy, Debug)]
pub struct Doctor {
    /// Also ask AWS whether it can be reached and what it knows
    #[arg(long)]
    pub online: bool,
    /// Colour: auto, always or never
    #[arg(
        long,
        value_enum,
        value_name = "WHEN",
        default_value_t,
        hide_possible_values = true,
        hide_default_value = true
    )]
    pub color: Color,
}
