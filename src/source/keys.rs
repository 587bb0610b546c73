//! What shaped a stored session: the keys that the store looks entries up by.
//!
//! Two requests share an entry exactly when AWS would give them the same session. A session answered by another
//! endpoint is another session, so an endpoint override is part of the key.

use crate::request::Request;
use crate::store::Key;

/// The base identity: facts about it and its base session are kept under this.
pub fn base_key(request: &Request) -> Key {
    Key::new()
        .with("scheme", "bastion")
        .with("key", &request.base.keys.id)
        .with_some("endpoint", request.endpoints.sts.as_ref().map(|url| url.value.as_str()))
}

/// The role, for what is known about it whatever the session looks like.
pub fn plain_role_key(request: &Request) -> Key {
    base_key(request)
        .with("partition", request.target.partition.as_str())
        .with("account", request.target.id.as_str())
        .with("role", request.target.role.as_str())
}

/// The role session of a request that lasts `seconds`.
pub fn role_key(request: &Request, seconds: u32) -> Key {
    let tags: Vec<String> = request.tags.iter().map(|(key, value)| format!("{key}={value}")).collect();
    plain_role_key(request)
        .with("seconds", seconds.to_string())
        .with_some("name", request.session_name.as_deref())
        .with_some("external id", request.external_id.as_deref())
        .with_some("source identity", request.source_identity.as_deref())
        .with("policies", request.policy_arns.join(" "))
        .with("tags", tags.join("\n"))
}
