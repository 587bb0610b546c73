//! Until when a session renews without a question.

use super::credential_source::FOREVER;
use super::{CredentialSource, ONE_HOUR, Plan, Snapshot};
use crate::cache::RoleSession;
use crate::types::Moment;

/// Until when a session renews without a question, by AWS's clock.
pub(crate) fn renewable(plan: &Plan, known: &Snapshot, session: &RoleSession) -> Option<Moment> {
    let mut granted = session.granted;
    if plan.steps.len() > 1 {
        // The later steps renew as long as the first one does.
        let first = known.state(0)?.stored.last();
        granted = first.map_or(ONE_HOUR, |first| first.granted);
    }
    let is_own = plan.steps.is_empty();
    match &plan.base.source {
        // Whether a program asks is its own affair, but a live MFA session runs none.
        CredentialSource::Process(_) if plan.user_key_id(known).is_none() => None,
        CredentialSource::Keys(keys, _) if keys.are_temporary() => None,
        CredentialSource::Keys(..) if !plan.base.survives_switch => None,
        CredentialSource::Keys(..)
        | CredentialSource::Keyring(_)
        | CredentialSource::Process(_) => {
            let asks_nothing = !matches!(plan.base.source, CredentialSource::Process(_));
            if asks_nothing && (!is_own && plan.goes_without_mfa() || plan.has_no_device(known)) {
                return Some(FOREVER);
            }
            let lasts = known.is_stored && !is_own && granted <= ONE_HOUR;
            let live = known.mfa_session.as_ref().filter(|_| lasts);
            live.map(|session| session.session.expires)
        }
        source => source.renews_until(known.sign_on),
    }
}
