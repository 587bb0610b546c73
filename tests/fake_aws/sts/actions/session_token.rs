//! `GetSessionToken`: temporary keys of a user, with or without MFA.

use super::{Call, Owner, issue};
use crate::fake_aws::sts::caller::{Caller, Kind};
use crate::fake_aws::sts::problem::Problem;
use crate::fake_aws::sts::state::State;
use crate::fake_aws::sts::{mfa, shape};

/// Answers the call.
///
/// # Errors
/// What AWS would answer.
pub fn get(state: &mut State, call: &Call<'_>, caller: &Caller) -> Result<String, Problem> {
    if caller.is_temporary() {
        return Err(Problem::denied("Cannot call GetSessionToken with session credentials"));
    }
    let seconds = shape::duration(call.form, 43200, 129_600)?;
    let seconds = if caller.kind == Kind::Root { seconds.min(3600) } else { seconds };
    let code = mfa::judge(state, caller, call.form)?;
    mfa::settle(state, code.as_ref(), None);
    let owner = Owner {
        arn: caller.arn.clone(),
        account: caller.account.clone(),
        user_id: caller.user_id.clone(),
        principal: caller.principal.clone(),
        mfa_at: code.map(|_| call.now.0),
        source_identity: None,
    };
    Ok(issue(state, call, seconds, owner))
}
