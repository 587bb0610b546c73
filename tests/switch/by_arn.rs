//! A role by its ARN, and through other roles.

use crate::fake_aws::sts::{Role, Trust, User};
use crate::scenes::{BASTION, PRODUCTION, Scene, bastion, with_user};

const JUMP: &str = "arn:aws:iam::999999999999:role/jump";

/// A role that only a role of the bastion account may assume.
fn chained() -> Scene {
    let scene = bastion();
    scene.sts.add_role(Role::new(BASTION, "jump").trusts(Trust::account(BASTION).mfa()));
    scene.sts.add_role(Role::new(PRODUCTION, "deep").trusts(Trust::arn(JUMP)).max_session(43200));
    scene
}

#[test]
fn an_arn_with_a_path_code_and_region() {
    let scene = bastion();
    let code = scene.code();
    let told = scene.switch(&["arn:aws:iam::123456789012:role/ops/deploy", "eu-west-1", &code]);
    assert_eq!(scene.who(&told), "arn:aws:sts::123456789012:assumed-role/deploy/alice");
    let named =
        [told.get("AWS_ACCOUNT_NAME"), told.get("AWS_ACCOUNT_ROLE"), told.get("AWS_REGION")];
    assert_eq!(named, [Some("production"), Some("ops/deploy"), Some("eu-west-1")]);
    assert_eq!(scene.switch(&["production", "ops/deploy"]).keys().id, told.keys().id);
    // The words kept for renewal are the ARN.
    assert!(told.get("ASSUME_ROLE_TARGET").unwrap().contains("arn"));
}

#[test]
fn an_account_of_several_names_or_none_is_its_id() {
    let scene = bastion();
    scene.world.accounts(&format!(r#"{{"a": "{PRODUCTION}", "b": "{PRODUCTION}"}}"#)).unwrap();
    let told = scene.switch(&["arn:aws:iam::123456789012:role/read", &scene.code()]);
    assert_eq!(told.get("AWS_ACCOUNT_NAME"), Some(PRODUCTION));
}

#[test]
fn an_arn_brings_its_partition() {
    let scene = with_user(User::new(BASTION, "alice").partition("aws-us-gov"));
    let trust = Trust::account(BASTION);
    scene.sts.add_role(Role::new("210987654321", "ops/read").partition("aws-us-gov").trusts(trust));
    let arn = "arn:aws-us-gov:iam::210987654321:role/ops/read";
    let told = scene.switch(&[arn]);
    assert_eq!(scene.who(&told), "arn:aws-us-gov:sts::210987654321:assumed-role/read/alice");
    assert_eq!(scene.sts.last("AssumeRole").unwrap().region.as_deref(), Some("us-gov-west-1"));
    let said = scene.refused_at_once(3, &[arn, "eu-west-1"]);
    assert!(said.contains("not in partition aws-us-gov"), "{said}");
    scene.world.accounts(r#"{"g": {"id": "210987654321", "partition": "aws-cn"}}"#).unwrap();
    assert!(scene.refused_at_once(3, &[arn]).contains("aws-cn"));
}

#[test]
fn arns_of_other_things_are_refused() {
    let scene = bastion();
    for arn in [
        "arn:aws:iam::123456789012:user/alice",
        "arn:aws:sts::123456789012:assumed-role/read/alice",
        "arn:x",
        "arn:aws-evil:iam::123456789012:role/read",
        "arn:aws:iam::123456789012:role/a b",
    ] {
        let said = scene.refused_at_once(3, &[arn]);
        assert!(said.contains("not the ARN of a role"), "{said}");
    }
    scene.refused_at_once(2, &["arn:aws:iam::123456789012:role/read", "admin"]);
    for arn in ["arn:aws-evil:iam::123456789012:role/read", "arn:aws:iam::1:role/read", "read"] {
        let profile = format!(
            "[profile x]\nregion = eu-west-1\nrole_arn = {arn}\nsource_profile = default\n"
        );
        scene.world.config(&profile).unwrap();
        let said = scene.refused_at_once(3, &["x"]);
        assert!(said.contains("~/.aws/config:3") && said.contains(arn), "{said}");
    }
}

#[test]
fn a_protected_account_is_guarded_by_its_arn_too() {
    let scene = bastion();
    scene
        .world
        .accounts(&format!(r#"{{"p": {{"id": "{PRODUCTION}", "protected": true}}}}"#))
        .unwrap();
    scene.refused_at_once(8, &["arn:aws:iam::123456789012:role/read"]);
}

#[test]
fn through_another_role_as_the_prompt_or_an_arn_names_it() {
    let scene = chained();
    scene.switch_with_code(&["default", "jump"]);
    for via in ["default:jump", JUMP] {
        let told = scene.switch(&["production", "deep", "--refresh", "--via", via]);
        assert_eq!(scene.who(&told), "arn:aws:sts::123456789012:assumed-role/deep/alice");
        assert!(told.get("ASSUME_ROLE_RENEWABLE").is_some());
    }
    // The hop's session was there already.
    assert_eq!((scene.sts.count("AssumeRole"), scene.sts.count("GetSessionToken")), (3, 1));
    let stored = scene.switch(&["production", "deep", "--via", JUMP]);
    assert_eq!((scene.sts.count("AssumeRole"), stored.get("AWS_ACCOUNT_ROLE")), (3, Some("deep")));
    scene.refused(4, &["production", "deep"]);
}

#[test]
fn a_code_goes_to_the_first_of_the_chain() {
    let scene = chained();
    scene.sts.add_role(
        Role::new("444444444444", "end").trusts(Trust::arn("arn:aws:iam::123456789012:role/deep")),
    );
    let words = ["444444444444", "end", "--via", "default:jump", "--via", "production:deep"];
    let told = scene.switch_with_code(&words);
    assert_eq!(scene.who(&told), "arn:aws:sts::444444444444:assumed-role/end/alice");
    assert_eq!(scene.codes_sent(), 1);
    let arns: Vec<String> = scene
        .sts
        .requests()
        .iter()
        .filter(|call| call.action == "AssumeRole" && call.outcome == "ok")
        .map(|call| call.get("RoleArn").unwrap().to_owned())
        .collect();
    assert_eq!(
        arns,
        [JUMP, "arn:aws:iam::123456789012:role/deep", "arn:aws:iam::444444444444:role/end"]
    );
}

#[test]
fn the_hour_of_a_chain_is_known_before_the_call() {
    let mut scene = chained();
    scene.switch_with_code(&["default", "jump"]);
    let calls = scene.sts.count("AssumeRole");
    let said = scene.refused(3, &["production", "deep", "--via", JUMP, "--duration", "2h"]);
    assert!(said.contains("2h is too long") && said.contains("role chaining"), "{said}");
    assert_eq!(scene.sts.count("AssumeRole"), calls);
    scene.world.set("AWS_ROLE_SESSION_TIMEOUT", "7200");
    let told = scene.switch(&["production", "deep", "--via", JUMP]);
    told.assert_lasts(3600);
    told.assert_says("1h instead of 2h");
    assert_eq!(scene.sts.count("AssumeRole"), calls + 1);
}

#[test]
fn chains_that_are_refused() {
    let scene = chained();
    for (via, status) in [("", 2), ("nowhere:jump", 3), ("default:no role", 3), ("a b", 2)] {
        scene.refused_at_once(status, &["production", "deep", "--via", via]);
    }
    let other = "arn:aws-cn:iam::999999999999:role/jump";
    assert!(scene.refused_at_once(3, &["production", "deep", "--via", other]).contains("aws-cn"));
}

#[test]
fn a_word_that_is_an_account_and_a_profile() {
    let scene = bastion();
    scene
        .world
        .accounts(&format!(r#"{{"production": {{"id": "{PRODUCTION}", "default_role": "read"}}}}"#))
        .unwrap();
    scene.world.config("[profile production]\nregion = eu-west-1\n").unwrap();
    let told = scene.switch_with_code(&["production", "read"]);
    told.assert_silent_about("--profile");
    scene.switch(&["production"]).assert_says("for the profile: assume-role --profile production");
}
