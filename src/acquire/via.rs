//! Through another role: its session comes first, from the store or by its own way, and asks for
//! the role.

use super::errand::{Errand, Renewable};
use super::{Granted, assume, ready, tell_waiting};
use crate::aws::{Client, assume_role};
use crate::cache::{RoleSession, Store};
use crate::error::Result;
use crate::plan::Request;
use crate::types::{Clock, session_name};

/// Gets the hop's session, then the role's. What is told about the hop is told about the role.
pub(super) async fn through(hop: &Request, mut errand: Errand<'_>) -> Result<Granted> {
    errand.cap_chained_duration(&errand.request.way.shown())?;
    let first = session_of(hop, errand.store, errand.client, errand.clock).await?;
    errand.notes.extend(first.notes);
    let keys = &first.role.session.keys;
    let caller = first.role.assumed_role;
    let inherited = || session_name(caller.rsplit(['/', ':']).next().unwrap_or_default());
    let name = errand.request.shape.session_name.clone().unwrap_or_else(inherited);
    let client = errand.client;
    let assumed = errand
        .shortened(&name, async |call| assume_role(client, keys, &call, None).await)
        .await
        .map_err(|failure| errand.refusal(&failure, caller.clone(), false))?;
    errand.granted(assumed, first.renewable.map_or(Renewable::Never, Renewable::Until))
}

/// A session of a request that is a step towards another: stored while enough is left of it, else
/// new.
pub(super) async fn session_of(
    request: &Request,
    store: &Store,
    client: &Client,
    clock: Clock,
) -> Result<Granted> {
    if let Some(granted) = ready(request, 0, store, clock())? {
        return Ok(granted);
    }
    let key = super::role_key(request, request.length.seconds)?;
    let lock = store.lock::<RoleSession>(&key, &mut tell_waiting).await?;
    match ready(request, 0, store, clock())? {
        // Whoever held the lock before us fetched it.
        Some(granted) => Ok(granted),
        None => Box::pin(assume(request, store, client, &lock, clock)).await,
    }
}
