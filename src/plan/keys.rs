//! What identifies a stored session: the keys that the store looks entries up by.
//!
//! Two plans share an entry exactly when AWS would give them the same session. A session answered
//! by another endpoint is another session, so an endpoint override is part of the key.

use sha2::{Digest, Sha256};

use super::saml::Proof;
use super::{Base, CredentialSource, Plan, Saml, Step, WebIdentity};
use crate::cache::Key;
use crate::types::{RoleArn, Secret, hex};

/// What marks a session without a role.
const OWN: (&str, &str) = ("session", "its own");
/// How long a session of a base's own is asked for, in seconds (STS API reference,
/// GetSessionToken).
pub(crate) const OWN_SECONDS: u32 = 12 * 3600;

/// Whether a key is about the session that a profile without a role gives.
pub(crate) fn is_own(key: &Key) -> bool {
    key.field(OWN.0) == Some(OWN.1)
}

/// What a base is known by. The same keys are the same base, whatever profile holds them.
pub(crate) fn source_key(base: &Base) -> Key {
    match &base.source {
        CredentialSource::Keys(keys, _) => user_key(&keys.id),
        CredentialSource::Keyring(key) => user_key(&key.id),
        // A command line may hold a secret, and a changed one is another base.
        CredentialSource::Process(process) => Key::new()
            .with("scheme", "process")
            .with("profile", &base.profile)
            .with("command", digest(&Secret::new(process.command.value.clone()))),
        CredentialSource::Container => Key::new().with("scheme", "container"),
        CredentialSource::Instance => Key::new().with("scheme", "instance"),
        CredentialSource::IdentityCenter(role) => {
            let session = &role.session;
            Key::new()
                .with("scheme", "sso")
                .with_some("session", session.name.as_deref())
                .with("start", &session.start_url)
                .with("region", session.region.as_str())
                .with("sso account", role.account.as_str())
                .with("sso role", role.role.as_str())
        }
        CredentialSource::ConsoleSignIn(sign_in) => {
            Key::new().with("scheme", "console").with("arn", &sign_in.arn.value)
        }
        CredentialSource::WebIdentity(token) => token_key(token),
        CredentialSource::Saml(saml) => saml_key(saml),
    }
}

fn user_key(id: &str) -> Key {
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

fn digest(secret: &Secret) -> String {
    hex(&Sha256::digest(secret.expose()))
}

impl Plan {
    fn with_endpoint(&self, key: Key) -> Key {
        let sts = self.connection.endpoints.sts.as_ref();
        key.with_some("endpoint", sts.map(|url| url.value.as_str()))
    }

    /// The base: facts about it and its MFA session are kept under this.
    pub(crate) fn base_key(&self) -> Key {
        self.with_endpoint(source_key(&self.base))
    }

    /// The same for the user whose long-term keys a program printed.
    pub(crate) fn user_key(&self, id: &str) -> Key {
        self.with_endpoint(user_key(id))
    }

    /// The session of the base itself.
    pub(crate) fn own_key(&self) -> Key {
        let key = self.base_key();
        let key = match self.base.sso_role() {
            Some(sso) => with_role(key, &sso.arn()),
            None => key.with(OWN.0, OWN.1),
        };
        let key = key.with("seconds", OWN_SECONDS.to_string());
        key.with_some("proof", self.is_unproved().then_some("none"))
    }

    /// The same session, narrowed by a policy.
    pub(crate) fn narrowed_key(&self, policy: &str) -> Key {
        self.own_key().with("narrowed by", digest(&Secret::new(policy.to_owned())))
    }

    /// Whether a user's keys go without MFA because the profile names no device: a session with
    /// MFA is another one.
    fn is_unproved(&self) -> bool {
        self.base.source.long_term_id().is_some()
            && !self.mfa.discovers
            && self.mfa.serial.is_none()
    }

    /// The role of a step, for what is known about it whatever the session looks like.
    pub(crate) fn role_key(&self, at: usize) -> Key {
        let key = match at.checked_sub(1).and_then(|before| Some((before, self.steps.get(before)?)))
        {
            Some((before, step)) => {
                let text = self.session_key(before, step.duration.value).text();
                self.with_endpoint(Key::new().with("scheme", "via").with("hop", text))
            }
            None if self.has_own_session() => {
                let text = self.own_key().text();
                self.with_endpoint(Key::new().with("scheme", "via").with("hop", text))
            }
            None => self.base_key(),
        };
        match self.steps.get(at) {
            Some(step) => with_role(key, &step.role),
            None => key,
        }
    }

    /// The session of a step that lasts `seconds`.
    pub(crate) fn session_key(&self, at: usize, seconds: u32) -> Key {
        let key = self.role_key(at).with("seconds", seconds.to_string());
        let key = key.with_some("proof", (at == 0 && self.is_unproved()).then_some("none"));
        match self.steps.get(at) {
            Some(step) => with_parameters(key, step),
            None => key,
        }
    }

    /// Whether the base gives a session of its own that is kept and assumes the first role, rather
    /// than keys that call STS as they are.
    pub(crate) fn has_own_session(&self) -> bool {
        match &self.base.source {
            CredentialSource::Keys(..) | CredentialSource::Keyring(_) => false,
            source => !source.gives_role(),
        }
    }
}

fn with_role(key: Key, role: &RoleArn) -> Key {
    key.with("partition", role.partition.as_str())
        .with("account", role.account.as_str())
        .with("role", role.name.as_str())
}

fn with_parameters(key: Key, step: &Step) -> Key {
    let shape = &step.parameters;
    let tags: Vec<String> =
        shape.tags.iter().map(|(key, value)| format!("{key}={value}")).collect();
    let transitive = &shape.transitive_tags;
    key.with_some("name", shape.session_name.as_deref())
        .with_some("external id", shape.external_id.as_deref())
        .with_some("source identity", shape.source_identity.as_deref())
        .with("policies", shape.policy_arns.join(" "))
        .with("tags", tags.join("\n"))
        .with_some("policy", shape.policy.as_deref())
        .with_some("transitive tags", (!transitive.is_empty()).then(|| transitive.join("\n")))
}
