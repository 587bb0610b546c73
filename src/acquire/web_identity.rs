//! A token of a web identity provider, presented as it is.

use zeroize::Zeroizing;

use super::Granted;
use super::errand::{Errand, Renewable};
use super::program;
use crate::aws::{about_proof, assume_with_web_identity};
use crate::config::files::read_text;
use crate::error::{Error, Result};
use crate::plan::WebIdentity;
use crate::types::{Secret, session_name};

/// The length of a token, in characters (STS API reference, AssumeRoleWithWebIdentity,
/// WebIdentityToken).
const LENGTH: std::ops::RangeInclusive<usize> = 4..=20_000;
/// The most that a token file may hold, in bytes.
const CAP: u64 = 64 << 10;

/// Presents the token. A file that was rotated in the meantime is read once more.
pub(super) async fn with_token(source: &WebIdentity, mut errand: Errand<'_>) -> Result<Granted> {
    errand.start_at_known_duration()?;
    let name = errand.request.shape.session_name.clone().unwrap_or_else(|| session_name(""));
    let client = errand.client;
    let mut token = read(source).await?;
    let mut outcome = errand
        .shortened(&name, async |call| assume_with_web_identity(client, &call, &token).await)
        .await;
    let is_old =
        |code: &str| code.starts_with("ExpiredToken") || code.starts_with("InvalidIdentityToken");
    if outcome.as_ref().is_err_and(|failure| is_old(failure.code()))
        && matches!(source, WebIdentity::File(_))
    {
        let fresh = read(source).await?;
        if fresh != token {
            token = fresh;
            outcome = errand
                .shortened(&name, async |call| {
                    assume_with_web_identity(client, &call, &token).await
                })
                .await;
        }
    }
    let assumed = outcome.map_err(|failure| {
        let attempt = errand.attempt("the token's subject".to_owned(), false);
        about_proof(&failure, &attempt, "get a new token from its provider")
            .unwrap_or_else(|| errand.refusal(&failure, attempt.principal, false))
    })?;
    errand.granted(assumed, if source.asks_nobody() { Renewable::Always } else { Renewable::Never })
}

async fn read(source: &WebIdentity) -> Result<Secret> {
    let (text, place) = match source {
        WebIdentity::Given(token) => (token.clone(), "standard input".to_owned()),
        WebIdentity::Command(words) => {
            (program::secret(&words.value, &words.origin).await?, words.origin.clone())
        }
        WebIdentity::File(path) => {
            let place = crate::types::sanitize::escape(&path.value.display().to_string());
            let file = read_text(&path.value, None, CAP)?.ok_or_else(|| {
                Error::config(format!("there is no token file {place} ({})", path.origin))
            })?;
            (Secret::new(Zeroizing::new(file.text).as_str().to_owned()), place)
        }
    };
    let token = text.expose().trim();
    if !LENGTH.contains(&token.len()) || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Error::config(format!("{place} holds no token"))
            .hint("a token is one line without blanks, 4 to 20000 characters"));
    }
    Ok(Secret::new(token.to_owned()))
}
