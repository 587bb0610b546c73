//! What shaped a stored session: the keys that the store looks entries up by.
//!
//! Two requests share an entry exactly when AWS would give them the same session. A session answered by another
//! endpoint is another session, so an endpoint override is part of the key.

use crate::error::Result;
use crate::request::chain::{Root, Start};
use crate::request::{Request, Way};
use crate::store::Key;

/// The base identity: facts about it and its base session are kept under this.
pub fn base_key(request: &Request) -> Key {
    let key = match &request.way {
        Way::Bastion(base) => Key::new().with("scheme", "bastion").with("key", &base.keys.id),
        Way::Via(hop) => Key::new().with("scheme", "via").with("hop", hop_text(hop)),
        Way::Root(root) => root_key(root),
    };
    key.with_some("endpoint", request.endpoints.sts.as_ref().map(|url| url.value.as_str()))
}

/// What a profile begins with. Keys are the same base whichever way they are used.
fn root_key(root: &Root) -> Key {
    match &root.start {
        Start::Keys(keys, _) => Key::new().with("scheme", "bastion").with("key", &keys.id),
        // A command line may hold a secret, and a changed one is another base.
        Start::Process(process) => {
            let hash = Key::new().with("command", &process.command.value).hash();
            Key::new().with("scheme", "process").with("profile", &root.profile).with("command", hash)
        }
        Start::Container => Key::new().with("scheme", "container"),
        Start::Instance => Key::new().with("scheme", "instance"),
        Start::WebIdentity(token) => {
            let file = token.token_file.value.to_string_lossy();
            Key::new().with("scheme", "web-identity").with("file", file).with("role", token.role.value.to_string())
        }
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

/// A hop as one text: what it stands on, where it leads, and what marks its session, since tags are handed on.
fn hop_text(hop: &Request) -> String {
    role_key(hop, hop.length.seconds).map_or_else(|_| hop.target.to_string(), |key| key.text())
}

/// The role, for what is known about it whatever the session looks like.
///
/// # Errors
/// None today; a key may one day need more than the request knows.
pub fn plain_role_key(request: &Request) -> Result<Key> {
    let key = base_key(request);
    Ok(match &request.target.role {
        Some(role) => key
            .with("partition", role.partition.as_str())
            .with("account", role.account.as_str())
            .with("role", role.name.as_str()),
        None => key.with("session", "its own"),
    })
}

/// The role session of a request that lasts `seconds`.
///
/// # Errors
/// `Bug` for a request without a role.
pub fn role_key(request: &Request, seconds: u32) -> Result<Key> {
    let shape = &request.shape;
    let tags: Vec<String> = shape.tags.iter().map(|(key, value)| format!("{key}={value}")).collect();
    Ok(plain_role_key(request)?
        .with("seconds", seconds.to_string())
        .with_some("name", shape.session_name.as_deref())
        .with_some("external id", shape.external_id.as_deref())
        .with_some("source identity", shape.source_identity.as_deref())
        .with("policies", shape.policy_arns.join(" "))
        .with("tags", tags.join("\n")))
}
