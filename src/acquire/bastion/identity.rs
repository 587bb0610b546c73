//! Who the base is: its name goes into the role session's, its ARN into messages.

use super::Bastion;
use crate::acquire::keys::base_key;
use crate::aws::{Identity, caller_identity};
use crate::cache::BaseFacts;
use crate::error::{Error, Result};
use crate::types::session_name;

impl Bastion<'_> {
    /// The session's name: as chosen, else the user's. Never empty, and the same for every session
    /// of a user.
    pub(super) async fn session_name(&mut self) -> Result<String> {
        if let Some(name) = &self.errand.request.shape.session_name {
            return Ok(name.clone());
        }
        let arn = match self.known_arn() {
            Some(arn) => arn,
            None => self.identity().await?.arn,
        };
        Ok(session_name(arn.rsplit(['/', ':']).next().unwrap_or_default()))
    }

    /// Asks AWS whose keys these are. Opens the connection and proves the keys on the way.
    pub(super) async fn identity(&self) -> Result<Identity> {
        let keys = &self.base.keys;
        let identity = caller_identity(self.errand.client, keys)
            .await
            .map_err(|failure| self.refusal(&failure, false))?;
        if identity.is_root() {
            return Err(Error::refused(format!("{} holds root keys", self.base.keys_from))
                .because("AWS lets root assume no role, and root keys cannot be limited")
                .hint("make an IAM user, give it keys, and delete the root keys"));
        }
        let mut facts = self.facts()?;
        facts.account = Some(identity.account.clone());
        facts.arn = Some(identity.arn.clone());
        self.errand.remember_clock()?;
        self.errand.store.put(&base_key(self.errand.request), &facts, self.errand.now())?;
        Ok(identity)
    }

    /// The base's ARN, if it was ever told.
    pub(super) fn known_arn(&self) -> Option<String> {
        self.facts().ok().and_then(|facts| facts.arn)
    }

    pub(super) fn facts(&self) -> Result<BaseFacts> {
        let nothing = BaseFacts { account: None, arn: None, mfa: None, learned: self.errand.now() };
        Ok(self
            .errand
            .store
            .get(&base_key(self.errand.request), self.errand.now())?
            .unwrap_or(nothing))
    }
}
