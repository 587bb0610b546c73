//! The kinds of credential sources, and all that depends on the kind alone: a new one begins with
//! its arm here.

use sha2::{Digest, Sha256};

use super::chain::{Process, SignIn, SsoRole};
use super::saml::{Proof, Saml};
use super::web_identity::WebIdentity;
use crate::cache::Key;
use crate::config::keyring::KeyReference;
use crate::types::sanitize::escape_up_to;
use crate::types::{Credentials, Moment, Secret, hex, minutes, shortened};

/// The base that is no profile: the keys in the environment.
pub(crate) const ENVIRONMENT: &str = "env";
/// Until when a source renews that never ends: 9999-12-31.
pub(super) const FOREVER: Moment = Moment(253_402_300_799);

#[derive(Clone, Debug)]
pub(crate) enum CredentialSource {
    /// Access keys in a file or in the environment, long-term or temporary, and when they end if
    /// that is known.
    Keys(Credentials, Option<Moment>),
    /// A long-term key whose secret a keyring holds: fetched when a call is signed with it.
    Keyring(KeyReference),
    /// `credential_process`: a program that prints keys.
    Process(Process),
    /// `credential_source = EcsContainer`.
    Container,
    /// `credential_source = Ec2InstanceMetadata`.
    Instance,
    /// A permission set of IAM Identity Center.
    IdentityCenter(SsoRole),
    /// A sign-in to the console (`aws login`).
    ConsoleSignIn(Box<SignIn>),
    /// The token of an OpenID Connect provider, which gives the first role.
    WebIdentity(WebIdentity),
    /// A SAML response, which gives the first role.
    Saml(Box<Saml>),
}

/// The state of a sign-on to IAM Identity Center, or of a sign-in to the console.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SignOn {
    /// A token that is good, or renews itself, and when it ends.
    Live(Moment),
    Missing,
}

impl CredentialSource {
    /// Whether the source's own reply is the session of the first role.
    pub(crate) fn gives_role(&self) -> bool {
        matches!(self, Self::WebIdentity(_) | Self::Saml(_))
    }

    /// Whether it gives a session of its own that is kept and assumes the first role, rather than
    /// keys that call STS as they are.
    pub(crate) fn has_own_session(&self) -> bool {
        !matches!(self, Self::Keys(..) | Self::Keyring(_)) && !self.gives_role()
    }

    /// The id of a long-term key of an IAM user.
    pub(crate) fn long_term_id(&self) -> Option<&str> {
        match self {
            Self::Keys(keys, _) if !keys.are_temporary() => Some(&keys.id),
            Self::Keyring(key) => Some(&key.id),
            _ => None,
        }
    }

    /// What it is known by. The same keys are the same base, whatever profile holds them; `profile`
    /// is the one that names a program.
    pub(crate) fn key(&self, profile: &str) -> Key {
        match self {
            Self::Keys(keys, _) => user_key(&keys.id),
            Self::Keyring(key) => user_key(&key.id),
            // A command line may hold a secret, and a changed one is another base.
            Self::Process(process) => Key::new()
                .with("scheme", "process")
                .with("profile", profile)
                .with("command", digest(&Secret::new(process.command.value.clone()))),
            Self::Container => Key::new().with("scheme", "container"),
            Self::Instance => Key::new().with("scheme", "instance"),
            Self::IdentityCenter(role) => {
                let session = &role.session;
                Key::new()
                    .with("scheme", "sso")
                    .with_some("session", session.name.as_deref())
                    .with("start", &session.start_url)
                    .with("region", session.region.as_str())
                    .with("sso account", role.account.as_str())
                    .with("sso role", role.role.as_str())
            }
            Self::ConsoleSignIn(sign_in) => {
                Key::new().with("scheme", "console").with("arn", &sign_in.arn.value)
            }
            Self::WebIdentity(token) => token_key(token),
            Self::Saml(saml) => saml_key(saml),
        }
    }

    /// What is asked for its keys, as `explain --json` names it; nothing is where they are at hand
    /// or the role itself is.
    pub(super) fn call_name(&self) -> &'static str {
        match self {
            Self::IdentityCenter(_) => "sso:GetRoleCredentials",
            Self::ConsoleSignIn(_) => "signin:CreateOAuth2Token",
            Self::Process(_) => "credential_process",
            Self::Container => "container credentials",
            Self::Instance => "instance metadata",
            Self::Keys(..) | Self::Keyring(_) | Self::WebIdentity(_) | Self::Saml(_) => "",
        }
    }

    /// Where its keys come from, for people; `profile` and `description` are those of the base.
    pub(crate) fn told(&self, profile: &str, description: &str) -> String {
        match self {
            Self::Keys(keys, _) => {
                let kind = if keys.are_temporary() { "temporary keys" } else { "keys" };
                let from = if profile == ENVIRONMENT { "from" } else { "of" };
                format!("{kind} {} {from} {description}", escape_up_to(&keys.short_id(), 40))
            }
            Self::Keyring(key) => format!("key {} of {description}", shortened(&key.id)),
            // Its command line may hold a secret.
            Self::Process(process) => format!(
                "keys that the program of profile {} prints ({})",
                escape_up_to(profile, 80),
                process.command.origin
            ),
            Self::Container => format!("keys of the container ({description})"),
            Self::Instance => format!("keys of the instance ({description})"),
            Self::IdentityCenter(SsoRole { session, role, .. }) => {
                format!("permission set {role} by the sign-on {session} ({})", session.origin)
            }
            Self::ConsoleSignIn(sign_in) => {
                format!("the console sign-in of {sign_in} ({})", sign_in.arn.origin)
            }
            Self::WebIdentity(_) | Self::Saml(_) => description.to_owned(),
        }
    }

    /// Until when it renews without a question, where the keys are not those of a user.
    pub(super) fn renews_until(&self, sign_on: SignOn) -> Option<Moment> {
        match self {
            Self::Saml(saml) => saml.asks_nothing().then_some(FOREVER),
            Self::WebIdentity(token) => token.asks_nothing().then_some(FOREVER),
            Self::Container | Self::Instance => Some(FOREVER),
            Self::IdentityCenter(_) | Self::ConsoleSignIn(_) => match sign_on {
                SignOn::Live(ends) => Some(ends),
                SignOn::Missing => None,
            },
            Self::Keys(..) | Self::Keyring(_) | Self::Process(_) => None,
        }
    }

    /// Why nothing is asked; `None` where that depends on the user whose keys they are.
    pub(crate) fn asks_nothing_since(&self, sign_on: SignOn, now: Moment) -> Option<String> {
        let live = match sign_on {
            SignOn::Live(ends) if ends > now => Some(minutes(ends.since(now))),
            _ => None,
        };
        let is_missing = sign_on == SignOn::Missing;
        Some(match self {
            Self::Container | Self::Instance => "the machine has a role".to_owned(),
            Self::WebIdentity(_) => "the token proves the identity".to_owned(),
            Self::Saml(saml) => match &saml.proof {
                Proof::Captured(_) => "the captured response proves the identity".to_owned(),
                Proof::Login(_) => {
                    "user and password are known, or a program prints the password".to_owned()
                }
            },
            Self::IdentityCenter(_) => match live {
                Some(left) => format!("signed on for {left} more"),
                None if is_missing => "no one is signed on".to_owned(),
                None => "the sign-on renews itself".to_owned(),
            },
            Self::ConsoleSignIn(_) => match live {
                Some(left) => format!("the sign-in renews itself for about {left} more"),
                None if is_missing => "not signed in".to_owned(),
                None => "the sign-in renews itself".to_owned(),
            },
            Self::Keys(keys, _) if keys.are_temporary() => {
                "the keys are temporary already and are used as they are".to_owned()
            }
            Self::Keys(..) | Self::Keyring(_) | Self::Process(_) => return None,
        })
    }
}

pub(super) fn user_key(id: &str) -> Key {
    Key::new().with("scheme", "bastion").with("key", id)
}

/// Another user, or another response, is another identity.
fn saml_key(saml: &Saml) -> Key {
    let key = Key::new().with("scheme", "saml");
    let key = match &saml.proof {
        Proof::Login(login) => {
            key.with("url", &login.url.value).with_some("user", login.who.username.as_deref())
        }
        Proof::Captured(response) => key.with("response", digest(&response.value.encoded)),
    };
    key.with_some("provider", saml.provider.as_ref().map(|name| name.value.as_str()))
}

fn token_key(token: &WebIdentity) -> Key {
    let key = Key::new().with("scheme", "web-identity");
    match token {
        WebIdentity::File(path) => key.with("file", path.value.to_string_lossy()),
        WebIdentity::Command(words) => key.with("command", words.value.join("\0")),
        WebIdentity::Given(token) => key.with("token", digest(token)),
    }
}

pub(super) fn digest(secret: &Secret) -> String {
    hex(&Sha256::digest(secret.expose()))
}
