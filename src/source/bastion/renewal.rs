//! Until when a stored role session can be renewed without a question.

use crate::error::Result;
use crate::request::{Base, ONE_HOUR, Request};
use crate::session::Moment;
use crate::source::FOREVER;
use crate::source::keys::base_key;
use crate::store::{BaseFacts, BaseSession, MfaDevice, RoleSession, Store};

/// Until when, by AWS's clock: as long as the base session lasts, without end for a user without an MFA device.
/// `None` for what takes a code each time, for temporary base keys, whose end nobody knows, and for keys that are gone
/// by then.
///
/// # Errors
/// `Io` when a configured store cannot be read.
pub fn renewable(
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
pub fn has_no_device(request: &Request, store: &Store, now: Moment) -> Result<bool> {
    let facts: Option<BaseFacts> = store.get(&base_key(request), now)?;
    Ok(request.serial.is_none() && facts.is_some_and(|facts| facts.mfa == Some(MfaDevice::None)))
}
