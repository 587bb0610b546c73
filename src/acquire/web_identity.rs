//! A token of a web identity provider, presented as it is.

use zeroize::Zeroizing;

use super::program;
use super::roles::with_shorter;
use super::run::Runner;
use crate::aws::{Client, RoleCall, about_proof, assume_with_web_identity};
use crate::config::files::read_text;
use crate::error::{Error, Kind, Result};
use crate::plan::{CredentialSource, WebIdentity};
use crate::types::{Secret, session_name};
use crate::ui::report::Report;

/// The length of a token, in characters (STS API reference, AssumeRoleWithWebIdentity,
/// WebIdentityToken).
const LENGTH: std::ops::RangeInclusive<usize> = 4..=20_000;
/// The most that a token file may hold, in bytes.
const CAP: u64 = 64 << 10;

impl Runner<'_> {
    /// Presents the token. A file that was rotated in the meantime is read once more.
    pub(super) async fn with_web_identity(&mut self) -> Result<()> {
        let plan = self.plan;
        let CredentialSource::WebIdentity(source) = &plan.base.source else {
            return Err(Error::new(Kind::Bug, "no web identity"));
        };
        let chosen = plan.steps.first().and_then(|step| step.parameters.session_name.clone());
        let call = self.role_call(0, chosen.unwrap_or_else(|| session_name("")))?;
        let report = self.with.report;
        let mut token = read(source, report).await?;
        let client = self.client()?;
        let send = async |token: &Secret| {
            let present = async |client: &Client, call: &RoleCall| {
                assume_with_web_identity(client, call, token).await
            };
            with_shorter(call.clone(), present, client).await
        };
        let (mut seconds, mut outcome) = send(&token).await;
        let is_old = |code: &str| {
            code.starts_with("ExpiredToken") || code.starts_with("InvalidIdentityToken")
        };
        if outcome.as_ref().is_err_and(|failure| is_old(failure.code()))
            && matches!(source, WebIdentity::File(_))
        {
            let fresh = read(source, report).await?;
            if fresh != token {
                token = fresh;
                (seconds, outcome) = send(&token).await;
            }
        }
        let assumed = outcome.map_err(|failure| {
            let attempt = self.attempt("the token's subject".to_owned(), false);
            about_proof(&failure, &attempt, "get a new token from its provider")
                .unwrap_or_else(|| self.refusal(&failure, attempt.principal, false))
        })?;
        self.keep(0, assumed, seconds)
    }
}

async fn read(source: &WebIdentity, report: &Report) -> Result<Secret> {
    let (text, place) = match source {
        WebIdentity::Given(token) => (token.clone(), "standard input".to_owned()),
        WebIdentity::Command(words) => {
            let place = words.origin.to_string();
            (program::secret(&words.value, &place, report).await?, place)
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
