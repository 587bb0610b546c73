//! The session of the base itself, narrowed by a policy. What cannot be narrowed is refused: a user who
//! asked for less must not get more.

use super::run::Runner;
use crate::aws::{AwsError, scoped_credentials};
use crate::cache::{Key, RoleSession};
use crate::error::{Error, Kind, Result};
use crate::plan::own_of;
use crate::types::sanitize::escape;

impl Runner<'_> {
    pub(super) fn narrowed_key(&self) -> Key {
        let policy = self.plan.narrowing(&self.known).map(|policy| policy.value);
        self.plan.narrowed_key(&policy.unwrap_or_default())
    }

    pub(super) async fn narrow(&mut self) -> Result<()> {
        // A user's own session is the MFA session.
        let of_user = || {
            let base = self.known.mfa_session.as_ref()?;
            Some(own_of(base, self.known.arn.clone()?))
        };
        let own = self.known.own.clone().or_else(of_user);
        let own = own.ok_or_else(|| Error::new(Kind::Bug, "no session to narrow"))?;
        let policy = self.plan.narrowing(&self.known);
        let policy = policy.ok_or_else(|| Error::new(Kind::Bug, "nothing narrows the session"))?;
        let keys = &own.session.keys;
        if !keys.are_temporary() {
            return Err(Error::new(Kind::Bug, "long-term keys cannot be narrowed"));
        }
        let session = scoped_credentials(self.client()?, keys, &policy.value).await;
        let session = session.map_err(|failure| {
            let error = self.refusal(&failure, escape(&own.assumed_role), false);
            refused(&failure, error, &policy.origin.to_string())
        })?;
        self.remember_clock()?;
        let left = session.expires.since(self.aws_now());
        let granted = own.granted.max(u32::try_from(left).unwrap_or_default());
        let narrowed = RoleSession { session, assumed_role: own.assumed_role, granted };
        self.with.store.put(&self.narrowed_key(), &narrowed, self.now())?;
        self.known.narrowed = Some(narrowed);
        self.known.narrowed_is_new = true;
        Ok(())
    }
}

/// What AWS says about narrowing in particular.
fn refused(failure: &AwsError, error: Error, origin: &str) -> Error {
    let said = format!("AWS said {}: {}", escape(failure.code()), escape(failure.words()));
    let error = match failure.code() {
        "MalformedPolicyDocument" => {
            Error::config(format!("AWS does not understand the policy from {origin}"))
        }
        "PackedPolicyTooLarge" => {
            Error::config(format!("the policy from {origin} is too large for AWS"))
                .hint("name fewer actions and resources, or take a role: --policy-arn goes with it")
        }
        "InvalidSubjectCredentials" => Error::refused("these keys cannot be narrowed any further")
            .because("AWS narrows temporary keys, three times at most"),
        "InsufficientSessionLifetime" => {
            Error::refused("too little is left of the session to narrow it")
        }
        "InvalidAction" => Error::refused("STS here does not know GetScopedCredentials"),
        _ => return error,
    };
    error.because(said)
}
