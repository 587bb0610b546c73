//! The file in which the AWS CLI keeps a sign-on: `~/.aws/sso/cache/HASH.json`.
//!
//! It is shared: a sign-on made by either program serves the other, so the format is the CLI's
//! (botocore's `SSOTokenProvider`). What cannot be used counts as missing, and is replaced by the
//! next sign-on.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use zeroize::Zeroizing;

use crate::acquire::own_file::{self, Draft};
use crate::error::{Error, Result};
use crate::plan::chain::{LARGEST, SsoSession, sign_on_file};
use crate::types::{Moment, Secret};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    /// What the portal is asked with.
    pub access: Secret,
    /// When it ends, by this machine's clock.
    pub expires: Moment,
    /// What renews it, when the session allows that.
    pub renewal: Option<Renewal>,
}

/// What renews a sign-on without a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Renewal {
    pub refresh: Secret,
    pub client: Registration,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Registration {
    pub id: String,
    pub secret: Secret,
    pub expires: Moment,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Text {
    start_url: Option<String>,
    access_token: Zeroizing<String>,
    expires_at: String,
    client_id: Option<String>,
    client_secret: Option<Zeroizing<String>>,
    registration_expires_at: Option<String>,
    refresh_token: Option<Zeroizing<String>>,
}

pub(super) fn path(home: &Path, session: &SsoSession) -> PathBuf {
    sign_on_file(home, session.name.as_deref().unwrap_or(&session.start_url))
}

/// The sign-on of a session, if there is one that can be read and is for the same start page.
pub(super) fn read(path: &Path, session: &SsoSession) -> Option<Token> {
    let text: Text = parsed(path)?;
    if text.start_url.is_some_and(|url| url != session.start_url) || !is_bearer(&text.access_token)
    {
        return None;
    }
    let secret = |text: &Zeroizing<String>| Secret::new(text.as_str().to_owned());
    let client = match (text.client_id, &text.client_secret, text.registration_expires_at) {
        // An end that cannot be read costs the renewal only.
        (Some(id), Some(of_client), Some(expires)) => {
            moment(&expires).map(|expires| Registration { id, secret: secret(of_client), expires })
        }
        _ => None,
    };
    let renewal = text
        .refresh_token
        .as_ref()
        .map(secret)
        .zip(client)
        .map(|(refresh, client)| Renewal { refresh, client });
    Some(Token { access: secret(&text.access_token), expires: moment(&text.expires_at)?, renewal })
}

pub(super) fn parsed<T: DeserializeOwned>(path: &Path) -> Option<T> {
    serde_json::from_slice(&own_file::read(path, LARGEST)?).ok()
}

/// Keeps a sign-on, for its owner's eyes only; a reader sees the old file or the new one.
pub(super) fn write(draft: Draft<'_>, session: &SsoSession, token: &Token) -> Result<()> {
    let mut text = serde_json::json!({
        "startUrl": session.start_url,
        "region": session.region.as_str(),
        "accessToken": token.access.expose(),
        "expiresAt": token.expires.rfc3339(),
    });
    if let (Some(fields), Some(renewal)) = (text.as_object_mut(), &token.renewal) {
        fields.insert("clientId".to_owned(), renewal.client.id.as_str().into());
        fields.insert("clientSecret".to_owned(), renewal.client.secret.expose().into());
        fields.insert("registrationExpiresAt".to_owned(), renewal.client.expires.rfc3339().into());
        fields.insert("refreshToken".to_owned(), renewal.refresh.expose().into());
    }
    keep(draft, &text)
}

/// A place for what will be kept.
pub(super) fn draft(path: &Path) -> Result<Draft<'_>> {
    Draft::new(path).map_err(failed)
}

pub(super) fn keep(draft: Draft<'_>, text: &Value) -> Result<()> {
    draft.keep(&Zeroizing::new(text.to_string())).map_err(failed)
}

fn failed(error: std::io::Error) -> Error {
    Error::io("the sign-on cannot be kept in ~/.aws/sso/cache")
        .because(error)
        .hint("is the directory yours?")
}

/// Whether a text can stand in a header.
pub(super) fn is_bearer(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Older releases of the CLI wrote `UTC` for `Z`.
pub(super) fn moment(text: &str) -> Option<Moment> {
    Moment::parse_rfc3339(
        &text.strip_suffix("UTC").map_or_else(|| text.to_owned(), |time| format!("{time}Z")),
    )
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn session(name: Option<&str>) -> SsoSession {
        SsoSession::of_test(name, "https://corp.awsapps.com/start", "eu-west-1")
    }

    #[test]
    fn the_file_is_the_one_of_the_aws_cli() {
        // printf my-sso | sha1sum
        let path = path(Path::new("/h"), &session(Some("my-sso")));
        assert_eq!(
            path,
            Path::new("/h/.aws/sso/cache/0ad374308c5a4e22f723adf10145eafad7c4031c.json")
        );
    }

    #[test]
    fn what_is_written_is_read_back_and_is_private() {
        let home = tempfile::tempdir().unwrap();
        for (session, renews) in [(session(Some("s")), true), (session(None), false)] {
            let client = Registration {
                id: "i".into(),
                secret: Secret::new("s".into()),
                expires: Moment(2000),
            };
            let renewal = renews.then(|| Renewal { refresh: Secret::new("r".into()), client });
            let token = Token { access: Secret::new("a".into()), expires: Moment(1000), renewal };
            let path = path(home.path(), &session);
            write(draft(&path).unwrap(), &session, &token).unwrap();
            assert_eq!(read(&path, &session), Some(token));
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn what_cannot_be_used_counts_as_missing() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("x.json");
        for text in [
            "",
            "{}",
            r#"{"accessToken": "a\r\nb: c", "expiresAt": "2026-01-01T00:00:00Z"}"#,
            r#"{"accessToken": "a", "expiresAt": "later"}"#,
            r#"{"startUrl": "https://other", "accessToken": "a", "expiresAt": "2026-01-01T00:00:00Z"}"#,
        ] {
            fs::write(&file, text).unwrap();
            assert_eq!(read(&file, &session(None)), None, "{text}");
        }
        fs::write(&file, r#"{"accessToken": "a", "expiresAt": "1970-01-01T00:16:40UTC"}"#).unwrap();
        assert_eq!(read(&file, &session(None)).unwrap().expires, Moment(1000));
        assert_eq!(read(home.path(), &session(None)), None);
        let fifo = home.path().join("fifo");
        let kind = rustix::fs::FileType::Fifo;
        rustix::fs::mknodat(rustix::fs::CWD, &fifo, kind, 0o600.into(), 0).unwrap();
        assert_eq!(read(&fifo, &session(None)), None);
        fs::set_permissions(&file, fs::Permissions::from_mode(0o666)).unwrap();
        assert_eq!(read(&file, &session(None)), None);
    }

    #[test]
    fn a_registration_whose_end_cannot_be_told_costs_the_renewal_only() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("x.json");
        let renewal = |ends: i64| {
            let secret = || Secret::new("s".to_owned());
            let client = Registration { id: "i".into(), secret: secret(), expires: Moment(ends) };
            let renewal = Some(Renewal { refresh: secret(), client });
            let token = Token { access: secret(), expires: Moment(1000), renewal };
            write(draft(&file).unwrap(), &session(None), &token).unwrap();
            read(&file, &session(None)).unwrap().renewal
        };
        assert!(renewal(2000).is_some());
        assert!(renewal(i64::MAX).is_none() && renewal(i64::MIN).is_none());
    }
}
