//! What shaped a stored session: the keys that the store looks entries up by.
//!
//! Two requests share an entry exactly when AWS would give them the same session. A session
//! answered by another endpoint is another session, so an endpoint override is part of the key.

use sha2::{Digest, Sha256};

use crate::cache::Key;
use crate::error::Result;
use crate::plan::chain::{Root, Start};
use crate::plan::saml::Proof;
use crate::plan::{Request, Saml, Way, WebIdentity};
use crate::types::Secret;

/// What marks a session without a role.
const OWN: (&str, &str) = ("session", "its own");

/// Whether a key is about the session that a profile without a role gives.
pub(crate) fn is_own(key: &Key) -> bool {
    key.field(OWN.0) == Some(OWN.1)
}

/// The base identity: facts about it and its base session are kept under this.
pub(crate) fn base_key(request: &Request) -> Key {
    let key = match &request.way {
        Way::Bastion(base) => Key::new().with("scheme", "bastion").with("key", &base.keys.id),
        Way::Saml(saml) => saml_key(saml),
        Way::WebIdentity(token) => token_key(token),
        Way::Via(hop) => Key::new().with("scheme", "via").with("hop", hop_text(hop)),
        Way::Root(root) => root_key(root),
    };
    key.with_some("endpoint", request.endpoints.sts.as_ref().map(|url| url.value.as_str()))
}

/// What a profile begins with. Keys are the same base whichever way they are used.
pub(crate) fn root_key(root: &Root) -> Key {
    match &root.start {
        Start::Credentials(keys, _) => Key::new().with("scheme", "bastion").with("key", &keys.id),
        // A command line may hold a secret, and a changed one is another base.
        Start::Process(process) => {
            let hash = digest(&Secret::new(process.command.value.clone()));
            Key::new()
                .with("scheme", "process")
                .with("profile", &root.profile)
                .with("command", hash)
        }
        Start::Container => Key::new().with("scheme", "container"),
        Start::Instance => Key::new().with("scheme", "instance"),
        Start::WebIdentity(file) => token_key(&WebIdentity::File(file.clone())),
        Start::Sso(role) => {
            let session = &role.session;
            Key::new()
                .with("scheme", "sso")
                .with_some("session", session.name.as_deref())
                .with("start", &session.start_url)
                .with("region", session.region.as_str())
                .with("sso account", role.account.as_str())
                .with("sso role", role.role.as_str())
        }
    }
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
    Sha256::digest(secret.expose()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A hop as one text: what it stands on, where it leads, and what marks its session, since tags are
/// handed on.
fn hop_text(hop: &Request) -> String {
    role_key(hop, hop.length.seconds).map_or_else(|_| hop.target.to_string(), |key| key.text())
}

fn some_text(words: &[String]) -> Option<String> {
    (!words.is_empty()).then(|| words.join("\n"))
}

/// The role, for what is known about it whatever the session looks like.
pub(super) fn plain_role_key(request: &Request) -> Result<Key> {
    let key = base_key(request);
    Ok(match &request.target.role {
        Some(role) => key
            .with("partition", role.partition.as_str())
            .with("account", role.account.as_str())
            .with("role", role.name.as_str()),
        None => key.with(OWN.0, OWN.1),
    })
}

/// Whether a user's keys ask without MFA because the profile names no device: a session with MFA is
/// another one.
fn is_unproved(request: &Request) -> bool {
    matches!(&request.way, Way::Bastion(base) if !base.finds_device) && request.serial.is_none()
}

/// The role session of a request that lasts `seconds`.
pub(crate) fn role_key(request: &Request, seconds: u32) -> Result<Key> {
    let shape = &request.shape;
    let tags: Vec<String> =
        shape.tags.iter().map(|(key, value)| format!("{key}={value}")).collect();
    Ok(plain_role_key(request)?
        .with("seconds", seconds.to_string())
        .with_some("proof", is_unproved(request).then_some("none"))
        .with_some("name", shape.session_name.as_deref())
        .with_some("external id", shape.external_id.as_deref())
        .with_some("source identity", shape.source_identity.as_deref())
        .with("policies", shape.policy_arns.join(" "))
        .with("tags", tags.join("\n"))
        .with_some("policy", shape.policy.as_deref())
        .with_some("transitive tags", some_text(&shape.transitive_tags)))
}
