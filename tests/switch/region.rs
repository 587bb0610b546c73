//! Which region the shell gets, who decided it, and where STS is asked.

use crate::fake_aws::sts::{Role, Trust, User};
use crate::scenes::{BASTION, PRODUCTION, Scene, bastion, with_user};

const READ: [&str; 3] = ["production", "read", "-v"];

/// Asserts the region of a switch and who decided it.
#[track_caller]
fn assert_region(scene: &Scene, words: &[&str], region: &str, origin: &str) {
    let told = scene.switch(words);
    assert_eq!(
        (told.get("AWS_REGION"), told.get("AWS_DEFAULT_REGION")),
        (Some(region), Some(region))
    );
    // What the user set is not ours to take back.
    let ours = Some(region).filter(|_| !origin.starts_with("AWS_"));
    assert_eq!(told.get("ASSUME_ROLE_REGION"), ours);
    told.assert_says(&format!("region: {region} from {origin}"));
}

#[test]
fn word_or_option_then_account_then_environment_then_base_profile_then_settings() {
    let mut scene = bastion();
    scene.switch_with_code(&READ);
    scene.world.write(".config/assume-role/config.toml", "region = \"eu-south-1\"\n").unwrap();
    assert_region(&scene, &READ, "eu-south-1", "~/.config/assume-role/config.toml:1");
    scene.world.config("[default]\nregion = eu-north-1\n").unwrap();
    assert_region(&scene, &READ, "eu-north-1", "~/.aws/config:2");
    scene.world.set("AWS_DEFAULT_REGION", "eu-central-1");
    assert_region(&scene, &READ, "eu-central-1", "AWS_DEFAULT_REGION");
    scene.world.set("AWS_REGION", "eu-west-3");
    assert_region(&scene, &READ, "eu-west-3", "AWS_REGION");
    let account = format!(r#"{{"production": {{"id": "{PRODUCTION}", "region": "eu-west-2"}}}}"#);
    scene.world.accounts(&account).unwrap();
    assert_region(&scene, &READ, "eu-west-2", "~/.aws/accounts:1:2");
    assert_region(
        &scene,
        &["production", "read", "eu-west-1", "-v"],
        "eu-west-1",
        "the command line",
    );
    assert_region(
        &scene,
        &["production", "read", "--region", "eu-west-1", "-v"],
        "eu-west-1",
        "the command line",
    );
}

#[test]
fn a_region_that_a_switch_set_is_not_the_users_choice() {
    let mut scene = bastion();
    scene.switch_with_code(&READ);
    scene.world.config("[default]\nregion = eu-north-1\n").unwrap();
    for name in ["AWS_REGION", "AWS_DEFAULT_REGION", "ASSUME_ROLE_REGION"] {
        scene.world.set(name, "us-west-2");
    }
    assert_region(&scene, &READ, "eu-north-1", "~/.aws/config:2");
    scene.world.set("AWS_REGION", "us-west-1");
    assert_region(&scene, &READ, "us-west-1", "AWS_REGION");
}

#[test]
fn without_a_region_none_is_set_and_sts_is_asked_at_the_partitions_default() {
    let scene = bastion();
    let told = scene.switch_with_code(&READ);
    assert!(
        told.unsets("AWS_REGION")
            && told.unsets("AWS_DEFAULT_REGION")
            && told.unsets("ASSUME_ROLE_REGION")
    );
    assert_eq!(scene.sts.last("AssumeRole").unwrap().region.as_deref(), Some("us-east-1"));
}

#[test]
fn an_empty_region_means_no_region() {
    let mut scene = bastion();
    scene.world.set("AWS_REGION", "");
    scene.world.set("AWS_DEFAULT_REGION", "");
    let code = scene.code();
    let told = scene.switch(&["production", "read", &code, ""]);
    assert!(told.unsets("AWS_REGION") && told.unsets("AWS_DEFAULT_REGION"));
}

#[test]
fn sts_is_asked_in_the_region_and_one_base_session_serves_all_regions() {
    let scene = bastion();
    let code = scene.code();
    scene.switch(&["production", "read", &code, "eu-west-1"]);
    assert_eq!(scene.sts.last("AssumeRole").unwrap().region.as_deref(), Some("eu-west-1"));
    scene.switch(&["production", "admin", "ap-southeast-2"]);
    assert_eq!(scene.sts.last("AssumeRole").unwrap().region.as_deref(), Some("ap-southeast-2"));
    assert_eq!(scene.codes_sent(), 1);
}

#[test]
fn another_region_of_a_stored_session_takes_no_call() {
    let scene = bastion();
    let code = scene.code();
    let first = scene.switch(&["production", "read", &code, "eu-west-1"]);
    let calls = scene.sts.requests().len();
    let second = scene.switch(&["production", "read", "eu-west-2"]);
    assert_eq!((second.keys().id, second.get("AWS_REGION")), (first.keys().id, Some("eu-west-2")));
    assert_eq!(scene.sts.requests().len(), calls);
}

#[test]
fn a_region_that_is_switched_off_is_named() {
    let scene = bastion();
    scene.sts.disable_region("ap-east-1");
    let said = scene.refused(3, &["production", "read", "ap-east-1", "123456"]);
    assert!(
        said.contains("STS is switched off in ap-east-1") && said.contains("--region"),
        "{said}"
    );
}

#[test]
fn other_partitions_have_their_own_arns_and_default_regions() {
    for (partition, region) in [("aws-us-gov", "us-gov-west-1"), ("aws-cn", "cn-north-1")] {
        let scene = with_user(User::new(BASTION, "alice").partition(partition).mfa("alice"));
        let trust = Trust::account(BASTION).mfa();
        scene.sts.add_role(Role::new(PRODUCTION, "read").partition(partition).trusts(trust));
        let account =
            format!(r#"{{"production": {{"id": "{PRODUCTION}", "partition": "{partition}"}}}}"#);
        scene.world.accounts(&account).unwrap();
        let code = scene.sts.mfa_code(&format!("arn:{partition}:iam::{BASTION}:mfa/alice"));
        scene.switch(&["production", "read", &code]);
        let call = scene.sts.last("AssumeRole").unwrap();
        let arn = format!("arn:{partition}:iam::{PRODUCTION}:role/read");
        assert_eq!(
            (call.get("RoleArn"), call.region.as_deref()),
            (Some(arn.as_str()), Some(region))
        );
    }
}

#[test]
fn the_partition_follows_the_region() {
    let scene = with_user(User::new(BASTION, "alice").partition("aws-cn"));
    scene.sts.add_role(
        Role::new(PRODUCTION, "read").partition("aws-cn").trusts(Trust::account(BASTION)),
    );
    scene.switch(&["production", "read", "cn-northwest-1"]);
    let call = scene.sts.last("AssumeRole").unwrap();
    assert_eq!(call.get("RoleArn"), Some("arn:aws-cn:iam::123456789012:role/read"));
    assert_eq!(call.region.as_deref(), Some("cn-northwest-1"));
}

#[test]
fn a_region_outside_the_accounts_partition_is_refused() {
    let scene = bastion();
    let account = format!(r#"{{"production": {{"id": "{PRODUCTION}", "partition": "aws-cn"}}}}"#);
    scene.world.accounts(&account).unwrap();
    let said = scene.refused_at_once(3, &["production", "read", "eu-west-1"]);
    assert!(said.contains("eu-west-1 from the command line is not in partition aws-cn"), "{said}");
}
