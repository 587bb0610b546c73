//! Whose turn it is to ask: one process at a time for each base, and the others use what it got.

use std::io::Write;

use crate::cache::{BaseSession, Holder, Key, Lock, Store};
use crate::error::Result;

/// The locks of one request. Who waits for us is told when a person is being asked, and then waits
/// longer.
pub(super) struct Turn<'a> {
    role: &'a Lock,
    base: Option<Lock>,
}

impl<'a> Turn<'a> {
    pub(super) fn new(role: &'a Lock) -> Self {
        Self { role, base: None }
    }

    /// Waits for the turn. Afterwards the base session has to be looked up again.
    pub(super) async fn take(&mut self, store: &Store, key: &Key) -> Result<()> {
        // While we wait for an answer to somebody's question, so does everyone who waits for us.
        let role = self.role;
        let waiting = &mut |holder| {
            role.waits_for(holder);
            tell(holder);
        };
        let base = store.lock::<BaseSession>(key, waiting).await?;
        self.role.asking(false);
        self.base = Some(base);
        Ok(())
    }

    /// Tells whether the user is being asked something.
    pub(super) fn asking(&self, asking: bool) {
        self.role.asking(asking);
        if let Some(base) = &self.base {
            base.asking(asking);
        }
    }

    /// Lets the next one go.
    pub(super) fn end(&mut self) {
        self.base = None;
    }
}

/// Says whom we wait for.
pub(crate) fn tell(holder: Holder) {
    let who = holder.pid.map_or("another assume-role".to_owned(), |pid| format!("process {pid}"));
    let doing = if holder.asking {
        "which asks for an answer in its terminal"
    } else {
        "which fetches the same session"
    };
    // Written at once, since a crowd may say so together; a standard error that is closed is no
    // reason to fail.
    let _ = std::io::stderr().write_all(format!("waiting for {who}, {doing}\n").as_bytes());
}
