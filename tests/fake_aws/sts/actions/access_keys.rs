//! A user's own access keys: two at most, each active or not, the secret shown once.

use super::Call;
use super::iam::{SINCE, subject};
use crate::fake_aws::sts::caller::Caller;
use crate::fake_aws::sts::clock::Instant;
use crate::fake_aws::sts::model::User;
use crate::fake_aws::sts::problem::{Problem, Verdict};
use crate::fake_aws::sts::state::State;
use crate::fake_aws::sts::xml::{element, wrap};

/// How many keys a user may have (IAM quotas).
const MOST: usize = 2;

fn permitted<'a>(state: &'a State, call: &Call<'_>, caller: &Caller) -> Result<&'a User, Problem> {
    let user = subject(state, call, caller)?;
    let action = format!("iam:{}", call.action);
    if state.settings.denied.contains(&action) {
        let resource = format!("user {}", user.name());
        return Err(Verdict::IdentityLacks.problem(&caller.arn, &action, &resource));
    }
    Ok(user)
}

fn unknown(id: &str) -> Problem {
    Problem::new(404, "NoSuchEntity", format!("The Access Key with id {id} cannot be found."))
}

/// The key that a call names.
fn named<'a>(user: &User, call: &Call<'a>) -> Result<&'a str, Problem> {
    let id = call.form.get("AccessKeyId").unwrap_or_default();
    if user.keys.iter().any(|key| key.id == id) { Ok(id) } else { Err(unknown(id)) }
}

fn described(state: &State, user: &User, id: &str) -> String {
    let known = state.key_states.get(id);
    let status = if known.is_some_and(|key| key.inactive) { "Inactive" } else { "Active" };
    let created = known.and_then(|key| key.created).map(|at| Instant(at).rfc3339());
    [
        element("UserName", user.name()),
        element("AccessKeyId", id),
        element("Status", status),
        element("CreateDate", created.as_deref().unwrap_or(SINCE)),
    ]
    .concat()
}

/// Lists the keys of a user.
///
/// # Errors
/// What AWS would answer.
pub fn list(state: &State, call: &Call<'_>, caller: &Caller) -> Result<String, Problem> {
    let user = permitted(state, call, caller)?;
    let member = |id: &String| wrap("member", &described(state, user, id));
    let members: String = user.keys.iter().map(|key| member(&key.id)).collect();
    Ok(element("IsTruncated", "false") + &wrap("AccessKeyMetadata", &members))
}

/// When a key signed for the last time.
///
/// # Errors
/// What AWS would answer.
pub fn last_used(state: &State, call: &Call<'_>, caller: &Caller) -> Result<String, Problem> {
    let user = permitted(state, call, caller)?;
    let used = state.key_states.get(named(user, call)?).and_then(|key| key.used.get());
    let (date, service) = match used {
        Some(at) => (element("LastUsedDate", &Instant(at).rfc3339()), "sts"),
        None => (String::new(), "N/A"),
    };
    let region = if used.is_some() { "us-east-1" } else { "N/A" };
    let inner = date + &element("ServiceName", service) + &element("Region", region);
    Ok(element("UserName", user.name()) + &wrap("AccessKeyLastUsed", &inner))
}

/// Makes a key.
///
/// # Errors
/// What AWS would answer.
pub fn create(state: &mut State, call: &Call<'_>, caller: &Caller) -> Result<String, Problem> {
    let user = permitted(state, call, caller)?;
    if user.keys.len() >= MOST {
        let message = format!("Cannot exceed quota for AccessKeysPerUser: {MOST}");
        return Err(Problem::new(409, "LimitExceeded", message));
    }
    let arn = user.arn();
    let key = state.make_key(&arn).ok_or_else(|| unknown(&arn))?;
    let user = state.user(&arn).ok_or_else(|| unknown(&arn))?;
    let secret = element("SecretAccessKey", &key.secret);
    Ok(wrap("AccessKey", &(described(state, user, &key.id) + &secret)))
}

/// Makes a key active or inactive.
///
/// # Errors
/// What AWS would answer.
pub fn update(state: &mut State, call: &Call<'_>, caller: &Caller) -> Result<String, Problem> {
    let id = named(permitted(state, call, caller)?, call)?.to_owned();
    let inactive = match call.form.get("Status") {
        Some("Active") => false,
        Some("Inactive") => true,
        other => {
            let rule = "satisfy enum value set: [Active, Inactive]";
            return Err(Problem::constraint(other.unwrap_or_default(), "status", rule));
        }
    };
    state.key_states.entry(id).or_default().inactive = inactive;
    Ok(String::new())
}

/// Deletes a key.
///
/// # Errors
/// What AWS would answer.
pub fn delete(state: &mut State, call: &Call<'_>, caller: &Caller) -> Result<String, Problem> {
    let user = permitted(state, call, caller)?;
    let (id, arn) = (named(user, call)?.to_owned(), user.arn());
    for user in state.users.iter_mut().filter(|user| user.arn() == arn) {
        user.keys.retain(|key| key.id != id);
    }
    state.key_states.remove(&id);
    Ok(String::new())
}
