//! What identifies a stored session: the keys that the store looks entries up by.
//!
//! Two plans share an entry exactly when AWS would give them the same session. A session answered
//! by another endpoint is another session, so an endpoint override is part of the key.

use super::credential_source::{digest, user_key};
use super::{Plan, Service, Step};
use crate::cache::Key;
use crate::types::{RoleArn, Secret};

/// What marks a session without a role.
const OWN: (&str, &str) = ("session", "its own");
/// How long a session of a base's own is asked for, in seconds (STS API reference,
/// GetSessionToken).
pub(crate) const OWN_SECONDS: u32 = 12 * 3600;

/// Whether a key is about the session that a profile without a role gives.
pub(crate) fn is_own(key: &Key) -> bool {
    key.field(OWN.0) == Some(OWN.1)
}

impl Plan {
    fn with_endpoint(&self, key: Key) -> Key {
        let sts = self.connection.endpoints.of(Service::STS);
        key.with_some("endpoint", sts.map(|url| url.value.as_str()))
    }

    /// The base: facts about it and its MFA session are kept under this.
    pub(crate) fn base_key(&self) -> Key {
        self.with_endpoint(self.base.key())
    }

    /// The same for the user whose long-term keys a program printed.
    pub(crate) fn user_key(&self, id: &str) -> Key {
        self.with_endpoint(user_key(id))
    }

    pub(crate) fn own_key(&self) -> Key {
        let key = self.base_key();
        let key = match self.base.sso_role() {
            Some(sso) => with_role(key, &sso.arn()),
            None => key.with(OWN.0, OWN.1),
        };
        let key = key.with("seconds", OWN_SECONDS.to_string());
        key.with_some("proof", self.is_unproved().then_some("none"))
    }

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
        self.base.source.has_own_session()
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
