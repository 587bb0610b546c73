//! What a switch would come to, without making it: whether a stored session serves, and else who
//! would be asked what.
//!
//! A request and the store go in. Nothing is written, nobody is asked, no program is run.

use super::bastion::has_no_device;
use super::errand::too_long_for_a_chain;
use super::keys::{base_key, plain_role_key};
use super::stored::ready;
use super::{Granted, sso};
use crate::cache::{BaseFacts, BaseSession, LegalDuration, MfaDevice, Store};
use crate::error::{Error, Result};
use crate::plan::chain::{Root, Start};
use crate::plan::saml::Proof;
use crate::plan::{Base, Chosen, ONE_HOUR, Origin, Request, Saml, Way};
use crate::types::{Moment, minutes};

/// A session of a user's own with less left is renewed first, in seconds.
const ENOUGH: i64 = 15 * 60;

/// What a switch would come to.
#[derive(Debug)]
pub(crate) struct Outlook {
    /// The stored session that would serve.
    pub stored: Option<Granted>,
    /// What a new session would take.
    pub asks: Asks,
    /// Why.
    pub why: String,
    /// How long a new session would last, in seconds.
    pub seconds: u32,
    /// Why it is shorter than was asked for, if it is.
    pub shorter: Option<String>,
    /// Why there would be no new session at all.
    pub refused: Option<Error>,
}

/// What somebody would be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Asks {
    /// Nothing.
    Nothing,
    /// Nothing: the code is there.
    GivenCode,
    /// The code of this device.
    Code(Chosen<String>),
    /// A code, if AWS knows a device of the user.
    PerhapsCode,
    /// User or password, at the identity provider.
    Password,
    /// A sign-on in the browser.
    SignOn,
    /// Whatever a program asks.
    Program,
}

/// Looks at the store and the request.
pub(crate) fn outlook(request: &Request, store: &Store, now: Moment) -> Result<Outlook> {
    let (seconds, shorter) = duration(request, store, now)?;
    let (asks, why) = asks(request, seconds, store, now)?;
    let stored = ready(request, 0, store, now)?;
    let insists = request.length.origin == Origin::Option && is_chained(request);
    let refused = (insists && seconds > ONE_HOUR)
        .then(|| too_long_for_a_chain(seconds, &request.way.shown()));
    Ok(Outlook {
        refused: refused.filter(|_| stored.is_none()),
        stored,
        asks,
        why,
        seconds,
        shorter,
    })
}

/// Whether temporary keys ask for the role.
fn is_chained(request: &Request) -> bool {
    match &request.way {
        Way::Via(_) => request.target.role.is_some(),
        Way::Bastion(base) => base.keys.are_temporary(),
        _ => false,
    }
}

fn duration(request: &Request, store: &Store, now: Moment) -> Result<(u32, Option<String>)> {
    let seconds = request.length.seconds;
    let insists = request.length.origin == Origin::Option;
    if seconds <= ONE_HOUR || request.target.role.is_none() {
        return Ok((seconds, None));
    }
    if is_chained(request) && !insists {
        return Ok((
            ONE_HOUR,
            Some("AWS gives a role assumed from temporary keys no more".to_owned()),
        ));
    }
    let known: Option<LegalDuration> = store.get(&plain_role_key(request)?, now)?;
    Ok(match known.filter(|known| known.seconds < seconds && !insists) {
        Some(known) => (
            known.seconds,
            Some("the role allows no more, as an earlier switch found out".to_owned()),
        ),
        None => (seconds, None),
    })
}

fn asks(request: &Request, seconds: u32, store: &Store, now: Moment) -> Result<(Asks, String)> {
    Ok(match &request.way {
        Way::Bastion(base) => of_user(base, request, seconds, store, now)?,
        Way::Via(hop) => of_hop(hop, store, now)?,
        Way::Root(root) => of_root(root, request, store, now)?,
        Way::Saml(saml) => of_saml(saml),
        Way::WebIdentity(_) => (Asks::Nothing, "the token proves who asks".to_owned()),
    })
}

fn of_hop(hop: &Request, store: &Store, now: Moment) -> Result<(Asks, String)> {
    if ready(hop, 0, store, now)?.is_some() {
        return Ok((Asks::Nothing, format!("the session of {} on the way is stored", hop.target)));
    }
    let (seconds, _) = duration(hop, store, now)?;
    asks(hop, seconds, store, now)
}

fn of_user(
    base: &Base,
    request: &Request,
    seconds: u32,
    store: &Store,
    now: Moment,
) -> Result<(Asks, String)> {
    if base.keys.are_temporary() {
        return Ok((
            Asks::Nothing,
            "the base keys are temporary already and ask as they are".to_owned(),
        ));
    }
    if !base.finds_device && request.serial.is_none() && request.code.is_none() {
        return Ok((Asks::Nothing, "no profile on the way names an mfa_serial".to_owned()));
    }
    let wants_new = request.refresh && request.code.is_some();
    let live: Option<BaseSession> =
        store.get(&base_key(request), now)?.filter(|_| seconds <= ONE_HOUR && !wants_new);
    if let Some(live) = live {
        return Ok((Asks::Nothing, base_session(&live, store, now)));
    }
    if seconds > ONE_HOUR {
        return device(request, store, now, "more than 1h takes a code of its own each time");
    }
    device(request, store, now, "once for 12h, for all roles and shells")
}

fn of_root(root: &Root, request: &Request, store: &Store, now: Moment) -> Result<(Asks, String)> {
    let keys = match &root.start {
        Start::Credentials(keys, _) => keys,
        Start::Process(_) => return Ok((Asks::Program, "that is its own affair".to_owned())),
        Start::Container | Start::Instance => {
            return Ok((Asks::Nothing, "the machine has a role".to_owned()));
        }
        Start::WebIdentity(_) => {
            return Ok((Asks::Nothing, "the token proves who asks".to_owned()));
        }
        Start::Sso(role) => {
            return Ok(match sso::ends(&role.session).filter(|ends| *ends > now) {
                Some(ends) => {
                    (Asks::Nothing, format!("signed on for {} more", minutes(ends.since(now))))
                }
                None => (
                    Asks::SignOn,
                    "nobody is signed on, unless the sign-on renews itself".to_owned(),
                ),
            });
        }
    };
    if keys.are_temporary() {
        return Ok((
            Asks::Nothing,
            "the keys are temporary already and are used as they are".to_owned(),
        ));
    }
    let live: Option<BaseSession> = store.get(&base_key(request), now)?;
    let left = |live: &BaseSession| live.session.expires.since(now.plus(store.skew(now)));
    if let Some(live) = live.filter(|live| left(live) > ENOUGH) {
        return Ok((Asks::Nothing, base_session(&live, store, now)));
    }
    if !root.finds_device && request.serial.is_none() {
        return Ok((Asks::Nothing, "no profile on the way names an mfa_serial".to_owned()));
    }
    device(request, store, now, "once for 12h, for all roles and shells")
}

fn base_session(live: &BaseSession, store: &Store, now: Moment) -> String {
    let left = live.session.expires.since(now.plus(store.skew(now)));
    format!("a session of the user's own is stored, for {} more", minutes(left))
}

/// The device whose code is wanted, as far as files and memory tell.
fn device(request: &Request, store: &Store, now: Moment, why: &str) -> Result<(Asks, String)> {
    if has_no_device(request, store, now)? {
        return Ok((Asks::Nothing, "this user has no MFA device, as AWS said before".to_owned()));
    }
    let facts: Option<BaseFacts> = store.get(&base_key(request), now)?;
    let remembered = facts.and_then(|facts| match facts.mfa {
        Some(MfaDevice::Serial(serial)) => Some(Chosen::new(serial, "remembered")),
        _ => None,
    });
    Ok(match (request.code.is_some(), request.serial.clone().or(remembered)) {
        (true, _) => (Asks::GivenCode, why.to_owned()),
        (false, Some(device)) => (Asks::Code(device), why.to_owned()),
        (false, None) => (
            Asks::PerhapsCode,
            "AWS is asked for the user's devices (iam:ListMFADevices)".to_owned(),
        ),
    })
}

fn of_saml(saml: &Saml) -> (Asks, String) {
    match &saml.proof {
        Proof::Captured(_) => (Asks::Nothing, "the captured response proves who asks".to_owned()),
        Proof::Login(_) if saml.asks_nobody() => (
            Asks::Nothing,
            "user and password are known, or a program prints the password".to_owned(),
        ),
        Proof::Login(_) => (Asks::Password, "no file says both".to_owned()),
    }
}
