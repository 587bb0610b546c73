//! Sessions that an earlier run left, and which of them serve a request.

use super::bastion;
use super::keys::{plain_role_key, role_key};
use super::{FOREVER, Granted};
use crate::cache::{LegalDuration, RoleSession, Store};
use crate::error::Result;
use crate::plan::{ONE_HOUR, Origin, Request, Way};
use crate::types::{Moment, minutes};
use crate::ui::terminal::Terminal;

/// A stored session is handed out again while more than this is left, in seconds: botocore asks a
/// `credential_process` on every call once less is left.
const ENOUGH: i64 = 15 * 60;
/// A session that was never longer than the usual threshold is good until shortly before its end,
/// in seconds.
const LITTLE: i64 = 60;

/// The stored session of a request, when more than enough of it is left, and at least `wanted`
/// seconds.
pub(crate) fn ready(
    request: &Request,
    wanted: i64,
    store: &Store,
    now: Moment,
) -> Result<Option<Granted>> {
    if request.refresh {
        return Ok(None);
    }
    let enough =
        |role: &RoleSession| if i64::from(role.granted) > ENOUGH { ENOUGH } else { LITTLE };
    Ok(stored(request, store, now)?
        .filter(|found| left(found, store, now) > enough(&found.role).max(wanted)))
}

/// The seconds left of a session.
pub(crate) fn left(granted: &Granted, store: &Store, now: Moment) -> i64 {
    granted.role.session.expires.since(now.plus(store.skew(now)))
}

/// The stored session of a request that ends last, however little is left of it.
pub(crate) fn stored(request: &Request, store: &Store, now: Moment) -> Result<Option<Granted>> {
    let mut latest: Option<(RoleSession, Option<String>)> = None;
    for (seconds, note) in durations(request, store, now)? {
        let found = store.get::<RoleSession>(&role_key(request, seconds)?, now)?;
        let is_later = |role: &RoleSession| {
            latest.as_ref().is_none_or(|(other, _)| role.session.expires > other.session.expires)
        };
        if let Some(role) = found.filter(is_later) {
            latest = Some((role, note));
        }
    }
    let Some((role, note)) = latest else { return Ok(None) };
    let mut notes: Vec<String> = note.into_iter().collect();
    if request.code.is_some() {
        notes.push("the code was not needed: a stored session serves".to_owned());
    }
    let renewable = renewable(request, &role, store, now)?;
    Ok(Some(Granted { role, renewable, notes }))
}

/// Until when a stored session renews without a question.
fn renewable(
    request: &Request,
    role: &RoleSession,
    store: &Store,
    now: Moment,
) -> Result<Option<Moment>> {
    Ok(match &request.way {
        Way::Bastion(base) => bastion::renewable(base, request, role, store, now)?,
        Way::Saml(saml) => saml.asks_nobody().then_some(FOREVER),
        Way::WebIdentity(token) => token.asks_nobody().then_some(FOREVER),
        Way::Via(hop) => stored(hop, store, now)?.and_then(|hop| hop.renewable),
        Way::Root(root) => super::root::renewable(root, request, store, now)?,
    })
}

/// The durations, in seconds, of stored sessions that would serve a request, and what the user
/// should hear about each: as asked; what the role is known to allow; an hour where a longer
/// session takes the code of nobody.
fn durations(request: &Request, store: &Store, now: Moment) -> Result<Vec<(u32, Option<String>)>> {
    let asked = request.length.seconds;
    let insists = request.length.origin == Origin::Option;
    let chained = || (asked > ONE_HOUR && !insists).then_some((ONE_HOUR, None));
    let known: Option<LegalDuration> = store.get(&plain_role_key(request)?, now)?;
    let shorter = match (known.filter(|known| known.seconds < asked && !insists), &request.way) {
        (Some(known), _) => Some((known.seconds, None)),
        (None, Way::Saml(_) | Way::WebIdentity(_)) => None,
        (None, Way::Via(_)) => chained(),
        (None, Way::Root(_)) => None,
        (None, Way::Bastion(base)) if base.keys.are_temporary() => chained(),
        (None, Way::Bastion(base)) if !base.finds_device && request.serial.is_none() => None,
        (None, Way::Bastion(_)) if bastion::has_no_device(request, store, now)? => None,
        (None, Way::Bastion(_)) => {
            takes_a_code_of_nobody(request).then(|| (ONE_HOUR, Some(hour_that_has_to_do(asked))))
        }
    };
    Ok(std::iter::once((asked, None)).chain(shorter).collect())
}

/// Whether a request is for more than an hour and the MFA code that this takes can be had from
/// nobody.
pub(super) fn takes_a_code_of_nobody(request: &Request) -> bool {
    let terminal = Terminal { may_ask: request.may_ask };
    request.length.seconds > ONE_HOUR && request.code.is_none() && !terminal.can_ask()
}

pub(super) fn hour_that_has_to_do(asked: u32) -> String {
    format!(
        "1h instead of {}: a longer session takes an MFA code, and nobody can be asked",
        minutes(asked.into())
    )
}
