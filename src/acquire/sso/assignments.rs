//! What a sign-on gives a person: accounts with their roles, asked for a few at a time.

use super::{SignOnClient, refusal};
use crate::aws::{Assigned, assigned_accounts, assigned_roles};
use crate::cache::{Key, RoleSession};
use crate::error::Result;
use crate::types::{AccountId, RoleName, Secret};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Assignment {
    pub account: Assigned,
    /// Its roles, by the names of their permission sets.
    pub roles: Vec<RoleName>,
}

impl SignOnClient<'_> {
    /// All accounts and roles; `told` hears how many accounts are done, of how many.
    pub(crate) async fn assignments(&self, told: &dyn Fn(usize, usize)) -> Result<Vec<Assignment>> {
        let key = Key::new().with("assignments", self.file.to_string_lossy());
        let lock = self.store.lock::<RoleSession>(&key, &mut |_| {}).await?;
        let token = self.token(&lock).await?.access;
        let refused = |failure| refusal(&failure, self.session, &self.portal());
        let accounts = assigned_accounts(self.client, &token).await.map_err(refused)?;
        let done = std::cell::Cell::new(0);
        let one_more = || {
            done.set(done.get() + 1);
            told(done.get(), accounts.len());
        };
        // The service is slow for one question and throttles a crowd: four at a time.
        let part =
            |number: usize| accounts.iter().skip(number).step_by(4).map(|account| &account.id);
        let roles_of = async |number: usize| self.roles_of(part(number), &token, &one_more).await;
        let (a, b, c, d) = tokio::try_join!(roles_of(0), roles_of(1), roles_of(2), roles_of(3))?;
        let mut parts = [a.into_iter(), b.into_iter(), c.into_iter(), d.into_iter()];
        let roles = (0..accounts.len())
            .map(|at| parts.get_mut(at % 4).and_then(Iterator::next).unwrap_or_default());
        let roles: Vec<Vec<RoleName>> = roles.collect();
        Ok(accounts
            .into_iter()
            .zip(roles)
            .map(|(account, roles)| Assignment { account, roles })
            .collect())
    }

    async fn roles_of(
        &self,
        accounts: impl Iterator<Item = &AccountId>,
        token: &Secret,
        one_more: &impl Fn(),
    ) -> Result<Vec<Vec<RoleName>>> {
        let mut all = Vec::new();
        for account in accounts {
            let roles = assigned_roles(self.client, token, account).await;
            all.push(roles.map_err(|failure| refusal(&failure, self.session, &self.portal()))?);
            one_more();
        }
        Ok(all)
    }

    pub(super) fn portal(&self) -> String {
        self.client.endpoints().sso.as_ref().map(|sso| sso.portal.clone()).unwrap_or_default()
    }
}
