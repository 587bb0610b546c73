//! What shapes a session besides account, role and duration: names, external ids, policies, tags,
//! guards.

use crate::fake_aws::sts::{Role, Trust, User};
use crate::scenes::{BASTION, PRODUCTION, Scene, bastion, with_user};

const READ: [&str; 2] = ["production", "read"];

/// A user without MFA, and a role that trusts the user's account; `fields` go into the account's
/// entry.
fn plain(fields: &str) -> Scene {
    let scene = with_user(User::new(BASTION, "alice"));
    scene.sts.add_role(Role::new(PRODUCTION, "read").trusts(Trust::account(BASTION)));
    scene
        .world
        .accounts(&format!(r#"{{"production": {{"id": "{PRODUCTION}"{fields}}}}}"#))
        .unwrap();
    scene
}

fn sent(scene: &Scene, parameter: &str) -> Option<String> {
    scene.sts.last("AssumeRole").unwrap().get(parameter).map(str::to_owned)
}

#[test]
fn the_external_id_is_the_account_id_by_default() {
    let scene = plain("");
    scene.switch(&READ);
    assert_eq!(sent(&scene, "ExternalId").as_deref(), Some(PRODUCTION));
    scene.switch(&["production", "read", "--external-id", "of-option:1"]);
    assert_eq!(sent(&scene, "ExternalId").as_deref(), Some("of-option:1"));
    scene.switch(&["production", "read", "--external-id", "none"]);
    assert_eq!(sent(&scene, "ExternalId"), None);
    let scene = plain(r#", "external_id": "of-account""#);
    scene.switch(&READ);
    assert_eq!(sent(&scene, "ExternalId").as_deref(), Some("of-account"));
    scene.switch(&["production", "read", "--external-id", "of-option"]);
    assert_eq!(sent(&scene, "ExternalId").as_deref(), Some("of-option"));
    let scene = plain(r#", "external_id": "none""#);
    scene.switch(&READ);
    assert_eq!(sent(&scene, "ExternalId"), None);
}

#[test]
fn a_literal_id_sends_itself_as_external_id() {
    let scene = plain("");
    scene.sts.add_role(
        Role::new("444444444444", "read")
            .trusts(Trust::account(BASTION).external_id("444444444444")),
    );
    let told = scene.switch(&["444444444444", "read"]);
    assert_eq!(
        (told.get("AWS_ACCOUNT_ID"), told.get("AWS_ACCOUNT_NAME")),
        (Some("444444444444"), Some("444444444444"))
    );
    assert_eq!(told.get("AWS_ACCOUNT_ROLE"), Some("read"));
}

#[test]
fn a_literal_id_takes_the_settings_of_its_only_alias_and_keeps_its_name() {
    let scene = plain(r#", "external_id": "of-account", "region": "eu-west-2""#);
    let told = scene.switch(&[PRODUCTION, "read"]);
    assert_eq!(sent(&scene, "ExternalId").as_deref(), Some("of-account"));
    assert_eq!(
        (told.get("AWS_ACCOUNT_NAME"), told.get("AWS_REGION")),
        (Some(PRODUCTION), Some("eu-west-2"))
    );
    let told = scene.switch(&READ);
    assert_eq!(
        (told.get("AWS_ACCOUNT_NAME"), told.get("AWS_ACCOUNT_ID")),
        (Some("production"), Some(PRODUCTION))
    );
}

#[test]
fn the_session_is_named_by_option_account_variable_and_user_in_this_order() {
    let mut scene = plain("");
    scene.switch(&READ);
    assert_eq!(sent(&scene, "RoleSessionName").as_deref(), Some("alice"));
    scene.world.set("AWS_USERNAME", "alice/bob@x y");
    scene.switch(&READ);
    assert_eq!(sent(&scene, "RoleSessionName").as_deref(), Some("alice-bob@x-y"));
    scene
        .world
        .accounts(&format!(
            r#"{{"production": {{"id": "{PRODUCTION}", "session_name": "of-account"}}}}"#
        ))
        .unwrap();
    scene.switch(&READ);
    assert_eq!(sent(&scene, "RoleSessionName").as_deref(), Some("of-account"));
    scene.switch(&["production", "read", "--session-name", "of-option"]);
    assert_eq!(sent(&scene, "RoleSessionName").as_deref(), Some("of-option"));
}

#[test]
fn with_a_known_session_name_get_caller_identity_is_not_called() {
    let mut scene = plain("");
    scene.world.set("AWS_USERNAME", "alice");
    scene.switch(&READ);
    assert_eq!(scene.sts.count("GetCallerIdentity"), 0);
}

#[test]
fn a_session_name_is_never_empty_too_short_or_too_long() {
    let mut scene = plain("");
    for (user, name) in [
        ("", "alice".to_owned()),
        ("x", "x-".to_owned()),
        ("é".repeat(99).as_str(), "-".repeat(64)),
    ] {
        scene.world.set("AWS_USERNAME", user);
        scene.switch(&["production", "read", "--refresh"]);
        assert_eq!(sent(&scene, "RoleSessionName"), Some(name));
    }
    for wrong in ["", "x", "a b", "a/b", "x".repeat(65).as_str(), "a\u{1b}b"] {
        let said =
            scene.refused_at_once(3, &["production", "read", &format!("--session-name={wrong}")]);
        assert!(
            said.contains("--session-name: session name") && !said.contains('\u{1b}'),
            "{said}"
        );
    }
}

#[test]
fn a_user_with_a_path_gives_the_session_its_name_only() {
    let scene = with_user(User::new(BASTION, "teams/ops/alice"));
    scene.sts.add_role(Role::new(PRODUCTION, "read").trusts(Trust::account(BASTION)));
    scene.switch(&READ);
    assert_eq!(sent(&scene, "RoleSessionName").as_deref(), Some("alice"));
}

#[test]
fn what_the_account_says_about_the_session_arrives() {
    let scene = plain(
        r#", "tags": {"team": "ops: a/b", "Größe": "2"}, "policy_arns": ["arn:aws:iam::aws:policy/ViewOnlyAccess"], "source_identity": "alice@example.com""#,
    );
    let told = scene.switch(&READ);
    let call = scene.sts.last("AssumeRole").unwrap();
    assert_eq!(call.form.members("Tags", ".Key"), ["team", "Größe"]);
    assert_eq!(call.form.members("Tags", ".Value"), ["ops: a/b", "2"]);
    assert_eq!(call.form.members("PolicyArns", ".arn"), ["arn:aws:iam::aws:policy/ViewOnlyAccess"]);
    assert_eq!(call.get("SourceIdentity"), Some("alice@example.com"));
    assert_eq!(scene.switch(&READ).keys().id, told.keys().id);
}

#[test]
fn sessions_of_another_shape_are_other_sessions() {
    let scene = plain("");
    let first = scene.switch(&READ);
    let fields = [
        r#", "tags": {"team": "ops"}"#,
        r#", "tags": {"team": "dev"}"#,
        r#", "source_identity": "alice""#,
        r#", "policy_arns": ["arn:aws:iam::aws:policy/ViewOnlyAccess"]"#,
        r#", "read_only": true"#,
        r#", "session_name": "other""#,
        r#", "external_id": "other""#,
        r#", "duration": "20m""#,
    ];
    let mut seen = vec![first.keys().id];
    for field in fields {
        scene
            .world
            .accounts(&format!(r#"{{"production": {{"id": "{PRODUCTION}"{field}}}}}"#))
            .unwrap();
        let id = scene.switch(&READ).keys().id;
        assert!(!seen.contains(&id), "{field}");
        seen.push(id);
    }
}

#[test]
fn read_only_narrows_the_session_unless_write_is_given() {
    let scene = plain(r#", "read_only": true"#);
    scene.switch(&READ);
    let arns = |scene: &Scene| {
        scene.sts.last("AssumeRole").unwrap().form.members("PolicyArns", ".arn").join(" ")
    };
    assert_eq!(arns(&scene), "arn:aws:iam::aws:policy/ReadOnlyAccess");
    scene.switch(&["production", "read", "--write"]);
    assert_eq!(arns(&scene), "");
    // An id typed in full is the same account.
    scene.switch(&[PRODUCTION, "read", "--refresh"]);
    assert_eq!(arns(&scene), "arn:aws:iam::aws:policy/ReadOnlyAccess");
}

#[test]
fn read_only_is_not_widened_by_a_policy_of_the_account() {
    let scene = plain(
        r#", "read_only": true, "policy_arns": ["arn:aws:iam::aws:policy/AdministratorAccess"]"#,
    );
    scene.switch(&READ);
    let sent = scene.sts.last("AssumeRole").unwrap().form.members("PolicyArns", ".arn").join(" ");
    assert_eq!(sent, "arn:aws:iam::aws:policy/ReadOnlyAccess");
}

#[test]
fn a_protected_account_is_entered_on_purpose_only() {
    let scene = plain(r#", "protected": true"#);
    for words in [READ, [PRODUCTION, "read"]] {
        let said = scene.refused_at_once(8, &words);
        assert!(said.contains("is protected") && said.contains("--yes"), "{said}");
        let told = scene.switch(&[words[0], words[1], "--yes"]);
        assert_eq!(told.get("ASSUME_ROLE_PROTECTED"), Some(PRODUCTION));
    }
    scene.refused_at_once(8, &READ);
}

#[test]
fn an_unprotected_account_unsets_the_protected_variable() {
    let scene = plain("");
    assert!(scene.switch(&READ).unsets("ASSUME_ROLE_PROTECTED"));
}

#[test]
fn the_role_may_come_from_the_account() {
    let scene = plain(r#", "roles": ["read"]"#);
    scene.switch(&["production"]).assert_says("the only one known there, ~/.aws/accounts:1:2");
    let scene = plain(r#", "roles": ["a", "b"], "default_role": "read""#);
    scene.switch(&["production"]).assert_says("default_role of ~/.aws/accounts:1:2");
    let scene = plain(r#", "roles": ["a", "b"]"#);
    let said = scene.refused_at_once(5, &["production"]);
    assert!(said.contains("which role in production?") && said.contains("a, b"), "{said}");
}

#[test]
fn roles_have_paths() {
    let scene = bastion();
    let told = scene.switch_with_code(&["production", "ops/deploy"]);
    assert_eq!(told.get("AWS_ACCOUNT_ROLE"), Some("ops/deploy"));
    assert_eq!(
        sent(&scene, "RoleArn").as_deref(),
        Some("arn:aws:iam::123456789012:role/ops/deploy")
    );
    assert_eq!(scene.switch(&["production", "role/ops/deploy"]).keys().id, told.keys().id);
}

#[test]
fn another_scheme_is_refused_and_not_ignored() {
    let mut scene = plain("");
    let said = scene.refused_at_once(3, &["production", "read", "--scheme", "smal"]);
    assert!(said.contains("--scheme"), "{said}");
    let said = scene.refused_at_once(3, &["production", "read", "--scheme", "saml"]);
    assert!(said.contains("the scheme saml needs"), "{said}");
    scene.world.set("AWS_ASSUME_ROLE_AUTH_SCHEME", "smal");
    let said = scene.refused_at_once(3, &READ);
    assert!(said.contains("AWS_ASSUME_ROLE_AUTH_SCHEME"), "{said}");
    scene.world.set("AWS_ASSUME_ROLE_AUTH_SCHEME", "bastion");
    scene.switch(&READ);
}
