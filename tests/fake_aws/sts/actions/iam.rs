//! The calls of IAM that a role switcher makes: `ListMFADevices`, `GetUser` and
//! `ListAccountAliases`.

use super::Call;
use crate::fake_aws::sts::caller::{Caller, Kind, unique_id};
use crate::fake_aws::sts::model::User;
use crate::fake_aws::sts::problem::{Problem, Verdict};
use crate::fake_aws::sts::state::{Listing, State};
use crate::fake_aws::sts::xml::{element, wrap};

pub const SINCE: &str = "2024-01-31T12:00:00Z";

/// Lists the devices of a user, page by page.
///
/// # Errors
/// What AWS would answer.
pub fn list_mfa_devices(
    state: &State,
    call: &Call<'_>,
    caller: &Caller,
) -> Result<String, Problem> {
    let user = subject(state, call, caller)?;
    let refuse = |verdict: Verdict| {
        Err(verdict.problem(&caller.arn, "iam:ListMFADevices", &format!("user {}", user.name())))
    };
    match state.settings.listing {
        Listing::Denied => return refuse(Verdict::IdentityLacks),
        Listing::DeniedWithoutMfa if caller.mfa_at.is_none() => {
            return refuse(Verdict::IdentityDenies);
        }
        _ => {}
    }
    let start = call.form.get("Marker").and_then(|marker| marker.parse().ok()).unwrap_or(0);
    let asked =
        call.form.get("MaxItems").and_then(|items| items.parse().ok()).unwrap_or(usize::MAX);
    let page = state.settings.page.min(asked);
    let members: String = user
        .devices
        .iter()
        .skip(start)
        .take(page)
        .map(|device| {
            let fields = [
                element("UserName", user.name()),
                element("SerialNumber", &device.serial),
                element("EnableDate", SINCE),
            ];
            wrap("member", &fields.concat())
        })
        .collect();
    let more = start + page < user.devices.len();
    let mut out = element("IsTruncated", if more { "true" } else { "false" });
    out.push_str(&wrap("MFADevices", &members));
    if more {
        out.push_str(&element("Marker", &(start + page).to_string()));
    }
    Ok(out)
}

/// Describes a user.
///
/// # Errors
/// What AWS would answer.
pub fn get_user(state: &State, call: &Call<'_>, caller: &Caller) -> Result<String, Problem> {
    let user = subject(state, call, caller)?;
    let fields = [
        element("Path", &user.path),
        element("UserName", user.name()),
        element("UserId", &unique_id("AIDA", &user.arn())),
        element("Arn", &user.arn()),
        element("CreateDate", SINCE),
    ];
    Ok(wrap("User", &fields.concat()))
}

/// Lists the alias of the caller's account, if it has one.
///
/// # Errors
/// What AWS would answer.
pub fn list_account_aliases(state: &State, caller: &Caller) -> Result<String, Problem> {
    if state.settings.listing == Listing::Denied {
        return Err(Verdict::IdentityLacks.problem(&caller.arn, "iam:ListAccountAliases", "*"));
    }
    let alias = state.aliases.iter().find(|(account, _)| *account == caller.account);
    let members = alias.map(|(_, alias)| element("member", alias)).unwrap_or_default();
    Ok(element("IsTruncated", "false") + &wrap("AccountAliases", &members))
}

/// The user that the call is about: the one named, else the caller. Keys from `GetSessionToken`
/// without MFA may not call IAM at all (STS API reference, GetSessionToken).
///
/// # Errors
/// What AWS would answer.
pub fn subject<'a>(
    state: &'a State,
    call: &Call<'_>,
    caller: &Caller,
) -> Result<&'a User, Problem> {
    if caller.kind == Kind::UserSession && caller.mfa_at.is_none() {
        return Err(Problem::invalid_token());
    }
    match call.form.get("UserName") {
        Some(name) => state
            .users
            .iter()
            .find(|user| user.account == caller.account && user.name.as_deref() == Some(name))
            .ok_or_else(|| {
                Problem::new(
                    404,
                    "NoSuchEntity",
                    format!("The user with name {name} cannot be found."),
                )
            }),
        None => state.user(&caller.principal).ok_or_else(|| {
            Problem::validation("Must specify userName when calling with non-User credentials")
        }),
    }
}
