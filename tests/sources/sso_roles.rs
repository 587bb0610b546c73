//! IAM Identity Center by account and role: the permission set is taken from the sign-on that gives
//! it, and no role of IAM is looked for.

use super::sso::{FAR, keep, signed};
use crate::fake_aws::sso::Sso;
use crate::scenes::{PRODUCTION, Scene};

const ROLE: &str = "Read+Only";

fn signed_on() -> (Scene, Sso) {
    let (scene, sso) = signed();
    sso.add_token("kept");
    keep(&scene, "kept", FAR, None);
    (scene, sso)
}

#[track_caller]
fn gives_the_permission_set(scene: &Scene, sso: &Sso, words: &[&str]) {
    let told = scene.switch(words);
    assert_eq!(scene.who(&told), "arn:aws:sts::123456789012:assumed-role/first/alice@corp");
    assert_eq!(told.get("AWS_ACCOUNT_NAME"), Some("staging"), "{words:?}");
    assert_eq!(told.get("AWS_ACCOUNT_ROLE"), Some(ROLE), "{words:?}");
    assert_eq!(told.get("AWS_REGION"), Some("eu-west-3"), "the alias has its own region");
    assert_eq!(sso.received("/federation/credentials").len(), 1, "{words:?}");
    assert!(scene.sts.last("AssumeRole").is_none(), "{words:?}");
    // The stored session serves, and renews as it was asked for.
    scene.switch(words);
    assert_eq!(sso.received("/federation/credentials").len(), 1, "{words:?}");
}

fn accounts(scene: &Scene, fields: &str) {
    let entry = format!(r#"{{"id": "{PRODUCTION}", "region": "eu-west-3"{fields}}}"#);
    scene.world.accounts(&format!(r#"{{"staging": {entry}}}"#)).unwrap();
}

#[test]
fn the_account_names_the_session_or_one_profile_knows_the_role_or_the_scheme_is_typed() {
    for (fields, words) in [
        (r#", "sso_session": "corp""#, &["staging", ROLE][..]),
        ("", &["staging", ROLE]),
        ("", &["staging", ROLE, "--scheme", "sso"]),
        (r#", "scheme": "sso""#, &["staging", ROLE]),
        ("", &["staging:Read+Only"]),
    ] {
        let (scene, sso) = signed_on();
        accounts(&scene, fields);
        gives_the_permission_set(&scene, &sso, words);
    }
}

#[test]
fn the_only_role_that_is_known_goes_by_the_sign_on_that_gives_it() {
    let (scene, sso) = signed_on();
    let config = scene.world.home().join(".aws/config");
    let text = std::fs::read_to_string(&config).unwrap();
    let (before, _) = text.split_once("[profile second]").unwrap();
    std::fs::write(&config, before).unwrap();
    accounts(&scene, "");
    gives_the_permission_set(&scene, &sso, &["staging"]);
}

#[test]
fn what_is_said_otherwise_wins() {
    let (scene, sso) = signed_on();
    accounts(&scene, "");
    for words in [["--base", "default"], ["--scheme", "bastion"]] {
        // The user's own keys want a code.
        let said = scene.refused(5, &[&["staging", ROLE], &words[..]].concat());
        assert!(said.contains("an answer is needed"), "{said}");
    }
    assert!(sso.received("/federation/credentials").is_empty());
}

#[test]
fn two_sign_ons_that_give_the_role_are_both_named() {
    let (scene, sso) = signed_on();
    accounts(&scene, "");
    let config = scene.world.home().join(".aws/config");
    let text = std::fs::read_to_string(&config).unwrap();
    let other = format!(
        "[profile other]\nsso_start_url = https://other.awsapps.com/start\nsso_region = eu-west-1\n\
         sso_account_id = {PRODUCTION}\nsso_role_name = {ROLE}\n"
    );
    std::fs::write(&config, text + &other).unwrap();
    let said = scene.refused_at_once(3, &["staging", ROLE]);
    assert!(said.contains("assume-role --profile read"), "{said}");
    assert!(said.contains("assume-role --profile other"), "{said}");
    assert!(sso.received("/federation/credentials").is_empty());
}

#[test]
fn neither_a_code_nor_parameters_of_a_role_fit() {
    let (scene, _) = signed_on();
    accounts(&scene, r#", "sso_session": "corp""#);
    let said = scene.refused_at_once(2, &["staging", ROLE, "123456"]);
    assert!(said.contains("takes no MFA code"), "{said}");
    let said = scene.refused_at_once(2, &["staging", ROLE, "--duration", "2h"]);
    assert!(said.contains("--duration is a parameter of AssumeRole"), "{said}");
}
