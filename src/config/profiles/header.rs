//! The header of a section: `[profile "a b"]`, `[sso-session x]`, `[default]`.

use std::borrow::Cow;

use memchr::memchr_iter;

use crate::config::shlex::unquoted;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FileKind {
    /// `~/.aws/config`: profiles carry the word `profile`.
    Config,
    /// `~/.aws/credentials`: every section is a profile.
    Credentials,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SectionKind {
    Profile,
    /// `[default]` in the config file, which gives way to `[profile default]`.
    BareDefault,
    SsoSession,
    Services,
    /// Nothing that AWS's tools read as one of these.
    Other,
}

/// The text between the brackets of a header line, or `None` when nothing closes it. Text behind
/// the bracket is a comment.
pub(super) fn between_brackets(line: &str) -> Option<&str> {
    let comment = |rest: &str| rest.is_empty() || rest.starts_with(['#', ';']);
    let closing = memchr_iter(b']', line.as_bytes())
        .find(|&at| line.get(at + 1..).is_some_and(|rest| comment(trim_start(rest))));
    let at = closing.or_else(|| line.rfind(']'))?;
    line.get(1..at).map(|inner| trim_end(trim_start(inner))).filter(|inner| !inner.is_empty())
}

pub(super) fn read_header(file: FileKind, inner: &str) -> (SectionKind, Cow<'_, str>) {
    let (word, name) = inner.split_once(char::is_whitespace).unwrap_or((inner, ""));
    let kind = match (file, word, name) {
        (FileKind::Config, "default", "") => SectionKind::BareDefault,
        (_, "profile" | "sso-session" | "services", "") if file == FileKind::Config => {
            SectionKind::Other
        }
        (FileKind::Config, "profile", _) => SectionKind::Profile,
        (FileKind::Config, "sso-session", _) => SectionKind::SsoSession,
        (FileKind::Config, "services", _) => SectionKind::Services,
        (FileKind::Config, ..) => SectionKind::Other,
        (FileKind::Credentials, "profile", name) if !name.is_empty() => SectionKind::Other,
        (FileKind::Credentials, ..) => SectionKind::Profile,
    };
    let named = file == FileKind::Config
        && matches!(kind, SectionKind::Profile | SectionKind::SsoSession | SectionKind::Services);
    (kind, without_quotes(if named { trim_start(name) } else { inner }))
}

/// A name without its quotes, by the rules of a POSIX shell, as the AWS CLI writes and reads names
/// with blanks. Quotes that do not close are part of the name.
fn without_quotes(text: &str) -> Cow<'_, str> {
    if !text.bytes().any(|byte| matches!(byte, b'"' | b'\'' | b'\\')) {
        return Cow::Borrowed(text);
    }
    unquoted(text).map_or(Cow::Borrowed(text), Cow::Owned)
}

/// As of `str`, but nearly every line begins with one blank or none before ASCII, which bytes tell.
#[inline(always)]
pub(super) fn trim_start(text: &str) -> &str {
    match text.as_bytes() {
        [] | [b'!'..=b'~', ..] => text,
        [b' ', b'!'..=b'~', ..] => text.get(1..).unwrap_or_default(),
        _ => text.trim_start(),
    }
}

#[inline(always)]
pub(super) fn trim_end(text: &str) -> &str {
    match text.as_bytes() {
        [] | [.., b'!'..=b'~'] => text,
        [.., b'!'..=b'~', b' '] => text.get(..text.len() - 1).unwrap_or_default(),
        _ => text.trim_end(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets() {
        for (line, inner) in [
            ("[profile a]", Some("profile a")),
            ("[ \tprofile a\t ]", Some("profile a")),
            ("[profile a] # see [b]", Some("profile a")),
            ("[profile a]; b]", Some("profile a")),
            ("[profile a]b]", Some("profile a]b")),
            ("[profile a] junk", Some("profile a")),
            ("[profile a", None),
            ("[]", None),
            ("[ ]", None),
        ] {
            assert_eq!(between_brackets(line), inner, "{line}");
        }
    }

    #[test]
    fn kinds_and_names() {
        use SectionKind::{BareDefault, Other, Profile, Services, SsoSession};
        for (inner, in_config, in_credentials) in [
            ("default", (BareDefault, "default"), (Profile, "default")),
            ("profile default", (Profile, "default"), (Other, "profile default")),
            ("profile\ta b", (Profile, "a b"), (Other, "profile\ta b")),
            ("profile 日本", (Profile, "日本"), (Other, "profile 日本")),
            ("profile \"a b\"", (Profile, "a b"), (Other, "profile a b")),
            ("profile 'a'\"'\"'b c'", (Profile, "a'b c"), (Other, "profile a'b c")),
            ("profile o'brien", (Profile, "o'brien"), (Other, "profile o'brien")),
            ("profile a\\ b", (Profile, "a b"), (Other, "profile a b")),
            ("profile None", (Profile, "None"), (Other, "profile None")),
            ("profile", (Other, "profile"), (Profile, "profile")),
            ("profilefoo", (Other, "profilefoo"), (Profile, "profilefoo")),
            ("foo", (Other, "foo"), (Profile, "foo")),
            ("my prod", (Other, "my prod"), (Profile, "my prod")),
            ("sso-session x", (SsoSession, "x"), (Profile, "sso-session x")),
            ("services x", (Services, "x"), (Profile, "services x")),
            ("sso-sesion x", (Other, "sso-sesion x"), (Profile, "sso-sesion x")),
        ] {
            for (file, (kind, name)) in
                [(FileKind::Config, in_config), (FileKind::Credentials, in_credentials)]
            {
                assert_eq!(
                    read_header(file, inner),
                    (kind, Cow::Borrowed(name)),
                    "{inner} in {file:?}"
                );
            }
        }
    }
}
