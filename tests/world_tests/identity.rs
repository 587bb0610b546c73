//! Signatures, dates, MFA codes, session tokens and what IAM tells.

use super::wire::{call, send};
use super::{BASTION, SERIAL, bastion, latest, refusal};
use crate::fake_aws::sts::{Listing, Sts, Trust, User, totp_code};
use crate::support::client::{Keys, ask, caller_arn, client};

const ALICE: &str = "arn:aws:iam::111111111111:user/alice";
const STS: (&str, &str) = ("sts", "eu-west-1");
const IAM: (&str, &str) = ("iam", "us-east-1");
const WHO: &str = "Action=GetCallerIdentity&Version=2011-06-15";
const DEVICES: &str = "Action=ListMFADevices&Version=2010-05-08";

#[test]
fn a_signature_must_hold() {
    let (sts, alice) = bastion(Trust::account(BASTION));
    assert_eq!(caller_arn(&sts.url(), &Keys::from(&alice)).unwrap(), ALICE);
    let forged = Keys { secret: "wrong".to_owned(), ..Keys::from(&alice) };
    assert!(
        refusal(caller_arn(&sts.url(), &forged))
            .starts_with("SignatureDoesNotMatch: The request signature we")
    );
    let unknown = Keys { id: "AKIANOBODY".to_owned(), ..Keys::from(&alice) };
    assert!(
        refusal(caller_arn(&sts.url(), &unknown))
            .starts_with("InvalidClientTokenId: The security token")
    );
    sts.disable_key(&alice.id);
    assert!(
        refusal(caller_arn(&sts.url(), &Keys::from(&alice))).starts_with("InvalidClientTokenId")
    );
    assert_eq!((sts.count("GetCallerIdentity"), sts.connections()), (4, 4));
}

#[test]
fn scope_and_header_must_be_whole() {
    let (sts, alice) = bastion(Trust::account(BASTION));
    let keys = Keys::from(&alice);
    assert_eq!(call(&sts, &keys, STS, 0, WHO).0, 200);
    for scope in [("iam", "us-east-1"), ("sts", "nowhere")] {
        let (status, body) = call(&sts, &keys, scope, 0, WHO);
        assert!(
            status == 403 && body.contains("Credential should be scoped to"),
            "{scope:?}: {body}"
        );
    }
    let (status, body) = call(&sts, &keys, ("iam", "eu-west-1"), 0, DEVICES);
    assert!(status == 403 && body.contains("a valid region"), "{body}");
    let header = (
        "Authorization".to_owned(),
        "AWS4-HMAC-SHA256 Credential=a/b/c/sts/aws4_request".to_owned(),
    );
    let (status, body) = send(&sts, &[header], WHO);
    assert!(status == 400 && body.contains("<Code>IncompleteSignature</Code>"), "{body}");
    assert!(send(&sts, &[], WHO).1.contains("MissingAuthenticationToken"));
    assert!(
        call(&sts, &keys, STS, 0, "Action=Dance&Version=1")
            .1
            .contains("<Code>InvalidAction</Code>")
    );
}

#[test]
fn clocks_may_differ_by_fifteen_minutes() {
    let (sts, alice) = bastion(Trust::account(BASTION));
    let keys = Keys::from(&alice);
    assert_eq!(call(&sts, &keys, STS, 14 * 60, WHO).0, 200);
    let (status, body) = call(&sts, &keys, STS, -2 * 3600, WHO);
    assert_eq!(status, 403);
    assert!(body.contains("Signature expired: 2") && body.contains("Z - 15 min.)"), "{body}");
    assert!(call(&sts, &keys, STS, 2 * 3600, WHO).1.contains("Signature not yet current: 2"));
    sts.set_clock(2 * 3600);
    assert_eq!(call(&sts, &keys, STS, 2 * 3600, WHO).0, 200);
}

#[test]
fn codes_are_those_of_rfc_6238() {
    let seed = b"12345678901234567890";
    for (seconds, code) in [(59, "287082"), (1_111_111_109, "081804"), (2_000_000_000, "279037")] {
        assert_eq!(totp_code(seed, seconds / 30), code);
    }
}

#[test]
fn a_code_works_once() {
    let (sts, alice) = bastion(Trust::account(BASTION));
    let session = |serial: &str, code: &str| {
        let call = client(&sts.url(), &Keys::from(&alice)).get_session_token();
        ask(call.serial_number(serial).token_code(code).send())
    };
    let first = sts.mfa_code(SERIAL);
    assert_eq!(first, sts.mfa_code(SERIAL), "the same code until it is used");
    session(SERIAL, &first).unwrap();
    let used = refusal(session(SERIAL, &first));
    assert_eq!(
        used,
        "AccessDenied: MultiFactorAuthentication failed with invalid MFA one time pass code."
    );
    for _ in 0..5 {
        session(SERIAL, &sts.mfa_code(SERIAL)).unwrap();
    }
    assert!(refusal(session(SERIAL, "12345")).starts_with("ValidationError"));
    let other = refusal(session("arn:aws:iam::111111111111:mfa/bob", &sts.mfa_code(SERIAL)));
    assert!(other.contains("unable to validate MFA code.  Please verify"), "{other}");
    assert_eq!(
        sts.last("GetSessionToken").unwrap().get("TokenCode"),
        Some(sts.mfa_code(SERIAL).as_str())
    );
}

#[test]
fn get_session_token_is_for_users_only() {
    let (sts, alice) = bastion(Trust::account(BASTION));
    ask(client(&sts.url(), &Keys::from(&alice)).get_session_token().send()).unwrap();
    let keys = latest(&sts);
    assert_eq!(caller_arn(&sts.url(), &keys).unwrap(), ALICE);
    let again = refusal(ask(client(&sts.url(), &keys).get_session_token().send()));
    assert_eq!(again, "AccessDenied: Cannot call GetSessionToken with session credentials");
    let bare = Keys { token: None, ..keys.clone() };
    assert!(refusal(caller_arn(&sts.url(), &bare)).starts_with("InvalidClientTokenId"));
    sts.expire(&keys.id);
    assert!(
        refusal(caller_arn(&sts.url(), &keys))
            .starts_with("ExpiredToken: The security token included")
    );
}

#[test]
fn iam_lists_devices_page_by_page() {
    let sts = Sts::start().unwrap();
    let user = User::new(BASTION, "team/alice").mfa("alice").passkey("alice/blue").mfa("spare");
    let keys = Keys::from(&sts.add_user(user));
    let (status, body) = call(&sts, &keys, IAM, 0, DEVICES);
    assert_eq!((status, body.matches("<SerialNumber>").count()), (200, 3));
    assert!(body.contains("arn:aws:iam::111111111111:u2f/user/alice/blue"), "{body}");
    sts.set_page(2);
    let (_, first) = call(&sts, &keys, IAM, 0, &format!("{DEVICES}&UserName=alice"));
    assert!(
        first.contains("<IsTruncated>true</IsTruncated>") && first.contains("<Marker>2</Marker>"),
        "{first}"
    );
    let (_, second) = call(&sts, &keys, IAM, 0, &format!("{DEVICES}&Marker=2"));
    assert!(
        second.contains("mfa/spare") && second.contains("<IsTruncated>false</IsTruncated>"),
        "{second}"
    );
    assert_eq!(call(&sts, &keys, IAM, 0, &format!("{DEVICES}&UserName=bob")).0, 404);
    sts.set_listing(Listing::Denied);
    let (status, body) = call(&sts, &keys, IAM, 0, DEVICES);
    assert!(
        status == 403 && body.contains("iam:ListMFADevices on resource: user alice because no"),
        "{body}"
    );
}

#[test]
fn sessions_without_mfa_may_not_call_iam() {
    let (sts, alice) = bastion(Trust::account(BASTION));
    let user = client(&sts.url(), &Keys::from(&alice));
    ask(user.get_session_token().send()).unwrap();
    assert!(call(&sts, &latest(&sts), IAM, 0, DEVICES).1.contains("InvalidClientTokenId"));
    ask(user.get_session_token().serial_number(SERIAL).token_code(sts.mfa_code(SERIAL)).send())
        .unwrap();
    sts.set_listing(Listing::DeniedWithoutMfa);
    assert_eq!(call(&sts, &latest(&sts), IAM, 0, DEVICES).0, 200);
    assert!(
        call(&sts, &Keys::from(&alice), IAM, 0, DEVICES)
            .1
            .contains("explicit deny in an identity-based policy")
    );
}
