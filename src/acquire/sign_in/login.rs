//! A sign-in by a person: a page of AWS is opened, and its code comes back to this program.
//!
//! Authorization code with PKCE (RFC 7636), as `aws login` does it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use zeroize::Zeroizing;

use super::cache;
use super::refusal::refusal;
use crate::acquire::authorization::Attempt;
use crate::acquire::browser;
use crate::acquire::listener::WayBack;
use crate::aws::{
    CROSS_DEVICE, Client, Grant, ProofKey, SAME_DEVICE, sign_in_of_region, sign_in_page,
    sign_in_tokens,
};
use crate::error::{Error, Kind, Result};
use crate::plan::Connection;
use crate::plan::chain::SignIn;
use crate::types::sanitize::escape_up_to;
use crate::types::{Clock, Moment, Secret};
use crate::ui::terminal::Terminal;

pub(crate) struct SignInClient<'a> {
    pub sign_in: &'a SignIn,
    pub connection: &'a Connection,
    pub client: &'a Client,
    pub terminal: Terminal,
    /// This machine's.
    pub clock: Clock,
}

impl SignInClient<'_> {
    /// Signs in by the browser of this machine where there is one, else by any.
    pub(crate) async fn by_person(&self, say: impl Fn(&str)) -> Result<Moment> {
        let Some(desktop) = &self.sign_in.desktop else { return self.remotely(say).await };
        let (attempt, endpoint) = (Attempt::new()?, self.endpoint()?);
        let mut way_back = WayBack::open().await?;
        let (redirect, challenge) = (way_back.redirect.clone(), attempt.challenge());
        let page = sign_in_page(&endpoint, SAME_DEVICE, &attempt.state, &redirect, &challenge);
        let again = self.sign_in.login();
        say(&format!("To sign in as {}, open this page in the browser:", self.sign_in));
        say(&format!("  {page}"));
        say(&format!("With a browser of another machine: {again} --remote"));
        if self.terminal.may_ask && browser::in_container().is_none() {
            // A failure is no fault: the page is on the terminal.
            let _ = browser::opener(desktop, &page).map(|mut opener| opener.spawn());
        }
        let code = way_back.answer(|query| attempt.answer(query)).await;
        let code = code.map_err(|error| error.hint(again))?;
        self.finish(&attempt, SAME_DEVICE, &code, &redirect).await
    }

    /// Signs in by a browser of any machine: the person copies what the page shows. Gives until
    /// when the sign-in renews itself at most.
    pub(crate) async fn remotely(&self, say: impl Fn(&str)) -> Result<Moment> {
        if !self.terminal.can_ask() {
            let error = Error::new(Kind::NeedsAnswer, "there is no terminal to paste a code on");
            return Err(error.hint(format!("in a terminal: {} --remote", self.sign_in.login())));
        }
        let (attempt, endpoint) = (Attempt::new()?, self.endpoint()?);
        let redirect = format!("{endpoint}/v1/sessions/confirmation");
        let challenge = attempt.challenge();
        let page = sign_in_page(&endpoint, CROSS_DEVICE, &attempt.state, &redirect, &challenge);
        say(&format!("To sign in as {}, open this page in any browser:", self.sign_in));
        say(&format!("  {page}"));
        let pasted = Zeroizing::new(self.terminal.ask_text("What the page shows:").await?);
        let text: Zeroizing<String> =
            Zeroizing::new(pasted.trim_end_matches('=').replace('-', "+").replace('_', "/"));
        let answer = STANDARD_NO_PAD.decode(text.as_bytes()).ok().map(Zeroizing::new);
        let answer = answer.as_ref().and_then(|bytes| std::str::from_utf8(bytes).ok());
        let code = answer.and_then(|answer| attempt.answer(answer)?.ok()).ok_or_else(|| {
            Error::refused("that is not what the page of this sign-in shows")
                .hint(format!("again: {} --remote", self.sign_in.login()))
        })?;
        self.finish(&attempt, CROSS_DEVICE, &code, &redirect).await
    }

    /// Takes the tokens for a code, and keeps them.
    async fn finish(
        &self,
        attempt: &Attempt,
        client_id: &str,
        code: &Secret,
        redirect: &str,
    ) -> Result<Moment> {
        let (sign_in, endpoint) = (self.sign_in, self.endpoint()?);
        let draft = cache::draft(sign_in)?;
        let (key, pem) =
            ProofKey::generate().ok_or_else(|| Error::new(Kind::Bug, "no key can be made"))?;
        let grant = Grant::Code { code, verifier: &attempt.verifier, redirect };
        let tokens = sign_in_tokens(self.client, &endpoint, client_id, &key, grant).await;
        let tokens = tokens.map_err(|failure| refusal(&failure, sign_in, &endpoint))?;
        let id_token = tokens.id_token.as_ref().map(Secret::expose).unwrap_or_default();
        let who = cache::claim(id_token, "sub");
        let who = who.as_ref().and_then(|who| who.as_str()).unwrap_or_default();
        if who != sign_in.arn.value {
            return Err(Error::refused(format!(
                "the browser is signed in as {}, not as {sign_in}",
                escape_up_to(who, 200)
            ))
            .because(format!("login_session: {}", sign_in.arn.origin))
            .hint("sign out of the console in the browser, or name the other one in the profile"));
        }
        let region = &self.connection.region;
        let now = (self.clock)();
        let text = cache::new_text(&tokens, sign_in, client_id, &pem, region, now);
        cache::keep(sign_in, draft, &text)?;
        let kept = cache::read(&sign_in.file);
        let kept = kept.ok_or_else(|| sign_in.missing().because("it could not be read back"))?;
        Ok(kept.renewable)
    }

    fn endpoint(&self) -> Result<String> {
        sign_in_of_region(&self.connection.region, &self.connection.endpoints)
    }
}
