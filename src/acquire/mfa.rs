//! The MFA device and its code: named, remembered, or found out from AWS; asked for while the
//! connection opens, and again when AWS refuses it.

use super::mfa_program::whose;
use super::roles::serial_of;
use super::run::Runner;
use crate::aws::{AwsError, Mfa, mfa_devices, session_token};
use crate::cache::{BaseSession, MfaDevice};
use crate::error::{Error, Kind, Result};
use crate::plan::{Chosen, Device, LockOf, Origin, Service, own_of};
use crate::types::sanitize::escape;
use crate::ui::terminal::TRIES;

/// How long an MFA session lasts, in seconds.
const SECONDS: u32 = crate::plan::keys::OWN_SECONDS;

impl Runner<'_> {
    /// Asks for a code. Meanwhile the connection opens and the keys are proved; if that fails the
    /// question ends, so that no code is spent on a network that is down.
    pub(super) async fn ask_code(&mut self, device: &Chosen<String>) -> Result<()> {
        let terminal = self.terminal;
        let is_guess = device.origin == Origin::Guessed;
        let guess = if is_guess { " (a guess)" } else { "" };
        let question = format!("MFA code of {}{guess}:", escape(&device.value));
        let is_long =
            self.plan.steps.first().is_some_and(|step| step.duration.value > crate::plan::ONE_HOUR);
        if is_long && self.known.mfa_session.is_some() && self.mfa.refused.is_none() {
            terminal.say("A session of more than 1h takes a code of its own.");
        }
        // What is said about the connection comes before the question.
        self.client()?.tell(Service::STS);
        // A keyring may ask for its own password on this very terminal: one question at a time.
        self.keys().await?;
        self.tell_asking(true);
        let asked = if self.known.is_proved {
            terminal.ask_code(&question).await
        } else {
            tokio::try_join!(terminal.ask_code(&question), self.prove_keys()).map(|(code, ())| code)
        };
        self.tell_asking(false);
        let code = asked.map_err(|error| match (error.kind, &self.mfa.refused) {
            (Kind::NeedsAnswer, Some((_, refusal))) => refusal.clone(),
            (Kind::NeedsAnswer, None) => {
                let with_code = self.plan.command_with(&["--mfa-code", "123456"]);
                let error = error.hint(format!("give the code with the command: {with_code}"));
                let hour = self.plan.command_with(&["--duration", "1h"]);
                match is_long {
                    true => error.hint(format!("without a code at most 1h is possible: {hour}")),
                    false => error,
                }
            }
            _ => error,
        })?;
        match &self.mfa.refused {
            // The same code again would only be refused again.
            Some((last, refusal)) if *last == code => {
                if self.mfa.count + 1 >= TRIES {
                    return Err(refusal.clone());
                }
                self.mfa.count += 1;
                terminal.say("AWS refused that code; each code works once, and not for long");
            }
            _ => self.known.code = Some(code),
        }
        Ok(())
    }

    /// What comes of a code that AWS did not take: another question, or the error.
    pub(super) fn code_refused(&mut self, failure: &AwsError) -> Result<()> {
        let device = match &self.known.device {
            Device::Known(device) => device.clone(),
            other => Chosen::new(serial_of(other), Origin::Guessed),
        };
        let words = failure.words();
        if words.contains("unable to validate MFA code") && device.origin == Origin::Remembered {
            self.forget_device()?;
        }
        let error = self.explain_device(failure, &device);
        let is_wrong = words.contains("invalid MFA one time pass code");
        let program = self.plan.mfa_program(&self.known).filter(|_| self.mfa.printed > 0);
        let error = match program {
            Some(program) => error.because(format!("the code is that of {}", whose(program))),
            None => error,
        };
        self.mfa.count += 1;
        match self.known.code.take() {
            // It may be the one of the switch before; the next one is waited for.
            Some(code) if is_wrong && self.mfa.printed == 1 && program.is_some() => {
                self.mfa.refused = Some((code, error));
                Ok(())
            }
            _ if program.is_some() => Err(error),
            Some(code) if is_wrong && self.mfa.count < TRIES => {
                self.terminal.say("AWS refused that code; each code works once, and not for long");
                self.mfa.refused = Some((code, error));
                Ok(())
            }
            _ => Err(error),
        }
    }

    fn explain_device(&self, failure: &AwsError, device: &Chosen<String>) -> Error {
        let principal = self.principal();
        let error = self.refusal(failure, principal, true);
        let error =
            error.because(format!("MFA device {} ({})", escape(&device.value), device.origin));
        match error.kind {
            // Whether AWS saw the code is not known, and it takes each only once.
            Kind::Network => error.hint("each code works once; wait for the next one"),
            _ => error,
        }
    }

    pub(super) fn principal(&self) -> String {
        let from = || format!("the user of {}", self.plan.base.description);
        self.known.arn.as_deref().map_or_else(from, escape)
    }

    /// Temporary keys of the user: with MFA the session that all roles share, without it only for
    /// a profile without a role.
    pub(super) async fn session_token(&mut self, with_code: bool) -> Result<()> {
        let keys = self.keys().await?;
        let serial = serial_of(&self.known.device);
        let code = self.known.code.clone().filter(|_| with_code);
        let mfa = code.map(|code| Mfa { serial: serial.clone(), code });
        let seconds = i32::try_from(SECONDS).unwrap_or(i32::MAX);
        let session = session_token(self.client()?, &keys, mfa.as_ref(), seconds).await;
        let session = match session {
            Ok(session) => session,
            Err(failure) if with_code => return self.code_refused(&failure),
            Err(failure) => return Err(self.refusal(&failure, self.principal(), false)),
        };
        self.remember_clock()?;
        let made = session.expires.plus(-i64::from(SECONDS));
        let base = BaseSession { session, made, mfa_serial: mfa.map(|mfa| mfa.serial) };
        let arn = self.known.arn.clone().unwrap_or_default();
        if with_code {
            self.with.store.put(&self.user_key(), &base, self.now())?;
            self.remember_working_device()?;
            self.known.code = None;
            self.known.mfa_session = Some(base.clone());
            self.known.mfa_session_is_new = true;
        } else if let Device::Guessed(_) = self.known.device {
            self.notes.push(
                "without MFA: this user may not list its devices (iam:ListMFADevices); name one with --mfa-serial"
                    .to_owned(),
            );
        }
        self.release(LockOf::Mfa);
        if self.plan.steps.is_empty() || self.known.given.is_some() {
            let own = own_of(&base, arn);
            self.made_own(own)?;
        }
        Ok(())
    }

    pub(super) async fn list_devices(&mut self) -> Result<()> {
        let keys = self.keys().await?;
        let devices = match mfa_devices(self.client()?, &keys).await {
            Ok(devices) => devices,
            Err(failure) => return self.guess(&failure).await,
        };
        let serials: Vec<String> = devices
            .iter()
            .filter(|device| device.shows_codes())
            .map(|device| device.serial.clone())
            .collect();
        match serials.as_slice() {
            [] => {
                if !devices.is_empty() {
                    self.notes.push(
                        "this user has only passkeys, which STS cannot take; going on without MFA"
                            .to_owned(),
                    );
                }
                self.known.device = Device::None;
                if self.plan.steps.is_empty() {
                    self.remember_no_device()?;
                }
                Ok(())
            }
            [only] => self.device_found(only.clone()),
            _ => {
                self.known.device = Device::Several(serials);
                Ok(())
            }
        }
    }

    pub(super) async fn ask_device(&mut self, serials: &[String]) -> Result<()> {
        let shown: Vec<String> = serials.iter().map(|serial| escape(serial)).collect();
        self.tell_asking(true);
        let chosen = self.terminal.ask_choice("Which MFA device?", &shown).await;
        self.tell_asking(false);
        let chosen = chosen.map_err(|error| match error.kind {
            Kind::NeedsAnswer => {
                error.hint(format!("name one of {} with --mfa-serial", shown.join(", ")))
            }
            _ => error,
        })?;
        self.device_found(serials.get(chosen).cloned().unwrap_or_default())
    }

    fn device_found(&mut self, serial: String) -> Result<()> {
        self.remember_device(Some(MfaDevice::Serial(serial.clone())))?;
        self.known.device = Device::Known(Chosen::new(serial, Origin::Listed));
        Ok(())
    }

    /// A user may often not list the devices before MFA. A virtual device usually bears the user's
    /// name; the question shows the guess, and AWS refuses a wrong one without spending a code.
    async fn guess(&mut self, failure: &AwsError) -> Result<()> {
        if !failure.is_denial() && !failure.words().is_empty() {
            return Err(self.refusal(failure, self.principal(), false));
        }
        if !self.known.is_proved {
            self.prove_keys().await?;
        }
        let facts = self.facts()?;
        let user = self.known.arn.as_deref().and_then(|arn| arn.rsplit(['/', ':']).next());
        let (partition, user) = (self.plan.target.partition, user.unwrap_or_default());
        let account = facts.account.map(|id| id.to_string()).or_else(|| {
            self.known.arn.as_deref().and_then(|arn| arn.split(':').nth(4)).map(str::to_owned)
        });
        let account = account.unwrap_or_default();
        self.known.device = Device::Guessed(format!("arn:{partition}:iam::{account}:mfa/{user}"));
        Ok(())
    }

    /// A device that AWS took a code of is worth remembering, however it was found.
    pub(super) fn remember_working_device(&self) -> Result<()> {
        if self.facts()?.mfa.is_some() {
            return Ok(());
        }
        self.remember_device(Some(MfaDevice::Serial(serial_of(&self.known.device))))
    }

    pub(super) fn remember_no_device(&mut self) -> Result<()> {
        self.known.device = Device::None;
        self.remember_device(Some(MfaDevice::None))
    }

    /// What was remembered turned out wrong: AWS is asked again.
    pub(super) fn forget_device(&mut self) -> Result<()> {
        self.known.device = Device::Unknown;
        self.remember_device(None)
    }

    fn remember_device(&self, device: Option<MfaDevice>) -> Result<()> {
        let mut facts = self.facts()?;
        facts.learned = if device.is_some() { self.now() } else { facts.learned };
        facts.mfa = device;
        self.with.store.put(&self.user_key(), &facts, self.now())
    }
}
