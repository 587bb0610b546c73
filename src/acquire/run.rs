//! The loop over [`next`]: each step is carried out, and what came of it noted.

use std::cell::Cell;
use std::rc::Rc;

use super::guard;
use super::keyring;
use super::load;
use super::wait::waiting_for;
use crate::aws::{Attempt, AwsError, Client, Endpoints, caller_identity, diagnose};
use crate::cache::Store;
use crate::cache::{BaseFacts, BaseSession, Holder, Key, Lock, RoleSession};
use crate::config::Config;
use crate::error::{Error, Kind, Result};
use crate::plan::{
    Call, Chosen, CredentialSource, Device, Goal, LockOf, Next, Plan, Protection, Question,
    Shorter, SignOn, Snapshot, account_of, next,
};
use crate::types::sanitize::escape;
use crate::types::{Clock, Credentials, Moment, Secret, minutes};
use crate::ui::report::Report;
use crate::ui::terminal::Terminal;

/// Better than nothing where no new session can be obtained, in seconds.
pub(super) const LITTLE: i64 = 60;

/// What a plan is carried out with.
#[derive(Clone, Copy)]
pub(crate) struct Surroundings<'a> {
    pub config: &'a Config,
    pub store: &'a Store,
    /// This machine's.
    pub clock: Clock,
    pub report: &'a Report,
}

#[derive(Default)]
pub(super) struct CodeAttempts {
    pub count: u32,
    /// How often a program printed one.
    pub printed: u32,
    pub refused: Option<(Secret, Error)>,
}

#[derive(Clone)]
pub(super) struct Login {
    pub user: String,
    pub password: Secret,
}

/// The most steps of one run; more would be a fault of ours.
const MOST_STEPS: usize = 200;

/// One plan being carried out.
pub(super) struct Runner<'a> {
    pub plan: &'a Plan,
    pub with: Surroundings<'a>,
    pub terminal: Terminal,
    pub known: Snapshot,
    pub notes: Vec<String>,
    endpoints: Option<Endpoints>,
    client: Option<Client>,
    locks: Vec<(LockOf, Lock)>,
    /// Whether a call is on its way that spends what its answer replaces.
    pub(super) is_spending: Rc<Cell<bool>>,
    pub(super) mfa: CodeAttempts,
    pub(super) login: Option<Login>,
    /// The key that came out of a keyring.
    fetched: Option<Credentials>,
    /// The account that the program of the base said its keys are of.
    pub(super) told_account: Option<Chosen<String>>,
}

impl<'a> Runner<'a> {
    pub(super) fn new(
        plan: &'a Plan,
        with: Surroundings<'a>,
        endpoints: Endpoints,
        known: Snapshot,
        terminal: Terminal,
    ) -> Self {
        Self {
            plan,
            with,
            terminal,
            known,
            notes: Vec::new(),
            endpoints: Some(endpoints),
            client: None,
            locks: Vec::new(),
            is_spending: Rc::default(),
            mfa: CodeAttempts::default(),
            login: None,
            fetched: None,
            told_account: None,
        }
    }

    /// Goes on until the session is there.
    pub(super) async fn run(&mut self) -> Result<RoleSession> {
        let may_ask = self.terminal.can_ask();
        for _ in 0..MOST_STEPS {
            match next(self.plan, &self.known, may_ask, self.now()) {
                Next::Done(role) => return self.finish(*role),
                Next::Refuse(error) => return Err(error),
                Next::Wait(lock) => self.wait(lock).await?,
                Next::Ask(question) => self.ask(question).await?,
                Next::Call(call) => self.call(call).await?,
            }
        }
        Err(Error::new(Kind::Bug, format!("the plan for {} has no end", self.plan.target)))
    }

    fn finish(&mut self, role: RoleSession) -> Result<RoleSession> {
        let is_stored = self.known.own.as_ref() == Some(&role);
        let is_narrowed = self.known.narrowed.as_ref() == Some(&role);
        if self.plan.steps.is_empty() && !is_stored && !is_narrowed {
            self.keep_own(&role)?;
        }
        Ok(role)
    }

    pub(super) fn now(&self) -> Moment {
        (self.with.clock)()
    }

    pub(super) fn aws_now(&self) -> Moment {
        let measured = self.client.as_ref().and_then(Client::skew);
        self.now().plus(measured.unwrap_or_else(|| self.with.store.skew(self.now())))
    }

    pub(super) fn client(&mut self) -> Result<&Client> {
        if self.client.is_none() {
            let connection = &self.plan.connection;
            let skew = Some(self.with.store.skew(self.now())).filter(|&skew| skew != 0);
            let endpoints =
                self.endpoints.take().ok_or_else(|| Error::new(Kind::Bug, "no endpoints"))?;
            let (trust, timeout) = (&connection.trust, connection.timeout);
            self.client = Some(Client::new(endpoints, trust, timeout, skew, self.with.report)?);
        }
        self.made_client()
    }

    pub(super) fn made_client(&self) -> Result<&Client> {
        self.client.as_ref().ok_or_else(|| Error::new(Kind::Bug, "no client"))
    }

    pub(super) fn remember_clock(&mut self) -> Result<()> {
        if let Some(skew) = self.client.as_ref().and_then(Client::skew) {
            self.with.store.put_skew(skew, self.now())?;
            self.known.skew = skew;
        }
        Ok(())
    }

    pub(super) fn refresh(&mut self) -> Result<()> {
        load::refresh(self.plan, self.with.config, self.with.store, self.now(), &mut self.known)
    }

    async fn wait(&mut self, lock: LockOf) -> Result<()> {
        let store = self.with.store;
        let held = &self.locks;
        let report = self.with.report;
        // While we wait for an answer to another shell's question, so does all that waits for us.
        let mut waiting = |holder: Holder| {
            held.iter().for_each(|(_, lock)| lock.waits_for(holder));
            report.text(&waiting_for(holder));
        };
        let taken = match lock {
            LockOf::Step(at) => {
                let seconds = self.plan.steps.get(at).map_or(0, |step| step.duration.value);
                store.lock::<RoleSession>(&self.plan.session_key(at, seconds), &mut waiting).await?
            }
            LockOf::Narrowed => {
                store.lock::<RoleSession>(&self.narrowed_key(), &mut waiting).await?
            }
            LockOf::Own => store.lock::<RoleSession>(&self.plan.own_key(), &mut waiting).await?,
            LockOf::Mfa => store.lock::<BaseSession>(&self.user_key(), &mut waiting).await?,
        };
        self.tell_asking(false);
        self.locks.push((lock, taken));
        self.known.locks.push(lock);
        if let Some(client) = &self.client {
            client.expect_skew(store.skew(self.now()));
        }
        // The process that held the lock before us may have made what we want.
        self.refresh()
    }

    pub(super) fn release(&mut self, lock: LockOf) {
        self.locks.retain(|(held, _)| *held != lock);
    }

    /// Tells those who wait for us whether the user is being asked something.
    pub(super) fn tell_asking(&self, asking: bool) {
        self.locks.iter().for_each(|(_, lock)| lock.asking(asking));
    }

    pub(super) fn lock(&self) -> Option<&Lock> {
        self.locks.last().map(|(_, lock)| lock)
    }

    async fn ask(&mut self, question: Question) -> Result<()> {
        match question {
            Question::AccountName(step) => {
                guard::confirm(self.plan, &step, self.terminal).await?;
                if self.known.confirmed < self.plan.protected.len() {
                    self.known.confirmed += 1;
                } else {
                    self.known.principal_confirmed = true;
                }
                Ok(())
            }
            Question::MfaCode(device) => self.ask_code(&device).await,
            Question::Device(serials) => self.ask_device(&serials).await,
            Question::Password => self.ask_login().await,
            // The call signs on where it has to.
            Question::SignOn => {
                self.known.sign_on = SignOn::Live(self.now());
                Ok(())
            }
        }
    }

    async fn call(&mut self, call: Call) -> Result<()> {
        match call {
            Call::CallerIdentity => self.prove_keys().await,
            Call::ListMfaDevices => self.list_devices().await,
            Call::MfaProgram => self.printed_code().await,
            Call::SessionToken { code } => self.session_token(code).await,
            Call::AssumeRole { step, with } => self.assume_role(step, with).await,
            Call::Narrow => self.narrow().await,
            Call::WithSaml => self.with_saml().await,
            Call::WithWebIdentity => self.with_web_identity().await,
            Call::Source => self.source_credentials().await,
        }
    }

    /// The keys that sign: those of the plan, what a program or the machine gave, or what a keyring
    /// holds, which is asked once.
    pub(super) async fn keys(&mut self) -> Result<Credentials> {
        let at_hand = match &self.plan.base.source {
            CredentialSource::Keys(keys, _) => Some(keys),
            CredentialSource::Keyring(_) => self.fetched.as_ref(),
            CredentialSource::IdentityCenter(_) if self.known.given.is_none() => {
                self.known.own.as_ref().map(|own| &own.session.keys)
            }
            _ => self.known.given.as_ref().map(|(keys, _)| keys),
        };
        if let Some(keys) = at_hand {
            return Ok(keys.clone());
        }
        let CredentialSource::Keyring(reference) = &self.plan.base.source else {
            return Err(Error::new(Kind::Bug, "no keys to sign with"));
        };
        let (environment, may_ask) = (&self.with.config.environment, self.terminal.may_ask);
        // Those who wait for us wait for the keyring's dialog too.
        self.tell_asking(true);
        let keys = keyring::fetch(reference, environment, may_ask, self.with.report).await;
        self.tell_asking(false);
        Ok(self.fetched.insert(keys?).clone())
    }

    /// What facts and the MFA session of the keys' user are kept under.
    pub(super) fn user_key(&self) -> Key {
        let id = self.plan.user_key_id(&self.known).or(self.plan.base.key_id());
        let given = || self.known.given.as_ref().map(|(keys, _)| keys.id.as_str());
        id.or_else(given).map_or_else(|| self.plan.base_key(), |id| self.plan.user_key(id))
    }

    pub(super) fn facts(&self) -> Result<BaseFacts> {
        let nothing = BaseFacts { account: None, arn: None, mfa: None, learned: self.now() };
        Ok(self.with.store.get(&self.user_key(), self.now())?.unwrap_or(nothing))
    }

    /// Asks AWS whose keys these are, which opens the connection and proves the keys.
    pub(super) async fn prove_keys(&mut self) -> Result<()> {
        let keys = self.keys().await?;
        let identity = caller_identity(self.client()?, &keys).await;
        let identity = identity.map_err(|failure| {
            let from = format!("the user of {}", self.plan.base.description);
            self.refusal(&failure, self.known.arn.as_deref().map_or(from, escape), false)
        })?;
        if identity.is_root() {
            let from = &self.plan.base.description;
            return Err(Error::refused(format!("{from} holds root keys"))
                .because("AWS does not let root assume roles, and root keys cannot be limited")
                .hint("create an IAM user with keys of its own, and delete the root keys"));
        }
        self.compare_account(&identity.account);
        self.remember_clock()?;
        if !keys.are_temporary() || self.plan.base.key_id().is_some() {
            let mut facts = self.facts()?;
            facts.account = Some(identity.account.clone());
            facts.arn = Some(identity.arn.clone());
            self.with.store.put(&self.user_key(), &facts, self.now())?;
        }
        self.known.is_proved = true;
        self.known.arn = Some(identity.arn.clone());
        let is_own = self.plan.steps.is_empty() || self.plan.has_own_session();
        if is_own && keys.are_temporary() {
            self.temporary_session(keys, identity.arn)?;
        }
        self.refresh()
    }

    /// Keeps and notes the base's own session.
    pub(super) fn made_own(&mut self, role: RoleSession) -> Result<()> {
        self.keep_own(&role)?;
        if self.plan.target.role.is_none() && self.plan.steps.is_empty() {
            let account = account_of(&role);
            let protection = account.map(|id| Protection::of(&id, None, self.with.config));
            self.known.principal = protection.transpose()?;
        }
        self.known.own = Some(role);
        self.known.own_is_new = true;
        Ok(())
    }

    /// Keys that last longer than any of STS are asked for each time.
    fn keep_own(&self, role: &RoleSession) -> Result<()> {
        use crate::cache::Entry;
        // A console sign-in is kept by the AWS CLI's file.
        let is_kept = self.plan.base.sign_in().is_some();
        if role.granted > 0 && role.is_possible() && !is_kept {
            self.with.store.put(&self.plan.own_key(), role, self.now())?;
        }
        Ok(())
    }

    pub(super) fn refusal(&self, failure: &AwsError, principal: String, mfa: bool) -> Error {
        if failure.is_about_time() {
            // The next run knows AWS's clock; that this one failed is reported anyway.
            let skew = self.client.as_ref().and_then(Client::skew);
            let _ = skew.map(|skew| self.with.store.put_skew(skew, self.now()));
        }
        match &self.client {
            Some(client) => diagnose(failure, &self.attempt(principal, mfa), client),
            None => Error::new(Kind::Bug, "a call without a client"),
        }
    }

    pub(super) fn attempt(&self, principal: String, mfa: bool) -> Attempt {
        let step = self.plan.steps.last();
        Attempt {
            what: self.plan.target.to_string(),
            principal,
            role_arn: step.map(|step| step.role.to_string()),
            mfa,
            external_id: step.is_some_and(|step| step.parameters.external_id.is_some()),
            keys_from: self.plan.keys_description(),
        }
    }

    pub(super) fn device_is(&self, device: &Device) -> bool {
        self.known.device == *device
    }
}

/// The line about a session that is shorter than was asked for. A stored one needs no word about
/// what AWS allows.
pub(super) fn note_of_duration(
    plan: &Plan,
    at: usize,
    goal: &Goal,
    is_stored: bool,
) -> Option<String> {
    let asked = minutes(plan.steps.get(at)?.duration.value.into());
    match goal.shorter? {
        Shorter::Chained if !is_stored => Some(format!(
            "1h instead of {asked}: AWS gives a role assumed from temporary keys no more"
        )),
        Shorter::NoQuestion => Some(format!(
            "1h instead of {asked}: a longer session takes an MFA code, and no question may be asked"
        )),
        Shorter::Chained | Shorter::Remembered => None,
    }
}
