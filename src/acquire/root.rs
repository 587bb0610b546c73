//! What a profile begins with, as a session: a user's own, or the keys of a program, of the single
//! sign-on, of the machine. Each is kept until shortly before its end.

use super::bastion::Bastion;
use super::errand::Errand;
use super::keys::{base_key, role_key};
use super::sso::{self, SignOn};
use super::{FOREVER, Granted, process};
use crate::aws::{Machine, Trouble, caller_identity, machine_keys};
use crate::cache::{BaseFacts, Entry, Lock, MfaDevice, RoleSession, Store};
use crate::error::{Error, Kind, Result};
use crate::plan::chain::{Root, Start};
use crate::plan::{Base, Request, Way};
use crate::types::sanitize::escape;
use crate::types::{Credentials, Moment, Session};

/// Gets the session.
pub(super) async fn session(root: &Root, errand: Errand<'_>, lock: &Lock) -> Result<Granted> {
    let (keys, expires) = match &root.start {
        Start::Credentials(keys, expires) => (keys.clone(), *expires),
        Start::Process(command) => {
            lock.asking(true);
            let printed = process::run(&root.profile, command, errand.now()).await;
            lock.asking(false);
            let printed = printed?;
            (printed.keys, printed.expires)
        }
        Start::Container => machine(root, Machine::Container, &errand).await?,
        Start::Instance => machine(root, Machine::Instance, &errand).await?,
        Start::Sso(role) => {
            let sign_on = SignOn::new(
                &role.session,
                errand.client,
                errand.store,
                errand.terminal,
                errand.clock,
            )?;
            let session = sign_on.keys(role, lock).await?;
            (session.keys, Some(session.expires))
        }
        Start::WebIdentity(_) => {
            return Err(Error::new(Kind::Bug, "a token gives no keys of its own"));
        }
    };
    if keys.are_temporary() {
        return temporary(root, keys, expires, errand).await;
    }
    if matches!(root.start, Start::Credentials(..)) {
        return of_user(root, keys, errand, lock).await;
    }
    // The same keys are the same user, wherever they come from: one base session, one code.
    let from_file = Root { start: Start::Credentials(keys.clone(), None), ..root.clone() };
    let request = Request { way: Way::Root(Box::new(from_file)), ..errand.request.clone() };
    let (store, clock, key) =
        (errand.store, errand.clock, role_key(errand.request, errand.seconds)?);
    let granted =
        of_user(root, keys, Errand::new(&request, store, errand.client, clock), lock).await?;
    store.put(&key, &granted.role, clock())?;
    Ok(granted)
}

/// Long-lived keys of a user get a session of the user's own.
async fn of_user(
    root: &Root,
    keys: Credentials,
    errand: Errand<'_>,
    lock: &Lock,
) -> Result<Granted> {
    let base = Base {
        profile: root.profile.clone(),
        keys,
        keys_from: root.from.clone(),
        mfa_serial: root.mfa_serial.clone(),
        finds_device: root.finds_device,
        stays: root.stays,
    };
    let (request, store, clock) = (errand.request, errand.store, errand.clock);
    let granted = Bastion::new(errand, &base, lock).own_session().await?;
    Ok(Granted { renewable: renewable(root, request, store, clock())?, ..granted })
}

/// Keys that are temporary already are used as they are; AWS tells whose they are.
async fn temporary(
    root: &Root,
    keys: Credentials,
    expires: Option<Moment>,
    errand: Errand<'_>,
) -> Result<Granted> {
    let identity = caller_identity(errand.client, &keys)
        .await
        .map_err(|failure| errand.refusal(&failure, format!("the keys of {}", root.from), false))?;
    errand.remember_clock()?;
    let now = errand.aws_now();
    let left = expires.map(|expires| u32::try_from(expires.since(now)).unwrap_or(0));
    let session = Session { keys, expires: expires.unwrap_or(now) };
    let role = RoleSession { session, assumed_role: identity.arn, granted: left.unwrap_or(0) };
    // Keys that last longer than any of STS are asked for each time.
    if left.is_some() && role.is_possible() {
        errand.store.put(&role_key(errand.request, errand.seconds)?, &role, errand.now())?;
    }
    let renewable = renewable(root, errand.request, errand.store, errand.now())?;
    Ok(Granted { role, renewable, notes: errand.notes })
}

async fn machine(
    root: &Root,
    machine: Machine,
    errand: &Errand<'_>,
) -> Result<(Credentials, Option<Moment>)> {
    let what = match machine {
        Machine::Container => "the container",
        Machine::Instance => "the instance",
    };
    machine_keys(errand.client, machine).await.map_err(|failure| {
        let error = Error::refused(format!("{what} gives no keys: {}", root.from));
        let error = match failure.trouble {
            Trouble::Connect(why) => error.because(escape(&why)),
            _ => error.because("nothing answers"),
        };
        error.hint(match machine {
            Machine::Container => {
                "credential_source = EcsContainer works in a task of ECS or a pod of EKS that has a role"
            }
            Machine::Instance => "credential_source = Ec2InstanceMetadata works on an instance of EC2 that has a role",
        })
    })
}

/// Until when the session renews without a question, by AWS's clock.
pub(super) fn renewable(
    root: &Root,
    request: &Request,
    store: &Store,
    now: Moment,
) -> Result<Option<Moment>> {
    Ok(match &root.start {
        Start::Credentials(keys, _) if !keys.are_temporary() => {
            // Without a device the keys alone give the next one.
            let facts: Option<BaseFacts> = store.get(&base_key(request), now)?;
            let has_no_device = request.serial.is_none()
                && facts.is_some_and(|facts| facts.mfa == Some(MfaDevice::None));
            has_no_device.then_some(FOREVER)
        }
        Start::Container | Start::Instance => Some(FOREVER),
        Start::Sso(role) => sso::ends(&role.session),
        // Whether a program asks is its own affair.
        Start::Credentials(..) | Start::Process(_) | Start::WebIdentity(_) => None,
    })
}
