//! The MFA code: given, or asked for while the connection opens; asked again when AWS refuses it.

use super::Bastion;
use crate::aws::{AwsError, Mfa};
use crate::cache::MfaDevice;
use crate::error::{Kind, Result};
use crate::plan::Chosen;
use crate::types::sanitize::escape;
use crate::ui::terminal::TRIES;

impl Bastion<'_> {
    /// The first code. While the user types it the connection opens and the keys are proved; if
    /// that fails the question ends, so that no code is spent on a network that is down.
    pub(super) async fn first_code(&mut self, device: &Chosen<String>) -> Result<Mfa> {
        let serial = device.value.clone();
        // Keys that are used for the first time are proved first: root's, or wrong ones, are worth
        // no question.
        let is_new = self.known_arn().is_none();
        if is_new {
            self.identity().await?;
        }
        if let Some(code) = self.errand.request.code.clone() {
            return Ok(Mfa { serial, code });
        }
        let question = self.question(device);
        self.turn.asking(true);
        let code = if is_new {
            self.errand.terminal.ask_code(&question).await?
        } else {
            tokio::try_join!(self.errand.terminal.ask_code(&question), self.identity())?.0
        };
        self.turn.asking(false);
        Ok(Mfa { serial, code })
    }

    /// The next code after AWS did not take the last one; any other failure is final.
    pub(super) async fn next_code(
        &mut self,
        device: &Chosen<String>,
        last: Mfa,
        failure: &AwsError,
        tries: &mut u32,
    ) -> Result<Mfa> {
        if failure.words().contains("unable to validate MFA code") && device.origin == "remembered"
        {
            self.forget_device()?;
        }
        let is_wrong_code = failure.words().contains("invalid MFA one time pass code");
        while is_wrong_code && *tries < TRIES {
            *tries += 1;
            self.errand.terminal.say("AWS did not take that code; each works once");
            let question = self.question(device);
            self.turn.asking(true);
            let asked = self.errand.terminal.ask_code(&question).await;
            self.turn.asking(false);
            let code = asked.map_err(|error| match error.kind {
                Kind::NeedsAnswer => self.explain_device(failure, device),
                _ => error,
            })?;
            if code != last.code {
                return Ok(Mfa { serial: last.serial, code });
            }
        }
        Err(self.explain_device(failure, device))
    }

    fn explain_device(&self, failure: &AwsError, device: &Chosen<String>) -> crate::error::Error {
        let error = self.refusal(failure, true).because(format!(
            "MFA device {} ({})",
            escape(&device.value),
            device.origin
        ));
        match error.kind {
            // Whether AWS saw the code is not known, and it takes each only once.
            Kind::Network => error.hint("the code may be used up: take the next one"),
            _ => error,
        }
    }

    fn question(&self, device: &Chosen<String>) -> String {
        let guessed = if device.origin.starts_with("a guess") { " (a guess)" } else { "" };
        format!("MFA code of {}{guessed}:", escape(&device.value))
    }

    /// A device that AWS took a code of is worth remembering, however it was found.
    pub(super) fn remember_working_device(&self, device: &Chosen<String>) -> Result<()> {
        if self.facts()?.mfa.is_some() {
            return Ok(());
        }
        self.remember_device(MfaDevice::Serial(device.value.clone()))
    }
}
