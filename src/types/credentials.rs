//! Keys and sessions. A secret shows itself only through [`Secret::expose`].

use std::fmt;

use zeroize::Zeroizing;

use super::time::Moment;

/// A secret: wiped when dropped, never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The text itself, for the wire, the store or the shell.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// An access key: id, secret and, when it is temporary, the session token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    pub id: String,
    pub secret: Secret,
    pub token: Option<Secret>,
}

impl Credentials {
    /// Whether these are temporary keys (an `ASIA` id or a session token), which STS treats
    /// differently from a user's own: no `GetSessionToken`, roles for one hour at most.
    pub fn are_temporary(&self) -> bool {
        self.token.is_some() || self.id.starts_with("ASIA")
    }

    /// The id as messages show it: the last four characters.
    pub fn short_id(&self) -> String {
        shortened(&self.id)
    }
}

pub(crate) fn is_key_id(text: &str) -> bool {
    (16..=128).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

pub(crate) fn is_key_secret(text: &str) -> bool {
    (16..=128).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// The end of a key's id, enough to tell it from others.
pub(crate) fn shortened(id: &str) -> String {
    let skipped = id.chars().count().saturating_sub(4);
    format!("…{}", id.chars().skip(skipped).collect::<String>())
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    pub keys: Credentials,
    pub expires: Moment,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_secret() {
        let keys = Credentials {
            id: "ASIAEXAMPLE".into(),
            secret: Secret::new("s3cr3t".into()),
            token: Some(Secret::new("t0k3n".into())),
        };
        let text = format!("{keys:?}");
        assert!(!text.contains("s3cr3t") && !text.contains("t0k3n"), "{text}");
        assert_eq!(keys.short_id(), "…MPLE");
    }
}
