//! Profiles without a role: keys of a user become a session of the user, and never themselves.

use super::configure;
use crate::fake_aws::sts::{Role, Trust, User};
use crate::scenes::{BASTION, DEVICE, with_user};

#[test]
fn keys_become_temporary_keys_of_the_same_user() {
    let scene = with_user(User::new(BASTION, "team/alice"));
    configure(&scene, "mine", "[profile mine]\nregion = eu-west-2\n");
    let told = scene.switch(&["mine"]);
    assert_eq!(scene.who(&told), "arn:aws:iam::999999999999:user/team/alice");
    assert_ne!(told.get("AWS_ACCESS_KEY_ID"), Some(scene.key.id.as_str()));
    assert_eq!(
        (told.get("AWS_ACCOUNT_NAME"), told.get("AWS_ACCOUNT_ROLE")),
        (Some("mine"), Some("alice"))
    );
    assert_eq!(
        (told.get("AWS_ACCOUNT_ID"), told.get("AWS_REGION")),
        (Some(BASTION), Some("eu-west-2"))
    );
    told.assert_lasts(43200);
    let again = scene.switch(&["mine"]);
    assert_eq!(again.get("AWS_ACCESS_KEY_ID"), told.get("AWS_ACCESS_KEY_ID"));
    assert_eq!(again.get("ASSUME_ROLE_RENEWABLE"), told.get("ASSUME_ROLE_RENEWABLE"));
    assert_eq!(scene.sts.count("GetSessionToken"), 1);
}

#[test]
fn with_a_device_the_code_is_the_one_of_the_day() {
    let scene = with_user(User::new(BASTION, "alice").mfa("alice"));
    scene.sts.add_role(Role::new(BASTION, "read").trusts(Trust::account(BASTION).mfa()));
    configure(&scene, "default", "");
    let told = scene.switch_with_code(&["--profile", "default"]);
    assert_eq!(told.get("ASSUME_ROLE_RENEWABLE"), None);
    assert_eq!(scene.sts.last("GetSessionToken").unwrap().get("SerialNumber"), Some(DEVICE));
    scene.switch(&[BASTION, "read"]);
    assert_eq!(scene.codes_sent(), 1);
}

#[test]
fn root_keys_are_refused() {
    let scene = with_user(User::root(BASTION));
    configure(&scene, "mine", "");
    let said = scene.refused(4, &["mine"]);
    assert!(said.contains("holds root keys"), "{said}");
    assert_eq!(scene.sts.count("GetSessionToken"), 0);
}

#[test]
fn temporary_keys_are_exported_as_they_are_with_the_end_that_is_known() {
    let scene = with_user(User::new(BASTION, "alice"));
    let issued = scene.sts.issue(&Role::new(BASTION, "read"), "alice");
    let keys = format!(
        "aws_access_key_id = {}\naws_secret_access_key = {}\naws_session_token = {}\n",
        issued.key_id, issued.secret, issued.token
    );
    let ends = "x_security_token_expires = 2099-01-01T00:00:00+00:00\n";
    scene.world.credentials(&format!("[unknown]\n{keys}[far]\n{keys}{ends}")).unwrap();
    let told = scene.switch(&["unknown"]);
    assert_eq!(scene.who(&told), "arn:aws:sts::999999999999:assumed-role/read/alice");
    assert!(told.unsets("ASSUME_ROLE_EXPIRES") && told.unsets("AWS_CREDENTIAL_EXPIRATION"));
    told.assert_says("with unknown expiry");
    let told = scene.switch(&["far"]);
    assert_eq!(told.get("AWS_CREDENTIAL_EXPIRATION"), Some("2099-01-01T00:00:00Z"));
    assert_eq!(scene.sts.count("GetSessionToken"), 0);
}

#[test]
fn options_of_a_role_are_refused_where_there_is_none() {
    let scene = with_user(User::new(BASTION, "alice"));
    configure(&scene, "mine", "");
    let said = scene.refused_at_once(2, &["mine", "--duration", "2h"]);
    assert!(said.contains("--duration is a parameter of AssumeRole"), "{said}");
}
