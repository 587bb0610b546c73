//! The arguments of each verb, as clap reads them.

use std::ffi::OsString;

use clap::{Args, ValueEnum};

use super::color::ColorOption;
use super::example::{Examples, line};
use crate::shell::Shell;

/// Arguments of `status`.
#[derive(Args, Clone, Copy, Debug)]
pub struct Status {
    /// Ask AWS whose keys these are
    #[arg(long)]
    pub verify: bool,
    /// One JSON object
    #[arg(long, conflicts_with = "porcelain")]
    pub json: bool,
    /// A line name=value for each fact, for scripts
    #[arg(long)]
    pub porcelain: bool,
    /// Only the segment of a prompt, for prompts that call a program
    #[arg(long, conflicts_with_all = ["json", "porcelain", "verify"])]
    pub prompt: bool,
    /// Whether the page is coloured.
    #[command(flatten)]
    pub color: ColorOption,
}

/// Arguments of `list`.
#[derive(Args, Clone, Copy, Debug)]
pub struct List {
    /// One JSON object
    #[arg(long)]
    pub json: bool,
    /// Whether the page is coloured.
    #[command(flatten)]
    pub color: ColorOption,
}

/// Arguments of `ensure`.
#[derive(Args, Clone, Debug)]
pub struct Ensure {
    /// The time that has to be left: 45m
    pub duration: String,
    /// Six digits of the MFA device, should they be needed
    #[arg(long, value_name = "CODE")]
    pub mfa_code: Option<String>,
    /// Never ask; fail with exit code 7 instead
    #[arg(long)]
    pub no_input: bool,
}

/// Arguments of `login`.
#[derive(Args, Clone, Debug)]
pub struct Login {
    /// An [sso-session] of ~/.aws/config, or a profile that signs on
    pub sso_session: Option<String>,
    /// Console sign-in with a browser elsewhere: what its page shows is pasted here
    #[arg(long)]
    pub remote: bool,
    /// Show a code that may be confirmed in the browser of any machine
    #[arg(long)]
    pub device: bool,
    /// Open no browser
    #[arg(long)]
    pub no_input: bool,
}

/// Arguments of `logout`.
#[derive(Args, Clone, Debug)]
pub struct Logout {
    /// An account, ACCOUNT ROLE, a profile or an ARN: only that; an [sso-session]: signs off
    #[arg(id = "account_and_role", value_name = "ACCOUNT ROLE")]
    pub words: Vec<String>,
    /// A profile, also where an account has its name
    #[arg(long, value_name = "NAME", conflicts_with = "account_and_role")]
    pub profile: Option<String>,
    /// Everything that is stored but the history of use
    #[arg(long, conflicts_with_all = ["account_and_role", "profile"])]
    pub all: bool,
}

/// Arguments of `completions`.
#[derive(Args, Clone, Debug)]
pub struct Completions {
    #[arg(help = Shell::all(""))]
    pub shell: String,
}

/// Arguments of `init`.
#[derive(Clone, Debug, Args)]
pub struct Init {
    #[arg(help = format!("{}; `-` finds the running shell", Shell::all("")))]
    pub shell: String,
    /// Also define a function of this short name
    #[arg(long, value_name = "NAME")]
    pub cmd: Option<String>,
    /// Leave TAB to others
    #[arg(long)]
    pub no_completions: bool,
    /// Where the prompt shows the role; `auto` leaves a prompt alone that a framework owns
    #[arg(long, value_enum)]
    pub prompt: Option<Side>,
}

/// Sides of the prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Side {
    /// On the left of a plain prompt.
    Auto,
    /// On the left.
    Left,
    /// On the right, where the shell has a right prompt.
    Right,
    /// Nowhere.
    None,
}

/// Arguments of `export`. The words after the options are the program's own, read a second time.
#[derive(Clone, Debug, Args)]
#[command(disable_help_flag = true)]
pub struct Export {
    /// The shell that evaluates the output
    #[arg(long)]
    pub shell: Option<String>,
    /// The function has kept what stood before the first switch
    #[arg(long, hide = true, requires = "shell")]
    pub keeps: bool,
    /// json instead of code, for programs
    #[arg(long, value_enum)]
    pub format: Option<ExportFormat>,
    /// Account, role and options, or a verb that changes the shell
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    pub words: Vec<OsString>,
}

/// Forms of `export` other than shell code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ExportFormat {
    /// One JSON object: values to set, null to unset.
    Json,
}

pub(super) const EXAMPLES: Examples = &[
    (
        "init",
        &[
            line("eval \"$(assume-role init zsh)\"", "in ~/.zshrc; bash likewise"),
            line("assume-role init fish | source", "in ~/.config/fish/config.fish"),
            line("eval \"$(assume-role init bash --cmd ar)\"", "also as ar"),
        ],
    ),
    (
        "export",
        &[line("assume-role export --format json production read", "for a shell of your own")],
    ),
    ("leave", &[line("assume-role leave", "this shell is as it was before the first switch")]),
    (
        "ensure",
        &[line("assume-role ensure 45m && terraform apply", "renews first when less is left")],
    ),
    (
        "status",
        &[
            line("assume-role status", "who this shell is"),
            line("assume-role status --json", "for a script"),
        ],
    ),
    ("list", &[line("assume-role list", ""), line("assume-role list --json | jq .", "")]),
    (
        "login",
        &[
            line("assume-role login corp", "signs on to [sso-session corp]"),
            line(
                "assume-role login me --remote",
                "signs in to the console, for a profile with login_session",
            ),
            line("assume-role login corp --device", "by a code, with any machine's browser"),
        ],
    ),
    (
        "logout",
        &[
            line("assume-role logout production read", ""),
            line("assume-role logout corp", "signs off from [sso-session corp]"),
            line("assume-role logout --all", "forgets all sessions"),
        ],
    ),
    ("completions", &[line("assume-role completions fish > assume-role.fish", "")]),
    (
        "man",
        &[
            line("assume-role man > assume-role.1", ""),
            line("assume-role man | man -l -", "to read it now"),
        ],
    ),
];
