//! `GetScopedCredentials`: the same session with less rights.

use super::{Call, Owner, issue};
use crate::fake_aws::sts::caller::Caller;
use crate::fake_aws::sts::problem::Problem;
use crate::fake_aws::sts::state::State;
use crate::fake_aws::sts::xml::element;

const LONGEST: usize = 2048;
const MOST_LAYERS: usize = 3;

/// Answers the call of the session with this key.
///
/// # Errors
/// What AWS would answer.
pub fn narrow(
    state: &mut State,
    call: &Call<'_>,
    caller: &Caller,
    key_id: &str,
) -> Result<String, Problem> {
    let refused = |code, message: &str| Err(Problem::new(400, code, message));
    let subject = state.issued.iter().find(|issued| issued.key_id == key_id).cloned();
    let Some(subject) = subject else {
        return refused("InvalidSubjectCredentials", "Long-term credentials cannot be scoped");
    };
    if subject.layers >= MOST_LAYERS {
        return refused("InvalidSubjectCredentials", "The session has been scoped too often");
    }
    let policy = call.form.get("Policy");
    if policy.is_none() && call.form.get("DurationSeconds").is_none() {
        return Err(Problem::validation("Either Policy or DurationSeconds must be specified"));
    }
    if let Some(policy) = policy {
        if policy.chars().count() > LONGEST {
            let rule = "have length less than or equal to 2048";
            return Err(Problem::constraint(policy, "policy", rule));
        }
        let document: serde_json::Value = serde_json::from_str(policy).unwrap_or_default();
        if !document["Statement"].is_array() && !document["Statement"].is_object() {
            return refused("MalformedPolicyDocument", "The policy is not valid");
        }
    }
    let left = subject.expires - call.now.0;
    let owner = Owner {
        arn: caller.arn.clone(),
        account: caller.account.clone(),
        user_id: caller.user_id.clone(),
        principal: caller.principal.clone(),
        mfa_at: caller.mfa_at,
        source_identity: caller.source_identity.clone(),
    };
    let keys = issue(state, call, left, owner);
    let layers = subject.layers + 1;
    if let Some(issued) = state.issued.last_mut() {
        issued.layers = layers;
    }
    Ok(keys + &element("ScopedPoliciesCount", &layers.to_string()))
}
