//! What an entry is about, and the file name that follows from it.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::types::hex;

/// Everything that shaped a session, as ordered pairs: scheme, base identity, account, role,
/// duration, policies. An entry is found under the hash of its key, repeats the key, and is good
/// for that key only. Holds no secrets: a base identity is named by its access key id, never by its
/// secret key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Key(Vec<(String, String)>);

impl Key {
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds what a field holds. The order counts.
    #[must_use]
    pub fn with(mut self, field: &str, value: impl Into<String>) -> Self {
        self.0.push((field.to_owned(), value.into()));
        self
    }

    #[must_use]
    pub fn with_some(self, field: &str, value: Option<impl Into<String>>) -> Self {
        match value {
            Some(value) => self.with(field, value),
            None => self,
        }
    }

    pub fn field(&self, field: &str) -> Option<&str> {
        self.0.iter().find(|(name, _)| name == field).map(|(_, value)| value.as_str())
    }

    /// Whether it says all that another key says.
    pub fn says(&self, other: &Self) -> bool {
        other.0.iter().all(|pair| self.0.contains(pair))
    }

    /// The whole key as one text, to be a value of another key.
    pub fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// A hash of the key, in hexadecimal digits: the same in every run, and no two keys share one.
    /// JSON keeps the borders between the parts, which plain joining would lose.
    pub(super) fn digest(&self) -> String {
        let text = serde_json::to_vec(self).unwrap_or_default();
        hex(&Sha256::digest(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn borders_between_parts_count() {
        let keys = [
            Key::new(),
            Key::new().with("a", ""),
            Key::new().with("", "a"),
            Key::new().with("a", "b").with("c", "d"),
            Key::new().with("c", "d").with("a", "b"),
            Key::new().with("a", "b\",\"c"),
            Key::new().with("a", "bc").with("d", ""),
        ];
        let names: std::collections::HashSet<String> = keys.iter().map(Key::digest).collect();
        assert_eq!(names.len(), keys.len());
        assert!(
            names
                .iter()
                .all(|name| name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit()))
        );
    }

    #[test]
    fn the_name_stays_the_same_between_versions() {
        let key = Key::new()
            .with("scheme", "bastion")
            .with_some("role", Some("read"))
            .with_some("tag", None::<&str>);
        assert_eq!(key.field("role"), Some("read"));
        assert_eq!(key.field("tag"), None);
        assert_eq!(
            key.digest(),
            "469d51c4ce5c85125c0e6117f8de29e70297325951ef22cd59f0690438c26bd9"
        );
    }
}
