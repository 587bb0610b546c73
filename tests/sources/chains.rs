//! Roles on roles: order, what each link sends, what is kept, MFA, durations, circles.

use super::{chain, configure, role};
use crate::fake_aws::sts::{Proof, Role, Trust};
use crate::scenes::{BASTION, DEVICE, PRODUCTION};

fn three_links() -> String {
    [
        role("third", "source_profile = second\nregion = eu-west-3"),
        role(
            "second",
            "source_profile = first\nexternal_id = of-second\nrole_session_name = named",
        ),
        role("first", "source_profile = keys"),
    ]
    .concat()
}

#[test]
fn every_role_of_a_chain_is_assumed_by_the_one_before_it_and_stored() {
    let scene = chain();
    configure(&scene, "keys", &three_links());
    let told = scene.switch(&["third"]);
    assert_eq!(scene.who(&told), "arn:aws:sts::123456789012:assumed-role/third/named");
    assert_eq!(
        (told.get("AWS_ACCOUNT_NAME"), told.get("AWS_ACCOUNT_ROLE")),
        (Some("third"), Some("third"))
    );
    assert_eq!(
        (told.get("AWS_ACCOUNT_ID"), told.get("AWS_REGION")),
        (Some(PRODUCTION), Some("eu-west-3"))
    );
    let calls: Vec<_> =
        scene.sts.requests().into_iter().filter(|call| call.action == "AssumeRole").collect();
    let arns: Vec<_> =
        calls.iter().map(|call| call.get("RoleArn").unwrap().rsplit('/').next().unwrap()).collect();
    assert_eq!(arns, ["first", "second", "third"]);
    let ids: Vec<_> = calls.iter().map(|call| call.get("ExternalId")).collect();
    assert_eq!(ids, [None, Some("of-second"), None]);

    let again = scene.switch(&["third"]);
    assert_eq!(again.get("AWS_ACCESS_KEY_ID"), told.get("AWS_ACCESS_KEY_ID"));
    scene.switch(&["second"]);
    assert_eq!(scene.sts.count("AssumeRole"), 3, "links that are kept are not asked for again");
    scene.switch(&["third", "--refresh"]);
    assert_eq!(scene.sts.count("AssumeRole"), 4);
}

#[test]
fn eight_shells_at_once_assume_each_role_of_a_chain_once() {
    let scene = chain();
    configure(&scene, "keys", &three_links());
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| scene.switch(&["third"]));
        }
    });
    assert_eq!(scene.sts.count("AssumeRole"), 3);
}

#[test]
fn a_token_of_a_file_gives_the_first_role() {
    let scene = chain();
    let file = scene.world.write("token", "the.token.text\n").unwrap();
    let proof = Proof {
        text: "the.token.text".to_owned(),
        provider: "https://issuer.example".to_owned(),
        subject: "pod".to_owned(),
        session_name: String::new(),
        expired: false,
    };
    scene.sts.add_proof(proof);
    scene.sts.add_role(Role::new(PRODUCTION, "pod").trusts(Trust::arn("https://issuer.example")));
    scene.sts.add_role(
        Role::new(PRODUCTION, "next").trusts(Trust::arn("arn:aws:iam::123456789012:role/pod")),
    );
    let token = format!("web_identity_token_file = {}\nrole_session_name = of-pod", file.display());
    configure(
        &scene,
        "keys",
        &[role("pod", &token), role("next", "source_profile = pod")].concat(),
    );
    let told = scene.switch(&["next"]);
    assert_eq!(scene.who(&told), "arn:aws:sts::123456789012:assumed-role/next/of-pod");
    let told = scene.switch(&["pod"]);
    assert_eq!(scene.who(&told), "arn:aws:sts::123456789012:assumed-role/pod/of-pod");
    assert_eq!(scene.sts.count("AssumeRoleWithWebIdentity"), 1);
}

#[test]
fn options_that_contradict_a_profile_are_refused() {
    let scene = chain();
    configure(&scene, "keys", &three_links());
    for option in [["--via", "second"], ["--base", "keys"]] {
        let said = scene.refused_at_once(2, &["first", option[0], option[1]]);
        assert!(said.contains("is a profile"), "{said}");
    }
}

#[test]
fn a_profile_may_be_its_own_source_and_its_keys_come_first() {
    let scene = chain();
    configure(&scene, "first", &role("first", "source_profile = first"));
    let told = scene.switch(&["first"]);
    assert_eq!(scene.who(&told), "arn:aws:sts::123456789012:assumed-role/first/alice");
}

#[test]
fn a_role_without_mfa_needs_no_question() {
    let scene = chain();
    configure(&scene, "keys", &three_links());
    scene.switch(&["first"]);
    assert_eq!((scene.sts.count("GetSessionToken"), scene.sts.count("ListMFADevices")), (0, 0));
}

#[test]
fn one_code_serves_profiles_with_the_device_and_the_bastion_scheme() {
    let scene = chain();
    scene.sts.add_role(Role::new(PRODUCTION, "guarded").trusts(Trust::account(BASTION).mfa()));
    scene.sts.add_role(Role::new(PRODUCTION, "other").trusts(Trust::account(BASTION).mfa()));
    let own = role("guarded", &format!("source_profile = default\nmfa_serial = {DEVICE}"));
    configure(&scene, "default", &[own, role("other", "source_profile = default")].concat());
    let said = scene.refused(5, &["guarded"]);
    assert!(said.contains("an answer is needed"), "{said}");
    let told = scene.switch_with_code(&["guarded"]);
    assert_eq!(scene.who(&told), "arn:aws:sts::123456789012:assumed-role/guarded/alice");
    let told = scene.switch(&["production", "other"]);
    assert_eq!(scene.who(&told), "arn:aws:sts::123456789012:assumed-role/other/alice");
    assert_eq!((scene.codes_sent(), scene.sts.count("GetSessionToken")), (1, 1));
}

#[test]
fn the_device_of_the_keys_own_profile_counts_too() {
    let scene = chain();
    scene.sts.add_role(Role::new(PRODUCTION, "guarded").trusts(Trust::account(BASTION).mfa()));
    let keys = format!("[profile keys]\nmfa_serial = {DEVICE}\n");
    configure(&scene, "keys", &[keys, role("guarded", "source_profile = keys")].concat());
    let told = scene.switch_with_code(&["guarded"]);
    assert_eq!(scene.who(&told), "arn:aws:sts::123456789012:assumed-role/guarded/alice");
}

#[test]
fn a_denial_without_a_device_names_the_key_that_is_missing() {
    let scene = chain();
    scene.sts.add_role(Role::new(PRODUCTION, "guarded").trusts(Trust::account(BASTION).mfa()));
    configure(&scene, "keys", &role("guarded", "source_profile = keys"));
    let said = scene.refused(4, &["guarded"]);
    assert!(said.contains("its profile needs mfa_serial"), "{said}");
}

#[test]
fn durations_are_honoured_and_capped_where_roles_are_chained() {
    let scene = chain();
    let long = "duration_seconds = 7200";
    let config = [
        role("second", &format!("source_profile = first\n{long}")),
        role("first", &format!("source_profile = keys\nmfa_serial = {DEVICE}\n{long}")),
    ];
    configure(&scene, "keys", &config.concat());
    let told = scene.switch_with_code(&["first"]);
    told.assert_lasts(7200);
    let sent = scene.sts.last("AssumeRole").unwrap();
    assert!(sent.get("TokenCode").is_some() && scene.sts.count("GetSessionToken") == 0);
    let told = scene.switch(&["second"]);
    told.assert_lasts(3600);
    told.assert_says("1h instead of 2h");
    let calls = scene.sts.count("AssumeRole");
    let said = scene.refused(3, &["second", "--duration", "2h"]);
    assert!(said.contains("2h is too long") && said.contains("the session of first"), "{said}");
    assert_eq!(scene.sts.count("AssumeRole"), calls);
}

#[test]
fn circular_and_missing_source_profiles_are_reported_with_their_lines_before_any_call() {
    let scene = chain();
    let config = [
        role("a", "source_profile = b"),
        role("b", "source_profile = a"),
        role("c", "source_profile = nowhere"),
        role("d", ""),
        role("e", "source_profile = keys\nduration_seconds = 1e9"),
    ];
    configure(&scene, "keys", &config.concat());
    for (profile, words) in [
        ("a", "a → b → a"),
        ("c", "no profile 'nowhere'"),
        ("d", "has role_arn without source_profile"),
        ("e", "~/.aws/config:16"),
    ] {
        let said = scene.refused_at_once(3, &[profile]);
        assert!(said.contains(words), "{said}");
    }
}

#[test]
fn an_account_wins_over_a_profile_of_its_name_and_the_option_decides() {
    let scene = chain();
    configure(
        &scene,
        "keys",
        &[role("first", "source_profile = keys"), role("production", "source_profile = keys")]
            .concat(),
    );
    let said = scene.refused(5, &["production"]);
    assert!(said.contains("--profile"), "{said}");
    let told = scene.switch(&["--profile", "first"]);
    assert_eq!(told.get("AWS_ACCOUNT_NAME"), Some("first"));
}

#[test]
fn the_profile_renews_and_comes_back_by_its_own_words() {
    let scene = chain();
    configure(&scene, "keys", &three_links());
    let first = scene.switch(&["first"]);
    let mut world = scene.world.command(["export", "--format", "json", "second"]);
    world.env("ASSUME_ROLE_TARGET", first.get("ASSUME_ROLE_TARGET").unwrap());
    let ran = crate::support::process::run(world, b"").unwrap();
    let second: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let mut back = scene.world.command(["export", "--format", "json", "-"]);
    back.env("ASSUME_ROLE_PREVIOUS", second["ASSUME_ROLE_PREVIOUS"].as_str().unwrap());
    let ran = crate::support::process::run(back, b"").unwrap();
    assert_eq!(ran.status, 0, "{ran:?}");
    let again: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(again["AWS_ACCESS_KEY_ID"].as_str(), first.get("AWS_ACCESS_KEY_ID"), "{ran:?}");
}

#[test]
fn a_protected_account_is_guarded_in_every_chain() {
    let scene = chain();
    configure(&scene, "keys", &role("first", "source_profile = keys"));
    scene
        .world
        .accounts(&format!(r#"{{"live": {{"id": "{PRODUCTION}", "protected": true}}}}"#))
        .unwrap();
    scene.refused_at_once(8, &["first"]);
    let told = scene.switch(&["first", "--yes"]);
    assert_eq!(told.get("ASSUME_ROLE_PROTECTED"), Some(PRODUCTION));
}

#[test]
fn another_profile_as_the_base_of_a_role() {
    let scene = chain();
    configure(&scene, "keys", &role("first", "source_profile = keys"));
    let told = scene.switch(&["production", "second", "--base", "first"]);
    assert!(scene.who(&told).contains("assumed-role/second/"));
}
