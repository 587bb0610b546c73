//! Until when a stored role session can be renewed without a question.

use crate::acquire::FOREVER;
use crate::acquire::keys::base_key;
use crate::cache::{BaseFacts, BaseSession, MfaDevice, RoleSession, Store};
use crate::error::Result;
use crate::plan::{Base, ONE_HOUR, Request};
use crate::types::Moment;

/// Until when, by AWS's clock: as long as the base session lasts, without end for a user without an
/// MFA device. `None` for what takes a code each time, for temporary base keys, whose end nobody
/// knows, and for keys that are gone by then.
pub(crate) fn renewable(
    base: &Base,
    request: &Request,
    role: &RoleSession,
    store: &Store,
    now: Moment,
) -> Result<Option<Moment>> {
    if base.keys.are_temporary() || !base.stays {
        return Ok(None);
    }
    if !base.finds_device && request.serial.is_none() {
        return Ok(Some(FOREVER));
    }
    let base: Option<BaseSession> = store.get(&base_key(request), now)?;
    if let Some(base) = base.filter(|_| role.granted <= ONE_HOUR) {
        return Ok(Some(base.session.expires));
    }
    Ok(has_no_device(request, store, now)?.then_some(FOREVER))
}

/// Whether the user is known to have no MFA device, so that nothing ever takes a code.
pub(crate) fn has_no_device(request: &Request, store: &Store, now: Moment) -> Result<bool> {
    let facts: Option<BaseFacts> = store.get(&base_key(request), now)?;
    Ok(request.serial.is_none() && facts.is_some_and(|facts| facts.mfa == Some(MfaDevice::None)))
}
