//! Ways to a session: what is asked of whom, in which order.

mod bastion;
pub(crate) mod browser;
mod errand;
mod keys;
mod outlook;
mod process;
mod program;
mod root;
mod saml;
pub(crate) mod sso;
mod stored;
mod turn;
mod via;
mod web_identity;

pub(crate) use keys::{base_key, is_own, role_key, root_key};
pub(crate) use outlook::{Asks, Outlook, outlook};
pub(crate) use stored::{left, ready, stored};
pub(crate) use turn::tell as tell_waiting;

use crate::aws::Client;
use crate::cache::{Lock, RoleSession, Store};
use crate::error::Result;
use crate::plan::{Request, Way};
use crate::types::{Clock, Moment};
use bastion::Bastion;
use errand::Errand;

/// Until when a session renews whose ground has no end of its own.
const FOREVER: Moment = Moment(253_402_300_799);

/// A session, and what the user should hear about it.
#[derive(Debug)]
pub(crate) struct Granted {
    /// The session as it is stored; `granted` is 0 when nobody knows its end.
    pub role: RoleSession,
    /// Until when it renews without a question, by AWS's clock.
    pub renewable: Option<Moment>,
    /// One line each, for standard error.
    pub notes: Vec<String>,
}

impl Granted {
    /// Whether anybody knows when the session ends.
    pub(crate) fn has_end(&self) -> bool {
        self.role.granted > 0
    }
}

/// Gets a new session by the way that the request says. `lock` is the one of its role session,
/// `clock` this machine's.
pub(crate) async fn assume(
    request: &Request,
    store: &Store,
    client: &Client,
    lock: &Lock,
    clock: Clock,
) -> Result<Granted> {
    let errand = Errand::new(request, store, client, clock);
    match &request.way {
        Way::Bastion(base) => Bastion::new(errand, base, lock).assume().await,
        Way::Saml(saml) => saml::with_response(saml, errand, lock).await,
        Way::WebIdentity(token) => web_identity::with_token(token, errand).await,
        Way::Via(hop) => via::through(hop, errand).await,
        Way::Root(root) => root::session(root, errand, lock).await,
    }
}
