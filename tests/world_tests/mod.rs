//! The test world itself: the server is as strict as AWS says it is, faults are faults, and
//! terminals are terminals.
//!
//! The client is the Rust SDK, or a request signed with `aws-sigv4`, so that two hands agree on
//! each signature.

mod faults;
mod identity;
mod places;
mod roles;
mod wire;

use aws_sdk_sts::operation::assume_role::builders::AssumeRoleFluentBuilder;

use crate::fake_aws::sts::{AccessKey, Role, Sts, Trust, User};
use crate::support::client::{Keys, client};
use crate::support::failure::Outcome;

const BASTION: &str = "111111111111";
const TARGET: &str = "222222222222";
const SERIAL: &str = "arn:aws:iam::111111111111:mfa/alice";
const READ: &str = "arn:aws:iam::222222222222:role/read";

/// A bastion user with MFA, and a role with the given trust.
fn bastion(trust: Trust) -> (Sts, AccessKey) {
    let sts = Sts::start().unwrap();
    let alice = sts.add_user(User::new(BASTION, "alice").mfa("alice"));
    sts.add_role(Role::new(TARGET, "read").trusts(trust));
    (sts, alice)
}

fn assume(sts: &Sts, keys: impl Into<Keys>) -> AssumeRoleFluentBuilder {
    client(&sts.url(), &keys.into()).assume_role().role_arn(READ).role_session_name("alice")
}

fn refusal<T>(outcome: Outcome<T>) -> String {
    outcome.err().expect("a refusal").0
}

/// The keys that were issued last.
fn latest(sts: &Sts) -> Keys {
    Keys::from(sts.issued().last().expect("issued keys"))
}
