//! What narrows and marks a session, from options and from the account.

use crate::fake_aws::sts::{Role, Trust, User};
use crate::scenes::{BASTION, PRODUCTION, Scene, with_user};

const READ: [&str; 2] = ["production", "read"];
const VIEW: &str = "arn:aws:iam::aws:policy/ViewOnlyAccess";
const POLICY: &str = "{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [{\"Effect\": \"Allow\", \"Action\": \"s3:*\", \"Resource\": \"*\"}]\n}\n";

fn plain(fields: &str) -> Scene {
    let scene = with_user(User::new(BASTION, "alice"));
    scene.sts.add_role(Role::new(PRODUCTION, "read").trusts(Trust::account(BASTION)));
    scene
        .world
        .accounts(&format!(r#"{{"production": {{"id": "{PRODUCTION}"{fields}}}}}"#))
        .unwrap();
    scene
}

fn with<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&READ[..], more].concat()
}

#[test]
fn policies_of_options_and_of_a_file() {
    let scene = plain(r#", "policy_arns": ["arn:aws:iam::aws:policy/ReadOnlyAccess"]"#);
    let file = scene.world.write("policy.json", POLICY).unwrap();
    let other = "arn:aws:iam::123456789012:policy/mine";
    scene.switch(&with(&[
        "--policy-arn",
        VIEW,
        "--policy-arn",
        other,
        "--policy",
        file.to_str().unwrap(),
    ]));
    let call = scene.sts.last("AssumeRole").unwrap();
    assert_eq!(call.form.members("PolicyArns", ".arn"), [VIEW, other]);
    let sent: serde_json::Value = serde_json::from_str(call.get("Policy").unwrap()).unwrap();
    assert_eq!(sent, serde_json::from_str::<serde_json::Value>(POLICY).unwrap());
    assert!(!call.get("Policy").unwrap().contains('\n'));
}

#[test]
fn policies_that_aws_would_refuse_are_refused_first() {
    let scene = plain("");
    let long = POLICY.replace("s3:*", &"s3:Get".repeat(400));
    for (text, words) in [
        ("{", "policy.json:1:"),
        ("[]", "no Statement"),
        ("{\"Version\": \"2012-10-17\"}", "no Statement"),
        (long.as_str(), "AWS takes 2048"),
    ] {
        let file = scene.world.write("policy.json", text).unwrap();
        let said = scene.refused_at_once(3, &with(&["--policy", file.to_str().unwrap()]));
        assert!(said.contains(words), "{said}");
    }
    scene.refused_at_once(3, &with(&["--policy", "/nonexistent"]));
    scene.refused_at_once(3, &with(&["--policy-arn", "ViewOnlyAccess"]));
    let many: Vec<&str> = std::iter::repeat_n(["--policy-arn", VIEW], 11).flatten().collect();
    scene.refused_at_once(2, &with(&many));
}

#[test]
fn tags_are_added_to_those_of_the_account() {
    let scene = plain(r#", "tags": {"team": "ops", "cost": "1"}, "source_identity": "of-account""#);
    scene.switch(&with(&[
        "--tag", "Team=dev=x", "--tag", "new=", "--transitive-tag", "cost", "--transitive-tag",
        "new",
    ]));
    let call = scene.sts.last("AssumeRole").unwrap();
    let pairs: Vec<(&str, &str)> = call
        .form
        .members("Tags", ".Key")
        .into_iter()
        .zip(call.form.members("Tags", ".Value"))
        .collect();
    let mut sorted = pairs.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, [("Team", "dev=x"), ("cost", "1"), ("new", "")]);
    assert_eq!(call.form.members("TransitiveTagKeys", ""), ["cost", "new"]);
    assert_eq!(call.get("SourceIdentity"), Some("of-account"));
    scene.switch(&with(&["--source-identity", "of-option"]));
    assert_eq!(scene.sts.last("AssumeRole").unwrap().get("SourceIdentity"), Some("of-option"));
}

#[test]
fn tags_and_policies_that_aws_does_not_accept() {
    let scene = plain("");
    for (status, more) in [
        (2, &["--tag", "novalue"][..]),
        (2, &["--tag", "a=1", "--tag", "A=2"]),
        (2, &["--transitive-tag", "a"]),
        (3, &["--tag", "=x"]),
        (3, &["--tag", "a=$(x)"]),
        (3, &["--source-identity", "a b"]),
        (3, &["--session-name", "x"]),
        (3, &["--external-id", "a b"]),
    ] {
        scene.refused_at_once(status, &with(more));
    }
}

#[test]
fn read_only_cannot_be_widened_by_an_option() {
    let scene = plain(r#", "read_only": true"#);
    let file = scene.world.write("policy.json", POLICY).unwrap();
    for more in [["--policy-arn", VIEW], ["--policy", file.to_str().unwrap()]] {
        let said = scene.refused_at_once(8, &with(&more));
        assert!(said.contains("--write"), "{said}");
        scene.switch(&[with(&more), vec!["--write"]].concat());
    }
}

#[test]
fn each_shape_is_a_session_of_its_own_and_is_renewed_as_it_was() {
    let scene = plain("");
    let file = scene.world.write("policy.json", POLICY).unwrap();
    let shapes = [
        vec![],
        vec!["--policy-arn", VIEW],
        vec!["--policy", file.to_str().unwrap()],
        vec!["--tag", "a=b"],
        vec!["--tag", "a=b", "--transitive-tag", "a"],
        vec!["--source-identity", "alice"],
    ];
    let mut ids = Vec::new();
    for shape in &shapes {
        let told = scene.switch(&with(shape));
        assert!(!ids.contains(&told.keys().id), "{shape:?}");
        let kept = told.get("ASSUME_ROLE_TARGET").unwrap();
        assert!(
            shape.iter().all(|word| kept.contains(word.trim_start_matches("--")))
                || kept.contains('%'),
            "{kept}"
        );
        ids.push(told.keys().id);
    }
    assert_eq!(scene.switch(&with(&shapes[3])).keys().id, ids[3]);
}

#[test]
fn a_trust_policy_without_tag_session_is_explained() {
    let scene = plain("");
    scene.sts.add_role(
        Role::new(PRODUCTION, "strict")
            .trusts(Trust::account(BASTION).without_tags().without_source_identity()),
    );
    for more in [["--tag", "a=b"], ["--source-identity", "alice"]] {
        let said = scene.refused(4, &[&["production", "strict"], &more[..]].concat());
        assert!(said.contains("sts:TagSession or sts:SetSourceIdentity"), "{said}");
    }
}
