//! A session of the user's own: what a profile with keys and without a role puts into a shell.
//! Long-lived keys never go there.

use super::{BASE_SECONDS, Bastion};
use crate::acquire::Granted;
use crate::acquire::keys::{base_key, role_key};
use crate::aws::session_token;
use crate::cache::{BaseSession, RoleSession};
use crate::error::Result;

/// A base session with less left is worth a new code, in seconds.
const ENOUGH: i64 = 15 * 60;

impl Bastion<'_> {
    /// Gets temporary keys of the user, proved by MFA where there is a device. Roles share them.
    pub(in crate::acquire) async fn own_session(mut self) -> Result<Granted> {
        let wants_new = self.errand.request.refresh && self.errand.request.code.is_some();
        let arn = match self.known_arn() {
            Some(arn) => arn,
            None => self.identity().await?.arn,
        };
        let key = base_key(self.errand.request);
        self.turn.take(self.errand.store, &key).await?;
        let now = self.errand.aws_now();
        let lasts = |base: &BaseSession| !wants_new && base.session.expires.since(now) > ENOUGH;
        let base = match self.base_session()?.filter(lasts) {
            Some(base) => base,
            None => match self.own_device().await? {
                Some(device) => self.new_base_session(&device).await?,
                None => self.plain_session().await?,
            },
        };
        self.turn.end();
        let granted = u32::try_from(base.session.expires.since(base.made)).unwrap_or(BASE_SECONDS);
        let role = RoleSession { session: base.session, assumed_role: arn, granted };
        let key = role_key(self.errand.request, self.errand.seconds)?;
        self.errand.store.put(&key, &role, self.errand.now())?;
        Ok(Granted { role, renewable: None, notes: self.errand.notes })
    }

    /// Temporary keys without MFA. They are not kept as the base session, which roles want with
    /// MFA.
    async fn plain_session(&mut self) -> Result<BaseSession> {
        let seconds = i32::try_from(BASE_SECONDS).unwrap_or(i32::MAX);
        let session = session_token(self.errand.client, &self.base.keys, None, seconds).await;
        let session = session.map_err(|failure| self.refusal(&failure, false))?;
        self.errand.remember_clock()?;
        let made = session.expires.plus(-i64::from(BASE_SECONDS));
        Ok(BaseSession { session, made, mfa_serial: None })
    }
}
