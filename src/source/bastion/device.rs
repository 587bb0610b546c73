//! Which MFA device: named by the user, remembered, or found out from AWS.

use super::Bastion;
use crate::error::{Error, Kind, Result};
use crate::request::Chosen;
use crate::shown::shown;
use crate::source::keys::base_key;
use crate::store::MfaDevice;
use crate::sts::{Device, Failure, mfa_devices};

impl Bastion<'_> {
    /// The device whose code is wanted; `None` when the user has none that shows codes.
    pub(super) async fn device(&mut self) -> Result<Option<Chosen<String>>> {
        if let Some(serial) = &self.request.serial {
            return Ok(Some(serial.clone()));
        }
        match self.facts()?.mfa {
            Some(MfaDevice::Serial(serial)) => return Ok(Some(Chosen::new(serial, "remembered"))),
            Some(MfaDevice::None) => return Ok(None),
            None => {}
        }
        match mfa_devices(self.client, &self.request.base.keys).await {
            Ok(devices) => {
                let device = self.choose(&devices).await?;
                self.remember_device(device.clone().map_or(MfaDevice::None, MfaDevice::Serial))?;
                Ok(device.map(|serial| Chosen::new(serial, "iam:ListMFADevices")))
            }
            Err(failure) => self.guess(&failure).await.map(Some),
        }
    }

    async fn choose(&mut self, devices: &[Device]) -> Result<Option<String>> {
        let serials: Vec<String> =
            devices.iter().filter(|device| device.shows_codes()).map(|device| device.serial.clone()).collect();
        match serials.as_slice() {
            [] => {
                if !devices.is_empty() {
                    self.notes
                        .push("this user has only passkeys, which STS cannot take; going on without MFA".to_owned());
                }
                Ok(None)
            }
            [only] => Ok(Some(only.clone())),
            several => {
                let shown: Vec<String> = several.iter().map(|serial| shown(serial)).collect();
                let question = "Which MFA device?";
                self.turn.asking(true);
                let chosen = self.terminal.ask_choice(question, &shown).await.map_err(|error| match error.kind {
                    Kind::NeedsAnswer => error.hint(format!("name one of {} with --mfa-serial", shown.join(", "))),
                    _ => error,
                })?;
                self.turn.asking(false);
                Ok(several.get(chosen).cloned())
            }
        }
    }

    /// A user may often not list the devices before MFA. A virtual device usually bears the user's name; the
    /// question shows the guess, and a wrong one is told by AWS without spending a code.
    async fn guess(&mut self, failure: &Failure) -> Result<Chosen<String>> {
        if !matches!(failure.code(), "AccessDenied" | "AccessDeniedException") && !failure.words().is_empty() {
            return Err(self.refusal(failure, false));
        }
        let identity = self.identity().await?;
        let serial = format!("arn:{}:iam::{}:mfa/{}", self.request.target.partition, identity.account, identity.user());
        Ok(Chosen::new(serial, "a guess: iam:ListMFADevices was not possible"))
    }

    pub(super) fn remember_device(&self, device: MfaDevice) -> Result<()> {
        let mut facts = self.facts()?;
        facts.mfa = Some(device);
        facts.learned = self.now;
        self.store.put(&base_key(self.request), &facts, self.now)
    }

    /// What was remembered turned out wrong: the next run asks AWS again.
    pub(super) fn forget_device(&self) -> Result<()> {
        let mut facts = self.facts()?;
        facts.mfa = None;
        self.store.put(&base_key(self.request), &facts, self.now)
    }

    /// A refusal of a user without a known device: the role may want MFA, so a device made since is looked for next time.
    pub(super) fn refusal_without_device(&self, failure: &Failure) -> Error {
        let refusal = self.refusal(failure, false);
        match self.forget_device() {
            Ok(()) => refusal,
            Err(error) => refusal.because(error.message),
        }
    }
}
