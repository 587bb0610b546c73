//! A SAML response leads to the roles that it offers: fetched from the identity provider, or
//! captured by the user.

mod offered;
mod provider;
mod template;

use super::program;
use super::roles::with_shorter;
use super::run::{Login, Runner};
use crate::aws::{Assumed, Client, RoleCall, about_proof, assume_with_saml};
use crate::cache::AssertionRoles;
use crate::config::saml::PasswordSource;
use crate::config::saml_response::Response;
use crate::error::{Error, Kind, Result};
use crate::plan::saml::{self, Proof};
use crate::plan::{CredentialSource, Saml};
use crate::types::sanitize::escape;

/// A response that gave no session.
struct Rejected {
    error: Error,
    /// Whether another response would do: this one is right, but too old.
    is_old: bool,
}

impl From<Error> for Rejected {
    fn from(error: Error) -> Self {
        Self { error, is_old: false }
    }
}

impl Runner<'_> {
    /// Gets the response and presents it. One that came too old from the provider is fetched once
    /// more: the provider took user and password, so asking it again cannot lock the account.
    pub(super) async fn with_saml(&mut self) -> Result<()> {
        let plan = self.plan;
        let CredentialSource::Saml(saml) = &plan.base.source else {
            return Err(Error::new(Kind::Bug, "no SAML"));
        };
        let outcome = match &saml.proof {
            Proof::Captured(response) => self.present(saml, &response.value).await,
            Proof::Login(at) => {
                // A provider may take its time too, and those who wait for us have to know.
                self.tell_asking(true);
                if self.login.is_none() {
                    self.ask_login().await?;
                }
                let login = self.login.clone();
                let login = login.ok_or_else(|| Error::new(Kind::Bug, "no login"))?;
                let response = provider::log_in(at, &login, self).await?;
                match self.present(saml, &response).await {
                    Err(Rejected { is_old: true, .. }) => {
                        let told = "the first response was too old; logged in a second time";
                        self.notes.push(told.to_owned());
                        let response = provider::log_in(at, &login, self).await?;
                        self.present(saml, &response).await
                    }
                    outcome => outcome,
                }
            }
        };
        self.tell_asking(false);
        let (seconds, assumed) = outcome.map_err(|rejected| rejected.error)?;
        self.keep(0, assumed, seconds)
    }

    /// Presents a response. What AWS would refuse anyway is explained without asking AWS.
    async fn present(
        &mut self,
        saml: &Saml,
        response: &Response,
    ) -> std::result::Result<(u32, Assumed), Rejected> {
        if let Some(words) = &response.refusal {
            let error = Error::refused(format!("{saml} says that the login failed"));
            return Err(error.because(format!("it said: {}", escape(words))).into());
        }
        self.remember_offers(response)?;
        offered::check_time(saml, response, self.aws_now())
            .map_err(|error| Rejected { error, is_old: true })?;
        offered::check_audience(saml, response)?;
        let step = self.plan.steps.first();
        let role = step.map(|step| step.role.clone());
        let role = role.ok_or_else(|| Error::new(Kind::Bug, "a response without a role"))?;
        let provider = offered::provider_of(saml, response, &role)?;
        let call = self.role_call(0, String::new())?;
        let send = async |client: &Client, call: &RoleCall| {
            assume_with_saml(client, call, &provider, &response.encoded).await
        };
        let (seconds, outcome) = with_shorter(call, send, self.client()?).await;
        let assumed = outcome.map_err(|failure| {
            let attempt = self.attempt(provider.clone(), false);
            let error = about_proof(&failure, &attempt, offered::again(saml))
                .unwrap_or_else(|| self.refusal(&failure, provider.clone(), false));
            let error = match response.offer(&role) {
                Some(offer) => {
                    error.because(format!("sent: {} by {}", offer.role, escape(&offer.provider)))
                }
                None => error,
            };
            Rejected { error, is_old: failure.code().starts_with("ExpiredToken") }
        })?;
        Ok((seconds, assumed))
    }

    /// User and password from the file, or asked for.
    pub(super) async fn ask_login(&mut self) -> Result<()> {
        let CredentialSource::Saml(saml) = &self.plan.base.source else { return Ok(()) };
        let Proof::Login(login) = &saml.proof else { return Ok(()) };
        self.tell_asking(true);
        self.login = Some(self.user_and_password(login).await?);
        self.known.has_login = true;
        Ok(())
    }

    async fn user_and_password(&self, login: &saml::Login) -> Result<Login> {
        let host = escape(login.url.value.split('/').nth(2).unwrap_or_default());
        let needs_answer = |error: Error| match error.kind {
            Kind::NeedsAnswer => {
                error.hint("username and password can stand in ~/.saml/credentials (chmod 600)")
            }
            _ => error,
        };
        let user = match &login.who.username {
            Some(user) => user.clone(),
            None => {
                let question = format!("Username at {host}:");
                self.terminal.ask_text(&question).await.map_err(needs_answer)?
            }
        };
        let password = match &login.who.password {
            Some(PasswordSource::Known(password)) => password.clone(),
            Some(PasswordSource::Command(words, place)) => {
                program::secret(words, place, self.with.report).await?
            }
            None => {
                let question = format!("Password of {} at {host}:", escape(&user));
                self.terminal.ask_secret(&question).await.map_err(needs_answer)?
            }
        };
        if [user.as_str(), password.expose()].iter().any(|text| text.contains('\0')) {
            return Err(Error::config("the user name or the password contains a NUL character"));
        }
        Ok(Login { user, password })
    }

    fn remember_offers(&self, response: &Response) -> Result<()> {
        if response.offers.is_empty() {
            return Ok(());
        }
        let roles = response.offers.iter().map(|offer| offer.role.to_string()).collect();
        let offers = AssertionRoles { roles, learned: self.now() };
        self.with.store.put(&self.plan.base_key(), &offers, self.now())
    }
}
