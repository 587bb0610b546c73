//! `AssumeRole`: shape, MFA, trust, duration, keys. In that order, so that a wrong duration costs
//! no code.

use super::{Call, Owner, issue};
use crate::fake_aws::sts::caller::{Caller, Kind, unique_id};
use crate::fake_aws::sts::model::Role;
use crate::fake_aws::sts::problem::Problem;
use crate::fake_aws::sts::state::State;
use crate::fake_aws::sts::trust::{Question, decide};
use crate::fake_aws::sts::xml::{element, wrap};
use crate::fake_aws::sts::{mfa, shape};

/// The longest session of a role that was assumed with temporary keys, in seconds.
const LONGEST_CHAINED: i64 = 3600;

/// Answers the call.
///
/// # Errors
/// What AWS would answer.
pub fn assume(state: &mut State, call: &Call<'_>, caller: &Caller) -> Result<String, Problem> {
    let arn = shape::required(call.form, "RoleArn")?.to_owned();
    shape::required(call.form, "RoleSessionName")?;
    shape::text(call.form, "RoleSessionName", 2..=64, "_+=,.@-")?;
    shape::text(call.form, "ExternalId", 2..=1224, "_+=,.@:/-")?;
    shape::text(call.form, "SourceIdentity", 2..=64, "_+=,.@-")?;
    shape::policies_and_tags(call.form)?;
    let seconds = shape::duration(call.form, 3600, 43200)?;
    if !arn.starts_with("arn:") || !arn.contains(":role/") {
        return Err(Problem::validation(format!("{arn} is invalid")));
    }
    if caller.kind == Kind::Root {
        return Err(Problem::denied("Roles may not be assumed by root accounts."));
    }
    let code = mfa::judge(state, caller, call.form)?;
    let mfa_at = if code.is_some() { Some(call.now.0) } else { caller.mfa_at };
    let outcome = grant(state, call, caller, &arn, mfa_at, seconds);
    mfa::settle(state, code.as_ref(), outcome.as_ref().err());
    Ok(answer(state, call, caller, &outcome?, seconds))
}

fn grant(
    state: &State,
    call: &Call<'_>,
    caller: &Caller,
    arn: &str,
    mfa_at: Option<i64>,
    seconds: i64,
) -> Result<Role, Problem> {
    let question = Question {
        caller: &caller.arn,
        principal: &caller.principal,
        account: &caller.account,
        mfa_age: mfa_at.map(|at| call.now.0 - at),
        external_id: call.form.get("ExternalId"),
        tags: call.form.get("Tags.member.1.Key").is_some(),
        source_identity: call.form.get("SourceIdentity").is_some(),
        action: "sts:AssumeRole",
    };
    let role = state.role(arn);
    decide(role, arn, &question)?;
    check_duration(role, caller.is_temporary(), seconds)?;
    role.cloned().ok_or_else(|| Problem::denied("no such role"))
}

/// Holds the length of a session against the role, and against the hour of chained roles.
pub fn check_duration(role: Option<&Role>, chained: bool, seconds: i64) -> Result<(), Problem> {
    if chained && seconds > LONGEST_CHAINED {
        return Err(Problem::validation(
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining",
        ));
    }
    if role.is_some_and(|role| seconds > role.max_session) {
        return Err(Problem::validation(
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
        ));
    }
    Ok(())
}

fn answer(
    state: &mut State,
    call: &Call<'_>,
    caller: &Caller,
    role: &Role,
    seconds: i64,
) -> String {
    let session = call.form.get("RoleSessionName").unwrap_or_default();
    let source_identity = call
        .form
        .get("SourceIdentity")
        .map(str::to_owned)
        .or_else(|| caller.source_identity.clone());
    let user = assumed_role_user(role, session);
    let mut out = keys_of_role(state, call, role, session, seconds, source_identity.clone());
    out.push_str(&user);
    if call.form.get("Policy").is_some() || call.form.get("Tags.member.1.Key").is_some() {
        out.push_str(&element("PackedPolicySize", "6"));
    }
    if let Some(identity) = source_identity {
        out.push_str(&element("SourceIdentity", &identity));
    }
    out
}

/// The `Credentials` of a session of `role`. MFA is not handed on: a session of a role never counts
/// as proven.
pub fn keys_of_role(
    state: &mut State,
    call: &Call<'_>,
    role: &Role,
    session: &str,
    seconds: i64,
    source_identity: Option<String>,
) -> String {
    let owner = Owner {
        arn: role.session_arn(session),
        account: role.account.clone(),
        user_id: format!("{}:{session}", unique_id("AROA", &role.arn())),
        principal: role.arn(),
        mfa_at: None,
        source_identity,
    };
    issue(state, call, seconds, owner)
}

/// The `AssumedRoleUser` element.
pub fn assumed_role_user(role: &Role, session: &str) -> String {
    let id = format!("{}:{session}", unique_id("AROA", &role.arn()));
    wrap(
        "AssumedRoleUser",
        &[element("AssumedRoleId", &id), element("Arn", &role.session_arn(session))].concat(),
    )
}
