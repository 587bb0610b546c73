//! The credentials that a base gives by itself: a program's, the machine's, a permission set's.

use std::rc::Rc;

use super::run::Runner;
use super::{credential_process, sso};
use crate::aws::{FailureKind, Machine, machine_keys};
use crate::cache::{BaseSession, ProgramKeys, RoleSession};
use crate::error::{Error, Kind, Result};
use crate::plan::{Chosen, CredentialSource, Origin, own_of};
use crate::types::sanitize::{escape, escape_up_to};
use crate::types::{AccountId, Credentials, Moment, Session};

/// An MFA session with less left is renewed before it goes into a shell, in seconds.
const ENOUGH: i64 = 15 * 60;

impl Runner<'_> {
    pub(super) async fn source_credentials(&mut self) -> Result<()> {
        let plan = self.plan;
        if let Some(sign_in) = plan.base.sign_in() {
            return self.sign_in_keys(sign_in).await;
        }
        let (keys, expires) = match &plan.base.source {
            CredentialSource::Process(process) => {
                self.tell_asking(true);
                let (profile, report) = (&plan.base.profile, self.with.report);
                let printed =
                    credential_process::run(profile, process, self.terminal, report, self.now())
                        .await;
                self.tell_asking(false);
                let printed = printed?;
                let long_lived = (!printed.keys.are_temporary()).then(|| printed.keys.id.clone());
                if self.known.printed.as_ref().map(|known| &known.long_lived) != Some(&long_lived) {
                    let learned = ProgramKeys { long_lived, learned: self.now() };
                    self.with.store.put(&plan.base.key(), &learned, self.now())?;
                }
                let said = format!("the program of {}", plan.base.description);
                self.told_account =
                    printed.account.map(|account| Chosen::new(account, Origin::Place(said)));
                (printed.keys, printed.expires)
            }
            CredentialSource::Container => self.machine(Machine::Container).await?,
            CredentialSource::Instance => self.machine(Machine::Instance).await?,
            CredentialSource::IdentityCenter(role) => {
                let (store, terminal, clock) = (self.with.store, self.terminal, self.with.clock);
                self.client()?;
                let lock = self.lock().ok_or_else(|| Error::new(Kind::Bug, "no lock"))?;
                let client = self.made_client()?;
                let mut sign_on = sso::SignOnClient::new(
                    &role.session, client, store, terminal, clock, self.with.report,
                )?;
                sign_on.is_spending = Rc::clone(&self.is_spending);
                let session = sign_on.keys(role, lock).await?;
                self.known.sign_on = sso::state(&role.session, self.now());
                (session.keys, Some(session.expires))
            }
            _ => return Err(Error::new(Kind::Bug, "this source gives no credentials of its own")),
        };
        self.known.given = Some((keys.clone(), expires));
        if let Some(role) = plan.base.sso_role().filter(|_| plan.steps.is_empty()) {
            // Whose role it is was asked for; only a role assumed with it wants the user's name.
            self.remember_clock()?;
            return self.temporary_session(keys, role.session_arn());
        }
        self.refresh()?;
        // The same keys are the same user, wherever they come from: one MFA session, one code.
        let is_enough = |base: &BaseSession| base.session.expires.since(self.aws_now()) > ENOUGH;
        let user = self.plan.user_key_id(&self.known).is_some();
        if let (true, Some(base), Some(arn)) = (user, &self.known.mfa_session, &self.known.arn)
            && is_enough(base)
            && !self.plan.refreshes_all()
        {
            let own = own_of(base, arn.clone());
            self.made_own(own)?;
        }
        Ok(())
    }

    /// Keys that are temporary already are used as they are.
    pub(super) fn temporary_session(&mut self, keys: Credentials, arn: String) -> Result<()> {
        let expires = match (&self.plan.base.source, &self.known.given) {
            (CredentialSource::Keys(_, expires), _) => *expires,
            (_, given) => given.as_ref().and_then(|(_, expires)| *expires),
        };
        let now = self.aws_now();
        let left = expires.map(|expires| u32::try_from(expires.since(now)).unwrap_or(0));
        let role = match self.known.own.take().filter(|own| own.session.keys.id == keys.id) {
            Some(nameless) => RoleSession { assumed_role: arn, ..nameless },
            None => {
                let session = Session { keys, expires: expires.unwrap_or(now) };
                RoleSession { session, assumed_role: arn, granted: left.unwrap_or(0) }
            }
        };
        self.made_own(role)
    }

    /// AWS's tools send requests to hosts of the account that a profile or its program names.
    pub(super) fn compare_account(&self, account: &AccountId) {
        let told = self.told_account.as_ref().or(self.plan.base.told_account.as_ref());
        if let Some(told) = told.filter(|told| told.value != account.as_str()) {
            self.with.report.warn(&format!(
                "{} says account {}, and the keys are of {account}: AWS's tools may ask the wrong hosts",
                told.origin,
                escape_up_to(&told.value, 20)
            ));
        }
    }

    async fn machine(&mut self, machine: Machine) -> Result<(Credentials, Option<Moment>)> {
        let from = &self.plan.base.description;
        let what = match machine {
            Machine::Container => "the container",
            Machine::Instance => "the instance",
        };
        machine_keys(self.client()?, machine).await.map_err(|failure| {
            let error = Error::refused(format!("{what} gives no keys: {from}"));
            let error = match failure.trouble {
                FailureKind::Connect(why) => error.because(escape(&why)),
                _ => error.because("nothing answers"),
            };
            error.hint(match machine {
                Machine::Container => {
                    "credential_source = EcsContainer works in a task of ECS or a pod of EKS that has a role"
                }
                Machine::Instance => {
                    "credential_source = Ec2InstanceMetadata works on an instance of EC2 that has a role"
                }
            })
        })
    }
}
