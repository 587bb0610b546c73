//! What will happen is decided here, once, before anything runs.
//!
//! A [`Request`] and the files come in; a [`Plan`] comes out, or an error that names the place of
//! the wrong value. Each value keeps what decided it: option, then account or profile, then
//! environment, then settings, then the default. [`next`] says from a plan and from what is stored
//! which step comes now; the switch carries that out, `explain` and the picker print it.

mod account;
mod ambient;
mod call;
pub(crate) mod chain;
mod chosen;
mod connection;
mod credential_source;
mod desktop;
mod foresee;
pub(crate) mod keys;
mod narrow;
mod next;
mod parameters;
mod profile;
mod queries;
mod renewal;
mod request;
mod resolve;
pub(crate) mod saml;
mod service;
mod snapshot;
mod source;
mod target;
mod unknown;
mod values;
mod web_identity;
mod words;

pub(crate) use account::{Mark, Protection};
pub(crate) use call::{Call, Question, With};
pub(crate) use chosen::{Chosen, Origin};
pub(crate) use connection::{Connection, Overrides, Service, Trust};
pub(crate) use credential_source::{CredentialSource, ENVIRONMENT, SignOn};
pub(crate) use desktop::{BROWSER, Desktop, no_desktop};
pub(crate) use foresee::{Foresight, foresee};
pub(crate) use next::{Next, next, own_of};
pub(crate) use parameters::{ParameterOrigins, Shape};
pub(crate) use queries::{
    AccountSurvey, BaseAtHand, ConsoleRequest, Forgotten, KeysAtHand, SignOnRequest,
    plain_connection,
};
pub(crate) use renewal::renewable;
pub(crate) use request::{Invocation, Request, SessionOptions};
pub(crate) use resolve::{resolve, resolve_complete};
pub(crate) use saml::Saml;
pub(crate) use service::{path_of_service, services};
pub(crate) use snapshot::{
    Device, Goal, LockOf, SIGN_IN_RENEWED_BELOW, SIGN_IN_SECONDS, Shorter, Snapshot, account_of,
    seconds_left,
};
pub(crate) use source::{Base, OTHER_SOURCES, environment_scheme};
pub(crate) use target::{Target, which_role};
pub(crate) use unknown::near_regions;
pub(crate) use web_identity::WebIdentity;
pub(crate) use words::nothing_named;

use crate::types::{Name, Region, RoleArn, RoleName, Secret};

/// The duration of a role session when nothing else is said, in seconds; also the most that a
/// session made from other temporary keys may last (IAM user guide, "Methods to assume a role",
/// role chaining).
pub(crate) const ONE_HOUR: u32 = 3600;

#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub target: Target,
    pub base: Base,
    /// The roles that are assumed, in order; none where the base's own session is the target.
    pub steps: Vec<Step>,
    pub mfa: Mfa,
    /// The region the shell gets.
    pub region: Option<Chosen<Region>>,
    pub connection: Connection,
    /// Take a new session even if a stored one would do.
    pub refresh: bool,
    /// A session with less left is renewed, in seconds.
    pub min_left: i64,
    /// Questions are allowed, as far as options say.
    pub may_ask: bool,
    /// A protected account may be entered without a question.
    pub consents: bool,
    /// The session may have all the rights of its keys in a `read_only` account.
    pub write: bool,
    /// What narrows the session of a target without a role.
    pub policy: Option<Chosen<String>>,
    /// Protected accounts on the way, each with what leads there.
    pub protected: Vec<ProtectedStep>,
    pub warnings: Vec<String>,
    /// What the user should hear about how the words were understood.
    pub notes: Vec<String>,
    /// The request as words, without secrets: what renews it, and what `-` goes back to.
    pub words: Vec<String>,
    pub invocation: Invocation,
}

impl Plan {
    /// Whether the last session is narrowed to reading because its account is marked so.
    pub(crate) fn is_read_only(&self) -> bool {
        self.target.protection.read_only.is_some() && !self.write
    }

    pub(crate) fn command(&self) -> String {
        self.command_with(&[])
    }

    /// The same with another option and its value, in place of the one of that name.
    pub(crate) fn command_with(&self, option: &[&str]) -> String {
        let target = self.words.iter().skip_while(|word| *word != "--").skip(1);
        let target: Vec<&str> = target.map(String::as_str).collect();
        self.invocation.command(option, &target)
    }
}

/// A role on the way to the target, or the target's own.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub role: RoleArn,
    /// As messages name it: `production:read`, or a profile.
    pub name: String,
    /// The profile that says so; `None` for a role that was named by account or ARN.
    pub profile: Option<String>,
    /// How long the session shall last, in seconds.
    pub duration: Chosen<u32>,
    pub parameters: Shape,
    pub origins: ParameterOrigins,
}

/// What is known about MFA before AWS is asked.
#[derive(Clone, Debug)]
pub(crate) struct Mfa {
    pub code: Option<Secret>,
    pub serial: Option<Chosen<String>>,
    /// The command line of a program that prints a code.
    pub program: Option<Chosen<String>>,
    /// Whether a device that is not named is looked for; a profile with a role says what it wants.
    pub discovers: bool,
}

/// A protected account that a plan enters.
#[derive(Clone, Debug)]
pub(crate) struct ProtectedStep {
    /// What is typed to enter it.
    pub name: Name,
    /// What it leads to, as messages name it.
    pub target: String,
    /// The role there; `None` for a profile without one.
    pub role: Option<RoleArn>,
    pub alias: Chosen<Mark>,
}

pub(crate) enum Resolution {
    Plan(Box<Plan>),
    /// The role of this account has to be chosen. The word that names it, and what to say about
    /// it.
    NeedsRole {
        account: Name,
        declared: Vec<RoleName>,
        note: Option<String>,
    },
    /// One of several roles that a captured SAML response offers.
    NeedsOffer(Vec<RoleArn>),
    NeedsTarget,
}

impl ProtectedStep {
    fn of(target: &Target) -> Option<Self> {
        Some(Self {
            name: target.name.clone(),
            target: target.to_string(),
            role: target.role.clone(),
            alias: target.protection.protected.clone()?,
        })
    }
}

#[cfg(test)]
mod tests;
