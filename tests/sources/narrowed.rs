//! Sessions that have no role to narrow: `--policy` and `read_only` for sign-ons, programs and keys.

use serde_json::Value;

use super::console_sign_in::{ALICE, keep as keep_sign_in, signed_in};
use super::sso::{FAR, keep, signed};
use crate::fake_aws::sts::{Fault, Issued, Role};
use crate::scenes::{BASTION, PRODUCTION, Scene};

const POLICY: &str = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}]}"#;

/// A profile whose program prints these keys.
fn program(scene: &Scene, keys: &Issued) {
    let Issued { key_id, secret, token, .. } = keys;
    let printed = format!(
        r#"{{"Version": 1, "AccessKeyId": "{key_id}", "SecretAccessKey": "{secret}", "SessionToken": "{token}", "Expiration": "{}"}}"#,
        scene.sts.now().plus(3600).rfc3339()
    );
    let file = scene.world.write("printed", printed).unwrap();
    let config = format!("[profile program]\ncredential_process = cat {}\n", file.display());
    scene.world.config(&config).unwrap();
}

/// The policies that were sent.
fn policies(scene: &Scene) -> Vec<Value> {
    let sent =
        scene.sts.requests().into_iter().filter(|sent| sent.action == "GetScopedCredentials");
    sent.map(|sent| serde_json::from_str(sent.get("Policy").unwrap()).unwrap()).collect()
}

#[test]
fn a_policy_narrows_what_every_source_gives() {
    let policy: Value = serde_json::from_str(POLICY).unwrap();
    let (scene, sso) = signed();
    sso.add_token("kept");
    keep(&scene, "kept", FAR, None);
    let file = scene.world.write("policy.json", POLICY).unwrap();
    let option = format!("--policy={}", file.display());
    let full = scene.switch(&["read"]);
    let narrow = scene.switch(&["read", &option]);
    assert_ne!(full.get("AWS_ACCESS_KEY_ID"), narrow.get("AWS_ACCESS_KEY_ID"));
    assert_eq!(scene.who(&full), scene.who(&narrow), "the same session");
    narrow.assert_lasts(3600);
    // Stored apart from each other: none is taken for the other.
    assert_eq!(scene.switch(&["read"]).get("AWS_ACCESS_KEY_ID"), full.get("AWS_ACCESS_KEY_ID"));
    assert_eq!(
        scene.switch(&["read", &option]).get("AWS_ACCESS_KEY_ID"),
        narrow.get("AWS_ACCESS_KEY_ID")
    );
    assert_eq!(policies(&scene), std::slice::from_ref(&policy));
    assert_eq!(sso.received("/federation/credentials").len(), 1);

    let keys = scene.sts.issue(&Role::new(PRODUCTION, "first"), "alice");
    program(&scene, &keys);
    let narrow = scene.switch(&["program", &option]);
    assert!(narrow.get("AWS_ACCESS_KEY_ID") != Some(keys.key_id.as_str()));
    assert_eq!(policies(&scene).len(), 2);

    let (scene, service) = signed_in();
    keep_sign_in(&scene, &service.sign_in(600));
    let file = scene.world.write("policy.json", POLICY).unwrap();
    let narrow = scene.switch(&["me", &format!("--policy={}", file.display())]);
    assert_eq!((scene.who(&narrow).as_str(), policies(&scene)), (ALICE, vec![policy]));
}

#[test]
fn a_read_only_account_is_read_only_without_a_role_too() {
    let (scene, sso) = signed();
    sso.add_token("kept");
    keep(&scene, "kept", FAR, None);
    let accounts = format!(
        r#"{{"production": {{"id": "{PRODUCTION}", "read_only": true}}, "home": {{"id": "{BASTION}", "read_only": true}}}}"#
    );
    scene.world.accounts(&accounts).unwrap();
    for words in [&["read"][..], &["production", "Read+Only", "--scheme", "sso"]] {
        let switched = scene.switch(&[words, &["--refresh"]].concat());
        switched.assert_says("read-only");
        let sent = policies(&scene).pop().unwrap();
        let actions = sent["Statement"][0]["Action"].as_array().unwrap();
        assert!(actions.contains(&"ec2:Describe*".into()), "{sent}");
    }
    let before = policies(&scene).len();
    scene.switch(&["read", "--write"]);
    assert_eq!(policies(&scene).len(), before);
    let file = scene.world.write("policy.json", POLICY).unwrap();
    let said = scene.refused_at_once(8, &["read", &format!("--policy={}", file.display())]);
    assert!(said.contains("read_only") && said.contains("--write"), "{said}");

    // A program says only with its keys into which account they lead; and so does a stored session.
    let keys = scene.sts.issue(&Role::new(PRODUCTION, "first"), "alice");
    program(&scene, &keys);
    for _ in 0..2 {
        let switched = scene.switch(&["program"]);
        assert_ne!(switched.get("AWS_ACCESS_KEY_ID"), Some(keys.key_id.as_str()));
    }
    assert_eq!(policies(&scene).len(), before + 1);
    let switched = scene.switch(&["program", "--write"]);
    assert_eq!(switched.get("AWS_ACCESS_KEY_ID"), Some(keys.key_id.as_str()));
    scene.switch(&["program"]);
}

#[test]
fn what_aws_refuses_gives_no_session_at_all() {
    let (scene, sso) = signed();
    sso.add_token("kept");
    keep(&scene, "kept", FAR, None);
    scene.switch(&["read"]);
    let file = scene.world.write("policy.json", POLICY).unwrap();
    let option = format!("--policy={}", file.display());
    for (code, status, words) in [
        ("MalformedPolicyDocument", 3, "AWS does not understand the policy from --policy"),
        ("PackedPolicyTooLarge", 3, "too large for AWS"),
        ("InvalidSubjectCredentials", 4, "cannot be narrowed any further"),
        ("InsufficientSessionLifetime", 4, "too little is left"),
        ("InvalidAction", 4, "does not know GetScopedCredentials"),
        ("AccessDenied", 4, "AccessDenied"),
    ] {
        scene
            .sts
            .fail_next("GetScopedCredentials", Fault::error(400, code, "as the test wants it"));
        let said = scene.refused(status, &["read", &option]);
        assert!(said.contains(words), "{code}: {said}");
    }
    let long = POLICY.replace("s3:Get*", &"x".repeat(2048));
    scene.world.write("policy.json", long).unwrap();
    let before = policies(&scene).len();
    let said = scene.refused(3, &["read", &option]);
    assert!(said.contains("AWS takes 2048"), "{said}");
    assert_eq!(policies(&scene).len(), before, "the size is judged before");
    for other in
        ["--policy-arn=arn:aws:iam::aws:policy/ReadOnlyAccess", "--tag=a=b", "--duration=1h"]
    {
        scene.refused(2, &["read", other]);
    }
}

#[test]
fn a_network_that_is_away_gives_no_more_rights() {
    let (scene, sso) = signed();
    sso.add_token("kept");
    keep(&scene, "kept", FAR, None);
    scene.switch(&["read"]);
    let file = scene.world.write("policy.json", POLICY).unwrap();
    scene.sts.fail_always("GetScopedCredentials", Some(Fault::Close));
    scene.refused(6, &["read", &format!("--policy={}", file.display())]);
}

#[test]
fn explain_foresees_it() {
    let (scene, sso) = signed();
    sso.add_token("kept");
    keep(&scene, "kept", FAR, None);
    let file = scene.world.write("policy.json", POLICY).unwrap();
    let option = format!("--policy={}", file.display());
    let explained = || {
        let ran = scene.world.run(["explain", "--json", "read", &option]).unwrap();
        serde_json::from_str::<Value>(&ran.stdout).unwrap()
    };
    let calls = serde_json::json!(["sso:GetRoleCredentials", "sts:GetScopedCredentials"]);
    assert_eq!(explained()["calls"], calls);
    scene.switch(&["read", &option]);
    assert_eq!(explained()["stored"], true);
}

#[test]
fn a_users_own_session_is_narrowed_too() {
    let scene = crate::scenes::bastion();
    let accounts = format!(
        r#"{{"production": "{PRODUCTION}", "home": {{"id": "{BASTION}", "read_only": true}}}}"#
    );
    scene.world.accounts(&accounts).unwrap();
    scene.switch_with_code(&["production", "read"]);
    let full = scene.sts.issued()[0].key_id.clone();
    let mut narrow = Vec::new();
    for _ in 0..3 {
        let switched = scene.switch(&["--profile", "default"]);
        narrow.push(switched.get("AWS_ACCESS_KEY_ID").unwrap().to_owned());
        // The user's session goes on as it is where it assumes a role.
        scene.switch(&["production", "admin", "--refresh"]);
    }
    assert!(!narrow.contains(&full) && narrow[0] == narrow[2], "{narrow:?}");
    assert_eq!((policies(&scene).len(), scene.codes_sent()), (1, 1));
}
