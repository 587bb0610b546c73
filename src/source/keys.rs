//! What shaped a stored session: the keys that the store looks entries up by.
//!
//! Two requests share an entry exactly when AWS would give them the same session. A session answered by another
//! endpoint is another session, so an endpoint override is part of the key.

use crate::error::Result;
use crate::request::{Request, Way};
use crate::store::Key;

/// The base identity: facts about it and its base session are kept under this.
pub fn base_key(request: &Request) -> Key {
    let key = match &request.way {
        Way::Bastion(base) => Key::new().with("scheme", "bastion").with("key", &base.keys.id),
        Way::Via(hop) => Key::new().with("scheme", "via").with("hop", hop_text(hop)),
    };
    key.with_some("endpoint", request.endpoints.sts.as_ref().map(|url| url.value.as_str()))
}

/// A hop as one text: what it stands on, where it leads, and what marks its session, since tags are handed on.
fn hop_text(hop: &Request) -> String {
    role_key(hop, hop.length.seconds).map_or_else(|_| hop.target.to_string(), |key| key.text())
}

/// The role, for what is known about it whatever the session looks like.
///
/// # Errors
/// `Bug` for a request without a role.
pub fn plain_role_key(request: &Request) -> Result<Key> {
    let role = request.target.role()?;
    Ok(base_key(request)
        .with("partition", role.partition.as_str())
        .with("account", role.account.as_str())
        .with("role", role.name.as_str()))
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
