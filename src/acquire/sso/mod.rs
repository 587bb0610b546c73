//! IAM Identity Center: a token for a person, and roles for the token.
//!
//! The token is the one of `aws sso login`: made here or there, kept in the CLI's own cache,
//! renewed without a person where the session allows it.

mod assignments;
mod cache;
mod device;
mod oidc;
mod pkce;
mod refusal;
pub(crate) mod replies;

pub(crate) use assignments::Assignment;

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Instant;

use tokio::process::Command;

use crate::acquire::browser;
use crate::acquire::own_file::{self, PATIENCE, PAUSE};
use crate::aws::{AwsError, Client, role_credentials, sign_off};
use crate::cache::{Key, Lock, RoleSession, Store};
use crate::error::{Error, Kind, Result};
use crate::plan::SignOn;
use crate::plan::chain::{LARGEST, SsoRole, SsoSession};
use crate::types::quote;
use crate::types::sanitize::escape;
use crate::types::{Clock, Moment, Session};
use crate::ui::report::Report;
use crate::ui::terminal::Terminal;
use cache::{Renewal, Token};
use refusal::refusal;

/// A token is renewed when less than this is left, in seconds, as the AWS CLI does.
pub(crate) const RENEWED_BELOW: i64 = 15 * 60;

pub(crate) struct SignOnClient<'a> {
    session: &'a SsoSession,
    client: &'a Client,
    store: &'a Store,
    terminal: Terminal,
    file: PathBuf,
    /// This machine's.
    clock: Clock,
    report: &'a Report,
    /// Whether a refresh token is on its way.
    pub(crate) is_spending: Rc<Cell<bool>>,
}

impl<'a> SignOnClient<'a> {
    pub(crate) fn new(
        session: &'a SsoSession,
        client: &'a Client,
        store: &'a Store,
        terminal: Terminal,
        clock: Clock,
        report: &'a Report,
    ) -> Result<Self> {
        let home = session.home.as_ref().ok_or_else(|| {
            Error::config("HOME is not set, and the sign-on is kept below it")
                .hint("set HOME to your home directory")
        })?;
        Ok(Self {
            session,
            client,
            store,
            terminal,
            file: cache::path(home, session),
            clock,
            report,
            is_spending: Rc::default(),
        })
    }

    /// Signs on anew; `say` tells the person what to do. With `device` a code is shown, which may be
    /// confirmed on any machine.
    pub(crate) async fn login(&self, device: bool, say: impl Fn(&str)) -> Result<Moment> {
        let token = if device { self.by_device(say).await } else { self.anew(say).await };
        Ok(token?.expires)
    }

    /// Ends the kept sign-on, at the portal and here; says what there was.
    pub(crate) async fn logout(&self) -> Result<String> {
        let kept = self.kept();
        let ended = match &kept {
            Some(token) => sign_off(self.client, &token.access).await,
            None => Ok(()),
        };
        let removed = own_file::remove(&self.file).map_err(|error| {
            Error::io("the sign-on cannot be removed from ~/.aws/sso/cache").because(error)
        })?;
        let session = self.session;
        match ended {
            Ok(()) if kept.is_some() => Ok(format!("signed off from {session}")),
            Ok(()) if removed => {
                Ok(format!("not signed on to {session}; what was kept of it is removed"))
            }
            Ok(()) => Ok(format!("not signed on to {session}")),
            Err(failure) if matches!(failure.code(), "UnauthorizedException" | "401") => {
                Ok(format!("the sign-on to {session} had ended; what was kept of it is removed"))
            }
            Err(failure) => {
                let stays = "the token is removed here, and stays good at the portal until it ends";
                Err(refusal(&failure, session, &self.portal()).because(stays))
            }
        }
    }

    /// The keys of a role, whose session is made under `lock`.
    pub(crate) async fn keys(&self, role: &SsoRole, lock: &Lock) -> Result<Session> {
        let token = self.token(lock).await?;
        let refused = |failure: &AwsError| self.refused_role(failure, role);
        match role_credentials(self.client, &token.access, &role.account, &role.role).await {
            // Signed off elsewhere, or the clock is wrong: a person can help.
            Err(failure)
                if failure.code() == "UnauthorizedException" || failure.code() == "401" =>
            {
                let token = self.by_person(lock).await?;
                let keys =
                    role_credentials(self.client, &token.access, &role.account, &role.role).await;
                keys.map_err(|failure| refused(&failure))
            }
            outcome => outcome.map_err(|failure| refused(&failure)),
        }
    }

    /// The kept token, renewed when it is about to end; one process renews it, the others use what
    /// it got.
    async fn token(&self, role: &Lock) -> Result<Token> {
        let good = |token: &Token| {
            let left = token.expires.since((self.clock)());
            left > RENEWED_BELOW || left > 0 && token.renewal.is_none()
        };
        if let Some(token) = self.kept().filter(good) {
            return Ok(token);
        }
        let key = Key::new().with("sign-on", self.file.to_string_lossy());
        let waiting = &mut |holder| {
            role.waits_for(holder);
            self.report.text(&super::wait::waiting_for(holder));
        };
        let lock = self.store.lock::<RoleSession>(&key, waiting).await?;
        role.asking(false);
        // The process that held the lock before us may have signed on.
        let kept = self.kept();
        if let Some(token) = kept.clone().filter(good) {
            return Ok(token);
        }
        let renewal = kept.as_ref().and_then(|token| token.renewal.as_ref());
        if let Some(renewal) = renewal.filter(|renewal| renewal.client.expires > (self.clock)()) {
            self.is_spending.set(true);
            let renewed = self.renew(renewal).await;
            self.is_spending.set(false);
            let is_alive = kept.as_ref().is_some_and(|token| token.expires > (self.clock)());
            match renewed {
                Ok(token) => return Ok(token),
                Err(error) if matches!(error.kind, Kind::Network | Kind::Io) => {
                    return kept.filter(|_| is_alive).ok_or(error);
                }
                // The service takes the old sign-on no more: another process may have renewed it.
                Err(_) => {
                    if let Some(theirs) = self.renewed_elsewhere(renewal, is_alive).await {
                        return Ok(theirs);
                    }
                }
            }
        }
        if let Some(token) = kept.filter(|token| token.expires > (self.clock)()) {
            return Ok(token);
        }
        lock.asking(true);
        self.by_person(role).await
    }

    /// A refresh token is good once, so there is a place for the answer before it is spent.
    async fn renew(&self, renewal: &Renewal) -> Result<Token> {
        let (draft, oidc) = (cache::draft(&self.file)?, self.oidc()?);
        let renewed = oidc::renew(self.client, oidc, renewal, (self.clock)()).await;
        let token = renewed.map_err(|failure| refusal(&failure, self.session, oidc))?;
        cache::write(draft, self.session, &token)?;
        Ok(token)
    }

    /// What AWS's own tools, which take no lock, made of the sign-on. Their file comes a moment after
    /// their answer; that is waited for where nothing else is left.
    async fn renewed_elsewhere(&self, old: &Renewal, is_alive: bool) -> Option<Token> {
        let begun = Instant::now();
        loop {
            let kept = self.kept().filter(|token| token.expires > (self.clock)());
            let is_new = |token: &Token| token.renewal.as_ref() != Some(old);
            if let Some(token) = kept.filter(is_new) {
                return Some(token);
            }
            if is_alive || begun.elapsed() >= PATIENCE || !self.file.exists() {
                return None;
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Signs on in the middle of another job, where the user can be asked.
    async fn by_person(&self, lock: &Lock) -> Result<Token> {
        if self.session.region_is_open || !self.terminal.can_ask() {
            return Err(Error::new(
                Kind::NeedsAnswer,
                format!("not signed on to {}", self.session),
            )
            .because(format!("asked for by {}", self.session.origin))
            .hint(format!(
                "assume-role login {}",
                self.session.name.as_deref().unwrap_or("PROFILE")
            )));
        }
        lock.asking(true);
        let token = self.anew(|text| self.terminal.say(text)).await;
        lock.asking(false);
        token
    }

    /// By the browser of this machine where there is one, else by a code.
    async fn anew(&self, say: impl Fn(&str)) -> Result<Token> {
        // The older form, without a session, knows codes only, as with the AWS CLI.
        let has_browser = self.opener("").is_some() && self.session.name.is_some();
        match has_browser {
            true => self.by_browser(&say).await,
            false => self.by_device(&say).await,
        }
    }

    /// What opens a page, where a page would be seen.
    fn opener(&self, url: &str) -> Option<std::process::Command> {
        let may_open = self.terminal.may_ask && browser::in_container().is_none();
        let desktop = self.session.desktop.as_ref().filter(|_| may_open)?;
        browser::opener(desktop, url).ok()
    }

    /// The start page as AWS knows it.
    async fn page(&self) -> Result<String> {
        let (url, is_own) = (&self.session.start_url, self.session.has_own_page());
        let redirect = if is_own { self.client.redirect_of(url).await } else { None };
        self.session.page_behind(redirect.as_deref())
    }

    async fn by_browser(&self, say: &impl Fn(&str)) -> Result<Token> {
        let page = self.page().await?;
        let home = self.session.home.as_deref().unwrap_or_else(|| Path::new(""));
        let begun =
            pkce::begin(self.client, self.oidc()?, self.session, &page, home, (self.clock)())
                .await?;
        let url = begun.url();
        let name = self.session;
        let opener = self.opener(&url).and_then(|opener| Command::from(opener).spawn().ok());
        let Some(mut opener) = opener else { return self.by_device(say).await };
        say(&format!("To sign on to {name}, go on in the browser. If no page opens, this is it:"));
        say(&format!("  {url}"));
        let unopened = async {
            if opener.wait().await.is_ok_and(|status| !status.success()) {
                say(&format!(
                    "no browser could be opened; by a code instead: Ctrl-C, then assume-role login {} --device",
                    quote::word(self.session.name.as_deref().unwrap_or_default())
                ));
            }
            std::future::pending().await
        };
        let token = tokio::select! {
            token = begun.finish(self.clock) => token?,
            never = unopened => never,
        };
        cache::write(cache::draft(&self.file)?, self.session, &token)?;
        Ok(token)
    }

    async fn by_device(&self, say: impl Fn(&str)) -> Result<Token> {
        let page = self.page().await?;
        let invite = |invitation: &device::Invitation| {
            say(&format!(
                "To sign on to {}, open this page and compare the code {}:",
                self.session, invitation.code
            ));
            say(&format!("  {}", invitation.url));
            // A failure is no fault: the URL is on the terminal.
            let _ = self.opener(&invitation.url).map(|mut opener| opener.spawn());
        };
        let token =
            device::sign_on(self.client, self.oidc()?, self.session, &page, (self.clock)(), invite)
                .await?;
        cache::write(cache::draft(&self.file)?, self.session, &token)?;
        Ok(token)
    }

    fn kept(&self) -> Option<Token> {
        cache::read(&self.file, self.session)
    }

    fn oidc(&self) -> Result<&str> {
        let endpoints = self.client.endpoints().sso.as_ref();
        endpoints
            .map(|sso| sso.oidc.as_str())
            .ok_or_else(|| Error::new(Kind::Bug, "no endpoint of IAM Identity Center"))
    }

    fn refused_role(&self, failure: &AwsError, role: &SsoRole) -> Error {
        match failure.code() {
            "ForbiddenException" | "403" | "ResourceNotFoundException" | "404" => Error::refused(
                format!("the sign-on gives no role {} in account {}", role.role, role.account),
            )
            .because(format!("the service said: {}", escape(failure.words())))
            .hint(format!("is it assigned to you? {} lists what is", self.session.start_url)),
            _ => refusal(failure, self.session, &self.portal()),
        }
    }
}

/// The state of the kept sign-on: good, renewing itself, or missing.
pub(crate) fn state(session: &SsoSession, now: Moment) -> SignOn {
    let home = session.home.as_ref();
    match home.and_then(|home| cache::read(&cache::path(home, session), session)) {
        Some(token) if token.expires > now => SignOn::Live(token.expires),
        Some(Token { renewal: Some(renewal), expires, .. }) if renewal.client.expires > now => {
            SignOn::Live(expires)
        }
        _ => SignOn::Missing,
    }
}

/// What a person has to hear about the file of a sign-on.
pub(crate) fn told(session: &SsoSession) -> Option<String> {
    let path = cache::path(session.home.as_ref()?, session);
    let is_used = cache::read(&path, session).is_some();
    own_file::told(&path, LARGEST, is_used, "aws sso login")
}
