//! Which MFA device: named by the user, remembered, or found out from AWS.

use super::Bastion;
use crate::acquire::keys::base_key;
use crate::aws::{self, Assumed, AwsError, mfa_devices};
use crate::cache::MfaDevice;
use crate::error::{Kind, Result};
use crate::plan::Chosen;
use crate::types::sanitize::escape;

/// What is known about the user's MFA device.
enum Device {
    /// This one.
    Known(Chosen<String>),
    /// AWS would not tell; a virtual device usually bears the user's name.
    Guessed(Chosen<String>),
    /// None that shows codes, as just heard.
    None,
    /// None, when an earlier run asked.
    NoneOnce,
}

/// How a user without a base session goes on.
pub(super) enum Proof {
    /// By the code of this device.
    Code(Chosen<String>),
    /// The role was given without one.
    Role(Assumed),
}

impl Bastion<'_> {
    /// Finds the device whose code is wanted, or gets the role without one where there is none: a
    /// user who may not even list devices is asked for a code only after AWS refused the role
    /// without it.
    pub(super) async fn proof(&mut self) -> Result<Proof> {
        let mut device = self.device()?;
        loop {
            let found = match device {
                Some(found) => found,
                None => self.ask_aws().await?,
            };
            match found {
                Device::Known(serial) => return Ok(Proof::Code(serial)),
                Device::Guessed(serial) if self.errand.request.code.is_some() => {
                    return Ok(Proof::Code(serial));
                }
                _ => {}
            }
            let failure = match self.call_role(&self.base.keys, None).await? {
                Ok(assumed) => {
                    self.remember_device(MfaDevice::None)?;
                    if self.errand.request.code.is_some() {
                        self.errand.notes.push(
                            "the code was not sent: this user has no MFA device that shows codes"
                                .to_owned(),
                        );
                    }
                    return Ok(Proof::Role(assumed));
                }
                Err(failure) => failure,
            };
            match found {
                Device::Guessed(serial)
                    if failure.is_denial() && self.errand.terminal.can_ask() =>
                {
                    self.errand
                        .terminal
                        .say("AWS refuses this without MFA. If you have a device, type its code; else Ctrl-C.");
                    return Ok(Proof::Code(serial));
                }
                // A device made since may be what the role wants.
                Device::NoneOnce if failure.is_denial() => {
                    self.forget_device()?;
                    device = None;
                }
                _ => return Err(self.refusal(&failure, false)),
            }
        }
    }

    /// The device for a session of the user's own, if there is one. AWS gives that session without
    /// MFA too, so a guess is worth no question.
    pub(super) async fn own_device(&mut self) -> Result<Option<Chosen<String>>> {
        let known = match self.device()? {
            None if self.base.finds_device => Some(self.ask_aws().await?),
            device => device,
        };
        Ok(match known {
            Some(Device::Known(serial)) => Some(serial),
            Some(Device::Guessed(serial)) if self.errand.request.code.is_some() => Some(serial),
            Some(Device::Guessed(_)) => {
                let told =
                    "without MFA: AWS does not tell this user its device; --mfa-serial names it";
                self.errand.notes.push(told.to_owned());
                None
            }
            Some(Device::None) => {
                self.remember_device(MfaDevice::None)?;
                None
            }
            Some(Device::NoneOnce) | None => None,
        })
    }

    fn device(&self) -> Result<Option<Device>> {
        if let Some(serial) = &self.errand.request.serial {
            return Ok(Some(Device::Known(serial.clone())));
        }
        Ok(match self.facts()?.mfa {
            Some(MfaDevice::Serial(serial)) => {
                Some(Device::Known(Chosen::new(serial, "remembered")))
            }
            // A code at hand: there may be a device by now.
            Some(MfaDevice::None) if self.errand.request.code.is_some() => None,
            Some(MfaDevice::None) => Some(Device::NoneOnce),
            None => None,
        })
    }

    async fn ask_aws(&mut self) -> Result<Device> {
        match mfa_devices(self.errand.client, &self.base.keys).await {
            Ok(devices) => Ok(match self.choose(&devices).await? {
                Some(serial) => {
                    self.remember_device(MfaDevice::Serial(serial.clone()))?;
                    Device::Known(Chosen::new(serial, "iam:ListMFADevices"))
                }
                None => Device::None,
            }),
            Err(failure) => self.guess(&failure).await.map(Device::Guessed),
        }
    }

    async fn choose(&mut self, devices: &[aws::Device]) -> Result<Option<String>> {
        let serials: Vec<String> = devices
            .iter()
            .filter(|device| device.shows_codes())
            .map(|device| device.serial.clone())
            .collect();
        match serials.as_slice() {
            [] => {
                if !devices.is_empty() {
                    self.errand.notes.push(
                        "this user has only passkeys, which STS cannot take; going on without MFA"
                            .to_owned(),
                    );
                }
                Ok(None)
            }
            [only] => Ok(Some(only.clone())),
            several => {
                let shown: Vec<String> = several.iter().map(|serial| escape(serial)).collect();
                let question = "Which MFA device?";
                self.turn.asking(true);
                let chosen =
                    self.errand.terminal.ask_choice(question, &shown).await.map_err(|error| {
                        match error.kind {
                            Kind::NeedsAnswer => error.hint(format!(
                                "name one of {} with --mfa-serial",
                                shown.join(", ")
                            )),
                            _ => error,
                        }
                    })?;
                self.turn.asking(false);
                Ok(several.get(chosen).cloned())
            }
        }
    }

    /// A user may often not list the devices before MFA. A virtual device usually bears the user's
    /// name; the question shows the guess, and a wrong one is told by AWS without spending a code.
    async fn guess(&mut self, failure: &AwsError) -> Result<Chosen<String>> {
        if !failure.is_denial() && !failure.words().is_empty() {
            return Err(self.refusal(failure, false));
        }
        let identity = self.identity().await?;
        let serial = format!(
            "arn:{}:iam::{}:mfa/{}",
            self.errand.request.target.partition,
            identity.account,
            identity.user()
        );
        Ok(Chosen::new(serial, "a guess: iam:ListMFADevices was not possible"))
    }

    pub(super) fn remember_device(&self, device: MfaDevice) -> Result<()> {
        let mut facts = self.facts()?;
        facts.mfa = Some(device);
        facts.learned = self.errand.now();
        self.errand.store.put(&base_key(self.errand.request), &facts, self.errand.now())
    }

    /// What was remembered turned out wrong: the next run asks AWS again.
    pub(super) fn forget_device(&self) -> Result<()> {
        let mut facts = self.facts()?;
        facts.mfa = None;
        self.errand.store.put(&base_key(self.errand.request), &facts, self.errand.now())
    }
}
