//! The whole command line as one type: a verb with its own words, or a target.

use clap::{Parser, Subcommand};

use super::edits::{Accounts, Profile};
use super::everyday::{Console, CredentialProcess, Doctor, Env, Exec, Explain};
use super::example::{Examples, line};
use super::keys::Keys;
use super::target::Target;
use super::verbs::{Completions, Ensure, Export, Init, List, Login, Logout, Status};

/// Change the current shell to an AWS IAM role.
#[derive(Clone, Debug, Parser)]
#[command(
    name = "assume-role",
    version,
    disable_help_subcommand = true,
    args_conflicts_with_subcommands = true,
    override_usage = "assume-role ACCOUNT ROLE [MFA_CODE] [REGION] [OPTIONS]\n       assume-role PROFILE | ARN | VERB …",
    subcommand_help_heading = "Verbs",
    max_term_width = 80
)]
pub struct Cli {
    /// A verb as the first word; without one the words are a target.
    #[command(subcommand)]
    pub verb: Option<Verb>,
    /// Account, role and options of a switch.
    #[command(flatten)]
    pub target: Target,
}

impl Cli {
    /// The target that is meant, before or behind a verb.
    pub fn asked(&self) -> &Target {
        match &self.verb {
            Some(Verb::Exec(exec)) => &exec.target,
            Some(Verb::Env(env)) => &env.target,
            Some(Verb::CredentialProcess(process)) => &process.target,
            Some(Verb::Explain(explain)) => &explain.target,
            Some(Verb::Console(console)) => &console.target,
            _ => &self.target,
        }
    }
}

/// The verbs. The first group prints and goes straight to the binary; the second changes the shell.
#[derive(Clone, Debug, Subcommand)]
pub enum Verb {
    /// Print the shell integration, which every shell loads
    Init(Init),
    /// Print a switch as code to eval, for the shell function
    Export(Export),
    /// Unset what a switch set and restore what was there before
    #[command(alias = "clear")]
    Leave,
    /// Renew this shell's role when less time than this is left
    Ensure(Ensure),
    /// Run one command with a role
    Exec(Box<Exec>),
    /// Print a session for other programs to read
    Env(Box<Env>),
    /// Print a session as SDKs ask a credential_process for it
    CredentialProcess(Box<CredentialProcess>),
    /// Who this shell is, and for how long
    Status(Status),
    /// The accounts and roles known here, most used first
    List(List),
    /// What a switch would do and why, without doing it
    Explain(Box<Explain>),
    /// Check the set-up and say what to do
    Doctor(Doctor),
    /// Print the address that signs in to the AWS console
    Console(Box<Console>),
    /// Profiles of ~/.aws/config for programs that want one
    Profile(Profile),
    /// Long-lived keys in a keyring in place of a plain file
    Keys(Keys),
    /// Edit the names of ~/.aws/accounts
    Accounts(Accounts),
    /// Sign on to Identity Center or the console in a browser
    Login(Login),
    /// Forget stored sessions; keys in a shell stay there
    Logout(Logout),
    /// Print the TAB file that packages install; init needs none
    Completions(Completions),
    /// Print the manual page that a package installs
    Man,
}

/// What `assume-role -h` shows: one screen, the examples first. A test counts its lines and finds
/// every verb in it.
pub(super) const SHORT_HELP: &str = "\
Change the current shell to an AWS IAM role

Examples:
  eval \"$(assume-role init zsh)\"          load it: this line in ~/.zshrc
  assume-role production read             this shell becomes production:read
  assume-role production admin eu-west-1  another role, in another region
  assume-role -                           back to the role before
  assume-role leave                       back to what was before all of them
  assume-role exec production read -- aws s3 ls    one command with a role

Usage: assume-role ACCOUNT ROLE [MFA_CODE] [REGION] [OPTIONS]
       assume-role PROFILE | ARN | VERB …

Verbs:
  this shell      leave  ensure  status
  other programs  exec  env  credential-process  profile  console
  accounts        list  explain  accounts  keys  login  logout
  set-up          init  doctor  completions  man  export

Options: --region R  --duration 4h  --profile P  --via TARGET  --base P
         --refresh  --yes  --write  --no-input  --verbose  --version

assume-role VERB -h is about a verb, assume-role --help about everything.
";

pub(super) const EXAMPLES: Examples = &[(
    "",
    &[
        line("eval \"$(assume-role init zsh)\"", "load it: this line in ~/.zshrc"),
        line("assume-role production read", "this shell becomes production:read"),
        line("assume-role production read 123456", "the same, with the MFA code at hand"),
        line("assume-role production admin eu-west-1", "another role, in another region"),
        line("assume-role -", "back to the role before"),
        line("assume-role leave", "back to what was before all of them"),
    ],
)];
