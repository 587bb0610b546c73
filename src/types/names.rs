//! Names: account ids, account and profile names, role names.
//!
//! The allowed characters are narrow on purpose. Quoting protects every name that passes, and the
//! rules here protect every place that forgot to quote: each holds alone.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::types::sanitize::{escape_up_to, is_plain};

/// The longest account, profile or alias name, in characters.
const LONGEST_NAME: usize = 128;
/// The longest role name IAM allows, without its path (IAM API reference, CreateRole).
const LONGEST_ROLE: usize = 64;
/// The longest path IAM allows (IAM API reference, CreateRole).
const LONGEST_PATH: usize = 512;
const SHOWN: usize = 80;

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AccountId([u8; 12]);

impl AccountId {
    pub fn parse(text: &str) -> Option<Self> {
        let digits: [u8; 12] = text.as_bytes().try_into().ok()?;
        digits.iter().all(u8::is_ascii_digit).then_some(Self(digits))
    }

    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl TryFrom<String> for AccountId {
    type Error = &'static str;

    fn try_from(text: String) -> std::result::Result<Self, Self::Error> {
        Self::parse(&text).ok_or("an account id has 12 digits")
    }
}

impl From<AccountId> for String {
    fn from(id: AccountId) -> Self {
        id.as_str().to_owned()
    }
}

impl fmt::Debug for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AccountId({self})")
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The name of an account or of a profile.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Name(Box<str>);

impl Name {
    /// Printable characters except `$`, backtick, `\` and `"`; no leading, trailing or doubled
    /// blank; at most 128 characters. `what` says whose name it is, for the message.
    pub fn parse(what: &str, text: &str) -> Result<Self> {
        if is_plain_name(text) {
            return Ok(Self(text.into()));
        }
        let refuse = |why: String| {
            Err(Error::config(format!(
                "{what} name '{}' is not allowed: {why}",
                escape_up_to(text, SHOWN)
            )))
        };
        if text.is_empty() {
            return Err(Error::config(format!("the {what} name is empty")));
        }
        if text.chars().count() > LONGEST_NAME {
            return refuse(format!("it is longer than {LONGEST_NAME} characters"));
        }
        if text.starts_with(' ') || text.ends_with(' ') || text.contains("  ") {
            return refuse("blanks at an end or doubled would be lost".to_owned());
        }
        match text.chars().find(|&character| !allowed_in_name(character)) {
            Some(character) => refuse(format!("it holds {}", described(character))),
            None => Ok(Self(text.into())),
        }
    }

    pub fn allows(text: &str) -> bool {
        is_plain_name(text) || Self::parse("", text).is_ok()
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What most names are: ten thousand of them are looked at in one pass each.
fn is_plain_name(text: &str) -> bool {
    let plain =
        |byte: u8| (0x21..0x7f).contains(&byte) && !matches!(byte, b'$' | b'`' | b'\\' | b'"');
    (1..=LONGEST_NAME).contains(&text.len()) && text.bytes().all(plain)
}

fn allowed_in_name(character: char) -> bool {
    let other_blank = character != ' ' && character.is_whitespace();
    is_plain(character) && !other_blank && !matches!(character, '$' | '`' | '\\' | '"')
}

fn described(character: char) -> String {
    match character as u32 {
        0x200E | 0x200F | 0x202A..=0x202E | 0x2066..=0x2069 | 0x61C => {
            format!("U+{:04X}, a bidirectional control", character as u32)
        }
        code if !is_plain(character) || character.is_whitespace() => {
            format!("the character U+{code:04X}")
        }
        _ => format!("the character {character}"),
    }
}

/// The name of an IAM role, with its path if it has one: `read`, `ops/read`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoleName(Box<str>);

impl RoleName {
    /// What IAM allows: `[\w+=,.@-]{1,64}` in ASCII after an optional path of the same characters.
    /// A leading `role/`, as copied from an ARN, is dropped.
    pub fn parse(text: &str) -> Result<Self> {
        let bare = text.strip_prefix("role/").unwrap_or(text);
        // Most have no path, and there may be a hundred thousand.
        if (1..=LONGEST_ROLE).contains(&bare.len()) && bare.bytes().all(is_byte_of_role) {
            return Ok(Self(bare.into()));
        }
        let refuse = |why: String| {
            Err(Error::config(format!(
                "role '{}' is not a role name: {why}",
                escape_up_to(text, SHOWN)
            ))
            .hint("a role is letters, digits and _+=,.@- , with its path before it: ops/read"))
        };
        if bare.is_empty() {
            return Err(Error::usage("the role is empty").hint("assume-role ACCOUNT ROLE"));
        }
        if let Some(character) =
            bare.chars().find(|&character| !(allowed_in_role(character) || character == '/'))
        {
            return refuse(format!("it holds {}", described(character)));
        }
        let (path, name) = bare.rsplit_once('/').unwrap_or(("", bare));
        let has_path = name.len() < bare.len();
        if has_path && (bare.starts_with('/') || bare.contains("//") || name.is_empty()) {
            return refuse("a part of its path is empty".to_owned());
        }
        if name.len() > LONGEST_ROLE {
            return refuse(format!("it is longer than {LONGEST_ROLE} characters"));
        }
        if path.len() + 2 > LONGEST_PATH {
            return refuse(format!("its path is longer than {LONGEST_PATH} characters"));
        }
        Ok(Self(bare.into()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn base_name(&self) -> &str {
        self.0.rsplit_once('/').map_or(self.as_str(), |(_, name)| name)
    }
}

impl fmt::Display for RoleName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn allowed_in_role(character: char) -> bool {
    u8::try_from(character).is_ok_and(is_byte_of_role)
}

fn is_byte_of_role(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'+' | b'=' | b',' | b'.' | b'@' | b'-')
}

/// A role session name out of a user's name: others than `[\w+=,.@-]` become `-`; two to 64
/// characters (STS API reference, AssumeRole, RoleSessionName). Never empty.
pub(crate) fn session_name(user: &str) -> String {
    let mut name: String =
        user.chars().map(|c| if allowed_in_role(c) { c } else { '-' }).take(LONGEST_ROLE).collect();
    if name.is_empty() {
        name.push_str("assume-role");
    }
    if name.len() == 1 {
        name.push('-');
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_twelve_ascii_digits() {
        assert!(AccountId::parse("123456789012").is_some());
        for wrong in ["12345678901", "1234567890123", "١٢٣٤٥٦٧٨٩٠١٢", "123 45678901", ""]
        {
            assert!(AccountId::parse(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn names_keep_what_people_use() {
        for name in
            ["production", "R and D", "R&D (eu)", "a'b", "prod.", "日本", "a*b", "-x", "100%"]
        {
            assert_eq!(Name::parse("account", name).unwrap().as_str(), name);
            assert!(Name::allows(name));
        }
    }

    #[test]
    fn names_that_could_run_or_hide_are_refused() {
        for name in [
            "", " a", "a ", "a  b", "$(id)", "`id`", "a\"b", "a\\b", "a\nb", "\u{202e}dorp",
            "a\u{a0}b", "a\tb", "production\u{3164}", "pro\u{34f}duction", "\u{2800}", "a\u{180b}",
        ] {
            assert_eq!(
                Name::parse("account", name).unwrap_err().kind,
                crate::error::Kind::Config,
                "{name:?}"
            );
            assert!(!Name::allows(name), "{name:?}");
        }
        let message = Name::parse("account", "x\x1b]0;\x07").unwrap_err().to_string();
        assert!(!message.contains('\x1b'), "{message}");
    }

    #[test]
    fn roles_with_and_without_a_path() {
        assert_eq!(RoleName::parse("ops/read").unwrap().base_name(), "read");
        assert_eq!(RoleName::parse("role/read").unwrap().as_str(), "read");
        let long = "r".repeat(65);
        for wrong in
            ["read:admin", "$(>x)/read", "\";>x;\"/y", "read ", "a//b", "/a", "a/", long.as_str()]
        {
            assert!(RoleName::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn session_names_are_never_empty() {
        assert_eq!(session_name("alice/bob@x y"), "alice-bob@x-y");
        assert_eq!(session_name(""), "assume-role");
        assert_eq!(session_name("a"), "a-");
        assert_eq!(session_name(&"é".repeat(99)).len(), 64);
    }
}
