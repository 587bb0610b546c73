//! A console sign-in (`aws login`): read where the AWS CLI keeps it, renewed when it is about to end.
//!
//! Its refresh token is good once, and a process that renews with one that another has just used is
//! refused. So one of us renews at a time, and what others made meanwhile is looked at: AWS's own
//! tools take no lock.

pub(crate) mod cache;
mod login;
mod refusal;

use super::own_file::{PATIENCE, PAUSE};
use super::run::{LITTLE, Runner};
use crate::aws::{FailureKind, Grant, ProofKey, sign_in_of_region, sign_in_tokens};
use crate::error::{Error, Kind, Result};
use crate::plan::chain::SignIn;
use crate::plan::{LockOf, SIGN_IN_RENEWED_BELOW};
use cache::CachedSignIn;
pub(crate) use login::SignInClient;
use refusal::refusal;

/// How often a renewal is tried with what another process kept meanwhile.
const TRIES: u32 = 5;

impl Runner<'_> {
    /// The keys of the sign-in, renewed unless another process has just done that.
    pub(super) async fn sign_in_keys(&mut self, sign_in: &SignIn) -> Result<()> {
        match self.renewed_keys(sign_in).await {
            Err(error) if error.kind == Kind::NeedsAnswer && self.terminal.can_ask() => {
                self.terminal.say(&error.message);
                self.by_person(sign_in).await?;
            }
            outcome => outcome?,
        }
        self.refresh()?;
        self.known.own_is_new = self.known.own.is_some();
        self.release(LockOf::Own);
        match self.known.own_is_new {
            true => Ok(()),
            false => Err(sign_in.missing()),
        }
    }

    /// Signs in in the middle of a switch.
    async fn by_person(&mut self, sign_in: &SignIn) -> Result<()> {
        self.client()?;
        self.tell_asking(true);
        let (connection, terminal) = (&self.plan.connection, self.terminal);
        let (client, clock) = (self.made_client()?, self.with.clock);
        let client = SignInClient { sign_in, connection, client, terminal, clock };
        let signed_in = client.by_person(|text| terminal.say(text)).await;
        self.tell_asking(false);
        signed_in.map(|_| ())
    }

    async fn renewed_keys(&mut self, sign_in: &SignIn) -> Result<()> {
        let mut kept = self.kept(sign_in, None).await?;
        let anew = self.plan.refresh && self.plan.steps.is_empty();
        for _ in 0..TRIES {
            let is_dead = self.known.dead.contains(&kept.keys.id);
            let left = kept.expires.since(self.now());
            if left > SIGN_IN_RENEWED_BELOW && !is_dead && !anew {
                break;
            }
            self.is_spending.set(true);
            let renewed = self.renew(sign_in, &kept).await;
            self.is_spending.set(false);
            let error = match renewed {
                Ok(()) => break,
                Err(Renewal::Failed(error)) => error,
                Err(Renewal::Refused(error)) => match self.kept(sign_in, Some(&kept)).await {
                    // Another process was faster, and its keys are as good.
                    Ok(theirs) => {
                        kept = theirs;
                        continue;
                    }
                    Err(_) => error,
                },
            };
            if left <= LITTLE || is_dead || anew {
                return Err(error);
            }
            self.with.report.warn(&format!(
                "cannot renew the console sign-in; its keys work until they expire: {}",
                error.message
            ));
            break;
        }
        Ok(())
    }

    /// What is kept; with `old`, what is kept in its place. A file that another process is writing
    /// is waited for.
    async fn kept(&self, sign_in: &SignIn, old: Option<&CachedSignIn>) -> Result<CachedSignIn> {
        let read = async {
            loop {
                let kept = cache::read(&sign_in.file);
                let is_new =
                    |kept: &CachedSignIn| old.is_none_or(|old| old.refresh != kept.refresh);
                if let Some(kept) = kept.filter(is_new) {
                    return Some(kept);
                }
                if !sign_in.file.exists() {
                    return None;
                }
                tokio::time::sleep(PAUSE).await;
            }
        };
        let kept = tokio::time::timeout(PATIENCE, read).await.ok().flatten();
        kept.ok_or_else(|| match cache::told(sign_in) {
            Some(problem) => sign_in.missing().because(problem),
            None => sign_in.missing(),
        })
    }

    async fn renew(
        &mut self,
        sign_in: &SignIn,
        kept: &CachedSignIn,
    ) -> std::result::Result<(), Renewal> {
        let key = ProofKey::parse(kept.proof_key.expose()).ok_or_else(|| {
            let error =
                Error::refused(format!("the console sign-in of {sign_in} cannot be renewed"));
            Renewal::Refused(error.because("its dpopKey cannot be read").hint(sign_in.login()))
        })?;
        let connection = &self.plan.connection;
        let region = kept.region.as_ref().unwrap_or(&connection.region);
        let endpoint = sign_in_of_region(region, &connection.endpoints).map_err(Renewal::Failed)?;
        let draft = cache::draft(sign_in).map_err(Renewal::Failed)?;
        let client = self.client().map_err(Renewal::Failed)?;
        let grant = Grant::Refresh(&kept.refresh);
        match sign_in_tokens(client, &endpoint, &kept.client_id, &key, grant).await {
            Ok(tokens) => {
                let text = kept.renewed(&tokens, self.now());
                // Someone who has signed in anew meanwhile has the newer sign-in.
                let now = cache::read(&sign_in.file);
                match now.is_none_or(|now| now.proof_key == kept.proof_key) {
                    true => cache::keep(sign_in, draft, &text).map_err(Renewal::Failed),
                    false => Ok(()),
                }
            }
            Err(failure) => {
                let error = refusal(&failure, sign_in, &endpoint);
                let is_about_person = ["INSUFFICIENT_PERMISSIONS", "USER_CREDENTIALS_CHANGED"]
                    .contains(&failure.code());
                Err(match failure.trouble {
                    FailureKind::Answer { .. } if !is_about_person => Renewal::Refused(error),
                    _ => Renewal::Failed(error),
                })
            }
        }
    }
}

enum Renewal {
    /// AWS does not take what is kept, and may take what another process keeps.
    Refused(Error),
    Failed(Error),
}
