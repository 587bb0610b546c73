//! The test world itself: the server is as strict as AWS says it is, and the terminals are terminals.

use aws_sdk_sts::operation::assume_role::builders::AssumeRoleFluentBuilder;

use crate::support::client::{Keys, ask, caller_arn, client};
use crate::support::failure::Outcome;
use crate::support::sts::{AccessKey, Role, Sts, Trust, User};

const BASTION: &str = "111111111111";
const TARGET: &str = "222222222222";
const SERIAL: &str = "arn:aws:iam::111111111111:mfa/alice";
const READ: &str = "arn:aws:iam::222222222222:role/read";

/// A bastion user with MFA, and a role that trusts her account.
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

#[test]
fn a_signature_must_hold() {
    let (sts, alice) = bastion(Trust::account(BASTION));
    assert_eq!(caller_arn(&sts.url(), &Keys::from(&alice)).unwrap(), "arn:aws:iam::111111111111:user/alice");
    let forged = Keys { secret: "wrong".to_owned(), ..Keys::from(&alice) };
    assert!(refusal(caller_arn(&sts.url(), &forged)).starts_with("SignatureDoesNotMatch: The request signature we"));
    let unknown = Keys { id: "AKIANOBODY".to_owned(), ..Keys::from(&alice) };
    assert!(refusal(caller_arn(&sts.url(), &unknown)).starts_with("InvalidClientTokenId: The security token"));
}
