//! The words and options of a target, and the request that they make.

use clap::{Args, ValueHint};

use crate::plan::{Invocation, Request, SessionOptions};
use crate::types::{RoleArn, Secret};
use crate::ui::Color;
use crate::ui::terminal::is_code;

/// A target and everything that shapes its session. Help has 36 columns for each option on a common
/// terminal; a longer one would give every option two lines.
#[derive(Args, Clone, Debug, Default, PartialEq, Eq)]
pub struct Target {
    /// ACCOUNT ROLE, then in any order an MFA code and a region
    #[arg(
        value_name = "ACCOUNT ROLE [MFA_CODE] [REGION]",
        hide = true,
        allow_negative_numbers = true
    )]
    pub words: Vec<String>,
    /// The first word, as AWS's documents write it
    #[arg(long, value_name = "ARN", hide = true, value_parser = arn, conflicts_with = "profile")]
    pub role_arn: Option<String>,
    /// Region of the session
    #[arg(long, value_name = "REGION")]
    pub region: Option<String>,
    /// How long: 900s, 45m, 12h
    #[arg(long, value_name = "DURATION")]
    pub duration: Option<String>,
    /// The same in seconds, as AWS's documents write it
    #[arg(long, value_name = "SECONDS", hide = true, conflicts_with = "duration")]
    pub duration_seconds: Option<u32>,
    /// Six digits; `-` reads stdin
    #[arg(long, value_name = "CODE", alias = "token-code")]
    pub mfa_code: Option<String>,
    /// Serial or ARN of the MFA device
    #[arg(long, value_name = "SERIAL", alias = "serial-number")]
    pub mfa_serial: Option<String>,
    /// A profile, not an account
    #[arg(long, value_name = "PROFILE", conflicts_with = "via")]
    pub profile: Option<String>,
    /// Role to pass through; repeatable
    #[arg(long, value_name = "TARGET")]
    pub via: Vec<String>,
    /// Profile that holds the base keys
    #[arg(long, value_name = "PROFILE")]
    pub base: Option<String>,
    /// How the base proves itself
    #[arg(long, value_name = "SCHEME")]
    pub scheme: Option<String>,
    /// Captured response; `-` reads stdin
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, value_parser = path, allow_hyphen_values = true)]
    pub saml_response: Option<String>,
    /// Token file; `-` reads stdin
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, value_parser = path, allow_hyphen_values = true, conflicts_with = "saml_response")]
    pub web_identity_token_file: Option<String>,
    /// Name of the session in AWS's logs
    #[arg(long, value_name = "NAME", alias = "role-session-name")]
    pub session_name: Option<String>,
    /// External id; `none` sends none
    #[arg(long, value_name = "ID")]
    pub external_id: Option<String>,
    /// Policy that narrows it; repeatable
    #[arg(long, value_name = "ARN")]
    pub policy_arn: Vec<String>,
    /// File of a policy that narrows it
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, value_parser = path)]
    pub policy: Option<String>,
    /// Session tag; repeatable
    #[arg(long, value_name = "KEY=VALUE")]
    pub tag: Vec<String>,
    /// Tag that chained sessions inherit
    #[arg(long, value_name = "KEY")]
    pub transitive_tag: Vec<String>,
    /// Source identity; cannot change later
    #[arg(long, value_name = "NAME")]
    pub source_identity: Option<String>,
    /// A new session, not the stored one
    #[arg(long)]
    pub refresh: bool,
    /// Enter a protected account unasked
    #[arg(long)]
    pub yes: bool,
    /// Full rights in a read_only account
    #[arg(long)]
    pub write: bool,
    /// Never ask; exit with code 5 instead
    #[arg(long)]
    pub no_input: bool,
    /// Say more
    #[arg(short, long)]
    pub verbose: bool,
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

impl Target {
    /// What was asked for, without the parser's types.
    pub(crate) fn request(&self) -> Request {
        self.request_as(Invocation::default())
    }

    /// Whether a code was typed.
    pub(crate) fn has_code(&self) -> bool {
        self.mfa_code.is_some() || self.words.iter().any(|word| is_code(word))
    }

    /// The same behind a verb, which hints repeat.
    pub(crate) fn request_as(&self, invocation: Invocation) -> Request {
        let typed = self.clone();
        let seconds = typed.duration_seconds.map(|seconds| format!("{seconds}s"));
        Request {
            words: typed.role_arn.into_iter().chain(typed.words).collect(),
            profile: typed.profile,
            via: typed.via,
            base: typed.base,
            scheme: typed.scheme,
            region: typed.region,
            mfa_code: typed.mfa_code.map(Secret::new),
            mfa_serial: typed.mfa_serial,
            saml_response: typed.saml_response,
            web_identity_token_file: typed.web_identity_token_file,
            session: SessionOptions {
                duration: typed.duration.or(seconds),
                name: typed.session_name,
                external_id: typed.external_id,
                source_identity: typed.source_identity,
                policy: typed.policy,
                policy_arns: typed.policy_arn,
                tags: typed.tag,
                transitive_tags: typed.transitive_tag,
            },
            refresh: typed.refresh,
            yes: typed.yes,
            write: typed.write,
            no_input: typed.no_input,
            min_left: 0,
            invocation,
        }
        .repeated_by_hints()
    }
}

/// What `--role-arn` takes.
fn arn(text: &str) -> Result<String, &'static str> {
    if RoleArn::is_meant(text) { Ok(text.to_owned()) } else { Err("it is not the ARN of a role") }
}

/// A path, also as AWS's tools write it.
#[expect(clippy::unnecessary_wraps, reason = "a parser of clap may fail")]
fn path(text: &str) -> Result<String, std::convert::Infallible> {
    Ok(text.strip_prefix("file://").unwrap_or(text).to_owned())
}
